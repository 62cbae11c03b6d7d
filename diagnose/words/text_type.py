"""The type of a finding's words, in its own module so that the languages need not import the code that loads them."""

from __future__ import annotations

from typing import NamedTuple


class Text(NamedTuple):
    """The words of a finding in one language."""

    title: str
    explanation: str
    steps: tuple[str, ...]
