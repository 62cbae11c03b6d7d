"""The overview of a fleet or a scan: summary, rows grouped by cause, the next command."""

from __future__ import annotations

from typing import Any

import pytest

from diagnose.fleet_formats import exit_status
from diagnose.fleet_formats import render as render_fleet
from diagnose.rendering.line_breaks import cells
from diagnose.tables.fleet_report import FleetReport, percent
from diagnose.tables.fleet_report import row as fleet_row
from diagnose.tables.overview import Cause, Row, cause_of, counted, render
from diagnose.tables.scan_table import ScanNote, ScanRow
from diagnose.tables.scan_table import render as render_scan
from diagnose.words import LANGS

VERSION = Cause(
    "url.version_missing",
    "The base URL is missing /v1",
    "OPENAI_BASE_URL=http://127.0.0.1:18100/v1 (tested just now)",
)
ROWS = [
    Row("prod", "healthy", "https://api.openai.com/v1"),
    Row("staging", "broken", "https://relay.example", VERSION, ".env:2"),
    Row("edge", "broken", "https://relay.example", Cause("dns.not_found", "The name edge.example does not exist")),
    Row("dev", "broken", "https://relay.example", VERSION, "settings.json:4"),
    Row("old", "degraded", "https://a.example/v1", Cause("tls.expires_soon", "The certificate expires in 5 days")),
    Row("mods", "", "", Cause(title="a command gives the key")),
]
NEXT = [("llmdoctor check --config llmdoctor.toml dev", "the whole report")]


def test_rows_are_grouped_by_cause_with_the_commonest_first() -> None:
    summary = [*counted((row.verdict for row in ROWS), "en"), "9 requests"]
    lines = render(ROWS, "en", summary=summary, follow=NEXT, width=100).splitlines()
    assert lines[0] == "5 checked · not working: 3 · with warnings: 1 · works: 1 · not checked: 1 · 9 requests"
    assert lines[2] == "The base URL is missing /v1 (url.version_missing)"
    assert lines[3].startswith("✗ dev      settings.json:4  OPENAI_BASE_URL=http://127.0.0.1:18100/v1 (tested")
    assert lines[4].startswith("✗ staging  .env:2           OPENAI_BASE_URL=")
    assert lines[6:8] == ["The name edge.example does not exist (dns.not_found)", "✗ edge  https://relay.example"]
    assert lines[9:11] == ["The certificate expires in 5 days (tls.expires_soon)", "! old  https://a.example/v1"]
    assert lines[12:14] == ["Works", "✓ prod  https://api.openai.com/v1"]
    assert lines[15:17] == ["Not checked", "– mods  a command gives the key"]
    assert lines[-1].startswith("llmdoctor check --config llmdoctor.toml dev  the whole report")


def test_titles_that_differ_stand_in_the_rows() -> None:
    rows = [Row(name, "broken", "u", Cause("model.not_found", f"relay has no model named {name}")) for name in "ab"]
    lines = render(rows, "en", width=100).splitlines()
    assert "(model.not_found)" in lines[0] and "named a" not in lines[0]
    assert lines[1:3] == ["✗ a  relay has no model named a  u", "✗ b  relay has no model named b  u"]


@pytest.mark.parametrize(
    ("verdict", "by_choice", "statuses"),
    [
        ("healthy", False, (0, 0)),
        ("degraded", False, (0, 1)),
        ("broken", False, (1, 1)),
        ("inconclusive", False, (3, 3)),
        ("inconclusive", True, (0, 3)),
    ],
)
def test_what_the_user_told_a_fleet_not_to_ask_is_no_failure(
    verdict: str, by_choice: bool, statuses: tuple[int, int]
) -> None:
    cost = dict.fromkeys(("requests", "billed_requests", "prompt_tokens", "completion_tokens"), 0)
    shared: dict[str, Any] = {"target": {"base_url": "u"}, "root_cause": None, "findings": [], "cost": cost}
    chosen = {"open_by_choice": True} if by_choice else {}
    rows = (
        fleet_row({"verdict": "healthy", **shared}, "en"),
        fleet_row({"verdict": verdict, **shared, **chosen}, "en"),
    )
    assert (FleetReport(rows, "en").status, FleetReport(rows, "en", strict=True).status) == statuses
    assert ("because of --no-spend" in render_fleet(FleetReport(rows, "en"), "text")) is by_choice


