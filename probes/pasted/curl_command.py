"""Parse a pasted ``curl`` command: what it would send, and its settings. Pure: it executes and opens nothing.

Source: curl's manual page (8.16), compared with curl itself in ``tests/real/test_curl.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from probes.model.attempt import Auth
from probes.model.named_tuple import NamedTuple
from probes.model.record import replace
from probes.model.secret import public_prefix
from probes.model.settings import BadInput, ConnectTo, ProxySettings, Sourced
from probes.model.source import Owner, Source, SourceKind
from probes.pasted.shell_words import ShellError, Statement, Word, split

SOURCE = Source(SourceKind.CURL, Owner.FOLDER)

# Options that take a value, by their long names; the long names of one-letter options; options that are not followed.
_WITH_VALUE = """
    abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout
    connect-to continue-at cookie cookie-jar create-file-mode crlfile curves data data-ascii data-binary
    data-raw data-urlencode delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header
    ech egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account
    ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip
    header hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json keepalive-cnt keepalive-time key
    key-type krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize
    max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max parallel-max-host pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert
    proxy-cert-type proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass
    proxy-pinnedpubkey proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser
    proxy-user proxy1.0 pubkey quote random-file range rate referer request request-target resolve retry
    retry-delay retry-max-time sasl-authzid service-name sigalgs socks4 socks4a socks5 socks5-gssapi-service
    socks5-hostname speed-limit speed-time ssl-sessions stderr telnet-option tftp-blksize time-cond tls-max
    tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config unix-socket upload-file url
    url-query user user-agent variable vlan-priority write-out
"""
_SHORT = """
    E=cert K=config C=continue-at b=cookie c=cookie-jar d=data D=dump-header F=form P=ftp-port H=header h=help
    m=max-time o=output x=proxy U=proxy-user Q=quote r=range e=referer X=request Y=speed-limit y=speed-time
    t=telnet-option z=time-cond T=upload-file u=user A=user-agent w=write-out k=insecure G=get I=head :=next
"""
_NOT_FOLLOWED = """
    aws-sigv4 cert key config cookie form form-string upload-file unix-socket abstract-unix-socket interface
    capath doh-url netrc netrc-file negotiate ntlm digest anyauth range data-urlencode url-query request-target
    preproxy pass variable dns-servers proxy-header proxy-cacert
"""
_VALUED = frozenset(_WITH_VALUE.split())
_LETTERS = dict(pair.split("=") for pair in _SHORT.split())
_IGNORED = frozenset(_NOT_FOLLOWED.split())
_PROXIES = {
    "proxy": "http",
    "proxy1.0": "http",
    "socks4": "socks4",
    "socks4a": "socks4a",
    "socks5": "socks5",
    "socks5-hostname": "socks5h",
}
# Headers that say nothing about settings.
PLAIN = frozenset(("content-type", "accept", "accept-encoding", "user-agent", "content-length", "connection", "expect"))
CREDENTIALS = {
    "authorization": Auth.BEARER,
    "x-api-key": Auth.X_API_KEY,
    "api-key": Auth.API_KEY,
    "x-goog-api-key": Auth.X_GOOG_API_KEY,
}


class CurlNote(NamedTuple):
    """A part of the command that the check follows differently, or not at all.

    ``diagnose/words/`` has the text of each ``kind`` (``curl.…``). ``names`` are public: options, headers, file names.
    """

    kind: str
    names: str = ""


@dataclass(slots=True, repr=False)  # it contains a key
class Command:
    """What one curl command would send. ``url`` is as it was written, with a key in its query if there is one."""

    url: Word
    method: str = ""
    headers: list[tuple[str, Word]] = field(default_factory=list)  # names in lower case
    body: str = ""
    user: Word | None = None
    token: Word | None = None  # --oauth2-bearer
    proxy: str | None = None  # None: the one of the environment; empty: no proxy
    no_proxy: str | None = None
    connect_to: tuple[ConnectTo, ...] = ()
    ca_bundle: str = ""
    seconds: float | None = None
    notes: list[CurlNote] = field(default_factory=list)

    def note(self, kind: str, names: str = "") -> None:
        """Add a note, unless it is there already."""
        if CurlNote(kind, names) not in self.notes:
            self.notes.append(CurlNote(kind, names))


def parse(text: str, environ: Mapping[str, str]) -> Command:
    """Parse the first curl command of the text that names a URL, such as ``curl https://host/v1/models -H 'X: y'``.

    Variables are looked up in ``environ``; one that is not set is empty, as in a shell. Raises BadInput if there is no
    such command or a quote is never closed; the message quotes no value of the text.
    """
    try:
        statements = split(text, environ)
    except ShellError as error:
        raise BadInput("The curl command has a {quote} that is never closed.", quote=error.quote) from None
    found = [command for statement in statements for command in _commands(statement)]
    asking = [command for command in found if command.url.text or command.url.unset]
    if not asking:
        if re.search(r"\b(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b", text, re.I):
            raise BadInput("This is PowerShell's own command; --curl reads curl's. A browser copies it as cURL.")
        raise BadInput("The curl command names no address." if found else "The text holds no curl command.")
    first = asking[0]
    if not first.url.text:
        raise BadInput(
            "The command's address is in the variable {name}, which is not set here.", name=shown(first.url.unset[0])
        )
    if len(asking) > 1:
        first.note("several", str(len(asking)))
    return first


# -- words to options --------------------------------------------------------------------------------------------------


def _commands(statement: Statement) -> Iterator[Command]:
    """Yield the first request of one statement; ``--next`` and a second URL would begin others."""
    words = statement.words
    start = next((at for at, word in enumerate(words) if re.search(r"(?i)(?:^|[\\/])curl(?:\.exe)?$", word.text)), None)
    if start is None:
        return
    command, urls, get = Command(Word("")), [], False
    for name, value in _options(words[start + 1 :]):
        if name == "next":
            break
        if name == "url":
            urls.append(value)
        elif name == "get":
            get = True
        else:
            _apply(command, name, value, statement.stdin)
    if get:
        command.method = command.method or "GET"
        command.body = ""
    command.method = command.method or ("POST" if command.body else "GET")
    command.url = urls[0] if urls else Word("")
    if len(urls) > 1:
        command.note("several", str(len(urls)))
    yield command


def _options(words: list[Word]) -> Iterator[tuple[str, Word]]:
    """Yield each option's long name with its value, which is empty for flags. A bare word is a ``url``."""
    rest = iter(words)
    literal = False
    nothing = Word("")
    for word in rest:
        text = word.text
        if literal or not text.startswith("-") or text == "-":
            yield "url", word
        elif text == "--":
            literal = True
        elif text.startswith("--"):
            name = text[2:].removeprefix("expand-")
            yield name, next(rest, nothing) if name in _VALUED else nothing
        else:
            for at in range(1, len(text)):
                name = _LETTERS.get(text[at], text[at])
                if name not in _VALUED:
                    yield name, nothing
                    continue
                tail = text[at + 1 :]
                yield name, Word(tail, word.variables, word.unset) if tail else next(rest, nothing)
                break


