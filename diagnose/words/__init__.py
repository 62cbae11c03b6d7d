"""The words of each language, and the functions that fill in values.

A language is a folder in this package, named by its language code, with the same files as ``en``. All of them are data,
and each is loaded when it is first used. ``findings`` has the words of each finding by code, ``special_cases`` those of
special cases by ``code:case``, ``kinds`` those of a kind of error that several codes share, ``interface`` the phrases
around them, ``notes`` the notes of the probes. Every other file serves one command or page.
``tests/contract/test_words.py`` shows what a language lacks.

A *slot* in a text is ``{name}``, or ``{name|words}`` with words that replace an unknown value. Names are lower-case, so
that ``${OPENAI_API_KEY}`` is plain text. Titles and explanations have no slot that can stay empty. A step may have one
and is left out if its value is unknown. A ``Step`` (``text_type.py``) is left out too if its conditions do not hold.
Steps stand in the order in which a report shows them: those that need a value or a condition before those for
every case, and those for the server's owner last. A step that ends with an address to copy has no final period.
``retry_after``, ``seconds`` and ``days`` are bare numbers.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from diagnose.words.text_type import ListStep, Step, Text
from probes.model.listed import Listed
from probes.model.module_names import modules_in

if TYPE_CHECKING:
    from diagnose.report import Seen
    from probes.model.note import Note
    from probes.model.source import Source

# The folders next to this file, one for each language.
LANGS = tuple(one.name for one in modules_in(__path__) if one.package)

# Values that every run knows. `llmdoctor explain CODE` has no run and uses the phrases `unknown.host`, … instead.
ALWAYS = ("host", "base_url", "protocol", "app", "door")

# Values that only some runs know.
OPTIONAL = (
    "address_setting",
    "homes",
    "home_url",
    *("key_door", "key_hint", "key_length", "key_env", "key_source", "console"),
    *("model", "near", "listed", "upstream", "parameter", "group", "endpoint", "other_protocol"),
    *("ending", "doubled", "added", "twice"),
    *("tool", "sent", "origin", "provider", "service"),
    *("better_url", "plan_url", "better_version", "better_auth", "claude_token", "version_variable"),
    *("variable", "source", "other_source", "position", "app_variable", "secret"),
    *("header", "header_variable", "place", "lines", "wanted_header"),
    *("page", "permission", "replacement", "limit", "have", "need"),
    *("proxy", "better_proxy", "address", "port", "location", "reference", "parts"),
    *("credential", "house", "audience", "expires", "region", "own_region", "sites", "wanted", "token_command"),
    *("model_plan", "model_plan_url"),
    *("runtime", "sdk", "command", "runs"),
    *("issuer", "product", "path", "names", "not_after", "days", "clients"),
    *("ended", "successor", "tested"),
    *("status", "said", "named", "base_is_documented", "retry_after", "seconds", "detail"),
)

_PROTOCOL_SLOTS = ("protocol", "other_protocol")  # their values are ids of probes/protocols

_NONE: Mapping[str, str] = {}


MOST_STEPS = 4  # in a report
SLOT = re.compile(r"( ?)\{([a-z_]+)(?:\|([^{}]*))?\}( ?)")


@cache
def part(lang: str, name: str) -> ModuleType:
    """Load one file of a language, for example ``part("zh", "demo").TITLES``.

    Raises ModuleNotFoundError for an unknown language or file.
    """
    return import_module(f"{__name__}.{lang}.{name}")


def name_of(lang: str) -> str:
    """Return the language's name as its speakers write it, for example ``中文``."""
    name: str = _about(lang).NAME
    return name


def tag_of(lang: str) -> str:
    """Return the language's BCP 47 tag for HTML, for example ``zh-Hans``."""
    tag: str = _about(lang).TAG
    return tag


def _about(lang: str) -> ModuleType:
    return import_module(f"{__name__}.{lang}")


@cache
def language_of(locale: str) -> str | None:
    """Return the language of a locale, or None if no folder exists for it.

    >>> language_of("zh_CN.UTF-8"), language_of("zh-CN"), language_of("Chinese_China.936"), language_of("C")
    ('zh', 'zh', 'zh', None)
    """
    name = locale.lower().replace("-", "_")
    for lang in sorted(LANGS, key=len, reverse=True):  # pt_br before pt
        if re.match(rf"{lang.lower()}(?![a-z0-9])", name):
            return lang
    return next((lang for lang in LANGS if name.startswith(_about(lang).WINDOWS)), None)


