"""What the terminal and the environment say about the output: language, width, colour and signs."""

from __future__ import annotations

import io
import sys

import pytest

from diagnose.cli import console


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANGUAGE", "LANG", "COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


class Stream(io.TextIOWrapper):
    def __init__(self, encoding: str, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fi_FI.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_the_language_is_the_locales(variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert console.language(None) == language
    assert console.language("zh") == "zh"


@pytest.mark.parametrize(("encoding", "fits"), [("utf-8", True), ("ascii", False), ("cp437", False)])
def test_signs_depend_on_the_encoding(encoding: str, fits: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Stream(encoding, terminal=False))
    assert console.fits_unicode() is fits


def test_a_pipe_has_no_colour_and_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Stream("utf-8", terminal=False))
    assert (console.wants_colour(), console.width()) == (False, 80)
    assert console.report_width() == console.WIDEST, "nothing is wrapped"
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert (console.wants_colour(), console.width()) == (True, 120)


def test_a_terminal_has_colour_unless_somebody_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Stream("utf-8", terminal=True))
    monkeypatch.setenv("TERM", "xterm")
    assert console.wants_colour()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not console.wants_colour()


@pytest.mark.parametrize(
    ("encoding", "terminal", "named", "language", "after"),
    [
        ("cp437", True, False, "en", "cp437"),
        ("cp1252", False, False, "zh", "utf-8"),
        ("cp1252", False, True, "en", "cp1252"),
        ("gbk", True, False, "zh", "gbk"),
    ],
)
def test_chinese_needs_an_output_that_has_its_characters(
    encoding: str, terminal: bool, named: bool, language: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Stream(encoding, terminal)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    if named:
        monkeypatch.setenv("PYTHONIOENCODING", encoding)
    assert (console.language("zh"), stream.encoding) == (language, after)
