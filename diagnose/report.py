"""What is said: severities, texts, rules, findings, the report. Plain frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from probes.model.note import Note


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"


class Status(StrEnum):
    """Of one probe in the report."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Seen(NamedTuple):
    """A line of evidence in our own words: the phrase ``seen.NAME`` of a language and its values, of which each may be
    such a phrase itself, or what a probe noted. What a server said stands as it is.
    """

    name: str
    values: Mapping[str, str | Seen | Note | tuple[Note, ...]]


def seen(name: str, /, **values: object) -> Seen:
    """A line of evidence to be said in the reader's language."""
    ours = (Seen, Note, tuple)
    return Seen(name, {slot: value if isinstance(value, ours) else str(value) for slot, value in values.items()})


@dataclass(frozen=True, slots=True)
class Fix:
    summary: str
    settings: Mapping[str, object]
    verified: bool


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    severity: Severity
    probe: str
    title: str
    explanation: str
    evidence: tuple[str, ...]
    steps: tuple[str, ...]
    fixes: tuple[Fix, ...]
    caused_by: str | None
    side: str


@dataclass(frozen=True, slots=True)
class ProbeLine:
    name: str
    status: Status
    duration_ms: float
    why_skipped: str | None
    observed: Mapping[str, object]
    summary: str  # one line for people, in the report's language
    began_ms: float = 0.0  # after the run's begin


@dataclass(frozen=True, slots=True)
class Proven:
    """What this run has shown. None: not asked."""

    reachable: bool | None
    path: bool | None
    key: bool | None
    model: bool | None
    answer: bool | None
    stream: bool | None


# How a client's base URL differs from the SDK's.
DIFFERENCES = ("without_version", "with_version", "whole", "other", "impossible")


class Client(NamedTuple):
    """A client program that wants another base URL for the same door; ``base_url`` is None where none leads there.

    ``note`` is one of ``DIFFERENCES``; ``whole``: the endpoint included.
    ``told``: worth a word to people.
    """

    app: str
    name: str
    base_url: str | None
    note: str
    told: bool


@dataclass(frozen=True, slots=True)
class CapabilityLine:
    """One capability of a deep check. ``status`` is one of :class:`probes.model.settings.Support`."""

    name: str
    status: str
    title: str
    summary: str
    said: str  # in the server's or the model's own words
    evidence: tuple[str, ...]
    alarming: bool  # worth a second look, although no app fails by it
    requests: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class SloResult:
    """A limit that was set, and what was measured, in seconds; None: not measured in this run."""

    name: str
    limit: float
    measured: float | None
    met: bool | None


@dataclass(frozen=True, slots=True)
class Try:
    """One of several runs of the same check. ``title`` and ``probe`` are those of its root cause."""

    started_at: str
    duration_ms: float
    verdict: Verdict
    root_cause: str | None
    title: str
    probe: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One run, judged. ``document()`` in ``diagnose/formats/json.py`` writes it as the contract's JSON."""

    version: str
    started_at: str
    duration_ms: float
    target: Mapping[str, object]
    verdict: Verdict
    root_cause: str | None
    side: str | None
    proven: Proven
    probes: tuple[ProbeLine, ...]
    findings: tuple[Finding, ...]
    settings: Mapping[str, object] | None
    vantage: Mapping[str, object]
    cost: Mapping[str, int]
    interrupted: bool = False
    left_open: tuple[str, ...] = ()  # what was not asked and why, for `--no-spend`, `--offline`, the deadline
    clients: tuple[Client, ...] = ()  # who wants another base URL than the one that works
    lang: str = "en"
    capabilities: tuple[CapabilityLine, ...] | None = None  # None: nobody asked for a deep check
    slos: tuple[SloResult, ...] = ()
    tries: tuple[Try, ...] = ()  # with the last; empty where it was tried once
