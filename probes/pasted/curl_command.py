"""A pasted ``curl`` command: what it would send, and the settings that it holds. Pure: it executes and opens nothing.

Source: curl's manual page (8.16), held against curl itself in ``tests/real/test_curl.py``.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from probes.model.secret import Secret, public_prefix
from probes.model.settings import Auth, ConnectTo, Limits, ProxySettings, Settings, Sourced
from probes.pasted.shell_words import ShellError, Statement, Word, split
from probes.settings.config_file import BadInput

if TYPE_CHECKING:
    from pathlib import Path

    from probes.settings.gather import Options

SOURCE = "--curl"

# Options that take a value, by their long names; those of one letter; what the check does not follow.
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
_BESIDE = """
    aws-sigv4 cert key config cookie form form-string upload-file unix-socket abstract-unix-socket interface
    capath doh-url netrc netrc-file negotiate ntlm digest anyauth range data-urlencode url-query request-target
    preproxy pass variable dns-servers proxy-header proxy-cacert
"""
_VALUED = frozenset(_WITH_VALUE.split())
_LETTERS = dict(pair.split("=") for pair in _SHORT.split())
_UNUSED = frozenset(_BESIDE.split())
_PROXIES = {
    "proxy": "http",
    "proxy1.0": "http",
    "socks4": "socks4",
    "socks4a": "socks4a",
    "socks5": "socks5",
    "socks5-hostname": "socks5h",
}
# Headers that say nothing about settings.
_PLAIN = frozenset(
    ("content-type", "accept", "accept-encoding", "user-agent", "content-length", "connection", "expect")
)
_CREDENTIALS = {
    "authorization": Auth.BEARER,
    "x-api-key": Auth.X_API_KEY,
    "api-key": Auth.API_KEY,
    "x-goog-api-key": Auth.X_GOOG_API_KEY,
}


class Note(NamedTuple):
    """Something of the command that the check does otherwise, or not at all.

    ``kind`` has its words in ``diagnose/words/`` (``curl.…``); ``names`` are public: options, headers, file names.
    """

    kind: str
    names: str = ""


class Place(NamedTuple):
    """What an address with its endpoint says: the base URL as the SDK of that protocol takes it."""

    base_url: str
    protocol: str
    model: str = ""
    version: str = ""


@dataclass(slots=True, repr=False)  # it holds a key
class Command:
    """What one curl command would send. ``url`` is as it was written, the key in its query apart."""

    url: Word
    method: str = ""
    headers: list[tuple[str, Word]] = field(default_factory=list)  # names in lower case
    body: str = ""
    user: Word | None = None
    token: Word | None = None  # --oauth2-bearer
    proxy: str | None = None  # None: as the environment says; empty: none
    no_proxy: str | None = None
    connect_to: tuple[ConnectTo, ...] = ()
    ca_bundle: str = ""
    seconds: float | None = None
    notes: list[Note] = field(default_factory=list)

    def note(self, kind: str, names: str = "") -> None:
        if Note(kind, names) not in self.notes:
            self.notes.append(Note(kind, names))


def parse(text: str, environ: Mapping[str, str]) -> Command:
    """The first command of the text that asks for an address. Raises BadInput, in words that hold nothing of the text.

    A variable that is named is looked up in ``environ``; one that is not there is empty, as in a shell.
    """
    try:
        statements = split(text, environ)
    except ShellError as error:
        raise BadInput(f"The curl command has a {error.quote} that is never closed.") from None
    found = [command for statement in statements for command in _commands(statement)]
    asking = [command for command in found if command.url.text or command.url.unset]
    if not asking:
        if re.search(r"\b(?:Invoke-(?:WebRequest|RestMethod)|iwr|irm)\b", text, re.I):
            raise BadInput("This is PowerShell's own command; --curl reads curl's. A browser copies it as cURL.")
        raise BadInput("The curl command names no address." if found else "The text holds no curl command.")
    first = asking[0]
    if not first.url.text:
        raise BadInput(f"The command's address is in the variable {_shown(first.url.unset[0])}, which is not set here.")
    if len(asking) > 1:
        first.note("several", str(len(asking)))
    return first


def read(
    text: str, options: Options, environ: Mapping[str, str], cwd: Path, *, files: bool = True
) -> tuple[Settings, tuple[Note, ...]]:
    """The settings that the command holds, with what ``options`` give besides. Raises BadInput as :func:`parse`.

    Without ``files`` it names none: the command is of another machine than this one.
    """
    from probes.settings.gather import gather
    from probes.settings.network_settings import surroundings

    command = parse(text, environ)
    if command.ca_bundle and not files:
        command.note("file", "--cacert")
        command.ca_bundle = ""
    options = replace(options, ca_bundle=options.ca_bundle or command.ca_bundle or None)
    given = gather(replace(options, no_env=True, base_url="http://localhost"), environ, cwd)
    proxies, bundle = surroundings(options, environ, cwd)
    url, queried = _without_key(command)
    where = take_apart(url, {name for name, _ in command.headers})
    key, auth, searched = _credential(command, queried, environ)
    model = given.model or _sourced(where.model or _model(command))
    version = where.version or next((word.text for name, word in command.headers if name == "anthropic-version"), "")
    known = {*_PLAIN, *_CREDENTIALS, "anthropic-version"}
    others = sorted({_shown(name) for name, _ in command.headers if name not in known})
    if others:
        command.note("headers", ", ".join(others))
    if options.proxy is None and not options.no_proxy and (command.proxy is not None or command.no_proxy is not None):
        proxies = _proxies(command, proxies)
    limits = given.limits
    if command.seconds and options.timeout is None:
        limits = replace(limits, probe=min(command.seconds, Limits().run))
    settings = replace(
        given,
        base_url=Sourced(where.base_url, SOURCE),
        key=key,
        auth=auth,
        searched=searched,
        rivals=(),
        model=model,
        protocol=given.protocol if given.protocol.value != "auto" else Sourced(where.protocol, SOURCE),
        api_version=_sourced(version),
        proxies=proxies,
        ca_bundle=bundle,
        connect_to=(*given.connect_to, *command.connect_to),
        limits=limits,
    )
    return settings, tuple(command.notes)


def _shown(name: str) -> str:
    """The name of a header or variable, unless a key was put in its place."""
    return "…" if len(name) > 40 or public_prefix(name) or re.search(r"\d\w*\d\w*\d", name) else name


def _sourced(text: str) -> Sourced[str] | None:
    return Sourced(text, SOURCE) if text else None


# -- words to options --------------------------------------------------------------------------------------------------


def _commands(statement: Statement) -> Iterator[Command]:
    """The requests of one statement: ``--next`` and a second address begin others."""
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
    """Each option by its long name with its value; an empty one for flags. A bare word is a ``url``."""
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
        case _ if name in _UNUSED:
            command.note("options", f"--{name}")


def _header(command: Command, value: Word) -> None:
    if value.text.startswith("@"):
        command.note("file", "-H")
        return
    name, colon, text = value.text.partition(":")
    if not colon or not text.strip():
        return  # "Name:" takes a header away, "Name;" sends an empty one
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
    command.connect_to += (ConnectTo(host, int(found[2] or 0), to_host, int(found[4] or 0)),)


def _proxy(text: str, scheme: str) -> str:
    """As curl completes it: ``http://`` and port 1080 where it says nothing else."""
    if not text:
        return ""
    text = text if "://" in text else f"{scheme}://{text}"
    return text if re.search(r":\d+/?$", text) else f"{text.rstrip('/')}:1080"


