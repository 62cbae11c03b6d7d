"""Read variables with line numbers from ``.env`` files, ``KEY=value`` lines and shell startup files.

Nothing is executed: in a shell file, only lines that set one variable to one literal word are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from probes.config_formats.files import LARGEST, SkippedFile
from probes.config_formats.tree import Malformed
from probes.model.named_tuple import NamedTuple

_MOST_LINES = 5_000  # a real file has some hundred
_MOST_SQUARES = 16_000_000  # of the lengths of runs of spaces: about 0.1 s of searching for comments


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
    """Yield the variables of a ``.env`` file in python-dotenv's grammar; skip invalid lines, as all its readers do.

    Raises SkippedFile if the library would take too long.
    """
    yield from _bindings(text)


@lru_cache(maxsize=2)  # a scan reads the same file for each SDK
def _bindings(text: str) -> tuple[Binding, ...]:
    import io

    from dotenv.parser import parse_stream

    check_effort(text)
    found = []
    for binding in parse_stream(io.StringIO(text)):
        if binding.key is None or binding.value is None:
            continue
        blank = binding.original.string[: -len(binding.original.string.lstrip()) or None]
        line = binding.original.line + len(re.findall(r"\r\n|\n|\r", blank))
        single = re.search(r"=\s*'", binding.original.string) is not None
        found.append(Binding(binding.key, binding.value, line, expands=not single))
    return tuple(found)


def check_effort(text: str) -> None:
    """Check that python-dotenv can read the text in reasonable time. Raises SkippedFile if not.

    The library searches for comments with ``\\s+#``, which takes time in the square of a run of spaces (measured
    1.2.4: 512 KiB of spaces in one line take minutes).
    """
    squares = sum(len(run) ** 2 for run in re.findall(r"[^\S\r\n]{64,}", text))
    if squares > _MOST_SQUARES or text.count("\n") + text.count("\r") > _MOST_LINES:
        raise SkippedFile("excessive")


class Piece(NamedTuple):
    """A part of a value: text, or a reference ``${NAME}`` or ``${NAME:-default}`` if it has a ``name``."""

    text: str
    name: str | None = None

    def resolved(self, known: Mapping[str, str]) -> str:
        """Return the text, or what the reference stands for: the variable, else the default, else nothing."""
        return self.text if self.name is None else known.get(self.name, self.text)


def pieces(value: str) -> Iterator[Piece]:
    """Yield the parts of a value as python-dotenv's ``parse_variables`` does, in time linear in its length.

    Example: ``a${B:-c}`` yields the text ``a`` and the reference ``B`` with the default ``c``.
    """
    done, at, close, colon = 0, 0, -1, -1
    while (start := value.find("${", at)) >= 0:
        at = start + 2
        close = value.find("}", at) if close < at else close
        if close < 0:
            break
        if -1 < colon < at or colon == -1:
            colon = value.find(":", at)
            colon = len(value) if colon < 0 else colon
        default = value.startswith(":-", colon)
        if colon < close and not default:
            continue
        if start > done:
            yield Piece(value[done:start])
        name, text = (value[at:close], "") if colon > close else (value[at:colon], value[colon + 2 : close])
        yield Piece(text, name)
        done = at = close + 1
    if done < len(value):
        yield Piece(value[done:])


class Expansion:
    """Expands values within a limit of output for the whole file, since ``B=${A}${A}`` doubles with each line."""

    def __init__(self, limit: int = 4 * LARGEST) -> None:
        self._left = limit  # characters

    def of(self, parts: Iterable[Piece], known: Mapping[str, str]) -> str:
        """Return the value that the parts make up. Raises SkippedFile if the file's values become too large."""
        texts = [part.resolved(known) for part in parts]
        self._left -= sum(map(len, texts))
        if self._left < 0:
            raise SkippedFile("excessive")
        return "".join(texts)


def lines(text: str) -> Iterator[Binding]:
    """Yield the variables of ``KEY=value`` lines; quotes are part of the value."""
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = line.partition("=")
        if equals and re.fullmatch(r"\s*[A-Za-z_]\w*\s*", name):
            yield Binding(name.strip(), value.strip(), number, expands=False)


# Patterns are strings: `re` compiles each when it is first used, and a check needs none of them.
_WORD = r"""'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>(?:[^\s'"\\;&|<>()#`]|\\.|(?<=\S)#)+)"""
_POSIX = r"\s*export\s+(?P<name>[A-Za-z_]\w*)=(?P<rest>.*)"
_FISH = r"\s*set\s+(?:-\w+\s+|--\w+\s+)*(?P<name>[A-Za-z_]\w*)\s+(?P<rest>.*)"
_FISH_EXPORTS = r"\s*set\s+(?:-\S+\s+)*?(?:-\w*x|--export)"
_POWERSHELL = (
    r"(?i)\s*(?:\$env:(?P<name>\w+)\s*=\s*"
    r"|\[(?:System\.)?Environment\]::SetEnvironmentVariable\(\s*['\"](?P<named>\w+)['\"]\s*,\s*)(?P<rest>.*)"
)


def posix(text: str) -> Iterator[Binding]:
    """Yield the variables of ``export NAME=value`` lines (sh, bash, zsh) and ``set -gx NAME value`` lines (fish)."""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(_POSIX, line)
        if match is None and re.match(_FISH_EXPORTS, line):
            match = re.match(_FISH, line)
        if match and (binding := _word(match["name"], match["rest"], number)):
            yield binding


def _word(name: str, rest: str, number: int) -> Binding | None:
    """Return a variable set to one literal word, without quotes, or to a command; None for anything else."""
    value, expands, at = "", True, 0
    if re.match(r"""["']?(?:\$\(|`|\()""", rest):
        return Binding(name, "", number, command=True)
    word = re.compile(_WORD)
    while at < len(rest) and (match := word.match(rest, at)):
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
        match = re.match(_POWERSHELL, line)
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
