"""The words of each finding, in English. The slots are explained in ``diagnose/words/__init__.py``."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

# How a program comes to trust the root certificate of a company.
company_root = (
    Step(
        "python node",
        (
            "In a company, get its root certificate from the IT staff and hand it to the app: "
            "SSL_CERT_FILE=PATH for Python, NODE_EXTRA_CA_CERTS=PATH for Node."
        ),
    ),
    Step(
        "python !node",
        ("In a company, get its root certificate from the IT staff and hand it to the app: SSL_CERT_FILE=PATH."),
    ),
    Step(
        "node !python",
        ("In a company, get its root certificate from the IT staff and hand it to the app: NODE_EXTRA_CA_CERTS=PATH."),
    ),
    Step(
        "!node !python",
        (
            "In a company, get its root certificate from the IT staff and hand it to the app, or add it "
            "to the system's list."
        ),
    ),
)

TEXTS: dict[str, Text] = {
    # -- settings ------------------------------------------------------------------------------------------------------
    "settings.missing_key": Text(
        "No API key was found",
        "Almost every provider wants a key with each request, and none was found in any place looked at. An empty "
        "value counts as no key. A program started from the desktop or as a service does not see what was set in a "
        "terminal.",
        (
            "Put the key into {key_env}, in the shell or the `.env` file from which the app starts.",
            Step("local", "If the server needs no key, put any word there: the SDK does not start without one."),
            "If you have no key yet, make one at {console}",
            "Put the key where {app} looks for it, then start the app again.",
            "If the key lies in a file, name it: `llmdoctor check --key-file PATH` or `--env-file PATH`.",
        ),
    ),
    "settings.swapped": Text(
        "The key and the base URL stand in each other's place",
        "The key's field holds what looks like an address, or the address's field what looks like a key. The two "
        "fields often stand next to each other, and one paste lands in the wrong one.",
        (
            "Put the address (it begins with https://) into the base URL, and the key into the key's field.",
            "If the key has been used as an address, it may stand in logs: make a new one and delete the old.",
        ),
    ),
    "settings.wrong_variable": Text(
        "Today's SDKs do not read {variable|the variable that was set}",
        "An SDK reads variables with certain names and passes over all others without a word. The names change "
        "between generations, and old guides live on. So the value is there, and the app never sees it.",
        (
            Step(
                "protocol:openai|protocol:responses",
                "Rename it: the OpenAI SDKs read OPENAI_API_KEY and OPENAI_BASE_URL.",
            ),
            Step("protocol:anthropic", "Rename it: Anthropic's SDKs read ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL."),
            "For {door}, the key's variable is {key_env}.",
            "Start the app again from a new terminal, so that it sees the new name.",
            "Other programs may read other names: their manuals tell which.",
        ),
    ),
    "settings.conflict": Text(
        "Two places give different values for the same setting",
        "What stands in {source|one place} wins over {other_source|the other}, so the second value is never used. "
        "That is fine where it is meant, and puzzling where the second is the one that was changed last.",
        (
            "If {other_source} has the right value, delete the one in {source}.",
            "Decide which value is right and delete the other one.",
            "Start the app again from a new terminal, so that nothing old is left over.",
        ),
    ),
    "settings.project_override": Text(
        "A file in this folder would send a secret of yours to {host}",
        "{source|A file in this folder} decides where {secret|your key} goes. The file may have come with a "
        "clone or a "
        "download, and you have not agreed to it, so the secret was not sent. An app that is started in this folder "
        "sends it without asking.",
        (
            "Open {source} and check whether you know {host} and why the file names it.",
            "If you trust the file, run `llmdoctor trust` in this folder, or add --send-anyway to agree once.",
            "If you do not, start no app in this folder. If one has already run here, replace the secret.",
        ),
    ),
    # -- url -----------------------------------------------------------------------------------------------------------
    "url.invalid": Text(
        "No web address can be made of this base URL",
        "A base URL begins with http:// or https://, then come a host name and perhaps a port and a path. This value "
        'cannot be read that way, so nothing can be sent. Many SDKs say no more than "Connection error." here.',
        (
            "Set the base URL to {better_url}",
            "Copy the base URL again from the provider's manual: it looks like https://api.example.com/v1.",
            "Look for a missing host name, a port above 65535, blanks or brackets.",
        ),
    ),
    "url.scheme_missing": Text(
        "The base URL lacks https:// at its beginning",
        "Without it a program does not know how to connect. Most SDKs stop before they send anything, and say only "
        '"Connection error.".',
        (
            "Set the base URL to {better_url}",
            "Write https:// in front of it, or http:// if the server runs on this machine or in your own network.",
        ),
    ),
    "url.stray_characters": Text(
        "There are stray characters in or around the base URL",
        "The address holds something that is no part of it: "
        "{position|a blank, a quote, a comma, or a character that cannot be seen}. It came along when the "
        "address was "
        "copied. Some apps cut it off, others send it, and the server finds no such page.",
        (
            "Set the base URL to {better_url}",
            Step(
                "url_in:dotenv|url_in:compose|container",
                "In an env file for Docker, write the value without quotes: there they become part of it.",
            ),
            "Delete the value and type the address by hand, without quotes or blanks.",
        ),
    ),
    "url.plaintext": Text(
        "The key would travel to {host} without encryption",
        "The base URL begins with http://, so everyone on the way can read the key, the questions and the "
        "answers. On "
        "a public network that is as good as giving the key away. llmdoctor does not send a key like this unless it "
        "is told to.",
        (
            "Set the base URL to {better_url}",
            "Change http:// to https:// in the base URL.",
            "For one test at your own risk, add --send-anyway to the command.",
            Step(
                "owner",
                (
                    "If the server is yours and has no https, put a web server with a certificate in front of "
                    "it. If it is not, ask its operator."
                ),
            ),
        ),
    ),
    "url.host_typo": Text(
        "{host} looks like a misspelt API host",
        "The name differs by a letter or two from that of a known provider. A misspelt name leads nowhere, or to a "
        "stranger who would get your key.",
        (
            "Set the base URL to {better_url}",
            "Compare the host with the provider's manual, letter by letter.",
            "If an app has already sent the key to {host}, make a new key and delete the old one.",
        ),
    ),
    "url.not_api_host": Text(
        "{host} is made for people, the API has another address",
        "A provider keeps its web site, console and chat on one host and the API for programs on another. The base "
        "URL names the first, and no program can read what comes from there.",
        (
            "Set the base URL to {better_url}",
            'Look for "base URL" or "endpoint" in the provider\'s API manual, and use that address.',
            "`llmdoctor doors` lists the addresses of the known providers.",
        ),
    ),
    "url.host_retired": Text(
        "The service at {host} has ended",
        "The address is written correctly, but its provider has shut the service down. No key and no other setting "
        "makes it work again.",
        (
            "Set the base URL to {better_url}",
            "The provider names as its replacement: {successor}. It needs a base URL and a key of its own.",
            "Choose another provider: `llmdoctor doors` lists those in service. Then change base URL, key and model "
            "together.",
            Step("owner", "If the server is yours, tell its users where the service has moved."),
        ),
    ),
    "url.endpoint_included": Text(
        "The base URL already contains the endpoint",
        "The last part of the path, such as {ending|/chat/completions or /messages}, is added by the app "
        "itself. Here "
        "it stands in the base URL as well, so it goes out twice, and nothing lives at such a path.",
        (
            "Set the base URL to {better_url}",
            "Delete the endpoint at the end of the base URL and keep all that stands before it.",
        ),
    ),
    "url.version_missing": Text(
        "The base URL lacks its version part, such as /v1",
        "The endpoint is put right behind the base URL, and {app} adds no version to it. At {host} the API lives "
        "below a version, so the request goes to a page that is not there or is a web page.",
        (
            "Set the base URL to {better_url}",
            "Add /v1 (or the version that the manual names) to the end of the base URL.",
        ),
    ),
    "url.version_doubled": Text(
        "The {doubled|version} part of the path goes out twice",
        (
            "The base URL ends in {doubled|a version}, and {app} adds {added|one} by itself, which makes "
            "something like {twice|/v1/v1}. Base URLs for some SDKs end in the version and those for "
            "others do not, so they are easily mixed up."
        ),
        (
            "Set the base URL to {better_url}",
            "Delete {doubled|the version} at the end of the base URL.",
        ),
    ),
    "url.double_slash": Text(
        "There is a double slash in the path that goes out",
        "The base URL ends in a slash, and {app} puts one more behind it. Some servers do not mind. Others find no "
        "such page, or send the app elsewhere.",
        (
            "Set the base URL to {better_url}",
            "Delete the slash at the end of the base URL.",
        ),
    ),
    "url.path_wrong": Text(
        "The API of {host} lives under another path",
        (
            "Nothing that an app could use answers at the path of the base URL. Under another path of "
            "the same host an API did answer. Relays often keep it below a part of their own, such as "
            "/api or /openai, and some hosts serve several versions of it."
        ),
        (
            "Set the base URL to {better_url}",
            "Set the version of the API to {better_version}, in {version_variable} for instance.",
            "Look up the base URL for {protocol} in the manual of {host}, and copy it whole.",
        ),
    ),
    # -- key -----------------------------------------------------------------------------------------------------------
    "key.placeholder": Text(
        "The key is still an example value",
        "It is a stand-in out of a manual or a template, such as sk-... or your-api-key. Nobody has put a "
        "real key in "
        "its place yet.",
        (
            "Make a key at {console}",
            "Replace the value in {source} with it.",
            "Put your own key in place of the example, the whole of it, and start the app again.",
        ),
    ),
    "key.unexpanded": Text(
        "The key is the name of a variable, not its value",
        "A reference such as ${OPENAI_API_KEY} or %OPENAI_API_KEY% should have been replaced by the key. What reads "
        "this file does not do that, or the variable was not set at the time. So the reference itself goes "
        "out as the "
        "key.",
        (
            "Set the variable that it names, before the app starts.",
            "If that changes nothing, write the key itself in place of the reference.",
            "In a shell, use double quotes: within single quotes nothing is replaced.",
        ),
    ),
    "key.stray_characters": Text(
        "There are stray characters in the key",
        "The value holds something that is no part of a key: "
        "{position|a blank, a quote, a line end, or a character that cannot be seen}. It came along when the key was "
        'copied. Python\'s SDKs then often say only "Connection error.", and nothing is ever sent.',
        (
            Step(
                "key_in:dotenv|key_in:compose",
                "Delete quotes, blanks and line ends around the key. An env file for Docker takes no quotes.",
            ),
            Step("key_in:file", "If the file was written on Windows, save it with Unix line ends (LF)."),
            ("Copy the key again with the copy button of the provider's page, and paste it into an empty field."),
            Step("!key_in:dotenv !key_in:compose", "Delete quotes, blanks and line ends around the key."),
        ),
    ),
    "key.bearer_prefix": Text(
        "More than the key stands in the key's field",
        'The value begins with "Bearer" or with the name of a header or variable, as when a whole line is copied '
        "out of a manual. The app adds that part by itself, so it goes out twice.",
        ("Keep the key alone, from its own first character on (often sk-), and delete all that stands before it.",),
    ),
    "key.several": Text(
        "Several keys stand in one value",
        "Some apps take a list of keys and use them in turn. Most SDKs send the whole value as one single "
        "key, and no "
        "server knows that one.",
        (
            "Keep one key and delete the others.",
            "To use several, give each one its own place in an app that is made for it.",
        ),
    ),
    "key.masked": Text(
        "The key was copied in its hidden form",
        "Dots or stars stand where most of the key should be. Providers show a key in full only once, when it is "
        "made. After that their pages show its ends alone.",
        (
            "Make a new key at {console} and copy it at once.",
            "Take the full key from where you kept it, or make a new one.",
        ),
    ),
    "key.truncated": Text(
        "The key is incomplete or too long",
        "It begins like a key of {key_door|a known provider}, but no such key looks like this one. Part of it was lost "
        "when it was copied, or something was added.",
        (
            (
                "It has {key_length} characters now. Copy it again with the copy button: a double click often stops "
                "at "
                "a hyphen."
            ),
            "Copy the key again as a whole, and paste it into an empty field.",
            "If its page no longer shows it in full, make a new one at {console}",
        ),
    ),
    "key.wrong_kind": Text(
        "This credential is not a key for calling models",
        "It is {credential|an admin key, a login token, an ID or a secret for another purpose}. The model API does not "
        "accept it.",
        (
            "Make an API key at {console}",
            Step(
                "key:oauth|key:session",
                (
                    "The login of a subscription works in its maker's own apps only: an API key is made apart "
                    "from it, and billed apart."
                ),
            ),
            "On the provider's page for API keys, make a key and use that one.",
        ),
    ),
    "key.wrong_audience": Text(
        "This token was made for another service",
        "A token names the service for which it was made (aud) and who issued it (iss). This one is for "
        "{audience|another service}, and {door} does not accept it, however long it is valid.",
        (
            "Get a new token for this service: {token_command}",
            "Get a new token, and ask for the audience or scope that the manual of {door} names.",
            "Or use an API key instead: {console}",
        ),
    ),
    "key.official_elsewhere": Text(
        "A key of {key_door|an official provider} is given to {host}",
        "That host is not known to belong to the provider of the key. A relay normally hands out keys of its "
        "own, and "
        "with an official one its operator can use your account. It is fine if the server is yours, or one that you "
        "trust with the key.",
        (
            "Use the key that {host} gave you.",
            "If you do not trust {host}, make a new key at the provider and delete this one.",
            "If you meant to call the provider itself, take the base URL out of the settings.",
        ),
    ),
    "key.wrong_door": Text(
        "This key belongs to {key_door|another provider}, not to {door|this one}",
        "Each provider knows only the keys that it made itself. A key at another's door is like your house "
        "key at the "
        "neighbour's: nothing is broken, it just does not open. The key and the base URL have to come from the same "
        "provider.",
        (
            "To keep the key, set the base URL to {better_url}",
            "To keep the base URL, make a key for {door} at {console}",
            "Take both, the key and the base URL, from one and the same provider.",
        ),
    ),
    "key.wrong_region": Text(
        "This key is from another region or site of the same provider",
        "Some providers run separate sites, one for mainland China and one for the rest of the world, for instance. "
        "Each has its own accounts and keys, and does not know those of the other.",
        (
            "To keep the key, set the base URL to {better_url}",
            "To keep the base URL, make a key at {console}",
            "See at which site you log in to make keys, and take the base URL from the manual of that site.",
        ),
    ),
    "key.wrong_plan": Text(
        "This key belongs to a plan that has an address of its own",
        "Subscriptions, such as coding plans, and pay-as-you-go have separate keys and separate addresses. The key "
        "may be quite good. At the other address it is refused, or seems to have no balance.",
        (
            "To keep the key, set the base URL to {better_url}",
            "To keep the base URL, make a key of its kind at {console}",
            "In the console, see under which plan the key stands, and copy the base URL given there.",
        ),
    ),
    "key.wrong_resource": Text(
        "This key belongs to another resource of the same provider",
        (
            "Some providers tie a key to one resource, workspace or product that has a host of its own. "
            "At another one the key is unknown."
        ),
        (
            "To keep the key, set the base URL to {better_url}",
            "Open the resource in the provider's console, and copy both address and key from that one page.",
        ),
    ),
    # -- proxy ---------------------------------------------------------------------------------------------------------
    "proxy.invalid": Text(
        "The proxy setting cannot be used as it stands",
        "A proxy setting looks like http://127.0.0.1:7890, with scheme, host and port. What stands in "
        "{source|the proxy setting} does not, or names a port that speaks something else. The app gives up before it "
        "gets to {host}.",
        (
            "Set the proxy to {better_proxy}",
            Step(
                "proxy_problem:api_address|proxy_problem:own_address",
                (
                    "Delete it from {source|the proxy setting}: the address of an API or a relay belongs in the "
                    "base URL."
                ),
            ),
            Step(
                "!proxy_problem:api_address !proxy_problem:own_address",
                (
                    "Write it as http://HOST:PORT, or socks5://HOST:PORT for a SOCKS port. HTTPS_PROXY, too, "
                    "nearly always begins with http://."
                ),
            ),
            Step(
                "!proxy_problem:api_address !proxy_problem:own_address",
                "Special characters of its password stand as codes: @ is %40, : is %3A, # is %23.",
            ),
        ),
    ),
    "proxy.ignored": Text(
        "The app does not use the proxy that this check used",
        (
            "The app pays no heed to HTTP_PROXY and HTTPS_PROXY. This check went through {proxy|the "
            "proxy}, the app goes straight out. So the one can work while the other fails."
        ),
        (
            Step("node !python", "With Node 24 or newer, start the app with NODE_USE_ENV_PROXY=1."),
            "Enter the proxy in the app's own settings.",
            "Or let your proxy program carry everything (its TUN mode).",
        ),
    ),
    "proxy.unreachable": Text(
        "Nothing answers at the proxy {proxy|that is set}",
        (
            "All requests are to go through it, so none gets out, and {host} may be perfectly well. Most "
            "often the proxy program is not running or has another port."
        ),
        (
            "Start the proxy program, and compare its port with {source|the proxy setting}.",
            "If you need no proxy, delete HTTP_PROXY, HTTPS_PROXY and ALL_PROXY and start the app again.",
        ),
    ),
    "proxy.auth_required": Text(
        "The proxy wants a user name and a password",
        "The proxy between this machine and the internet lets only known users through, and stopped the request "
        "before it went out. The API key plays no part in this.",
        (
            (
                "Write them into the proxy setting: http://USER:PASSWORD@HOST:PORT, with special characters "
                "as codes (@ is %40)."
            ),
            (
                "Ask your IT staff for them. If they say NTLM or Kerberos, run a local helper that signs in "
                "to such proxies, and use that as the proxy."
            ),
        ),
    ),
    "proxy.socks_unsupported": Text(
        "The app lacks what it needs to use a SOCKS proxy",
        "A SOCKS proxy is set in {source|the proxy settings}, and clients in Python need one more package for it. "
        "Without it they stop as they start, whichever host is called, those in NO_PROXY too. This check brings its "
        "own.",
        (
            Step(
                "python",
                (
                    'In the app\'s own Python environment (not in another): `pip install "httpx[socks]"`. '
                    "Programs on requests need `pip install pysocks`."
                ),
            ),
            (
                "Or delete {source|ALL_PROXY} and set HTTPS_PROXY=http://HOST:PORT to the HTTP port of the "
                "same proxy program."
            ),
        ),
    ),
    "proxy.refused": Text(
        "The proxy will not connect to {host}",
        "The proxy was reached and said no: by a rule of the company, of a sandbox or of the proxy program. Nothing "
        "has come to the API, and the key plays no part in this.",
        (
            "Ask whoever runs the proxy to allow {host}, port {port|443}.",
            "With a proxy program of your own, look for {host} in its rules and its log, or choose another node.",
            "If this machine may go out directly, add {host} to NO_PROXY.",
        ),
    ),
    "proxy.captures_local": Text(
        "A local request, to {host|a server of your own}, goes through the proxy",
        "A proxy cannot see the servers of this machine or network as you see them, so it answers with an error or "
        "not at all. NO_PROXY lists the hosts that go around the proxy, and this one is not in it.",
        (
            "Add {host} to NO_PROXY (and to no_proxy), beside localhost and 127.0.0.1, and start the app again.",
            "In a proxy program, add {host} to the list of addresses that it leaves alone.",
        ),
    ),
    # -- dns -----------------------------------------------------------------------------------------------------------
    "dns.not_found": Text(
        "There is no host with the name {host|in the base URL}",
        "Before it connects, a program asks the name service for the address behind a name. The answer was that this "
        "name does not exist. It is misspelt, was given up, or is known only inside some other network.",
        (
            "Set the base URL to {better_url}",
            "Compare the host in the base URL with the manual, letter by letter.",
            "If it is a name of your company, connect to its network or VPN first.",
        ),
    ),
    "dns.failed": Text(
        "The name {host|in the base URL} could not be looked up",
        "The name service gave no usable answer, so it is not known whether the name exists. Mostly this machine is "
        "offline, or its name server cannot be reached.",
        (
            Step(
                "container", "In a container, restart the container engine, or start the container with --dns 1.1.1.1."
            ),
            "See whether a web page opens on this machine. If none does, repair the network first.",
            "Restart the VPN or proxy program, or set another name server, such as 1.1.1.1 or 223.5.5.5.",
        ),
    ),
    "dns.bogus_answer": Text(
        "The name {host|in the base URL} leads to an address that cannot be right",
        "The name service answered with {address|an address} that is private, is this machine's own, or is somebody "
        "else's. A filter, an ad blocker, the hosts file or a false answer on the way stands in for the real one.",
        (
            (
                "Look for {host} in the hosts file (/etc/hosts, on Windows "
                "C:\\Windows\\System32\\drivers\\etc\\hosts) "
                "and delete that line."
            ),
            "Set another name server or switch on encrypted DNS, then restart the app.",
            "Switch off the ad blocker or filter for a try.",
        ),
    ),
    "dns.fake_ip": Text(
        "The name {host|in the base URL} leads to a stand-in address of a proxy program",
        (
            "Proxy programs in TUN mode hand out addresses from 198.18.0.0/15 and carry the connection "
            "themselves. That is how they work, and no fault. Only when the program was stopped or "
            "restarted does nothing answer there."
        ),
        (
            "While everything works, there is nothing to do.",
            "If nothing answers, restart the proxy program, then the app.",
            "If an app takes the address for a private one, add {host} to the fake-ip-filter of the proxy program.",
        ),
    ),
    # -- tcp -----------------------------------------------------------------------------------------------------------
    "tcp.refused": Text(
        "{host} turns the connection away: nothing listens on that port",
        (
            "The machine is there and said at once that no program waits on this port. The server is not "
            "started, uses another port, or listens for its own machine only."
        ),
        (
            Step("provider", "Compare host and port with the provider's manual: its API answers on port 443."),
            Step("provider", "Try from another network, or without VPN and proxy."),
            Step(
                "!provider",
                "Start the server, and compare the port that it prints with {port|the one in the base URL}.",
            ),
            Step(
                "owner door:ollama|protocol:ollama",
                (
                    "If the server is yours: let it listen on 0.0.0.0, if other machines or containers are to "
                    "reach it: OLLAMA_HOST=0.0.0.0."
                ),
            ),
            Step(
                "owner !door:ollama !protocol:ollama",
                ("If the server is yours: let it listen on 0.0.0.0, if other machines or containers are to reach it."),
            ),
        ),
    ),
    "tcp.timeout": Text(
        "{host} does not react to attempts to connect",
        "Neither yes nor no comes back. A firewall swallows the attempt, this network does not let it "
        "through, or the "
        "machine is off.",
        (
            "See whether other web pages open. If so, try again through a proxy or from another network.",
            Step("owner", "If the server is yours, open its port in the firewall and in the cloud's security group."),
            Step("owner", "If the server is yours, see whether it still has the address {address}."),
        ),
    ),
    "tcp.unreachable": Text(
        "There is no way from here to {host}",
        "This machine, or a router on the way, knows no path to that address. The network is down, a VPN is needed, "
        "or the system does not let this app into the local network.",
        (
            Step(
                "local",
                ("On macOS, allow the app or terminal under System Settings, Privacy & Security, Local Network."),
            ),
            "See whether this machine is online, and connect to the VPN if the host needs it.",
            Step("owner", "If the server is yours, see whether its address has changed."),
        ),
    ),
    "tcp.reset": Text(
        "The connection to {host} is cut as soon as it opens",
        "Something picks up and hangs up at once, before encryption begins. It may be a firewall, a server that "
        "admits only listed addresses, or a proxy program that lost its way.",
        (
            "Restart the VPN or proxy program, or try without it.",
            "Try from another network. If it works there, ask whoever runs this one.",
            Step("owner", "If the server is yours, look at its list of allowed addresses and at its log."),
        ),
    ),
    "tcp.ipv6_broken": Text(
        "Connections over IPv6 fail, over IPv4 they work",
        "This host has addresses of both kinds. An app that tries IPv6 first has to wait for it to fail, and some "
        "never switch over. The reason is mostly this network or its VPN.",
        (
            Step("node", "For Node, set NODE_OPTIONS=--dns-result-order=ipv4first."),
            Step("local", "If the base URL says localhost, write 127.0.0.1 instead."),
            "Switch IPv6 off on this machine or in the VPN, or have the network repaired.",
        ),
    ),
    # -- tls -----------------------------------------------------------------------------------------------------------
    "tls.not_tls": Text(
        "{host} does not speak https on this port",
        (
            "The base URL begins with https://, but plain http came back. A server on one's own machine "
            "or network speaks http as long as nobody gives it a certificate."
        ),
        (
            "Set the base URL to {better_url}",
            Step("!provider", "If the server is on this machine or in your own network, change https:// to http://."),
            Step("public", "Use the port that has https, mostly 443, or ask the server's operator for it."),
        ),
    ),
    "tls.needed": Text(
        "{host} expects https on this port",
        "The base URL begins with http://, but on this port only encrypted connections are understood.",
        (
            "Set the base URL to {better_url}",
            "Change http:// to https:// in the base URL.",
        ),
    ),
    "tls.expired": Text(
        "The certificate of {host} has expired",
        "A certificate is a server's identity card, and it carries a date of expiry. This one ended on "
        "{not_after|a day that is past}, so apps no longer trust the server. Only its operator can renew it.",
        (
            "See that date and time of this machine are right.",
            Step("public", "Tell the operator of {host} that the certificate has to be renewed."),
            "Do not switch the check off: then anyone on the way could read the key.",
            Step("owner", "If the server is yours, renew the certificate and reload the web server."),
        ),
    ),
    "tls.not_yet_valid": Text(
        "The certificate of {host} is dated in the future",
        "By the clock of this machine, its first day has yet to come. Mostly the clock is behind. Now and then the "
        "certificate was made on a machine whose clock is ahead.",
        (
            "Set date, time and time zone of this machine, best automatically from the internet.",
            "If they are right, tell the operator of {host}.",
        ),
    ),
    "tls.hostname_mismatch": Text(
        "The certificate shown is not one for {host}",
        "The server shows the identity card of somebody else ({names|with other names on it}), so an app cannot know "
        "whether it talks to the right one. That happens with an IP address in the base URL, with a server set up "
        "wrongly, or when the name leads to a false address.",
        (
            "If it is the same server, use one of these names in the base URL: {names}.",
            "If the names on it are those of a stranger, set another name server or try another network.",
            Step("owner", "If the server is yours, get a certificate that names {host}."),
        ),
    ),
    "tls.self_signed": Text(
        "{host} shows a certificate that it signed itself",
        "Nobody whom your apps know vouches for it, so they refuse it. That is common with servers of one's own, and "
        "a bad sign with a public service.",
        (
            Step("provider", "Send no key: this is not how {door} signs its certificates. Try from another network."),
            Step("relay", "Send no key, and ask the operator of {host} for a certificate from a public authority."),
            Step(
                "python node owner",
                (
                    "If the server is yours, hand its certificate to the app: SSL_CERT_FILE=PATH for Python, "
                    "NODE_EXTRA_CA_CERTS=PATH for Node."
                ),
            ),
            Step("python !node owner", "If the server is yours, hand its certificate to the app: SSL_CERT_FILE=PATH."),
            Step(
                "node !python owner",
                "If the server is yours, hand its certificate to the app: NODE_EXTRA_CA_CERTS=PATH.",
            ),
            Step(
                "!node !python owner",
                "If the server is yours, hand its certificate to the app, or add it to the system's list.",
            ),
            Step(
                "owner",
                (
                    "Better still, if the server is yours: get it a certificate from a public authority such as "
                    "Let's Encrypt."
                ),
            ),
        ),
    ),
    "tls.clock_wrong": Text(
        "The clock of this machine is wrong",
        "Certificates hold between two dates. With this clock, sound ones seem to have ended or not to have begun, "
        "and every https connection fails.",
        (
            "Set date, time and time zone, best automatically from the internet.",
            "In WSL or a virtual machine, restart it (`wsl --shutdown`): its clock stops while the computer sleeps.",
        ),
    ),
    "tls.untrusted_issuer": Text(
        "The issuer of the certificate of {host} is not known here",
        "It was issued by {issuer|an authority} that is not in the list of those whom the client trusts. "
        "Mostly it is "
        "an authority of a company's own, or the list is old.",
        (
            *company_root,
            Step("node", "If the browser is content, let Node use the system's list: NODE_USE_SYSTEM_CA=1."),
            Step("python", "Update the list: `pip install -U certifi`, or the updates of the system."),
            Step("!python", "Update the list of authorities with the updates of the system."),
        ),
    ),
    "tls.intercepted": Text(
        "Something on the way opens the encrypted connection to {host}",
        "In place of the host's own certificate there came one of {issuer|another issuer}. Company proxies, "
        "antivirus "
        "and debugging programs do that to read along. Apps that do not know that issuer refuse, and whoever reads "
        "along sees the key too.",
        (
            *company_root,
            "In the antivirus, leave {host} out of the scanning of encrypted connections.",
            "If you know of nothing of the kind, send no key over this network.",
        ),
    ),
    "tls.incomplete_chain": Text(
        "{host} does not send its whole chain of certificates",
        "Between a server's certificate and a known authority stands another one, which the server has to "
        "send along. "
        "Here it is missing. Browsers fetch it by themselves, most other programs do not, so the page opens and the "
        "app fails.",
        (
            Step("public", "Tell the operator of {host} that the intermediate certificate is missing."),
            Step(
                "owner",
                ("If the server is yours, install the full chain (fullchain.pem) in place of the single certificate."),
            ),
        ),
    ),
    "tls.handshake_failed": Text(
        "This machine and {host} cannot agree on how to encrypt",
        "They have no version or method of encryption in common. One of the two is very old, or a device in between "
        "meddles.",
        (
            "Update the app and the TLS library that it uses.",
            "Try without VPN and proxy, or from another network.",
            Step(
                "owner",
                (
                    "If the server is yours, allow TLS 1.2 and 1.3, and let a reverse proxy send the host's name "
                    "on (SNI)."
                ),
            ),
        ),
    ),
    "tls.reset": Text(
        "The connection to {host} is cut while encryption is set up",
        "It opens, and is cut as soon as the app names the host it wants. A filter on the way does that by the name. "
        "Some old network devices also stumble over the long first message of new programs.",
        (
            "Try through a proxy or from another network.",
            "In a company, ask the IT staff whether {host} is blocked.",
            "With a domain of your own that is being filtered, try another one.",
        ),
    ),
    "tls.client_certificate": Text(
        "{host} wants a certificate from the client (mutual TLS)",
        "The server, or a gateway in front of it, admits only programs that present a certificate of their own. The "
        "official SDKs and most apps present none unless you configure one. The API has not seen the key yet.",
        (
            "Ask the operator of {host} for an address that needs only a key, or for a client certificate and its key.",
            Step(
                "python",
                (
                    "With a certificate, give it to the app's HTTP client: in Python `openai.OpenAI(http_client="
                    "httpx.Client(cert=(CERT, KEY)))`. Few apps have a setting for it."
                ),
            ),
            Step(
                "owner via:nginx",
                "If the server is yours, do not require it for the API path (nginx: `ssl_verify_client off`).",
            ),
            Step("owner !via:nginx", "If the server is yours, do not require it for the API path."),
        ),
    ),
    "tls.strict": Text(
        "Python 3.13 and newer may refuse the certificate chain of {host}",
        "The chain is accepted here, but not by a strict check (RFC 5280), which Python does by default since 3.13: "
        "{detail|a required extension is missing}. Requests, aiohttp, older SDKs, and the official SDKs with "
        "SSL_CERT_FILE then stop with CERTIFICATE_VERIFY_FAILED.",
        (
            "Have the CA certificate of {host} issued again, with the extension that is missing.",
            (
                "With openssl, a CA needs `basicConstraints=critical,CA:true`, `keyUsage=critical,keyCertSign,cRLSign` "
                "and `subjectKeyIdentifier=hash`."
            ),
            "Until then, run the app with Python 3.12, or clear ssl.VERIFY_X509_STRICT in its SSL context.",
        ),
    ),
    "tls.expires_soon": Text(
        "The certificate of {host} ends in {days|a few} days",
        "All is well today. From {not_after|that day} on, apps will refuse to connect unless it is renewed. Renewal "
        "is mostly automatic and done weeks ahead, so here it may have stopped.",
        (
            Step("public", "Tell the operator of {host}."),
            Step(
                "owner",
                ("If the server is yours, renew the certificate now, and see why that did not happen by itself."),
            ),
        ),
    ),
    # -- http ----------------------------------------------------------------------------------------------------------
    "http.timeout": Text(
        "{host} took the connection but did not answer in time",
        "The server, or one behind it, is busy, stuck, or still loading the model.",
        (
            "Give it more time: run the check with --timeout 60.",
            Step("provider", "See whether the provider's status page tells of a disturbance."),
            Step("relay", "Ask the operator of {host} whether the server is up."),
            Step(
                "owner",
                ("If the server is yours, look at its log and memory: the first request often has to load the model."),
            ),
        ),
    ),
    "http.closed": Text(
        "{host} hung up before its answer was complete",
        "The connection stood, then the other side closed it. The program there may have crashed, or a gateway or "
        "proxy in between gave up.",
        (
            "Try again: once is no pattern.",
            "Try without VPN and proxy.",
            Step("owner", "If the server is yours, look at its log and memory at that moment."),
        ),
    ),
    "http.not_http": Text(
        "What answers at {host} is not a web server",
        "Something picks up on this port but speaks no HTTP. It may be a database, a SOCKS proxy or some other "
        "service.",
        ("Compare the port in the base URL with the one that the API server prints as it starts.",),
    ),
    "http.redirected": Text(
        "{host} sends the request on to another address",
        "On the way there a question often turns into a mere page view, or loses its key, or takes the key to a "
        'stranger. The app then says "not found" or "no key", and nothing of the redirect.',
        (
            "Set the base URL to {better_url}",
            "If you know and trust {location}, use that host in the base URL.",
            "Write the base URL with https://, with the exact host name, and without a slash at the end.",
        ),
    ),
    "http.blocked": Text(
        "A firewall in front of {host} turns this client away",
        "The answer comes not from the API but from a bot check or web firewall. It goes by the sender's "
        "address, the "
        "country or the look of the client, and has not looked at the key.",
        (
            Step("via:cloudflare", "Send the operator of {host} the text of the block page with its number (Ray ID)."),
            "Try from another network, or without the VPN or proxy.",
            Step("!via:cloudflare", "Send the operator of {host} the text of the block page with its number."),
            Step("owner", "If the server is yours, let its API paths pass without bot checks."),
        ),
    ),
    "http.front_auth": Text(
        "Something in front of the API wants a login of its own",
        "A password prompt, a single sign-on or an access gateway stands before the API and wants to be satisfied "
        "first. The API has not seen the key yet.",
        (
            ("Ask the operator of {host} for the address that is meant for programs, or for a token for the gateway."),
            "If it is your company's server, connect to its VPN first.",
            Step("owner", "If the server is yours, take the API path out of the login."),
        ),
    ),
    "http.header_rejected": Text(
        "{host} objects to a header of the request",
        (
            "Beside the question, an app sends notes on itself, the headers. The server does not know "
            "one of them or misses one: {parameter|its own message says which}."
        ),
        (
            Step("app:claude-code", "Set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1 for Claude Code."),
            Step(
                "protocol:ollama|door:ollama",
                ("If you reach Ollama through a tunnel, let the tunnel send localhost:11434 as the Host header."),
            ),
            "Update the app.",
            Step("public", "Ask the operator of {host} which headers the server takes."),
            Step("owner", "If the server is yours, update it, or let it take the header."),
        ),
    ),
    "http.body_encoding": Text(
        "The server cannot read the compressed request",
        "{app} compresses the body of its requests, and {host} tries to read the compressed bytes as JSON. The first "
        "byte is already wrong: zstd begins with “(”, gzip with 0x1f. Key, model and address may all be right.",
        (
            "For Codex, switch compression off: `codex -c features.enable_request_compression=false`, or the same line "
            "under [features] in config.toml.",
            "In another app, look for an option that compresses requests, and switch it off.",
            (
                "For the owner of the server: update the relay, or let it decode Content-Encoding zstd and gzip "
                "before it parses JSON."
            ),
        ),
    ),
    "http.too_large": Text(
        "The request is larger than {host} takes",
        "The server, or a gateway before it, has a limit on size. Short questions pass, and long ones are refused or "
        "cut off.",
        (
            "Send less: a shorter conversation, fewer or smaller files and pictures.",
            Step("owner via:nginx", "If the server is yours, raise client_max_body_size in nginx."),
            Step(
                "owner !via:nginx",
                (
                    "If the server is yours, raise its limit on the size of a request, and that of the gateway "
                    "before it."
                ),
            ),
        ),
    ),
    "http.gateway_error": Text(
        "The gateway at {host} gets no good answer from the API behind it",
        (
            "What answered is a gateway between the app and the API. It is up, but the API behind it is "
            "down, slow or out of its reach. Your key has nothing to do with it."
        ),
        (
            "Wait some minutes and try again.",
            Step("provider", "See the provider's status page."),
            Step("relay", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours, see that the program behind the gateway runs, and that its address "
                    "and port are right."
                ),
            ),
        ),
    ),
    "http.server_error": Text(
        "The API of {host} has a fault of its own",
        "It took the request and failed while working on it. With a large provider that passes by itself. With a "
        "server of one's own, its log tells why.",
        (
            Step("relay", "Tell the operator of {host} what the server said: {said}"),
            "Try again in a minute.",
            "Try another model: often only one is affected.",
            Step("provider", "If it stays, see the provider's status page."),
            Step("owner", "If the server is yours, its log tells why."),
        ),
    ),
    # -- shape ---------------------------------------------------------------------------------------------------------
    "shape.web_page": Text(
        "A web page answers here instead of the API",
        "The server says that all is well, but sends a page for people. The base URL names the site, or the front "
        "page of a relay. SDKs then fail in odd ways, as with \"'str' object has no attribute 'choices'\".",
        (
            "Set the base URL to {better_url}",
            "Look up the base URL in the manual of {host}: mostly it ends in /v1.",
            Step(
                "owner", "If the server is yours, see that you use the port of the API and not that of its web pages."
            ),
        ),
    ),
    "shape.not_llm_api": Text(
        "No LLM API was found at {host}",
        "The server answers, but none of the usual paths looks like such an API. The host, the port or the path is "
        "that of something else.",
        (
            "Set the base URL to {better_url}",
            "Compare host, port and path with the manual, or ask the operator for the exact base URL.",
        ),
    ),
    "shape.wrong_protocol": Text(
        "{host} speaks {other_protocol|another protocol} here, not {protocol|the one chosen}",
        ("LLM APIs come in several protocols. The app speaks one, and at this address another is spoken."),
        (
            "In the app, choose {other_protocol} as the kind of provider.",
            "Or set the base URL to {better_url}",
            (
                "See in the manual whether {protocol} has an address of its own there, and which protocols the app "
                "can "
                "speak."
            ),
        ),
    ),
    "shape.error_as_success": Text(
        "{host} reports success, but its answer is an error",
        "The answer is marked as good, and an error message stands inside. SDKs take it for the model's answer and "
        "then fail somewhere else. The true reason is that message.",
        (
            "The server said: {said}",
            'Let the message be explained: `llmdoctor explain "TEXT"`.',
            Step("owner", "If the server is yours, let it mark its errors as errors."),
        ),
    ),
    "shape.malformed_answer": Text(
        "The answer of {host} lacks what an SDK reads",
        "It is an answer in JSON, but without the field in which an SDK looks for the text. A relay changed "
        "it on the "
        "way, or it follows another protocol.",
        (
            "See that the protocol chosen in the app is the one that the server speaks.",
            "Try another model: often only one is affected.",
            Step("public", "Ask the operator of {host}."),
            Step("owner", "If the server is yours, update it."),
        ),
    ),
    # -- auth ----------------------------------------------------------------------------------------------------------
    "auth.rejected": Text(
        "{door} does not accept this key",
        "The server read the key and refused it. It was mistyped, deleted or replaced, or is not a key of this server.",
        (
            Step("public", "Compare {key_hint} with the keys listed at {console}"),
            "The key in use came from {key_source}: see that it is the one you mean.",
            Step("public", "Make a new key at {console} and use that one."),
            Step("relay", "On the relay's page, see that this token exists and is switched on, or make a new one."),
            "Copy the key again from where you keep it.",
            Step("owner local", "If the server is yours, compare the key with the one in its settings."),
        ),
    ),
    "auth.header_style": Text(
        "The key works, but in another header than the app uses",
        'A key can travel as "Authorization: Bearer", as "x-api-key" or in other ways. Not every server looks in '
        "all of these places, and {host} does not look where {app} puts it.",
        (
            "Let the app send it as {better_auth}.",
            Step(
                "app:claude-code",
                (
                    "In Claude Code, {claude_token} travels as Bearer and ANTHROPIC_API_KEY as x-api-key: use "
                    "the other one."
                ),
            ),
            "In the app, choose the kind of provider that fits the server, or update the app.",
            Step("owner", "If the server is yours, let it accept both."),
        ),
    ),
    "auth.header_lost": Text(
        "The key was sent, but the server says that none came",
        "Something on the way drops it, such as a redirect or a web server that keeps the header to itself. Some "
        "servers also say so when they cannot read the key's form.",
        (
            "Try the other header: {better_auth}.",
            "Use the final address as base URL, with https://, so that nothing is redirected.",
            "Copy the key again as a whole.",
            Step("owner", "If the server is yours, let its web server pass the Authorization header on."),
        ),
    ),
    "auth.expired": Text(
        "This key is no longer in force",
        "The server knows the key and says that it has expired, was switched off or suspended, or was found in "
        "public. It will not come back by waiting.",
        (
            Step(
                "said:suspended",
                (
                    "Write to the provider's support: the account or project is suspended, and a new key of it "
                    "will not work either."
                ),
            ),
            Step(
                "said:leaked",
                "See in the console what the key was used for, and find the place where it was published.",
            ),
            Step("!said:suspended", "Make a new key at {console}"),
            Step("!said:suspended", "Put a new key in every place that used this one, and delete this one."),
            Step("!said:suspended", "If the account itself is suspended, write to the provider's support."),
        ),
    ),
    "auth.not_permitted": Text(
        "The key is known, but may not do this",
        "A key can be limited to certain permissions, projects or kinds of requests. What the app asks for is not "
        "among them.",
        (
            "The server said: {said}",
            Step(
                "door:github-models",
                "In a GitHub Actions workflow, add `models: read` to `permissions:`; a personal token needs it too.",
            ),
            Step(
                "!said:ask door:gemini|door:vertex", "In the project of the key, switch on the Generative Language API."
            ),
            Step("!said:ask", "Open {console} and give the key the missing permission."),
            Step(
                "!said:ask", "Make a key without limits, or let the owner of the account allow model requests for it."
            ),
        ),
    ),
    "auth.ip_not_allowed": Text(
        "The key may not be used from this network address",
        "The key or account has a list of addresses from which it may be used, and this one is not in it. A VPN, a "
        "proxy or a new internet connection changes the address.",
        (
            "Add the public address of this machine to the list of the key or account.",
            "If only some network is allowed, go out through it, or switch off the VPN or proxy.",
        ),
    ),
    "auth.upstream": Text(
        "The relay took your key, but its own key was refused",
        "A relay passes requests on to the provider with a key of its own. That key was refused, not yours. Only the "
        "relay's operator can mend this.",
        (
            "Send the operator of {host} this message, with the time and the model: {said}",
            "Try another model or group there until it is repaired.",
            Step("owner", "If the relay is yours, replace the key of that channel."),
        ),
    ),
    # -- access --------------------------------------------------------------------------------------------------------
    "access.region_blocked": Text(
        "{door} does not serve the place from which this request came",
        "Providers go by the network address at which a request comes out, the same for every key. With a VPN, a "
        "proxy or a server abroad, that is the place where those stand.",
        (
            (
                "See in which country your connection comes out, and whether the provider's list of supported places "
                "names it."
            ),
            "See that the app goes through the same VPN or proxy as your browser.",
            "Or use a provider that serves your place.",
        ),
    ),
    "access.client_refused": Text(
        "{host} admits only certain client programs",
        "This plan or relay is made for named programs, mostly coding tools. Others are turned away although the key "
        "is good.",
        (
            "Use this key in one of the programs that the plan names.",
            "For this app, take a pay-as-you-go key and its general address.",
            "Do not let the app pose as another one: that can cost you the account.",
        ),
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    "model.not_found": Text(
        "{host} has no model by the name {model|that was asked for}",
        "A model's name has to fit to the letter, with capitals, prefix and version. It may have been retired or not "
        "installed, or the name is only the one shown on web pages.",
        (
            "Names that come close: {near}.",
            Step("protocol:ollama|door:ollama", "Fetch it first: `ollama pull NAME`."),
            Step(
                "protocol:azure|door:azure",
                "The model is the name of your deployment here: copy it from the list of deployments.",
            ),
            Step(
                "door:vertex|door:bedrock",
                "Not every location has every model: see in the provider's list where this one is served.",
            ),
            "The model list there names: {listed}.",
            "Take a name from the model list of {host}, and copy it exactly.",
        ),
    ),
    "model.not_permitted": Text(
        "This key may not use the model {model|that was asked for}",
        "The model exists, but the account, project, plan or token does not include it.",
        (
            "Choose a model that the key may use, such as {near}.",
            Step("!said:ask", "Open {console} and allow the model for the key or project."),
            Step("relay", "On the relay's page, look at the token's own list of models."),
            "Choose another model, or ask the account's owner to open this one.",
        ),
    ),
    "model.no_channel": Text(
        "The relay has no supply for the model {model|that was asked for}",
        "Address and key are in order. The relay looked for a provider that has this model for the key's group, and "
        "has none at present.",
        (
            "Names that come close: {near}.",
            "See on the relay's page which group has the model, and put the token into that group.",
            "Choose another model, or ask the operator of {host}.",
        ),
    ),
    "model.wrong_endpoint": Text(
        "The model {model|that was asked for} is not made for this endpoint",
        "Some models only compute embeddings, pictures or speech, and some answer only under another endpoint, such "
        "as /responses. Asked here, they refuse.",
        (
            "It is served under {endpoint}: choose that kind of API in the app.",
            "For chat, choose a model such as {near}.",
            "Choose a chat model, or the kind of API in the app that fits the model.",
        ),
    ),
    "model.parameter_rejected": Text(
        "The model does not take something that the app sends",
        "The address, the key and the model are in order. The model refuses one part of the request: "
        "{parameter|max_tokens, temperature, tools and pictures are the usual ones}.",
        (
            "In the app, switch off or reset {parameter}.",
            "Update the app: newer versions know what the newer models want.",
            "Choose another model, or switch off tools and pictures for this one.",
        ),
    ),
    "model.substituted": Text(
        "Another model answered than the one asked for",
        "The answer bears another name than {model|the one asked for}. Relays can map one name to another, "
        "so you may "
        "get, and pay for, something else.",
        (
            "If it is only another name of the same model, all is well.",
            "Ask the operator of {host} what stands behind the name, or choose the exact name from the model list.",
        ),
    ),
    # -- quota ---------------------------------------------------------------------------------------------------------
    "quota.exhausted": Text(
        "The key works, but there is no balance left",
        "The account, the relay's user or the key itself has no credit left, or less than is set aside for the "
        "longest answer. A subscription to a chat app is no credit for the API. Waiting does not help.",
        (
            Step(
                "plan",
                "If the key belongs to a subscription plan, set the base URL to that plan's own: {plan_url}",
            ),
            "Top up, or raise the limit, in the provider's console: {console}",
            "See balance and limits of the account and of this very key, then top up or raise them.",
            "If little is left, let the app ask for shorter answers (a smaller max_tokens).",
        ),
    ),
    "quota.rate_limited": Text(
        "There were too many requests for now",
        "Each account may send only so many requests or words in a minute or a day. Address and key are in "
        "order, and "
        "it passes by itself.",
        (
            "Wait {retry_after} seconds and try again.",
            "Wait a minute, then send fewer requests at the same time.",
            "If it happens often, ask for a higher limit or choose a smaller model.",
        ),
    ),
    "quota.overloaded": Text(
        "{door} has more requests than it can serve just now",
        "Many people ask at the same time. It is neither your key nor your own limit, and it passes.",
        (
            "Try again in some minutes.",
            "Choose another model for the time being.",
            "If it stays, look at the provider's status page.",
        ),
    ),
    # -- stream --------------------------------------------------------------------------------------------------------
    "stream.ignored": Text(
        "{host} does not stream, although it was asked to",
        "When streaming, text comes piece by piece. Here it came as one whole. Many apps then show an empty answer, "
        "and no error.",
        (
            "Switch streaming off in the app.",
            Step("public", "Ask the operator of {host} to support streaming."),
            Step("owner", "If the server is yours, update it."),
        ),
    ),
    "stream.malformed": Text(
        "The stream from {host} cannot be read by an SDK",
        "The pieces do not have the form that the protocol wants, or are labelled as something else. A relay or web "
        "server in between often changes them.",
        (
            "Switch streaming off in the app for the time being.",
            "See that the protocol chosen in the app is the one that the server speaks.",
            Step("public", "Tell the operator of {host}."),
            Step("owner", "If the server is yours, update it, and let no web server compress the stream."),
        ),
    ),
    "stream.error_inside": Text(
        "The stream begins well and then carries an error",
        "Success was announced before the fault came up, so the message comes inside the stream. Many apps show an "
        "empty answer then. The true reason is that message.",
        (
            "The server said: {said}",
            'Let the message be explained: `llmdoctor explain "TEXT"`.',
            "Ask once without streaming: then the error shows plainly.",
        ),
    ),
    "stream.cut": Text(
        "The stream ends before the answer is finished",
        "The connection was closed in the middle of the text. Mostly a gateway has a time limit, or the server broke "
        "off.",
        (
            "Try again: once is no pattern.",
            "Try without VPN and proxy.",
            Step("owner via:nginx", "If the server is yours, raise the time limit: proxy_read_timeout in nginx."),
            Step("owner !via:nginx", "If the server is yours, raise the time limit of the gateway before it."),
        ),
    ),
    "stream.stalled": Text(
        "The stream starts and then nothing more comes",
        "The first pieces arrived, then silence, and the connection stayed open. The server is stuck, or "
        "something in "
        "between holds the rest back.",
        (
            "Try again, or with another model.",
            "Try without VPN and proxy.",
            Step("owner via:nginx", "If the server is yours, switch off buffering: proxy_buffering off in nginx."),
            Step("owner !via:nginx", "If the server is yours, switch off buffering in the web server before it."),
        ),
    ),
    "stream.buffered": Text(
        "The stream arrives all at once",
        "The server took its time, and then everything came in one moment. Something in between collects the pieces "
        "and passes them on only at the end. It works, but the text does not grow before your eyes.",
        (
            "Try without VPN and proxy: antivirus and company proxies also collect.",
            Step("public", "Ask the operator of {host}."),
            Step("owner", "If the server is yours, switch off buffering and compression in the web server before it."),
        ),
    ),
    "stream.no_terminator": Text(
        "The stream lacks its closing mark",
        "The text is complete, but the last mark is missing, [DONE] or message_stop. Most apps do not mind. "
        "Some wait "
        "for it, or report a broken answer.",
        (
            "If your app is content, there is nothing to do.",
            "If it is not, switch streaming off in the app.",
            Step("owner", "If the server is yours, update it."),
        ),
    ),
    "stream.websocket_refused": Text(
        "The server refuses the WebSocket that {app} tries first",
        "{app} opens a WebSocket before it sends an ordinary request, and {host} does not offer one there. After the "
        "answer “Upgrade Required” it goes on over HTTPS at once; after most other answers it tries again for some "
        "seconds first. It gives up only where the refusal says that the model does not exist or the request is bad.",
        (
            "If answers come after a pause, nothing is broken: only the first attempt is lost.",
            "For Codex, set the relay up as a provider of its own in config.toml ([model_providers.NAME] with "
            "base_url, without supports_websockets) in place of openai_base_url: then it sends no WebSocket request.",
            (
                "For the owner of the server: answer the upgrade with 426 Upgrade Required, so that clients fall back "
                "at once."
            ),
        ),
    ),
    "stream.websocket_closed": Text(
        "The WebSocket was closed before the answer was finished",
        "{app} got its WebSocket at {host}, and then the server or something on the way closed it. Close code 1008 "
        "means that the server's policy does not admit it, 1011 an error of the server, 1006 that the connection was "
        "cut. Proxies and VPNs often cut WebSockets that ordinary requests survive.",
        (
            "Try it without the proxy or VPN, or in another network.",
            (
                "For Codex, a provider of its own in config.toml without supports_websockets uses ordinary requests "
                "instead."
            ),
            "For the owner of the server: let the proxy in front pass upgrades on, and raise its read time-out.",
        ),
    ),
    # -- app -----------------------------------------------------------------------------------------------------------
    "app.cors": Text(
        "The browser does not let the app read the answer",
        "A web page may read another server's answer only if that server allows it. Here it does not say so. "
        "The same "
        "request works outside a browser.",
        (
            "Use the desktop version of the app, or let its own server make the call.",
            Step(
                "public",
                (
                    "If the provider wants an opt-in for browsers, switch it on in the app, and know that the "
                    "page then holds the key."
                ),
            ),
            Step(
                "owner protocol:ollama|door:ollama", "If the server is yours, allow the page's address: OLLAMA_ORIGINS."
            ),
            Step("owner !protocol:ollama !door:ollama", "If the server is yours, allow the page's address (CORS)."),
        ),
    ),
    "app.mixed_content": Text(
        "A page opened with https may not call an http address",
        "Browsers stop such calls before anything is sent, because the answer could be read on the way.",
        (
            "Give the API server https, and write https:// in the base URL.",
            "Or open the app with http:// in your own network, or use its desktop version.",
        ),
    ),
    "app.sdk_mismatch": Text(
        "The app fails by itself before anything is sent",
        "Parts of it do not fit together: a package is missing, or one is newer than the other expects. Network, "
        "address and key play no part.",
        (
            "Update the SDK: `pip install -U openai anthropic`, or `npm update`.",
            (
                "If the message says \"unexpected keyword argument 'proxies'\" and you cannot update: `pip install "
                '"httpx<0.28"`.'
            ),
            "If it names a missing package, install that one in the app's environment.",
        ),
    ),
    "app.private_refused": Text(
        "The app does not call private addresses",
        "To protect itself, the app, or a server of its maker's that makes the call, refuses addresses such as "
        "localhost or 192.168.x.x. A server of its maker's could not reach them anyway.",
        (
            "Look in the app's settings for a switch that allows private or local addresses.",
            "If its maker's servers make the call, give your API a public https address with a key.",
            "Or use an app that calls from your own machine.",
        ),
    ),
    "app.base_url_ignored": Text(
        "The app does not use the base URL that was set",
        "The answer is that of the official provider, although another address is set. The app reads that address "
        "under another name or in another place, or not for this kind of provider.",
        (
            "{app} takes its base URL from {app_variable|its own settings: its manual tells where}.",
            "Start the app again after the change: some keep the old address.",
            'If it cannot be changed, choose "OpenAI-compatible" or "custom" as the provider in the app.',
            "If your key went to the wrong provider, think of replacing it.",
        ),
    ),
    # -- slo -----------------------------------------------------------------------------------------------------------
    "slo.exceeded": Text(
        "It works, but not within the limits that were set for it",
        "This check was given limits to hold the target to, and what was measured lies beyond at least one of them. "
        "One measurement is one sample: a provider is slower at its busy hours, and a model that was not used for a "
        "while has to be loaded first.",
        (
            "Compare what was measured with what was wanted, and run the check again at another hour.",
            "If it stays so, choose a smaller model, a nearer region, or another provider for this use.",
            "If the limit was a guess, set one that the target can keep, with `--slo` or in llmdoctor.toml.",
        ),
    ),
    # -- run -----------------------------------------------------------------------------------------------------------
    "run.unexplained": Text(
        "Something failed that llmdoctor has no explanation for",
        "A probe met something that fits none of the known faults. What it saw stands below, word for word.",
        (
            "Try again: once is no pattern.",
            'Let the message be explained: `llmdoctor explain "TEXT"`.',
            "Keep the run with `--save FILE` and send it to llmdoctor's issue list: it never holds the key.",
        ),
    ),
    "run.crashed": Text(
        "One of llmdoctor's own probes crashed",
        "That is a fault in llmdoctor and says nothing about your settings. What stands on that probe could not be "
        "told.",
        (
            "Update llmdoctor and try again.",
            "Keep the run with `--save FILE` and send it to llmdoctor's issue list: it never holds the key.",
        ),
    ),
    "run.flaky": Text(
        "It does not work every time",
        "The same check was run several times with the same settings. It failed by something that passes, "
        "and the last "
        "try was another story. So the settings are not what is wrong: the network, a gateway or the provider fails "
        "now and then.",
        (
            "Let the app try again by itself: the official SDKs do so twice, with pauses.",
            "See at which hours it fails: run the check again and again, and keep the runs with `--save FILE`.",
            "With a relay, ask its operator, and say when it failed and with what message.",
        ),
    ),
}
