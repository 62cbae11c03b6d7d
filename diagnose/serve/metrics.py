"""Metrics for Prometheus: the report of one target, and the server's own metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Metric,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from diagnose import __version__
from diagnose.report import ProbeLine, Report, Status, Verdict

_COST = {
    "requests": "Requests sent to this target by this server.",
    "billed_requests": "Those of them that a provider bills.",
    "prompt_tokens": "Tokens of the prompts, as the answers count them.",
    "completion_tokens": "Tokens of the answers, as they count them.",
}


Sums: TypeAlias = Mapping[str, int]
Readable: TypeAlias = Iterable[Metric] | CollectorRegistry


@dataclass(slots=True)
class Costs:
    """The total cost of each target's checks since the server started, because counters must not decrease."""

    _sums: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, target: str, cost: Mapping[str, int]) -> Sums:
        """Add the cost of a run and return the target's sums, including it."""
        sums = self._sums.setdefault(target, dict.fromkeys(_COST, 0))
        for name in _COST:
            sums[name] += cost.get(name, 0)
        return dict(sums)


class _FixedMetrics:
    """A collector of metrics whose values are already known, for a registry."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def written(families: Readable, accept: str) -> tuple[bytes, str]:
    """Return the metrics in the format that the ``Accept`` header requests, and its content type."""
    if isinstance(families, CollectorRegistry):
        registry = families
    else:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_FixedMetrics(families))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


def of_report(report: Report, sums: Sums) -> Iterator[Metric]:
    """Yield a report as metrics. A value that was not measured is left out; it is never 0."""
    up = report.verdict in (Verdict.HEALTHY, Verdict.DEGRADED)
    yield _gauge("up", "1 where an app with these settings works.", [((), float(up))])
    yield _gauge(
        "verdict",
        "1 for the verdict of the check, 0 for the others.",
        [((verdict.value,), float(verdict is report.verdict)) for verdict in Verdict],
        "verdict",
    )
    yield _gauge(
        "probe_status",
        "1 for the status of each probe, 0 for the others.",
        [((line.name, one.value), float(one is line.status)) for line in report.probes for one in Status],
        *("probe", "status"),
    )
    ran = [line for line in report.probes if line.status is not Status.SKIPPED]
    yield _gauge(
        "probe_duration_seconds",
        "How long each probe took; those that were skipped are left out.",
        [((line.name,), line.duration_ms / 1000) for line in ran],
        "probe",
    )
    yield _gauge(
        "finding",
        "1 for each finding of the check.",
        [((one.code, one.severity.value), 1.0) for one in report.findings],
        *("code", "severity"),
    )
    if report.root_cause is not None:
        cause = (report.root_cause, report.side or "")
        yield _gauge("root_cause", "1 for the error that the others follow from.", [(cause, 1.0)], "code", "side")
    yield _gauge("check_duration_seconds", "How long the check took.", [((), report.duration_ms / 1000)])
    lines = {line.name: line for line in report.probes}
    if (ttft := _number(lines.get("stream"), "ttft_ms")) is not None:
        yield _gauge("ttft_seconds", "Time to the first event of the stream.", [((), ttft / 1000)])
    if (ends := _expiry(lines.get("tls"))) is not None:
        yield _gauge("certificate_expiry_timestamp_seconds", "When the certificate ends.", [((), ends)])
    for name, documentation in _COST.items():
        family = CounterMetricFamily(f"llmdoctor_cost_{name}", documentation)
        family.add_metric((), sums[name])
        yield family


def _gauge(
    name: str, documentation: str, rows: Iterable[tuple[tuple[str, ...], float]], *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"llmdoctor_{name}", documentation, labels=labels)
    for values, value in rows:
        family.add_metric(values, value)
    return family


def _number(line: ProbeLine | None, name: str) -> float | None:
    value = line.observed.get(name) if line is not None else None
    return float(value) if isinstance(value, int | float) else None


def _expiry(line: ProbeLine | None) -> float | None:
    value = line.observed.get("not_after") if line is not None else None
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) and value else None


class ServerMetrics:
    """The server's own metrics. ``running`` and ``waiting`` are called when the metrics are collected."""

    def __init__(self, running: Callable[[], int], waiting: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.runs = Counter(
            "llmdoctor_serve_runs", "Checks that ended.", ("asked_by", "verdict"), registry=self.registry
        )
        self.seconds = Histogram(
            "llmdoctor_serve_run_seconds",
            "How long the checks took.",
            registry=self.registry,
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
        )
        self.refused = Counter(
            "llmdoctor_serve_refused", "Requests that were not served.", ("reason",), registry=self.registry
        )
        self._running, self._waiting = running, waiting
        self.registry.register(self)

    def collect(self) -> Iterator[Metric]:
        """Yield the current values; the registry calls this for every scrape."""
        info = GaugeMetricFamily("llmdoctor_serve_info", "The version that runs.", labels=("version",))
        info.add_metric((__version__,), 1)
        yield info
        yield GaugeMetricFamily("llmdoctor_serve_running", "Checks under way.", value=self._running())
        yield GaugeMetricFamily("llmdoctor_serve_waiting", "Checks that wait for their turn.", value=self._waiting())

    def saw(self, where: str, report: Report) -> None:
        """Count a check; ``where`` is ``page`` or ``probe``."""
        self.runs.labels(where, report.verdict.value).inc()
        self.seconds.observe(report.duration_ms / 1000)
