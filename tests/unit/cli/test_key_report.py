"""`llmdoctor whose` and `llmdoctor doors`: what they say, in two languages and as JSON, and never the key."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnose.cli import program
from diagnose.cli.commands import docs
from diagnose.cli.commands.doors import command as doors_command
from diagnose.cli.commands.whose import command as whose_command
from diagnose.cli.key_report import CODES
from diagnose.docs import reference_pages
from diagnose.words import LANGS, part
from diagnose.words.en.notes import LOOKS, NOTES
from probes.catalog.door import Door
from probes.catalog.door_files import AUTHS, PROTOCOLS
from probes.catalog.doors import load
from probes.keys import credential_kinds, flaws
from probes.keys.flaws import examine_key
from probes.keys.plain_key import is_plain
from worlds.field_credentials import LONG_AGO, bedrock, token

ANTHROPIC = "sk-ant-api03-" + "Ab3-_x9Zq" * 10 + "k2WAA"
GROQ = "gsk_" + "q7RtY2uIoP" * 5 + "zX"
SHARED = "sk-" + "9f2c7b1e5a8d3604" * 2
ZHIPU = "0123456789abcdef" * 2 + "." + "AbCdEfGh12345678"
DOORS = load()


def whose(*words: str, text: str | bytes = "", env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(whose_command, words, input=text, env=env)


def whose_json(*words: str, text: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(whose("--json", *words, text=text).stdout)
    return found


def test_json_is_that_of_the_contract() -> None:
    assert whose_json(text=GROQ + "\n") == {
        "key": {"hint": "gsk_…oPzX", "length": 56, "doors": ["groq"]},
        "candidates": [
            {
                "door": "groq",
                "confidence": "certain",
                "why": "gsk_",
                "base_urls": {
                    "openai": "https://api.groq.com/openai/v1",
                    "responses": "https://api.groq.com/openai/v1",
                },
            }
        ],
        "flaws": [],
        "settings": {"base_url": "https://api.groq.com/openai/v1", "protocol": "openai", "auth": "bearer"},
    }


def test_best_first() -> None:
    found = whose_json(text=SHARED)
    order = ["certain", "likely", "possible"]
    ranks = [order.index(one["confidence"]) for one in found["candidates"]]
    assert ranks == sorted(ranks) and len(ranks) > 5
    assert found["candidates"][0]["door"] == "deepseek"
    assert found["settings"]["base_url"] == "https://api.deepseek.com"


def test_the_settings_are_what_the_sdk_takes() -> None:
    """google-genai itself adds the version that Google's own manual shows in the address."""
    found = whose_json(text="AQ.Ab8RN6Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4")
    assert found["settings"] == {
        "base_url": "https://generativelanguage.googleapis.com",
        "protocol": "gemini",
        "auth": "x-goog-api-key",
    }


@pytest.mark.parametrize(
    ("raw", "flaws", "usable"),
    [
        (f"{GROQ}\r\n\n", ["key.stray_characters"], True),
        (f' "{GROQ}"', ["key.stray_characters"], True),
        (f"Bearer {GROQ}", ["key.bearer_prefix"], True),
        (f"{GROQ[:30]}\u200b{GROQ[30:]}", ["key.stray_characters"], True),
        (GROQ[:20], ["key.truncated"], True),
        ("gsk_...", ["key.placeholder"], False),
        ("gsk_abcd****wxyz", ["key.masked"], False),
        ("${GROQ_API_KEY}", ["key.unexpanded"], False),
        ("GROQ_API_KEY", ["key.unexpanded"], False),
        ("https://api.groq.com/openai/v1", ["settings.swapped"], False),
        ("sk-ant-admin01-" + "Ab3-_x9Zq" * 10 + "k2WAA", ["key.wrong_kind"], False),
        ("whsec_" + "Ab3x9Zq1" * 4, ["key.wrong_kind"], False),
    ],
)
def test_flaws(raw: str, flaws: list[str], usable: bool) -> None:
    found = whose_json(text=raw)
    assert found["flaws"] == flaws
    assert bool(found["settings"]) is usable


