"""What two reports say together, in each language: apart from the findings, since it is told of two runs.

The slots: ``x`` is the place where the fault is (A or B) and ``y`` the other; ``x_value`` and ``y_value`` are what
differs between them, ``fault`` and ``other`` the titles of their root causes.
"""

from __future__ import annotations

from diagnose.words import Text

# conclusion -> in English, in Chinese
TEXTS: dict[str, tuple[Text, Text]] = {
    "base_url": (
        Text(
            "{x} uses another address: {x_value|none}",
            "{y} works with {y_value|its address}. The two ask different addresses, and that of {x} is the one that "
            "does not lead to the API.",
            ("Ask {x} to set the base URL to {y_value|that of the other place} and to run the check again.",),
        ),
        Text(
            "{x} 用的是另一个地址：{x_value|无}",
            "{y} 用 {y_value|它的地址} 可以正常使用。两边请求的地址不同，{x} 的地址到不了接口。",
            ("请 {x} 把接口地址改为 {y_value|另一边的地址}，再检查一次。",),
        ),
    ),
    "other_target": (
        Text(
            "The two reports are of different servers",
            "{x} asked {x_value|one address} and {y} asked {y_value|another}. What works at one says "
            "nothing about the "
            "other.",
            (
                "Find out which address is the right one for this key.",
                "Run both checks again with the same base URL, and compare those.",
            ),
        ),
        Text(
            "两份报告检查的不是同一台服务器",
            "{x} 请求的是 {x_value|一个地址}，{y} 请求的是 {y_value|另一个地址}。一边可用，说明不了另一边的问题。",
            ("先弄清这个密钥对应哪个地址。", "两边用同一个接口地址各检查一次，再来比较。"),
        ),
    ),
    "settings": (
        Text(
            "The settings at {x} are not complete or stand in the wrong place",
            "{y} reaches the API, so server and network are sound. At {x} this was found: {fault}.",
            (
                "Ask {x} to mend what the report says, and to run the check again.",
                (
                    "Ask in which file or variable the setting stands, and whether the app was started again "
                    "after the change."
                ),
            ),
        ),
        Text(
            "{x} 的设置不完整，或放错了地方",
            "{y} 能连上接口，说明服务器和网络没有问题。{x} 的问题是：{fault}。",
            ("请 {x} 按报告里的办法修改，再检查一次。", "问清设置写在哪个文件或变量里，改完之后有没有重启应用。"),
        ),
    ),
    "key": (
        Text(
            "{x} uses another key: {x_value|none}",
            "The key at {y} ({y_value|none}) works at the same server. That of {x} does not: {fault}.",
            (
                (
                    "Ask {x} where this key comes from, and compare its ends and its length with those in the "
                    "provider's list."
                ),
                "Let {x} take the key that works, or a new one, and run the check again.",
            ),
        ),
        Text(
            "{x} 用的是另一个密钥：{x_value|无}",
            "{y} 的密钥（{y_value|无}）在同一台服务器上可用，{x} 的不行：{fault}。",
            (
                "问清 {x} 的密钥来自哪里，把首尾和长度与服务商页面上的列表对照。",
                "让 {x} 换用可用的或新建的密钥，再检查一次。",
            ),
        ),
    ),
    "same_hint": (
        Text(
            "The key looks the same, and yet it is refused at {x}",
            "Both reports show the same ends and the same length. The middle may differ, or the key or "
            "its account was "
            "changed between the two runs.",
            (
                "Let {x} copy the whole key once more from where {y} has it.",
                "Ask whether the key was deleted, renewed or recharged between the two runs, and run both again now.",
            ),
        ),
        Text(
            "密钥看起来一样，{x} 却被拒绝",
            "两份报告里密钥的首尾和长度都相同。可能是中间不同，也可能两次检查之间密钥或账户有过变动。",
            (
                "让 {x} 从 {y} 那里重新完整复制一次密钥。",
                "问清两次检查之间密钥有没有被删除、更换，账户有没有充值，然后两边现在各再检查一次。",
            ),
        ),
    ),
    "model": (
        Text(
            "{x} asks for another model: {x_value|none}",
            "{y_value|The model} answers at {y}. The one that {x} asks for does not: {fault}.",
            ("Ask {x} to set the model to {y_value|that of the other place}, and to run the check again.",),
        ),
        Text(
            "{x} 请求的是另一个模型：{x_value|无}",
            "{y} 用 {y_value|该模型} 能得到回答，{x} 请求的不行：{fault}。",
            ("请 {x} 把模型改为 {y_value|另一边的模型}，再检查一次。",),
        ),
    ),
    "app": (
        Text(
            "{x} asks in another way: {x_value|another protocol or app}",
            "At {y} it works as {y_value|it asks}. The server does not take the way in which the app at {x} "
            "asks: {fault}.",
            (
                "Ask which app and which version {x} uses, and what it calls this kind of provider.",
                "Let {x} choose the kind that {y} has, and run the check again.",
            ),
        ),
        Text(
            "{x} 的请求方式不同：{x_value|协议或应用不同}",
            "{y} 以 {y_value|它的方式} 请求可用。服务器不接受 {x} 的应用所用的方式：{fault}。",
            (
                "问清 {x} 用的是什么应用、哪个版本，里面选的是哪一类服务商。",
                "让 {x} 选与 {y} 相同的类型，再检查一次。",
            ),
        ),
    ),
    "proxy": (
        Text(
            "The proxy at {x} is in the way: {x_value|see its report}",
            "{y} reaches the server by another way ({y_value|direct}). The key and the address are sound; "
            "what fails at "
            "{x} is the way out: {fault}.",
            (
                "Ask {x} to try without the proxy: `llmdoctor check --no-proxy`.",
                "If it is a company's proxy, ask its administrators to let the host through, or for the "
                "right address of "
                "the proxy.",
            ),
        ),
        Text(
            "问题出在 {x} 的代理：{x_value|见它的报告}",
            "{y} 走的是另一条路（{y_value|直连}），能连上服务器。密钥和地址没有问题，{x} 的出口有问题：{fault}。",
            (
                "请 {x} 不用代理试一次：`llmdoctor check --no-proxy`。",
                "如果是公司代理，请管理员放行该主机，或给出正确的代理地址。",
            ),
        ),
    ),
    "interception": (
        Text(
            "Something at {x} opens the encrypted connection",
            "{x} was shown another certificate ({x_value|unknown}) than {y} ({y_value|unknown}) for the same host. A "
            "company's proxy, an antivirus program or a sign-in page of the network stands between.",
            (
                "Ask {x} which antivirus program, VPN or company network is in use, and who issued its certificate.",
                "If it is meant so, let {x} trust its root: `--ca-bundle` or SSL_CERT_FILE. If not, use no key there.",
            ),
        ),
        Text(
            "{x} 那边有东西拆开了加密连接",
            "同一台主机，{x} 看到的证书（{x_value|未知}）与 {y} 看到的（{y_value|未知}）不同。中间隔着公司代理、"
            "杀毒软件或网络登录页。",
            (
                "问清 {x} 用的是什么杀毒软件、VPN 或公司网络，证书是谁签发的。",
                (
                    "如果是有意为之，让 {x} 信任它的根证书：`--ca-bundle` 或 SSL_CERT_FILE。"
                    "如果不是，不要在那里使用密钥。"
                ),
            ),
        ),
    ),
    "clock": (
        Text(
            "The clock at {x} is wrong",
            "Both were shown a certificate that is good today. At {x} it seems out of date, because the "
            "clock there is off.",
            ("Ask {x} to set date, time and time zone, best by the network, and to run the check again.",),
        ),
        Text(
            "{x} 的时钟不对",
            "两边看到的证书今天都有效。{x} 的时钟偏差太大，所以它觉得证书不在有效期内。",
            ("请 {x} 校准日期、时间和时区（最好自动同步），再检查一次。",),
        ),
    ),
    "trust": (
        Text(
            "{x} does not trust the authority that signed the certificate",
            "Both were shown the same certificate, and {y} trusts it. The list of trusted roots at {x} is "
            "old, or the app "
            "brings one of its own.",
            (
                "Ask {x} to update the system's certificates, or the Python package certifi.",
                "Ask whether SSL_CERT_FILE or REQUESTS_CA_BUNDLE is set there, and to which file.",
            ),
        ),
        Text(
            "{x} 不信任签发证书的机构",
            "两边看到的是同一张证书，{y} 信任它。{x} 的受信任根证书列表太旧，或者应用自带了一份。",
            (
                "请 {x} 更新系统证书，或 Python 的 certifi 包。",
                "问清那里有没有设置 SSL_CERT_FILE 或 REQUESTS_CA_BUNDLE，指向哪个文件。",
            ),
        ),
    ),
    "dns": (
        Text(
            "The name lookup at {x} is at fault",
            "{y} finds the host and works. At {x} the name leads nowhere or to a wrong address: {fault}.",
            (
                "Ask {x} to look again with a public name server: `llmdoctor check --dns-server 1.1.1.1`.",
                "Ask for the hosts file, a VPN, and the name servers that the router or the company gives.",
            ),
        ),
        Text(
            "{x} 的域名解析有问题",
            "{y} 能解析该主机并正常使用。{x} 解析不到，或得到了错误的地址：{fault}。",
            (
                "请 {x} 用公共 DNS 再查一次：`llmdoctor check --dns-server 223.5.5.5`。",
                "问清 hosts 文件、VPN，以及路由器或公司指定的 DNS 服务器。",
            ),
        ),
    ),
    "other_server": (
        Text(
            "The same name leads {x} to another server",
            "{x} met {x_value|one server}, {y} met {y_value|another}. What answers {x} is not what "
            "answers {y}: an old "
            "entry, another region of the provider, or a stranger in between.",
            (
                "Ask {x} for a hosts file entry, a VPN, or a rule of the company's network for this host.",
                "Let {x} ask the server of {y}: `llmdoctor check --connect-to HOST:443:ADDRESS:443`.",
            ),
        ),
        Text(
            "同一个域名把 {x} 带到了另一台服务器",
            "{x} 遇到的是 {x_value|一台}，{y} 遇到的是 {y_value|另一台}。回应两边的不是同一台服务器：可能是过时的记录、"
            "服务商的另一个区域，或中间有别人。",
            (
                "问清 {x} 的 hosts 文件、VPN，以及公司网络对该主机有没有规则。",
                "让 {x} 直接请求 {y} 的那台：`llmdoctor check --connect-to HOST:443:ADDRESS:443`。",
            ),
        ),
    ),
    "network": (
        Text(
            "The network at {x} stops what passes at {y}",
            "Address, key and server are the same, and at {y} they work. On the way from {x} something drops, cuts or "
            "answers in the server's place: {fault}.",
            (
                "Ask {x} to try from another network, a phone's for instance.",
                (
                    "If that works, the firewall or the provider of the first network is what to ask about "
                    "this host and port."
                ),
            ),
        ),
        Text(
            "{x} 的网络拦下了 {y} 那边能通过的请求",
            "地址、密钥、服务器都一样，{y} 可用。{x} 出去的路上有东西丢弃、切断了连接，或代替服务器作了回答：{fault}。",
            (
                "请 {x} 换一个网络试试，比如手机热点。",
                "如果换了就好，就拿这个主机和端口去问原来那个网络的防火墙管理员或运营商。",
            ),
        ),
    ),
    "location": (
        Text(
            "The provider does not serve the place where {x} is",
            "The same request is answered at {y}. By the address that {x} comes from, the provider or the firewall in "
            "front of it refuses: {fault}.",
            (
                "Ask {x} from which country, and through which VPN or data centre, the request leaves.",
                "Ask whether the key or the account admits certain addresses alone.",
            ),
        ),
        Text(
            "服务商不接受来自 {x} 所在位置的请求",
            "同样的请求在 {y} 能得到回答。服务商或它前面的防火墙按来源地址拒绝了 {x}：{fault}。",
            ("问清 {x} 的请求从哪个国家、经过哪个 VPN 或机房出去。", "问清密钥或账户是否只允许某些地址使用。"),
        ),
    ),
    "moment": (
        Text(
            "It may be the moment rather than the place: {fault}",
            "What {x} met passes by itself, and {y} ran at another moment.",
            (
                "Run both checks again at the same time, with `--retries 3`.",
                "If {x} alone fails again, ask for the time of each failure and whether others share the key or the "
                "address there.",
            ),
        ),
        Text(
            "可能与时间有关，而不是与地点有关：{fault}",
            "{x} 遇到的情况会自行消失，而 {y} 是在另一个时刻检查的。",
            (
                "两边同时再检查一次，加上 `--retries 3`。",
                "如果仍然只有 {x} 失败，问清每次失败的时间，以及那里有没有别人共用密钥或出口地址。",
            ),
        ),
    ),
    "version": (
        Text(
            "The two reports come from different versions of llmdoctor",
            "{x} says: {fault}. Nothing else that differs explains it, so an older version may have judged otherwise.",
            ("Let both run the same version, or judge the saved run of {x} here: `llmdoctor judge FILE`.",),
        ),
        Text(
            "两份报告来自不同版本的 llmdoctor",
            "{x} 的结论是：{fault}。没有别的差别能解释它，可能是旧版本的判断不同。",
            ("两边用同一版本再检查一次，或在这里重新判断 {x} 保存的运行：`llmdoctor judge FILE`。",),
        ),
    ),
    "unexplained": (
        Text(
            "It fails at {x} alone, and nothing that differs explains it",
            "At {x}: {fault}. What was measured at the two places is otherwise alike.",
            (
                "Run both checks again at the same time, each with `--save FILE`, and compare those.",
                "Ask {x} what was changed last: the app's version, the network, the account.",
            ),
        ),
        Text(
            "只有 {x} 失败，而现有的差别解释不了",
            "{x} 的问题是：{fault}。除此之外，两边测到的情况相同。",
            ("两边同时再检查一次，各加 `--save FILE`，再来比较。", "问清 {x} 最近改过什么：应用版本、网络还是账户。"),
        ),
    ),
    "slower": (
        Text(
            "Both work, but {x} waits longer: {x_value|more}, not {y_value|less}",
            "Nothing is broken. The way from {x} to the server is longer or busier, or a proxy there "
            "holds the answer back.",
            (
                "Run both checks a few times: one slow answer is no pattern.",
                "If it stays so, ask {x} for the proxy or VPN, and whether the provider has a nearer region.",
            ),
        ),
        Text(
            "两边都可用，但 {x} 等得更久：{x_value|更久}，另一边是 {y_value|更快}",
            "没有故障。{x} 到服务器的路更远或更忙，或者那里的代理拖住了回答。",
            (
                "两边各多检查几次：偶尔慢一次说明不了问题。",
                "如果一直如此，问清 {x} 用的代理或 VPN，以及服务商有没有更近的区域。",
            ),
        ),
    ),
    "both_work": (
        Text(
            "It works at both places",
            "Address, key, model and way out are sound at both. What fails for the user lies in the app, "
            "or in settings "
            "that the check did not read.",
            (
                "Ask for the app's name and version and its exact message: `llmdoctor explain` reads that.",
                "Ask whether the app runs elsewhere: in a container, on a server, under another user.",
            ),
        ),
        Text(
            "两边都可用",
            "两边的地址、密钥、模型和网络都没有问题。用户遇到的故障在应用里，或在这次没有读到的设置里。",
            (
                "问清应用的名称、版本和报错原文：`llmdoctor explain` 能看懂它。",
                "问清应用是不是运行在别处：容器里、服务器上，或另一个用户名下。",
            ),
        ),
    ),
    "open": (
        Text(
            "One of the two left the question open",
            "A check that was not allowed to ask, or did not get to its end, cannot be held against the other.",
            ("Run that check again without `--offline` and `--no-spend`, and with a longer `--deadline`.",),
        ),
        Text(
            "有一边没有得出结论",
            "没有获准提问、或没有做完的检查，无法与另一边对照。",
            ("去掉 `--offline` 和 `--no-spend`，把 `--deadline` 放宽，再检查一次。",),
        ),
    ),
    "same_settings": (
        Text(
            "The same flaw stands in the settings at both places",
            "Neither network nor machine matters: {fault}.",
            ("Mend the settings as the report says; one of the two is enough to try it.",),
        ),
        Text(
            "两边的设置有同样的问题",
            "与网络和机器无关：{fault}。",
            ("按报告里的办法修改设置，先在一边试就够了。",),
        ),
    ),
    "same_server": (
        Text(
            "The server fails for both",
            "Seen from two places the fault is the same, so it lies with the provider or the relay: {fault}.",
            (
                "Look at the provider's status page, or ask the relay's operator.",
                "Nobody has to change anything here; run the check again later.",
            ),
        ),
        Text(
            "服务器对两边都有故障",
            "从两个地方看到的故障相同，所以问题在服务商或中转站：{fault}。",
            ("查看服务商的状态页，或询问中转站的站长。", "这边不需要修改什么，过一会儿再检查。"),
        ),
    ),
    "same_account": (
        Text(
            "The key or its account is refused at both places",
            "It is the same key at both, so neither network nor machine matters: {fault}.",
            ("Look at the account on the provider's page: balance, limits, and whether this key is switched on.",),
        ),
        Text(
            "密钥或账户在两边都被拒绝",
            "两边用的是同一个密钥，所以与网络和机器无关：{fault}。",
            ("在服务商页面上查看账户：余额、限额，以及这个密钥是否启用。",),
        ),
    ),
    "same_account_keys": (
        Text(
            "Two keys are refused in the same way",
            "The keys differ and the answer does not, so it is the account, the plan or the server: {fault}.",
            ("Ask whether both keys belong to one account, and look at its balance and its rights.",),
        ),
        Text(
            "两个密钥以同样的方式被拒绝",
            "密钥不同而回答相同，所以问题在账户、套餐或服务器：{fault}。",
            ("问清两个密钥是否属于同一个账户，查看它的余额和权限。",),
        ),
    ),
    "same_limit": (
        Text(
            "Both meet the limit of one key",
            "The key's requests are counted together, wherever they come from: {fault}.",
            (
                "Let one of the two stop for a minute, and run the other check again.",
                "If many share the key, ask for a higher limit or for a key each.",
            ),
        ),
        Text(
            "两边撞上了同一个密钥的限额",
            "同一个密钥的请求无论从哪里发出都合并计数：{fault}。",
            ("让其中一边停一分钟，另一边再检查一次。", "如果多人共用密钥，申请提高限额，或每人一个密钥。"),
        ),
    ),
    "same_place": (
        Text(
            "Both places have the same obstacle on their way",
            "Both see it alike, and the server itself is not what answers: {fault}. The two may sit in "
            "one network, behind "
            "one proxy, or in one country.",
            ("Run the check from a third place, outside of both networks, and compare with that.",),
        ),
        Text(
            "两边的路上有同样的障碍",
            "两边看到的相同，而作出回应的并不是服务器本身：{fault}。两边可能在同一个网络里、同一个代理后面，"
            "或同一个国家。",
            ("从第三个地方、在这两个网络之外再检查一次，拿来比较。",),
        ),
    ),
    "two_faults": (
        Text(
            "Two different faults",
            "A: {fault}. B: {other}. Each has to be mended where it is; what comes behind it is not seen until then.",
            ("Mend each by its own report, and compare the next two.",),
        ),
        Text(
            "两边的故障不同",
            "A：{fault}。B：{other}。两处要分别解决，之前看不到后面还有什么。",
            ("各按自己的报告修复，再比较下一次的两份。",),
        ),
    ),
}

