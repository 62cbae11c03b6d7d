"""The result of a tool: a text for a model, and the same as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from diagnose.formats.json import dumps
from diagnose.rendering.outlet import passed, plain
from probes.model.named_tuple import NamedTuple

LONGEST_SHORT, LONGEST_FULL = 6_000, 60_000  # characters of the text; the data is whole


class ToolResult(NamedTuple):
    """What a tool returns. ``data`` fits the tool's output schema."""

    text: str
    data: dict[str, Any]


def harmless(value: Any) -> Any:
    """Return plain JSON without known secrets, and without what is invisible or acts on a terminal or a build server.

    A server can hide words from people in invisible characters, which a model reads all the same. They become escapes.
    """
    if isinstance(value, str):
        return passed(value)
    if isinstance(value, Mapping):
        return {passed(str(name)): harmless(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [harmless(one) for one in value]
    return value


def shown(text: str, *, full: bool) -> str:
    """Return the text for the model, each line harmless, shortened where it is longer than a model wants to read."""
    longest = LONGEST_FULL if full else LONGEST_SHORT
    made = "\n".join(_line(line) for line in text.split("\n"))
    return made if len(made) <= longest else f"{made[:longest]}…"


def _line(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + plain(line)


def pure(value: object) -> Any:
    """Return a document as the report's JSON has it: no mappings but dicts, no sequences but lists, no NaN."""
    return json.loads(dumps(value))
