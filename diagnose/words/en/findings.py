"""What is said in English. The slots are explained in ``diagnose/words/__init__.py``."""

from __future__ import annotations

from diagnose.words import Text

TEXTS: dict[str, Text] = {
    # -- settings ------------------------------------------------------------------------------------------------------
    "settings.missing_key": Text(
        "No API key was found",
        "Almost every provider wants a key with each request, and none was found in any place looked at. An empty "
        "value counts as no key. A program started from the desktop or as a service does not see what was set in a "
        "terminal.",
        (
            "Put the key into {key_env}, in the shell or the `.env` file from which the app starts.",
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
            (
                "Rename it: the OpenAI SDKs read OPENAI_API_KEY and OPENAI_BASE_URL, Anthropic's read "
                "ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL."
            ),
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
        "A file in this project sends your key to {host}",
        "In this folder, {source|a settings file} names another host than your own settings do, and it wins over "
        "them. Your own key goes along. That is harmless if you or your team wrote it, and theft if the folder came "
        "from a stranger.",
        (
            "Open {source} and see whether you know why it names {host}.",
            "If you do not know the host, do not start the app in this folder, and delete the entry.",
            "If the app has already run here, make a new key and delete the old one.",
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
        "{position|a blank, a quote, a comma, or a character that cannot be seen}. It came along when the address was "
        "copied. Some apps cut it off, others send it, and the server finds no such page.",
        (
            "Set the base URL to {better_url}",
            "Delete the value and type the address by hand, without quotes or blanks.",
            "In an env file for Docker, write the value without quotes: there they become part of it.",
        ),
    ),
    "url.plaintext": Text(
        "The key would travel to {host} without encryption",
        "The base URL begins with http://, so everyone on the way can read the key, the questions and the answers. On "
        "a public network that is as good as giving the key away. llmdoctor does not send a key like this unless it "
        "is told to.",
        (
            "Set the base URL to {better_url}",
            "Change http:// to https:// in the base URL.",
            (
                "If the server has no https, ask its operator for it; on your own server, put a web server with a "
                "certificate in front."
            ),
            "For one test at your own risk: `llmdoctor check --send-anyway`.",
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
    "url.endpoint_included": Text(
        "The base URL already contains the endpoint",
        "The last part of the path, such as {ending|/chat/completions or /messages}, is added by the app itself. Here "
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
        "The base URL ends in {doubled|a version}, and {app} adds {added|one} by itself, which makes something like "
        "{twice|/v1/v1}. A base URL for OpenAI's SDKs ends in /v1, one for Anthropic's, Google's or Azure's does not: "
        "they are easily mixed up.",
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
        "Nothing that an app could use answers at the path of the base URL. Under another path of the same host an "
        "API did answer. Relays often keep it below a part of their own, such as /api or /openai; Gemini and Azure "
        "serve several versions of theirs, and not every host has them all.",
        (
            "Set the base URL to {better_url}",
            "Set the version of the API to {better_version}, in {version_variable} for instance.",
            "Look up the base URL for {protocol} in the manual of {host}, and copy it whole.",
        ),
    ),
    # -- key -----------------------------------------------------------------------------------------------------------
    "key.placeholder": Text(
        "The key is still an example value",
        "It is a stand-in out of a manual or a template, such as sk-... or your-api-key. Nobody has put a real key in "
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
        "this file does not do that, or the variable was not set at the time. So the reference itself goes out as the "
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
            "Copy the key again with the copy button of the provider's page, and paste it into an empty field.",
            "Delete quotes, blanks and line ends around the key. An env file for Docker takes no quotes.",
            "If the file was written on Windows, save it with Unix line ends (LF).",
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
        "Some apps take a list of keys and use them in turn. Most SDKs send the whole value as one single key, and no "
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
        "The key does not have the length of its kind",
        "It begins like a key of {key_door|a known provider}, but no such key is as short or as long as this one. "
        "Part of it was lost when it was copied, or something was added.",
        (
            (
                "It has {key_length} characters now. Copy it again with the copy button: a double click often stops at "
                "a hyphen."
            ),
            "Copy the key again as a whole, and paste it into an empty field.",
            "If its page no longer shows it in full, make a new one at {console}",
        ),
    ),
    "key.wrong_kind": Text(
        "This credential is not a key for calling models",
        "It comes from the right house but is made for another purpose, as an admin key, a login token, a key id, an "
        "organisation id or a webhook secret is. The model API does not take it.",
        (
            "Make an API key at {console}",
            "On the provider's page for API keys, make a key and use that one.",
            (
                "The login of a subscription works in its maker's own apps only: an API key is a thing apart, and "
                "billed apart."
            ),
        ),
    ),
    "key.official_elsewhere": Text(
        "A key of {key_door|an official provider} is given to {host}",
        "That host is not known to belong to the provider of the key. A relay normally hands out keys of its own, and "
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
        "Each provider knows only the keys that it made itself. A key at another's door is like your house key at the "
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
        "Some providers tie a key to one resource, workspace or product that has a host of its own. Azure does so "
        "with each resource, and Mistral with Codestral. Next door the key is unknown.",
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
            (
                "Write it as http://HOST:PORT, or socks5://HOST:PORT for a SOCKS port. HTTPS_PROXY, too, nearly always "
                "begins with http://. Special characters of its password stand as codes: @ is %40, : is %3A, # is %23."
            ),
            "Delete entries with square brackets or :: from NO_PROXY, such as [::1].",
            "An API address or a relay is no proxy: it belongs in the base URL.",
        ),
    ),
    "proxy.ignored": Text(
        "The app does not use the proxy that this check used",
        "Node's fetch and some apps pay no heed to HTTP_PROXY and HTTPS_PROXY. This check went through "
        "{proxy|the proxy}, the app goes straight out. So the one can work while the other fails.",
        (
            "With Node 24 or newer, start the app with NODE_USE_ENV_PROXY=1.",
            "Enter the proxy in the app's own settings.",
            "Or let your proxy program carry everything (its TUN mode).",
        ),
    ),
    "proxy.unreachable": Text(
        "Nothing answers at the proxy {proxy|that is set}",
        "All requests are to go through it, so none gets out, and {host} may be perfectly well. Most often the proxy "
        "program is not running or has another port. Inside a container, 127.0.0.1 is the container itself.",
        (
            "Start the proxy program, and compare its port with {source|the proxy setting}.",
            "If you need no proxy, delete HTTP_PROXY, HTTPS_PROXY and ALL_PROXY and start the app again.",
            (
                "In a container, write host.docker.internal in place of 127.0.0.1, and let the proxy accept "
                "connections from the LAN."
            ),
        ),
    ),
    "proxy.auth_required": Text(
        "The proxy wants a user name and a password",
        "The proxy between this machine and the internet lets only known users through, and stopped the request "
        "before it went out. The API key plays no part in this.",
        (
            (
                "Write them into the proxy setting: http://USER:PASSWORD@HOST:PORT, with special characters as codes "
                "(@ is %40)."
            ),
            (
                "Ask your IT staff for them. If they say NTLM or Kerberos, run a local helper such as px or cntlm, and "
                "use that as the proxy."
            ),
        ),
    ),
    "proxy.socks_unsupported": Text(
        "The app lacks what it needs to use a SOCKS proxy",
        "A SOCKS proxy is set in {source|the proxy settings}, and clients in Python need one more package for it. "
        "Without it they stop as they start, whichever host is called, those in NO_PROXY too. This check brings its "
        "own.",
        (
            (
                'In the app\'s own Python environment (not in another): `pip install "httpx[socks]"`. Programs on '
                "requests need `pip install pysocks`."
            ),
            (
                "Or delete {source|ALL_PROXY} and set HTTPS_PROXY=http://HOST:PORT to the HTTP port of the same proxy "
                "program. Node's clients know no SOCKS, and need this in any case."
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
            "For host.docker.internal on Linux, start the container with --add-host=host.docker.internal:host-gateway.",
        ),
    ),
    "dns.failed": Text(
        "The name {host|in the base URL} could not be looked up",
        "The name service gave no usable answer, so it is not known whether the name exists. Mostly this machine is "
        "offline, or its name server cannot be reached.",
        (
            "See whether a web page opens on this machine. If none does, mend the network first.",
            "Restart the VPN or proxy program, or set another name server, such as 1.1.1.1 or 223.5.5.5.",
            "In a container, restart Docker or start it with --dns 1.1.1.1.",
        ),
    ),
    "dns.bogus_answer": Text(
        "The name {host|in the base URL} leads to an address that cannot be right",
        "The name service answered with {address|an address} that is private, is this machine's own, or is somebody "
        "else's. A filter, an ad blocker, the hosts file or a false answer on the way stands in for the real one.",
        (
            (
                "Look for {host} in the hosts file (/etc/hosts, on Windows C:\\Windows\\System32\\drivers\\etc\\hosts) "
                "and delete that line."
            ),
            "Set another name server or switch on encrypted DNS, then restart the app.",
            "Switch off the ad blocker or filter for a try.",
        ),
    ),
    "dns.fake_ip": Text(
        "The name {host|in the base URL} leads to a stand-in address of a proxy program",
        "Proxy programs such as Clash hand out addresses from 198.18.0.0/15 and carry the connection themselves. That "
        "is how they work, and no fault. Only when the program was stopped or restarted does nothing answer there.",
        (
            "While everything works, there is nothing to do.",
            "If nothing answers, restart the proxy program, then the app.",
            "If an app takes the address for a private one, add {host} to the fake-ip-filter of the proxy program.",
        ),
    ),
    # -- tcp -----------------------------------------------------------------------------------------------------------
    "tcp.refused": Text(
        "{host} turns the connection away: nothing listens on that port",
        "The machine is there and said at once that no program waits on this port. The server is not started, uses "
        "another port, or listens for its own machine only. Inside a container, localhost is the container itself.",
        (
            "Start the server, and compare the port that it prints with the one in the base URL.",
            "The port that was asked for is {port}.",
            (
                "To reach it from another machine or container, let it listen on 0.0.0.0 (for Ollama: "
                "OLLAMA_HOST=0.0.0.0)."
            ),
            "In a container, write host.docker.internal in place of localhost.",
        ),
    ),
    "tcp.timeout": Text(
        "{host} does not react to attempts to connect",
        "Neither yes nor no comes back. A firewall swallows the attempt, this network does not let it through, or the "
        "machine is off.",
        (
            "See whether other web pages open. If so, try again through a proxy or from another network.",
            "With a server of your own, open its port in the firewall and in the cloud's security group.",
            "See whether the server still has the address {address}.",
        ),
    ),
    "tcp.unreachable": Text(
        "There is no way from here to {host}",
        "This machine, or a router on the way, knows no path to that address. The network is down, a VPN is needed, "
        "or the system does not let this app into the local network.",
        (
            "See whether this machine is online, and connect to the VPN if the host needs it.",
            "On macOS, allow the app or terminal under System Settings, Privacy & Security, Local Network.",
            "See whether the server's address has changed.",
        ),
    ),
    "tcp.reset": Text(
        "The connection to {host} is cut as soon as it opens",
        "Something picks up and hangs up at once, before encryption begins. It may be a firewall, a server that "
        "admits only listed addresses, or a proxy program that lost its way.",
        (
            "Restart the VPN or proxy program, or try without it.",
            "Try from another network. If it works there, ask whoever runs this one.",
            "With a server of your own, look at its list of allowed addresses and at its log.",
        ),
    ),
    "tcp.ipv6_broken": Text(
        "Connections over IPv6 fail, over IPv4 they work",
        "This host has addresses of both kinds. An app that tries IPv6 first has to wait for it to fail, and some "
        "never switch over. The reason is mostly this network or its VPN.",
        (
            "Switch IPv6 off on this machine or in the VPN, or have the network mended.",
            "If the base URL says localhost, write 127.0.0.1 instead.",
            "For Node, set NODE_OPTIONS=--dns-result-order=ipv4first.",
        ),
    ),
    # -- tls -----------------------------------------------------------------------------------------------------------
    "tls.not_tls": Text(
        "{host} does not speak https on this port",
        "The base URL begins with https://, but plain http came back. Local servers such as Ollama, vLLM or a relay "
        "of one's own speak http as long as nobody gives them a certificate.",
        (
            "Set the base URL to {better_url}",
            "If the server is on this machine or in your own network, change https:// to http://.",
            "On a public server, use the port that has https, mostly 443, or ask its operator for it.",
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
            (
                "Tell the operator of {host} that the certificate has to be renewed. On your own server, renew it and "
                "reload the web server."
            ),
            "Do not switch the check off: then anyone on the way could read the key.",
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
            "On your own server, get a certificate that names {host}.",
        ),
    ),
    "tls.self_signed": Text(
        "{host} shows a certificate that it signed itself",
        "Nobody whom your apps know vouches for it, so they refuse it. That is common with servers of one's own, and "
        "a bad sign with a public service.",
        (
            (
                "For a server of your own, hand its certificate to the app: SSL_CERT_FILE=PATH for Python, "
                "NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            "Better still, get it a certificate from a public authority such as Let's Encrypt.",
            "With a public service, send no key, and ask its operator.",
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
        "It was issued by {issuer|an authority} that is not in the list of those whom the client trusts. Mostly it is "
        "an authority of a company's own, or the list is old.",
        (
            (
                "In a company, get its root certificate from the IT staff and hand it to the app: SSL_CERT_FILE=PATH "
                "for Python, NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            "Update the list: `pip install -U certifi`, or the updates of the system.",
            "If the browser is content, let Node use the system's list: NODE_USE_SYSTEM_CA=1.",
        ),
    ),
    "tls.intercepted": Text(
        "Something on the way opens the encrypted connection to {host}",
        "In place of the host's own certificate there came one of {issuer|another issuer}. Company proxies, antivirus "
        "and debugging programs do that to read along. Apps that do not know that issuer refuse, and whoever reads "
        "along sees the key too.",
        (
            (
                "In a company, get its root certificate from the IT staff and hand it to the app: SSL_CERT_FILE=PATH "
                "for Python, NODE_EXTRA_CA_CERTS=PATH for Node."
            ),
            "In the antivirus, leave {host} out of the scanning of encrypted connections.",
            "If you know of nothing of the kind, send no key over this network.",
        ),
    ),
    "tls.incomplete_chain": Text(
        "{host} does not send its whole chain of certificates",
        "Between a server's certificate and a known authority stands another one, which the server has to send along. "
        "Here it is missing. Browsers fetch it by themselves, most other programs do not, so the page opens and the "
        "app fails.",
        (
            "On your own server, install the full chain (fullchain.pem) in place of the single certificate.",
            "Else tell the operator of {host} that the intermediate certificate is missing.",
        ),
    ),
    "tls.handshake_failed": Text(
        "This machine and {host} cannot agree on how to encrypt",
        "They have no version or method of encryption in common. One of the two is very old, or a device in between "
        "meddles.",
        (
            "Update the app and its Python, Node or OpenSSL.",
            "Try without VPN and proxy, or from another network.",
            (
                "On your own server, allow TLS 1.2 and 1.3. In an nginx that passes requests on, set "
                "`proxy_ssl_server_name on`."
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
    "tls.expires_soon": Text(
        "The certificate of {host} ends in {days|a few} days",
        "All is well today. From {not_after|that day} on, apps will refuse to connect unless it is renewed. Renewal "
        "is mostly automatic and done weeks ahead, so here it may have stopped.",
        ("Tell the operator of {host}. On your own server, renew it now and see why that did not happen by itself.",),
    ),
    # -- http ----------------------------------------------------------------------------------------------------------
    "http.timeout": Text(
        "{host} took the connection but did not answer in time",
        "The server, or one behind it, is busy, stuck, or still loading the model.",
        (
            "Give it more time: `llmdoctor check --timeout 60`.",
            "With a server of your own, look at its log and memory: the first request often has to load the model.",
            "See whether the provider's status page tells of a disturbance.",
        ),
    ),
    "http.closed": Text(
        "{host} hung up before its answer was complete",
        "The connection stood, then the other side closed it. The program there may have crashed, or a gateway or "
        "proxy in between gave up.",
        (
            "Try again: once is no pattern.",
            "Try without VPN and proxy.",
            "With a server of your own, look at its log and memory at that moment.",
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
        "The answer comes not from the API but from a bot check or web firewall. It goes by the sender's address, the "
        "country or the look of the client, and has not looked at the key.",
        (
            "Try from another network, or without the VPN or proxy.",
            "If it is your own server or relay, let its API paths pass without bot checks.",
            "Else send the operator of {host} the text of the block page with its number (Ray ID).",
        ),
    ),
    "http.front_auth": Text(
        "Something in front of the API wants a login of its own",
        "A password prompt, a single sign-on or an access gateway stands before the API and wants to be satisfied "
        "first. The API has not seen the key yet.",
        (
            "Ask the operator of {host} for the address that is meant for programs, or for a token for the gateway.",
            "If it is your own server, take the API path out of the login.",
            "If it is your company's, connect to its VPN first.",
        ),
    ),
    "http.header_rejected": Text(
        "{host} objects to a header of the request",
        "Beside the question, an app sends notes on itself, the headers. The server does not know one of them or "
        "misses one: {parameter|anthropic-beta, anthropic-version or Host are the usual ones}.",
        (
            "Update the server or relay, and the app.",
            "In Claude Code, set CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1.",
            "If you reach Ollama through a tunnel, let the tunnel send localhost:11434 as the Host header.",
        ),
    ),
    "http.too_large": Text(
        "The request is larger than {host} takes",
        "The server, or a gateway before it, has a limit on size. Short questions pass, and long ones are refused or "
        "cut off.",
        (
            "Send less: a shorter conversation, fewer or smaller files and pictures.",
            "In an nginx of your own, raise client_max_body_size.",
        ),
    ),
    "http.gateway_error": Text(
        "The gateway at {host} gets no good answer from the API behind it",
        "What answered is a go-between, such as nginx or Cloudflare. It is up, but the API behind it is down, slow or "
        "out of its reach. Your key has nothing to do with it.",
        (
            "Wait some minutes and try again.",
            "See the provider's status page, or ask the operator of {host}.",
            "If the gateway is yours, see that the program behind it runs, and that its address and port are right.",
        ),
    ),
    "http.server_error": Text(
        "The API of {host} has a fault of its own",
        "It took the request and failed while working on it. With a large provider that passes by itself. With a "
        "server of one's own, its log tells why.",
        (
            "Try again in a minute.",
            "Try another model: often only one is affected.",
            "If it stays, see the provider's status page, or the log if the server is yours.",
            "Tell the operator of {host} what the server said: {said}",
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
            "If the server is yours, see that you use the port of the API and not that of its web pages.",
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
        "LLM APIs come in several languages, such as OpenAI's, Anthropic's and Gemini's. The app asks in one, and at "
        "this address another is spoken.",
        (
            "In the app, choose {other_protocol} as the kind of provider.",
            "Or set the base URL to {better_url}",
            (
                "See in the manual whether {protocol} has an address of its own there, and which languages the app can "
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
            "If the server is yours, let it mark its errors as errors.",
        ),
    ),
    "shape.malformed_answer": Text(
        "The answer of {host} lacks what an SDK reads",
        "It is an answer in JSON, but without the field in which an SDK looks for the text. A relay changed it on the "
        "way, or it follows another protocol.",
        (
            "See that the protocol chosen in the app is the one that the server speaks.",
            "Update the server or relay.",
            "Try another model: often only one is affected.",
        ),
    ),
    # -- auth ----------------------------------------------------------------------------------------------------------
    "auth.rejected": Text(
        "{door} does not accept this key",
        "The key came to the right place and in the right form, but is not known there. It was mistyped, deleted or "
        "replaced, or never belonged to this place.",
        (
            "Compare {key_hint} with the keys listed at {console}",
            "Make a new key at {console} and use that one.",
            "See that no older key from another place is used: `llmdoctor check` names the place that wins.",
            "With a relay, see on its page that the token exists and is switched on.",
        ),
    ),
    "auth.header_style": Text(
        "The key works, but in another header than the app uses",
        'A key can travel as "Authorization: Bearer", as "x-api-key" or in other ways. Not every server looks in '
        "all of these places, and {host} does not look where {app} puts it.",
        (
            "Let the app send it as {better_auth}.",
            ("In Claude Code, {claude_token} travels as Bearer and ANTHROPIC_API_KEY as x-api-key: use the other one."),
            "In the app, choose the kind of provider that fits the server, or update the app.",
            "If the relay is yours, let it accept both.",
        ),
    ),
    "auth.header_lost": Text(
        "The key was sent, but the server says that none came",
        "Something on the way drops it, such as a redirect or a web server that keeps the header to itself. Some "
        "servers also say so when they cannot read the key's form.",
        (
            "Use the final address as base URL, with https://, so that nothing is redirected.",
            "Copy the key again as a whole.",
            "Try the other header: {better_auth}.",
            "On your own server, let the web server pass the Authorization header on.",
        ),
    ),
    "auth.expired": Text(
        "This key is no longer in force",
        "The server knows the key and says that it has expired, was switched off or suspended, or was found in "
        "public. It will not come back by waiting.",
        (
            "Make a new key at {console}",
            "Make a new key, put it in every place that used the old one, and delete the old one.",
            "If it was found in public, see in the console what it was used for.",
            "If the account itself is suspended, write to the provider's support.",
        ),
    ),
    "auth.not_permitted": Text(
        "The key is known, but may not do this",
        "A key can be limited to certain permissions, projects or kinds of requests. What the app asks for is not "
        "among them.",
        (
            "The server said: {said}",
            "Open {console} and give the key the missing permission.",
            "Make a key without limits, or let the owner of the account allow model requests for it.",
            "For Google keys, switch on the Generative Language API in the project.",
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
            "Send the operator of {host} this message: {said}",
            "Tell the operator of {host}, with the time and the model.",
            "Try another model or group there until it is mended.",
            "If the relay is yours, replace the key of that channel.",
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
            "Take a name from the model list of {host}, and copy it exactly.",
            "With Ollama, fetch it first: `ollama pull NAME`. With Azure, use the name of the deployment.",
        ),
    ),
    "model.not_permitted": Text(
        "This key may not use the model {model|that was asked for}",
        "The model exists, but the account, project, plan or token does not include it.",
        (
            "Choose a model that the key may use, such as {near}.",
            "Open {console} and allow the model for the key or project.",
            (
                "Choose another model, or ask the account's owner to open this one. With a relay, look at the token's "
                "own list of models."
            ),
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
        "The answer bears another name than {model|the one asked for}. Relays can map one name to another, so you may "
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
            "Top up, or raise the limit, at {console}",
            "See balance and limits of the account and of this very key, then top up or raise them.",
            "If little is left, let the app ask for shorter answers (a smaller max_tokens).",
            "If the key belongs to a plan, use that plan's own address.",
        ),
    ),
    "quota.rate_limited": Text(
        "There were too many requests for now",
        "Each account may send only so many requests or words in a minute or a day. Address and key are in order, and "
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
            "Update the server or relay, or ask its operator to support streaming.",
        ),
    ),
    "stream.malformed": Text(
        "The stream from {host} cannot be read by an SDK",
        "The pieces do not have the form that the protocol wants, or are labelled as something else. A relay or web "
        "server in between often changes them.",
        (
            "Switch streaming off in the app for the time being.",
            "Update the server or relay, and let no web server compress the stream.",
            "See that the protocol chosen in the app is the one that the server speaks.",
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
            "On your own web server, raise the time limit (in nginx: proxy_read_timeout).",
        ),
    ),
    "stream.stalled": Text(
        "The stream starts and then nothing more comes",
        "The first pieces arrived, then silence, and the connection stayed open. The server is stuck, or something in "
        "between holds the rest back.",
        (
            "Try again, or with another model.",
            "Try without VPN and proxy.",
            "On your own web server, switch off buffering (in nginx: proxy_buffering off).",
        ),
    ),
    "stream.buffered": Text(
        "The stream arrives all at once",
        "The server took its time, and then everything came in one moment. Something in between collects the pieces "
        "and passes them on only at the end. It works, but the text does not grow before your eyes.",
        (
            (
                "On your own web server, switch off buffering and compression for it (in nginx: proxy_buffering off, "
                "gzip off)."
            ),
            "Try without VPN and proxy: antivirus and company proxies also collect.",
            "Else ask the operator of {host}.",
        ),
    ),
    "stream.no_terminator": Text(
        "The stream lacks its closing mark",
        "The text is complete, but the last mark is missing, [DONE] or message_stop. Most apps do not mind. Some wait "
        "for it, or report a broken answer.",
        (
            "If your app is content, there is nothing to do.",
            "If it is not, switch streaming off, or update the server or relay.",
        ),
    ),
    # -- app -----------------------------------------------------------------------------------------------------------
    "app.cors": Text(
        "The browser does not let the app read the answer",
        "A web page may read another server's answer only if that server allows it. Here it does not say so. The same "
        "request works outside a browser.",
        (
            "Use the desktop version of the app, or let its own server make the call.",
            "On your own API server, allow the page's address (for Ollama: OLLAMA_ORIGINS).",
            (
                "If the provider wants an opt-in for browsers, switch it on in the app, and know that the page then "
                "holds the key."
            ),
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
        "The same check was run several times with the same settings. It failed by something that passes, and the last "
        "try was another story. So the settings are not what is wrong: the network, a gateway or the provider fails "
        "now and then.",
        (
            "Let the app try again by itself: the official SDKs do so twice, with pauses.",
            "See at which hours it fails: run the check again and again, and keep the runs with `--save FILE`.",
            "With a relay, ask its operator, and say when it failed and with what message.",
        ),
    ),
}

# Special cases of a finding, which have a cause and a cure of their own.
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
                "Or put a gateway in front that offers the path that {app} asks for, such as LiteLLM or New API.",
            ),
        ),
    ),
    "settings.project_override:local": Text(
        "A file in this project sends your key to {host}, a server near you",
        "In this folder, {source|a settings file} names another host than your own settings do, and it wins over "
        "them. Your own key goes along. The host is on this machine or its network, so the key does not get far. "
        "Still, whoever runs that server reads it.",
        (
            "If the server is yours, all is well: give it a key of its own, and yours stays at home.",
            "If you do not know it, delete the entry in {source}.",
        ),
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
    "dns.not_found:docker_host": Text(
        "The name host.docker.internal is not known here",
        "Docker Desktop gives this name to the machine that runs the containers. Docker on Linux does so only when it "
        "is asked to, and outside of a container no machine needs it.",
        (
            (
                "Start the container with --add-host=host.docker.internal:host-gateway. In Compose, add extra_hosts: "
                '["host.docker.internal:host-gateway"].'
            ),
            "Outside of a container, write 127.0.0.1 in its place.",
            "The server has to listen on 0.0.0.0 to be seen from a container (for Ollama: OLLAMA_HOST=0.0.0.0).",
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
    "dns.failed:servfail": Text(
        "The name server could not find out where {host} is",
        "It was reached and answered that it failed. The servers in charge of that name do not answer it, their answer "
        "is not signed rightly, or it has lost its own way out. Whether the name exists is not known.",
        (
            (
                "See whether other names work. If they do, the fault lies with the name servers of {host}: tell its "
                "operator."
            ),
            "Ask another one: `llmdoctor check --dns-server 1.1.1.1`. If it knows the name, set it on this machine.",
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
            "See whether this machine is online, and connect to the VPN if its name server is needed.",
            "Set another name server, such as 1.1.1.1 or 223.5.5.5. The one that is asked now is {address}.",
            "In a container, restart Docker or start it with --dns 1.1.1.1.",
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
            "A server in another container goes by the name of its service in Compose, with its inner port.",
            "Let the server outside listen on 0.0.0.0 (for Ollama: OLLAMA_HOST=0.0.0.0).",
            "If the server is to run in this very container, start it, and compare its port with {port}.",
        ),
    ),
    "tcp.refused:wsl": Text(
        "In WSL, {host} is the Linux side, and nothing listens there",
        "WSL mostly has a loopback of its own, so a server that runs in Windows is not to be found at localhost or "
        "127.0.0.1.",
        (
            "Put networkingMode=mirrored under [wsl2] into .wslconfig in Windows, then run `wsl --shutdown`.",
            "Or write the address of Windows in place of {host} (`ip route show default` tells it).",
            "The server in Windows then has to listen on 0.0.0.0 (for Ollama: OLLAMA_HOST=0.0.0.0).",
            "If the server is to run in WSL, start it, and compare its port with {port}.",
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
    "http.front_auth:certificate": Text(
        "{host} wants a certificate from the client",
        "The server, or a gateway before it, lets in only programs that show a certificate of their own (mutual TLS). "
        "The official SDKs show none unless they are given one in code, and the API has not seen the key yet.",
        (
            "Ask the operator of {host} for an address that asks for a key alone.",
            "Else ask for the certificate and its key, and hand both to the app's HTTP client in code.",
            "On your own server, switch the check off for the API path (nginx: `ssl_verify_client off`).",
        ),
    ),
    "tls.handshake_failed:name": Text(
        "The server behind {host} does not serve that name",
        "Encryption begins with the name of the host, and this server answers to other names alone. So the address "
        "leads to the wrong server, or the server was not told of the name.",
        (
            "Compare the host in the base URL with the one that the provider or operator gives.",
            "On your own server, add the name to its site and its certificate.",
            "In an nginx that passes requests on to it, set `proxy_ssl_server_name on` and the right `proxy_ssl_name`.",
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
        "list of their own refuse: requests, LiteLLM, older SDKs on certifi, and Node.",
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
        "list of their own refuse: requests, LiteLLM, older SDKs on certifi, and Node.",
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
            "If the server is yours, let it answer by itself or pass requests on, in place of a redirect.",
        ),
    ),
    "http.blocked:challenge": Text(
        "{host} wants to see a browser, not a program",
        "In front of the API stands a bot check that a browser passes by itself: a script or a picture riddle. No app "
        "and no SDK can pass it, whatever the key is.",
        (
            (
                "If the server is yours, take the API's paths out of the check (Cloudflare: a WAF rule that skips Bot "
                "Fight Mode and managed challenges)."
            ),
            "Else ask the operator of {host} for an address without it, and send them the page's number (Ray ID).",
            "Try from another network: an address that many people share is checked more.",
        ),
    ),
    "http.blocked:signature": Text(
        "{host} bars this kind of client",
        "Cloudflare in front of it goes by how a client looks: its name, its headers and its way of encrypting. "
        "Programs are barred and browsers let in. The key was not looked at.",
        (
            "If the server is yours, switch Browser Integrity Check off for the API's paths.",
            "Else send the operator of {host} the number on the page (Ray ID), and ask for programs to be let in.",
            "Update the app: old libraries are barred more often.",
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
            "If the server is yours, raise the limit for the API's paths.",
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
            "Wait some minutes and try again, and see the provider's status page.",
            (
                "If the server is yours, start the program behind the gateway, and let the gateway's addresses through "
                "its firewall (ports 80 and 443 for Cloudflare)."
            ),
        ),
    ),
    "http.gateway_error:silent": Text(
        "The gateway at {host} cannot reach the server behind it",
        "Its attempts to connect get no answer: the server is off, its address is out of date, or a firewall drops "
        "them. Your key has nothing to do with it.",
        (
            "Wait some minutes and try again, and see the provider's status page.",
            "If the server is yours, see that it is up, that the DNS record at the gateway holds its present address, "
            "and that its firewall lets the gateway in.",
        ),
    ),
    "http.gateway_error:slow": Text(
        "The gateway at {host} gave up waiting for the answer",
        "It reached the API, and the API took longer than the gateway waits: a long answer, a large model, or a "
        "server that is stuck. Your key has nothing to do with it.",
        (
            "Switch streaming on in the app: pieces on the way keep the gateway waiting.",
            "Ask for less at a time, or try another model.",
            (
                "If the gateway is yours, raise its limit (nginx: proxy_read_timeout; HAProxy: timeout server; "
                "Cloudflare waits about 100 seconds)."
            ),
            "Else ask the operator of {host}.",
        ),
    ),
    "http.gateway_error:tls": Text(
        "The gateway at {host} and the server behind it cannot agree on encryption",
        "The server's certificate is not one that the gateway accepts, or they have no method in common. Nothing on "
        "this side can mend that.",
        (
            "Tell the operator of {host}.",
            (
                "If the server is yours, give it a certificate that names {host}, still holds, and comes from a known "
                "authority or from Cloudflare (origin certificate); or set the mode at Cloudflare to Full."
            ),
        ),
    ),
    "http.gateway_error:name": Text(
        "The gateway at {host} does not find the server behind it",
        "It holds a name for that server which nobody can look up, or a tunnel to it that nobody has open. Your key "
        "has nothing to do with it.",
        (
            "Tell the operator of {host}, or wait until the server is back.",
            "If the server is yours, start its tunnel (cloudflared, ngrok), or correct the name of the origin.",
        ),
    ),
    "shape.malformed_answer:packed": Text(
        "The answer of {host} is compressed in a way that the app cannot undo",
        "An app says which ways of compression it knows: gzip and deflate, and others only where a package for them is "
        "installed. Here something in between packed the answer in another way, or left out the header that says so.",
        (
            "On your own gateway, let compression go by the request's Accept-Encoding, or switch it off for the API.",
            "In Python, `pip install brotli zstandard` teaches the SDKs two more ways.",
            "Else ask the operator of {host}.",
        ),
    ),
    "stream.malformed:packed": Text(
        "The stream from {host} is compressed in a way that the app cannot undo",
        "An app says which ways of compression it knows: gzip and deflate, and others only where a package for them is "
        "installed. Here something in between packed the stream in another way, or left out the header that says so.",
        (
            "On your own gateway, switch compression off for text/event-stream.",
            "In Python, `pip install brotli zstandard` teaches the SDKs two more ways.",
            "Switch streaming off in the app for the time being.",
            "Else ask the operator of {host}.",
        ),
    ),
    "stream.cut:idle": Text(
        "The stream is cut off after a long silence",
        "Nothing was heard for a while, and then the connection was closed, not by the answer's end. Gateways and load "
        "balancers close what is silent for {seconds|thirty} seconds or so. A model that thinks long says nothing.",
        (
            "On your own gateway, raise the time limit (nginx: proxy_read_timeout; AWS load balancer: idle timeout).",
            "Let the server send comments as a sign of life, every 15 seconds or so.",
            "Try without VPN and proxy, or with a model that answers sooner.",
            "Else ask the operator of {host}.",
        ),
    ),
    "stream.buffered:nginx": Text(
        "The stream arrives all at once, held back by {product|nginx}",
        "The server took its time, and then everything came in one moment. {product|nginx} collects answers unless it "
        "is told not to. It works, but the text does not grow before your eyes.",
        (
            "In its location for the API, set `proxy_buffering off;` and `gzip off;`, then reload it.",
            "Or let the API answer with the header `X-Accel-Buffering: no`, which it obeys.",
            "If it is not yours, send these two lines to the operator of {host}.",
        ),
    ),
    "stream.buffered:apache": Text(
        "The stream arrives all at once, held back by Apache",
        "The server took its time, and then everything came in one moment. Apache's proxy collects small pieces, and "
        "its compression collects all. It works, but the text does not grow before your eyes.",
        (
            "Set `ProxyPass … flushpackets=on`, and `SetEnv no-gzip 1` for the API's paths.",
            "If it is not yours, send this line to the operator of {host}.",
        ),
    ),
    "stream.buffered:iis": Text(
        "The stream arrives all at once, held back by IIS",
        "The server took its time, and then everything came in one moment. IIS with Application Request Routing "
        "collects answers up to a threshold. It works, but the text does not grow before your eyes.",
        (
            (
                "In IIS' proxy settings (Application Request Routing), set the response buffer threshold to 0, and "
                "switch dynamic compression off for the API."
            ),
            "If it is not yours, send this line to the operator of {host}.",
        ),
    ),
    "stream.buffered:aws": Text(
        "The stream arrives all at once, held back by AWS",
        "The server took its time, and then everything came in one moment. API Gateway and Lambda pass an answer on "
        "when it is whole, unless streaming is set up. It works, but the text does not grow before your eyes.",
        (
            (
                "In API Gateway, set the integration's response transfer mode to STREAM; for Lambda, use a function "
                "URL with RESPONSE_STREAM; or put a load balancer in its place."
            ),
            "If it is not yours, ask the operator of {host}.",
        ),
    ),
    "stream.buffered:azure": Text(
        "The stream arrives all at once, held back by API Management",
        "The server took its time, and then everything came in one moment. Azure API Management collects an answer "
        "that a policy reads or logs. It works, but the text does not grow before your eyes.",
        (
            ('In the API\'s policies, set `buffer-response="false"` on forward-request, and log no response bodies.'),
            "If it is not yours, ask the operator of {host}.",
        ),
    ),
    "stream.buffered:cdn": Text(
        "The stream arrives all at once, held back by {product|a content network}",
        "The server took its time, and then everything came in one moment. {product|A content network} passes streams "
        "on by itself, but not where it compresses, changes or caches them. It works, but the text does not grow "
        "before your eyes.",
        (
            "Let the API answer with `Content-Type: text/event-stream` and `Cache-Control: no-cache, no-transform`.",
            "Switch off compression, optimisation and caching for the API's paths there.",
            "If it is not yours, ask the operator of {host}.",
        ),
    ),
    "stream.buffered:gzip": Text(
        "The stream arrives all at once, since it is compressed",
        "The server took its time, and then everything came in one moment. Compression waits until it has enough to "
        "pack. It works, but the text does not grow before your eyes.",
        (
            "Switch compression off for text/event-stream (in nginx: leave it out of gzip_types, or `gzip off;`).",
            "If it is not yours, ask the operator of {host}.",
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
            "On your own server, allow TLS 1.2 and 1.3 (nginx: `ssl_protocols TLSv1.2 TLSv1.3`).",
            "Else tell the operator of {host}.",
            "If other hosts fail alike, a device in this network is what is old: try another network.",
        ),
    ),
}

# The phrases of the report around the findings; plain ``{name}`` slots alone.
UI: dict[str, str] = {
    "verdict.healthy": "Everything that was asked works.",
    "verdict.degraded": "It works, but something is not as it should be.",
    "verdict.broken": "With these settings the app does not work.",
    "verdict.slo": "It works, but not within the limits that were set.",
    "verdict.inconclusive": "Nothing is wrong so far, but not everything could be asked.",
    "why": "Why",
    "what_to_do": "What to do",
    "evidence": "What was seen",
    "works": "Settings that were seen to work in this run",
    "tried": "tried in this run, works",
    "not_tried": "not tried",
    "also": "Also noticed",
    "because": "Follows from it",
    "caused_by": "Follows from {code}",
    "proven": "Shown to work",
    "not_proven": "Shown not to work",
    "not_asked": "Not asked",
    "proven.reachable": "the server can be reached",
    "proven.path": "the path is right",
    "proven.key": "the key is accepted",
    "proven.model": "the model can be used",
    "proven.answer": "an answer comes back",
    "proven.stream": "streaming works",
    "probe.settings": "Settings",
    "probe.door": "Provider",
    "probe.proxy": "Proxy",
    "probe.dns": "Name lookup",
    "probe.tcp": "Connection",
    "probe.tls": "Encryption",
    "probe.http": "Endpoint",
    "probe.auth": "Key",
    "probe.model": "Model",
    "probe.chat": "Answer",
    "probe.stream": "Streaming",
    "probe.deep": "Deep check",
    "side.settings": "The fault lies in the settings.",
    "side.machine": "The fault lies on this machine.",
    "side.network": "The fault lies in the network between this machine and the server.",
    "side.relay": "The fault lies with the relay or gateway.",
    "side.provider": "The fault lies with the provider.",
    "side.app": "The fault lies with the app.",
    "status.ok": "ok",
    "status.warn": "warning",
    "status.fail": "failed",
    "status.skipped": "skipped",
    "severity.error": "error",
    "severity.warning": "warning",
    "severity.info": "note",
    "cost": "{requests} requests, {billed} billed, {tokens} tokens",
    "cost.free": "Nothing in it is billed.",
    "skipped": "skipped",
    "interrupted": "Interrupted: what was found until then is below.",
    "left_open": "Left open",
    "curl.note": "note",
    "curl.several": "the text asks {names} times; the first of them is checked",
    "curl.insecure": "the command does not verify the certificate (-k); the check does, as the SDKs do",
    "curl.file": "{names} reads a file that is not read here: what it adds is not known",
    "curl.options": "{names} is not followed by the check",
    "curl.unreadable": "{names} has a value that curl does not take; it is left out",
    "curl.headers": "the check does not send these headers of the command: {names}",
    "curl.no_bearer": "the Authorization header of the command lacks the word Bearer; the check sends it with Bearer",
    "curl.basic": "the command sends name and password (Basic), which LLM APIs do not take; a key alone goes as Bearer",
    "curl.credentials": "the command holds {names} different credentials; the first of them is checked",
    "curl.body": "the body of the command is no JSON; its model is not known",
    "fix.no_stream": "Switch streaming off in the app: without it the answer came.",
    "mend.nothing": "Nothing to write: these settings work as they stand.",
    "mend.unproven": "Nothing is written: no settings were seen to work in this run.",
    "mend.ask": "Write this?",
    "mend.written": (
        "Wrote {path}. Start again what has read the old value: apps and shells keep what they once read."
    ),
    "mend.kept": "Nothing was written.",
    "mend.no_terminal": (
        "--fix asks before it writes, and there is no terminal to ask on. With --yes it writes without asking."
    ),
    "mend.environment": "{variable} stands in the environment, which no program can change for another. Run: {detail}",
    "mend.environment_key": (
        "The key in the variable {variable} has characters that do not belong. Set it again without them where it is "
        "set: a key is not printed here."
    ),
    "mend.option": "{source} is not written anywhere. Give this instead: {detail}",
    "mend.option_key": "The key from {source} has characters that do not belong: give it without them.",
    "mend.by_hand": "{source} cannot be changed safely by a program. Change it to {detail}",
    "mend.by_hand_key": (
        "The key at {source} cannot be changed safely by a program. Take the characters away that do not belong."
    ),
    "mend.rival": (
        "The key of {source} works, the one that is used now does not. A key is never copied: take the one away that "
        "is used now."
    ),
    "mend.protocol": (
        "The server speaks {protocol}. Set the app to that, with {detail} as base URL: no file is changed for it."
    ),
    "mend.proxy": "Set the proxy to {detail} where {source} comes from.",
    "mend.no_proxy": "Set NO_PROXY (and no_proxy) to {detail}, beside what stands there.",
    "mend.auth": "The key works in another header: {detail}. That is a setting of the app.",
    "mend.stream": "Switch streaming off in the app: without it the answer came.",
    "snippet.untried": "these settings were not tried (--offline)",
    "snippet.no_model": "no model is known: name one with --model",
    "snippet.nothing": "No settings were seen to work, so there is nothing to paste. The reason: {detail}",
    "snippet.unspoken": "{names} does not speak {protocol}, or cannot be pointed to {base_url}.",
    "snippet.key_in": "{names} reads its key from {variable}: give it the value of {source} there",
    "snippet.file": "goes into {path}",
    "open.offline": "everything beyond this machine (--offline)",
    "open.no_spend": "whether the model answers (--no-spend)",
    "open.deadline": "what was not reached before the deadline",
    "open.interrupted": "what was not reached before the interruption",
    "open.model": "which model to ask: none was named, and the server lists none (--model)",
    "open.key_withheld": "whether the key works: it was not sent (--send-anyway sends it)",
    "open.slo_dns": "the limit of dns: the name lookup was not measured",
    "open.slo_connect": "the limit of connect: the connection was not measured",
    "open.slo_tls": "the limit of tls: the encryption was not measured",
    "open.slo_ttft": "the limit of ttft: the time to the first token was not measured",
    "open.slo_total": "the limit of total: the time of a whole answer was not measured",
    "open.slo_cert": "the limit of cert: the life of the certificate was not measured",
    "open.unasked": "whether the model answers",
    "skip.blocked": "not reached: {probe} failed first",
    "skip.no_spend": "not asked: --no-spend forbids what is billed",
    "skip.offline": "not asked: --offline",
    "skip.connect_to": "not needed: --connect-to names the address",
    "skip.proxy": "not done here: the proxy does it",
    "skip.not_tls": "not needed: plain http",
    "skip.deadline": "not asked: the time was up",
    "skip.no_key": "not asked: there is no key",
    "skip.key_not_sent": "not asked: the key may not be sent there",
    "skip.unneeded": "not asked: it would tell nothing new",
    "skip.local": "not needed: a local server",
    "skip.interrupted": "not asked: interrupted",
    "sum.settings": "{base_url} · key {key_hint}",
    "sum.settings_no_key": "{base_url} · no key",
    "sum.settings_fail": "the settings cannot be used as they stand",
    "sum.door": "{door}, speaks {protocol}",
    "sum.door_unknown": "{host} is no known provider, asked as {protocol}",
    "sum.door_local": "a server of your own, asked as {protocol}",
    "sum.door_fail": "key and address do not belong together",
    "sum.proxy": "through {proxy}",
    "sum.proxy_none": "none, straight to the server",
    "sum.proxy_bypass": "around the proxy, by NO_PROXY",
    "sum.proxy_fail": "the proxy {proxy} does not work",
    "sum.dns": "{count} found: {address}",
    "sum.dns_differs": "{count} found: {address}; {names} elsewhere",
    "sum.dns_literal": "an address, nothing to look up",
    "sum.dns_fail": "no usable address for {host}",
    "sum.tcp": "connected to {address}",
    "sum.tcp_proxy": "connected by the proxy",
    "sum.tcp_fail": "no connection to {host}",
    "sum.tls": "{version}, certificate good until {not_after}",
    "sum.tls_fail": "no trusted encrypted connection",
    "sum.http": "{host} answers as an API does",
    "sum.http_protocols": "{host} speaks {names}",
    "sum.http_fail": "no API answers here",
    "sum.auth": "the key is accepted",
    "sum.auth_none": "no key is needed",
    "sum.auth_unproven": "nothing shown about the key",
    "sum.auth_fail": "the key is not accepted",
    "sum.model": "{model}",
    "sum.model_listed": "{model}, one of {count} in the list",
    "sum.model_fail": "{model} cannot be used",
    "sum.chat": "an answer came after {seconds} s",
    "sum.chat_thinking": "alive: it spent the small allowance on thinking",
    "sum.chat_fail": "no answer",
    "sum.stream": "{count} events, the first after {seconds} s",
    "sum.stream_fail": "streaming does not work",
    "sum.crashed": "this probe of llmdoctor crashed",
    "explain.looks": "What it looks like",
    "explain.nothing": "Nothing in this text is known here. `llmdoctor check` asks the server itself.",
    "explain.near": "There is no code {code}. Did you mean: {near}?",
    "explain.no_code": "There is no code {code}. `llmdoctor explain -` reads an error text.",
    "explain.more": "More: llmdoctor explain {code}",
    "explain.also": "It may also be",
    "seen.note": "{note}",
    "seen.of": "{name}: {note}",
    "seen.after": "no answer after {seconds} s",
    "seen.redirect_to": "it leads to {location}",
    "seen.redirect_nowhere": "it names no target",
    "seen.redirect_not_followed": "{app} follows no redirect with this key: it fails here",
    "seen.redirect_key_older": "older versions of {app}, and other clients, hand it on",
    "seen.redirect_loop": "{app} follows until it gives up: it leads to where it came from",
    "seen.redirect_get": "{app} follows and makes a GET of the POST after a {status}: the question is lost",
    "seen.redirect_key_lost": "{app} leaves the key ({header}) behind: {host} is asked without it",
    "seen.redirect_key_travels": "{app} hands the key ({header}) to {host}, which the settings do not name",
    "seen.redirect_prompt_travels": "the question goes to {host} as well",
    "seen.redirect_in_the_clear": "over http: whoever is on the way can read it",
    "seen.gateway": "this answer is made by {name} ({note})",
    "seen.behind": "{name} stands in between ({note})",
    "seen.waited": "it came after {seconds} s, as with a time limit of {limit} s",
    "seen.idle": "silent for {seconds} s before the end, as with an idle limit of {limit} s",
    "seen.compressed": "the body is compressed as {kind}, which was not asked for",
    "seen.compressed_unsaid": "the body is compressed (gzip), but no header says so",
    "seen.looked_at": "{count} other paths were looked at",
    "seen.endless": "the answer does not end",
    "seen.encoding": "the body is not compressed as its header says",
    "seen.body": "the body is {kind}, not what the protocol wants",
    "seen.problem": "the answer does not fit the protocol: {detail}",
    "seen.flaky": "{purpose}: {status} at first, an answer at try {tries}",
    "seen.slo": "{name}: {seconds} measured, {wanted} allowed",
    "seen.slo_cert": "the certificate is good for {seconds} more, {wanted} wanted",
    "seen.try": "try {count}: {note}, after {seconds} s",
    "seen.key": "key {key_hint}, {count} characters",
    "seen.match_certain": "for certain a key of {names}",
    "seen.match_likely": "likely a key of {names}",
    "seen.match_possible": "possibly a key of {names}",
    "seen.not_sent": "the key was not sent to {host}",
    "seen.length": "it has {count} characters, where such keys have {wanted}",
    "seen.list_served": "the model list was served to this key",
    "seen.nearest": "nearest in the list of {count}: {near}",
    "seen.substituted": "asked for {model}, answered by {names}",
    "seen.searched": "looked in: {names}",
    "seen.key_is_url": "the key's field holds an address",
    "seen.url_is_key": "the address's field holds a key",
    "seen.unread": "{source} is set, but no SDK reads {variable}",
    "seen.rival_works": "the key in {source} works",
    "seen.wins": "{source} wins over {other_source}",
    "seen.override": "{source} names {host}",
    "seen.override_meant": "your own settings name {host} ({source})",
    "seen.override_usual": "your own settings name no host, which means {host}",
    "seen.override_key": "the key is yours: {source}",
    "seen.override_withheld": "the key was not sent there; --send-anyway sends it",
    "seen.whole_json": "one whole JSON came instead of events",
    "seen.content_type": "the events came with the content type {kind}",
    "seen.torn": "{count} events in {seconds} s, then the connection broke",
    "seen.unfinished": "{count} events in {seconds} s, then an end without a finish reason",
    "seen.silent": "{count} events, then nothing for {seconds} s",
    "seen.at_once": "{count} pieces within {span} ms, after {seconds} s of silence",
    "seen.finish": "finish reason {detail}, then the end",
    "seen.typo": "{host} looks like {names}",
    "seen.lacks": "{detail} is missing at the end; Codex gives up on that",
    "seen.own_host": "{host} takes its own keys alone",
    "seen.website": "{host} is a web site of {door}",
    "seen.server": "name server {address}: {note}",
    "seen.dns_no_name": "no such name (NXDOMAIN)",
    "seen.dns_no_address": "the name exists, but has no address",
    "seen.dns_servfail": "it failed (SERVFAIL)",
    "seen.dns_refused": "refused (REFUSED)",
    "seen.dns_silent": "no answer",
    "seen.dns_unreachable": "nobody listens there",
    "seen.known_name": "this name is a known provider's: the name service here, or the way to it, is at fault",
    "seen.dial": "{address} port {port}: {note} after {seconds} s",
    "seen.connected": "connected",
    "seen.certificate_for": "the certificate there is for {names}",
    "seen.certificate": "certificate for {name}, issued by {issuer}",
    "seen.valid": "valid from {not_before} to {not_after}",
    "seen.clock": "the clock of this machine says {name}",
    "seen.server_clock": "the clock of {host} says {name}",
    "seen.sent": "certificates sent: {count}, its issuer's not among them",
    "seen.spoken": "spoken there: {name}",
    "seen.plain_http": "the port answers in plain HTTP",
    "seen.socks": "{source}: a SOCKS proxy",
    "seen.speaks_http": "its port speaks HTTP, as a proxy without encryption does",
    "seen.speaks_https": "its port speaks TLS",
    "seen.speaks_socks5": "its port speaks SOCKS5",
    "seen.speaks_web": "a web server or an API answers at its port, which is no proxy",
    "seen.direct": "without the proxy, {host} port {port}: {note}",
    "seen.good_certificate": "reached, and its certificate is good",
    "seen.kind_name_unknown": "no such name",
    "seen.kind_name_failed": "the name lookup failed",
    "seen.kind_name_invalid": "this cannot be a host name",
    "seen.kind_refused": "connection refused",
    "seen.kind_unreachable": "unreachable",
    "seen.kind_timeout": "no answer in time",
    "seen.kind_reset": "connection reset",
    "seen.kind_closed": "closed without an answer",
    "seen.kind_cut": "broken off in the middle",
    "seen.kind_not_http": "the answer is not HTTP",
    "seen.kind_too_long": "longer than is read",
    "seen.kind_encoding": "not compressed as announced",
    "seen.kind_denied": "this machine does not allow it",
    "seen.kind_tls_not_tls": "no TLS on this port",
    "seen.kind_tls_expired": "the certificate has expired",
    "seen.kind_tls_not_yet_valid": "the certificate is not valid yet",
    "seen.kind_tls_hostname": "the certificate is for another host",
    "seen.kind_tls_self_signed": "the certificate is self-signed",
    "seen.kind_tls_untrusted": "the certificate's issuer is not trusted",
    "seen.kind_tls_incomplete": "an intermediate certificate is missing",
    "seen.kind_tls_handshake": "the TLS handshake failed",
    "seen.kind_tls_wants_certificate": "the other side wants a certificate from the client",
    "seen.kind_tls_reset": "cut off during the TLS handshake",
    "seen.kind_tls_other": "TLS failed",
    "seen.kind_no_roots": "the file of roots cannot be read",
    "seen.kind_proxy_unreachable": "the proxy cannot be reached",
    "seen.kind_proxy_auth": "the proxy wants a user name and a password",
    "seen.kind_proxy_refused": "the proxy refuses",
    "seen.kind_proxy_protocol": "what answers is no such proxy",
    "seen.kind_other": "it failed",
    "unknown.host": "the server",
    "unknown.base_url": "the base URL",
    "unknown.protocol": "the protocol chosen",
    "unknown.app": "the app",
    "unknown.door": "this provider",
}

# What the probes note of a value stands in English already.
NOTES: tuple[tuple[str, str], ...] = ()
