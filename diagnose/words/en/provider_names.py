"""The names of providers that differ from their names in ``probes/facts/doors.toml``: none in English."""

from __future__ import annotations

PROVIDERS: dict[str, str] = {}
