"""Find API keys in a pasted text and mask them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from probes.catalog.text_pattern import TextPattern
from probes.model.key_shape import Fit
from probes.model.secret import PUBLIC_PREFIXES, public_prefix
from probes.pasted.contradictions import speaker
from probes.pasted.notes import LOCAL, TRIED, ScannedText, TextNote
from probes.pasted.urls_in_text import base_url_of
from probes.protocols.names import DEFAULT_PROTOCOL


def key_fit(seen: ScannedText) -> Iterator[TextNote]:
    """Yield for each complete key in the text whether it fits the door that the text names."""
    if not seen.keys:
        return
    from probes.catalog.doors import load
    from probes.keys.owner import fit

    doors = load()
    asked = next((url for url in seen.urls if url.asked), None)
    door = doors.of_host(asked.host, asked.port, asked.path) if asked else speaker(seen)
    if asked is None and door is None:
        return
    local = asked is not None and re.search(LOCAL, asked.host) is not None
    for key in seen.keys[:TRIED]:
        found = fit(key, door, local=local)
        place = asked.value if asked else door.name if door else ""
        values = {"door": door.name} if door else {}
        if found.fit in (Fit.OTHER_DOOR, Fit.OTHER_REGION, Fit.OTHER_PLAN, Fit.OTHER_RESOURCE):
            owners = [one for one in found.note.split(", ") if one]
            home = doors.get(owners[0]) if len(owners) == 1 else None
            values |= {"key_door": home.name, "better_url": base_url_of(home)} if home else {}
        yield TextNote(found.fit, f"[key] {place}".strip(), found.certain, values)
        if found.fit is Fit.FITS and door is not None and "404" in seen.lower and "?key=[key]" in seen.lower:
            shapes = (one for one in door.keys if one.header and re.fullmatch(one.pattern, key))
            if (shape := next(shapes, None)) is not None:
                yield TextNote("key_in_query", f"?key=[key] {place}".strip(), values={"better_auth": shape.header})


_KEY_BODY = r"[A-Za-z0-9_+/=.~-]"
_KEYS = (
    rf"(?<![A-Za-z0-9])(?:(?:{'|'.join(map(re.escape, PUBLIC_PREFIXES))}){_KEY_BODY}{{8,}}"
    rf"|eyJ(?:(?!eyJ)[\w-]){{8,}}+\.[\w-]+(?:\.[\w-]*)?"
    r"|A[KS]IA[A-Z0-9]{16}|(?:LTAI|AKID|AKLT|GOCSPX-|ya29\.|AQ\.|sess-|gh[opsu]_|whsec_)[\w.-]{12,}"
    r"|[a-f0-9]{32}\.[A-Za-z0-9]{8,}|[a-fA-F0-9]{32,}"
    r"|(?=[A-Za-z]{0,40}[0-9])(?=[0-9]{0,40}[A-Za-z])[A-Za-z0-9]{28,}"
    r"|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"
)
# How credentials begin that cannot call models, complete or shortened. Sources: gitleaks and the vendors' manuals.
KIND = TextPattern(
    r"sk-ant-(?:oat|ort|sid|admin)|\bsk-admin-|\bya29\.|\bGOCSPX-|\bgh[opsu]_[A-Za-z0-9]"
    r"|\b(?:AKIA|LTAI|AKLT)[A-Za-z0-9*]",
    0,
)
_LABELLED = (
    r"(?i)(?:bearer|basic|api[-_ ]?key|apikey|token|authorization|secret|密钥|令牌|password)"
    r"[\"'\\]{0,2}\s{0,2}[:=：]?\s{0,2}(?:bearer\s+)?b?[\"'\\]{0,2}"
    rf"({_KEY_BODY}{{12,}})"
)
_USERINFO = r"(?<=://)[^/\s@\"']{1,200}@"
_WORDLY = frozenset(prefix for prefix in PUBLIC_PREFIXES if len(prefix) < 4) - {"sk-", "sk_", "hf_"}
_NO_KEYS = frozenset(("placeholder", "masked", "unexpanded", "dummy", "looks_like_url", "empty"))


def find_keys(text: str) -> tuple[str, ...]:
    """Return the words of a text that have the shape of a key, each once."""
    found: dict[str, None] = {}
    for match in re.finditer(_KEYS, text):
        if _is_key(match[0]) and not _is_id(match[0], text[max(0, match.start() - 40) : match.start()]):
            found[match[0].rstrip(".=/")] = None
        if len(found) > 20 * TRIED:
            break
    return tuple(found)


# What names a request, a session or a trace. Such a value is no key, and support asks for it; eight characters of it
# are shown, which give nothing away even where somebody writes a key in its place.
_ID_LABEL = (
    r"(?i)(?:request|req|trace|correlation|session|thread|conversation|response|message|event|log|run|span|ray|tid|logid"
    r"|x-[a-z-]{0,20}id)[ _-]{0,2}(?:id|编号)?[\"']{0,2}\s{0,2}[:=：]?\s{0,2}[\"'(]{0,2}$"
)
_ID_SHOWN = 8  # characters
_ID_FORM = r"[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,12}){0,4}|[0-9]{8}[A-Za-z0-9]{4,}|0x[0-9a-fA-F]+"


def _is_id(word: str, before: str) -> bool:
    """Check whether the text calls this word the id of a request, and it has the form of one."""
    return re.fullmatch(_ID_FORM, word) is not None and re.search(_ID_LABEL, before) is not None


def _is_key(word: str) -> bool:
    if not _noisy(word) and (_no_key(word) or _is_model(word)):
        return False
    return _begins_as_key(word)


def _is_model(word: str) -> bool:
    """Check whether a word is the name of a model that a house has for all its users, such as ``ark-code-latest``."""
    if not re.fullmatch(r"[a-z]{2,12}(?:-[a-z]{2,12}){1,4}", word):
        return False
    from probes.catalog.doors import load

    return any(word == door.small_model for door in load())


def _no_key(word: str) -> bool:
    from probes.keys.flaws import examine_key

    return any(flaw.kind in _NO_KEYS for flaw in examine_key(word[:300], DEFAULT_PROTOCOL).flaws)


def _begins_as_key(word: str) -> bool:
    """Check whether only a key begins like this word; `up_` and `ms-` begin plain words too."""
    return public_prefix(word) not in _WORDLY or any(char.isdigit() for char in word)


def mask_keys(text: str) -> str:
    """Replace every key with ``[key]``: words of a key's shape, and what follows a label such as ``api_key=``."""
    text = re.sub(_KEYS, _mask, text)
    text = re.sub(_LABELLED, _mask_labelled, text)
    return re.sub(_USERINFO, "[key]@", text) if "@" in text else text


def _mask(found: re.Match[str]) -> str:
    word = found[0]
    if not _is_key(word):
        return word
    if _is_id(word, found.string[max(0, found.start() - 40) : found.start()]):
        return f"{word[:_ID_SHOWN]}…"
    return "[key]"


def _mask_labelled(found: re.Match[str]) -> str:
    word = found[1]
    if word.startswith(("http", "//")) or not (_noisy(word) or (len(word) >= 24 and "_" not in word)):
        return found[0]
    if _no_key(word):
        return found[0]
    return found[0][: found.start(1) - found.start()] + "[key]"


_TURN = r"[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])"


def _noisy(word: str) -> bool:
    """Check whether letters and digits alternate as often as in a key; they do less in a model's name or a path."""
    return len(re.findall(_TURN, word)) >= max(4, len(word) // 8)
