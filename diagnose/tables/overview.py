"""The overview of many checks: a summary, one line for each, grouped by cause, and the next command.

A fleet and a scan both give rows. On a terminal the rows of one cause stand below it; in a pipe each row is one line
with its cause, so that `grep` finds it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from diagnose.rendering.line_breaks import cells, wrapped
from diagnose.rendering.lists import columns, pad
from diagnose.rendering.outlet import plain
from diagnose.words import part, put
from probes.model.named_tuple import NamedTuple

# "chosen": nothing is wrong, and only what the user told the run not to ask is open; "": not checked.
ORDER = ("broken", "inconclusive", "degraded", "chosen", "healthy", "")
MARKS = {"broken": "✗", "inconclusive": "?", "degraded": "!", "chosen": "✓", "healthy": "✓", "": "–"}
_COLOURS = {"broken": "31", "inconclusive": "33", "degraded": "33", "chosen": "32", "healthy": "32", "": "2"}
_ASCII = str.maketrans({"✗": "x", "✓": "+", "–": "-", "·": "-", "…": "~", "→": ">"})
_LONGEST = 60  # columns of a name or place before it is cut


class Cause(NamedTuple):
    """What a report says is wrong, in the language of the report, and the fix that was tested in the run, if any."""

    code: str = ""
    title: str = ""
    fix: str = ""
    command: str = ""  # that applies the fix


class Row(NamedTuple):
    """One checked target. ``notes`` are further lines about it; ``verdict`` is empty if it was not checked."""

    name: str
    verdict: str
    address: str
    cause: Cause = Cause()
    place: str = ""
    notes: tuple[str, ...] = ()


class CauseGroup(NamedTuple):
    """The rows of one cause. ``title`` is the cause, or what the verdict means; ``heading`` adds the code."""

    verdict: str
    code: str
    title: str
    heading: str
    rows: tuple[Row, ...]


def cause_of(document: Mapping[str, Any], lang: str, placed: bool = False) -> Cause:
    """Return the cause from the JSON document of a report: its root cause, else its first warning.

    With ``placed`` the fix names file and line of each value.
    """
    root = document["root_cause"]
    shown = (
        one for one in document["findings"] if one["code"] == root or (root is None and one["severity"] == "warning")
    )
    finding = next(shown, None)
    if finding is None:
        chosen = document.get("open_by_choice")
        return Cause(title=part(lang, "tables").OVERVIEW["by_choice"]) if chosen else Cause()
    code, title = str(finding["code"]), str(finding["title"])
    fix = next((one for one in finding["fixes"] if one["verified"]), None)
    if fix is None:
        return Cause(code, title)
    command = fix.get("command") or ""
    written = _tested(fix, document["target"], lang, placed)
    return Cause(code, title, written, "" if "\n" in command else command)


def _tested(fix: Mapping[str, Any], target: Mapping[str, Any], lang: str, placed: bool) -> str:
    """Write a fix that worked in the run: each value with the name that it has in the settings."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    places = [(*_named(one, placed), one.get("value") or "") for one in fix.get("places") or ()]
    if not places:
        given = fix["settings"].items()
        known = ("base_url", "model", "protocol")
        places = [("", words[name], value) for name, value in given if name in known and value != target.get(name)]
    written = [f"{place}{name}{'=' if name.isidentifier() else ' → '}{value}" for place, name, value in places if value]
    found = words["comma"].join(written)
    return put(words["tested"], {"fix": found or fix["summary"]})


def _named(place: Mapping[str, Any], placed: bool) -> tuple[str, str]:
    """Return file and line of a value if ``placed``, and its name, which then needs no table before it."""
    name = str(place["name"])
    if not placed or not place.get("file"):
        return "", name
    line = f":{place['line']}" if place.get("line") else ""
    return f"{place['file']}{line} ", name.rpartition(".")[2]


def groups(rows: Iterable[Row], lang: str) -> list[CauseGroup]:
    """Group the rows by cause: the worst verdict first, then the commonest cause."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    given = list(rows)
    shared = Counter((row.verdict, row.cause.code) for row in given)

    def rank(row: Row) -> tuple[int, int, str, str, str]:
        return ORDER.index(row.verdict), -shared[row.verdict, row.cause.code], row.cause.code, row.name, row.place

    found = []
    for (verdict, code), members in groupby(sorted(given, key=rank), lambda row: (row.verdict, row.cause.code)):
        together = tuple(members)
        title = _title(together, verdict, code, lang)
        heading = put(words["cause"], {"title": title, "code": code}) if code and title != code else title
        found.append(CauseGroup(verdict, code, title, heading, together))
    return found


def render(
    rows: Iterable[Row],
    lang: str,
    *,
    summary: Sequence[str] = (),
    names_from: int = 0,
    after: Sequence[str] = (),
    follow: Sequence[tuple[str, str]] = (),
    width: int | None = 80,
    colour: bool = False,
    unicode: bool = True,
) -> str:
    """Return the overview as text, with a final line end.

    The rows of the commonest cause come first. ``summary`` are the parts of the first line. ``names_from`` rows of one
    cause, or more, are named together if no row has more to say; 0: never. ``after`` are lines below the rows, and
    ``follow`` the next commands, each with what it shows. ``width`` is in columns; None: a row a line, and before
    them a line for each cause that several share.
    """
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    found = groups(rows, lang)
    lines = [*wrapped(" · ".join(summary), width), ""] if summary else []
    if width is None:
        shared = [one for one in found if names_from and one.code and len(one.rows) > 1]
        lines += [f"{one.heading}{words['colon']}{named(one.rows, lang)}" for one in shared]
        lines += [""] * bool(shared)
        lines += _flat([row for one in found for row in one.rows], lang, colour)
    else:
        lines += _grouped(found, lang, width, colour, names_from)
    if after:
        lines += ["", *(line for one in after for line in wrapped(one, width))]
    if follow:
        from diagnose.rendering.lists import labelled

        lines += ["", *labelled(list(follow), width, indent=0)]
    text = "\n".join(lines) + "\n"
    return text if unicode else text.translate(_ASCII)


def named(rows: Sequence[Row], lang: str, most: int = 20) -> str:
    """Return the names of the rows as a list; if there are more than ``most``, how many more."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    names = words["comma"].join(clip(row.name) for row in rows[:most])
    return put(words["names"], {"names": names, "count": len(rows) - most}) if len(rows) > most else names


