"""Threads beside the event loop: what is slow runs there, and what stalls keeps its own client waiting alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from diagnose.serve import forms, metrics, pages, web_app
from diagnose.serve.client_threads import ClientLoops, Workers
from diagnose.serve.live import LiveProgress
from diagnose.serve.shares import Busy
from probes.demo_server.server import PracticeDoor
from probes.model.source import Owner
from probes.run import local_run
from probes.settings import config_file


def test_stalled_work_keeps_its_own_client_waiting_alone() -> None:
    async def main() -> None:
        workers, go = Workers(4, 10, 2), threading.Event()
        stalled = [asyncio.create_task(workers.call("a", go.wait)) for _ in range(6)]
        await asyncio.sleep(0)
        assert await workers.call("b", lambda: "done") == "done"
        assert await workers.call("c", threading.current_thread) is not threading.main_thread()
        assert not any(one.done() for one in stalled)
        go.set()
        assert await asyncio.gather(*stalled) == [True] * 6

    asyncio.run(main())


def test_cancelled_work_keeps_its_thread_until_it_ends() -> None:
    async def main() -> None:
        workers, go = Workers(1, 10, 1), threading.Event()
        first = asyncio.create_task(workers.call("a", go.wait))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = asyncio.create_task(workers.call("a", lambda: 2))
        await asyncio.sleep(0.01)
        assert not second.done()
        go.set()
        assert await second == 2

    asyncio.run(main())


def test_threads_are_kept_and_end_with_the_server() -> None:
    async def main() -> None:
        workers = Workers(3, 10, 3)
        first = [await workers.call("a", threading.current_thread) for _ in range(5)]
        assert len(set(first)) == 1
        both = threading.Barrier(2)
        await asyncio.gather(*(workers.call("a", both.wait) for _ in range(2)))
        threads = {*first, *await asyncio.gather(*(workers.call("a", threading.current_thread) for _ in range(9)))}
        assert len(threads) <= 3
        workers.close()
        for one in threads:
            await asyncio.to_thread(one.join, 10)
            assert not one.is_alive()

    asyncio.run(main())


def test_work_that_fails_fails_for_its_caller() -> None:
    async def main() -> None:
        workers = Workers(1, 1, 1)
        with pytest.raises(KeyError, match="x"):
            await workers.call("a", {}.__getitem__, "x")
        go = threading.Event()
        calls = [asyncio.create_task(workers.call("a", go.wait)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await workers.call("a", go.wait)
        go.set()
        await asyncio.gather(*calls)

    asyncio.run(main())


def test_each_client_has_an_event_loop_of_its_own() -> None:
    async def main() -> None:
        loops = ClientLoops()

        async def where() -> tuple[str, asyncio.AbstractEventLoop]:
            await asyncio.sleep(0.05)
            return threading.current_thread().name, asyncio.get_running_loop()

        tasks = [loops.start(client, where) for client in ("a", "a", "b")]
        (name, first), (_, second), (_, third) = await asyncio.gather(*(one.ended for one in tasks))
        assert name == "checks" and first is second is not third
        assert asyncio.get_running_loop() not in (first, third)
        ended = loops.start("a", where)
        assert (await ended.ended)[1] is not first, "a loop ends with the last task of its client"
        assert not loops._threads

    asyncio.run(main())


def test_a_loop_that_is_blocked_blocks_nobody_else() -> None:
    async def main() -> None:
        loops, go = ClientLoops(), threading.Event()

        async def block() -> None:
            go.wait()

        async def quick() -> str:
            return "done"

        blocked, behind = loops.start("a", block), loops.start("a", quick)
        assert await loops.start("b", quick).ended == "done"
        assert not blocked.ended.done() and not behind.ended.done()
        go.set()
        assert await behind.ended == "done"

    asyncio.run(main())


def test_a_task_is_cancelled_there_and_may_still_return_something() -> None:
    async def main() -> None:
        loops, began = ClientLoops(), threading.Event()

        async def stubborn() -> str:
            began.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return "what was seen"
            return "all"

        async def failing() -> None:
            raise KeyError("x")

        task = loops.start("a", stubborn)
        await asyncio.to_thread(began.wait)
        task.cancel()
        assert await task.ended == "what was seen"
        go = threading.Event()

        async def block() -> None:
            go.wait()

        loops.start("a", block)
        early = loops.start("a", stubborn)
        early.cancel()
        go.set()
        await asyncio.wait({early.ended})
        assert early.ended.cancelled()
        with pytest.raises(KeyError):
            await loops.start("a", failing).ended

    asyncio.run(main())


# -- the page ----------------------------------------------------------------------------------------------------------

SLOW: dict[str, Any] = {
    "read": forms,
    "field": forms,
    "settings": forms,
    "check": pages,
    "report": pages,
    "explanation": pages,
    "explain": pages,
    "login": pages,
    "static": pages,
    "written": metrics,
    "judge": web_app,
    "read_text": web_app,
    "gather": web_app,
    "scrubber": web_app,
    "rows": LiveProgress,
    "survey": local_run,
}


def test_nothing_slow_runs_on_the_event_loop(
    served: Callable[..., TestClient], door: PracticeDoor, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every function that reads, judges or renders is called, and never in the thread of the event loop."""
    called: dict[str, set[str]] = {}

    def watched(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            called.setdefault(name, set()).add(threading.current_thread().name)
            return real(*given, **named)

        return call

    for name, place in SLOW.items():
        monkeypatch.setattr(place, name, watched(f"{place.__name__}.{name}", getattr(place, name)))
    monkeypatch.setattr(config_file, "read", watched("config_file.read", config_file.read))
    file = tmp_path / "llmdoctor.toml"
    file.write_text(f'[targets.good]\nbase_url = "{door.url}/v1"\nkey = {{ env = "THE_KEY" }}\n', "utf-8")
    monkeypatch.setenv("THE_KEY", key)
    page = served(file=file, file_owner=Owner.USER, token="a-token-that-was-drawn-by-lot")
    page.headers["Authorization"] = "Bearer a-token-that-was-drawn-by-lot"
    form = {"base_url": f"{door.url}/v1", "key": key}
    for path in ("/", "/explain", "/login", "/static/page.js", "/static/none", "/metrics", "/probe?target=good"):
        assert page.get(path).status_code in (200, 404), path
    for path, data in (("/check", form), ("/check", {}), ("/explain", {"text": "401"}), ("/login", {"token": "x"})):
        page.post(path, data=data)
        page.post(path, data=data, headers={"Accept": "text/event-stream"})
    assert len(called) == len(SLOW) + 1, "all of them were called"
    assert set().union(*called.values()) <= {"work", "checks"}, called
