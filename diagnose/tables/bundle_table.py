"""What a bundle for support holds besides its run, as sections of rows: for a terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from diagnose.rendering.lists import labelled
from diagnose.rendering.outlet import plain
from diagnose.words import part, put

if TYPE_CHECKING:
    from diagnose.judging.support_bundle import OpenedBundle

Section = tuple[str, list[tuple[str, str]]]


def sections(bundle: OpenedBundle, lang: str) -> Iterator[Section]:
    """Yield the title and the rows (label, value) of each section that has any, as lines without markup."""
    words: dict[str, str] = part(lang, "support_bundle").BUNDLE
    for name, rows in groupby(bundle.rows, key=lambda row: row.section):
        shown = []
        for row in rows:
            label = words.get(row.name, row.name) if name == "machine" else row.name
            value = f"{row.value} ({words['missing']})" if row.missing else row.value
            shown.append((plain(label), plain(value)))
        yield words[f"section.{name}"], shown


def heading(bundle: OpenedBundle, lang: str) -> str:
    """Return the line above the sections, with the day on which the bundle was made."""
    words: dict[str, str] = part(lang, "support_bundle").BUNDLE
    return put(words["opened"], {"day": plain(bundle.created_at[:10]) or "?"})


def text(bundle: OpenedBundle, lang: str, width: int | None) -> str:
    """Return the sections as lines that fit ``width`` columns; an empty text for a saved run."""
    if not bundle.rows:
        return ""
    lines = ["", heading(bundle, lang)]
    for title, rows in sections(bundle, lang):
        lines += ["", f"  {title}", *labelled(rows, width, indent=4)]
    return "\n".join(lines) + "\n"
