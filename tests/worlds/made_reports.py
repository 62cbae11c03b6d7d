"""Hand-made reports for tests of what is done with a report: healthy, broken, Chinese, and one whose every text is
hostile.
"""

from __future__ import annotations

from diagnose.fleet_formats import part_of
from diagnose.formats import FORMATS
from diagnose.formats.json import document
from diagnose.report import CapabilityLine, Finding, Fix, ProbeLine, Proven, Report, Severity, Status, Verdict
from diagnose.tables.fleet_report import FleetReport, row
from probes.model.record import replace
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable

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
            "base_url": environment_variable("OPENAI_BASE_URL"),
            "key": Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 3),
            "model": DEFAULT,
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

BROKEN = replace(
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
            probe="http",
            explanation="The SDK adds /chat/completions to the base URL and nothing else, so the request went to a "
            "path that the server does not know. With /v1 it answered.",
            evidence=(
                "POST https://relay.example/chat/completions → 404",
                'POST https://relay.example/v1/chat/completions → 200 {"id": "1", "object": "chat.completion"}',
            ),
            steps=(
                "Set the base URL to https://relay.example/v1",
                "Restart the app, so that it reads the new value",
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

DEGRADED = replace(
    HEALTHY,
    verdict=Verdict.DEGRADED,
    probes=tuple(probe(name, Status.WARN if name == "tls" else Status.OK) for name in NAMES),
    findings=(
        finding(
            "tls.expires_soon",
            "The certificate expires in 6 days",
            Severity.WARNING,
            probe="tls",
            explanation="After that day no client will connect.",
            steps=("Tell the operator of the server",),
            side="relay",
        ),
    ),
)

INCONCLUSIVE = replace(
    HEALTHY,
    verdict=Verdict.INCONCLUSIVE,
    proven=Proven(True, True, None, None, None, None),
    settings=None,
    left_open=("No generation was asked for (--no-spend), so the model and its answer are not tried.",),
    cost={"requests": 1},
)

INTERRUPTED = replace(INCONCLUSIVE, interrupted=True, left_open=())

DEEP = replace(
    HEALTHY,
    capabilities=(
        CapabilityLine("tools", "supported", "tool calling", "the tool was called", "", ("seen",), False, 1, 60, 20),
        CapabilityLine("vision", "unsupported", "pictures", "refused", "no <images> here", ("seen",), False, 1, 9, 0),
        CapabilityLine("key_check", "unknown", "the key is checked", "it is not", "", ("seen",), True, 1, 9, 1),
    ),
)

CHINESE = replace(
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
            probe="door",
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

HOSTILE = replace(
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
        "sources": {"base_url": Source(SourceKind.APP, Owner.FOLDER, NASTY, NASTY, 1)},
    },
    probes=tuple(replace(line, summary=NASTY, observed={"text": NASTY, "bad": float("nan")}) for line in BROKEN.probes),
    findings=tuple(
        replace(
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


def fleet_of(lang: str = "en", **look: object) -> FleetReport:
    """Return the report of a fleet with one target for each report, with the parts of every format."""
    rows = []
    for line, (name, report) in enumerate(REPORTS.items(), 2):
        group = str(report.target.get("name") or "office")[:8]  # of the hostile one an escape sequence
        target = {**report.target, "name": name}
        one = replace(report, target=target, lang=lang)
        strict = bool(look.get("strict"))
        parts = {fmt: text for fmt in FORMATS if (text := part_of(one, fmt, lang, strict))}
        rows.append(row(document(one), lang, group=group, line=line, parts=parts))
    shown: dict[str, object] = {"file": "ci/fleet.csv", "annotated": "ci/fleet.csv", "total": len(rows)}
    return FleetReport(tuple(rows), lang, **(shown | look))  # type: ignore[arg-type]
