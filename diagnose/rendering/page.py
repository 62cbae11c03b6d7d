"""Lines of styled text for a terminal, a pipe or a log: widths in cells, wrapping, signs for consoles without Unicode.

Colour repeats what the marks already show. Every text goes through ``plain`` of ``outlet.py``, so that escape sequences
from outside have no effect. The lines are plain text with a few styles: importing a library for them, such as rich,
takes longer than everything else that a report in text needs.
"""

from __future__ import annotations

from itertools import groupby

from diagnose.rendering.line_breaks import atoms, cells, chopped
from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import source_text, word

Line = list[tuple[str, str]]  # text and style, piece by piece

WIDEST = 100  # cells; longer lines are hard to read
UNWRAPPED = 1000  # a page at least so wide is not wrapped: what reads a pipe has its own width
MARKS = {
    "ok": ("✓", "[ok]"),
    "warn": ("!", "[!]"),
    "fail": ("✗", "[x]"),
    "skipped": ("–", "[-]"),
    "info": ("·", "[i]"),
    "open": ("?", "[?]"),
}
STYLES = {"ok": "green", "warn": "yellow", "fail": "red", "skipped": "dim", "info": "dim", "open": "yellow"}
SGR = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}  # ECMA-48, section 8.3.117
VERDICTS = {"healthy": "ok", "degraded": "warn", "broken": "fail", "inconclusive": "warn"}

RIGHT = 9  # cells at the right that are kept for a duration: ``9.99 s`` with space before it

# Replacements for consoles whose encoding lacks these characters.
ASCII = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "→": "->", "←": "<-", "·": "-", "×": "x", "≤": "<=", "≥": ">=", "“": '"', "”": '"'}
    | {"‘": "'", "’": "'", "✓": "+", "✗": "x", "•": "*"}
)


