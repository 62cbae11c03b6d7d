"""The formats, over made reports: structure, harmless output, widths; no snapshots."""

from __future__ import annotations

import dataclasses
import json as stdlib_json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from diagnose import formats
from diagnose.formats import json, markdown, nagios, text
from diagnose.model import Finding, Fix, ProbeLine, Proven, Report, Severity, Status, Verdict

NAMES = ("settings", "door", "proxy", "dns", "tcp", "tls", "http", "auth", "model", "chat", "stream")
SUMMARIES = {
    "settings": "https://api.deepseek.com/v1 from OPENAI_BASE_URL, key from .env:3",
    "door": "DeepSeek, spoken to as openai",
    "proxy": "no proxy",
    "dns": "3 addresses",
    "tcp": "203.0.113.7:443 accepts connections",
    "tls": "TLS 1.3, certificate by DigiCert, 211 days left",
    "http": "answers as an API",
    "auth": "the key was taken",
    "model": "deepseek-chat is listed",
    "chat": "answered with text",
    "stream": "8 events, finished",
}


def probe(name: str, status: Status = Status.OK, ms: float = 12.3, summary: str = "", **observed: object) -> ProbeLine:
    skipped = status is Status.SKIPPED
    return ProbeLine(
        name, status, 0.0 if skipped else ms, summary if skipped else None, observed, summary or SUMMARIES[name]
    )


def finding(code: str, title: str, severity: Severity = Severity.ERROR, **more: object) -> Finding:
    values: dict[str, object] = {
        "probe": "auth",
        "explanation": "",
        "evidence": (),
        "steps": (),
        "fixes": (),
        "caused_by": None,
        "side": "settings",
    }
    return Finding(code=code, severity=severity, title=title, **(values | more))  # type: ignore[arg-type]


SETTINGS = {
    "protocol": "openai",
    "base_url": "https://api.deepseek.com/v1",
    "model": "deepseek-chat",
    "auth": "bearer",
    "stream": True,
    "key": "as given",
}

HEALTHY = Report(
    version="0.1.0",
    started_at="2026-11-22T08:00:00Z",
    duration_ms=1412.04,
    target={
        "base_url": "https://api.deepseek.com/v1",
        "protocol": "openai",
        "model": "deepseek-chat",
        "app": "openai-sdk",
        "door": "deepseek",
        "key": {"hint": "sk-4…b7c1", "length": 35, "doors": ["deepseek"]},
        "sources": {
            "base_url": "environment OPENAI_BASE_URL",
            "key": ".env:3 OPENAI_API_KEY",
            "model": "default",
        },
    },
    verdict=Verdict.HEALTHY,
    root_cause=None,
    side=None,
    proven=Proven(True, True, True, True, True, True),
    probes=(*map(probe, NAMES[:-1]), probe("stream", ms=730, ttft_ms=412.5)),
    findings=(),
    settings=SETTINGS,
    vantage={"proxy": None, "trust": "system", "container": False, "families": ("ipv4", "ipv6")},
    cost={"requests": 3, "billed_requests": 2, "prompt_tokens": 18, "completion_tokens": 9},
)

