"""The deep check: what a door can do beyond an answer and a stream, asked after a way that works was found.

It measures and is loaded where it was asked for alone. What a protocol's requests look like stands in
``probes/protocols/features/``.
"""

from __future__ import annotations

from probes.protocols.protocol import wires

# The protocols whose wire is looked at, by the capability's name.
WIRES = {one.capability: one.name for one in wires() if one.capability}
# What is looked at, in the order of the report.
NAMES = (*WIRES, "tools", "tools_stream", "structured_output", "vision", "embeddings", "key_check")
