"""Parameters of which the quick tests run one in so many, while the slow tests run the others; and choices by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from zlib import crc32

import pytest


def one_in(many: int, rows: Iterable[tuple[Any, ...]], name: Callable[..., str]) -> list[Any]:
    """Return the parameter sets of these rows, the id of each from ``name``. The first of every ``many`` is quick."""
    return [
        pytest.param(*row, id=name(*row), marks=[pytest.mark.slow] if number % many else [])
        for number, row in enumerate(rows)
    ]


def one_of(values: Sequence[str], *names: str) -> str:
    """Return one of the values, always the same for these names: each world is tested with one, each value in many."""
    return values[crc32(" ".join(names).encode()) % len(values)]
