"""A builder for HTML, SVG and XML that escapes every text except :class:`Safe`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from diagnose.rendering.outlet import plain

CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
VOID = frozenset(("br", "hr", "meta"))  # the void elements of HTML that are used here; in XML every element has an end

Child = object  # Safe, text, a number, None (ignored), or an iterable of these


class Safe(str):
    """Markup: text that is already escaped. Concatenated with a plain ``str`` it becomes a plain ``str``."""

    __slots__ = ()


SPACE, LINE = Safe(" "), Safe("\n")  # separators between children; :func:`plain` strips the ends of foreign text


def escape(text: object) -> Safe:
    """Escape foreign text for an element or a quoted attribute, as one line without control characters."""
    if isinstance(text, Safe):
        return text
    return _quoted(plain(text))


def prose(text: object) -> Safe:
    """Escape a text and turn the parts in backticks into ``code`` elements."""
    pieces = CODE.split(plain(text))
    return Safe("".join(tag("code", piece) if at % 2 else _quoted(piece) for at, piece in enumerate(pieces)))


def lines(pieces: Iterable[object]) -> Safe:
    """Escape lines of foreign text, for elements that keep line ends such as ``pre``."""
    return Safe("\n".join(_quoted(plain(piece)) for piece in pieces))


def join(*children: Child) -> Safe:
    """Concatenate the children; None is ignored."""
    return Safe("".join(_parts(children)))


def tag(name: str, /, *children: Child, **attributes: object) -> Safe:
    """Return an element: ``<name attribute="value">children</name>``.

    ``class_`` is the attribute ``class``, ``aria_label`` is ``aria-label``. An attribute that is None or False is left
    out; one that is True has no value.
    """
    written = "".join(
        f" {key}" if value is True else f' {key}="{escape(value)}"'
        for key, value in ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
        if value is not None and value is not False
    )
    return Safe(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{join(*children)}</{name}>")


def _quoted(text: str) -> Safe:
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(sign, entity)
    return Safe(text)


def _parts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str) or not isinstance(child, Iterable):
            yield escape(child)
        else:
            yield from _parts(child)
