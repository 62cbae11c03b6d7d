"""Bundles of facts: what is refused, what the program does with a broken one, and what none can ever do: send a key."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import probes
from diagnose.cli import program
from diagnose.judging.judge import judge
from probes.catalog import bundle_store
from probes.catalog.bundle import BundleError, parsed
from probes.catalog.bundle_place import place
from probes.catalog.doors import facts_date, informed, known, load
from probes.keys.owner import fit, identify
from probes.model.record import replace
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import option
from probes.run.offline_checks import survey
from probes.steps.recorder import Recorder
from worlds.recorded import recorded
from worlds.table import SCENARIOS

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
OPENAI = "sk-proj-" + "Qm7xT2bW9zLk4RvY" * 2 + "T3BlbkFJ" + "Qm7xT2bW9zLk4RvY" * 4
DEEPSEEK = "sk-" + "0f1e2d3c4b5a6978" * 2
Install = Callable[..., None]
Row = dict[str, Any]


def text_of(date: str = "2099-01-02", **tables: list[Row]) -> str:
    return json.dumps({"schema": "llmdoctor.facts/1", "date": date, "version": "9", **tables})


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def put(text: str) -> None:
        bundle_store.keep(text.encode())
        bundle_store.look_again()

    yield put
    monkeypatch.undo()
    bundle_store.look_again()


def row_of(id: str) -> Row:
    """Return a door's row as `facts export` writes it."""
    doors: list[Row] = json.loads(bundle_store.exported(None, "0"))["doors"]
    return next(row for row in doors if row["id"] == id)


EVIL: Row = {
    "id": "evil",
    "name": "OpenAI",
    "company": "openai",
    "kind": "vendor",
    "namespace": "openai",
    "hosts": ["api.evil.example", "api.openai.com", "*"],
    "endpoints": [{"protocol": "openai", "base_url": "https://api.evil.example/v1", "auth": ["query"]}],
    "sdk": "openai",
    "key_env": ["OPENAI_API_KEY", "GITHUB_TOKEN"],
    "base_url_env": ["OPENAI_BASE_URL"],
    "keys": [{"shape": r"sk-proj-[\w-]{4,500}", "confidence": "certain", "note": "sk-proj-"}],
    "balance": {"url": "https://api.evil.example/balance"},
    "websites": ["api.deepseek.com"],
    "slips": ["api.openai.com"],
}
# What a bundle may try, by name: its rows of doors.
PLANTED: dict[str, Callable[[], list[Row]]] = {
    "a host of a house": lambda: [{**row_of("openai"), "hosts": ["api.openai.com", "api.evil.example"]}],
    "a new door with a house's hosts": lambda: [EVIL],
    "a house under another host": lambda: [
        {**row_of("openai"), "hosts": ["api.evil.example"], "endpoints": EVIL["endpoints"]}
    ],
    "another way to send a key": lambda: [
        {
            **row_of("deepseek"),
            "endpoints": [{"protocol": "openai", "base_url": "https://api.deepseek.com", "auth": ["query"]}],
        }
    ],
    "a home for a key": lambda: [{**row_of("deepseek"), "keys": EVIL["keys"]}],
    "a key that is no longer certain": lambda: [
        {
            **row_of("openai"),
            "keys": [{**key, "confidence": "possible"} for key in row_of("openai")["keys"]],
            "keys_complete": False,
        }
    ],
    "a house that takes all keys": lambda: [{**row_of("deepseek"), "kind": "gateway", "company": "openai"}],
    "a variable of a house": lambda: [{**row_of("deepseek"), "key_env": ["OPENAI_API_KEY", "GITHUB_TOKEN"]}],
    "a balance address": lambda: [{**row_of("deepseek"), "balance": {"url": "https://api.evil.example/balance"}}],
}


def decided(base_url: str, key: str) -> tuple[object, ...]:
    """Return everything by which a run decides what it sends where."""
    given = Settings(base_url=Sourced(base_url, option("--base-url")), key=Sourced(Secret(key), option("--key")))
    checks = survey(given, Recorder(Limits(), Scrubber()), Scrubber(), "2026-11-30")
    assert checks.facts is not None
    sent = (checks.door, checks.protocol, checks.target, checks.values, checks.keys)
    return (*sent, checks.facts.match, checks.facts.key.elsewhere, checks.facts.key.door_url)


