"""The words of special cases of findings, in English."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

# Special cases share the code of a finding, but have their own cause and fix.
CASES: dict[str, Text] = {
    "proxy.invalid:no_proxy": Text(
        "NO_PROXY has an entry that some clients cannot read",
        "Clients that are built on httpx make a pattern of every entry of {source|NO_PROXY}, and stop before they send "
        "anything where one of them is no host name. Ranges of IPv6 addresses and square brackets do that.",
        (
            "Set NO_PROXY to {better_proxy}",
            "Delete entries with square brackets or :: from NO_PROXY, such as [::1] or fd00::/8.",
        ),
    ),
    "url.invalid:scheme": Text(
        "The base URL does not begin with http:// or https://",
        "LLM APIs are called over HTTP. Node, Go, Rust and most other clients refuse an address of another kind before "
        'they send anything, often with only "Connection error." or "fetch failed". Addresses with wss:// are for '
        "realtime (WebSocket) sessions.",
        (
            "Set the base URL to {better_url}",
            "Copy the base URL for HTTP requests from the provider's manual. It looks like https://api.example.com/v1.",
        ),
    ),
    "settings.wrong_variable:app": Text(
        "{app} does not read {variable|the variable that was set}",
        "Each program reads variables with certain names and passes over all others without a word, and programs "
        "differ in the names. So the value is there, and {app} never sees it.",
        (
            "Rename it to {app_variable|what the app's manual says}, which {app} reads.",
            "Start the app again from a new terminal, so that it sees the new name.",
        ),
    ),
    **dict.fromkeys(
        ("url.version_missing:unreachable", "url.version_doubled:unreachable", "url.path_wrong:unreachable"),
        Text(
            "{app} cannot be pointed to this API",
            "{app} puts a path of its own behind every base URL, and at {host} the API lives under another. Whatever "
            "base URL is set, this app asks at the wrong place.",
            (
                "Use an app that takes the whole path: `llmdoctor apps` tells what each of them adds.",
                Step(
                    "owner", "If the server is yours, put a gateway in front that offers the path that {app} asks for."
                ),
            ),
        ),
    ),
    "url.host_typo:location": Text(
        "{host} is not the host of the location {location|in the base URL}",
        "This provider has a host for each region, and some for wider places such as global. The host and the location "
        "in the base URL do not belong together, so nothing answers there.",
        (
            "Set the base URL to {better_url}",
            "Compare host and location with the provider's list of locations.",
        ),
    ),
    "key.wrong_region:named": Text(
        "{host} says that this key belongs to another of its addresses",
        "Some providers keep projects in separate regions, each with an address of its own. The key is known, and the "
        "server names the region or address to which it belongs.",
        (
            "Set the base URL to {better_url} (the server says so).",
            "Look up in the provider's console in which region the project is, and take the base URL of that region.",
            "To keep the base URL, make a key in a project of its region.",
        ),
    ),
    "auth.not_permitted:group": Text(
        "This token may not use its group {group|on the relay}",
        "A relay sorts its channels into groups, and each token belongs to one. The server knows the token and refuses "
        "its group: it was switched off, or the account has no access to it.",
        (
            "On the token page of {host}, put this token into another group than {group|the present one}.",
            "Ask the operator of {host} which groups your account may use.",
            Step(
                "owner",
                "If the relay is yours, add the group {group|of this token} to the groups that users may choose.",
            ),
        ),
    ),
    "settings.project_override:unread": Text(
        "{source|A file} was not read, because others may have written it",
        "{source|The file} was found in this folder or above it, but somebody else may decide what it says. An app "
        "that is started here reads it all the same, and may take its address or key from it.",
        (
            "If the file is yours, change its owner and permissions, or replace the link by the file.",
            "To read it just once, name it: --env-file PATH, or --config PATH for an llmdoctor.toml.",
        ),
    ),
    "settings.project_override:agreed": Text(
        "A file in this folder sends a secret of yours to {host}",
        "{source|A file in this folder} decides where {secret|your key} goes, and you have agreed to it.",
        ("If that was a mistake, run `llmdoctor trust --revoke` in this folder and replace the secret.",),
    ),
    "slo.exceeded:cert": Text(
        "The certificate ends sooner than the limit allows",
        "The certificate is good today, and no app notices anything yet. It ends within the time that was set as the "
        "limit; after that day no client will connect.",
        (
            "Renew the certificate, or see why its automatic renewal has not run.",
            "If the server is a provider's, it renews by itself: choose a limit below the age at which it does.",
        ),
    ),
    "proxy.unreachable:container": Text(
        "Nothing answers at the proxy {proxy|that is set}: this is a container",
        "A container has a loopback of its own, so 127.0.0.1 is the container and not the machine on which the proxy "
        "program runs. All requests are to go through the proxy, so none gets out.",
        (
            "Write host.docker.internal in place of 127.0.0.1 in {source|the proxy setting}, with the same port.",
            "On Linux, start the container with --add-host=host.docker.internal:host-gateway.",
            'Let the proxy program accept connections from the LAN ("Allow LAN").',
        ),
    ),
    "proxy.unreachable:wsl": Text(
        "Nothing answers at the proxy {proxy|that is set}: this is WSL",
        "In WSL, 127.0.0.1 is mostly the Linux side alone, while the proxy program runs in Windows. All "
        "requests are to "
        "go through the proxy, so none gets out.",
        (
            "Put networkingMode=mirrored under [wsl2] into .wslconfig in Windows, then run `wsl --shutdown`.",
            (
                "Or write the address of Windows in place of 127.0.0.1 (`ip route show default` tells it), and let the "
                "proxy program accept connections from the LAN."
            ),
        ),
    ),
    "proxy.refused:unreached": Text(
        "The proxy works, but could not connect to {host}",
        "The proxy was reached, accepted the request, and reported that it could not get "
        "there: the host is down, its name is not known on the proxy's side, or the port is closed from there. The key "
        "is not at fault.",
        (
            "Check that {host} and port {port|443} are right and that the server is running.",
            "Test from the proxy's side: on the machine where the proxy runs (for `ssh -D`, the SSH server), run "
            "`curl -v` with the base URL.",
            "If this machine can reach {host} directly, add {host} to NO_PROXY.",
        ),
    ),
    "proxy.captures_local:carried": Text(
        "Requests to {host|a server of your own} go through the proxy {proxy|that is set}",
        "The proxy forwards them, and an app works this way. But {host|the server} is in your own network, and the "
        "proxy can read the key, prompts and answers, because http is not encrypted. The check does not send your key "
        "to a proxy without encryption, so the test with the key was direct.",
        (
            "To go around the proxy, add {host} to NO_PROXY (and to no_proxy), and restart the app.",
            "If the proxy is meant to see these requests, there is nothing to do. `llmdoctor check --send-anyway` "
            "tests through it, with the key.",
        ),
    ),
    "proxy.captures_local:carried_alone": Text(
        "{host|The server} is reached only through the proxy, where the key was not sent",
        "The proxy {proxy|that is set} forwards requests to {host|the server}, which answered one without a key. On "
        "this way the proxy can read the key, because http is not encrypted. The check does not send your key to a "
        "proxy without encryption, and {host|the server} is not reached directly from here.",
        (
            "If you trust the proxy with the key, test through it: `llmdoctor check --send-anyway`.",
            "If {host} can be reached without the proxy elsewhere, add {host} to NO_PROXY (and to no_proxy) there.",
        ),
    ),
    "dns.not_found:docker_host": Text(
        "The name host.docker.internal is not known here",
        "Docker Desktop gives this name to the machine that runs the containers. Docker on Linux does so only when it "
        "is asked to, and outside of a container no machine needs it.",
        (
            (
                "Start the container with --add-host=host.docker.internal:host-gateway. In Compose, add "
                'extra_hosts: ["host.docker.internal:host-gateway"].'
            ),
            "Outside of a container, write 127.0.0.1 in its place.",
            Step(
                "owner door:ollama|protocol:ollama",
                "If the server is yours, let it listen on 0.0.0.0 for the container: OLLAMA_HOST=0.0.0.0.",
            ),
            Step(
                "owner !door:ollama !protocol:ollama",
                "If the server is yours, let it listen on 0.0.0.0, so that a container can reach it.",
            ),
        ),
    ),
    "dns.not_found:known_elsewhere": Text(
        "The name server in use does not know {host}, another one does",
        "The name exists: {address|another name server} knows its address. The one that this machine asks is old, "
        "filters names, or serves an inner network alone.",
        (
            "Set another name server on this machine, such as 1.1.1.1 or 223.5.5.5, and start the app again.",
            "In a company or with a filter of your own, have {host} let through.",
            "Restart the VPN or proxy program: it may have set a name server that is gone.",
        ),
    ),
    "dns.fake_ip:off": Text(
        "Nothing answers behind the fake-IP address of {host|the host}",
        "{address|The address} is not a real address: a proxy program (Clash, mihomo, sing-box, Surge) hands it out "
        "and has to carry the connection itself. The program is off or was restarted, or its TUN mode is off, so the "
        "connection leads nowhere.",
        (
            "Start the proxy program again and switch its TUN mode on, then restart the app.",
            "If you stopped it on purpose, clear the old answer: restart the app, and flush the DNS cache.",
            (
                "In a container or virtual machine, use a normal DNS server (--dns 1.1.1.1): the proxy program on the "
                "other side is not reached from here."
            ),
        ),
    ),
    "dns.fake_ip:cut": Text(
        "The proxy program takes the connection to {host|the host} and gets no further",
        "{address|The address} is a fake-IP address: a proxy program (Clash, mihomo, sing-box, Surge) accepts every "
        "connection itself and forwards it. It accepted this one and then closed it or stayed silent, so its node or "
        "rule does not reach {host|the host}.",
        (
            "Choose another node in the proxy program, or look into its log for {host}.",
            "If {host} is reachable without it, add a direct rule and put {host} into its fake-ip-filter.",
        ),
    ),
    "dns.failed:servfail": Text(
        "The name server could not find out where {host} is",
        "It was reached and answered that it failed. The servers in charge of that name do not answer it, their answer "
        "is not signed rightly, or it has lost its own way out. Whether the name exists is not known.",
        (
            (
                "See whether other names work. If they do, the fault lies with the name servers of {host}: "
                "tell its operator."
            ),
            ("Ask another one: add --dns-server 1.1.1.1 to this check. If it knows the name, set it on this machine."),
            "With a name server of your own, look at its log, and whether DNSSEC fails there.",
        ),
    ),
    "dns.failed:refused": Text(
        "The name server refuses to look up {host}",
        "It was reached and said no. It serves only its own network or customers, or a rule forbids this name. Mostly "
        "it is left over from another network or a VPN.",
        (
            "Set the name server of the network you are in, or a public one such as 1.1.1.1 or 223.5.5.5.",
            "Disconnect the VPN and connect it again.",
            "In a company, ask whether {host} is blocked by name.",
        ),
    ),
    "dns.failed:silent": Text(
        "No name server answers this machine",
        "The question where {host} is went out, and nothing came back. The name server is down, belongs to a VPN that "
        "is off, or a firewall swallows the question.",
        (
            Step(
                "container", "In a container, restart the container engine, or start the container with --dns 1.1.1.1."
            ),
            ("Set another name server, such as 1.1.1.1 or 223.5.5.5. The one that is asked now is {address}."),
            "See whether this machine is online, and connect to the VPN if its name server is needed.",
        ),
    ),
    "tcp.refused:container": Text(
        "In this container, {host} is the container itself, and nothing listens there",
        "A container has a loopback of its own: localhost and 127.0.0.1 lead to programs inside it. A server on the "
        "machine outside, or in another container, is not to be found there.",
        (
            (
                "Write host.docker.internal in place of {host}. On Linux, start the container with "
                "--add-host=host.docker.internal:host-gateway."
            ),
            ("A server in another container goes by the name of its service in Compose, with its inner port."),
            "If the server is to run in this very container, start it, and compare its port with {port}.",
            Step(
                "owner door:ollama|protocol:ollama", "Let your server outside listen on 0.0.0.0: OLLAMA_HOST=0.0.0.0."
            ),
            Step("owner !door:ollama !protocol:ollama", "Let your server outside listen on 0.0.0.0."),
        ),
    ),
    "tcp.refused:wsl": Text(
        "In WSL, {host} is the Linux side, and nothing listens there",
        "WSL mostly has a loopback of its own, so a server that runs in Windows is not to be found at localhost or "
        "127.0.0.1.",
        (
            ("Put networkingMode=mirrored under [wsl2] into .wslconfig in Windows, then run `wsl --shutdown`."),
            "Or write the address of Windows in place of {host} (`ip route show default` tells it).",
            "If the server is to run in WSL, start it, and compare its port with {port}.",
            Step(
                "owner door:ollama|protocol:ollama",
                "Your server in Windows then has to listen on 0.0.0.0: OLLAMA_HOST=0.0.0.0.",
            ),
            Step("owner !door:ollama !protocol:ollama", "Your server in Windows then has to listen on 0.0.0.0."),
        ),
    ),
    "tcp.ipv6_broken:localhost": Text(
        "The name localhost leads to ::1 first, where nothing listens",
        "The server listens on 127.0.0.1 alone. Most clients go on to that address at once. Node before version 20, "
        "and a few others, give up at the first.",
        (
            "Set the base URL to {better_url}",
            "If an app says that the connection was refused, write 127.0.0.1 in place of localhost there.",
        ),
    ),
    "tls.intercepted:company": Text(
        "{product|A company's gateway} on the way opens the encrypted connection to {host}",
        "In place of the host's own certificate there came one of {issuer|another issuer}. Such gateways "
        "stand in company "
        "networks and read along. Apps that do not know their root certificate refuse; the browser knows it.",
        (
            (
                "Get the root certificate from the IT staff as a file, and name it: SSL_CERT_FILE=PATH for Python, "
                "REQUESTS_CA_BUNDLE=PATH for requests, NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            (
                "Where the root stands in the system's list: NODE_USE_SYSTEM_CA=1 (Node 22.15 or newer), or "
                "truststore in Python."
            ),
            "Or ask the IT staff to let {host} through unopened. As it is, they see the key.",
        ),
    ),
    "tls.intercepted:antivirus": Text(
        "{product|The antivirus} on this machine opens the encrypted connection to {host}",
        "In place of the host's own certificate there came one that the program itself made. It puts its root into the "
        "system's list, so browsers are content, and apps with a list of their own refuse.",
        (
            "In {product|the antivirus}, switch the scanning of encrypted connections off, or leave {host} out of it.",
            "Or let the apps read the system's list: NODE_USE_SYSTEM_CA=1 for Node, truststore for Python.",
        ),
    ),
    "tls.intercepted:debugger": Text(
        "{product|A debugging proxy} opens the encrypted connection to {host}",
        "It is a tool that records what apps send, and shows a certificate of its own. It was most likely started on "
        "this machine or phone, and is still set as the proxy. Whoever runs it sees the key.",
        (
            "Close it, and take it out of the proxy settings of this machine.",
            (
                "If it is meant to read along, hand its root to the app: SSL_CERT_FILE=PATH, or "
                "NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            "If nobody here has started it, send no key over this network.",
        ),
    ),
    "tls.intercepted:filter": Text(
        "{product|A content filter} opens the encrypted connection to {host}",
        "In place of the host's own certificate there came one of {issuer|another issuer}. Schools and "
        "families use such "
        "filters to see what is read. Apps refuse the certificate, and the filter sees the key.",
        (
            "Ask whoever runs the filter to let {host} through unopened.",
            "Or use another network.",
        ),
    ),
    "tls.reset:nothing_behind": Text(
        "{host} accepts the connection, but nothing answers behind the port",
        "The connection opens and ends at once, with encryption and without. Something forwards the port (a "
        "container's published port, an SSH tunnel, kubectl, a proxy), and the server behind it is not running, "
        "listens on another port, or listens only on its own loopback address.",
        (
            "Check that the server behind port {port} is running, and read its log.",
            "In a container, the server must listen on 0.0.0.0, and the published port must be the one it listens on.",
        ),
    ),
    "tls.handshake_failed:name": Text(
        "The server behind {host} does not serve that name",
        "Encryption begins with the name of the host, and this server answers to other names alone. So the address "
        "leads to the wrong server, or the server was not told of the name.",
        (
            "Compare the host in the base URL with the one that the provider or operator gives.",
            Step("owner", "If the server is yours, add the name to its site and its certificate."),
            Step("owner", "If your reverse proxy passes requests on to it, let it send the right name (SNI)."),
        ),
    ),
    "tls.intercepted:elsewhere": Text(
        "{product|Something} opens the connection to {host}, by a root that the app does not read",
        "In place of the host's own certificate there came one of {issuer|another issuer}. Its root stands in a list "
        "on this machine, so other programs are content. This app reads another list and refuses. Whoever opens the "
        "connection sees the key.",
        (
            "Start the app with {detail|the setting that names that list}",
            "If you know of nothing of the kind, send no key over this network.",
        ),
    ),
    "proxy.ignored:direct": Text(
        "The app does not use the proxy that is set",
        "Node's fetch and some apps pay no heed to HTTP_PROXY, HTTPS_PROXY and ALL_PROXY. The app goes straight out, "
        "and so did this check, past {proxy|the proxy}. Where only the proxy leads out, the app fails.",
        (
            "If the app is to use it: with Node 24 or newer, start it with NODE_USE_ENV_PROXY=1.",
            "An app that asks for the proxy in its own settings: enter it there.",
            "Else there is nothing to do.",
        ),
    ),
    "tls.intercepted:system_only": Text(
        "Something opens the connection to {host}, by a root that this system trusts",
        "The system's list knows {issuer|the issuer}, so this check and the newest Python SDKs are content. "
        "Clients with a "
        "list of their own refuse: requests, older SDKs on certifi, and Node.",
        (
            (
                "For them, name a file with that root: SSL_CERT_FILE=PATH, REQUESTS_CA_BUNDLE=PATH for requests, "
                "NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            (
                "Or let them read the system's list: NODE_USE_SYSTEM_CA=1 (or --use-system-ca) for Node, truststore "
                "for Python."
            ),
            "The list that lacks it: {path}.",
        ),
    ),
    "tls.untrusted_issuer:system_only": Text(
        "Only this system's own list trusts the certificate of {host}",
        "The system's list knows {issuer|the issuer}, so this check and the newest Python SDKs are content. "
        "Clients with a "
        "list of their own refuse: requests, older SDKs on certifi, and Node.",
        (
            (
                "For them, name a file with that root: SSL_CERT_FILE=PATH, REQUESTS_CA_BUNDLE=PATH for requests, "
                "NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            (
                "Or let them read the system's list: NODE_USE_SYSTEM_CA=1 (or --use-system-ca) for Node, truststore "
                "for Python."
            ),
            "The list that lacks it: {path}.",
        ),
    ),
    "tls.untrusted_issuer:no_list": Text(
        "The file of trusted authorities that SSL_CERT_FILE names cannot be read",
        "Clients in Python read that file in place of the system's list as they start. Without it they fail before "
        'anything is sent, whichever host is called, with no more than "No such file or directory".',
        (
            "Delete SSL_CERT_FILE, so that the system's list counts.",
            "Or let it name a file that is there and holds certificates in PEM form.",
        ),
    ),
    "tls.untrusted_issuer:file_alone": Text(
        "SSL_CERT_FILE hides the list that knows the issuer of the certificate of {host}",
        "Python clients read the file in SSL_CERT_FILE in place of the system's list, not beside it. {issuer|The "
        "issuer} stands in the system's list and not in that file.",
        (
            "Delete SSL_CERT_FILE, if only hosts such as this one are called.",
            (
                "To keep both, write the system's list and your own root into one file: `cat "
                "/etc/ssl/certs/ca-certificates.crt ROOT.pem > BOTH.pem`, and let SSL_CERT_FILE name that."
            ),
        ),
    ),
    "tls.untrusted_issuer:node": Text(
        "Node does not read the file of roots that knows the certificate of {host}",
        "Node brings a list of its own and pays no heed to SSL_CERT_FILE. {issuer|The issuer} stands in the file that "
        "it names, so clients in Python are content while this app fails.",
        (
            "Name the same file for Node: NODE_EXTRA_CA_CERTS={path|PATH}",
            "Set it before Node starts: it is not read from a .env file.",
        ),
    ),
    "tls.untrusted_issuer:node_system": Text(
        "Node does not read the system's list, which knows the certificate of {host}",
        "Node brings a list of its own. {issuer|The issuer} stands in the system's list, so browsers and the newest "
        "Python SDKs are content while this app fails.",
        (
            "Let Node read the system's list: NODE_USE_SYSTEM_CA=1 (Node 22.15 or newer).",
            "With an older Node, name a file with that root: NODE_EXTRA_CA_CERTS=PATH.",
            "Set it before Node starts: it is not read from a .env file.",
        ),
    ),
    "tls.untrusted_issuer:old_list": Text(
        "This system's list of authorities is missing or old",
        "The certificate of {host} is good by Mozilla's list, which certifi brings, and not by the one of this system. "
        "The newest Python SDKs read the system's list and fail. In slim container images it is left out.",
        (
            "Set SSL_CERT_FILE={path}",
            "Install or update the system's list: `apt-get install ca-certificates`, `apk add ca-certificates`.",
            "On Windows and macOS, install the system's updates.",
        ),
    ),
    "http.redirected:key_travels": Text(
        "{host} makes the app hand its key to another address",
        "It sends the request on. Apps follow, and the header in which this key stands goes along, unlike "
        "Authorization. Whoever runs the other address, or listens on the way there, can read and use the key. This "
        "check did not send it there.",
        (
            "Set the base URL to {better_url}",
            "If an app has used this address already, replace the key: make a new one and delete the old one.",
            "If you know and trust {location}, use that host in the base URL, and nothing is sent on.",
            Step(
                "owner", "If the server is yours, let it answer by itself or pass requests on, in place of a redirect."
            ),
        ),
    ),
    "http.blocked:challenge": Text(
        "{host} wants to see a browser, not a program",
        "In front of the API stands a bot check that a browser passes by itself: a script or a picture riddle. No app "
        "and no SDK can pass it, whatever the key is.",
        (
            Step(
                "via:cloudflare",
                (
                    "Ask the operator of {host} for an address without the check, and send them the page's "
                    "number (Ray ID)."
                ),
            ),
            Step(
                "!via:cloudflare",
                ("Ask the operator of {host} for an address without the check, and send them the text of the page."),
            ),
            "Try from another network: an address that many people share is checked more.",
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours, take the API's paths out of the check: at Cloudflare, with a WAF "
                    "rule that skips Bot Fight Mode and managed challenges."
                ),
            ),
            Step("owner !via:cloudflare", "If the server is yours, take the API's paths out of the check."),
        ),
    ),
    "http.blocked:signature": Text(
        "{host} bars this kind of client",
        "Cloudflare in front of it goes by how a client looks: its name, its headers and its way of encrypting. "
        "Programs are barred and browsers let in. The key was not looked at.",
        (
            ("Send the operator of {host} the number on the page (Ray ID), and ask for programs to be let in."),
            "Update the app: old libraries are barred more often.",
            Step("owner", "If the server is yours, switch Browser Integrity Check off for the API's paths."),
        ),
    ),
    "shape.wrong_protocol:fixed": Text(
        "{host} speaks {other_protocol|another protocol} here, {app} only {protocol}",
        "LLM APIs come in several protocols. {app} has no setting for the one that is spoken at this address, so no "
        "change of its settings helps alone.",
        (
            "See in the manual of {host} whether {protocol} has an address of its own there, and set that one.",
            "Or put a converter or a relay in between that offers {protocol}, and set its address in {app}.",
            "Or use an app that speaks {other_protocol}.",
        ),
    ),
    "http.blocked:silent": Text(
        "{host} refuses the request and gives no reason",
        "The answer is empty, so it does not tell who refused. A firewall answers like this, and so does a server of "
        "one's own behind a tunnel or a reverse proxy, if it checks the Host or Origin header. The key was most likely "
        "not looked at.",
        (
            Step("via:cloudflare", "Send the operator of {host} the number of the answer (its header cf-ray)."),
            Step(
                "relay|local",
                "If it is your own server behind a tunnel or a reverse proxy, let that send the Host header that the "
                "server expects, such as `Host: localhost:11434`, and allow the page's origin if the app runs in a "
                "browser.",
            ),
            "Try from another network, or without the VPN or proxy.",
            Step("owner", "If the server is yours, see its log and that of the proxy before it."),
        ),
    ),
    "http.server_error:engine": Text(
        "The server at {host} cannot load the model {model|that was asked for}",
        "The request arrived, and the server tried to start the model and failed: its engine is not installed, the "
        "file is missing or does not fit, or memory ran out. Address and key are not the cause.",
        (
            "The server said: {said}",
            "Try a smaller model, or another one that the server can run.",
            Step("relay", "Otherwise tell the operator of {host}."),
            Step(
                "owner",
                "If the server is yours, look in its log for the first error while loading, and install the "
                "engine or the file that it names.",
            ),
        ),
    ),
    "model.wrong_endpoint:responses": Text(
        "The model {model|that was asked for} is served by the Responses API, not by chat completions",
        "OpenAI serves some models, such as the codex and pro ones, only under /v1/responses. The server's own hint "
        "at /v1/completions is meant for models of 2023.",
        (
            "In the app, choose the Responses API (`/v1/responses`) for this model.",
            "Or choose a model for chat completions, such as {near}.",
            "If the app speaks only chat completions, choose a model without codex or pro in its name.",
        ),
    ),
    "http.blocked:rate": Text(
        "The firewall in front of {host} counts too many requests from here",
        "Not the API but the firewall before it limits how often one address may ask, and shuts it out for a while. "
        "All who share the address count together. The key was not looked at.",
        (
            "Wait {retry_after|a few} seconds or some minutes, then ask less often.",
            "See that no app or script here repeats its requests without a pause.",
            "Try from another network, or without the shared VPN or proxy.",
            Step("owner", "If the server is yours, raise the limit for the API's paths."),
        ),
    ),
    "http.blocked:company": Text(
        "A web filter of this network bars {host}",
        "The page comes from a filter that a company, a school or a provider runs, and not from {host}. It goes by "
        "the name of the site or its category. The key was not looked at.",
        (
            "Ask the IT staff to let {host} through, and give them the text of the page.",
            "Try from another network, or over the company's VPN if that is not filtered.",
        ),
    ),
    "http.front_auth:gateway": Text(
        "The gateway at {host} wants a credential of its own in the header {header|that it names}",
        "A gateway stands between the app and the provider, and it refused the request before the provider saw the "
        "key. Besides the provider's key it expects a credential of its own, in {header|another header}. The request "
        "carried none that it accepts.",
        (
            "Set {header_variable} to `{header}: …`, with the gateway's credential.",
            "Get the credential from the gateway's dashboard or from whoever runs it, and add the header {header} in "
            "the settings of {app}.",
            "Leave the provider's key as it is: it was not looked at.",
        ),
    ),
    "http.front_auth:gateway_refuses": Text(
        "The gateway at {host} refuses the credential in the header {header|that the app adds}",
        "The header {header|of the app} was sent, with the value from {source|its settings}. The gateway "
        "in front of the API does not accept "
        "it, and the provider has not seen the key.",
        (
            "Compare the value in {source} with the credential that the gateway's dashboard shows.",
            "If the gateway expects `Bearer` before the credential, add it to the value.",
        ),
    ),
    "http.header_rejected:sent": Text(
        "{host} refuses the request because of the header {header|that the app adds}",
        "The app adds {header|a header} to every request, because {source|a setting} sets it. With it the "
        "server refuses the "
        "request; without it the server accepts the same request.",
        (
            "Remove the setting that adds {header}: {source}",
            "If the header names an organization or a project, use one that the key belongs to.",
            "Restart your app: running programs keep the old value.",
        ),
    ),
    "http.header_rejected:unsendable": Text(
        "The header {header|of a setting} cannot be sent",
        "The value of {source|a setting} is not possible in a header. The client stops before it sends "
        "anything, mostly with "
        "“Connection error”.",
        ("Correct the value of {source|the setting}: no spaces or line breaks at its ends, and plain letters only.",),
    ),
    "http.header_rejected:unsent": Text(
        "The header {header|of a setting} was left out of this check",
        "{source|A setting} sets a header that HTTP itself needs for the connection. This check did not "
        "send it, the app may.",
        ("Remove the header {header|it} from {source|the settings} unless the server's manual asks for it.",),
    ),
    "settings.missing_key:unset": Text(
        "{app} finds no key in {variable|the variable that it reads}",
        "The settings of {app} at {place|their place} name {variable|a variable} as the place of the key, "
        "and it is not set. {app} reads no "
        "other variable for this server.",
        (
            "Put the key into {variable|that variable}, in the environment from which {app} starts.",
            "Restart {app}: a program started from the desktop does not see what was set in a terminal.",
        ),
    ),
    "settings.missing_key:app": Text(
        "{app} sends no key to {host}",
        "The entry at {place|its place} names no key. {app} then sends none: no key from its login, and none from the "
        "environment.",
        (
            "Add one of these lines to that entry: {lines}",
            "Replace NAME with the variable that holds the key, then start {app} again.",
        ),
    ),
    "http.front_auth:portal": Text(
        "This network wants a sign-in before it lets anything out",
        "A hotel, airport or guest network answers in place of {host} until somebody has agreed to its terms in a "
        "browser. The request has not left the network.",
        (
            "Open any page in a browser on this machine (neverssl.com is made for that), sign in, then try again.",
            "On a machine without a browser, ask for the device to be let in, or use another network.",
            "Use https:// in the base URL: then no network can answer in the server's place.",
        ),
    ),
    "http.gateway_error:refused": Text(
        "Behind the gateway at {host}, nothing takes the connection",
        "The gateway is up, and the server behind it refuses. Its program is not running, or a firewall there does "
        "not let the gateway in. Your key has nothing to do with it.",
        (
            "Wait some minutes and try again.",
            Step("provider", "See the provider's status page."),
            Step("relay", "Ask the operator of {host}."),
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours, start the program behind the gateway, and let Cloudflare's "
                    "addresses through its firewall (ports 80 and 443)."
                ),
            ),
            Step(
                "owner !via:cloudflare",
                (
                    "If the server is yours, start the program behind the gateway, and let the gateway's "
                    "addresses through its firewall."
                ),
            ),
        ),
    ),
    "http.gateway_error:silent": Text(
        "The gateway at {host} cannot reach the server behind it",
        "Its attempts to connect get no answer: the server is off, its address is out of date, or a firewall drops "
        "them. Your key has nothing to do with it.",
        (
            "Wait some minutes and try again.",
            Step("provider", "See the provider's status page."),
            Step("relay", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours, see that it is up, that the DNS record at the gateway holds its "
                    "present address, and that its firewall lets the gateway in."
                ),
            ),
        ),
    ),
    "http.gateway_error:slow": Text(
        "The gateway at {host} gave up waiting for the answer",
        "It reached the API, and the API took longer than the gateway waits: a long answer, a large model, or a "
        "server that is stuck. Your key has nothing to do with it.",
        (
            "Switch streaming on in the app: pieces on the way keep the gateway waiting.",
            "Ask for less at a time, or try another model.",
            Step("relay", "Ask the operator of {host}."),
            Step("owner via:nginx", "If the gateway is yours, raise its limit: proxy_read_timeout in nginx."),
            Step("owner via:haproxy", "If the gateway is yours, raise its limit: timeout server in HAProxy."),
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours: Cloudflare waits about 100 seconds, so stream, or let the app call "
                    "the server past it."
                ),
            ),
            Step(
                "owner !via:nginx !via:haproxy !via:cloudflare",
                "If the gateway is yours, raise the time that it waits for the API.",
            ),
        ),
    ),
    "http.gateway_error:tls": Text(
        "The gateway at {host} and the server behind it cannot agree on encryption",
        "The server's certificate is not one that the gateway accepts, or they have no method in common. Nothing on "
        "this side can mend that.",
        (
            Step("public", "Tell the operator of {host}."),
            Step(
                "owner via:cloudflare",
                (
                    "If the server is yours, give it a certificate that names {host}, still holds, and comes "
                    "from a known authority or from Cloudflare (origin certificate); or set the mode at "
                    "Cloudflare to Full."
                ),
            ),
            Step(
                "owner !via:cloudflare",
                (
                    "If the server is yours, give it a certificate that names {host}, still holds, and comes "
                    "from an authority that the gateway trusts."
                ),
            ),
        ),
    ),
    "http.gateway_error:name": Text(
        "The gateway at {host} does not find the server behind it",
        "It holds a name for that server which nobody can look up, or a tunnel to it that nobody has open. Your key "
        "has nothing to do with it.",
        (
            Step("public", "Tell the operator of {host}, or wait until the server is back."),
            Step(
                "owner", "If the server is yours, start its tunnel, or correct the name of the origin at the gateway."
            ),
        ),
    ),
    "shape.malformed_answer:packed": Text(
        "The answer of {host} is compressed in a way that the app cannot undo",
        "An app says which ways of compression it knows: gzip and deflate, and others only where a package for them is "
        "installed. Here something in between packed the answer in another way, or left out the header that says so.",
        (
            Step("python", "In Python, `pip install brotli zstandard` teaches the SDKs two more ways."),
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the gateway is yours: let compression go by the request's Accept-Encoding, or switch it "
                    "off for the API."
                ),
            ),
        ),
    ),
    "model.parameter_rejected:streamed": Text(
        "This model answers only with streaming",
        "The address, the key and the model are in order. The model refuses requests that ask for the whole answer at "
        "once, and accepts those that stream.",
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
            "Nothing to do if your app uses none of these clients.",
            "Otherwise update the server or relay, or report it to the operator of {host}.",
        ),
    ),
    "stream.malformed:others": Text(
        "Some clients cannot read the stream from {host}",
        "Your app's SDK reads it. These clients do not: {clients|other SDKs}. An app that is built on one of them "
        "fails or shows an empty answer.",
        (
            "Nothing to do if your app uses none of these clients.",
            "Otherwise turn off streaming in that app.",
            "Update the server or relay, or report it to the operator of {host}.",
        ),
    ),
    "stream.malformed:helpers": Text(
        "The stream helpers of some SDKs cannot read the stream from {host}",
        "Reading the events one by one works. The stream helper, which puts the message together, does not in "
        "{clients|some SDKs}. An app that uses it fails.",
        (
            "Nothing to do if your app does not use the stream helper.",
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
            "If the text is complete, nothing is needed for this app.",
            "Report the message to the operator of {host}.",
        ),
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
        "The stream from {host} is compressed in a way that the app cannot undo",
        "An app says which ways of compression it knows: gzip and deflate, and others only where a package for them is "
        "installed. Here something in between packed the stream in another way, or left out the header that says so.",
        (
            Step("python", "In Python, `pip install brotli zstandard` teaches the SDKs two more ways."),
            "Switch streaming off in the app for the time being.",
            Step("public", "Ask the operator of {host}."),
            Step("owner", "If the gateway is yours: switch compression off for text/event-stream."),
        ),
    ),
    "stream.cut:idle": Text(
        "The stream is cut off after a long silence",
        "Nothing was heard for a while, and then the connection was closed, not by the answer's end. Gateways and load "
        "balancers close what is silent for {seconds|thirty} seconds or so. A model that thinks long says nothing.",
        (
            "Try without VPN and proxy, or with a model that answers sooner.",
            Step("public", "Ask the operator of {host}."),
            Step("owner via:nginx", "If the server is yours, raise the time limit: proxy_read_timeout in nginx."),
            Step("owner !via:nginx", "If the server is yours, raise the idle time limit of the gateway before it."),
            Step("owner", "If the server is yours, let it send comments as a sign of life, every 15 seconds or so."),
        ),
    ),
    "stream.buffered:nginx": Text(
        "The stream arrives all at once, held back by {product|nginx}",
        "The server took its time, and then everything came in one moment. {product|nginx} collects answers unless it "
        "is told not to. It works, but the text does not grow before your eyes.",
        (
            Step(
                "public", "Ask the operator of {host} to switch buffering off: `proxy_buffering off;` and `gzip off;`."
            ),
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
                    "If the server is yours: or let the API answer with the header `X-Accel-Buffering: no`, "
                    "which it obeys."
                ),
            ),
        ),
    ),
    "stream.buffered:apache": Text(
        "The stream arrives all at once, held back by Apache",
        "The server took its time, and then everything came in one moment. Apache's proxy collects small pieces, and "
        "its compression collects all. It works, but the text does not grow before your eyes.",
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
        "The stream arrives all at once, held back by IIS",
        "The server took its time, and then everything came in one moment. IIS with Application Request Routing "
        "collects answers up to a threshold. It works, but the text does not grow before your eyes.",
        (
            Step("public", "Ask the operator of {host} to set IIS' response buffer threshold to 0 for the API."),
            Step(
                "owner",
                (
                    "If the server is yours: in IIS' proxy settings (Application Request Routing), set the "
                    "response buffer threshold to 0, and switch dynamic compression off for the API."
                ),
            ),
        ),
    ),
    "stream.buffered:aws": Text(
        "The stream arrives all at once, held back by AWS",
        "The server took its time, and then everything came in one moment. API Gateway and Lambda pass an answer on "
        "when it is whole, unless streaming is set up. It works, but the text does not grow before your eyes.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours: in API Gateway, set the integration's response transfer mode to "
                    "STREAM; for Lambda, use a function URL with RESPONSE_STREAM; or put a load balancer in its "
                    "place."
                ),
            ),
        ),
    ),
    "stream.buffered:azure": Text(
        "The stream arrives all at once, held back by API Management",
        "The server took its time, and then everything came in one moment. Azure API Management collects an answer "
        "that a policy reads or logs. It works, but the text does not grow before your eyes.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    'If the server is yours: in the API\'s policies, set `buffer-response="false"` on '
                    "forward-request, and log no response bodies."
                ),
            ),
        ),
    ),
    "stream.buffered:cdn": Text(
        "The stream arrives all at once, held back by {product|a content network}",
        "The server took its time, and then everything came in one moment. {product|A content network} passes streams "
        "on by itself, but not where it compresses, changes or caches them. It works, but the text does not grow "
        "before your eyes.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours: let the API answer with `Content-Type: text/event-stream` and "
                    "`Cache-Control: no-cache, no-transform`."
                ),
            ),
            Step(
                "owner",
                (
                    "If the server is yours: switch off compression, optimisation and caching for the API's "
                    "paths at the content network."
                ),
            ),
        ),
    ),
    "stream.buffered:gzip": Text(
        "The stream arrives all at once, since it is compressed",
        "The server took its time, and then everything came in one moment. Compression waits until it has enough to "
        "pack. It works, but the text does not grow before your eyes.",
        (
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner via:nginx",
                (
                    "If the server is yours, switch compression off for text/event-stream: leave it out of "
                    "gzip_types in nginx."
                ),
            ),
            Step("owner !via:nginx", "If the server is yours, switch compression off for text/event-stream."),
        ),
    ),
    "stream.buffered:inspected": Text(
        "The stream arrives all at once, held back on the way by {product|a proxy}",
        "The server took its time, and then everything came in one moment. {product|A proxy} reads the whole answer "
        "before it passes it on. It works, but the text does not grow before your eyes.",
        (
            "Ask the IT staff to let {host} through without inspection.",
            "Or use another network, or switch off the antivirus program's inspection of web traffic for {host}.",
        ),
    ),
    "tls.handshake_failed:old": Text(
        "{host} speaks only old versions of encryption",
        "It goes no further than {detail|TLS 1.1}, which programs of today refuse since it can be broken. They ask for "
        "TLS 1.2 at least. Mostly it is an old server, or an old device in front of it.",
        (
            Step("public", "Tell the operator of {host}."),
            "If other hosts fail alike, a device in this network is what is old: try another network.",
            Step("owner", "If the server is yours, allow TLS 1.2 and 1.3."),
        ),
    ),
    "tcp.timeout:node_attempt": Text(
        "Node gives up on {host} after a quarter of a second per address",
        "Node tries the addresses of a host one after the other and allows each a quarter of a second to connect "
        "(autoSelectFamilyAttemptTimeout). A host far away, or one behind a VPN, needs longer, so every attempt is "
        "aborted, although curl and Python get through.",
        (
            "Give it more time: NODE_OPTIONS=--network-family-autoselection-attempt-timeout=5000",
            "Set it before the app starts: in the shell, the service's unit or the container, not in a .env file.",
            "In code of your own: net.setDefaultAutoSelectFamilyAttemptTimeout(5000).",
            "If it fails with that too, the host is out of reach: `llmdoctor check` shows how far a connection gets.",
        ),
    ),
    "url.version_doubled:app": Text(
        "The app adds {added|a version} behind a base URL that already ends in {doubled|one}",
        "The request went to {twice|a path with two versions}. This provider's version is {doubled|another one}, so "
        "the base URL is right, and the app puts one more version behind it, as if every API lived under /v1.",
        (
            "In the app, choose the entry for this provider, if there is one, in place of “OpenAI compatible”.",
            "Look for an option that takes the complete endpoint, or that stops the app from adding a version (in "
            "Cherry Studio and some others, a / at the end of the address).",
            "Update the app. If it cannot do without, put a gateway in front, such as LiteLLM or New API.",
        ),
    ),
    "auth.not_permitted:keys_off": Text(
        "This resource does not accept API keys at all",
        "Its owner has switched key-based (local) authentication off, so every key is refused, however good. The "
        "resource takes tokens of Microsoft Entra ID, or of the cloud's own identity service.",
        (
            "Sign in with a token: "
            "AzureOpenAI(azure_ad_token_provider=get_bearer_token_provider(DefaultAzureCredential(), "
            '"https://cognitiveservices.azure.com/.default")).',
            "Ask the owner for the role “Cognitive Services OpenAI User” on the resource.",
            "Or have the owner allow keys again: `az resource update` with properties.disableLocalAuth=false.",
        ),
    ),
    "http.header_rejected:two_credentials": Text(
        "The request carries two credentials, and the server takes one only",
        "The key arrives twice or in two forms: in Authorization and in x-goog-api-key, or in a header and as ?key= in "
        "the URL. That happens where an app sends a key of its own and a relay or a custom header adds another.",
        (
            "Take the key out of the URL and out of any custom header, and leave it in the key's field alone.",
            "For Google's OpenAI-compatible address, send the key as Authorization: Bearer and nothing else.",
            "On a relay of yours, drop the client's Authorization header before you add your own key.",
        ),
    ),
    "settings.missing_key:empty": Text(
        "The key that arrived at the server is empty",
        "The server quotes the key that it got, and there is nothing to quote: the app sends an empty value, or the "
        "word None, null or undefined. The setting is blank, the variable is not set where the app runs, or the app "
        "reads another one.",
        (
            "Put the key where {app} looks for it, then start the app again.",
            "A program started from the desktop, as a service or in a container does not see what was set in a "
            "terminal: set it there.",
            "If the app keeps keys per provider or per model, see whether the one in use has its own, blank field.",
        ),
    ),
    # -- what a pasted text alone can say: nothing was measured --
    "url.path_wrong:text": Text(
        "Nothing answers under that path at {host|the server}",
        "The host is reached, and it knows no page at the path that was requested. A part of the base URL's path is "
        "missing, doubled or too much, or the app adds an endpoint that this server does not have.",
        (
            "Set the base URL to {better_url}",
            "Compare the full URL that was requested with the manual: what stands before /chat/completions, /responses "
            "or /messages is the base URL.",
            "If the app asks for the complete address, give it the endpoint too.",
            "`llmdoctor check URL` tries the usual paths.",
        ),
    ),
    "url.version_missing:text": Text(
        "The base URL probably lacks its version part, such as /v1",
        "The path that was requested has an endpoint and no version in front of it, and the server does not know that "
        "path. {app} adds no version by itself.",
        (
            "Set the base URL to {better_url}",
            "Add /v1 (or the version that the manual names) to the end of the base URL.",
            "`llmdoctor check URL` tries it.",
        ),
    ),
    "auth.header_lost:text": Text(
        "The server says that no key came with the request",
        "Either none was sent (the key's field is blank, the variable is not set where the app runs, the app uses "
        "another entry), or it was lost on the way: in a redirect, or in a proxy that drops the Authorization header.",
        (
            "Put the key where {app} looks for it, and start the app again.",
            "Use the final address as base URL, with https://, so that nothing is redirected.",
            "On your own server, let the web server pass the Authorization header on.",
            "`llmdoctor check` sends the key and shows which of the two it is.",
        ),
    ),
    "auth.rejected:text": Text(
        "{door|The server} refuses the key",
        "A key arrived, and it is not valid there: it was mistyped, cut short, deleted or replaced, or it was issued "
        "by somebody else than the server at this base URL. The text does not show which.",
        (
            "Compare the base URL with the place that issued the key: both must be the same provider, site and plan.",
            "Sites of the same provider do not take each other's keys. Those that are easily mixed up: {names}",
            "Make a new key at {console} and use that one.",
            "With a relay, see on its page that the token exists and is switched on; and see that no older key is "
            "used: `llmdoctor check` names the place that wins.",
        ),
    ),
    "settings.missing_key:text": Text(
        "The app has no API key",
        "It found none where it looks, or the field is blank, so it sent nothing or a request without a key. A program "
        "started from the desktop, as a service or in a container does not see what was set in a terminal.",
        (
            "Put the key where {app} looks for it, then start the app again.",
            "For {door}, that is the variable {key_env}.",
            "If you have no key yet, make one at {console}",
        ),
    ),
    "proxy.ignored:text": Text(
        "The app probably goes past the proxy",
        "Other programs get out through the proxy and this one times out. Node's fetch and some apps pay no heed to "
        "HTTP_PROXY and HTTPS_PROXY, so they try to connect directly.",
        (
            "With Node 24 or newer, start the app with NODE_USE_ENV_PROXY=1.",
            "Enter the proxy in the app's own settings.",
            "Or let your proxy program carry everything (its TUN mode).",
        ),
    ),
    "tls.intercepted:text": Text(
        "Something on the way probably decrypts the connection to {host}",
        "The certificate comes from an authority that this program does not know. In a company that is mostly its "
        "inspecting proxy, at home an antivirus. With a server of your own it is the authority that signed its "
        "certificate.",
        (
            "In a company, get its root certificate from the IT staff and hand it to the app: SSL_CERT_FILE=PATH for "
            "Python, NODE_EXTRA_CA_CERTS=PATH for Node.",
            "In the antivirus, leave {host} out of the scanning of encrypted connections.",
            "If you know of nothing of the kind, send no key over this network.",
        ),
    ),
    "http.gateway_error:upstream_path": Text(
        "{host} calls {upstream|the API behind it} at the wrong address",
        "The gateway took the request and passed it on. {upstream|The API behind it} answers that it does not know the "
        "path at which the gateway called it. Most often the base URL of that provider in the gateway's settings lacks "
        "its version segment, such as /v1. Your own settings are not the cause.",
        (
            "Send the operator of {host} this message: {said}",
            "If the gateway is yours, correct the base URL of {upstream|that provider} in its settings.",
            "Until then, choose a model there that another provider serves.",
        ),
    ),
    "model.not_permitted:signin": Text(
        "{model|The model} runs in Ollama's cloud, and this Ollama is not signed in",
        "Models with -cloud or :cloud in their names do not run on this machine. Ollama passes the request on to "
        "ollama.com, with the account that it is signed in to. The app's own key plays no part in this.",
        (
            "On the machine on which Ollama runs, run `ollama signin`.",
            "Or choose a model that is installed there, such as {near}.",
            "Or choose a model without -cloud in its name (`ollama list` shows the installed ones).",
        ),
    ),
    "model.not_permitted:alone": Text(
        "Only the model {model|that was asked for} is refused at {host}",
        "With the same key and address, another model answered. So the refusal is about this model: the key's plan "
        "does not include it, the credential that the server uses for it was refused, or only this model needs a valid "
        "key.",
        (
            "Choose a model that answered just now: {near}",
            "See whether the account, plan or group of the key includes this model.",
            "If the server is yours, check the credentials with which it calls the provider of this model.",
        ),
    ),
    "model.not_permitted:function": Text(
        "{host} does not serve the model {model|that was asked for} to this account",
        "NVIDIA answers like this for a model that it has withdrawn from its hosted API, even while the model list "
        "still names it, and for one that this account may not use. Key and address are in order.",
        (
            "See at https://build.nvidia.com whether the model still has a hosted endpoint.",
            "Choose another model from the list: some of those listed work, some do not.",
            "If the model's page there shows an endpoint, make the key anew on that page.",
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
        "The model name has a space before or behind it",
        "The app sends the name exactly as it is set. {host} compares it letter by letter and finds no model with the "
        "space. Without the space, the same request was answered.",
        (
            "Set the model to `{near}`, without the space before or behind it.",
            "Look for a space that came along when the name was copied from a page or between quotes.",
        ),
    ),
    "model.no_channel:empty": Text(
        "Nothing at {host} serves the model {model|that was asked for}",
        "The server is up and took the request, but no worker and no provider that has this model is connected to it. "
        "Your key and address are not the cause.",
        (
            "If the server is yours, start the worker or load the model, and check that the model list names it.",
            "Otherwise, tell the operator of {host}.",
            "Names that come close: {near}.",
        ),
    ),
    "quota.exhausted:upstream": Text(
        "The account of {host} at {upstream|its upstream provider} has no credit left",
        "{host} took your key and passed the request on with an account of its own. That upstream account has used up "
        "its credit or quota. Topping up your own account does not help.",
        (
            "Send the operator of {host} this message: {said}",
            "If the gateway is yours, top up the account at {upstream|the provider}, or raise its limit.",
            "Until then, choose a model there that another provider serves.",
        ),
    ),
    "quota.rate_limited:upstream": Text(
        "The account of {host} at {upstream|its upstream provider} has reached a rate limit",
        "{host} took your key and passed the request on with an account of its own. That upstream account has sent too "
        "many requests, perhaps those of other users too.",
        (
            "Wait {retry_after} seconds and try again.",
            "Wait a minute and try again.",
            "If it happens often, tell the operator of {host}, or choose a model there that another provider serves.",
        ),
    ),
    "auth.upstream:alone": Text(
        "A key is refused for the model {model|that was asked for} alone, most likely the relay's own",
        "With the same key and address, another model answered. A relay uses keys of its own for the providers behind "
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
        "It is {credential|a token} of {issuer|another service}. The model API does not accept it as a key.",
        (
            "Make an API key at {console}",
            "Use an API key that was issued for {host}, not the token of a login.",
            "If the provider supports sign-in without a key (workload identity), exchange the token first: the app has "
            "to do that, with the token as its input.",
            "A login works only in the app that made it; API keys are separate and billed separately.",
        ),
    ),
    "key.wrong_kind:access_key": Text(
        "This is an access key of a cloud account, not an API key",
        "It is {credential|an access key} of {house|a cloud provider}. Such keys sign requests to the cloud's own "
        "interfaces. The model API takes an API key, which is made on another page.",
        (
            "Make an API key at {console}",
            "Make an API key on the page of the model service, and use that one alone, without an ID in front.",
            "If the access key was pasted into other apps too, replace it: it opens the whole account.",
        ),
    ),
    "key.wrong_kind:document": Text(
        "This is not an API key: it is {credential|a file with a secret}",
        "The whole text of a file or of a settings line is in the key's field. It was not sent, because it may hold a "
        "private key.",
        (
            "Make an API key at {console}",
            "Give the app the path of the file instead, where it has a setting for that, or use an API key.",
            "If an app has already sent it somewhere, replace the secret.",
        ),
    ),
    "key.wrong_region:token": Text(
        "This key is for the region {region|of another host}, and {host} is in another",
        "The key names the region in which it was made. A short-term key is valid only there.",
        (
            "To keep the key, set the base URL to {better_url}",
            "To keep the base URL, make a new key for {own_region} at {console}",
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
                "If you made the key at one of these sites, set the base URL to its address: {sites}",
                "Check on which site you log in to make keys.",
            ),
        ),
    ),
    **dict.fromkeys(
        ("key.wrong_region:own", "key.wrong_resource:own"),
        Text(
            "The key may be from another region or resource of the same provider",
            "The provider has one host for each region, resource or workspace, and a key is valid only at its own.",
            (
                "Check that the key was made for {own_region}, the region of this base URL.",
                "In the provider's console, copy the address and the key from the same page.",
            ),
        ),
    ),
    "key.wrong_plan:plans": Text(
        "This key belongs to a plan that has an address of its own",
        "Subscriptions and pay-as-you-go have separate keys and separate addresses. The plan has several sites, and "
        "nothing in the key tells which one issued it.",
        (
            "Set the base URL to the address of the site where you bought the plan: {sites}",
            "To keep the base URL, make a key of its kind at {console}",
            "In the console, check under which plan the key is listed, and copy the base URL given there.",
        ),
    ),
    "key.wrong_plan:maybe": Text(
        "The key may belong to a plan that has its own address",
        "Subscriptions, such as coding plans, and pay-as-you-go have separate addresses, and a plan pays only for "
        "requests to its own. Whether the account has a plan is not visible from here.",
        (
            "If you have the plan, set the base URL to its address: {sites}",
            "In the console, check to which plan the key belongs, and copy the base URL given there.",
        ),
    ),
    "key.wrong_plan:not_of_plan": Text(
        "This is not a key of the plan to which {host} belongs",
        "{door} accepts only the keys of the plan. This key does not begin as those do, so it may be an ordinary "
        "(pay-as-you-go) key of the same provider, which has other addresses.",
        (
            "Keys of this plan begin with {wanted|another text}: copy that one from {console|the plan's page}",
            "If it is an ordinary key of the same provider, set the base URL to the address of its site: {sites}",
        ),
    ),
    "auth.rejected:sites": Text(
        "{door} does not accept this key; it may be from another of its sites",
        "The server refused the key. The provider runs several sites with separate keys that look alike, so the key "
        "may be from another one. It may also be mistyped, deleted or replaced.",
        (
            "If you made the key at one of these sites, set the base URL to its address: {sites}",
            "If you made it for {door}, compare {key_hint} with the keys listed at {console}",
            "Otherwise make a new key at {console|the provider's console}",
        ),
    ),
    "auth.rejected:region": Text(
        "{door} does not accept this key; it may be from another region",
        "The server refused the key. {host} serves the region {own_region|in its name}, and a key may be valid only in "
        "the region in which it was made. It may also be deleted, expired or mistyped.",
        (
            "Check that the key was made for {own_region}; if not, use the base URL of its own region.",
            "Otherwise make a new key in {own_region|that region} at {console|the provider's console}",
        ),
    ),
    "auth.rejected:token": Text(
        "{door} does not accept this token",
        "The server read the token and refused it. A token is valid for a limited time and for one service, and its "
        "issuer can withdraw it.",
        (
            "Get a new token for this service: {token_command}",
            "Get a new token, in the way in which you got this one.",
            "If it is refused again, compare its audience (aud) and issuer (iss) with what the server expects.",
        ),
    ),
    "auth.expired:token": Text(
        "The token has expired",
        "It was valid until {expires|a moment in the past}. Login and access tokens are valid for minutes or hours, "
        "and waiting does not renew them.",
        (
            "Get a new token: {token_command}",
            "Get a new token, in the way in which you got this one.",
            "Let the app get its tokens itself (a token provider, a login), instead of a token pasted once.",
            "If the token is new, check the clock of this machine.",
        ),
    ),
    "auth.expired:bedrock": Text(
        "The short-term Bedrock key has expired",
        "It was valid until {expires|a moment in the past}. Short-term keys are valid for at most 12 hours.",
        (
            "Make a new key at {console}",
            "For more than 12 hours, use a long-term key, or let the app make short-term keys from AWS credentials.",
        ),
    ),
    "auth.expired:early": Text(
        "The token is not valid yet",
        "It is valid only from {expires|a later moment} on. Usually the clock of this machine, or of the one that "
        "issued the token, is wrong.",
        (
            "Check the clock of this machine, and turn on automatic time.",
            "If the clock is right, check the clock of the server that issued the token.",
        ),
    ),
}
