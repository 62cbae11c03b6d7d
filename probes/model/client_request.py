"""The request of a real client, as a check has sent it, and what the server refuses of it."""

from __future__ import annotations

from enum import StrEnum

from probes.model.exchange import Exchange
from probes.model.record import Record


class OpenReason(StrEnum):
    """The reason why it is open whether a server accepts a client's own request."""

    UNRECORDED = "unrecorded"  # this client was not recorded in this protocol
    NO_STREAM = "no_stream"  # it streams, and streaming does not work
    LIMITED = "limited"  # the rate limit is reached
    UNFINISHED = "unfinished"  # out of time
    NO_SPEND = "no_spend"  # the user wants nothing that is billed
    OFFLINE = "offline"  # the user wants nothing to leave this machine


class ClientTry(Record):
    """The client's request without some of its parts, and the response."""

    without: tuple[str, ...]
    exchange: Exchange


class RefusedPart(Record):
    """A part that the server refuses. ``name`` is as in :mod:`probes.client_requests.parts`.

    ``setting`` is the client's own setting that leaves it out (empty: none is known), ``mended`` says that the client
    leaves it out by itself once a server has refused it. ``certain``: this one is refused, whatever else is.
    """

    name: str
    header: bool
    setting: str = ""
    mended: bool = False
    certain: bool = False


class AsClientResult(Record):
    """What came of a client's own request (``--as-client``).

    ``why`` is the reason why nothing was learnt; None if the request was accepted or refused.
    ``refused`` are the parts without which the request works; unless ``sure``, not all of them need be refused.
    """

    app: str
    version: str = ""
    model: str = ""  # with which it was recorded
    size: int = 0  # bytes of the recorded body
    parts: tuple[str, ...] = ()
    tries: tuple[ClientTry, ...] = ()
    refused: tuple[RefusedPart, ...] = ()
    sure: bool = False
    why: OpenReason | None = None
