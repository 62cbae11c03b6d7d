"""TOML with the line of every value: the standard library reads it, a small scan of the statements finds the lines."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from probes.config_formats.tree import DEEPEST, Malformed, Node, line_at

_Path = tuple[str, ...]

# What a statement is made of, so that brackets and line ends inside of texts and comments mean nothing.
_PIECE = re.compile(
    r'(?P<long>"""(?s:(?:[^\\]|\\.)*?)"{3,5}|\'\'\'(?s:.*?)\'{3,5})'
    r'|(?P<short>"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)|(?P<end>\r?\n)"
    r"|(?P<other>[^\"'#\[\]{}=\r\n]+|\r)"
)
_NAME = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([\w-]+))\s*(?:\.|$)')


def read(text: str) -> Node:
    """The document. A value inside of an inline table or a list has the line of its statement. Raises Malformed."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at (?:line (\d+)|end of document)", str(error))
        raise Malformed("TOML", int(found[1]) if found and found[1] else line_at(text, len(text))) from None
    except (RecursionError, ValueError):  # nested without end; a number or date that Python cannot hold
        raise Malformed("TOML", 1) from None
    return _tree(table, (), _lines(text), 1, 0)


def _tree(value: Any, path: _Path, lines: dict[_Path, int], line: int, depth: int) -> Node:
    line = lines.get(path, line)
    if depth > DEEPEST:
        raise Malformed("TOML", line)
    if isinstance(value, dict):
        return Node({name: _tree(each, (*path, name), lines, line, depth + 1) for name, each in value.items()}, line)
    if isinstance(value, list):
        return Node([_tree(each, (*path, str(at)), lines, line, depth + 1) for at, each in enumerate(value)], line)
    return Node(str(value).lower() if isinstance(value, bool) else str(value), line)


def _lines(text: str) -> dict[_Path, int]:
    """The line of every table and statement of a text that is TOML."""
    found: dict[_Path, int] = {}
    counts: dict[_Path, int] = {}  # how many tables of a list there have been
    header: _Path = ()
    statement, depth, line, began, named = "", 0, 1, 1, False
    for piece in _PIECE.finditer(text + "\n"):
        kind, token = piece.lastgroup, piece[0]
        if kind == "end" and not depth:
            if statement.strip().startswith("[") and not named:
                header = _header(statement.strip(), counts)
                found.setdefault(header, began)
            statement, named, began = "", False, line + 1
        elif kind == "equals" and not depth and not named:
            named = True
            found.setdefault((*header, *_names(statement)), began)
        elif kind in ("open", "close") and named:
            depth += 1 if kind == "open" else -1
        if not named and kind not in ("comment", "end"):
            statement += token
        line += token.count("\n")
    return found


def _header(statement: str, counts: dict[_Path, int]) -> _Path:
    """The path of ``[a.b]`` or ``[[a.b]]``, with the numbers of the list's tables in it."""
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
    names = []
    for double, single, bare in _NAME.findall(dotted):
        names.append(tomllib.loads(f'x = "{double}"')["x"] if double else single or bare)
    return names
