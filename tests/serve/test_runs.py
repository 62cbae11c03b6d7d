"""Runs: a limit on parallel runs, a queue, time limits, and an end when nobody waits any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trustme

from diagnose.serve import runs as runs_module
from diagnose.serve.runs import AddressGuard, Busy, Roots, RunQueue, SharedWork, TrustedNetwork
from diagnose.serve.streams import ClientGone, EventStream, event, while_connected
from probes.demo_server import answers, handlers, wrong_answers
from probes.demo_server.server import PracticeDoor
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import Source, SourceKind, environment_variable, option
from probes.urls.addresses import is_public


def settings(door: PracticeDoor, key: str, run: float = 20.0) -> Settings:
    return Settings(
        base_url=Sourced(f"{door.url}/v1", Source(SourceKind.FORM)),
        key=Sourced(Secret(key), Source(SourceKind.FORM)),
        model=Sourced(answers.MODELS[0], Source(SourceKind.FORM)),
        limits=Limits(probe=run, run=run),
    )


@pytest.fixture
def stalled(key: str) -> PracticeDoor:
    """Yield a door that reads a request and never answers it."""
    return PracticeDoor(handlers.always(wrong_answers.ANSWERS["never"]))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # the condition is not an event
            await asyncio.sleep(0.005)


def test_runs_in_parallel_are_limited_and_none_is_lost(door: PracticeDoor, key: str) -> None:
    async def main() -> None:
        runs, most = RunQueue(3), 0

        def watch(_: object) -> None:
            nonlocal most
            most = max(most, runs.running)

        found = await asyncio.gather(*(runs.check(settings(door, key), watch) for _ in range(12)))
        assert all(one.working is not None for one in found)
        assert most == 3
        assert (runs.running, runs.waiting) == (0, 0)

    asyncio.run(main())


def test_a_full_queue_is_reported_at_once(stalled: PracticeDoor, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_module, "WAITING", 2)

    async def main() -> None:
        runs = RunQueue(1)
        given = settings(stalled, key)
        under_way = [asyncio.create_task(runs.check(given)) for _ in range(3)]
        await until(lambda: runs.waiting == 2)
        with pytest.raises(Busy):
            await runs.check(given)
        for one in under_way:
            one.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        assert (runs.running, runs.waiting) == (0, 0)

    with stalled:
        asyncio.run(main())


def test_the_time_limit_holds_in_the_queue_and_during_the_run(stalled: PracticeDoor, key: str) -> None:
    async def main() -> None:
        runs = RunQueue(1)
        first = asyncio.create_task(runs.check(settings(stalled, key), patience=0.6))
        await until(lambda: runs.running == 1)
        with pytest.raises(Busy):
            await runs.check(settings(stalled, key), patience=0.1)
        evidence = await first
        assert evidence.ran_out and evidence.seconds < 15  # seconds; the run's own limit is 20

    with stalled:
        asyncio.run(main())


def test_a_run_ends_when_its_client_disconnects(stalled: PracticeDoor, key: str) -> None:
    async def main() -> None:
        runs, leave = RunQueue(4), asyncio.Event()

        async def receive() -> dict[str, str]:
            await leave.wait()
            return {"type": "http.disconnect"}

        waiting = asyncio.create_task(while_connected(receive, runs.check(settings(stalled, key))))  # type: ignore[arg-type]
        await until(lambda: runs.running == 1 and bool(stalled.requests))
        leave.set()
        with pytest.raises(ClientGone):
            await waiting
        assert runs.running == 0
        assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()

    with stalled:
        asyncio.run(main())


def test_the_end_of_the_server_ends_them_with_what_was_seen(stalled: PracticeDoor, key: str) -> None:
    async def main() -> None:
        runs = RunQueue(1)
        under_way, in_line = (asyncio.create_task(runs.check(settings(stalled, key))) for _ in range(2))
        await until(lambda: bool(stalled.requests))
        runs.close()
        evidence = await under_way
        for late in (in_line, runs.check(settings(stalled, key))):
            with pytest.raises(Busy):
                await late
        assert evidence.interrupted
        assert [one.probe for one in evidence.observations][:2] == ["settings", "door"]

    with stalled:
        asyncio.run(main())


# -- many clients ------------------------------------------------------------------------------------------------------


def test_a_client_that_stalls_everything_stalls_only_itself(
    stalled: PracticeDoor, door: PracticeDoor, key: str
) -> None:
    async def main() -> None:
        runs = RunQueue(4)
        crowd = [asyncio.create_task(runs.check(settings(stalled, key), client="a")) for _ in range(100)]
        await until(lambda: runs.running == 3)
        for client in ("b", "c", "b"):
            evidence = await runs.check(settings(door, key), client=client)
            assert evidence.working is not None and not evidence.interrupted
        assert runs.running == 3 and runs.waiting == 97 and not any(one.done() for one in crowd)
        runs.close()
        ended = await asyncio.gather(*crowd, return_exceptions=True)
        assert [type(one).__name__ for one in ended] == ["Evidence"] * 3 + ["Busy"] * 97

    with stalled:
        asyncio.run(main())


def test_a_newcomer_ends_the_oldest_run_of_the_heaviest(stalled: PracticeDoor, door: PracticeDoor, key: str) -> None:
    async def main() -> None:
        runs = RunQueue(2)
        crowd = [asyncio.create_task(runs.check(settings(stalled, key), client="a")) for _ in range(4)]
        await until(lambda: runs.running == 2)
        evidence = await runs.check(settings(door, key), client="b")
        assert evidence.working is not None
        assert crowd[0].done() and (await crowd[0]).interrupted and not crowd[1].done()
        runs.close()
        await asyncio.gather(*crowd, return_exceptions=True)

    with stalled:
        asyncio.run(main())


# -- sharing -----------------------------------------------------------------------------------------------------------


def test_the_same_work_is_done_once() -> None:
    async def main() -> None:
        sharing: SharedWork[int] = SharedWork()
        done = 0

        async def work() -> int:
            nonlocal done
            done += 1
            mine = done
            await asyncio.sleep(0.02)
            return mine

        assert await asyncio.gather(*(sharing.take("a", work) for _ in range(20))) == [1] * 20
        assert await sharing.take("a", work) == 2, "only what is under way is shared"
        assert await asyncio.gather(sharing.take("a", work), sharing.take("b", work)) == [3, 4]

    asyncio.run(main())


def test_shared_work_ends_with_the_last_who_waits() -> None:
    async def main() -> None:
        sharing: SharedWork[None] = SharedWork()
        ended = asyncio.Event()

        async def work() -> None:
            try:
                await asyncio.sleep(60)
            finally:
                ended.set()

        first, second = (asyncio.create_task(sharing.take("a", work)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert not ended.is_set()
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        async with asyncio.timeout(5):
            await ended.wait()

    asyncio.run(main())


def test_shared_work_that_fails_fails_for_all() -> None:
    async def main() -> None:
        sharing: SharedWork[None] = SharedWork()

        async def work() -> None:
            await asyncio.sleep(0.01)
            raise Busy

        found = await asyncio.gather(*(sharing.take("a", work) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in found] == [Busy] * 3

    asyncio.run(main())


# -- event streams -----------------------------------------------------------------------------------------------------

Said = list[dict[str, object]]


async def streamed(events: EventStream, receive: Callable[[], Awaitable[dict[str, str]]]) -> Said:
    said: Said = []

    async def send(message: dict[str, object]) -> None:
        said.append(message)

    await events({"type": "http"}, receive, send)  # type: ignore[arg-type]
    return said


def test_silence_is_filled_and_the_end_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagnose.serve.streams.BEAT", 0.02)

    async def main() -> None:
        async def events():  # type: ignore[no-untyped-def]
            yield event("a", {"line": "one\ntwo", "sign": "é"})
            await asyncio.sleep(0.05)
            yield event("b", 1)

        async def receive() -> dict[str, str]:
            await asyncio.sleep(60)
            return {}

        said = await streamed(EventStream(events()), receive)
        bodies = [one.get("body") for one in said[1:]]
        assert bodies[0] == 'event: a\ndata: {"line": "one\\ntwo", "sign": "é"}\n\n'.encode()
        assert b": still here\n\n" in bodies and bodies[-2:] == [b"event: b\ndata: 1\n\n", b""]

    asyncio.run(main())


def test_a_reader_that_leaves_closes_the_source() -> None:
    async def main() -> None:
        closed = asyncio.Event()

        async def events():  # type: ignore[no-untyped-def]
            try:
                yield event("a", 1)
                await asyncio.sleep(60)
            finally:
                closed.set()

        async def receive() -> dict[str, str]:
            await asyncio.sleep(0.02)
            return {"type": "http.disconnect"}

        said = await streamed(EventStream(events()), receive)
        assert closed.is_set() and said[-1].get("more_body") is True

    asyncio.run(main())


def test_a_guard_remembers_that_it_refused() -> None:
    gate = AddressGuard()
    assert gate("1.1.1.1") and not gate.refused
    assert not gate("10.0.0.1") and gate.refused
    assert gate("1.1.1.1") and gate.refused


def test_the_systems_trust_store_is_read_once_and_a_targets_own_each_time(tmp_path: Path) -> None:
    roots: Roots = {}
    one, other = TrustedNetwork(None, roots), TrustedNetwork(is_public, roots)
    assert one.trust(None) is other.trust(None) and other.allowed is is_public
    ours = trustme.CA()
    ours.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    name = Sourced(str(tmp_path / "ca.pem"), option("--ca-bundle"))
    assert one.trust(name)[0] is not one.trust(name)[0]
    own = Sourced(str(tmp_path / "ca.pem"), environment_variable("SSL_CERT_FILE"))
    assert one.trust(own) is other.trust(own) is not one.trust(None)
