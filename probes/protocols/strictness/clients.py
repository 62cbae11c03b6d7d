"""The clients whose reading is known: by protocol and language, with the versions that were run."""

from __future__ import annotations

from probes.model.named_tuple import NamedTuple


class SdkVersion(NamedTuple):
    """An official SDK: its name for users, and the version that was run (`facts/strictness-2026-11.md`)."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


_OPENAI = {"python": SdkVersion("openai-python", "3.57.0"), "node": SdkVersion("openai-node", "7.59.0")}
_ANTHROPIC = {
    "python": SdkVersion("anthropic-python", "2.14.0"),
    "node": SdkVersion("@anthropic-ai/sdk", "1.14.0"),
}
_GEMINI = {"python": SdkVersion("google-genai", "3.6.1")}
CLIENTS: dict[str, dict[str, SdkVersion]] = {
    "openai": _OPENAI,
    "azure": _OPENAI,
    "responses": _OPENAI,
    "anthropic": _ANTHROPIC,
    "vertex_anthropic": _ANTHROPIC,
    "gemini": _GEMINI,
    "vertex": _GEMINI,
    "ollama": {"python": SdkVersion("ollama-python", "0.6.3")},
}

# How a client can fail: `what` of a breakage. ``seen.break_…`` has the words for each.
# fmt: off
BREAKS = frozenset((
    "changed", "content_encoding", "content_type", "error_event", "garbled", "lost_text", "missing", "nan", "no_block",
    "no_data", "no_events", "no_item", "no_part", "no_text", "not_json", "not_utf8", "separator", "status", "torn",
    "twice", "type", "unfinished", "unknown_event",
))
# fmt: on

# A reader is a client in one of three ways: the plain call, the raw iteration of a stream, the stream helper.
PYTHON = frozenset(("python plain", "python raw"))
NODE = frozenset(("node plain", "node raw"))
