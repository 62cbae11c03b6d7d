"""Read from a report's JSON what a comparison needs; the report may be of another version or in another language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from probes.model.record import Record

REPORT = "llmdoctor.report/1"
LONGEST = 300  # characters of one value


class NotAReport(ValueError):
    """The document is no report that can be compared. The message is a sentence for users, without a final period."""


class ComparedReport(Record):
    """The parts of a report that a comparison needs. An empty value is unknown."""

    version: str = ""
    started_at: str = ""
    base_url: str = ""
    protocol: str = ""
    app: str = ""
    model: str = ""
    key: str = ""  # its hint and length
    verdict: str = ""
    root: str = ""  # the code of the root cause
    title: str = ""  # of the root cause
    codes: frozenset[str] = frozenset()
    proxy: str = ""
    trust: str = ""
    addresses: tuple[str, ...] = ()
    issuer: str = ""
    fingerprint: str = ""
    server: str = ""
    via: str = ""
    skew: float | None = None  # seconds that this place's clock is ahead of the server's
    ttft: float | None = None  # seconds
    results: Mapping[str, str] = MappingProxyType({})  # probe -> status
    statuses: Mapping[str, str] = MappingProxyType({})  # purpose of a request -> HTTP status

    @property
    def works(self) -> bool:
        """Whether the verdict says that the target works."""
        return self.verdict in ("healthy", "degraded")

    @property
    def broken(self) -> bool:
        """Whether the verdict says that the target does not work."""
        return self.verdict == "broken"

    @property
    def origin(self) -> str:
        """Scheme, host and port of the base URL in lower case, without the usual port; empty if it is unknown."""
        try:
            url = urlsplit(self.base_url)
            port = url.port
        except ValueError:
            return ""
        host = url.hostname or ""
        shown = f"[{host}]" if ":" in host else host
        usual = {"http": 80, "https": 443}.get(url.scheme)
        return f"{url.scheme}://{shown}{'' if port in (None, usual) else f':{port}'}" if host else ""

    @property
    def host(self) -> str:
        """The host of the base URL in lower case; empty if it is unknown."""
        return self.origin.partition("://")[2].rpartition(":")[0] or self.origin.partition("://")[2]

    @property
    def address(self) -> str:
        """The whole base URL in the form in which two that lead to the same place are equal."""
        try:
            url = urlsplit(self.base_url)
        except ValueError:
            return self.base_url
        query = f"?{url.query}" if url.query else ""
        return f"{self.origin}{url.path.rstrip('/')}{query}" if self.origin else self.base_url.rstrip("/")

    def fails_by(self, *codes: str) -> bool:
        """Check whether the root cause is one of these codes or belongs to one of these layers (``tls.``)."""
        return any(self.root == code or (code.endswith(".") and self.root.startswith(code)) for code in codes)


def place(document: object) -> ComparedReport:
    """Read a report from its parsed JSON; parts with an unexpected type count as unknown.

    Raises NotAReport if the document is not a report, or if its verdict or its probes are missing.
    """
    if not isinstance(document, dict) or document.get("schema") != REPORT:
        raise NotAReport("it is not a report of llmdoctor")
    target, key = _dict(document, "target"), _dict(document, "target", "key")
    probes = {_text(one, "name"): one for one in _list(document, "probes")}
    if not _text(document, "verdict") or not probes:
        raise NotAReport("it is not a whole report: its verdict or its probes are missing")
    findings = _list(document, "findings")
    observed = {name: _dict(one, "observed") for name, one in probes.items()}
    root = _text(document, "root_cause")
    requests = [(name, row) for name, facts in observed.items() for row in _list(facts, "requests")]
    answers = [observed.get(name, {}) for name in ("http", "chat", "stream", "auth")]
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
        addresses=tuple(sorted(str(one)[:64] for one in _any_list(observed.get("dns", {}), "addresses")[:20])),
        issuer=_text(observed.get("tls", {}), "issuer"),
        fingerprint=_text(observed.get("tls", {}), "fingerprint"),
        server=next((found for facts in answers if (found := _text(facts, "server"))), ""),
        via=next((found for facts in answers if (found := _text(facts, "via"))), ""),
        skew=_skew(document, answers),
        ttft=_seconds(observed.get("stream", {}), "ttft_ms"),
        results={name: _text(one, "status") for name, one in probes.items()},
        statuses={_text(row, "purpose") or name: _text(row, "status") for name, row in requests},
    )


def _skew(document: Mapping[str, Any], answers: list[dict[str, Any]]) -> float | None:
    """Return the local time minus the server's, in seconds; None if unknown.

    The start of the run is accurate enough, because a run takes only seconds.
    """
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
    item = value.get(name) if isinstance(value, dict) else None
    return item if isinstance(item, list) else []


def _list(value: object, name: str) -> list[dict[str, Any]]:
    return [one for one in _any_list(value, name) if isinstance(one, dict)]


def _text(value: object, name: str) -> str:
    item = value.get(name) if isinstance(value, dict) else None
    return str(item)[:LONGEST] if isinstance(item, str | int) and not isinstance(item, bool) else ""


def _seconds(value: object, name: str) -> float | None:
    item = value.get(name) if isinstance(value, dict) else None
    return item / 1000 if isinstance(item, int | float) and not isinstance(item, bool) else None
