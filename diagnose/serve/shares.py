"""Shares: who a client is, and how clients share what is short: slots for checks, threads, and connections.

Two rules hold for all of it. One client never takes everything: its share is three quarters, and the rest stays free
for others. When even that is taken, the client with the most gives way to the client with the least.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

PATIENCE = 0.5  # seconds that a client without a slot waits until the client with the most has to give one back


class Busy(Exception):
    """The queue is full, or the time of a run ended while it was waiting."""


def share_of(total: int) -> int:
    """Return how much of ``total`` one client may take: three quarters, and all of what cannot be divided so."""
    return total - total // 4


def client_of(peer: tuple[str, int] | None) -> str:
    """Return the name of a client in all shares and limits, from the address of its connection.

    For IPv6 it is the /64 network, because one machine has 2^64 addresses; an IPv4 address inside IPv6 is itself.
    """
    host = peer[0] if peer else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def heaviest(counts: Mapping[str, int]) -> str:
    """Return the client with the most; of several, the first."""
    return max(counts, key=counts.__getitem__)


@dataclass(eq=False, slots=True)
class Slot:
    """One slot, from the moment it is asked for. ``give_back`` asks its holder to end early; None if it cannot."""

    client: str
    granted: asyncio.Future[bool]  # False if it was refused
    give_back: Callable[[], None] | None = None
    asked_back: bool = False


@dataclass(slots=True)
class _Holdings:
    """The slots of one client: those it has, the oldest first, and those it waits for."""

    running: dict[Slot, None] = field(default_factory=dict)
    waiting: deque[Slot] = field(default_factory=deque)


class FairSlots:
    """A number of slots that clients take in turns. A free slot goes to the waiting client that has the fewest.

    One client has at most ``share`` slots, by default its share of all. At most ``queue`` requests wait, and of one
    client at most its share. If the queue is full, the client with the most requests in it loses its latest one to a
    client that has fewer.
    """

    def __init__(self, total: int, queue: int, share: int | None = None) -> None:
        self.total, self._queue = total, queue
        self._share = share_of(total) if share is None else share
        self.running = 0
        self.waiting = 0
        self._clients: OrderedDict[str, _Holdings] = OrderedDict()
        self._closed = False

    def has_room(self, client: str) -> bool:
        """Check whether the next request of a client would get its slot at once."""
        own = self._clients.get(client, _Holdings())
        return self.running < self.total and len(own.running) < self._share and not own.waiting

    @asynccontextmanager
    async def take(self, client: str, seconds: float | None = None) -> AsyncIterator[Slot]:
        """Wait for a slot and hold it, as :meth:`acquire` does."""
        slot = await self.acquire(client, seconds)
        try:
            yield slot
        finally:
            self.release(slot)

    async def acquire(self, client: str, seconds: float | None = None) -> Slot:
        """Wait for a slot, at most ``seconds``. Raises Busy if the queue is full or the time is over."""
        slot = self._ask(client)
        try:
            await self._granted(slot, seconds)
        except BaseException:
            self.release(slot)
            raise
        return slot

    def release(self, slot: Slot) -> None:
        """Give a slot back, or the place in the queue, and hand out what is free."""
        holdings = self._clients.get(slot.client)
        if holdings is None:  # it was refused
            return
        if slot in holdings.running:
            del holdings.running[slot]
            self.running -= 1
        elif slot in holdings.waiting:
            holdings.waiting.remove(slot)
            self.waiting -= 1
        if not holdings.running and not holdings.waiting:
            del self._clients[slot.client]
        self._grant()

    def close(self) -> None:
        """Refuse everyone who waits, and everyone who comes."""
        self._closed = True
        for slot in [slot for one in self._clients.values() for slot in one.waiting]:
            self._refuse(slot)

    def _ask(self, client: str) -> Slot:
        if self._closed:
            raise Busy
        slot = Slot(client, asyncio.get_running_loop().create_future())
        own = self._clients.setdefault(client, _Holdings())
        own.waiting.append(slot)
        self.waiting += 1
        self._grant()
        if slot.granted.done():
            return slot
        if len(own.waiting) > share_of(self._queue):
            self._refuse(slot)
        elif self.waiting > self._queue:
            counts = {name: len(one.waiting) for name, one in self._clients.items()}
            most = heaviest({client: counts.pop(client), **counts})  # of equals, the one who asks
            self._refuse(self._clients[most].waiting[-1])
        return slot

    async def _granted(self, slot: Slot, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                done, _ = await asyncio.wait({slot.granted}, timeout=PATIENCE)
                if not done:
                    self._make_room(slot.client)
                granted = await slot.granted
        except TimeoutError:
            raise Busy from None
        if not granted:
            raise Busy

    def _grant(self) -> None:
        """Hand out what is free: one by one, to the client that has the least, and of equals to the one before."""
        while self.running < self.total and self.waiting:
            able = [one for one in self._clients.values() if one.waiting and len(one.running) < self._share]
            if not able:
                return
            holdings = min(able, key=lambda one: len(one.running))
            slot = holdings.waiting.popleft()
            self.waiting -= 1
            holdings.running[slot] = None
            self.running += 1
            self._clients.move_to_end(slot.client)  # of equals, the one that was served longest ago is next
            if not slot.granted.done():  # else it was cancelled just now, and is released in a moment
                slot.granted.set_result(True)

    def _make_room(self, client: str) -> None:
        """Ask the client with the most slots to end its oldest run, if ``client`` has none and none is on its way."""
        if self._clients[client].running:
            return
        asked = sum(slot.asked_back for one in self._clients.values() for slot in one.running)
        newcomers = sum(bool(one.waiting and not one.running) for one in self._clients.values())
        counts = {name: sum(not slot.asked_back for slot in one.running) for name, one in self._clients.items()}
        if asked >= newcomers or counts[most := heaviest(counts)] < 2:
            return
        for slot in self._clients[most].running:
            if slot.give_back is not None and not slot.asked_back:
                slot.asked_back = True
                slot.give_back()
                return

    def _refuse(self, slot: Slot) -> None:
        self._clients[slot.client].waiting.remove(slot)
        self.waiting -= 1
        if not slot.granted.done():
            slot.granted.set_result(False)
