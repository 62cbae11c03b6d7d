"""A run tries values in variables that no SDK reads under the names that it reads, if nothing else works."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from diagnose.formats import text
from diagnose.judging.judge import judge
from diagnose.report import Report, Status, Verdict
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model import archive
from probes.model.evidence import Evidence
from probes.model.facts import Address
from probes.model.failure import Kind
from probes.model.record import replace
from probes.model.settings import Settings
from probes.network.failures import NetError
from probes.network.network import Network
from probes.run.engine import run
from probes.run.plan import plan
from probes.settings.gather import Options, gather
from probes.settings.renames import misnamed

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"


class Islanded(Network):
    """A network without a name service: only addresses of this machine can be reached."""

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        raise NetError(Kind.NAME_UNKNOWN, "simulated")

    def name_servers(self) -> tuple[str, ...]:
        return ()


def measured(settings: Settings) -> Evidence:
    return asyncio.run(run(settings, network=Islanded()))


def judged(evidence: Evidence) -> Report:
    """Return the report, which must be the same after the run was kept and read again."""
    report = judge(evidence)
    assert judge(archive.load(archive.dump(evidence))) == report
    return report


# The variables with {url} and {key}, the door, and the names by which it works.
MISNAMED: dict[str, tuple[dict[str, str], str, dict[str, str]]] = {
    "old-base": (
        {"OPENAI_API_BASE": "{url}/v1", "OPENAI_API_KEY": "{key}"},
        "openai",
        {"OPENAI_API_BASE": "OPENAI_BASE_URL"},
    ),
    "both": (
        {"OPENAI_URL": "{url}/v1", "OPENAI_KEY": "{key}"},
        "openai",
        {"OPENAI_URL": "OPENAI_BASE_URL", "OPENAI_KEY": "OPENAI_API_KEY"},
    ),
    "typo": (
        {"OPENAI_BASE_ULR": "{url}/v1", "OPENAI_API_KEY": "{key}"},
        "openai",
        {"OPENAI_BASE_ULR": "OPENAI_BASE_URL"},
    ),
    "claude": (
        {"ANTHROPIC_API_URL": "{url}", "ANTHROPIC_API_KEY": "{key}"},
        "anthropic",
        {"ANTHROPIC_API_URL": "ANTHROPIC_BASE_URL"},
    ),
    "claude-both": (
        {"CLAUDE_BASE_URL": "{url}", "CLAUDE_API_KEY": "{key}"},
        "anthropic",
        {"CLAUDE_BASE_URL": "ANTHROPIC_BASE_URL", "CLAUDE_API_KEY": "ANTHROPIC_API_KEY"},
    ),
    "gemini": (
        {"GEMINI_BASE_URL": "{url}", "GEMINI_API_KEY": "{key}"},
        "gemini",
        {"GEMINI_BASE_URL": "GOOGLE_GEMINI_BASE_URL"},
    ),
}


@pytest.mark.parametrize("name", MISNAMED)
def test_another_name_is_tried_and_named(name: str, tmp_path: Path) -> None:
    variables, protocol, names = MISNAMED[name]
    with PracticeDoor(getattr(b, protocol)(KEY)) as door:
        environ = {one: value.format(url=door.url, key=KEY) for one, value in variables.items()}
        settings = gather(Options(protocol=protocol), environ, tmp_path, home=tmp_path)
        planned, evidence = plan(settings), measured(settings)
    report = judged(evidence)
    assert report.root_cause == "settings.wrong_variable" and report.verdict is Verdict.BROKEN
    (fix,) = report.findings[0].fixes
    assert fix.verified and fix.settings == {"rename": names}
    assert {(place.renames, place.name) for place in fix.places} == set(names.items())
    assert all(one.caused_by == "settings.wrong_variable" for one in report.findings[1:] if one.severity == "error")
    assert report.settings is not None and str(report.settings["base_url"]).startswith(door.url)
    behind = {one.name for one in report.probes if one.with_fix}
    assert report.proven.answer and report.proven.stream and behind >= {"http", "auth", "model", "chat", "stream"}
    assert "OPENAI_API_BASE" not in variables or text.render(report, "en").count("tested just now: works") == 1
    assert planned is not None and [case.when for case in planned.otherwise] == ["renamed"]
    model = str(report.settings["model"])
    sent = {(one.method, one.url.split("?")[0].replace("{model}", model)) for one in planned.otherwise[0].requests}
    assert sent == {(one.method, door.url + one.target.split("?")[0]) for one in door.requests}


@pytest.mark.parametrize(
    ("address", "key", "further"),
    [
        ("{url}", "{key}", {"base_url"}),
        ("{url}/v1/v1", "{key}", {"base_url"}),
        ("{url}/v1", "{key}\n", {"key"}),
        ("{url}", '"{key}"', {"base_url", "key"}),
    ],
)
def test_the_value_is_corrected_too(address: str, key: str, further: set[str], tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        environ = {"OPENAI_API_BASE": address.format(url=door.url), "OPENAI_API_KEY": key.format(key=KEY)}
        report = judged(measured(gather(Options(), environ, tmp_path, home=tmp_path)))
    (fix,) = report.findings[0].fixes
    assert fix.verified and fix.settings.keys() - {"rename", "protocol"} == further
    assert fix.settings.get("base_url") in (None, f"{door.url}/v1")
    assert {place.name for place in fix.places} >= {"OPENAI_BASE_URL"}
    assert [one.name for one in report.probes if one.status is Status.FAIL] == ["settings"]
    assert KEY[3:15] not in str(report)


def test_what_fails_under_the_right_name_too_is_no_tested_fix(tmp_path: Path) -> None:
    with PracticeDoor(b.openai("sk-another")) as door:
        environ = {"OPENAI_API_BASE": f"{door.url}/v1", "OPENAI_API_KEY": KEY}
        report = judged(measured(gather(Options(), environ, tmp_path, home=tmp_path)))
    assert report.findings[0].code == "settings.wrong_variable" and report.settings is None
    assert not any(fix.verified for one in report.findings for fix in one.fixes)
    assert any("fails too" in line for line in report.findings[0].evidence)


def names_of(environ: Mapping[str, str], folder: Path, **options: str) -> list[tuple[str, str]]:
    renamed = gather(Options(**options), environ, folder, home=folder).renamed  # type: ignore[arg-type]
    return [(one.name, one.meant) for one in renamed.renames] if renamed is not None else []


@pytest.mark.parametrize(
    "environ",
    [
        {"OPENAI_API_KEY": KEY},
        {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_API_BASE": "http://127.0.0.1:2/v1"},
        {"OPENAI_API_KEY": KEY, "OPENAI_PROXY": "http://127.0.0.1:7890"},  # may be a proxy, which must not get the key
        {"OPENAI_API_KEY": KEY, "OPENAI_API_BASE": "relay.example"},
        {"OPENAI_API_KEY": KEY, "OPENAI_KEY": "sk-other"},
    ],
)
def test_nothing_is_renamed(environ: dict[str, str], tmp_path: Path) -> None:
    assert names_of(environ, tmp_path) == []


def test_the_files_of_the_settings_are_followed(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"OPENAI_API_BASE=http://127.0.0.1:1/v1\nOPENAI_API_KEY={KEY}\n")
    renamed = gather(Options(), {}, tmp_path, home=tmp_path / "home").renamed
    assert renamed is not None and renamed.base_url is not None and renamed.override is None
    assert str(renamed.base_url.source) == ".env:1 OPENAI_API_BASE"
    assert misnamed.__doc__ and renamed.renamed is None


def test_the_key_of_the_user_does_not_go_where_a_misnamed_variable_of_the_folder_says(tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        (tmp_path / ".env").write_text(f"OPENAI_API_BASE={door.url}/v1\n")
        settings = gather(Options(), {"OPENAI_API_KEY": KEY}, tmp_path, home=tmp_path / "home")
        renamed = settings.renamed
        assert renamed is not None and renamed.override is not None and renamed.override.withheld
        evidence, planned = measured(settings), plan(settings)
        assert evidence.renamed is None and planned is not None and not planned.otherwise
        assert not door.requests
        agreed = gather(Options(send_anyway=True), {"OPENAI_API_KEY": KEY}, tmp_path, home=tmp_path / "home")
        assert measured(agreed).renamed is not None and door.requests


def test_no_second_run_where_the_first_works_or_has_no_time_left(tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door, PracticeDoor(b.openai(KEY)) as other:
        environ = {"OPENAI_API_BASE": f"{other.url}/v1", "OPENAI_API_KEY": KEY}
        settings = gather(Options(), environ, tmp_path, home=tmp_path)
        assert settings.base_url is not None
        works = replace(settings, base_url=replace(settings.base_url, value=f"{door.url}/v1"))
        short = replace(settings, limits=replace(settings.limits, run=0.9))
        for one in (works, short, replace(settings, offline=True)):
            assert measured(one).renamed is None
        assert not other.requests
