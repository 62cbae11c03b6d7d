"""The clients whose reading is known: by protocol and language, with the versions that were run."""

from __future__ import annotations

from typing import NamedTuple


class Client(NamedTuple):
    """An official SDK: its name for users, and the version that was run (`facts/strictness-2026-11.md`)."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


_OPENAI = {"python": Client("openai-python", "3.57.0"), "node": Client("openai-node", "7.59.0")}
CLIENTS: dict[str, dict[str, Client]] = {
    "openai": _OPENAI,
    "azure": _OPENAI,
    "responses": _OPENAI,
    "anthropic": {"python": Client("anthropic-python", "2.14.0"), "node": Client("@anthropic-ai/sdk", "1.14.0")},
    "gemini": {"python": Client("google-genai", "3.6.1")},
    "ollama": {"python": Client("ollama-python", "0.6.3")},
}

# A reader is a client in one of three ways: the plain call, the raw iteration of a stream, the stream helper.
PYTHON = frozenset(("python plain", "python raw"))
NODE = frozenset(("node plain", "node raw"))


def readers_of(app: str | None) -> frozenset[str]:
    """Return the readers that decide whether this app works; the Python SDK's if nothing is known about the app."""
    if not app:
        return PYTHON
    from probes.catalog.apps import load  # the table of apps is loaded only for a named app

    found = load().get(app)
    return NODE if found is not None and found.sdk == "node" else PYTHON
