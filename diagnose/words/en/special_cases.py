"""The words of special cases of findings, in English."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

# What mends each fault of a WebSocket that an app opens first.
_SOCKETS = (
    Step(
        "app:codex",
        "Delete supports_websockets = true at {other_source} and restart {app}.",
    ),
    Step(
        "app:codex",
        "In {place|config.toml}, replace openai_base_url and any model_provider with these lines, the first at the "
        "top and the rest at the end: {lines}",
    ),
    Step("!app:codex", "In the settings of {app}, turn off the WebSocket."),
    Step(
        "owner via:nginx",
        "In nginx, if your server is behind it, pass the upgrade on: proxy_http_version 1.1; proxy_set_header "
        'Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
    ),
    Step(
        "owner",
        "If the server is yours, have it answer the upgrade with 426 Upgrade Required: {app} then sends its "
        "request at once.",
    ),
)

# What an app does whose files this run has not read.
_PRESUMED = (
    "If openai_base_url or its like names this address, {app} opens a WebSocket at {host} before its first request. "
    "Here it gets none, and after about {seconds|some} s it sends normal requests instead. With a separate provider in "
    "its settings, it opens no WebSocket."
)

# Special cases share the code of a finding, but have their own cause and fix.
CASES: dict[str, Text] = {
    "proxy.invalid:no_proxy": Text(
        "NO_PROXY has an entry that some clients cannot read",
        "Clients built on httpx turn every entry of {source|NO_PROXY} into a pattern, and fail before they send "
        "anything if one entry is not a host name. IPv6 ranges and square brackets cause that.",
        (
            "Set NO_PROXY to {better_proxy}",
            "Delete entries with square brackets or :: from NO_PROXY, such as [::1] or fd00::/8.",
        ),
    ),
    "settings.swapped:in_url": Text(
        "The base URL contains a key",
        "A part of the base URL has the form of a key. An address ends up in log files and in error messages, and the "
        "server looks for the key in a header.",
        (
            "In the base URL, replace the key with the {parts} from the provider's console: {console}",
            "Set the base URL to {better_url}",
            "Take the key out of the base URL and set {key_env|the key field} to it.",
            "The key may be in log files: create a new one and delete this one.",
        ),
    ),
    "dns.not_found:single": Text(
        "The host {host|in the base URL} does not exist in this network (DNS)",
        "{host|The host} is a name without a dot. Such names are known only inside one network: the name of a service "
        "in Docker Compose or Kubernetes, or of a computer in a local network.",
        (
            "If {host|the host} is a container, the app must run in the same Docker network (`docker network inspect`) "
            "and the service must have exactly this name.",
            "Outside that network, use the port that the container publishes: http://localhost:{port|PORT}",
            "If {host|the host} is a computer of your network, use its full name or its IP address.",
        ),
    ),
    "settings.missing_key:refused": Text(
        "No API key found, and the server at {host} requires one",
        "{host} refuses requests without a key, and none was found in the places checked. An empty value counts as no "
        "key.",
        (
            "Set {key_env} to the key with which the server was started: the value of `--api-key` in its start "
            "command, or of a variable there such as VLLM_API_KEY or LLAMA_API_KEY.",
            "If the server is a gateway or proxy, take a key from its settings page or configuration file.",
            "Enter the key where {app} looks for it, then restart the app.",
        ),
    ),
    "url.invalid:unfilled": Text(
        "The base URL still contains the placeholder {reference|of a manual}",
        "This part means a value of your own, such as an account or a resource. Neither you nor a program filled "
        "it in, so the address leads nowhere.",
        (
            "In the base URL, replace {reference|the placeholder} with your own value.",
            "If the app should read it from a variable, set that variable where the app starts. Not every app and "
            "settings file replaces variables.",
        ),
    ),
    "url.version_doubled:second": Text(
        "The base URL contains a second version, {doubled|such as /v1}",
        "The path of this API ends in a version of its own. With {doubled|another version} behind it, nothing "
        "answers. Many apps and guides add /v1 to every base URL, but not every API has that version.",
        (
            "Set the base URL to {better_url}",
            "Delete {doubled|the last version} at the end of the base URL. If the app adds it, look for a setting "
            "for the full path.",
        ),
    ),
    "shape.not_llm_api:values": Text(
        "{host} does not know the {parts|values} in the base URL",
        "The path has the form that this provider documents, but the server does not know the {parts|values} in it.",
        (
            "Copy the {parts|values} again from the provider's console and put it into the base URL: {console}",
            "Check that the URL does not contain a key or a token in its place.",
        ),
    ),
    "model.wrong_endpoint:template": Text(
        "The model {model|that was asked for} has no chat template",
        "A server turns a chat into text for the model with the model's chat template. Base models have none, so they "
        "can complete a text but not chat.",
        (
            "Choose the chat or instruct version of the model. A base model has no chat template.",
            "For plain text completion, use /v1/completions.",
            Step("owner", "If the server is yours, start it with a chat template: `--chat-template FILE`."),
        ),
    ),
    "model.not_found:upstream": Text(
        "{host} offers {model|the model}, but {upstream|the API behind it} does not know it",
        "The model is in the list of {host}, which passes the request on under a name of its own choice. "
        "{upstream|The API behind it} has no model with that name. Your own settings are not the cause.",
        (
            "Send the operator of {host} this message: {said}",
            "Until then, choose another model.",
            Step(
                "owner said:litellm",
                "If this LiteLLM is yours, correct `litellm_params.model` of {model|this model}, and its region.",
            ),
            Step(
                "owner !said:litellm",
                "If the gateway is yours, correct the name under which it asks {upstream|its provider} for "
                "{model|this model}, and its region.",
            ),
        ),
    ),
    "model.not_permitted:upstream": Text(
        "The account of {host} at {upstream|its provider} may not use the model {model|that was asked for}",
        "{host} took your key and passed the request on with an account of its own. That account has no access to the "
        "model.",
        (
            "Send the operator of {host} this message: {said}",
            "Until then, choose another model.",
            Step(
                "owner",
                "If the gateway is yours, request access to the model for its account at {upstream|the provider}, in "
                "the region that the gateway uses.",
            ),
        ),
    ),
    "auth.not_permitted:login": Text(
        "This organization does not allow a login or subscription here",
        "The login itself is known. The organization has switched off this way to sign in, or its subscription has "
        "ended.",
        (
            "Check on the provider's account page that the subscription is active, then sign in again in the app.",
            "In a company or team, ask the administrator of the organization to allow it.",
            "Or use an API key: {console}",
        ),
    ),
    "url.invalid:scheme": Text(
        "The base URL does not begin with http:// or https://",
        "LLM APIs are called over HTTP. Node, Go, Rust and most other clients refuse another scheme before they "
        'send anything, often with only "Connection error." or "fetch failed". Addresses with wss:// are for '
        "realtime (WebSocket) sessions.",
        (
            "Set the base URL to {better_url}",
            "Copy the base URL for HTTP requests from the provider's documentation. It looks like "
            "https://api.example.com/v1.",
        ),
    ),
    "settings.wrong_variable:app": Text(
        "{app} does not read {variable|the variable that was set}",
        "Each program reads only certain variable names and silently ignores all others, and the names differ "
        "between programs. So the value is set, but {app} never sees it.",
        (
            "Rename it to {app_variable|the name in the app's documentation}, which {app} reads.",
            "Restart the app from a new terminal: running programs keep the old value.",
        ),
    ),
    **dict.fromkeys(
        ("url.version_missing:unreachable", "url.version_doubled:unreachable", "url.path_wrong:unreachable"),
        Text(
            "{app} cannot be used with this API",
            "{app} adds a fixed path to every base URL, and the API of {host} uses another one. No base URL makes "
            "the app send its requests to the right path.",
            (
                "Use an app that lets you set the whole path: `llmdoctor apps` shows what each app adds.",
                Step(
                    "owner",
                    "If the server is yours, put a gateway in front of it that serves the path that {app} uses.",
                ),
            ),
        ),
    ),
    "url.host_typo:location": Text(
        "{host} is not the host of the location {location|in the base URL}",
        "This provider has a host for each region, and some for wider locations such as global. The host and the "
        "location in the base URL do not belong together, so nothing answers there.",
        (
            "Set the base URL to {better_url}",
            "Compare the host and the location with the provider's list of locations.",
        ),
    ),
    "key.wrong_region:named": Text(
        "{host} says that this key belongs to another address",
        "Some providers keep projects in separate regions, each with its own address. The server knows the key and "
        "names the region or address that it belongs to.",
        (
            "Set the base URL to {better_url} (the server says so).",
            "Check in the provider's console which region the project is in, and use the base URL of that region.",
            "To keep the base URL, create a key in a project of its region.",
        ),
    ),
    "auth.not_permitted:group": Text(
        "This token may not use the group {group|it belongs to}",
        "A relay sorts its channels into groups, and each token belongs to one. The server knows the token and "
        "refuses its group: the group is disabled, or the account has no access to it.",
        (
            "On the token page of {host}, move this token from {group|its present group} to another group.",
            "Ask the operator of {host} which groups your account may use.",
            Step(
                "owner",
                "If the relay is yours, add the group {group|of this token} to the groups that users may choose.",
            ),
        ),
    ),
    "settings.project_override:unread": Text(
        "{source|A file} was not read because others can write to it",
        "{source|The file} is in this folder or above it, but somebody else can change its content. An app started "
        "here reads it anyway, and may take its address or key from it.",
        (
            "If the file is yours, fix its owner and permissions, or replace the link with the file.",
            "To read it once, name it: --env-file PATH, or --config PATH for an llmdoctor.toml.",
        ),
    ),
    "settings.project_override:agreed": Text(
        "A file in this folder sends your credentials to {host}",
        "{source|A file in this folder} decides where {secret|your key} goes, and you have approved it.",
        ("If that was a mistake, run `llmdoctor trust --revoke` in this folder and replace the secret.",),
    ),
    "slo.exceeded:cert": Text(
        "The certificate expires sooner than the limit allows",
        "The certificate is valid today, and apps work. It expires within the time that was set as the limit; "
        "after that day clients refuse to connect.",
        (
            "Renew the certificate, or check why automatic renewal has not run.",
            "If the server is a provider's, it renews the certificate itself: choose a lower limit.",
        ),
    ),
    "proxy.unreachable:container": Text(
        "Cannot connect to the proxy {proxy|in the settings} from this container",
        "A container has its own loopback: 127.0.0.1 is the container, not the machine where the proxy program "
        "runs. All requests go through the proxy, so none gets out.",
        (
            "Replace 127.0.0.1 with host.docker.internal in {source|the proxy setting}, with the same port.",
            "On Linux, start the container with --add-host=host.docker.internal:host-gateway.",
            'Turn on "Allow LAN" in the proxy program.',
        ),
    ),
    "proxy.unreachable:wsl": Text(
        "Cannot connect to the proxy {proxy|in the settings} from WSL",
        "In WSL, 127.0.0.1 is usually only the Linux side, while the proxy program runs in Windows. All requests "
        "go through the proxy, so none gets out.",
        (
            "Add networkingMode=mirrored under [wsl2] in .wslconfig in Windows, then run `wsl --shutdown`.",
            (
                "Or replace 127.0.0.1 with the address of Windows (`ip route show default` shows it), and turn on "
                '"Allow LAN" in the proxy program.'
            ),
        ),
    ),
    "proxy.refused:silent": Text(
        "Timeout: the proxy does not answer the request to connect to {host}",
        "The proxy accepted the connection, but did not answer in time. It is overloaded or stuck, or it cannot reach "
        "{host} itself. The request did not reach the API, and the key is not the cause.",
        (
            "Restart the proxy program, or choose another node in it.",
            "Ask whoever runs the proxy to allow {host}, port {port|443}.",
            "If this machine can connect directly, add {host} to NO_PROXY.",
        ),
    ),
    "proxy.refused:unreached": Text(
        "The proxy works, but could not connect to {host}",
        "The proxy accepted the request and reported that it could not connect: the host is down, its name is not "
        "known to the proxy, or the port is closed for it. The key is not the cause.",
        (
            "Check that {host} and port {port|443} are right and that the server is running.",
            "Test from the proxy's side: on the machine where the proxy runs (for `ssh -D`, the SSH server), run "
            "`curl -v` with the base URL.",
            "If this machine can reach {host} directly, add {host} to NO_PROXY.",
        ),
    ),
    "proxy.captures_local:carried": Text(
        "Requests to {host|your own server} go through the proxy, unencrypted",
        "The proxy {proxy|in the settings} forwards them, and an app works this way. But {host|the server} is in "
        "your own network, and the proxy can read the key, prompts and answers, because http is not encrypted. The "
        "check does not send your key to a proxy without encryption, so the test with the key was direct.",
        (
            "To bypass the proxy, add {host} to NO_PROXY (and no_proxy), and restart the app.",
            "If the proxy is meant to see these requests, there is nothing to do. `llmdoctor check --send-anyway` "
            "tests through it, with the key.",
        ),
    ),
    "proxy.captures_local:carried_alone": Text(
        "{host|The server} is reached only through the proxy: key not sent",
        "The proxy {proxy|in the settings} forwards requests to {host|the server}, which answered one without a "
        "key. The proxy can read the key there, because http is not encrypted. The check does not send your key to "
        "a proxy without encryption, and {host|the server} cannot be reached directly from here.",
        (
            "If you trust the proxy with the key, test through it: `llmdoctor check --send-anyway`.",
            "If {host} can be reached without the proxy elsewhere, add {host} to NO_PROXY (and no_proxy) there.",
        ),
    ),
    "dns.not_found:docker_host": Text(
        "The host host.docker.internal does not exist here",
        "Docker Desktop gives this name to the machine that runs the containers. Docker on Linux does so only if "
        "you configure it, and outside a container the name is not needed.",
        (
            (
                "Start the container with --add-host=host.docker.internal:host-gateway. In Compose, add "
                'extra_hosts: ["host.docker.internal:host-gateway"].'
            ),
            "Outside a container, use 127.0.0.1 instead.",
            Step(
                "owner door:ollama|protocol:ollama",
                "If the server is yours, make it listen on 0.0.0.0, so that the container can reach it: "
                "OLLAMA_HOST=0.0.0.0.",
            ),
            Step(
                "owner !door:ollama !protocol:ollama",
                "If the server is yours, make it listen on 0.0.0.0, so that a container can reach it.",
            ),
        ),
    ),
    "dns.not_found:known_elsewhere": Text(
        "Your DNS server does not know {host}, another one does",
        "The name exists: {address|another DNS server} knows its address. The DNS server that this machine uses is "
        "out of date, filters names, or serves only an internal network.",
        (
            "Set another DNS server on this machine, such as 1.1.1.1 or 223.5.5.5, and restart the app.",
            "In a company, or with your own filter, have {host} allowed.",
            "Restart the VPN or proxy program: it may have set a DNS server that no longer exists.",
        ),
    ),
    "dns.fake_ip:off": Text(
        "Nothing answers at the fake IP of {host|the host}",
        "{address|The address} is not a real address: a proxy program (Clash, mihomo, sing-box, Surge) hands it out "
        "and has to carry the connection itself. The program is off or was restarted, or its TUN mode is off, so the "
        "connection leads nowhere.",
        (
            "Start the proxy program again and turn on its TUN mode, then restart the app.",
            "If you stopped it on purpose, clear the old answer: restart the app, and flush the DNS cache.",
            (
                "In a container or virtual machine, use a normal DNS server (--dns 1.1.1.1): the proxy program "
                "outside cannot be reached from here."
            ),
        ),
    ),
    "dns.fake_ip:cut": Text(
        "The proxy program cannot reach {host|the host}",
        "{address|The address} is a fake-IP address: a proxy program (Clash, mihomo, sing-box, Surge) accepts "
        "every connection itself and forwards it. It accepted this one and then closed it or stayed silent, so its "
        "node or rule does not reach {host|the host}.",
        (
            "Choose another node in the proxy program, or look for {host} in its log.",
            "If {host} can be reached without it, add a direct rule and add {host} to its fake-ip-filter.",
        ),
    ),
    "dns.failed:servfail": Text(
        "DNS error: the DNS server could not look up {host}",
        "The DNS server reported a failure (SERVFAIL). The servers responsible for that name do not answer it, "
        "their answer is not signed correctly, or it cannot reach the internet. Whether the name exists is not "
        "known.",
        (
            ("Check whether other names work. If they do, the DNS servers of {host} are at fault: tell its operator."),
            ("Try another one: add --dns-server 1.1.1.1 to this check. If it knows the name, set it on this machine."),
            "If the DNS server is your own, check its log, and whether DNSSEC validation fails there.",
        ),
    ),
    "dns.failed:refused": Text(
        "The DNS server refuses to look up {host}",
        "The DNS server answered and refused. It serves only its own network or customers, or a rule blocks this "
        "name. Often it is left over from another network or a VPN.",
        (
            "Set the DNS server of the network that you are in, or a public one such as 1.1.1.1 or 223.5.5.5.",
            "Disconnect the VPN and connect again.",
            "In a company, ask whether {host} is blocked in DNS.",
        ),
    ),
    "dns.failed:silent": Text(
        "No DNS server answers this machine",
        "The DNS query for the host was sent, and no answer came. The DNS server is down, belongs to a VPN that is "
        "off, or a firewall drops the query.",
        (
            Step(
                "container", "In a container, restart the container engine, or start the container with --dns 1.1.1.1."
            ),
            ("Set another DNS server, such as 1.1.1.1 or 223.5.5.5. Now in use: {address}."),
            "Check whether this machine is online, and connect to the VPN if its DNS server is needed.",
        ),
    ),
    "tcp.refused:container": Text(
        "Connection refused: {host} is this container itself",
        "A container has its own loopback: localhost and 127.0.0.1 lead to programs inside it, and nothing listens "
        "there on this port. A server on the machine outside, or in another container, cannot be reached that way.",
        (
            (
                "Use host.docker.internal instead of {host}. On Linux, start the container with "
                "--add-host=host.docker.internal:host-gateway."
            ),
            ("For a server in another container, use its service name in Compose and its internal port."),
            "If the server should run in this container, start it, and compare its port with {port}.",
            Step(
                "owner door:ollama|protocol:ollama", "Your server outside must listen on 0.0.0.0: OLLAMA_HOST=0.0.0.0."
            ),
            Step("owner !door:ollama !protocol:ollama", "Your server outside must listen on 0.0.0.0."),
        ),
    ),
    "tcp.refused:wsl": Text(
        "Connection refused: in WSL, {host} is the Linux side",
        "WSL usually has its own loopback, so a server that runs in Windows cannot be reached at localhost or "
        "127.0.0.1. Nothing listens on this port on the Linux side.",
        (
            ("Add networkingMode=mirrored under [wsl2] in .wslconfig in Windows, then run `wsl --shutdown`."),
            "Or use the address of Windows instead of {host} (`ip route show default` shows it).",
            "If the server should run in WSL, start it, and compare its port with {port}.",
            Step(
                "owner door:ollama|protocol:ollama",
                "Your server in Windows then must listen on 0.0.0.0: OLLAMA_HOST=0.0.0.0.",
            ),
            Step("owner !door:ollama !protocol:ollama", "Your server in Windows then must listen on 0.0.0.0."),
        ),
    ),
    "tcp.ipv6_broken:localhost": Text(
        "localhost resolves to ::1 first, where nothing listens",
        "The server listens only on 127.0.0.1. Most clients then try that address at once. Node before version 20, "
        "and a few others, give up after the first.",
        (
            "Set the base URL to {better_url}",
            'If an app reports "connection refused", replace localhost with 127.0.0.1 there.',
        ),
    ),
    "tls.intercepted:company": Text(
        "{product|A company gateway} decrypts the connection to {host}",
        "Instead of the host's own certificate, one from {issuer|another issuer} arrived. Company gateways do that "
        "to read the traffic. Apps that do not trust their root certificate refuse the connection; browsers "
        "usually trust it.",
        (
            (
                "Get the root certificate from the IT staff as a file, and set it: SSL_CERT_FILE=PATH for Python, "
                "REQUESTS_CA_BUNDLE=PATH for requests, NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            (
                "If the system already trusts the root: NODE_USE_SYSTEM_CA=1 (Node 22.15 or newer), or truststore "
                "in Python."
            ),
            "Or ask the IT staff to exclude {host} from decryption. Until then, they can see the key.",
        ),
    ),
    "tls.intercepted:antivirus": Text(
        "{product|The antivirus} decrypts the connection to {host}",
        "Instead of the host's own certificate, one made by the antivirus arrived. It adds its root to the "
        "system's list, so browsers accept it, but apps with their own list refuse it.",
        (
            "In {product|the antivirus}, turn off the scanning of encrypted connections, or exclude {host}.",
            "Or make the apps use the system's list: NODE_USE_SYSTEM_CA=1 for Node, truststore for Python.",
        ),
    ),
    "tls.intercepted:debugger": Text(
        "{product|A debugging proxy} decrypts the connection to {host}",
        "It is a tool that records what apps send, and it uses its own certificate. It was probably started on "
        "this machine or phone and is still set as the proxy. Whoever runs it sees the key.",
        (
            "Close it, and remove it from the proxy settings of this machine.",
            (
                "If you need it, set its root certificate for the app: SSL_CERT_FILE=PATH, or "
                "NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            "If nobody here started it, do not send a key over this network.",
        ),
    ),
    "tls.intercepted:filter": Text(
        "{product|A content filter} decrypts the connection to {host}",
        "Instead of the host's own certificate, one from {issuer|another issuer} arrived. Schools and families use "
        "such filters to see what is read. Apps refuse the certificate, and the filter sees the key.",
        (
            "Ask whoever runs the filter to exclude {host} from decryption.",
            "Or use another network.",
        ),
    ),
    "tls.reset:nothing_behind": Text(
        "{host} accepts connections, but no server is behind the port",
        "The connection opens and ends at once, with encryption and without. Something forwards the port (a "
        "container's published port, an SSH tunnel, kubectl, a proxy), and the server behind it is not running, "
        "listens on another port, or listens only on its own loopback address.",
        (
            "Check that the server behind port {port} is running, and read its log.",
            "In a container, the server must listen on 0.0.0.0, and the published port must be the one it listens on.",
        ),
    ),
    "tls.handshake_failed:name": Text(
        "The server at {host} does not serve that name (SNI)",
        "The TLS handshake starts with the host's name, and this server answers only to other names. So the "
        "address leads to the wrong server, or the name is not configured on the server.",
        (
            "Compare the host in the base URL with the one that the provider or operator gives.",
            Step("owner", "If the server is yours, add the name to its site and its certificate."),
            Step("owner", "If your reverse proxy passes requests on to it, set it to send the right name (SNI)."),
        ),
    ),
    "tls.intercepted:elsewhere": Text(
        "The app does not trust the certificate of {product|the decrypting proxy}",
        "Instead of the host's own certificate, one from {issuer|another issuer} arrived. Its root is in a list on "
        "this machine, so other programs accept it. This app uses another list and refuses. Whoever decrypts the "
        "connection sees the key.",
        (
            "Start the app with {detail|the setting that names that list}",
            "If you know of no such program, do not send a key over this network.",
        ),
    ),
    "proxy.ignored:direct": Text(
        "The app ignores the proxy settings and connects directly",
        "Node's fetch and some apps ignore HTTP_PROXY, HTTPS_PROXY and ALL_PROXY. The app connects directly, and "
        "so did this check, without {proxy|the proxy}. If the network allows connections only through the proxy, "
        "the app fails.",
        (
            "If the app should use the proxy: with Node 24 or newer, start it with NODE_USE_ENV_PROXY=1.",
            "If the app has its own proxy setting, enter the proxy there.",
            "Otherwise there is nothing to do.",
        ),
    ),
    "tls.intercepted:system_only": Text(
        "The connection to {host} is decrypted; this system trusts that",
        "The system's list contains {issuer|the issuer}, so this check and the newest Python SDKs accept the "
        "certificate. Clients with their own list refuse it: requests, older SDKs with certifi, and Node.",
        (
            (
                "For these, set a file with that root: SSL_CERT_FILE=PATH, REQUESTS_CA_BUNDLE=PATH for requests, "
                "NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            (
                "Or make them use the system's list: NODE_USE_SYSTEM_CA=1 (or --use-system-ca) for Node, "
                "truststore for Python."
            ),
            "The list without that root: {path}.",
        ),
    ),
    "tls.untrusted_issuer:system_only": Text(
        "Only this system's own list trusts the certificate of {host}",
        "The system's list contains {issuer|the issuer}, so this check and the newest Python SDKs accept the "
        "certificate. Clients with their own list refuse it: requests, older SDKs with certifi, and Node.",
        (
            (
                "For these, set a file with that root: SSL_CERT_FILE=PATH, REQUESTS_CA_BUNDLE=PATH for requests, "
                "NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            (
                "Or make them use the system's list: NODE_USE_SYSTEM_CA=1 (or --use-system-ca) for Node, "
                "truststore for Python."
            ),
            "The list without that root: {path}.",
        ),
    ),
    "tls.untrusted_issuer:no_list": Text(
        "The certificate file in SSL_CERT_FILE cannot be read",
        "Python clients read that file instead of the system's list when they start. Without it they fail before "
        'anything is sent, for every host, often with only "No such file or directory".',
        (
            "Delete SSL_CERT_FILE, so that the system's list is used.",
            "Or set it to a file that exists and contains certificates in PEM format.",
        ),
    ),
    "tls.untrusted_issuer:file_alone": Text(
        "The file in SSL_CERT_FILE lacks the issuer of the certificate",
        "Python clients use the file in SSL_CERT_FILE instead of the system's list, not in addition to it. "
        "{issuer|The issuer} is in the system's list and not in that file.",
        (
            "Delete SSL_CERT_FILE if the app calls only hosts such as this one.",
            (
                "To keep both, write the system's list and your own root into one file: `cat "
                "/etc/ssl/certs/ca-certificates.crt ROOT.pem > BOTH.pem`, and set SSL_CERT_FILE to that file."
            ),
        ),
    ),
    "tls.untrusted_issuer:node": Text(
        "Node ignores SSL_CERT_FILE and rejects the certificate",
        "Node has its own list and ignores SSL_CERT_FILE. {issuer|The issuer} is in the file that SSL_CERT_FILE "
        "names, so Python clients work while this app fails.",
        (
            "Set the same file for Node: NODE_EXTRA_CA_CERTS={path|PATH}",
            "Set it before Node starts: it is not read from a .env file.",
        ),
    ),
    "tls.untrusted_issuer:node_system": Text(
        "Node does not use the system's list, which trusts {host}",
        "Node has its own list. {issuer|The issuer} is in the system's list, so browsers and the newest Python "
        "SDKs work while this app fails.",
        (
            "Make Node use the system's list: NODE_USE_SYSTEM_CA=1 (Node 22.15 or newer).",
            "With an older Node, set a file with that root: NODE_EXTRA_CA_CERTS=PATH.",
            "Set it before Node starts: it is not read from a .env file.",
        ),
    ),
    "tls.untrusted_issuer:old_list": Text(
        "This system's list of certificate authorities is missing or old",
        "The certificate of {host} is valid by Mozilla's list, which certifi contains, but not by the list of this "
        "system. The newest Python SDKs use the system's list and fail. Slim container images often leave it out.",
        (
            "Set SSL_CERT_FILE={path}",
            "Install or update the system's list: `apt-get install ca-certificates`, `apk add ca-certificates`.",
            "On Windows and macOS, install the system's updates.",
        ),
    ),
    "http.redirected:key_travels": Text(
        "{host} redirects the app, and its key, to another address",
        "Apps follow the redirect, and the header that carries this key is sent along, unlike Authorization. "
        "Whoever runs the other address, or listens on the network, can read and use the key. This check did not "
        "send it there.",
        (
            "Set the base URL to {better_url}",
            "If an app has already used this address, replace the key: create a new one and delete the old one.",
            "If you know and trust {location}, set the base URL to that address, so that nothing is redirected.",
            Step(
                "owner",
                "If the server is yours, make it answer itself or forward requests instead of redirecting them.",
            ),
        ),
    ),
    "shape.not_llm_api:proxy": Text(
        "This is the port of a forward proxy ({product|of an unknown kind}), not an LLM API",
        "A forward proxy passes requests on to other hosts. Its own port answers only clients that use it as a proxy, "
        "and refuses every other request in the same way. It never works as a base URL.",
        (
            Step("local", "If the API should be called through this proxy, set HTTPS_PROXY to http://{host}:{port}"),
            "Set the base URL to the address of the API itself. It is in the API's manual.",
        ),
    ),
    "shape.not_llm_api:alike": Text(
        "Another program than an LLM API answers at {host}",
        "The server ({product|which does not name itself}) refuses every path that was tried in the same way, and not "
        "as an LLM API does.",
        (
            "Compare host and port with the manual, or ask the operator for the exact base URL.",
            Step("owner", "If the server is yours, find out which program listens on port {port}."),
        ),
    ),
    "http.blocked:challenge": Text(
        "{host} shows a bot check (CAPTCHA) that apps cannot pass",
        "In front of the API is a bot check that only a browser can pass: a script or a CAPTCHA. No app and no SDK "
        "can pass it, whatever the key is.",
        (
            Step(
                "via:cloudflare",
                ("Ask the operator of {host} for an address without the check, and send them the Ray ID of the page."),
            ),
            Step(
                "!via:cloudflare",
                ("Ask the operator of {host} for an address without the check, and send them the text of the page."),
            ),
            "Try from another network: an address that many people share is checked more often.",
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours, exclude the API's paths from the check: at Cloudflare, with a WAF "
                    "rule that skips Bot Fight Mode and managed challenges."
                ),
            ),
            Step("owner !via:cloudflare", "If the server is yours, exclude the API's paths from the check."),
        ),
    ),
    "http.blocked:signature": Text(
        "{host} blocks this type of client",
        "Cloudflare in front of it decides by the client's name, its headers and its TLS settings. It blocks "
        "programs and accepts browsers. It has not checked the key.",
        (
            ("Send the operator of {host} the Ray ID of the page, and ask them to allow API clients."),
            "Update the app: old libraries are blocked more often.",
            Step("owner", "If the server is yours, turn off Browser Integrity Check for the API's paths."),
        ),
    ),
    "shape.wrong_protocol:fixed": Text(
        "{app} needs {protocol}, and {host} does not serve it here",
        "This address serves {other_protocol|another protocol}. LLM APIs use different protocols, and {app} has no "
        "setting for that one, so changing its settings does not help.",
        (
            "Run a gateway that offers {protocol} and translates it for {host}, and set the gateway's address in "
            "{app}.",
            "Or use an app that speaks {other_protocol} with this address.",
            "Set another address of {host} in {app} only if its documentation says that {protocol} is served there.",
        ),
    ),
    "http.blocked:silent": Text(
        "{host} refuses the request and gives no reason",
        "The answer is empty, so it does not show who refused. A firewall answers like this, and so does your own "
        "server behind a tunnel or a reverse proxy, if it checks the Host or Origin header. The key was probably "
        "not checked.",
        (
            Step("via:cloudflare", "Send the operator of {host} the cf-ray header of the answer."),
            Step(
                "relay|local",
                "If it is your own server behind a tunnel or a reverse proxy, set that to send the Host header "
                "that the server expects, such as `Host: localhost:11434`, and allow the page's origin if the app "
                "runs in a browser.",
            ),
            "Try from another network, or without the VPN or proxy.",
            Step("owner", "If the server is yours, check its log and that of the proxy in front of it."),
        ),
    ),
    "http.server_error:backend": Text(
        "The server lacks the engine (backend) for the model {model|in the request}",
        "The request arrived. The model's settings name an engine that is not installed on the server. Address and key "
        "are correct.",
        (
            "Install the backend that the message names on the server: in LocalAI's web page under Backends, or "
            "`local-ai backends install NAME`.",
            "Check the line “backend” in the model's settings on the server.",
            Step("relay", "If the server belongs to someone else, tell its operator."),
        ),
    ),
    "http.server_error:version": Text(
        "The file of the model {model|in the request} does not fit the version of the server program",
        "The request arrived. The program on the server is older or newer than the file of the model and cannot read "
        "it. Address and key are correct.",
        (
            "Update the server program, then download the model again: `ollama pull NAME` in Ollama.",
            "If the file was converted by someone else, choose another download of the same model.",
            Step("relay", "If the server belongs to someone else, tell its operator."),
        ),
    ),
    "http.server_error:engine": Text(
        "The server cannot load the model {model|in the request}",
        "The request arrived, and the server tried to start the model and failed: its engine is not installed, the "
        "file is missing or does not fit, or it ran out of memory. Address and key are not the cause.",
        (
            Step(
                "local",
                "Look in the server's log for the first error while loading, and install the engine or file that it "
                "names.",
            ),
            "Try a smaller model, or another one that the server can run.",
            Step("relay", "Otherwise tell the operator of {host}. Its log names what is missing."),
        ),
    ),
    "model.wrong_endpoint:responses": Text(
        "The model {model|in the request} works only with the Responses API",
        "OpenAI serves some models, such as the codex and pro ones, only at /v1/responses. The server's own hint, "
        "/v1/completions, is meant for models of 2023.",
        (
            "In the app, choose the Responses API (`/v1/responses`) for this model.",
            "Or choose a model for chat completions, such as {near}.",
            "If the app speaks only chat completions, choose a model without codex or pro in its name.",
        ),
    ),
    "http.blocked:rate": Text(
        "Rate limit reached at the firewall in front of {host}",
        "Not the API but the firewall in front of it limits how many requests one IP address may send, and blocks "
        "it for a while. Everyone who shares the address counts together. The key was not checked.",
        (
            "Wait {retry_after|a few} seconds or a few minutes, then send fewer requests.",
            "Check that no app or script here repeats its requests without a pause.",
            "Try from another network, or without the shared VPN or proxy.",
            Step("owner", "If the server is yours, raise the limit for the API's paths."),
        ),
    ),
    "http.blocked:company": Text(
        "A web filter on this network blocks {host}",
        "The page comes from a filter of a company, a school or an internet provider, not from {host}. It decides "
        "by the name or category of the site. The key was not checked.",
        (
            "Ask the IT staff to allow {host}, and send them the text of the page.",
            "Try from another network, or over the company's VPN if that is not filtered.",
        ),
    ),
    "http.front_auth:gateway": Text(
        "The gateway at {host} requires its own {header|key} header",
        "A gateway is in front of the provider, and it refused the request before the provider saw the key. "
        "Besides the provider's key it expects its own credential in {header|another header}. The request contains "
        "none that it accepts.",
        (
            "Set {header_variable} to `{header}: …`, with the gateway's credential.",
            "Get the credential from the gateway's dashboard or from whoever runs it, and add the header {header} in "
            "the settings of {app}.",
            "Leave the provider's key as it is: it was not checked.",
        ),
    ),
    "http.front_auth:gateway_refuses": Text(
        "The gateway at {host} rejects the value of {header|its key header}",
        "The header {header|of the app} was sent, with the value from {source|its settings}. The gateway in front "
        "of the API does not accept it, and the provider has not seen the key.",
        (
            "Compare the value of {header} in {source} with the credential in the gateway's dashboard.",
            "If the gateway expects `Bearer` before the credential, the value begins with that word and one space, "
            "without a colon.",
        ),
    ),
    "http.front_auth:gateway_scheme": Text(
        "The header {header|of the app} has a flaw: a colon or a second word after Bearer",
        "The header {header|of the app} was sent, with the value from {source|its settings}. After `Bearer` belongs "
        "one space and then the credential, so the gateway reads none.",
        (
            "In {source|the setting}, write {header} as `Bearer CREDENTIAL`: one space after Bearer, no colon.",
            "Restart your app: running programs keep the old value.",
        ),
    ),
    "http.header_rejected:scheme": Text(
        "The header {header|of a setting} has a flaw: a colon or a second word after Bearer",
        "After `Bearer` belongs one space and then the credential. {source|A setting} has something else there, so the "
        "server finds no credential in it.",
        (
            "In {source|the setting}, write {header} as `Bearer CREDENTIAL`: one space after Bearer, no colon.",
            "Restart your app: running programs keep the old value.",
        ),
    ),
    "http.header_rejected:sent": Text(
        "{host} rejects the header {header|that the app adds}",
        "The app adds {header|a header} to every request, because {source|a setting} sets it. With it the server "
        "refuses the request; without it the server accepts the same request.",
        (
            "Remove the setting that adds {header}: {source}",
            "If the header names an organization or a project, use one that the key belongs to.",
            "Restart your app: running programs keep the old value.",
        ),
    ),
    "http.header_rejected:as_client": Text(
        "{host} rejects the header {parameter|of one kind}, which {app} sends",
        "A plain request works. With everything that {app} sends, the server refuses it; without {parameter|the "
        "header}, it accepts it.",
        (
            "Use {variable} with {app}: it then leaves {parameter} out.",
            Step("public", "Ask the operator of {host} to accept {parameter}, or to ignore it."),
            "Use {app} with another server or model.",
            Step("owner", "If the server is yours, update it, or make it ignore or remove {parameter}."),
        ),
    ),
    "http.header_rejected:as_client_several": Text(
        "{host} rejects headers that {app} sends: {parameter|not yet narrowed down}",
        "A plain request works. With everything that {app} sends, the server refuses it. Without {parameter|some of "
        "it}, it accepts it; not all of that need be the cause.",
        (
            Step("public", "Ask the operator of {host} which of them the server accepts."),
            "Use {app} with another server or model.",
            Step("owner", "If the server is yours, update it, or make it ignore what it does not know."),
        ),
    ),
    "http.header_rejected:as_client_more": Text(
        "{host} rejects {parameter|a part}, which {app} sends, and perhaps more",
        "A plain request works. With everything that {app} sends, it is refused. {parameter|A part of it} is refused "
        "for certain. Something else may be refused as well, among: {names|the other parts}. To tell, the check would "
        "need more requests than it sends.",
        (
            "Use {variable} with {app}: it then leaves {parameter} out.",
            Step("public", "Ask the operator of {host} which fields and headers of {app} the server accepts."),
            "Use {app} with another server or model.",
            Step("owner", "If the server is yours, update it, or make it ignore what it does not know."),
        ),
    ),
    "http.header_rejected:as_client_mends": Text(
        "{host} rejects {parameter|a header}; {app} then retries without it",
        "With {parameter|the header}, the server refuses the request. {app} notices that and leaves it out, so it "
        "works, with one refused request more each time it starts.",
        (
            "Use {variable} with {app}: it then leaves {parameter} out at once.",
            "There is nothing that you must do.",
            Step("owner", "If the server is yours, update it, or make it ignore or remove {parameter}."),
        ),
    ),
    "http.header_rejected:unsendable": Text(
        "The header {header|of a setting} cannot be sent",
        "HTTP does not allow the value of {source|a setting} in a header. The client stops before it sends "
        "anything, usually with “Connection error”.",
        ("Correct the value of {source|the setting}: no spaces or line breaks at its ends, and plain letters only.",),
    ),
    "http.header_rejected:unsent": Text(
        "The header {header|of a setting} was left out of this check",
        "{source|A setting} sets a header that HTTP itself needs for the connection. This check did not "
        "send it, the app may.",
        ("Remove the header {header|it} from {source|the settings} unless the server's manual asks for it.",),
    ),
    "settings.missing_key:unset": Text(
        "No API key: {variable|the variable that the app reads} is not set",
        "The settings of {app} at {place|their place} say that the key is in {variable|a variable}, and it is not "
        "set. {app} reads no other variable for this server.",
        (
            "Set {variable|that variable} to your key, in the environment from which {app} starts.",
            "Restart {app}: a program started from the desktop does not see what was set in a terminal.",
        ),
    ),
    "key.unexpanded:name": Text(
        "The key is the name of a variable, not its value",
        "The field contains a name such as OPENAI_API_KEY. The app wants the key itself there and sends the name as if "
        "it were the key; or the file is a template that was not filled in.",
        (
            "Write the key itself into the field instead of the name.",
            "If the app can read variables here, write the name as its documentation shows, such as ${NAME}, and "
            "set the variable.",
            "If you have no key yet, create one at {console}",
        ),
    ),
    "settings.missing_key:named": Text(
        "No API key: {variable|the variable of this target} is not set, or empty",
        "The target at {place|its place} takes its key from {variable|a variable}, and no other place is looked at. A "
        "pipeline passes a secret only to the steps that name it, and an unknown secret is empty there. Pull requests "
        "from forks get no secrets.",
        (
            "Set {variable|that variable} to the key, in the environment in which this command runs.",
            "In GitHub Actions, add it to the `env` of this step, from a secret of the repository. In GitLab, add a "
            "CI/CD variable with this name; a protected one reaches protected branches only.",
            "If the key is in another variable, name that one in the file.",
        ),
    ),
    "settings.missing_key:app": Text(
        "{app} sends no key to {host}",
        "The entry at {place|its place} contains no key. {app} then sends none: no key from its login, and none "
        "from the environment.",
        (
            "Add one of these lines to that entry: {lines}",
            "Replace NAME with the variable that contains the key, then restart {app}.",
        ),
    ),
    "http.front_auth:basic": Text(
        "{host} requires a user name and a password in front of the API",
        "A web server or proxy in front of the API asks for a login of its own (HTTP Basic). The API has not seen the "
        "key. An API key travels in the same header, so an app can send only one of the two.",
        (
            "Ask the operator of {host} for the user name and password, and for the way in which programs send "
            "them: in some apps as https://NAME:PASSWORD@{host}, in others as the header Authorization: Basic ….",
            Step(
                "owner via:nginx",
                "If the server is yours, exclude the API path from the login (`auth_basic off;` in nginx) and have the "
                "API check its own key.",
            ),
            Step(
                "owner !via:nginx",
                "If the server is yours, exclude the API path from the login and have the API check its own key.",
            ),
        ),
    ),
    "http.front_auth:portal": Text(
        "This network requires a sign-in (captive portal)",
        "A hotel, airport or guest network answers instead of {host} until somebody accepts its terms in a "
        "browser. The request has not left the network.",
        (
            "Open any page in a browser on this machine (for example neverssl.com), sign in, then try again.",
            "On a machine without a browser, ask the operator of the network to allow it, or use another network.",
            "Use https:// in the base URL: then no network can answer instead of the server.",
        ),
    ),
    "http.gateway_error:refused": Text(
        "Gateway error: connection refused behind {host}",
        "The gateway is up, and the server behind it refuses the connection. Its program is not running, or its "
        "firewall blocks the gateway. Your key is not the cause.",
        (
            "Wait a few minutes and try again.",
            Step("provider", "Check the provider's status page."),
            Step("relay", "Ask the operator of {host}."),
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours, start the program behind the gateway, and allow Cloudflare's "
                    "addresses in its firewall (ports 80 and 443)."
                ),
            ),
            Step(
                "owner !via:cloudflare",
                (
                    "If the server is yours, start the program behind the gateway, and allow the gateway's "
                    "addresses in its firewall."
                ),
            ),
        ),
    ),
    "http.gateway_error:silent": Text(
        "Gateway error: {host} cannot reach the server behind it",
        "The gateway's connection attempts get no answer: the server is off, its address is out of date, or a "
        "firewall drops them. Your key is not the cause.",
        (
            "Wait a few minutes and try again.",
            Step("provider", "Check the provider's status page."),
            Step("relay", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours, check that it is up, that the DNS record at the gateway has its "
                    "current address, and that its firewall allows the gateway."
                ),
            ),
        ),
    ),
    "http.gateway_error:slow": Text(
        "Gateway timeout: {host} gave up waiting for the answer",
        "The gateway reached the API, but the API took longer than the gateway waits: a long answer, a large "
        "model, or a server that is stuck. Your key is not the cause.",
        (
            "Turn on streaming in the app: while text arrives, the gateway keeps waiting.",
            Step("relay", "Ask the operator of {host} to make the gateway wait longer, or ask for less at a time."),
            Step("provider", "Ask for less at a time, or try another model."),
            Step("owner via:nginx", "If the gateway is yours, raise its limit: `proxy_read_timeout 600s;` in nginx."),
            Step("owner via:haproxy", "If the gateway is yours, raise its limit: timeout server in HAProxy."),
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours: Cloudflare waits about 100 seconds, so use streaming, or have the app "
                    "call the server directly."
                ),
            ),
            Step(
                "owner !via:nginx !via:haproxy !via:cloudflare",
                "If the gateway is yours, raise the time that it waits for the API.",
            ),
        ),
    ),
    "http.gateway_error:tls": Text(
        "Gateway error: TLS fails behind {host}",
        "The gateway does not accept the server's certificate, or they have no TLS version or cipher in common. "
        "You cannot fix this in the app.",
        (
            Step("public", "Tell the operator of {host}."),
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours, give it a certificate that names {host}, has not expired, and comes "
                    "from a known authority or from Cloudflare (origin certificate); or set the mode at Cloudflare "
                    "to Full."
                ),
            ),
            Step(
                "owner !via:cloudflare",
                (
                    "If the server is yours, give it a certificate that names {host}, has not expired, and comes "
                    "from an authority that the gateway trusts."
                ),
            ),
        ),
    ),
    "http.gateway_error:name": Text(
        "Gateway error: {host} cannot find the server behind it",
        "The host name that the gateway uses for that server cannot be looked up, or the tunnel to it is not open. "
        "Your key is not the cause.",
        (
            Step("public", "Tell the operator of {host}, or wait until the server is back."),
            Step(
                "owner", "If the server is yours, start its tunnel, or correct the name of the origin at the gateway."
            ),
        ),
    ),
    "shape.malformed_answer:packed": Text(
        "The app cannot decompress the answer of {host}",
        "An app says which compression it supports: gzip and deflate, and others only with an extra package. Here "
        "something in between compressed the answer in another way, or left out the header that says so.",
        (
            Step("python", "In Python, `pip install brotli zstandard` adds two more formats to the SDKs."),
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the gateway is yours, make compression follow the request's Accept-Encoding, or turn it "
                    "off for the API."
                ),
            ),
        ),
    ),
    "model.parameter_rejected:as_client": Text(
        "{host} rejects {parameter|a field of the request}, which {app} sends",
        "A plain request works. With everything that {app} sends, it is refused; without {parameter|the field}, it "
        "is accepted.",
        (
            "Use {variable} with {app}: it then leaves {parameter} out.",
            Step("public", "Ask the operator of {host} to accept {parameter}, or to ignore it."),
            "Use {app} with another server or model.",
            Step("owner", "If the server is yours, update it, or make it ignore {parameter}."),
        ),
    ),
    "model.parameter_rejected:as_client_several": Text(
        "{host} rejects something that {app} sends: {parameter|not yet narrowed down}",
        "A plain request works. With everything that {app} sends, it is refused. Without {parameter|some of it}, it "
        "is accepted; not all of that need be the cause.",
        (
            Step("public", "Ask the operator of {host} which of these fields the server accepts."),
            "Use {app} with another server or model.",
            Step("owner", "If the server is yours, update it, or make it ignore fields that it does not know."),
        ),
    ),
    "model.parameter_rejected:as_client_more": Text(
        "{host} rejects {parameter|a part}, which {app} sends, and perhaps more",
        "A plain request works. With everything that {app} sends, it is refused. {parameter|A part of it} is refused "
        "for certain. Something else may be refused as well, among: {names|the other parts}. To tell, the check would "
        "need more requests than it sends.",
        (
            "Use {variable} with {app}: it then leaves {parameter} out.",
            Step("public", "Ask the operator of {host} which fields and headers of {app} the server accepts."),
            "Use {app} with another server or model.",
            Step("owner", "If the server is yours, update it, or make it ignore what it does not know."),
        ),
    ),
    "model.parameter_rejected:as_client_mends": Text(
        "{host} rejects {parameter|a field}; {app} then retries without it",
        "With {parameter|the field}, the server refuses the request. {app} notices that and leaves it out, so it "
        "works, with one refused request more each time it starts.",
        (
            "Use {variable} with {app}: it then leaves {parameter} out at once.",
            "There is nothing that you must do.",
            Step("owner", "If the server is yours, update it, or make it ignore {parameter}."),
        ),
    ),
    "model.parameter_rejected:streamed": Text(
        "This model answers only with streaming",
        "Address, key and model are right. The model refuses requests that ask for the whole answer at once, and "
        "accepts those that stream.",
        (
            "Turn on streaming in the app: apps that stream get the answer here, others do not.",
            "If the app cannot stream, choose another model.",
        ),
    ),
    "shape.malformed_answer:wordless": Text(
        "The answer of {host} contains no text",
        "The answer says that it is complete, but the field that SDKs read is empty or missing. The app then shows an "
        "empty answer and no error. Often a relay loses the text when it converts between protocols.",
        (
            "Try another model: often only one is affected.",
            "Check that the protocol chosen in the app is the one that the server speaks.",
            "Update the server or relay, or report it to the operator of {host}.",
        ),
    ),
    "shape.malformed_answer:others": Text(
        "Some clients cannot read the answer of {host}",
        "Your app's SDK reads it. These clients do not: {clients|other SDKs}. An app that is built on one of them "
        "fails or shows an empty answer.",
        (
            "If your app uses none of these clients, there is nothing to do.",
            "Otherwise update the server or relay, or report it to the operator of {host}.",
        ),
    ),
    "stream.malformed:others": Text(
        "Some clients cannot read the stream from {host}",
        "Your app's SDK reads it. These clients do not: {clients|other SDKs}. An app that is built on one of them "
        "fails or shows an empty answer.",
        (
            "If your app uses none of these clients, there is nothing to do.",
            "Otherwise turn off streaming in that app.",
            "Update the server or relay, or report it to the operator of {host}.",
        ),
    ),
    "stream.malformed:helpers": Text(
        "SDK stream helpers cannot read the stream from {host}",
        "Reading the events one by one works. The stream helper, which puts the message together, does not in "
        "{clients|some SDKs}. An app that uses it fails.",
        (
            "If your app does not use the stream helper, there is nothing to do.",
            "Otherwise turn off streaming in that app, or read the events one by one.",
            "Update the server or relay, or report it to the operator of {host}.",
        ),
    ),
    "stream.malformed:wordless": Text(
        "The stream from {host} contains no text",
        "The stream says that it is complete, but the fields that SDKs read contain no text. The app then shows an "
        "empty answer and no error. Often a relay loses the text when it converts between protocols.",
        (
            "Turn off streaming in the app for now.",
            "Try another model: often only one is affected.",
            "Update the server or relay, or report it to the operator of {host}.",
        ),
    ),
    "stream.error_inside:ignored": Text(
        "The stream contains an error that the SDK ignores",
        "The text arrives in full, and an event in between reports an error. The official SDK ignores it, because it "
        "does not have the form of an error event. Other clients may stop there.",
        (
            "If the text is complete, there is nothing to do for this app.",
            "Report the message to the operator of {host}.",
        ),
    ),
    "stream.websocket_refused:only": Text(
        "{host} takes normal requests for WebSockets",
        "{host} refuses a normal request and asks for another protocol on the connection. Either this address takes "
        "WebSockets alone, or a proxy in front of it adds the upgrade headers to every request. Your key is not the "
        "cause.",
        (
            "Use the base URL that the operator names for normal (HTTP) requests.",
            Step("relay", "Ask the operator of {host}."),
            Step(
                "owner",
                "If the server is yours, add Upgrade and Connection only to requests that have them. In nginx: map "
                "$http_upgrade $connection_upgrade",
            ),
        ),
    ),
    "http.gateway_error:http_version": Text(
        "The gateway at {host} refuses the version of HTTP",
        "A gateway wants another version of HTTP than the one in which the request reached it. Often a proxy in front "
        "of it causes that: nginx passes requests on with HTTP/1.0 by default, and Envoy and Istio "
        "refuse that. Your key is not the cause.",
        (
            "Ask the operator of {host}, with the time of the request.",
            Step("owner", "If the server is yours, set this in the nginx in front of it: proxy_http_version 1.1;"),
        ),
    ),
    "stream.websocket_refused:gives_up": Text(
        "{app} opens a WebSocket first, and gives up when the server refuses it",
        "{app} asks {host} for a WebSocket before its first request. The refusal reads like "
        "an error of the request itself. So {app} ends with it and never sends a normal request.",
        _SOCKETS,
    ),
    "stream.websocket_refused:may_give_up": Text(
        "{app} may give up: the server refuses the WebSocket that it opens first",
        "If openai_base_url or its like names this address, {app} asks {host} for a WebSocket before its first "
        "request. The refusal reads like an error of the request itself, and {app} ends with it. "
        "With a separate provider in its settings, the same address works.",
        _SOCKETS,
    ),
    "stream.websocket_refused:busy": Text(
        "The server was too busy for the WebSocket that {app} opens first",
        "{host} refused the WebSocket because of a limit. If that is still so when {app} starts, "
        "{app} ends with this error and sends no request.",
        ("Wait a minute and run the check again.",),
    ),
    "stream.websocket_refused:may_retry": Text(
        "{app} may start about {seconds|some} s late: it gets no WebSocket here",
        _PRESUMED,
        _SOCKETS,
    ),
    "stream.websocket_closed:may_retry": Text(
        "{app} may start about {seconds|some} s late: it gets no WebSocket here",
        _PRESUMED,
        _SOCKETS,
    ),
    "stream.websocket_refused:refused": Text(
        "{app} starts about {seconds|some} s late: the server refuses its WebSocket",
        "{app} asks {host} for a WebSocket before its first request, and tries it several times. After about "
        "{seconds|some} s it sends normal requests instead.",
        _SOCKETS,
    ),
    "stream.websocket_refused:flawed": Text(
        "{app} starts about {seconds|some} s late: its WebSocket does not work",
        "{host}, or something in between, switches to WebSocket but then breaks its rules. {app} tries it several "
        "times. After about {seconds|some} s it sends normal requests instead.",
        _SOCKETS,
    ),
    "stream.websocket_closed:closed": Text(
        "{app} starts about {seconds|some} s late: the WebSocket is closed",
        "{app} opens a WebSocket at {host} before its first request, and the server or something in between "
        "closes it. {app} tries it several times. After about {seconds|some} s it sends normal requests instead.",
        _SOCKETS,
    ),
    "stream.websocket_closed:held": Text(
        "{app} waits about {seconds|many} s: its WebSocket gets no answer",
        "{app} opens a WebSocket at {host} before its first request. Nothing answers it, so {app} waits, tries "
        "again, and shows nothing. Only after about {seconds|many} s does it send normal requests instead.",
        _SOCKETS,
    ),
    "stream.websocket_closed:silent": Text(
        "{app} hangs: nothing answers on its WebSocket",
        "{app} opens a WebSocket at {host} before its first request. The server accepts it, but does not answer the "
        "first message. {app} waits minutes for each of several tries, and shows nothing.",
        _SOCKETS,
    ),
    "stream.websocket_closed:may_hang": Text(
        "{app} may hang: nothing answers on its WebSocket",
        "If openai_base_url or its like names this address, {app} opens a WebSocket at {host} before its first "
        "request. The server accepts it, but does not answer the first message, and {app} waits minutes for "
        "each of several tries. With a separate provider in its settings, it opens no WebSocket.",
        _SOCKETS,
    ),
    "stream.cut:behind": Text(
        "The connection closes before the stream has properly ended",
        "The whole answer arrived, but the response body is not closed as HTTP requires: the last chunk is missing, or "
        "the announced length is wrong. SDKs that read to the end report an error.",
        (
            "Turn off streaming in the app for now.",
            "Update the server or relay: it must end the response body properly.",
            "On your own gateway, check what closes the connection.",
        ),
    ),
    "stream.malformed:packed": Text(
        "The app cannot decompress the stream from {host}",
        "An app says which compression it supports: gzip and deflate, and others only with an extra package. Here "
        "something in between compressed the stream in another way, or left out the header that says so.",
        (
            Step("python", "In Python, `pip install brotli zstandard` adds two more formats to the SDKs."),
            "Turn off streaming in the app for now.",
            Step("public", "Ask the operator of {host}."),
            Step("owner", "If the gateway is yours, turn off compression for text/event-stream."),
        ),
    ),
    "stream.cut:idle": Text(
        "The stream is cut off after a long silence (idle timeout)",
        "Nothing arrived for a while, and then the connection was closed before the answer was complete. Gateways "
        "and load balancers close connections that are silent for {seconds|thirty} seconds or so. A model that "
        "thinks for a long time sends nothing.",
        (
            "Try without VPN and proxy, or with a model that answers faster.",
            Step("public", "Ask the operator of {host}."),
            Step("owner via:nginx", "If the server is yours, raise the time limit: proxy_read_timeout in nginx."),
            Step("owner !via:nginx", "If the server is yours, raise the idle timeout of the gateway in front of it."),
            Step("owner", "If the server is yours, make it send a comment as a keep-alive, about every 15 seconds."),
        ),
    ),
    "stream.buffered:nginx": Text(
        "The stream arrives all at once, buffered by {product|nginx}",
        "The server took its time, and then everything arrived at the same moment. {product|nginx} buffers answers "
        "unless buffering is turned off. It works, but the text does not appear gradually.",
        (
            Step("public", "Ask the operator of {host} to turn off buffering: `proxy_buffering off;` and `gzip off;`."),
            Step(
                "owner",
                (
                    "If the server is yours: in its location for the API, set `proxy_buffering off;` and `gzip "
                    "off;`, then reload it."
                ),
            ),
            Step(
                "owner",
                (
                    "If the server is yours: or send the header `X-Accel-Buffering: no` from the API, which turns "
                    "buffering off."
                ),
            ),
        ),
    ),
    "stream.buffered:apache": Text(
        "The stream arrives all at once, buffered by Apache",
        "The server took its time, and then everything arrived at the same moment. Apache's proxy buffers small "
        "pieces, and its compression buffers everything. It works, but the text does not appear gradually.",
        (
            Step("public", "Ask the operator of {host} to set `ProxyPass … flushpackets=on` for the API."),
            Step(
                "owner",
                (
                    "If the server is yours: set `ProxyPass … flushpackets=on`, and `SetEnv no-gzip 1` for the "
                    "API's paths."
                ),
            ),
        ),
    ),
    "stream.buffered:iis": Text(
        "The stream arrives all at once, buffered by IIS",
        "The server took its time, and then everything arrived at the same moment. IIS with Application Request "
        "Routing buffers answers up to a threshold. It works, but the text does not appear gradually.",
        (
            Step("public", "Ask the operator of {host} to set IIS' response buffer threshold to 0 for the API."),
            Step(
                "owner",
                (
                    "If the server is yours: in IIS' proxy settings (Application Request Routing), set the "
                    "response buffer threshold to 0, and turn off dynamic compression for the API."
                ),
            ),
        ),
    ),
    "stream.buffered:aws": Text(
        "The stream arrives all at once, buffered by AWS",
        "The server took its time, and then everything arrived at the same moment. API Gateway and Lambda send an "
        "answer only when it is complete, unless streaming is set up. It works, but the text does not appear "
        "gradually.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours: in API Gateway, set the integration's response transfer mode to "
                    "STREAM; for Lambda, use a function URL with RESPONSE_STREAM; or use a load balancer instead."
                ),
            ),
        ),
    ),
    "stream.buffered:azure": Text(
        "The stream arrives all at once, buffered by API Management",
        "The server took its time, and then everything arrived at the same moment. Azure API Management buffers an "
        "answer that a policy reads or logs. It works, but the text does not appear gradually.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    'If the server is yours: in the API\'s policies, set `buffer-response="false"` on '
                    "forward-request, and do not log response bodies."
                ),
            ),
        ),
    ),
    "stream.buffered:cdn": Text(
        "The stream arrives all at once, buffered by {product|a CDN}",
        "The server took its time, and then everything arrived at the same moment. {product|A CDN} forwards "
        "streams, but not where it compresses, changes or caches them. It works, but the text does not appear "
        "gradually.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours: send `Content-Type: text/event-stream` and `Cache-Control: no-cache, "
                    "no-transform` from the API."
                ),
            ),
            Step(
                "owner",
                (
                    "If the server is yours: turn off compression, optimisation and caching for the API's paths at "
                    "the CDN."
                ),
            ),
        ),
    ),
    "stream.buffered:gzip": Text(
        "The stream arrives all at once because it is compressed",
        "The server took its time, and then everything arrived at the same moment. Compression waits until it has "
        "enough data. It works, but the text does not appear gradually.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner via:nginx",
                (
                    "If the server is yours, turn off compression for text/event-stream: remove it from gzip_types "
                    "in nginx."
                ),
            ),
            Step("owner !via:nginx", "If the server is yours, turn off compression for text/event-stream."),
        ),
    ),
    "stream.buffered:inspected": Text(
        "The stream arrives all at once, buffered by {product|a proxy}",
        "The server took its time, and then everything arrived at the same moment. {product|A proxy} on the "
        "network reads the whole answer before it forwards it. It works, but the text does not appear gradually.",
        (
            "Ask the IT staff to exclude {host} from inspection.",
            "Or use another network, or turn off the antivirus program's inspection of web traffic for {host}.",
        ),
    ),
    "tls.handshake_failed:old": Text(
        "{host} supports only old TLS versions",
        "The server supports nothing newer than {detail|TLS 1.1}, which current programs refuse because it is not "
        "secure. They require TLS 1.2 or newer. Usually it is an old server, or an old device in front of it.",
        (
            Step("public", "Tell the operator of {host}."),
            "If other hosts fail in the same way, the old device is in this network: try another network.",
            Step("owner", "If the server is yours, allow TLS 1.2 and 1.3."),
        ),
    ),
    "tcp.timeout:node_attempt": Text(
        "Timeout: Node gives up on {host} after 0.25 s per address",
        "Node tries the addresses of a host one after the other and allows each a quarter of a second to connect "
        "(autoSelectFamilyAttemptTimeout). A distant host, or one behind a VPN, needs longer, so every attempt is "
        "aborted, although curl and Python get through.",
        (
            "Allow more time: NODE_OPTIONS=--network-family-autoselection-attempt-timeout=5000",
            "Set it before the app starts: in the shell, the service's unit or the container, not in a .env file.",
            "In your own code: net.setDefaultAutoSelectFamilyAttemptTimeout(5000).",
            "If it still fails, the host cannot be reached: `llmdoctor check` shows how far a connection gets.",
        ),
    ),
    "url.version_doubled:app": Text(
        "The app adds {added|a version}; the base URL already ends in {doubled|one}",
        "The request went to {twice|a path with two versions}. This provider's version is {doubled|another one}, "
        "so the base URL is right, and the app adds one more version, as if every API used /v1.",
        (
            "In the app, choose the entry for this provider, if there is one, instead of “OpenAI compatible”.",
            "Look for an option that takes the complete endpoint, or that stops the app from adding a version (in "
            "Cherry Studio and some others, a / at the end of the address).",
            "Update the app. If it always adds the version, put a gateway in front, such as LiteLLM or New API.",
        ),
    ),
    "auth.not_permitted:keys_off": Text(
        "This resource does not accept API keys",
        "Its owner has turned off key-based (local) authentication, so every key is refused, even a valid one. The "
        "resource accepts tokens of Microsoft Entra ID, or of the cloud's own identity service.",
        (
            "Sign in with a token: "
            "AzureOpenAI(azure_ad_token_provider=get_bearer_token_provider(DefaultAzureCredential(), "
            '"https://cognitiveservices.azure.com/.default")).',
            "Ask the owner for the role “Cognitive Services OpenAI User” on the resource.",
            "Or have the owner allow keys again: `az resource update` with properties.disableLocalAuth=false.",
        ),
    ),
    "http.header_rejected:two_credentials": Text(
        "The request contains two credentials; the server accepts one",
        "The key arrives twice or in two forms: in Authorization and in x-goog-api-key, or in a header and as "
        "?key= in the URL. That happens if an app sends its own key and a relay or a custom header adds another.",
        (
            "Remove the key from the URL and from any custom header, and keep it only in the key field.",
            "For Google's OpenAI-compatible address, send the key as Authorization: Bearer and nothing else.",
            "On your own relay, drop the client's Authorization header before you add your own key.",
        ),
    ),
    "settings.missing_key:empty": Text(
        "The server received an empty API key",
        "The server quotes the key that it received, and there is nothing in it: the app sends an empty value, or "
        "the word None, null or undefined. The setting is blank, the variable is not set where the app runs, or "
        "the app reads another one.",
        (
            "Enter the key where {app} looks for it, then restart the app.",
            "A program started from the desktop, as a service or in a container does not see variables set in a "
            "terminal: set the key there.",
            "If the app keeps keys per provider or per model, check that the field of the one in use is not blank.",
        ),
    ),
    # -- what a pasted text alone can say: nothing was measured --
    "url.path_wrong:text": Text(
        "Wrong path: {host|the server} finds nothing at this URL",
        "The host answers, but it does not know the path that was requested. A part of the base URL's path is "
        "missing, doubled or too much, or the app adds an endpoint that this server does not have.",
        (
            "Set the base URL to {better_url}",
            "Compare the full URL that was requested with the documentation: the part before /chat/completions, "
            "/responses or /messages is the base URL.",
            "If the app asks for the complete address, include the endpoint.",
            "`llmdoctor check URL` tries the usual paths.",
        ),
    ),
    "shape.wrong_protocol:no_responses": Text(
        "{host} does not serve OpenAI's Responses API",
        "The app sent its request to /responses, and this server has no such endpoint. Most servers that are "
        "compatible with OpenAI serve only /chat/completions.",
        (
            Step(
                "app:ai-sdk",
                "Use chat completions: write `openai.chat('MODEL')` instead of `openai('MODEL')`, or use "
                "@ai-sdk/openai-compatible.",
            ),
            Step(
                "app:n8n",
                "In the OpenAI Chat Model node, turn off Use Responses API, so that it uses chat completions; or use "
                "an older version of the OpenAI node.",
            ),
            Step("app:langchain-openai", "Set use_responses_api=False, so that it uses chat completions."),
            "In the app, choose chat completions as the type of API (“OpenAI compatible” instead of “OpenAI” or "
            "“Responses”).",
            "If the app speaks only the Responses API, put a gateway in front that translates, or use a server that "
            "has it.",
        ),
    ),
    "url.path_wrong:protocol": Text(
        "Wrong path: {host} serves {protocol} at another base URL",
        "The app speaks {protocol}. The base URL is that of another protocol of the same provider, so the server does "
        "not know the path.",
        (
            "Set the base URL to {better_url}",
            "Or keep the base URL, and choose another type of provider in the app, such as “OpenAI compatible”.",
        ),
    ),
    "url.path_wrong:complete": Text(
        "Wrong path: the app needs the complete address, with the endpoint",
        "The request went to the base URL itself. This app adds no endpoint to the address that is set, so the server "
        "finds nothing there.",
        (
            "Set the address in the app to {better_url}",
            "Enter the model in its own field of the app.",
        ),
    ),
    "url.version_missing:text": Text(
        "The base URL is probably missing its version, such as /v1",
        "The path that was requested has an endpoint without a version in front of it, and the server does not "
        "know that path. {app} does not add a version itself.",
        (
            "Set the base URL to {better_url}",
            "Add /v1 (or the version in the provider's documentation) to the end of the base URL.",
            "`llmdoctor check URL` tries it.",
        ),
    ),
    "auth.header_lost:text": Text(
        "The server says the request contained no API key",
        "Either no key was sent (the key field is blank, the variable is not set where the app runs, the app uses "
        "another entry), or it was lost: in a redirect, or in a proxy that drops the Authorization header.",
        (
            "Enter the key where {app} looks for it, and restart the app.",
            "Use the final address as base URL, with https://, so that nothing is redirected.",
            "On your own server, make the web server forward the Authorization header.",
            "`llmdoctor check` sends the key and shows which of the two it is.",
        ),
    ),
    "auth.rejected:text": Text(
        "{door|The server} rejects the API key",
        "A key arrived, but the server does not accept it: it was mistyped, cut short, deleted or replaced, or it "
        "was issued by another provider than the one at this base URL. The text does not show which.",
        (
            "Check on which site of the provider you made the key: the sites do not accept each other's keys. The "
            "others' base URLs: {names}",
            "Compare the base URL with the page where you got the key: both must be the same provider, site and plan.",
            "Create a new key at {console} and use that one.",
            "With a relay, check on its page that the token exists and is enabled. `llmdoctor check` shows which "
            "setting the key is read from.",
        ),
    ),
    "settings.missing_key:text": Text(
        "No API key: the app has none",
        "The app found no key where it looks, or the field is blank, so it sent nothing or a request without a "
        "key. A program started from the desktop, as a service or in a container does not see variables set in a "
        "terminal.",
        (
            "Set {key_env} to your key where the app runs, or enter the key in the app, then restart it.",
            "Enter the key where {app} looks for it, then restart the app.",
            "If you have no key yet, create one at {console}",
        ),
    ),
    "proxy.ignored:text": Text(
        "The app probably ignores the proxy settings",
        "Other programs get through with the proxy, and this one times out. Node's fetch and some apps ignore "
        "HTTP_PROXY and HTTPS_PROXY, so they try to connect directly.",
        (
            "With Node 24 or newer, start the app with NODE_USE_ENV_PROXY=1.",
            "Enter the proxy in the app's own settings.",
            "Or turn on TUN mode in your proxy program, so that it handles all traffic.",
        ),
    ),
    "tls.intercepted:text": Text(
        "Something probably decrypts the connection to {host}",
        "The certificate comes from an authority that this program does not trust. In a company that is usually "
        "its inspecting proxy, at home an antivirus. With your own server it is the authority that signed its "
        "certificate.",
        (
            "In a company, get its root certificate from the IT staff and set it for the app: SSL_CERT_FILE=PATH "
            "for Python, NODE_EXTRA_CA_CERTS=PATH for Node.",
            "In the antivirus, exclude {host} from the scanning of encrypted connections.",
            "If you know of no such program, do not send a key over this network.",
        ),
    ),
    "http.gateway_error:upstream_path": Text(
        "{host} calls {upstream|the API behind it} at the wrong address",
        "The gateway accepted the request and forwarded it. {upstream|The API behind it} answers that it does not "
        "know the path that the gateway used. Usually the base URL of that provider in the gateway's settings "
        "lacks its version, such as /v1. Your own settings are not the cause.",
        (
            "Send the operator of {host} this message: {said}",
            "If the gateway is yours, correct the base URL of {upstream|that provider} in its settings.",
            "Until then, choose a model there that another provider serves.",
        ),
    ),
    "model.not_permitted:signin": Text(
        "{model|The model} needs a sign-in to Ollama's cloud",
        "Models with -cloud or :cloud in their names do not run on this machine. Ollama forwards the request to "
        "ollama.com, with the account that it is signed in to. The app's own key is not used for this.",
        (
            "On the machine where Ollama runs, run `ollama signin`.",
            "Or choose a model that is installed there, such as {near}.",
            "Or choose a model without -cloud in its name (`ollama list` shows the installed ones).",
        ),
    ),
    "model.not_permitted:alone": Text(
        "Only the model {model|in the request} is refused at {host}",
        "With the same key and address, another model answered. So the refusal is about this model: the key's plan "
        "does not include it, the credential that the server uses for it was refused, or only this model needs a "
        "valid key.",
        (
            "Choose a model that answered just now: {near}",
            "Check whether the account, plan or group of the key includes this model.",
            "If the server is yours, check the credentials with which it calls the provider of this model.",
        ),
    ),
    "model.not_permitted:function": Text(
        "The model {model|in the request} is not available to this account",
        "NVIDIA answers like this for a model that it has withdrawn from its hosted API, even while the model list "
        "still shows it, and for one that this account may not use. Key and address are right.",
        (
            "Check at https://build.nvidia.com whether the model still has a hosted endpoint.",
            "Choose another model from the list: some of them work, some do not.",
            "If the model's page there shows an endpoint, create a new key on that page.",
        ),
    ),
    "model.not_found:listed": Text(
        "{host} lists the model {model|in the request} but does not serve it",
        "The name is in the server's model list, and the request for it was still refused. The model may need its own "
        "endpoint or deployment, may be retired, or may not be available to this account or in this region.",
        (
            Step(
                "door:vertex|door:bedrock",
                "Not every location has every model: check in the provider's list where this one is available.",
            ),
            "Check on the provider's page of this model whether it needs its own endpoint or deployment.",
            "Choose another model from the list.",
            Step("relay", "Ask the operator of {host}."),
        ),
    ),
    "url.host_retired:known": Text(
        "{door} has ended its service",
        "{door} stopped answering requests on {ended|an earlier day}. The address is written correctly, and neither "
        "another key nor another setting makes it work again.",
        (
            "Set the base URL to {better_url}",
            "Its replacement is {successor}, which needs a base URL and a key of its own.",
            "Choose another provider: `llmdoctor doors` lists those in service. Then change base URL, key and model "
            "together.",
        ),
    ),
    "model.not_found:retired": Text(
        "The model {model|that was asked for} was retired on {ended|an earlier day}",
        "Its provider no longer serves it, so requests for this name fail. Your key and address are not the cause.",
        (
            "The provider names {successor} as its replacement: set the model to that.",
            "Set the model to {tested}, which {host} lists.",
            "Other names that {host} lists: {near}.",
            "Choose a current model from the model list of {host}, and copy its name exactly.",
            "Search for the old name in other settings too: aliases, fallbacks and small models for titles.",
        ),
    ),
    "model.not_found:ends": Text(
        "The model {model|that was asked for} will be retired on {ended|a near day}",
        "It works today. From that day on, {door} refuses requests for this name.",
        (
            "Move to {successor} before that day.",
            "Choose a current model from the model list of {host} before that day.",
        ),
    ),
    "model.not_found:routed": Text(
        "The model {model|that was asked for} will be replaced on {ended|a near day}",
        "It works today. From that day on, {door} answers this name with another model, at that model's price and with "
        "its limits.",
        (
            "Try {successor} before that day, and set it as the model if it suits you.",
            "Compare price, limits and parameters of the new model in the provider's manual.",
        ),
    ),
    "key.wrong_kind:ended": Text(
        "{house|The provider} no longer accepts keys of this kind",
        "It is an older kind of key, which has been refused since {ended|an earlier day}. The key may be spelled "
        "correctly all the same.",
        (
            "Make a new key at {console}",
            "The new keys begin with `{successor}`. Put one in place of the old key.",
            "Send it as an API key, as before: a login (OAuth) is not needed.",
            "Replace the old key everywhere it is set: variables, `.env` files, apps and CI secrets.",
        ),
    ),
    "key.wrong_kind:service": Text(
        "This access token was refused",
        "Such tokens come from two places. A service account (workload identity federation) gets one as its API "
        "credential, valid for about an hour. The login of a subscription gets one as well, and only the provider's "
        "own apps may use that.",
        (
            "If it is a service account's token, get a new one, and send it as `Authorization: Bearer`.",
            "If it is the login of a subscription, make an API key at {console}",
            "For a program of your own, use an API key or a service account.",
        ),
    ),
    "url.host_retired:login": Text(
        "This way to sign in has ended",
        "The provider stopped accepting this login on {ended|an earlier day}. The app and its settings are not the "
        "cause, and signing in again does not help.",
        (
            "Use instead: {successor}.",
            "Choose another way to authenticate in the app's settings, such as an API key.",
        ),
    ),
    "url.host_retired:login_moved": Text(
        "The address of this login has moved",
        "The app signs in at an address that the provider no longer uses. The old address answers with an error, which "
        "may look like a rate limit.",
        (
            "Update the app: newer versions sign in at {successor}.",
            "Then sign in again.",
        ),
    ),
    "quota.exhausted:extra_usage": Text(
        "The extra usage of the subscription is used up",
        "Requests with the login of a subscription count as extra usage when they come from an app other than the "
        "provider's own, or when the plan's allowance is spent. There is none left.",
        (
            "Add extra usage at claude.ai/settings/usage, or wait until the plan's allowance renews.",
            "In an app other than the provider's own, use an API key: the plan's allowance does not count there.",
        ),
    ),
    "model.parameter_rejected:signature": Text(
        "The conversation was begun at another provider or relay",
        "Thinking blocks carry a signature that only the provider which made them can verify. The app sends older "
        "blocks along, and this server does not recognize them.",
        (
            "Begin a new conversation.",
            "After a change of the base URL or the provider, do not continue an old session.",
            "If a relay spreads requests over several accounts, ask its operator to keep each conversation on one.",
        ),
    ),
    "model.parameter_rejected:api_version": Text(
        "The app sends an API version that this address does not take",
        "A base URL that ends in /openai/v1 needs no api-version. The app adds one to each request, and the server "
        "refuses it.",
        (
            "Remove the API version from the app's settings: {version_variable|the variable for the API version} too.",
            "Or use the client for Azure with a base URL without /openai/v1, which needs an API version.",
        ),
    ),
    "key.wrong_kind:google": Text(
        "Google does not accept this kind of credential here",
        "Keys that begin with AIza are of an older kind, which the Gemini API has refused since June 2026. The same "
        "words answer an access token that has expired. The text about OAuth does not mean that the Gemini API needs a "
        "login.",
        (
            "Make a new key at https://aistudio.google.com/apikey. It begins with `AQ.`.",
            "Send it as x-goog-api-key, as before.",
            "For Vertex AI with a login, get a new access token: `gcloud auth print-access-token`.",
        ),
    ),
    "model.not_found:spaces": Text(
        "The model name starts or ends with a space",
        "The app sends the name exactly as it is set. {host} finds no model with the space in its name. Without "
        "the space, the same request was answered.",
        (
            "Set the model to `{near}`, without the space.",
            "Look for a space that was copied with the name from a page or between quotes.",
        ),
    ),
    "model.no_channel:empty": Text(
        "No worker at {host} serves the model {model|in the request}",
        "The server is up and accepted the request, but no worker and no provider with this model is connected to "
        "it. Your key and address are not the cause.",
        (
            "If the server is yours, start the worker or load the model, and check that the model list shows it.",
            "Otherwise, tell the operator of {host}.",
            "Set the model to the similar name that you mean: {near}.",
        ),
    ),
    "quota.exhausted:upstream": Text(
        "The account of {host} at {upstream|its provider} has no credit left",
        "{host} accepted your key and forwarded the request with its own account. That upstream account has used "
        "up its credit or quota. Topping up your own account does not help.",
        (
            "Send the operator of {host} this message: {said}",
            "If the gateway is yours, top up the account at {upstream|the provider}, or raise its limit.",
            "Until then, choose a model there that another provider serves.",
        ),
    ),
    "quota.rate_limited:edge": Text(
        "Rate limit reached, and the answer is empty",
        "{door} says in its own refusals which limit was reached. An empty one comes from a gateway or a "
        "firewall in front of "
        "it, which counts the requests of an IP address, often one that many people share.",
        (
            "Wait {retry_after} seconds and try again.",
            "Wait a minute. If even the first request is refused, try without VPN or proxy, or from another network.",
            "Send fewer requests at the same time.",
        ),
    ),
    "quota.rate_limited:upstream": Text(
        "{host} has reached its rate limit at {upstream|its provider}",
        "{host} accepted your key and forwarded the request with its own account. That upstream account has sent "
        "too many requests, perhaps those of other users too.",
        (
            "Wait {retry_after} seconds and try again.",
            "Wait a minute and try again.",
            "If it happens often, tell the operator of {host}, or choose a model there that another provider serves.",
        ),
    ),
    "auth.upstream:alone": Text(
        "A key is refused only for the model {model|in the request}",
        "With the same key and address, another model answered. A relay uses its own keys for the providers behind "
        "it, and the one for this model seems to be refused. A server that checks your key only for certain models "
        "would answer in the same way.",
        (
            "Choose a model that answered just now: {near}",
            "Send the operator of {host} this message: {said}",
            "If the relay is yours, replace the key of the channel that serves this model.",
        ),
    ),
    # -- credentials that tell about themselves
    "key.wrong_kind:token": Text(
        "This is a token, not an API key",
        "It is {credential|a token}, issued by {issuer|another service}. The model API does not accept it as a key.",
        (
            Step(
                "door:openai key:identity",
                "Have it exchanged (workload identity): give it to the SDK as `workload_identity`, or to a gateway "
                "that reads them by OPENAI_IDENTITY_PROVIDER_ID, OPENAI_SERVICE_ACCOUNT_ID and "
                "OPENAI_IDENTITY_TOKEN_FILE, and set no OPENAI_API_KEY.",
            ),
            Step(
                "door:anthropic key:identity",
                "Have it exchanged (workload identity): set ANTHROPIC_FEDERATION_RULE_ID, ANTHROPIC_ORGANIZATION_ID "
                "and ANTHROPIC_IDENTITY_TOKEN_FILE, and no ANTHROPIC_API_KEY.",
            ),
            "Create an API key at {console}",
            "Use an API key that was issued for {host}, not the token of a login.",
            "If the provider supports sign-in without a key (workload identity), the app must exchange this token "
            "for one of the provider first.",
            "A login works only in the app that made it; API keys are separate and billed separately.",
        ),
    ),
    "key.wrong_kind:access_key": Text(
        "This is a cloud access key, not an API key",
        "It is {credential|an access key} of {house|a cloud provider}. Such keys sign requests to the cloud's own "
        "interfaces. The model API needs an API key, which is created on another page.",
        (
            Step(
                "door:bedrock",
                "Use signed requests: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for an ID with ASIA "
                "also AWS_SESSION_TOKEN, and remove AWS_BEARER_TOKEN_BEDROCK.",
            ),
            "Create an API key at {console}",
            "Create an API key on the page of the model service, and use only that key, without an ID in front.",
            "If the access key was pasted into other apps too, replace it: it gives access to the whole account.",
        ),
    ),
    "key.wrong_kind:document": Text(
        "This is not an API key: it is {credential|a file with a secret}",
        "The key field contains the whole text of a file or of a settings line. It was not sent, because it may "
        "contain a private key.",
        (
            "Create an API key at {console}",
            "If the app has a setting for the path of the file, use that; otherwise use an API key.",
            "If an app has already sent it somewhere, replace the secret.",
        ),
    ),
    "key.wrong_door:chain": Text(
        "A credential of {product|another provider} is not sent to {host|this host}",
        "It comes from {place|its place}, where the library of {product|its provider} looks for it. {host|The host} "
        "belongs to another company, which could not use it, and would see it.",
        (
            "To keep the credential, set the base URL to an address of {product|its provider}.",
            "To keep the base URL, leave out `--credential` and `--protocol`, and use a key of {door}.",
        ),
    ),
    "key.wrong_door:likely": Text(
        "This key belongs to another provider, not to {door|this one}",
        "Each provider accepts only the keys that it issued. The key itself may be fine, but the key and the base "
        "URL must come from the same provider.",
        (
            "Set {address_setting|the base URL} to the address of whoever gave you this key: {homes|the page with the "
            "key shows it}",
            "To use {door} instead, create a key for it at {console}",
        ),
    ),
    "key.wrong_door:maybe": Text(
        "This key may belong to another provider than {door|this one}",
        "The key does not look like those of {door|this provider}. Each provider accepts only the keys that it issued.",
        (
            "If somebody else gave you the key, set {address_setting|the base URL} to their address: {homes|the page "
            "with the key shows it}",
        ),
    ),
    "key.wrong_door:other_protocol": Text(
        "This key belongs to {key_door|another provider}, not to {door|this one}",
        "Each provider accepts only the keys that it issued. The key itself may be fine, but its provider uses another "
        "protocol than the app does now.",
        (
            "To keep the key, choose {key_door|its provider} in the app. Its address is "
            "{home_url|in its documentation}",
            "To keep the base URL, create a key for {door} at {console}",
        ),
    ),
    "key.stray_characters:line_break": Text(
        "The API key ends with a line break",
        "It was probably copied along with the key, or is the end of the file that the key is in. A request header "
        'cannot contain it: Python SDKs often show only "Connection error." and send nothing.',
        (
            Step("key_in:file", "If the file was written on Windows, save it with Unix line endings (LF)."),
            "Delete the line break after the key.",
        ),
    ),
    "key.stray_characters:quotes": Text(
        "The API key has quotes around it",
        "The quotes are part of the value and are sent with the key, so the server does not recognize it.",
        (
            Step("key_in:dotenv|key_in:compose", "In an env file for Docker, write values without quotes."),
            "Delete the quotes around the key.",
        ),
    ),
    "key.wrong_region:token": Text(
        "The key is for {region|another region}, {host} is in another region",
        "The key names the region where it was created. A short-term key is valid only there.",
        (
            "To keep the key, set the base URL to {better_url}",
            "To keep the base URL, create a new key for {own_region} at {console}",
            "Use the same region for the key and the base URL.",
        ),
    ),
    **dict.fromkeys(
        ("key.wrong_region:maybe", "key.wrong_resource:maybe"),
        Text(
            "The key may be from another site of the same provider",
            "The provider runs several sites with separate keys that look alike. Only the site that issued the key "
            "accepts it, and nothing in the key tells which one that is.",
            (
                "If you created the key at one of these sites, set the base URL to its address: {sites}",
                "Check on which site you log in to create keys.",
            ),
        ),
    ),
    **dict.fromkeys(
        ("key.wrong_region:own", "key.wrong_resource:own"),
        Text(
            "The key may be for another region or resource of this provider",
            "The provider has one host for each region, resource or workspace, and a key is valid only at its own.",
            (
                "Check that the key was created for {own_region}, the region of this base URL.",
                "In the provider's console, copy the address and the key from the same page.",
            ),
        ),
    ),
    "key.wrong_plan:plans": Text(
        "This key belongs to a plan with its own base URL",
        "Subscriptions and pay-as-you-go have separate keys and separate addresses. The plan has several sites, and "
        "nothing in the key tells which one issued it.",
        (
            "Set the base URL to the address of the site where you bought the plan: {sites}",
            "To keep the base URL, create a matching key at {console}",
            "In the console, check which plan the key belongs to, and copy the base URL shown there.",
        ),
    ),
    "key.wrong_plan:maybe": Text(
        "The key may belong to a plan with its own base URL",
        "Subscriptions, such as coding plans, and pay-as-you-go have separate addresses, and a plan pays only for "
        "requests to its own. Whether the account has a plan is not visible from here.",
        (
            "If you have the plan, set the base URL to its address: {sites}",
            "In the console, check which plan the key belongs to, and copy the base URL shown there.",
        ),
    ),
    "key.wrong_plan:not_of_plan": Text(
        "This is not a key of the plan that {host} is for",
        "{door} accepts only the keys of the plan. This key does not start like those, so it may be an ordinary "
        "(pay-as-you-go) key of the same provider, which has other addresses.",
        (
            "Keys of this plan start with {wanted|another text}: copy that one from {console|the plan's page}",
            "If it is an ordinary key of the same provider, set the base URL to the address of its site: {sites}",
        ),
    ),
    "auth.rejected:sites": Text(
        "{door} rejects the key; it may be from another of its sites",
        "The server refused the key. The provider runs several sites with separate keys that look alike, so the key "
        "may be from another one. It may also be mistyped, deleted or replaced.",
        (
            "If you created the key at one of these sites, set the base URL to its address: {sites}",
            "If you created it for {door}, compare {key_hint} with the keys listed at {console}",
            "Otherwise create a new key at {console|the provider's console}",
        ),
    ),
    "auth.rejected:region": Text(
        "{door} rejects the key; it may be from another region",
        "The server refused the key. {host} serves the region {own_region|in its name}, and a key may be valid "
        "only in the region where it was created. It may also be deleted, expired or mistyped.",
        (
            "Check that the key was created for {own_region}; if not, use the base URL of its own region.",
            "Otherwise create a new key in {own_region|that region} at {console|the provider's console}",
        ),
    ),
    "auth.rejected:token": Text(
        "{door} rejects the token",
        "The server read the token and refused it. A token is valid for a limited time and for one service, and its "
        "issuer can withdraw it.",
        (
            "Get a new token for this service: {token_command}",
            "Get a new token the same way that you got this one.",
            "If it is refused again, compare its audience (aud) and issuer (iss) with what the server expects.",
        ),
    ),
    "auth.expired:token": Text(
        "The token has expired",
        "It was valid until {expires|a moment in the past}. Login and access tokens are valid for minutes or hours, "
        "and waiting does not renew them.",
        (
            "Get a new token: {token_command}",
            "Get a new token the same way that you got this one.",
            "Have the app get its tokens itself (a token provider, a login) instead of using a pasted token.",
            "If the token is new, check the clock of this machine.",
        ),
    ),
    "auth.expired:bedrock": Text(
        "The short-term Bedrock key has expired",
        "It was valid until {expires|a moment in the past}. Short-term keys are valid for at most 12 hours.",
        (
            "Create a new key at {console}",
            "For more than 12 hours, use a long-term key, or have the app make short-term keys from AWS credentials.",
        ),
    ),
    "auth.expired:early": Text(
        "The token is not valid yet",
        "It is valid only from {expires|a later time}. Usually the clock of this machine, or of the one that "
        "issued the token, is wrong.",
        (
            "Check the clock of this machine, and turn on automatic time.",
            "If the clock is right, check the clock of the server that issued the token.",
        ),
    ),
    "settings.missing_key:aws": Text(
        "No AWS credentials found",
        "AWS's libraries look for credentials in several places, one after the other, and none of them has any: "
        "{source|no place}. A program started from the desktop or as a service does not see variables set in a "
        "terminal.",
        (
            "Sign in with AWS's own program: `aws sso login`, or `aws configure` for an access key.",
            "If your profile is not the default one, name it: set AWS_PROFILE.",
            "Or use a Bedrock API key: create one at {console} and set AWS_BEARER_TOKEN_BEDROCK.",
        ),
    ),
    "settings.missing_key:entra": Text(
        "No key and no Entra credential found",
        "No key is set, and Azure's own library finds no token of Microsoft Entra ID in any of its places: "
        "{source|none}. "
        "Azure takes either.",
        (
            "Sign in with Azure's own program: `az login`.",
            "For an app, set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or give its machine a managed "
            "identity.",
            "Or use a key of the resource: `az cognitiveservices account keys list --name NAME --resource-group GROUP` "
            "shows it; set AZURE_OPENAI_API_KEY.",
        ),
    ),
    "settings.missing_key:google": Text(
        "No Google Cloud credentials found",
        "Google's libraries look for Application Default Credentials in several places, one after the other, and none "
        "of them has any: {source|no place}. A login with `gcloud auth login` does not count: only gcloud itself uses "
        "it.",
        (
            "Sign in for programs: `gcloud auth application-default login`.",
            "On a server or in a container, set GOOGLE_APPLICATION_CREDENTIALS to the path of a service account's JSON "
            "file, or give the machine a service account.",
            Step(
                "!protocol:vertex_anthropic",
                "With an API key of Vertex AI's express mode instead, set GOOGLE_API_KEY, and remove "
                "GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION.",
            ),
        ),
    ),
    "auth.no_credential:clock": Text(
        "The clock of this machine is wrong, so Google accepts nothing that it signs",
        "A service account signs a statement with the time at which it was made, and {address|Google} takes it only "
        "within minutes of its own time: {said|no reason was given}. The key may well be right.",
        (
            "Turn on automatic time on this machine (in a virtual machine or WSL: synchronize its clock with the "
            "host).",
            "Compare the clock with `curl -sI https://oauth2.googleapis.com`, which prints Google's own time.",
        ),
    ),
    "auth.no_credential:no_project": Text(
        "The credential is there, but no Google Cloud project is set",
        "The address of a model on Vertex AI has the project in it. The SDK takes it from a variable, a service "
        "account's file, gcloud's configuration or the metadata server, and none of them names one.",
        (
            "Set the project: `gcloud config set project PROJECT`, or the variable GOOGLE_CLOUD_PROJECT "
            "(ANTHROPIC_VERTEX_PROJECT_ID for the Anthropic SDK).",
            "Or pass the project to the client in your code.",
        ),
    ),
    "auth.no_credential:no_location": Text(
        "The credential is there, but no location of Vertex AI is set",
        "The address of a model on Vertex AI has a location in it, such as global or us-east5. The client takes it "
        "from a variable and has no default.",
        (
            "Set the location: CLOUD_ML_REGION for the Anthropic SDK, GOOGLE_CLOUD_LOCATION for Google's clients, such "
            "as `global`.",
            "Or pass the location to the client in your code.",
            "Locations of each model: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations",
        ),
    ),
    "auth.login_expired:never": Text(
        "Nobody has signed in for this profile",
        "The settings at {place|their place} say that the credential comes from a login, and no such login is stored: "
        "nobody has signed in as this user on this machine, or has signed out since.",
        (
            Step("step:sso", "Sign in: `aws sso login`, with `--profile` and its name if AWS_PROFILE is not set."),
            "In a container or on a server, sign in there, or give it a role or an access key instead.",
        ),
    ),
    "auth.login_expired:soon": Text(
        "The stored login expires within a day",
        "The login at {place|its place} is valid until {expires|soon}. After that, every request is refused until "
        "somebody signs in again.",
        (
            Step("step:sso", "Sign in again before then: `aws sso login`."),
            Step("chain:google", "Sign in again before then: `gcloud auth application-default login`."),
            "Sign in again before then: {command}",
            "If the app must run unattended, use an account for programs instead of a person's login.",
        ),
    ),
    "auth.no_credential:login_subscription": Text(
        "The app uses a subscription's login, which this check does not send",
        "{place|A file} holds a login for {address|the provider}. It belongs to a subscription and to this app: it is "
        "no API key, and a provider may refuse or block it in any other program. So it was read, and neither sent nor "
        "renewed; whether it is accepted is open.",
        (
            Step("app:codex", "See in the app itself whether it is signed in: `codex login status`."),
            Step(
                "app:claude-code", "See in the app itself whether it is signed in: start `claude` and type `/status`."
            ),
            "If the app says that it is not signed in, sign in again: {command}",
            "Do not use the login for programs of your own: they need an API key, which is billed apart from the "
            "subscription.",
            "For programs of your own, create an API key at {console}",
        ),
    ),
    "auth.no_credential:login_account": Text(
        "The app uses an account's login, which this check does not send",
        "{place|A file} holds a login for {address|the provider}. It was made for this app and is no API key: other "
        "programs may not use it. So it was read, and neither sent nor renewed; whether it is accepted is open.",
        (
            Step(
                "app:gemini-cli",
                "Since 2026-06-18, Google refuses this login for individuals, also with AI Pro and Ultra: set "
                "GEMINI_API_KEY, or use Antigravity CLI.",
            ),
            "If the app says that it is not signed in, sign in again: {command}",
            "Do not use the login for programs of your own: they need an API key.",
            "For programs of your own, create an API key at {console}",
        ),
    ),
    "auth.no_credential:login_keychain": Text(
        "The app keeps its login in the system's keychain, which this check does not open",
        "{place|A setting} says so. Whether anybody is signed in there, with which account and until when, is open.",
        (
            Step("app:codex", "See in the app itself whether it is signed in: `codex login status`."),
            "If the app says that it is not signed in, sign in again: {command}",
            "Do not use the login for programs of your own: they need an API key, which is billed apart from a "
            "subscription.",
            "For programs of your own, create an API key at {console}",
        ),
    ),
    "auth.no_credential:login_workload": Text(
        "The app gets a token by workload identity, which this check does not do",
        "No key is set, but {place|a setting} is: the app exchanges an identity token of this machine or job for a "
        "token of the provider ({address|at its own host}), which lasts about an hour. This check exchanges nothing, "
        "so it is open whether that works.",
        (
            Step(
                "door:openai",
                "Check who exchanges it: LiteLLM reads these variables; OpenAI's SDKs take the same values as "
                "`workload_identity` in code, and exchange them at https://auth.openai.com/oauth/token.",
            ),
            Step(
                "door:anthropic",
                "The SDK exchanges it at https://api.anthropic.com/v1/oauth/token: a firewall must allow that, and the "
                "Workload identity page of the Console shows each attempt.",
            ),
            "Start the app itself, and give what it says to `llmdoctor explain`.",
            "If the exchange is refused, compare issuer, audience and subject of the identity token (`llmdoctor whose` "
            "reads the first two) with those that the provider's console expects.",
            "An older SDK does not know these variables and finds no key: update it.",
        ),
    ),
    "auth.no_credential:needs_consent": Text(
        "The credential comes from a program, which was not started",
        "The settings at {place|their place} name a program that prints the credential. It was not started, since it "
        "is a program like any other; whether the credential works is open.",
        (
            Step(
                "why:program_of_folder",
                "A file of this folder names the program, so it is never started here. If it is yours, move the "
                "profile to ~/.aws/config.",
            ),
            Step("!why:program_of_folder", "If you trust the program, allow it with `--credential-process`."),
            Step(
                "chain:aws !why:program_of_folder",
                "Or have AWS's own program start it, and check again: `eval \"$(aws configure export-credentials "
                '--format env)"`.',
            ),
        ),
    ),
    "auth.no_credential:program": Text(
        "The program that gives the credential failed",
        "The settings at {place|their place} name a program that prints the credential. It ran and gave none: "
        "{said|no reason was given}.",
        (
            Step("chain:entra step:cli", "Sign in again: `az login`."),
            Step("chain:entra step:developer_cli", "Sign in again: `azd auth login`."),
            Step("chain:entra step:powershell", "Sign in again: `Connect-AzAccount`."),
            "Run the program by hand in a terminal, and correct what it reports.",
            "If it needs a path or a variable that only a terminal has, write the full path into the settings.",
        ),
    ),
    "auth.no_credential:refused": Text(
        "{product|The provider}'s token service gives no credential",
        "{address|The token service} was asked for a credential, as the settings at {place|their place} say, and "
        "refused: {said|no reason was given}.",
        (
            Step(
                "step:assume_role", "Name your user or role in the role's trust policy, and allow it `sts:AssumeRole`."
            ),
            Step(
                "step:web_identity",
                "Check the role's trust policy: it must name the token's issuer, audience and subject.",
            ),
            Step(
                "chain:entra step:workload_identity",
                "Check the app registration's federated credential: it must name the token's issuer, subject "
                "and audience.",
            ),
            Step(
                "chain:entra step:environment",
                "Look up AADSTS7000215 (wrong secret), AADSTS7000222 (expired secret), AADSTS700016 (wrong client or "
                "tenant): make a new secret with `az ad app credential reset --id CLIENT`.",
            ),
            Step(
                "chain:entra step:managed_identity",
                "Turn on the managed identity of the app: `az webapp identity assign`. For one that you have made, set "
                "AZURE_CLIENT_ID.",
            ),
            Step("chain:aws", "Ask AWS's own program the same question: `aws sts get-caller-identity`."),
            Step(
                "chain:google step:application_credentials",
                "Check whether the service account and its key still exist: `gcloud iam service-accounts keys list "
                "--iam-account=ACCOUNT`. If not, create a new key.",
            ),
            Step(
                "chain:google",
                "For impersonation or federation, grant the caller the role Service Account Token Creator "
                "(`iam.serviceAccounts.getAccessToken`) on the target account.",
            ),
            "Correct what is wrong at {place|the place named above}.",
        ),
    ),
    "auth.no_credential:unreachable": Text(
        "The address that gives the credential does not answer",
        "The credential is to come from {address|an address} ({place|a default}), and it did not answer: {said|no "
        "reason was given}.",
        (
            Step("step:instance", "Outside of a cloud's machine nothing answers there: sign in, or set a credential."),
            Step(
                "step:metadata",
                "On a cluster, check that its nodes or workloads have a service account: `gcloud auth list` on the "
                "machine.",
            ),
            Step(
                "step:instance",
                "In a container on the machine, the metadata service may be one hop too far: allow a hop limit of 2.",
            ),
            "Check the address, and whether a proxy or firewall is in the way.",
        ),
    ),
    "auth.no_credential:incomplete": Text(
        "A part of the credential is missing",
        "The place {place|of the credential} has one part and lacks another, and the library does not look further: "
        "{said|a part is missing}.",
        ("Add the missing part at {place|that place}.", "Or remove the rest there, so that the next place counts."),
    ),
    "auth.no_credential:empty_key": Text(
        "AWS_BEARER_TOKEN_BEDROCK is set, but empty",
        "boto3 and Anthropic's client take an empty variable for a Bedrock API key and send it, instead of a signature "
        "with the access key. Bedrock answers that the request has no complete signature.",
        (
            "Remove it where it is set ({place|its place}); in a terminal: `unset AWS_BEARER_TOKEN_BEDROCK`.",
            "In Docker Compose, remove it from `environment`: a variable that is not set on the host arrives empty.",
        ),
    ),
    "auth.expired:chain": Text(
        "The temporary credentials have expired",
        "They are in {place|their place} and were valid until {expires|a moment in the past}. Nothing renews "
        "credentials that were copied there.",
        (
            Step("chain:google", "Get a new one: `gcloud auth application-default login`."),
            Step(
                "chain:entra",
                "Have the app read the file of AZURE_FEDERATED_TOKEN_FILE anew each time, and do not copy it: the "
                "cluster renews it there, for a pod with the label azure.workload.identity/use.",
            ),
            Step("chain:aws", "Get new ones with `aws sso login`, and use a profile instead of copied credentials."),
            "Get new ones the same way that you got these.",
        ),
    ),
    "auth.expired:chain_early": Text(
        "The credential is not valid yet",
        "It is valid only from {expires|a later time}. Usually the clock of this machine, or of the one that issued "
        "it, is wrong.",
        ("Check the clock of this machine, and turn on automatic time.",),
    ),
    "auth.no_credential:renewal": Text(
        "The stored login has to be renewed, which only its own program may do",
        "The login at {place|its place} has expired, or is kept for one program alone. The app's library can renew it; "
        "this check leaves it as it is, so whether the credential works is open.",
        (
            Step("chain:aws", "Renew it, then check again: `aws sso login`, or `aws login` for a console login."),
            "Start the program that stored the login once, then check again.",
        ),
    ),
    "auth.no_credential:kept": Text(
        "Only the vendor's own library can get this credential",
        "The settings at {place|their place} leave it to a person at a browser, or to a part of the system that gives "
        "it to the vendor's library alone. This check does not take that way, so whether the credential works is open.",
        (
            Step(
                "step:browser",
                "For an app that runs unattended, choose another credential: nobody is there to sign in.",
            ),
            Step("chain:entra step:vscode", "To check it all the same, sign in with `az login`."),
            "Start the app itself, and give what it says to `llmdoctor explain`.",
        ),
    ),
    "auth.no_credential:needs_person": Text(
        "The role asks for a code that a person has to type",
        "The settings at {place|their place} assume a role with multi-factor authentication. This check asks nobody, "
        "so whether the credential works is open. An app that runs unattended fails here.",
        (
            "For an app, use a role without `mfa_serial`, or credentials that a person has made beforehand.",
            "To check all the same, run AWS's own program, which asks for the code, and use what it prints: `aws "
            "configure export-credentials`.",
        ),
    ),
    "app.runtime:httpx_proxies": Text(
        "The SDK is too old for the httpx in the same environment",
        "In the app's own environment, {sdk|the SDK} hands httpx an argument that httpx 0.28 no "
        "longer has, so it fails before it sends anything. Network, address and key are not the "
        "cause.",
        (
            "Update the SDK: {command}",
            "If you cannot update the SDK, keep httpx below 0.28 in the same environment.",
        ),
    ),
    "app.sdk_mismatch:bearer_in_clear": Text(
        "A Bedrock API key is not sent to an http:// address by boto3",
        "With an API key, boto3 raises an exception before it sends anything, unless the base "
        "URL begins with https://. It does not check this for requests that it signs.",
        (
            "Use an https:// address, or have the gateway serve TLS.",
            "Or use an access key or a profile, and remove AWS_BEARER_TOKEN_BEDROCK: boto3 then signs the requests.",
        ),
    ),
    "app.sdk_mismatch:setting": Text(
        "{app} ends before it sends anything: a setting is missing",
        "With a base URL in {variable|its variable}, {app} does not choose a way to sign in by itself, and its "
        "settings file names none. Address and key are not the cause: without that variable the same key is used.",
        (
            "Add this to {path|its settings file}, between its outer braces: {detail}",
            "Then start {app} again. The check does not try this setting: {app} alone reads it.",
        ),
    ),
    "app.runtime:httpx2_client": Text(
        "A package hands the SDK a client of `httpx`, and the SDK takes those of `httpx2` alone",
        "Since version 1, the SDK of Anthropic is built on `httpx2`. In the app's own environment a package or the "
        "app's code still makes a client of `httpx` for it, so it fails before it sends anything. Network, address and "
        "key are not the cause.",
        (
            "Install versions that fit: {command}",
            "In code of your own, make the client with `httpx2.Client`, or pass none.",
        ),
    ),
    "app.runtime:socksio": Text(
        "The app's environment lacks the package for SOCKS proxies",
        "A SOCKS proxy is set, and in the app's own environment the package `socksio` is missing. "
        "The client then fails as soon as it is made, for every host, also for those that go around "
        "the proxy.",
        (
            "Install it: {command}",
            "Or use the HTTP port of the same proxy, which most proxy programs have.",
        ),
    ),
    "app.runtime:roots_gone": Text(
        "{variable|A variable} names a file that does not exist",
        "The app's own runtime is to load its CA certificates from {path|that file}, and it is gone. "
        "The client fails when it is made, or trusts no server.",
        (
            "Remove the variable: {command}",
            "Or set it to the file with your CA certificates.",
        ),
    ),
    "app.runtime:sdk_too_old": Text(
        "The app's environment has an SDK of the time before version 1",
        "The app's own environment has a release of the SDK that has no client objects yet. Code of "
        "today cannot import `OpenAI` from it.",
        (
            "Update the SDK: {command}",
            "Or port the app to the release of the SDK that it has installed.",
        ),
    ),
    "app.runtime:pydantic_core": Text(
        "The packages pydantic and pydantic-core do not fit together",
        "The two are released as a pair. In the app's own environment one was updated alone, so no "
        "SDK that uses them can be imported.",
        (
            "Install the pair again: {command}",
            "Or make the environment again, and install the SDK into it.",
        ),
    ),
    "app.runtime:typing_extensions": Text(
        "The package typing-extensions is too old",
        "A package in the app's own environment needs a newer `typing_extensions`, so the SDK cannot be imported.",
        (
            "Update it: {command}",
            "Or make the environment again, and install the SDK into it.",
        ),
    ),
    "app.runtime:module_missing": Text(
        "A package is missing in the app's environment",
        "The SDK needs a package that is not installed in the app's own environment. It fails before "
        "it sends anything.",
        (
            "Install it: {command}",
            "Or install the SDK again, with everything that it needs.",
        ),
    ),
    "app.runtime:typer_click": Text(
        "Typer is too old for the click in the same environment",
        "In the app's own environment, click 8.2 or newer meets an older Typer. Programs built on "
        "Typer, such as shell-gpt, then fail at their help or at the start.",
        (
            "Update Typer: {command}",
            "If you cannot, keep click below 8.2 in the same environment.",
        ),
    ),
    "app.runtime:strict": Text(
        "The app's Python checks certificates strictly, and this chain does not pass",
        "Python 3.13 and newer refuse certificates of a private authority that lack what the "
        "standard demands, such as the authority key identifier. Other clients, and this program, "
        "accept them.",
        (
            "Have the certificates issued again, by an authority that sets both key identifiers and "
            "marks its basic constraints as critical.",
            "Until then, run the app with Python 3.12.",
        ),
    ),
    "app.runtime:certifi_old": Text(
        "The app's list of CA certificates is old",
        "The package certifi in the app's own environment is years old. Servers whose authority "
        "joined later are not trusted, and authorities that were removed since still are.",
        (
            "Update it: {command}",
            "If the app pins certifi, change its list of requirements too.",
        ),
    ),
    "app.runtime:node_addresses": Text(
        "Node gives each address of the host too little time",
        "Where a host has several addresses, Node tries each for a quarter of a second and then gives up. "
        "Over a slow line or a VPN that is not enough, although other programs connect.",
        (
            "Give it more time: {command}",
            "Or use a network in which the addresses of the host answer sooner.",
        ),
    ),
    "app.runtime:node_old": Text(
        "Node is older than the SDK demands",
        "{sdk|The SDK} needs Node {wanted|of a newer version}, and the app runs on an older one. It "
        "may fail at any call, with an error that does not say so.",
        (
            "Install a newer Node: {command}",
            "Or install a release of the SDK that supports this Node.",
        ),
    ),
    "app.runtime:not_started": Text(
        "The app's runtime does not run",
        "{runtime|The interpreter} could not run even a small script. A virtual environment breaks "
        "in this way if the Python that it was made from was removed or updated.",
        ("Make the environment again, and install the app's packages into it.",),
    ),
    "app.runtime:slow": Text(
        "The app's runtime took too long",
        "{runtime|The interpreter} gave no report in time, so nothing is known about it. A package "
        "that is loaded at every start may hang.",
        ("Run the check again with a longer --timeout.",),
    ),
    "tls.untrusted_issuer:runtime": Text(
        "The app's own runtime does not trust this certificate",
        "This program trusts the issuer of the certificate, and {runtime|the app's runtime} does "
        "not: it has a list of CA certificates of its own.",
        (
            "Give the runtime the same list: {command}",
            "Set {variable|SSL_CERT_FILE} to the file with the CA certificate, where the app starts.",
        ),
    ),
    "app.companion_unreachable:late": Text(
        "{app} is slow, since another host that it asks does not answer",
        "Besides the API, {app} asks {names|another host}. It works without that, but waits about {seconds|some} "
        "seconds for it if a firewall drops the packets instead of refusing the connection.",
        (
            "Set {detail} for {app}: it then does not ask them.",
            "Or have the firewall refuse the connection instead of dropping it, or allow these hosts, port 443.",
        ),
    ),
    "app.run_failed:roots": Text(
        "{app} does not trust the certificate that this check trusts",
        "{app} was started with your settings and refused the server's certificate. The check trusts it, so {app} uses "
        "other root certificates.",
        (
            Step("node", "Give {app} the CA certificate where it is started: NODE_EXTRA_CA_CERTS=PATH."),
            Step("!node", "Give {app} the CA certificate where it is started: SSL_CERT_FILE=PATH."),
            "`llmdoctor apps` shows which root certificates {app} uses.",
        ),
    ),
    "app.run_failed:proxy": Text(
        "{app} fails at the proxy, which this check passes",
        "{app} was started with your settings and could not get through the proxy. The check got through, so {app} "
        "uses another proxy, or uses it in another way.",
        (
            "Check the proxy settings of {app}, and the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY where it is "
            "started.",
            "`llmdoctor apps` shows whether {app} reads these variables.",
        ),
    ),
    "app.run_failed:connection": Text(
        "{app} cannot connect to {host}, and this check can",
        "{app} was started with your settings and its own connection failed. The request itself is good: what differs "
        "is how {app} connects, which means its proxy, its root certificates, or its DNS.",
        (
            "Compare the proxy variables and the CA certificates where {app} is started with those of this shell.",
            "`llmdoctor apps` shows which proxy variables and root certificates {app} uses.",
        ),
    ),
    "app.run_failed:path": Text(
        "{app} requests a different path than this check",
        "{app} requests {sent|another path}, where {host} has no API. The check requested {endpoint|the right path}, "
        "and that works.",
        (
            "Change the base URL of {app} so that it requests {endpoint}.",
            "Update {app}, if its documentation names another path.",
        ),
    ),
    "app.run_failed:header": Text(
        "{app} sends the key in another header than this check",
        "{app} sends the key in: {header|no header}. The check sent it in {wanted_header|another header}, and that "
        "works.",
        (
            "Set the key in {app} in the way that sends it in {wanted_header}: `llmdoctor apps` shows the variables.",
            "If {app} sends no key, it does not find yours: look at its settings, and at logins of its own.",
        ),
    ),
    "app.run_failed:key": Text(
        "{host} refuses the key that {app} sends",
        "{app} was started with your settings, and its key was refused. The key of this check works, so {app} takes "
        "its key from another place: a login of its own, another file, another variable.",
        (
            "Look at what {app} says about its account, and log out there if it should use your key.",
            "`llmdoctor scan` shows the places from which {app} takes its key, the first one first.",
        ),
    ),
    "app.run_failed:model": Text(
        "{host} does not have the model that {app} asks for",
        "{app} was started with your settings and asks for {sent|a model of its own choice}. The check asked for "
        "{model|another model}, which is there.",
        (
            "Choose a model in {app} that {host} has.",
            "If {app} asks for a second model, for titles or for routing, set that one too.",
        ),
    ),
    "app.run_failed:request": Text(
        "{host} rejects the request of {app}, but accepts that of this check",
        "{app} sends more than a short question: tools, more headers, fields of its own. One of them is rejected.",
        (
            "Find the field or header: run `llmdoctor check` again with the same --app and with --as-client.",
            "Look for it in what {app} says, and turn it off in its settings.",
            "If the server is yours, have it pass on fields and headers that it does not know.",
        ),
    ),
    "app.run_failed:reading": Text(
        "{app} cannot read the answer of {host}",
        "The request of {app} was answered with success, but {app} did not accept the answer.",
        (
            "Update {app}.",
            "`llmdoctor check --deep` shows what else differs in the answers of {host}.",
        ),
    ),
    "app.run_failed:websocket": Text(
        "{app} opens a WebSocket first, and gives up without one",
        "{host} refuses the WebSocket in a way after which {app} sends no normal request.",
        (
            "In the settings of {app}, add a separate provider that uses no WebSocket.",
            "If the server is yours, answer the upgrade with status 426: clients then send a normal request.",
        ),
    ),
    "app.run_failed:endless": Text(
        "{app} does not end, although the request of this check works",
        "{app} was started with your settings, and was stopped because it went on without an answer. It retries "
        "without saying why.",
        (
            "Start {app} by hand with its most detailed log, and give that text to `llmdoctor explain`.",
            "Check the settings of {app} that this check does not know: plugins, profiles, a login of its own.",
        ),
    ),
    "app.run_failed:packages": Text(
        "{app} fails before it sends a request: its packages do not fit together",
        "{app} was started with your settings, and ended with an error of its own libraries. The settings work: this "
        "check got an answer with them.",
        (
            "Find the packages at fault: add `--runtime PATH` with the environment in which {app} is installed.",
            "Update {app} in the way in which it was installed.",
        ),
    ),
    "app.run_failed:other_host": Text(
        "{app} cannot reach another host that it needs",
        "{app} was started with your settings, and failed at a host other than {host}. {host} itself works.",
        (
            "Allow the host that {app} names in your firewall or proxy.",
            "`llmdoctor apps` shows which other hosts {app} contacts, and how to turn that off.",
        ),
    ),
    "app.run_failed:too": Text(
        "{app} itself fails too",
        "{app} was started with your settings and got no answer either. Fix the other error first.",
        ("Fix the other error, then run this again.",),
    ),
}
