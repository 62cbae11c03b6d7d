"""The report as JSON, for programs: the document of docs/contract.md, section 2."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from diagnose.rendering.outlet import Grammar, passed
from probes.model.known_secrets import KNOWN

if TYPE_CHECKING:
    from diagnose.report import Finding, Fix, Place, Report
    from probes.model.client_run import ClientRun
    from probes.model.login import StoredLogin

STARTS_WITH = "{"
GRAMMAR = Grammar.JSON

SCHEMA = "llmdoctor.report/1"


def render(report: Report, lang: str) -> str:
    """Return the indented document with a final line end. ``lang`` has no effect: the findings have their texts."""
    return dumps(_document(report), indent=2) + "\n"


def one_line(report: Report) -> str:
    """Return the document in one line, as NDJSON requires, without its line end."""
    return dumps(_document(report))


def dumps(value: object, *, indent: int | None = None) -> str:
    """Serialise a value as JSON with readable non-ASCII text.

    Known secrets are removed. What a terminal or a build server would act on stays escaped (``\\u200b``,
    ``\\u003a:error::``), so that the values are exact. ``indent=None`` writes one line, as NDJSON requires.
    """
    text = ""
    with suppress(TypeError, ValueError):  # a key that is no text, NaN, or something that is not to be read twice
        text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False, default=_collection)
    # Without an escape, every value stands in the text as it is. Then one look at the whole shows that no value holds a
    # secret, which is rare. It is not replaced here, where it could take a delimiter with it.
    if not text or "\\" in text or KNOWN.scrub(text) != text:
        text = json.dumps(_pure(value), indent=indent, ensure_ascii=False)
    return passed(text, Grammar.JSON)


def _collection(value: object) -> object:
    """Return another mapping as a dict, and another collection as a list. Raises TypeError for anything else."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Collection):
        return list(value)
    raise TypeError(type(value).__name__)


def document(report: Report) -> dict[str, object]:
    """Return the document of the contract as plain dicts, lists, strings and numbers, without known secrets."""
    return cast("dict[str, object]", _pure(_document(report)))


def _document(report: Report) -> dict[str, object]:
    """Return the document as it was judged; known secrets are removed when it is written."""
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
                "observed": probe.observed,
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
        "settings": report.settings,
        "vantage": {
            "proxy": report.vantage.get("proxy"),
            "trust": report.vantage.get("trust", "system"),
            "container": bool(report.vantage.get("container")),
            "families": report.vantage.get("families") or (),
        },
        "cost": {
            name: report.cost.get(name, 0)
            for name in ("requests", "billed_requests", "prompt_tokens", "completion_tokens")
        },
        **({"open_by_choice": True} if report.open_by_choice else {}),
        "facts": {"date": report.facts_date},
        **_asked_for(report),
        **_client(report),
        **_capabilities(report),
        **_as_client(report),
        **_clients(report),
        **_credential(report),
        **_login(report),
    }


def _login(report: Report) -> dict[str, object]:
    """Return ``login``, or nothing if the app has stored none."""
    return {"login": login_object(report.login)} if report.login is not None else {}


def login_object(login: StoredLogin) -> dict[str, object]:
    """Write what is known about a login that an app has stored."""
    return {
        "app": login.app,
        "name": login.name,
        "source": str(login.source),
        "kind": login.kind,
        "plan": login.plan,
        "host": login.host,
        "expires": _moment(login.expires),
        "renews": login.renews,
        "overridden_by": str(login.overridden) if login.overridden is not None else None,
    }


def _credential(report: Report) -> dict[str, object]:
    """Return ``credential``, or nothing if the door takes a key alone."""
    if report.credential is None:
        return {}
    chain, got = report.credential.chain, report.credential.obtained
    steps = [
        {
            "step": one.step,
            "status": one.status.value,
            "wins": number == chain.won,
            "source": str(one.source) if one.source is not None else None,
            "kind": one.kind,
            "expires": _moment(one.expires),
            "hints": dict(one.hints),
        }
        for number, one in enumerate(chain.steps)
    ]
    choices = [
        {
            "name": one.name,
            "value": one.value,
            "source": str(one.source),
            "others": [{"value": value, "source": str(source)} for value, source in one.others],
        }
        for one in chain.choices
    ]
    obtained = (
        {"step": got.step, "kind": got.kind, "account": got.account, "expires": _moment(got.expires)} if got else None
    )
    return {
        "credential": {
            "vendor": chain.vendor,
            "used": chain.used,
            "steps": steps,
            "choices": choices,
            "obtained": obtained if got is not None and got.problem is None else None,
            "problem": got.problem.value if got is not None and got.problem is not None else None,
        }
    }


