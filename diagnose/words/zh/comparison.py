"""The words of a comparison of two reports, in Chinese.

The slots: ``x`` is the name of the report from the place where the fault is and ``y`` that of the other; ``x_value``
and ``y_value`` are what differs between them, ``fault`` and ``other`` the titles of their root causes.
"""

from __future__ import annotations

from diagnose.words.text_type import Text

# By the name of the conclusion.
TEXTS: dict[str, Text] = {
    "base_url": Text(
        "{x} 用的是另一个地址：{x_value|无}",
        "{y} 用 {y_value|它的地址} 可以正常使用。两边请求的地址不同，{x} 的地址到不了接口。",
        ("请 {x} 把 Base URL 改为 {y_value|另一边的地址}，再检查一次。",),
    ),
    "other_target": Text(
        "两份报告检查的不是同一台服务器",
        "{x} 请求的是 {x_value|一个地址}，{y} 请求的是 {y_value|另一个地址}。一边可用，说明不了另一边的问题。",
        ("先弄清这个密钥对应哪个地址。", "两边用同一个 Base URL 各检查一次，再来比较。"),
    ),
    "settings": Text(
        "{x} 的设置不完整，或放错了地方",
        "{y} 能连上接口，说明服务器和网络没有问题。{x} 的问题是：{fault}。",
        ("请 {x} 按报告里的办法修改，再检查一次。", "问清设置写在哪个文件或变量里，改完之后有没有重启应用。"),
    ),
    "key": Text(
        "{x} 用的是另一个密钥：{x_value|无}",
        "{y} 的密钥（{y_value|无}）在同一台服务器上可用，{x} 的不行：{fault}。",
        (
            "问清 {x} 的密钥来自哪里，把首尾和长度与服务商页面上的列表对照。",
            "让 {x} 换用可用的或新建的密钥，再检查一次。",
        ),
    ),
    "same_hint": Text(
        "密钥看起来一样，{x} 却被拒绝",
        "两份报告里密钥的首尾和长度都相同。可能是中间不同，也可能两次检查之间密钥或账户有过变动。",
        (
            "让 {x} 从 {y} 那里重新完整复制一次密钥。",
            "问清两次检查之间密钥有没有被删除、更换，账户有没有充值，然后两边现在各再检查一次。",
        ),
    ),
    "model": Text(
        "{x} 请求的是另一个模型：{x_value|无}",
        "{y} 用 {y_value|该模型} 能得到回答，{x} 请求的不行：{fault}。",
        ("请 {x} 把模型改为 {y_value|另一边的模型}，再检查一次。",),
    ),
    "app": Text(
        "{x} 的请求方式不同：{x_value|协议或应用不同}",
        "{y} 以 {y_value|它的方式} 请求可用。服务器不接受 {x} 的应用所用的方式：{fault}。",
        (
            "问清 {x} 用的是什么应用、哪个版本，里面选的是哪一类服务商。",
            "让 {x} 选与 {y} 相同的类型，再检查一次。",
        ),
    ),
    "proxy": Text(
        "问题出在 {x} 的代理：{x_value|见它的报告}",
        "{y} 走的是另一条路（{y_value|直连}），能连上服务器。密钥和地址没有问题，{x} 的出口有问题：{fault}。",
        (
            "请 {x} 不用代理试一次：`llmdoctor check --no-proxy`。",
            "如果是公司代理，请管理员放行该主机，或给出正确的代理地址。",
        ),
    ),
    "interception": Text(
        "{x} 那边的加密连接被解密",
        "同一台主机，{x} 看到的证书（{x_value|未知}）与 {y} 看到的（{y_value|未知}）不同。中间隔着公司代理、"
        "杀毒软件或网络登录页。",
        (
            "问清 {x} 用的是什么杀毒软件、VPN 或公司网络，证书是谁签发的。",
            ("如果是有意为之，让 {x} 信任它的根证书：`--ca-bundle` 或 SSL_CERT_FILE。如果不是，不要在那里使用密钥。"),
        ),
    ),
    "clock": Text(
        "{x} 的时钟不对",
        "两边看到的证书今天都有效。{x} 的时钟偏差太大，所以它觉得证书不在有效期内。",
        ("请 {x} 校准日期、时间和时区（最好自动同步），再检查一次。",),
    ),
    "trust": Text(
        "{x} 不信任签发证书的机构",
        "两边看到的是同一张证书，{y} 信任它。{x} 的受信任根证书列表太旧，或者应用自带了一份。",
        (
            "请 {x} 更新系统证书，或 Python 的 certifi 包。",
            "问清那里有没有设置 SSL_CERT_FILE 或 REQUESTS_CA_BUNDLE，指向哪个文件。",
        ),
    ),
    "dns": Text(
        "{x} 的域名解析有问题",
        "{y} 能解析该主机并正常使用。{x} 解析不到，或得到了错误的地址：{fault}。",
        (
            "请 {x} 用公共 DNS 再查一次：`llmdoctor check --dns-server 223.5.5.5`。",
            "问清 hosts 文件、VPN，以及路由器或公司指定的 DNS 服务器。",
        ),
    ),
    "other_server": Text(
        "同一个域名把 {x} 带到了另一台服务器",
        "{x} 遇到的是 {x_value|一台}，{y} 遇到的是 {y_value|另一台}。回应两边的不是同一台服务器：可能是过时的记录、"
        "服务商的另一个区域，或中间有别人。",
        (
            "问清 {x} 的 hosts 文件、VPN，以及公司网络对该主机有没有规则。",
            "让 {x} 直接请求 {y} 的那台：`llmdoctor check --connect-to HOST:443:ADDRESS:443`。",
        ),
    ),
    "network": Text(
        "{x} 的网络拦下了 {y} 那边能通过的请求",
        "地址、密钥、服务器都一样，{y} 可用。{x} 出去的路上有东西丢弃、切断了连接，或代替服务器作了回答：{fault}。",
        (
            "请 {x} 换一个网络试试，比如手机热点。",
            "如果换了就好，就拿这个主机和端口去问原来那个网络的防火墙管理员或运营商。",
        ),
    ),
    "location": Text(
        "服务商不接受来自 {x} 所在位置的请求",
        "同样的请求在 {y} 能得到回答。服务商或它前面的防火墙按来源地址拒绝了 {x}：{fault}。",
        ("问清 {x} 的请求从哪个国家、经过哪个 VPN 或机房出去。", "问清密钥或账户是否只允许某些地址使用。"),
    ),
    "moment": Text(
        "可能与时间有关，而不是与地点有关：{fault}",
        "{x} 遇到的情况会自行消失，而 {y} 是在另一个时刻检查的。",
        (
            "两边同时再检查一次，加上 `--retries 3`。",
            "如果仍然只有 {x} 失败，问清每次失败的时间，以及那里有没有别人共用密钥或出口地址。",
        ),
    ),
    "version": Text(
        "两份报告来自不同版本的 llmdoctor",
        "{x} 的结论是：{fault}。没有别的差别能解释它，可能是旧版本的判断不同。",
        ("两边用同一版本再检查一次，或在这里重新判断 {x} 保存的运行：`llmdoctor judge FILE`。",),
    ),
    "unexplained": Text(
        "只有 {x} 失败，而现有的差别解释不了",
        "{x} 的问题是：{fault}。除此之外，两边测到的情况相同。",
        ("两边同时再检查一次，各加 `--save FILE`，再来比较。", "问清 {x} 最近改过什么：应用版本、网络还是账户。"),
    ),
    "slower": Text(
        "两边都可用，但 {x} 等得更久：{x_value|更久}，另一边是 {y_value|更快}",
        "没有故障。{x} 到服务器的路更远或更忙，或者那里的代理拖住了回答。",
        (
            "两边各多检查几次：偶尔慢一次说明不了问题。",
            "如果一直如此，问清 {x} 用的代理或 VPN，以及服务商有没有更近的区域。",
        ),
    ),
    "both_work": Text(
        "两边都可用",
        "两边的地址、密钥、模型和网络都没有问题。用户遇到的故障在应用里，或在这次没有读到的设置里。",
        (
            "问清应用的名称、版本和报错原文：`llmdoctor explain` 能看懂它。",
            "问清应用是不是运行在别处：容器里、服务器上，或另一个用户名下。",
        ),
    ),
    "open": Text(
        "有一边没有得出结论",
        "没有获准提问、或没有做完的检查，无法与另一边对照。",
        ("去掉 `--offline` 和 `--no-spend`，把 `--deadline` 放宽，再检查一次。",),
    ),
    "same_settings": Text(
        "两边的设置有同样的问题",
        "与网络和机器无关：{fault}。",
        ("按报告里的办法修改设置，先在一边试就够了。",),
    ),
    "same_server": Text(
        "服务器对两边都有故障",
        "从两个地方看到的故障相同，所以问题在服务商或中转站：{fault}。",
        ("查看服务商的状态页，或询问中转站的站长。", "这边不需要修改什么，过一会儿再检查。"),
    ),
    "same_account": Text(
        "密钥或账户在两边都被拒绝",
        "两边用的是同一个密钥，所以与网络和机器无关：{fault}。",
        ("在服务商页面上查看账户：余额、限额，以及这个密钥是否启用。",),
    ),
    "same_account_keys": Text(
        "两个密钥以同样的方式被拒绝",
        "密钥不同而回答相同，所以问题在账户、套餐或服务器：{fault}。",
        ("问清两个密钥是否属于同一个账户，查看它的余额和权限。",),
    ),
    "same_limit": Text(
        "两边撞上了同一个密钥的限额",
        "同一个密钥的请求无论从哪里发出都合并计数：{fault}。",
        ("让其中一边停一分钟，另一边再检查一次。", "如果多人共用密钥，申请提高限额，或每人一个密钥。"),
    ),
    "same_place": Text(
        "两边的路上有同样的障碍",
        "两边看到的相同，而作出回应的并不是服务器本身：{fault}。两边可能在同一个网络里、同一个代理后面，或同一个国家。",
        ("从第三个地方、在这两个网络之外再检查一次，拿来比较。",),
    ),
    "two_faults": Text(
        "两边的故障不同",
        "{x}：{fault}。{y}：{other}。两处要分别解决，之前看不到后面还有什么。",
        ("各按自己的报告修复，再比较下一次的两份。",),
    ),
}

