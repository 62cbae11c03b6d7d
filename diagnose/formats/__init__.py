"""A report, written out: each module in this folder is a format, and its file name is the format's name.

A format's module defines ``render(report, lang) -> str``, ``STARTS_WITH`` (how the report of a broken target begins
in English) and, where they apply:

- ``OPTIONS``: the keywords of :func:`render` that its own ``render`` takes;
- ``FOR_PEOPLE = True``: a console shows it in the console's own encoding, not in UTF-8;
- ``EXIT_STATUS``: a function of the report that gives the exit status, where the format's readers expect their own;
- ``APPENDS``: environment variables that name a file, each with the format in which the report is appended to it.

What several formats share is in ``diagnose/rendering``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from diagnose.report import Report

# The names of the files alone: a format is imported when a report is written in it.
FORMATS = tuple(sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py")))


class Format(NamedTuple):
    """What a format's module defines; see above."""

    render: Callable[..., str]
    starts_with: str
    options: tuple[str, ...]
    for_people: bool
    exit_status: Callable[[Report], int] | None
    appends: Mapping[str, str]


def load(name: str) -> Format:
    """Import the format of that name. Raises ValueError for one that is not in :data:`FORMATS`."""
    if name not in FORMATS:
        raise ValueError(f"unknown format: {name}")
    module = import_module(f"{__name__}.{name}")
    return Format(
        module.render,
        module.STARTS_WITH,
        getattr(module, "OPTIONS", ()),
        getattr(module, "FOR_PEOPLE", False),
        getattr(module, "EXIT_STATUS", None),
        getattr(module, "APPENDS", {}),
    )


def render(
    report: Report,
    fmt: str,
    lang: str,
    *,
    width: int = 80,
    colour: bool = False,
    unicode: bool = True,
    probes: bool = True,
    strict: bool = False,
) -> str:
    """Write the report in one of :data:`FORMATS`, ending in a line end.

    ``strict`` says that warnings fail too, to formats that tell a failure. The other keywords concern a terminal:
    ``width`` in columns, ``colour``, ``unicode`` (its encoding has more than ASCII), ``probes`` (list them too).

    Raises ValueError for a format that is not known.
    """
    chosen = load(fmt)
    given = {"width": width, "colour": colour, "unicode": unicode, "probes": probes, "strict": strict}
    return chosen.render(report, lang, **{name: given[name] for name in chosen.options})
