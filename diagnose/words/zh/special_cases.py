"""The words of special cases of findings, in Chinese."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

# What mends each fault of a WebSocket that an app opens first.
_SOCKETS = (
    Step(
        "app:codex",
        "删除 {other_source} 处的 supports_websockets = true，再重启 {app}。",
    ),
    Step(
        "app:codex",
        "在 {place|config.toml} 里去掉 openai_base_url（有 model_provider 也去掉），改成单独的服务商，"
        "第一行放在文件开头，其余放在末尾：{lines}",
    ),
    Step("!app:codex", "在 {app} 的设置里关闭 WebSocket。"),
    Step(
        "owner via:nginx",
        "自己的 nginx：转发升级请求：proxy_http_version 1.1; proxy_set_header "
        'Upgrade $http_upgrade; proxy_set_header Connection "upgrade";。',
    ),
    Step(
        "owner",
        "自己的服务器：对升级请求返回 426 Upgrade Required，{app} 就会立刻发请求。",
    ),
)

# What an app does whose files this run has not read.
_PRESUMED = (
    "如果这个地址写在 openai_base_url 这类设置里，{app} 会在第一个请求之前向 {host} 建立 WebSocket，而这里建立不了；约 "
    "{seconds|几} 秒后改发普通请求。在设置里写成单独的服务商，就不会建立 WebSocket。"
)

# Special cases share the code of a finding, but have their own cause and fix.
CASES: dict[str, Text] = {
    "proxy.invalid:no_proxy": Text(
        "NO_PROXY 里有部分客户端读不懂的条目",
        "基于 httpx 的客户端会把 {source|NO_PROXY} 的每个条目当作主机名来解析，遇到不是主机名的条目，"
        "什么都没发就停下。"
        "IPv6 网段和方括号都会这样。",
        (
            "把 NO_PROXY 改为 {better_proxy}",
            "从 NO_PROXY 里删掉带方括号或 :: 的条目，比如 [::1] 或 fd00::/8。",
        ),
    ),
    "settings.swapped:in_url": Text(
        "Base URL 里混进了密钥",
        "Base URL 里有一段的格式是密钥。地址会留在日志和报错信息里，而服务器是从请求头里读取密钥的。",
        (
            "把 Base URL 里的密钥换成服务商控制台里的{parts}：{console}",
            "把 Base URL 改为 {better_url}",
            "从 Base URL 里删掉密钥，填到 {key_env|密钥栏} 里。",
            "密钥可能已经留在日志里：请新建一个，并删除旧的。",
        ),
    ),
    "dns.not_found:single": Text(
        "在这里查不到主机 {host|（Base URL 里的主机）}（DNS）",
        "{host|这个主机名}不带点。这样的名字只在某一个网络里有效：Docker Compose 或 Kubernetes 的服务名，"
        "或局域网里的计算机名。",
        (
            "如果 {host|它}是容器：应用必须和它在同一个 Docker 网络里（用 `docker network inspect` 查看），"
            "服务名也要完全一致。",
            "在那个网络之外，请使用容器对外发布的端口：http://localhost:{port|端口}",
            "如果 {host|它}是局域网里的计算机：改用完整域名或 IP 地址。",
        ),
    ),
    "settings.missing_key:refused": Text(
        "没有找到 API 密钥，而 {host} 上的服务器需要密钥",
        "{host} 拒绝不带密钥的请求，而在检查过的地方都没有找到密钥。空值等于没有密钥。",
        (
            "把 {key_env} 设为启动该服务器时使用的密钥：启动命令里 `--api-key` 的值，或那里 VLLM_API_KEY、"
            "LLAMA_API_KEY 一类变量的值。",
            "如果服务器是网关或代理：从它的设置页面或配置文件里取一个密钥。",
            "在 {app} 读取密钥的地方填好，然后重启应用。",
        ),
    ),
    "url.invalid:unfilled": Text(
        "Base URL 里还留着占位符 {reference|（来自文档）}",
        "这一部分应当换成你自己的值，比如账户或资源名。你和程序都没有替换它，所以这个地址不通。",
        (
            "把 Base URL 里的 {reference|占位符} 换成你自己的值。",
            "如果应由应用从环境变量读取，就在启动应用的地方设置这个变量。不是每个应用和配置文件都会替换变量。",
        ),
    ),
    "url.version_doubled:second": Text(
        "Base URL 里多了一个版本号 {doubled|（如 /v1）}",
        "这个接口的路径本来就以自己的版本号结尾，后面再加上 {doubled|一个版本号} 就没有接口应答。"
        "很多应用和教程会给每个地址加上 /v1，但不是每个接口都有这个版本。",
        (
            "把 Base URL 改为 {better_url}",
            "删掉 Base URL 末尾的 {doubled|版本号}。如果是应用自动加上的，找找有没有填写完整路径的设置。",
        ),
    ),
    "shape.not_llm_api:values": Text(
        "{host} 不认识 Base URL 里的{parts|某个值}",
        "路径的形式与服务商文档一致，但服务器不认识其中的{parts|值}。",
        (
            "到服务商控制台重新复制{parts|这个值}，填进 Base URL：{console}",
            "确认地址里这个位置没有误填密钥或令牌。",
        ),
    ),
    "model.wrong_endpoint:template": Text(
        "{model|所填的模型} 没有对话模板（chat template）",
        "服务器用模型自带的对话模板把对话转成文本。基座模型没有模板，只能续写文本，不能对话。",
        (
            "换用该模型的对话版或指令版（instruct）。基座模型没有对话模板（chat template）。",
            "只想续写文本的话，用 /v1/completions。",
            Step("owner", "自己的服务器：启动时指定对话模板，`--chat-template FILE`。"),
        ),
    ),
    "model.not_found:upstream": Text(
        "{host} 列出了 {model|这个模型}，但{upstream|上游}不认识它",
        "{host} 的模型列表里有这个模型，它会换成自己配置的名字再转发请求，而{upstream|上游}没有这个名字的模型。"
        "不是你的设置问题。",
        (
            "把这条消息发给 {host} 的管理员：{said}",
            "在此之前，先换用别的模型。",
            Step(
                "owner said:litellm",
                "如果这个 LiteLLM 是自己的，改正 {model|该模型} 的 `litellm_params.model` 和地域。",
            ),
            Step(
                "owner !said:litellm",
                "如果网关是自己的，改正它向{upstream|上游}请求 {model|该模型} 时使用的名字和地域。",
            ),
        ),
    ),
    "model.not_permitted:upstream": Text(
        "{host} 在{upstream|上游}的账号无权使用 {model|所填的模型}",
        "{host} 接受了你的密钥，再用它自己的账号向上游转发请求，而那个账号没有开通这个模型。",
        (
            "把这条消息发给 {host} 的管理员：{said}",
            "在此之前，先换用别的模型。",
            Step(
                "owner",
                "如果网关是自己的，在{upstream|上游}为它的账号、在它所用的地域开通这个模型。",
            ),
        ),
    ),
    "auth.not_permitted:login": Text(
        "这个组织不允许用登录或订阅方式访问",
        "登录本身是有效的，但组织关闭了这种登录方式，或者订阅已经到期。",
        (
            "到服务商的账号页面确认订阅有效，再在应用里重新登录。",
            "公司或团队账号：请组织管理员开通。",
            "也可以改用 API 密钥：{console}",
        ),
    ),
    "url.invalid:scheme": Text(
        "Base URL 不是以 http:// 或 https:// 开头",
        "大模型 API 通过 HTTP 调用。遇到其他协议的地址，Node、Go、Rust 等大多数客户端在发送任何内容之前就会拒绝，"
        "往往只显示 Connection error. 或 fetch failed。wss:// 地址用于实时（WebSocket）会话。",
        (
            "把 Base URL 设为 {better_url}",
            "从服务商文档中复制用于 HTTP 请求的 Base URL，形如 https://api.example.com/v1。",
        ),
    ),
    "settings.wrong_variable:app": Text(
        "{app} 不读取 {variable|所设的变量}",
        "每个程序只认特定名字的变量，其他的一概忽略，也不会提示；各家程序认的名字又不一样。值虽然在，{app} 却看不到。",
        (
            "把它改名为 {app_variable|应用文档里写的名字}，{app} 读的是这个。",
            "在新终端里重启应用：正在运行的程序会继续使用旧值。",
        ),
    ),
    **dict.fromkeys(
        ("url.version_missing:unreachable", "url.version_doubled:unreachable", "url.path_wrong:unreachable"),
        Text(
            "{app} 无法接到这个 API",
            "不论 Base URL 怎么填，{app} 都会在后面加上固定的路径，而 {host} 的 API 在另一个路径下，所以请求总会发"
            "到错误的地方。",
            (
                "换一个可以填写完整路径的应用：`llmdoctor apps` 列出每个应用会加上什么。",
                Step("owner", "自己的服务器：在前面架一个网关，提供 {app} 使用的路径。"),
            ),
        ),
    ),
    "url.host_typo:location": Text(
        "{host} 不是地域 {location|（见 Base URL）} 的主机",
        "这家服务商每个地域有自己的主机，global 之类更大的范围也有专门的主机。Base URL 里的主机和地域对不上，所以那"
        "里没有接口。",
        (
            "把 Base URL 改为 {better_url}",
            "对照服务商的地域列表，核对主机和地域。",
        ),
    ),
    "key.wrong_region:named": Text(
        "{host} 说这个密钥属于它的另一个地址",
        "有些服务商把项目放在不同地域，各有各的 Base URL。服务器认得这个密钥，并说出了它所属的地域或地址。",
        (
            "把 Base URL 改为 {better_url}（服务器的应答里写明）。",
            "在服务商的控制台查看项目所在的地域，使用该地域的 Base URL。",
            "保留 Base URL：在对应地域的项目里新建密钥。",
        ),
    ),
    "auth.not_permitted:group": Text(
        "这个令牌不能使用分组 {group|现在的}",
        "中转站把渠道分成若干分组，每个令牌属于一个分组。服务器认得这个令牌，但拒绝它的分组：分组已停用，"
        "或者账号无权使用。",
        (
            "在 {host} 的令牌页面，把这个令牌改到 {group|现在的} 以外的分组。",
            "询问 {host} 的管理员你的账号可以使用哪些分组。",
            Step("owner", "自己的中转站：把分组 {group|该令牌的} 加入用户可选分组。"),
        ),
    ),
    "settings.project_override:unread": Text(
        "没有读取 {source|一个文件}，因为别人可以改写它",
        "在当前目录或上级目录找到了 {source|这个文件}，但它的内容可能由别人决定。在此目录启动的应用仍会读取它，并可"
        "能使用其中的 Base URL 或密钥。",
        (
            "如果文件是你自己的，请修正它的属主和权限，或把链接换成文件本身。",
            "只想读取这一次，就在命令行里指定：--env-file PATH；llmdoctor.toml 用 --config PATH。",
        ),
    ),
    "settings.project_override:agreed": Text(
        "当前目录里的文件会把你的密钥等凭证发往 {host}",
        "{secret|你的密钥} 发往哪里由 {source|当前目录里的文件} 决定，而你已经同意。",
        ("如果是误操作，在此目录运行 `llmdoctor trust --revoke`，并更换密钥。",),
    ),
    "slo.exceeded:cert": Text(
        "证书过期的时间早于限度允许的时间",
        "证书今天还有效，应用也能用。但它会在设定的期限内过期，之后客户端都会拒绝连接。",
        (
            "更新证书，或查明自动续期为什么没有执行。",
            "如果是服务商的服务器，它会自行续期：把限度设小一些。",
        ),
    ),
    "proxy.unreachable:container": Text(
        "在容器里连不上代理 {proxy|（设置里的）}",
        "容器有自己的回环地址，127.0.0.1 指的是容器自己，而代理软件运行在外面的机器上。所有请求都要经过代理，"
        "现在一个也出不去。",
        (
            "在 {source|代理设置} 里，把 127.0.0.1 换成 host.docker.internal，端口不变。",
            "在 Linux 上，启动容器时加上 --add-host=host.docker.internal:host-gateway。",
            "在代理软件里打开“允许局域网连接”。",
        ),
    ),
    "proxy.unreachable:wsl": Text(
        "在 WSL 里连不上代理 {proxy|（设置里的）}",
        "在 WSL 里，127.0.0.1 通常只是 Linux 这一边，而代理软件运行在 Windows 里。所有请求都要经过代理，"
        "现在一个也出不去。",
        (
            "在 Windows 的 .wslconfig 里，[wsl2] 下写 networkingMode=mirrored，再执行 `wsl --shutdown`。",
            (
                "或者把 127.0.0.1 换成 Windows 的地址（`ip route show default` 可以查到），"
                "并在代理软件里打开“允许局域网连接”。"
            ),
        ),
    ),
    "proxy.refused:silent": Text(
        "超时：代理没有应答到 {host} 的连接请求",
        "代理接受了连接，但在时限内没有应答。它可能过载或卡住了，也可能自己连不上 {host}。"
        "请求没有到达接口，和密钥无关。",
        (
            "重启代理软件，或换一个节点。",
            "请代理的管理员放行 {host} 的 {port|443} 端口。",
            "如果本机可以直连，把 {host} 加到 NO_PROXY。",
        ),
    ),
    "proxy.refused:unreached": Text(
        "代理本身正常，但连不上 {host}",
        "代理接受了请求，然后报告连接失败：目标主机没有运行、代理那边不认识这个域名，或者从那边访问时端口不通。与密"
        "钥无关。",
        (
            "确认 {host} 和端口 {port|443} 没有写错，并且服务正在运行。",
            "在代理所在的机器上（ssh -D 即 SSH 服务器）用 curl -v 访问 Base URL，看从那边能否连通。",
            "如果本机可以直接访问 {host}，把 {host} 加到 NO_PROXY。",
        ),
    ),
    "proxy.captures_local:carried": Text(
        "发往 {host|你自己的服务器} 的请求走了代理，没有加密",
        "代理 {proxy|（设置里的）} 会把请求转发过去，应用这样也能用。但 {host|这台服务器} 在你自己的网络里，而 "
        "http 不加密，代理能看到密钥、提问和回答。检查不会把你的密钥明文发给代理，所以改为直连测试。",
        (
            "如果想绕过代理，把 {host} 加到 NO_PROXY（以及 no_proxy），然后重启应用。",
            "如果这些请求本来就该经过代理，不用处理。运行 `llmdoctor check --send-anyway` 可以带着密钥通过代理测试。",
        ),
    ),
    "proxy.captures_local:carried_alone": Text(
        "{host|这台服务器} 只能通过代理访问，所以没有发送密钥",
        "代理 {proxy|（设置里的）} 会把请求转发给 {host|这台服务器}，对方也回答了一个不带密钥的请求。但 http 不加密"
        "，代理能看到密钥。检查不会把你的密钥明文发给代理，而从这里又无法直连 {host|这台服务器}。",
        (
            "如果信任这个代理，可以通过它测试：`llmdoctor check --send-anyway`。",
            "如果在别处可以不经代理访问 {host}，在那里把 {host} 加到 NO_PROXY（以及 no_proxy）。",
        ),
    ),
    "dns.not_found:docker_host": Text(
        "这里没有 host.docker.internal 这个主机名",
        "Docker Desktop 用这个名字指代运行容器的机器。Linux 上的 Docker 要另外设置才有它，容器外面则没有这个名字。",
        (
            (
                "启动容器时加上 --add-host=host.docker.internal:host-gateway；用 Compose 的话，加上 "
                'extra_hosts: ["host.docker.internal:host-gateway"]。'
            ),
            "如果不在容器里，改写成 127.0.0.1。",
            Step(
                "owner door:ollama|protocol:ollama",
                "自己的服务器：让它监听 0.0.0.0，容器才能访问到：设 OLLAMA_HOST=0.0.0.0。",
            ),
            Step("owner !door:ollama !protocol:ollama", "自己的服务器：让它监听 0.0.0.0，容器才能访问到。"),
        ),
    ),
    "dns.not_found:known_elsewhere": Text(
        "你的 DNS 不认识 {host}，别的 DNS 认识",
        "这个域名是存在的：{address|别的 DNS 服务器} 查得到它的地址。本机所用的 DNS 数据过旧，过滤了这个域名，"
        "或者只管内部网络。",
        (
            "在本机换用别的 DNS，比如 223.5.5.5 或 1.1.1.1，再重启应用。",
            "如果是公司或自己设的过滤，放行 {host}。",
            "重启 VPN 或代理软件：它可能留下了已经失效的 DNS 设置。",
        ),
    ),
    "dns.fake_ip:off": Text(
        "{host|Base URL 里的主机} 的 fake-ip 地址没有响应",
        "{address|这个地址} 不是真实地址，而是代理软件（Clash、mihomo、sing-box、Surge）分配的，连接要由它转发。"
        "代理软件没有运行、刚刚重启过，或者没有开启 TUN 模式，所以连接没有人接。",
        (
            "重新启动代理软件并开启 TUN 模式，然后重启应用。",
            "如果是故意关掉的，清掉旧的解析结果：重启应用，并刷新系统 DNS 缓存。",
            "在容器或虚拟机里，请换用普通 DNS 服务器（--dns 1.1.1.1）：那边的代理软件从这里访问不到。",
        ),
    ),
    "dns.fake_ip:cut": Text(
        "代理软件连不上 {host|Base URL 里的主机}",
        "{address|这个地址} 是 fake-ip 地址：代理软件（Clash、mihomo、sing-box、Surge）会先接受所有连接，再转发出去。"
        "这次连接被接受后就被关闭，或者一直没有响应，说明它的节点或规则到不了 {host|该主机}。",
        (
            "在代理软件里换一个节点，或查看它关于 {host} 的日志。",
            "如果 {host} 可以直连，给它加一条直连规则，并加入 fake-ip-filter。",
        ),
    ),
    "dns.failed:servfail": Text(
        "DNS 错误：DNS 服务器没能查到 {host}",
        "DNS 服务器报告查询失败（SERVFAIL）：负责这个域名的服务器没有回答，签名有误，或者它自己连不上互联网。所以还"
        "不知道这个域名是否存在。",
        (
            "看看别的域名能否解析。如果能，问题在 {host} 的 DNS 服务器，请告诉它的运营者。",
            "换一个 DNS 查询：检查时加上 --dns-server 223.5.5.5。如果查得到，就在本机换用它。",
            "如果是自己的 DNS 服务器，查看它的日志，看看是不是 DNSSEC 校验失败。",
        ),
    ),
    "dns.failed:refused": Text(
        "DNS 服务器拒绝查询 {host}",
        "DNS 服务器有应答，但拒绝查询：它只为自己的网络或客户服务，或者有规则禁止这个域名。多半是别的网络或 VPN 留"
        "下的设置。",
        (
            "设为当前网络的 DNS，或公共 DNS，比如 223.5.5.5 或 1.1.1.1。",
            "断开 VPN，再重新连接。",
            "在公司里，问一下 {host} 是否被屏蔽。",
        ),
    ),
    "dns.failed:silent": Text(
        "没有 DNS 服务器回答本机",
        "查询主机地址的请求发出去了，但没有任何应答：DNS 服务器停了，它属于没有连上的 VPN，或者防火墙丢弃了查询。",
        (
            Step("container", "在容器里，重启容器引擎，或启动容器时加上 --dns 223.5.5.5。"),
            "换用别的 DNS，比如 223.5.5.5 或 1.1.1.1。现在用的是 {address}。",
            "看看本机是否联网；如果要用 VPN 里的 DNS，先连上 VPN。",
        ),
    ),
    "tcp.refused:container": Text(
        "连接被拒绝：在这个容器里，{host} 就是容器自己",
        "容器有自己的回环地址：localhost 和 127.0.0.1 指向容器里面的程序，而这个端口上没有程序在监听。外面机器上的"
        "服务，或别的容器里的服务，用这个地址访问不到。",
        (
            (
                "把 {host} 换成 host.docker.internal；在 Linux 上，启动容器时加上 "
                "--add-host=host.docker.internal:host-gateway。"
            ),
            "如果服务在另一个容器里，用它在 Compose 里的服务名和内部端口。",
            "如果服务本来就该在这个容器里运行，启动它，并核对端口是否为 {port}。",
            Step("owner door:ollama|protocol:ollama", "让外面自己的服务监听 0.0.0.0：设 OLLAMA_HOST=0.0.0.0。"),
            Step("owner !door:ollama !protocol:ollama", "让外面自己的服务监听 0.0.0.0。"),
        ),
    ),
    "tcp.refused:wsl": Text(
        "连接被拒绝：在 WSL 里，{host} 是 Linux 这一边",
        "WSL 通常有自己的回环地址，Windows 里的服务用 localhost 或 127.0.0.1 访问不到。Linux 这一边的这个端口上没有"
        "程序在监听。",
        (
            "在 Windows 的 .wslconfig 里，[wsl2] 下写 networkingMode=mirrored，再执行 `wsl --shutdown`。",
            "或者把 {host} 换成 Windows 的地址（`ip route show default` 可以查到）。",
            "如果服务本来就该在 WSL 里运行，启动它，并核对端口是否为 {port}。",
            Step(
                "owner door:ollama|protocol:ollama", "这时 Windows 里自己的服务要监听 0.0.0.0：设 OLLAMA_HOST=0.0.0.0。"
            ),
            Step("owner !door:ollama !protocol:ollama", "这时 Windows 里自己的服务要监听 0.0.0.0。"),
        ),
    ),
    "tcp.ipv6_broken:localhost": Text(
        "localhost 先解析到 ::1，而那里没有服务",
        "服务只监听 127.0.0.1。多数客户端会马上改用这个地址；20 之前的 Node 和少数程序在第一个地址失败后就放弃了。",
        (
            "把 Base URL 改为 {better_url}",
            "如果有应用报告连接被拒绝，在那里把 localhost 换成 127.0.0.1。",
        ),
    ),
    "tls.intercepted:company": Text(
        "{product|公司网关} 解密了与 {host} 的连接",
        "收到的不是对方自己的证书，而是由 {issuer|另一个签发者} 签发的。公司网关会这样做，以便查看内容。不信任它的"
        "根证书的应用会拒绝连接，浏览器一般是信任的。",
        (
            "向网管要根证书文件，并指给应用：Python 设 SSL_CERT_FILE=PATH，requests 设 REQUESTS_CA_BUNDLE=PATH，"
            "Node 设 NODE_EXTRA_CA_CERTS=PATH。",
            "如果根证书已经在系统里：Node 设 NODE_USE_SYSTEM_CA=1（22.15 及以上），Python 用 truststore。",
            "或者请网管不要解密 {host}。在此之前，他们能看到密钥。",
        ),
    ),
    "tls.intercepted:antivirus": Text(
        "本机的 {product|杀毒软件} 解密了与 {host} 的连接",
        "收到的不是对方自己的证书，而是那个软件自己做的。它把自己的根证书放进了系统，所以浏览器没有问题，"
        "自带证书列表的应用则会拒绝。",
        (
            "在 {product|杀毒软件} 里关闭加密连接扫描，或者排除 {host}。",
            "或者让应用读取系统的证书列表：Node 设 NODE_USE_SYSTEM_CA=1，Python 用 truststore。",
        ),
    ),
    "tls.intercepted:debugger": Text(
        "{product|抓包工具} 解密了与 {host} 的连接",
        "这是记录应用流量的工具，它出示自己的证书。多半是在本机或手机上启动的，并且仍然设为代理。"
        "运行它的人能看到密钥。",
        (
            "关闭它，并从本机的代理设置里去掉。",
            "如果确实要抓包，把它的根证书交给应用：SSL_CERT_FILE=PATH；Node 用 NODE_EXTRA_CA_CERTS=PATH。",
            "如果这里没有人启动过它，不要在这个网络里发送密钥。",
        ),
    ),
    "tls.intercepted:filter": Text(
        "{product|内容过滤系统} 解密了与 {host} 的连接",
        "收到的不是对方自己的证书，而是由 {issuer|另一个签发者} 签发的。学校和家庭用这类系统查看上网内容。"
        "应用会拒绝这个证书，"
        "而过滤系统能看到密钥。",
        (
            "请管理过滤系统的人不要解密 {host}。",
            "或者换一个网络。",
        ),
    ),
    "tls.reset:nothing_behind": Text(
        "{host} 接受了连接，但端口后面没有服务",
        "无论是否加密，连接一建立就被断开。这个端口只是转发（容器映射的端口、SSH 隧道、kubectl 或代理），"
        "后面的服务没有运行、监听的是另一个端口，或者只监听自己的回环地址。",
        (
            "确认端口 {port} 后面的服务正在运行，并查看它的日志。",
            "在容器里，服务要监听 0.0.0.0，并且映射的端口要和它监听的端口一致。",
        ),
    ),
    "tls.handshake_failed:name": Text(
        "{host} 的服务器不提供这个域名（SNI）",
        "TLS 握手一开始就会报出主机名，而这台服务器只接受别的名字。要么地址指向了错误的服务器，要么服务器没有配置这"
        "个域名。",
        (
            "核对 Base URL 里的主机名和服务商给的是否一致。",
            Step("owner", "自己的服务器：把这个域名加进站点配置和证书。"),
            Step("owner", "如果自己的反向代理转发到它，让反向代理带上正确的主机名（SNI）。"),
        ),
    ),
    "tls.intercepted:elsewhere": Text(
        "{product|某个程序} 解密了与 {host} 的连接，应用拒绝了它的证书",
        "收到的不是该主机自己的证书，而是{issuer|另一个签发者}签发的。它的根证书在本机的某个列表里，所以别的程序能"
        "用；这个应用用的是另一份列表，所以拒绝。解密连接的一方能看到密钥。",
        (
            "启动应用时设置 {detail|那份列表}",
            "如果不知道有这种程序，不要在这个网络上发送密钥。",
        ),
    ),
    "proxy.ignored:direct": Text(
        "应用不理会代理设置，直接连接",
        "Node 的 fetch 和部分应用不理会 HTTP_PROXY、HTTPS_PROXY 和 ALL_PROXY。应用是直连，这次检查也一样，没有经过 "
        "{proxy|代理}。如果这个网络只能通过代理访问外面，应用就会失败。",
        (
            "如果要让它走代理：Node 24 及以上，启动时设置 NODE_USE_ENV_PROXY=1。",
            "如果应用在自己的设置里填写代理，就填在那里。",
            "否则不用处理。",
        ),
    ),
    "tls.intercepted:system_only": Text(
        "与 {host} 的连接被一个本系统信任的程序解密",
        "系统的证书列表里有 {issuer|签发者}，所以这次检查和最新的 Python SDK 接受这个证书。自带列表的客户端会拒绝："
        "requests、用 certifi 的旧版 SDK，以及 Node。",
        (
            "对它们，指定含有该根证书的文件：SSL_CERT_FILE=PATH，requests 设 REQUESTS_CA_BUNDLE=PATH，"
            "Node 设 NODE_EXTRA_CA_CERTS=PATH。",
            "或者让它们读取系统的列表：Node 设 NODE_USE_SYSTEM_CA=1（或 --use-system-ca），Python 用 truststore。",
            "缺少该根证书的列表：{path}。",
        ),
    ),
    "tls.untrusted_issuer:system_only": Text(
        "只有本系统的列表信任 {host} 的证书",
        "系统的证书列表里有 {issuer|签发者}，所以这次检查和最新的 Python SDK 接受这个证书。自带列表的客户端会拒绝："
        "requests、用 certifi 的旧版 SDK，以及 Node。",
        (
            "对它们，指定含有该根证书的文件：SSL_CERT_FILE=PATH，requests 设 REQUESTS_CA_BUNDLE=PATH，"
            "Node 设 NODE_EXTRA_CA_CERTS=PATH。",
            "或者让它们读取系统的列表：Node 设 NODE_USE_SYSTEM_CA=1（或 --use-system-ca），Python 用 truststore。",
            "缺少该根证书的列表：{path}。",
        ),
    ),
    "tls.untrusted_issuer:no_list": Text(
        "SSL_CERT_FILE 所指的证书文件无法读取",
        "Python 客户端启动时会读这个文件，用它代替系统的证书列表。读不到它，客户端什么都没发出就会失败，不管访问哪"
        "个主机，而且往往只报“No such file or directory”。",
        (
            "删除 SSL_CERT_FILE，改用系统的证书列表。",
            "或者让它指向一个确实存在、内容为 PEM 证书的文件。",
        ),
    ),
    "tls.untrusted_issuer:file_alone": Text(
        "SSL_CERT_FILE 的文件里没有 {host} 证书的签发者",
        "Python 客户端用 SSL_CERT_FILE 里的文件代替系统的证书列表，而不是两者一起用。{issuer|签发者}在系统的列表里，"
        "却不在那个文件里。",
        (
            "如果只访问这类主机，删除 SSL_CERT_FILE。",
            "如果两者都要，把系统的列表和自己的根证书合成一个文件："
            "`cat /etc/ssl/certs/ca-certificates.crt ROOT.pem > BOTH.pem`，再让 SSL_CERT_FILE 指向它。",
        ),
    ),
    "tls.untrusted_issuer:node": Text(
        "Node 不使用 SSL_CERT_FILE 里的证书",
        "Node 自带一份证书列表，不理会 SSL_CERT_FILE。{issuer|签发者}在 SSL_CERT_FILE 所指的文件里，所以 Python 客"
        "户端能用，这个应用却会失败。",
        (
            "让 Node 也用这个文件：NODE_EXTRA_CA_CERTS={path|PATH}",
            "要在 Node 启动之前设置，写在 .env 里不起作用。",
        ),
    ),
    "tls.untrusted_issuer:node_system": Text(
        "Node 不使用系统的证书列表，而系统信任 {host} 的证书",
        "Node 自带一份证书列表。{issuer|签发者}在系统的列表里，所以浏览器和最新的 Python SDK 能用，这个应用却会失败。",
        (
            "让 Node 读取系统的列表：NODE_USE_SYSTEM_CA=1（Node 22.15 及以上）。",
            "旧版 Node：用 NODE_EXTRA_CA_CERTS=PATH 指定含有该根证书的文件。",
            "要在 Node 启动之前设置，写在 .env 里不起作用。",
        ),
    ),
    "tls.untrusted_issuer:old_list": Text(
        "本系统的证书列表缺失或过旧",
        "按 certifi 自带的 Mozilla 列表，{host} 的证书没有问题；按本系统的列表则不被信任。最新的 Python SDK "
        "读取系统的列表，所以会失败。"
        "精简的容器镜像里往往没有这份列表。",
        (
            "设置 SSL_CERT_FILE={path}",
            "安装或更新系统的列表：`apt-get install ca-certificates`，或 `apk add ca-certificates`。",
            "Windows 和 macOS：安装系统更新。",
        ),
    ),
    "http.redirected:key_travels": Text(
        "{host} 把应用连同密钥重定向到另一个地址",
        "应用会跟随重定向，而放密钥的这个请求头也会一起带上，和 Authorization 不同。另一个地址的管理者，或者网络上"
        "的监听者，都能读到并使用这个密钥。本次检查没有把密钥发过去。",
        (
            "把 Base URL 改为 {better_url}",
            "如果已经有应用用过这个地址，请更换密钥：新建一个，删掉旧的。",
            "如果认识并信任 {location}，把 Base URL 改为那个地址，就不会再重定向。",
            Step("owner", "自己的服务器：直接应答或在后台转发请求，不要用重定向。"),
        ),
    ),
    "shape.not_llm_api:proxy": Text(
        "这是正向代理（{product|未知类型}）的端口，不是 LLM API",
        "正向代理负责把请求转发到其他主机。它自己的端口只应答把它当作代理使用的客户端，"
        "其他请求一律以同样的方式拒绝，不能用作 Base URL。",
        (
            Step("local", "如果要通过这个代理访问 API，请把 HTTPS_PROXY 设为 http://{host}:{port}"),
            "把 Base URL 设为 API 自己的地址，见 API 的文档。",
        ),
    ),
    "shape.not_llm_api:alike": Text(
        "{host} 上应答的是其他程序，不是 LLM API",
        "该服务器（{product|没有说明自己是什么}）对试过的每个路径都以同样的方式拒绝，而且不是 LLM API 的拒绝方式。",
        (
            "对照文档核对主机和端口，或向运营方询问准确的 Base URL。",
            Step("owner", "如果是自己的服务器，查明监听端口 {port} 的是哪个程序。"),
        ),
    ),
    "http.blocked:challenge": Text(
        "{host} 有人机验证（CAPTCHA），应用无法通过",
        "接口前面有一道只有浏览器能通过的人机验证：脚本或图片验证码。任何应用和 SDK 都过不去，和密钥无关。",
        (
            Step("via:cloudflare", "请 {host} 的管理员给一个没有验证的地址，并附上页面上的编号（Ray ID）。"),
            Step("!via:cloudflare", "请 {host} 的管理员给一个没有验证的地址，并附上页面的内容。"),
            "换个网络试试：很多人共用的地址更容易被验证。",
            Step(
                "owner via:cloudflare",
                "自己的服务器：让接口路径跳过验证，在 Cloudflare 加一条 WAF 规则，跳过 Bot Fight Mode 和托管质询。",
            ),
            Step("owner !via:cloudflare", "自己的服务器：让接口路径跳过验证。"),
        ),
    ),
    "http.blocked:signature": Text(
        "{host} 拦截这类客户端",
        "前面的 Cloudflare 按客户端的名称、请求头和 TLS 特征判断。程序被拦，浏览器放行。它还没有检查密钥。",
        (
            "把页面上的编号（Ray ID）发给 {host} 的管理员，请他放行程序。",
            "更新应用：旧的网络库更容易被拦。",
            Step("owner", "自己的服务器：对接口路径关闭浏览器完整性检查（Browser Integrity Check）。"),
        ),
    ),
    "shape.wrong_protocol:fixed": Text(
        "{app} 只支持 {protocol}，这里没有",
        "这个地址提供的是 {other_protocol|另一种协议}。大模型接口有好几种协议，{app} 没有选项可以改用这一种，"
        "只改它的设置没有用。",
        (
            "部署一个提供 {protocol}、并为 {host} 转换协议的网关，再把网关的地址填到 {app} 里。",
            "或者换用支持 {other_protocol} 的应用，地址不变。",
            "只有当 {host} 的文档写明某个地址提供 {protocol} 时，才在 {app} 里改用那个地址。",
        ),
    ),
    "http.blocked:silent": Text(
        "{host} 拒绝了请求，没有说明原因",
        "应答是空的，看不出是谁拒绝的。防火墙会这样回答；"
        "放在隧道或反向代理后面、会检查 Host 或 Origin 请求头的自建服务也会。"
        "密钥多半还没有被检查。",
        (
            Step("via:cloudflare", "把响应头 cf-ray 的值发给 {host} 的管理员。"),
            Step(
                "relay|local",
                "如果是自己的服务放在隧道或反向代理后面：让它发送服务所要的 Host 请求头，如 `Host: localhost:11434`；"
                "应用在浏览器里运行时，再允许该网页的来源。",
            ),
            "换个网络，或关掉 VPN、代理再试。",
            Step("owner", "自己的服务器：查看它和前面代理的日志。"),
        ),
    ),
    "http.server_error:backend": Text(
        "服务器没有安装模型 {model|（所填的）} 所需的推理引擎（backend）",
        "请求已经到达。模型配置里的引擎没有安装在服务器上。地址和密钥没有问题。",
        (
            "在服务器上安装报错里提到的 backend：LocalAI 网页的 Backends 页面，或 `local-ai backends install 名称`。",
            "检查服务器上模型配置的 backend 一行。",
            Step("relay", "别人的服务器：告知其管理员。"),
        ),
    ),
    "http.server_error:version": Text(
        "模型 {model|（所填的）} 的文件与服务器程序的版本不匹配",
        "请求已经到达，但服务器上的程序比模型文件旧或新，读不了这个文件。地址和密钥没有问题。",
        (
            "升级服务器程序，然后重新下载模型：Ollama 用 `ollama pull 模型名`。",
            "如果文件是别人转换的，换一个来源下载同一个模型。",
            Step("relay", "别人的服务器：告知其管理员。"),
        ),
    ),
    "http.server_error:engine": Text(
        "服务器无法加载模型 {model|（所填的）}",
        "请求已经到达，但服务器启动模型失败：推理引擎没有安装，模型文件缺失或不匹配，或者内存、显存不足。"
        "与地址和密钥无关。",
        (
            Step("local", "在服务器日志里找加载时的第一条错误，装好它提到的引擎或文件。"),
            "换一个更小的模型，或这台服务器能运行的模型。",
            Step("relay", "否则告知 {host} 的管理员，服务器日志里有具体原因。"),
        ),
    ),
    "model.wrong_endpoint:responses": Text(
        "模型 {model|（所填的）} 只能通过 Responses API 使用",
        "OpenAI 的部分模型（如 codex、pro 系列）只在 /v1/responses 提供。"
        "服务器提示的 /v1/completions 只适用于 2023 年的旧模型。",
        (
            "在应用里为这个模型选择 Responses 接口（`/v1/responses`）。",
            "或者换成支持 chat completions 的模型，例如 {near}。",
            "如果应用只支持 chat completions，选名称里不带 codex 或 pro 的模型。",
        ),
    ),
    "http.blocked:rate": Text(
        "触发了 {host} 前面防火墙的限流",
        "限制的不是接口，而是它前面的防火墙：同一个 IP 地址的请求太多，就会被拒绝一段时间。共用这个地址的人算在一起"
        "。它没有检查密钥。",
        (
            "等 {retry_after|几} 秒或几分钟，之后放慢请求。",
            "看看这里有没有应用或脚本在不停地重试。",
            "换个网络，或关掉多人共用的 VPN、代理再试。",
            Step("owner", "自己的服务器：对接口路径放宽限制。"),
        ),
    ),
    "http.blocked:company": Text(
        "这个网络的上网过滤拦截了 {host}",
        "页面来自公司、学校或运营商的过滤系统，不是 {host} 发的。它看的是网站名称或类别，没有检查密钥。",
        (
            "请 IT 人员放行 {host}，并把页面内容给他们看。",
            "换个网络试试；公司 VPN 如果不过滤，也可以用它。",
        ),
    ),
    "http.front_auth:gateway": Text(
        "{host} 的网关要求在请求头 {header|（见其文档）} 里带上它自己的密钥",
        "应用和服务商之间有一个网关，它在服务商看到密钥之前就拒绝了请求。除了服务商的密钥，它还要求在{header|另一个}请"
        "求头里带上网关自己的凭证，而这次请求没有带上它认可的凭证。",
        (
            "把 {header_variable} 设为 `{header}: …`，填上网关的凭证。",
            "从网关的控制台或它的管理员那里取得凭证，并在 {app} 的设置里添加请求头 {header}。",
            "服务商的密钥不用改：网关没有看它。",
        ),
    ),
    "http.front_auth:gateway_refuses": Text(
        "{host} 的网关拒绝了请求头 {header|（应用添加的）} 里的密钥",
        "请求带了请求头 {header|（应用添加的）}，值来自 {source|它的设置}。接口前面的网关不认可它，"
        "服务商还没有看到密钥。",
        (
            "把 {source} 里 {header} 的值与网关控制台里显示的凭证核对。",
            "如果网关要求凭证前面有 `Bearer`，值就以它加一个空格开头，后面没有冒号。",
        ),
    ),
    "http.front_auth:gateway_scheme": Text(
        "请求头 {header|（应用添加的）} 写错了：Bearer 后面多了冒号或多了一个词",
        "请求头 {header|（应用添加的）} 已发送，值来自 {source|它的设置}。`Bearer` 后面应是一个空格，再接凭证，"
        "所以网关读不到凭证。",
        (
            "在 {source|该设置} 里把 {header} 写成 `Bearer 凭证`：Bearer 后面一个空格，不要冒号。",
            "重启应用：正在运行的程序会继续使用旧值。",
        ),
    ),
    "http.header_rejected:scheme": Text(
        "请求头 {header|（某项设置里的）} 写错了：Bearer 后面多了冒号或多了一个词",
        "`Bearer` 后面应是一个空格，再接凭证。{source|某项设置} 里写的是别的，所以服务器在里面找不到凭证。",
        (
            "在 {source|该设置} 里把 {header} 写成 `Bearer 凭证`：Bearer 后面一个空格，不要冒号。",
            "重启应用：正在运行的程序会继续使用旧值。",
        ),
    ),
    "http.header_rejected:sent": Text(
        "{host} 拒绝请求头 {header|（应用添加的）}",
        "{source|某项设置} 让应用在每个请求里都带上 {header|一个请求头}。带上它，服务器就拒绝；不带它，"
        "服务器接受同样的请求。",
        (
            "删掉添加 {header} 的设置：{source}",
            "如果这个请求头指定了组织或项目，请改成密钥所属的组织或项目。",
            "重启应用：正在运行的程序会继续使用旧值。",
        ),
    ),
    "http.header_rejected:as_client": Text(
        "{host} 拒绝 {app} 发送的请求头 {parameter|（某一个）}",
        "普通请求可用。带上 {app} 发送的全部内容就被拒绝，去掉 {parameter|这个请求头} 又被接受。",
        (
            "给 {app} 加上 {variable}，它就不再发送 {parameter}。",
            Step("public", "请 {host} 的运营者接受 {parameter}，或者忽略它。"),
            "让 {app} 改用其他服务器或模型。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略、去掉 {parameter}。"),
        ),
    ),
    "http.header_rejected:as_client_several": Text(
        "{host} 拒绝 {app} 的某些请求头：{parameter|尚未确定}",
        "普通请求可用。带上 {app} 发送的全部内容就被拒绝，去掉 {parameter|其中一部分} 又被接受；"
        "原因不一定是其中的每一项。",
        (
            Step("public", "请 {host} 的运营者说明服务器接受其中哪些。"),
            "让 {app} 改用其他服务器或模型。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略不认识的内容。"),
        ),
    ),
    "http.header_rejected:as_client_more": Text(
        "{host} 拒绝 {app} 发送的 {parameter|某一项}，或还有其他",
        "普通请求可用，带上 {app} 发送的全部内容就被拒绝。可以确定 {parameter|其中一项} 被拒绝；"
        "下列内容中可能还有被拒绝的：{names|其余部分}。要分清需要更多请求，检查不再发送。",
        (
            "给 {app} 加上 {variable}，它就不再发送 {parameter}。",
            Step("public", "请 {host} 的运营者说明服务器接受 {app} 的哪些字段和请求头。"),
            "让 {app} 改用其他服务器或模型。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略不认识的内容。"),
        ),
    ),
    "http.header_rejected:as_client_mends": Text(
        "{host} 拒绝 {parameter|某个请求头}，{app} 会去掉它重发",
        "带上 {parameter|这个请求头} 时服务器拒绝请求。{app} 发现后会自动去掉它，所以仍然可用，"
        "只是每次启动多一次被拒绝的请求。",
        (
            "给 {app} 加上 {variable}，它从一开始就不再发送 {parameter}。",
            "不必做任何事。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略、去掉 {parameter}。"),
        ),
    ),
    "http.header_rejected:unsendable": Text(
        "请求头 {header|（见设置）} 无法发送",
        "{source|某项设置} 的值不能用作请求头。客户端在发送之前就会停下，多半只报“Connection error”。",
        ("改正 {source|这项设置} 的值：首尾不要有空格或换行，只用普通字符。",),
    ),
    "http.header_rejected:unsent": Text(
        "这次检查没有发送请求头 {header|（见设置）}",
        "{source|某项设置} 设置了 HTTP 连接本身要用的请求头。这次检查没有发送它，应用可能会发送。",
        ("除非服务器的文档要求，请从 {source|设置} 里删掉请求头 {header|它}。",),
    ),
    "settings.missing_key:unset": Text(
        "没有 API 密钥：{variable|应用读取的环境变量} 没有设置",
        "{app} 在 {place|配置文件} 处的设置指定从 {variable|某个环境变量} 读取密钥，而这个环境变量没有设置。"
        "对这个服务器，{app} 不读其他环境变量。",
        (
            "把 {variable|那个环境变量} 设为你的密钥，并确保启动 {app} 的环境里能看到它。",
            "重启 {app}：从桌面启动的程序看不到终端里设置的环境变量。",
        ),
    ),
    "key.unexpanded:name": Text(
        "填的是变量名，不是密钥的值",
        "密钥栏里是 OPENAI_API_KEY 这样的名字。应用在这里要的是密钥本身，却把名字当作密钥发了出去；"
        "也可能是模板还没有填写。",
        (
            "在这一栏里直接填密钥，不要填变量名。",
            "如果应用支持在这里读取变量，请按它的文档书写，例如 ${NAME}，并设置好这个变量。",
            "如果还没有密钥，在这里新建：{console}",
        ),
    ),
    "settings.missing_key:named": Text(
        "没有 API 密钥：{variable|这个目标的变量} 没有设置，或者是空的",
        "{place|配置} 里的目标从 {variable|一个变量} 读取密钥，不会到别处去找。流水线只把密钥传给写明了它的步骤，名字写"
        "错的 secret 在那里是空值。来自 fork 的合并请求拿不到密钥。",
        (
            "在运行这条命令的环境里，把 {variable|这个变量} 设为密钥。",
            "GitHub Actions：在这一步的 `env` 里写上它，取值于仓库的 secret。GitLab：添加同名的 CI/CD 变量；受保护的变"
            "量只传给受保护的分支。",
            "如果密钥在别的变量里，就在文件里改成那个变量名。",
        ),
    ),
    "settings.missing_key:app": Text(
        "{app} 没有向 {host} 发送密钥",
        "{place|这段} 处的配置没有指定密钥。{app} 因此不发送任何密钥：既不用登录的密钥，也不读环境变量。",
        (
            "在这段配置里加上下面其中一行：{lines}",
            "把 NAME 换成保存密钥的环境变量名，然后重启 {app}。",
        ),
    ),
    "http.front_auth:basic": Text(
        "{host} 在接口前面要求用户名和密码",
        "接口前面的网页服务器或代理有自己的登录（HTTP Basic），接口还没有看到密钥。API 密钥用的是同一个请求头，"
        "所以应用只能发送其中一个。",
        (
            "向 {host} 的管理员要用户名和密码，并问清程序该怎么发送：有的应用写成 "
            "https://用户名:密码@{host}，有的要加请求头 Authorization: Basic …。",
            Step(
                "owner via:nginx",
                "自己的服务器：把接口路径排除在登录之外（nginx 里写 `auth_basic off;`），由接口自己检查密钥。",
            ),
            Step("owner !via:nginx", "自己的服务器：把接口路径排除在登录之外，由接口自己检查密钥。"),
        ),
    ),
    "http.front_auth:portal": Text(
        "这个网络要先登录才能上网（认证门户）",
        "酒店、机场或访客网络会代替 {host} 应答，直到有人在浏览器里同意它的条款。请求还没有离开这个网络。",
        (
            "在这台机器的浏览器里随便打开一个网页（比如 neverssl.com），登录后再试。",
            "没有浏览器的机器：请网络管理员放行这台设备，或换个网络。",
            "Base URL 用 https:// 开头，这样网络就不能代替服务器应答。",
        ),
    ),
    "http.gateway_error:refused": Text(
        "网关错误：{host} 后面的服务器拒绝连接",
        "网关正常，但后面的服务器拒绝连接：程序没有运行，或者那边的防火墙不让网关进来。和你的密钥无关。",
        (
            "等几分钟再试。",
            Step("provider", "查看服务商的状态页。"),
            Step("relay", "询问 {host} 的管理员。"),
            Step(
                "owner via:cloudflare",
                "自己的服务器：启动网关后面的程序，并在防火墙里放行 Cloudflare 的地址（80 和 443 端口）。",
            ),
            Step("owner !via:cloudflare", "自己的服务器：启动网关后面的程序，并在防火墙里放行网关的地址。"),
        ),
    ),
    "http.gateway_error:silent": Text(
        "网关错误：{host} 连不上后面的服务器",
        "网关去连接时没有回应：服务器关着，地址过时了，或者防火墙丢掉了连接。和你的密钥无关。",
        (
            "等几分钟再试。",
            Step("provider", "查看服务商的状态页。"),
            Step("relay", "询问 {host} 的管理员。"),
            Step("owner", "自己的服务器：确认它在运行，网关那边的 DNS 记录是现在的地址，防火墙也放行了网关。"),
        ),
    ),
    "http.gateway_error:slow": Text(
        "网关超时：{host} 等不到应答，放弃了",
        "网关连上了接口，但接口用的时间超过了网关愿意等的时间：回答太长，模型太大，或者服务器卡住了。和你的密钥无关。",
        (
            "在应用里打开流式输出：只要有内容到达，网关就会继续等。",
            Step("relay", "请 {host} 的管理员让网关等得更久，或每次少问一些。"),
            Step("provider", "每次少问一些，或换个模型。"),
            Step("owner via:nginx", "自己的网关：放宽时限，nginx 里写 `proxy_read_timeout 600s;`。"),
            Step("owner via:haproxy", "自己的网关：放宽时限，HAProxy 是 timeout server。"),
            Step(
                "owner via:cloudflare", "自己的服务器：Cloudflare 约等 100 秒，请用流式输出，或让应用绕过它直接访问。"
            ),
            Step("owner !via:nginx !via:haproxy !via:cloudflare", "自己的网关：放宽它等待接口的时限。"),
        ),
    ),
    "http.gateway_error:tls": Text(
        "网关错误：{host} 与后面的服务器 TLS 连接失败",
        "网关不接受服务器的证书，或者两边没有共同的 TLS 版本或加密套件。在应用里没有办法解决。",
        (
            Step("public", "告诉 {host} 的管理员。"),
            Step(
                "owner via:cloudflare",
                "自己的服务器：换上写有 {host}、没有过期、由知名机构或 Cloudflare 签发的证书（源站证书）；或者在 "
                "Cloudflare 把模式设为 Full。",
            ),
            Step("owner !via:cloudflare", "自己的服务器：换上写有 {host}、没有过期、由网关信任的机构签发的证书。"),
        ),
    ),
    "http.gateway_error:name": Text(
        "网关错误：{host} 找不到后面的服务器",
        "网关里写的服务器名称查不到，或者通往它的隧道没有打开。和你的密钥无关。",
        (
            Step("public", "告诉 {host} 的管理员，或等服务器恢复。"),
            Step("owner", "自己的服务器：启动它的隧道，或在网关那里改正源站的名称。"),
        ),
    ),
    "shape.malformed_answer:packed": Text(
        "{host} 的应答用了应用解不开的压缩方式",
        "应用会说明自己支持哪些压缩格式：gzip 和 deflate，装了额外的包才有别的。这里中间有东西用了另一种方式压缩，"
        "或者漏了说明压缩的响应头。",
        (
            Step("python", "Python 里执行 `pip install brotli zstandard`，SDK 就会多支持两种格式。"),
            Step("public", "询问 {host} 的管理员。"),
            Step("owner", "自己的网关：按请求的 Accept-Encoding 压缩，或对接口关闭压缩。"),
        ),
    ),
    "model.parameter_rejected:as_client": Text(
        "{host} 拒绝 {app} 发送的 {parameter|某个字段}",
        "普通请求可用。带上 {app} 发送的全部内容就被拒绝，去掉 {parameter|这个字段} 又被接受。",
        (
            "给 {app} 加上 {variable}，它就不再发送 {parameter}。",
            Step("public", "请 {host} 的运营者接受 {parameter}，或者忽略它。"),
            "让 {app} 改用其他服务器或模型。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略 {parameter}。"),
        ),
    ),
    "model.parameter_rejected:as_client_several": Text(
        "{host} 拒绝 {app} 发送的某些内容：{parameter|尚未确定}",
        "普通请求可用。带上 {app} 发送的全部内容就被拒绝，去掉 {parameter|其中一部分} 又被接受；"
        "原因不一定是其中的每一项。",
        (
            Step("public", "请 {host} 的运营者说明服务器接受其中哪些字段。"),
            "让 {app} 改用其他服务器或模型。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略不认识的字段。"),
        ),
    ),
    "model.parameter_rejected:as_client_more": Text(
        "{host} 拒绝 {app} 发送的 {parameter|某一项}，或还有其他",
        "普通请求可用，带上 {app} 发送的全部内容就被拒绝。可以确定 {parameter|其中一项} 被拒绝；"
        "下列内容中可能还有被拒绝的：{names|其余部分}。要分清需要更多请求，检查不再发送。",
        (
            "给 {app} 加上 {variable}，它就不再发送 {parameter}。",
            Step("public", "请 {host} 的运营者说明服务器接受 {app} 的哪些字段和请求头。"),
            "让 {app} 改用其他服务器或模型。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略不认识的内容。"),
        ),
    ),
    "model.parameter_rejected:as_client_mends": Text(
        "{host} 拒绝 {parameter|某个字段}，{app} 会去掉它重发",
        "带上 {parameter|这个字段} 时服务器拒绝请求。{app} 发现后会自动去掉它，所以仍然可用，"
        "只是每次启动多一次被拒绝的请求。",
        (
            "给 {app} 加上 {variable}，它从一开始就不再发送 {parameter}。",
            "不必做任何事。",
            Step("owner", "如果服务器是您自己的，请升级它，或让它忽略 {parameter}。"),
        ),
    ),
    "model.parameter_rejected:streamed": Text(
        "这个模型只支持流式输出",
        "地址、密钥和模型都没有问题。这个模型拒绝一次取回整个回答的请求，只接受流式请求。",
        (
            "在应用里打开流式输出：使用流式输出的应用在这里能用，其他的不行。",
            "应用不支持流式输出的话，换个模型。",
        ),
    ),
    "shape.malformed_answer:wordless": Text(
        "{host} 的应答里没有文字",
        "应答声称已经完成，但 SDK 读取的字段是空的或缺失。应用会显示空白回答，也不报错。中转站转换协议时常常丢掉文字。",
        (
            "换个模型试试：常常只有一个模型出问题。",
            "确认应用里选的协议和服务器的一致。",
            "更新服务器或中转站，或告诉 {host} 的管理员。",
        ),
    ),
    "shape.malformed_answer:others": Text(
        "有些客户端读不懂 {host} 的应答",
        "你的应用所用的 SDK 能读懂，下面这些读不懂：{clients|其他 SDK}。用它们开发的应用会报错或显示空白回答。",
        (
            "如果你的应用没有用到这些客户端，就不用处理。",
            "否则更新服务器或中转站，或告诉 {host} 的管理员。",
        ),
    ),
    "stream.malformed:others": Text(
        "有些客户端读不懂 {host} 的流式输出",
        "你的应用所用的 SDK 能读懂，下面这些读不懂：{clients|其他 SDK}。用它们开发的应用会报错或显示空白回答。",
        (
            "如果你的应用没有用到这些客户端，就不用处理。",
            "否则在那个应用里关闭流式输出。",
            "更新服务器或中转站，或告诉 {host} 的管理员。",
        ),
    ),
    "stream.malformed:helpers": Text(
        "{host} 的流式输出，有些 stream helper 读不懂",
        "逐个读取事件没有问题，但用 stream helper 拼出完整消息时会出错：{clients|部分 SDK}。使用它的应用会报错。",
        (
            "如果你的应用没有用 stream helper，就不用处理。",
            "否则在那个应用里关闭流式输出，或逐个读取事件。",
            "更新服务器或中转站，或告诉 {host} 的管理员。",
        ),
    ),
    "stream.malformed:wordless": Text(
        "{host} 的流式输出里没有文字",
        "流式输出声称已经完成，但 SDK 读取的字段里没有文字。应用会显示空白回答，也不报错。"
        "中转站转换协议时常常丢掉文字。",
        (
            "先在应用里关闭流式输出。",
            "换个模型试试：常常只有一个模型出问题。",
            "更新服务器或中转站，或告诉 {host} 的管理员。",
        ),
    ),
    "stream.error_inside:ignored": Text(
        "流式输出里有一条 SDK 会忽略的错误",
        "文字完整到达，中间却有一个事件报告错误。它的形式不是错误事件，所以官方 SDK 会忽略。别的客户端可能就停在这里。",
        (
            "文字完整的话，这个应用不用处理。",
            "把这条信息告诉 {host} 的管理员。",
        ),
    ),
    "stream.websocket_refused:only": Text(
        "{host} 把普通请求当成了 WebSocket",
        "{host} 拒绝普通请求，要求在连接上换用别的协议。要么这个地址只接受 WebSocket，要么前面的代理给每个请求都加了"
        "升级用的请求头。密钥没有问题。",
        (
            "改用服务方为普通（HTTP）请求给出的 Base URL。",
            Step("relay", "询问 {host} 的运营方。"),
            Step(
                "owner",
                "自己的服务器：只给带有升级请求头的请求加 Upgrade 和 Connection。nginx 用 map $http_upgrade "
                "$connection_upgrade 来做。",
            ),
        ),
    ),
    "http.gateway_error:http_version": Text(
        "{host} 的网关不接受这个 HTTP 版本",
        "网关要求的 HTTP 版本，和请求到达它时用的版本不同。常见原因是前面的代理：nginx 默认用 HTTP/1.0 转发，而 Envoy "
        "和 Istio 会拒绝。密钥没有问题。",
        (
            "把请求的时间告诉 {host} 的运营方，请他们查看。",
            Step("owner", "自己的服务器：在前面的 nginx 里设置 proxy_http_version 1.1;。"),
        ),
    ),
    "stream.websocket_refused:gives_up": Text(
        "{app} 会先建立 WebSocket，被服务器拒绝后就放弃",
        "{app} 在第一个请求之前向 {host} 请求 WebSocket。拒绝的响应看起来像请求本身的错误，"
        "所以 {app} 报错结束，不会再发普通请求。",
        _SOCKETS,
    ),
    "stream.websocket_refused:may_give_up": Text(
        "{app} 可能会放弃：服务器拒绝了它先建立的 WebSocket",
        "如果这个地址写在 openai_base_url 这类设置里，{app} 会在第一个请求之前向 {host} 请求 WebSocket。拒绝的响应"
        "看起来像请求本身的错误，{app} 就会报错结束。在设置里写成单独的服务商，同一个地址可以"
        "用。",
        _SOCKETS,
    ),
    "stream.websocket_refused:busy": Text(
        "服务器太忙，没有接受 {app} 先建立的 WebSocket",
        "{host} 因为限流拒绝了 WebSocket。如果 {app} 启动时仍然这样，它会报这个错误并结束，不再发请求。",
        ("等一分钟再检查一次。",),
    ),
    "stream.websocket_refused:may_retry": Text(
        "{app} 可能会晚约 {seconds|几} 秒：它在这里建立不了 WebSocket",
        _PRESUMED,
        _SOCKETS,
    ),
    "stream.websocket_closed:may_retry": Text(
        "{app} 可能会晚约 {seconds|几} 秒：它在这里建立不了 WebSocket",
        _PRESUMED,
        _SOCKETS,
    ),
    "stream.websocket_refused:refused": Text(
        "{app} 会晚约 {seconds|几} 秒：服务器拒绝了它的 WebSocket",
        "{app} 在第一个请求之前向 {host} 请求 WebSocket，并会重试几次。约 {seconds|几} 秒后改发普通请求。",
        _SOCKETS,
    ),
    "stream.websocket_refused:flawed": Text(
        "{app} 会晚约 {seconds|几} 秒：它的 WebSocket 不能用",
        "{host} 或中间的设备切换到了 WebSocket，却不符合其规范。{app} 会重试几次，约 {seconds|几} 秒后改发普通请求。",
        _SOCKETS,
    ),
    "stream.websocket_closed:closed": Text(
        "{app} 会晚约 {seconds|几} 秒：WebSocket 被关闭",
        "{app} 在第一个请求之前向 {host} 建立 WebSocket，被服务器或中间的设备关闭。{app} 会重试几次，约 {seconds|几} "
        "秒后改发普通请求。",
        _SOCKETS,
    ),
    "stream.websocket_closed:held": Text(
        "{app} 要等约 {seconds|很多} 秒：它的 WebSocket 没有响应",
        "{app} 在第一个请求之前向 {host} 建立 WebSocket，却一直没有响应。{app} 等待、重试，界面上什么也没有；约 "
        "{seconds|很多} 秒后才改发普通请求。",
        _SOCKETS,
    ),
    "stream.websocket_closed:silent": Text(
        "{app} 会卡住：它的 WebSocket 上没有回应",
        "{app} 在第一个请求之前向 {host} 建立 WebSocket。服务器接受了，却不回应第一条消息。{app} 每次尝试都等"
        "好几分钟，什么也不显示。",
        _SOCKETS,
    ),
    "stream.websocket_closed:may_hang": Text(
        "{app} 可能会卡住：它的 WebSocket 上没有回应",
        "如果这个地址写在 openai_base_url 这类设置里，{app} 会在第一个请求之前向 {host} 建立 WebSocket。服务器接受了，"
        "却不回应第一条消息，{app} 每次尝试都等好几分钟。在设置里写成单独的服务商，就不会建立 WebSocket。",
        _SOCKETS,
    ),
    "stream.cut:behind": Text(
        "流式输出没有正常结束，连接就关闭了",
        "回答已经完整到达，但应答没有按 HTTP 的要求结束：缺少最后一个分块，或声明的长度不对。读到末尾的 SDK 会报错。",
        (
            "先在应用里关闭流式输出。",
            "更新服务器或中转站：应答必须正常结束。",
            "自己的网关：检查是什么关闭了连接。",
        ),
    ),
    "stream.malformed:packed": Text(
        "{host} 的流式输出用了应用解不开的压缩方式",
        "应用会说明自己支持哪些压缩格式：gzip 和 deflate，装了额外的包才有别的。这里中间有东西用了另一种方式压缩，"
        "或者漏了说明压缩的响应头。",
        (
            Step("python", "Python 里执行 `pip install brotli zstandard`，SDK 就会多支持两种格式。"),
            "先在应用里关闭流式输出。",
            Step("public", "询问 {host} 的管理员。"),
            Step("owner", "自己的网关：对 text/event-stream 关闭压缩。"),
        ),
    ),
    "stream.cut:idle": Text(
        "长时间没有内容之后，流式输出被切断（空闲超时）",
        "有一段时间没有内容，然后连接在回答完成之前被关闭。网关和负载均衡会关闭大约 {seconds|几十} 秒没有内容的连接"
        "。思考很久的模型在这期间什么也不发。",
        (
            "关掉 VPN 和代理试试，或换个回答更快的模型。",
            Step("public", "询问 {host} 的管理员。"),
            Step("owner via:nginx", "自己的服务器：放宽时限，nginx 是 proxy_read_timeout。"),
            Step("owner !via:nginx", "自己的服务器：放宽它前面网关的空闲时限。"),
            Step("owner", "自己的服务器：让它大约每 15 秒发一行注释作为保活。"),
        ),
    ),
    "stream.buffered:nginx": Text(
        "流式输出一次性到达，被 {product|nginx} 缓冲",
        "服务器用了一段时间，所有内容却在同一刻到达。{product|nginx} 默认会缓冲回答。能用，只是看不到文字逐步出现。",
        (
            Step("public", "请 {host} 的管理员关闭缓冲：`proxy_buffering off;` 和 `gzip off;`。"),
            Step("owner", "自己的服务器：在接口的 location 里设置 `proxy_buffering off;` 和 `gzip off;`，再重新加载。"),
            Step("owner", "自己的服务器：或者让接口带上响应头 `X-Accel-Buffering: no`，缓冲就会关闭。"),
        ),
    ),
    "stream.buffered:apache": Text(
        "流式输出一次性到达，被 Apache 缓冲",
        "服务器用了一段时间，所有内容却在同一刻到达。Apache 的代理会缓冲小块内容，压缩则会缓冲全部。能用，只是看不"
        "到文字逐步出现。",
        (
            Step("public", "请 {host} 的管理员对接口设置 `ProxyPass … flushpackets=on`。"),
            Step("owner", "自己的服务器：对接口路径设置 `ProxyPass … flushpackets=on` 和 `SetEnv no-gzip 1`。"),
        ),
    ),
    "stream.buffered:iis": Text(
        "流式输出一次性到达，被 IIS 缓冲",
        "服务器用了一段时间，所有内容却在同一刻到达。IIS 的 Application Request Routing 会把回答缓冲到一定大小才发"
        "。能用，只是看不到文字逐步出现。",
        (
            Step("public", "请 {host} 的管理员把 IIS 的响应缓冲阈值设为 0。"),
            Step(
                "owner",
                "自己的服务器：在 IIS 的代理设置（Application Request Routing）里，把响应缓冲阈值设为 0，"
                "并对接口关闭动态压缩。",
            ),
        ),
    ),
    "stream.buffered:aws": Text(
        "流式输出一次性到达，被 AWS 缓冲",
        "服务器用了一段时间，所有内容却在同一刻到达。API Gateway 和 Lambda 要等回答完整才发出，除非设置了流式。"
        "能用，只是看不到文字逐步出现。",
        (
            Step("public", "询问 {host} 的管理员。"),
            Step(
                "owner",
                "自己的服务器：API Gateway 把集成的响应传输模式设为 STREAM；Lambda 用 RESPONSE_STREAM 的函数 URL；"
                "或者换成负载均衡。",
            ),
        ),
    ),
    "stream.buffered:azure": Text(
        "流式输出一次性到达，被 API Management 缓冲",
        "服务器用了一段时间，所有内容却在同一刻到达。策略要读取或记录回答时，Azure API Management 会把它缓冲起来。"
        "能用，只是看不到文字逐步出现。",
        (
            Step("public", "询问 {host} 的管理员。"),
            Step(
                "owner",
                '自己的服务器：在接口的策略里，给 forward-request 设置 `buffer-response="false"`，也不要记录响应内容。',
            ),
        ),
    ),
    "stream.buffered:cdn": Text(
        "流式输出一次性到达，被 {product|CDN} 缓冲",
        "服务器用了一段时间，所有内容却在同一刻到达。{product|CDN} 本来会转发流式输出，但压缩、改写或缓存时不会。能"
        "用，只是看不到文字逐步出现。",
        (
            Step("public", "询问 {host} 的管理员。"),
            Step(
                "owner",
                "自己的服务器：让接口带上 `Content-Type: text/event-stream` 和 `Cache-Control: no-cache, "
                "no-transform`。",
            ),
            Step("owner", "自己的服务器：在 CDN 那里对接口路径关闭压缩、优化和缓存。"),
        ),
    ),
    "stream.buffered:gzip": Text(
        "流式输出一次性到达，因为被压缩了",
        "服务器用了一段时间，所有内容却在同一刻到达。压缩要等数据够了才发。能用，只是看不到文字逐步出现。",
        (
            Step("public", "询问 {host} 的管理员。"),
            Step("owner via:nginx", "自己的服务器：对 text/event-stream 关闭压缩，不要写进 nginx 的 gzip_types。"),
            Step("owner !via:nginx", "自己的服务器：对 text/event-stream 关闭压缩。"),
        ),
    ),
    "stream.buffered:inspected": Text(
        "流式输出一次性到达，被 {product|代理} 缓冲",
        "服务器用了一段时间，所有内容却在同一刻到达。网络里的 {product|代理} 要读完整个回答才转发。能用，只是看不到"
        "文字逐步出现。",
        (
            "请 IT 人员对 {host} 免检。",
            "或换个网络，或在杀毒软件里对 {host} 关闭网页流量检查。",
        ),
    ),
    "tls.handshake_failed:old": Text(
        "{host} 只支持旧版 TLS",
        "它最高只到 {detail|TLS 1.1}，而这种版本可以被破解，现在的程序都不接受，至少要 TLS 1.2。"
        "多半是服务器太旧，或者前面的设备太旧。",
        (
            Step("public", "告诉 {host} 的运营者。"),
            "如果别的主机也一样，是这个网络里的设备太旧：换一个网络试试。",
            Step("owner", "自己的服务器：启用 TLS 1.2 和 1.3。"),
        ),
    ),
    "tcp.timeout:node_attempt": Text(
        "超时：Node 对 {host} 的每个地址只等 0.25 秒",
        "Node 会逐个尝试主机的各个地址，每个地址只给四分之一秒建立连接（autoSelectFamilyAttemptTimeout）。距离远或经过 "
        "VPN "
        "的主机来不及响应，所以每次尝试都被中断，而 curl 和 Python 能连上。",
        (
            "设置 NODE_OPTIONS=--network-family-autoselection-attempt-timeout=5000，把时间调长。",
            "要在应用启动之前设置：写在 shell、服务单元或容器里，写在 .env 文件里不起作用。",
            "自己的代码：net.setDefaultAutoSelectFamilyAttemptTimeout(5000)。",
            "如果这样还是失败，说明主机确实连不上：运行 `llmdoctor check` 可以看到连接断在哪一步。",
        ),
    ),
    "url.version_doubled:app": Text(
        "应用加上了 {added|一个版本号}，而 Base URL 已经以 {doubled|版本号} 结尾",
        (
            "请求发到了 {twice|带两个版本号的路径}。这家服务商的版本就是 {doubled|另一个}，Base URL 没有错；是应用在后"
            "面又加了一个版本，好像所有"
            " API 都在 /v1 下。"
        ),
        (
            "如果应用里有这家服务商的专用选项，请用它，不要选“OpenAI 兼容”。",
            "找一找能填写完整 Base URL、或不自动添加版本的选项（Cherry Studio 等应用是在地址末尾加 /）。",
            "升级应用。如果实在不行，在前面加一个网关，例如 LiteLLM 或 New API。",
        ),
    ),
    "auth.not_permitted:keys_off": Text(
        "这个资源不接受 API 密钥",
        (
            "资源的所有者关闭了密钥（本地）身份验证，所以任何密钥都会被拒绝，不管它是否有效。它只接受 Microsoft Entra "
            "ID 或云平台自己的身份服务签发的令牌。"
        ),
        (
            "改用令牌登录：AzureOpenAI(azure_ad_token_provider=get_bearer_token_provider(DefaultAzureCredential(), "
            '"https://cognitiveservices.azure.com/.default"))。',
            "请所有者在该资源上授予“Cognitive Services OpenAI User”角色。",
            "或者请所有者重新允许密钥：用 `az resource update` 把 properties.disableLocalAuth 设为 false。",
        ),
    ),
    "http.header_rejected:two_credentials": Text(
        "请求里带了两份凭证，服务器只接受一份",
        "密钥出现了两次，或以两种形式出现：既在 Authorization 里又在 x-goog-api-key 里，或者既在请求头里又在网址的 "
        "?key= "
        "里。应用自己发一份，中转站或自定义请求头又加一份，就会这样。",
        (
            "把网址和自定义请求头里的密钥删掉，只在密钥一栏里填写。",
            "Google 的 OpenAI 兼容地址只需要 Authorization: Bearer，不要再加别的。",
            "自建中转站：在加上自己的密钥之前，先去掉客户端的 Authorization 请求头。",
        ),
    ),
    "settings.missing_key:empty": Text(
        "服务器收到的密钥是空的",
        "服务器会把收到的密钥写进报错里，而这里什么也没有：应用发送的是空值，或者 None、null、undefined 这样的字样。可"
        "能是设置里没有填写，"
        "可能是应用运行的环境里没有这个变量，也可能是应用读的是另一个变量。",
        (
            "把密钥填到 {app} 读取的位置，然后重启应用。",
            "从桌面、系统服务或容器启动的程序看不到在终端里设置的变量，请在它们各自的环境里设置。",
            "如果应用按服务商或模型分别保存密钥，看看正在使用的那一项是不是空的。",
        ),
    ),
    # -- 仅凭粘贴的文字能说的话：没有做过任何测量 --
    "url.path_wrong:text": Text(
        "路径不对：{host|服务器} 上没有这个地址",
        (
            "主机连得上，但请求的路径不存在。可能是 Base URL 的路径少了一段、重复了一段或多了一段，也可能是应用加上了"
            "这台服务器没有的接口。"
        ),
        (
            "把 Base URL 设为 {better_url}",
            "对照文档核对实际请求的完整地址：/chat/completions、/responses 或 /messages 前面的部分就是 Base URL。",
            "如果应用要求填写完整地址，请把接口路径也填上。",
            "运行 `llmdoctor check 地址` 会逐一尝试常见路径。",
        ),
    ),
    "shape.wrong_protocol:no_responses": Text(
        "{host} 没有提供 OpenAI Responses 接口",
        "应用把请求发到了 /responses，而这台服务器没有这个接口。OpenAI 兼容的服务器大多只提供 /chat/completions。",
        (
            Step(
                "app:ai-sdk",
                "改用 Chat Completions：写 `openai.chat('模型')` 而不是 `openai('模型')`，或使用 "
                "@ai-sdk/openai-compatible。",
            ),
            Step("app:n8n", "在 OpenAI Chat Model 节点中关闭 Use Responses API，或使用较早版本的 OpenAI 节点。"),
            Step(
                "app:langchain-openai",
                "设置 use_responses_api=False，这样会使用 Chat Completions（/chat/completions）。",
            ),
            "在应用中把接口类型改为 Chat Completions（/chat/completions），例如“OpenAI 兼容”，"
            "而不是“OpenAI”或“Responses”。",
            "如果应用只支持 Responses 接口，请在前面放一个能转换的网关，或换用提供该接口的服务器。",
        ),
    ),
    "url.path_wrong:protocol": Text(
        "路径不对：{host} 上该协议的 Base URL 是另一个",
        "应用使用 {protocol}，而填写的是同一家服务商另一种协议的 Base URL，因此服务器不认识这个路径。",
        (
            "把 Base URL 设为 {better_url}",
            "或者保留这个 Base URL，在应用中换一种服务商类型，例如“OpenAI 兼容”。",
        ),
    ),
    "url.path_wrong:complete": Text(
        "路径不对：这个应用要填包含接口路径的完整地址",
        "请求发到了 Base URL 本身。这个应用不会在所填地址后面加接口路径，所以服务器上找不到。",
        (
            "在应用中把地址设为 {better_url}",
            "模型名请填在应用自己的模型字段里。",
        ),
    ),
    "url.version_missing:text": Text(
        "Base URL 很可能缺少 /v1 这样的版本号",
        "请求的路径里只有接口，前面没有版本号，服务器不认识这个路径。{app} 不会自动加上版本号。",
        (
            "把 Base URL 设为 {better_url}",
            "在 Base URL 末尾加上 /v1（或文档里写的版本号）。",
            "运行 `llmdoctor check 地址` 可以验证。",
        ),
    ),
    "auth.header_lost:text": Text(
        "服务器说请求里没有 API 密钥",
        "可能是根本没有发送（密钥一栏为空、应用运行的环境里没有这个变量、应用用的是另一项配置），也可能是丢在了中间"
        "：经过重定向，或者代理去掉了 Authorization 请求头。",
        (
            "把密钥填到 {app} 读取的位置，然后重启应用。",
            "Base URL 直接填最终地址，以 https:// 开头，避免重定向。",
            "自建服务器：让前面的反向代理转发 Authorization 请求头。",
            "运行 `llmdoctor check` 会带着密钥发请求，能分清是哪一种。",
        ),
    ),
    "auth.rejected:text": Text(
        "{door|服务器} 拒绝了 API 密钥",
        (
            "密钥已经送到，但在那里无效：可能是输错、复制不全、已删除或已更换，也可能不是这个 Base URL 对应的服务商签"
            "发的。光看文字分不出是哪一种。"
        ),
        (
            "确认密钥是在服务商的哪个站点创建的：不同站点的密钥互不通用。其他站点的 Base URL：{names}",
            "核对 Base URL 和签发密钥的地方：必须是同一家服务商、同一个站点、同一种套餐。",
            "在 {console} 新建一个密钥并使用它。",
            ("使用中转站时，到它的页面上查看令牌是否存在、是否启用。`llmdoctor check` 会指出密钥是从哪里读取的。"),
        ),
    ),
    "settings.missing_key:text": Text(
        "没有 API 密钥：应用没有读到",
        (
            "应用在它读取的位置没有找到密钥，或者那一栏是空的，所以没有发请求，或者发了不带密钥的请求。从桌面、系统服"
            "务或容器启动的程序看不到在终端里设置的变量。"
        ),
        (
            "在应用运行的环境中把 {key_env} 设为你的密钥，或直接填进应用，然后重启应用。",
            "把密钥填到 {app} 读取的位置，然后重启应用。",
            "如果还没有密钥，在这里新建：{console}",
        ),
    ),
    "proxy.ignored:text": Text(
        "应用很可能不理会代理设置",
        (
            "其他程序通过代理能上网，而这个程序超时。Node 的 fetch 和一些应用不理会 HTTP_PROXY 和 HTTPS_PROXY，会直接"
            "连接。"
        ),
        (
            "Node 24 及以上：启动应用时设置 NODE_USE_ENV_PROXY=1。",
            "在应用自己的设置里填写代理。",
            "或者让代理软件接管全部流量（TUN 模式）。",
        ),
    ),
    "tls.intercepted:text": Text(
        "与 {host} 的连接很可能被解密",
        (
            "证书由本程序不信任的机构签发。在公司里通常是审查流量的代理，在家里通常是杀毒软件；如果是自己的服务器，"
            "就是给它签发证书的机构。"
        ),
        (
            (
                "在公司里：向 IT 部门索取根证书并设置给应用，Python 用 SSL_CERT_FILE=PATH，Node 用 "
                "NODE_EXTRA_CA_CERTS=PATH。"
            ),
            "在杀毒软件里：把 {host} 排除在加密连接扫描之外。",
            "如果都不是，不要在这个网络上发送密钥。",
        ),
    ),
    "http.gateway_error:upstream_path": Text(
        "{host} 请求{upstream|上游接口}时用错了地址",
        "网关收到了请求并转发了出去，但{upstream|上游接口}回答说不认识网关请求的路径。"
        "最常见的原因是网关设置里该上游的 Base URL 少了 /v1 这样的版本号。不是你这边的设置问题。",
        (
            "把这条消息发给 {host} 的管理员：{said}",
            "如果网关是自己的，在它的设置里改正{upstream|该上游}的 Base URL。",
            "在此之前，先换用由其他上游提供的模型。",
        ),
    ),
    "model.not_permitted:signin": Text(
        "Ollama 没有登录，而 {model|该模型} 在 Ollama 的云端运行",
        "名字里带 -cloud 或 :cloud 的模型不在本机运行，由 Ollama 用自己登录的账号转发给 ollama.com。"
        "与应用里填的密钥无关。",
        (
            "在运行 Ollama 的机器上执行 `ollama signin`。",
            "或者换用已经安装的模型，例如 {near}。",
            "或者换用名字里不带 -cloud 的模型（`ollama list` 会列出已安装的模型）。",
        ),
    ),
    "model.not_permitted:alone": Text(
        "{host} 只拒绝了 {model|所填模型} 这一个模型",
        "用同样的密钥和地址，换一个模型就能得到回答。所以被拒绝的只是这个模型：密钥的套餐不包含它，"
        "服务器请求它的上游时所用的凭证被拒绝，或者只有这个模型才检查密钥。",
        (
            "换用刚才有回答的模型：{near}",
            "查看密钥所属的账号、套餐或分组是否包含这个模型。",
            "如果服务器是自己的，检查它请求该模型的上游时使用的凭证。",
        ),
    ),
    "model.not_permitted:function": Text(
        "{host} 不向这个账户提供 {model|所填的模型}",
        "英伟达在两种情况下这样回答：模型已从托管接口下线（模型列表里可能还在），或者这个账户无权使用。密钥和地址都没有"
        "问题。",
        (
            "到 https://build.nvidia.com 查看这个模型是否还有托管接口。",
            "从列表里换一个模型：列出的模型不一定都能用。",
            "如果该模型的页面还有接口，就在那个页面重新生成密钥。",
        ),
    ),
    "model.not_found:listed": Text(
        "{host} 列出了模型 {model|（所填的）}，却没有提供",
        "服务器的模型列表里有这个名字，请求它却被拒绝。它可能需要单独的接口或部署，可能已下线，也可能不对这个账号或这个"
        "地域开放。",
        (
            Step("door:vertex|door:bedrock", "不是每个地域都有每个模型：在服务商的列表里查看它在哪里提供。"),
            "在服务商的模型页面查看它是否需要单独的接口或部署。",
            "从列表里换一个模型。",
            Step("relay", "询问 {host} 的管理员。"),
        ),
    ),
    "url.host_retired:known": Text(
        "{door} 已经停止服务",
        "{door} 已于 {ended|此前} 停止响应请求。地址没有写错，换密钥或改其他设置都无法恢复。",
        (
            "把 Base URL 改为 {better_url}",
            "替代服务是 {successor}，它需要自己的 Base URL 和密钥。",
            "换一家服务商：`llmdoctor doors` 列出仍在服务的地址。Base URL、密钥和模型要一起更换。",
        ),
    ),
    "model.not_found:retired": Text(
        "模型 {model|（所请求的）} 已于 {ended|此前} 下线",
        "服务商不再提供这个模型，使用这个名称的请求都会失败。问题不在密钥和地址。",
        (
            "服务商给出的替代模型是 {successor}，请改用它。",
            "将模型改为 {tested}，{host} 的列表中有它。",
            "{host} 列出的其他名称：{near}。",
            "从 {host} 的模型列表中选一个仍在服务的模型，名称要原样复制。",
            "检查其他设置里是否还有旧名称：别名、备用模型、生成标题的小模型。",
        ),
    ),
    "model.not_found:ends": Text(
        "模型 {model|（所请求的）} 将于 {ended|近期} 下线",
        "今天它还能用。从那天起，{door} 会拒绝使用这个名称的请求。",
        (
            "请在那天之前改用 {successor}。",
            "请在那天之前从 {host} 的模型列表中选一个新的模型。",
        ),
    ),
    "model.not_found:routed": Text(
        "模型 {model|（所请求的）} 将于 {ended|近期} 被替换",
        "今天它还能用。从那天起，{door} 会用另一个模型回答这个名称，价格和限制也按新模型计算。",
        (
            "请在那天之前试用 {successor}，合适就把它设为模型。",
            "在服务商的文档中比较新模型的价格、限制和参数。",
        ),
    ),
    "key.wrong_kind:ended": Text(
        "{house|服务商} 不再接受这种密钥",
        "这是旧式密钥，自 {ended|此前} 起已被拒绝。密钥本身可能并没有写错。",
        (
            "新的密钥在这里创建：{console}",
            "新密钥以 `{successor}` 开头。用新密钥替换旧密钥。",
            "仍然按 API 密钥的方式发送，不需要登录（OAuth）。",
            "所有设置了旧密钥的地方都要更换：环境变量、`.env` 文件、应用和 CI 的机密。",
        ),
    ),
    "key.wrong_kind:service": Text(
        "这个访问令牌被拒绝",
        "这种令牌有两个来源。服务账号（工作负载身份联合）用它作为 API 凭据，有效期约一小时。"
        "订阅账号的登录也会得到一个，但只能用于服务商自己的应用。",
        (
            "如果是服务账号的令牌，请重新获取，并以 `Authorization: Bearer` 发送。",
            "如果是订阅账号的登录，请创建 API 密钥：{console}",
            "自己的程序请使用 API 密钥或服务账号。",
        ),
    ),
    "url.host_retired:login": Text(
        "这种登录方式已经停用",
        "服务商已于 {ended|此前} 停止接受这种登录。问题不在应用及其设置，重新登录也没有用。",
        (
            "请改用：{successor}。",
            "在应用的设置中换一种认证方式，例如 API 密钥。",
        ),
    ),
    "url.host_retired:login_moved": Text(
        "登录地址已经变更",
        "应用使用的登录地址已被服务商停用。旧地址只会返回错误，看上去可能像限流。",
        (
            "更新应用：新版本使用 {successor} 登录。",
            "然后重新登录。",
        ),
    ),
    "quota.exhausted:extra_usage": Text(
        "订阅的额外用量已经用完",
        "用订阅账号登录时，第三方应用的请求算作额外用量，超出套餐额度的请求也一样。现在额外用量已经没有剩余。",
        (
            "在 claude.ai/settings/usage 增加额外用量，或等待套餐额度恢复。",
            "第三方应用请使用 API 密钥：套餐额度在那里不计算。",
        ),
    ),
    "model.parameter_rejected:signature": Text(
        "对话是在另一个服务商或中转站开始的",
        "思考内容带有签名，只有生成它的服务商才能验证。应用会带上以前的思考内容，而这台服务器不认识它们。",
        (
            "请开始一个新对话。",
            "更换 Base URL 或服务商之后，不要继续旧的会话。",
            "如果中转站把请求分散到多个账号，请联系站方让同一个对话固定在一个账号。",
        ),
    ),
    "model.parameter_rejected:api_version": Text(
        "应用发送了这个地址不接受的 API 版本",
        "以 /openai/v1 结尾的 Base URL 不需要 api-version。应用在每个请求中都加上了它，服务器因此拒绝。",
        (
            "从应用的设置中去掉 API 版本，包括 {version_variable|API 版本的环境变量}。",
            "或者使用 Azure 客户端，Base URL 不带 /openai/v1，这时需要 API 版本。",
        ),
    ),
    "key.wrong_kind:google": Text(
        "Google 在这里不接受这种凭据",
        "以 AIza 开头的是旧式密钥，Gemini API 自 2026 年 6 月起拒绝它。过期的访问令牌也会得到同样的回答。"
        "提示中的 OAuth 并不表示 Gemini API 需要登录。",
        (
            "新的密钥在这里创建：https://aistudio.google.com/apikey。它以 `AQ.` 开头。",
            "和以前一样，用 x-goog-api-key 发送。",
            "如果在 Vertex AI 使用登录，请重新获取访问令牌：`gcloud auth print-access-token`。",
        ),
    ),
    "model.not_found:spaces": Text(
        "模型名称首尾有空格",
        "应用会把名称原样发出，而 {host} 没有带空格的模型。去掉空格后，同样的请求成功了。",
        (
            "把模型设为 `{near}`，首尾不要有空格。",
            "检查从网页复制的名称或引号里面是否带了空格。",
        ),
    ),
    "model.no_channel:empty": Text(
        "{host} 没有提供模型 {model|（所填的）} 的 worker",
        "服务器在运行，也收到了请求，但没有连接任何提供该模型的 worker 或上游。不是密钥或地址的问题。",
        (
            "如果服务器是自己的，启动 worker 或加载模型，再确认模型列表里有它。",
            "否则，告诉 {host} 的管理员。",
            "把模型改为你要的相近名字：{near}。",
        ),
    ),
    "quota.exhausted:upstream": Text(
        "{host} 在{upstream|上游}的账号已经没有额度",
        "{host} 接受了你的密钥，再用它自己的账号向上游转发请求，而那个上游账号的余额或配额已经用完。"
        "给自己的账号充值没有用。",
        (
            "把这条消息发给 {host} 的管理员：{said}",
            "如果网关是自己的，到{upstream|上游}给账号充值或调高限额。",
            "在此之前，先换用由其他上游提供的模型。",
        ),
    ),
    "quota.rate_limited:edge": Text(
        "触发限流，而且回答是空的",
        "{door} 自己的拒绝会说明触发了哪种限额。空的回答来自前面的网关或防火墙，它按 IP 地址计数，"
        "而这个地址往往由许多人共用。",
        (
            "等 {retry_after} 秒再试。",
            "等一分钟；如果第一次请求就被拒绝，关掉 VPN 或代理再试，或换一个网络。",
            "减少同时发送的请求。",
        ),
    ),
    "quota.rate_limited:upstream": Text(
        "{host} 在{upstream|上游}触发了限流",
        "{host} 接受了你的密钥，再用它自己的账号向上游转发请求，而那个上游账号发送的请求太多，"
        "其中可能有别的用户的请求。",
        (
            "等 {retry_after} 秒再试。",
            "等一分钟再试。",
            "如果经常出现，告诉 {host} 的管理员，或换用由其他上游提供的模型。",
        ),
    ),
    "auth.upstream:alone": Text(
        "只有模型 {model|（所填的）} 报密钥被拒绝",
        "用同样的密钥和地址，换一个模型就能得到回答。中转站请求上游时用的是它自己的密钥，这个模型所用的那一个似乎被拒绝"
        "了。不过，只对部分模型检查密钥的服务器也会这样回答。",
        (
            "换用刚才有回答的模型：{near}",
            "把这条消息发给 {host} 的管理员：{said}",
            "如果中转站是自己的，更换提供该模型的渠道的密钥。",
        ),
    ),
    # -- credentials that tell about themselves
    "key.wrong_kind:token": Text(
        "这是令牌，不是 API 密钥",
        "它是 {issuer|另一个服务} 的{credential|令牌}。模型接口不接受它作为密钥。",
        (
            Step(
                "door:openai key:identity",
                "让应用用它换取访问令牌（工作负载身份）：以 `workload_identity` 传给 SDK，或用 "
                "OPENAI_IDENTITY_PROVIDER_ID、OPENAI_SERVICE_ACCOUNT_ID 和 OPENAI_IDENTITY_TOKEN_FILE 交给"
                "支持它们的网关，并且不设置 OPENAI_API_KEY。",
            ),
            Step(
                "door:anthropic key:identity",
                "让 SDK 用它换取访问令牌（工作负载身份）：设置 ANTHROPIC_FEDERATION_RULE_ID、ANTHROPIC_ORGANIZATION_ID "
                "和 ANTHROPIC_IDENTITY_TOKEN_FILE，并且不设置 ANTHROPIC_API_KEY。",
            ),
            "到 {console} 创建 API 密钥。",
            "要用 {host} 签发的 API 密钥，不要用登录令牌。",
            "如果服务商支持不用密钥的身份登录（workload identity），要先由应用拿这个令牌去换取访问令牌。",
            "登录凭证只能在产生它的应用里用；API 密钥要另外创建，也另外计费。",
        ),
    ),
    "key.wrong_kind:access_key": Text(
        "这是云平台的访问密钥，不是 API 密钥",
        "它是 {house|云平台} 的{credential|访问密钥}，用来给云平台自己的接口签名。模型接口要用 API 密钥，"
        "在另一个页面创建。",
        (
            Step(
                "door:bedrock",
                "让请求带签名：设置 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY（ASIA 开头的 ID "
                "还要 AWS_SESSION_TOKEN），并删除 AWS_BEARER_TOKEN_BEDROCK。",
            ),
            "到 {console} 创建 API 密钥。",
            "在模型服务的页面创建 API 密钥，只填这个密钥，前面不要带 ID。",
            "如果访问密钥还填到了别的应用里，请更换：它能操作整个账号。",
        ),
    ),
    "key.wrong_kind:document": Text(
        "这不是 API 密钥，而是{credential|含有密钥的文件}",
        "密钥一栏里填的是整个文件或整行设置的内容。其中可能有私钥，所以没有发送。",
        (
            "到 {console} 创建 API 密钥。",
            "如果应用有填写文件路径的设置，就填文件路径，否则改用 API 密钥。",
            "如果已有应用把它发送出去，请更换其中的密钥。",
        ),
    ),
    "key.wrong_door:chain": Text(
        "{product|另一家服务商} 的凭证不会发送到 {host|这台主机}",
        "凭证来自 {place|它的位置}，那是 {product|服务商} 自己的库查找凭证的地方。{host|这台主机} 属于另一家公司："
        "它用不了这个凭证，却会看到它。",
        (
            "如果要保留凭证，把 Base URL 设为 {product|服务商} 的地址。",
            "如果要保留 Base URL，去掉 `--credential` 和 `--protocol`，改用 {door} 的密钥。",
        ),
    ),
    "key.wrong_door:likely": Text(
        "这个密钥属于另一家服务商，不是 {door|这一家} 的",
        "每家服务商只接受自己签发的密钥。密钥本身可能没有问题，但密钥和 Base URL 必须来自同一家。",
        (
            "把 {address_setting|Base URL} 设为密钥提供方的地址：{homes|和密钥写在同一个页面上}",
            "要用 {door}：到 {console} 创建它的密钥。",
        ),
    ),
    "key.wrong_door:maybe": Text(
        "这个密钥可能不是 {door|这家服务商} 的",
        "密钥的格式和 {door|这家服务商} 的不同。每家服务商只接受自己签发的密钥。",
        ("如果密钥是别处给的，把 {address_setting|Base URL} 设为对方的地址：{homes|和密钥写在同一个页面上}",),
    ),
    "key.wrong_door:other_protocol": Text(
        "这个密钥属于 {key_door|另一家服务商}，不是 {door|这一家} 的",
        "每家服务商只接受自己签发的密钥。密钥本身可能没有问题，但签发它的服务商用的协议和应用现在用的不同。",
        (
            "保留密钥：在应用里把服务商改为 {key_door|签发它的那一家}，地址是 {home_url|它的文档里的地址}",
            "保留 Base URL：到 {console} 创建 {door} 的密钥。",
        ),
    ),
    "key.stray_characters:line_break": Text(
        "API 密钥末尾有换行",
        "多半是复制时带进来的，或者是密钥文件末尾的换行。请求头里不能有换行：Python 的 SDK 常常只报"
        "“Connection error.”，请求根本没有发出。",
        (
            Step("key_in:file", "如果文件是在 Windows 上写的，请改用 Unix 换行（LF）保存。"),
            "删掉密钥后面的换行。",
        ),
    ),
    "key.stray_characters:quotes": Text(
        "API 密钥外面带着引号",
        "引号成了值的一部分，和密钥一起发了出去，服务器因此不认得这个密钥。",
        (
            Step("key_in:dotenv|key_in:compose", "给 Docker 用的 env 文件不要写引号。"),
            "删掉密钥两边的引号。",
        ),
    ),
    "key.wrong_region:token": Text(
        "这个密钥用于区域 {region|另一个区域}，而 {host} 属于另一个区域",
        "密钥里写明了创建它的区域。短期密钥只在那个区域有效。",
        (
            "保留密钥：把 Base URL 改为 {better_url}",
            "保留 Base URL：到 {console} 为 {own_region} 新建密钥。",
            "密钥和 Base URL 要用同一个区域。",
        ),
    ),
    **dict.fromkeys(
        ("key.wrong_region:maybe", "key.wrong_resource:maybe"),
        Text(
            "这个密钥可能来自同一服务商的另一个站点",
            "这家服务商有多个站点，密钥各自独立，样子却相同。只有签发密钥的站点认它，从密钥本身看不出是哪一个。",
            (
                "如果密钥是在下列某个站点创建的，把 Base URL 改为该站点的地址：{sites}",
                "看看你是登录哪个站点创建密钥的。",
            ),
        ),
    ),
    **dict.fromkeys(
        ("key.wrong_region:own", "key.wrong_resource:own"),
        Text(
            "这个密钥可能属于同一服务商的另一个区域或资源",
            "这家服务商的每个区域、资源或工作区各有域名，密钥只在自己的那一个有效。",
            (
                "确认密钥是为 {own_region} 创建的，这是当前 Base URL 的区域。",
                "在服务商的控制台，从同一个页面复制地址和密钥。",
            ),
        ),
    ),
    "key.wrong_plan:plans": Text(
        "这个密钥所属的套餐有专用的 Base URL",
        "订阅套餐和按量付费的密钥、Base URL 都是分开的。这种套餐有多个站点，从密钥本身看不出是哪一个签发的。",
        (
            "把 Base URL 改为你购买套餐的站点的地址：{sites}",
            "保留 Base URL：到 {console} 创建对应类型的密钥。",
            "在控制台查看密钥属于哪个套餐，复制那里给出的 Base URL。",
        ),
    ),
    "key.wrong_plan:maybe": Text(
        "这个密钥可能属于有专用地址的套餐",
        "编程套餐之类的订阅和按量付费的 Base URL 是分开的，套餐额度只用于套餐自己的地址。账号有没有套餐，从这里看不"
        "出来。",
        (
            "如果你买了套餐，把 Base URL 改为套餐的地址：{sites}",
            "在控制台查看密钥属于哪个套餐，复制那里给出的 Base URL。",
        ),
    ),
    "key.wrong_plan:not_of_plan": Text(
        "这个密钥不属于 {host} 对应的套餐",
        "{door} 只接受该套餐的密钥。这个密钥的开头不一样，可能是同一服务商的普通（按量付费）密钥，Base URL 不同。",
        (
            "该套餐的密钥以 {wanted|另一种文字} 开头：到 {console|套餐页面} 复制。",
            "如果是同一服务商的普通密钥，把 Base URL 改为对应站点的地址：{sites}",
        ),
    ),
    "auth.rejected:sites": Text(
        "{door} 拒绝了 API 密钥，它可能来自该服务商的另一个站点",
        "服务器拒绝了密钥。这家服务商有多个站点，密钥各自独立，样子却相同，所以密钥可能来自另一个站点。"
        "也可能是输错了，或者已被删除或更换。",
        (
            "如果密钥是在下列某个站点创建的，把 Base URL 改为该站点的地址：{sites}",
            "如果密钥是为 {door} 创建的，拿 {key_hint} 和 {console} 里列出的密钥核对。",
            "否则到 {console|服务商的控制台} 新建密钥。",
        ),
    ),
    "auth.rejected:region": Text(
        "{door} 拒绝了 API 密钥，它可能来自另一个区域",
        "服务器拒绝了密钥。{host} 对应的区域是 {own_region|域名中的区域}，密钥可能只在创建它的区域有效。"
        "也可能已被删除、已过期或者输错了。",
        (
            "确认密钥是为 {own_region} 创建的；如果不是，改用它所在区域的 Base URL。",
            "否则到 {console|服务商的控制台} 在 {own_region|该区域} 新建密钥。",
        ),
    ),
    "auth.rejected:token": Text(
        "{door} 拒绝了这个令牌",
        "服务器读到了令牌并拒绝了它。令牌只在有限的时间内、对一个服务有效，签发方也可以撤销它。",
        (
            "为这个服务重新获取令牌：{token_command}",
            "用原来的方式重新获取令牌。",
            "如果仍被拒绝，核对令牌的 audience（aud）和 issuer（iss）是否符合服务器的要求。",
        ),
    ),
    "auth.expired:token": Text(
        "令牌已过期",
        "它的有效期到 {expires|过去的某个时间} 为止。登录令牌和访问令牌只有几分钟到几小时有效，等待不会让它恢复。",
        (
            "重新获取令牌：{token_command}",
            "用原来的方式重新获取令牌。",
            "让应用自己获取令牌（令牌提供器、登录），不要粘贴一次就一直用。",
            "如果令牌是刚获取的，检查这台机器的时钟。",
        ),
    ),
    "auth.expired:bedrock": Text(
        "这个 Bedrock 短期密钥已过期",
        "它的有效期到 {expires|过去的某个时间} 为止。短期密钥最多 12 小时有效。",
        (
            "到 {console} 新建密钥。",
            "要用 12 小时以上，改用长期密钥，或让应用用 AWS 凭证生成短期密钥。",
        ),
    ),
    "auth.expired:early": Text(
        "令牌尚未生效",
        "它从 {expires|之后的某个时间} 起才有效。通常是这台机器或签发令牌的机器时钟不准。",
        (
            "检查这台机器的时钟，打开自动校时。",
            "如果时钟没有问题，检查签发令牌的服务器的时钟。",
        ),
    ),
    "settings.missing_key:aws": Text(
        "没有找到 AWS 凭证",
        "AWS 的库会依次查找几个位置，但都没有凭证：{source|没有位置}。从桌面启动或作为服务运行的程序看不到终端里设置"
        "的变量。",
        (
            "用 AWS 自己的程序登录：`aws sso login`，访问密钥则用 `aws configure`。",
            "如果用的不是默认配置名，设置 AWS_PROFILE。",
            "或改用 Bedrock API 密钥：到 {console} 新建，然后设置 AWS_BEARER_TOKEN_BEDROCK。",
        ),
    ),
    "settings.missing_key:entra": Text(
        "没有密钥，也没有找到 Entra 凭证",
        "没有设置密钥，Azure 自己的库在它会查找的位置也没有找到 Microsoft Entra ID 的令牌：{source|没有可查的位置}。"
        "两者有其一即可。",
        (
            "用 Azure 自己的程序登录：`az login`。",
            "应用可以设置 AZURE_TENANT_ID、AZURE_CLIENT_ID 和 AZURE_CLIENT_SECRET，或者给它的机器分配托管身份。",
            "也可以使用资源的密钥：`az cognitiveservices account keys list --name NAME --resource-group GROUP` 会显示"
            "它；把它设为 AZURE_OPENAI_API_KEY。",
        ),
    ),
    "settings.missing_key:google": Text(
        "没有找到 Google Cloud 凭证",
        "Google 的库会依次在几个位置查找应用默认凭证（ADC），但都没有：{source|没有位置}。`gcloud auth login` 的登录不"
        "算：只有 gcloud 自己使用它。",
        (
            "登录供程序使用的凭证：`gcloud auth application-default login`。",
            "在服务器或容器里，把 GOOGLE_APPLICATION_CREDENTIALS 设为服务账号 JSON 文件的路径，或给机器指定服务账号。",
            Step(
                "!protocol:vertex_anthropic",
                "如果用的是 Vertex AI express 模式的 API 密钥，设置 GOOGLE_API_KEY，并去掉 GOOGLE_CLOUD_PROJECT 和 "
                "GOOGLE_CLOUD_LOCATION。",
            ),
        ),
    ),
    "auth.no_credential:clock": Text(
        "这台机器的时钟不准，所以 Google 不接受它的签名",
        "服务账号签名时会写入当时的时间，{address|Google} 只接受与自己的时间相差几分钟以内的签名：{said|没有说明原因}。"
        "密钥本身可能没有问题。",
        (
            "打开这台机器的自动校时（虚拟机或 WSL：与宿主机同步时钟）。",
            "用 `curl -sI https://oauth2.googleapis.com` 对比，它会输出 Google 的时间。",
        ),
    ),
    "auth.no_credential:no_project": Text(
        "凭证已经有了，但没有设置 Google Cloud 项目",
        "Vertex AI 上模型的地址里包含项目。SDK 从变量、服务账号文件、gcloud 的配置或元数据服务器得到它，但都没有给出。",
        (
            "设置项目：`gcloud config set project PROJECT`，或变量 GOOGLE_CLOUD_PROJECT（Anthropic SDK 用 "
            "ANTHROPIC_VERTEX_PROJECT_ID）。",
            "或在代码里把项目传给客户端。",
        ),
    ),
    "auth.no_credential:no_location": Text(
        "凭证已经有了，但没有设置 Vertex AI 的位置",
        "Vertex AI 上模型的地址里包含位置，例如 global 或 us-east5。客户端从变量得到它，没有默认值。",
        (
            "设置位置：Anthropic SDK 用 CLOUD_ML_REGION，Google 的客户端用 GOOGLE_CLOUD_LOCATION，例如 `global`。",
            "或在代码里把位置传给客户端。",
            "各模型的位置：https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations。",
        ),
    ),
    "auth.login_expired:never": Text(
        "还没有人用这个配置登录过",
        "{place|它的位置} 的设置说明凭证来自登录，但没有保存任何登录：这台机器上的这个用户还没有登录过，或已经退出。",
        (
            Step("step:sso", "登录：`aws sso login`；如果没有设置 AWS_PROFILE，加上 `--profile` 和配置名。"),
            "在容器里或服务器上，要在那里登录，或改用角色或访问密钥。",
        ),
    ),
    "auth.login_expired:soon": Text(
        "保存的登录一天之内过期",
        "{place|它的位置} 的登录有效期到 {expires|不久之后} 为止。之后的请求都会被拒绝，直到有人重新登录。",
        (
            Step("step:sso", "在那之前重新登录：`aws sso login`。"),
            Step("chain:google", "在那之前重新登录：`gcloud auth application-default login`。"),
            "在那之前重新登录：{command}",
            "如果应用要无人值守地运行，改用程序专用的账号，不要用个人登录。",
        ),
    ),
    "auth.no_credential:login_subscription": Text(
        "应用使用的是订阅的登录，本检查不会发送它",
        "{place|一个文件} 中有一个用于 {address|服务商} 的登录。它属于某个订阅，只供这个应用使用：它不是 API 密钥，"
        "在别的程序里使用可能被服务商拒绝或封禁。因此这里只读取，既不发送也不续期；它是否仍被接受，无从得知。",
        (
            Step("app:codex", "在应用里查看是否已登录：`codex login status`。"),
            Step("app:claude-code", "在应用里查看是否已登录：启动 `claude`，输入 `/status`。"),
            "如果应用提示未登录，重新登录：{command}",
            "不要把这个登录用于自己的程序：那需要 API 密钥，费用与订阅分开计算。",
            "自己的程序所用的 API 密钥在这里创建：{console}",
        ),
    ),
    "auth.no_credential:login_account": Text(
        "应用使用的是账号的登录，本检查不会发送它",
        "{place|一个文件} 中有一个用于 {address|服务商} 的登录。它是为这个应用签发的，不是 API 密钥，别的程序不能使用。"
        "因此这里只读取，既不发送也不续期；它是否仍被接受，无从得知。",
        (
            Step(
                "app:gemini-cli",
                "从 2026-06-18 起，Google 不再接受个人用户（包括 AI Pro 和 Ultra）的这种登录：请设置 GEMINI_API_KEY，或"
                "改用 Antigravity CLI。",
            ),
            "如果应用提示未登录，重新登录：{command}",
            "不要把这个登录用于自己的程序：那需要 API 密钥。",
            "自己的程序所用的 API 密钥在这里创建：{console}",
        ),
    ),
    "auth.no_credential:login_keychain": Text(
        "应用把登录保存在系统钥匙串里，本检查不会打开它",
        "{place|一项设置} 是这样写的。那里是否有人登录、用的是哪个账号、何时到期，都无从得知。",
        (
            Step("app:codex", "在应用里查看是否已登录：`codex login status`。"),
            "如果应用提示未登录，重新登录：{command}",
            "不要把这个登录用于自己的程序：那需要 API 密钥，与订阅分开计费。",
            "自己的程序所用的 API 密钥在这里创建：{console}",
        ),
    ),
    "auth.no_credential:login_workload": Text(
        "应用通过工作负载身份取得令牌，本检查不会这样做",
        "没有设置密钥，但设置了 {place|相关变量}：应用会用本机或作业的身份令牌换取服务商（{address|它自己的域名}）的"
        "令牌，有效期约一小时。本检查不做这种交换，所以能否成功无从得知。",
        (
            Step(
                "door:openai",
                "确认由谁来交换：LiteLLM 读取这些变量；OpenAI 的 SDK 则在代码里以 `workload_identity` 传入同样的值，"
                "并在 https://auth.openai.com/oauth/token 交换。",
            ),
            Step(
                "door:anthropic",
                "SDK 在 https://api.anthropic.com/v1/oauth/token 交换：防火墙要放行它，控制台的 Workload identity 页面"
                "会列出每次尝试。",
            ),
            "直接启动应用，把它的报错交给 `llmdoctor explain`。",
            "如果交换被拒绝，把身份令牌的签发者、受众（`llmdoctor whose` 可以读出）和主体与服务商控制台里的要求对照。",
            "旧版 SDK 不认识这些变量，会提示没有密钥：请升级。",
        ),
    ),
    "auth.no_credential:needs_consent": Text(
        "凭证由一个程序给出，而它没有被启动",
        "{place|它的位置} 的设置指定了一个输出凭证的程序。它和别的程序没有区别，所以没有启动；凭证是否有效无从得知。",
        (
            Step(
                "why:program_of_folder",
                "程序由本文件夹的文件指定，所以这里从不启动它。如果是你自己的程序，把这段配置移到 ~/.aws/config。",
            ),
            Step("!why:program_of_folder", "如果信任这个程序，允许它运行：加上 `--credential-process`。"),
            Step(
                "chain:aws !why:program_of_folder",
                '或让 AWS 自己的程序启动它，然后再检查：`eval "$(aws configure export-credentials --format env)"`。',
            ),
        ),
    ),
    "auth.no_credential:program": Text(
        "给出凭证的程序失败了",
        "{place|它的位置} 的设置指定了一个输出凭证的程序。它运行了，但没有给出凭证：{said|没有说明原因}。",
        (
            Step("chain:entra step:cli", "重新登录：`az login`。"),
            Step("chain:entra step:developer_cli", "重新登录：`azd auth login`。"),
            Step("chain:entra step:powershell", "重新登录：`Connect-AzAccount`。"),
            "在终端里手动运行这个程序，改正它报告的问题。",
            "如果它依赖只有终端里才有的路径或变量，在设置里写完整路径。",
        ),
    ),
    "auth.no_credential:refused": Text(
        "{product|服务商} 的令牌服务不给凭证",
        "按 {place|它的位置} 的设置向 {address|令牌服务} 请求了凭证，但被拒绝：{said|没有说明原因}。",
        (
            Step("step:assume_role", "在角色的信任策略里写上你的用户或角色，并允许 `sts:AssumeRole`。"),
            Step("step:web_identity", "检查角色的信任策略：要写明令牌的签发者、受众和主体。"),
            Step(
                "chain:entra step:workload_identity",
                "检查应用注册的联合凭据：其中的签发者、主体和受众必须与令牌一致。",
            ),
            Step(
                "chain:entra step:environment",
                "AADSTS7000215 是密码错误，AADSTS7000222 是密码过期，AADSTS700016 是客户端或租户不对："
                "用 `az ad app credential reset --id CLIENT` 生成新的密码。",
            ),
            Step(
                "chain:entra step:managed_identity",
                "为应用启用托管身份：`az webapp identity assign`。如果是用户分配的身份，设置 AZURE_CLIENT_ID。",
            ),
            Step("chain:aws", "用 AWS 自己的程序验证：`aws sts get-caller-identity`。"),
            Step(
                "chain:google step:application_credentials",
                "检查服务账号和它的密钥是否还在：`gcloud iam service-accounts keys list --iam-account=ACCOUNT`。如果不"
                "在，新建密钥。",
            ),
            Step(
                "chain:google",
                "如果用的是模拟或联合身份，给调用者授予目标账号的 Service Account Token Creator 角色"
                "（`iam.serviceAccounts.getAccessToken`）。",
            ),
            "改正 {place|上述位置} 的问题。",
        ),
    ),
    "auth.no_credential:unreachable": Text(
        "给出凭证的地址没有响应",
        "凭证应该来自 {address|某个地址}（{place|默认值}），但它没有响应：{said|没有说明原因}。",
        (
            Step("step:instance", "在云主机之外，那里没有服务：请登录，或设置凭证。"),
            Step("step:metadata", "在集群里，检查节点或工作负载是否有服务账号：在该机器上运行 `gcloud auth list`。"),
            Step("step:instance", "如果是云主机里的容器，元数据服务可能差一跳：把跳数限制改为 2。"),
            "检查这个地址，以及中间有没有代理或防火墙。",
        ),
    ),
    "auth.no_credential:incomplete": Text(
        "凭证缺了一部分",
        "{place|凭证的位置} 只有一部分，而库不会再往后找：{said|缺一部分}。",
        ("在 {place|该位置} 补上缺少的部分。", "或删除那里剩下的部分，让下一个位置生效。"),
    ),
    "auth.no_credential:empty_key": Text(
        "设置了 AWS_BEARER_TOKEN_BEDROCK，但它是空的",
        "boto3 和 Anthropic 的客户端把空变量当作 Bedrock 的 API 密钥发送，而不用访问密钥签名。"
        "Bedrock 会回答请求里没有完整的签名。",
        (
            "在设置它的地方（{place|它的位置}）删除它；在终端里：`unset AWS_BEARER_TOKEN_BEDROCK`。",
            "在 Docker Compose 里，从 `environment` 中去掉它：宿主机上没有设置的变量传进来就是空的。",
        ),
    ),
    "auth.expired:chain": Text(
        "临时凭证已过期",
        "它们在 {place|它的位置}，有效期到 {expires|过去的某个时间} 为止。复制到那里的凭证不会自动续期。",
        (
            Step("chain:google", "重新获取：`gcloud auth application-default login`。"),
            Step(
                "chain:entra",
                "让应用每次都重新读取 AZURE_FEDERATED_TOKEN_FILE 指向的文件，不要复制它：对带有 "
                "azure.workload.identity/use 标签的 pod，集群会在那里更新令牌。",
            ),
            Step("chain:aws", "用 `aws sso login` 重新获取，并使用配置名，不要复制凭证。"),
            "用原来的方式重新获取。",
        ),
    ),
    "auth.expired:chain_early": Text(
        "凭证尚未生效",
        "它从 {expires|之后的某个时间} 起才有效。通常是这台机器或签发它的机器时钟不准。",
        ("检查这台机器的时钟，打开自动校时。",),
    ),
    "auth.no_credential:renewal": Text(
        "保存的登录需要续期，而只有它自己的程序才能续期",
        "{place|它的位置} 的登录已过期，或只供一个程序使用。应用的库可以续期；这次检查不改动它，所以凭证是否有效无从"
        "得知。",
        (
            Step("chain:aws", "先续期再检查：`aws sso login`，控制台登录则用 `aws login`。"),
            "先启动一次保存这个登录的程序，再检查。",
        ),
    ),
    "auth.no_credential:kept": Text(
        "这个凭证只有厂商自己的库才能取得",
        "按 {place|它的位置} 的设置，要有人在浏览器里登录，或由系统的一个部件交给厂商自己的库。本检查不走这条路，所以"
        "凭证是否有效无从得知。",
        (
            Step("step:browser", "无人值守的应用请改用别的凭证：没有人在那里登录。"),
            Step("chain:entra step:vscode", "如果还是要检查，用 `az login` 登录。"),
            "直接启动应用，把它的报错交给 `llmdoctor explain`。",
        ),
    ),
    "auth.no_credential:needs_person": Text(
        "这个角色需要有人输入验证码",
        "{place|它的位置} 的设置使用了需要多重验证的角色。这次检查不会询问任何人，所以凭证是否有效无从得知。无人值守的"
        "应用会在这里失败。",
        (
            "给应用使用不带 `mfa_serial` 的角色，或事先由人取得的凭证。",
            "如果仍要检查，用 AWS 自己的程序输入验证码，再使用它的输出：`aws configure export-credentials`。",
        ),
    ),
    "app.runtime:httpx_proxies": Text(
        "SDK 太旧，与同环境的 httpx 不兼容",
        "在应用自己的环境里，{sdk|SDK} 传给 httpx 的一个参数在 httpx "
        "0.28 中已被移除，所以还没发送就报错。与网络、地址和密钥都无关。",
        (
            "更新 SDK：{command}",
            "如果不能更新 SDK，就让同一环境里的 httpx 低于 0.28。",
        ),
    ),
    "app.sdk_mismatch:bearer_in_clear": Text(
        "用 boto3 时，Bedrock 的 API 密钥不会发送到 http:// 地址",
        "使用 API 密钥时，如果 Base URL 不以 https:// 开头，boto3 会抛出异常，什么也不发送；签名的请求没有这个限制。",
        (
            "改用 https:// 地址，或让网关提供 TLS。",
            "或改用访问密钥或配置（profile），并删除 AWS_BEARER_TOKEN_BEDROCK：boto3 就会对请求签名。",
        ),
    ),
    "app.sdk_mismatch:setting": Text(
        "{app} 在发送之前就退出：缺少一项设置",
        "{variable|变量} 里有 Base URL 时，{app} 不会自己选择登录方式，而它的设置文件里也没有指定。与地址和密钥都无关："
        "没有这个变量时，同一个密钥可以使用。",
        (
            "在 {path|它的设置文件} 最外层的花括号内加入：{detail}",
            "然后重新启动 {app}。检查没有试过这项设置：只有 {app} 会读取它。",
        ),
    ),
    "app.runtime:httpx2_client": Text(
        "有个包把 `httpx` 的客户端交给 SDK，而 SDK 只接受 `httpx2` 的",
        "Anthropic 的 SDK 从版本 1 起基于 `httpx2`。应用自己的环境里，某个包或应用的代码仍然为它创建 `httpx` 的客户端，"
        "所以还没发送就报错。与网络、地址和密钥都无关。",
        (
            "安装互相匹配的版本：{command}",
            "如果是自己的代码，用 `httpx2.Client` 创建客户端，或者不传客户端。",
        ),
    ),
    "app.runtime:socksio": Text(
        "应用的环境缺少 SOCKS 代理所需的包",
        "设置了 SOCKS 代理，而应用自己的环境没有安装 `socksio`。客户端一创建"
        "就会报错，对所有主机都一样，包括不走代理的主机。",
        (
            "安装它：{command}",
            "或者改用同一代理的 HTTP 端口，多数代理软件都有。",
        ),
    ),
    "app.runtime:roots_gone": Text(
        "{variable|某个变量} 指向的文件不存在",
        "应用的运行环境要从 {path|该文件} 加载 CA 证书，而它已经不在了。客户端在创建时报错，或者不信任任何服务器。",
        (
            "删除这个变量：{command}",
            "或者把它改成你的 CA 证书文件。",
        ),
    ),
    "app.runtime:sdk_too_old": Text(
        "应用的环境里是 1.0 之前的 SDK",
        "应用自己的环境里的 SDK 版本还没有客户端对象，现在的代码无法从中导入 `OpenAI`。",
        (
            "更新 SDK：{command}",
            "或者让应用的代码使用已安装的 SDK 版本。",
        ),
    ),
    "app.runtime:pydantic_core": Text(
        "软件包 pydantic 与 pydantic-core 版本不配套",
        "这两个包成对发布。应用自己的环境里只更新了其中一个，所以依赖它们的 SDK 都无法导入。",
        (
            "重新安装这一对：{command}",
            "或者重新创建环境，再安装 SDK。",
        ),
    ),
    "app.runtime:typing_extensions": Text(
        "软件包 typing-extensions 太旧",
        "应用自己的环境里有包需要更新的 `typing_extensions`，所以 SDK 无法导入。",
        (
            "更新它：{command}",
            "或者重新创建环境，再安装 SDK。",
        ),
    ),
    "app.runtime:module_missing": Text(
        "应用的环境缺少一个包",
        "SDK 需要的某个包没有装在应用自己的环境里，所以还没发送就报错。",
        (
            "安装它：{command}",
            "或者连同依赖一起重新安装 SDK。",
        ),
    ),
    "app.runtime:typer_click": Text(
        "Typer 太旧，与同环境的 click 不兼容",
        "应用自己的环境里，click 是 8.2 或更新版本，而 Typer 较旧。基于 "
        "Typer 的程序（如 shell-gpt）会在显示帮助或启动时报错。",
        (
            "更新 Typer：{command}",
            "如果不能更新，就让同一环境里的 click 低于 8.2。",
        ),
    ),
    "app.runtime:strict": Text(
        "应用的 Python 严格校验证书，而这条证书链通不过",
        "Python 3.13 及以上会拒绝缺少标准要求内容（例如颁发者密钥标识符）的私有证书。其他客户端和本程序会接受。",
        (
            "重新签发证书：签发机构要写入两种密钥标识符，并把基本约束标为关键。",
            "在此之前，用 Python 3.12 运行应用。",
        ),
    ),
    "app.runtime:certifi_old": Text(
        "应用的 CA 证书列表过旧",
        "应用自己的环境里的 certifi 已有多年。之后加入的签发机构不被信任，之后移除的却仍被信任。",
        (
            "更新它：{command}",
            "如果应用固定了 certifi 的版本，也要修改它的依赖列表。",
        ),
    ),
    "app.runtime:node_addresses": Text(
        "Node 给主机每个地址的连接时间太短",
        "主机有多个地址时，Node 每个地址只尝试四分之一秒就放弃。在慢速线路或 VPN 上不够用，而其他程序却能连上。",
        (
            "延长时间：{command}",
            "或者换到主机各地址响应更快的网络。",
        ),
    ),
    "app.runtime:node_old": Text(
        "Node 的版本低于 SDK 的要求",
        "{sdk|SDK} 需要 Node {wanted|的更新版本}，而应用运行在更旧的版本上。任何调用都可能失败，报错也不会说明原因。",
        (
            "安装更新的 Node：{command}",
            "或者安装支持当前 Node 的 SDK 版本。",
        ),
    ),
    "app.runtime:not_started": Text(
        "应用的运行环境无法运行",
        "{runtime|解释器} 连一个小脚本都运行不了。创建虚拟环境所用的 Python 被删除或升级后，环境就会这样损坏。",
        ("重新创建环境，并装回应用的包。",),
    ),
    "app.runtime:slow": Text(
        "应用的运行环境耗时过长",
        "{runtime|解释器} 没有按时给出报告，所以无从得知它的情况。可能是每次启动都会加载的某个包卡住了。",
        ("用更长的 --timeout 再检查一次。",),
    ),
    "tls.untrusted_issuer:runtime": Text(
        "应用自己的运行环境不信任这个证书",
        "本程序信任该证书的签发者，而 {runtime|应用的运行环境} 不信任：它使用自己的 CA 证书列表。",
        (
            "给运行环境同样的列表：{command}",
            "在启动应用的地方，把 {variable|SSL_CERT_FILE} 设为 CA 证书文件。",
        ),
    ),
    "app.companion_unreachable:late": Text(
        "{app} 变慢，因为它访问的另一个主机没有响应",
        "除了 API，{app} 还会访问 {names|另一个主机}。没有它们也能工作，但如果防火墙丢弃数据包而不是拒绝连接，"
        "它会为此等待约 {seconds|若干} 秒。",
        (
            "为 {app} 设置 {detail}：它就不再访问这些主机。",
            "或者让防火墙拒绝连接而不是丢弃数据包，或放行这些主机的 443 端口。",
        ),
    ),
    "app.run_failed:roots": Text(
        "{app} 不信任本次检查所信任的证书",
        "用你的设置启动了 {app}，它拒绝了服务器的证书。检查信任这个证书，所以 {app} 用的是另一套根证书。",
        (
            Step("node", "在启动 {app} 的地方设置它读取的 CA 证书：NODE_EXTRA_CA_CERTS=PATH。"),
            Step("!node", "在启动 {app} 的地方设置它读取的 CA 证书：SSL_CERT_FILE=PATH。"),
            "`llmdoctor apps` 会显示 {app} 使用哪些根证书。",
        ),
    ),
    "app.run_failed:proxy": Text(
        "{app} 过不了代理，而本次检查可以",
        "用你的设置启动了 {app}，它没能通过代理。检查通过了，所以 {app} 用的是另一个代理，或用法不同。",
        (
            "检查 {app} 的代理设置，以及启动它的地方的 HTTPS_PROXY、HTTP_PROXY 和 NO_PROXY 变量。",
            "`llmdoctor apps` 会显示 {app} 是否读取这些变量。",
        ),
    ),
    "app.run_failed:connection": Text(
        "{app} 连不上 {host}，而本次检查可以",
        "用你的设置启动了 {app}，它自己的连接失败了。请求本身没有问题，区别在于 {app} 的连接方式：代理、根证书或 DNS。",
        (
            "把启动 {app} 的地方的代理变量和 CA 证书与当前 shell 的作比较。",
            "`llmdoctor apps` 会显示 {app} 使用哪些代理变量和根证书。",
        ),
    ),
    "app.run_failed:path": Text(
        "{app} 请求的路径与本次检查不同",
        "{app} 请求 {sent|另一个路径}，而 {host} 在那里没有 API。检查请求的是 {endpoint|正确的路径}，可以用。",
        (
            "修改 {app} 的 Base URL，使它请求 {endpoint}。",
            "如果 {app} 的文档写的是另一个路径，请更新 {app}。",
        ),
    ),
    "app.run_failed:header": Text(
        "{app} 发送密钥用的请求头与本次检查不同",
        "{app} 发送密钥用的是：{header|没有请求头}。检查用的是 {wanted_header|另一个请求头}，可以用。",
        (
            "在 {app} 中用能以 {wanted_header} 发送的方式设置密钥：`llmdoctor apps` 会显示有哪些变量。",
            "如果 {app} 没有发送密钥，说明它没有找到：看看它的设置和它自己的登录。",
        ),
    ),
    "app.run_failed:key": Text(
        "{host} 拒绝了 {app} 发送的密钥",
        "用你的设置启动了 {app}，它的密钥被拒绝。检查所用的密钥有效，所以 {app} 的密钥来自别处："
        "它自己的登录、另一个文件或变量。",
        (
            "看 {app} 显示的账号；如果应该用你的密钥，请在那里退出登录。",
            "`llmdoctor scan` 会按优先级显示 {app} 从哪些地方取密钥。",
        ),
    ),
    "app.run_failed:model": Text(
        "{host} 没有 {app} 请求的模型",
        "用你的设置启动了 {app}，它请求的是 {sent|自己选的模型}。检查请求的是 {model|另一个模型}，那里有。",
        (
            "在 {app} 中选择 {host} 有的模型。",
            "如果 {app} 还请求第二个模型（用于标题或路由），也要设置。",
        ),
    ),
    "app.run_failed:request": Text(
        "{host} 拒绝 {app} 的请求，却接受检查的请求",
        "{app} 发送的不止一个简短的问题，还有工具、更多请求头和它自己的字段。其中某一项被拒绝。",
        (
            "找出那个字段或请求头：用同样的 --app 加上 --as-client 再运行一次 `llmdoctor check`。",
            "在 {app} 的输出中找到它，并在设置中关闭。",
            "如果服务器是你自己的，请把不认识的字段和请求头照样转发。",
        ),
    ),
    "app.run_failed:reading": Text(
        "{host} 回答了 {app}，但它读不懂",
        "{app} 的请求得到了成功的响应，而 {app} 没有把它当作回答。",
        (
            "更新 {app}。",
            "`llmdoctor check --deep` 会显示 {host} 的回答还有哪些不同。",
        ),
    ),
    "app.run_failed:websocket": Text(
        "{app} 先建立 WebSocket，失败后就放弃",
        "{host} 拒绝 WebSocket 的方式使 {app} 不再发送普通请求。",
        (
            "在 {app} 的设置中为它单独配置一个不用 WebSocket 的服务商。",
            "如果服务器是你自己的，请用状态码 426 回应升级请求：客户端随后会发送普通请求。",
        ),
    ),
    "app.run_failed:endless": Text(
        "{app} 不结束，而本次检查的请求成功",
        "用你的设置启动了 {app}，它一直没有得到回答，因此被终止。它不断重试，却不说明原因。",
        (
            "手动启动 {app} 并打开最详细的日志，把文本交给 `llmdoctor explain`。",
            "检查本次检查不了解的 {app} 设置：插件、配置档、它自己的登录。",
        ),
    ),
    "app.run_failed:packages": Text(
        "{app} 还没有发送请求就失败了：它的依赖包互不兼容",
        "用你的设置启动了 {app}，它因自己的库报错而退出。设置本身没有问题：本次检查用它们得到了回答。",
        (
            "找出有问题的包：加上 `--runtime PATH`，PATH 是 {app} 所在的环境。",
            "用当初安装 {app} 的方式更新它。",
        ),
    ),
    "app.run_failed:other_host": Text(
        "{app} 需要的另一个主机无法访问",
        "用你的设置启动了 {app}，它在 {host} 以外的主机上失败。{host} 本身可用。",
        (
            "在防火墙或代理中放行 {app} 提到的主机。",
            "`llmdoctor apps` 会显示 {app} 还访问哪些主机，以及如何关闭。",
        ),
    ),
    "app.run_failed:too": Text(
        "{app} 本身也失败",
        "用你的设置启动了 {app}，它同样没有得到回答。请先解决另一个错误。",
        ("解决另一个错误后再运行一次。",),
    ),
}
