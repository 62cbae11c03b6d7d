"""Find the known texts that are most similar to a pasted text in which no known words occur.

The documents are what the program knows anyway: the phrases and dialects, the examples and words of the findings, and
the words of real reports (``known_texts.toml``). They are indexed at the first use and ranked by Okapi BM25 (Robertson
and Zaragoza, "The Probabilistic Relevance Framework", 2009). The candidates are never more than possible.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from math import log
from typing import TYPE_CHECKING

from diagnose.answers.data_files import table
from diagnose.answers.hints import Hint
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from diagnose.answers.hints import ReadText

READ = 4_000  # characters of a text that are compared
TERMS = 80  # different terms of a text that are compared
SHOWN = 3
CONFIDENCE = (0.34, 0.32, 0.3)
COVERED = 0.3  # the least share of the text's weight that a known text must have
WEIGHT = 6.0  # the least weight of the shared terms: two rare ones, or more of usual ones
SHARED = 2  # the least number of shared terms
K1, B = 1.2, 0.75

_TERM = r"[a-z][a-z0-9]{2,30}|[\u4e00-\u9fff]{2,40}"
_STOP = frozenset(
    """
    the and for that this with you your are was were has have had not but from can could would should may
    might will into out its it's all any some such one two when where which what who how why than then there
    here they them their our his her she him been being does did doing done also only just more most other
    over under between about after before again very too own same each few both per via as at by in is it of
    on or to an be do if no so up we my me he line file python module site packages http https www com org net
    html use used uses using get gets got make makes made see say says said please let try way well new old
    first last now yet still even much many own
    """.split()  # noqa: SIM905 -- words are easier to read in lines
)


class _Document(NamedTuple):
    code: str
    counts: Counter[str]
    length: int


class _Index(NamedTuple):
    """The documents, the documents of each term, the weight of each term, and the mean length in terms."""

    documents: tuple[_Document, ...]
    holders: dict[str, list[int]]
    weights: dict[str, float]
    mean: float


def nearest_hints(text: ReadText) -> list[Hint]:
    """Return at most three candidates for a text that no row knows, the best first; empty if nothing is similar."""
    asked = list(dict.fromkeys(terms(text.lower[:READ])))[:TERMS]
    index = _index()
    known = [term for term in asked if term in index.weights]
    unseen = log(1 + 2 * len(index.documents))  # the weight of a term that no document has
    whole = sum(index.weights.get(term, unseen) for term in asked)
    scores: dict[int, float] = {}
    shared: dict[int, list[str]] = {}
    for term in known:
        for at in index.holders[term]:
            document = index.documents[at]
            count = document.counts[term]
            norm = K1 * (1 - B + B * document.length / index.mean)
            scores[at] = scores.get(at, 0.0) + index.weights[term] * count * (K1 + 1) / (count + norm)
            shared.setdefault(at, []).append(term)
    best: dict[str, tuple[float, list[str]]] = {}
    for at, score in scores.items():
        weight = sum(index.weights[term] for term in shared[at])
        if len(shared[at]) < SHARED or weight < WEIGHT or weight < COVERED * whole:
            continue
        code = index.documents[at].code
        if code not in best or score > best[code][0]:
            best[code] = score, shared[at]
    ranked = sorted(best.items(), key=lambda item: -item[1][0])[:SHOWN]
    return [Hint(code, CONFIDENCE[at], _place(text, words)) for at, (code, (_, words)) in enumerate(ranked)]


def terms(lower: str) -> Iterator[str]:
    """Yield the terms of a text in lower case: words, and pairs of neighbouring Chinese characters.

    >>> list(terms("the model_list is empty: 余额不足"))
    ['model', 'list', 'empty', '余额', '额不', '不足']
    """
    for found in re.finditer(_TERM, lower.replace("_", " ")):
        word = found[0]
        if word.isascii():
            if word not in _STOP:
                yield word
        else:
            yield from (word[at : at + 2] for at in range(len(word) - 1))


def _place(text: ReadText, words: Iterable[str]) -> str:
    """Return the part of the text with the first of these words."""
    from diagnose.answers.hints import around

    at = min((at for word in words if (at := text.lower.find(word)) >= 0), default=0)
    return around(text.plain, at, at)


@cache
def _index() -> _Index:
    documents = tuple(
        _Document(code, counts, sum(counts.values()))
        for code, content in _known_texts()
        if (counts := Counter(terms(content.lower())))
    )
    holders: dict[str, list[int]] = {}
    for at, document in enumerate(documents):
        for term in document.counts:
            holders.setdefault(term, []).append(at)
    total = len(documents)
    weights = {term: log(1 + (total - len(at) + 0.5) / (len(at) + 0.5)) for term, at in holders.items()}
    return _Index(documents, holders, weights, sum(document.length for document in documents) / max(1, total))


def _known_texts() -> Iterator[tuple[str, str]]:
    """Yield each known text with its code."""
    from diagnose import words
    from diagnose.answers import dialects, phrases

    for row in phrases.rows():
        for phrase in row.any:
            if phrase[0] != "@":
                yield row.code, phrase
    for dialect in dialects.rows():
        if dialect.code in ("path", "proxy_page"):
            continue
        for alternative in dialect.pattern.split("|"):
            yield dialect.code, re.sub(r"\\.|[^\w\u4e00-\u9fff ]", " ", alternative)
    for code, texts in table("examples")["examples"].items():
        for content in texts:
            yield code, content
    for lang in words.LANGS:
        for code in words.part(lang, "findings").TEXTS:
            if not code.startswith(("run.", "slo.")):
                said = words.say(code, lang, {})
                yield code, f"{said.title} {said.explanation}"
    for entry in table("known_texts")["text"]:
        yield entry["code"], entry["words"]
