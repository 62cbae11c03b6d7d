"""Moments in time: how they are written, and when a run began."""

from __future__ import annotations

from datetime import UTC, datetime

from diagnose.evidence.view import View


def moment(seconds: float) -> str:
    """Write a moment, in seconds since 1970, in UTC: ``2026-11-30 06:00 UTC``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def run_time(view: View) -> float:
    """Return when the run began, in seconds since 1970; 0 if the evidence does not say."""
    try:
        began = datetime.fromisoformat(view.evidence.started_at)
    except ValueError:
        return 0.0
    return (began if began.tzinfo else began.replace(tzinfo=UTC)).timestamp()
