"""What is wrong with a base URL or a key as it was given, seen without any network. Pure, and it raises for no text.

What the newest official Python SDK does with a flawed value (openai 3.54, anthropic 2.12; httpx2 and h11 beneath) was
measured on loopback. Positions in notes count from 1; a note names the characters that do not belong, never the key's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from probes.model.secret import public_prefix
from probes.model.value_issues import Flaw

if TYPE_CHECKING:
    from typing import Protocol

    class _Add(Protocol):
        """Notes a flaw."""

        def __call__(self, kind: str, note: str, mended: bool = True, fatal: bool = False) -> None: ...


class UrlExam(NamedTuple):
    """``literal``: the base to which the SDK would send, without the one slash at its end that every SDK drops, without
    fragment and credentials; None where it fails before sending. ``mended``: every flaw taken away; None where no URL
    is left."""

    flaws: tuple[Flaw, ...]
    mended: str | None
    literal: str | None


class KeyExam(NamedTuple):
    """``literal``: what the SDK puts into the header; None where it fails before sending. ``cleaned``: the usable key,
    None where there is none. The kind ``dummy`` (``ollama``, ``EMPTY``) is fine at a local door and nowhere else."""

    flaws: tuple[Flaw, ...]
    cleaned: str | None
    literal: str | None


# -- characters --------------------------------------------------------------------------------------------------------

_DASHES = frozenset("‐‑‒–—―−﹘﹣－")
_QUOTES = frozenset("\"'`´“”„‟‘’‚‛«»‹›「」『』＂＇")
_STOPS = {"。": ".", "．": ".", "｡": "."}
_END_MARKS = _QUOTES | frozenset("<>()[]{},;、，；（）【】《》〈〉＜＞［］")
_ENDS = "".join(_END_MARKS) + " \t"
# A line end or a blank that was written out, and what is left of it as it is cut away.
_ESCAPES = ("\\n", "\\r", "\\t", "\\", "%0A", "%0a", "%0D", "%0d", "%0", "%20", "%2", "%")
_CONTROL_NAMES = {
    "\t": "TAB",
    "\n": "LINE FEED",
    "\r": "CARRIAGE RETURN",
    "\0": "NULL",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}
_LISTED = 3  # odd characters that a note names one by one


def _invisible(char: str) -> bool:
    """White space, control and format characters, lone surrogates: nothing of a URL or a key."""
    if "!" <= char <= "~":
        return False
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def _fold(char: str) -> str:
    """The one ASCII character that was meant, where that can be told; else the character itself."""
    if char.isascii():
        return char
    if char in _DASHES:
        return "-"
    if char in _STOPS:
        return _STOPS[char]
    if char in _QUOTES:
        return '"'
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isascii() and folded.isprintable() else char


def _name(char: str) -> str:
    name = unicodedata.name(char, "") or _CONTROL_NAMES.get(char, "CONTROL" if ord(char) < 0xA0 else "")
    return f"U+{ord(char):04X} {name}".rstrip()


def _note(raw: str, positions: Iterable[int]) -> str:
    """``U+FF0C FULLWIDTH COMMA at position 12 of 51``; positions are indices from 0, letters and digits go unnamed."""
    at = sorted(set(positions))
    told = [i for i in at if not (raw[i].isascii() and raw[i].isalnum())][:_LISTED]
    names = [f"{_name(raw[i])} at position {i + 1} of {len(raw)}" for i in told]
    return "; ".join(names + ([f"{len(at) - len(told)} more"] if len(at) > len(told) else []))


# -- base URLs ---------------------------------------------------------------------------------------------------------

_ENDPOINTS = (
    "chat/completions|completions|responses|messages/count_tokens|messages|embeddings|models|images/generations"
    "|audio/(?:speech|transcriptions)|api/chat|api/generate|api/tags|models/[^/]+:(?:generateContent|streamGenerateContent)"
)
_DEPLOYMENT = r"(?i)/openai/deployments(?:/[^/]+)?/*$"
# What the protocol's SDK adds to its base URL by itself.
_ADDED = {
    "anthropic": (r"/v1/?$", "/v1"),
    "gemini": (r"/v1(?:alpha|beta)?/?$", "the version"),
    "azure": (r"/openai(?:/v1)?/?$", "/openai"),
}
_ENDPOINT = rf"(?i)/({_ENDPOINTS})/*$"
_DOUBLED = r"(?i)(/v\d+(?:alpha|beta)?\d*)\1+(?=/|$)"
_REFERENCE = r"\$[\w{(]|\{[^{}]*\}|<[^<>]*>|%(?![0-9A-Fa-f]{2})\w+%|%[A-Z]+_[A-Z_]+%"
_MARKDOWN = r"\]\s*\(\s*(?=\w+:)"  # [text](url)
_ASSIGNMENT = r"(?i)\s*(?:export\s+|set\s+)?\w*(?:base|url|endpoint|host)\w*\s*=\s*(?=\S)"
PLAIN = "plain"  # in place of a protocol: the text's own flaws alone, not those of what is joined to it
_LOCAL_SUFFIXES = (".local", ".localhost", ".internal", ".lan", ".home", ".home.arpa", ".docker.internal")


def examine_url(raw: str, protocol: str) -> UrlExam:
    """What is wrong with a base URL for the SDK of this protocol; ``auto`` is told from the path.

    Kinds: empty, looks_like_key, stray, scheme_missing, scheme_wrong, invalid, credentials, bad_port, double_slash,
    endpoint_included, version_doubled, query, fragment. The mended URL has no flaw.
    """
    if protocol == "ollama":
        raw = _ollama_host(raw)
    literal = _literal_url(raw)
    if not "".join(c for c in raw if not _invisible(c)).strip("\"'"):
        return UrlExam((Flaw("base_url", "empty", f"{len(raw)} characters", False, True),), None, None)
    if url_is_key(raw):
        flaw = Flaw("base_url", "looks_like_key", f"{len(raw)} characters", False, literal is None)
        return UrlExam((flaw,), None, literal)
    flaws: list[Flaw] = []

    def add(kind: str, note: str, mended: bool = True, fatal: bool = False) -> None:
        flaws.append(Flaw("base_url", kind, note, mended, fatal))

    text, odd = _tidy_url(raw)
    text = _split_scheme(text, add)
    if odd and text:
        tidied = literal is None and _literal_url(text) is not None and not any(flaw.fatal for flaw in flaws)
        fatal = tidied or any(raw[i] < " " or raw[i] == "\x7f" for i in odd) or (literal is None and 0 in odd)
        flaws.insert(0, Flaw("base_url", "stray", _note(raw, odd), True, fatal))
    mended = _mend_parts(text, protocol, add) if "://" in text else None
    if mended is not None and mended != raw:  # what one flaw hid comes to light when it is gone
        again = examine_url(mended, protocol)
        seen = {flaw.kind for flaw in flaws}
        flaws += (flaw for flaw in again.flaws if flaw.kind not in seen)
        mended = again.mended
    return UrlExam(tuple(flaws), mended, literal)


def _ollama_host(raw: str) -> str:
    """``OLLAMA_HOST`` as its SDK reads it: without a scheme it means http, and without a port 11434.

    The address on which a server listens everywhere is this machine's own for a client.
    """
    text = raw
    if "://" not in raw:
        if url_is_key(raw) or not re.fullmatch(r"[\w.:\[\]/-]*", raw):
            return raw
        hostport, slash, path = raw.partition("/")
        name, port = _split_port(hostport)
        if port is None:
            return f"http://{raw}"
        text = f"http://{name or '127.0.0.1'}{port or ':11434'}{slash}{path}"
    return re.sub(r"(?<=://)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)", "127.0.0.1", text)


def _literal_url(raw: str) -> str | None:
    """The base as httpx2 reads it, after the SDK has dropped one slash at the end; None where it refuses."""
    if any(c < " " or c == "\x7f" for c in raw) or len(raw) > 65536:
        return None
    found = re.match(r"(https?|wss?)://([^/?#]*)([^?#]*)(\?[^#]*)?", raw, re.I)
    if not found:
        return None
    scheme = {"ws": "http", "wss": "https"}.get(found[1].lower(), found[1].lower())  # measured: ws:// goes out as http
    host, port = _split_port(found[2].rpartition("@")[2])
    name = _ascii_host(host)
    if name is None or port is None or name in ("http", "https"):  # https://https://…: nobody has such a host
        return None
    try:
        path = quote(found[3], safe="/%!$&'()*+,;=:@~[]|\\^`{}<>\"")
        path = re.sub(r'[`{}<>"]', lambda mark: quote(mark[0]), path)
        query = quote(found[4] or "", safe="/%!$&'()*+,;=:@~?[]|\\^`{}")
    except UnicodeEncodeError:
        return None
    return f"{scheme}://{name}{port}{path.removesuffix('/')}{query}"


def _tidy_url(raw: str) -> tuple[str, list[int]]:
    """The text without what does not belong, and the indices of that."""
    kept = list(enumerate(raw))
    if found := re.search(_MARKDOWN, raw) or re.match(_ASSIGNMENT, raw):
        kept = kept[found.end() :]
    folded = [(i, "/" if c == "\\" else _fold(c)) for i, c in kept if not _invisible(c)]
    # Two values, or one with a remark: the first word is the URL. Any other white space tears one URL.
    gap = next((n for n, (i, _) in enumerate(folded) if n and i - folded[n - 1][0] > 1 and _gap_ends(raw, i)), None)
    folded = folded[:gap]
    while folded and folded[0][1] in _END_MARKS and not (folded[0][1] == "[" and _ipv6_ahead(folded)):
        del folded[0]
    while folded and _ends_astray(folded):
        del folded[-1]
    wanted = dict(folded)
    return "".join(wanted.values()), [i for i, c in enumerate(raw) if wanted.get(i) != c]


def _gap_ends(raw: str, at: int) -> bool:
    return raw[at] == "#" or re.match(r"https?:", raw[at : at + 6], re.I) is not None


def _ipv6_ahead(folded: list[tuple[int, str]]) -> bool:
    return re.match(r"\[[0-9a-fA-F:.]+\]", "".join(c for _, c in folded[:50])) is not None


def _ends_astray(folded: list[tuple[int, str]]) -> bool:
    text = "".join(c for _, c in folded)
    last = text[-1]
    if last in ")]}>" and {")": "(", "]": "[", "}": "{", ">": "<"}[last] in text:
        return False  # part of a pair: an IPv6 address, a reference that nobody expanded
    if last == "." and "/" not in text.partition("://")[2]:
        return False  # a host name may end in a dot
    return last in _END_MARKS or last in ".#" or (last == "*" and text.endswith("/*"))


def _split_scheme(text: str, add: _Add) -> str:
    """``text`` with a sound scheme where a host follows; flaws of the scheme are noted."""
    sound = re.match(r"(https?)://(?!/)", text, re.I)
    if sound and not re.match(r"(?:https?:?//|https?:/)", text[sound.end() :], re.I):
        return sound[1].lower() + text[sound.end() - 3 :]
    if sound:  # https://https://host
        rest = text[sound.end() :]
        while inner := re.match(r"(https?):?/+", rest, re.I):
            scheme, rest = inner[1].lower(), rest[inner.end() :]
        add("scheme_wrong", "the scheme stands twice", fatal=True)
        return f"{scheme}://{rest}"
    if text.startswith("//"):
        return _without_scheme(text.lstrip("/"), add)
    found = re.match(r"([a-z][a-z0-9+-]*):/{2,}|(h\w*tp\w*)(?:[:;.,]/+|//)|(https?)[:;](?=[\w\[])", text, re.I)
    if found is None:
        return _without_scheme(text, add)
    name, rest = (found[1] or found[2] or found[3]).lower(), text[found.end() :]
    host = re.split(r"[/?#]", rest)[0].rpartition("@")[2]
    if name == "file" or not _plausible(host, named=text[found.end() - 3 : found.end()] != "///"):
        add("invalid", "no host follows the scheme", False, True)
        return ""
    secure = name.endswith("s") and name != "ws"
    scheme = name if name in ("http", "https") else "https" if secure else _usual_scheme(host)
    add("scheme_wrong", "not http:// or https://", fatal=text[: found.end()].lower() not in ("ws://", "wss://"))
    return f"{scheme}://{rest}"


def _without_scheme(text: str, add: _Add) -> str:
    host = re.split(r"[/?#]", text)[0].rpartition("@")[2]
    if not _plausible(host, named=False):
        add("invalid", "neither a scheme nor a host", False, True)
        return ""
    add("scheme_missing", "no http:// or https://", fatal=True)
    return f"{_usual_scheme(host)}://{text}"


def _plausible(host: str, named: bool) -> bool:
    """That this reads as a host. A single word does so only behind a scheme (``named``) or with a port."""
    name, port = _split_port(host)
    if not name or re.fullmatch(r"v\d+", name, re.I):
        return False
    return named or "." in name.strip(".") or name.startswith("[") or name.lower() == "localhost" or bool(port)


def _usual_scheme(host: str) -> str:
    """https for public names; http for this machine, private addresses, single words and addresses with a port."""
    import ipaddress

    name, port = _split_port(host)
    name = name.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return "http" if "." not in name or name.endswith(_LOCAL_SUFFIXES) else "https"
    return "http" if port not in ("", ":443") or not address.is_global else "https"


def _split_port(hostport: str) -> tuple[str, str | None]:
    """Host, and ``:port`` or an empty string; None for a port that is no number from 1 to 65535."""
    found = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(.*))?", hostport, re.S)
    if found is None:
        return hostport.partition(":")[0], None
    host, port = found[1], found[2]
    if not port:
        return host, ""
    if re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 65536:
        return host, f":{int(port)}"
    return host, None


@cache
def _ascii_host(host: str) -> str | None:
    """The host in lower case, an international name in its ASCII form; None where it cannot be one."""
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


def _mend_parts(text: str, protocol: str, add: _Add) -> str | None:
    """The URL put together again from sound parts, each flaw noted; None where host or port cannot be mended."""
    scheme, _, rest = text.partition("://")
    found = re.match(r"([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", rest, re.S)
    assert found is not None
    authority, path, query, fragment = found[1], found[2], found[3], found[4]
    if re.search(_REFERENCE, authority + path):
        add("invalid", "a name in brackets that nobody filled in", False, bool(re.search(_REFERENCE, authority)))
        return None
    _, at, hostport = authority.rpartition("@")
    host, port = _split_port(hostport)
    name = _ascii_host(host)
    if name in (None, "http", "https"):
        add("invalid", "the host name cannot be one", False, True)
        return None
    if at:
        add("credentials", "a user name or password stands before the host")
    if port is None:
        public = _usual_scheme(host) == "https"
        add("bad_port", "the port is no number from 1 to 65535", public, True)
        if not public:
            return None
        port = ""
    return f"{scheme}://{name}{port}{_mend_path(path, name, protocol, add, query, fragment)}"


def _mend_path(path: str, host: str, protocol: str, add: _Add, query: str | None, fragment: str | None) -> str:
    if protocol == PLAIN:
        if query:
            add("query", f"{query.count('=') or 1} in the query")
        if fragment:
            add("fragment", f"{len(fragment) - 1} characters behind #")
        return quote(path, safe="/%!$&'()*+,;=:@~", errors="replace")
    if "//" in path:
        add("double_slash", f"{path.count('//')} in the path")
        path = re.sub(r"/{2,}", "/", path)
    if protocol == "auto" and re.search(r"/anthropic(?:/|$)|/messages(?:/count_tokens)?/?$", path, re.I):
        protocol = "anthropic"
    ends: list[str] = []
    # Azure's model inference API has its base at /models.
    while (end := re.search(_ENDPOINT, path)) and not (end[1].lower() == "models" and host.endswith(".azure.com")):
        ends.insert(0, end[1].lower())
        path = path[: end.start()]
    if protocol == "azure" and (end := re.search(_DEPLOYMENT, path)):
        ends.insert(0, "openai/deployments/…")
        path = path[: end.start()]
    if ends:
        shown = "models/…" if ":" in ends[-1] else "/".join(ends[-1:])
        add("endpoint_included", f"ends in /{shown}")
    doubled = re.sub(_DOUBLED, r"\1", path)
    added, named = _ADDED.get(protocol, (r"(?!)", ""))
    rooted = re.sub(added, "", doubled, flags=re.I)
    if rooted != path and not (ends and doubled == path):
        add("version_doubled", f"the SDK adds {named} itself" if doubled == path else "a version stands twice")
    if query:
        add("query", f"{query.count('=') or 1} in the query")
    if fragment:
        add("fragment", f"{len(fragment) - 1} characters behind #")
    return quote(rooted.rstrip("/"), safe="/%!$&'()*+,;=:@~", errors="replace")


# -- keys --------------------------------------------------------------------------------------------------------------

# What manuals write where no key is needed.
_DUMMY = (
    r"(?i)(?:sk-)?(?:ollama|lm-?studio|none|null|dummy|fake|local|no[-_]?key(?:[-_]required)?|not?[-_]?(?:needed|required))"
    r"|empty|nil|undefined|(?:sk-)?test|n/?a|key|unused|anything|ignored|vllm|llama[-.]?cpp|sk-1234|token-abc123"
    r"|(?:lm-studio|ollama|vllm|llama-cpp)-local"
)
# Words that no key holds by chance between its hyphens; the second lot counts only where no digit stands.
_EXAMPLE_WORDS = frozenset(("your", "insert", "replace", "changeme", "paste", "placeholder", "redacted", "todo"))
_WEAK_WORDS = frozenset(("example", "sample", "here", "enter", "change"))
_EXAMPLE = (
    r"(?:sk)?(?:your|my|the|an|a|insert|replace|paste|enter|add|put|set|actual|real|new)*"
    r"(?:openai|anthropic|claude|deepseek|llm|gemini|groq)?(?:secret|access|auth|private)?"
    r"(?:api_?key|api_?token|(?<=y)key|(?<=your)(?:secret|token|key))(?:here|value|goes)*"
    r"|(?:sk)?(?:your|my)[a-z]{0,12}(?:key|token|secret)(?:here)?|(?:sk)?(?:insert|replace)[a-z]*key[a-z]*"
)
_COUNTED = r"(?:0?123(?:4(?:5(?:6(?:7(?:8(?:90?)?)?)?)?)?)?|abcd(?:e(?:f(?:gh?)?)?)?)+"  # as fingers run along the keys
_EXAMPLE_PHRASES = (
    *("密钥", "密鑰", "你的", "您的", "填写", "填入", "替换", "请输入", "粘贴"),
    *("あなたの", "キー", "ここに", "키를"),
)
_MASK = r"•●∙·⋅‧○◦▪■█＊∗*"
_UNEXPANDED = (
    r"\$\{\{?[^}]*\}|\$\([^)]*\)|\{\{[^}]*\}\}|<%=|%[A-Za-z_]\w*%|\{(?:env|file)\s*:[^}]*\}"
    r"|^\$(?:env:)?[A-Za-z_]\w*$|^(?:os\.environ|process\.env|import\.meta\.env|secrets?|env)[./:\[]"
    r"|^(?!YOUR|MY_|THE_|INSERT|REPLACE|ENTER|PASTE|CHANGE)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN)$"
)
_LEAD = r"[\s\"'`<(\[]*"
_PREFIX = (
    rf"(?i){_LEAD}(?:-H\s+|--header\s+)?{_LEAD}(?:(?:proxy-)?authorization[\"']?\s*[:=]\s*"
    r"|(?:x-goog-|x-)?api-?key[\"']?\s*[:=]\s*"
    r"|(?:export\s+|set\s+|\$env:)?(?:[a-z][a-z0-9_]*)?(?:key|token)[\"']?[ \t]*[:=]\s*"
    r"|(?:bearer|basic|token)(?:\s*[:=]\s*|\s+|$)|bearer(?=sk-))"
)
_SHOWN_PREFIXES = ("bearer", "authorization", "x-api-key", "api-key", "x-goog-api-key")


def examine_key(raw: str, protocol: str) -> KeyExam:
    """What is wrong with a key for the SDK of this protocol; the most exact kind first."""
    literal = literal_key(raw, protocol)
    plain = "".join(map(_fold, raw))  # as long as raw: positions agree

    def exam(kind: str, note: str, cleaned: str | None = None) -> KeyExam:
        return KeyExam((Flaw("key", kind, note, cleaned is not None, literal is None),), cleaned, literal)

    start = 0
    while lead := re.compile(_PREFIX).match(plain, start):
        start = lead.end()
    wrapped = re.sub(r"^[\s\"'`]+|[\s\"'`,;]+$", "", "".join(" " if _invisible(c) else c for c in plain[start:]))
    core = wrapped.strip("<>()[]{}")
    length = f"{len(raw)} characters"
    if not core and not start:
        return exam("empty", length)
    if key_is_url(raw):
        return exam("looks_like_url", length)
    if re.search(_UNEXPANDED, wrapped):
        return exam("unexpanded", "a reference to a variable, not its value")
    dummy = wrapped == core and re.fullmatch(_DUMMY, core) is not None
    if dummy and core == raw:
        return exam("dummy", "a stand-in for doors that need no key", core)
    if core and not dummy and _is_placeholder(wrapped, core):
        return exam("placeholder", "an example value")
    if mask := _mask(core):
        return exam("masked", mask)

    body, odd, count = _tidy_key(raw, plain, start)
    flaws: list[Flaw] = []
    usable = bool(body) and body.isascii()
    cleaned = body if usable else None
    if start:
        named = plain[:start].strip().strip("\"'`<([").lower()
        shown = next((word for word in _SHOWN_PREFIXES if named.startswith(word)), "a variable's name")
        flaws.append(Flaw("key", "bearer_prefix", f"begins with {shown}", usable, literal is None))
    if count > 1:
        flaws.append(Flaw("key", "several", f"{count} values in {length}", usable, literal is None))
    control = [i for i in odd if (raw[i] < " " and raw[i] not in "\t\n\r") or "\x7f" <= raw[i] < "\xa0"]
    stray = [i for i in odd if i not in set(control)]
    if stray:
        flaws.append(Flaw("key", "stray", _note(raw, stray), usable, _breaks(raw, stray, protocol)))
    if control:
        flaws.append(Flaw("key", "control", _note(raw, control), usable, _breaks(raw, control, protocol)))
    return KeyExam(tuple(flaws), cleaned, literal)


def _is_placeholder(wrapped: str, core: str) -> bool:
    """An example value. ``sk-...`` is one; ``sk-...a1B2`` is a masked key."""
    body = core[len(public_prefix(core)) :]
    if re.fullmatch(r"[.…_-]*|[.…xX]{2,}(?:[-_.…xX]*)", body) and not core.isspace():
        return True
    if len(body) >= 3 and len(set(body)) == 1 and body[0].isalnum():
        return True
    if len(body) >= 6 and re.fullmatch(_COUNTED, body.lower()):
        return True
    if any(phrase in core for phrase in _EXAMPLE_PHRASES):
        return True
    words = [word for word in re.split(r"[\W_]+", core.lower()) if word]
    if any(len(word) >= 16 and re.search(r"\d", word) for word in words):
        return False
    if re.fullmatch(r"<.*>|\[.*\]|\{.*\}", wrapped) and len(core) < 40 and not public_prefix(core):
        return True
    if _EXAMPLE_WORDS.intersection(words) or any(re.fullmatch(r"x{3,}", word) for word in words):
        return True
    if _WEAK_WORDS.intersection(words) and not re.search(r"\d", core):
        return True
    return re.fullmatch(_EXAMPLE, "".join(words)) is not None


def _mask(core: str) -> str:
    """How the value is hidden, or an empty string."""
    if found := re.search(rf"[{re.escape(_MASK)}]{{2,}}|[•●█]", core):
        return f"{_name(found[0][0])}, {len(found[0])} in a row"
    if re.search(r"…|\.{2,}", core):
        return "an ellipsis in place of its middle"
    if found := re.search(r"(?<=[A-Za-z0-9])(x{6,}|X{6,})(?=[A-Za-z0-9])", core):
        return f"a letter repeated {len(found[0])} times in place of its middle"
    return ""


def _tidy_key(raw: str, plain: str, start: int) -> tuple[str, list[int], int]:
    """The first usable key, the indices of what does not belong around and inside it, and how many keys there are."""
    found = [m for m in re.finditer(r"[^,;\r\n]+", plain[start:]) if m[0].strip(_ENDS)]
    spans = [(m.start() + start, m.end() + start) for m in found]
    texts = [m[0].strip(_ENDS) for m in found]
    begin, end, count = start, len(raw), 1
    if len(texts) > 1 and _all_keys(texts, lined=not re.search("[,;]", plain[start:])):
        begin, end, count = *spans[0], len(texts)
    elif len(words := plain[start:].split()) > 1 and all(public_prefix(word.strip("\"'")) for word in words):
        end, count = plain.index(words[0], start) + len(words[0]), len(words)
    while begin < end and (raw[begin] in _END_MARKS or plain[begin] in _END_MARKS or _invisible(raw[begin])):
        begin += 1
    last = end
    while last > begin and (_ends_key_astray(plain[last - 1]) or plain[begin:last].endswith(_ESCAPES)):
        last -= 1
    while begin < last and not plain[begin].isascii():
        begin += 1
    kept = [i for i in range(begin, last) if not _invisible(raw[i]) and raw[i] != "\x7f"]
    outside = [i for i in range(start) if not raw[i].isascii() or raw[i] in "\"'`"]
    region = range(start, end)
    keep = set(kept)
    odd = outside + [i for i in region if i not in keep or raw[i] != plain[i] or not raw[i].isascii()]
    return "".join(plain[i] for i in kept), odd, count


def _all_keys(texts: list[str], lined: bool) -> bool:
    """That these are several keys. One torn by a line end has neither a prefix nor the length in its second line."""
    if not lined or all(public_prefix(text) for text in texts):
        return True
    return len({len(text) for text in texts}) == 1 and len(texts[0]) >= 20


def _ends_key_astray(char: str) -> bool:
    return char in _END_MARKS or _invisible(char) or not char.isascii()


def _breaks(raw: str, odd: list[int], protocol: str) -> bool:
    """Whether these characters keep the SDK from sending."""
    return literal_key(raw, protocol) is None and any(
        not raw[i].isascii() or raw[i] in "\0\n\r\f\v" or not raw[i:].strip(" \t") or (i == 0 and protocol == "azure")
        for i in odd
    )


def literal_key(raw: str, protocol: str) -> str | None:
    """What the SDK of this protocol puts into its header, or None where it fails before it sends.

    Measured: openai encodes headers as ASCII, anthropic 2 as UTF-8; h11 refuses NUL, CR, LF, VT, FF and a value that
    ends in white space; google-genai strips first. An Azure key is the whole value, so white space may not begin it.
    """
    value = raw.strip() if protocol == "gemini" else raw
    if not value or any(c in "\0\n\r\f\v" for c in value) or value[-1] in " \t":
        return None
    if protocol == "azure" and value[0] in " \t":
        return None
    try:
        value.encode("utf-8" if protocol == "anthropic" else "ascii")
    except UnicodeEncodeError:
        return None
    return value


# -- each in the place of the other ------------------------------------------------------------------------------------


def key_is_url(raw: str) -> bool:
    """That a URL or an API host stands where the key belongs."""
    text = "".join(_fold(c) for c in raw if not _invisible(c)).strip(_ENDS)
    if re.match(r"(?:https?|wss?):/", text, re.I):
        return True
    if re.match(_UNEXPANDED, text):
        return False  # os.environ/OPENAI_API_KEY
    host = r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9-]+\.)+[a-z]{2,10})"
    return re.fullmatch(rf"{host}(?::\d+(?:/\S*)?|/[\w./-]*)|(?:api|open)\.{host}", text, re.I) is not None


def url_is_key(raw: str) -> bool:
    """That a key stands where the base URL belongs."""
    text = "".join(c for c in raw if not _invisible(c)).strip(_ENDS)
    text = re.sub(r"^(?:authorization:)?bearer", "", text, flags=re.I)
    if re.fullmatch(r"[a-f0-9]{32}\.[A-Za-z0-9]{16,24}|eyJ[\w-]+\.[\w-]+\.[\w-]*|(?:AQ|ya29)\.[\w.-]{30,}", text):
        return True
    if not re.fullmatch(r"[\w+=-]+(?:/[\w+=-]+){0,2}", text) or not text.isascii():
        return False
    if (prefix := public_prefix(text)) and "/" not in text[len(prefix) :]:
        return len(text) >= (12 if prefix.startswith(("sk-", "bce-")) else 20) or text.startswith(("sk-",))
    return len(text) >= 32 and "/" not in text and bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))
