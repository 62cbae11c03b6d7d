"""Understand a refusal in words that no row knows: what it is about, and what is wrong with that. Pure.

Servers word the same few refusals in thousands of sentences, but each names a subject (key, model, balance, parameter)
and a fault (invalid, expired, exceeded, not found) in one clause. ``refusal_words.toml`` has the names of both, in
English and Chinese, and what they mean together.
"""

from __future__ import annotations

import re
from functools import cache

from diagnose.answers.data_files import table
from probes.model.named_tuple import NamedTuple

READ = 2000  # characters that are searched; a refusal says what is wrong at its beginning
CLAUSES = 40  # clauses that are read
LONGEST = 160  # characters of a clause; longer ones are lists or prose
_END = r"[.;\n:，。；：！!?？{}\[\]\"|]+(?=\s|$|[^\w/])|[\"{}\[\]\n，。；：！？|]+"

# A name in quotes within a sentence, which is neither a key nor a value of JSON: it must not end the clause, and the
# words in it say nothing.
_QUOTED = (
    r"(?<=[a-z\u4e00-\u9fff]) ?[\"'`\u201c\u300c](?=[\w./:@-]{0,79}[\d/:@-])[\w./:@-]{2,80}[\"'`\u201d\u300d]"
    r"(?= ?[a-z\u4e00-\u9fff,.])"
)
# A field's name, which is no subject.
_LABEL = (
    r"[\"'][\w.-]{1,30}[\"'] ?:$"
    r"|\b(?:message|msg|content|detail|reason|(?<!server )(?<!system )(?<!internal )error)\W{0,3}$"
)


class PlainRefusal(NamedTuple):
    """What a clause says: a code of the contract (or ``path``), and where the clause is in the text."""

    code: str
    start: int
    end: int


def plain_refusal(text: str) -> PlainRefusal | None:
    """Return what the first clause with a subject and a fault means; None if there is none.

    >>> plain_refusal("Sorry, your account balance is too low").code
    'quota.exhausted'
    >>> plain_refusal("API 调用参数有误，请检查文档。").code
    'model.parameter_rejected'
    >>> plain_refusal('Model "ollama/qwen3:8b" is not allowed.').code
    'model.not_permitted'
    >>> plain_refusal("Hello there") is None
    True
    """
    lower = re.sub(_QUOTED, _blank, text[:READ].lower())
    start = 0
    for count, end in enumerate(_ends(lower)):
        if count == CLAUSES:
            break
        clause = re.sub(_LABEL, "", lower[start:end])
        if len(clause) <= LONGEST and (code := _meaning(clause)):
            return PlainRefusal(code, start, end)
        start = end
    return None


def _blank(found: re.Match[str]) -> str:
    return " " + "x" * (len(found[0]) - 2) + " "


def _ends(text: str) -> list[int]:
    return [*(found.end() for found in re.finditer(_END, text)), len(text)]


def _meaning(clause: str) -> str:
    faults = {name for name, pattern in _faults() if re.search(pattern, clause)}
    if not faults:
        return ""
    subjects = {name for name, pattern in _subjects() if re.search(pattern, clause)}
    subjects.add("")  # some faults say enough by themselves
    return next((code for needed, fault, code in _meanings() if needed <= subjects and fault in faults), "")


@cache
def _subjects() -> tuple[tuple[str, str], ...]:
    return _groups("subject")


@cache
def _faults() -> tuple[tuple[str, str], ...]:
    return _groups("fault")


def _groups(kind: str) -> tuple[tuple[str, str], ...]:
    rows = table("refusal_words")["word"]
    return tuple((row[kind], "|".join(_pattern(word) for word in row["words"])) for row in rows if kind in row)


def _pattern(word: str) -> str:
    """Return the expression of a word: ASCII words have boundaries, Chinese ones need none."""
    open_end, word = word.endswith("*"), word.rstrip("*")
    if not word.isascii():
        return re.escape(word)
    end = r"(?![a-z0-9(]|\.[a-z])"  # `client.models.list()` is code and no subject
    return rf"(?<![a-z0-9.]){re.escape(word)}" + (r"[a-z]{0,12}" if open_end else "") + end


@cache
def _meanings() -> tuple[tuple[frozenset[str], str, str], ...]:
    rows = table("refusal_words")["meaning"]
    return tuple(
        (frozenset({row.get("subject", ""), row.get("beside", row.get("subject", ""))}), row["fault"], row["code"])
        for row in rows
    )
