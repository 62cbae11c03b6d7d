"""HTML, SVG and XML, built so that foreign text cannot break out: what is not :class:`Safe` is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable

from diagnose.rendering.report_parts import plain

CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
VOID = frozenset(("br", "hr", "meta"))  # those of HTML that are used here; the elements of XML all have an end

Child = object  # Safe, text, a number, None (nothing), or an iterable of those


class Safe(str):
    """Markup: text that has been escaped already. Joined to a plain ``str`` it is a plain ``str`` again."""

    __slots__ = ()


SPACE, LINE = Safe(" "), Safe("\n")  # between two children; white space at the ends of foreign text goes


def escape(text: object) -> Safe:
    """Foreign text for an element or a quoted attribute; one line without what no page may hold (:func:`plain`)."""
    if isinstance(text, Safe):
        return text
    return _quoted(plain(text))


def prose(text: object) -> Safe:
    """Foreign text and our own words, in which backticks enclose what is to be typed."""
    pieces = CODE.split(plain(text))
    return Safe("".join(tag("code", piece) if at % 2 else _quoted(piece) for at, piece in enumerate(pieces)))


def lines(pieces: Iterable[object]) -> Safe:
    """Several lines of foreign text, for elements that keep their line ends."""
    return Safe("\n".join(_quoted(plain(piece)) for piece in pieces))


def join(*children: Child) -> Safe:
    """The children one after the other; None is nothing."""
    return Safe("".join(_parts(children)))


def tag(name: str, /, *children: Child, **attributes: object) -> Safe:
    """``<name attribute="value">children</name>``.

    ``class_`` is the attribute ``class``, ``aria_label`` is ``aria-label``; one that is None or False is left out, of
    one that is True the name alone stands.
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
