"""Watch the responses of httpx and httpx2: what fails while they are raised, read or closed is explained."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diagnose.library.error_notes import ErrorNotes

_HEAD = 1024  # bytes of a body in which an error of a response with success stands
_ERROR = b'"error"'


def watch_response(response: Any, notes: ErrorNotes, *, streamed: bool) -> None:
    """Let the exceptions of a response carry notes, and log the cause if it failed.

    A response whose body is still to come is logged when it is closed; nothing is read for it.
    """
    if response.status_code < 400:
        if streamed:
            response.stream = _watched_stream(response.stream, response, notes)
        elif _ERROR in response.content[:_HEAD]:
            notes.answered(response)
        return
    failed = _FailedResponse(response, notes)
    response.raise_for_status = failed.raise_for_status
    if streamed:
        response.close, response.aclose = failed.close, failed.aclose
    else:
        failed.log()


class _FailedResponse:
    """The watched methods of a response that failed, whose cause is logged once."""

    def __init__(self, response: Any, notes: ErrorNotes) -> None:
        self._response, self._notes, self._logged = response, notes, False
        self._raise_for_status = response.raise_for_status
        self._close, self._aclose = response.close, response.aclose

    def raise_for_status(self) -> Any:
        try:
            return self._raise_for_status()
        except Exception as error:
            self._notes.add(error, logged=self._logged)
            self._logged = True
            raise

    def log(self) -> None:
        """Log the cause, unless that has been done."""
        if not self._logged:
            self._logged = True
            self._notes.answered(self._response)

    def close(self) -> None:
        self._close()
        self.log()

    async def aclose(self) -> None:
        await self._aclose()
        self.log()


def _watched_stream(stream: Any, response: Any, notes: ErrorNotes) -> Any:
    """Return the stream of a response, of the same class as httpx wants it, whose exceptions carry notes."""
    kind = type(stream)
    request = response.request

    class Watched(kind):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            pass  # the stream inside has what the class needs

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from stream
            except Exception as error:
                notes.add(error, request)
                raise

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for piece in stream:
                    yield piece
            except Exception as error:
                notes.add(error, request)
                raise

        def close(self) -> None:
            stream.close()

        async def aclose(self) -> None:
            await stream.aclose()

        def __getattr__(self, name: str) -> Any:
            return getattr(stream, name)

    return Watched()


def response_hook(notes: ErrorNotes) -> Callable[[Any], None]:
    """Return a hook for the ``response`` events of a synchronous client, whose body is still to come."""

    def hook(response: Any) -> None:
        watch_response(response, notes, streamed=True)

    return hook


def async_response_hook(notes: ErrorNotes) -> Callable[[Any], Awaitable[None]]:
    """Return a hook for the ``response`` events of an asynchronous client, whose body is still to come."""

    async def hook(response: Any) -> None:
        watch_response(response, notes, streamed=True)

    return hook
