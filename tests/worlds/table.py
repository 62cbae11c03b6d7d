"""All worlds, joined from the tables in this folder."""

from __future__ import annotations

from worlds import (
    app_runtime,
    cases,
    ends,
    field_credentials,
    field_headers,
    field_refusals,
    field_remedies,
    field_way,
    http,
    protocols,
    public_reports,
    public_reports_2,
    public_reports_3,
    public_reports_4,
    public_reports_5,
    public_reports_6,
    public_reports_7,
    public_reports_8,
    public_reports_9,
    public_reports_10,
    settings,
    strictness,
    websockets,
    wire,
)
from worlds.stage import Scenario

TABLES: dict[str, tuple[Scenario, ...]] = {
    "settings": settings.SCENARIOS,
    "protocols": protocols.SCENARIOS,
    "wire": wire.SCENARIOS,
    "app_runtime": app_runtime.SCENARIOS,
    "http": http.SCENARIOS,
    "cases": cases.SCENARIOS,
    "ends": ends.SCENARIOS,
    "remedies": field_remedies.SCENARIOS,
    "strictness": strictness.SCENARIOS,
    "websockets": websockets.SCENARIOS,
    "field_headers": field_headers.SCENARIOS,
    "field_refusals": field_refusals.SCENARIOS,
    "field_credentials": field_credentials.SCENARIOS,
    "field_way": field_way.SCENARIOS,
    "public_reports": public_reports.SCENARIOS,
    "public_reports_2": public_reports_2.SCENARIOS,
    "public_reports_3": public_reports_3.SCENARIOS,
    "public_reports_4": public_reports_4.SCENARIOS,
    "public_reports_5": public_reports_5.SCENARIOS,
    "public_reports_6": public_reports_6.SCENARIOS,
    "public_reports_7": public_reports_7.SCENARIOS,
    "public_reports_8": public_reports_8.SCENARIOS,
    "public_reports_9": public_reports_9.SCENARIOS,
    "public_reports_10": public_reports_10.SCENARIOS,
}
SCENARIOS: tuple[Scenario, ...] = tuple(one for table in TABLES.values() for one in table)
