"""A report of this program inside a text, as a user pastes it into a ticket: it names its cause itself."""

from __future__ import annotations

from collections.abc import Collection

LINES = 5000  # that are looked at
# How the first line of a report with a cause begins: in text, in the text of a console without signs, and in markdown.
_MARKS = ("✗ ", "! ", "[x] ", "[!] ", "## ❌ ", "## ⚠️ ")
_QUOTED = "> \t│|"  # what a mail program or a terminal's frame puts before a line


def named_cause(text: str, codes: Collection[str]) -> tuple[str, str] | None:
    """Return the code of the cause and the line with it, if the text holds a report of this program; else None.

    >>> named_cause("## ❌ The base URL is missing /v1 (`url.version_missing`)", {"url.version_missing"})
    ('url.version_missing', 'The base URL is missing /v1')
    """
    lines = [line[:500].strip(_QUOTED) for line in text.splitlines()[:LINES]]
    for number, line in enumerate(lines):
        if line.startswith('"root_cause": "'):
            code = line.partition(": ")[2].strip('", ')
            if code in codes:
                return code, line
        mark = next((one for one in _MARKS if line.startswith(one)), None)
        if mark is None:
            continue
        headline = line[len(mark) :].strip()
        title, _, last = headline.replace("（", " （").rpartition(" ")  # Chinese text has no space before a bracket
        if (code := last.strip("(`)（）")) in codes:
            return code, title.strip()
        for below in lines[number + 1 : number + 3]:  # where both do not fit into a line, the code follows
            code = below.rpartition(" ")[2]
            if code in codes:
                return code, headline
    return None
