"""A report, written out: one module a format, each with ``render(report, lang) -> str``.

What several formats share stands here: the words of the interface, foreign text made harmless, times, and what the exit
status says. Nothing is imported until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnose.report import Report

FORMATS = ("text", "json", "junit", "markdown", "html", "github", "nagios")
_STRICT = ("junit", "github")  # tell a warning as a failure where warnings fail


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
    """The report in one of :data:`FORMATS`, ending in a line end.

    ``strict`` says that warnings fail too, to the formats that tell a failure; the other keywords concern ``text``.

    Raises ValueError for a format that is not known.
    """
    if fmt == "text":
        from diagnose.formats import text

        return text.render(report, lang, width=width, colour=colour, unicode=unicode, probes=probes)
    if fmt not in FORMATS:
        raise ValueError(f"unknown format: {fmt}")
    from importlib import import_module

    more = {"strict": strict} if fmt in _STRICT else {}
    written: str = import_module(f"{__name__}.{fmt}").render(report, lang, **more)
    return written
