"""How many checks run, wait and begin, and that a cancelled one ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from diagnose.agents.check_runner import WAITING, CheckRunner, ended_with_caller
from probes.model.settings import BadInput


async def forever(started: list[int]) -> None:
    started.append(1)
    await asyncio.Event().wait()


def test_so_many_run_and_so_many_wait() -> None:
    async def work() -> None:
        runner, started = CheckRunner(jobs=2, rate=1000), list[int]()
        tasks = [asyncio.create_task(runner.work(lambda: forever(started))) for _ in range(2 + WAITING)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(started) == 2
        with pytest.raises(BadInput, match="at once"):
            await runner.work(lambda: forever(started))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(work())


def test_the_rate_is_of_the_last_minute() -> None:
    now = [0.0]

    async def nothing() -> None:
        return None

    async def work() -> None:
        runner = CheckRunner(jobs=2, rate=3, clock=lambda: now[0])
        await runner.work(nothing, checks=2)
        await runner.work(nothing)
        with pytest.raises(BadInput, match="More than 3"):
            await runner.work(nothing)
        now[0] = 60.0
        await runner.work(nothing, checks=3)

    asyncio.run(work())


def test_work_that_swallows_its_cancellation_does_not_keep_the_caller() -> None:
    ended: list[str] = []

    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("closed")
        return "what was seen"

    async def work() -> None:
        task = asyncio.create_task(ended_with_caller(stubborn()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled() and ended == ["closed"]

    asyncio.run(work())