def test_cleaned_is_judged_as_check_judges_it() -> None:
    shown = whose(text=f"  {GROQ} \n", env={"LC_ALL": "C"})
    assert "Groq [groq]: certain" in shown.stdout
    assert "key.stray_characters" in shown.stdout
    assert part("en", "tables").WHOSE["cleaned"] in shown.stdout
    assert part("zh", "tables").WHOSE["cleaned"] in whose("--lang", "zh", text=f"  {GROQ} \n").stdout


def test_sites_whose_keys_look_alike() -> None:
    shown = whose("--lang", "en", text=ZHIPU).stdout
    assert part("en", "tables").WHOSE["twins"] in shown
    assert "[zhipu-cn]" in shown and "[zai]" in shown


def test_an_argument_is_warned_of_and_a_blank_in_it_is_no_leak() -> None:
    shown = whose("Bearer", ANTHROPIC, "--json")
    assert "process list" in shown.stderr
    assert json.loads(shown.stdout)["flaws"] == ["key.bearer_prefix"]
    assert json.loads(shown.stdout)["key"]["doors"][0] == "anthropic"


def test_from_a_variable() -> None:
    shown = whose("--key-env", "MY_KEY", "--json", env={"MY_KEY": ANTHROPIC})
    assert json.loads(shown.stdout)["key"]["doors"][0] == "anthropic"
    assert shown.stderr == ""


@pytest.mark.parametrize(
    ("words", "env"),
    [
        ((), {}),
        (("-",), {}),
        (("--key-env", "NOT_SET"), {}),
        (("--key-env", "BLANK"), {"BLANK": "  "}),
        (("--key-env", ANTHROPIC), {}),
        (("--key-env", "SET", ANTHROPIC), {"SET": GROQ}),
        (("--jsn",), {}),
        (("--lang", "xx", ANTHROPIC), {}),
    ],
)
def test_bad_input(words: tuple[str, ...], env: dict[str, str]) -> None:
    shown = whose(*words, env=env)
    assert shown.exit_code == 2
    assert ANTHROPIC[13:25] not in shown.output


def test_exit_status() -> None:
    assert whose(text=GROQ).exit_code == 0
    nothing = whose("--json", text="hello there")
    assert nothing.exit_code == 3
    assert json.loads(nothing.stdout)["candidates"] == []
    assert part("en", "tables").WHOSE["nothing"] in whose("--lang", "en", text="hello there").stdout


def test_what_is_not_utf8_is_no_crash() -> None:
    assert whose(text=b"\xff\xfe\x00sk-\x80").exit_code in (0, 3)
    for option in ("--json", "--lang=zh"):  # Python keeps undecodable bytes of an argument as lone surrogates
        assert whose(option, GROQ + "\udcff").exit_code in (0, 3)
        assert whose(option, "--key-env", "ODD", env={"ODD": "\udcff"}).exit_code == 3


KEYS = st.one_of(
    st.builds(str.__add__, st.sampled_from(["sk-", "sk-ant-api03-", "gsk_", "-----BEGIN ", ""]), st.text(max_size=90)),
    st.from_regex(r"\A(?:sk-|sk-proj-|AIza|eyJ|)[A-Za-z0-9_.-]{24,80}\Z"),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(KEYS, st.sampled_from(["--json", "--lang=en", "--lang=zh"]))
def test_the_key_is_never_shown(key: str, option: str) -> None:
    for words, text in (((option,), key.encode("utf-8", "replace")), ((option, "--", key), b"")):
        shown = CliRunner().invoke(whose_command, words, input=text)
        assert shown.exit_code in (0, 2, 3), shown.exception
        tail = key.strip()[17:]
        if len(set(tail)) > 6:  # otherwise a note may contain it by chance
            assert not any(tail[at : at + 12] in shown.output for at in range(len(tail) - 11))


PARTS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "sk",
                "proj",
                "ant",
                "your",
                "key",
                "example",
                "test",
                "here",
                "x",
                "xx",
                "xxxxxxx",
                "1234",
                "_",
                "-",
                "_KEY",
                "token",
                "api",
            ]
        ),
        st.from_regex(r"\A[A-Za-z0-9]{1,30}\Z"),
    ),
    max_size=6,
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(KEYS, st.builds(str.join, st.sampled_from("-_"), PARTS)), st.sampled_from(PROTOCOLS))
def test_a_plain_key_has_no_flaw(key: str, protocol: str) -> None:
    if is_plain(key):
        exam = flaws._fully_examined(key, protocol)
        assert (exam.flaws, exam.cleaned, exam.literal) == ((), key, key)
        assert examine_key(key, protocol) == exam


