"""Files of variables, each with its line: ``.env``, plain ``KEY=value`` lines, and what shells set at their start.

Nothing is executed: of a shell's file only lines that set one variable to one written-out word are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from probes.config_formats.tree import Malformed


class Binding(NamedTuple):
    """``value`` is as it stands, references unexpanded; ``expands`` says whether ``$NAME`` in it means something.

    ``command``: the value is what a command prints, which nobody here runs.
    """

    name: str
    value: str
    line: int
    expands: bool = True
    command: bool = False


def dotenv(text: str) -> Iterator[Binding]:
    """In python-dotenv's grammar. A line that is none is passed over, as every reader of ``.env`` does."""
    import io

    from dotenv.parser import parse_stream

    for each in parse_stream(io.StringIO(text)):
        if each.key is None or each.value is None:
            continue
        blank = each.original.string[: -len(each.original.string.lstrip()) or None]
        line = each.original.line + len(re.findall(r"\r\n|\n|\r", blank))
        single = re.search(r"=\s*'", each.original.string) is not None
        yield Binding(each.key, each.value, line, expands=not single)


def lines(text: str) -> Iterator[Binding]:
    """``KEY=value`` lines whose values are taken as they stand, quotes and all."""
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
    """``export NAME=value`` lines of sh, bash and zsh, and ``set -gx NAME value`` of fish."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _POSIX.match(line)
        if found is None and _FISH_EXPORTS.match(line):
            found = _FISH.match(line)
        if found and (binding := _word(found["name"], found["rest"], number)):
            yield binding


def _word(name: str, rest: str, number: int) -> Binding | None:
    """The one word that a variable is set to, its quotes taken off; None where it cannot be told."""
    value, expands, at = "", True, 0
    if re.match(r"""["']?(?:\$\(|`|\()""", rest):
        return Binding(name, "", number, command=True)
    while at < len(rest) and (found := _WORD.match(rest, at)):
        at = found.end()
        if found["single"] is not None:
            value, expands = value + found["single"], "$" not in found["single"] and expands
        elif found["double"] is not None:
            value += re.sub(r'\\(["\\$`])', r"\1", found["double"])
        else:
            value += re.sub(r"\\(.)", r"\1", found["bare"])
    if "$(" in value or "`" in value:
        return Binding(name, "", number, command=True)
    return Binding(name, value, number, expands) if re.fullmatch(r"\s*(?:[;&#].*)?", rest[at:]) else None


def powershell(text: str) -> Iterator[Binding]:
    """``$env:NAME = "value"`` lines, and ``[Environment]::SetEnvironmentVariable("NAME", "value")``."""
    for number, line in enumerate(text.splitlines(), 1):
        found = _POWERSHELL.match(line)
        if found is None:
            continue
        name, rest = found["name"] or found["named"], found["rest"]
        if single := re.match(r"'((?:[^']|'')*)'", rest):
            yield Binding(name, single[1].replace("''", "'"), number, expands=False)
        elif (double := re.match(r'"((?:[^"`]|`.|"")*)"', rest)) and "$(" not in double[1]:
            yield Binding(name, re.sub(r"`(.)", r"\1", double[1].replace('""', '"')), number)
        else:
            yield Binding(name, "", number, command=True)


FORMS = {"dotenv": dotenv, "lines": lines, "shell": posix, "powershell": powershell}


def read(text: str, form: str) -> dict[str, Binding]:
    """The variables of a file by name; the last of a name counts. Raises Malformed for what is no text."""
    if "\0" in text:
        raise Malformed("text", text[: text.index("\0")].count("\n") + 1)
    return {each.name: each for each in FORMS[form](text)}
