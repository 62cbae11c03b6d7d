"""The program starts itself again from where it lies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import diagnose
from diagnose.cli.own_command import own_command


def test_an_installed_program_runs_its_module() -> None:
    assert own_command() == [sys.executable, "-P", "-m", "diagnose"]


def test_a_zip_file_runs_itself_also_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my file.pyz").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(diagnose, "__path__", ["my file.pyz/diagnose"])
    assert own_command() == [sys.executable, "-P", str(tmp_path / "my file.pyz")]
