"""Report formats: each module in this folder is a format, and its file name is the format's name.

A format's module defines ``render(report, lang) -> str``, ``STARTS_WITH`` (the first characters of the English report
on a broken target) and, if they apply:

- ``OPTIONS``: the keywords of :func:`render` that the module's ``render`` takes;
- ``FOR_PEOPLE = True``: write it to a console in the console's encoding, not in UTF-8;
- ``EXIT_STATUS``: a function of the report that returns the exit status, if readers of the format expect another one;
- ``GRAMMAR``: the grammar of its documents (``diagnose/rendering/outlet.py``), if they are more than text;
- ``APPENDS``: environment variables that name a file, each with the format of the report that is appended to it.

Code that formats share is in ``diagnose/rendering``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from diagnose.rendering.outlet import Grammar, passed
from probes.model.module_names import modules_in
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from diagnose.report import Report

# File names only: a format is imported when a report is written in it.
FORMATS = tuple(one.name for one in modules_in(__path__))


class Format(NamedTuple):
    """The definitions of a format's module; see the docstring of this package."""

    render: Callable[..., str]
    starts_with: str
    options: tuple[str, ...]
    for_people: bool
    exit_status: Callable[[Report], int] | None
    appends: Mapping[str, str]
    grammar: Grammar


def load(name: str) -> Format:
    """Import a format. Raises ValueError if ``name`` is not in :data:`FORMATS`."""
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
        getattr(module, "GRAMMAR", Grammar.TEXT),
    )


def render(
    report: Report,
    fmt: str,
    lang: str,
    *,
    width: int = 80,
    colour: bool = False,
    unicode: bool = True,
    verbose: bool = False,
    strict: bool = False,
) -> str:
    """Return the report in one of :data:`FORMATS`, with a final line end.

    ``strict`` makes warnings failures, in formats that have failures. The other keywords concern a terminal: ``width``
    in columns, ``colour``, ``unicode`` (its encoding has more than ASCII). ``verbose`` shows everything.

    Raises ValueError for an unknown format.
    """
    chosen = load(fmt)
    given = {"width": width, "colour": colour, "unicode": unicode, "verbose": verbose, "strict": strict}
    written = chosen.render(report, lang, **{name: given[name] for name in chosen.options})
    return passed(written, chosen.grammar, colours=colour)
