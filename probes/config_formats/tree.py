"""What every reader of a settings file gives: a tree of values that know their lines, and pointers into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

DEEPEST = 64  # levels: settings have five, and what is deeper is there to break a reader
MOST = 1000  # values that one pointer may find


class Malformed(Exception):
    """A file is not of its form. ``line`` counts from 1; ``form`` is what it should have been. Nothing of it is quoted:
    the place may hold a key.
    """

    def __init__(self, form: str, line: int) -> None:
        super().__init__(f"line {line} is not {form}")
        self.form, self.line = form, line


class Node(NamedTuple):
    """A table, a list, or a scalar as it is written (None for null), and the line where it begins, from 1."""

    value: dict[str, Node] | list[Node] | str | None
    line: int

    @property
    def text(self) -> str | None:
        """The scalar's text; None for null, tables and lists."""
        return self.value if isinstance(self.value, str) else None


class Hit(NamedTuple):
    """What a pointer found: the names that stood for its ``*``, the whole path, and the node."""

    stars: tuple[str, ...]
    path: tuple[str, ...]
    node: Node


def find(root: Node, pointer: str) -> Iterator[Hit]:
    """What a JSON pointer (RFC 6901) leads to. ``*`` is any member, a last ``?`` the name of the first member."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    yield from islice(_walk(root, steps, (), ()), MOST)


def _walk(node: Node, steps: list[str], stars: tuple[str, ...], path: tuple[str, ...]) -> Iterator[Hit]:
    if not steps:
        yield Hit(stars, path, node)
        return
    step, *rest = steps
    for name, member in members(node):
        if step == "*":
            yield from _walk(member, rest, (*stars, name), (*path, name))
        elif step == "?":
            yield Hit(stars, (*path, name), Node(name, member.line))
            return
        elif step == name:
            yield from _walk(member, rest, stars, (*path, name))
            return


def members(node: Node) -> Iterator[tuple[str, Node]]:
    """The members of a table by name, those of a list by number."""
    if isinstance(node.value, dict):
        yield from node.value.items()
    elif isinstance(node.value, list):
        for number, member in enumerate(node.value):
            yield str(number), member


def line_at(text: str, position: int) -> int:
    """The line of a position, from 1; line ends of every system count."""
    return len(re.findall(r"\r\n|\n|\r", text[:position])) + 1
