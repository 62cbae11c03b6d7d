"""Read JSON, JSON with comments and JSON5 with line numbers, which the standard library does not keep."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Any

from probes.config_formats.tree import DEEPEST, Malformed, Node

_TOKEN = re.compile(
    r"(?P<gap>[ \t\r\n]+)"
    r"|(?P<comment>//[^\n\r]*|/\*(?s:.*?)\*/)"
    r"|(?P<sign>[{}\[\]:,])"
    r'|(?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")'
    r"|(?P<single>'(?:[^'\\\n\r]|\\(?:\r\n|(?s:.)))*'|\"(?:[^\"\\\n\r]|\\(?:\r\n|(?s:.)))*\")"
    r"|(?P<word>[^\s{}\[\]:,\"'/]+)"
    r"|(?P<wide>\s+)"
)
_STRICT_WORD = re.compile(r"true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|(?s:.)))")
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r": "", "\r\n": ""}

DIALECTS = ("json", "jsonc", "json5")


def read(text: str, dialect: str = "json") -> Node:
    """Return the document as a tree.

    ``jsonc`` allows comments and trailing commas; ``json5`` also allows single quotes and unquoted names. The last of
    duplicate names counts, as in JavaScript.

    Raises Malformed if the text is invalid in this dialect.
    """
    return _JsonReader(text, dialect).document()


class _JsonReader:
    """A one-pass parser. It keeps open containers on an explicit stack, so that deep nesting needs no recursion."""

    def __init__(self, text: str, dialect: str) -> None:
        self.text, self.dialect = text, dialect
        self.ends = [found.end() for found in re.finditer(r"\r\n|\n|\r", text)]

    def fail(self, at: int) -> Malformed:
        """Return an error for the line of a character offset."""
        return Malformed({"json": "JSON", "jsonc": "JSON with comments", "json5": "JSON5"}[self.dialect], self.line(at))

    def line(self, at: int) -> int:
        """Return the line of a character offset, from 1."""
        return bisect_right(self.ends, at) + 1

    def document(self) -> Node:
        """Parse the text. Raises Malformed if it is invalid."""
        open_: list[Any] = []  # the stack of open containers
        names: list[str | None] = []  # for each open container: the name whose value comes next
        root: Node | None = None
        expects = "value"  # value, "value first" (or ]), name (or }), colon, comma, end; "… after comma"
        at, size = 0, len(self.text)
        while at < size:
            match = _TOKEN.match(self.text, at)
            if match is None:
                raise self.fail(at)
            kind, lexeme, start, at = str(match.lastgroup), match[0], at, match.end()
            if kind == "gap" or (kind in ("comment", "wide") and self.allows(kind)):
                continue
            if expects == "end" or kind in ("comment", "wide"):
                raise self.fail(start)
            if lexeme in ("}", "]") and kind == "sign":
                if not open_ or not self.may_close(lexeme, expects, open_[-1]):
                    raise self.fail(start)
                open_.pop()
                names.pop()
                expects = "comma" if open_ else "end"
            elif expects == "comma":
                if lexeme != ",":
                    raise self.fail(start)
                expects = "name" if isinstance(open_[-1].value, dict) else "value"
                expects += " after comma"
            elif expects == "colon":
                if lexeme != ":":
                    raise self.fail(start)
                expects = "value"
            elif expects.startswith("name"):
                names[-1] = self.name(kind, lexeme, start)
                expects = "colon"
            else:
                opens = kind == "sign"
                if opens and lexeme not in "{[":
                    raise self.fail(start)
                node = (
                    Node({} if lexeme == "{" else [], self.line(start)) if opens else self.scalar(kind, lexeme, start)
                )
                if not open_:
                    root = node
                elif isinstance(open_[-1].value, dict):
                    table, name = open_[-1].value, names[-1]
                    table.pop(name, None)  # the last duplicate counts and keeps its position in the file
                    table[name] = node
                else:
                    open_[-1].value.append(node)
                if opens:
                    if len(open_) == DEEPEST:
                        raise self.fail(start)
                    open_.append(node)
                    names.append(None)
                    expects = "name" if lexeme == "{" else "value first"
                else:
                    expects = "comma" if open_ else "end"
        if root is None or open_:
            raise self.fail(len(self.text.rstrip()))
        return root

    def allows(self, kind: str) -> bool:
        """Check whether the dialect allows comments or the white space of JSON5 (``wide``)."""
        return self.dialect == "json5" or (self.dialect == "jsonc" and kind == "comment")

    def may_close(self, lexeme: str, expects: str, container: Node) -> bool:
        """Check whether a closing bracket fits the open container and the position in it."""
        if (lexeme == "}") is not isinstance(container.value, dict):
            return False
        if expects.endswith("after comma"):
            return self.dialect != "json"
        return expects in ("comma", "name", "value first")

    def name(self, kind: str, lexeme: str, start: int) -> str:
        """Return a member's name. Raises Malformed if the token is no name in this dialect."""
        if kind == "word" and self.dialect == "json5":
            return lexeme
        text = self.scalar(kind, lexeme, start).text if kind in ("text", "single") else None
        if text is None:
            raise self.fail(start)
        return text

    def scalar(self, kind: str, lexeme: str, start: int) -> Node:
        """Return a scalar as a node. Raises Malformed if the token is no value in this dialect."""
        line = self.line(start)
        if kind == "text":
            try:
                return Node(json.loads(lexeme), line)
            except ValueError:  # an escape that only JSON5 has
                pass
        if kind == "word":
            if self.dialect != "json5" and not _STRICT_WORD.fullmatch(lexeme):
                raise self.fail(start)
            return Node(None if lexeme == "null" else lexeme, line)
        if self.dialect != "json5":
            raise self.fail(start)
        return Node(_ESCAPE.sub(_unescape, lexeme[1:-1]), line)


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _NAMED.get(match[3], match[3])