def _with_user(proxy: str | None, user: str) -> str | None:
    if not proxy or "@" in proxy:
        return proxy
    scheme, _, rest = proxy.partition("://")
    return f"{scheme}://{':'.join(quote(part, safe='') for part in user.split(':', 1))}@{rest}"


def _proxies(command: Command, around: ProxySettings) -> ProxySettings:
    chosen = Sourced(command.proxy, SOURCE) if command.proxy else None
    kept = around if command.proxy is None else ProxySettings(http=chosen, https=chosen)
    return kept if command.no_proxy is None else replace(kept, no_proxy=Sourced(command.no_proxy, SOURCE))


# -- the address -------------------------------------------------------------------------------------------------------

_OPENAI = (
    r"/(?:chat/completions|completions|embeddings|models(?:/[^/]+)?|moderations|rerank|images/\w+|audio/\w+|files"
    r"|batches)"
)
# What follows the base URL of each protocol, the most telling first. {model} and {version} are groups.
_ENDPOINTS = (
    ("azure", r"/openai/deployments/(?P<model>[^/]+)/[\w/]+"),
    ("gemini", r"/(?P<version>v\d+(?:alpha|beta)?)/models/(?P<model>[^/:]+):\w+"),
    ("anthropic", r"/v1/messages(?:/count_tokens|/batches)?"),
    ("ollama", r"/api/(?:chat|generate|tags|embed|show|version)"),
    ("responses", r"/responses"),
    ("openai", _OPENAI),
)


