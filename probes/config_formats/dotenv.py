"""Read variables with line numbers from ``.env`` files, ``KEY=value`` lines and shell startup files.

Nothing is executed: in a shell file, only lines that set one variable to one literal word are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from probes.config_formats.tree import Malformed


class Binding(NamedTuple):
    """A variable with its value as written and its line, from 1.

    ``expands`` is true if the file's grammar resolves ``$NAME`` in the value; here it is left unresolved. ``command``
    is true if the value is the output of a command, which is never run.
    """

    name: str
    value: str
    line: int
    expands: bool = True
    command: bool = False


def dotenv(text: str) -> Iterator[Binding]:
    """Yield the variables of a ``.env`` file in python-dotenv's grammar; skip invalid lines, as all its readers do."""
    import io

    from dotenv.parser import parse_stream

    for binding in parse_stream(io.StringIO(text)):
        if binding.key is None or binding.value is None:
            continue
        blank = binding.original.string[: -len(binding.original.string.lstrip()) or None]
        line = binding.original.line + len(re.findall(r"\r\n|\n|\r", blank))
        single = re.search(r"=\s*'", binding.original.string) is not None
        yield Binding(binding.key, binding.value, line, expands=not single)


def lines(text: str) -> Iterator[Binding]:
    """Yield the variables of ``KEY=value`` lines; quotes are part of the value."""
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if equals and re.fullmatch(r"\s*[A-Za-z_]\w*\s*", name):
            yield Binding(name.strip(), value.strip(), number, expands=False)


_WORD = re.compile(
    r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>(?:[^\s'"\\;&|<>()#`]|\\.|(?<=\S)#)+)"""
)
_POSIX = re.compile(r"\s*export\s+(?P<name>[A-Za-z_]\w*)=(?P<rest>.*)")
_FISH = re.compile(r"\s*set\s+(?:-\w+\s+|--\w+\s+)*(?P<name>[A-Za-z_]\w*)\s+(?P<rest>.*)")
_FISH_EXPORTS = re.compile(r"\s*set\s+(?:-\S+\s+)*?(?:-\w*x|--export)")
_POWERSHELL = re.compile(
    r"\s*(?:\$env:(?P<name>\w+)\s*=\s*"
    r"|\[(?:System\.)?Environment\]::SetEnvironmentVariable\(\s*['\"](?P<named>\w+)['\"]\s*,\s*)(?P<rest>.*)",
    re.IGNORECASE,
)


def posix(text: str) -> Iterator[Binding]:
    """Yield the variables of ``export NAME=value`` lines (sh, bash, zsh) and ``set -gx NAME value`` lines (fish)."""
    for number, line in enumerate(text.splitlines(), 1):
        match = _POSIX.match(line)
        if match is None and _FISH_EXPORTS.match(line):
            match = _FISH.match(line)
        if match and (binding := _word(match["name"], match["rest"], number)):
            yield binding


def _word(name: str, rest: str, number: int) -> Binding | None:
    """Return a variable set to one literal word, without quotes, or to a command; None for anything else."""
    value, expands, at = "", True, 0
    if re.match(r"""["']?(?:\$\(|`|\()""", rest):
        return Binding(name, "", number, command=True)
    while at < len(rest) and (match := _WORD.match(rest, at)):
        at = match.end()
        if match["single"] is not None:
            value, expands = value + match["single"], "$" not in match["single"] and expands
        elif match["double"] is not None:
            value += re.sub(r'\\(["\\$`])', r"\1", match["double"])
        else:
            value += re.sub(r"\\(.)", r"\1", match["bare"])
    if "$(" in value or "`" in value:
        return Binding(name, "", number, command=True)
    return Binding(name, value, number, expands) if re.fullmatch(r"\s*(?:[;&#].*)?", rest[at:]) else None


def powershell(text: str) -> Iterator[Binding]:
    """Yield the variables of ``$env:NAME = "value"`` and ``[Environment]::SetEnvironmentVariable("NAME", "value")``."""
    for number, line in enumerate(text.splitlines(), 1):
        match = _POWERSHELL.match(line)
        if match is None:
            continue
        name, rest = match["name"] or match["named"], match["rest"]
        if single := re.match(r"'((?:[^']|'')*)'", rest):
            yield Binding(name, single[1].replace("''", "'"), number, expands=False)
        elif (double := re.match(r'"((?:[^"`]|`.|"")*)"', rest)) and "$(" not in double[1]:
            yield Binding(name, re.sub(r"`(.)", r"\1", double[1].replace('""', '"')), number)
        else:
            yield Binding(name, "", number, command=True)


FORMS = {"dotenv": dotenv, "lines": lines, "shell": posix, "powershell": powershell}


def read(text: str, form: str) -> dict[str, Binding]:
    """Return the variables of a file by name; the last assignment counts. Raises Malformed if the file is binary."""
    if "\0" in text:
        raise Malformed("text", text[: text.index("\0")].count("\n") + 1)
    return {binding.name: binding for binding in FORMS[form](text)}
