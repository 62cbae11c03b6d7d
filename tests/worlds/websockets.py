"""The table of worlds in which the app opens a WebSocket before its first request: Codex, and what servers answer.

What Codex does after each answer was measured with 0.171.0 (docs/design/022-websocket.md).
"""

from __future__ import annotations

from typing import Any

from probes.demo_server import handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.websockets import SOCKETS, upgrading, without_upgrade
from probes.model.settings import Limits, Sourced
from probes.model.source import DEFAULT, Owner, Source, SourceKind
from worlds.protocols import UNASKED
from worlds.stage import LOCAL, RELAY, Scenario

REFUSED, CLOSED = "stream.websocket_refused", "stream.websocket_closed"
BUILT_IN = Sourced(True, DEFAULT)
_CONFIG = "~/.codex/config.toml"
FLAG = Sourced(True, Source(SourceKind.APP, Owner.USER, "model_providers.relay.supports_websockets", _CONFIG, 8))
OWN = Sourced(False, DEFAULT)
ADDRESS = Source(SourceKind.APP, Owner.USER, "openai_base_url", _CONFIG, 2)
HASTY = Limits(probe=0.6, run=5.0)


def codex(name: str, socket: handlers.What, root: str | None = None, **more: Any) -> Scenario:
    """Make a world of Codex at a sound door that answers the upgrade so."""
    given: dict[str, Any] = {
        "protocol": "responses",
        "app": "codex",
        "base_url": LOCAL,
        "certificate": "",
        "websocket": BUILT_IN,
        "url_source": ADDRESS,
        "proven": {"answer": True, "stream": True},
    }
    if root or more.get("also"):
        given |= {"settings": {"base_url": LOCAL, "protocol": "responses"}}
    if root in (REFUSED, CLOSED):
        given["sdk"] = "the SDK opens no WebSocket; Codex does, and ends or hangs"
    given["world"] = lambda key: upgrading(b.responses(key), socket)
    return Scenario(f"websocket-{name}", root, **(given | more))


LINES = 'base_url = "http://127.0.0.1:'

SCENARIOS = (
    codex("sound", "sound"),
    codex("426", "426"),
    codex("426-disabled", "426-disabled"),
    codex(
        "through-a-proxy",
        "sound",
        base_url=RELAY,
        certificate=None,
        proxy=lambda port: b.proxy(port),
        proven={"answer": True, "stream": True},
    ),
    codex("own-provider", "404-model", websocket=OWN),
    *(
        codex(name, name, REFUSED, says=("gives up", LINES), first=("config.toml:2",))
        for name in ("404-model", "400", "400-text", "error-400")
    ),
    codex("flag", "404-model", REFUSED, websocket=FLAG, first=("supports_websockets = true", "config.toml:8")),
    codex("may-give-up", "404-model", also=(REFUSED,), websocket=None, says=("may give up",)),
    codex("may-retry", "404", also=(REFUSED,), websocket=None, verdict="healthy", says=("6.5 s",)),
    codex("may-hang", "silent", also=(CLOSED,), websocket=None, limits=HASTY, says=("may hang",)),
    codex("may-wait", "held", also=(CLOSED,), websocket=None, limits=HASTY, says=("112 s",)),
    codex("busy", "429", also=(REFUSED,), says=("too busy",)),
    *(
        codex(name, name, also=(REFUSED,), says=("6.5 s", LINES))
        for name in ("404", "404-html", "404-url", "401", "403", "405", "502", "web-page")
    ),
    *(codex(name, name, also=(REFUSED,), says=("breaks its rules",)) for name in ("wrong-accept", "no-frames")),
    *(codex(name, name, also=(CLOSED,), says=("6.5 s", "1008")) for name in ("closed-1008", "closed-1008-after")),
    *(codex(name, name, also=(CLOSED,), says=("6.5 s",)) for name in ("closed-1011", "cut", "dropped")),
    *(codex(name, name, also=(CLOSED,), says=("112 s",), limits=HASTY) for name in ("held",)),
    codex("silent", "silent", CLOSED, says=("hangs", LINES), limits=HASTY),
    codex("error-unnumbered", "error-unnumbered", CLOSED, says=("hangs",), limits=HASTY),
    codex("failed-response", "failed-response", also=(REFUSED,), says=("6.5 s",)),
    codex("no-spend-sound", "sound", no_spend=True, verdict="inconclusive", proven={}, sdk=UNASKED),
    codex("no-spend-404", "404-model", REFUSED, no_spend=True, proven={}, settings=None, sdk=UNASKED),
    codex(
        "behind-nginx",
        "404",
        also=(REFUSED,),
        says=("6.5 s",),
        world=lambda key: without_upgrade(b.responses(key), SOCKETS["404"]),
        first=("config.toml:2",),
    ),
    # The flaw of the key comes first; what the WebSocket then does is measured with the corrected key.
    codex("key-newline-and-404", "404-model", "key.stray_characters", typed="{}\n".format, also=(REFUSED,)),
)
