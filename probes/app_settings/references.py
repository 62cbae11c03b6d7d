"""Resolve references in settings values as the app does, except those that execute a command."""

from __future__ import annotations

import re
from collections.abc import Callable

from probes.config_formats.files import LARGEST, SkippedFile
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record
from probes.model.settings import Sourced
from probes.model.source import Source
from probes.settings.consent import plain

# The syntaxes of references, by their names in apps.toml.
STYLES = ("braces", "shell", "litellm", "secrets", "input", "bare")

_BRACES = re.compile(r"\{(env|file):([^{}]+)\}")
_SHELL = re.compile(r"\$\{(?P<long>[A-Za-z_]\w*)(?::?-(?P<other>[^{}]*))?\}|\$(?P<short>[A-Za-z_]\w*)")
_LITELLM = re.compile(r"os\.environ/([A-Za-z_]\w*)")
_SECRETS = re.compile(r"\$\{\{\s*(?:secrets\.)?(?:[\w-]+/)*([A-Za-z_]\w*)\s*\}\}")
_INPUT = re.compile(r"\$\{input:[^{}]*\}")
_COMMAND = re.compile(r"\$\(|`")
_LONGEST = 64 * 1024  # characters of a setting with references; a key or an address has some hundred
_COST = 256  # what a reference counts besides its text, so that one setting has at most 4,096


class Value(NamedTuple):
    """The value of a variable or file, and its source; the source is None if the value does not exist.

    ``own`` is true if the user wrote it, and ``borrowed`` are the user's values that a project's file has put into it.
    """

    text: str
    source: Source | None
    own: bool
    borrowed: tuple[Sourced[str], ...] = ()

    @property
    def lent(self) -> tuple[Sourced[str], ...]:
        """The user's values in this one."""
        return (Sourced(self.text, self.source),) if self.own and self.source is not None else self.borrowed


class Resolved(Record):
    """A resolved text.

    ``value`` is None if a reference leads to no value; ``searched`` then names the places that were searched.
    ``source`` is where the first referenced value comes from, None if the text has no reference; ``borrowed`` are the
    user's values among those referenced. ``whole`` is true if the text is exactly one reference.

    ``beyond`` is the reason why a value is not resolved: ``command``, ``keychain``, or ``outside`` for a project's
    reference to a file outside the project.
    """

    value: str | None
    source: Source | None = None
    borrowed: tuple[Sourced[str], ...] = ()
    whole: bool = False
    searched: tuple[str, ...] = ()
    beyond: str = ""


Variable = Callable[[str], "Value | None"]
FileText = Callable[[str], "Value | str | None"]  # a str is the reason why the file is not read


class ReferenceLimit:
    """A limit on the work of resolving one setting, whose references may refer to others, which multiplies.

    Raises SkippedFile if it is exceeded.
    """

    def __init__(self) -> None:
        self._left = LARGEST  # characters of output

    def take(self, text: str) -> str:
        """Return the text that a reference stands for, and count it."""
        self._left -= len(text) + _COST
        if self._left < 0:
            raise SkippedFile("excessive")
        return text


def resolve(
    text: str, styles: tuple[str, ...], variable: Variable, file: FileText, limit: ReferenceLimit | None = None
) -> Resolved:
    """Resolve the references in ``text`` as an app does that supports ``styles``. Nothing is executed.

    Example: with the style ``braces``, ``{env:OPENAI_API_KEY}`` becomes the value of that variable. ``limit`` is that
    of the setting whose reference leads to this text.

    Raises SkippedFile if the text or what it stands for is too long for a setting.
    """
    limit = limit or ReferenceLimit()
    if len(text) > _LONGEST:
        raise SkippedFile("excessive")
    if "input" in styles and _INPUT.search(text):
        return Resolved(None, beyond="keychain")
    if ("shell" in styles and _COMMAND.search(text)) or ("bare" in styles and text.startswith("!")):
        return Resolved(None, beyond="command")
    found: list[Value] = []
    missing: list[str] = []
    beyond: list[str] = []

    def of_variable(name: str, other: str | None = None) -> str:
        value = variable(name)
        limit.take(value.text if value is not None else "")
        if value is None or (other is not None and not value.text):
            if other is None:
                missing.append(f"environment {name}")
            return other or ""
        found.append(value)
        return value.text

    def of_braces(match: re.Match[str]) -> str:
        if match[1] == "env":
            return of_variable(match[2].strip())
        value = file(match[2].strip())
        limit.take(value.text if isinstance(value, Value) else "")
        if isinstance(value, Value):
            found.append(value)
            return value.text
        if value is None:
            missing.append(f"file {match[2].strip()}")
        else:
            beyond.append(value)
        return ""

    result = text
    if "braces" in styles:
        result = _BRACES.sub(of_braces, result)
    if "secrets" in styles:
        result = _SECRETS.sub(lambda match: of_variable(match[1]), result)
    if "litellm" in styles and (whole := _LITELLM.fullmatch(result.strip())):
        result = of_variable(whole[1])
    if "bare" in styles and (known := variable(result.strip())):  # the text is a variable's name, else a literal value
        found.append(known)
        result = known.text
    if "shell" in styles:
        result = _SHELL.sub(lambda match: of_variable(match["long"] or match["short"], match["other"]), result)
    if beyond:
        return Resolved(None, beyond=beyond[0])
    if missing and not result:
        return Resolved(None, searched=tuple(missing))
    if not found:
        return Resolved(result)
    borrowed = tuple(dict.fromkeys(one for value in found for one in value.lent if not plain(one.value)))
    return Resolved(result, found[0].source, borrowed, result == found[0].text)
