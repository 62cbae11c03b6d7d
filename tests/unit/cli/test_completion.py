"""What shells complete, and the manual page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from diagnose.cli import COMMANDS, program
from diagnose.cli.completion import among
from diagnose.docs import manual


def complete(folder: Path, *words: str) -> list[str]:
    """Return a function that gives what bash is offered for the last word."""
    line = " ".join(["llmdoctor", *words])
    environ = {"_LLMDOCTOR_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    done = subprocess.run(
        [sys.executable, "-m", "diagnose"], env=os.environ | environ, cwd=folder, capture_output=True, text=True
    )
    assert done.stderr == ""
    return [offer.partition(",")[2] for offer in done.stdout.splitlines() if offer]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["exp"], ["explain"]),
        (["demo", "wrong-d"], ["wrong-door"]),
        (["doors", "deepse"], ["deepseek"]),
        (["explain", "key.trunc"], ["key.truncated"]),
        (["check", "wo"], ["work"]),
        (["check", "--protocol", "anth"], ["anthropic"]),
        (["check", "--no-sp"], ["--no-spend"]),
    ],
    ids=" ".join,
)
def test_completes(tmp_path: Path, words: list[str], offered: list[str]) -> None:
    (tmp_path / "llmdoctor.toml").write_text('[targets.work]\nbase_url = "https://a.example"\n')
    assert complete(tmp_path, *words) == offered


def test_a_broken_file_completes_nothing(tmp_path: Path) -> None:
    (tmp_path / "llmdoctor.toml").write_text("[[[")
    assert complete(tmp_path, "check", "wo") == []


def test_the_manual_page_names_every_command() -> None:
    lines = list(manual.page(program))
    assert [line.split()[2].rstrip('"') for line in lines if line.startswith(".SS")] == list(COMMANDS)
    text = "\n".join(lines)
    assert "\\-\\-no\\-spend" in text and "130" in text
    assert not re.search(r"^[.'](?!TH|SH|SS|PP|TP|B |BR )", text, re.M), "nothing but known macros"


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_takes_the_manual_page() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww"], input="\n".join(manual.page(program)), capture_output=True, text=True
    )
    assert done.stderr == ""
    assert "--no-spend" in re.sub("(?:.\b|\x1b\\[[0-9;]*m)", "", done.stdout)


def test_a_name_that_acts_on_a_terminal_is_not_offered() -> None:
    offered = among(
        lambda: ("work", "wo\x1b[2Jrk", "wo\u202erk", "wo\nrk", "wo$(touch x)rk", "wo`x`", "wo;rk", "wo rk")
    )
    context = click.Context(click.Command("check"))
    assert offered(context, click.Argument(["target"]), "wo") == ["work"]
