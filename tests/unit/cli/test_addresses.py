"""`llmdoctor URL`, `check` with nothing set, and the help pages."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from diagnose.cli import COMMANDS, GROUPS, program
from diagnose.cli.help_pages import table
from diagnose.cli.setup_guide import shell_of, text
from diagnose.cli.unknown_commands import is_address
from diagnose.rendering.line_breaks import cells
from diagnose.words import LANGS, part


def run(*words: str, **environ: str | None) -> Result:
    return CliRunner().invoke(program, list(words), prog_name="llmdoctor", env=environ)


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))


@pytest.mark.parametrize(
    ("word", "is_one"),
    [
        ("https://relay.example/v1", True),
        ("http:/typo.example", True),
        ("HTTPS://A.EXAMPLE", True),
        ("api.deepseek.com", True),
        ("localhost:11434", True),
        ("localhost", True),
        ("127.0.0.1:8000/v1", True),
        ("relay.example/v1", True),
        ("relay.example:8443", True),
        ("run.json", False),
        ("deepseek", False),
        ("sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo", False),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4", False),
        ("a." * 5000, False),
    ],
)
def test_what_is_an_address(word: str, is_one: bool) -> None:
    assert is_address(word) is is_one


def test_an_address_is_checked() -> None:
    plain, named = (run(*words, "https://relay.example/v1", "--plan") for words in ((), ("check",)))
    assert plain.exit_code == 0 and plain.output == named.output and "relay.example" in plain.output
    assert run("--plan", "https://relay.example/v1").exit_code == 2


def test_a_key_in_place_of_the_command_is_not_shown() -> None:
    done = run("sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo")
    assert done.exit_code == 2 and "xT2bW9" not in done.output and "--key-env" in done.output


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [60, 80])
def test_nothing_set_says_what_to_set(lang: str, width: int) -> None:
    done = run("check", "--lang", lang, COLUMNS=str(width), SHELL="/bin/bash")
    lines = done.stdout.splitlines()
    assert done.exit_code == 1 and len(lines) <= 16 and max(map(cells, lines)) <= width
    assert lines[0].startswith("✗ ") and "    read -rs OPENAI_API_KEY && export OPENAI_API_KEY" in lines
    assert all(f"llmdoctor {name}" in done.stdout for name in ("check deepseek", "scan", "demo"))


def test_nothing_set_is_a_report_for_programs_and_for_those_who_said_where() -> None:
    assert '"settings.missing_key"' in run("check", "--json", "--offline").stdout
    assert "read -rs" not in run("check", "--no-env", "--offline").stdout
    assert "read -rs" not in run("check", "--offline", OPENAI_API_KEY="sk-x").stdout


@pytest.mark.parametrize(
    ("environ", "platform", "shell", "line"),
    [
        ({"SHELL": "/usr/bin/zsh"}, "darwin", "sh", "export OPENAI_BASE_URL=https://"),
        ({}, "linux", "sh", "read -rs OPENAI_API_KEY"),
        ({"SHELL": "/usr/bin/fish"}, "linux", "fish", "set -gx OPENAI_BASE_URL https://"),
        ({"PSModulePath": r"C:\Users\a;C:\b;C:\c"}, "win32", "powershell", '$env:OPENAI_BASE_URL = "https://'),
        ({"PSModulePath": r"C:\b;C:\c"}, "win32", "cmd", "set OPENAI_BASE_URL=https://"),
        ({"SHELL": "/usr/bin/bash.exe"}, "win32", "sh", "export OPENAI_BASE_URL=https://"),
    ],
)
def test_the_lines_suit_the_shell(
    environ: dict[str, str], platform: str, shell: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shell_of(environ, platform) == shell
    monkeypatch.setattr("diagnose.cli.setup_guide.shell_of", lambda environ: shell)
    assert any(one.strip().startswith(line) for one in text(environ, "en", 80).splitlines())


def test_commands_and_options_stand_in_groups() -> None:
    assert {name for names in GROUPS.values() for name in names} >= set(COMMANDS)
    titles = part("en", "command_line").GROUPS
    whole = run("--help").stdout
    assert [whole.index(f"{titles[group]}:") for group in GROUPS] == sorted(
        whole.index(f"{titles[group]}:") for group in GROUPS
    )
    page = run("check", "--help").stdout
    order = [page.index(f"\n{titles[group]}:") for group in ("target", "how", "fix", "report", "examples")]
    assert order == sorted(order)
    assert page.index("--key-env") < page.index("--timeout") < page.index("--fix ") < page.index("--format")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_and_shows_every_option(command: str) -> None:
    words = [command] if command else []
    page = run(*words, "--help", COLUMNS="80").stdout
    assert max(map(cells, page.splitlines())) <= 80
    group = program.get_command(click.Context(program), command) if command else program
    assert group is not None
    for option in group.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert page.count(f"  {option.opts[0]}") + page.count(f"{option.opts[-1]}") >= 1


def test_commands_with_notes_fit_in_two_columns() -> None:
    rows = [("llmdoctor a", "one two three"), ("llmdoctor " + "b" * 40, "note"), ("llmdoctor c", "")]
    assert list(table(rows, 24)) == [
        "  llmdoctor a  one two",
        "               three",
        "  llmdoctor " + "b" * 40,
        "      note",
        "  llmdoctor c",
    ]


@pytest.mark.parametrize("line", part("en", "command_line").EXAMPLES)
def test_examples_are_command_lines_that_parse(line: str) -> None:
    import shlex

    name, *words = shlex.split(line)
    command = program.get_command(click.Context(program), name)
    assert command is not None
    try:
        command.make_context(name, words, resilient_parsing=False).close()
    except click.BadParameter as error:
        assert "does not exist" in error.message
