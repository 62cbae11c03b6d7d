"""The program starts itself again from where it lies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import diagnose
from diagnose.cli.own_command import own_command, say_how_to_call


def test_an_installed_program_runs_its_module() -> None:
    assert own_command() == [sys.executable, "-P", "-m", "diagnose"]


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "type here: python3 'my file.pyz'"), ("zh", "请输入：python3 'my file.pyz'")]
)
@pytest.mark.parametrize("terminal", [True, False])
def test_it_says_what_to_type(
    terminal: bool, lang: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    say_how_to_call(["my file.pyz", "check", "--lang", lang])
    assert (says in capsys.readouterr().err) == terminal


def test_a_zip_file_runs_itself_also_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my file.pyz").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(diagnose, "__path__", ["my file.pyz/diagnose"])
    assert own_command() == [sys.executable, "-P", str(tmp_path / "my file.pyz")]
