"""Find the flaws of a key's value before anything is sent."""

from __future__ import annotations

import re

from probes.keys.characters import END_MARKS, ENDS, ESCAPES, character_name, fold, invisible, position_notes, visible
from probes.keys.credential_kinds import credential_of
from probes.keys.plain_key import is_plain
from probes.model import limits
from probes.model.named_tuple import NamedTuple
from probes.model.note import Note, note
from probes.model.run_memory import remembered
from probes.model.secret import public_prefix
from probes.model.value_issues import Flaw
from probes.protocols.names import DEFAULT_PROTOCOL, NAMES
from probes.protocols.protocol import Wire, wire


class KeyExam(NamedTuple):
    """The result of an examination of a key.

    ``literal``: the value that the SDK puts into the header; None if it fails before it sends. ``cleaned``: the usable
    key, or None. A key of the kind ``dummy`` (``ollama``, ``EMPTY``) is valid only for a local server. ``document``:
    the value if it is a file or a line of settings with a private key, which is never sent.
    """

    flaws: tuple[Flaw, ...]
    cleaned: str | None
    literal: str | None
    document: str = ""


# Placeholders that manuals use for servers that need no key.
_DUMMY = (
    r"(?i)(?:sk-)?(?:ollama|lm-?studio|none|null|dummy|fake|local|no[-_]?key(?:[-_]required)?|not?[-_]?(?:needed|required))"
    r"|empty|nil|undefined|(?:sk-)?test|n/?a|key|unused|anything|ignored|vllm|llama[-.]?cpp|sk-1234|token-abc123"
    r"|(?:lm-studio|ollama|vllm|llama-cpp)-local"
)
# Words that no key contains by chance between its hyphens; the weak words count only if the key has no digit.
_EXAMPLE_WORDS = frozenset(("your", "insert", "replace", "changeme", "paste", "placeholder", "redacted", "todo"))
_WEAK_WORDS = frozenset(("example", "sample", "here", "enter", "change"))
_EXAMPLE = (
    r"(?:sk)?(?:your|my|the|an|a|insert|replace|paste|enter|add|put|set|actual|real|new)*"
    r"(?:openai|anthropic|claude|deepseek|llm|gemini|groq)?(?:secret|access|auth|private)?"
    r"(?:api_?key|api_?token|(?<=y)key|(?<=your)(?:secret|token|key))(?:here|value|goes)*"
    r"|(?:sk)?(?:your|my)[a-z]{0,12}(?:key|token|secret)(?:here)?|(?:sk)?(?:insert|replace)(?=[a-z]*key)[a-z]*+"
)
_COUNTED = r"(?:0?123(?:4(?:5(?:6(?:7(?:8(?:90?)?)?)?)?)?)?|abcd(?:e(?:f(?:gh?)?)?)?)+"  # digits or letters in order
_EXAMPLE_PHRASES = (
    *("密钥", "密鑰", "你的", "您的", "填写", "填入", "替换", "请输入", "粘贴"),
    *("あなたの", "キー", "ここに", "키를"),
)
_HOST = r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|(?:[a-z0-9-]+\.)+[a-z]{2,10})"
_API_HOST = rf"(?i){_HOST}(?::\d+(?:/\S*)?|/[\w./-]*)|(?:api|open)\.{_HOST}"
_MASK = r"•●∙·⋅‧○◦▪■█＊∗*"
_UNEXPANDED = (
    r"\$\{(?:[^}$]|\$(?!\{))*+\}|\$\((?:[^)$]|\$(?!\())*+\)|\{\{(?:[^}{]|\{(?!\{))*+\}\}|<%="
    r"|%[A-Za-z_]\w*%|\{(?:env|file)\s*+:[^{}]*\}"
    r"|^\$(?:env:)?[A-Za-z_]\w*$|^(?:os\.environ|process\.env|import\.meta\.env|secrets?|env)[./:\[]"
    r"|^(?!YOUR|MY_|THE_|INSERT|REPLACE|ENTER|PASTE|CHANGE)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN)$"
)
_NAME = r"[A-Z][A-Z0-9_]*"  # of a variable, without signs that refer to it
_LEAD = r"[\s\"'`<(\[]*+"
_PREFIX = (
    rf"(?i){_LEAD}(?:(?:-H|--header)\s++{_LEAD})?(?:(?:proxy-)?authorization[\"']?\s*[:=]\s*"
    r"|(?:x-goog-|x-)?api-?key[\"']?\s*[:=]\s*"
    r"|(?:export\s+|set\s+|\$env:)?(?:[a-z][a-z0-9_]*)?(?:key|token)[\"']?[ \t]*[:=]\s*"
    r"|(?:bearer|basic|token)(?:\s*[:=]\s*|\s+|$)|bearer(?=sk-))"
)
_SHOWN_PREFIXES = ("bearer", "authorization", "x-api-key", "api-key", "x-goog-api-key")


