"""Tell by the words of an error what kind of its finding it is: a title, an explanation and steps of its own.

A code says what kind of thing is wrong; its words have to fit every such case. Most messages tell more: that the model
takes no tools, that the history is broken, that an organisation must be verified. ``kinds.toml`` has a row for each,
and ``check`` and ``explain`` choose by it alike. The module is pure.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from functools import cache

from diagnose.answers.data_files import table
from diagnose.answers.located_faults import located_fault
from diagnose.words.text_type import Step
from probes.catalog.literal_filter import Needles, may_match
from probes.model.named_tuple import NamedTuple

READ = 4096  # characters of a message that are searched

_NOTHING: Mapping[str, str] = {}


class KindRow(NamedTuple):
    """A row of ``kinds.toml``, which explains the conditions. An empty condition always holds."""

    id: str
    codes: Sequence[str]
    pattern: str = ""
    needles: Needles = ()
    needs: Sequence[str] = ()
    when: str = ""
    part: str = ""
    telling: bool = False


class ErrorKind(NamedTuple):
    """The kind of an error: the name of its words, and the values of slots that its message names."""

    id: str
    values: Mapping[str, str] = _NOTHING


@cache
def rows() -> tuple[KindRow, ...]:
    """Return the rows of ``kinds.toml``, in its order."""
    return tuple(KindRow(**entry) for entry in table("kinds")["row"])


def kind_of(code: str, message: str, values: Mapping[str, str | None], facts: Container[str]) -> ErrorKind | None:
    """Return the kind of a finding by the message of its error, or None if the message does not tell.

    ``values`` are the known slots of its words, ``facts`` those of the case (:mod:`diagnose.advice.case_facts`).
    """
    text = " ".join(message[:READ].split())
    lower = text.lower()
    fault = located_fault(text) if code == "model.parameter_rejected" else None
    for row in rows():
        if code not in row.codes or (row.when and not Step(row.when, "").suits(facts)):
            continue
        if row.part and (fault is None or fault.part != row.part):
            continue
        found: dict[str, str] = {"parameter": fault.place} if fault is not None and row.part else {}
        if row.pattern:
            hit = _compiled(row.pattern).search(text) if may_match(row.needles, lower) else None
            if hit is None:
                continue
            groups = {name.rstrip("234567"): value.rstrip(".,:") for name, value in hit.groupdict().items() if value}
            found |= groups
        if all(found.get(name) or values.get(name) for name in row.needs):
            return ErrorKind(row.id, found)
    return None


def telling_kind(text: str) -> tuple[str, int, int] | None:
    """Return the code that the words of the first telling kind mean, and where they are; None if no kind's words occur.

    The first 4096 characters count.
    """
    text = text[:READ]
    lower = text.lower()
    for row in rows():
        if row.telling and may_match(row.needles, lower) and (hit := _compiled(row.pattern).search(text)) is not None:
            return row.codes[0], hit.start(), hit.end()
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)  # ASCII, so that `\b` matches between a word and Chinese
