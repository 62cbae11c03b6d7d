"""The words of a comparison of two reports, in English.

The slots: ``x`` is the place where the fault is (A or B) and ``y`` the other; ``x_value`` and ``y_value`` are what
differs between them, ``fault`` and ``other`` the titles of their root causes.
"""

from __future__ import annotations

from diagnose.words.text_type import Text

# By the name of the conclusion.
TEXTS: dict[str, Text] = {
    "base_url": Text(
        "{x} uses another address: {x_value|none}",
        "{y} works with {y_value|its address}. The two ask different addresses, and that of {x} is the one that "
        "does not lead to the API.",
        ("Ask {x} to set the base URL to {y_value|that of the other place} and to run the check again.",),
    ),
    "other_target": Text(
        "The two reports are of different servers",
        "{x} asked {x_value|one address} and {y} asked {y_value|another}. What works at one says "
        "nothing about the "
        "other.",
        (
            "Find out which address is the right one for this key.",
            "Run both checks again with the same base URL, and compare those.",
        ),
    ),
    "settings": Text(
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
    "key": Text(
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
    "same_hint": Text(
        "The key looks the same, and yet it is refused at {x}",
        "Both reports show the same ends and the same length. The middle may differ, or the key or "
        "its account was "
        "changed between the two runs.",
        (
            "Let {x} copy the whole key once more from where {y} has it.",
            "Ask whether the key was deleted, renewed or recharged between the two runs, and run both again now.",
        ),
    ),
    "model": Text(
        "{x} asks for another model: {x_value|none}",
        "{y_value|The model} answers at {y}. The one that {x} asks for does not: {fault}.",
        ("Ask {x} to set the model to {y_value|that of the other place}, and to run the check again.",),
    ),
    "app": Text(
        "{x} asks in another way: {x_value|another protocol or app}",
        "At {y} it works as {y_value|it asks}. The server does not take the way in which the app at {x} asks: {fault}.",
        (
            "Ask which app and which version {x} uses, and what it calls this kind of provider.",
            "Let {x} choose the kind that {y} has, and run the check again.",
        ),
    ),
    "proxy": Text(
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
    "interception": Text(
        "Something at {x} opens the encrypted connection",
        "{x} was shown another certificate ({x_value|unknown}) than {y} ({y_value|unknown}) for the same host. A "
        "company's proxy, an antivirus program or a sign-in page of the network stands between.",
        (
            "Ask {x} which antivirus program, VPN or company network is in use, and who issued its certificate.",
            "If it is meant so, let {x} trust its root: `--ca-bundle` or SSL_CERT_FILE. If not, use no key there.",
        ),
    ),
    "clock": Text(
        "The clock at {x} is wrong",
        "Both were shown a certificate that is good today. At {x} it seems out of date, because the "
        "clock there is off.",
        ("Ask {x} to set date, time and time zone, best by the network, and to run the check again.",),
    ),
    "trust": Text(
        "{x} does not trust the authority that signed the certificate",
        "Both were shown the same certificate, and {y} trusts it. The list of trusted roots at {x} is "
        "old, or the app "
        "brings one of its own.",
        (
            "Ask {x} to update the system's certificates, or the Python package certifi.",
            "Ask whether SSL_CERT_FILE or REQUESTS_CA_BUNDLE is set there, and to which file.",
        ),
    ),
    "dns": Text(
        "The name lookup at {x} is at fault",
        "{y} finds the host and works. At {x} the name leads nowhere or to a wrong address: {fault}.",
        (
            "Ask {x} to look again with a public name server: `llmdoctor check --dns-server 1.1.1.1`.",
            "Ask for the hosts file, a VPN, and the name servers that the router or the company gives.",
        ),
    ),
    "other_server": Text(
        "The same name leads {x} to another server",
        "{x} met {x_value|one server}, {y} met {y_value|another}. What answers {x} is not what "
        "answers {y}: an old "
        "entry, another region of the provider, or a stranger in between.",
        (
            "Ask {x} for a hosts file entry, a VPN, or a rule of the company's network for this host.",
            "Let {x} ask the server of {y}: `llmdoctor check --connect-to HOST:443:ADDRESS:443`.",
        ),
    ),
    "network": Text(
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
    "location": Text(
        "The provider does not serve the place where {x} is",
        "The same request is answered at {y}. By the address that {x} comes from, the provider or the firewall in "
        "front of it refuses: {fault}.",
        (
            "Ask {x} from which country, and through which VPN or data centre, the request leaves.",
            "Ask whether the key or the account admits certain addresses alone.",
        ),
    ),
    "moment": Text(
        "It may be the moment rather than the place: {fault}",
        "What {x} met passes by itself, and {y} ran at another moment.",
        (
            "Run both checks again at the same time, with `--retries 3`.",
            "If {x} alone fails again, ask for the time of each failure and whether others share the key or the "
            "address there.",
        ),
    ),
    "version": Text(
        "The two reports come from different versions of llmdoctor",
        "{x} says: {fault}. Nothing else that differs explains it, so an older version may have judged otherwise.",
        ("Let both run the same version, or judge the saved run of {x} here: `llmdoctor judge FILE`.",),
    ),
    "unexplained": Text(
        "It fails at {x} alone, and nothing that differs explains it",
        "At {x}: {fault}. What was measured at the two places is otherwise alike.",
        (
            "Run both checks again at the same time, each with `--save FILE`, and compare those.",
            "Ask {x} what was changed last: the app's version, the network, the account.",
        ),
    ),
    "slower": Text(
        "Both work, but {x} waits longer: {x_value|more}, not {y_value|less}",
        "Nothing is broken. The way from {x} to the server is longer or busier, or a proxy there "
        "holds the answer back.",
        (
            "Run both checks a few times: one slow answer is no pattern.",
            "If it stays so, ask {x} for the proxy or VPN, and whether the provider has a nearer region.",
        ),
    ),
    "both_work": Text(
        "It works at both places",
        "Address, key, model and way out are sound at both. What fails for the user lies in the app, "
        "or in settings "
        "that the check did not read.",
        (
            "Ask for the app's name and version and its exact message: `llmdoctor explain` reads that.",
            "Ask whether the app runs elsewhere: in a container, on a server, under another user.",
        ),
    ),
    "open": Text(
        "One of the two left the question open",
        "A check that was not allowed to ask, or did not get to its end, cannot be held against the other.",
        ("Run that check again without `--offline` and `--no-spend`, and with a longer `--deadline`.",),
    ),
    "same_settings": Text(
        "The same flaw stands in the settings at both places",
        "Neither network nor machine matters: {fault}.",
        ("Mend the settings as the report says; one of the two is enough to try it.",),
    ),
    "same_server": Text(
        "The server fails for both",
        "Seen from two places the fault is the same, so it lies with the provider or the relay: {fault}.",
        (
            "Look at the provider's status page, or ask the relay's operator.",
            "Nobody has to change anything here; run the check again later.",
        ),
    ),
    "same_account": Text(
        "The key or its account is refused at both places",
        "It is the same key at both, so neither network nor machine matters: {fault}.",
        ("Look at the account on the provider's page: balance, limits, and whether this key is switched on.",),
    ),
    "same_account_keys": Text(
        "Two keys are refused in the same way",
        "The keys differ and the answer does not, so it is the account, the plan or the server: {fault}.",
        ("Ask whether both keys belong to one account, and look at its balance and its rights.",),
    ),
    "same_limit": Text(
        "Both meet the limit of one key",
        "The key's requests are counted together, wherever they come from: {fault}.",
        (
            "Let one of the two stop for a minute, and run the other check again.",
            "If many share the key, ask for a higher limit or for a key each.",
        ),
    ),
    "same_place": Text(
        "Both places have the same obstacle on their way",
        "Both see it alike, and the server itself is not what answers: {fault}. The two may sit in "
        "one network, behind "
        "one proxy, or in one country.",
        ("Run the check from a third place, outside of both networks, and compare with that.",),
    ),
    "two_faults": Text(
        "Two different faults",
        "A: {fault}. B: {other}. Each has to be mended where it is; what comes behind it is not seen until then.",
        ("Mend each by its own report, and compare the next two.",),
    ),
}

# The phrases around the conclusion.
UI: dict[str, str] = {
    "fault.a": "The fault is at A.",
    "fault.b": "The fault is at B.",
    "fault.both": "Both places have a fault.",
    "fault.none": "Neither place shows a fault.",
    "fault.unknown": "Whose side it is cannot be told from these two.",
    "is.healthy": "works",
    "is.degraded": "works, with warnings",
    "is.broken": "does not work",
    "is.inconclusive": "left open",
    "differences": "What differs",
    "no_differences": "Nothing that was measured differs.",
    "ask": "What to ask next",
    "warnings": "Mind",
    "warning.target": "the two are of different hosts",
    "warning.key": "the two keys differ",
    "warning.model": "the two models differ",
    "warning.app": "they ask in the way of different apps or protocols",
    "warning.time": "more than an hour lies between the two runs",
    "warning.version": "they come from different versions of llmdoctor",
    "what.base_url": "address",
    "what.key": "key",
    "what.protocol": "protocol",
    "what.model": "model",
    "what.app": "app",
    "what.proxy": "proxy",
    "what.addresses": "addresses",
    "what.trust": "trusted roots",
    "what.issuer": "certificate's issuer",
    "what.fingerprint": "certificate's fingerprint",
    "what.clock": "clock, beside the server's",
    "what.server": "server's name for itself",
    "what.via": "gateways named",
    "what.ttft": "time to the first token",
    "what.version": "version of llmdoctor",
    "what.result": "result",
    "what.status_models": "status of the model list",
    "what.status_path": "status of the path",
    "what.status_chat": "status of the answer",
    "what.status_stream": "status of the stream",
}
