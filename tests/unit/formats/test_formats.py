"""The formats, over made-up reports: structure, harmless output, widths; no snapshots."""

from __future__ import annotations

import json as stdlib_json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pytest
from rich.cells import cell_len

from diagnose import formats
from diagnose.formats import json, markdown, nagios, text
from diagnose.rendering import report_parts
from diagnose.report import Fix, Place, ProbeLine, Report, Status
from diagnose.words.text_type import ListStep
from probes.model.known_secrets import KNOWN
from probes.model.record import replace
from probes.model.source import SourceKind
from worlds.made_reports import (
    BROKEN,
    CHINESE,
    DEGRADED,
    HEALTHY,
    HOSTILE,
    INCONCLUSIVE,
    INTERRUPTED,
    NAMES,
    NASTY,
    REPORTS,
    SETTINGS,
    finding,
    probe,
)

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.fixture(params=REPORTS)
def report(request: pytest.FixtureRequest) -> Report:
    return REPORTS[request.param]


# -- every format ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", formats.FORMATS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_that_a_terminal_acts_upon(report: Report, fmt: str, lang: str) -> None:
    out = formats.render(report, fmt, lang)
    assert not CONTROL.search(out)
    assert out.endswith("\n") and not out.endswith("\n\n")
    out.encode("utf-8")


def test_an_unknown_format() -> None:
    with pytest.raises(ValueError, match="docx"):
        formats.render(HEALTHY, "docx", "en")


def test_imports_are_lazy() -> None:
    code = (
        "import sys, diagnose.formats; print(*{'json', 'rich', 'html'} & set(sys.modules) - before);"
        "import diagnose.formats.json, diagnose.formats.nagios; print('rich' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; before = set(sys.modules); {code}"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(formats.__file__).parents[2])},
    )
    assert run.stdout.split("\n")[:2] == ["", "False"]


@pytest.mark.parametrize(
    ("made", "strict", "status"),
    [
        (HEALTHY, False, 0),
        (HEALTHY, True, 0),
        (DEGRADED, False, 0),
        (DEGRADED, True, 1),
        (BROKEN, False, 1),
        (INCONCLUSIVE, True, 3),
        (INTERRUPTED, False, 130),
    ],
)
def test_exit_status(made: Report, strict: bool, status: int) -> None:
    assert report_parts.exit_status(made, strict) == status


@pytest.mark.parametrize(
    ("ms", "shown"), [(0.2, "<1 ms"), (12.4, "12 ms"), (999.7, "1.00 s"), (1412.0, "1.41 s"), (61000, "61 s")]
)
def test_duration(ms: float, shown: str) -> None:
    assert report_parts.duration(ms) == shown


def test_follow_ups_fold_into_their_root() -> None:
    codes = {root.code: [f.code for f in followers] for root, followers in report_parts.folded(BROKEN)}
    assert codes == {
        "url.version_missing": ["shape.web_page", "stream.malformed"],
        "settings.conflict": [],
        "dns.fake_ip": [],
    }


def test_findings_that_blame_each_other_are_not_lost() -> None:
    circle = (
        finding("c.c", "c", caused_by="b.b"),
        finding("a.a", "a", caused_by="b.b"),
        finding("b.b", "b", caused_by="a.a"),
        finding("a.a", "a again", caused_by="gone"),
    )
    groups = report_parts.folded(replace(BROKEN, findings=circle))
    assert sorted(f.title for root, followers in groups for f in (root, *followers)) == ["a", "a again", "b", "c"]


# -- json --------------------------------------------------------------------------------------------------------------