def _moment(seconds: float) -> str | None:
    """Write a moment in ISO 8601, UTC; None if it is not known, or beyond any calendar."""
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None


def _client(report: Report) -> dict[str, object]:
    """Return ``client``, or nothing if `--run-client` was not given."""
    return {"client": _client_run(report.client)} if report.client is not None else {}


def _client_run(run: ClientRun) -> dict[str, object]:
    if run.not_run is not None:
        return {"app": run.app, "program": run.program, "ran": False, "not_run": run.not_run.value}
    return {
        "app": run.app,
        "program": run.program,
        "ran": True,
        "answered": run.answered,
        "ended": run.end.value if run.end is not None else None,
        "status": run.status,
        "meaning": run.meaning or None,
        "seconds": run.seconds,
        "said": run.said,
        "arguments": list(run.command),
        "switches": list(run.switches),
        "recorder": run.through_recorder,
        "requests": [
            {
                "method": one.method,
                "path": one.path,
                "auth": list(one.auth),
                "model": one.model or None,
                "bytes": one.size,
                "status": one.status or None,
                "content_type": one.content_type,
                "failure": one.failure or None,
            }
            for one in run.requests
        ],
        **({"again": _client_run(run.again)} if run.again is not None else {}),
    }


def _clients(report: Report) -> dict[str, object]:
    """Return ``clients``, or nothing if every app takes the base URL that works."""
    rows = [{"app": client.app, "base_url": client.base_url, "note": client.note} for client in report.clients]
    return {"clients": rows} if rows else {}


def _capabilities(report: Report) -> dict[str, object]:
    """Return ``capabilities``, or nothing if there was no deep check."""
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


def _as_client(report: Report) -> dict[str, object]:
    """Return ``as_client``, or nothing if the app's own request was not sent."""
    one = report.client_request
    if one is None:
        return {}
    row = {
        "app": one.app,
        "version": one.version or None,
        "model": one.model or None,
        "result": one.result,
        "parts": list(one.parts),
        "refused": list(one.refused),
        "certain": list(one.certain),
        "sure": one.sure,
        "requests": one.requests,
    }
    return {"as_client": row}


def _asked_for(report: Report) -> dict[str, object]:
    """Return ``slo`` and ``flaky``, each only if `--slo` or `--retries` was given."""
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
        "key": target.get("key"),
        "sources": _sources(target.get("sources")),
    }


def _sources(sources: object) -> dict[str, str]:
    return {name: str(source) for name, source in sources.items()} if isinstance(sources, Mapping) else {}


def _fixes(finding: Finding) -> list[dict[str, object]]:
    """Return the fixes. If none has settings or was tried, add the steps, so that the document loses no advice."""
    fixes = [_fix(fix) for fix in finding.fixes]
    if not any(fix.settings or fix.verified for fix in finding.fixes):
        known = {fix.summary for fix in finding.fixes}
        fixes += [_step(step) for step in finding.steps if step not in known]
    return fixes


def _fix(fix: Fix) -> dict[str, object]:
    """Return a fix. ``where`` is the first of its ``places`` that is in a file."""
    where = next((place for place in fix.places if place.file), None)
    return {
        "summary": fix.summary,
        "settings": fix.settings,
        "verified": fix.verified,
        "where": None if where is None else _where(where),
        "places": [{**_where(one), "value": one.value_shown, "renames": one.renames or None} for one in fix.places],
        "command": fix.command or None,
        "by_hand": list(fix.by_hand),
    }


def _step(step: str) -> dict[str, object]:
    """Return a step that changes no setting, in the form of a fix."""
    nothing: dict[str, object] = {"where": None, "places": [], "command": None, "by_hand": []}
    return {"summary": step, "settings": {}, "verified": False, **nothing}


def _where(place: Place) -> dict[str, object]:
    return {"file": place.file or None, "line": place.line or None, "name": place.name}


def _seconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


def _ms(milliseconds: float) -> float:
    return round(float(milliseconds), 1)


def _pure(value: object) -> object:
    """Convert a value to the types of JSON: mappings to dicts, iterables to lists, NaN and infinity to null.

    Remove known secrets from its texts.
    """
    if isinstance(value, str):
        return KNOWN.scrub(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, (dict, Mapping)):  # a dict is told faster than another mapping
        return {KNOWN.scrub(str(name)): _pure(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, Iterable)):
        return [_pure(inner) for inner in value]
    return KNOWN.scrub(str(value))