# The phrases around the conclusion.
UI: dict[str, str] = {
    "fault.a": "问题出在 {a}。",
    "fault.b": "问题出在 {b}。",
    "fault.both": "两边都有问题。",
    "fault.none": "两边都没有发现问题。",
    "fault.unknown": "从这两份报告还看不出问题在哪一边。",
    "is.healthy": "可用",
    "is.degraded": "可用，但有警告",
    "is.broken": "不可用",
    "is.inconclusive": "没有结论",
    "differences": "差别",
    "no_differences": "测到的内容没有差别。",
    "ask": "接下来问什么",
    "warnings": "请注意",
    "warning.target": "两份报告检查的地址不同",
    "warning.key": "两边的密钥不同",
    "warning.model": "两边的模型不同",
    "warning.app": "两边模拟的应用或协议不同",
    "warning.time": "两次检查相隔一个多小时",
    "warning.version": "两份报告来自不同版本的 llmdoctor",
    "what.base_url": "Base URL",
    "what.key": "密钥",
    "what.protocol": "协议",
    "what.model": "模型",
    "what.app": "应用",
    "what.proxy": "代理",
    "what.addresses": "地址",
    "what.trust": "信任的根证书",
    "what.issuer": "证书签发者",
    "what.fingerprint": "证书指纹",
    "what.clock": "时钟与服务器之差",
    "what.server": "Server 响应头",
    "what.via": "途经的网关（Via 响应头）",
    "what.ttft": "首个 token 用时",
    "what.version": "llmdoctor 版本",
    "what.result": "结果",
    "what.status_models": "模型列表的状态码",
    "what.status_path": "路径的状态码",
    "what.status_chat": "回答的状态码",
    "what.status_stream": "流式输出的状态码",
}
