"""The report as text for a terminal, a pipe or a log: probes, root cause, steps, and what is proven.

Colour repeats what the marks already show. Every text goes through ``plain`` of ``diagnose/rendering/outlet.py`` and is
printed as ``rich.text.Text``, so that markup and escape sequences from outside have no effect.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.outlet import plain
from diagnose.rendering.report_parts import (
    advice,
    clip,
    cost_line,
    duration,
    folded,
    optional_results,
    other_base_urls,
    proven,
    settings_lines,
    source_text,
    vantage,
    variable_lines,
    verdict,
    word,
)

if TYPE_CHECKING:
    from diagnose.report import CapabilityLine, Finding, ProbeLine, Report

STARTS_WITH = "Address"
FOR_PEOPLE = True
OPTIONS = ("width", "colour", "unicode", "probes")

Line = list[tuple[str, str]]  # text and style, piece by piece

WIDEST = 100  # cells; longer lines are hard to read
SUMMARY = 200  # characters of a probe's summary
EVIDENCE = 320  # characters of one piece of evidence; the JSON report has all of it

MARKS = {"ok": ("✓", "[ok]"), "warn": ("!", "[!]"), "fail": ("✗", "[x]"), "skipped": ("–", "[-]")}
STYLES = {"ok": "green", "warn": "yellow", "fail": "red", "skipped": "dim"}
VERDICTS = {"healthy": "ok", "degraded": "warn", "broken": "fail", "inconclusive": "warn"}

SEVERITIES = {"error": "fail", "warning": "warn", "info": "skipped"}
SUPPORT = {"supported": "green", "unsupported": "", "unknown": "dim"}
PROVEN = {"proven": "green", "not_proven": "red", "not_asked": "dim"}

RIGHT = 9  # cells at the right that are kept for a duration: ``9.99 s`` with space before it

# The units between which a line may break: a word, or one Chinese character with its punctuation, because no line
# starts with a full stop or ends with an opening bracket.
_WIDE = (
    "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
_OPEN, _CLOSE = "（「『《〈【［“‘", "，。、；：？！）」』》〉】］”’…—"
# Strings, as `re` compiles a pattern when it is first used: the first one takes 3 ms, and English has no need of it.
_ATOM = rf" ?[{_OPEN}]{{0,8}}(?:[^ {_WIDE}{_OPEN}]+|[{_WIDE}])[{_CLOSE}]*|."
_NARROW_ATOM = r" ?[^ ]+|."
_SIGNS = frozenset("…–—→←×≤≥✓✗•")  # neither wide nor opening

# Replacements for consoles whose encoding lacks these characters.
ASCII = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "→": "->", "←": "<-", "·": "-", "×": "x", "≤": "<=", "≥": ">=", "“": '"', "”": '"'}
    | {"‘": "'", "’": "'", "✓": "+", "✗": "x", "•": "*"}
)


def atoms(text: str) -> list[str]:
    """Return the units between which a line may break; joined they are the text, except for line ends."""
    narrow = text.isascii() or max(set(text) - _SIGNS, default="") < _WIDE[0]
    return re.findall(_NARROW_ATOM if narrow else _ATOM, text)


def render(
    report: Report, lang: str, *, width: int = 80, colour: bool = False, unicode: bool = True, probes: bool = True
) -> str:
    """Return the whole report; ``probes=False`` leaves out the parts that :func:`head` and :func:`probe_line` print."""
    page = Page(lang, width, unicode)
    if probes:
        page.head(report.target)
        page.probes(report.probes)
    page.verdict(report)
    page.findings(report)
    if report.capabilities is not None:
        page.capabilities(report.capabilities)
    page.proven(report)
    page.end(report)
    return page.print(colour)


def head(
    target: Mapping[str, object], lang: str, *, width: int = 80, colour: bool = False, unicode: bool = True
) -> str:
    """Return the settings with their sources (``target`` in the contract), to print before the probes."""
    page = Page(lang, width, unicode)
    page.head(target)
    return page.print(colour)


def probe_line(line: ProbeLine, lang: str, *, width: int = 80, colour: bool = False, unicode: bool = True) -> str:
    """Return the line of one probe: its mark, name, summary and duration."""
    page = Page(lang, width, unicode)
    page.probes((line,))
    return page.print(colour)


class Page:
    """A buffer of styled lines in one language and for one width in cells."""

    def __init__(self, lang: str, width: int, unicode: bool) -> None:
        from rich.cells import cell_len

        self.lang = lang
        self.width = max(20, min(width, WIDEST))
        self.unicode = unicode
        self.cells = cell_len
        self.lines: list[Line] = []

    # -- the parts -----------------------------------------------------------------------------------------------------

    def head(self, target: Mapping[str, object]) -> None:
        rows: list[tuple[str, str, str]] = []
        sources = target.get("sources")
        sources = sources if isinstance(sources, Mapping) else {}
        key = target.get("key")
        hint = None
        if isinstance(key, Mapping):
            hint = self.word("target.key_hint", hint=key.get("hint"), length=key.get("length"))
        for name in ("name", "base_url", "key", "model"):
            if value := hint if name == "key" else target.get(name):
                rows.append((self.word(f"target.{name}"), self.safe(value), self.source(sources.get(name))))
        spoken = self.word("target.as", protocol=target.get("protocol") or "?", app=target.get("app") or "?")
        rows.append((self.word("target.protocol"), spoken, ""))
        column = max(self.cells(name) for name, _, _ in rows) + 2
        for name, value, source in rows:
            self.hang([(self.pad(name, column), "dim")], [(value, ""), (source, "dim")])
        self.gap()

    def probes(self, lines: tuple[ProbeLine, ...]) -> None:
        from probes.model.evidence import PROBES

        names = {name: self.word(f"probe.{name}") for name in (*PROBES, *(line.name for line in lines))}
        column = min(max(map(self.cells, names.values())), self.width // 3) + 2
        for line in lines:
            style = STYLES[line.status]
            skipped = line.status == "skipped"
            summary = self.safe(clip(line.summary or line.why_skipped or "", SUMMARY))
            took = "" if skipped else self.safe(duration(line.duration_ms))
            lead: Line = [
                (self.mark(line.status), style),
                (self.pad(names[line.name], column), "dim" if skipped else ""),
            ]
            self.hang(lead, [(summary, "dim" if skipped else "")], right=took)

    def verdict(self, report: Report) -> None:
        self.gap()
        rows = [(VERDICTS[report.verdict], verdict(report))]
        if report.interrupted:  # findings until then are valid; an inconclusive verdict would add nothing
            rows = [("warn", "interrupted"), *(row for row in rows if report.verdict != "inconclusive")]
        for status, key in rows:
            self.hang([(self.mark(status), STYLES[status])], [(self.word(key), f"bold {STYLES[status]}")])
        if report.root_cause and report.side:
            self.hang([(" " * self.cells(self.mark("fail")), "")], [(self.word(f"side.{report.side}"), "dim")])

    def findings(self, report: Report) -> None:
        groups = folded(report)
        main = [group for group in groups if group[0].code == report.root_cause]
        if not main:  # nothing is broken, so the warnings are the main part
            main = [group for group in groups if group[0].severity == "warning"]
        for finding, knock_ons in main:
            self.gap()
            self.whole(finding, knock_ons)
        if report.settings:
            self.settings(report.settings)
        rest = [group for group in groups if group not in main]
        if rest:
            self.title("also")
            for finding, knock_ons in rest:
                self.short(finding, knock_ons)

    def whole(self, finding: Finding, knock_ons: list[Finding]) -> None:
        """Add a finding in full: title, explanation, evidence, steps, and the findings that follow from it."""
        status = SEVERITIES[finding.severity]
        self.hang([], [(self.safe(finding.title), f"bold {STYLES[status]}"), (f"({finding.code})", "dim")])
        if finding.explanation:
            self.hang([("  ", "")], [(self.safe(finding.explanation), "")])
        if finding.evidence:
            self.title("evidence")
            for piece in finding.evidence:
                self.hang([("    ", "")], [(self.safe(clip(plain(piece), EVIDENCE)), "dim")])
        verified = {fix.summary for fix in finding.fixes if fix.verified}
        steps = advice(finding)
        if steps:
            self.title("what_to_do")
            for number, step in enumerate(steps, 1):
                tried: Line = [(f"({self.word('tried')})", "green")] if step in verified else []
                lead = f"    {number}. " if len(steps) > 1 else "    "
                self.hang([(lead, "")], [(self.safe(step), ""), *tried])
        if knock_ons:
            self.title("because")
            for follower in knock_ons:
                self.hang([("    ", "")], [(self.safe(follower.title), "dim"), (f"({follower.code})", "dim")])

    def short(self, finding: Finding, knock_ons: list[Finding]) -> None:
        status = SEVERITIES[finding.severity]
        self.hang(
            [("  ", ""), (self.mark(status), STYLES[status])],
            [(self.safe(finding.title), ""), (f"({finding.code})", "dim")],
        )
        indent = " " * (2 + self.cells(self.mark(status)))
        for step in advice(finding)[:1]:
            self.hang([(indent, "")], [(self.safe(step), "dim")])
        for follower in knock_ons:
            self.hang(
                [(indent, "")], [(f"{self.word('because')}{self.word('colon')}{self.safe(follower.title)}", "dim")]
            )

    def settings(self, settings: Mapping[str, object]) -> None:
        """Add the working settings; these lines are never wrapped, so that they can be copied."""
        self.title("works")
        for name, value in settings_lines(settings):
            if name in ("base_url", "model"):
                self.lines.append([("    ", ""), (f"{name} = {self.safe(value)}", "")])
        self.lines += [[("    ", ""), (self.safe(variable), "")] for variable in variable_lines(settings)]
        rest = {name: value for name, value in settings_lines(settings) if name not in ("base_url", "model")}
        self.hang([("    ", "")], [(", ".join(f"{name} = {value}" for name, value in rest.items()), "dim")])

    def capabilities(self, lines: tuple[CapabilityLine, ...]) -> None:
        """Add the table of a deep check. A missing feature is not an error, so it is not marked as one."""
        from diagnose.words import deep

        self.gap()
        self.hang([("  ", "")], [(self.safe(deep("AROUND", "title", self.lang)), "bold")])
        if not lines:
            self.hang([("    ", "")], [(self.safe(deep("AROUND", "not_asked", self.lang)), "dim")])
        column = max((self.cells(self.safe(one.title)) for one in lines), default=0) + 2
        words = {name: self.safe(deep("AROUND", name, self.lang)) for name in SUPPORT}
        verdicts = max(map(self.cells, words.values())) + 2
        narrow = self.width < column + verdicts + 30  # then each summary gets a line below its title
        for one in lines:
            style = STYLES["warn"] if one.alarming else SUPPORT[one.status]
            lead: Line = [
                ("    ", ""),
                (self.pad(self.safe(one.title), column), ""),
                (self.pad(words[one.status], verdicts), style),
            ]
            summary: Line = [(self.safe(one.summary), style if one.alarming else "")]
            if one.said:
                summary = [(f"{summary[0][0]}{self.word('colon').rstrip()}", summary[0][1])]
                summary.append((self.safe(clip(plain(one.said), SUMMARY)), "dim"))
            if narrow:
                self.lines.append(lead)
                lead = [("      ", "")]
            self.hang(lead, summary)

    def proven(self, report: Report) -> None:
        self.gap()
        rows = [(key, self.safe(names)) for key, names in proven(report, self.lang)]
        rows += [("left_open", self.safe(reason)) for reason in report.left_open]
        rows += [(key, self.safe(line)) for key, line in other_base_urls(report, self.lang)]
        column = max((self.cells(self.word(key)) for key, _ in rows), default=0) + 2
        before = ""
        for key, text in rows:
            label = "" if key == before else self.word(key)
            style = PROVEN.get(key, "dim")
            self.hang([(self.pad(label, column), style)], [(text, style if style == "dim" else "")])
            before = key

    def end(self, report: Report) -> None:
        seen = report.vantage
        self.gap()
        if seen.get("proxy") or seen.get("container") or seen.get("trust", "system") != "system":
            place = f"{self.word('seen_from')}{self.word('colon')}{self.safe(vantage(report, self.lang))}"
            self.hang([], [(place, "dim")])
        for label, text in optional_results(report, self.lang):
            self.hang([], [(f"{self.safe(label)}{self.word('colon')}{self.safe(text)}", "dim")])
        self.hang([], [(self.safe(cost_line(report, self.lang)), "dim")])

    # -- helpers -------------------------------------------------------------------------------------------------------

    def word(self, key: str, **values: object) -> str:
        text = word(self.lang, key, **values)
        return text if self.unicode else text.translate(ASCII)

    def safe(self, text: object) -> str:
        line = plain(text)
        return line if self.unicode else line.translate(ASCII)

    def source(self, source: object) -> str:
        return self.safe(f"({text})") if (text := source_text(source, self.lang)) else ""

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

    def hang(self, lead: Line, pieces: Line, right: str = "") -> None:
        """Add ``lead``, then ``pieces`` wrapped in a column after it, and ``right`` at the end of the first line."""
        indent = sum(self.cells(text) for text, _ in lead)
        first, *others = self.fill(pieces, max(8, self.width - indent - (RIGHT if right else 0)))
        if right:
            used = indent + sum(self.cells(text) for text, _ in first)
            first = [*first, (" " * max(1, self.width - used - self.cells(right)), ""), (right, "dim")]
        self.lines.append([*lead, *first])
        self.lines += [[(" " * indent, ""), *line] for line in others]

    def fill(self, pieces: Line, room: int) -> list[Line]:
        """Wrap the pieces into lines of at most ``room`` cells; a longer URL stays whole, so that it can be copied."""
        from rich.cells import chop_cells

        lines: list[Line] = [[]]
        used = 0
        for text, style in pieces:
            for at, atom in enumerate(atoms(text)):
                if at == 0 and used:
                    atom = f" {atom.lstrip()}"
                if used + self.cells(atom) > room:
                    atom = atom.lstrip()
                    if used:
                        lines.append([])
                        used = 0
                    if self.cells(atom) > room and "://" not in atom:
                        *whole, atom = chop_cells(atom, room)
                        lines[-1:] = [[(part, style)] for part in whole] + [[]]
                lines[-1].append((atom, style))
                used += self.cells(atom)
        return lines

    def print(self, colour: bool) -> str:
        """Return all lines as text. Without ``colour`` it contains no escape sequence."""
        from io import StringIO

        from rich.console import Console
        from rich.text import Text

        out = StringIO()
        console = Console(
            file=out,
            force_terminal=colour,
            color_system="standard" if colour else None,
            width=self.width,
            legacy_windows=False,
            _environ={},  # the command line has read NO_COLOR, COLUMNS and TERM already
        )
        for line in self.lines:
            text = Text()
            for piece, style in line:
                text.append(piece, style if colour else "")
            text.rstrip()
            console.print(text, soft_wrap=True, markup=False, highlight=False, emoji=False)
        return out.getvalue()
