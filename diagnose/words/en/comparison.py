"""The words of a comparison of two reports, in English.

The slots: ``x`` is the name of the report from the place where the fault is and ``y`` that of the other; ``x_value``
and ``y_value`` are what differs between them, ``fault`` and ``other`` the titles of their root causes.
"""

from __future__ import annotations

from diagnose.words.text_type import Text

# By the name of the conclusion.
TEXTS: dict[str, Text] = {
    "base_url": Text(
        "{x} uses another base URL: {x_value|none}",
        "{y} works with {y_value|its base URL}. The two send to different addresses, and the address of {x} is not"
        " the API's.",
        ("At {x}, set the base URL to {y_value|that of the other place} and run the check again.",),
    ),
    "other_target": Text(
        "The two reports are about different servers",
        "{x} sent to {x_value|one address} and {y} to {y_value|another}. What works at one says nothing about the "
        "other.",
        (
            "Find out which address belongs to this key.",
            "Run both checks again with the same base URL, and compare the new reports.",
        ),
    ),
    "settings": Text(
        "The settings at {x} are incomplete or in the wrong place",
        "{y} reaches the API, so the server and the network work. The cause at {x}: {fault}.",
        (
            "At {x}, do what its report says, and run the check again.",
            "Ask which file or variable has the setting, and whether the app was restarted after the change.",
        ),
    ),
    "key": Text(
        "{x} uses another key: {x_value|none}",
        "The key of {y} ({y_value|none}) works at the same server. The key of {x} does not: {fault}.",
        (
            (
                "Ask where the key at {x} comes from, and compare its beginning, end and length with the list on "
                "the provider's page."
            ),
            "At {x}, use the key that works or a new one, and run the check again.",
        ),
    ),
    "same_hint": Text(
        "The key looks the same, but it is refused at {x}",
        "Both reports show the same beginning, end and length. The middle may differ, or the key or its account "
        "changed between the two runs.",
        (
            "At {x}, copy the whole key again from where {y} has it.",
            (
                "Ask whether the key was deleted, renewed or topped up between the two runs, and run both checks "
                "again now."
            ),
        ),
    ),
    "model": Text(
        "{x} asks for another model: {x_value|none}",
        "{y_value|The model} answers at {y}. The model of {x} does not: {fault}.",
        ("At {x}, set the model to {y_value|that of the other place}, and run the check again.",),
    ),
    "app": Text(
        "{x} sends its requests in another way: {x_value|another protocol or app}",
        "{y} works as {y_value|its app}. The server does not accept the requests of the app at {x}: {fault}.",
        (
            "Ask which app and which version {x} uses, and which kind of provider is selected in it.",
            "At {x}, select the kind that {y} uses, and run the check again.",
        ),
    ),
    "proxy": Text(
        "The proxy at {x} is the problem: {x_value|see its report}",
        "{y} reaches the server by another route ({y_value|direct}). The key and the address work; the connection "
        "of {x} does not: {fault}.",
        (
            "At {x}, try without the proxy: `llmdoctor check --no-proxy`.",
            "If it is a company proxy, ask its administrators to allow the host, or for the right proxy address.",
        ),
    ),
    "interception": Text(
        "Something on the network of {x} decrypts the connection",
        "{x} was shown another certificate ({x_value|unknown}) than {y} ({y_value|unknown}) for the same host. A "
        "company proxy, an antivirus program or a sign-in page of the network is in between.",
        (
            "Ask which antivirus program, VPN or company network {x} uses, and who issued its certificate.",
            (
                "If it is intended, make {x} trust its root certificate: `--ca-bundle` or SSL_CERT_FILE. If not, do"
                " not use a key there."
            ),
        ),
    ),
    "clock": Text(
        "The clock at {x} is wrong",
        "Both were shown a certificate that is valid today. At {x} it seems out of date, because the clock there "
        "is wrong.",
        ("At {x}, set date, time and time zone, automatically if possible, and run the check again.",),
    ),
    "trust": Text(
        "{x} does not trust the issuer of the certificate",
        "Both were shown the same certificate, and {y} trusts it. The root certificates at {x} are old, or the app"
        " brings its own.",
        (
            "At {x}, update the system certificates, or the Python package certifi.",
            "Ask whether SSL_CERT_FILE or REQUESTS_CA_BUNDLE is set there, and to which file.",
        ),
    ),
    "dns": Text(
        "The name lookup at {x} fails",
        "{y} finds the host and works. At {x} the name has no address or a wrong one: {fault}.",
        (
            "At {x}, look it up with a public name server too: `llmdoctor check --dns-server 1.1.1.1`.",
            "Ask about the hosts file, a VPN, and the name servers that the router or the company sets.",
        ),
    ),
    "other_server": Text(
        "The same name leads {x} to another server",
        "{x} reached {x_value|one server}, {y} reached {y_value|another}. It is not the same server that answers: "
        "an old record, another region of the provider, or something in between.",
        (
            "Ask about a hosts file entry, a VPN, or a rule of the company network for this host at {x}.",
            "At {x}, connect to the server of {y}: `llmdoctor check --connect-to HOST:443:ADDRESS:443`.",
        ),
    ),
    "network": Text(
        "The network of {x} blocks what passes at {y}",
        "Address, key and server are the same, and they work at {y}. Something between {x} and the server drops or"
        " cuts the connection, or answers in its place: {fault}.",
        (
            "At {x}, try another network, for instance a phone's hotspot.",
            (
                "If that works, ask the firewall's administrator or the provider of the first network about this "
                "host and port."
            ),
        ),
    ),
    "location": Text(
        "The provider does not serve the location of {x}",
        "The same request is answered at {y}. The provider, or the firewall in front of it, refuses the address "
        "that {x} comes from: {fault}.",
        (
            "Ask from which country, and through which VPN or data centre, the requests of {x} leave.",
            "Ask whether the key or the account allows certain addresses only.",
        ),
    ),
    "moment": Text(
        "The time may matter, not the place: {fault}",
        "What {x} met passes by itself, and {y} ran at another time.",
        (
            "Run both checks again at the same time, with `--retries 3`.",
            (
                "If only {x} fails again, ask for the time of each failure, and whether others there share the key"
                " or the address."
            ),
        ),
    ),
    "version": Text(
        "The two reports come from different versions of llmdoctor",
        "{x} says: {fault}. No other difference explains it, so an older version may have judged differently.",
        ("Run the same version at both places, or judge the saved run of {x} here: `llmdoctor judge FILE`.",),
    ),
    "unexplained": Text(
        "Only {x} fails, and no difference explains it",
        "The cause at {x}: {fault}. Everything else that was measured is the same.",
        (
            "Run both checks again at the same time, each with `--save FILE`, and compare the new files.",
            "Ask what was changed last at {x}: the app's version, the network, the account.",
        ),
    ),
    "slower": Text(
        "Both work, but {x} waits longer: {x_value|more}, not {y_value|less}",
        "Nothing is broken. The route from {x} to the server is longer or busier, or a proxy there holds the "
        "answer back.",
        (
            "Run both checks a few times: one slow answer means little.",
            "If it stays slow, ask about the proxy or VPN at {x}, and whether the provider has a nearer region.",
        ),
    ),
    "both_work": Text(
        "It works at both places",
        "Address, key, model and network work at both. What fails for the user is in the app, or in settings that "
        "the check did not read.",
        (
            "Ask for the app's name, its version and the exact message: `llmdoctor explain` reads it.",
            "Ask whether the app runs elsewhere: in a container, on a server, as another user.",
        ),
    ),
    "open": Text(
        "One of the two checks could not tell",
        "A check that was not allowed to ask, or did not finish, cannot be compared.",
        ("Run that check again without `--offline` and `--no-spend`, and with a longer `--deadline`.",),
    ),
    "same_settings": Text(
        "The settings have the same fault at both places",
        "The network and the machine do not matter: {fault}.",
        ("Correct the settings as the report says; it is enough to try it at one place.",),
    ),
    "same_server": Text(
        "The server fails for both",
        "The fault is the same from two places, so it is on the side of the provider or the relay: {fault}.",
        (
            "Look at the provider's status page, or ask the relay's operator.",
            "Nothing has to be changed here; run the check again later.",
        ),
    ),
    "same_account": Text(
        "The key or its account is refused at both places",
        "Both use the same key, so the network and the machine do not matter: {fault}.",
        ("Check the account on the provider's page: balance, limits, and whether this key is active.",),
    ),
    "same_account_keys": Text(
        "Two keys are refused in the same way",
        "The keys differ and the answer does not, so it is the account, the plan or the server: {fault}.",
        ("Ask whether both keys belong to one account, and check its balance and permissions.",),
    ),
    "same_limit": Text(
        "Both reach the rate limit of one key",
        "All requests with a key count together, wherever they come from: {fault}.",
        (
            "Pause one of the two for a minute, and run the other check again.",
            "If many people share the key, ask for a higher limit or for one key each.",
        ),
    ),
    "same_place": Text(
        "Both places have the same obstacle",
        "Both see the same, and it is not the server itself that answers: {fault}. The two may be in one network, "
        "behind one proxy, or in one country.",
        ("Run the check from a third place, outside both networks, and compare with that report.",),
    ),
    "two_faults": Text(
        "Two different faults",
        "{x}: {fault}. {y}: {other}. Each has to be corrected where it is; what comes after it shows only then.",
        ("Correct each as its own report says, and compare the next two reports.",),
    ),
}

