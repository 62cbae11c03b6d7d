"""The words of each finding, in English. The slots are explained in ``diagnose/words/__init__.py``."""

from __future__ import annotations

from diagnose.words.text_type import Step, Text

# How a program comes to trust the root certificate of a company.
company_root = (
    Step(
        "python node",
        (
            "In a company, get its root certificate from the IT staff and set it for the app: SSL_CERT_FILE=PATH "
            "for Python, NODE_EXTRA_CA_CERTS=PATH for Node."
        ),
    ),
    Step(
        "python !node",
        ("In a company, get its root certificate from the IT staff and set it for the app: SSL_CERT_FILE=PATH."),
    ),
    Step(
        "node !python",
        ("In a company, get its root certificate from the IT staff and set it for the app: NODE_EXTRA_CA_CERTS=PATH."),
    ),
    Step(
        "!node !python",
        (
            "In a company, get its root certificate from the IT staff and set it in the app, or add it to the "
            "system's trusted certificates."
        ),
    ),
)

TEXTS: dict[str, Text] = {
    # -- settings ------------------------------------------------------------------------------------------------------
    "settings.missing_key": Text(
        "No API key found",
        "Almost every provider requires an API key with each request. None was found in the places checked; an "
        "empty value counts as no key. A program started from the desktop or as a service does not see variables "
        "set in a terminal.",
        (
            Step(
                "door:vertex",
                "Vertex AI takes an access token here: set the output of `gcloud auth print-access-token` as the API "
                "key of the app. It is valid for one hour.",
            ),
            Step("local", "If the server needs no key, set any text as the key: the SDK does not start without one."),
            "Set {key_env} to your key, in the shell or in the `.env` file that the app reads.",
            "If you have no key yet, create one at {console}",
            "Enter the key where {app} looks for it, then restart the app.",
            Step(
                "!call",
                "If the key is in a file, name the file: `llmdoctor check --key-file PATH` or `--env-file PATH`.",
            ),
        ),
    ),
    "settings.swapped": Text(
        "The key and the base URL are swapped",
        "The key field contains what looks like a URL, or the base URL field contains what looks like a key. The "
        "two fields are often next to each other, so it is easy to paste into the wrong one.",
        (
            "Put the URL (it starts with https://) into the base URL field, and the key into the key field.",
            "If the key was used as a URL, it may be in log files: create a new key and delete this one.",
        ),
    ),
    "settings.wrong_variable": Text(
        "Current SDKs do not read {variable|the variable that is set}",
        "SDKs read only certain variable names and silently ignore all others. The names have changed over time, "
        "and old tutorials still show the old ones. So the value is set, but the app never sees it.",
        (
            Step(
                "protocol:openai|protocol:responses",
                "Rename it: the OpenAI SDKs read OPENAI_API_KEY and OPENAI_BASE_URL.",
            ),
            Step("protocol:anthropic", "Rename it: Anthropic's SDKs read ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL."),
            "For {door}, the variable for the key is {key_env}.",
            "Restart the app from a new terminal: running programs keep the old value.",
            "Other programs may read other names: see their documentation.",
        ),
    ),
    "settings.conflict": Text(
        "Two places set different values for the same setting",
        "{source|One place} overrides {other_source|the other}, so the second value is never used. That is fine if "
        "you meant it, but not if the second value is the one that you changed last.",
        (
            "If {other_source} has the right value, delete the one in {source}.",
            "Decide which value is right, and delete the other one.",
            "Restart the app from a new terminal: running programs keep the old value.",
        ),
    ),
    "settings.project_override": Text(
        "A file in this folder would send your credentials to {host}",
        "{source|A file in this folder} decides where {secret|your key} goes. The file may have come with a clone "
        "or a download, and you have not approved it, so the secret was not sent. An app started in this folder "
        "sends it without asking.",
        (
            "Open {source} and check that you know {host} and why the file names it.",
            "If you trust the file, run `llmdoctor trust` in this folder, or add --send-anyway to allow it once.",
            "If you do not trust it, do not start any app in this folder. If you already have, replace the secret.",
        ),
    ),
    # -- url -----------------------------------------------------------------------------------------------------------
    "url.invalid": Text(
        "The base URL is not a valid URL",
        "A base URL consists of http:// or https://, a host name, and optionally a port and a path. This value "
        'cannot be read that way, so nothing can be sent. Many SDKs then show only "Connection error."',
        (
            "Set the base URL to {better_url}",
            "Copy the base URL again from the provider's documentation. It looks like https://api.example.com/v1.",
            "Check for a missing host name, a port above 65535, spaces or brackets.",
        ),
    ),
    "url.scheme_missing": Text(
        "The base URL is missing https://",
        "Without http:// or https://, a program does not know how to connect. Most SDKs stop before they send "
        'anything and show only "Connection error."',
        (
            "Set the base URL to {better_url}",
            "Add https:// at the start, or http:// if the server runs on this machine or in your own network.",
        ),
    ),
    "url.stray_characters": Text(
        "The base URL contains stray characters",
        "The value contains something that is not part of the URL: {position|a space, a quote, a comma or an "
        "invisible character}. It was probably copied along with the URL. Some apps remove it; others send it, and "
        "the server finds no such page.",
        (
            "Set the base URL to {better_url}",
            Step(
                "url_in:dotenv|url_in:compose|container",
                "In an env file for Docker, write the value without quotes: Docker makes them part of the value.",
            ),
            "Delete the value and type the URL by hand, without quotes or spaces.",
        ),
    ),
    "url.plaintext": Text(
        "The key would be sent to {host} unencrypted (http)",
        "The base URL starts with http://, so anyone on the network path can read the key, the prompts and the "
        "answers. llmdoctor does not send a key this way unless you ask it to.",
        (
            "Set the base URL to {better_url}",
            "Change http:// to https:// in the base URL.",
            "To test once at your own risk, add --send-anyway to the command.",
            Step(
                "owner",
                (
                    "If the server is yours and has no https, put a reverse proxy with a certificate in front of "
                    "it. If it is not yours, ask its operator."
                ),
            ),
        ),
    ),
    "url.host_typo": Text(
        "The host {host|in the base URL} looks like a typo",
        "The name differs by a letter or two from the host of a known provider. A misspelled name leads nowhere, "
        "or to a stranger who would get your key.",
        (
            "Set the base URL to {better_url}",
            "Compare the host with the provider's documentation, letter by letter.",
            "If an app has already sent the key to {host}, create a new key and delete the old one.",
        ),
    ),
    "url.not_api_host": Text(
        "{host|This address} is the website, not the API",
        "Providers run their website, console and chat on one host and the API on another. The base URL points to "
        "the first, and apps cannot use what it returns.",
        (
            "Set the base URL to {better_url}",
            'Look for "base URL" or "endpoint" in the provider\'s API documentation, and use that address.',
            "`llmdoctor doors` lists the API addresses of known providers.",
        ),
    ),
    "url.host_retired": Text(
        "The service at {host} has ended",
        "The address is written correctly, but its provider has shut the service down. No key and no other setting "
        "makes it work again. A test of the end (brownout) looks the same; the service may then answer again for a "
        "while.",
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
        "The base URL ends in {ending|the path of an endpoint, such as /chat/completions}. {app} adds the endpoint "
        "itself, so the request goes to a path that the server does not know.",
        (
            "Set the base URL to {better_url}",
            "Delete the endpoint from the end of the base URL, and keep everything before it.",
        ),
    ),
    "url.version_missing": Text(
        "The base URL is missing {added|its version, such as /v1}",
        "{app} adds the endpoint directly to the base URL, without a version. The API paths of {host} start with a "
        "version, so the request goes to a page that does not exist or that is not the API.",
        (
            "Set the base URL to {better_url}",
            "Add /v1 (or the version in the provider's documentation) to the end of the base URL.",
        ),
    ),
    "url.version_doubled": Text(
        "The request URL contains {doubled|the version} twice",
        (
            "The base URL ends in {doubled|a version}, and {app} adds {added|one} itself, so the request goes to "
            "{twice|/v1/v1}. Some SDKs expect this part in the base URL and others add it, so the two are easily "
            "mixed up."
        ),
        (
            "Set the base URL to {better_url}",
            "Delete {doubled|the version} from the end of the base URL.",
        ),
    ),
    "url.double_slash": Text(
        "The request URL contains a double slash (//)",
        'The base URL ends in a slash, and {app} adds another one. Some servers accept that. Others answer "not '
        'found" or redirect the app.',
        (
            "Set the base URL to {better_url}",
            "Delete the slash from the end of the base URL.",
        ),
    ),
    "url.path_wrong": Text(
        "The path in the base URL is wrong for {host}",
        (
            "No API answered at the path of the base URL, but one did under another path of the same host. Relays "
            "often use a path of their own, such as /api or /openai, and some hosts serve several API versions."
        ),
        (
            "Set the base URL to {better_url}",
            "Set the API version to {better_version}, for example in {version_variable}.",
            "Look up the base URL for {protocol} in the documentation of {host}, and copy all of it.",
        ),
    ),
    # -- key -----------------------------------------------------------------------------------------------------------
    "key.placeholder": Text(
        "The API key is still a placeholder",
        "It is an example value from a manual or a template, such as sk-... or your-api-key. It has not been "
        "replaced by a real key.",
        (
            "Create a key at {console}",
            "Replace the value in {source} with your key.",
            "Replace the example with your own, complete key, and restart the app.",
        ),
    ),
    "key.unexpanded": Text(
        "The key is the name of a variable, not its value",
        "A reference such as ${OPENAI_API_KEY} or %OPENAI_API_KEY% should have been replaced by the key. The "
        "program that reads this file does not replace it, or the variable was not set. So the reference itself is "
        "sent as the key.",
        (
            "Set the variable that the reference names, before the app starts.",
            "If that does not help, write the key itself instead of the reference.",
            "In a shell, use double quotes: inside single quotes, variables are not replaced.",
        ),
    ),
    "key.stray_characters": Text(
        "The API key contains stray characters",
        "The value contains something that is not part of a key: {position|a space, a quote, a line break or an "
        "invisible character}. It was probably copied along with the key. Python SDKs then often show only "
        '"Connection error." and send nothing.',
        (
            Step(
                "key_in:dotenv|key_in:compose",
                "Delete quotes, spaces and line breaks around the key. In an env file for Docker, quotes become "
                "part of the value.",
            ),
            Step("key_in:file", "If the file was written on Windows, save it with Unix line endings (LF)."),
            ("Copy the key again with the copy button on the provider's page, and paste it into an empty field."),
            Step("!key_in:dotenv !key_in:compose", "Delete quotes, spaces and line breaks around the key."),
        ),
    ),
    "key.bearer_prefix": Text(
        "The key field contains more than the key",
        'The value starts with "Bearer" or with the name of a header or variable, as if a whole line was copied '
        "from a manual. The app adds the header itself, so that part is sent twice.",
        ("Keep only the key, from its first character (often sk-), and delete everything before it.",),
    ),
    "key.several": Text(
        "The key field contains several keys",
        "Some apps accept a list of keys and use them in turn. Most SDKs send the whole value as one key, and no "
        "server accepts that.",
        (
            "Keep one key and delete the others.",
            "To use several keys, enter each one separately in an app that supports several.",
        ),
    ),
    "key.masked": Text(
        "The key was copied in its masked form",
        "Dots or asterisks replace most of the key. Providers show a key in full only once, when it is created. "
        "Later, their pages show only its first and last characters.",
        (
            "Create a new key at {console} and copy it at once.",
            "Use the full key from where you stored it, or create a new one.",
        ),
    ),
    "key.truncated": Text(
        "The key is incomplete or too long",
        "It starts like a key of {key_door|a known provider}, but no such key looks like this one. Part of it was "
        "probably lost when it was copied, or something was added.",
        (
            (
                "It has {key_length} characters. Copy it again with the copy button: a double click often stops at "
                "a hyphen."
            ),
            "Copy the whole key again, and paste it into an empty field.",
            "If the provider's page no longer shows it in full, create a new one at {console}",
        ),
    ),
    "key.wrong_kind": Text(
        "This is not an API key for calling models",
        "It is {credential|an admin key, a login token, an ID or a secret for another purpose}. The model API does not "
        "accept it.",
        (
            Step(
                "said:token door:vertex",
                "Use an access token instead of an API key: `gcloud auth print-access-token`. It is valid for an hour.",
            ),
            Step("!said:token", "Create an API key at {console}"),
            Step(
                "key:oauth|key:session",
                (
                    "The login of a subscription works only in the provider's own apps. An API key is separate and "
                    "billed separately."
                ),
            ),
            Step(
                "said:token !door:vertex",
                "Get an access token (OAuth 2) with the provider's own tool and use it instead of the API key.",
            ),
            Step("!said:token", "Create a key on the provider's page for API keys, and use that one."),
        ),
    ),
    "key.wrong_audience": Text(
        "This token was issued for another service",
        "A token names the service it was issued for (aud) and who issued it (iss). This one is for "
        "{audience|another service}, so {door} does not accept it, even if it has not expired.",
        (
            "Get a new token for this service: {token_command}",
            "Get a new token with the audience or scope that the documentation of {door} names.",
            "Or use an API key instead: {console}",
        ),
    ),
    "key.official_elsewhere": Text(
        "A key of {key_door|an official provider} is used at {host}",
        "{host} is not known to belong to the provider of the key. A relay normally issues its own keys, and with "
        "an official key its operator can use your account. This is fine if the server is yours or if you trust it "
        "with the key.",
        (
            "Use the key that {host} gave you.",
            "If you do not trust {host}, create a new key at the provider and delete this one.",
            "To call the provider directly, remove the base URL from the settings.",
        ),
    ),
    "key.wrong_door": Text(
        "This key belongs to {key_door|another provider}, not to {door|this one}",
        "Each provider accepts only the keys that it issued. The key itself may be fine, but the key and the base "
        "URL must come from the same provider.",
        (
            "To keep the key, set the base URL to {better_url|the address of whoever gave you this key}",
            "To keep the base URL, create a key for {door} at {console}",
        ),
    ),
    "key.wrong_region": Text(
        "The key is for another region or site of the same provider",
        "Some providers run separate sites, for example one for mainland China and one for the rest of the world. "
        "Each site has its own accounts and keys, and does not accept those of the other.",
        (
            "To keep the key, set the base URL to {better_url}",
            "To keep the base URL, create a key at {console}",
            "Check on which site you created the key, and copy the base URL from the documentation of that site.",
        ),
    ),
    "key.wrong_plan": Text(
        "This key belongs to a plan with its own base URL",
        "Subscriptions, such as coding plans, and pay-as-you-go use separate keys and separate addresses. The key "
        "may be valid, but at the other address it is refused or seems to have no balance.",
        (
            "To keep the key, set the base URL to {better_url}",
            "To keep the base URL, create a matching key at {console}",
            "In the console, check which plan the key belongs to, and copy the base URL shown there.",
        ),
    ),
    "key.wrong_resource": Text(
        "This key belongs to another resource of the same provider",
        (
            "Some providers tie a key to one resource, workspace or product that has its own host. Other hosts do "
            "not know the key."
        ),
        (
            "To keep the key, set the base URL to {better_url}",
            "Open the resource in the provider's console, and copy both the address and the key from that page.",
        ),
    ),
    # -- proxy ---------------------------------------------------------------------------------------------------------
    "proxy.invalid": Text(
        "The proxy setting is not a usable proxy address",
        "A proxy setting consists of a scheme, a host and a port, such as http://127.0.0.1:7890. The value in "
        "{source|the proxy setting} does not have this form, uses an unknown scheme, or its port does not accept "
        "proxy requests. The app fails before it reaches {host}.",
        (
            "Set the proxy to {better_proxy}",
            Step(
                "proxy_problem:api_address|proxy_problem:own_address",
                (
                    "Delete the value from {source|the proxy setting}: the address of an API or a relay belongs in "
                    "the base URL."
                ),
            ),
            Step(
                "!proxy_problem:api_address !proxy_problem:own_address",
                (
                    "Write it as http://HOST:PORT, or socks5://HOST:PORT for a SOCKS port. HTTPS_PROXY, too, "
                    "usually starts with http://."
                ),
            ),
            Step(
                "!proxy_problem:api_address !proxy_problem:own_address",
                "Percent-encode special characters in the password: @ is %40, : is %3A, # is %23.",
            ),
        ),
    ),
    "proxy.ignored": Text(
        "The app ignores the proxy settings",
        (
            "This check went through {proxy|the proxy}. The app does not read HTTP_PROXY and HTTPS_PROXY and "
            "connects directly, so one can work while the other fails."
        ),
        (
            Step("node !python", "With Node 24 or newer, start the app with NODE_USE_ENV_PROXY=1."),
            "Enter the proxy in the app's own settings.",
            "Or turn on TUN mode in your proxy program, so that it handles all traffic.",
        ),
    ),
    "proxy.unreachable": Text(
        "Cannot connect to the proxy {proxy|in the settings}",
        (
            "All requests go through this proxy, so none gets out; {host} itself may be fine. Usually the proxy "
            "program is not running or uses another port."
        ),
        (
            "Start the proxy program, and compare its port with {source|the proxy setting}.",
            "If you need no proxy, delete HTTP_PROXY, HTTPS_PROXY and ALL_PROXY and restart the app.",
        ),
    ),
    "proxy.auth_required": Text(
        "The proxy requires a user name and a password",
        "The proxy between this machine and the internet accepts only known users and stopped the request before "
        "it left. The API key is not the cause.",
        (
            (
                "Add both to the proxy setting: http://USER:PASSWORD@HOST:PORT, with special characters "
                "percent-encoded (@ is %40)."
            ),
            (
                "Ask your IT staff for them. If they say NTLM or Kerberos, run a local helper that signs in "
                "to such proxies, and use that as the proxy."
            ),
        ),
    ),
    "proxy.socks_unsupported": Text(
        "The app cannot use a SOCKS proxy without an extra package",
        "A SOCKS proxy is set in {source|the proxy settings}, and Python clients need an extra package for it. "
        "Without it they fail at startup, even for hosts in NO_PROXY. This check has its own SOCKS support.",
        (
            Step(
                "python",
                (
                    'In the app\'s own Python environment (not in another): `pip install "httpx[socks]"`. '
                    "Programs on requests need `pip install pysocks`."
                ),
            ),
            (
                "Or set HTTPS_PROXY=http://HOST:PORT to the HTTP port of the same proxy program, instead of "
                "{source|ALL_PROXY}."
            ),
        ),
    ),
    "proxy.refused": Text(
        "The proxy refuses to connect to {host}",
        "The proxy answered and refused, because of a rule of the company, of a sandbox or of the proxy program. "
        "The request did not reach the API, and the key is not the cause.",
        (
            "Ask whoever runs the proxy to allow {host}, port {port|443}.",
            "If the proxy program is yours, look for {host} in its rules and its log, or choose another node.",
            "If this machine can connect directly, add {host} to NO_PROXY.",
        ),
    ),
    "proxy.captures_local": Text(
        "Requests to {host|your own server} go through the proxy",
        "The proxy cannot reach servers on this machine or network the way you can, so it answers with an error or "
        "not at all. NO_PROXY lists the hosts that bypass the proxy, and this one is not in it.",
        (
            "Add {host} to NO_PROXY (and no_proxy), and restart the app.",
            "In a proxy program, add {host} to the list of addresses that bypass it.",
        ),
    ),
    # -- dns -----------------------------------------------------------------------------------------------------------
    "dns.not_found": Text(
        "The host {host|in the base URL} does not exist (DNS)",
        "Before it connects, a program asks DNS for the address of the host. The answer was that this name does "
        "not exist. It is misspelled, no longer in use, or known only inside another network.",
        (
            "Set the base URL to {better_url}",
            "Compare the host in the base URL with the documentation, letter by letter.",
            "If it is an internal name of your company, connect to its network or VPN first.",
        ),
    ),
    "dns.failed": Text(
        "DNS lookup failed for {host|the host in the base URL}",
        "The DNS server gave no usable answer, so it is not known whether the name exists. Usually this machine is "
        "offline, or its DNS server cannot be reached.",
        (
            Step(
                "container", "In a container, restart the container engine, or start the container with --dns 1.1.1.1."
            ),
            "Check whether a web page opens on this machine. If not, fix the network connection first.",
            "Restart the VPN or proxy program, or set another DNS server, such as 1.1.1.1 or 223.5.5.5.",
        ),
    ),
    "dns.bogus_answer": Text(
        "DNS returns a wrong address for {host|the host in the base URL}",
        "DNS answered with {address|an address}, which is private, is this machine's own, or belongs to somebody "
        "else. A filter, an ad blocker, the hosts file or a forged DNS answer can cause that.",
        (
            (
                "Look for {host} in the hosts file (/etc/hosts, on Windows "
                "C:\\Windows\\System32\\drivers\\etc\\hosts) "
                "and delete that line."
            ),
            "Set another DNS server or turn on encrypted DNS, then restart the app.",
            "Turn off the ad blocker or filter as a test.",
        ),
    ),
    "dns.fake_ip": Text(
        "{host|The host} resolves to a fake IP of a proxy program",
        (
            "Proxy programs in TUN mode hand out addresses from 198.18.0.0/15 and make the connection themselves. "
            "That is normal. Only when the program is stopped or restarted does nothing answer at these addresses."
        ),
        (
            "If everything works, there is nothing to do.",
            "If nothing answers, restart the proxy program, then the app.",
            "If an app rejects the address as private, add {host} to the fake-ip-filter of the proxy program.",
        ),
    ),
    # -- tcp -----------------------------------------------------------------------------------------------------------
    "tcp.refused": Text(
        "Connection refused by {host}: nothing listens on that port",
        (
            "The machine answered at once that no program listens on this port. The server is not started, uses "
            "another port, or listens only on its own loopback address."
        ),
        (
            Step("provider", "Compare host and port with the provider's documentation: its API uses port 443."),
            Step("provider", "Try from another network, or without VPN and proxy."),
            Step(
                "!provider",
                "Start the server, and compare the port that it prints with {port|the one in the base URL}.",
            ),
            Step(
                "owner door:ollama|protocol:ollama",
                (
                    "If the server is yours: to be reached from other machines or containers, it must listen on "
                    "0.0.0.0: OLLAMA_HOST=0.0.0.0."
                ),
            ),
            Step(
                "owner !door:ollama !protocol:ollama",
                ("If the server is yours: to be reached from other machines or containers, it must listen on 0.0.0.0."),
            ),
        ),
    ),
    "tcp.timeout": Text(
        "Timeout: {host} does not answer connection attempts",
        "The connection was neither accepted nor refused. A firewall drops the packets, this network does not "
        "allow the connection, or the machine is off.",
        (
            "Check whether other web pages open. If they do, try through a proxy or from another network.",
            Step("owner", "If the server is yours, open its port in the firewall and in the cloud's security group."),
            Step("owner", "If the server is yours, check whether its address is still {address}."),
        ),
    ),
    "tcp.unreachable": Text(
        "No route to {host}",
        "This machine, or a router, has no route to that address. The network is down, a VPN is needed, or the "
        "system does not allow this app to use the local network.",
        (
            Step(
                "local",
                ("On macOS, allow the app or terminal under System Settings, Privacy & Security, Local Network."),
            ),
            "Check whether this machine is online, and connect to the VPN if the host needs it.",
            Step("owner", "If the server is yours, check whether its address has changed."),
        ),
    ),
    "tcp.reset": Text(
        "The connection to {host} is reset as soon as it opens",
        "The connection opens and is closed at once, before encryption starts. A firewall, a server that accepts "
        "only listed addresses, or a proxy program can cause that.",
        (
            "Restart the VPN or proxy program, or try without it.",
            "Try from another network. If it works there, ask whoever runs this one.",
            Step("owner", "If the server is yours, check its list of allowed addresses and its log."),
        ),
    ),
    "tcp.ipv6_broken": Text(
        "IPv6 connections fail, IPv4 works",
        "This host has IPv4 and IPv6 addresses. An app that tries IPv6 first has to wait until it fails, and some "
        "apps never switch to IPv4. The cause is usually this network or its VPN.",
        (
            Step("node", "For Node, set NODE_OPTIONS=--dns-result-order=ipv4first."),
            Step("local", "If the base URL says localhost, write 127.0.0.1 instead."),
            "Turn off IPv6 on this machine or in the VPN, or have IPv6 fixed in the network.",
        ),
    ),
    # -- tls -----------------------------------------------------------------------------------------------------------
    "tls.not_tls": Text(
        "{host} uses http on this port, not https",
        (
            "The base URL starts with https://, but the server answered in plain http. A server on your own "
            "machine or network uses http unless it has a certificate."
        ),
        (
            "Set the base URL to {better_url}",
            Step("!provider", "If the server is on this machine or in your own network, change https:// to http://."),
            Step("public", "Use the port with https, usually 443, or ask the server's operator for it."),
        ),
    ),
    "tls.needed": Text(
        "{host} requires https on this port",
        "The base URL starts with http://, but this port accepts only encrypted connections.",
        (
            "Set the base URL to {better_url}",
            "Change http:// to https:// in the base URL.",
        ),
    ),
    "tls.expired": Text(
        "The certificate of {host} has expired",
        "The certificate was valid until {not_after|a day in the past}, so apps no longer trust the server. Only "
        "the server's operator can renew it.",
        (
            "Check that the date and time of this machine are right.",
            Step("public", "Tell the operator of {host} that the certificate must be renewed."),
            "Do not turn off certificate checks: anyone on the network could then read the key.",
            Step("owner", "If the server is yours, renew the certificate and reload the web server."),
        ),
    ),
    "tls.not_yet_valid": Text(
        "The certificate of {host} is not valid yet",
        "According to the clock of this machine, the certificate starts in the future. Usually the clock is slow. "
        "Sometimes the certificate was made on a machine whose clock is fast.",
        (
            "Set the date, time and time zone of this machine, preferably automatically.",
            "If they are right, tell the operator of {host}.",
        ),
    ),
    "tls.hostname_mismatch": Text(
        "The certificate does not match {host}",
        "The server's certificate is for other names ({names|not for this host}), so an app cannot know whether it "
        "reached the right server. Causes are an IP address in the base URL, a wrong server configuration, or a "
        "wrong DNS answer.",
        (
            "If it is the same server, use one of these names in the base URL: {names}.",
            "If the names belong to a stranger, set another DNS server or try another network.",
            Step("owner", "If the server is yours, get a certificate that names {host}."),
        ),
    ),
    "tls.self_signed": Text(
        "{host} uses a self-signed certificate",
        "No authority that your apps trust has signed it, so they refuse the connection. That is common for "
        "private servers and suspicious for a public service.",
        (
            Step(
                "provider", "Do not send a key: {door} does not use self-signed certificates. Try from another network."
            ),
            Step("relay", "Do not send a key. Ask the operator of {host} for a certificate from a public authority."),
            Step(
                "python node owner",
                (
                    "If the server is yours, set its certificate for the app: SSL_CERT_FILE=PATH for Python, "
                    "NODE_EXTRA_CA_CERTS=PATH for Node."
                ),
            ),
            Step("python !node owner", "If the server is yours, set its certificate for the app: SSL_CERT_FILE=PATH."),
            Step(
                "node !python owner",
                "If the server is yours, set its certificate for the app: NODE_EXTRA_CA_CERTS=PATH.",
            ),
            Step(
                "!node !python owner",
                "If the server is yours, set its certificate in the app, or add it to the system's trusted "
                "certificates.",
            ),
            Step(
                "owner",
                ("Better, if the server is yours: get a certificate from a public authority such as Let's Encrypt."),
            ),
        ),
    ),
    "tls.clock_wrong": Text(
        "The clock of this machine is wrong",
        "Certificates are valid between two dates. With this clock, good certificates look expired or not yet "
        "valid, and every https connection fails.",
        (
            "Set the date, time and time zone, preferably automatically.",
            "In WSL or a virtual machine, restart it (`wsl --shutdown`): its clock stops while the computer sleeps.",
        ),
    ),
    "tls.untrusted_issuer": Text(
        "This machine does not trust the certificate of {host}",
        "The certificate was issued by {issuer|an authority}, which is not in the client's list of trusted "
        "authorities. Usually it is a company's own authority, or the list is out of date.",
        (
            *company_root,
            Step(
                "node",
                "If the browser accepts the certificate, set NODE_USE_SYSTEM_CA=1: Node then uses the system's list.",
            ),
            Step("python", "Update the list: `pip install -U certifi`, or install the system's updates."),
            Step("!python", "Install the system's updates, which bring a new list of authorities."),
        ),
    ),
    "tls.intercepted": Text(
        "Something on your network decrypts the connection to {host}",
        "Instead of the host's own certificate, one from {issuer|another issuer} arrived. Company proxies, "
        "antivirus and debugging programs do that to read the traffic. Apps that do not trust that issuer refuse "
        "the connection, and whoever decrypts it also sees the key.",
        (
            *company_root,
            "In the antivirus, exclude {host} from the scanning of encrypted connections.",
            "If you know of no such program, do not send a key over this network.",
        ),
    ),
    "tls.incomplete_chain": Text(
        "{host} does not send its full certificate chain",
        "A server must also send the intermediate certificate that links its own to a trusted authority. Here it "
        "is missing. Browsers download it themselves, but most programs do not, so the page opens and the app "
        "fails.",
        (
            Step("public", "Tell the operator of {host} that the intermediate certificate is missing."),
            Step(
                "owner",
                ("If the server is yours, install the full chain (fullchain.pem) instead of the single certificate."),
            ),
        ),
    ),
    "tls.handshake_failed": Text(
        "The TLS handshake with {host} failed",
        "Usually this machine and the server have no TLS version or cipher in common: one of them is very old, or "
        "a device in between interferes.",
        (
            "Update the app and its TLS library.",
            "Try without VPN and proxy, or from another network.",
            Step(
                "owner",
                (
                    "If the server is yours, allow TLS 1.2 and 1.3, and make the reverse proxy send the host's "
                    "name (SNI)."
                ),
            ),
        ),
    ),
    "tls.reset": Text(
        "The connection to {host} is reset during the TLS handshake",
        "The connection opens and is cut during the handshake. A filter on the network may block the host's name, "
        "which is in the first message. Some old network devices also fail on the longer first message of newer "
        "programs.",
        (
            "Try through a proxy or from another network.",
            "In a company, ask the IT staff whether {host} is blocked.",
            "If the domain is yours and is filtered, try another domain.",
        ),
    ),
    "tls.client_certificate": Text(
        "{host} requires a client certificate (mutual TLS)",
        "The server, or a gateway in front of it, accepts only programs that present their own certificate. The "
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
        "Python 3.13 and newer may refuse the certificate of {host}",
        "This check accepts the certificate chain. A strict check (RFC 5280), the default since Python 3.13, does "
        "not: {detail|a required extension is missing}. Requests, aiohttp, older SDKs, and the official SDKs with "
        "SSL_CERT_FILE then stop with CERTIFICATE_VERIFY_FAILED.",
        (
            "Have the CA certificate of {host} reissued with the missing extension.",
            (
                "With openssl, a CA needs `basicConstraints=critical,CA:true`, `keyUsage=critical,keyCertSign,cRLSign` "
                "and `subjectKeyIdentifier=hash`."
            ),
            "Until then, run the app with Python 3.12, or clear ssl.VERIFY_X509_STRICT in its SSL context.",
        ),
    ),
    "tls.expires_soon": Text(
        "The certificate of {host} expires in {days|a few} days",
        "It is still valid today. From {not_after|that day} on, apps refuse to connect unless it is renewed. "
        "Renewal is usually automatic and happens weeks ahead, so it may have stopped here.",
        (
            Step("public", "Tell the operator of {host}."),
            Step(
                "owner",
                ("If the server is yours, renew the certificate now, and check why automatic renewal did not run."),
            ),
        ),
    ),
    # -- http ----------------------------------------------------------------------------------------------------------
    "http.timeout": Text(
        "Timeout: {host} did not answer in time",
        "The server accepted the connection but sent no answer within the time limit. It, or a server behind it, "
        "is busy, stuck, or still loading the model.",
        (
            Step("!call", "Allow more time: add --timeout 60 to the check."),
            Step("call", "Give the client a longer timeout, such as timeout=60 (seconds)."),
            Step("provider", "Check the provider's status page for an outage."),
            Step("relay", "Ask the operator of {host} whether the server is up."),
            Step(
                "owner",
                ("If the server is yours, check its log and memory: the first request often has to load the model."),
            ),
        ),
    ),
    "http.closed": Text(
        "{host} closed the connection before the answer was complete",
        "The connection was open, then the other side closed it. The server may have crashed, or a gateway or "
        "proxy in between gave up.",
        (
            "Try again: it may have been a one-off.",
            "Try without VPN and proxy.",
            Step("owner", "If the server is yours, check its log and memory at that time."),
        ),
    ),
    "http.not_http": Text(
        "The port at {host} does not speak HTTP",
        "Something accepts connections on this port but does not speak HTTP. It may be a database, a SOCKS proxy "
        "or another service.",
        ("Compare the port in the base URL with the one that the API server prints at startup.",),
    ),
    "http.redirected": Text(
        "{host} redirects the request to another address",
        "When an app follows the redirect, a POST often becomes a GET, or the key is lost or goes to another host. "
        'The app then reports "not found" or "no key" and does not mention the redirect.',
        (
            "Set the base URL to {better_url}",
            "If you know and trust {location}, set the base URL to that address.",
            "Write the base URL with https://, the exact host name and no slash at the end.",
        ),
    ),
    "http.blocked": Text(
        "A firewall in front of {host} blocks this client",
        "The answer comes from a bot check or web application firewall, not from the API. It decides by network "
        "address, country or type of client, and has not checked the key.",
        (
            Step("via:cloudflare", "Send the operator of {host} the text of the block page with its Ray ID."),
            "Try from another network, or without the VPN or proxy.",
            Step(
                "!via:cloudflare", "Send the operator of {host} the text of the block page with its reference number."
            ),
            Step("owner", "If the server is yours, exclude its API paths from bot checks."),
        ),
    ),
    "http.front_auth": Text(
        "A gateway in front of the API requires its own login",
        "A password prompt, single sign-on or an access gateway is in front of the API and requires its own "
        "credential besides the key. The API has not seen the key yet.",
        (
            ("Ask the operator of {host} for an address meant for programs, or for a token for the gateway."),
            "If it is your company's server, connect to its VPN first.",
            Step("owner", "If the server is yours, exclude the API path from the login."),
        ),
    ),
    "http.header_rejected": Text(
        "{host} rejects a header of the request",
        (
            "Apps send headers with each request. The server does not accept one of them, or one is missing: "
            "{parameter|its message says which}."
        ),
        (
            Step("app:claude-code", "Set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1 for Claude Code."),
            Step(
                "protocol:ollama|door:ollama",
                ("If you reach Ollama through a tunnel, set the tunnel to send localhost:11434 as the Host header."),
            ),
            "Update the app.",
            Step("public", "Ask the operator of {host} which headers the server accepts."),
            Step("owner", "If the server is yours, update it, or make it accept the header."),
            Step(
                "owner app:claude-code",
                "If the gateway is yours, see what it has to forward: code.claude.com/docs/en/llm-gateway-protocol",
            ),
        ),
    ),
    "http.body_encoding": Text(
        "The server cannot read the compressed request",
        "{app} compresses its request bodies, and {host} parses the compressed bytes as JSON. It fails at the "
        "first byte: zstd starts with “(”, gzip with 0x1f. Key, model and address may all be right.",
        (
            "For Codex, turn off compression: `codex -c features.enable_request_compression=false`, or the same "
            "line under [features] in config.toml.",
            "In another app, look for an option that compresses requests, and turn it off.",
            (
                "For the owner of the server: update the relay, or decode Content-Encoding zstd and gzip before "
                "parsing JSON."
            ),
        ),
    ),
    "http.too_large": Text(
        "The request is too large for {host}",
        "The server, or a gateway in front of it, limits the size of requests. Short requests pass; long ones are "
        "refused or cut off.",
        (
            "Send less: a shorter conversation, fewer or smaller files and images.",
            Step("owner via:nginx", "If the server is yours, raise client_max_body_size in nginx."),
            Step(
                "owner !via:nginx",
                ("If the server is yours, raise its limit on request size, and that of the gateway in front of it."),
            ),
        ),
    ),
    "http.gateway_error": Text(
        "Gateway error: {host} cannot get an answer from the API",
        (
            "A gateway answered, not the API. The gateway is up, but the API behind it is down, slow or "
            "unreachable. Your key is not the cause."
        ),
        (
            "Wait a few minutes and try again.",
            Step("provider", "Check the provider's status page."),
            Step("relay", "Ask the operator of {host}."),
            Step(
                "owner",
                (
                    "If the server is yours, check that the program behind the gateway is running, and that its "
                    "address and port are right."
                ),
            ),
        ),
    ),
    "http.server_error": Text(
        "Server error: the API of {host} failed",
        "The server accepted the request and failed while processing it. At a large provider that usually passes. "
        "On your own server, the log shows why.",
        (
            Step("relay", "Tell the operator of {host} what the server said: {said}"),
            "Try again in a minute.",
            "Try another model: often only one is affected.",
            Step("provider", "If it continues, check the provider's status page."),
            Step("owner", "If the server is yours, check its log."),
        ),
    ),
    # -- shape ---------------------------------------------------------------------------------------------------------
    "shape.web_page": Text(
        "A web page answers instead of the API",
        "The server reports success but returns a web page (HTML). The base URL points to the website, or to the "
        "home page of a relay. SDKs then fail with odd errors, such as \"'str' object has no attribute 'choices'\".",
        (
            "Set the base URL to {better_url}",
            "Look up the base URL in the documentation of {host}: it usually ends in /v1.",
            Step("owner", "If the server is yours, check that you use the API port and not the port of its web pages."),
        ),
    ),
    "shape.not_llm_api": Text(
        "No LLM API found at {host}",
        "The server answers, but not as an LLM API on any of the usual paths. The host, the port or the path "
        "belongs to something else.",
        (
            "Set the base URL to {better_url}",
            Step(
                "said:unrouted",
                "The gateway at {host} has no route for this path: ask its operator for the path of the LLM route.",
            ),
            "Compare host, port and path with the documentation, or ask the operator for the exact base URL.",
            Step(
                "said:unrouted owner",
                "If the gateway is yours, list its routes. A route may also require a host name or a method.",
            ),
        ),
    ),
    "shape.wrong_protocol": Text(
        "{host} serves {other_protocol|another protocol}, not {protocol}",
        ("LLM APIs use different protocols: the app uses one of them, and this address serves another."),
        (
            "In the app, choose {other_protocol} as the provider type.",
            "Or set the base URL to {better_url}",
            "Set the headers {header} for {other_protocol} too, in {header_variable|the app's settings}.",
            Step(
                "app:codex",
                'Codex speaks the Responses API alone: wire_api = "chat" was removed. Use an address that serves '
                "/responses, or a gateway that translates.",
            ),
            ("Check the documentation for an address for {protocol}, and which protocols the app supports."),
        ),
    ),
    "shape.error_as_success": Text(
        "{host} reports success, but the answer is an error",
        "The status says success, but the body contains an error message. SDKs take it for the model's answer and "
        "fail later. The real cause is in that message.",
        (
            "Fix what the server reports: {said}",
            "To see what a message means, paste it after `llmdoctor explain -`.",
            Step("owner", "If the server is yours, make it return errors with an error status."),
        ),
    ),
    "shape.malformed_answer": Text(
        "The answer of {host} lacks fields that SDKs read",
        "It is a JSON answer without the field in which SDKs look for the text. A relay may have changed it, or it "
        "follows another protocol.",
        (
            "Check that the protocol chosen in the app is the one that the server uses.",
            "Try another model: often only one is affected.",
            Step("public", "Ask the operator of {host}."),
            Step("owner", "If the server is yours, update it."),
        ),
    ),
    # -- auth ----------------------------------------------------------------------------------------------------------
    "auth.rejected": Text(
        "{door} rejects the API key",
        "The server read the key and refused it. The key was mistyped, deleted or replaced, or is not a key of "
        "this server.",
        (
            Step("public", "Compare {key_hint} with the keys listed at {console}"),
            "The key was read from {key_source}: check that it is the one you mean.",
            Step("public", "Create a new key at {console} and use that one."),
            Step("relay", "On the relay's page, check that this token exists and is enabled, or create a new one."),
            "Copy the key again from where you stored it.",
            Step("owner local", "If the server is yours, compare the key with the one in its settings."),
        ),
    ),
    "auth.header_style": Text(
        "The app sends the key in the wrong header",
        'The key works. It can be sent as "Authorization: Bearer", as "x-api-key" or in other ways, and {host} '
        "does not look where {app} puts it.",
        (
            Step(
                "app:claude-code",
                (
                    "In Claude Code, {claude_token} is sent as Bearer and ANTHROPIC_API_KEY as x-api-key: use the "
                    "other one."
                ),
            ),
            Step(
                "protocol:azure",
                "AzureOpenAI sends an API key (`api_key`, AZURE_OPENAI_API_KEY) as api-key, and a token of Entra ID "
                "(`azure_ad_token`, AZURE_OPENAI_AD_TOKEN) as Authorization: Bearer.",
            ),
            "Set the app to send the key as {better_auth}.",
            "In the app, choose the provider type that fits the server, or update the app.",
            Step("owner", "If the server is yours, make it accept both headers."),
        ),
    ),
    "auth.header_lost": Text(
        "The key was sent, but the server says it received none",
        "Something between the app and the server removes the key, such as a redirect or a web server that does "
        "not forward the header. Some servers also say this when they cannot read the form of the key.",
        (
            "Try the other header: {better_auth}.",
            "Use the final address as base URL, with https://, so that nothing is redirected.",
            "Copy the whole key again.",
            Step("owner", "If the server is yours, make its web server forward the Authorization header."),
        ),
    ),
    "auth.expired": Text(
        "The API key has expired or was disabled",
        "The server knows the key and says that it has expired, was disabled or suspended, or was leaked. Waiting "
        "does not help.",
        (
            Step(
                "said:suspended",
                (
                    "Contact the provider's support: the account or project is suspended, and a new key of it will "
                    "not work either."
                ),
            ),
            Step(
                "said:relogin",
                "Sign in again in the app that made this token: it is the token of a login, and it has expired.",
            ),
            Step(
                "said:leaked",
                "Check in the console what the key was used for, and find where it was published.",
            ),
            Step("!said:suspended", "Create a new key at {console}"),
            Step("!said:suspended", "Replace the key everywhere it is used, and delete this one."),
            Step("!said:suspended", "If the account itself is suspended, contact the provider's support."),
        ),
    ),
    "auth.login_expired": Text(
        "The stored login has expired",
        "The app uses a login that a program has stored at {place|its place}, and that login has ended: nothing "
        "renews it by itself. Nothing is wrong with the base URL or the model.",
        (
            Step("step:sso", "Sign in again: `aws sso login`."),
            Step("chain:entra step:cli", "Sign in again: `az login`."),
            Step("chain:entra step:developer_cli", "Sign in again: `azd auth login`."),
            Step("chain:entra step:powershell", "Sign in again: `Connect-AzAccount`."),
            Step("chain:google", "Sign in again: `gcloud auth application-default login`."),
            Step("chain:aws step:login", "Sign in again: `aws login`."),
            "Sign in again: {command}",
            "Sign in again with the program that stored the login.",
            "If the login must last for longer, use an account for programs instead of a person's login.",
        ),
    ),
    "auth.no_credential": Text(
        "No credential could be obtained",
        "The settings say where the credential comes from ({place|its place}), and nothing came from there: {said|no "
        "reason was given}. The API itself was not asked with a credential.",
        (
            Step("chain:aws", "Ask AWS's own program the same question: `aws sts get-caller-identity`."),
            Step(
                "chain:google",
                "Ask Google's own program the same question: `gcloud auth application-default print-access-token`.",
            ),
            "Correct what is wrong at {place|the place named above}.",
            "If another place is meant, remove the setting that comes before it. `llmdoctor check -v` shows the order.",
        ),
    ),
    "auth.not_permitted": Text(
        "The API key lacks a permission",
        "A key can be limited to certain permissions, projects or kinds of requests. This request is not among them.",
        (
            "Grant what the server asks for: {said}",
            Step(
                "door:github-models",
                "In a GitHub Actions workflow, add `models: read` to `permissions:`; a personal token needs it too.",
            ),
            Step("!said:ask door:gemini|door:vertex", "In the key's project, enable the Generative Language API."),
            Step("!said:ask", "Open {console} and give the key the missing permission."),
            Step(
                "!said:ask",
                "Create a key without restrictions, or ask the account's owner to allow model requests for this one.",
            ),
        ),
    ),
    "auth.ip_not_allowed": Text(
        "This IP address is not allowed to use the key",
        "The key or account has an IP allowlist, and the address of this connection is not on it. A VPN, a proxy "
        "or a new internet connection changes the address.",
        (
            "Add the public IP address of this machine to the allowlist of the key or account.",
            "If only certain networks are allowed, connect through one of them, or turn off the VPN or proxy.",
        ),
    ),
    "auth.upstream": Text(
        "The relay accepted your key, but its own key was refused",
        "A relay forwards requests to the provider with its own key. That key was refused, not yours. Only the "
        "relay's operator can fix this.",
        (
            "Send the operator of {host|the relay} this message, with the time and the model: {said|the error's text}",
            "Until it is fixed, try another model or group there.",
            Step("owner", "If the relay is yours, replace the key of that channel."),
        ),
    ),
    # -- access --------------------------------------------------------------------------------------------------------
    "access.region_blocked": Text(
        "{door} is not available in your country or region",
        "The provider decides by the network address that the request comes from, the same for every key. With a "
        "VPN, a proxy or a server abroad, the location of that one counts.",
        (
            (
                "Check in which country your connection reaches the internet, and whether the provider supports "
                "that country."
            ),
            "Check that the app uses the same VPN or proxy as your browser.",
            "Or use a provider that is available in your country.",
        ),
    ),
    "access.client_refused": Text(
        "This plan or relay accepts only certain apps",
        "It is meant for certain apps, usually coding tools. {host} refuses other programs, or bills them "
        "separately, although the key is valid.",
        (
            "Use this key in one of the apps that the plan names.",
            "To see whether it works there, run that app once: `llmdoctor check --app {runs|NAME} --run-client`",
            "For this app, use a pay-as-you-go key and its general address.",
            "Do not make the app pretend to be another one: that can get your account closed.",
        ),
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    "model.not_found": Text(
        "Model not found: {host} has no {model|such model}",
        "A model name must match exactly, with capitals, prefix and version. The model may be retired or not "
        "installed, or the name is only a display name from a web page.",
        (
            "Set the model to the similar name that you mean: {near}.",
            Step("protocol:ollama|door:ollama", "Download it first: `ollama pull NAME`."),
            Step(
                "protocol:azure|door:azure",
                "On Azure, the model is the name of your deployment: copy it from the list of deployments.",
            ),
            Step(
                "door:vertex|door:bedrock",
                "Not every region or location has every model: check in the provider's list where this one is.",
            ),
            "Choose one of the models that the server lists: {listed}.",
            "Copy a name exactly from the model list of {host}.",
        ),
    ),
    "model.not_permitted": Text(
        "The key has no access to the model {model|in the request}",
        "The model exists, but the account, project, plan or token does not include it.",
        (
            "Choose a model that the key can use, such as {near}.",
            Step(
                "said:providers door:openrouter",
                "Allow a provider that serves this model: https://openrouter.ai/settings/preferences",
            ),
            Step("said:providers", "Check on the model's page which providers serve it: perhaps none does at present."),
            Step("!said:ask !said:providers", "Open {console} and allow the model for the key or project."),
            Step("relay", "On the relay's page, check the token's own list of models."),
            "Choose another model, or ask the owner of the account for access to this one.",
        ),
    ),
    "model.no_channel": Text(
        "The relay has no channel for the model {model|in the request}",
        "Address and key are right. The relay looked for a channel with this model in the key's group, and none is "
        "available.",
        (
            "Set the model to the similar name that you mean: {near}.",
            "Check on the relay's page which group has the model, and move the token to that group.",
            "Choose another model, or ask the operator of {host}.",
        ),
    ),
    "model.wrong_endpoint": Text(
        "The model {model|in the request} does not work at this endpoint",
        "Some models only do embeddings, images or speech, and some are available only at another endpoint, such "
        "as /responses. At this endpoint they are refused.",
        (
            "It is available at {endpoint}: choose that type of API in the app.",
            "For chat, choose a model such as {near}.",
            "Choose a chat model, or the type of API in the app that fits the model.",
        ),
    ),
    "model.parameter_rejected": Text(
        "The model rejects {parameter|a parameter of the request}",
        "Address, key and model are right. The model refuses one part of the request: {parameter|often max_tokens, "
        "temperature, tools or images}.",
        (
            "Set {variable} for {app}: it then leaves {parameter} out.",
            "In the app, turn off or reset {parameter}.",
            "Update the app: newer versions know what newer models need.",
            "Choose another model, or turn off tools and images for this one.",
        ),
    ),
    "model.substituted": Text(
        "A different model answered than the one requested",
        "The answer names another model than {model|the one requested}. Relays can map one name to another, so you "
        "may get, and pay for, a different model.",
        (
            "If it is only another name for the same model, there is nothing to do.",
            "Ask the operator of {host} which model is behind the name, or choose the exact name from the model list.",
        ),
    ),
    # -- quota ---------------------------------------------------------------------------------------------------------
    "quota.exhausted": Text(
        "Insufficient balance: no credit left on the account or key",
        "The account, the relay user or the key itself has no credit left, or less than is reserved for the "
        "longest possible answer. A chat subscription does not include API credit. Waiting does not help.",
        (
            Step(
                "plan",
                "If the key belongs to a subscription plan, set the base URL to the plan's own address: {plan_url}",
            ),
            "Top up, or raise the limit, in the provider's console: {console}",
            "Check the balance and the limits of the account and of this key, then top up or raise them.",
            "If only a little is left, set a smaller max_tokens in the app.",
        ),
    ),
    "quota.rate_limited": Text(
        "Rate limit reached",
        "Each account may send only a limited number of requests or tokens per minute or day. Address and key are "
        "right, and the limit passes by itself.",
        (
            "Wait {retry_after} seconds and try again.",
            "Wait a minute, then send fewer requests at the same time.",
            "If it happens often, ask for a higher limit or choose a smaller model.",
        ),
    ),
    "quota.overloaded": Text(
        "{door} is overloaded",
        "The provider has more requests than it can handle right now. The cause is not your key or your own rate "
        "limit, and it passes.",
        (
            "Try again in a few minutes.",
            "Choose another model for now.",
            "If it continues, check the provider's status page.",
        ),
    ),
    # -- stream --------------------------------------------------------------------------------------------------------
    "stream.ignored": Text(
        "Streaming does not work: {host} sends the answer at once",
        "With streaming, text arrives piece by piece. Here the whole answer came in one piece, not as a stream. "
        "Many apps then show an empty answer and no error.",
        (
            "Turn off streaming in the app.",
            Step("public", "Ask the operator of {host} to support streaming."),
            Step("owner", "If the server is yours, update it."),
        ),
    ),
    "stream.malformed": Text(
        "SDKs cannot read the stream from {host}",
        "The events do not have the form that the protocol requires, or are labelled as something else. A relay or "
        "web server in between often changes them.",
        (
            "Turn off streaming in the app for now.",
            "Check that the protocol chosen in the app is the one that the server uses.",
            Step("public", "Tell the operator of {host}."),
            Step(
                "owner", "If the server is yours, update it, and turn off compression of the stream in the web server."
            ),
        ),
    ),
    "stream.error_inside": Text(
        "The stream contains an error message",
        "The server had reported success before the error occurred, so the message arrives inside the stream. Many "
        "apps then show an empty answer. The real cause is in that message.",
        (
            "Fix what the server reports: {said}",
            "To see what a message means, paste it after `llmdoctor explain -`.",
            "If it happens again, send this message to the operator of {host}.",
        ),
    ),
    "stream.cut": Text(
        "The stream is cut off before the answer is complete",
        "The connection was closed in the middle of the text. Usually a gateway has a time limit, or the server "
        "stopped.",
        (
            "Try again: it may have been a one-off.",
            "Try without VPN and proxy.",
            Step("owner via:nginx", "If the server is yours, raise the time limit: proxy_read_timeout in nginx."),
            Step("owner !via:nginx", "If the server is yours, raise the time limit of the gateway in front of it."),
        ),
    ),
    "stream.stalled": Text(
        "The stream hangs after the first events",
        "The first events arrived, then nothing more, and the connection stayed open. The server is stuck, or "
        "something in between holds the rest back.",
        (
            "Try again, or with another model.",
            "Try without VPN and proxy.",
            Step("owner via:nginx", "If the server is yours, turn off buffering: proxy_buffering off in nginx."),
            Step("owner !via:nginx", "If the server is yours, turn off buffering in the web server in front of it."),
        ),
    ),
    "stream.buffered": Text(
        "The stream arrives all at once (buffering)",
        "The server took its time, and then everything arrived at the same moment. Something in between collects "
        "the events and forwards them only at the end. It works, but the text does not appear gradually.",
        (
            "Try without VPN and proxy: antivirus programs and company proxies can buffer too.",
            Step("public", "Ask the operator of {host}."),
            Step(
                "owner", "If the server is yours, turn off buffering and compression in the web server in front of it."
            ),
        ),
    ),
    "stream.no_terminator": Text(
        "The stream has no end marker",
        "The text is complete, but the end marker is missing ([DONE] or message_stop). Most apps do not mind. Some "
        "wait for it, or report a broken answer.",
        (
            "If your app works, there is nothing to do.",
            "Otherwise turn off streaming in the app.",
            Step("owner", "If the server is yours, update it."),
        ),
    ),
    "stream.websocket_refused": Text(
        "The server refuses the WebSocket that {app} tries first",
        "{app} opens a WebSocket before it sends a normal request, and {host} does not offer one there. After the "
        "answer “Upgrade Required” it switches to HTTPS at once; after most other answers it retries for a few "
        "seconds first. It gives up only if the refusal reads like an error of the request: a bad request, an unknown "
        "model, a rate limit.",
        (
            "If answers come after a pause, nothing is broken: only the first attempt is lost.",
            "For Codex, set up the relay as its own provider in config.toml ([model_providers.NAME] with base_url, "
            "without supports_websockets) instead of openai_base_url: then it sends no WebSocket request.",
            (
                "For the owner of the server: answer the upgrade with 426 Upgrade Required, so that clients fall back "
                "at once."
            ),
        ),
    ),
    "stream.websocket_closed": Text(
        "The WebSocket was closed before the answer was complete",
        "{app} opened a WebSocket at {host}, and then the server or something in between closed it. Close code "
        "1008 means that the server's policy does not allow it, 1011 a server error, 1006 that the connection was "
        "cut. Proxies and VPNs often cut WebSockets while normal requests work.",
        (
            "Try without the proxy or VPN, or on another network.",
            (
                "For Codex, set up its own provider in config.toml without supports_websockets: it then uses "
                "normal requests."
            ),
            "For the owner of the server: allow WebSocket upgrades in the proxy in front of it, and raise its read "
            "timeout.",
        ),
    ),
    # -- app -----------------------------------------------------------------------------------------------------------
    "app.cors": Text(
        "CORS: the browser does not allow the app to read the answer",
        "A web page may read another server's answer only if that server allows it (CORS). This server does not. "
        "The same request works outside a browser.",
        (
            "Use the desktop version of the app, or have the app's own server make the request.",
            Step(
                "public",
                (
                    "If the provider requires an opt-in for browsers, turn it on in the app. The page then "
                    "contains the key."
                ),
            ),
            Step(
                "owner protocol:ollama|door:ollama",
                "If the server is yours, allow the page's address in OLLAMA_ORIGINS.",
            ),
            Step("owner !protocol:ollama !door:ollama", "If the server is yours, allow the page's address (CORS)."),
        ),
    ),
    "app.mixed_content": Text(
        "Mixed content: an https page cannot call an http address",
        "Browsers block such requests before anything is sent, because the answer could be read on the network.",
        (
            "Set up https on the API server, and use https:// in the base URL.",
            "Or open the app over http:// in your own network, or use its desktop version.",
        ),
    ),
    "app.sdk_mismatch": Text(
        "The app fails before it sends anything (SDK mismatch)",
        "Its packages do not fit together: one is missing, or one is newer than another expects. Network, address "
        "and key are not the cause.",
        (
            "Update the SDK: `pip install -U openai anthropic`, or `npm update`.",
            "To see which package it is, check the app's own environment: `llmdoctor check --runtime PATH`, "
            "where PATH is its virtual environment or the folder with its node_modules.",
            (
                "If the message says \"unexpected keyword argument 'proxies'\" and you cannot update: `pip install "
                '"httpx<0.28"`.'
            ),
            "If it names a missing package, install that one in the app's environment.",
        ),
    ),
    "app.companion_unreachable": Text(
        "{app} needs another host too, and it cannot be reached",
        "Besides the API, the app connects to hosts of its maker, for example at its start or to renew a login. A "
        "firewall or a proxy lets the API through and not these, so the app fails although the API works.",
        (
            "Allow the hosts that the evidence names, port 443, in the firewall or the proxy, as you do the API's.",
            "If this machine may not reach them, use another app: the API itself can be used without them.",
        ),
    ),
    "app.key_elsewhere": Text(
        "{app} also sends your key to {names|another host}",
        "With a key in {variable|its variable}, {app} asks {names|another host} at its start as well, and sends the "
        "key along, although the base URL names another host. Whoever runs that host then has a key of {host}.",
        (
            "Set {detail} for {app}: it then does not ask {names} at all.",
            "Or put the key into {replacement} instead of {variable}, if {host} takes it as `Authorization: Bearer`: "
            "then it goes there alone.",
            "If the key must not be known there, create a new one and delete this one.",
        ),
    ),
    "app.run_failed": Text(
        "{app} itself fails, although the request of this check works",
        "{app} was started with your settings and got no answer. The check asked the same host with the same key and "
        "got one, so what differs is what {app} does.",
        (
            "Read what {app} says above, or give its text to `llmdoctor explain`.",
            "Check the settings of {app} that this check does not know: plugins, profiles, a login of its own.",
        ),
    ),
    "app.run_works": Text(
        "{app} itself works, although this check finds an error",
        "{app} was started with your settings and got an answer. What the check reports is therefore a warning: {app} "
        "gets over it, or {host} treats its requests differently from those of this check.",
        (
            "Nothing needs to change for {app}. Other clients may fail with these settings.",
            "If {host} admits only certain clients, use one of them with this key.",
        ),
    ),
    "app.private_refused": Text(
        "The app refuses private addresses such as localhost",
        "For security, the app, or its maker's server that sends the request, refuses addresses such as localhost "
        "or 192.168.x.x. A server of its maker could not reach them anyway.",
        (
            "Look in the app's settings for a switch that allows private or local addresses.",
            "If the maker's servers send the request, give your API a public https address with a key.",
            "Or use an app that sends its requests from your own machine.",
        ),
    ),
    "app.runtime": Text(
        "The app's own runtime cannot make the call, and this program can",
        "With the same settings, {runtime|the app's Python or Node} got no answer, and this program "
        "did. The evidence says in what the two differ: versions, proxies, CA certificates.",
        (
            "Compare the lines of the evidence, and give the app's environment the same proxies and CA certificates.",
            "Update the SDK in the app's own environment.",
        ),
    ),
    "app.base_url_ignored": Text(
        "The app ignores the base URL",
        "The answer comes from the official provider although another address is set. The app reads the address "
        "under another name or in another place, or not at all for this type of provider.",
        (
            "{app} takes its base URL from {app_variable|its own settings: see its documentation}.",
            "Restart the app after the change: some apps keep the old address.",
            'If it cannot be changed, choose "OpenAI-compatible" or "custom" as the provider in the app.',
            "If your key went to the wrong provider, consider replacing it.",
        ),
    ),
    # -- slo -----------------------------------------------------------------------------------------------------------
    "slo.exceeded": Text(
        "It works, but exceeds the limits that were set",
        "At least one measured value is over the limit set for this check. One measurement is only a sample: "
        "providers are slower at busy times, and a model that was not in use has to be loaded first.",
        (
            "Compare the measured values with the limits, and run the check again at another time.",
            "If it stays so, choose a smaller model, a closer region or another provider.",
            "If the limit was a guess, set a realistic one with `--slo` or in llmdoctor.toml.",
        ),
    ),
    # -- run -----------------------------------------------------------------------------------------------------------
    "run.unexplained": Text(
        "Unknown error: llmdoctor has no explanation for it",
        "Something happened that matches none of the known problems. What was seen is shown word for word.",
        (
            "Try again: it may have been a one-off.",
            'To see what the message means: `llmdoctor explain "TEXT"`.',
            "Save the run with `--save FILE` and send it to llmdoctor's issue tracker: the file never contains the "
            "key.",
        ),
    ),
    "run.crashed": Text(
        "llmdoctor itself crashed during a check",
        "This is a bug in llmdoctor and says nothing about your settings. Whatever depends on this check is unknown.",
        (
            "Update llmdoctor and try again.",
            "Save the run with `--save FILE` and send it to llmdoctor's issue tracker: the file never contains the "
            "key.",
        ),
    ),
    "run.extra_missing": Text(
        "The credential was not obtained: a library is missing here",
        "The credential comes from {place|a chain of places}, and only the provider's own library can get it and sign "
        "requests with it. It is an extra of llmdoctor that is not installed, so whether the credential works is "
        "open. This says nothing about your app.",
        ("Install it and check again: `{command|pip install llmdoctor-cli[aws]}`.",),
    ),
    "run.flaky": Text(
        "It fails only some of the time",
        "The same check ran several times with the same settings. It failed with a temporary error, and the last "
        "attempt went differently. So the settings are not the cause: the network, a gateway or the provider fails "
        "now and then.",
        (
            "Have the app retry: the official SDKs retry twice, with pauses.",
            "Find out when it fails: run the check repeatedly, and save the runs with `--save FILE`.",
            "If it is a relay, tell its operator when it failed and with what message.",
        ),
    ),
}
