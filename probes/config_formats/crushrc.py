"""Read the providers that Crush's shell file ``crushrc`` adds, each as a table of its options."""

from __future__ import annotations

import shlex
from contextlib import suppress

from probes.config_formats.tree import Node

_LONGEST = 10_000  # characters of a command; shlex takes time in the square of a word's length


def read(text: str) -> Node:
    """Return the options of each ``provider add ID --option value …`` line by ID.

    Values are kept as written; nothing in them is executed.
    """
    providers: dict[str, Node] = {}
    for words, line in _commands(text):
        if words[:2] != ["provider", "add"] or len(words) < 3:
            continue
        options: dict[str, Node] = {}
        rest = iter(words[3:])
        for word in rest:
            name, equals, value = word.removeprefix("--").partition("=")
            if word.startswith("--"):
                options[name] = Node(value if equals else next(rest, ""), line)
        providers[words[2]] = Node(options, line)
    return Node(providers, 1)


def _commands(text: str) -> list[tuple[list[str], int]]:
    """Return the words of each logical line with the number of its first line; skip lines with invalid quoting."""
    commands: list[tuple[list[str], int]] = []
    parts: list[str] = []
    first_line = 1
    for number, line in enumerate(text.splitlines(), 1):
        first_line = first_line if parts else number
        if line.endswith("\\"):
            parts.append(line[:-1] + " ")
            continue
        logical_line = "".join((*parts, line))
        parts = []
        with suppress(ValueError):
            if len(logical_line) <= _LONGEST:
                commands.append((shlex.split(logical_line, comments=True), first_line))
    return commands
