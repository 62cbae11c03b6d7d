"""Remove secrets from text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import cache

from probes.model.key_shape import MASK
from probes.model.named_tuple import NamedTuple
from probes.model.run_memory import remembered
from probes.model.secret import PUBLIC_VALUES, Secret, hint, public_prefix

WINDOW = 12  # the contract: no output has this many consecutive characters of a key after its public prefix
# Wherever a window of a secret lies, one of each STRIDE positions begins a mark that lies within the window.
MARK = 6
STRIDE = WINDOW - MARK + 1
SHORTEST_FOREIGN = 22  # characters of the shortest key that `_FOREIGN_KEY` finds
REMEMBERED = 2000  # texts without a key; a process that watches for days would keep them all
# Keys that the run does not know, such as that of an upstream which a relay echoes.
_FOREIGN_KEY = (
    r"(?<![A-Za-z0-9])(?:sk-(?:ant|proj|or|svcacct|admin|kimi|sp|api|cp)-[\w-]{16,}|sk-[A-Za-z0-9]{20,}|gsk_\w{20,}"
    r"|xai-\w{20,}|AIza[\w-]{30,}|hf_\w{20,}|nvapi-[\w-]{20,}|pplx-\w{20,}|csk-\w{20,}|r8_\w{20,}|tgp_v1_[\w-]{20,}"
    r"|[a-f0-9]{32}\.[A-Za-z0-9]{16,24})(?![A-Za-z0-9])"
)
# What each of them begins with, except the last one: few texts have any of these, and the pattern is slow.
_STARTS = ("sk-", "gsk_", "xai-", "AIza", "hf_", "nvapi-", "pplx-", "r8_", "tgp_v1_")
LEAST = 19  # signs that follow such a beginning, at least: three and sixteen in `sk-or-…`


class _Traces(NamedTuple):
    """What gives a secret away in a text: any twelve characters of one of its forms, and for a quick look any six."""

    windows: frozenset[str]
    marks: frozenset[str]


@remembered(64)  # of a fleet, many targets have the same key; the traces of one take 150 KiB
def _traces(bare: str) -> _Traces:
    windows: set[str] = set()
    marks: set[str] = set()
    for form in _forms(bare) | _forms(bare[len(public_prefix(bare)) :]):
        text = form[len(public_prefix(form)) :]
        windows.update([text[i : i + WINDOW] for i in range(len(text) - WINDOW + 1)])
        marks.update([text[i : i + MARK] for i in range(len(text) - MARK + 1)])
    return _Traces(frozenset(windows), frozenset(marks))


@remembered(16)
def _clean_texts(secrets: frozenset[str], shortest: int) -> set[str]:
    """Return the texts that were found to be without these secrets: the targets of a fleet answer in the same words."""
    del secrets, shortest
    return set()


@cache
def _foreign_key() -> re.Pattern[str]:
    return re.compile(_FOREIGN_KEY)


def _forms(value: str) -> set[str]:
    """Return the forms in which foreign text may contain the value: plain, escaped and encoded."""
    from binascii import b2a_base64  # `base64` takes longer to import

    raw = value.encode("utf-8", "surrogatepass")
    forms = {value, raw.hex(), raw.hex().upper()}
    forms |= {value.lower()} if _is_never_escaped(value) else _escaped_forms(value, raw)
    for lead in range(3):  # base64 encodes a key inside a longer text in one of three alignments
        encoded = b2a_base64(b"\0" * lead + raw, newline=False).decode()[4 if lead else 0 :].rstrip("=")[:-1]
        forms.add(encoded)
        forms.add(encoded.replace("+", "-").replace("/", "_"))
    return forms


def _is_never_escaped(value: str) -> bool:
    """Check whether JSON, a URL and Python write the value as it is, as most keys. Then nothing has to be imported."""
    return value.isascii() and all(sign.isalnum() or sign in "-._~" for sign in value)


def _escaped_forms(value: str, raw: bytes) -> set[str]:
    import json
    from urllib.parse import quote

    return {
        value.strip(),
        quote(raw, safe=""),
        quote(raw),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        repr(raw)[2:-1],
        raw.decode("latin-1"),
        quote(raw, safe="").lower(),
    }


def _is_key_like(signs: str) -> bool:
    """Check for as many signs of a key as follow the beginning of each; after that of a hint (``sk-…abcd``) few do."""
    return len(signs) == LEAST and signs.replace("-", "0").replace("_", "0").isalnum()


def _may_hold_a_key(text: str) -> bool:
    """Check whether searching for :data:`_FOREIGN_KEY` can find anything."""
    for start in _STARTS:
        at = text.find(start)
        while at >= 0:
            at += len(start)
            if _is_key_like(text[at : at + LEAST]):
                return True
            at = text.find(start, at)
    # 32 hexadecimal digits before a dot. Splitting takes a thirtieth of the time of a pattern.
    return any(len(piece) >= 32 and piece[-32:].isalnum() for piece in text.split(".")[:-1])


class Scrubber:
    """A filter that removes keys from foreign text.

    It must know every secret of the run before foreign text passes through it. Keys with fewer than ``shortest``
    characters after the public prefix are ignored.
    """

    def __init__(self, secrets: Iterable[Secret | str] = (), shortest: int = 3) -> None:
        self._shortest = shortest
        self._windows: AbstractSet[str] = frozenset()
        self._marks: AbstractSet[str] = frozenset()
        self._short: list[str] = []
        self._least = WINDOW  # characters of the shortest text that can hold a secret
        self._known: set[str] = set()
        # Known secrets of WINDOW characters or more, in the order in which they came. The forms of the first
        # ``_learned`` ones have been made, those of the others when the next text comes: many commands have no text.
        self._long: list[str] = []
        self._learned = 0
        self.clean: set[str] = set()  # texts without a key: most of them are scrubbed more than once
        self._complete = False  # whether `clean` is that of the secrets known so far
        for secret in secrets:
            self.add(secret)

    def __bool__(self) -> bool:
        """Check whether it knows any secret."""
        return bool(self._known)

    def add(self, secret: Secret | str) -> None:
        """Add a secret. Public placeholders and short keys are ignored."""
        value = secret.reveal() if isinstance(secret, Secret) else secret
        bare = value.strip()
        if not bare or bare in self._known or bare.lower() in PUBLIC_VALUES:
            return
        self._known.add(bare)
        self.clean, self._complete = set(), False
        body = bare[len(public_prefix(bare)) :]
        if len(body) >= WINDOW:
            self._long.append(bare)
        elif len(body) >= self._shortest:
            self._short.append(bare)
            self._least = min(self._least, len(bare))

    def __call__(self, text: str) -> str:
        """Return ``text`` with each known key replaced by ``[key]`` and each unknown one by its hint."""
        if not self._complete:
            self.clean, self._complete = _clean_texts(frozenset(self._known), self._shortest), True
        if text in self.clean:
            return text
        if len(text) < self._least:
            self._remember(text)
            return text
        for at in range(self._learned, len(self._long)):
            self._learn(_traces(self._long[at]))
            self._learned = at + 1  # not `+= 1`, which would skip a secret if two threads did this at once
        given = text
        for short in self._short:
            if short in text:
                text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(short)}(?![A-Za-z0-9])", MASK, text)
        if self._windows and not self._marks.isdisjoint([text[i : i + MARK] for i in range(0, len(text), STRIDE)]):
            text = self._replace_known(text)
        if len(text) >= SHORTEST_FOREIGN and _may_hold_a_key(text):
            text = _foreign_key().sub(lambda found: hint(found[0]), text)
        if text == given and len(text) <= 1000:
            self._remember(text)
        return text

    def _remember(self, clean: str) -> None:
        if len(self.clean) >= REMEMBERED:
            self.clean.clear()
        self.clean.add(clean)

    def _replace_known(self, text: str) -> str:
        out: list[str] = []
        at, size = 0, len(text)
        while at < size:
            if text[at : at + WINDOW] in self._windows:
                end = at + WINDOW
                while end < size and text[end - WINDOW + 1 : end + 1] in self._windows:
                    end += 1
                out.append(MASK)
                at = end
            else:
                out.append(text[at])
                at += 1
        return "".join(out)

    def _learn(self, found: _Traces) -> None:
        """Take in the traces of a secret. Most runs have one, whose sets are used as they are, without a copy."""
        if not self._windows:
            self._windows, self._marks = found
        elif isinstance(self._windows, set) and isinstance(self._marks, set):
            self._windows |= found.windows
            self._marks |= found.marks
        else:
            self._windows, self._marks = {*self._windows, *found.windows}, {*self._marks, *found.marks}
