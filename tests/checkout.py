"""Paths of the checkout that the tests run from."""

from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
DOCS = ROOT / "docs"

# The day of every run in a test, by which it is judged what has ended: a month or more before the end of any model that
# the practice doors serve.
DAY = "2026-10-25"
