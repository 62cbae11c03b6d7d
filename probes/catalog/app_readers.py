"""On which official SDK an app is built: whose reading of responses decides whether the app works."""

from __future__ import annotations

from probes.catalog.apps import load
from probes.protocols.strictness.clients import NODE, PYTHON


def readers_of(app: str | None) -> frozenset[str]:
    """Return the readers that decide whether this app works; the Python SDK's if nothing is known about the app.

    >>> sorted(readers_of("openai-node"))
    ['node plain', 'node raw']
    """
    found = load().get(app) if app else None
    return NODE if found is not None and found.sdk == "node" else PYTHON
