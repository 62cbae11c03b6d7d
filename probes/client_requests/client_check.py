"""Send the request of a real client in its recorded form, and find the parts that the server refuses."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress

from probes.api.client import ApiClient, KeyRefused, OutOfBudget
from probes.api.response_checks import passes, transient
from probes.client_requests.bisection import MOST, Bisection, is_named, mention
from probes.client_requests.parts import Part, Shape, parts_of, without
from probes.client_requests.recordings import Recording, filled
from probes.model.attempt import Attempt
from probes.model.client_request import AsClientResult, ClientTry, OpenReason, RefusedPart
from probes.model.exchange import Exchange, Purpose
from probes.model.failure import Kind
from probes.model.record import replace
from probes.network.failures import NetError
from probes.protocols.errors import parse_json
from probes.protocols.protocol import ApiRequest, wire

REQUESTS = 1 + MOST  # of one check: the request, and those that leave something out or repeat it
PAUSE = 0.5  # seconds before the first request is sent again after a failure that may pass
LONGEST = 3.0  # seconds; a longer `retry-after` is not waited for
# Statuses that are about the key, the credit or the load, whatever the request contains.
_NOT_ABOUT_IT = (401, 402, 407, 408, 429, 529)
_NAME = r'"[\w$-]{1,64}" ?:'  # a name in JSON


class ClientCheck:
    """The check of one client's request. :meth:`result` can be called at any time."""

    def __init__(
        self,
        recording: Recording,
        working: Attempt,
        adapted: tuple[str, ...],
        client: ApiClient,
    ) -> None:
        self._recording = recording
        self._attempt = working
        self._plain = plain_request(working, recording, adapted)
        self._shape = filled(recording, working.model or "", self._plain.body or {})
        self._parts = parts_of(recording.shape)
        self._client = client
        self._tries: list[ClientTry] = []
        self._bisection: Bisection | None = None
        self._why: OpenReason | None = OpenReason.UNFINISHED

    async def run(self, seconds: float) -> None:
        """Send the request and, if it is refused, leave out its parts one after another, within ``seconds``."""
        with suppress(TimeoutError, OutOfBudget, KeyRefused, NetError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._run()
        if self._bisection is not None and self._bisection.result is None:  # refused, and no time for the whole search
            self._bisection.stop()
            self._why = None

    async def _run(self) -> None:
        found = await self._first()
        if passes(found):
            self._why = None
        elif found.status in (408, 429, 529) or (found.failure is not None and found.failure.kind is Kind.TIMEOUT):
            self._why = OpenReason.LIMITED if found.status else None
        else:
            if _is_about_it(found, self._parts):
                await self._narrow(found)
            self._why = None

    async def _first(self) -> Exchange:
        """Send the request as the client does; once more after a failure that may pass, as every client would."""
        found = await self._send(frozenset())
        if transient(found) and (pause := _pause(found)) <= LONGEST:
            await asyncio.sleep(pause)
            found = await self._send(frozenset())
        return found

    async def _narrow(self, refusal: Exchange) -> None:
        search = self._bisection = Bisection(self._parts, _words(refusal), REQUESTS - len(self._tries))
        while (left_out := search.next()) is not None:
            found = await self._send(left_out)
            if not passes(found) and not _is_about_it(found, self._parts):
                search.stop()
                return
            search.learn(left_out, passes(found), _words(found))

    async def _send(self, left_out: frozenset[str]) -> Exchange:
        shape = without(self._shape, left_out)
        ask = replace(self._plain, headers=merged(self._plain.headers, shape), body=shape.body)
        purpose = Purpose.STREAM if self._recording.streams else Purpose.CHAT
        found = await self._client.put(purpose, self._attempt, ask, lambda _: None)
        self._tries.append(ClientTry(tuple(sorted(left_out)), found))
        return found

    def result(self) -> AsClientResult:
        """Return what was found so far."""
        recording = self._recording
        result = self._bisection.result if self._bisection is not None else None
        headers = {part.name for part in self._parts if part.header}
        names = result.names if result is not None else ()
        certain = (names if result.sure else result.certain) if result is not None else ()
        return AsClientResult(
            app=recording.app,
            version=recording.version,
            model=recording.model,
            size=recording.size,
            parts=tuple(part.name for part in self._parts),
            tries=tuple(self._tries),
            refused=tuple(
                RefusedPart(name, name in headers, recording.switch_for(name), self._is_mended(name), name in certain)
                for name in names
            ),
            sure=result is not None and result.sure,
            why=self._why,
        )

    def _is_mended(self, name: str) -> bool:
        """Check whether the client leaves a part out by itself: it was seen to, if the server named the part."""
        return name in self._recording.mends and any(is_named(name, _words(one.exchange)) for one in self._tries)


def plain_request(attempt: Attempt, recording: Recording, adapted: tuple[str, ...] = ()) -> ApiRequest:
    """Return the check's own request, whose path and headers the client's request shares."""
    model = attempt.model or ""
    return wire(attempt.protocol).generation(attempt, model, stream=recording.streams, adapted=adapted)


def merged(usual: tuple[tuple[str, str], ...], shape: Shape) -> tuple[tuple[str, str], ...]:
    """Return the headers of the protocol, with those of the client in their place and after them.

    The version of an API is the attempt's own: it has worked.
    """
    names = {name.lower() for name, _ in usual}
    added = tuple((name, value) for name, value in shape.headers if name.lower() not in names)
    return (*usual, *added)


def _words(found: Exchange) -> str:
    """Return what the server said: the name of a parameter, the message, and the text of the response.

    Of JSON only the values count: nearly every error has a field called ``message`` or ``type``, and so have requests.
    """
    reading = found.reading
    error = reading.error or (reading.stream.error if reading.stream is not None else None)
    told = f"{error.param} {error.message} {error.code}" if error is not None else ""
    text = found.response.text
    known, value = parse_json(text)
    more = " ".join(_texts(value)) if known else re.sub(_NAME, " ", text)  # it may have been cut within a value
    return f"{told} {more}"


def _texts(value: object) -> Iterator[str]:
    """Yield the texts of a JSON document that are values, not names."""
    left = [value]  # no recursion: a server may nest as deeply as the parser allows
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list | dict):
            left += reversed([*(one.values() if isinstance(one, dict) else one)])


def _is_about_it(found: Exchange, parts: tuple[Part, ...]) -> bool:
    """Check whether a refusal may be about the content of the request, so that another one may tell more."""
    if found.failure is not None and found.failure.kind is Kind.TIMEOUT:
        return False
    if found.status == 403:  # a permission, a country or a firewall, unless it names a part
        return any(mention(part.name, _words(found)) for part in parts)
    return found.status not in _NOT_ABOUT_IT


def _pause(found: Exchange) -> float:
    try:
        asked = float(found.header("retry-after") or 0)
    except ValueError:
        asked = 0.0
    return max(asked, PAUSE) if asked >= 0 else PAUSE