BROKEN = dataclasses.replace(
    HEALTHY,
    verdict=Verdict.BROKEN,
    root_cause="url.version_missing",
    side="settings",
    proven=Proven(True, True, False, None, None, None),
    probes=(
        *(probe(name) for name in NAMES[:6]),
        probe("http", Status.FAIL, 88, "this path is not part of the API: 404"),
        probe("auth", Status.WARN, 240, "the key was taken, at another path"),
        *(probe(name, Status.SKIPPED, summary="not asked: the path is wrong") for name in NAMES[8:]),
    ),
    findings=(
        finding(
            "url.version_missing",
            "The address lacks its version segment",
            explanation="The SDK adds /chat/completions to the base URL and nothing else, so the request went to a "
            "path that the server does not know. With /v1 it answered.",
            evidence=(
                "POST https://relay.example/chat/completions → 404",
                'POST https://relay.example/v1/chat/completions → 200 {"id": "1", "object": "chat.completion"}',
            ),
            steps=(
                "Set the base URL to https://relay.example/v1",
                "Start the app again, so that it reads the new value",
            ),
            fixes=(Fix("Set the base URL to https://relay.example/v1", SETTINGS, True),),
        ),
        finding("shape.web_page", "A web page answers", caused_by="url.version_missing", evidence=("<!doctype html>",)),
        finding("stream.malformed", "The stream is not one", caused_by="shape.web_page"),
        finding(
            "settings.conflict",
            "OPENAI_BASE_URL and .env differ",
            Severity.WARNING,
            steps=("Remove one of the two",),
            side="settings",
        ),
        finding("dns.fake_ip", "The address is a stand-in of a local proxy", Severity.INFO),
    ),
)

DEGRADED = dataclasses.replace(
    HEALTHY,
    verdict=Verdict.DEGRADED,
    findings=(
        finding(
            "tls.expires_soon",
            "The certificate ends in 6 days",
            Severity.WARNING,
            explanation="After that day no client will connect.",
            steps=("Tell whoever runs the server",),
            side="relay",
        ),
    ),
)

INCONCLUSIVE = dataclasses.replace(
    HEALTHY,
    verdict=Verdict.INCONCLUSIVE,
    proven=Proven(True, True, None, None, None, None),
    settings=None,
    left_open=("No generation was asked for (--no-spend), so the model and its answer are not tried.",),
    cost={"requests": 1},
)

INTERRUPTED = dataclasses.replace(INCONCLUSIVE, interrupted=True, left_open=())

CHINESE = dataclasses.replace(
    BROKEN,
    lang="zh",
    root_cause="key.wrong_door",
    settings=None,
    probes=(
        probe("settings", summary="地址来自环境变量 OPENAI_BASE_URL，密钥来自 .env 第 3 行"),
        probe("door", Status.FAIL, summary="这是 OpenAI 的地址，密钥却是 DeepSeek 的"),
        *(probe(name, Status.SKIPPED, summary="未检查：密钥没有发送") for name in NAMES[2:]),
    ),
    findings=(
        finding(
            "key.wrong_door",
            "密钥属于另一家服务商",
            explanation="这个密钥的格式只有 DeepSeek 在用，而基础地址指向 OpenAI（api.openai.com）。密钥没有发送出去，"
            "因为把它交给另一家服务商等于泄露；请换用正确的地址，或换用这家服务商的密钥。",
            evidence=("sk-4…b7c1，35 个字符：DeepSeek（确定）",),
            steps=(
                "把基础地址改为 https://api.deepseek.com/v1",
                "或者换用 OpenAI 的密钥，在 https://platform.openai.com/api-keys 创建",
            ),
        ),
        finding("settings.conflict", "两处设置的值不同", Severity.WARNING, steps=("删掉其中一处",)),
    ),
)

NASTY = (
    "\x1b[31mred\x1b[0m \x1b]0;title\x07[bold]x[/bold] \x9b2Ja|b\r\nc ```` </pre><script>"
    "@everyone \u202eabc\x00\x7f :smile: "
    "\ud800 " + "w" * 300
)

HOSTILE = dataclasses.replace(
    BROKEN,
    version="0.1.0" + NASTY,
    target={
        "name": NASTY,
        "base_url": "https://" + NASTY,
        "protocol": NASTY,
        "model": NASTY,
        "app": NASTY,
        "door": None,
        "key": None,
        "sources": {"base_url": NASTY},
    },
    probes=tuple(
        dataclasses.replace(line, summary=NASTY, observed={"text": NASTY, "bad": float("nan")})
        for line in BROKEN.probes
    ),
    findings=tuple(
        dataclasses.replace(
            found,
            title=NASTY,
            explanation=NASTY,
            evidence=(NASTY, "`````` fence"),
            steps=(NASTY,),
            fixes=(Fix(NASTY + "!", {"model": NASTY}, False),),
        )
        for found in BROKEN.findings
    ),
    settings=SETTINGS | {"model": NASTY, "base_url": "https://h/" + NASTY},
    vantage={"proxy": NASTY, "trust": NASTY, "container": True, "families": ()},
    left_open=(NASTY,),
)

