"""Gemini CLI ends by itself if its base URL comes from a variable and its files choose no way to sign in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from probes.app_settings.needed_setting import looked_up
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.settings import Settings, Sourced
from probes.model.source import environment_variable, option

KEY = made_up_key()
CHOSEN = {"security": {"auth": {"selectedType": "gemini-api-key"}}}
CHECK = ("check", "--app", "gemini-cli", "--no-spend")


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that gives the findings by code; ``files`` are the settings of the home and of the folder."""
    home, here = tmp_path / "home", tmp_path / "here"
    for folder in (home, here):
        (folder / ".gemini").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.chdir(here)

    def codes(*words: str, own: Any = None, project: Any = None, in_file: bool = False, **variables: str) -> Any:
        for folder, settings in ((home, own), (here, project)):
            if settings is not None:
                (folder / ".gemini" / "settings.json").write_text(json.dumps(settings), "utf-8")
        with PracticeDoor(b.gemini(KEY)) as door:
            given = {"GOOGLE_GEMINI_BASE_URL": door.url, "GEMINI_API_KEY": KEY, **variables}
            if in_file:
                lines = "".join(f"{name}={value}\n" for name, value in given.items())
                (home / ".gemini" / ".env").write_text(lines, "utf-8")
            else:
                for name, value in given.items():
                    monkeypatch.setenv(name, value)
            done = CliRunner().invoke(program, [*(words or CHECK), "--json"])
        assert KEY[5:17] not in done.output
        report = json.loads(done.stdout)
        report = report["reports"][0] if "reports" in report else report
        return {one["code"]: one for one in report["findings"]}

    return codes


@pytest.mark.parametrize(
    ("words", "given"),
    [
        (CHECK, {}),
        (CHECK, {"own": {"model": {"name": "gemini-3.8-flash"}}}),
        (CHECK, {"in_file": True}),
        (("scan", "--app", "gemini-cli", "--no-spend"), {"in_file": True}),
    ],
)
def test_no_way_to_sign_in_is_chosen(found: Callable[..., Any], words: tuple[str, ...], given: Any) -> None:
    one = found(*words, **given)["app.sdk_mismatch"]
    assert one["severity"] == "error" and "Gemini CLI" in one["title"]
    said = json.dumps(one, ensure_ascii=False)
    assert "status 41" in said and "~/.gemini/settings.json" in said
    assert any('"selectedType": "gemini-api-key"' in fix["summary"] and not fix["verified"] for fix in one["fixes"])


@pytest.mark.parametrize(
    "given",
    [
        {"own": CHOSEN},
        {"project": CHOSEN},
        {"own": CHOSEN, "in_file": True},
        {"own": {"selectedAuthType": "gemini-api-key"}},
        {"GOOGLE_GENAI_USE_VERTEXAI": "true"},
        {"GOOGLE_GEMINI_BASE_URL": ""},
    ],
)
def test_what_keeps_it_running(found: Callable[..., Any], given: Any) -> None:
    words = (*CHECK, "--offline") if given.get("GOOGLE_GEMINI_BASE_URL") == "" else ()
    assert "app.sdk_mismatch" not in found(*words, **given)


def test_a_base_url_that_was_typed_says_nothing_of_the_variable(tmp_path: Path) -> None:
    def lacks(app: str, source: Any) -> bool:
        given = Settings(base_url=Sourced("http://127.0.0.1:1", source), app=app)
        return looked_up(given, SearchPlaces(tmp_path), apps.load()).lacks_setting

    variable = environment_variable("GOOGLE_GEMINI_BASE_URL")
    assert lacks("gemini-cli", variable)
    assert not lacks("gemini-cli", option("--base-url")) and not lacks("codex", variable)
