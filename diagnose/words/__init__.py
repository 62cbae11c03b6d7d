"""The words of each language, and how values come into them.

A language is a folder here with the files that English has, all of them data; its name is the language's. It is
loaded when it is first asked for, file by file. ``findings`` has the words of each finding, by code; ``special_cases``
those of its special cases, by ``code:case``; ``interface`` the phrases around them; ``notes`` what the probes note of
values; each of the others serves one command or page. ``tests/test_words.py`` tells what a language lacks.

A *slot* in a text is ``{name}``, or ``{name|words}`` with the words that stand there while the value is not known.
Names are lower-case, so that ``${OPENAI_API_KEY}`` is plain text. A title and an explanation have no slot that could
stay empty; a step may have one, and is left out when it does. An address to be copied ends its step without a stop.
``retry_after``, ``seconds`` and ``days`` are bare numbers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from diagnose.words.text_type import Text

if TYPE_CHECKING:
    from diagnose.report import Seen
    from probes.model.note import Note

# The folders beside this file that hold a language.
LANGS = tuple(sorted(one.name for one in os.scandir(__path__[0]) if not one.name.startswith("_") and one.is_dir()))

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


SLOT = re.compile(r"( ?)\{([a-z_]+)(?:\|([^{}]*))?\}( ?)")


@cache
def part(lang: str, name: str) -> ModuleType:
    """One file of a language: ``part("zh", "demo").TITLES``. Raises ModuleNotFoundError for an unknown language."""
    return import_module(f"{__name__}.{lang}.{name}")


def name_of(lang: str) -> str:
    """The language's name, as its own speakers write it."""
    name: str = _about(lang).NAME
    return name


def tag_of(lang: str) -> str:
    """The language's tag of BCP 47, for HTML."""
    tag: str = _about(lang).TAG
    return tag


def _about(lang: str) -> ModuleType:
    return import_module(f"{__name__}.{lang}")


@cache
def language_of(locale: str) -> str | None:
    """The language of a locale (``zh_CN.UTF-8``, ``zh-CN``, Windows' ``Chinese_China``); None where there is none."""
    name = locale.lower().replace("-", "_")
    for lang in sorted(LANGS, key=len, reverse=True):  # pt_br before pt
        if re.match(rf"{lang.lower()}(?![a-z0-9])", name):
            return lang
    return next((lang for lang in LANGS if name.startswith(_about(lang).WINDOWS)), None)


def text(code: str, lang: str, case: str = "") -> Text:
    """The words of a finding with their slots, or those of a special case of it. Raises KeyError for an unknown one."""
    if case:
        cases: Mapping[str, Text] = part(lang, "special_cases").CASES
        return cases[f"{code}:{case}"]
    texts: Mapping[str, Text] = part(lang, "findings").TEXTS
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
    return put(part(lang, "interface").UI[key], values or {})


def line(evidence: Seen, lang: str) -> str:
    """A line of evidence in the reader's language."""
    return phrase(f"seen.{evidence.name}", lang, {name: spoken(value, lang) for name, value in evidence.values.items()})


def spoken(value: str | Seen | Note | tuple[Note, ...], lang: str) -> str:
    """A value of a line or of a finding's words in the reader's language; plain text is quoted as it is."""
    if isinstance(value, str):
        return value
    from diagnose.report import Seen
    from probes.model.note import Note

    if isinstance(value, Seen):
        return line(value, lang)
    return notes((value,) if isinstance(value, Note) else value, lang)


def notes(noted: Iterable[Note], lang: str) -> str:
    """What the probes noted, in the reader's language."""
    return "; ".join(_note(one.name, dict(one.values), lang) for one in noted)


def _note(name: str, values: Mapping[str, str], lang: str) -> str:
    if name == "look":
        return look(values["note"], lang)
    return put(part(lang, "notes").NOTES[name], values)


def look(note: str, lang: str) -> str:
    """The note of a key's shape in the reader's language: a name in ``LOOKS`` with its value, else the text itself."""
    name, _, value = note.partition(":")
    template = part(lang, "notes").LOOKS.get(name)
    return note if template is None else put(template, {"value": value})


def deep(table: str, name: str, lang: str, **values: object) -> str:
    """A phrase of a deep check, filled in. ``table`` is one of its file's; a later version's name stands for itself."""
    template = getattr(part(lang, "capabilities"), table).get(name)
    given = {key: str(value) for key, value in values.items() if value not in ("", None)}
    return name if template is None else fill(template, given) or ""


def put(template: str, values: Mapping[str, object]) -> str:
    """The template filled in; a value that is not known is ``?``."""
    names = {name: "?" for _, name, _, _ in SLOT.findall(template)}
    return fill(template, names | {name: str(value) for name, value in values.items() if value not in ("", None)}) or ""


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
