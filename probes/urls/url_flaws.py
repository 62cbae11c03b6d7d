"""Find the flaws of a base URL as it was given, without using the network. Pure; no text raises an exception.

How the newest official Python SDKs treat a flawed value (openai 3.54, anthropic 2.12, with httpx2 and h11) was measured
on loopback. Positions in notes count from 1; a note names only the stray characters, never those of a key.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from probes.keys.characters import END_MARKS, fold, invisible, position_notes, visible
from probes.keys.flaws import url_is_key
from probes.model import limits
from probes.model.named_tuple import NamedTuple
from probes.model.note import Note, note
from probes.model.run_memory import remembered
from probes.model.secret import public_prefix
from probes.model.value_issues import Flaw
from probes.protocols.names import NAMES
from probes.protocols.protocol import meant_by, wire, wires

if TYPE_CHECKING:
    from typing import Protocol

    class AddFlaw(Protocol):
        """A function that records a flaw."""

        def __call__(self, kind: str, noted: Note, mended: bool = True, fatal: bool = False) -> None: ...


class UrlExam(NamedTuple):
    """The result of an examination of a base URL.

    ``literal``: the base URL that the SDK uses, without fragment, credentials and the one trailing slash that every SDK
    drops; None if the SDK fails before it sends. ``mended``: the base URL without flaws; None if that is impossible.
    """

    flaws: tuple[Flaw, ...]
    mended: str | None
    literal: str | None


# -- base URLs ---------------------------------------------------------------------------------------------------------

_DOUBLED = r"(?i)(/v\d++(?:alpha|beta)?+\d*+)\1+(?=/|$)"
_REFERENCE = r"\$[\w{(]|\{[^{}]*\}|<[^<>]*>|%(?![0-9A-Fa-f]{2})\w+%|%[A-Z]+_[A-Z_]+%"
_WHOLE_REFERENCE = (
    r"\$\{[^{}]{0,80}\}|\$\([^()]{0,80}\)|\$\w{1,80}|\{{1,2}[^{}]{0,80}\}{1,2}|<[^<>]{0,80}>|%[A-Za-z_]\w{1,80}%"
)
_TIDY = r"[A-Za-z0-9][A-Za-z0-9:/._-]*+(?<=[A-Za-z0-9])"  # as most URLs: no sign in it can be a stray one
_MARKDOWN = r"\]\s*\(\s*(?=\w+:)"  # [text](url)
_ASSIGNMENT = r"(?i)\s*+(?:export\s+|set\s+)?(?=\w*(?:base|url|endpoint|host))\w++\s*+=\s*+(?=\S)"
_MISSPELT_HTTP = r"h[htpsx]{2,7}|t{1,2}ps?"  # https, http, htp, hhtps, htttps, hxxp, ttps, tps
WEBSOCKET = ("ws", "wss")
PASSES = 20  # flaws that may hide one another; a value with more of them is noise, and nothing is made of it
PLAIN = "plain"  # used instead of a protocol: only flaws of the text itself, not those of a joined path
_LOCAL_SUFFIXES = (".local", ".localhost", ".internal", ".lan", ".home", ".home.arpa", ".docker.internal")


@remembered(256)
def examine_url(raw: str, protocol: str) -> UrlExam:
    """Find the flaws of a base URL for the SDK of this protocol; for ``auto``, the path decides the protocol.

    Kinds: empty, looks_like_key, stray, scheme_missing, scheme_wrong (a misspelt http or https), scheme_unusable
    (another scheme, such as wss), invalid, credentials, bad_port, double_slash, endpoint_included, version_doubled,
    query, fragment. The mended URL has no flaw.
    """
    if len(raw) > limits.URL:
        overlong = note("overlong", count=len(raw), limit=limits.URL)
        return UrlExam((Flaw("base_url", "invalid", (overlong,), False, True),), None, None)
    return _examined(raw, protocol, PASSES)


def _examined(raw: str, protocol: str, passes: int) -> UrlExam:
    named_wire = wire(protocol) if protocol in NAMES else None
    if named_wire is not None and named_wire.bare_port:
        raw = _expand_bare_host(raw, named_wire.bare_port)
    literal = _literal_url(raw)
    if not visible(raw).strip("\"'"):
        return UrlExam((Flaw("base_url", "empty", (note("characters", count=len(raw)),), False, True),), None, None)
    if url_is_key(raw):
        flaw = Flaw("base_url", "looks_like_key", (note("characters", count=len(raw)),), False, literal is None)
        return UrlExam((flaw,), None, literal)
    flaws: list[Flaw] = []

    def add(kind: str, noted: Note, mended: bool = True, fatal: bool = False) -> None:
        flaws.append(Flaw("base_url", kind, (noted,), mended, fatal))

    text, odd = _tidy_url(raw)
    text = _split_scheme(text, add)
    if odd and text:
        tidied = literal is None and _literal_url(text) is not None and not any(flaw.fatal for flaw in flaws)
        fatal = tidied or any(raw[i] < " " or raw[i] == "\x7f" for i in odd) or (literal is None and 0 in odd)
        flaws.insert(0, Flaw("base_url", "stray", position_notes(raw, odd), True, fatal))
    mended = _correct_parts(text, protocol, add) if "://" in text else None
    if mended is not None and mended != raw:  # a flaw can hide another one
        if not passes:
            return UrlExam(tuple(flaws), None, literal)
        second_exam = _examined(mended, protocol, passes - 1)
        seen = {flaw.kind for flaw in flaws}
        flaws += (flaw for flaw in second_exam.flaws if flaw.kind not in seen)
        mended = second_exam.mended
    return UrlExam(tuple(flaws), mended, literal)


def _expand_bare_host(raw: str, usual: str) -> str:
    """Expand ``OLLAMA_HOST`` as its SDK does: the default scheme is http, the default port is ``usual``.

    An unspecified address (``0.0.0.0``), on which a server listens, becomes loopback for a client.
    """
    text = raw
    if "://" not in raw:
        if url_is_key(raw) or not re.fullmatch(r"[\w.:\[\]/-]*", raw):
            return raw
        hostport, slash, path = raw.partition("/")
        name, port = _split_port(hostport)
        if port is None:
            return f"http://{raw}"
        text = f"http://{name or '127.0.0.1'}{port or usual}{slash}{path}"
    return re.sub(r"(?<=://)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)", "127.0.0.1", text)


@remembered(256)
def _literal_url(raw: str) -> str | None:
    """Return the base URL as httpx2 parses it, without the trailing slash that the SDK drops; None if it fails."""
    control = not raw.isprintable() and any(c < " " or c == "\x7f" for c in raw)
    if control or len(raw) > 65536:
        return None
    found = re.match(r"(https?|wss?)://([^/?#]*)([^?#]*)(\?[^#]*)?", raw, re.I)
    if not found:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(found[1].lower(), found[1].lower())  # measured: ws:// goes out as http
    host, port = _split_port(found[2].rpartition("@")[2])
    name = _ascii_host(host)
    if name is None or port is None or name in ("http", "https"):  # https://https://…: there is no such host
        return None
    try:
        path = quote(found[3], safe="/%!$&'()*+,;=:@~[]|\\^`{}<>\"")
        path = re.sub(r'[`{}<>"]', lambda mark: quote(mark[0]), path)
        query = quote(found[4] or "", safe="/%!$&'()*+,;=:@~?[]|\\^`{}")
    except UnicodeEncodeError:
        return None
    return f"{scheme}://{name}{port}{path.removesuffix('/')}{query}"


def _tidy_url(raw: str) -> tuple[str, list[int]]:
    """Return the text without stray characters, and the indices of those characters."""
    if re.fullmatch(_TIDY, raw):
        return raw, []
    kept = list(enumerate(raw))
    if found := re.search(_MARKDOWN, raw) or re.match(_ASSIGNMENT, raw):
        kept = kept[found.end() :]
    folded = [(i, "/" if c == "\\" else fold(c)) for i, c in kept if not invisible(c)]
    # Two URLs, or a URL with a comment: the first word is the URL. Other white space is inside one URL.
    gap = next(
        (n for n, (i, _) in enumerate(folded) if n and i - folded[n - 1][0] > 1 and _second_value_begins(raw, i)), None
    )
    folded = folded[:gap]
    begin = 0
    while begin < len(folded) and folded[begin][1] in END_MARKS:
        if folded[begin][1] == "[" and _ipv6_ahead(folded[begin : begin + 50]):
            break
        begin += 1
    folded = folded[begin:]
    wanted = dict(folded[: _sound_length("".join(c for _, c in folded))])
    return "".join(wanted.values()), [i for i, c in enumerate(raw) if wanted.get(i) != c]


def _second_value_begins(raw: str, at: int) -> bool:
    return raw[at] == "#" or re.match(r"https?:", raw[at : at + 6], re.I) is not None


def _ipv6_ahead(folded: list[tuple[int, str]]) -> bool:
    return re.match(r"\[[0-9a-fA-F:.]+\]", "".join(c for _, c in folded)) is not None


def _sound_length(text: str) -> int:
    """Return the length of the text without the stray characters at its end."""
    opened = {close: text.find(sign) for close, sign in (")(", "][", "}{", "><")}
    host = text.find("://") + 3
    slash = text.find("/", host) if host > 2 else -1
    length = len(text)
    while length:
        last = text[length - 1]
        if last in opened and 0 <= opened[last] < length:
            break  # part of a pair: an IPv6 address, an unexpanded reference
        if last == "." and not 0 <= slash < length:
            break  # a host name may end in a dot
        if not (last in END_MARKS or last in ".#" or (last == "*" and text.endswith("/*", 0, length))):
            break
        length -= 1
    return length


def _split_scheme(text: str, add: AddFlaw) -> str:
    """Return the URL with a valid scheme, or an empty string if no host follows; record the flaws of the scheme."""
    sound = re.match(r"(https?)://(?!/)", text, re.I)
    if sound and not re.match(r"(?:https?:?//|https?:/)", text[sound.end() :], re.I):
        return sound[1].lower() + text[sound.end() - 3 :]
    if sound:  # https://https://host
        rest = text[sound.end() :]
        while inner := re.match(r"(https?):?/+", rest, re.I):
            scheme, rest = inner[1].lower(), rest[inner.end() :]
        add("scheme_wrong", note("scheme_twice"), fatal=True)
        return f"{scheme}://{rest}"
    if text.startswith("//"):
        return _without_scheme(text.lstrip("/"), add)
    found = re.match(r"([a-z][a-z0-9+-]*):/{2,}|(h(?=\w*tp)\w*+)(?:[:;.,]/+|//)|(https?)[:;](?=[\w\[])", text, re.I)
    if found is None:
        return _without_scheme(text, add)
    name, rest = (found[1] or found[2] or found[3]).lower(), text[found.end() :]
    host = re.split(r"[/?#]", rest)[0].rpartition("@")[2]
    if name == "file" or not _plausible(host, named=text[found.end() - 3 : found.end()] != "///"):
        add("invalid", note("no_host_follows"), False, True)
        return ""
    secure = name.endswith("s") and name != "ws"
    if re.fullmatch(_MISSPELT_HTTP, name):
        scheme = name if name in ("http", "https") else "https" if secure else _usual_scheme(host)
        add("scheme_wrong", note("not_http"), fatal=True)
    else:
        # Of the newest Python SDKs' HTTP library it is measured that ws:// goes out as http and wss:// as https.
        scheme = {"ws": "http", "wss": "https"}.get(name) or _usual_scheme(host)
        add("scheme_unusable", note("other_scheme", scheme=name[:20]), fatal=name not in WEBSOCKET)
    return f"{scheme}://{rest}"


def _without_scheme(text: str, add: AddFlaw) -> str:
    host = re.split(r"[/?#]", text)[0].rpartition("@")[2]
    if not _plausible(host, named=False):
        add("invalid", note("no_scheme_no_host"), False, True)
        return ""
    add("scheme_missing", note("no_scheme"), fatal=True)
    return f"{_usual_scheme(host)}://{text}"


def _plausible(host: str, named: bool) -> bool:
    """Check whether this looks like a host. A single word does only after a scheme (``named``) or with a port."""
    name, port = _split_port(host)
    if not name or re.fullmatch(r"v\d+", name, re.I):
        return False
    return named or "." in name.strip(".") or name.startswith("[") or name.lower() == "localhost" or bool(port)


def _usual_scheme(host: str) -> str:
    """Return https for public hosts; http for this machine, private addresses, single words, addresses with a port."""
    import ipaddress

    name, port = _split_port(host)
    name = name.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return "http" if "." not in name or name.endswith(_LOCAL_SUFFIXES) else "https"
    return "http" if port not in ("", ":443") or not address.is_global else "https"


def _split_port(hostport: str) -> tuple[str, str | None]:
    """Return the host and ``:port`` (or an empty string). The port is None unless it is a number from 1 to 65535."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(.*))?", hostport, re.S)
    if found is None:
        return hostport.partition(":")[0], None
    host, port = found[1], found[2]
    if not port:
        return host, ""
    if re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536:
        return host, f":{int(port)}"
    return host, None


