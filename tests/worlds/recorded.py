"""The archived evidence of the worlds, kept in ``evidence/``: one run per line, one file per table.

Judging is pure, so properties of a report are tested on these files, without servers. ``python tests/record.py`` writes
them; ``test_measured.py`` measures every world again and compares. A row keeps the measured times, ports and dates;
only the comparison leaves them out (`normal`).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import probes.api.round_runner
import probes.network.network
from checkout import DAY
from probes.model import archive
from probes.model.evidence import Evidence
from probes.model.record import Record, replace
from worlds.stage import Scenario, Seen, examine
from worlds.table import TABLES

FOLDER = Path(__file__).with_name("evidence")
Row = dict[str, Any]


class Recorded(Record):
    """One archived run, and how many requests the practice door counted."""

    evidence: Evidence
    requests: int


@cache
def recorded(scenario: Scenario) -> Recorded:
    """Return the archived run of a world, with the world's own clock. Raises KeyError if none was recorded."""
    row = _rows()[scenario.name]
    evidence = replace(evidence_in(row), day=DAY)
    if scenario.started_at:
        evidence = replace(evidence, started_at=scenario.started_at)
    return Recorded(evidence, row["requests"])


def evidence_in(row: Row) -> Evidence:
    """Return the run of a row as it was measured. Raises ArchiveError if the row is older than today's types."""
    return archive.load(json.dumps({"schema": archive.SCHEMA, "evidence": row["evidence"]}))


_TRUST = cache(probes.network.network.trust)  # reads the CA certificates once for all worlds


def measure(scenario: Scenario, again: bool = False) -> Seen:
    """Run the check in the world itself, without the pauses between two tries; ``again`` ignores an earlier run."""
    with (
        patch.object(probes.api.round_runner, "PAUSES", (0.01, 0.02)),
        patch.object(probes.network.network, "trust", _TRUST),
    ):
        return examine.__wrapped__(scenario) if again else examine(scenario)


# -- files -------------------------------------------------------------------------------------------------------------


@cache
def read(table: str) -> dict[str, Row]:
    """Return the rows of one file by the name of their world; an empty mapping if the file does not exist."""
    file = _file(table)
    lines = gzip.decompress(file.read_bytes()).decode().splitlines() if file.is_file() else []
    return {row["world"]: row for row in map(json.loads, lines)}


@cache
def _rows() -> dict[str, Row]:
    return {name: row for table in TABLES for name, row in read(table).items()}


def current(row: Row) -> Row:
    """Return an archived row with the fields that were added to the types since, each with its default."""
    document = json.loads(archive.dump(evidence_in(row)))
    return {**row, "evidence": _rounded(document["evidence"])}


def row_of(scenario: Scenario, seen: Seen) -> Row:
    """Return the row to archive for a run."""
    document = json.loads(archive.dump(seen.evidence))
    return {"world": scenario.name, "requests": seen.requests, "evidence": _rounded(document["evidence"])}


def write(table: str, rows: Iterable[Row]) -> None:
    """Write one file; the same rows give the same bytes."""
    lines = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    FOLDER.mkdir(exist_ok=True)
    _file(table).write_bytes(gzip.compress(lines.encode(), 9, mtime=0))


def _file(table: str) -> Path:
    return FOLDER / f"{table}.jsonl.gz"


def _rounded(value: Any) -> Any:
    """Round floats to microseconds, so that the files stay small."""
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


# -- comparing ---------------------------------------------------------------------------------------------------------

# Durations, times and places of a run, which differ between two runs and two machines.
_TIMES = {
    "began",
    "ended",
    "seconds",
    "sent_at",
    "first_byte",
    "first_at",
    "last_at",
    "started_at",
    "day",
    "days_left",
    "date",
}
_CUTS = {"arrivals", "reads"}  # how the system split a stream
_CERTIFICATE = {"not_before", "not_after", "fingerprint", "cipher"}
_MACHINE = {"container", "wsl", "families", "certifi_path"}
_VARYING = _TIMES | _CUTS | _CERTIFICATE | _MACHINE
_PORT = re.compile(r"(?<=:)[1-9]\d{4}\b|(?<=port )[1-9]\d{4}\b|(?<=port=)[1-9]\d{4}\b")
_TEMPORARY = re.compile(r"/\S*?/llmdoctor-\w+/")
_DATE = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def normal(value: Any, name: str = "") -> Any:
    """Return a row without what differs between two runs in the same world."""
    if isinstance(value, dict):
        return {name: normal(one, name) for name, one in value.items() if name not in _VARYING}
    if isinstance(value, list):
        found = [normal(one) for one in value]
        # Requests that are sent in parallel finish in any order.
        return sorted(found, key=json.dumps) if name == "observations" else found
    if name == "port" and isinstance(value, int) and value >= 1 << 13:
        return "PORT"
    if isinstance(value, str):
        return _DATE.sub("DATE", _PORT.sub("PORT", _TEMPORARY.sub("/TEMPORARY/", value)))
    return value
