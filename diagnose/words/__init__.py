"""The words of every finding, in each language, and how values come into them.

A language is one module with ``TEXTS`` (the words of each finding, by code), ``CASES`` (those of its special cases, by
``code:case``) and ``UI`` (the phrases around them). It is
loaded when it is first asked for.

A *slot* in a text is ``{name}``, or ``{name|words}`` with the words that stand there while the value is not known.
Names are lower-case, so that ``${OPENAI_API_KEY}`` is plain text. A title and an explanation have no slot that could
stay empty; a step may have one, and is left out when it does. An address to be copied ends its step without a stop.
``retry_after``, ``seconds`` and ``days`` are bare numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from diagnose.report import Seen

LANGS = ("en", "zh")

# Known in every run. `llmdoctor explain CODE` has no run: the phrases `unknown.host`, … stand in for them there.
ALWAYS = ("host", "base_url", "protocol", "app", "door")

# Known in some runs.
OPTIONAL = (
    *("key_door", "key_hint", "key_length", "key_env", "console"),
    *("model", "near", "parameter", "endpoint", "other_protocol"),
    *("ending", "doubled", "added", "twice"),
    *("better_url", "better_version", "better_auth", "claude_token", "version_variable"),
    *("variable", "source", "other_source", "position", "app_variable"),
    *("proxy", "better_proxy", "address", "port", "location"),
    *("issuer", "product", "path", "names", "not_after", "days"),
    *("status", "said", "retry_after", "seconds", "detail"),
)

_NONE: Mapping[str, str] = {}


class Text(NamedTuple):
    """The words of a finding in one language."""

    title: str
    explanation: str
    steps: tuple[str, ...]


SLOT = re.compile(r"( ?)\{([a-z_]+)(?:\|([^{}]*))?\}( ?)")


def text(code: str, lang: str, case: str = "") -> Text:
    """The words of a finding with their slots, in English where ``lang`` lacks them; those of a special case of it.

    Raises KeyError for an unknown code or case.
    """
    if case:
        cases: Mapping[str, Text] = _part(lang, "special_cases").CASES
        return cases[f"{code}:{case}"]
    texts: Mapping[str, Text] = _part(lang, "findings").TEXTS
    if code not in texts:
        texts = _part("en", "findings").TEXTS
    return texts[code]


def say(code: str, lang: str, values: Mapping[str, str | None], case: str = "") -> Text:
    """The words of a finding, filled in. Raises KeyError for an unknown code or case."""
    words = text(code, lang, case)
    stand_ins = {name: phrase(f"unknown.{name}", lang) for name in ALWAYS}
    title, explanation, *steps = (
        fill(template, values, stand_ins) for template in (words.title, words.explanation, *words.steps)
    )
    if not values.get("host") and words.title.startswith("{"):  # the stand-in begins the sentence
        title = title and title[0].upper() + title[1:]
    return type(words)(title or words.title, explanation or words.explanation, tuple(step for step in steps if step))


def phrase(key: str, lang: str, values: Mapping[str, str | None] | None = None) -> str:
    """A phrase of the report around the findings, filled in; a value that is not known is ``?``.

    Raises KeyError for an unknown key.
    """
    phrases: Mapping[str, str] = _part(lang, "interface").UI
    template = phrases[key] if key in phrases else _part("en", "interface").UI[key]
    names = {name: "?" for _, name, _, _ in SLOT.findall(template)}
    return fill(template, names | {name: value for name, value in (values or {}).items() if value}) or ""


def line(evidence: Seen, lang: str) -> str:
    """A line of evidence in the reader's language."""
    values = {name: value if isinstance(value, str) else line(value, lang) for name, value in evidence.values.items()}
    if note := values.get("note"):
        values["note"] = "; ".join(_note(part, lang) for part in note.split("; "))
    return phrase(f"seen.{evidence.name}", lang, values)


def _note(text: str, lang: str) -> str:
    for pattern, replacement in _part(lang, "interface").NOTES:
        text = re.sub(pattern, replacement, text)
    return text


def fill(template: str, values: Mapping[str, str | None], stand_ins: Mapping[str, str] = _NONE) -> str | None:
    """The template with its slots filled; None where one has neither a value, nor words of its own, nor a stand-in.

    A value is plain text: braces in it mean nothing. None and the empty string are not known. Between two Chinese
    characters the blank beside a slot goes: it is there for values in Latin letters.
    """
    if "{" not in template:
        return template
    missing = False

    def put(slot: re.Match[str]) -> str:
        nonlocal missing
        before, name, words, after = slot.groups()
        value = values.get(name) or (stand_ins.get(name) if words is None else words)
        if value is None:
            missing = True
            return ""
        if before and _wide(template[: slot.start()][-1:]) and _wide(value[:1]):
            before = ""
        if after and _wide(template[slot.end() :][:1]) and _wide(value[-1:]):
            after = ""
        return before + value + after

    filled = SLOT.sub(put, template)
    return None if missing else filled


def _wide(character: str) -> bool:
    """A Chinese character or full-width sign."""
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


@cache
def _part(lang: str, name: str) -> ModuleType:
    return import_module(f"{__name__}.{lang if lang in LANGS else 'en'}.{name}")
