"""Every world, from the tables that lie beside this one."""

from __future__ import annotations

from worlds import cases, http, protocols, settings, wire
from worlds.stage import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    *settings.SCENARIOS,
    *protocols.SCENARIOS,
    *wire.SCENARIOS,
    *http.SCENARIOS,
    *cases.SCENARIOS,
)
