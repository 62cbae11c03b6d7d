"""The table of a fleet: one line per report, worst first, grouped by cause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import word
from diagnose.tables.overview import ORDER, Cause, Row, cause_of
from diagnose.tables.overview import render as render_overview
from diagnose.words import part

_SAFE = r"[\w.@:/\\+-]+"  # a name that every shell takes as it is


class FleetRow(NamedTuple):
    """The part of a report that the table shows; a fleet of thousands keeps no more than this in memory."""

    name: str
    group: str
    verdict: str
    address: str
    cause: Cause
    requests: int
    billed: int
    tokens: int
    open_by_choice: bool = False


def row(name: str, group: str, document: Mapping[str, Any], lang: str) -> FleetRow:
    """Return the row of a report, which is given as the JSON document of the contract, in the language ``lang``."""
    cost = document["cost"]
    return FleetRow(
        name,
        group,
        document["verdict"],
        document["target"]["base_url"] or "",
        cause_of(document, lang),
        cost["requests"],
        cost["billed_requests"],
        cost["prompt_tokens"] + cost["completion_tokens"],
        bool(document.get("open_by_choice")),
    )


def render(rows: Iterable[FleetRow], lang: str, file: str = "", **look: Any) -> str:
    """Return the table of a fleet from ``file``; ``look`` is that of :func:`diagnose.tables.overview.render`."""
    found = list(rows)
    shown = [
        Row(f"{one.group}/{one.name}" if one.group else one.name, one.verdict, one.address, one.cause) for one in found
    ]
    billed, tokens = sum(one.billed for one in found), sum(one.tokens for one in found)
    cost = word(lang, "cost", requests=sum(one.requests for one in found), billed=billed, tokens=tokens)
    return render_overview(shown, lang, cost=cost, follow=_next(found, file, lang), **look)


def _next(rows: list[FleetRow], file: str, lang: str) -> list[tuple[str, str]]:
    """Return the command that shows the whole report of the first target that does not work."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    shared = Counter((one.verdict, one.cause.code) for one in rows)
    worst = min(
        (one for one in rows if one.verdict != "healthy"),
        key=lambda one: (
            ORDER.index(one.verdict),
            -shared[one.verdict, one.cause.code],
            one.cause.code,
            one.group,
            one.name,
        ),
        default=None,
    )
    if worst is None or not re.fullmatch(_SAFE, file):
        return []
    if file.endswith(".toml") and re.fullmatch(_SAFE, worst.name):
        return [(f"llmdoctor check --config {file} {worst.name}", words["whole"])]
    return [(f"llmdoctor fleet {file} --json", words["documents"])]


def exit_status(rows: Iterable[FleetRow], strict: bool = False) -> int:
    """Return the exit status of the worst row, as :func:`diagnose.rendering.report_parts.exit_status` of one report."""
    found = list(rows)
    if any(one.verdict == "broken" or (strict and one.verdict == "degraded") for one in found):
        return 1
    return 3 if any(one.verdict == "inconclusive" and (strict or not one.open_by_choice) for one in found) else 0


def change(one: FleetRow, before: str, lang: str, clock: str) -> str:
    """Return the line about a target whose result has changed; ``before`` is its previous verdict."""
    said = f"{plain(one.cause.title)} ({one.cause.code})" if one.cause.title else word(lang, f"table.{one.verdict}")
    was = word(lang, "table.was", verdict=word(lang, f"table.{before}"))
    return f"{clock} {plain(one.name)}{word(lang, 'colon')}{said}{was}\n"