TEXT, NUMBER, FLAG = str, (int, float), bool
MAYBE = (str, type(None))
SHOWN = (bool, type(None))
CONTRACT: dict[str, object] = {
    "schema": TEXT,
    "version": TEXT,
    "started_at": TEXT,
    "duration_ms": NUMBER,
    "target": {
        "base_url": MAYBE,
        "protocol": TEXT,
        "model": MAYBE,
        "app": TEXT,
        "door": MAYBE,
        "key": (dict, type(None)),
        "sources": dict,
    },
    "verdict": TEXT,
    "root_cause": MAYBE,
    "side": MAYBE,
    "proven": dict.fromkeys(("reachable", "path", "key", "model", "answer", "stream"), SHOWN),
    "probes": [{"name": TEXT, "status": TEXT, "duration_ms": NUMBER, "why_skipped": MAYBE, "observed": dict}],
    "findings": [
        {
            "code": TEXT,
            "severity": TEXT,
            "probe": TEXT,
            "title": TEXT,
            "explanation": TEXT,
            "evidence": [TEXT],
            "fixes": [
                {
                    "summary": TEXT,
                    "settings": dict,
                    "verified": FLAG,
                    "where": (dict, type(None)),
                    "places": [
                        {
                            "file": MAYBE,
                            "line": (int, type(None)),
                            "name": TEXT,
                            "value": TEXT,
                            "renames": MAYBE,
                        }
                    ],
                    "command": MAYBE,
                    "by_hand": [TEXT],
                }
            ],
            "caused_by": MAYBE,
        }
    ],
    "settings": (dict, type(None)),
    "vantage": {"proxy": MAYBE, "trust": TEXT, "container": FLAG, "families": [TEXT]},
    "cost": dict.fromkeys(("requests", "billed_requests", "prompt_tokens", "completion_tokens"), int),
    "facts": {"date": TEXT},
}


