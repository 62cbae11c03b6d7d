"""Claude Code hands the key of a gateway to its vendor if the key is in one of two variables: in `check` and `scan`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from worlds.cases import CLAUDE

KEY = made_up_key()
SWITCH = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return a function that gives the codes of a check as Claude Code, with these variables in its settings file."""
    home, here = tmp_path / "home", tmp_path / "here"
    (home / ".claude").mkdir(parents=True)
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(here)

    def codes(*words: str, **variables: str) -> Any:
        with PracticeDoor(b.anthropic(KEY)) as door:
            given = {"ANTHROPIC_BASE_URL": door.url, "ANTHROPIC_MODEL": CLAUDE, **variables}
            (home / ".claude" / "settings.json").write_text(json.dumps({"env": given}), "utf-8")
            done = CliRunner().invoke(program, [*(words or ("check", "--app", "claude-code")), "--json"])
        assert KEY[5:17] not in done.output
        report = json.loads(done.stdout)
        report = report["reports"][0] if "reports" in report else report
        return {one["code"]: one for one in report["findings"]}

    return codes


@pytest.mark.parametrize("words", [(), ("scan", "--app", "claude-code")])
def test_the_key_goes_to_the_vendor_as_well(found: Callable[..., Any], words: tuple[str, ...]) -> None:
    one = found(*words, ANTHROPIC_API_KEY=KEY)["app.key_elsewhere"]
    assert one["severity"] == "warning" and "api.anthropic.com" in one["title"]
    assert any("ANTHROPIC_AUTH_TOKEN" in fix["summary"] for fix in one["fixes"])


def test_what_stops_it(found: Callable[..., Any]) -> None:
    assert "app.key_elsewhere" not in found(ANTHROPIC_AUTH_TOKEN=KEY)
    assert "app.key_elsewhere" not in found(ANTHROPIC_API_KEY=KEY, **{SWITCH: "1"})
    assert "app.key_elsewhere" in found(ANTHROPIC_API_KEY=KEY, **{SWITCH: "0"})
    assert "app.key_elsewhere" in found(ANTHROPIC_AUTH_TOKEN=KEY, ANTHROPIC_API_KEY=KEY), "both are sent"