@remembered(64)
def examine_key(raw: str, protocol: str) -> KeyExam:
    """Find the flaws of a key for the SDK of this protocol; the most specific kind first."""
    if len(raw) > limits.KEY:
        overlong = note("overlong", count=len(raw), limit=limits.KEY)
        return KeyExam((Flaw("key", "stray", (overlong,), False, True),), None, None)
    return KeyExam((), raw, literal_key(raw, protocol)) if is_plain(raw) else _fully_examined(raw, protocol)


def _fully_examined(raw: str, protocol: str) -> KeyExam:
    credential = credential_of(raw)
    if credential is not None and credential.document:
        flaw = Flaw("key", "credential", (note(f"credential_{credential.kind}"),), False, True)
        return KeyExam((flaw,), None, None, raw.strip())
    literal = literal_key(raw, protocol)
    plain = "".join(map(fold, raw))  # same length as raw, so the indices agree

    def exam(kind: str, noted: Note, cleaned: str | None = None) -> KeyExam:
        return KeyExam((Flaw("key", kind, (noted,), cleaned is not None, literal is None),), cleaned, literal)

    start = 0
    while lead := re.compile(_PREFIX).match(plain, start):
        start = lead.end()
    wrapped = re.sub(r"\A[\s\"'`]+", "", "".join(" " if invisible(c) else c for c in plain[start:]))
    wrapped = re.sub(r"(?<![\s\"'`,;])[\s\"'`,;]++\Z", "", wrapped)
    core = wrapped.strip("<>()[]{}")
    length = note("characters", count=len(raw))
    if not core and not start:
        return exam("empty", length)
    if key_is_url(raw):
        return exam("looks_like_url", length)
    if re.search(_UNEXPANDED, wrapped):
        bare_name = re.fullmatch(_NAME, wrapped) is not None
        return exam("unexpanded", note("variable_name") if bare_name else note("reference"))
    dummy = wrapped == core and re.fullmatch(_DUMMY, core) is not None
    if dummy and core == raw:
        return exam("dummy", note("stand_in"), core)
    if core and not dummy and _is_placeholder(wrapped, core):
        return exam("placeholder", note("example"))
    if mask := _mask(core):
        return exam("masked", mask)

    body, odd, count = _tidy_key(raw, plain, start)
    flaws: list[Flaw] = []
    usable = bool(body) and body.isascii()
    cleaned = body if usable else None
    if start:
        named = plain[:start].strip().strip("\"'`<([").lower()
        word = next((word for word in _SHOWN_PREFIXES if named.startswith(word)), "")
        noted = note("begins_with", word=word) if word else note("begins_with_variable")
        flaws.append(Flaw("key", "bearer_prefix", (noted,), usable, literal is None))
    if count > 1:
        flaws.append(Flaw("key", "several", (note("values", count=count, length=len(raw)),), usable, literal is None))
    control = [i for i in odd if (raw[i] < " " and raw[i] not in "\t\n\r") or "\x7f" <= raw[i] < "\xa0"]
    stray = sorted(set(odd).difference(control))
    if stray:
        flaws.append(Flaw("key", "stray", position_notes(raw, stray), usable, _prevents_sending(raw, stray, protocol)))
    if control:
        flaws.append(
            Flaw("key", "control", position_notes(raw, control), usable, _prevents_sending(raw, control, protocol))
        )
    return KeyExam(tuple(flaws), cleaned, literal)


def _is_placeholder(wrapped: str, core: str) -> bool:
    """Check whether this is an example value: ``sk-...`` is one, ``sk-...a1B2`` is a masked key."""
    body = core[len(public_prefix(core)) :]
    if _is_blank(body) and not core.isspace():
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


def _is_blank(body: str) -> bool:
    """Check whether the body is a gap to fill: ``...``, ``___``, ``xxx-xxx``. A pattern would take 2 ms to compile."""
    return not body.strip(".…_-") or (len(body) > 1 and not (body.strip("-_.…xX") or body[:2].strip(".…xX")))


def _mask(core: str) -> Note | None:
    """Return a note on how the value is masked; None if it is not."""
    if not set(_MASK).isdisjoint(core) and (found := re.search(rf"[{re.escape(_MASK)}]{{2,}}|[•●█]", core)):
        return note("mask", name=character_name(found[0][0]), count=len(found[0]))
    if re.search(r"…|\.{2,}", core):
        return note("mask_ellipsis")
    if found := re.search(r"(?<=[A-Za-z0-9])(x{6,}|X{6,})(?=[A-Za-z0-9])", core):
        return note("mask_letter", count=len(found[0]))
    return None