# The phrases around the conclusion.
UI: dict[str, str] = {
    "fault.a": "The fault is at {a}.",
    "fault.b": "The fault is at {b}.",
    "fault.both": "Both places have a fault.",
    "fault.none": "Neither place shows a fault.",
    "fault.unknown": "These two reports do not show whose side it is.",
    "is.healthy": "works",
    "is.degraded": "works, with warnings",
    "is.broken": "does not work",
    "is.inconclusive": "could not tell",
    "differences": "What differs",
    "no_differences": "Nothing that was measured is different.",
    "ask": "What to ask next",
    "warnings": "Note",
    "warning.target": "the two are about different addresses",
    "warning.key": "the two keys differ",
    "warning.model": "the two models differ",
    "warning.app": "the two check as different apps or protocols",
    "warning.time": "the two runs are more than an hour apart",
    "warning.version": "the two come from different versions of llmdoctor",
    "what.base_url": "base URL",
    "what.key": "key",
    "what.protocol": "protocol",
    "what.model": "model",
    "what.app": "app",
    "what.proxy": "proxy",
    "what.addresses": "addresses",
    "what.trust": "root certificates",
    "what.issuer": "certificate issuer",
    "what.fingerprint": "certificate fingerprint",
    "what.clock": "clock, compared to the server's",
    "what.server": "server header",
    "what.via": "gateways (Via header)",
    "what.ttft": "time to first token",
    "what.version": "llmdoctor version",
    "what.result": "result",
    "what.status_models": "status of the model list",
    "what.status_path": "status of the path",
    "what.status_chat": "status of the answer",
    "what.status_stream": "status of the stream",
}
