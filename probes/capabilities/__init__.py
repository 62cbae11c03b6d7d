"""The deep check: what a door can do beyond an answer and a stream. It starts when an attempt has worked.

It is imported only if the user asks for it. ``probes/protocols/features/`` contains the requests of each protocol.
"""

from __future__ import annotations

from probes.protocols.protocol import wires

# The protocols that a deep check looks for, by the name of their capability.
WIRES = {one.capability: one.name for one in wires() if one.capability}
# The capabilities, in the order of the report.
NAMES = (*WIRES, "tools", "tools_stream", "structured_output", "vision", "embeddings", "key_check")
