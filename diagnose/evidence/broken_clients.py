"""Which official SDKs a response breaks, and where: the lines of evidence that name them."""

from __future__ import annotations

from diagnose.report import Seen, seen
from probes.catalog.app_readers import readers_of
from probes.model.exchange import Breakage
from probes.model.listed import Listed
from probes.protocols.strictness.clients import CLIENTS

_SHOWN = 3  # places of one response


def ordered(app: str, breakages: tuple[Breakage, ...]) -> tuple[Breakage, ...]:
    """Return the breakages, those first that hit the SDK that the app is built on."""
    return tuple(sorted(breakages, key=lambda one: not decides(app, one)))


def decides(app: str, breakage: Breakage) -> bool:
    """Check whether a breakage hits the SDK that the app is built on."""
    return bool(readers_of(app) & set(breakage.readers))


def lines(protocol: str, breakages: tuple[Breakage, ...]) -> tuple[Seen, ...]:
    """Return a line for each place: what is wrong there, and the clients with their versions that it breaks."""
    return tuple(_line(protocol, one) for one in breakages[:_SHOWN])


def _line(protocol: str, breakage: Breakage) -> Seen:
    how = seen(f"break_{breakage.what}", where=breakage.where)
    whole, helpers = clients(protocol, breakage), clients(protocol, breakage, helpers=True)
    if whole and helpers:
        return seen("breaks_both", how=how, clients=whole, helpers=helpers)
    return seen("breaks_helper" if helpers else "breaks", how=how, clients=whole or helpers)


def clients(protocol: str, *breakages: Breakage, helpers: bool = False) -> str:
    """Return the names and versions of the clients that fail, or (``helpers``) of those whose stream helper alone does.

    >>> clients("anthropic", Breakage("missing", "x", ("python helper", "node raw")))
    '@anthropic-ai/sdk 1.14.0'
    >>> clients("anthropic", Breakage("missing", "x", ("python helper", "node raw")), helpers=True)
    'anthropic-python 2.14.0'
    """
    ways: dict[str, set[str]] = {}
    for one in breakages:
        for reader in one.readers:
            language, _, way = reader.partition(" ")
            ways.setdefault(language, set()).add(way)
    known = CLIENTS.get(protocol, {})
    return Listed(
        str(known[language])
        for language, found in ways.items()
        if language in known and (found == {"helper"}) is helpers
    )


def quotes(breakages: tuple[Breakage, ...]) -> tuple[str, ...]:
    """Return the event at which the first client fails, as it came; empty if it is none."""
    return tuple(one.quote for one in breakages[:1] if one.quote)
