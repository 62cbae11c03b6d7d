"""A thousand doors that misbehave at random: each gets a report, in time, in little memory, without a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from checkout import TESTS

pytestmark = pytest.mark.slow

pytest.importorskip("resource", reason="Windows does not tell how much memory a process has had")

SEED = 20261123
DOORS = 1000
PARTS = 2  # parallel processes, one per core
ENOUGH = 200 << 20  # bytes
LIMIT = 100.0  # seconds for all of them on two idle cores; a busy machine gets three times that


def test_doors_that_misbehave() -> None:
    part = DOORS // PARTS
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "worlds.fuzz", str(SEED + at * part), str(part)],
            cwd=TESTS,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for at in range(PARTS)
    ]
    try:
        ended = [process.communicate(timeout=3 * LIMIT) for process in running]
    finally:
        for process in running:
            process.kill()
    sums = []
    for said, complaints in ended:
        assert said.startswith("{"), complaints[-2000:]
        assert "Traceback" not in complaints, complaints[-2000:]
        sums.append(json.loads(said))
    assert sum(one["doors"] for one in sums) == DOORS
    assert [row for one in sums for row in one["wrong"]] == []
    assert all(one["peak"] < ENOUGH for one in sums), [one["peak"] >> 20 for one in sums]
    assert set().union(*(one["verdicts"] for one in sums)) <= {"healthy", "degraded", "broken", "inconclusive"}
    assert all(one["verdicts"].get("broken", 0) > part // 2 for one in sums)
