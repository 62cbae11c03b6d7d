"""Crush's ``crushrc``: of its shell lines, those that add a provider, each as a table of the options given."""

from __future__ import annotations

import shlex

from probes.config_formats.tree import Node


def read(text: str) -> Node:
    """``provider add ID --option value …`` by ID. What stands in a value is kept as it is: nothing is executed."""
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
    """The words of each line, continued ones in one, with the line on which it begins; unreadable ones left out."""
    found, held, began = [], "", 1
    for number, line in enumerate(text.splitlines(), 1):
        began = began if held else number
        held += line
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        try:
            found.append((shlex.split(held, comments=True), began))
        except ValueError:
            pass
        held = ""
    return found
