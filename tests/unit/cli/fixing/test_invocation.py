"""The command that a report shows reaches the very settings that were checked."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from diagnose.cli.commands.check import command
from diagnose.cli.fixing.changes import Role, ValueChange
from diagnose.cli.fixing.invocation import Invocation, invocation_of, of_scan
from diagnose.cli.fixing.origins import with_origins
from probes.app_settings.scan import FoundSettings
from probes.model.settings import Settings, Sourced
from probes.model.source import DEFAULT, Source, SourceKind, environment_variable, option


def given(*arguments: str) -> Invocation:
    with command.make_context("check", list(arguments)) as context:
        assert isinstance(context, click.Context)
        return invocation_of(context)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ((), "llmdoctor check"),
        (("https://relay.example/v1", "--json"), "llmdoctor check https://relay.example/v1"),
        (("--no-spend", "--model=gpt 5", "-o", "x", "--lang", "zh"), "llmdoctor check --model 'gpt 5' --no-spend"),
        (("work", "--fix", "--yes", "--strict"), "llmdoctor check work"),
        (("--timeout", "2.5", "--slo", "ttft=2s"), "llmdoctor check --timeout 2.5 --slo ttft=2s"),
    ],
)
def test_the_options_about_the_report_are_left_out(arguments: tuple[str, ...], line: str) -> None:
    found = given(*arguments)
    assert found.complete and found.line("sh") == line


@pytest.mark.parametrize(
    "arguments",
    [("--key", "sk-x"), ("--header", "A: b"), ("--key-stdin",), ("--proxy", "http://me:pass@proxy:1"), ("--curl", "-")],
)
def test_a_line_with_a_secret_is_not_complete(arguments: tuple[str, ...]) -> None:
    assert not given(*arguments).complete


def test_the_changed_part() -> None:
    url = ValueChange(Role.BASE_URL, Source(SourceKind.ARGUMENT), "https://a.example", "https://a.example/v1")
    model = ValueChange(Role.MODEL, option("--model"), "x", "y")
    found = given("https://a.example", "--model", "x")
    for change in (url, model):
        changed = found.with_change(change)
        assert changed is not None
        found = changed
    assert found.line("sh", "--fix") == "llmdoctor check https://a.example/v1 --model y --fix"


def test_the_row_of_a_scan() -> None:
    def row(app: str, protocol: str, beyond: str = "") -> FoundSettings:
        return FoundSettings(app, "", "", Settings(protocol=Sourced(protocol, DEFAULT)), beyond)

    rows = [
        row("a", "openai", "container"),
        row("a", "openai"),
        row("a", "anthropic"),
        row("a", "openai"),
        row("b", "openai"),
    ]
    lines = [found.line("sh") if (found := of_scan(one, rows)) is not None else "" for one in rows[1:]]
    assert lines == [
        "llmdoctor check --app a",
        "llmdoctor check --app a --protocol anthropic",
        "",
        "llmdoctor check --app b",
    ]


def test_only_a_startup_file_with_the_same_value_is_the_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / ".bashrc").write_text("export U=a\nexport U=b\n")
    (tmp_path / ".profile").write_text("export U=$(cat u)\n")
    change = ValueChange(Role.MODEL, environment_variable("U"), "b", "c")
    assert [str(one.source) for one in with_origins([change])] == ["environment U", "~/.bashrc:2 U"]
    other = ValueChange(Role.MODEL, environment_variable("U"), "a", "c")
    assert with_origins([other]) == [other]