def test_a_pipe_gets_all_of_a_row_on_one_line() -> None:
    lines = render(ROWS, "en", follow=NEXT, width=None).splitlines()
    row = next(line for line in lines if " dev " in line)
    assert row.startswith("✗ dev ") and "(url.version_missing)" in row and "/v1 (tested" in row
    assert "https://relay.example" in row and "settings.json:4" in row
    assert sum(line[:1] in "✗!✓–" for line in lines if line) == len(ROWS)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [60, 80])
def test_it_fits(lang: str, width: int) -> None:
    text = render(
        ROWS, lang, summary=["9 requests, 3 billed, 90 tokens"] * 3, follow=NEXT, after=["– ~/.x: y " * 12], width=width
    )
    assert max(map(cells, text.splitlines())) <= width


def test_marks_and_colours() -> None:
    plain = render(ROWS, "en", width=80, unicode=False)
    assert plain.isascii() and "\nx dev" in plain and "\n+ prod" in plain
    coloured = render(ROWS, "en", width=80, colour=True)
    assert "\x1b[31m✗\x1b[0m dev" in coloured and "\x1b[32m✓\x1b[0m prod" in coloured


def test_what_comes_from_outside_has_no_effect() -> None:
    row = Row(
        "a\x1b[2J\nb" + "x" * 200,
        "broken",
        "https://h/\u202e",
        Cause("c.d", "::stop-commands::x", "f\n"),
        notes=("n\n",),
    )
    text = render([row], "en", width=80)
    assert "\x1b" not in text and "\u202e" not in text and "::stop" not in text and "x" * 100 not in text


DOCUMENT: dict[str, Any] = {
    "root_cause": "url.version_missing",
    "verdict": "broken",
    "target": {"base_url": "https://relay.example", "model": "m", "protocol": "openai"},
    "cost": {"requests": 2, "billed_requests": 1, "prompt_tokens": 3, "completion_tokens": 4},
    "findings": [
        {"code": "key.placeholder", "severity": "warning", "title": "w", "fixes": []},
        {
            "code": "url.version_missing",
            "severity": "error",
            "title": "The base URL is missing /v1",
            "fixes": [
                {"summary": "Look", "settings": {}, "verified": False},
                {
                    "summary": "Set it",
                    "settings": {"base_url": "https://relay.example/v1", "model": "m"},
                    "verified": True,
                },
            ],
        },
    ],
}


def test_the_fix_is_the_one_that_was_tested() -> None:
    cause = cause_of(DOCUMENT, "en")
    assert cause[:2] == ("url.version_missing", "The base URL is missing /v1")
    assert cause.fix == "base URL → https://relay.example/v1 (tested just now)"
    places = [
        {"file": ".env", "line": 2, "name": "OPENAI_BASE_URL", "value": "https://relay.example/v1", "renames": None}
    ]
    fix = {"summary": "Set it", "settings": {}, "verified": True, "places": places, "command": "llmdoctor check --fix"}
    finding = {**DOCUMENT["findings"][1], "fixes": [fix]}
    cause = cause_of({**DOCUMENT, "findings": [finding]}, "zh")
    assert cause.fix == "OPENAI_BASE_URL=https://relay.example/v1（刚刚测试过）"
    assert cause.command == "llmdoctor check --fix"
    assert cause_of({**DOCUMENT, "root_cause": None}, "en").code == "key.placeholder"
    assert cause_of({**DOCUMENT, "root_cause": None, "findings": []}, "en") == Cause()


