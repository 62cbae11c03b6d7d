"""The names of the protocols: those of the files of this folder. Importing this loads none of them."""

from __future__ import annotations

import os

import probes.protocols

DEFAULT_PROTOCOL = "openai"  # what most doors speak: assumed where nothing tells

# The other files of the folder, which the protocols share.
_SHARED = frozenset(("__init__", "errors", "names", "protocol", "sse", "stream_counter"))
# Reports and help list these first, the most spoken first, and all others after them by name.
_FIRST = ("openai", "responses", "anthropic", "gemini", "azure", "ollama")


def _listed() -> tuple[str, ...]:
    files = (file.name.rpartition(".") for folder in probes.protocols.__path__ for file in os.scandir(folder))
    found = {stem for stem, _, suffix in files if suffix == "py"} - _SHARED
    return (*(name for name in _FIRST if name in found), *sorted(found - set(_FIRST)))


NAMES = _listed()
