"""The names of the protocols, from the file names in this folder. Importing this module loads no protocol."""

from __future__ import annotations

import probes.protocols
from probes.model.module_names import modules_in

DEFAULT_PROTOCOL = "openai"  # the most common one, assumed if nothing says otherwise

# Files of this folder that are not protocols.
_SHARED = frozenset(("envelopes", "errors", "names", "protocol", "event_stream", "sse", "stream_counter"))
# The order in reports and help: these by popularity, then all others by name.
_FIRST = ("openai", "responses", "anthropic", "gemini", "azure", "ollama")


def _listed() -> tuple[str, ...]:
    found = {one.name for one in modules_in(probes.protocols.__path__) if not one.package} - _SHARED
    return (*(name for name in _FIRST if name in found), *sorted(found - set(_FIRST)))


NAMES = _listed()
