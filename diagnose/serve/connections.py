"""The open connections: a share for each client, limits of seconds and bytes, and an end for every one that stalls."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from diagnose.serve.guard import BODY
from diagnose.serve.shares import client_of, heaviest, share_of

MOST = 2000  # connections, if the system allows so many open files
HEAD = 16 * 1024  # bytes of a request's first line and headers
AHEAD = 64 * 1024  # bytes of further requests that a client may send before its first one is answered
PIECES = 1000  # reads and chunks of one request; more are allowed if they are long
PIECE = 256  # bytes of such a long one, on average: every piece costs the same, even one of a single byte

FIRST_SECONDS = 10.0  # until the first byte of the first request
HEAD_SECONDS = 10.0  # from the first byte of a request to the end of its headers; its body is limited by the guard
KEEP_SECONDS = 5.0  # between two requests
REST_SECONDS = 5.0  # for the rest of a request that was answered early, such as a body that is too long
UNREAD_SECONDS = 60.0  # until a client has read a whole response; the guard limits each piece of it
LOOK_SECONDS = 5.0  # between two looks at a connection that is busy

PER_JOB = 16  # open files of a check: its event loop, and its connections to the server
OWN_FILES = 64  # open files of the program itself


def most_connections(jobs: int) -> int:
    """Return how many connections can be open: :data:`MOST`, or what the limit of open files leaves besides checks."""
    files = MOST + OWN_FILES + PER_JOB * jobs
    if sys.platform != "win32":
        import resource

        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        if limit != resource.RLIM_INFINITY:
            files = min(files, limit)
    return max(16, min(MOST, files - OWN_FILES - PER_JOB * jobs))


class _ClientConnections:
    """The connections of one client: without a request, and with one that is being answered; the oldest first."""

    def __init__(self) -> None:
        self.idle: dict[ClientConnection, None] = {}
        self.busy: dict[ClientConnection, None] = {}

    def __len__(self) -> int:
        return len(self.idle) + len(self.busy)


class OpenConnections:
    """The connections of all clients, at most ``most``. A new one always finds a place.

    If there is none, the client with the most connections loses one: the one that is idle longest, or else the oldest.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._total = 0
        self._clients: dict[str, _ClientConnections] = {}

    def __len__(self) -> int:
        return self._total

    def add(self, one: ClientConnection) -> None:
        """Add a connection, and close another one if there are too many of its client or altogether."""
        own = self._clients.setdefault(one.who, _ClientConnections())
        if len(own) >= share_of(self.most):
            self._close_one(own)
        elif self._total >= self.most:
            self._close_one(self._clients[heaviest({name: len(each) for name, each in self._clients.items()})])
        self._clients.setdefault(one.who, own).idle[one] = None
        self._total += 1

    def remove(self, one: ClientConnection) -> None:
        """Forget a connection that has ended."""
        if (own := self._clients.get(one.who)) is None or (one not in own.idle and one not in own.busy):
            return
        own.idle.pop(one, None)
        own.busy.pop(one, None)
        self._total -= 1
        if not own:
            del self._clients[one.who]

    def mark(self, one: ClientConnection, *, busy: bool) -> None:
        """Note that a connection has a request to answer, or has none any more."""
        own = self._clients.get(one.who)
        if own is not None and one in (own.idle if busy else own.busy):
            (own.idle if busy else own.busy).pop(one)
            (own.busy if busy else own.idle)[one] = None

    def _close_one(self, own: _ClientConnections) -> None:
        one = next(iter(own.idle or own.busy))
        self.remove(one)
        one.transport.abort()


class _Pieces(h11.Connection):
    """HTTP/1.1 with a limit on the number of pieces in which a request may come, since each of them costs time."""

    def __init__(self) -> None:
        super().__init__(h11.SERVER, HEAD)
        self._pieces = self._bytes = 0

    def receive_data(self, data: bytes) -> None:
        self._pieces += 1
        self._bytes += len(data)
        super().receive_data(data)

    def next_event(self) -> Any:
        event = super().next_event()
        if isinstance(event, h11.Data):
            self._pieces += 1
        elif isinstance(event, h11.EndOfMessage):
            self._pieces = self._bytes = 0
        if self._pieces > PIECES + self._bytes // PIECE:
            raise h11.RemoteProtocolError("The request came in too many pieces.")
        return event


class ClientConnection(H11Protocol):
    """A connection of a client, which ends if its client stalls: every state that waits for the client has a limit."""

    def __init__(self, open_ones: OpenConnections, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.conn = _Pieces()
        self.who = ""
        self._open = open_ones
        self._timer: asyncio.TimerHandle | None = None
        self._state = ""
        self._until = 0.0  # the time at which a client has to have read its response
        self._rest = 0  # bytes that came after an early response

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection, and wait for its first request."""
        super().connection_made(transport)
        self.who = client_of(self.client)
        self._open.add(self)
        self._enter("first", FIRST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._open.remove(self)
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read a piece of a request. Discard what follows a response that came before the end of its request."""
        if self._state == "rest":
            self._rest += len(data)
            if self._rest > BODY:
                return
        elif self._state in ("first", "keep"):
            self._enter("head", HEAD_SECONDS)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """Wait for the client to read the response and to send the next request."""
        self._until = self.loop.time() + UNREAD_SECONDS
        super().on_response_complete()
        self._unset_keepalive_if_required()
        self._look()

    def shutdown(self) -> None:
        """Close the connection, after the response if there is one under way."""
        with suppress(h11.LocalProtocolError):
            super().shutdown()
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, unless a response has begun: then the connection can only break off."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            if self.cycle is not None:  # the request whose body is broken: nobody waits for its answer any more
                self.cycle.disconnected = True
                self.cycle.message_event.set()
            super().send_400_response(msg)
        else:
            self.transport.abort()

    def _look(self) -> None:
        """Enter the state that follows from the request and its response."""
        answering = self.cycle is not None and not self.cycle.response_complete
        self._open.mark(self, busy=answering)
        if answering:
            self._enter("answering", LOOK_SECONDS)
            if not self.cycle.more_body and len(self.conn.trailing_data[0]) > AHEAD:
                self.transport.abort()
        elif self.conn.their_state is h11.SEND_BODY:
            self._enter("rest", REST_SECONDS)
        elif self._state in ("answering", "rest"):
            self._rest = 0
            if self.conn.trailing_data[0]:  # a part of the next request has come already
                self._enter("head", HEAD_SECONDS)
            else:
                self._enter("keep", KEEP_SECONDS)

    def _enter(self, state: str, seconds: float) -> None:
        if state != self._state:
            self._state = state
            self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        """End the connection: its client has not done in time what it is waited for."""
        unread = bool(self.transport.get_write_buffer_size())
        if self._state == "answering" and not self.transport.is_closing():
            self._wait(LOOK_SECONDS)  # the guard and the check have limits of their own
        elif unread and self.loop.time() < self._until:
            self._wait(LOOK_SECONDS)
        elif unread or self.transport.is_closing():  # which a stalled reader would prevent
            self.transport.abort()
        else:
            self.shutdown()
            self._wait(LOOK_SECONDS)