def take_apart(url: str, headers: set[str] | frozenset[str] = frozenset()) -> Place:
    """Base URL and protocol of the address of a request. An address without a known endpoint is a base URL itself.

    ``headers`` are the names of those that go along, in lower case: they tell whose list of models is asked for.
    """
    bare, mark, query = url.partition("?")
    bare = bare.partition("#")[0] if mark == "" else bare
    trimmed = bare.rstrip("/")
    if "anthropic-version" in headers and (found := re.search(r"/v1/models(?:/[^/]+)?$", trimmed)):
        return Place(trimmed[: found.start()], "anthropic")
    if found := re.search(r"/(v\d+(?:alpha|beta))/models$", trimmed):
        return Place(trimmed[: found.start()], "gemini", version=found[1])
    for protocol, pattern in _ENDPOINTS:
        if found := re.search(rf"{pattern}$", trimmed):
            parts = found.groupdict()
            version = parts.get("version") or ""
            if protocol == "azure" and (dated := re.search(r"(?:^|&)api-version=([\w.-]+)", query)):
                version = dated[1]
            return Place(trimmed[: found.start()], protocol, unquote(parts.get("model") or ""), version)
    return Place(url, "auto")


def _without_key(command: Command) -> tuple[str, Word | None]:
    """The address, and the key that stood in its query (``?key=``)."""
    url = command.url
    found = re.search(r"([?&])key=([^&#]*)", url.text)
    if found is None:
        return url.text, None
    rest = url.text[: found.start()] + url.text[found.end() :]
    if found[1] == "?":
        rest = re.sub(r"^([^?&]*)&", r"\1?", rest)
    return rest, Word(unquote(found[2]), url.variables, url.unset)


# -- the key -----------------------------------------------------------------------------------------------------------


def _credential(
    command: Command, queried: Word | None, environ: Mapping[str, str]
) -> tuple[Sourced[Secret] | None, Sourced[Auth] | None, tuple[str, ...]]:
    """The key, how it travels, and where one was looked for in vain."""
    found: list[tuple[Word, Auth]] = []
    for name, word in command.headers:
        if name not in _CREDENTIALS:
            continue
        auth, text = _CREDENTIALS[name], word.text
        if name == "authorization":
            scheme = re.match(r"(?i)(bearer|basic)(?: |$)", text)
            if scheme and scheme[1].lower() == "basic":
                command.note("basic")
                if (login := _login(_decoded(text[6:]))) is not None:
                    found.append((Word(login, word.variables, word.unset), auth))
                continue
            if scheme is None:
                command.note("no_bearer")
            text = text[scheme.end() :] if scheme else text
        found.append((Word(text, word.variables, word.unset), auth))
    if command.token is not None:
        found.append((command.token, Auth.BEARER))
    if queried is not None:
        found.append((queried, Auth.QUERY))
    if command.user is not None:
        command.note("basic")
        if (login := _login(command.user.text)) is not None:
            found.append((Word(login, command.user.variables, command.user.unset), Auth.BEARER))
    if not found:
        return None, None, (SOURCE,)
    if len({word.text for word, _ in found}) > 1:
        command.note("credentials", str(len(found)))
    word, auth = found[0]
    if not word.text:
        return (
            None,
            Sourced(auth, SOURCE),
            tuple(f"environment {name}" for name in word.unset) or (f"{SOURCE} (empty)",),
        )
    whole = next((name for name in word.variables if environ.get(name) == word.text), None)
    source = f"environment {whole}" if whole else SOURCE
    return Sourced(Secret(word.text), source), Sourced(auth, SOURCE), (source,)


def _login(text: str) -> str | None:
    """The half of ``user:password`` that is a key, where the other is empty; None for a real pair."""
    user, _, password = text.partition(":")
    return None if user and password else user or password


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.strip(), validate=True).decode()
    except ValueError:
        return ":"


def _model(command: Command) -> str:
    """The model that the body names; a body that is not JSON is noted."""
    if not command.body.strip():
        return ""
    body = _json(command.body)
    if not isinstance(body, dict):
        command.note("body")
        return ""
    model = body.get("model")
    return model if isinstance(model, str) else ""


def _json(text: str) -> Any:
    """The body, also with the quotes escaped once more than was meant (Windows); None where it is no JSON."""
    for one in (text, text.replace('\\"', '"')):
        try:
            return json.loads(one, strict=False)
        except (ValueError, RecursionError):
            continue
    return None
