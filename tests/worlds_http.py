"""The table of worlds above TLS: redirects, gates, firewalls, gateways, compression, framing, streams on the way.

Joined to the one of ``worlds.py``. The pages are made up; what they hold of a product is what tells it from the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faults.stage import LOCAL, Roads, Scenario

from probes.practice import behaviours as b
from probes.practice.server import Handler, Reply

CLAUDES_HOST, GOOGLE, RESOURCE = (
    "https://api.anthropic.com",
    "https://generativelanguage.googleapis.com",
    "https://res.openai.azure.com",
)
INNER = {"base_url": "http://llm.internal/v1", "roads": Roads({"llm.internal": ("10.0.0.8",)})}


def always(what: b.What) -> Callable[[str], Handler]:
    return lambda key: b.always(what)


def refusing(what: b.What) -> Callable[[str], Handler]:
    """A relay that lists its models and answers every generation so."""
    return lambda key: b.openai(key, chat=what, stream=what)


def anthropic(name: str, root: str | None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": CLAUDES_HOST, "model": b.CLAUDES[0], "shape": "anthropic"}
    return Scenario(f"http-{name}", root, protocol="anthropic", **(given | more))


def gemini(name: str, root: str | None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": GOOGLE, "model": b.GEMINIS[0], "shape": "gemini"}
    return Scenario(f"http-{name}", root, protocol="gemini", **(given | more))


def azure(name: str, root: str | None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": RESOURCE, "model": "gpt-4o-mini", "shape": "hex32"}
    return Scenario(f"http-{name}", root, protocol="azure", **(given | more))


# -- redirects ---------------------------------------------------------------------------------------------------------


def moved(status: int) -> Callable[[str, str], Handler]:
    """To the same path at a foreign server."""
    return lambda key, foreign: b.always(b.redirect(status, foreign))


def to(status: int, where: str) -> Callable[[str], Handler]:
    return lambda key: b.always(b.redirect(status, where))


def behind(path: str, status: int) -> Callable[[str], Handler]:
    """A relay whose API moved below ``path``."""

    def make(key: str) -> Handler:
        sound = b.openai(key, prefix=path)

        def handler(request: Any) -> Any:
            if request.path.startswith(path):
                return sound(request)
            return Reply(status, (("Location", path + request.path.removeprefix("/v1")),))

        return handler

    return make


LOST = "makes a GET of the POST"
DROPPED = "leaves the key (Authorization) behind"
TRAVELS = "hands the key ({}) to"
PROMPT = "the question goes to"
ELSEWHERE = "the foreign server answers without a key; prompt and answer go through a stranger's hands"
STRANGER = "hand its key to another address"

REDIRECTS = (
    *(
        Scenario(f"http-moved-{status}-to-a-stranger", "http.redirected", beyond=moved(status), says=(LOST, DROPPED))
        for status in (303,)
    ),
    Scenario(
        "http-moved-307-prompt-to-a-stranger",
        "http.redirected",
        beyond=moved(307),
        app="openai-node",
        says=(DROPPED, PROMPT, "openai-node"),
        sdk=ELSEWHERE,
    ),
    *(
        Scenario(f"http-moved-{status}-same-origin", "http.redirected", behind("/api/v1", status), says=(LOST,))
        for status in (301, 302, 303)
    ),
    *(
        Scenario(
            f"http-moved-{status}-same-origin",
            None,
            behind("/api/v1", status),
            also=("http.redirected",),
            says=("Set the base URL to https://relay.example/api/v1",),
        )
        for status in (307, 308)
    ),
    *(
        anthropic(
            f"moved-{status}-bearer-to-a-stranger", "http.redirected", beyond=moved(status), says=(DROPPED, PROMPT)
        )
        for status in (307, 308)
    ),
    *(
        anthropic(
            f"moved-{status}-x-api-key-to-a-stranger",
            "http.redirected",
            beyond=moved(status),
            app="anthropic-sdk-0",
            says=(STRANGER, TRAVELS.format("x-api-key"), "replace the key"),
        )
        for status in (301, 307, 308)
    ),
    *(
        gemini(
            f"moved-{status}-to-a-stranger",
            "http.redirected",
            beyond=moved(status),
            says=(STRANGER, TRAVELS.format("x-goog-api-key")),
        )
        for status in (302, 307)
    ),
    *(
        azure(
            f"moved-{status}-to-a-stranger",
            "http.redirected",
            beyond=moved(status),
            says=(STRANGER, TRAVELS.format("api-key")),
        )
        for status in (303, 308)
    ),
    anthropic(
        "moved-in-the-clear",
        "http.redirected",
        world=lambda key: b.always(b.redirect(307, "http://api.anthropic.com")),
        app="anthropic-sdk-0",
        says=(STRANGER, "over http"),
    ),
    Scenario("http-moved-to-another-port", "http.redirected", to(307, "https://relay.example:8443"), says=(DROPPED,)),
    Scenario("http-moved-in-a-circle", "http.redirected", always(b.redirect(308)), says=("where it came from",)),
    Scenario(
        "http-moved-to-no-address",
        "http.redirected",
        always(Reply(308, (("Location", "http://[::1"),))),
        says=("it names no target",),
    ),
    Scenario(
        "http-moved-local-key-stays",
        "http.redirected",
        base_url=LOCAL,
        beyond=lambda key, foreign: b.always(b.redirect(302, foreign)),
        says=(LOST, DROPPED),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*REDIRECTS,)
