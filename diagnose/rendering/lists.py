"""Lists that fit the terminal: columns by the width of their characters, lines broken between words only.

A Chinese character takes two columns, a combining mark none. Where nothing limits the width, in a pipe, a row stays one
line whatever its length, so that `grep`, `cut` and `sort` work on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diagnose.rendering.line_breaks import cells, wrapped

GAP = 2  # columns between two cells
INDENT = "    "


def pad(text: str, width: int) -> str:
    """Fill a text with spaces up to ``width`` columns."""
    return text + " " * (width - cells(text))


def hung(line: str, width: int | None) -> list[str]:
    """Wrap a line that may be indented; what goes on is indented by four columns more."""
    text = line.lstrip(" ")
    indent = " " * (len(line) - len(text))
    return wrapped(text, width, indent, f"{indent}    ")


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
            yield from wrapped(line, width, INDENT, INDENT)
            line = ""
        line += (" " * GAP if line else "") + cell
    yield from wrapped(line, width, INDENT, INDENT)
