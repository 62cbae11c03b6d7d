"""The doors of the nearest llmdoctor.toml count, from any folder below it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from diagnose.cli.known_doors import known_doors
from probes.catalog.doors import adopt

DOOR = '[doors.mine]\nhosts = ["api.mine.example"]\nendpoints = [{protocol = "openai", base_url = "https://api.mine.example/v1"}]\n'


@pytest.fixture(autouse=True)
def _forgotten() -> object:
    yield
    adopt(())


def test_a_door_of_the_nearest_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert known_doors().get("mine") is None
    (tmp_path / "llmdoctor.toml").write_text(DOOR, encoding="utf-8")
    door = known_doors().get("mine")
    assert door is not None and door.hosts == ("api.mine.example",)


def test_a_wrong_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "llmdoctor.toml").write_text("[doors.mine]\nhosts = 3\n", encoding="utf-8")
    with pytest.raises(click.ClickException, match=r"llmdoctor\.toml"):
        known_doors()