def _apply(command: Command, name: str, value: Word, stdin: str | None) -> None:
    text = value.text
    match name:
        case "header":
            _header(command, value)
        case "user":
            command.user = value
        case "oauth2-bearer":
            command.token = value
        case "data" | "data-ascii" | "data-raw" | "data-binary" | "json":
            _data(command, name, text, stdin)
        case "request":
            command.method = text
        case "head":
            command.method = command.method or "HEAD"
        case "noproxy":
            command.no_proxy = text
        case "proxy-user":
            command.proxy = _with_user(command.proxy, text)
        case "cacert":
            command.ca_bundle = text
        case "insecure":
            command.note("insecure")
        case "max-time" | "connect-timeout":
            if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", text) and (name == "max-time" or command.seconds is None):
                command.seconds = float(text) or None
        case "connect-to":
            _connect(command, name, r"(\[[^\]]*\]|[^:]*):(\d{0,5}):(\[[^\]]*\]|[^:]*):(\d{0,5})", text)
        case "resolve":
            _connect(command, name, r"[+-]?(\[[^\]]*\]|[^:]*):(\d{1,5}):(\[[^\]]*\]|[^,]*)(?:,.*)?()", text)
        case _ if name in _PROXIES:
            command.proxy = _proxy(text, _PROXIES[name])
        case _ if name in _IGNORED:
            command.note("options", f"--{name}")


def _header(command: Command, value: Word) -> None:
    if value.text.startswith("@"):
        command.note("file", "-H")
        return
    name, colon, text = value.text.partition(":")
    if not colon or not text.strip():
        return  # "Name:" removes a header, "Name;" sends an empty one
    if re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", name):
        command.headers.append((name.lower(), Word(text.strip(" \t\r\n"), value.variables, value.unset)))


def _data(command: Command, name: str, text: str, stdin: str | None) -> None:
    if text.startswith("@") and name != "data-raw":
        if text == "@-" and stdin is not None:
            text = stdin
        else:
            command.note("file", "-d")
            text = ""
    joint = "" if name == "json" else "&"
    command.body = f"{command.body}{joint}{text}" if command.body else text or " "


def _connect(command: Command, name: str, pattern: str, text: str) -> None:
    found = re.fullmatch(pattern, text.strip(), re.ASCII)
    if found is None or max(int(found[2] or 0), int(found[4] or 0)) > 65535:
        command.note("unreadable", f"--{name}")
        return
    host, to_host = (part.strip("[]").lower() for part in (found[1], found[3]))
    if host == "*":
        host = ""
    command.connect_to += (ConnectTo(host, int(found[2] or 0), to_host, int(found[4] or 0), SOURCE),)


def _proxy(text: str, scheme: str) -> str:
    """Complete the URL of a proxy as curl does: the scheme ``scheme`` and port 1080 are the defaults."""
    if not text:
        return ""
    text = text if "://" in text else f"{scheme}://{text}"
    return text if re.search(r":\d+/?$", text) else f"{text.rstrip('/')}:1080"


def _with_user(proxy: str | None, user: str) -> str | None:
    if not proxy or "@" in proxy:
        return proxy
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{':'.join(quote(part, safe='') for part in user.split(':', 1))}@{rest}"


def proxies_of(command: Command, environment: ProxySettings, borrowed: tuple[Source, ...] = ()) -> ProxySettings:
    """Return the proxy settings of the command; those of the environment apply if it has none.

    ``borrowed`` are the variables that stand in the proxy's URL.
    """
    chosen = Sourced(command.proxy, SOURCE, borrowed) if command.proxy else None
    kept = environment if command.proxy is None else ProxySettings(http=chosen, https=chosen)
    return kept if command.no_proxy is None else replace(kept, no_proxy=Sourced(command.no_proxy, SOURCE))


def shown(name: str) -> str:
    """Return the name of a header or variable; ``…`` if it may be a key that was put in its place."""
    return "…" if len(name) > 40 or public_prefix(name) or re.search(r"\d\w*\d\w*\d", name) else name