@pytest.mark.parametrize(
    "value", ["sk-1234567890abcdef", "sk-abcdefgh1234567890", "bearersk-Qm7xT2bW9zLk4RvY8nHd3JcPf6"]
)
def test_an_example_is_not_plain(value: str) -> None:
    assert not is_plain(value)
    assert examine_key(value, "openai").flaws


def test_most_keys_are_plain() -> None:
    assert all(is_plain(key) for key in (GROQ, SHARED))
    assert not any(
        is_plain(key) for key in (ZHIPU, f"{GROQ}\n", "sk-" + "x" * 40, "A2B" * 9 + "_KEY", "sk-" + "1a" * 20)
    )


def test_a_key_that_looks_like_an_option_is_not_repeated() -> None:
    shown = whose("-----BEGIN PRIVATE KEY-----abcdefghijklmnopqrstuvwxyz0123456789")
    assert "abcdefghijkl" not in shown.output


# -- the words ---------------------------------------------------------------------------------------------------------


def test_every_kind_and_every_note_has_words() -> None:
    assert {f"credential_{kind}" for kind in credential_kinds.KINDS} == {
        name for name in NOTES if name.startswith("credential_")
    }
    notes = {shape.note for door in DOORS for shape in door.keys}
    named = {note for note in notes if note.partition(":")[0] in LOOKS}
    assert {note.partition(":")[0] for note in named} == set(LOOKS)
    assert all(("{value}" in LOOKS[note.partition(":")[0]]) == (":" in note) for note in named)
    # Text that no language translates is a prefix, and contains no other text.
    assert not [note for note in notes - named if re.search(r"[A-Za-z]{2,} [a-z]|^[a-z_]*[a-z]{3,}$|^[a-z_]+:", note)]


def test_every_flaw_of_a_key_has_its_code() -> None:
    source = Path(flaws.__file__).read_text("utf-8")
    body = source[source.index("def examine_key") : source.index("def _is_placeholder")]
    kinds = set(re.findall(r'(?:exam\(|Flaw\("key", )"(\w+)"', body))
    assert kinds and kinds <= set(CODES)
    from diagnose.words.en.findings import TEXTS

    assert set(CODES.values()) <= set(TEXTS)


# -- doors -------------------------------------------------------------------------------------------------------------


def show(*words: str) -> Result:
    return CliRunner().invoke(doors_command, words)


def test_the_table_has_every_door() -> None:
    lines = show("--lang", "en").stdout.splitlines()
    over = {door.id for door in DOORS if door.provenance.over}
    assert {line.split()[0] for line in lines[1:-3]} == {door.id for door in DOORS} - over
    assert all(f"{id} (" in lines[-1] for id in over)
    assert len(json.loads(show("--json").stdout)["doors"]) == len(DOORS)


