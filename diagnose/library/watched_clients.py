"""Watch a client: exceptions of its calls get the cause and the fix as a note, and the log gets them as fields.

Only the given object is changed, by giving it a subclass of its class in which one method is watched. So
``isinstance`` holds, copies such as ``client.with_options()`` are watched too, and no library is changed for others.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from diagnose.library.error_notes import ErrorNotes, notes
from diagnose.library.given_settings import InvalidSettings
from diagnose.library.watched_responses import async_response_hook, response_hook, watch_response

if TYPE_CHECKING:
    import logging

C = TypeVar("C")
_WATCHED = "_watched_by_llmdoctor"
# Attributes in which LangChain's models and resources of the SDKs hold the clients that they use.
_INNER = ("root_client", "root_async_client", "_client", "_async_client", "client", "async_client")
_DEPTH = 2  # ChatGroq.client is `client.chat.completions`, whose `_client` is the client
# Attributes in which a stream of an SDK holds the iterator that reads it.
_ITERATORS = ("_iterator", "generator")


def explain_errors(client: C, *, lang: str = "en", logger: logging.Logger | None = None) -> C:
    """Explain the errors of a client: each exception gets a note with the cause and the fix. Return the client.

    ``client`` is one of the OpenAI, Anthropic, Groq or Mistral SDK, synchronous or not, a chat model of LangChain that
    uses one of them, or a client or transport of httpx or httpx2. What was sent and what came back is judged offline:
    no request is added, and no key is kept. The cause is also logged, to ``logger`` or the logger ``llmdoctor``, as a
    warning with fields (docs/library.md).

    Raises InvalidSettings for any other object.
    """
    told = notes(lang, logger)
    if not _watch(client, told, _DEPTH):
        raise InvalidSettings(
            "explain_errors() takes a client of the OpenAI, Anthropic, Groq or Mistral SDK, a chat model of LangChain, "
            f"or a client or transport of httpx or httpx2, and not {type(client).__name__}."
        )
    return client


@contextmanager
def explaining_errors(*, lang: str = "en", logger: logging.Logger | None = None) -> Iterator[None]:
    """Explain the errors of all calls inside the ``with``, whatever library makes them: the exception that leaves it
    gets the note. It also works around ``await``.
    """
    told = notes(lang, logger)
    try:
        yield
    except Exception as error:
        told.add(error, certain=_is_of_http_library(error))
        raise


def _is_of_http_library(error: Exception) -> bool:
    """Check whether an exception can only come from a request, although it does not know which one, as in aiohttp."""
    return type(error).__module__.partition(".")[0] == "aiohttp"


def event_hooks(*, lang: str = "en", logger: logging.Logger | None = None) -> dict[str, list[Callable[[Any], None]]]:
    """Return the ``event_hooks`` of a synchronous client of httpx or httpx2. They see responses, and no connection
    that failed.
    """
    return {"response": [response_hook(notes(lang, logger))]}


def async_event_hooks(
    *, lang: str = "en", logger: logging.Logger | None = None
) -> dict[str, list[Callable[[Any], Awaitable[None]]]]:
    """Return the ``event_hooks`` of an asynchronous client, as :func:`event_hooks` does."""
    return {"response": [async_response_hook(notes(lang, logger))]}


# -- which object is watched how ---------------------------------------------------------------------------------------


def _watch(client: Any, told: ErrorNotes, depth: int) -> bool:
    """Watch a client, or the clients at most ``depth`` levels inside of it. Return whether it is one, or has one."""
    if getattr(type(client), _WATCHED, False):
        return True
    if hasattr(client, "_make_status_error") and hasattr(client, "request"):
        _become(client, {"request": _watched_call(type(client).request, told)})
        inner = getattr(client, "_client", None)
        if inner is not None and hasattr(inner, "send"):
            _become(inner, {"send": _watched_send(type(inner).send, told, inside=True)})
        return True
    if hasattr(client, "sdk_configuration"):
        _watch_resources(client, told)
        return True
    if hasattr(client, "send") and hasattr(client, "build_request"):
        _become(client, {"send": _watched_send(type(client).send, told)})
        return True
    for name in ("handle_request", "handle_async_request"):
        if hasattr(client, name):
            _become(client, {name: _watched_transport(getattr(type(client), name), told)})
            return True
    found = [getattr(client, name, None) for name in _INNER] if depth else []
    watched = [_watch(inner, told, depth - 1) for inner in found if inner is not None]
    return any(watched)


def _become(client: Any, methods: Mapping[str, Any]) -> None:
    """Give an object a subclass of its class with these methods."""
    kind = type(client)
    if getattr(kind, _WATCHED, False):
        return
    named = {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__, _WATCHED: True}
    client.__class__ = type(kind.__name__, (kind,), {**named, **methods})


def _watched_call(call: Any, told: ErrorNotes) -> Any:
    """Return a method of an SDK whose exceptions get notes, and whose streams are watched too."""
    if inspect.iscoroutinefunction(call):

        async def awaited(self: Any, *args: Any, **named: Any) -> Any:
            try:
                result = await call(self, *args, **named)
            except Exception as error:
                told.add(error, certain=True)
                raise
            return _with_watched_iterator(result, told)

        return awaited

    def called(self: Any, *args: Any, **named: Any) -> Any:
        try:
            result = call(self, *args, **named)
        except Exception as error:
            told.add(error, certain=True)
            raise
        return _with_watched_iterator(result, told)

    return called


def _watched_send(send: Any, told: ErrorNotes, *, inside: bool = False) -> Any:
    """Return the method ``send`` of an httpx client. ``inside`` an SDK, whose own exceptions are explained, only errors
    in responses with success are of interest.
    """
    if inspect.iscoroutinefunction(send):

        async def awaited(self: Any, request: Any, *args: Any, stream: bool = False, **named: Any) -> Any:
            try:
                response = await send(self, request, *args, stream=stream, **named)
            except Exception as error:
                if not inside:
                    told.add(error, request)
                raise
            if not inside or (response.status_code < 400 and not stream):
                watch_response(response, told, streamed=stream)
            return response

        return awaited

    def called(self: Any, request: Any, *args: Any, stream: bool = False, **named: Any) -> Any:
        try:
            response = send(self, request, *args, stream=stream, **named)
        except Exception as error:
            if not inside:
                told.add(error, request)
            raise
        if not inside or (response.status_code < 400 and not stream):
            watch_response(response, told, streamed=stream)
        return response

    return called


def _watched_transport(handle: Any, told: ErrorNotes) -> Any:
    """Return the method of a transport that sends a request. Bodies of its responses are still to come."""
    if inspect.iscoroutinefunction(handle):

        async def awaited(self: Any, request: Any) -> Any:
            try:
                response = await handle(self, request)
            except Exception as error:
                told.add(error, request)
                raise
            return _with_request(response, request, told)

        return awaited

    def called(self: Any, request: Any) -> Any:
        try:
            response = handle(self, request)
        except Exception as error:
            told.add(error, request)
            raise
        return _with_request(response, request, told)

    return called


def _with_request(response: Any, request: Any, told: ErrorNotes) -> Any:
    response.request = request  # as the client sets it a moment later
    watch_response(response, told, streamed=True)
    return response


# -- streams and resources of the SDKs ---------------------------------------------------------------------------------


def _with_watched_iterator(result: Any, told: ErrorNotes) -> Any:
    """Return the result of a call; if it is a stream, the exceptions of its iterator get notes as well."""
    if not isinstance(result, Iterator | AsyncIterator):  # `hasattr` takes 8 µs for a pydantic model, this 0.2
        return result
    for name in _ITERATORS:
        iterator = getattr(result, name, None)
        if hasattr(iterator, "__anext__"):
            setattr(result, name, _noted_async(iterator, told))
        elif hasattr(iterator, "__next__"):
            setattr(result, name, _noted(iterator, told))
    return result


def _noted(iterator: Any, told: ErrorNotes) -> Iterator[Any]:
    try:
        yield from iterator
    except Exception as error:
        told.add(error, certain=True)
        raise


async def _noted_async(iterator: Any, told: ErrorNotes) -> AsyncIterator[Any]:
    try:
        async for item in iterator:
            yield item
    except Exception as error:
        told.add(error, certain=True)
        raise
    finally:
        await iterator.aclose()


def _watch_resources(resource: Any, told: ErrorNotes) -> None:
    """Watch the public methods of a resource of the Mistral SDK, and of the resources below, which are loaded late."""
    kind = type(resource)
    if getattr(kind, _WATCHED, False):
        return
    public = {
        name: value
        for base in reversed(kind.__mro__)
        for name, value in vars(base).items()
        if inspect.isfunction(value) and not name.startswith("_") and "request" not in name
    }
    methods: dict[str, Any] = {name: _watched_call(value, told) for name, value in public.items()}
    if hasattr(kind, "__getattr__"):

        def late(self: Any, name: str) -> Any:
            value = kind.__getattr__(self, name)
            if hasattr(value, "sdk_configuration"):
                _watch_resources(value, told)
            return value

        methods["__getattr__"] = late
    below = [value for value in vars(resource).values() if hasattr(value, "sdk_configuration")]
    _become(resource, methods)
    for value in below:
        _watch_resources(value, told)