TARGETS = [
    ("https://api.evil.example/v1", OPENAI),
    ("https://api.evil.example/v1", DEEPSEEK),
    ("https://api.openai.com/v1", OPENAI),
    ("https://api.deepseek.com", OPENAI),
    ("https://api.deepseek.com", DEEPSEEK),
    ("https://api.openai.com/v1", DEEPSEEK),
]


@pytest.mark.parametrize("planted", PLANTED)
def test_no_bundle_changes_what_is_sent_where(planted: str, install: Install) -> None:
    before = [decided(*target) for target in TARGETS]
    doors = [*load()]
    install(text_of(doors=PLANTED[planted]()))
    assert facts_date() == "2099-01-02"
    assert [*load()] == doors, "what sends knows no bundle"
    assert [decided(*target) for target in TARGETS] == before
    assert fit(OPENAI, load().get("deepseek"), local=False).elsewhere
    assert identify(OPENAI)[0].door == "openai" and "evil" not in {one.door for one in identify(OPENAI)}
    told = informed().of_host("api.openai.com")
    assert told is not None and told.id == "openai"
    for door in informed():
        if (ours := load().get(door.id)) is not None:
            same = ("hosts", "company", "kind", "namespace", "key_env", "base_url_env", "balance", "websites")
            assert [getattr(door, name) for name in same] == [getattr(ours, name) for name in same]
            assert {one.base_url for one in door.endpoints} <= {one.base_url for one in ours.endpoints}
        else:
            assert not (door.key_env or door.base_url_env or door.balance or door.websites or door.sdk)


def test_an_official_key_at_a_host_that_a_bundle_claims_is_still_warned_of(install: Install) -> None:
    install(text_of(doors=[EVIL]))
    assert fit(OPENAI, None, local=False, host="api.evil.example").fit == "official_elsewhere"


SENDING = (
    "probes.api",
    "probes.run",
    "probes.settings",
    "probes.app_settings",
    "probes.network",
    "probes.capabilities",
)


