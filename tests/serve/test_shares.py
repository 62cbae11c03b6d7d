"""Shares: who is one client, who gets the next slot, and who has to wait."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.serve import shares
from diagnose.serve.shares import Busy, FairSlots, Slot, client_of, share_of


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "127.0.0.1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),  # the same client on a socket for both families
        ("::ffff:c000:207", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_client_is_an_address_or_a_network(host: str, client: str) -> None:
    assert client_of((host, 40000)) == client


def test_a_client_without_an_address_is_one_client() -> None:
    assert client_of(None) == ""


@pytest.mark.parametrize(("total", "share"), [(1, 1), (2, 2), (3, 3), (4, 3), (32, 24), (2000, 1500)])
def test_a_share_leaves_something_for_others(total: int, share: int) -> None:
    assert share_of(total) == share


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def run(main: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(main())  # type: ignore[arg-type]


class Taking:
    """Clients that ask for slots and keep those that they get until they are told to give them back."""

    def __init__(self, total: int, queue: int, share: int | None = None) -> None:
        self.slots = FairSlots(total, queue, share)
        self.asked: list[asyncio.Task[Slot]] = []

    async def ask(self, client: str, times: int = 1, seconds: float | None = None) -> list[asyncio.Task[Slot]]:
        new = [asyncio.create_task(self.slots.acquire(client, seconds)) for _ in range(times)]
        self.asked += new
        await settled()
        return new

    def held(self) -> Counter[str]:
        return Counter(slot.client for slot in self.granted())

    def granted(self) -> list[Slot]:
        done = [task for task in self.asked if task.done() and not task.cancelled() and task.exception() is None]
        return [task.result() for task in done if task.result() in self._running(task.result().client)]

    def refused(self, tasks: list[asyncio.Task[Slot]]) -> int:
        return sum(task.done() and isinstance(task.exception(), Busy) for task in tasks)

    def _running(self, client: str) -> dict[Slot, None]:
        found = self.slots._clients.get(client)
        return found.running if found is not None else {}

    async def end(self) -> None:
        """Cancel everything, and see that nothing is left."""
        for task in self.asked:
            task.cancel()
        await asyncio.gather(*self.asked, return_exceptions=True)
        for slot in self.granted():
            self.slots.release(slot)
        assert (self.slots.running, self.slots.waiting, len(self.slots._clients)) == (0, 0, 0)


def test_one_client_leaves_a_quarter_for_the_next() -> None:
    async def main() -> None:
        all_of_them = Taking(8, 100)
        await all_of_them.ask("a", 60)
        assert all_of_them.held() == {"a": 6}
        assert all_of_them.slots.has_room("b") and not all_of_them.slots.has_room("a")
        await all_of_them.ask("b")
        assert all_of_them.held() == {"a": 6, "b": 1}
        await all_of_them.end()

    run(main)


def test_a_free_slot_goes_to_the_client_with_the_fewest() -> None:
    async def main() -> None:
        taking = Taking(4, 100)
        await taking.ask("a", 20)
        await taking.ask("b", 20)
        await taking.ask("c", 1)
        assert taking.held() == {"a": 3, "b": 1}
        taking.slots.release(next(slot for slot in taking.granted() if slot.client == "a"))
        await settled()
        assert taking.held() == {"a": 2, "b": 1, "c": 1}, "c has none and is first, although a and b waited longer"
        for after in ({"a": 2, "b": 1, "c": 1}, {"a": 1, "b": 2, "c": 1}):  # of equals, the one served longest ago
            taking.slots.release(next(slot for slot in taking.granted() if slot.client == "a"))
            await settled()
            assert taking.held() == after
        await taking.end()

    run(main)


def test_a_newcomer_gets_the_oldest_slot_of_the_heaviest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "PATIENCE", 0.0)

    async def main() -> None:
        taking = Taking(3, 100)
        await taking.ask("a", 20)
        ended: list[Slot] = []
        first, *others = taking.granted()
        for slot in taking.granted():
            slot.give_back = lambda slot=slot: (ended.append(slot), taking.slots.release(slot))[0]
        (newcomer,) = await taking.ask("b")
        await asyncio.wait({newcomer})
        assert ended == [first]
        assert taking.held() == {"a": 2, "b": 1}
        await taking.ask("b")
        await settled()
        assert ended == [first], "b is no newcomer any more"
        (another,) = await taking.ask("c")
        await asyncio.wait({another})
        assert taking.held() == {"a": 1, "b": 1, "c": 1}
        await taking.ask("d")
        await settled()
        assert ended == [first, others[0]], "whoever has one keeps it"
        await taking.end()

    run(main)


def test_a_full_queue_takes_from_the_heaviest() -> None:
    async def main() -> None:
        taking = Taking(1, 8)
        await taking.ask("a")
        crowd = await taking.ask("a", 9)
        assert taking.refused(crowd) == 3, "a client's share of the queue is six"
        others = await taking.ask("b", 3)
        assert taking.refused(others) == 0 and taking.refused(crowd) == 4, "the latest of a makes room"
        third = await taking.ask("c", 1)
        assert taking.refused(third) == 0 and taking.refused(crowd) == 5
        assert taking.slots.waiting == 8
        await taking.end()

    run(main)


def test_waiting_has_an_end() -> None:
    async def main() -> None:
        taking = Taking(1, 8)
        await taking.ask("a")
        (late,) = await taking.ask("b", seconds=0.01)
        with pytest.raises(Busy):
            await late
        assert taking.slots.waiting == 0
        waiting = await taking.ask("b", 3)
        taking.slots.close()
        await settled()
        assert taking.refused(waiting) == 3
        with pytest.raises(Busy):
            await taking.slots.acquire("c")
        await taking.end()

    run(main)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from("abcd")),
        st.tuples(st.just("release"), st.integers(0, 30)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
    ),
    max_size=60,
)


@settings(max_examples=50)
@given(total=st.integers(1, 6), queue=st.integers(1, 12), steps=STEPS)
def test_no_slot_is_lost_and_none_is_free_while_somebody_waits(
    total: int, queue: int, steps: list[tuple[str, object]]
) -> None:
    async def main() -> None:
        taking = Taking(total, queue)
        for what, which in steps:
            if what == "ask":
                taking.asked.append(asyncio.create_task(taking.slots.acquire(str(which))))
            elif what == "release" and (held := taking.granted()):
                taking.slots.release(held[int(str(which)) % len(held)])
            elif what == "cancel" and taking.asked:
                taking.asked[int(str(which)) % len(taking.asked)].cancel()
            if which != 7:  # now and then, two things happen in the same moment
                await settled()
                held, slots = taking.held(), taking.slots
                assert sum(held.values()) == slots.running <= total and slots.waiting <= queue
                assert max(held.values(), default=0) <= share_of(total)
                for client, own in slots._clients.items():
                    assert len(own.waiting) <= share_of(queue)
                    assert not own.waiting or slots.running == total or held[client] == share_of(total)
        await taking.end()

    run(main)
