"""`llmdoctor doors --age`: the facts that are due for another look."""

from __future__ import annotations

import sys
import time
from datetime import date

from diagnose.cli import printer
from diagnose.cli.list_width import list_width
from diagnose.cli.usage_errors import WrongUse
from diagnose.rendering.line_breaks import wrapped
from diagnose.rendering.lists import columns
from diagnose.words import part, put
from probes.catalog.age import due_facts
from probes.catalog.doors import Doors, facts_date


def show(doors: Doors, day: str | None, strict: bool, as_json: bool, lang: str) -> None:
    """Print what is due by ``day``, today by default. With ``strict``, exit with 1 if anything is.

    Raises click.UsageError if ``day`` is no day.
    """
    by = time.strftime("%Y-%m-%d", time.gmtime()) if day is None else _day(day)
    found = due_facts(doors, by)
    words: dict[str, str] = part(lang, "tables").AGE
    if as_json:
        rows = [{**one._asdict(), "source": list(one.source)} for one in found]
        printer.echo_json({"date": facts_date(), "day": by, "due": rows})
    elif not found:
        printer.echo(put(words["none"], {"day": by, "date": facts_date()}))
    else:
        width = list_width()
        table = [tuple(words[f"head.{name}"] for name in ("due", "about", "fact", "seen", "why"))]
        table += [(one.due, f"{one.owner}: {words[one.table]}", one.name, one.seen, words[one.reason]) for one in found]
        lines = [*columns(table, width, head=True), "", *wrapped(put(words["title"], _counted(len(found), by)), width)]
        printer.echo("\n".join(lines))
    if strict and found:
        sys.exit(1)


def _counted(count: int, day: str) -> dict[str, str]:
    return {"count": str(count), "day": day}


def _day(given: str) -> str:
    try:
        if date.fromisoformat(given).isoformat() == given:
            return given
    except ValueError:
        pass
    raise WrongUse("--day is not a day such as 2026-12-15.")
