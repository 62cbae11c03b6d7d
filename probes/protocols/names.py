"""The names of the protocols, from the file names in this folder. Importing this module loads no protocol."""

from __future__ import annotations

import os

import probes.protocols

DEFAULT_PROTOCOL = "openai"  # the most common one, assumed if nothing says otherwise

# Files of this folder that are not protocols.
_SHARED = frozenset(("__init__", "envelopes", "errors", "names", "protocol", "sse", "stream_counter"))
# The order in reports and help: these by popularity, then all others by name.
_FIRST = ("openai", "responses", "anthropic", "gemini", "azure", "ollama")


def _listed() -> tuple[str, ...]:
    files = (file.name.rpartition(".") for folder in probes.protocols.__path__ for file in os.scandir(folder))
    found = {stem for stem, _, suffix in files if suffix == "py"} - _SHARED
    return (*(name for name in _FIRST if name in found), *sorted(found - set(_FIRST)))


NAMES = _listed()
