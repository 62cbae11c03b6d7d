"""How wide the lines of a list may be."""

from __future__ import annotations

import sys

from diagnose.cli import console


def list_width() -> int | None:
    """Return the columns of the terminal; None in a pipe, where a row stays one line for `grep`, `cut` and `sort`."""
    return console.width() if sys.stdout.isatty() else None
