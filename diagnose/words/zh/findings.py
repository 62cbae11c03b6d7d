"""The words of each finding, in Chinese. The slots are explained in ``diagnose/words/__init__.py``."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

TEXTS: dict[str, Text] = {
    # -- settings ------------------------------------------------------------------------------------------------------
    "settings.missing_key": Text(
        "没有找到 API 密钥",
        "几乎所有服务商都要求每次请求带上密钥，而检查过的位置里都没有找到；空值也算没有。从桌面图标或系统服务启动的"
        "程序，看不到终端里设置的环境变量。",
        (
            Step(
                "door:vertex",
                "Vertex AI 在这里要用访问令牌：把 `gcloud auth print-access-token` 的输出"
                "填到应用的 API 密钥处，有效期一小时。",
            ),
            Step("local", "如果服务器不需要密钥，密钥处随便填一段文字：不填的话 SDK 无法启动。"),
            "把 {key_env} 设为你的密钥，写在终端环境里，或写在应用读取的 `.env` 文件里。",
            "还没有密钥的话，到 {console} 创建一个。",
            "在 {app} 读取密钥的地方填好，然后重启应用。",
            Step("!call", "密钥存在文件里时，可以直接指定：`llmdoctor check --key-file PATH` 或 `--env-file PATH`。"),
        ),
    ),
    "settings.swapped": Text(
        "密钥和 Base URL 填反了",
        "密钥栏里的内容像网址，或者地址栏里的内容像密钥。两个输入框常常挨在一起，粘贴时很容易放错。",
        (
            "把地址（以 https:// 开头）填到 Base URL，把密钥填到密钥栏。",
            "密钥如果曾被当作地址使用，可能已经留在日志里：请新建一个，并删除旧的。",
        ),
    ),
    "settings.wrong_variable": Text(
        "现在的 SDK 不读取 {variable|所设置的变量}",
        "SDK 只读取固定的变量名，其他名字一概忽略，也不会提示。变量名换过几代，旧教程里写的还是旧名字。所以值确实设"
        "置了，应用却看不到。",
        (
            Step(
                "protocol:openai|protocol:responses",
                "改用正确的名字：OpenAI 的 SDK 读 OPENAI_API_KEY 和 OPENAI_BASE_URL。",
            ),
            Step("protocol:anthropic", "改用正确的名字：Anthropic 的 SDK 读 ANTHROPIC_API_KEY 和 ANTHROPIC_BASE_URL。"),
            "{door} 的密钥对应的变量是 {key_env}。",
            "在新终端里重启应用：正在运行的程序会继续使用旧值。",
            "其他程序可能认别的变量名，以它们的文档为准。",
        ),
    ),
    "settings.conflict": Text(
        "两个地方对同一项设置给出了不同的值",
        "实际生效的是 {source|其中一处}，{other_source|另一处} 的值不会被用到。如果是有意这样设置，没有问题；"
        "如果刚改的恰好是不生效的那处，就会怎么改都没反应。",
        (
            "如果 {other_source} 的值才是对的，删掉 {source} 里的那个。",
            "确定哪个值正确，把另一个删掉。",
            "在新终端里重启应用：正在运行的程序会继续使用旧值。",
        ),
    ),
    "settings.project_override": Text(
        "当前目录里的文件会把你的密钥等凭证发往 {host}",
        "{secret|你的密钥} 发往哪里由 {source|当前目录里的文件} 决定。这个文件可能随仓库克隆或下载而来，"
        "你还没有同意，"
        "所以没有发送。如果在此目录启动应用，应用会直接发送，不会询问。",
        (
            "打开 {source}，确认你是否认识 {host}，以及文件里为什么写着它。",
            "如果信任这个文件，在此目录运行 `llmdoctor trust`；只想同意一次，就加上 --send-anyway。",
            "如果不信任，不要在此目录启动任何应用；如果应用已经在这里运行过，请更换密钥。",
        ),
    ),
    # -- url -----------------------------------------------------------------------------------------------------------
    "url.invalid": Text(
        "Base URL 不是正确的网址",
        "Base URL 由 http:// 或 https://、主机名组成，也可以带端口和路径。现在的值不是这种形式，请求根本发不出去。"
        "很多 SDK 这时只报一句“Connection error.”。",
        (
            "把 Base URL 改为 {better_url}",
            "从服务商文档重新复制 Base URL，形如 https://api.example.com/v1。",
            "检查是否缺主机名、端口是否大于 65535、有没有空格或括号。",
        ),
    ),
    "url.scheme_missing": Text(
        "Base URL 缺少 https://",
        "没有 http:// 或 https://，程序不知道该用什么方式连接。多数 SDK 不会发出任何请求，只报一句“Connection "
        "error.”。",
        (
            "把 Base URL 改为 {better_url}",
            "在前面加上 https://；如果服务在本机或内网，加 http://。",
        ),
    ),
    "url.stray_characters": Text(
        "Base URL 里有多余的字符",
        "值里有不属于网址的内容：{position|空格、引号、逗号，或看不见的字符}，多半是复制时带进来的。有的应用会自动"
        "去掉，有的会原样发出，服务器就找不到对应的页面。",
        (
            "把 Base URL 改为 {better_url}",
            Step(
                "url_in:dotenv|url_in:compose|container", "给 Docker 用的 env 文件里不要写引号：引号会成为值的一部分。"
            ),
            "清空后手动输入，不要带引号和空格。",
        ),
    ),
    "url.plaintext": Text(
        "密钥会以明文（http）发往 {host}",
        "Base URL 以 http:// 开头，网络上经手的人都能看到密钥、提问和回答。除非明确要求，llmdoctor 不会这样发送密钥。",
        (
            "把 Base URL 改为 {better_url}",
            "把 Base URL 里的 http:// 改成 https://。",
            "自担风险测试一次：在命令里加上 --send-anyway。",
            Step("owner", "如果是自己的服务器而没有 https，在前面加一个带证书的反向代理；不是自己的，请联系其管理员。"),
        ),
    ),
    "url.host_typo": Text(
        "{host|Base URL 里的主机} 像是拼写错误",
        "它和某个已知服务商的域名只差一两个字母。拼错的域名要么打不开，要么属于陌生人，密钥就会落到对方手里。",
        (
            "把 Base URL 改为 {better_url}",
            "对照服务商文档，逐个字母核对域名。",
            "如果应用已经向 {host} 发送过密钥，请新建密钥并删除旧的。",
        ),
    ),
    "url.not_api_host": Text(
        "{host|这个地址} 是官网，不是 API",
        "服务商的官网、控制台和聊天页面用一个主机，API 用另一个主机。Base URL 填的是前者，应用用不了它返回的内容。",
        (
            "把 Base URL 改为 {better_url}",
            "在服务商的 API 文档里查找“Base URL”或“endpoint”，填那个地址。",
            "`llmdoctor doors` 会列出已知服务商的 API 地址。",
        ),
    ),
    "url.host_retired": Text(
        "{host} 上的服务已经停止",
        "地址没有写错，但服务商已经关闭这项服务。换密钥或改其他设置都无法恢复。"
        "正式下线前的演练也是这样，服务可能还会恢复一阵。",
        (
            "把 Base URL 改为 {better_url}",
            "服务商给出的替代服务：{successor}。它需要自己的 Base URL 和密钥。",
            "换一家服务商：`llmdoctor doors` 列出仍在服务的地址。Base URL、密钥和模型要一起更换。",
            Step("owner", "如果服务器是自己的，请告诉用户服务迁到了哪里。"),
        ),
    ),
    "url.endpoint_included": Text(
        "Base URL 里已经包含接口路径",
        "Base URL 以 {ending|接口路径（如 /chat/completions）} 结尾，而 {app} 会自己加上接口路径，请求就发到了服务"
        "器不认识的地址。",
        (
            "把 Base URL 改为 {better_url}",
            "删掉 Base URL 末尾的接口路径，只保留前面的部分。",
        ),
    ),
    "url.version_missing": Text(
        "Base URL 缺少 {added|/v1 之类的版本号}",
        "{app} 把接口路径直接接在 Base URL 后面，不会自己加版本号。{host} 的接口路径都以版本号开头，缺了它，请求就"
        "会落到不存在的页面，或者不是接口的页面。",
        (
            "把 Base URL 改为 {better_url}",
            "在 Base URL 末尾加上 /v1（或文档里写的版本号）。",
        ),
    ),
    "url.version_doubled": Text(
        "请求地址里 {doubled|版本号} 重复出现",
        (
            "Base URL 末尾已有 {doubled|版本号}，{app} 又会自己加上 {added|一个}，请求就发到了 {twice|/v1/v1}。有的"
            " SDK 要求 Base URL 带这一段，有的会自己加，很容易混淆。"
        ),
        (
            "把 Base URL 改为 {better_url}",
            "删掉 Base URL 末尾的 {doubled|版本号}。",
        ),
    ),
    "url.double_slash": Text(
        "请求地址里有双斜杠（//）",
        "Base URL 以斜杠结尾，{app} 又补了一个斜杠。有的服务器不在意，有的会找不到页面，或者把请求转到别处。",
        (
            "把 Base URL 改为 {better_url}",
            "删掉 Base URL 末尾的斜杠。",
        ),
    ),
    "url.path_wrong": Text(
        "Base URL 的路径不对：{host} 的接口在另一个路径下",
        "Base URL 里的路径没有可用的接口，但同一主机的另一个路径有接口应答。中转站常把接口放在自己的路径下，比如 "
        "/api 或 /openai；有的主机同时提供好几个版本。",
        (
            "把 Base URL 改为 {better_url}",
            "把接口版本改为 {better_version}，比如写在 {version_variable} 里。",
            "在 {host} 的文档里查 {protocol} 协议的 Base URL，完整复制。",
        ),
    ),
    # -- key -----------------------------------------------------------------------------------------------------------
    "key.placeholder": Text(
        "API 密钥还是占位的示例值",
        "现在填的是教程或模板里的占位内容，比如 sk-... 或 your-api-key，还没有换成真正的密钥。",
        (
            "到 {console} 创建一个密钥。",
            "用它替换 {source} 里的值。",
            "把示例整个换成自己的密钥，然后重启应用。",
        ),
    ),
    "key.unexpanded": Text(
        "填的是变量名，不是密钥的值",
        "${OPENAI_API_KEY}、%OPENAI_API_KEY% 这样的引用本该替换成密钥。读取这个文件的程序不做替换，"
        "或者当时变量还没设置，结果引用本身被当作密钥发了出去。",
        (
            "在启动应用之前，先设置好它引用的那个变量。",
            "如果仍不生效，直接把密钥写在这里。",
            "在终端里请用双引号：单引号里的变量不会被替换。",
        ),
    ),
    "key.stray_characters": Text(
        "API 密钥里有多余的字符",
        "值里有不属于密钥的内容：{position|空格、引号、换行，或看不见的字符}，多半是复制时带进来的。Python 的 SDK "
        "这时常常只报“Connection error.”，请求根本没有发出。",
        (
            Step("key_in:dotenv|key_in:compose", "删掉密钥前后的引号、空格和换行。给 Docker 用的 env 文件不要写引号。"),
            Step("key_in:file", "如果文件是在 Windows 上写的，请改用 Unix 换行（LF）保存。"),
            "用服务商页面上的复制按钮重新复制，粘贴到清空后的输入框。",
            Step("!key_in:dotenv !key_in:compose", "删掉密钥前后的引号、空格和换行。"),
        ),
    ),
    "key.bearer_prefix": Text(
        "密钥栏里除了密钥还有别的内容",
        "现在的值以“Bearer”或请求头名、变量名开头，多半是从文档里复制了整行。请求头由应用自己加，这一部分就发送了两"
        "次。",
        ("只保留密钥本身，从它的第一个字符开始（常见的是 sk-），前面的全部删掉。",),
    ),
    "key.several": Text(
        "密钥栏里填了好几个密钥",
        "有的应用支持填多个密钥轮流使用。多数 SDK 会把整串内容当作一个密钥发出去，没有服务器认得它。",
        (
            "只留一个密钥，其余删掉。",
            "要用多个密钥，请在支持这一功能的应用里逐个添加。",
        ),
    ),
    "key.masked": Text(
        "复制到的是打码后的密钥",
        "密钥的大部分被点号或星号代替了。服务商只在创建时完整显示一次密钥，之后页面上只能看到首尾几位。",
        (
            "到 {console} 新建一个密钥，并当场复制。",
            "从当初保存的地方取出完整密钥，或者新建一个。",
        ),
    ),
    "key.truncated": Text(
        "密钥不完整，或者过长",
        "它的开头像是 {key_door|某个已知服务商} 的密钥，但这类密钥不是这样的。可能是复制时漏了一截，或者多出了内容。",
        (
            "现在的长度是 {key_length} 个字符。请用复制按钮重新复制：双击选中时常常会在连字符处断开。",
            "重新完整复制一遍，粘贴到清空后的输入框。",
            "如果页面上已经看不到完整密钥，到 {console} 新建一个。",
        ),
    ),
    "key.wrong_kind": Text(
        "这不是用来调用模型的 API 密钥",
        "它是{credential|管理密钥、登录令牌、某种 ID 或其他用途的密钥}。模型接口不接受它。",
        (
            Step(
                "said:token door:vertex",
                "不要用 API 密钥，改用访问令牌：`gcloud auth print-access-token`，有效期一小时。",
            ),
            Step("!said:token", "到 {console} 创建 API 密钥。"),
            Step(
                "key:oauth|key:session", "订阅账号的登录凭证只能在官方自己的应用里用；API 密钥要另外创建，也另外计费。"
            ),
            Step("said:token !door:vertex", "用服务商自己的工具获取访问令牌（OAuth 2），代替 API 密钥。"),
            Step("!said:token", "在服务商的 API 密钥页面新建一个，用新的这个。"),
        ),
    ),
    "key.wrong_audience": Text(
        "这个令牌是为另一个服务签发的",
        "令牌里写明了用于哪个服务（aud）、由谁签发（iss）。这个令牌用于 {audience|另一个服务}，所以即使没有过期，"
        "{door} 也不接受它。",
        (
            "为这个服务重新获取令牌：{token_command}",
            "重新获取令牌，获取时指定 {door} 文档要求的 audience 或 scope。",
            "也可以改用 API 密钥：{console}",
        ),
    ),
    "key.official_elsewhere": Text(
        "{key_door|官方服务商} 的密钥用在了 {host}",
        "这个服务器不属于密钥所属的服务商。中转站一般会发放自己的令牌；把官方密钥交给它，对方就能使用你的账号。"
        "如果服务器是你自己的，或者值得信任，则没有问题。",
        (
            "改用 {host} 发给你的令牌。",
            "如果不信任 {host}，到服务商处新建密钥，并删除这一个。",
            "如果本来想直连服务商，把 Base URL 从设置里删掉。",
        ),
    ),
    "key.wrong_door": Text(
        "这个密钥属于 {key_door|另一家服务商}，不是 {door|这一家} 的",
        "每家服务商只接受自己签发的密钥。密钥本身可能没有问题，但密钥和 Base URL 必须来自同一家。",
        (
            "保留密钥：把 Base URL 改为 {better_url|发放这个密钥的服务商的地址}",
            "保留 Base URL：到 {console} 创建 {door} 的密钥。",
        ),
    ),
    "key.wrong_region": Text(
        "这个密钥属于同一服务商的另一个区域或站点",
        "有些服务商分设站点，比如国内站和国际站，账号和密钥各自独立，互不相认。",
        (
            "保留密钥：把 Base URL 改为 {better_url}",
            "保留 Base URL：到 {console} 创建密钥。",
            "看看你是在哪个站点登录并创建密钥的，用那个站点文档里的 Base URL。",
        ),
    ),
    "key.wrong_plan": Text(
        "这个密钥所属的套餐有专用的 Base URL",
        "编程套餐之类的订阅和按量付费，密钥和 Base URL 都是分开的。密钥本身可能没有问题，但用在另一种地址上会被拒绝"
        "，或提示余额不足。",
        (
            "保留密钥：把 Base URL 改为 {better_url}",
            "保留 Base URL：到 {console} 创建对应类型的密钥。",
            "在控制台查看密钥属于哪个套餐，复制那里给出的 Base URL。",
        ),
    ),
    "key.wrong_resource": Text(
        "这个密钥属于同一服务商的另一个资源",
        "有些服务商的密钥只对一个资源、工作区或产品有效，各有各的域名，换一处就不认。",
        (
            "保留密钥：把 Base URL 改为 {better_url}",
            "在控制台打开对应的资源，从同一个页面复制地址和密钥。",
        ),
    ),
    # -- proxy ---------------------------------------------------------------------------------------------------------
    "proxy.invalid": Text(
        "代理设置不是可用的代理地址",
        "代理设置由协议、主机和端口组成，形如 http://127.0.0.1:7890。{source|现在的代理设置} 的值不是这种形式、协议"
        "不认识，或者那个端口不接受代理请求。应用还没连到 {host} 就失败了。",
        (
            "把代理设置改为 {better_proxy}",
            Step(
                "proxy_problem:api_address|proxy_problem:own_address",
                "从 {source|代理设置} 里删掉它：API 或中转站的地址应该填在 Base URL 里。",
            ),
            Step(
                "!proxy_problem:api_address !proxy_problem:own_address",
                "写成 http://HOST:PORT；如果是 SOCKS 端口，写 socks5://HOST:PORT。"
                "HTTPS_PROXY 的值通常也以 http:// 开头。",
            ),
            Step(
                "!proxy_problem:api_address !proxy_problem:own_address",
                "密码里的特殊字符要转码：@ 写成 %40，: 写成 %3A，# 写成 %23。",
            ),
        ),
    ),
    "proxy.ignored": Text(
        "应用不理会代理设置",
        "这个应用不理会 HTTP_PROXY 和 HTTPS_PROXY。这次检查走了 {proxy|代理}，应用则是直连，所以可能一个通、一个不通。",
        (
            Step("node !python", "Node 24 及以上：启动应用时设置 NODE_USE_ENV_PROXY=1。"),
            "在应用自己的设置里填写代理。",
            "或者打开代理软件的 TUN 模式，接管全部流量。",
        ),
    ),
    "proxy.unreachable": Text(
        "连不上代理 {proxy|（设置里的）}",
        "所有请求都要经过这个代理，现在一个也出不去，{host} 本身可能完全正常。常见原因是代理软件没有运行，或端口不对。",
        (
            "启动代理软件，核对它的端口和 {source|代理设置} 是否一致。",
            "如果不需要代理，清除 HTTP_PROXY、HTTPS_PROXY 和 ALL_PROXY，再重启应用。",
        ),
    ),
    "proxy.auth_required": Text(
        "代理要求输入用户名和密码",
        "本机和互联网之间的代理只放行认得的用户，请求还没出去就被拦下了。这和 API 密钥无关。",
        (
            "把用户名和密码写进代理设置：http://USER:PASSWORD@HOST:PORT，特殊字符要转码（@ 写成 %40）。",
            "向公司网管索取账号。如果对方说是 NTLM 或 Kerberos，在本机运行能代为登录这类代理的工具，把它当作代理。",
        ),
    ),
    "proxy.socks_unsupported": Text(
        "应用要多装一个包才能用 SOCKS 代理",
        "{source|代理设置} 里写的是 SOCKS 代理，而 Python 客户端要多装一个包才能用。没有它，程序一启动就会报错，"
        "和访问哪台服务器无关，NO_PROXY 里的也一样。这次检查用的是自带的 SOCKS 支持。",
        (
            Step(
                "python",
                (
                    '在应用自己的 Python 环境里（不是别的环境）执行：`pip install "httpx[socks]"`。用 requests '
                    "的程序则需要 `pip install pysocks`。"
                ),
            ),
            "或者用 HTTPS_PROXY=http://HOST:PORT（同一代理软件的 HTTP 端口）代替 {source|ALL_PROXY}。",
        ),
    ),
    "proxy.refused": Text(
        "代理拒绝连接 {host}",
        "代理已经连上，但它不放行：可能是公司、沙箱或代理软件的规则。请求没有到达接口，和密钥无关。",
        (
            "请代理的管理员放行 {host} 的 {port|443} 端口。",
            "如果是自己的代理软件，查看规则和日志里的 {host}，或换一个节点。",
            "如果本机可以直连，把 {host} 加到 NO_PROXY。",
        ),
    ),
    "proxy.captures_local": Text(
        "发往 {host|你自己的服务器} 的请求走了代理",
        "代理看不到你的本机和内网，所以会返回错误，或者没有响应。NO_PROXY 里写的是不走代理的主机，而这里面没有它。",
        (
            "把 {host} 加到 NO_PROXY（以及 no_proxy），再重启应用。",
            "用代理软件的话，把 {host} 加到绕过列表（直连规则）。",
        ),
    ),
    # -- dns -----------------------------------------------------------------------------------------------------------
    "dns.not_found": Text(
        "域名不存在（DNS）：{host|Base URL 里的主机}",
        "连接之前，程序要先查询域名对应的地址。得到的答复是没有这个名字：可能拼错了，可能已停用，"
        "也可能只在某个内部网络里才有。",
        (
            "把 Base URL 改为 {better_url}",
            "对照文档，逐个字母核对 Base URL 里的域名。",
            "如果是公司内部的域名，先连上公司网络或 VPN。",
        ),
    ),
    "dns.failed": Text(
        "DNS 解析失败：{host|Base URL 里的主机}",
        "DNS 没有给出可用的答复，所以还不知道这个域名是否存在。多半是本机没有联网，或者 DNS 服务器连不上。",
        (
            Step("container", "在容器里，重启容器引擎，或启动容器时加上 --dns 223.5.5.5。"),
            "先看看本机能否打开网页；打不开就先修好网络。",
            "重启 VPN 或代理软件，或换用别的 DNS，比如 223.5.5.5 或 1.1.1.1。",
        ),
    ),
    "dns.bogus_answer": Text(
        "DNS 给出的 {host|Base URL 里的主机} 的地址不对",
        "DNS 给出的 {address|地址} 是内网地址、本机地址，或者是别人的地址。可能是过滤软件、广告拦截、hosts 文件，"
        "或 DNS 被污染。",
        (
            (
                "在 hosts 文件（/etc/hosts，Windows 是 C:\\Windows\\System32\\drivers\\etc\\hosts）里查找 {host}，"
                "删掉那一行。"
            ),
            "换用别的 DNS 或打开加密 DNS，再重启应用。",
            "暂时关闭广告拦截或过滤软件试试。",
        ),
    ),
    "dns.fake_ip": Text(
        "{host|Base URL 里的主机} 解析到了代理软件的 fake-ip 地址",
        "TUN 模式的代理软件会分配 198.18.0.0/15 里的地址，再由自己转发连接。这是正常的工作方式。"
        "只有代理软件停止或重启之后，这个地址才会没有响应。",
        (
            "一切正常的话，不用处理。",
            "如果没有响应，先重启代理软件，再重启应用。",
            "如果应用把它当成内网地址拒绝，把 {host} 加到代理软件的 fake-ip-filter。",
        ),
    ),
    # -- tcp -----------------------------------------------------------------------------------------------------------
    "tcp.refused": Text(
        "{host} 拒绝连接：该端口没有程序在监听",
        "那台机器立刻答复说，这个端口上没有程序在监听。可能服务没有启动，端口不对，或者服务只监听自己的回环地址。",
        (
            Step("provider", "对照服务商文档核对主机和端口：它的接口使用 443 端口。"),
            Step("provider", "换个网络，或关掉 VPN 和代理再试。"),
            Step("!provider", "启动服务，核对它显示的端口是否为 {port|Base URL 里的那个}。"),
            Step(
                "owner door:ollama|protocol:ollama",
                "自己的服务器：要从其他机器或容器访问，让它监听 0.0.0.0：设 OLLAMA_HOST=0.0.0.0。",
            ),
            Step("owner !door:ollama !protocol:ollama", "自己的服务器：要从其他机器或容器访问，让它监听 0.0.0.0。"),
        ),
    ),
    "tcp.timeout": Text(
        "连接 {host} 超时，没有任何回应",
        "既没有同意，也没有拒绝。可能是防火墙丢弃了请求，当前网络访问不了它，或者那台机器没开。",
        (
            "看看其他网页能否打开。能打开的话，换个网络或通过代理再试。",
            Step("owner", "自己的服务器：在防火墙和云平台的安全组里放行对应端口。"),
            Step("owner", "自己的服务器：确认它的地址现在还是不是 {address}。"),
        ),
    ),
    "tcp.unreachable": Text(
        "没有到 {host} 的路由",
        "本机或途中的路由器没有通往该地址的路。可能是断网了，需要连 VPN，或者系统不让这个应用访问本地网络。",
        (
            Step("local", "macOS：在“系统设置 → 隐私与安全性 → 本地网络”里允许该应用或终端。"),
            "看看本机是否联网；如果需要 VPN，先连上。",
            Step("owner", "自己的服务器：确认它的地址有没有变。"),
        ),
    ),
    "tcp.reset": Text(
        "与 {host} 的连接刚建立就被重置",
        "对方接通后立刻挂断，这时还没有开始加密。可能是防火墙，可能是服务器只允许名单里的地址，"
        "也可能是代理软件出了状况。",
        (
            "重启 VPN 或代理软件，或者关掉再试。",
            "换个网络试试。如果那边正常，请联系这边的网络管理员。",
            Step("owner", "自己的服务器：查看访问白名单和日志。"),
        ),
    ),
    "tcp.ipv6_broken": Text(
        "IPv6 连不上，IPv4 正常",
        "这台主机两种地址都有。先试 IPv6 的应用要等它失败，有的根本不会改用 IPv4。原因多半在当前网络或 VPN。",
        (
            Step("node", "Node 可以设置 NODE_OPTIONS=--dns-result-order=ipv4first。"),
            Step("local", "Base URL 写的是 localhost 的话，改成 127.0.0.1。"),
            "在本机或 VPN 里关闭 IPv6，或者把它修好。",
        ),
    ),
    # -- tls -----------------------------------------------------------------------------------------------------------
    "tls.not_tls": Text(
        "{host} 的这个端口不支持 https",
        "Base URL 以 https:// 开头，返回的却是普通的 http。本机或内网的服务没有配置证书时都只有 http。",
        (
            "把 Base URL 改为 {better_url}",
            Step("!provider", "如果服务在本机或内网，把 https:// 改成 http://。"),
            Step("public", "改用提供 https 的端口（一般是 443），或请管理员开通。"),
        ),
    ),
    "tls.needed": Text(
        "{host} 的这个端口要用 https",
        "Base URL 以 http:// 开头，而这个端口只接受加密连接。",
        (
            "把 Base URL 改为 {better_url}",
            "把 Base URL 里的 http:// 改成 https://。",
        ),
    ),
    "tls.expired": Text(
        "{host} 的证书已经过期",
        "证书的有效期到 {not_after|过去的某一天} 为止，应用因此不再信任这台服务器。只有它的管理员能续期。",
        (
            "先确认本机的日期和时间是对的。",
            Step("public", "通知 {host} 的管理员更新证书。"),
            "不要关闭证书检查：否则网络上的任何人都能看到密钥。",
            Step("owner", "自己的服务器：更新证书，再重新加载 Web 服务。"),
        ),
    ),
    "tls.not_yet_valid": Text(
        "{host} 的证书尚未生效",
        "按本机的时钟，它的生效日还没到。多半是本机时钟慢了，偶尔是签发证书的机器时钟快了。",
        (
            "校准本机的日期、时间和时区，最好打开自动对时。",
            "如果本机时间没问题，通知 {host} 的管理员。",
        ),
    ),
    "tls.hostname_mismatch": Text(
        "证书与 {host} 不匹配",
        "服务器的证书是发给其他域名的（{names|不包括这个主机}），应用无法确认连到的是不是对的服务器。常见原因："
        "Base URL 里写了 IP，服务器配置有误，或者域名解析到了错误的地址。",
        (
            "如果确实是同一台服务器，Base URL 改用证书上的名字：{names}。",
            "如果证书上是不相干的域名，换用别的 DNS 或换个网络再试。",
            Step("owner", "自己的服务器：申请一张包含 {host} 的证书。"),
        ),
    ),
    "tls.self_signed": Text(
        "{host} 用的是自签名证书",
        "没有受信任的机构为它担保，所以应用拒绝连接。自建服务器很常见；如果是公开服务，就要当心了。",
        (
            Step("provider", "不要发送密钥：{door} 的证书不会是自签名的。换个网络再试。"),
            Step("relay", "不要发送密钥，请 {host} 的管理员换上公共机构签发的证书。"),
            Step(
                "python node owner",
                "自己的服务器：把它的证书交给应用：Python 设 SSL_CERT_FILE=PATH，Node 设 NODE_EXTRA_CA_CERTS=PATH。",
            ),
            Step("python !node owner", "自己的服务器：把它的证书交给应用：SSL_CERT_FILE=PATH。"),
            Step("node !python owner", "自己的服务器：把它的证书交给应用：NODE_EXTRA_CA_CERTS=PATH。"),
            Step("!node !python owner", "自己的服务器：把它的证书交给应用，或加进系统的证书列表。"),
            Step("owner", "更好的办法：自己的服务器可以申请公共机构的证书，比如 Let's Encrypt。"),
        ),
    ),
    "tls.clock_wrong": Text(
        "本机的时钟不准",
        "证书只在两个日期之间有效。按这个时钟，正常的证书也会显得过期或尚未生效，所有 https 连接都会失败。",
        (
            "校准日期、时间和时区，最好打开自动对时。",
            "WSL 或虚拟机请重启（`wsl --shutdown`）：电脑睡眠时它的时钟会停。",
        ),
    ),
    "tls.untrusted_issuer": Text(
        "本机不信任 {host} 的证书",
        "证书由 {issuer|某个机构} 签发，它不在客户端信任的机构列表里。多半是公司自己的证书机构，或者列表太旧。",
        (
            Step(
                "python node",
                "在公司里：向网管要根证书，交给应用：Python 设 SSL_CERT_FILE=PATH，Node 设 NODE_EXTRA_CA_CERTS=PATH。",
            ),
            Step("python !node", "在公司里：向网管要根证书，交给应用：SSL_CERT_FILE=PATH。"),
            Step("node !python", "在公司里：向网管要根证书，交给应用：NODE_EXTRA_CA_CERTS=PATH。"),
            Step("!node !python", "在公司里：向网管要根证书，交给应用，或加进系统的证书列表。"),
            Step("node", "如果浏览器接受这个证书，设置 NODE_USE_SYSTEM_CA=1，Node 就会使用系统的列表。"),
            Step("python", "更新列表：`pip install -U certifi`，或安装系统更新。"),
            Step("!python", "安装系统更新，证书机构的列表会随之更新。"),
        ),
    ),
    "tls.intercepted": Text(
        "你的网络里有程序解密了与 {host} 的连接",
        "收到的不是对方自己的证书，而是由 {issuer|另一个签发者} 签发的。公司代理、杀毒软件和抓包工具会这样做，"
        "以便查看内容。应用不认识这个签发者就会拒绝；能查看内容的一方，也能看到密钥。",
        (
            Step(
                "python node",
                "在公司里：向网管要根证书，交给应用：Python 设 SSL_CERT_FILE=PATH，Node 设 NODE_EXTRA_CA_CERTS=PATH。",
            ),
            Step("python !node", "在公司里：向网管要根证书，交给应用：SSL_CERT_FILE=PATH。"),
            Step("node !python", "在公司里：向网管要根证书，交给应用：NODE_EXTRA_CA_CERTS=PATH。"),
            Step("!node !python", "在公司里：向网管要根证书，交给应用，或加进系统的证书列表。"),
            "在杀毒软件里，把 {host} 排除在加密连接扫描之外。",
            "如果想不出是什么在这样做，不要在这个网络里发送密钥。",
        ),
    ),
    "tls.incomplete_chain": Text(
        "{host} 没有发送完整的证书链",
        "服务器证书和受信任的机构之间还有一张中间证书，应由服务器一并发送，这里缺了它。浏览器会自己去取，"
        "其他程序大多不会，所以网页能开，应用却连不上。",
        (
            Step("public", "通知 {host} 的管理员缺少中间证书。"),
            Step("owner", "自己的服务器：改用完整的证书链（fullchain.pem），不要只装单张证书。"),
        ),
    ),
    "tls.handshake_failed": Text(
        "与 {host} 的 TLS 握手失败",
        "多半是本机和服务器没有共同支持的 TLS 版本或加密套件：有一方太旧，或者中间的设备干扰。",
        (
            "更新应用，以及它用的 TLS 库。",
            "关掉 VPN 和代理试试，或换个网络。",
            Step("owner", "自己的服务器：启用 TLS 1.2 和 1.3；如果经反向代理转发，让它带上主机名（SNI）。"),
        ),
    ),
    "tls.reset": Text(
        "与 {host} 的连接在 TLS 握手时被重置",
        "连接能建立，但在握手时被切断。网络里可能有按域名过滤的设备，域名就在首个数据包里；有些老旧设备也处理不了新"
        "版程序较长的首个数据包。",
        (
            "通过代理或换个网络再试。",
            "在公司里：问问网管是否屏蔽了 {host}。",
            "如果是自己的域名被过滤，换一个域名试试。",
        ),
    ),
    "tls.client_certificate": Text(
        "{host} 要求客户端证书（双向 TLS）",
        "服务器或它前面的网关只放行出示自己证书的程序。官方 SDK 和大多数应用默认不带客户端证书，需要自己配置。接口"
        "还没有看到密钥。",
        (
            "向 {host} 的管理员要一个只需要密钥的地址，或者要客户端证书和它的私钥。",
            Step(
                "python",
                (
                    "拿到证书后交给应用的 HTTP 客户端，Python 里是 `openai.OpenAI(http_client="
                    "httpx.Client(cert=(CERT, KEY)))`。很少有应用提供这个设置项。"
                ),
            ),
            Step("owner via:nginx", "自己的服务器：对接口路径不要求客户端证书（nginx：`ssl_verify_client off`）。"),
            Step("owner !via:nginx", "自己的服务器：对接口路径不要求客户端证书。"),
        ),
    ),
    "tls.strict": Text(
        "Python 3.13 及以上版本可能拒绝 {host} 的证书",
        "证书链在这里通过了验证，但通不过严格检查（RFC 5280），而 Python 3.13 起默认做严格检查："
        "{detail|缺少必需的扩展}。Requests、aiohttp、旧版 SDK，以及设置了 SSL_CERT_FILE 的官方 SDK 会报 "
        "CERTIFICATE_VERIFY_FAILED。",
        (
            "重新签发 {host} 的 CA 证书，补上缺少的扩展。",
            (
                "用 openssl 签发时，CA 需要 `basicConstraints=critical,CA:true`、"
                "`keyUsage=critical,keyCertSign,cRLSign` 和 `subjectKeyIdentifier=hash`。"
            ),
            "在此之前，用 Python 3.12 运行应用，或在它的 SSL context 里去掉 ssl.VERIFY_X509_STRICT。",
        ),
    ),
    "tls.expires_soon": Text(
        "{host} 的证书还有 {days|几} 天过期",
        "现在一切正常。但从 {not_after|那一天} 起，如果没有续期，应用就会拒绝连接。证书一般会提前几周自动续期，"
        "到现在还没续，可能是自动续期停了。",
        (
            Step("public", "通知 {host} 的管理员。"),
            Step("owner", "自己的服务器：马上续期，并查明为什么没有自动续期。"),
        ),
    ),
    # -- http ----------------------------------------------------------------------------------------------------------
    "http.timeout": Text(
        "超时：{host} 没有及时应答",
        "服务器接受了连接，但在时限内没有应答。它或它后面的服务正忙、卡住了，或者还在加载模型。",
        (
            Step("!call", "多等一会儿：检查时加上 --timeout 60。"),
            Step("call", "调大客户端的超时时间，例如 timeout=60（秒）。"),
            Step("provider", "查看服务商的状态页，看有没有故障公告。"),
            Step("relay", "询问 {host} 的管理员服务是否正常。"),
            Step("owner", "自己的服务器：查看日志和内存，第一次请求常常要先加载模型。"),
        ),
    ),
    "http.closed": Text(
        "{host} 没有答完就断开了连接",
        "连接建立之后被对方关闭。可能是对方程序崩溃了，也可能是中间的网关或代理放弃了。",
        (
            "再试一次：可能只是偶然。",
            "关掉 VPN 和代理试试。",
            Step("owner", "自己的服务器：查看当时的日志和内存。"),
        ),
    ),
    "http.not_http": Text(
        "{host} 的这个端口用的不是 HTTP",
        "这个端口有程序应答，但用的不是 HTTP。可能是数据库、SOCKS 代理或别的服务。",
        ("核对 Base URL 里的端口，和接口服务启动时显示的是否一致。",),
    ),
    "http.redirected": Text(
        "{host} 把请求重定向到另一个地址",
        "应用跟随重定向时，POST 常常变成 GET，或者密钥丢失，或者密钥被带到另一个主机。应用只会报“找不到”或“没有密钥"
        "”，不会提到重定向。",
        (
            "把 Base URL 改为 {better_url}",
            "如果认识并信任 {location}，把 Base URL 改为那个地址。",
            "Base URL 用 https:// 开头，写准域名，末尾不要带斜杠。",
        ),
    ),
    "http.blocked": Text(
        "{host} 前面的防火墙拦下了这个客户端",
        "应答的不是接口，而是人机验证或 Web 防火墙。它看的是来源地址、国家或客户端特征，还没有检查密钥。",
        (
            Step("via:cloudflare", "把拦截页面的内容和编号（Ray ID）发给 {host} 的管理员。"),
            "换个网络，或关掉 VPN、代理再试。",
            Step("!via:cloudflare", "把拦截页面的内容和编号发给 {host} 的管理员。"),
            Step("owner", "自己的服务器：让接口路径跳过人机验证。"),
        ),
    ),
    "http.front_auth": Text(
        "接口前面的网关要求另外登录",
        "接口前面有密码框、单点登录或访问网关，它们要求密钥之外的另一个凭证。接口还没有看到密钥。",
        (
            "向 {host} 的管理员要一个给程序用的地址，或网关的访问令牌。",
            "公司的服务：先连上公司 VPN。",
            Step("owner", "自己的服务器：让接口路径不经过这道登录。"),
        ),
    ),
    "http.header_rejected": Text(
        "{host} 不接受请求里的某个请求头",
        "应用发送的每个请求都带有请求头。服务器不接受其中一个，或者缺少一个：{parameter|是哪一个，见它返回的内容}。",
        (
            Step("app:claude-code", "Claude Code 可以设置 CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1。"),
            Step("protocol:ollama|door:ollama", "如果通过隧道访问 Ollama，让隧道把 Host 请求头设为 localhost:11434。"),
            "更新应用。",
            Step("public", "询问 {host} 的管理员接受哪些请求头。"),
            Step("owner", "自己的服务器：更新它，或让它接受这个请求头。"),
            Step(
                "owner app:claude-code",
                "自己的网关：需要转发的内容见 code.claude.com/docs/en/llm-gateway-protocol。",
            ),
        ),
    ),
    "http.body_encoding": Text(
        "服务器读不了压缩过的请求体",
        "{app} 会压缩请求体，而 {host} 直接把压缩后的字节当成 JSON 解析，第一个字节就错了：zstd 以“(”开头，gzip 以 "
        "0x1f "
        "开头。密钥、模型和地址可能都没有问题。",
        (
            (
                "Codex：关闭请求压缩，运行 `codex -c features.enable_request_compression=false`，或在 config.toml 的 "
                "[features] 下加上同一项。"
            ),
            "其他应用：找到压缩请求的选项并关闭。",
            "服务器管理员：升级中转程序，或让它在解析 JSON 之前先按 Content-Encoding 解压 zstd 和 gzip。",
        ),
    ),
    "http.too_large": Text(
        "请求太大，超过了 {host} 的限制",
        "服务器或前面的网关限制了大小。短的提问能通过，长的会被拒绝或中途切断。",
        (
            "减少内容：缩短对话历史，少传或压缩文件和图片。",
            Step("owner via:nginx", "自己的服务器：在 nginx 里调大 client_max_body_size。"),
            Step("owner !via:nginx", "自己的服务器：调大它和前面网关对请求大小的限制。"),
        ),
    ),
    "http.gateway_error": Text(
        "网关错误：{host} 没能从后面的接口得到应答",
        "应答的是应用和接口之间的网关。它本身正常，但后面的接口停了、太慢或连不上。和你的密钥无关。",
        (
            "等几分钟再试。",
            Step("provider", "查看服务商的状态页。"),
            Step("relay", "询问 {host} 的管理员。"),
            Step("owner", "自己的服务器：确认网关后面的程序在运行，地址和端口也填对了。"),
        ),
    ),
    "http.server_error": Text(
        "服务器错误：{host} 的接口处理失败",
        "它收下了请求，但处理时出错了。大的服务商一般会自行恢复；自建服务可以看日志找原因。",
        (
            Step("relay", "把服务器返回的内容告诉 {host} 的管理员：{said}"),
            "过一分钟再试。",
            "换个模型试试：常常只有一个模型出问题。",
            Step("provider", "一直不恢复的话，查看服务商的状态页。"),
            Step("owner", "自己的服务器：日志里会写明原因。"),
        ),
    ),
    # -- shape ---------------------------------------------------------------------------------------------------------
    "shape.web_page": Text(
        "应答的是网页，不是接口",
        "服务器报告成功，返回的却是网页（HTML）。Base URL 填成了官网或中转站的首页。SDK 随后会报奇怪的错误，比如“"
        "'str' object has no attribute 'choices'”。",
        (
            "把 Base URL 改为 {better_url}",
            "在 {host} 的文档里查找 Base URL，一般以 /v1 结尾。",
            Step("owner", "自己的服务器：确认用的是接口的端口，而不是网页的端口。"),
        ),
    ),
    "shape.not_llm_api": Text(
        "在 {host} 没有找到大模型接口",
        "服务器有应答，但在常见的路径上都不是大模型接口。主机、端口或路径可能属于别的服务。",
        (
            "把 Base URL 改为 {better_url}",
            Step("said:unrouted", "{host} 上的网关没有这个路径的路由：向管理员询问大模型路由的路径。"),
            "对照文档核对主机、端口和路径，或向管理员询问准确的 Base URL。",
            Step("said:unrouted owner", "如果网关是自己的，列出它的路由。路由还可能限定域名或请求方法。"),
        ),
    ),
    "shape.wrong_protocol": Text(
        "{host} 提供的不是 {protocol|所选的协议}",
        "大模型接口有好几种协议：应用用的是一种，而这个地址提供的是 {other_protocol|另一种}。",
        (
            "在应用里把服务商类型改为 {other_protocol}。",
            "或者把 Base URL 改为 {better_url}",
            "请求头 {header} 也要为 {other_protocol} 设置，位置是 {header_variable|应用的设置}。",
            Step(
                "app:codex",
                (
                    'Codex 只使用 Responses 接口，wire_api = "chat" 已被移除。请使用提供 /responses 的地址，'
                    "或能转换协议的网关。"
                ),
            ),
            "查看文档里 {protocol} 有没有单独的地址，以及应用支持哪些协议。",
        ),
    ),
    "shape.error_as_success": Text(
        "{host} 返回成功状态，内容却是错误信息",
        "状态是成功，内容却是一条错误信息。SDK 会把它当成模型的回答，然后在别处出错。真正的原因就是这条信息。",
        (
            "按服务器的报错处理：{said}",
            "想知道报错的含义：运行 `llmdoctor explain -`，再粘贴报错。",
            Step("owner", "自己的服务器：让错误以错误状态返回。"),
        ),
    ),
    "shape.malformed_answer": Text(
        "{host} 的应答缺少 SDK 要读取的字段",
        "返回的是 JSON，但没有 SDK 用来取文字的字段。可能被中转站改动过，也可能属于另一种协议。",
        (
            "确认应用里选的协议和服务器的一致。",
            "换个模型试试：常常只有一个模型出问题。",
            Step("public", "询问 {host} 的管理员。"),
            Step("owner", "自己的服务器：更新它。"),
        ),
    ),
    # -- auth ----------------------------------------------------------------------------------------------------------
    "auth.rejected": Text(
        "{door} 拒绝了 API 密钥",
        "服务器读到了密钥并拒绝了它。可能输错了，已被删除或更换，或者不是这台服务器的密钥。",
        (
            Step("public", "拿 {key_hint} 和 {console} 里列出的密钥核对。"),
            "实际使用的密钥来自 {key_source}：确认它就是你要用的那个。",
            Step("public", "到 {console} 新建密钥并换上。"),
            Step("relay", "在中转站网站的令牌页面确认这个令牌存在且已启用，或新建一个。"),
            "从保存密钥的地方重新复制一遍。",
            Step("owner local", "自己的服务器：把密钥和它设置里的核对一遍。"),
        ),
    ),
    "auth.header_style": Text(
        "应用把密钥放错了请求头",
        "密钥可用，只是位置不对。密钥可以放在“Authorization: Bearer”、“x-api-key”等不同位置，{app} 放的位置 {host} "
        "不会去看。",
        (
            Step(
                "app:claude-code",
                "Claude Code：{claude_token} 以 Bearer 发送，ANTHROPIC_API_KEY 以 x-api-key 发送，换用另一个变量。",
            ),
            Step(
                "protocol:azure",
                "AzureOpenAI 把 API 密钥（`api_key`、AZURE_OPENAI_API_KEY）以 api-key 发送，把 Entra ID "
                "的令牌（`azure_ad_token`、"
                "AZURE_OPENAI_AD_TOKEN）以 Authorization: Bearer 发送。",
            ),
            "让应用用 {better_auth} 发送密钥。",
            "在应用里选择与服务器相符的服务商类型，或更新应用。",
            Step("owner", "自己的服务器：让它两种都接受。"),
        ),
    ),
    "auth.header_lost": Text(
        "密钥已经发出，服务器却说没有收到",
        "密钥在应用和服务器之间被去掉了，比如经过重定向，或者 Web 服务器不转发该请求头。有的服务器认不出密钥格式时"
        "也会这么说。",
        (
            "换用另一个请求头：{better_auth}。",
            "Base URL 直接填最终的 https:// 地址，避免重定向。",
            "重新完整复制一遍密钥。",
            Step("owner", "自己的服务器：让 Web 服务器转发 Authorization 请求头。"),
        ),
    ),
    "auth.expired": Text(
        "API 密钥已过期或被停用",
        "服务器认得它，但说它已过期、被停用、被冻结，或因为泄露而被封。等待不会让它恢复。",
        (
            Step("said:suspended", "联系服务商客服：账号或项目已被冻结，在里面新建的密钥也用不了。"),
            Step("said:relogin", "在生成这个令牌的应用里重新登录：它是登录令牌，已经过期。"),
            Step("said:leaked", "到控制台查看这个密钥有没有被人盗用，并找出它是在哪里泄露的。"),
            Step("!said:suspended", "到 {console} 新建密钥。"),
            Step("!said:suspended", "在所有用到这个密钥的地方换上新密钥，并删除旧的。"),
            Step("!said:suspended", "如果是账号被冻结，联系服务商客服。"),
        ),
    ),
    "auth.login_expired": Text(
        "保存的登录已过期",
        "应用使用的是某个程序保存在 {place|它的位置} 的登录，而这个登录已经失效，不会自动续期。Base URL 和模型没有"
        "问题。",
        (
            Step("step:sso", "重新登录：`aws sso login`。"),
            Step("chain:entra step:cli", "重新登录：`az login`。"),
            Step("chain:entra step:developer_cli", "重新登录：`azd auth login`。"),
            Step("chain:entra step:powershell", "重新登录：`Connect-AzAccount`。"),
            Step("chain:google", "重新登录：`gcloud auth application-default login`。"),
            Step("chain:aws step:login", "重新登录：`aws login`。"),
            "重新登录：{command}",
            "用保存这个登录的程序重新登录。",
            "如果需要长期有效，改用程序专用的账号，不要用个人登录。",
        ),
    ),
    "auth.no_credential": Text(
        "没有取得凭证",
        "设置指明了凭证的来源（{place|它的位置}），但从那里什么也没有取到：{said|没有说明原因}。没有带凭证请求过 API。",
        (
            Step("chain:aws", "用 AWS 自己的程序验证：`aws sts get-caller-identity`。"),
            Step("chain:google", "用 Google 自己的程序验证：`gcloud auth application-default print-access-token`。"),
            "改正 {place|上述位置} 的问题。",
            "如果想用的是别处的凭证，删除排在它前面的设置。`llmdoctor check -v` 会列出先后顺序。",
        ),
    ),
    "auth.not_permitted": Text(
        "API 密钥缺少权限",
        "密钥可以限定权限、项目或请求类型，这个请求不在范围内。",
        (
            "按服务器的提示授权：{said}",
            Step(
                "door:github-models",
                "GitHub Actions 工作流：给 `permissions:` 加上 `models: read`；个人令牌也要有这项权限。",
            ),
            Step("!said:ask door:gemini|door:vertex", "在密钥所属的项目里启用 Generative Language API。"),
            Step("!said:ask", "打开 {console}，给密钥加上缺少的权限。"),
            Step("!said:ask", "新建一个不受限制的密钥，或请账号所有者开放模型调用权限。"),
        ),
    ),
    "auth.ip_not_allowed": Text(
        "不允许从当前的 IP 地址使用这个密钥",
        "密钥或账号设置了 IP 白名单，当前地址不在其中。VPN、代理或更换网络都会改变出口地址。",
        (
            "把本机的公网地址加到密钥或账号的白名单。",
            "如果只允许某个网络，就从那里访问，或关掉 VPN、代理。",
        ),
    ),
    "auth.upstream": Text(
        "中转站收下了你的令牌，但它自己的密钥被拒绝",
        "中转站用自己的密钥把请求转给上游服务商，被拒的是那个密钥，不是你的。只有中转站的管理员能处理。",
        (
            "把这条信息发给 {host|中转站} 的管理员，并附上时间和模型：{said|报错原文}",
            "修好之前，先换用别的模型或分组。",
            Step("owner", "自己的中转站：更换该渠道的密钥。"),
        ),
    ),
    # -- access --------------------------------------------------------------------------------------------------------
    "access.region_blocked": Text(
        "{door} 不在你所在的国家或地区提供服务",
        "服务商看的是请求的来源 IP，换哪个密钥都一样。用了 VPN、代理或海外服务器时，算的是它们所在的地方。",
        (
            "看看你的出口在哪个国家或地区，是否在服务商的支持列表里。",
            "确认应用和浏览器走的是同一个 VPN 或代理。",
            "或者改用支持你所在地区的服务商。",
        ),
    ),
    "access.client_refused": Text(
        "这个套餐或中转站只允许指定的应用",
        "它只供指定的应用使用，多半是编程工具。其他程序即使密钥没问题，{host} 也会拒绝，或者另外计费。",
        (
            "在套餐支持的程序里使用这个密钥。",
            "想知道在那些程序里能否使用，可以让 llmdoctor 运行一次：`llmdoctor check --app {runs|NAME} --run-client`。",
            "这个应用请改用按量付费的密钥和通用的 Base URL。",
            "不要让应用冒充别的客户端：可能会被封号。",
        ),
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    "model.not_found": Text(
        "找不到模型：{host} 没有 {model|所填的模型}",
        "模型名要一字不差，包括大小写、前缀和版本。它也可能已下线、没有安装，或者填的只是网页上的显示名称。",
        (
            "把模型改为你要的相近名字：{near}。",
            Step("protocol:ollama|door:ollama", "先下载模型：`ollama pull NAME`。"),
            Step("protocol:azure|door:azure", "在 Azure 上，模型名是你的部署名称：从部署列表里复制。"),
            Step("door:vertex|door:bedrock", "不是每个地域都有每个模型：在服务商的列表里查看它在哪里提供。"),
            "从服务器列出的模型里选一个：{listed}。",
            "从 {host} 的模型列表里选一个，原样复制。",
        ),
    ),
    "model.not_permitted": Text(
        "这个密钥无权使用 {model|所填的模型}",
        "模型存在，但你的账号、项目、套餐或令牌里不包含它。",
        (
            "换用有权使用的模型，比如 {near}。",
            Step(
                "said:providers door:openrouter",
                "到 https://openrouter.ai/settings/preferences 允许一个提供该模型的服务商。",
            ),
            Step("said:providers", "在模型页面查看哪些服务商提供它：也可能目前都没有。"),
            Step("!said:ask !said:providers", "打开 {console}，为密钥或项目开通该模型。"),
            Step("relay", "在中转站网站上查看这个令牌的可用模型列表。"),
            "换个模型，或请账号所有者开通。",
        ),
    ),
    "model.no_channel": Text(
        "中转站没有 {model|所填模型} 的可用渠道",
        "地址和令牌都没问题。中转站在令牌所属的分组里找不到提供该模型的渠道。",
        (
            "把模型改为你要的相近名字：{near}。",
            "在中转站的网站上查看哪个分组有这个模型，把令牌改到那个分组。",
            "换个模型，或联系 {host} 的管理员。",
        ),
    ),
    "model.wrong_endpoint": Text(
        "{model|所填的模型} 不能用在这个接口上",
        "有的模型只做向量、图像或语音，有的只能通过 /responses 等别的接口调用，从这里请求就会被拒绝。",
        (
            "它在 {endpoint} 提供：在应用里选择对应的接口类型。",
            "要对话的话，换用 {near} 这样的模型。",
            "换用对话模型，或在应用里选择适合该模型的接口类型。",
        ),
    ),
    "model.parameter_rejected": Text(
        "模型不接受{parameter|请求里的某个参数}",
        "地址、密钥和模型都没问题。模型拒绝了请求里的一项：{parameter|常见的是 max_tokens、temperature、工具或图片}。",
        (
            "为 {app} 设置 {variable}，它就不再发送 {parameter}。",
            "在应用里关闭或重置 {parameter}。",
            "更新应用：新版本知道新模型的要求。",
            "换个模型，或对这个模型关闭工具和图片。",
        ),
    ),
    "model.substituted": Text(
        "回答的模型不是请求的那个",
        "请求的是 {model|指定的模型}，应答里写的却是另一个名字。中转站可以做模型映射，"
        "你拿到的和付费的可能不是同一个模型。",
        (
            "如果只是同一模型的另一个名字，没有问题。",
            "询问 {host} 的管理员实际对应哪个模型，或从模型列表里选确切的名字。",
        ),
    ),
    # -- quota ---------------------------------------------------------------------------------------------------------
    "quota.exhausted": Text(
        "余额不足：账号或密钥已经没有额度",
        "账号、中转站用户或密钥本身没有额度了，或者不够预扣最长回答的费用。聊天应用的会员不能当作 API 余额。等待没"
        "有用。",
        (
            Step("plan", "如果密钥属于某个套餐，把 Base URL 改为该套餐专用的：{plan_url}"),
            "到服务商的控制台充值或调高额度：{console}",
            "查看账号和这个密钥各自的余额与额度，然后充值或调高。",
            "如果只剩一点，让应用请求短一些的回答（调小 max_tokens）。",
        ),
    ),
    "quota.rate_limited": Text(
        "触发限流：请求过于频繁",
        "每个账号每分钟或每天能发送的请求数和 token 数有限。地址和密钥都没问题，过一会儿就好。",
        (
            "等 {retry_after} 秒再试。",
            "等一分钟，再减少同时发送的请求。",
            "如果经常出现，申请提高限额，或换用小一点的模型。",
        ),
    ),
    "quota.overloaded": Text(
        "{door} 过载",
        "服务商目前的请求太多，处理不过来。与你的密钥和限流无关，过一会儿就好。",
        (
            "过几分钟再试。",
            "先换用别的模型。",
            "一直不恢复的话，查看服务商的状态页。",
        ),
    ),
    # -- stream --------------------------------------------------------------------------------------------------------
    "stream.ignored": Text(
        "流式输出不起作用：{host} 一次性返回",
        "流式输出时，文字应该一段一段地来，这里却是一次性返回。很多应用会因此显示空白回答，也不报错。",
        (
            "在应用里关闭流式输出。",
            Step("public", "请 {host} 的管理员支持流式输出。"),
            Step("owner", "自己的服务器：更新它。"),
        ),
    ),
    "stream.malformed": Text(
        "SDK 读不懂 {host} 的流式输出",
        "数据段的格式不符合协议，或者标错了类型。常常是途中的中转站或 Web 服务器改动过。",
        (
            "先在应用里关闭流式输出。",
            "确认应用里选的协议和服务器的一致。",
            Step("public", "告诉 {host} 的管理员。"),
            Step("owner", "自己的服务器：更新它，不要让 Web 服务器压缩流式数据。"),
        ),
    ),
    "stream.error_inside": Text(
        "流式输出里夹着错误信息",
        "出错之前服务器已经报告成功，错误信息只能夹在流里。很多应用这时显示空白回答。真正的原因就是这条信息。",
        (
            "按服务器的报错处理：{said}",
            "想知道报错的含义：运行 `llmdoctor explain -`，再粘贴报错。",
            "如果再次出现，把这条信息发给 {host} 的管理员。",
        ),
    ),
    "stream.cut": Text(
        "回答还没完，流式输出就断了",
        "文字传到一半，连接被关闭。多半是网关有时间限制，或者服务器中断了。",
        (
            "再试一次：可能只是偶然。",
            "关掉 VPN 和代理试试。",
            Step("owner via:nginx", "自己的服务器：调大超时时间，nginx 是 proxy_read_timeout。"),
            Step("owner !via:nginx", "自己的服务器：调大它前面网关的超时时间。"),
        ),
    ),
    "stream.stalled": Text(
        "流式输出开始后就卡住了",
        "前几段到了，之后再没有内容，连接却没有断。服务器卡住了，或者中间有东西扣住了后面的内容。",
        (
            "再试一次，或换个模型。",
            "关掉 VPN 和代理试试。",
            Step("owner via:nginx", "自己的服务器：关闭缓冲，nginx 是 proxy_buffering off。"),
            Step("owner !via:nginx", "自己的服务器：关闭前面 Web 服务器的缓冲。"),
        ),
    ),
    "stream.buffered": Text(
        "流式输出一次性到达（被缓冲）",
        "服务器用了一段时间，所有内容却在同一刻到达。中间有东西把内容缓冲起来，到最后才放行。能用，只是看不到文字逐"
        "步出现。",
        (
            "关掉 VPN 和代理试试：杀毒软件和公司代理也可能缓冲。",
            Step("public", "询问 {host} 的管理员。"),
            Step("owner", "自己的服务器：关闭前面 Web 服务器的缓冲和压缩。"),
        ),
    ),
    "stream.no_terminator": Text(
        "流式输出缺少结束标记",
        "文字是完整的，但缺最后的标记 [DONE] 或 message_stop。多数应用不在意，有的会一直等，或报告回答不完整。",
        (
            "应用正常的话，不用处理。",
            "如果不正常，在应用里关闭流式输出。",
            Step("owner", "自己的服务器：更新它。"),
        ),
    ),
    "stream.websocket_refused": Text(
        "服务器拒绝了 {app} 首先尝试的 WebSocket",
        "{app} 在发送普通请求之前会先建立 WebSocket 连接，而 {host} 在那个地址不支持。收到 Upgrade Required 时它会立刻"
        "改用 HTTPS；"
        "收到其他响应时，多半会先重试几秒。"
        "只有响应看起来像请求本身的错误（Bad Request、模型不存在、限流）时，它才会放弃。",
        (
            "如果停顿几秒后有回答，说明没有故障，只是第一次尝试失败了。",
            "Codex：在 config.toml 里把中转站写成单独的服务商（[model_providers.名称]，填 base_url，不写 "
            "supports_websockets），"
            "不要用 openai_base_url，这样就不会发 WebSocket 请求。",
            "服务器管理员：对升级请求返回 426 Upgrade Required，客户端就会立刻改用普通请求。",
        ),
    ),
    "stream.websocket_closed": Text(
        "回答还没结束，WebSocket 就被关闭了",
        "{app} 已经连上 {host} 的 WebSocket，随后被服务器或中间设备关闭。关闭码 1008 表示服务器按策略不允许，1011 表示"
        "服务器出错，1006 表示连接被切断。"
        "代理和 VPN 常常会切断 WebSocket，而普通请求不受影响。",
        (
            "关掉代理或 VPN，或换一个网络再试。",
            "Codex：在 config.toml 里写成单独的服务商，不写 supports_websockets，就会改用普通请求。",
            "服务器管理员：让前面的反向代理转发升级请求，并调大读超时。",
        ),
    ),
    # -- app -----------------------------------------------------------------------------------------------------------
    "app.cors": Text(
        "CORS：浏览器不允许应用读取应答",
        "网页要读取别的服务器的应答，必须得到对方允许（CORS），而这台服务器没有允许。同样的请求在浏览器之外是正常的。",
        (
            "使用应用的桌面版，或让它自己的服务端来请求。",
            Step("public", "如果服务商要求为浏览器单独开启，在应用里打开它，并注意密钥会保存在网页里。"),
            Step("owner protocol:ollama|door:ollama", "自己的服务器：允许该网页的地址（OLLAMA_ORIGINS）。"),
            Step("owner !protocol:ollama !door:ollama", "自己的服务器：允许该网页的地址（CORS）。"),
        ),
    ),
    "app.mixed_content": Text(
        "混合内容：https 网页不能调用 http 地址",
        "浏览器会在发送之前就拦下，因为应答可能在网络上被人看到。",
        (
            "给接口服务器配置 https，并在 Base URL 里写 https://。",
            "或者在内网用 http:// 打开应用，或使用桌面版。",
        ),
    ),
    "app.sdk_mismatch": Text(
        "应用在发送之前就报错（SDK 版本不匹配）",
        "它的组件互相不匹配：缺少某个包，或者其中一个版本太新。与网络、地址和密钥都无关。",
        (
            "更新 SDK：`pip install -U openai anthropic`，或 `npm update`。",
            "要知道是哪个包，可以检查应用自己的环境：`llmdoctor check --runtime PATH`，PATH 是它的虚拟环境，"
            "或者 node_modules 所在的目录。",
            "如果提示 “unexpected keyword argument 'proxies'” 而又不能更新：`pip install \"httpx<0.28\"`。",
            "如果提示缺少某个包，在应用的环境里安装它。",
        ),
    ),
    "app.companion_unreachable": Text(
        "{app} 还需要访问另一个主机，但无法连接",
        "除了 API，应用还要连接其厂商的其他主机，例如启动时检查或续期登录。防火墙或代理放行了 API，却没有放行这些主机，"
        "所以 API 正常而应用失败。",
        (
            "在防火墙或代理中，除 API 主机外，也放行证据中列出的主机的 443 端口。",
            "如果本机不允许访问这些主机，请换用别的应用：API 本身不需要它们。",
        ),
    ),
    "app.key_elsewhere": Text(
        "{app} 还会把你的密钥发给 {names|另一个主机}",
        "密钥放在 {variable|它的变量} 中时，{app} 启动时还会访问 {names|另一个主机}，并带上这个密钥，"
        "尽管 Base URL 指向的是别的主机。这样一来，那里的运营方就有了 {host} 的密钥。",
        (
            "为 {app} 设置 {detail}：它就完全不会访问 {names}。",
            "或者把密钥放到 {replacement} 中，不放在 {variable} 中（如果 {host} 接受 `Authorization: Bearer`）："
            "这样它只会发给那里。",
            "如果不能让对方知道这个密钥，请新建一个并删除这个。",
        ),
    ),
    "app.run_failed": Text(
        "{app} 本身失败，而本次检查的请求成功",
        "用你的设置启动了 {app}，它没有得到回答。检查用同一个密钥访问同一个主机却得到了回答，"
        "所以区别在于 {app} 的做法。",
        (
            "看上面 {app} 的输出，或把它交给 `llmdoctor explain`。",
            "检查本次检查不了解的 {app} 设置：插件、配置档、它自己的登录。",
        ),
    ),
    "app.run_works": Text(
        "{app} 本身正常，尽管本次检查发现了错误",
        "用你的设置启动了 {app}，它得到了回答。因此检查报告的问题只算警告：{app} 能绕过它，"
        "或者 {host} 对它的请求和对检查的请求处理不同。",
        (
            "对 {app} 无需改动。其他客户端用这些设置可能会失败。",
            "如果 {host} 只接受某些客户端，请用其中之一配合这个密钥。",
        ),
    ),
    "app.private_refused": Text(
        "应用拒绝 localhost 等内网地址",
        "为了安全，应用或代它发请求的厂商服务器会拒绝 localhost、192.168.x.x 这样的地址。"
        "厂商的服务器本来也访问不到你的内网。",
        (
            "在应用设置里找允许内网或本地地址的开关。",
            "如果请求由厂商的服务器发出，给接口配一个公网 https 地址，并设好密钥。",
            "或者改用从本机直接发请求的应用。",
        ),
    ),
    "app.runtime": Text(
        "应用自己的运行环境无法完成调用，而本程序可以",
        "同样的设置下，{runtime|应用的 Python 或 Node} 没有得到回答，"
        "本程序却得到了。证据列出了两者的差别：版本、代理、CA 证书。",
        (
            "对照证据中的各行，让应用的环境使用相同的代理和 CA 证书。",
            "更新应用自己的环境里的 SDK。",
        ),
    ),
    "app.base_url_ignored": Text(
        "应用没有使用所设置的 Base URL",
        "明明设置了别的地址，应答却来自官方。应用读取的是另一个名字或另一个位置，或者这类服务商不支持自定义地址。",
        (
            "{app} 的 Base URL 取自 {app_variable|它自己的设置，位置见其文档}。",
            "修改后重启应用：有的会一直用旧地址。",
            "如果不能修改，在应用里把服务商选为“OpenAI 兼容”或“自定义”。",
            "如果密钥因此发给了不相干的服务商，考虑更换它。",
        ),
    ),
    # -- slo -----------------------------------------------------------------------------------------------------------
    "slo.exceeded": Text(
        "可以使用，但超出了设定的限度",
        "这次检查设有限度，而至少有一项实测超出了限度。一次测量只是一个样本：服务商在高峰时段会变慢，"
        "一段时间没用过的模型也要先加载。",
        (
            "对照实测值与要求值，换个时段再检查一次。",
            "如果一直如此，换用更小的模型、更近的区域，或另一家服务商。",
            "如果限度是随手定的，用 `--slo` 或在 llmdoctor.toml 里改成合理的值。",
        ),
    ),
    # -- run -----------------------------------------------------------------------------------------------------------
    "run.unexplained": Text(
        "未知错误：llmdoctor 无法解释",
        "遇到的情况不符合任何已知的故障。看到的内容原样列出。",
        (
            "再试一次：可能只是偶然。",
            "想知道报错的含义：运行 `llmdoctor explain -`，再粘贴报错。",
            "用 `--save FILE` 保存这次运行，提交到 llmdoctor 的问题列表：文件里绝不含密钥。",
        ),
    ),
    "run.crashed": Text(
        "llmdoctor 自己在检查时崩溃了",
        "这是 llmdoctor 的问题，不说明你的设置有错。依赖这一步的内容这次无法判断。",
        (
            "更新 llmdoctor 再试。",
            "用 `--save FILE` 保存这次运行，提交到 llmdoctor 的问题列表：文件里绝不含密钥。",
        ),
    ),
    "run.extra_missing": Text(
        "没有取得凭证：这里缺少一个库",
        "凭证来自 {place|一系列位置}，只有服务商自己的库才能取得它并用它签名。这个库是 llmdoctor 的可选组件，没有安装，"
        "所以凭证是否有效无从得知。这不说明你的应用有问题。",
        ("安装后再检查一次：`{command|pip install llmdoctor-cli[aws]}`。",),
    ),
    "run.flaky": Text(
        "时好时坏",
        "用同样的设置检查了几次，前面因为临时错误失败，最后一次结果不同。所以问题不在设置，而在网络、网关或服务商不"
        "稳定。",
        (
            "让应用自动重试：官方 SDK 默认会停顿后再试两次。",
            "看看在哪些时段失败：多检查几次，用 `--save FILE` 保存每次运行。",
            "如果用的是中转站，把失败的时间和报错原文告诉站长。",
        ),
    ),
}