def text(code: str, lang: str, case: str = "") -> Text:
    """Return the words of a finding or of its special case, with their slots.

    Raises KeyError for an unknown code or case.
    """
    if case:
        cases: Mapping[str, Text] = part(lang, "special_cases").CASES
        special = cases.get(f"{code}:{case}")
        if special is not None:
            return special
        kinds: Mapping[str, Text] = part(lang, "kinds").KINDS
        return kinds[case]
    texts: Mapping[str, Text] = part(lang, "findings").TEXTS
    return texts[code]


def say(
    code: str, lang: str, values: Mapping[str, str | None], case: str = "", facts: Container[str] | None = None
) -> Text:
    """Return the words of a finding, filled in. Raises KeyError for an unknown code or case.

    ``facts`` are those of a run (:mod:`diagnose.advice.case_facts`); the steps that do not fit them are left out, and
    those beyond the fourth. Without facts, all steps are returned.
    """
    words, given, values = text(code, lang, case), values, _readable(values, lang)
    stand_ins = {name: phrase(f"unknown.{name}", lang) for name in ALWAYS}
    title, explanation = (fill(template, values, stand_ins) for template in (words.title, words.explanation))
    fitting = (one for one in words.steps if facts is None or not isinstance(one, Step) or one.suits(facts))
    steps = tuple(step for step in (_step(one, given, values, stand_ins, lang) for one in fitting) if step)
    first = SLOT.match(words.title)
    # The title begins with a stand-in, which is lower-case; a name keeps its own case.
    if first is not None and not values.get(first[2]):
        title = title and title[0].upper() + title[1:]
    return Text(title or words.title, explanation or words.explanation, steps if facts is None else steps[:MOST_STEPS])


def _step(
    template: str,
    given: Mapping[str, str | None],
    values: Mapping[str, str | None],
    stand_ins: Mapping[str, str],
    lang: str,
) -> str | None:
    """Fill in a step. If it ends with a list of pairs or of lines, keep its items apart, for reports that have room."""
    filled = fill(template, values, stand_ins)
    if filled is None or not template.endswith("}"):
        return filled
    *_, last = _slots(template)
    listed = given.get(last[2])
    if not isinstance(listed, Listed) or listed.joint not in ("; ", " | ") or len(listed.parts) < 2:
        return filled
    head = filled.removesuffix(joined(listed, lang)).rstrip()
    return ListStep(filled, head, tuple(_part(one, lang) for one in listed.parts), listed.joint == " | ")


def phrase(key: str, lang: str, values: Mapping[str, str | None] | None = None) -> str:
    """Return a phrase of ``interface``, filled in; an unknown value becomes ``?``.

    Raises KeyError for an unknown key.
    """
    return put(part(lang, "interface").UI[key], _readable(values or {}, lang))


def protocol_name(protocol: str, lang: str) -> str:
    """Return the name by which people know a protocol; any other text unchanged. Several are a list.

    >>> protocol_name("responses", "en")
    "OpenAI's Responses API"
    """
    names: Mapping[str, str] = part(lang, "protocol_names").PROTOCOLS
    return joined(Listed(names.get(one, one) for one in protocol.split(", ")), lang)


def _part(one: str | Source, lang: str) -> str:
    return joined(one, lang) if isinstance(one, str) else spoken(one, lang)


def provider_name(name: str, lang: str) -> str:
    """Return the name of a provider in the language ``lang``; any other text unchanged.

    >>> provider_name("Volcengine Ark (Doubao)", "zh")
    '火山方舟（豆包）'
    """
    names: Mapping[str, str] = part(lang, "provider_names").PROVIDERS
    return names.get(name, name)


def _readable(values: Mapping[str, str | None], lang: str) -> Mapping[str, str | None]:
    """Return the values of slots with the language's names of protocols and providers, and its punctuation in lists."""
    named = {slot: protocol_name(value, lang) for slot in _PROTOCOL_SLOTS if (value := values.get(slot))}
    for slot, value in values.items():
        if value and slot not in named and (here := joined(value, lang)) is not value:
            named[slot] = here
    return {**values, **named} if named else values


def joined(listed: str, lang: str) -> str:
    """Join a list as the language ``lang`` does it, for example with ``、`` in Chinese.

    A provider gets its name in the language; other text stays unchanged.
    """
    if not isinstance(listed, Listed):
        return provider_name(listed, lang)
    joints: Mapping[str, str] = part(lang, "notes").JOINTS
    return joints[listed.joint].join(_part(one, lang) for one in listed.parts)


