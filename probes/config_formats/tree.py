"""The tree that every settings file reader returns, whose values have line numbers, and pointers into it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from probes.model.named_tuple import NamedTuple

DEEPEST = 64  # levels; real settings have about five, and much deeper nesting is meant to break a parser
MOST = 1000  # values that one pointer may match
MOST_STEPS = 100_000  # nodes that are visited for them; aliases of aliases can lead to millions


class Malformed(Exception):
    """Error in a file's syntax at ``line``, counted from 1. ``form`` names the expected format, for example ``TOML``.

    The message quotes nothing from the file, because that place may contain a key.
    """

    def __init__(self, form: str, line: int) -> None:
        super().__init__(f"line {line} is not {form}")
        self.form, self.line = form, line


class Node(NamedTuple):
    """A table, a list or a scalar as written (None for null), and its first line, from 1."""

    value: dict[str, Node] | list[Node] | str | None
    line: int

    @property
    def text(self) -> str | None:
        """The text of a scalar; None for null, tables and lists."""
        return self.value if isinstance(self.value, str) else None


class Hit(NamedTuple):
    """A match of a pointer: the names that matched its ``*``, the full path, and the node."""

    stars: tuple[str, ...]
    path: tuple[str, ...]
    node: Node


def find(root: Node, pointer: str) -> Iterator[Hit]:
    """Yield the matches of a JSON pointer (RFC 6901), at most :data:`MOST`, within :data:`MOST_STEPS`.

    In addition to RFC 6901, ``*`` matches any member, and a last ``?`` yields the name of the first member. Example:
    ``/providers/*/base_url``.
    """
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    yield from islice(_walk(root, steps, (), (), iter(range(MOST_STEPS))), MOST)


def _walk(
    node: Node, steps: list[str], stars: tuple[str, ...], path: tuple[str, ...], left: Iterator[int]
) -> Iterator[Hit]:
    if not steps:
        yield Hit(stars, path, node)
        return
    step, *rest = steps
    if step not in ("*", "?"):
        member = _member(node, step)
        if member is not None:
            yield from _walk(member, rest, stars, (*path, step), left)
        return
    for name, member in members(node):
        if next(left, None) is None:
            return
        if step == "*":
            yield from _walk(member, rest, (*stars, name), (*path, name), left)
        elif step == "?":
            yield Hit(stars, (*path, name), Node(name, member.line))
            return


def _member(node: Node, name: str) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(name)
    if isinstance(node.value, list) and re.fullmatch("0|[1-9][0-9]{0,8}", name):
        return next(iter(node.value[int(name) : int(name) + 1]), None)
    return None


def members(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield the members of a table with their names, or those of a list with their indexes from 0."""
    if isinstance(node.value, dict):
        yield from node.value.items()
    elif isinstance(node.value, list):
        for number, member in enumerate(node.value):
            yield str(number), member


def line_at(text: str, position: int) -> int:
    """Return the line of a character offset, from 1; line ends of every system count."""
    return len(re.findall(r"\r\n|\n|\r", text[:position])) + 1
