"""Real output in the documentation: blocks in pages, and pictures of a terminal, from saved runs.

A block follows a comment that names its source; ``llmdoctor docs --write docs`` rewrites it:

    <!-- run no-v1 en: llmdoctor check -->        the report of docs/runs/no-v1.json, below that command
    <!-- json no-v1: llmdoctor check --json -->   the same as JSON, for programs
    <!-- output: llmdoctor explain '401' -->      the output of the command, which must not need the network
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.style import Style

    from diagnose.report import Fix, Report

WIDTH = 80
PAGE = 120  # columns of a line of JSON in a page
PICTURES = {
    "wrong-door": ("wrong-door", "en", "llmdoctor demo wrong-door"),
    "wrong-door.zh": ("wrong-door", "zh", "llmdoctor demo wrong-door --lang zh"),
    "no-v1": ("no-v1", "en", "llmdoctor check"),
    "no-v1.zh": ("no-v1", "zh", "llmdoctor check --lang zh"),
}
_BLOCK = re.compile(
    r"(<!-- (?:run ([\w.-]+) (\w+)|json ([\w.-]+)|output): (.+?) -->\n)(?:```\w*\n.*?^```\n)?", re.S | re.M
)
# Measures of a picture in pixels: cell width, line height, font size, that of wide characters, title bar, padding.
CELL, LINE, TYPE, WIDE_TYPE, BAR, AIR = 9.6, 21, 16, 18, 34, 14
COLOURS = {1: "#ff7b72", 2: "#7ee787", 3: "#e3b341", None: "#e6edf3"}  # by the terminal's colour number
WIDE = "\u2e80-\u9fff\uff01-\uff60"  # characters of two cells: CJK with its punctuation, and full-width forms
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
<style>text {{ font: {type}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace;
white-space: pre; }} .b {{ font-weight: bold; }} .d {{ opacity: .62; }} .w {{ font-size: {wide}px; }}</style>
<rect width="{width}" height="{height}" rx="10" fill="#0d1117" />
<g fill="#30363d"><circle cx="20" cy="18" r="6" /><circle cx="40" cy="18" r="6" /><circle cx="60" cy="18" r="6" /></g>
{text}
</svg>
"""


def filled(page: str, runs: Path, run: Callable[[list[str]], str]) -> str:
    """Return a page with its blocks rewritten. ``run`` returns the output of a command, given its arguments."""

    def block(found: re.Match[str]) -> str:
        name, lang, document, command = found[2], found[3], found[4], found[5]
        if document:
            return f"{found[1]}```json\n{folded(loads(report(runs / f'{document}.json', 'en', fmt='json')))}\n```\n"
        output = report(runs / f"{name}.json", lang) if name else run(shlex.split(command)[1:])
        return f"{found[1]}```console\n$ {command}\n{output.rstrip()}\n```\n"

    return _BLOCK.sub(block, page)


def report(path: Path, lang: str, colour: bool = False, fmt: str = "text") -> str:
    """Return the report of a saved run. Raises click.ClickException if it cannot be read."""
    from diagnose.formats import render
    from diagnose.judging.judge import judge
    from probes.config_formats.files import MIB, SkippedFile, text_of
    from probes.model.archive import ArchiveError, load

    try:
        judged = _with_command(judge(load(text_of(path, limit=4 * MIB) or ""), lang))
        return render(judged, fmt, lang, width=WIDTH, colour=colour)
    except (SkippedFile, ArchiveError) as error:
        raise click.ClickException(f"{path}: {error}") from error


def _with_command(found: Report) -> Report:
    """Return the report with the command that `llmdoctor check` prints for a tested fix in a file.

    A saved run does not have it, because it does not know the command line.
    """
    from probes.model.record import replace

    def completed(fix: Fix) -> Fix:
        in_file = fix.verified and fix.places and all(place.file for place in fix.places)
        return replace(fix, command="llmdoctor check --fix") if in_file else fix

    findings = tuple(replace(one, fixes=tuple(map(completed, one.fixes))) for one in found.findings)
    return replace(found, findings=findings)


def folded(value: object, indent: int = 0) -> str:
    """Return a value as JSON in which each object or list that fits is one line."""
    whole = dumps(value, ensure_ascii=False)
    if len(whole) + indent <= PAGE or not value or not isinstance(value, dict | list):
        return whole
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        rows = [f"{inner}{dumps(key)}: {folded(one, indent + 2)}" for key, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{' ' * indent}}}"
    return "[\n" + ",\n".join(f"{inner}{folded(one, indent + 2)}" for one in value) + f"\n{' ' * indent}]"


def picture(name: str, runs: Path) -> str:
    """Return an SVG picture of a terminal with a report; it loads no other resource."""
    from html import escape

    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    run, lang, command = PICTURES[name]
    console = Console(width=WIDTH, force_terminal=True, color_system="standard", _environ={})
    shown = Text.from_ansi(report(runs / f"{run}.json", lang, colour=True))
    screen = Text.assemble((f"$ {command}\n", "bold"), shown)
    texts: list[str] = []
    lines = console.render_lines(screen, pad=False)
    for row, line in enumerate(lines):
        column = 0
        for piece in line:
            for words in re.finditer(rf"[{WIDE}]+|[^\s{WIDE}]+(?: [^\s{WIDE}]+)*", piece.text):
                # With an explicit length, a wide character of a fallback font does not shift the text after it. Wide
                # characters have an element of their own, so that only they are spread to fill their cells.
                x = AIR + (column + cell_len(piece.text[: words.start()])) * CELL
                place = f'x="{x:g}" y="{BAR + (row + 1) * LINE}" textLength="{cell_len(words[0]) * CELL:g}"'
                texts.append(f"<text {place} {_look(piece.style, words[0])}>{escape(words[0])}</text>")
            column += cell_len(piece.text)
    width, height = WIDTH * CELL + 2 * AIR, BAR + (len(lines) + 1) * LINE
    label = escape(f"A terminal after the command {command}", quote=True)
    return FRAME.format(
        width=f"{width:g}", height=height, label=label, type=TYPE, wide=WIDE_TYPE, text="\n".join(texts)
    )


def _look(style: Style | None, text: str) -> str:
    colour = style.color.number if style is not None and style.color is not None else None
    weight = ("b" if style is not None and style.bold else "") + ("d" if style is not None and style.dim else "")
    weight += "w" if re.match(f"[{WIDE}]", text) else ""
    return f'fill="{COLOURS[colour]}"' + (f' class="{" ".join(weight)}"' if weight else "")


def command_output(program: click.Command, words: list[str]) -> str:
    """Run ``llmdoctor WORDS`` in this process and return its output, in English and without colour."""
    from click.testing import CliRunner

    clean = {"LC_ALL": "C.UTF-8", "COLUMNS": str(WIDTH), "NO_COLOR": "1", "LLMDOCTOR_DOORS": None}
    return CliRunner().invoke(program, words, env=clean, prog_name="llmdoctor").stdout
