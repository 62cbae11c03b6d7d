"""The words are complete in each language, are filled in safely, and keep the tone of the house."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import diagnose.words as words_package
from contract.codes import CODES
from diagnose.advice.case_facts import PLACES as PLACE_FACTS
from diagnose.advice.case_facts import VALUED
from diagnose.answers.kinds import rows as kind_rows
from diagnose.cli import COMMANDS
from diagnose.findings.network import SAID
from diagnose.report import seen
from diagnose.words import ALWAYS, LANGS, MOST_STEPS, OPTIONAL, SLOT, fill, language_of, line, part, phrase, say, text
from diagnose.words.text_type import Step, Text
from probes.catalog.apps import STACKS as APP_STACKS
from probes.catalog.doors import load
from probes.keys.credential_kinds import KINDS
from probes.keys.flaws import examine_key
from probes.model.failure import Kind
from probes.model.note import Note, note
from probes.model.scrubber import Scrubber
from probes.model.settings import FlowPart, ProxySettings, Sourced
from probes.model.source import environment_variable
from probes.network.proxy_tunnel import SOCKS4_REPLIES, SOCKS5_REPLIES
from probes.protocols.strictness.clients import BREAKS
from probes.steps.proxy import choose
from probes.urls.url import parse_url
from probes.urls.url_flaws import examine_url

TEXTS: dict[str, dict[str, Text]] = {lang: import_module(f"diagnose.words.{lang}.findings").TEXTS for lang in LANGS}
CASES: dict[str, dict[str, Text]] = {
    lang: import_module(f"diagnose.words.{lang}.special_cases").CASES for lang in LANGS
}
# Each kind of error with one of the codes that it specialises.
OF_KINDS = [f"{code}:{id}" for id, code in {row.id: row.codes[0] for row in kind_rows()}.items()]
EVERY = [*sorted(CODES), *CASES["en"], *OF_KINDS]
UI: dict[str, dict[str, str]] = {lang: import_module(f"diagnose.words.{lang}.interface").UI for lang in LANGS}
RUN: dict[str, str | None] = {
    "host": "api.example.com",
    "base_url": "https://api.example.com/v1",
    "protocol": "anthropic",
    "app": "anthropic-sdk",
    "door": "Example AI",
}

every = pytest.mark.parametrize(("lang", "code"), [(lang, code) for lang in LANGS for code in EVERY])


def slots(template: str) -> set[tuple[str, str | None]]:
    """Return each slot's name and its fallback words, None if it has none."""
    return {(slot.group(2), slot.group(3)) for slot in SLOT.finditer(template)}


def words_of(code: str, lang: str) -> Text:
    """Return the words of a code, or of ``code:case``."""
    return text(code.partition(":")[0], lang, code.partition(":")[2])


def case_of(code: str, lang: str, values: dict[str, str | None]) -> tuple[str, str, dict[str, str | None], str]:
    return code.partition(":")[0], lang, values, code.partition(":")[2]


def bare(template: str) -> set[str]:
    return {name for name, words in slots(template) if words is None}


# -- the catalogue -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_each_language_has_every_code(lang: str) -> None:
    assert set(TEXTS[lang]) == CODES
    assert list(TEXTS[lang]) == list(TEXTS["en"])
    assert list(CASES[lang]) == list(CASES["en"])
    assert {case.partition(":")[0] for case in CASES[lang]} <= CODES


def test_each_kind_of_error_has_words() -> None:
    assert {row.id for row in kind_rows()} == set(part("en", "kinds").KINDS)
    assert {code for row in kind_rows() for code in row.codes} <= CODES
    assert {need for row in kind_rows() for need in row.needs} <= set(OPTIONAL)


FILES = sorted(
    path.stem for path in (Path(words_package.__file__).parent / "en").glob("*.py") if path.stem != "__init__"
)
TABLES = [
    (file, name)
    for file in FILES
    for name, table in vars(import_module(f"diagnose.words.en.{file}")).items()
    if name.isupper() and isinstance(table, dict | tuple) and name != "PROVIDERS"  # only names that differ from English
]


@pytest.mark.parametrize("lang", LANGS)
def test_each_language_has_the_files_of_english(lang: str) -> None:
    folder = Path(words_package.__file__).parent / lang
    assert sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__") == FILES
    about = import_module(f"diagnose.words.{lang}")
    assert about.NAME and about.TAG.startswith(lang[:2]) and about.WINDOWS == about.WINDOWS.lower() != ""