@lru_cache(maxsize=4096)  # `serve` meets hosts without end
def _ascii_host(host: str) -> str | None:
    """Return the host in lower case, an international name in its ASCII form; None if it is not a valid host."""
    if host.startswith("["):
        import ipaddress

        try:
            ipaddress.IPv6Address(host[1:-1].partition("%")[0] if host.endswith("]") else "")
        except ValueError:
            return None
        return host.lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            return None
    name = host.lower()
    labels = name.removesuffix(".").split(".")
    if len(name) > 254 or not all(re.fullmatch(r"[a-z0-9_-]{1,63}", label) for label in labels):
        return None
    if len(labels) == 4 and all(re.fullmatch(r"[0-9]+", label) for label in labels):
        return name if all(len(label) < 4 and int(label) < 256 for label in labels) else None
    return name


def _correct_parts(text: str, protocol: str, add: AddFlaw) -> str | None:
    """Return the URL with its parts corrected, and record each flaw; None if host or port cannot be corrected."""
    scheme, _, rest = text.partition("://")
    found = re.match(r"([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", rest, re.S)
    assert found is not None
    authority, path, query, fragment = found[1], found[2], found[3], found[4]
    if re.search(_REFERENCE, authority + path):
        named = re.search(_WHOLE_REFERENCE, authority + path)
        add(
            "invalid",
            note("unfilled", name=named[0] if named and not public_prefix(authority) else "{…}"),
            False,
            bool(re.search(_REFERENCE, authority)),
        )
        return None
    _, at, hostport = authority.rpartition("@")
    host, port = _split_port(hostport)
    name = _ascii_host(host)
    if name in (None, "http", "https"):
        add("invalid", note("bad_host"), False, True)
        return None
    if at:
        add("credentials", note("credentials"))
    if port is None:
        public = _usual_scheme(host) == "https"
        add("bad_port", note("bad_port"), public, True)
        if not public:
            return None
        port = ""
    return f"{scheme}://{name}{port}{_correct_path(path, name, protocol, add, query, fragment)}"