REPORTS = {
    "healthy": HEALTHY,
    "broken": BROKEN,
    "degraded": DEGRADED,
    "inconclusive": INCONCLUSIVE,
    "interrupted": INTERRUPTED,
    "chinese": CHINESE,
    "hostile": HOSTILE,
}

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
    assert formats.exit_status(made, strict) == status


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a\r\n b\tc", "a b c"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "link"),
        ("\x9b31mred\x9d0;t\x9c", "red"),
        ("a\u200bb\u202ec\x00\ud800", "abc"),
        ("密钥\u3000是 “x”…", "密钥 是 “x”…"),
        ("\x1b", ""),
    ],
)
def test_plain(given: str, wanted: str) -> None:
    assert formats.plain(given) == wanted


@pytest.mark.parametrize(
    ("ms", "shown"), [(0.2, "<1 ms"), (12.4, "12 ms"), (999.7, "1.00 s"), (1412.0, "1.41 s"), (61000, "61 s")]
)
def test_duration(ms: float, shown: str) -> None:
    assert formats.duration(ms) == shown


def test_knock_ons_fold_to_what_stands() -> None:
    codes = {root.code: [f.code for f in followers] for root, followers in formats.folded(BROKEN)}
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
    groups = formats.folded(dataclasses.replace(BROKEN, findings=circle))
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
            "fixes": [{"summary": TEXT, "settings": dict, "verified": FLAG}],
            "caused_by": MAYBE,
        }
    ],
    "settings": (dict, type(None)),
    "clients": [{"app": TEXT, "base_url": MAYBE, "note": TEXT}],
    "vantage": {"proxy": MAYBE, "trust": TEXT, "container": FLAG, "families": [TEXT]},
    "cost": dict.fromkeys(("requests", "billed_requests", "prompt_tokens", "completion_tokens"), int),
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


def test_no_fix_is_lost_in_json() -> None:
    fixes = {found["code"]: found["fixes"] for found in stdlib_json.loads(json.render(BROKEN, "en"))["findings"]}
    step = "Set the base URL to https://relay.example/v1"
    assert fixes["url.version_missing"] == [{"summary": step, "settings": SETTINGS, "verified": True}]
    assert fixes["shape.web_page"] == []
    assert fixes["settings.conflict"] == [{"summary": "Remove one of the two", "settings": {}, "verified": False}]