@pytest.mark.parametrize(("file", "name"), TABLES)
@pytest.mark.parametrize("lang", LANGS)
def test_each_table_has_the_keys_and_slots_of_english(lang: str, file: str, name: str) -> None:
    english, other = (getattr(part(one, file), name) for one in ("en", lang))
    if isinstance(english, tuple):
        assert len(other) == len(english) and all(other)
        return
    assert list(other) == list(english)
    for key, template in english.items():
        if isinstance(template, Text):
            theirs = other[key]
            assert len(theirs.steps) == len(template.steps), key
            if file == "comparison":
                assert names_of(template[:2]) == names_of(theirs[:2]), key
        else:
            assert other[key] and names_of((template,)) == names_of((other[key],)), key


def names_of(templates: tuple[str, ...]) -> set[str]:
    return {name for template in templates for name, _ in slots(template)}


def test_a_phrase_of_the_interface_needs_every_value() -> None:
    assert not [key for key, template in UI["en"].items() if any(words is not None for _, words in slots(template))]


@pytest.mark.parametrize(
    ("locale", "lang"),
    [
        ("zh_CN.UTF-8", "zh"),
        ("ZH-hant-TW", "zh"),
        ("en_GB", "en"),
        ("en", "en"),
        ("Chinese (Simplified)_China", "zh"),
        ("English_United States", "en"),
        ("eng", None),
        ("zhuang", None),
        ("C.UTF-8", None),
        ("", None),
    ],
)
def test_the_language_of_a_locale(locale: str, lang: str | None) -> None:
    assert language_of(locale) == lang


# -- the tone ----------------------------------------------------------------------------------------------------------


@every
def test_the_words_of_a_finding(lang: str, code: str) -> None:
    """One test for each text, since there are many texts and each test has a cost of its own."""
    only_known_slots(lang, code)
    one_to_four_steps_of_which_one_is_always_shown(lang, code)
    title_is_short_and_blames_nobody(lang, code)
    explanation_is_short_and_names_no_status_code(lang, code)
    only_real_commands_are_named(lang, code)


@pytest.mark.parametrize("code", EVERY)
def test_the_languages_agree(code: str) -> None:
    the_languages_show_a_step_in_the_same_cases(code)
    conditions_name_known_facts(code)
    specific_steps_come_first_and_those_for_the_owner_last(code)
    chinese_is_chinese(code)
    the_languages_offer_the_same_steps(code)


def only_known_slots(lang: str, code: str) -> None:
    words = words_of(code, lang)
    for template in (words.title, words.explanation, *words.steps):
        assert {name for name, _ in slots(template)} <= {*ALWAYS, *OPTIONAL}, template
        assert not re.search(r"\{[a-z_| ]*$|\{[a-z_]+[^a-z_|}]", template), template
    assert bare(words.title) | bare(words.explanation) <= set(ALWAYS)


# Where a server can be, each with and without a named app.
PLACES = tuple(
    frozenset((*place, *app))
    for place in (("local", "owner"), ("public", "relay", "owner"), ("public", "provider"))
    for app in (("python", "node"), ("python",), ("node",), ("go",))
)


def one_to_four_steps_of_which_one_is_always_shown(lang: str, code: str) -> None:
    words = words_of(code, lang)
    assert len(set(words.steps)) == len(words.steps)
    for facts in PLACES:
        assert 1 <= len(say(*case_of(code, lang, RUN), facts).steps) <= MOST_STEPS, facts
    assert say(*case_of(code, lang, RUN)).steps


def the_languages_show_a_step_in_the_same_cases(code: str) -> None:
    assert conditions(code, "en") == conditions(code, "zh")


def conditions(code: str, lang: str) -> list[str]:
    return [step.when if isinstance(step, Step) else "" for step in words_of(code, lang).steps]


def conditions_name_known_facts(code: str) -> None:
    for when in conditions(code, "en"):
        for fact in re.findall(r"[^ |!]+", when):
            kind, _, value = fact.partition(":")
            assert fact in {*PLACE_FACTS, *STACKS} or (kind in VALUED and value), when


STACKS = {*APP_STACKS, "python"}
SPECIFIC = re.compile(r"(?<![!\w])(?:door|app|key|via|\w+_in):|(?<!!)\bcontainer\b")


def specific_steps_come_first_and_those_for_the_owner_last(code: str) -> None:
    steps = words_of(code, "en").steps
    rank = [
        2 if "owner" in when.split() else 0 if SPECIFIC.search(when) else None if bare(step) - set(ALWAYS) else 1
        for step, when in zip(steps, conditions(code, "en"), strict=True)
    ]
    ranked = [
        one for one in rank if one is not None
    ]  # a step that needs a value may also follow the one that it adds to
    assert ranked == sorted(ranked)


def test_a_step_for_the_owner_says_so() -> None:
    said = {"en": r"[Ii]f (?:\w+ ){1,4}is yours|[Yy]our (?:own|server|reverse proxy)", "zh": "自己的"}
    for lang in LANGS:
        for code in EVERY:
            for step in words_of(code, lang).steps:
                if isinstance(step, Step) and "owner" in step.when.split():
                    assert re.search(said[lang], step), step


