"""The type of a finding's words: a module of its own, so that the languages do not import what loads them."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The words of a finding in one language."""

    title: str
    explanation: str
    steps: tuple[str, ...]