# -- text --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("unicode", [True, False])
def test_text_stays_within_the_width(report: Report, width: int, lang: str, unicode: bool) -> None:
    for line in text.render(report, lang, width=width, unicode=unicode).splitlines():
        to_copy = " = " in line or re.match(r" +[A-Z_]+=", line)
        if not to_copy and not any("://" in word and cell_len(word) > width // 2 for word in line.split()):
            assert cell_len(line) <= width, line


def test_text_tells_the_cause_then_the_way_out_then_the_rest() -> None:
    out = text.render(BROKEN, "en", width=80)
    order = [
        "Address   https://api.deepseek.com/v1 (environment OPENAI_BASE_URL)",
        "✓ ",
        "✗ ",
        "– ",
        "✗ With these settings the app does not work.",
        "The fault lies in the settings.",
        "The address lacks its version segment (url.version_missing)",
        "The SDK adds",
        "    POST https://relay.example/chat/completions → 404",
        "What to do",
        "    1. Set the base URL to https://relay.example/v1 (tried in this run, works)",
        "    2. Start the app again",
        "A web page answers (shape.web_page)",
        "The stream is not one (stream.malformed)",
        "    base_url = https://api.deepseek.com/v1\n",
        "    OPENAI_BASE_URL=https://api.deepseek.com/v1\n",
        "OPENAI_BASE_URL and .env differ (settings.conflict)",
        "Remove one of the two",
        "stand-in of a local proxy (dns.fake_ip)",
        "Shown to work      server, path",
        "Shown not to work  key",
        "Not asked          model, answer, streaming",
        "3 requests, 2 billed, 27 tokens, 1.41 s",
    ]
    at = 0
    for part in order:
        assert part in out[at:], part
        at = out.index(part, at)
    assert "\n\n\n" not in out


def test_text_of_warnings_alone_tells_them_whole() -> None:
    out = text.render(DEGRADED, "en")
    assert "After that day no client will connect." in out
    assert "Tell whoever runs the server" in out


def test_text_says_what_was_left_open() -> None:
    assert "--no-spend" in text.render(INCONCLUSIVE, "en")


def test_text_without_unicode_is_ascii() -> None:
    out = text.render(BROKEN, "en", unicode=False)
    assert out.isascii()
    assert all(mark in out for mark in ("[ok]", "[!]", "[x]", "[-]"))


def test_colour_only_repeats() -> None:
    coloured = text.render(BROKEN, "en", colour=True)
    assert "\x1b[31m" in coloured and "\x1b[32m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text.render(BROKEN, "en")
    assert {*re.findall(r"\x1b\[([\d;]*)m", coloured)} <= {"0", "1", "2", "31", "32", "33", "1;31", "1;32", "1;33"}


def test_markup_from_outside_is_only_text() -> None:
    assert "[bold]x[/bold]" in text.render(HOSTILE, "en", width=120)
    assert ":smile:" in text.render(HOSTILE, "en", width=120)


def test_lines_as_they_happen_are_the_report() -> None:
    form = {"width": 70, "unicode": True}
    live = text.head(BROKEN.target, "en", **form)  # type: ignore[arg-type]
    live += "".join(text.probe_line(line, "en", **form) for line in BROKEN.probes)  # type: ignore[arg-type]
    rest = text.render(BROKEN, "en", **form, probes=False)  # type: ignore[arg-type]
    assert f"{live}\n{rest}" == text.render(BROKEN, "en", **form)  # type: ignore[arg-type]


def test_a_probe_that_is_not_known_is_shown_by_its_name() -> None:
    line = ProbeLine("quic", Status.OK, 3.0, None, {}, "answers")
    assert text.probe_line(line, "en", width=60).split() == ["✓", "quic", "answers", "3", "ms"]


def test_chinese_breaks_between_signs_and_not_before_a_stop() -> None:
    out = text.render(CHINESE, "zh", width=60)
    for line in out.splitlines():
        assert line.lstrip()[:1] not in tuple("，。；：、）」"), line
        assert not line.endswith(("（", "「")), line
    wrapped = [line for line in out.splitlines() if "服务商" in line and len(line) > 20]
    assert any(cell_len(line) >= 56 for line in wrapped)


def test_every_word_is_known_in_both_languages() -> None:
    assert formats.EXTRA["en"].keys() == formats.EXTRA["zh"].keys()
    latin = re.compile(r"(?<![\w./-])(?:verdict|broken|evidence|works|tried|also|because|proven|not asked)\b")
    assert not latin.search(text.render(CHINESE, "zh"))


# -- markdown ----------------------------------------------------------------------------------------------------------


def test_markdown_has_every_part() -> None:
    out = markdown.render(BROKEN, "en")
    assert out.startswith("## ❌ ")
    assert out.count("| ---") == 4
    assert len([line for line in out.splitlines() if line.startswith("| ")]) == 2 + len(NAMES)
    assert "### ❌ The address lacks its version segment (`url.version_missing`)" in out
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
