"""The facts of a pasted text that decide which steps of a finding are shown.

They have the names of :mod:`diagnose.advice.case_facts`. A text often does not tell where the server is. Then every
place counts as possible, except this machine. A step about a house, product or app is shown only if the text names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from probes.catalog.text_pattern import TextPattern

if TYPE_CHECKING:
    from diagnose.answers.hints import ReadText

_STACKS = {"httpx": "python"}  # other stacks have the name of their fact
_SOMEWHERE = frozenset(("public", "provider", "relay", "owner"))
# Word of the text -> the fact that it gives.
_NAMED: Mapping[str, str] = {
    "nginx": "via:nginx",
    "cloudflare": "via:cloudflare",
    "caddy": "via:caddy",
    "ollama": "protocol:ollama",
    "/api/tags": "protocol:ollama",  # a path that only Ollama has
    "/api/generate": "protocol:ollama",
    "wsl": "wsl",
    "docker": "container",
    "github actions": "door:github-models",
    "name does not resolve": "container",  # musl's words: an image with Alpine
}
# Programs that serve models on the user's own machines.
_OWN_SERVERS = TextPattern(
    r"(?:\b|_)(?:ollama|lm[ _-]?studio|llama\.cpp|llama-server|koboldcpp|localai|xinference|text-generation-webui"
    r"|hosted_vllm)"
)


def text_facts(text: ReadText, values: Mapping[str, str | None]) -> frozenset[str]:
    """Return the facts of a text. ``values`` are those of the finding's words; ``door_id`` is the house's."""
    lower = text.lower
    named = {fact for word, fact in _NAMED.items() if word in lower}
    client = text.client
    if client is not None and client.app:
        app = {f"app:{client.app}", _STACKS.get(client.stack, client.stack)}
    else:
        app = {_STACKS.get(client.stack, client.stack)} if client is not None else {"python", "node"}
    held = {
        "container": "@docker" in text.tags,
        "proxy": bool(values.get("proxy")),
        "plan": bool(values.get("sister_sites")),
    }
    id = values.get("door_id") or ""
    doors = {f"door:{id}", f"door:{id.partition('-')[0]}"} if id else set()
    return frozenset(
        {
            *named,
            *app,
            *doors,
            *_place(text, bool(doors)),
            "key:api",
            "text",
            *(one for one, holds in held.items() if holds),
        }
    )


def _place(text: ReadText, house: bool) -> frozenset[str]:
    if "@local" in text.tags or "@model-port" in text.tags:
        return frozenset(("local", "owner"))
    if house:
        return frozenset(("public", "provider"))
    if text.host:
        return frozenset(("public", "relay", "owner"))
    if "@public" not in text.tags and _OWN_SERVERS.search(text.lower):
        return frozenset(("local", "owner"))
    return _SOMEWHERE