# What stands around it.
UI: dict[str, tuple[str, str]] = {
    "fault.a": ("The fault is at A.", "问题出在 A。"),
    "fault.b": ("The fault is at B.", "问题出在 B。"),
    "fault.both": ("Both places have a fault.", "两边都有问题。"),
    "fault.none": ("Neither place shows a fault.", "两边都没有发现问题。"),
    "fault.unknown": ("Whose side it is cannot be told from these two.", "从这两份报告还看不出问题在哪一边。"),
    "is.healthy": ("works", "可用"),
    "is.degraded": ("works, with warnings", "可用，但有警告"),
    "is.broken": ("does not work", "不可用"),
    "is.inconclusive": ("left open", "没有结论"),
    "differences": ("What differs", "差别"),
    "no_differences": ("Nothing that was measured differs.", "测到的内容没有差别。"),
    "ask": ("What to ask next", "接下来问什么"),
    "warnings": ("Mind", "请注意"),
    "warning.target": ("the two are of different hosts", "两份报告的主机不同"),
    "warning.key": ("the two keys differ", "两边的密钥不同"),
    "warning.model": ("the two models differ", "两边的模型不同"),
    "warning.app": ("they ask in the way of different apps or protocols", "两边模拟的应用或协议不同"),
    "warning.time": ("more than an hour lies between the two runs", "两次检查相隔一个多小时"),
    "warning.version": ("they come from different versions of llmdoctor", "两份报告来自不同版本的 llmdoctor"),
    "what.base_url": ("address", "地址"),
    "what.key": ("key", "密钥"),
    "what.protocol": ("protocol", "协议"),
    "what.model": ("model", "模型"),
    "what.app": ("app", "应用"),
    "what.proxy": ("proxy", "代理"),
    "what.addresses": ("addresses", "地址"),
    "what.trust": ("trusted roots", "信任的根证书"),
    "what.issuer": ("certificate's issuer", "证书签发者"),
    "what.fingerprint": ("certificate's fingerprint", "证书指纹"),
    "what.clock": ("clock, beside the server's", "时钟与服务器之差"),
    "what.server": ("server's name for itself", "服务器自称"),
    "what.via": ("gateways named", "途经的网关"),
    "what.ttft": ("time to the first token", "首个 token 用时"),
    "what.version": ("version of llmdoctor", "llmdoctor 版本"),
    "what.result": ("result", "结果"),
    "what.status_models": ("status of the model list", "模型列表的状态码"),
    "what.status_path": ("status of the path", "路径的状态码"),
    "what.status_chat": ("status of the answer", "回答的状态码"),
    "what.status_stream": ("status of the stream", "流式输出的状态码"),
}