def title_is_short_and_blames_nobody(lang: str, code: str) -> None:
    for values in ({}, RUN):
        title = say(*case_of(code, lang, values)).title
        assert len(title) <= {"zh": 45}.get(lang, 90), title
        assert not re.search(r"\b[1-5]\d\d\b|invalid|无效|[.。]$", title, re.IGNORECASE), title
        assert title[0] == title[0].upper() or title.startswith(
            (*filter(None, RUN.values()), "https", "llmdoctor", "localhost")
        )


def explanation_is_short_and_names_no_status_code(lang: str, code: str) -> None:
    explanation = say(*case_of(code, lang, RUN)).explanation
    assert not re.search(r"(?<![\d.:])[1-5]\d\d(?![\d.])", explanation), explanation
    assert not re.search("invalid", explanation, re.IGNORECASE)
    assert len(explanation) <= {"zh": 200}.get(lang, 420)


def only_real_commands_are_named(lang: str, code: str) -> None:
    words = " ".join((words_of(code, lang).explanation, *words_of(code, lang).steps))
    assert set(re.findall(r"`llmdoctor ([a-z]+)", words)) <= set(COMMANDS)


def chinese_is_chinese(code: str) -> None:
    words = words_of(code, "zh")
    for template in (words.title, words.explanation, *words.steps):
        assert re.search("[\u4e00-\u9fff]", template), template
        assert not re.search("[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]", template), template
    assert all(step.endswith(("。", "}")) for step in words.steps)


def the_languages_offer_the_same_steps(code: str) -> None:
    english, chinese = words_of(code, "en"), words_of(code, "zh")
    assert [bare(step) - set(ALWAYS) for step in english.steps] == [bare(step) - set(ALWAYS) for step in chinese.steps]


# -- filling slots -----------------------------------------------------------------------------------------------------


def test_a_step_whose_value_is_unknown_is_left_out() -> None:
    known = say("url.version_missing", "en", {**RUN, "better_url": "https://api.example.com/v1"})
    assert known.steps[0] == "Set the base URL to https://api.example.com/v1"
    assert len(say("url.version_missing", "en", RUN).steps) == len(known.steps) - 1


def test_an_unknown_value_has_its_own_words() -> None:
    assert say("key.wrong_door", "en", {"key_door": "Groq", "door": "OpenAI"}).title == (
        "This key belongs to Groq, not to OpenAI"
    )
    assert (
        say("key.wrong_door", "en", {"key_door": None}).title == "This key belongs to another provider, not to this one"
    )


def test_a_finding_has_words_without_a_run() -> None:
    assert say("tcp.timeout", "en", {}).title == "Timeout: the server does not answer connection attempts"
    assert say("tcp.unreachable", "zh", {}).title == "没有到该服务器的路由"


def test_a_reference_to_a_variable_is_plain_text() -> None:
    assert "${OPENAI_API_KEY}" in say("key.unexpanded", "en", RUN).explanation


def test_blanks_next_to_chinese_values_are_removed() -> None:
    assert fill("名为 {model|所填名称} 的模型", {}) == "名为所填名称的模型"
    assert fill("名为 {model|所填名称} 的模型", {"model": "gpt-x"}) == "名为 gpt-x 的模型"
    assert fill("a {x} b", {"x": "值"}) == "a 值 b"


def test_an_unknown_code_is_a_key_error_and_an_unknown_language_is_none() -> None:
    with pytest.raises(KeyError):
        text("no.such", "zh")
    with pytest.raises(KeyError):
        phrase("no.such", "en")
    with pytest.raises(ModuleNotFoundError):
        text("url.invalid", "fr")


def test_phrases_are_filled() -> None:
    assert phrase("skip.blocked", "zh", {"probe": phrase("probe.dns", "zh")}) == "未进行：域名解析一步已失败"
    assert phrase("works.headline", "en") == "Works: ?"


@given(st.text(), st.dictionaries(st.sampled_from(["host", "said", "model"]), st.none() | st.text()))
def test_filling_never_raises(template: str, values: dict[str, str | None]) -> None:
    filled = fill(template, values)
    if not SLOT.search(template):
        assert filled == template


@given(st.text(alphabet="{}|aホ中 $hostmdel_%\\", min_size=1), st.text(alphabet="{}|host said%s\\1\\g<0>"))
def test_braces_in_values_mean_nothing(value: str, other: str) -> None:
    values = {"said": value, "host": other}
    assert fill("It said: {said}.", values) == f"It said: {value}."
    assert fill("<{said|nothing}><{host|nowhere}>", values) == f"<{value}><{other or 'nowhere'}>"
    for lang in LANGS:
        assert any(value in step for step in say("shape.error_as_success", lang, values).steps)


