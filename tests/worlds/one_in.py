"""Parameters of which the quick tests run one in so many; the slow tests run the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def one_in(many: int, rows: Iterable[tuple[Any, ...]], name: Callable[..., str]) -> list[Any]:
    """Return the parameter sets of these rows, the id of each from ``name``. The first of every ``many`` is quick."""
    return [
        pytest.param(*row, id=name(*row), marks=[pytest.mark.slow] if number % many else [])
        for number, row in enumerate(rows)
    ]