def sentence(said: object, lang: str) -> str:
    """Write the sentence of an error in the language ``lang``; the English one, if the language does not have it.

    ``said`` is a :class:`probes.model.sentence.Sentence`, an error that has one, or its English text.
    """
    from probes.model.sentence import Sentence, filled

    said = getattr(said, "sentence", said)
    texts: dict[str, str] = part(lang, "errors").ERRORS
    if not isinstance(said, Sentence):
        return texts.get(str(said), str(said))
    values = {name: sentence(value, lang) for name, value in said.values.items()}
    return filled(texts.get(said.template, said.template), values)


def line(evidence: Seen, lang: str) -> str:
    """Write a line of evidence in the language ``lang``."""
    return phrase(f"seen.{evidence.name}", lang, {name: spoken(value, lang) for name, value in evidence.values.items()})


def spoken(value: str | Seen | Note | Source | tuple[Note, ...], lang: str) -> str:
    """Write a value of a line or of a finding in the language ``lang``; plain text stays unchanged."""
    if isinstance(value, str):
        return value
    from diagnose.report import Seen
    from probes.model.note import Note
    from probes.model.source import Source

    if isinstance(value, Seen):
        return line(value, lang)
    if isinstance(value, Source):
        # Only these kinds are words of ours in the source's text; the others are names.
        named = value.kind in ("environment", "default", "agent")
        return value.text(part(lang, "interface").UI[f"source.{value.kind}"] if named else "")
    return notes((value,) if isinstance(value, Note) else value, lang)


def notes(noted: Iterable[Note], lang: str) -> str:
    """Write the notes of the probes in the language ``lang``, joined with its semicolon."""
    joint: str = part(lang, "notes").JOINT
    return joint.join(_note(one.name, dict(one.values), lang) for one in noted)


def _note(name: str, values: Mapping[str, str], lang: str) -> str:
    if name == "look":
        return look(values["note"], lang)
    if name in ("chain_step", "chain_status", "house"):
        chains = part(lang, "chains")
        table: Mapping[str, str] = {"chain_step": chains.STEPS, "chain_status": chains.STATUS}.get(name, chains.HOUSES)
        return table.get(values["name"], values["name"])
    return put(part(lang, "notes").NOTES[name], values)


def look(note: str, lang: str) -> str:
    """Write the note of a key's shape: the words of a name in ``LOOKS`` with its value, else the note itself.

    >>> look("sk-ant-", "en")
    'sk-ant-'
    """
    name, _, value = note.partition(":")
    template = part(lang, "notes").LOOKS.get(name)
    return note if template is None else put(template, {"value": value})


def deep(table: str, name: str, lang: str, **values: object) -> str:
    """Return a phrase of a deep check, filled in. ``table`` is a table of the file ``capabilities``.

    A name that the table lacks, for example from a later version, is returned unchanged.
    """
    template = getattr(part(lang, "capabilities"), table).get(name)
    given = {key: str(value) for key, value in values.items() if value not in ("", None)}
    return name if template is None else fill(template, given) or ""


def put(template: str, values: Mapping[str, object]) -> str:
    """Fill in a template; an unknown value becomes ``?``."""
    if "{" not in template:
        return template
    given: dict[str, str | None] = {}
    for slot in _slots(template):
        value = values.get(slot[2])
        given[slot[2]] = "?" if value in ("", None) else str(value)
    return fill(template, given) or ""


def fill(template: str, values: Mapping[str, str | None], stand_ins: Mapping[str, str] = _NONE) -> str | None:
    """Fill the slots of a template; return None if a slot has no value, no replacement words and no stand-in.

    Values are plain text: braces in them have no meaning. None and the empty text count as unknown. The space next to a
    slot is dropped between two Chinese characters; it is there for values in Latin letters.

    >>> fill("{host} lacks {model|the model}.", {"host": "api.example.com"})
    'api.example.com lacks the model.'
    """
    if "{" not in template:
        return template
    pieces: list[str] = []
    at = 0
    for slot in _slots(template):
        before, name, words, after = slot.groups()
        value = values.get(name) or (stand_ins.get(name) if words is None else words)
        if value is None:
            return None
        if before and _wide(template[: slot.start()][-1:]) and _wide(value[:1]):
            before = ""
        if after and _wide(template[slot.end() :][:1]) and _wide(value[-1:]):
            after = ""
        if value.startswith(("the ", "this ")) and template[: slot.start()][-1:] in ("", "."):
            value = value[0].upper() + value[1:]  # a sentence begins with a stand-in
        pieces += (template[at : slot.start()], before, value, after)
        at = slot.end()
    return "".join((*pieces, template[at:]))


@lru_cache(2048)  # the templates in the program
def _slots(template: str) -> tuple[re.Match[str], ...]:
    return tuple(SLOT.finditer(template))


def _wide(character: str) -> bool:
    """Check whether a character is Chinese or full-width."""
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