def counted(verdicts: Iterable[str], lang: str) -> list[str]:
    """Return the counts of verdicts as the parts of a summary: ``3 checked``, ``not working: 1``, ``works: 2``."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    counts = Counter(verdicts)
    said = [put(words["checked"], {"count": sum(counts.values()) - counts[""]})]
    return said + [put(words[f"count.{verdict}"], {"count": counts[verdict]}) for verdict in ORDER if counts[verdict]]


def _grouped(found: Sequence[CauseGroup], lang: str, width: int, colour: bool, names_from: int) -> Iterator[str]:
    """Yield the rows below their causes, with the fix or else the address of each."""
    for number, (verdict, _, _, heading, rows) in enumerate(found):
        if number:
            yield ""
        yield from (_painted(line, "1", colour) for line in wrapped(heading, width))
        titled = not verdict or len({row.cause.title for row in rows}) > 1  # else the heading has the title
        if (
            names_from
            and len(rows) >= names_from
            and not titled
            and not any(row.cause.fix or row.notes for row in rows)
        ):
            first, *rest = wrapped(named(rows, lang, len(rows)), width - 2)
            yield f"{_painted(MARKS[verdict], _COLOURS[verdict], colour)} {first}"
            yield from (f"  {line}" for line in rest)
            continue
        cut = [_cells(row, row.cause.fix or row.address, titled) for row in rows]
        yield from _marked(rows, columns(cut, width - 2), colour, len(cut), width)


def _title(rows: Sequence[Row], verdict: str, code: str, lang: str) -> str:
    """Return the title that all rows have, else that of their code."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    if not code:
        return words[verdict or "unchecked"]
    titles = {plain(row.cause.title) for row in rows}
    if len(titles) == 1:
        return titles.pop()
    if code in part(lang, "findings").TEXTS:
        from diagnose.words import say

        return say(code, lang, {}).title
    return code


def _cells(row: Row, last: str, titled: bool) -> list[str]:
    found = [clip(row.name), *([clip(row.place)] if row.place else [])]
    if titled:
        found.append(plain(row.cause.title))
    return [*found, plain(last)]


def _marked(rows: Sequence[Row], lines: Iterable[str], colour: bool, count: int, width: int) -> Iterator[str]:
    """Put the mark before the first line of each row, and its notes below it."""
    at = -1
    for line in lines:
        if line.startswith("    "):
            yield f"  {line}"
            continue
        if at >= 0:
            yield from _notes(rows[at], width)
        at += 1
        mark = _painted(MARKS[rows[at].verdict], _COLOURS[rows[at].verdict], colour)
        yield f"{mark} {line}"
    if 0 <= at < count:
        yield from _notes(rows[at], width)


def _notes(row: Row, width: int) -> Iterator[str]:
    for note in row.notes:
        first, *rest = wrapped(plain(note), width - 8)
        yield f"      ! {first}"
        yield from (f"        {line}" for line in rest)


def _flat(rows: Sequence[Row], lang: str, colour: bool) -> Iterator[str]:
    """Yield a line a row, with all that the overview knows about it, in columns."""
    words: dict[str, str] = part(lang, "tables").OVERVIEW
    cut = []
    for row in rows:
        said = plain(row.cause.title) or words[row.verdict or "unchecked"]
        if row.cause.code:
            said = put(words["cause"], {"title": said, "code": row.cause.code})
        elif row.cause.title:
            said = put(words["unchecked_because"], {"reason": said})
        texts = (clip(row.name), clip(row.place), said, row.cause.fix, row.address, *row.notes)
        cut.append([plain(one) for one in texts])
    widths = [max((cells(one[at]) for one in cut), default=0) for at in range(5)]
    for row, one in zip(rows, cut, strict=True):
        shown = [pad(cell, widths[at]) for at, cell in enumerate(one[:5]) if widths[at]]
        mark = _painted(MARKS[row.verdict], _COLOURS[row.verdict], colour)
        yield f"{mark} {'  '.join((*shown, *one[5:]))}".rstrip()


def clip(text: str) -> str:
    """Return a name as one printable line, cut where it is very long."""
    line = plain(text)
    if cells(line) <= _LONGEST:
        return line
    while cells(line) >= _LONGEST:
        line = line[:-1]
    return f"{line}…"


def _painted(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour else text
