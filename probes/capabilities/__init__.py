"""The deep check: what a door can do beyond an answer and a stream, asked after a way that works was found.

It measures and is loaded where it was asked for alone. What a protocol's requests look like stands in
``probes/protocols/abilities/``.
"""

from __future__ import annotations

# What is looked at, in the order of the report. The first three are the wires, by their protocols in `WIRES`.
NAMES = (
    *("chat_completions", "responses", "messages"),
    *("tools", "tools_stream", "structured_output", "vision", "embeddings", "key_check"),
)
WIRES = {"chat_completions": "openai", "responses": "responses", "messages": "anthropic"}
