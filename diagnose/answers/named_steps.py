"""The steps that an answer or a pasted text itself asks for, and their place among those of the finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from diagnose import words
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from probes.api.remedies import Remedy

# The findings whose cause an answer tells; of a page or a gateway in front of the API, the words are not the API's.
ANSWERED = (
    *("auth.", "access.", "model.", "quota.", "key.wrong_", "stream.error_inside", "http.header_rejected"),
    *("shape.not_llm_api", "shape.error_as_success", "url.host_retired", "run.unexplained"),
)
# Findings whose remedy may be a thing of this kind; other kinds fit all of ANSWERED.
_ONLY = {
    "model": ("model.",),
    "parameter": ("model.parameter_rejected",),
    "path": ("model.wrong_endpoint", "shape.", "run."),
    "region": ("model.", "key.", "run."),
    "request": ("model.", "quota.exhausted", "auth.expired", "access.region_blocked", "run."),
    "scope": ("auth.not_permitted", "model.not_permitted"),
    "header": ("http.header_rejected", "run."),
    "ask": ("auth.", "access.", "model.", "quota.", "run.", "shape.error_as_success"),
    "url": ("key.", "model.", "shape.", "url.", "run.", "auth.rejected", "auth.not_permitted", "auth.ip_not_allowed"),
}
_ONLY["host"] = _ONLY["url"]
# A page of the house that refuses the key says nothing about a key that is another house's.
_NEVER = {"page": ("key.wrong_door",)}
# What the words of a kind (``diagnose/answers/kinds.py``) say better.
_SAID_BY_KIND = ("ask", "parameter", "header", "scope")
_PASSING = ("quota.rate_limited", "quota.overloaded")
_MANUAL = (
    r"(?i)://(?:docs?|help|learn|wiki|support)\.|\bgithub\.com/|//aka\.ms/|//go\.microsoft\.com/"
    r"|/(?:docs?|documentation|help|guides?|articles?|manual|reference|wiki)(?:[/?#-]|$)|\.(?:md|html?)(?:[?#]|$)"
)


class NamedStep(NamedTuple):
    """A step that an answer asks for: the kind of its :class:`probes.api.remedies.Remedy`, its value and its text."""

    kind: str
    value: str
    text: str


def may_answer(code: str, remedy: Remedy) -> bool:
    """Check whether a finding with this code may be solved by a thing of the remedy's kind."""
    if code.startswith(_NEVER.get(remedy.kind, ("?",))):
        return False
    return code.startswith(ANSWERED) and code.startswith(_ONLY.get(remedy.kind, ANSWERED))


def written(found: Iterable[tuple[str, str, str]], said: str, lang: str) -> tuple[NamedStep, ...]:
    """Write the steps for kinds of remedies, names of their words and values.

    ``said`` is the sentence of the answer, for the steps that quote it.
    """
    templates = words.part(lang, "remedies").STEPS
    steps = ((kind, value, words.fill(templates[name], {"value": value, "said": said})) for kind, name, value in found)
    return tuple(dict.fromkeys(NamedStep(kind, value, step) for kind, value, step in steps if step))


def in_order(code: str, asked: Sequence[NamedStep], own: Sequence[str], *, kind: bool) -> tuple[str, ...]:
    """Return the steps that an answer asks for and those of the finding in the order of a report.

    What the answer names comes first, except the page of a manual, and any page for a limit that passes by itself.
    ``kind``: the finding has words for this very kind of error, whose first step remains the first, unless the answer
    names a setting.
    """
    news = list(asked)
    if kind:
        news = [one for one in asked if one.kind not in _SAID_BY_KIND and not any(one.value in step for step in own)]
    later = kind or code in _PASSING
    pages = [one for one in news if one.kind.startswith("page") and (later or is_manual(one.value))]
    if code == "model.not_found" and len(own) == 1:
        # No name is known here, so the provider's page about its models says most.
        pages = [one for one in pages if one.kind != "page"]
    first = [one.text for one in news if one not in pages]
    rest = own[1:] if kind else own[1:3]
    return tuple(dict.fromkeys((*first, *own[:1], *rest, *(one.text for one in pages))))[: words.MOST_STEPS]


def is_manual(url: str) -> bool:
    """Check whether a page explains something, so that nothing can be set there."""
    return re.search(_MANUAL, url) is not None
