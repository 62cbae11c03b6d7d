"""Which faults may pass by themselves: what `--retries` tries again."""

from __future__ import annotations

# Codes, or layers with a dot. What the settings say does not change by waiting; a limit that was exceeded is a
# measurement, and measuring until it fits would be no measurement.
PASSING = (
    *("dns.failed", "tcp.", "proxy.unreachable", "tls.reset"),
    *("http.timeout", "http.closed", "http.gateway_error", "http.server_error"),
    *("quota.rate_limited", "quota.overloaded", "model.no_channel"),
    *("stream.cut", "stream.stalled", "stream.error_inside"),
)


def may_pass(code: str | None) -> bool:
    """Whether a root cause is one that may be gone a moment later."""
    return code is not None and any(code == one or (one.endswith(".") and code.startswith(one)) for one in PASSING)