def _tidy_key(raw: str, plain: str, start: int) -> tuple[str, list[int], int]:
    """Return the first usable key, the indices of stray characters around and inside it, and the number of keys."""
    found = [m for m in re.finditer(r"[^,;\r\n]+", plain[start:]) if m[0].strip(ENDS)]
    spans = [(m.start() + start, m.end() + start) for m in found]
    texts = [m[0].strip(ENDS) for m in found]
    begin, end, count = start, len(raw), 1
    if len(texts) > 1 and _all_keys(texts, split_by_lines=not re.search("[,;]", plain[start:])):
        begin, end, count = *spans[0], len(texts)
    elif len(words := plain[start:].split()) > 1 and all(public_prefix(word.strip("\"'")) for word in words):
        end, count = plain.index(words[0], start) + len(words[0]), len(words)
    while begin < end and (raw[begin] in END_MARKS or plain[begin] in END_MARKS or invisible(raw[begin])):
        begin += 1
    last = end
    while last > begin and (_is_stray_end(plain[last - 1]) or plain.endswith(ESCAPES, begin, last)):
        last -= 1
    while begin < last and not plain[begin].isascii():
        begin += 1
    kept = [i for i in range(begin, last) if not invisible(raw[i]) and raw[i] != "\x7f"]
    outside = [i for i in range(start) if not raw[i].isascii() or raw[i] in "\"'`"]
    region = range(start, end)
    keep = set(kept)
    odd = outside + [i for i in region if i not in keep or raw[i] != plain[i] or not raw[i].isascii()]
    return "".join(plain[i] for i in kept), odd, count


def _all_keys(texts: list[str], split_by_lines: bool) -> bool:
    """Check whether these are several keys, and not one split by a line end.

    The second line of a split key has no prefix, and its length differs.
    """
    if not split_by_lines or all(public_prefix(text) for text in texts):
        return True
    return len({len(text) for text in texts}) == 1 and len(texts[0]) >= 20


def _is_stray_end(char: str) -> bool:
    return char in END_MARKS or invisible(char) or not char.isascii()


def _prevents_sending(raw: str, odd: list[int], protocol: str) -> bool:
    """Check whether these characters prevent the SDK from sending."""
    whole = _wire_of(protocol).key_begins_value
    ends = len(raw.rstrip(" \t"))
    return literal_key(raw, protocol) is None and any(
        not raw[i].isascii() or raw[i] in "\0\n\r\f\v" or i >= ends or (i == 0 and whole) for i in odd
    )


def _wire_of(protocol: str) -> Wire:
    """Return the protocol; the default one for ``auto``."""
    return wire(protocol if protocol in NAMES else DEFAULT_PROTOCOL)


def literal_key(raw: str, protocol: str) -> str | None:
    """Return the value that the SDK of this protocol puts into its header, or None if it fails before it sends.

    Measured: openai encodes headers as ASCII, anthropic 2 as UTF-8; h11 rejects NUL, CR, LF, VT, FF and a value that
    ends in white space; google-genai strips first. An Azure key is the whole header value, which must not begin with
    white space.
    """
    key_wire = _wire_of(protocol)
    value = raw.strip() if key_wire.key_stripped else raw
    if not value or any(c in "\0\n\r\f\v" for c in value) or value[-1] in " \t":
        return None
    if key_wire.key_begins_value and value[0] in " \t":
        return None
    try:
        value.encode(key_wire.key_encoding)
    except UnicodeEncodeError:
        return None
    return value


def key_is_url(raw: str) -> bool:
    """Check whether the key is a URL or the host of an API."""
    if len(raw) > limits.URL:
        return False
    text = "".join(map(fold, visible(raw))).strip(ENDS)
    if not any(sign in text for sign in ":/."):
        return False  # as of nearly every key; compiling the patterns takes a millisecond
    if re.match(r"(?:https?|wss?):/", text, re.I):
        return True
    if re.match(_UNEXPANDED, text):
        return False  # os.environ/OPENAI_API_KEY
    return re.fullmatch(_API_HOST, text) is not None


def url_is_key(raw: str) -> bool:
    """Check whether the base URL is a key."""
    if len(raw) > limits.KEY:
        return False
    text = visible(raw).strip(ENDS)
    text = re.sub(r"^(?:authorization:)?bearer", "", text, flags=re.I)
    if re.fullmatch(r"[a-f0-9]{32}\.[A-Za-z0-9]{16,24}|eyJ[\w-]+\.[\w-]+\.[\w-]*|(?:AQ|ya29)\.[\w.-]{30,}", text):
        return True
    if not re.fullmatch(r"[\w+=-]+(?:/[\w+=-]+){0,2}", text) or not text.isascii():
        return False
    if (prefix := public_prefix(text)) and "/" not in text[len(prefix) :]:
        return len(text) >= (12 if prefix.startswith(("sk-", "bce-")) else 20) or text.startswith(("sk-",))
    return len(text) >= 32 and "/" not in text and bool(re.search(r"\d", text)) and bool(re.search(r"[A-Za-z]", text))
