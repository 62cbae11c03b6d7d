"""How the official SDKs split a stream into server-sent events, which differs between Python and Node."""

from __future__ import annotations

from typing import Any

from probes.protocols.sse import Event
from probes.protocols.strictness.reading import ClientReading, Parsed, breaks, parse, truthy


def by_python(event: Event, parsed: Parsed) -> tuple[str, str, Parsed] | None:
    """Return name, data and JSON of an event as openai-python and anthropic-python see it; None: it is none for them.

    They fail at a line that is not UTF-8, do not know the first line behind a byte order mark, and make an event
    without data of an id or retry alone.
    """
    if event.broken:
        breaks("not_utf8")
    name, data = event.name, event.data
    if event.lost == "event":
        return ("", data, parsed) if data else None
    if event.lost == "data":
        _, more, data = data.partition("\n")
        return (name, data, parse(data)) if more or name else None
    return name, data, parsed


def by_node(event: Event, parsed: Parsed) -> tuple[str, str, Parsed] | None:
    """Return name, data and JSON of an event as the SDKs for Node see it: NaN is no JSON, wrong bytes are replaced."""
    if event.bare:
        return None
    return event.name, event.data, parsed if not parsed.nan else Parsed(False)


class PythonEvents(ClientReading):
    """The loop of openai-python: ``[DONE]`` at the start of the data ends it, a truthy ``error`` raises."""

    def take(self, event: Event, parsed: Parsed) -> None:
        seen = by_python(event, parsed)
        if seen is None:
            return
        name, data, parsed = seen
        if data.startswith("[DONE]"):
            self.done = True
            self.end()
            return
        if not parsed.known:
            breaks("not_json" if data.strip() else "no_data")
        value = parsed.value
        if name.startswith("thread."):
            value = {"data": value, "event": name}
        elif isinstance(value, dict) and value.get("error"):
            breaks("error_event")
        self.chunk(value)

    def chunk(self, value: Any) -> None:
        """Read the JSON of one event."""
        raise NotImplementedError


class NodeEvents(ClientReading):
    """The loop of openai-node: the data is exactly ``[DONE]``, an ``error`` that JavaScript takes for true raises."""

    flushes = True

    def take(self, event: Event, parsed: Parsed) -> None:
        seen = by_node(event, parsed)
        if seen is None:
            return
        name, data, parsed = seen
        if data == "[DONE]":
            self.done = True
            self.end()
            return
        if not parsed.known:
            breaks("not_json" if data.strip() else "no_data")
        value = parsed.value
        if name.startswith("thread."):
            value = {"event": name, "data": value}
        elif name == "error" or (isinstance(value, dict) and truthy(value.get("error"))):
            breaks("error_event")
        self.garbled = event.wrong
        self.chunk(value)

    def chunk(self, value: Any) -> None:
        """Read the JSON of one event."""
        raise NotImplementedError
