"""The table of a scan: one line per found settings, worst first, and the places that could not be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import word
from diagnose.report import Report
from diagnose.tables.overview import ORDER, Cause, Row, cause_of, counted
from diagnose.tables.overview import render as render_overview
from diagnose.words import part, put
from probes.model.named_tuple import NamedTuple


class ScanRow(NamedTuple):
    """Settings that a scan found. ``why`` is the reason why they were not checked: the key ``found.WHY`` of a text."""

    app: str
    name: str
    where: str
    address: str
    hint: str
    report: Report | None = None
    why: str = ""


class ScanNote(NamedTuple):
    """A file or store that was not read: ``words`` is the key of the text, ``form`` a value in it."""

    app: str
    place: str
    words: str
    form: str = ""


def render(rows: Iterable[ScanRow], notes: Sequence[ScanNote], lang: str, **look: Any) -> str:
    """Return the table and the notes on places that were not read.

    ``look`` is that of :func:`diagnose.tables.overview.render`.
    """
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    found = list(rows)
    after = [_note(one, lang) for one in notes]
    if not found:
        follow = [("llmdoctor check", words["set"])]
        return f"{words['nothing']}\n{render_overview((), lang, after=after, follow=follow, **look)}"
    reports = [one.report for one in found if one.report is not None]
    shown = [_row(one, lang) for one in found]
    summary = [
        *counted((row.verdict for row in shown), lang),
        put(words["apps"], {"apps": len({one.app for one in found})}),
    ]
    summary += [_cost(reports, lang)] if reports else []
    return render_overview(shown, lang, summary=summary, after=after, follow=_next(found, shown, lang), **look)


def _row(one: ScanRow, lang: str) -> Row:
    name = " ".join(filter(None, (one.app, one.name)))
    address = " · ".join(filter(None, (one.address, one.hint)))
    if one.report is None:
        why = word(lang, f"found.{one.why}") if one.why else ""
        return Row(name, "", address, Cause(title=why), one.where)
    from diagnose.formats.json import document

    cause = cause_of(document(one.report), lang)
    # A key that a project redirects is too important to hide behind another fault.
    others = (f for f in one.report.findings if f.code == "settings.project_override" and f.code != cause.code)
    notes = tuple(put(part(lang, "tables").OVERVIEW["cause"], {"title": f.title, "code": f.code}) for f in others)
    return Row(name, str(one.report.verdict), address, cause, one.where, notes)


def _next(rows: Sequence[ScanRow], shown: Sequence[Row], lang: str) -> list[tuple[str, str]]:
    """Return the commands that fix the first settings that do not work, and show their whole report."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    wrong = [
        (ORDER.index(row.verdict), row.cause.code, one.app, row.cause.command)
        for one, row in zip(rows, shown, strict=True)
        if row.verdict not in ("", "healthy") and re.fullmatch(r"[\w.-]+", one.app)
    ]
    if not wrong:
        return []
    _, _, app, command = min(wrong)
    fixing = [(command, words["fix"])] if command else []
    return [*fixing, (f"llmdoctor scan --app {app}", words["whole"])]


def _note(note: ScanNote, lang: str) -> str:
    place = plain(" ".join(filter(None, (note.app, note.place))))
    return f"– {place}{word(lang, 'colon')}{word(lang, note.words, form=note.form)}"


def _cost(reports: list[Report], lang: str) -> str:
    """Return the total cost; reports of one shared check share one cost object, which counts once."""
    costs: dict[int, Mapping[str, int]] = {id(report.cost): report.cost for report in reports}
    total: Counter[str] = Counter()
    for cost in costs.values():
        total.update(cost)
    tokens = total["prompt_tokens"] + total["completion_tokens"]
    return word(lang, "cost", requests=total["requests"], billed=total["billed_requests"], tokens=tokens)
