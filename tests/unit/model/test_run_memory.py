"""What functions return is remembered during runs alone, and nothing of it stays behind."""

from __future__ import annotations

import sys
import time
from collections import Counter

import pytest

from probes.model.run_memory import LONGEST, remembered, running

asked = Counter[str]()


@remembered(2)
def length(text: str) -> int:
    asked[text] += 1
    if not text:
        raise ValueError("empty")
    return len(text)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    asked.clear()


def test_outside_of_a_run_everything_is_asked_again() -> None:
    assert (length("key"), length("key")) == (3, 3)
    assert asked == {"key": 2}


def test_runs_that_overlap_remember_until_the_last_has_ended() -> None:
    with running():
        length("key")
        with running():
            length("key")
        assert length("key") == 3
    assert asked == {"key": 1}
    with running():
        length("key")
    assert asked == {"key": 2}, "the first run's memory is gone"


def test_without_an_end_it_is_forgotten_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.model.run_memory._since", 0.0)  # and as it was after the test
    start = time.monotonic() + 2 * LONGEST
    now = [start]
    monkeypatch.setattr("probes.model.run_memory.time.monotonic", lambda: now[0])
    with running():
        length("key")
        for later in (LONGEST / 2, LONGEST + 1):
            now[0] = start + later
            with running():
                length("key")
    assert asked == {"key": 2}


def test_the_memory_is_bounded_and_no_error_is_kept() -> None:
    with running():
        for text in ("a", "bb", "ccc", "a"):
            length(text)
        for _ in range(2):
            with pytest.raises(ValueError, match="empty"):
                length("")
    assert asked == {"a": 2, "bb": 1, "ccc": 1, "": 2}


def test_a_key_is_held_by_nothing_after_the_run() -> None:
    key = "".join(["sk-", "made-up-", "0123456789"])
    with running():
        length(key)
        held = sys.getrefcount(key)
    assert sys.getrefcount(key) < held
