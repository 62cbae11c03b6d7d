"""References in a settings file, resolved as its app would, but for what would have to be executed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from probes.model.source import Source

# The ways of writing one, by the name that apps.toml gives them.
STYLES = ("braces", "shell", "litellm", "secrets", "input", "bare")

_BRACES = re.compile(r"\{(env|file):([^{}]+)\}")
_SHELL = re.compile(r"\$\{(?P<long>[A-Za-z_]\w*)(?::?-(?P<other>[^{}]*))?\}|\$(?P<short>[A-Za-z_]\w*)")
_LITELLM = re.compile(r"os\.environ/([A-Za-z_]\w*)")
_SECRETS = re.compile(r"\$\{\{\s*(?:secrets\.)?(?:[\w-]+/)*([A-Za-z_]\w*)\s*\}\}")
_INPUT = re.compile(r"\$\{input:[^}]*\}")
_COMMAND = re.compile(r"\$\(|`")


class Value(NamedTuple):
    """A value of a variable or file, and its place; None for what is nowhere."""

    text: str
    source: Source | None
    own: bool  # the user's, not the project's


@dataclass(frozen=True, slots=True)
class Resolved:
    """``value`` is None where nothing is behind the reference; ``searched`` names the places that were looked at.

    ``own``: something of the user's is in it; ``whole``: it is a reference and nothing else.

    ``beyond``: why it cannot be told without doing what we do not do: ``command``, ``keychain``, or ``outside`` for a
    project's reference to a file that is not the project's.
    ``source``, ``own`` and ``whole`` are of what was referred to; None where the text is no reference.
    """

    value: str | None
    source: Source | None = None
    own: bool | None = None
    whole: bool = False
    searched: tuple[str, ...] = ()
    beyond: str = ""


Variable = Callable[[str], "Value | None"]
FileText = Callable[[str], "Value | str | None"]  # a str is the name of a reason


def resolve(text: str, styles: tuple[str, ...], variable: Variable, file: FileText) -> Resolved:
    """What an app that knows these styles makes of a text. Nothing is executed."""
    if "input" in styles and _INPUT.search(text):
        return Resolved(None, beyond="keychain")
    if ("shell" in styles and _COMMAND.search(text)) or ("bare" in styles and text.startswith("!")):
        return Resolved(None, beyond="command")
    found: list[Value] = []
    missing: list[str] = []
    beyond: list[str] = []

    def of_variable(name: str, other: str | None = None) -> str:
        value = variable(name)
        if value is None or (other is not None and not value.text):
            if other is None:
                missing.append(f"environment {name}")
            return other or ""
        found.append(value)
        return value.text

    def of_braces(each: re.Match[str]) -> str:
        if each[1] == "env":
            return of_variable(each[2].strip())
        value = file(each[2].strip())
        if isinstance(value, Value):
            found.append(value)
            return value.text
        if value is None:
            missing.append(f"file {each[2].strip()}")
        else:
            beyond.append(value)
        return ""

    made = text
    if "braces" in styles:
        made = _BRACES.sub(of_braces, made)
    if "secrets" in styles:
        made = _SECRETS.sub(lambda each: of_variable(each[1]), made)
    if "litellm" in styles and (whole := _LITELLM.fullmatch(made.strip())):
        made = of_variable(whole[1])
    if "bare" in styles and (known := variable(made.strip())):  # a variable's name, else the value itself
        found.append(known)
        made = known.text
    if "shell" in styles:
        made = _SHELL.sub(lambda each: of_variable(each["long"] or each["short"], each["other"]), made)
    if beyond:
        return Resolved(None, beyond=beyond[0])
    if missing and not made:
        return Resolved(None, searched=tuple(missing))
    if not found:
        return Resolved(made)
    return Resolved(made, found[0].source, any(value.own for value in found), made == found[0].text)