@pytest.mark.parametrize("door", list(DOORS), ids=lambda door: door.id)
def test_each_door_in_full(door: Door) -> None:
    found = json.loads(show(door.id, "--json").stdout)
    assert (found["id"], found["hosts"]) == (door.id, list(door.hosts))
    assert all(set(endpoint["auth"]) <= set(AUTHS) for endpoint in found["endpoints"])
    assert found["plan_only"] == (door.kind == "subscription")
    for lang in LANGS:
        text = show(door.id, "--lang", lang).stdout
        assert all(endpoint.base_url in text for endpoint in door.endpoints)
        assert all(name in text for name in (*door.hosts, *door.key_env, *door.websites, *door.slips))


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("OpenAI Platform",), {"openai"}),
        (("OPENAI",), {"openai"}),
        (("api.groq.com",), {"groq"}),
        (("https://api.deepseek.com/v1",), {"deepseek"}),
        (("moonshot", "cn"), {"moonshot-cn"}),
        (("GROQ_API_KEY",), {"groq"}),
        (("minimax",), {"minimax-cn", "minimax-intl"}),
    ],
)
def test_doors_are_found_by_words(words: tuple[str, ...], ids: set[str]) -> None:
    found = json.loads(show(*words, "--json").stdout)
    assert {door["id"] for door in found.get("doors", [found])} == ids


@pytest.mark.parametrize(("name", "near"), [("opnai", "openai"), ("deepsek", "deepseek"), ("antropic", "anthropic")])
def test_an_unknown_name_proposes_near_ones(name: str, near: str) -> None:
    shown = show(name)
    assert shown.exit_code == 2
    assert re.search(rf"Did you mean .*\b{near}\b", shown.output)


def test_a_key_given_as_a_name_is_not_repeated() -> None:
    for key in (ANTHROPIC, SHARED, "0123456789abcdef" * 2):
        shown = show(key)
        assert shown.exit_code == 2
        assert key[4:16] not in shown.output


def test_sister_sites_refuse_each_others_keys() -> None:
    sister_sites = {sister_site.id for sister_site in DOORS.sister_sites(DOORS.get("moonshot-cn"))}  # type: ignore[arg-type]
    assert sister_sites == {"moonshot-intl", "kimi-code"}
    for door in DOORS:
        if not door.provenance.over:  # a service that has ended is nobody's alternative
            assert all(door in DOORS.sister_sites(sister_site) for sister_site in DOORS.sister_sites(door)), door.id


# -- docs and start-up -------------------------------------------------------------------------------------------------


