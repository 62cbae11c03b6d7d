"""What one place saw of a target: what comparing takes from a report's JSON, be it of another version or language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

REPORT = "llmdoctor.report/1"
LONGEST = 300  # characters of one value that is shown


class NotAReport(ValueError):
    """The document is no report that can be compared; the message is a sentence for people, without a stop."""


@dataclass(frozen=True, slots=True)
class ComparedReport:
    """What one report says, as far as comparing needs it. Empty: not known."""

    version: str = ""
    started_at: str = ""
    base_url: str = ""
    protocol: str = ""
    app: str = ""
    model: str = ""
    key: str = ""  # hint and length
    verdict: str = ""
    root: str = ""
    title: str = ""  # of the root cause
    codes: frozenset[str] = frozenset()
    proxy: str = ""
    trust: str = ""
    addresses: tuple[str, ...] = ()
    issuer: str = ""
    fingerprint: str = ""
    server: str = ""
    via: str = ""
    skew: float | None = None  # seconds by which this place's clock is ahead of the server's
    ttft: float | None = None  # seconds
    results: Mapping[str, str] = field(default_factory=dict)  # of each probe
    statuses: Mapping[str, str] = field(default_factory=dict)  # of each kind of request

    @property
    def works(self) -> bool:
        return self.verdict in ("healthy", "degraded")

    @property
    def broken(self) -> bool:
        return self.verdict == "broken"

    @property
    def host(self) -> str:
        try:
            return (urlsplit(self.base_url).hostname or "").lower()
        except ValueError:
            return ""

    def fails_by(self, *codes: str) -> bool:
        """Whether the root cause is one of these codes, or of one of these layers (with a dot)."""
        return any(self.root == code or (code.endswith(".") and self.root.startswith(code)) for code in codes)


def place(document: object) -> ComparedReport:
    """What a report's JSON says. Raises NotAReport for anything else; parts of another shape are not known."""
    if not isinstance(document, dict) or document.get("schema") != REPORT:
        raise NotAReport(f"it is no report: its schema is not {REPORT}")
    target, key = _dict(document, "target"), _dict(document, "target", "key")
    probes = {_text(one, "name"): one for one in _list(document, "probes")}
    if not _text(document, "verdict") or not probes:
        raise NotAReport("it is no whole report: its verdict or its probes are missing")
    findings = _list(document, "findings")
    seen = {name: _dict(one, "observed") for name, one in probes.items()}
    root = _text(document, "root_cause")
    requests = [(name, row) for name, facts in seen.items() for row in _list(facts, "requests")]
    answers = [seen.get(name, {}) for name in ("http", "chat", "stream", "auth")]
    hint = f"{_text(key, 'hint')} ({_text(key, 'length')})" if key else ""
    return ComparedReport(
        version=_text(document, "version"),
        started_at=_text(document, "started_at"),
        base_url=_text(target, "base_url"),
        protocol=_text(target, "protocol"),
        app=_text(target, "app"),
        model=_text(target, "model"),
        key=hint,
        verdict=_text(document, "verdict"),
        root=root,
        title=next((_text(one, "title") for one in findings if _text(one, "code") == root), ""),
        codes=frozenset(_text(one, "code") for one in findings),
        proxy=_text(_dict(document, "vantage"), "proxy"),
        trust=_text(_dict(document, "vantage"), "trust"),
        addresses=tuple(sorted(str(one)[:64] for one in _any_list(seen.get("dns", {}), "addresses")[:20])),
        issuer=_text(seen.get("tls", {}), "issuer"),
        fingerprint=_text(seen.get("tls", {}), "fingerprint"),
        server=next((found for facts in answers if (found := _text(facts, "server"))), ""),
        via=next((found for facts in answers if (found := _text(facts, "via"))), ""),
        skew=_skew(document, answers),
        ttft=_seconds(seen.get("stream", {}), "ttft_ms"),
        results={name: _text(one, "status") for name, one in probes.items()},
        statuses={_text(row, "purpose") or name: _text(row, "status") for name, row in requests},
    )


def _skew(document: Mapping[str, Any], answers: list[dict[str, Any]]) -> float | None:
    """This clock less the server's. A run takes seconds, so its begin is near enough."""
    for facts in answers:
        try:
            theirs = datetime.strptime(_text(facts, "date"), "%a, %d %b %Y %H:%M:%S GMT")
            ours = datetime.strptime(_text(document, "started_at"), "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            continue
        return (ours - theirs).total_seconds()
    return None


def _dict(value: object, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _any_list(value: object, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _list(value: object, name: str) -> list[dict[str, Any]]:
    return [one for one in _any_list(value, name) if isinstance(one, dict)]


def _text(value: object, name: str) -> str:
    found = value.get(name) if isinstance(value, dict) else None
    return str(found)[:LONGEST] if isinstance(found, str | int) and not isinstance(found, bool) else ""


def _seconds(value: object, name: str) -> float | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found / 1000 if isinstance(found, int | float) and not isinstance(found, bool) else None
