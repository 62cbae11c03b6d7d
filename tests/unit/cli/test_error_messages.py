"""Errors of the command line and of the program itself: a sentence, an exit status, no traceback and no value."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import textwrap

import click
import pytest

from diagnose.cli import program
from diagnose.cli.error_messages import broken, refuse
from diagnose.cli.event_loop import run
from probes.model.known_secrets import KNOWN

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
HEX = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("File 'a\n::stop-commands::b' is missing.", "File 'a : :stop-commands::b' is missing."),
        ("\x1b[2Jgone \u202eback", r"\u001b[2Jgone \u202eback"),
        (f"No such option: {KEY}", "No such option: sk-Q…AeUo"),
        (f"There is no app {HEX}.", "There is no app [key]."),
        ("##vso[task.complete result=Succeeded]", "## vso[task.complete result=Succeeded]"),
    ],
)
def test_an_error_is_one_line_that_does_nothing(message: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refuse(click.ClickException(message), ["judge", "x"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"Error: {shown}\n")


def test_a_monitoring_server_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["check", "--format", "nagios"], ["check", "--format=nagios"]):
        assert refuse(click.ClickException("a | b\nc"), words) == 3
        assert capsys.readouterr() == ("LLMDOCTOR UNKNOWN - a / b c\n", "")
        assert broken(RuntimeError("x"), words) == 3
        out, err = capsys.readouterr()
        assert out.startswith("LLMDOCTOR UNKNOWN - ") and out.count("\n") == 1 and err == ""


def test_a_usage_error_shows_the_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        program.main(["check", "--lang", "xx"], prog_name="llmdoctor")
    assert end.value.code == 2
    assert capsys.readouterr().err.splitlines()[:4] == [
        "Usage: llmdoctor check [OPTIONS] [TARGET]",
        "Try 'llmdoctor check --help' for help.",
        "",
        "Error: Invalid value for '--lang': 'xx' is not one of 'en', 'zh'.",
    ]


def test_a_bug_names_the_type_and_no_value(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    KNOWN.begin([HEX])
    try:
        raise ValueError(f"{KEY} and {HEX} in {'a' * 20}\x1b[2J")
    except ValueError as error:
        assert broken(error, ["check"]) == 2
        text = capsys.readouterr().err
        assert "ValueError" in text and "LLMDOCTOR_DEBUG=1" in text
        assert "Traceback" not in text and "aaaa" not in text and text.count("\n") == 1
        monkeypatch.setenv("LLMDOCTOR_DEBUG", "1")
        assert broken(error, ["check"]) == 2
    text = capsys.readouterr().err
    assert "Traceback (most recent call last)" in text and "test_error_messages.py" in text
    assert "sk-Q…AeUo and [key] in aaaa" in text and KEY[3:15] not in text and "\x1b" not in text


PROGRAM = """
import sys, threading
import diagnose.cli.commands.doors as doors
def fail(*_):
    raise RuntimeError("%s")
doors.known = fail
if "thread" in sys.argv:
    sys.argv.remove("thread")
    import diagnose.cli
    diagnose.cli._hide_tracebacks()
    one = threading.Thread(target=fail)
    one.start()
    one.join()
from diagnose.cli import main
main()
"""


@pytest.mark.parametrize("more", [[], ["thread"]])
def test_the_whole_program_ends_with_a_sentence(more: list[str]) -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM) % KEY, "doors", *more]
    environ = {name: value for name, value in os.environ.items() if name != "LLMDOCTOR_DEBUG"} | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("RuntimeError") == done.stderr.count("\n") == 1 + len(more)
    assert "Traceback" not in done.stderr and KEY[3:15] not in done.stderr


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_exception_that_nobody_awaits_is_a_debuggers_matter(
    debug: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMDOCTOR_DEBUG", debug)

    async def fail() -> None:
        raise ValueError(KEY)

    async def work() -> str:
        tasks = [asyncio.create_task(fail())]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del tasks
        gc.collect()
        return "done"

    assert run(work()) == "done"
    out, err = capsys.readouterr()
    assert out == "" and KEY[3:15] not in err
    assert ("ValueError" in err) is bool(debug)