def test_docs_are_written_and_checked(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(docs.command, ["--check", str(tmp_path)]).exit_code == 1
    assert run(docs.command, ["--write", str(tmp_path)]).exit_code == 0
    assert run(docs.command, ["--check", str(tmp_path)]).exit_code == 0
    (tmp_path / "doors.md").write_text("old", encoding="utf-8")
    stale = run(docs.command, ["--check", str(tmp_path)])
    assert stale.exit_code == 1
    assert "doors.md" in stale.stderr and "findings.md" not in stale.stderr
    assert run(docs.command, []).exit_code == 2


def test_every_code_and_every_door_is_in_the_docs(tmp_path: Path) -> None:
    from diagnose.words.en.findings import TEXTS

    pages = reference_pages.pages(tmp_path, program)
    for name in ("findings.md", "findings.zh.md"):
        assert re.findall(r"^### (\S+)$", pages[name], re.M) == list(TEXTS)
        assert "{" not in re.sub(r"[$`{]\{[^}]*\}|`[^`]*`|\{\{.*?\}\}", "", pages[name])
    assert pages["doors.md"].count("\n| `") == len(DOORS)


def test_nothing_heavy_is_loaded() -> None:
    """Offline commands load nothing that costs milliseconds: no network, no rich, no texts that are not printed."""
    program = (
        "import sys, io; from click.testing import CliRunner; before = set(sys.modules);"
        "from diagnose.cli.commands.whose import command; from diagnose.cli.commands.doors import command as doors;"
        f"r = CliRunner().invoke(command, ['--json'], input={GROQ!r}); assert r.exit_code == 0, r.output;"
        "CliRunner().invoke(doors, ['openai']);"
        "print(*sorted(set(sys.modules) - before))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {
        "asyncio",
        "ssl",
        "socket",
        "rich",
        "httpx",
        "diagnose.report",
        "diagnose.words.en.findings",
        "probes.settings.config_file",
    }
    assert not heavy & set(ended.stdout.split())


def test_the_commands_are_click_commands() -> None:
    assert all(isinstance(one, click.Command) for one in (whose_command, doors_command, docs.command))
    assert docs.command.hidden


# -- tokens ------------------------------------------------------------------------------------------------------------


def test_what_a_token_says_about_itself() -> None:
    found = whose_json(
        text=token(iss="https://sts.windows.net/made-up/", aud="https://management.azure.com", exp=LONG_AGO)
    )
    assert found["token"] == {
        "form": "jwt",
        "issuer": "https://sts.windows.net/made-up/",
        "issuer_name": "Microsoft Entra ID",
        "audience": ["https://management.azure.com"],
        "not_before": "2020-09-13T12:26:40Z",
        "expires": "2020-09-13T12:26:40Z",
        "expired": True,
    }
    assert "auth.expired" in found["flaws"]
    assert found["settings"] == {}


def test_the_region_of_a_bedrock_key() -> None:
    found = whose_json(text=bedrock("us-east-1"))
    assert found["token"]["region"] == "us-east-1"
    assert found["token"]["expired"] is False
    assert found["key"]["doors"] == ["bedrock", "bedrock-mantle"]
    shown = whose("--lang", "en", text=bedrock("us-east-1", 60)).stdout
    assert "for the region us-east-1" in shown
    assert "valid until 2020-09-13 12:27 UTC" in shown
    assert "区域" in whose("--lang", "zh", text=bedrock("us-east-1")).stdout


def test_a_cut_plan_key_is_its_houses() -> None:
    found = whose_json(text="sk-cp-" + "Ab3x9Zq1" * 3 + "Ab3x9Zq")
    assert found["key"]["doors"][:2] == ["minimax-intl", "minimax-cn"]
    assert found["flaws"] == ["key.truncated"]


def test_a_document_is_named() -> None:
    found = whose_json(text='{"type": "service_account", "private_key": "made-up-made-up"}')
    assert found["flaws"] == ["key.wrong_kind"]
    assert "service account" in whose("--lang", "en", text='{"type": "service_account"}').stdout


# -- what has ended ----------------------------------------------------------------------------------------------------

OLD_GOOGLE = "AIzaQm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7"


def test_a_key_of_a_kind_that_ended_is_said_to_be_one() -> None:
    found = whose_json(text=OLD_GOOGLE)
    assert found["flaws"] == ["key.wrong_kind"] and found["settings"] == {}
    shown = CliRunner().invoke(whose_command, ["--lang", "en"], input=OLD_GOOGLE).stdout
    assert "no longer accepts keys of this kind" in shown and "2026-06-19" in shown and "AQ." in shown


def test_a_token_that_a_service_account_may_have_is_no_flaw() -> None:
    found = whose_json(text="sk-ant-oat01-" + "Ab3-_x9Zq" * 10 + "k2WAA")
    assert found["flaws"] == []
    assert found["settings"] == {"base_url": "https://api.anthropic.com", "protocol": "anthropic", "auth": "bearer"}


def test_a_service_that_ended_is_named_and_not_recommended() -> None:
    found = whose_json(text="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")
    (candidate,) = [one for one in found["candidates"] if one["door"] == "github-models"]
    assert (candidate["ended"], candidate["base_urls"], found["settings"]) == ("2026-07-30", {}, {})
    full = show("github-models", "--lang", "en").stdout
    assert "2026-07-30" in full and "azure-foundry" in full and "github_models_retirement_brownout" in full
    assert "personal-access-tokens" not in full
    assert "AIza" in (gemini := show("gemini", "--lang", "en").stdout) and "refused since 2026-06-19" in gemini
    document = json.loads(show("huggingface", "--json").stdout)
    assert document["former_endpoints"][0]["end"] == "2025-12-11"
    assert document["source"] and document["seen"]
