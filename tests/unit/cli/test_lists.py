"""The lists of the commands fit 60 and 80 columns on a terminal; in a pipe each row is one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from diagnose.cli.list_width import list_width
from diagnose.rendering.line_breaks import cells
from diagnose.words import LANGS

LISTS = [
    ["demo", "--list"],
    ["doors"],
    ["doors", "moonshot"],
    ["doors", "bedrock"],
    ["apps"],
    ["apps", "cursor"],
    ["apps", "claude-code"],
    ["whose"],
    ["check", "https://relay.example/v1", "--plan", "--header", "X-Some-Header: value", "--deep", "--model", "m"],
    ["snippet", "--list"],
]
# Imported before the function is replaced: a module that is imported later would keep the replacement.
COMMANDS = [import_module(f"diagnose.cli.commands.{name}") for name in ("apps", "check", "demo", "doors", "whose")]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str], str, int | None], str]:
    def run(words: list[str], lang: str, width: int | None) -> str:
        monkeypatch.setattr("diagnose.cli.list_width.list_width", lambda: width)
        for module in COMMANDS:
            if hasattr(module, "list_width"):
                monkeypatch.setattr(module, "list_width", lambda: width)
        done = CliRunner().invoke(program, [*words, "--lang", lang], input="sk-" + "0f1e2d3c4b5a6978" * 2)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
@pytest.mark.parametrize("lang", LANGS)
def test_a_list_fits(words: list[str], lang: str, shown: Callable[[list[str], str, int | None], str]) -> None:
    for width in (60, 80):
        lines = shown(words, lang, width).splitlines()
        # A URL is never broken, so that it can be copied: it may be longer, with nothing beside it but a few signs.
        long = [line for line in lines if cells(line) > width]
        assert all(len(line.split()) <= 2 and re.search(r"https?://\S{40}|\S{50}", line) for line in long), long
        words_there = set(shown(words, lang, None).split())
        assert lang != "en" or {word for line in lines for word in line.split()} <= words_there


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_pipe_gets_a_row_a_line(words: list[str], shown: Callable[[list[str], str, int | None], str]) -> None:
    wide, narrow = (shown(words, "en", width).splitlines() for width in (None, 60))
    assert len(wide) <= len(narrow)
    if words == ["doors"]:
        row = next(line for line in wide if line.startswith("deepseek "))
        assert re.fullmatch(r"deepseek +DeepSeek +global +https://api\.deepseek\.com +DEEPSEEK_API_KEY", row)


def test_a_pipe_has_no_width() -> None:
    assert list_width() is None  # pytest captures standard output