def test_nothing_that_sends_reads_a_bundle() -> None:
    folder = Path(next(iter(probes.__path__)))
    for path in folder.rglob("*.py"):
        name = ".".join(("probes", *path.relative_to(folder).with_suffix("").parts))
        if not name.startswith(SENDING):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = [one.name for one in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = getattr(node, "module", "") or ""
            assert "informed" not in named and "catalog.bundle" not in " ".join((module, *named)), path
            assert not (isinstance(node, ast.Attribute) and node.attr.startswith("informed")), path


# -- what it is for ----------------------------------------------------------------------------------------------------


def test_one_changed_fact_changes_the_verdict(install: Install) -> None:
    world = "ended-name-is-gone"  # its evidence, judged again by other facts
    evidence = replace(recorded(BY_NAME[world]).evidence, day="2026-11-30")
    before = judge(evidence)
    assert before.root_cause == "url.host_retired" and before.facts_date < "2099"
    door = before.target["door"]
    alive = {name: value for name, value in row_of(str(door)).items() if name not in _END}
    install(text_of(doors=[alive]))
    after = judge(evidence)
    assert after.root_cause == "dns.not_found" and after.facts_date == "2099-01-02"


_END = ("ended", "ends", "successor", "shows", "end_confidence")


def test_a_new_house_is_named_and_its_key_is_known(install: Install) -> None:
    new: Row = {
        "id": "newhouse",
        "name": "New House",
        "company": "newhouse",
        "kind": "host",
        "hosts": ["api.new.example"],
        "endpoints": [{"protocol": "openai", "base_url": "https://api.new.example/v1"}],
        "keys": [{"shape": "nh-[a-z0-9]{24}", "confidence": "certain", "note": "nh-"}],
    }
    key = "nh-" + "k3j9x7q2w8e4r6t1y5u0p2a9"
    assert not fit(key, load().get("openai"), local=False).elsewhere
    install(text_of(doors=[new]))
    assert identify(key)[0].door == "newhouse"
    found = fit(key, load().get("openai"), local=False)
    assert found.fit == "other_door" and found.elsewhere, "a bundle may withhold a key"
    assert fit(key, None, local=False, host="api.new.example").fit == "fits"


def test_models_and_texts_of_a_bundle(install: Install) -> None:
    from diagnose.answers.dialects import match_text
    from diagnose.answers.renewed_texts import renewed_text
    from probes.catalog.model_ends import end_of_model

    rows = [{"door": "deepseek", "names": ["deepseek-chat"], "ended": "2098-01-01", "successor": ["deepseek-flash"]}]
    texts = [{"text": "The Blue Lantern was put out", "code": "url.host_retired"}]
    install(text_of(models=rows, texts=texts))
    end = end_of_model("deepseek-chat", "deepseek")
    assert end is not None and end.provenance.end == "2098-01-01" and end.provenance.seen == "2099-01-02"
    assert end_of_model("deepseek-reasoner", "deepseek") is not None, "what the bundle does not name stays"
    assert renewed_text("nothing of the kind") is None
    assert match_text("410 Gone: the blue lantern was put out.")[0].code == "url.host_retired"


def test_a_user_s_own_door_wins(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "config" / "llmdoctor" / "doors.d"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(
        '[[door]]\nid = "evil"\nname = "Mine"\ncompany = "me"\nkind = "relay"\nhosts = ["llm.mine.example"]\n'
        'endpoints = [{ protocol = "openai", base_url = "https://llm.mine.example/v1" }]\n'
    )
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    load.cache_clear()
    install(text_of(doors=[EVIL]))
    door = informed().get("evil")
    assert door is not None and door.name == "Mine"
    monkeypatch.undo()
    load.cache_clear()


def test_an_end_does_not_touch_a_user_s_own_door(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diagnose.cli.commands.check import command

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    install(text_of(doors=[{**row_of("groq"), "ended": "2026-10-01", "seen": "2026-10-02"}]))
    asked = ["groq", "--offline", "--json"]

    def codes() -> list[str]:
        known.cache_clear()
        load.cache_clear()
        report = json.loads(CliRunner().invoke(command, asked, env={"GROQ_API_KEY": f"gsk_{'aB3x' * 13}"}).stdout)
        return [one["code"] for one in report["findings"]]

    assert "url.host_retired" in codes()
    folder = tmp_path / "config" / "llmdoctor" / "doors.d"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(
        '[[door]]\nid = "groq"\nname = "Mine"\ncompany = "me"\nkind = "host"\nhosts = ["api.groq.com"]\n'
        'endpoints = [{ protocol = "openai", base_url = "https://api.groq.com/openai/v1" }]\n'
    )
    assert "url.host_retired" not in codes()
    monkeypatch.undo()
    known.cache_clear()
    load.cache_clear()


# -- what is refused ---------------------------------------------------------------------------------------------------

DOOR: Row = {"id": "x", "name": "X", "company": "x", "kind": "host", "hosts": [], "endpoints": []}
REFUSED = [
    ("{", "it is not JSON"),
    ("[]", "it has no schema"),
    ("[" * 100_000, "nested too deeply"),
    (json.dumps({"schema": "llmdoctor.facts/2", "date": "2099-01-01"}), "schema 'llmdoctor.facts/2'"),
    (json.dumps({"schema": "llmdoctor.facts/1", "date": "soon"}), "its date is not a day"),
    (text_of(colours=[]), "unknown table 'colours'"),
    (text_of(doors=[DOOR, {**DOOR, "id": "y", "colour": "red"}]), "doors, row 2 (y): unknown field colour"),
    (text_of(doors=[{**DOOR, "kind": "moon"}]), "doors, row 1 (x): kind is 'moon'"),
    (text_of(doors=[{**DOOR, "keys": [{"shape": "(", "confidence": "certain"}]}]), "doors, row 1 (x): keys"),
    *(
        (text_of(doors=[{**DOOR, "keys": [{"shape": shape, "confidence": "certain"}]}]), "doors, row 1 (x): keys")
        for shape in ("(" * 900 + ")" * 900, "a{99999999999}")
    ),
    (text_of(doors=[{**DOOR, "keys": [{"shape": "(a+)+b", "confidence": "certain"}]}]), "could take very long"),
    (text_of(doors=[{**DOOR, "name": "a\x1b[31m"}]), "characters that cannot be shown"),
    (text_of(doors=[{**DOOR, "id": "../x"}]), "characters that no id may have"),
    (text_of(models=[{"door": "openai", "names": ["m"], "ended": "2099-05-01"}]), "models, row 1 (openai): ended is later"),
    (text_of(models=[{"door": "openai", "names": []}]), "names is not a list of texts"),
    (text_of(models=[{"door": "openai", "names": ["m"], "ended": "2026-02-30"}]), "ended is not a day"),
    (text_of(texts=[{"text": "short", "code": "key.rejected"}]), "texts, row 1 (key.rejected): text has fewer"),
    (text_of(texts=[{"text": "x" * 3000, "code": "key.rejected"}]), "more than 2000 characters"),
    (text_of("2001-01-01"), "not newer than those in use"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_wrong_bundle_is_refused_with_a_sentence(text: str, said: str, tmp_path: Path, install: Install) -> None:
    file = tmp_path / "facts.json"
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(program, ["facts", "update", str(file)])
    assert done.exit_code != 0 and said in str(done.exception or done.output) + done.output, done.output
    assert not place().exists()  # type: ignore[union-attr]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_a_broken_bundle_in_its_place_leaves_the_built_in_facts(text: str, said: str, install: Install) -> None:
    install(text)
    assert informed() is load() and facts_date() < "2099"
    done = CliRunner().invoke(program, ["facts"])
    assert done.exit_code == 0 and "llmdoctor" in done.output


def test_other_refusals(tmp_path: Path, install: Install) -> None:
    (file := tmp_path / "facts.json").write_text(text_of())
    for words, said in (
        (["update", str(file), "--sha256", "0" * 64], "its SHA-256 is"),
        (["update", str(file), "--sha256", "abc"], "not a checksum"),
        (["update", str(tmp_path)], "it is a folder"),
        (["update", str(tmp_path / "none.json")], "does not exist"),
        (["update", "http://facts.example/f.json", "--sha256", "0" * 64], "by https alone"),
        (["update", "file:///etc/passwd", "--sha256", "0" * 64], "by https alone"),
        (["update", "https://facts.example/f.json"], "needs --sha256"),
        (["update", "https://u:p@facts.example/f.json", "--sha256", "0" * 64], "user name"),
        (["update"], "Name the file"),
        (["mend"], "is none of"),
    ):
        done = CliRunner().invoke(program, ["facts", *words])
        assert done.exit_code != 0 and said in str(done.exception) + done.output, (words, done.output)
    (large := tmp_path / "large.json").write_bytes(b" " * (bundle_store.LARGEST + 1))
    with pytest.raises(BundleError, match="larger than 4 MiB"):
        bundle_store.from_file(large)


# -- take, make, go back -----------------------------------------------------------------------------------------------


def test_what_is_exported_can_be_taken(tmp_path: Path, install: Install) -> None:
    text = bundle_store.exported(None, "0")
    bundle = parsed(text)
    assert [door.id for door in bundle.doors] == [door.id for door in load()]
    newer = text.replace(f'"date": "{bundle.date}"', '"date": "2099-01-01"', 1)
    (file := tmp_path / "facts.json").write_text(newer, encoding="utf-8")
    sha256 = bundle_store.checksum(file.read_bytes())
    done = CliRunner().invoke(program, ["facts", "update", str(file), "--sha256", sha256.upper(), "--json"])
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert (shown["date"], shown["origin"], shown["doors"]) == ("2099-01-01", "bundle", len(load()))
    assert [*informed()] == [*load()], "the same facts lead to the same doors"
    kept = place()
    assert kept is not None and kept.stat().st_mode & 0o077 == 0 and kept.parent.stat().st_mode & 0o077 == 0
    again = CliRunner().invoke(program, ["facts", "update", str(file)])
    assert again.exit_code != 0 and "not newer" in str(again.exception) + again.output
    back = CliRunner().invoke(program, ["facts", "reset", "--json"])
    assert json.loads(back.stdout)["origin"] == "built-in" and not kept.exists()
