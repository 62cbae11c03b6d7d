"""The user's folders, as pathlib would find them, and none that a repository could bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes.catalog.own_places import own_places


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this test alone."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    return folder


def test_a_place_below_the_home_and_elsewhere(home: Path, tmp_path: Path) -> None:
    found = own_places(("~/.config", str(tmp_path)), "doors.d")
    assert [Path(one) for one in found] == [
        home / ".config" / "llmdoctor" / "doors.d",
        tmp_path / "llmdoctor" / "doors.d",
    ]


def test_without_a_home_only_other_places_are_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert own_places(("~/.config",), "doors.d") == ()
    assert own_places(("~/.config", str(tmp_path)), "x") == (str(tmp_path / "llmdoctor" / "x"),)


def test_a_home_that_a_pipeline_checked_out_has_no_place(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    assert own_places(("~/.config",), "doors.d") != ()
    (home / ".git").mkdir()
    assert own_places(("~/.config", str(home / "other")), "doors.d") == ()
    assert own_places((str(home.parent),), "doors.d") == (str(home.parent / "llmdoctor" / "doors.d"),)
