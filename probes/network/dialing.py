"""Dial several addresses in parallel (Happy Eyeballs, RFC 8305)."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Sequence

from probes.model.facts import Address, Dial
from probes.model.failure import Kind
from probes.network.failures import NetError
from probes.network.network import Network

STAGGER = 0.25  # seconds without an answer before the next address is dialled as well (RFC 8305, section 8)


async def race(
    network: Network,
    addresses: Sequence[Address],
    port: int,
    limit: float = float("inf"),
    beside: Callable[[Address], None] = lambda address: None,
) -> tuple[socket.socket | None, tuple[Dial, ...]]:
    """Dial the addresses as browsers do, ``STAGGER`` seconds apart, until one connects.

    Return its socket, or None, and the result for each address that was dialled. An address without an answer after
    ``limit`` seconds, or when another one connected, is recorded as a timeout after the time that it had. In the second
    case it is left out if that time is below ``STAGGER``. If several connect at once, the first in the order of
    ``addresses`` wins, so the socket is always that of the first dial without a failure. ``beside`` is called with the
    first address as soon as it is being dialled.
    """
    clock = time.monotonic
    end = clock() + limit
    tasks: dict[asyncio.Task[socket.socket], tuple[Address, float]] = {}
    dials: dict[Address, Dial] = {}
    winner: socket.socket | None = None
    waiting = list(addresses)
    try:
        while (waiting or tasks) and winner is None and clock() < end:
            if waiting:
                address = waiting.pop(0)
                tasks[asyncio.create_task(network.dial(address, port))] = (address, clock())
                if address is addresses[0]:
                    beside(address)
            done, _ = await asyncio.wait(
                tasks,
                timeout=min(STAGGER if waiting else limit, max(0.0, end - clock())),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in sorted(done, key=lambda one: addresses.index(tasks[one][0])):
                address, began = tasks.pop(task)
                error = task.exception()
                if error is None:
                    dials[address] = Dial(address, port, None, clock() - began)
                    if winner is None:
                        winner = task.result()
                    else:
                        task.result().close()
                elif isinstance(error, NetError):
                    dials[address] = Dial(address, port, error.failure.kind, clock() - began)
                else:
                    raise error
    except BaseException:
        if winner is not None:
            winner.close()
        raise
    finally:
        for task, (address, began) in tasks.items():
            task.cancel()
            task.add_done_callback(_discard)
            if winner is None or clock() - began >= STAGGER:
                dials[address] = Dial(address, port, Kind.TIMEOUT, clock() - began)
    return winner, tuple(dials[address] for address in addresses if address in dials)


def _discard(task: asyncio.Task[socket.socket]) -> None:
    if not task.cancelled() and task.exception() is None:
        task.result().close()
