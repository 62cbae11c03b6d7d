"""Programs that take no base URL are named with the reason wherever an app can be named."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from diagnose.words import LANGS, part
from probes.catalog.apps import load
from probes.catalog.closed_apps import closed_app, closed_apps

KINDS = {"vendor", "list", "switcher"}


def test_each_row_is_whole_and_no_app() -> None:
    for one in closed_apps():
        assert one.kind in KINDS and one.home.startswith("https://") and one.provenance.source and one.provenance.seen
        assert load().get(one.id) is None
        assert bool(one.apps) is (one.kind == "switcher")
        assert all(load().get(app) is not None for app in one.apps)
    assert {one.kind for one in closed_apps()} == KINDS


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("argv", [("check", "--app"), ("scan", "--app")])
def test_a_command_says_why_there_is_nothing_to_check(argv: tuple[str, ...], lang: str) -> None:
    for name, said in (
        ("kiro", "vendor's own service"),
        ("qoder", "its own list"),
        ("CC Switch", "claude-code, codex"),
    ):
        done = CliRunner().invoke(program, [*argv, name, "--lang", lang])
        known = closed_app(name)
        assert done.exit_code != 0 and known is not None and known.name in done.output
        if lang == "en":
            assert said in " ".join(done.output.split())
        else:
            assert known.reason.template in part(lang, "errors").ERRORS


def test_the_list_and_one_of_them() -> None:
    listed = json.loads(CliRunner().invoke(program, ["apps", "--json"]).output)
    assert [one["id"] for one in listed["without_base_url"]] == [one.id for one in closed_apps()]
    done = CliRunner().invoke(program, ["apps", "amp", "--lang", "en"])
    assert done.exit_code == 0 and "Amp" in done.output and "no base URL" in done.output
    assert "without_base_url" not in json.loads(CliRunner().invoke(program, ["apps", "codex", "--json"]).output)
    assert CliRunner().invoke(program, ["apps", "no-such-app"]).exit_code == 2