_TAIL = 500  # characters at the end of a path that contain its endpoint, with the name of a model


# Endpoints of local servers' own APIs (llama.cpp, text-generation-inference, KoboldCpp, SageMaker's containers), which
# their manuals show and no SDK adds to a base URL.
_OWN_ENDPOINTS = (
    "completion",
    "infill",
    "(?:api/(?:v1|extra)/)?generate(?:_stream|/stream)?",
    "invocations",
)


@cache
def _endpoint_pattern() -> re.Pattern[str]:
    """Return a pattern that matches an endpoint of any protocol at the end of a path."""
    ends = (*(end for one in wires() for end in one.endings), *_OWN_ENDPOINTS)
    return re.compile(rf"(?i)/({'|'.join(ends)})/*$")


def _correct_path(path: str, host: str, protocol: str, add: AddFlaw, query: str | None, fragment: str | None) -> str:
    if protocol == PLAIN:
        if query:
            add("query", note("in_query", count=query.count("=") or 1))
        if fragment:
            add("fragment", note("fragment", count=len(fragment) - 1))
        return quote(path, safe="/%!$&'()*+,;=:@~", errors="replace")
    if "//" in path:
        add("double_slash", note("in_path", count=path.count("//")))
        path = re.sub(r"/{2,}", "/", path)
    named = meant_by(path, endings=True) if protocol == "auto" else protocol
    named_wire = wire(named) if named in NAMES else None
    ends: list[str] = []
    # The base URL of Azure's model inference API ends in /models.
    while (end := _endpoint_pattern().search(path, max(0, len(path) - _TAIL))) and not (
        end[1].lower() == "models" and host.endswith(".azure.com")
    ):
        ends.insert(0, end[1].lower())
        path = path[: end.start()]
    if (
        named_wire is not None
        and named_wire.inner_path
        and (end := re.search(rf"(?i){named_wire.inner_path}/*$", path))
    ):
        ends.insert(0, named_wire.inner_name)
        path = path[: end.start()]
    if ends:
        shown = "models/…" if ":" in ends[-1] else "/".join(ends[-1:])
        add("endpoint_included", note("ends_in", path=f"/{shown}"))
    doubled = re.sub(_DOUBLED, r"\1", path)
    added, noted = "", note("version_twice")
    if named_wire is not None and named_wire.added:
        added, noted = named_wire.added, note("sdk_adds_version")
        if named_wire.added_name:
            noted = note("sdk_adds", path=named_wire.added_name)
    unversioned = re.sub(added, "", doubled, flags=re.I) if added else doubled
    if unversioned != path and not (ends and doubled == path):
        add("version_doubled", noted if doubled == path else note("version_twice"))
    if query:
        add("query", note("in_query", count=query.count("=") or 1))
    if fragment:
        add("fragment", note("fragment", count=len(fragment) - 1))
    return quote(unversioned.rstrip("/"), safe="/%!$&'()*+,;=:@~", errors="replace")
