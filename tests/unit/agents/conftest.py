"""A client of a server for agents, in an empty folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_client import Agent


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agent:
    """Return a client of a server in an empty folder, with an empty home and environment."""
    home, folder = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    return Agent(folder)
