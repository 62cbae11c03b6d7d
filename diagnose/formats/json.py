"""The report as JSON: the document of the contract's section 2, for programs."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnose.report import Finding, Report

STARTS_WITH = "{"

SCHEMA = "llmdoctor.report/1"


def render(report: Report, lang: str) -> str:
    """The document, indented, with a line end. ``lang`` changes nothing: the findings carry their own words."""
    return dumps(document(report), indent=2) + "\n"


def dumps(value: object, *, indent: int | None = None) -> str:
    """As ``json.dumps``, readable in any script; what a terminal would act upon or nobody sees (control characters,
    direction marks, zero-width signs), or UTF-8 cannot hold, stays escaped.

    ``indent=None`` writes one line, as NDJSON wants it.
    """
    return re.sub("[^\n -~]", _shown, json.dumps(_pure(value), indent=indent, ensure_ascii=False))


def _shown(sign: re.Match[str]) -> str:
    return sign[0] if sign[0].isprintable() else json.dumps(sign[0])[1:-1]


def document(report: Report) -> dict[str, object]:
    """The contract's document: plain dicts, lists, strings and numbers."""
    proven = report.proven
    return {
        "schema": SCHEMA,
        "version": report.version,
        "started_at": report.started_at,
        "duration_ms": _ms(report.duration_ms),
        "target": _target(report.target),
        "verdict": report.verdict.value,
        "root_cause": report.root_cause,
        "side": report.side,
        "proven": {
            "reachable": proven.reachable,
            "path": proven.path,
            "key": proven.key,
            "model": proven.model,
            "answer": proven.answer,
            "stream": proven.stream,
        },
        "probes": [
            {
                "name": probe.name,
                "status": probe.status.value,
                "duration_ms": _ms(probe.duration_ms),
                "why_skipped": probe.why_skipped,
                "observed": _pure(probe.observed),
            }
            for probe in report.probes
        ],
        "findings": [
            {
                "code": finding.code,
                "severity": finding.severity.value,
                "probe": finding.probe,
                "title": finding.title,
                "explanation": finding.explanation,
                "evidence": list(finding.evidence),
                "fixes": _fixes(finding),
                "caused_by": finding.caused_by,
            }
            for finding in report.findings
        ],
        "settings": None if report.settings is None else _pure(report.settings),
        "vantage": {
            "proxy": report.vantage.get("proxy"),
            "trust": report.vantage.get("trust", "system"),
            "container": bool(report.vantage.get("container")),
            "families": _pure(report.vantage.get("families") or ()),
        },
        "cost": {
            name: report.cost.get(name, 0)
            for name in ("requests", "billed_requests", "prompt_tokens", "completion_tokens")
        },
        **_asked_for(report),
        **_capabilities(report),
        **_clients(report),
    }


def _clients(report: Report) -> dict[str, object]:
    """What stands there only where some app wants another base URL than the one that works."""
    rows = [{"app": client.app, "base_url": client.base_url, "note": client.note} for client in report.clients]
    return {"clients": rows} if rows else {}


def _capabilities(report: Report) -> dict[str, object]:
    """What a deep check has found; nothing at all where nobody asked for one."""
    if report.capabilities is None:
        return {}
    rows = [
        {
            "name": one.name,
            "status": one.status,
            "evidence": list(one.evidence),
            "requests": one.requests,
            "prompt_tokens": one.prompt_tokens,
            "completion_tokens": one.completion_tokens,
        }
        for one in report.capabilities
    ]
    return {"capabilities": rows}


def _asked_for(report: Report) -> dict[str, object]:
    """What stands there only where it was asked for: `--slo`, and the tries of `--retries`."""
    found: dict[str, object] = {}
    if report.slos:
        found["slo"] = [
            {"name": one.name, "limit_s": one.limit, "measured_s": _seconds(one.measured), "met": one.met}
            for one in report.slos
        ]
    if report.tries:
        found["flaky"] = {
            "tries": len(report.tries),
            "failed": sum(1 for one in report.tries if one.verdict == "broken"),
            "outcomes": [
                {
                    "started_at": one.started_at,
                    "duration_ms": _ms(one.duration_ms),
                    "verdict": one.verdict.value,
                    "root_cause": one.root_cause,
                }
                for one in report.tries
            ],
        }
    return found


def _target(target: Mapping[str, object]) -> dict[str, object]:
    named = {"name": target["name"]} if target.get("name") else {}
    return named | {
        "base_url": target.get("base_url"),
        "protocol": target.get("protocol"),
        "model": target.get("model"),
        "app": target.get("app"),
        "door": target.get("door"),
        "key": _pure(target.get("key")),
        "sources": _pure(target.get("sources") or {}),
    }


def _fixes(finding: Finding) -> list[dict[str, object]]:
    """The fixes; where none names settings or was tried, the steps in words as well, so that none is lost."""
    fixes: list[dict[str, object]] = [
        {"summary": fix.summary, "settings": _pure(fix.settings), "verified": fix.verified} for fix in finding.fixes
    ]
    if not any(fix.settings or fix.verified for fix in finding.fixes):
        told = {fix.summary for fix in finding.fixes}
        fixes += [{"summary": step, "settings": {}, "verified": False} for step in finding.steps if step not in told]
    return fixes


def _seconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def _ms(milliseconds: float) -> float:
    return round(float(milliseconds), 1)


def _pure(value: object) -> object:
    """The same as JSON has it: mappings as dicts, sequences as lists, and null for a number that is none."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): _pure(inner) for name, inner in value.items()}
    if isinstance(value, Iterable):
        return [_pure(inner) for inner in value]
    return str(value)