@pytest.mark.parametrize(
    ("file", "name", "command"),
    [
        ("llmdoctor.toml", "dev", "llmdoctor check --config llmdoctor.toml dev"),
        ("llmdoctor.toml", "$(touch x)", "llmdoctor fleet llmdoctor.toml --json"),
        ("fleet.csv", "dev", "llmdoctor fleet fleet.csv --json"),
        ("a b.csv", "dev", ""),
    ],
)
def test_a_fleet_ends_with_the_next_command(file: str, name: str, command: str) -> None:
    named = {**DOCUMENT, "target": {**DOCUMENT["target"], "name": name}}
    text = render_fleet(FleetReport((fleet_row(named, "en"),), "en", file), "text", width=80)
    last = text.splitlines()[-1]
    assert last.startswith(command) if command else "llmdoctor" not in text
    assert "2 requests, 1 billed, 7 tokens" in text
    healthy = fleet_row({**DOCUMENT, "verdict": "healthy"}, "en", "g")
    assert "llmdoctor" not in render_fleet(FleetReport((healthy,), "en", file), "text")
    assert render_fleet(FleetReport((), "en", file), "text").startswith("0 checked")


def fleet(*verdicts: str, **look: Any) -> FleetReport:
    rows = (
        fleet_row(
            {**DOCUMENT, "verdict": one.removesuffix("+"), "root_cause": None, "open_by_choice": one.endswith("+")},
            "en",
        )
        for one in verdicts
    )
    return FleetReport(tuple(rows), "en", **look)


@pytest.mark.parametrize(
    ("verdicts", "look", "status", "nagios"),
    [
        ("broken healthy healthy healthy", {}, 1, 2),
        ("broken healthy healthy healthy", {"share": 0.75}, 0, 1),
        ("broken healthy healthy healthy", {"share": 0.76}, 1, 2),
        ("inconclusive healthy healthy healthy", {"share": 0.75}, 0, 1),
        ("inconclusive healthy healthy healthy", {"share": 0.8}, 3, 3),
        ("broken inconclusive healthy healthy", {"share": 0.75}, 3, 3),
        ("broken broken inconclusive healthy", {"share": 0.75}, 1, 2),
        ("degraded healthy", {"share": 1.0}, 0, 1),
        ("degraded healthy", {"share": 1.0, "strict": True}, 1, 2),
        ("inconclusive+ healthy", {"share": 1.0}, 0, 0),
        ("inconclusive+ healthy", {"share": 1.0, "strict": True}, 3, 3),
        ("inconclusive+ inconclusive+", {}, 0, 0),
        ("healthy", {"interrupted": True}, 130, 3),
        ("broken", {"interrupted": True, "share": 0.5}, 130, 2),
        ("", {"share": 0.5}, 0, 3),
    ],
)
def test_the_limit_of_a_fleet_decides_the_status(verdicts: str, look: dict[str, Any], status: int, nagios: int) -> None:
    found = fleet(*verdicts.split(), **look)
    assert (found.status, exit_status(found, "nagios")) == (status, nagios)
    state = ("OK", "WARNING", "CRITICAL", "UNKNOWN")[nagios]
    assert render_fleet(found, "nagios").startswith(f"LLMDOCTOR {state} - ")


def test_a_share_is_rounded_down() -> None:
    assert [percent(share) for share in (1.0, 0.9999, 0.95, 2 / 3, 0.0)] == ["100%", "99.9%", "95%", "66.6%", "0%"]


def test_the_counts_are_of_all_and_the_rows_of_those_that_do_not_work() -> None:
    text = render_fleet(fleet("broken", "healthy", "inconclusive+", only_broken=True), "text")
    assert text.startswith("3 checked · not working: 1 · passed: 1 · works: 1 · ")
    assert [line[0] for line in text.splitlines() if line[:1] in "✗✓?!" and line] == ["✗"]


def test_a_scan_that_finds_nothing_says_what_to_do() -> None:
    text = render_scan([], [ScanNote("mods", "~/x", "found.store.keychain")], "en")
    assert text.startswith("No LLM settings were found.\n") and "– mods ~/x: " in text
    assert "llmdoctor check" in text.splitlines()[-1]
    rows = [ScanRow("mods", "relay", "~/.mods:3", "https://a.example/v1", "sk-a…", None, "command")]
    assert "– mods relay  ~/.mods:3  a command gives the key" in render_scan(rows, [], "en")
