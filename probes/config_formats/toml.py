"""Read TOML with line numbers: the standard library parses it, and a scan of the statements finds the lines."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from probes.config_formats.tree import DEEPEST, Malformed, Node, line_at

_Path = tuple[str, ...]

# Tokens of a statement; strings and comments are single tokens, so that brackets and line ends in them do not count.
_PIECE = re.compile(
    r'(?P<long>"""(?s:(?:[^\\]|\\.)*?)"{3,5}|\'\'\'(?s:.*?)\'{3,5})'
    r'|(?P<short>"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)|(?P<end>\r?\n)"
    r"|(?P<other>[^\"'#\[\]{}=\r\n]+|\r)"
)
_DEEP_NAME = re.compile(rf"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{DEEPEST}}}""", re.ASCII)
_NAME = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([\w-]+))\s*(?:\.|$)')


def read(text: str) -> Node:
    """Return the document as a tree. Values in an inline table or a list have the line of their statement.

    Raises Malformed if the text is not TOML.
    """
    try:
        return _tree(parsed(text), (), _lines(text), 1, 0)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at (?:line (\d+)|end of document)", str(error))
        raise Malformed("TOML", int(match[1]) if match and match[1] else line_at(text, len(text))) from None
    except (RecursionError, ValueError):  # nesting too deep, or a number or date out of Python's range
        raise Malformed("TOML", 1) from None


def parsed(text: str) -> dict[str, Any]:
    """Parse a document with the standard library.

    Raises tomllib.TOMLDecodeError if it is invalid, RecursionError if arrays or inline tables nest too deeply, and
    ValueError for numbers out of range and for names with more than :data:`DEEPEST` parts (``a.b.c = 1``), for which
    the library takes time and memory in the square of their number.
    """
    if _DEEP_NAME.search(text):
        raise ValueError("a name has too many parts")
    return tomllib.loads(text)


def _tree(value: Any, path: _Path, lines: dict[_Path, int], line: int, depth: int) -> Node:
    line = lines.get(path, line)
    if depth > DEEPEST:
        raise Malformed("TOML", line)
    if isinstance(value, dict):
        return Node({name: _tree(item, (*path, name), lines, line, depth + 1) for name, item in value.items()}, line)
    if isinstance(value, list):
        return Node([_tree(item, (*path, str(at)), lines, line, depth + 1) for at, item in enumerate(value)], line)
    return Node(str(value).lower() if isinstance(value, bool) else str(value), line)


def _lines(text: str) -> dict[_Path, int]:
    """Return the line of every table and statement in valid TOML, by path."""
    lines: dict[_Path, int] = {}
    counts: dict[_Path, int] = {}  # tables seen so far in each array of tables
    header: _Path = ()
    statement, depth, line, first_line, past_equals = "", 0, 1, 1, False
    for piece in _PIECE.finditer(text + "\n"):
        kind, token = piece.lastgroup, piece[0]
        if kind == "end" and not depth:
            if statement.strip().startswith("[") and not past_equals:
                header = _header(statement.strip(), counts)
                lines.setdefault(header, first_line)
            statement, past_equals, first_line = "", False, line + 1
        elif kind == "equals" and not depth and not past_equals:
            past_equals = True
            lines.setdefault((*header, *_names(statement)), first_line)
        elif kind in ("open", "close") and past_equals:
            depth += 1 if kind == "open" else -1
        if not past_equals and kind not in ("comment", "end"):
            statement += token
        line += token.count("\n")
    return lines


def _header(statement: str, counts: dict[_Path, int]) -> _Path:
    """Return the path of a header ``[a.b]`` or ``[[a.b]]``, with the indexes of arrays of tables inserted."""
    several = statement.startswith("[[")
    path: _Path = ()
    *above, last = _names(statement.strip("[] \t"))
    for name in above:
        path = (*path, name)
        if path in counts:
            path = (*path, str(counts[path] - 1))
    path = (*path, last)
    if several:
        counts[path] = counts.get(path, 0) + 1
        path = (*path, str(counts[path] - 1))
    return path


def _names(dotted: str) -> list[str]:
    names: list[str] = []
    at = 0
    while found := _NAME.match(dotted, at):
        at = found.end()
        double, single, bare = found.groups(default="")
        names.append(tomllib.loads(f'x = "{double}"')["x"] if double else single or bare)
    return names
