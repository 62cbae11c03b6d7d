"""Which official SDKs a response breaks, and where: the lines of evidence that name them."""

from __future__ import annotations

from diagnose.report import Seen, seen
from probes.catalog.app_readers import readers_of
from probes.model.exchange import Breakage
from probes.protocols.strictness.clients import CLIENTS

_SHOWN = 3  # places of one response


def decides(app: str, breakage: Breakage) -> bool:
    """Check whether a breakage hits the SDK that the app is built on."""
    return bool(readers_of(app) & set(breakage.readers))


def lines(protocol: str, breakages: tuple[Breakage, ...]) -> tuple[Seen, ...]:
    """Return a line for each place: what is wrong there, and the clients with their versions that it breaks."""
    return tuple(
        seen("breaks", how=seen(f"break_{one.what}", where=one.where), clients=clients(protocol, one))
        for one in breakages[:_SHOWN]
    )


def clients(protocol: str, *breakages: Breakage) -> str:
    """Return the names and versions of the clients, each with the ways in which it fails if that is the helper alone.

    >>> clients("anthropic", Breakage("missing", "x", ("python helper", "node helper")))
    "anthropic-python 2.14.0's stream helper, @anthropic-ai/sdk 1.14.0's stream helper"
    """
    ways: dict[str, set[str]] = {}
    for one in breakages:
        for reader in one.readers:
            language, _, way = reader.partition(" ")
            ways.setdefault(language, set()).add(way)
    return ", ".join(
        f"{CLIENTS[protocol][language]}" + ("'s stream helper" if found == {"helper"} else "")
        for language, found in ways.items()
        if language in CLIENTS.get(protocol, {})
    )


def quotes(breakages: tuple[Breakage, ...]) -> tuple[str, ...]:
    """Return the event at which the first client fails, as it came; empty if it is none."""
    return tuple(one.quote for one in breakages[:1] if one.quote)