class Page:
    """A buffer of styled lines in one language and for one width in cells."""

    def __init__(self, lang: str, width: int, unicode: bool) -> None:
        self.lang = lang
        self.wrapped = width < UNWRAPPED
        self.width = max(20, min(width, WIDEST)) if self.wrapped else 80
        self.unicode = unicode
        self.cells = cells
        self.lines: list[Line] = []

    def word(self, key: str, **values: object) -> str:
        text = word(self.lang, key, **values)
        return text if self.unicode else text.translate(ASCII)

    def safe(self, text: object) -> str:
        line = plain(text)
        return line if self.unicode else line.translate(ASCII)

    def source(self, source: object) -> str:
        return self.aside(text) if (text := source_text(source, self.lang)) else ""

    def aside(self, text: object) -> str:
        return self.word("aside", text=self.safe(text))

    def mark(self, status: str) -> str:
        signs = MARKS[status]
        return f"{signs[0]} " if self.unicode else f"{signs[1]:<4} "

    def pad(self, text: str, column: int) -> str:
        return text + " " * (column - self.cells(text))

    def gap(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append([])

    def title(self, key: str) -> None:
        self.gap()
        self.hang([("  ", "")], [(self.word(key), "bold")])

    def clip(self, text: str, room: int) -> str:
        """Shorten a text to ``room`` cells; an ellipsis replaces the rest."""
        if not self.wrapped or self.cells(text) <= room:
            return text
        ellipsis = "…" if self.unicode else "..."
        return chopped(text, max(1, room - len(ellipsis)))[0].rstrip() + ellipsis

    def clip_middle(self, text: str, room: int) -> str:
        """Shorten a text to ``room`` cells, but keep both ends: those of a URL say more than its middle."""
        if not self.wrapped or self.cells(text) <= room:
            return text
        tail = text[-(room // 2) :]
        while self.cells(tail) > room // 2:
            tail = tail[1:]
        return self.clip(text, room - self.cells(tail)) + tail

    def hang(self, lead: Line, pieces: Line, right: str = "", most: int = 0) -> None:
        """Add ``lead``, then ``pieces`` wrapped in a column after it, and ``right`` at the end of the first line.

        ``most`` is the number of lines that may be used, 0 for any.
        """
        indent = sum(self.cells(text) for text, _ in lead)
        room = max(8, self.width - indent - (RIGHT if right else 0))
        first, *others = self.fill(pieces, room)
        if most and len(others) >= most:
            rest = ""
            for line in (first, *others)[most - 1 :]:
                text = "".join(piece for piece, _ in line)
                # The line was broken at a space, except between wide characters.
                rest += " " + text if rest and text and self.cells(rest[-1] + text[0]) < 4 else text
            kept = [*(first, *others)[: most - 1], [(self.clip(rest, room), pieces[-1][1])]]
            first, *others = kept
        if right:
            used = indent + sum(self.cells(text) for text, _ in first)
            first = [*first, (" " * max(1, self.width - used - self.cells(right)), ""), (right, "dim")]
        self.lines.append([*lead, *first])
        self.lines += [[(" " * indent, ""), *line] for line in others]

    def end_right(self, text: str, style: str = "dim", indent: int = 2) -> None:
        """Add a text at the right end of the last line, or if there is no room, in a line of its own."""
        used = sum(self.cells(piece) for piece, _ in self.lines[-1])
        space = self.width - used - self.cells(text)
        if space >= 3 or not self.wrapped:
            self.lines[-1].append((" " * max(3, space), ""))
        else:
            self.lines.append([(" " * indent, "")])
        self.lines[-1].append((text, style))

    def flow(self, lead: Line, units: list[Line], gap: str = "  ") -> None:
        """Add units side by side in as many lines as they need; only a unit that is longer than a line is broken."""
        indent = sum(self.cells(text) for text, _ in lead)
        line, used = list(lead), indent
        for unit in units:
            length = sum(self.cells(text) for text, _ in unit)
            if used > indent and self.wrapped and used + len(gap) + length > self.width:
                self.lines.append(line)
                line, used = [(" " * indent, "")], indent
            if self.wrapped and indent + length > self.width:
                self.hang([*line, *unit[:-1]], unit[-1:])  # the mark of a step is no part of what is wrapped
                line, used = [(" " * indent, "")], indent
                continue
            line += [(gap, ""), *unit] if used > indent else unit
            used += length + (len(gap) if used > indent else 0)
        if used > indent:
            self.lines.append(line)

    def fill(self, pieces: Line, room: int) -> list[Line]:
        """Wrap the pieces into lines of at most ``room`` cells; a longer URL stays whole, so that it can be copied."""
        lines: list[Line] = [[]]
        used = 0
        for text, style in pieces:
            for at, atom in enumerate(atoms(text)):
                if at == 0 and used:
                    atom = atom.lstrip() if atom.lstrip().startswith("（") else f" {atom.lstrip()}"
                if self.wrapped and used + self.cells(atom) > room:
                    if used:
                        if atom.startswith(" "):  # nobody sees it, but :meth:`hang` joins lines again
                            lines[-1].append((" ", style))
                        lines.append([])
                        used = 0
                    atom = atom.lstrip()
                    if self.cells(atom) > room and "://" not in atom:
                        *whole, atom = chopped(atom, room)
                        lines[-1:] = [[(part, style)] for part in whole] + [[]]
                lines[-1].append((atom, style))
                used += self.cells(atom)
        return lines

    def print(self, colour: bool) -> str:
        """Return all lines as text. Without ``colour`` it contains no escape sequence."""
        return "".join([f"{_printed(line, colour)}\n" for line in self.lines])


def _printed(line: Line, colour: bool) -> str:
    """Return a line without the spaces at its end, and with ``colour`` its styles as escape sequences."""
    whole = "".join([text for text, _ in line]).rstrip()
    if not colour:
        return whole
    printed, left = "", len(whole)
    for style, pieces in groupby(line, key=lambda piece: piece[1]):
        text = "".join([text for text, _ in pieces])[:left]
        left -= len(text)
        codes = ";".join([SGR[name] for name in style.split()])
        printed += f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text
    return printed