def fits(value: object, shape: object, at: str = "") -> None:
    if isinstance(shape, dict):
        assert isinstance(value, dict), at
        assert value.keys() - {"name"} == shape.keys() - {"name"}, at
        for name, inner in shape.items():
            fits(value[name], inner, f"{at}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), at
        for inner in value:
            fits(inner, shape[0], f"{at}[]")
    else:
        assert isinstance(value, shape), (at, value)  # type: ignore[arg-type]


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def test_json_is_the_contract(report: Report) -> None:
    read = stdlib_json.loads(json.render(report, "en"), parse_constant=refuse)
    fits(read, CONTRACT)
    assert read["schema"] == "llmdoctor.report/1"
    assert list(read) == list(CONTRACT)
    assert read["verdict"] == report.verdict.value
    assert [line["name"] for line in read["probes"]] == list(NAMES)
    assert read["target"].get("name") == report.target.get("name")


def test_json_says_everything_as_it_was() -> None:
    read = json.document(BROKEN)
    assert read["root_cause"] == "url.version_missing"
    assert read["settings"] == SETTINGS
    assert "name" not in read["target"]  # type: ignore[operator]
    assert json.document(INCONCLUSIVE)["cost"] == {
        "requests": 1,
        "billed_requests": 0,
        "prompt_tokens": 0,
        "completion_tokens": 0,
    }
    assert stdlib_json.loads(json.render(HOSTILE, "en"))["findings"][0]["title"] == NASTY
    assert "\n" not in json.dumps(json.document(HOSTILE))


@pytest.mark.parametrize(
    "value",
    [
        {"a": ["x", 1, 2.5, None, True], "b": {"c": "\u00e9\u4e2d"}},
        {"quote": 'say "hi"\n', "back": "a\\b"},
        {"far": float("inf"), "no": [float("nan")]},
        {1: "one"},
        {"view": {"z": 1}.keys(), "set": frozenset({"only"}), "tuple": (1, "2")},
        {"made": SourceKind.ARGUMENT, "proxy": MappingProxyType({"in": (1,)})},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_json_in_one_pass_is_json_value_by_value(value: object, indent: int | None) -> None:
    slow = stdlib_json.dumps(json._pure(value), indent=indent, ensure_ascii=False)
    assert json.dumps(value, indent=indent) == slow


@pytest.mark.parametrize("text", ["{}", "at {} end", '"{}"', "\u00e9{}", "x\n{}"])
def test_no_known_secret_is_written_in_json(text: str) -> None:
    secret = 'kT2"bV9\\zQn4YcM1hJd6XgLs8'
    KNOWN.begin([secret])
    try:
        written = json.dumps({"a": text.format(secret), "b": [secret[3:20]], "c": "plain"})
        assert stdlib_json.loads(written)["c"] == "plain"
        assert "zQn4YcM1hJd6" not in written and written.count("[key]") == 2
    finally:
        KNOWN.stop()


def test_no_fix_is_lost_in_json() -> None:
    fixes = {found["code"]: found["fixes"] for found in stdlib_json.loads(json.render(BROKEN, "en"))["findings"]}
    step = "Set the base URL to https://relay.example/v1"
    unplaced: dict[str, object] = {"where": None, "places": [], "command": None, "by_hand": []}
    assert fixes["url.version_missing"] == [{"summary": step, "settings": SETTINGS, "verified": True, **unplaced}]
    assert fixes["shape.web_page"] == []
    remove = {"summary": "Remove one of the two", "settings": {}, "verified": False}
    assert fixes["settings.conflict"] == [remove | unplaced]


# -- text --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("unicode", "verbose"), [(True, False), (False, False), (True, True)])
def test_text_stays_within_the_width(report: Report, width: int, lang: str, unicode: bool, verbose: bool) -> None:
    for line in text.render(report, lang, width=width, unicode=unicode, verbose=verbose).splitlines():
        to_copy = " = " in line or re.match(r" +(?:Fix +|修复 +)?[A-Z_]+=", line)
        if not to_copy and not any("://" in word and cell_len(word) > width // 2 for word in line.split()):
            assert cell_len(line) <= width, line


def in_order(out: str, parts: list[str]) -> None:
    at = 0
    for part in parts:
        assert part in out[at:], part
        at = out.index(part, at)


def test_text_shows_the_cause_then_the_fix_then_the_reason() -> None:
    out = text.render(BROKEN, "en", width=80)
    in_order(
        out,
        [
            "✗ The address lacks its version segment                      url.version_missing\n",
            "  The problem is in your settings.\n",
            "\n  Fix    1. Set the base URL to https://relay.example/v1 (tested just now)\n",
            "         2. Restart the app",
            "\n  Why    The SDK adds",
            "POST https://relay.example/chat/completions → 404\n",
            "\n  Also   OPENAI_BASE_URL and .env differ (settings.conflict)\n",
            "\n  ✓ settings  ✓ connection  ✗ endpoint  ! key\n  – model, answer, streaming: not checked\n",
            "  https://api.deepseek.com/v1 (OPENAI_BASE_URL) · sk-4…b7c1 (.env:3)\n",
            "-v shows everything · --format markdown to share · 3 requests, 27 tokens",
        ],
    )
    assert "\n\n\n" not in out and len(out.splitlines()) <= text.MOST_LINES
    assert "shape.web_page" not in out and "dns.fake_ip" not in out


def test_a_fix_has_its_place_its_value_and_its_command() -> None:
    place = Place(".env", 2, "OPENAI_BASE_URL", "https://relay.example/v1", kind=SourceKind.DOTENV)
    settings = {"base_url": "https://relay.example/v1", "protocol": "openai"}
    fix = Fix("Set the base URL", settings, True, (place,), "llmdoctor check --fix")
    made = replace(BROKEN, findings=(replace(BROKEN.findings[0], fixes=(fix,)), *BROKEN.findings[1:]))
    lines = text.render(made, "en", width=100).splitlines()
    assert lines[3].startswith("  Fix    .env line 2    OPENAI_BASE_URL=https://relay.example/v1  ")
    assert lines[3].endswith("  tested just now: works")
    assert lines[4].startswith("         llmdoctor check --fix  ") and lines[4].endswith("  writes it for you")
    assert ".env 第 2 行" in text.render(made, "zh")
    for fmt in ("markdown", "html", "junit", "github"):
        written = formats.render(made, fmt, "en")
        assert "OPENAI" in written and "line 2" in written and "llmdoctor check --fix" in written, fmt
    assert "Set the base URL" not in formats.render(made, "markdown", "en").replace("Set the base URL to https", "")
    assert "file=.env,line=2" in formats.render(made, "github", "en")
    narrow = text.render(made, "en", width=60).splitlines()
    assert narrow[4:6] == ["  Fix    .env line 2", "         OPENAI_BASE_URL=https://relay.example/v1"]


def test_verbose_text_shows_everything() -> None:
    in_order(
        text.render(BROKEN, "en", verbose=True),
        [
            "✗ The address lacks its version segment",
            "    2. Restart the app",
            "    The SDK adds",
            "    POST https://relay.example/chat/completions → 404",
            "A web page answers (shape.web_page)",
            "The stream is not one (stream.malformed)",
            "OPENAI_BASE_URL and .env differ (settings.conflict)",
            "    Remove one of the two",
            "stand-in of a local proxy (dns.fake_ip)",
            "    ✓ Settings",
            "    ✗ Endpoint",
            "    – Streaming",
            "Base URL  https://api.deepseek.com/v1 (environment OPENAI_BASE_URL)",
            "    base_url = https://api.deepseek.com/v1\n",
            "    OPENAI_BASE_URL=https://api.deepseek.com/v1\n",
            "Checked from this machine, no proxy, system certificates",
            "3 requests, 2 billed, 27 tokens, 1.41 s",
        ],
    )


def test_text_of_a_target_that_works_is_two_lines() -> None:
    for width in (60, 80, 1000):
        lines = text.render(HEALTHY, "en", width=width).splitlines()
        assert lines[0].startswith("✓ Works: https://api.deepseek.com/v1 answers as") and len(lines) <= 2
        assert "3 requests, 27 tokens" in lines[-1]


def test_in_a_pipe_nothing_is_wrapped() -> None:
    out = text.render(BROKEN, "en", width=1000)
    assert (
        "  Why    The SDK adds /chat/completions to the base URL and nothing else, so the request went to a path" in out
    )
    assert out.splitlines()[0] == text.render(BROKEN, "en", width=80).splitlines()[0]


def test_what_works_with_the_fix_alone_says_so() -> None:
    fixed = {"auth", "model", "chat", "stream"}
    lines = [
        replace(probe(line.name, Status.FIXED), with_fix=True) if line.name in fixed else line for line in BROKEN.probes
    ]
    made = replace(BROKEN, probes=tuple(lines))
    assert "✗ endpoint\n  with the fix:  ✓ key  ✓ model  ✓ answer  ✓ streaming\n" in text.render(made, "en")
    assert "    with the fix:\n    ✓ Key " in text.render(made, "en", verbose=True)
    assert "| 🔧 | Key | with the fix: the key was taken |" in markdown.render(made, "en")
    assert "+ Key: with the fix: the key was taken" in formats.render(made, "github", "en")
    read = json.document(made)["probes"]
    assert [one["status"] for one in read if one["name"] in fixed] == ["fixed"] * 4  # type: ignore[attr-defined]


def test_text_of_warnings_says_that_it_works() -> None:
    lines = text.render(DEGRADED, "en").splitlines()
    assert re.fullmatch("! The certificate expires in 6 days +tls.expires_soon", lines[0])
    assert lines[1].startswith("  It still works: https://api.deepseek.com/v1 answers as deepseek-chat")
    out = "\n".join(lines)
    assert "After that day no client will connect." in out and "Tell the operator of the server" in out


def test_text_says_what_was_left_open() -> None:
    assert "--no-spend" in text.render(INCONCLUSIVE, "en")


def test_text_without_unicode_is_ascii() -> None:
    out = text.render(BROKEN, "en", unicode=False)
    assert out.isascii()
    assert all(mark in out for mark in ("[ok]", "[!]", "[x]", "[-]"))
    assert text.render(BROKEN, "en", unicode=False, verbose=True).isascii()


def test_colour_only_repeats() -> None:
    coloured = text.render(BROKEN, "en", colour=True)
    assert "\x1b[31m" in coloured and "\x1b[32m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text.render(BROKEN, "en")
    assert {*re.findall(r"\x1b\[([\d;]*)m", coloured)} <= {"0", "1", "2", "31", "32", "33", "1;31", "1;32", "1;33"}


def test_markup_from_outside_is_only_text() -> None:
    assert "[bold]x[/bold]" in text.render(HOSTILE, "en", width=120)
    assert ":smile:" in text.render(HOSTILE, "en", width=120)


def test_a_probe_that_is_not_known_is_shown_by_its_name() -> None:
    made = replace(HEALTHY, probes=(ProbeLine("quic", Status.OK, 3.0, None, {}, "answers"),))
    out = text.render(made, "en", width=60, verbose=True)
    assert "✓ quic  answers" in out and "3 ms" in out


def test_chinese_breaks_between_signs_and_not_before_a_stop() -> None:
    out = text.render(CHINESE, "zh", width=60, verbose=True)
    for line in out.splitlines():
        assert line.lstrip()[:1] not in tuple("，。；：、）」"), line
        assert not line.endswith(("（", "「")), line
    wrapped = [line for line in out.splitlines() if "服务商" in line and len(line) > 20]
    assert any(cell_len(line) >= 56 for line in wrapped)


def test_every_word_is_known_in_both_languages() -> None:
    latin = re.compile(r"(?<![\w./-])(?:verdict|broken|evidence|works|tried|also|because|proven|not checked|fix|why)\b")
    for verbose in (False, True):
        assert not latin.search(text.render(CHINESE, "zh", verbose=verbose))


# -- markdown ----------------------------------------------------------------------------------------------------------


def test_markdown_has_every_part() -> None:
    out = markdown.render(BROKEN, "en")
    assert out.startswith("## ❌ ")
    assert out.count("| ---") == 4
    assert len([line for line in out.splitlines() if line.startswith("| ")]) == 2 + len(NAMES)
    assert out.startswith("## ❌ The address lacks its version segment (`url.version_missing`)")
    assert 'base_url = "https://api.deepseek.com/v1"' in out
    assert "OPENAI_BASE_URL=https://api.deepseek.com/v1" in out
    assert "1. Set the base URL to https://relay.example/v1" in out
    assert "llmdoctor 0.1.0" in out
    assert out.index("url.version_missing") < out.index("settings.conflict")


def test_markdown_lets_nothing_break_out() -> None:
    outside: list[str] = []
    fence = ""
    for line in markdown.render(HOSTILE, "en").splitlines():
        if fence:
            fence = "" if line == fence else fence
        elif ticks := re.match("`{3,}", line):
            fence = ticks[0]
        else:
            outside.append(line)
    assert not fence
    prose = "\n".join(outside)
    assert "<script" not in prose and "</pre" not in prose
    assert "@everyone" not in prose
    assert "[bold]" not in prose
    for row in (line for line in outside if line.startswith("| ")):
        assert len(re.findall(r"(?<!\\)\|", row)) == 5, row


@pytest.mark.parametrize("inside", ["", "`", "```", "a ```` b\n```"])
def test_a_fence_is_longer_than_what_it_holds(inside: str) -> None:
    first, *held, last = markdown.fence(inside).rstrip("\n").split("\n")
    assert first == last and set(first) == {"`"} and len(first) >= 3
    assert first not in inside and "\n".join(held) == inside


# -- nagios ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "status", "state"),
    [
        (HEALTHY, 0, "OK"),
        (DEGRADED, 1, "WARNING"),
        (BROKEN, 2, "CRITICAL"),
        (INCONCLUSIVE, 3, "UNKNOWN"),
        (INTERRUPTED, 3, "UNKNOWN"),
        (HOSTILE, 2, "CRITICAL"),
    ],
)
def test_nagios(made: Report, status: int, state: str) -> None:
    out = nagios.render(made, "en")
    assert nagios.exit_status(made) == status
    assert out.startswith(f"LLMDOCTOR {state} - ")
    assert out.count("|") == 1 and out.count("\n") == 1
    figures = out.split(" | ")[1].split()
    assert [figure.split("=")[0] for figure in figures][:3] == ["time", "requests", "tokens"]
    assert all(re.fullmatch(r"[a-z]+=[\d.]+s?;;;0", figure) for figure in figures)


def test_nagios_names_the_cause_and_the_time_to_the_first_token() -> None:
    assert "The address lacks its version segment (url.version_missing)" in nagios.render(BROKEN, "en")
    assert nagios.render(HEALTHY, "en").endswith("| time=1.412s;;;0 requests=3;;;0 tokens=27;;;0 ttft=0.412s;;;0\n")


# -- steps that end with a list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_code", [False, True])
def test_a_list_in_a_step_has_a_line_for_each_item(is_code: bool) -> None:
    items = ('name = "relay"', f"note = {NASTY!r}")
    step = ListStep(f"Add: {' | '.join(items)}", "Add:", items, is_code)
    made = replace(BROKEN, findings=(replace(BROKEN.findings[0], fixes=(), steps=(step,)), *BROKEN.findings[1:]))
    for fmt in formats.FORMATS:
        out = formats.render(made, fmt, "en")
        assert not CONTROL.search(out)
        if fmt in ("text", "markdown", "html"):
            alone = [line for line in re.split(r"\n|<li>|<code>", out) if re.match(r"[-\s]*(<bdi>)?name = ", line)]
            assert len(alone) == 1, (fmt, out)
    assert ("```text\n   name" in formats.render(made, "markdown", "en")) == is_code
