"""Compare two reports of one target from two places: at which place the fault is, and which difference shows it. Pure.

The comparison reads the JSON of the reports, so that a report of another version or from a colleague can be used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from diagnose.judging.compared_report import ComparedReport
from probes.model.evidence import PROBES
from probes.model.record import Record

APART = 3600.0  # seconds between two runs; after more, the server or the network may have changed
SKEW = 300.0  # seconds; with a larger clock error, certificates and tokens may fail
SLOWER = 3.0  # the factor and
NOTICED = 1.0  # the difference in seconds by which people notice that a place is slower


class Difference(Record):
    """A value that differs between the two places; ``what`` names it, ``a`` and ``b`` are its texts."""

    probe: str
    what: str
    a: str
    b: str


class Comparison(Record):
    """The result of a comparison.

    ``conclusion`` names the words of the result; ``fault`` is ``a``, ``b``, ``both``, ``none`` or ``unknown``.
    ``telling`` is the difference that shows the conclusion, or None. ``first`` is the same, or else the first
    difference that is not minor, in the order of the probes. ``names`` are what the two are called. ``warnings`` say
    why the two may not be comparable: ``target``, ``key``, ``model``, ``app``, ``time``, ``version``.
    """

    a: ComparedReport
    b: ComparedReport
    conclusion: str
    fault: str
    first: Difference | None
    telling: Difference | None
    differences: tuple[Difference, ...]
    warnings: tuple[str, ...]
    names: tuple[str, str] = ("A", "B")


def compare(a: ComparedReport, b: ComparedReport, names: tuple[str, str] = ("A", "B")) -> Comparison:
    """Compare two reports and conclude at which place the fault is. ``names`` are what the reports are called."""
    found_differences = tuple(differences(a, b))
    conclusion, fault, telling = conclude(a, b, {one.what for one in found_differences})
    shown = next((one for one in found_differences if one.what in telling), None)
    first = shown or next((one for one in found_differences if one.what not in _MINOR), None)
    return Comparison(a, b, conclusion, fault, first, shown, found_differences, tuple(_warnings(a, b)), names)


# -- what differs ------------------------------------------------------------------------------------------------------

# Probe, name and reader of each value, in the order of the probes. A value that is unknown (empty) at one place is not
# compared. If its absence is meaningful, the reader returns "–".
_VALUES: tuple[tuple[str, str, Callable[[ComparedReport], str]], ...] = (
    ("settings", "base_url", lambda at: at.address),
    ("settings", "key", lambda at: at.key or "–"),
    ("settings", "protocol", lambda at: at.protocol),
    ("settings", "model", lambda at: at.model),
    ("settings", "app", lambda at: at.app),
    ("proxy", "proxy", lambda at: at.proxy or "–"),
    ("dns", "addresses", lambda at: ", ".join(at.addresses)),
    ("tls", "trust", lambda at: at.trust),
    ("tls", "issuer", lambda at: at.issuer),
    ("tls", "fingerprint", lambda at: at.fingerprint[:16]),
    ("tls", "clock", lambda at: "" if at.skew is None else f"{at.skew:+.0f} s"),
    ("http", "server", lambda at: at.server),
    ("http", "via", lambda at: at.via),
    ("stream", "ttft", lambda at: "" if at.ttft is None else f"{at.ttft:.2f} s"),
    ("stream", "version", lambda at: at.version),
)
# Values that often differ between two working places.
_MINOR = ("trust", "version", "ttft", "app")


def differences(a: ComparedReport, b: ComparedReport) -> Iterator[Difference]:
    """Yield all differences, in the order in which the probes build on each other."""
    rows = [Difference(probe, what, read(a), read(b)) for probe, what, read in _VALUES]
    differing = [row for row in rows if row.a and row.b and row.a != row.b and _matters(row, a, b)]
    for probe in PROBES:
        yield from (row for row in differing if row.probe == probe)
        results = a.results.get(probe, ""), b.results.get(probe, "")
        # Compare only failures with successes: a warning is no failure, and a skipped probe says nothing.
        if {*results} & {"fail"} and {*results} & {"ok", "warn"}:
            yield Difference(probe, "result", *results)
        for purpose in _OF.get(probe, ()):
            statuses = a.statuses.get(purpose, ""), b.statuses.get(purpose, "")
            if all(statuses) and statuses[0] != statuses[1]:
                yield Difference(probe, f"status_{purpose}", *statuses)


_OF = {"http": ("models", "path"), "chat": ("chat",), "stream": ("stream",)}


def _matters(row: Difference, a: ComparedReport, b: ComparedReport) -> bool:
    if (
        row.what == "addresses"
    ):  # providers return other addresses in each region; one common address means the same server
        return not set(a.addresses) & set(b.addresses)
    if row.what == "issuer":  # after a failed handshake, the issuer is read in more detail
        return not (row.a.startswith(row.b) or row.b.startswith(row.a))
    if row.what == "clock":
        return max(abs(a.skew or 0), abs(b.skew or 0)) >= SKEW
    if row.what == "ttft":
        slow, quick = max(a.ttft or 0, b.ttft or 0), min(a.ttft or 0, b.ttft or 0)
        return slow >= quick * SLOWER and slow - quick >= NOTICED
    return True


def _warnings(a: ComparedReport, b: ComparedReport) -> Iterator[str]:
    """Yield the reasons why the two reports may not be comparable."""
    if a.origin != b.origin:
        yield "target"
    if a.key != b.key:
        yield "key"
    if a.model and b.model and a.model != b.model:
        yield "model"
    if (a.protocol, a.app) != (b.protocol, b.app):
        yield "app"
    try:
        begins = [datetime.strptime(one.started_at, "%Y-%m-%dT%H:%M:%SZ") for one in (a, b)]
        if abs((begins[0] - begins[1]).total_seconds()) > APART:
            yield "time"
    except ValueError:
        pass
    if a.version != b.version:
        yield "version"


# -- what it means -----------------------------------------------------------------------------------------------------


class _Pair(Record):
    """The place that fails, the place that works, and the names of the differences between them."""

    bad: ComparedReport
    good: ComparedReport
    differs: set[str]

    def fails(self, *codes: str) -> bool:
        """Check whether the failing place has one of these root causes; a layer has a dot at the end (``tls.``)."""
        return self.bad.fails_by(*codes)

    def by(self, *names: str) -> bool:
        """Check whether one of these values differs."""
        return not self.differs.isdisjoint(names)

    @property
    def same_certificate(self) -> bool:
        """Whether both places received the same certificate."""
        return bool(self.bad.fingerprint) and self.bad.fingerprint == self.good.fingerprint


_NETWORK = ("proxy.", "dns.", "tcp.", "tls.", "http.")
_OF_ADDRESS = ("url.", "dns.not_found", "shape.", "tcp.refused", "tls.not_tls", "tls.needed", "http.not_http")
_OF_KEY = ("key.", "auth.", "quota.exhausted", "access.client_refused", "model.not_permitted", "model.no_channel")
_STATE = ("quota.rate_limited", "quota.overloaded", "http.gateway_error", "http.server_error", "model.no_channel")
_OTHER_CERTIFICATE = ("tls.untrusted_issuer", "tls.self_signed", "tls.hostname_mismatch")
_TRUST = ("tls.untrusted_issuer", "tls.incomplete_chain")
_LOCATION = ("access.region_blocked", "auth.ip_not_allowed", "http.blocked")
_SERVER = ("addresses", "fingerprint", "server")
_DATES = ("tls.expired", "tls.not_yet_valid")
_IN_TRANSIT = ("tcp.", "tls.reset", "tls.handshake_failed", "http.timeout", "http.closed", "http.too_large", "stream.")
_OTHER_RESPONDER = ("http.not_http", "http.front_auth", "http.redirected", "http.blocked", "shape.", "tls.")

# If one place works and one fails: the conclusion, the differences that show it, its condition. The first match wins.
_ONE_FAILS: tuple[tuple[str, tuple[str, ...], Callable[[_Pair], bool]], ...] = (
    ("base_url", ("base_url",), lambda of: of.by("base_url") and of.fails(*_OF_ADDRESS)),
    ("other_target", ("base_url",), lambda of: of.bad.origin != of.good.origin),
    ("settings", ("key",), lambda of: of.fails("settings.")),
    ("key", ("key",), lambda of: of.by("key") and of.fails(*_OF_KEY, "quota.", "access.")),
    ("model", ("model",), lambda of: of.by("model") and of.fails("model.", "stream.", "quota.overloaded")),
    (
        "app",
        ("protocol", "app"),
        lambda of: of.by("protocol", "app") and not of.fails(*_NETWORK, "quota.", "access."),
    ),
    ("proxy", ("proxy",), lambda of: of.fails("proxy.")),
    ("interception", ("issuer", "fingerprint"), lambda of: of.fails("tls.intercepted")),
    ("clock", ("clock",), lambda of: of.fails("tls.clock_wrong")),
    ("clock", ("clock", "result"), lambda of: of.fails(*_DATES) and (of.by("clock") or of.same_certificate)),
    ("dns", ("addresses", "result"), lambda of: of.fails("dns.")),
    (
        "interception",
        ("issuer", "fingerprint"),
        lambda of: of.fails(*_OTHER_CERTIFICATE) and of.by("issuer", "fingerprint") and not of.by("addresses"),
    ),
    ("trust", ("trust", "result"), lambda of: of.fails(*_TRUST) and of.same_certificate),
    ("proxy", ("proxy",), lambda of: of.by("proxy") and of.fails(*_NETWORK, "stream.", "shape.")),
    ("location", ("result",), lambda of: of.fails(*_LOCATION)),
    ("moment", ("result",), lambda of: of.fails(*_STATE)),
    ("other_server", _SERVER, lambda of: of.by(*_SERVER) and of.fails(*_OTHER_RESPONDER, "tcp.")),
    ("network", ("result",), lambda of: of.fails(*_IN_TRANSIT, *_OTHER_RESPONDER)),
    ("same_hint", ("result",), lambda of: not of.by("key") and of.fails(*_OF_KEY)),
    ("version", ("version",), lambda of: of.by("version")),
)

# If both fail with the same root cause: the conclusion and its codes.
_BOTH_FAIL: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("same_place", _LOCATION),
    ("same_settings", ("settings.", "url.", "key.", "model.", "shape.wrong_protocol", "auth.header_style", "app.")),
    ("same_limit", ("quota.rate_limited",)),
    ("same_account", ("quota.exhausted", "auth.", "access.")),
    ("same_place", ("proxy.", "tls.intercepted", "tls.clock_wrong", "dns.bogus_answer", "dns.failed")),
)


def conclude(a: ComparedReport, b: ComparedReport, differs: set[str]) -> tuple[str, str, tuple[str, ...]]:
    """Return the conclusion, the place of the fault, and the names of the differences that may show it.

    ``differs`` has the names of all differences.
    """
    if a.broken and b.broken:
        return _conclude_both(a, b, differs)
    if not a.broken and not b.broken:
        if not (a.works and b.works):
            return "open", "unknown", ()
        if "ttft" in differs and a.ttft is not None and b.ttft is not None:
            return "slower", "a" if a.ttft > b.ttft else "b", ("ttft",)
        return "both_work", "none", ()
    fault = "a" if a.broken else "b"
    pair = _Pair(*((a, b) if a.broken else (b, a)), differs)
    if not pair.good.works:
        return "open", "unknown", ()
    for name, telling, holds in _ONE_FAILS:
        if holds(pair):
            return name, "unknown" if name in ("other_target", "moment", "version") else fault, telling
    return "unexplained", fault, ("result",)


def _conclude_both(a: ComparedReport, b: ComparedReport, differs: set[str]) -> tuple[str, str, tuple[str, ...]]:
    if a.origin != b.origin:
        return "other_target", "unknown", ("base_url",)
    if a.root != b.root:
        return "two_faults", "both", ("result",)
    name = next((name for name, codes in _BOTH_FAIL if a.fails_by(*codes)), "same_server")
    if name in ("same_account", "same_limit") and "key" in differs:
        name = "same_account_keys" if name == "same_account" else "same_server"
    return name, "both", ()
