"""Find, read and check the files of facts.

A fact file is TOML for people and, in a wheel, JSON for the program (see ``hatch_build.py``). Its table ``[facts]``
gives the version of the schema, and the day and the source of the rows that name none of their own. In ``doors.toml``
it also gives the ``date`` of all facts: the latest day on which a row of any file was seen. Every row may have the
fields of :mod:`probes.catalog.provenance`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import probes
from probes.catalog.provenance import FIELDS_SET, Provenance, check, provenance_of
from probes.config_formats.files import MIB, text_of

if TYPE_CHECKING:  # a wheel reads no file by its path at the start
    from pathlib import Path

SCHEMA = 1
LARGEST = 4 * MIB  # bytes; the largest of the built-in files has 150 KiB
HEADER = "facts"


class FactsError(ValueError):
    """Error in a fact file. The message names file and line."""


def facts_folder() -> Path:
    """Return the folder of the fact files in the source tree."""
    from pathlib import Path

    return Path(__file__).parents[1] / "facts"


def fact_file(name: str) -> Path:
    """Return the path of a fact file of the source tree."""
    return facts_folder() / f"{name}.toml"


def fact_files() -> list[Path]:
    """Return the paths of all fact files of the source tree, in alphabetical order."""
    return sorted(facts_folder().rglob("*.toml"))


def read_facts(name: str) -> dict[str, Any]:
    """Read a built-in fact file; ``name`` is a path such as ``texts/dialects``. The build has checked it."""
    document = compiled_facts(name)
    if document is None:
        import tomllib  # an installed program reads JSON and does not pay for this import

        document = tomllib.loads(_content(f"{name}.toml").decode("utf-8"))
    return document


def compiled_facts(name: str) -> dict[str, Any] | None:
    """Return a fact file as the build has compiled it to JSON; None in the source tree, which has only the TOML.

    JSON loads about twenty times faster. Every row with a ``pattern`` also has its ``needles`` there (see
    ``probes/catalog/literal_filter.py``).
    """
    try:
        built = _content(f"{name}.json")
    except OSError:
        return None
    import json

    document: dict[str, Any] = json.loads(built)
    return document


def _content(name: str) -> bytes:
    """Return a file of the folder, also from a zip file, as ``pkgutil`` does. Raises OSError."""
    loader: Any = probes.__loader__
    path = os.path.join(os.path.dirname(probes.__file__), "facts", *name.split("/"))  # noqa: PTH118, PTH120
    content: bytes = loader.get_data(path)
    return content


def usual_of(document: Mapping[str, Any]) -> Provenance:
    """Return the day and the source of the rows of a document that name none of their own."""
    return provenance_of(document.get(HEADER, {}))


def without_provenance(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document without the fields of provenance, for readers whose rows have no such fields."""
    return {
        name: [_bare(row) for row in value] if isinstance(value, list) else _bare(value)
        for name, value in document.items()
        if name != HEADER
    }


def _bare(row: Any) -> Any:
    """Return a row, and the rows inside it, without provenance. A table of values in a row is left as it is."""
    if not isinstance(row, dict):
        return row
    return {
        name: [_bare(inner) for inner in value] if isinstance(value, list) else value
        for name, value in row.items()
        if name not in FIELDS_SET
    }


def check_file(path: Path) -> dict[str, Any]:
    """Read a fact file, check its header, and the fields and the provenance of every row, and return its content.

    Raises FactsError, with file and line, if the file or one of its rows is wrong.
    """
    import tomllib

    from probes.catalog.fact_schema import check_fields, kind_of  # only the build and those who keep the facts need it

    text = text_of(path, limit=LARGEST) or ""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FactsError(f"{path}: {error}") from None
    usual = _check_header(path, text, document.get(HEADER))
    for table, number, row in _rows(document):
        try:
            check_fields(kind_of(path), table, row)
            _check_row(row, usual.seen)
            if not usual.source and not row.get("source"):
                raise ValueError("source is missing")
        except ValueError as error:
            line = line_of(text, table, number, str(error).removeprefix("unknown field ").split(" ", 1)[0])
            raise FactsError(f"{path}:{line}: [{table}] {_name(row, number)}: {error}") from None
    return document


def _check_header(path: Path, text: str, header: object) -> Provenance:
    """Check the table ``[facts]`` and return what it says about the rows of the file."""
    line = line_of(text, HEADER, 1, "")
    if not isinstance(header, dict):
        raise FactsError(f"{path}:1: the table [{HEADER}] is missing")
    if header.get("schema") != SCHEMA:
        raise FactsError(f"{path}:{line}: schema is not {SCHEMA}")
    if unknown := header.keys() - {"schema", "seen", "date", "source"}:
        raise FactsError(f"{path}:{line}: unknown field {min(unknown)}")
    for name, field in (("seen", "seen"), ("date", "seen"), ("source", "source")):
        try:
            if name in header or name == "seen":
                check({field: header.get(name)})
        except ValueError as error:
            problem = str(error).replace(field, name, 1)
            raise FactsError(f"{path}:{line_of(text, HEADER, 1, name)}: {problem}") from None
    return usual_of({HEADER: header})


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield the name of each table, the number of the row in it, from 1, and the row."""
    for name, value in document.items():
        rows = value if isinstance(value, list) else [value]
        for number, row in enumerate(rows, 1):
            if isinstance(row, dict) and name != HEADER:
                yield name, number, row


def _check_row(row: Mapping[str, Any], seen: str) -> None:
    """Check the provenance of a row and of the rows inside it."""
    if not FIELDS_SET.isdisjoint(row):
        check(row, seen)
    for name, value in row.items():
        for inner in value if isinstance(value, list) else ():
            if isinstance(inner, dict):
                try:
                    _check_row(inner, row.get("seen", seen))
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None


def _name(row: Mapping[str, Any], number: int) -> str:
    named = next((row[name] for name in ("id", "name", "model", "code") if isinstance(row.get(name), str)), "")
    return f"row {number} ({named})" if named else f"row {number}"


def line_of(text: str, table: str, number: int, field: str) -> int:
    """Return the line, from 1, of a field in the given row of a table; that of the row if the field has no line."""
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if line.lstrip().startswith("[") and line.strip("[] \t") == table]
    if number > len(heads):
        return 1
    start = heads[number - 1]
    # The tables inside a row belong to it: `[[id.wires]]` to `[id]`.
    others = (at for at in range(start + 1, len(lines)) if re.match(r"\[{1,2}[\w-]", lines[at]))
    end = next((at for at in others if not lines[at].strip("[ ").startswith(f"{table}.")), len(lines))
    name = field.rstrip(":")
    return next((at for at in range(start, end) if name and lines[at].partition("=")[0].strip() == name), start) + 1
