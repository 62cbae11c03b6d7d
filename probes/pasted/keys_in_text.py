"""Find API keys in a pasted text and mask them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from probes.model.secret import PUBLIC_PREFIXES, public_prefix
from probes.protocols.names import DEFAULT_PROTOCOL

if TYPE_CHECKING:
    from probes.catalog.door import Door
from probes.model.key_shape import Confidence
from probes.pasted.notes import LOCAL, TRIED, ScannedText, TextNote, literal

_ECHO = (
    r"(?i)(?:incorrect|invalid|wrong) api[- ]?key(?: provided)?[:：]? ?['\"`]?"
    r"(?P<head>[A-Za-z][\w.-]{0,12}?)(?:\*{2,}|\.{3}|…)"
)
_NO_HEAD = r"(?i)bearer|your|http|open|api|my|none|null|undefined|test|key|dummy|example|sk-your|sk-x+$|export|auth"
_OPENAI_WORDS = ("platform.openai.com/account/api-keys", "find your api key at https://platform.openai.com")


def echoes(seen: ScannedText) -> Iterator[TextNote]:
    """Yield a note if a refusal quotes the beginning of a key that the provider named there does not issue.

    Yield another one if OpenAI's own words appear with the base URL of another provider.
    """
    official = any(part in seen.lower for part in _OPENAI_WORDS)
    echo = re.search(_ECHO, seen.plain) if "key" in seen.lower else None
    door = _speaker(seen) if echo else None
    if (
        echo is not None
        and door is not None
        and not re.match(_NO_HEAD, echo["head"])
        and not _could_be(echo["head"], door)
    ):
        yield TextNote("echo_elsewhere", seen.plain[echo.start() : echo.end() + 80])
    if official:
        other = next(
            (u for u in seen.urls if u.asked and not u.host.endswith("openai.com") and "azure" not in u.host), None
        )
        if other is not None:
            yield TextNote("official_words", other.value)


def _speaker(seen: ScannedText) -> Door | None:
    """Return the door whose console or API host a refusal names."""
    if not seen.urls and not seen.hosts:
        return None
    from probes.catalog.doors import load

    doors = load()
    for url in seen.urls:
        door = doors.of_host(url.host, url.port, url.path) or doors.website_of(url.host, url.path)
        if door is not None:
            return door
    for host in seen.hosts:
        door = doors.of_host(host)
        if door is not None:
            return door
    return None


def _could_be(head: str, door: Door) -> bool:
    """Check whether a key of this door can begin with ``head``. Any head fits keys without a prefix."""
    heads = [literal(shape.pattern) for shape in door.keys if shape.confidence is not Confidence.POSSIBLE]
    if not heads or "" in heads:
        return True
    prefix = public_prefix(head)
    if prefix and len(prefix) > 3 and not any(known.startswith(prefix) or prefix.startswith(known) for known in heads):
        return False
    return any(head.startswith(known) or known.startswith(head) for known in heads)


def key_fit(seen: ScannedText) -> Iterator[TextNote]:
    """Yield for each complete key in the text whether it fits the door that the text names."""
    if not seen.keys:
        return
    from probes.catalog.doors import load
    from probes.keys.owner import fit

    doors = load()
    asked = next((url for url in seen.urls if url.asked), None)
    door = doors.of_host(asked.host, asked.port, asked.path) if asked else _speaker(seen)
    if asked is None and door is None:
        return
    local = asked is not None and re.search(LOCAL, asked.host) is not None
    for key in seen.keys[:TRIED]:
        found = fit(key, door, local=local)
        place = asked.value if asked else door.name if door else ""
        yield TextNote(found.fit, f"[key] {place}".strip(), found.certain)


_KEY_BODY = r"[A-Za-z0-9_+/=.~-]"
_KEYS = (
    rf"(?<![A-Za-z0-9])(?:(?:{'|'.join(map(re.escape, PUBLIC_PREFIXES))}){_KEY_BODY}{{8,}}"
    rf"|eyJ(?:(?!eyJ)[\w-]){{8,}}+\.[\w-]+(?:\.[\w-]*)?"
    r"|A[KS]IA[A-Z0-9]{16}|(?:LTAI|AKID|AKLT|GOCSPX-|ya29\.|AQ\.|sess-|gh[opsu]_|whsec_)[\w.-]{12,}"
    r"|[a-f0-9]{32}\.[A-Za-z0-9]{8,}|[a-fA-F0-9]{32,}"
    r"|(?<!request id: )(?<!request_id: )(?=[A-Za-z]{0,40}[0-9])(?=[0-9]{0,40}[A-Za-z])[A-Za-z0-9]{28,}"
    r"|[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})"
)
# How credentials begin that cannot call models, complete or shortened. Sources: gitleaks and the vendors' manuals.
KIND = (
    r"sk-ant-(?:oat|ort|sid|admin)|\bsk-admin-|\bya29\.|\bGOCSPX-|\bgh[opsu]_[A-Za-z0-9]"
    r"|\b(?:AKIA|LTAI|AKLT)[A-Za-z0-9*]"
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
        if _is_key(match[0]):
            found[match[0].rstrip(".=/")] = None
        if len(found) > 20 * TRIED:
            break
    return tuple(found)


def _is_key(word: str) -> bool:
    if not _noisy(word) and _no_key(word):
        return False
    return _begins_as_key(word)


def _no_key(word: str) -> bool:
    from probes.keys.flaws import examine_key

    return any(flaw.kind in _NO_KEYS for flaw in examine_key(word[:300], DEFAULT_PROTOCOL).flaws)


def _begins_as_key(word: str) -> bool:
    """Check whether only a key begins like this word; `up_` and `ms-` begin plain words too."""
    return public_prefix(word) not in _WORDLY or any(char.isdigit() for char in word)


def mask_keys(text: str) -> str:
    """Replace every key with ``[key]``: words of a key's shape, and what follows a label such as ``api_key=``."""
    text = re.sub(_KEYS, lambda found: "[key]" if _is_key(found[0]) else found[0], text)
    text = re.sub(_LABELLED, _mask_labelled, text)
    return re.sub(_USERINFO, "[key]@", text) if "@" in text else text


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