def test_every_line_of_evidence_has_its_words() -> None:
    folder = Path(str(import_module("diagnose.findings").__file__)).parent
    sources = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    used = {f"seen.{name}" for name in re.findall(r'\bseen\(\s*"(\w+)"', sources)}
    used |= {f"seen.match_{confidence}" for confidence in ("certain", "likely", "possible")}
    used |= {f"seen.{how}{quick}" for how in ("torn", "unfinished") for quick in ("", "_soon")}
    used |= {"seen.client_said", "seen.client_recorded"}
    used |= {"seen.lost", "seen.after", "seen.dial_at_once"}
    used |= {f"seen.flow_{part}" for part in FlowPart} | {"seen.override_withheld"}
    used |= {f"seen.header_{flaw}" for flaw in ("name", "value", "long", "forbidden")}
    used |= {f"seen.unread_{reason}" for reason in ("foreign_owner", "world_writable", "leads_out")}
    used |= {f"seen.kind_{kind}" for kind in Kind} | {f"seen.dns_{word}" for word in SAID}
    used |= {f"seen.break_{what}" for what in BREAKS}
    used |= {f"seen.breaks{whose}" for whose in ("", "_helper", "_both")}
    used |= {f"seen.speaks_{scheme}" for scheme in ("http", "https", "socks5", "web")}
    assert used == {key for key in UI["en"] if key.startswith("seen.")}


RAW = ["", "sk-" + "a" * 60, "http://", "htps://x/v1", "x.y/v1", "https://a b/v1", "https://x/v1/chat/completions"]
RAW += [
    "https://x//v1",
    "https://x/v1#a",
    "https://u:p@x/v1",
    "https://x/v1?a=b",
    "https://{host}/v1",
    "https://x:99999/v1",
]
RAW += ["https://https://x/v1", "https://x/v1/v1", "///", "https://x/v1，", "https://-/v1"]
KEYS = [
    "Bearer sk-abc",
    "$KEY",
    "sk-xxxx",
    "a1b2c3d4e5f6,a1b2c3d4e5f7",
    "sk-a1b2c3d4\n",
    "ollama",
    "https://x",
    "sk-ab•••yz",
]


def test_every_note_has_its_words_and_every_value_its_slot() -> None:
    noted = {
        one
        for raw in RAW
        for protocol in ("openai", "anthropic", "gemini", "azure", "plain")
        for flaw in examine_url(raw, protocol).flaws
        for one in flaw.notes
    }
    noted |= {one for raw in KEYS for flaw in examine_key(raw, "openai").flaws for one in flaw.notes}
    for raw in ("http://p :1", "http://p:x", "http://p:99999", "http://:1", "http://[p:1", "http://a@b@p:1"):
        settings = ProxySettings(http=Sourced(raw, environment_variable("HTTP_PROXY")))
        found = choose(settings, parse_url("http://api.example.com"), load(), Scrubber())[0].note
        assert isinstance(found, Note), raw
        noted.add(found)
    assert len(noted) > 25
    for one in noted:
        assert {name for name, _ in slots(part("en", "notes").NOTES[one.name])} == {name for name, _ in one.values}, one


def test_every_note_that_is_made_has_its_words() -> None:
    folders = [Path(str(import_module(name).__file__)).parent for name in ("probes", "diagnose")]
    sources = "".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))
    used = set(re.findall(r'(?<![.\w])note\(\s*"(\w+)"', sources)) - {"look"}
    used |= {f"socks5_reply_{code}" for code in SOCKS5_REPLIES} | {f"socks4_reply_{code}" for code in SOCKS4_REPLIES}
    used |= {f"credential_{kind}" for kind in KINDS}
    assert used == set(part("en", "notes").NOTES)


def test_notes_are_written_in_the_readers_language() -> None:
    noted = (note("position", name="U+000A LINE FEED", position=3, length=9), note("more", count=2))
    assert line(seen("of", name="x", note=noted), "en") == "x: U+000A LINE FEED at position 3 of 9; 2 more"
    assert line(seen("note", note=noted), "zh") == "U+000A LINE FEED（第 3 个字符，共 9 个）；另有 2 处"
    assert line(seen("note", note=note("look", note="sk_hex:32")), "en") == "sk- and 32 hex digits"
    assert line(seen("note", note=note("look", note="gsk_")), "zh") == "gsk_"


def test_a_line_may_hold_another() -> None:
    dialled = seen("dial", address="::1", port=443, note=seen("kind_refused"), seconds="0.01")
    assert line(dialled, "en") == "::1 port 443: connection refused after 0.01 s"
    assert line(dialled, "zh") == "::1 端口 443：连接被拒绝，用时 0.01 秒"
