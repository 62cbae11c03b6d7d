"""What is printed: on which stream, in which encoding, in how many lines."""

from __future__ import annotations

import io
import json
import sys

import click
import pytest
from click.testing import CliRunner

from diagnose.cli import printer
from diagnose.rendering.outlet import Grammar
from probes.model.known_secrets import KNOWN

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"


def test_a_message_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    KNOWN.begin([KEY])
    printer.say(f"a {KEY}\n::add-mask::b\x1b[2J")
    assert capsys.readouterr() == ("", "a sk-[key] : :add-mask::b\\u001b[2J\n")


def test_a_document_keeps_its_lines_and_colours_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    printer.echo("a\n\x1b[31mb\x1b[0m\x1b[2K", colours=True)
    printer.echo("c\x1b[31m", err=True, nl=False)
    assert capsys.readouterr() == ("a\n\x1b[31mb\x1b[0m\\u001b[2K\n", "c\\u001b[31m")


def test_commands_of_a_format_are_kept_by_its_grammar(capsys: pytest.CaptureFixture[str]) -> None:
    printer.echo("::error title=a::b", grammar=Grammar.WORKFLOW)
    printer.echo("::error title=a::b")
    assert capsys.readouterr().out == "::error title=a::b\n: :error title=a::b\n"


def test_json_for_programs_is_utf_8_on_any_console(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    printer.echo_json({"密钥": f"{KEY}\u202e ::debug::x", "count": (1, None)})
    written = raw.getvalue().decode("utf-8")
    assert "密钥" in written and "\u202e" not in written and "::debug" not in written
    assert json.loads(written) == {"密钥": "sk-Q…AeUo\u202e ::debug::x", "count": [1, None]}


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_question_is_one_line(answer: str, agreed: bool) -> None:
    asking = click.Command("ask", callback=lambda: sys.exit(printer.agrees("Send it to a\x1b[2J\nb?")))
    done = CliRunner().invoke(asking, input=answer)
    assert (done.exit_code, done.stdout) == (agreed, "")
    assert done.stderr.startswith("Send it to a\\u001b[2J b? [y/N]")
