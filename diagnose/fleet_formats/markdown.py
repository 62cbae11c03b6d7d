"""The report of a fleet as Markdown, for the summary of a job or an issue: the causes with their targets, then all
targets in a folded table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from diagnose.formats.markdown import VERDICTS, advice, escape, fence
from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import aside, duration, word
from diagnose.rendering.report_view import view_of
from diagnose.words import part as words_of
from diagnose.words import put

if TYPE_CHECKING:
    from diagnose.report import Report
    from diagnose.tables.fleet_report import FleetReport, FleetRow
    from diagnose.tables.overview import CauseGroup

MARKS = {
    "broken": VERDICTS["fail"],
    "inconclusive": VERDICTS["open"],
    "degraded": VERDICTS["warn"],
    "chosen": VERDICTS["ok"],
    "healthy": VERDICTS["ok"],
    "": "➖",
}
# GitHub takes summaries up to 1 MiB: "Workflow commands for GitHub Actions", "Step isolation and limits".
TARGETS = 100  # of one cause that are listed
ALL = 1000  # rows of the table


def part(report: Report, lang: str, strict: bool) -> str:
    """Return the steps and the explanation of the cause; empty for a target that has none."""
    view = view_of(report, lang)
    if report.verdict not in ("broken", "degraded") or view.cause is None:
        return "\n".join(f"{escape(text)}\n" for text in view.notices)
    return "\n".join(advice(view.cause, lang))


def render(found: FleetReport) -> str:
    """Return the document for GitHub and GitLab."""
    return "\n".join(_blocks(found))


def _blocks(found: FleetReport) -> Iterator[str]:
    fails = found.verdict == "broken" and found.is_met
    mark = MARKS["degraded" if fails or found.interrupted else found.verdict]
    yield f"## {mark} {escape(found.headline)}\n"
    yield f"{escape(' · '.join(found.summary))}\n"
    for group, rows in found.causes:
        if group.verdict not in ("healthy", "chosen"):
            yield from _cause(found, group, rows)
    yield from _table(found)
    yield escape(put(found.words["file"], {"file": plain(found.file)}) + word(found.lang, "pause") + found.started_at)
    yield ""


def _cause(found: FleetReport, group: CauseGroup, rows: tuple[FleetRow, ...]) -> Iterator[str]:
    """Yield a cause with its targets, each with its place and fix, the commands, and what to do."""
    code = aside(found.lang, f"`{escape(group.code)}`") if group.code else ""
    yield f"### {MARKS[group.verdict]} {escape(group.title)}{code}\n"
    pause, colon = word(found.lang, "pause"), word(found.lang, "colon")
    for one in rows[:TARGETS]:
        said = one.cause.fix or pause.join(filter(None, (f"{found.file}:{one.line}", one.address)))
        yield f"- **{escape(one.title)}**{colon}{escape(said)}"
    if len(rows) > TARGETS:
        yield f"- … +{len(rows) - TARGETS}"
    yield ""
    commands = [plain(one.cause.command) for one in rows[:TARGETS] if one.cause.command]
    if commands:
        yield fence("\n".join(commands), "sh")
    yield rows[0].parts.get("markdown", "")


def _table(found: FleetReport) -> Iterator[str]:
    words = found.words
    yield f"<details><summary>{escape(put(words['targets'], {'count': len(found.shown)}))}</summary>\n"
    head = (words["target"], words["cause"], words["address"], words["took"])
    yield f"| | {' | '.join(map(escape, head))} |\n| --- | --- | --- | --- | ---: |"
    overview: dict[str, str] = words_of(found.lang, "tables").OVERVIEW
    rows = [(group, one) for group, together in found.causes for one in together]
    for group, one in rows[:ALL]:
        said = plain(one.cause.title) if one.cause.code else overview[group.verdict or "unchecked"]
        cells = (one.title, said, one.address, duration(one.milliseconds))
        yield f"| {MARKS[group.verdict]} | {' | '.join(map(escape, cells))} |"
    if len(rows) > ALL:
        yield f"| | … +{len(rows) - ALL} | | | |"
    yield "\n</details>\n"
