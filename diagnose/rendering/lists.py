"""Lists that fit the terminal: columns by the width of their characters, lines broken between words only.

A Chinese character takes two columns, a combining mark none. Where nothing limits the width, in a pipe, a row stays one
line whatever its length, so that `grep`, `cut` and `sort` work on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

GAP = 2  # columns between two cells
# Where a line may be broken without a space: before and after a Chinese character or sign.
_WIDE = "\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6"
_PIECES = rf"[{_WIDE}]|[^\s{_WIDE}]+|\s+"
_NOT_FIRST = "，。；：！？、）」』】》”’…,.;:!?)"  # signs that begin no line
_NOT_LAST = "（「『【《“‘("


def cells(text: str) -> int:
    """Return the columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(sign) in ("Mn", "Me", "Cf") else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


def pad(text: str, width: int) -> str:
    """Fill a text with spaces up to ``width`` columns."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int | None) -> list[str]:
    """Break a text into lines of at most ``width`` columns, between words or Chinese characters.

    A word that is wider, such as a URL, gets a line of its own and is not broken. None: one line.
    """
    if width is None or cells(text) <= width:
        return [text]
    lines, line = [], ""
    for spaced, unit in _units(text):
        longer = f"{line} {unit}" if spaced and line else line + unit
        if line and cells(longer) > width:
            lines.append(line)
            longer = unit
        line = longer
    return [*lines, line]


def hung(line: str, width: int | None) -> Iterator[str]:
    """Yield a line that may be indented, wrapped; what goes on is indented by four columns more."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    if width is None or cells(line) <= width:
        yield line
        return
    first, *rest = wrapped(text, width - indent)
    yield " " * indent + first
    yield from (f"{' ' * (indent + 4)}{one}" for one in wrapped(" ".join(rest), width - indent - 4) if one)


def _units(text: str) -> list[tuple[bool, str]]:
    """Split a text into what must stay together, each with whether a space stands before it.

    That is a word, or a Chinese character with the signs that no line may begin or end with.
    """
    units: list[tuple[bool, str]] = []
    spaced = False
    for piece in re.findall(_PIECES, text):
        if piece.isspace():
            spaced = True
            continue
        joined = units and not spaced and (piece[0] in _NOT_FIRST or units[-1][1][-1] in _NOT_LAST)
        if joined:
            units[-1] = (units[-1][0], units[-1][1] + piece)
        else:
            units.append((spaced, piece))
        spaced = False
    return units


def columns(rows: Sequence[Sequence[str]], width: int | None, head: bool = False) -> Iterator[str]:
    """Yield the rows as lines in columns. With ``head`` the first row names the columns.

    If a row is too wide, its last cells go below it, indented, so that nothing is cut and no word broken.
    """
    if not rows:
        return
    many = max(map(len, rows))
    widths = [max(cells(row[at]) for row in rows if len(row) > at) for at in range(many)]
    shown = _fitting(widths, width)
    for number, row in enumerate(rows):
        first = [pad(cell, widths[at]) for at, cell in enumerate(row[:shown])]
        yield (" " * GAP).join(first).rstrip()
        rest = [cell for cell in row[shown:] if cell]
        if rest and not (head and number == 0):
            yield from _below(rest, width)


def labelled(rows: Sequence[tuple[str, str]], width: int | None, indent: int = 2) -> Iterator[str]:
    """Yield ``label  value`` lines, indented; a value that is too long is wrapped below its beginning.

    Where a value has a word that does not fit beside the labels, such as a URL, it goes below its label.
    """
    column = max((cells(label) for label, _ in rows), default=0)
    start = " " * indent
    for label, value in rows:
        room = None if width is None else width - column - indent - GAP
        lines = wrapped(value, room)
        if room is not None and max(map(cells, lines)) > room:
            if label:
                yield f"{start}{label}"
            yield from (f"{start}    {line}" for line in wrapped(value, (width or 0) - indent - 4))
            continue
        yield f"{start}{pad(label, column)}  {lines[0]}".rstrip()
        yield from (f"{start}{' ' * column}  {line}" for line in lines[1:])


def _fitting(widths: Sequence[int], width: int | None) -> int:
    """Return how many columns fit beside each other, at least one."""
    if width is None:
        return len(widths)
    used, count = 0, 0
    for one in widths:
        used += one + (GAP if count else 0)
        if used > width and count:
            break
        count += 1
    return count


def _below(rest: Sequence[str], width: int | None) -> Iterator[str]:
    line = ""
    for cell in rest:
        if line and width is not None and cells(line) + GAP + cells(cell) + 4 > width:
            yield from _indented(line, width)
            line = ""
        line += (" " * GAP if line else "") + cell
    yield from _indented(line, width)


def _indented(text: str, width: int | None) -> Iterator[str]:
    yield from (f"    {line}" for line in wrapped(text, None if width is None else width - 4))
