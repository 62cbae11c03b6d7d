"""A deep check of a practice door, and the requests that the door received."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from diagnose.formats import render
from diagnose.judging.judge import judge
from diagnose.report import Report
from diagnose.words import LANGS
from probes.demo_server import answers, capable_doors
from probes.demo_server.bedrock_doors import MODELS as BEDROCK_MODELS
from probes.demo_server.server import Handler, PracticeDoor, Request
from probes.model import archive
from probes.model.capability import Capability
from probes.model.evidence import Evidence
from probes.model.record import Record, replace
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import Source, SourceKind, option
from probes.protocols.protocol import NAMES
from probes.run.engine import run

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
CLAUDE = BEDROCK_MODELS[0]
BASES = {"openai": "/v1", "responses": "/v1"}
DOORS: Mapping[str, Callable[..., Handler]] = {
    # A deep check of a protocol without features says that it cannot test them.
    name: getattr(capable_doors, name)
    for name in NAMES
    if not name.startswith("vertex")
}
MODELS = {"azure": "gpt-4o-mini", "bedrock": CLAUDE, "bedrock_invoke": CLAUDE}
CALM = Limits(probe=5.0, run=20.0)


class Seen(Record):
    """One deep check, and the requests that the door received."""

    evidence: Evidence
    report: Report
    requests: list[Request]

    def of(self, name: str) -> Capability:
        return next(one for one in self.evidence.capabilities or () if one.name == name)

    def why(self, name: str) -> tuple[str, str]:
        found = self.of(name)
        return found.support.value, found.why


def dive(
    handler: Handler, protocol: str = "openai", key: str | None = KEY, path: str | None = None, **more: Any
) -> Seen:
    """Run a deep check of the door; assert that no output contains the key or the made-up one that was tried."""
    with PracticeDoor(handler) as door:
        settings = Settings(
            base_url=Sourced(
                door.url + (BASES.get(protocol, "") if path is None else path), Source(SourceKind.ARGUMENT)
            ),
            key=Sourced(Secret(key), Source(SourceKind.STDIN)) if key is not None else None,
            protocol=Sourced(protocol, option("--protocol")),
            **{"deep": True, "limits": CALM, **more},
        )
        if "model" not in more and protocol in MODELS:
            settings = replace(settings, model=Sourced(MODELS[protocol], option("--model")))
        evidence = asyncio.run(run(settings, version="0"))
        requests = list(door.requests)
    report = judge(evidence)
    kept = archive.dump(evidence)
    assert archive.load(kept) == evidence
    assert judge(archive.load(kept)) == report
    texts = [
        kept,
        *(render(judge(evidence, lang), fmt, lang) for lang in LANGS for fmt in ("text", "json", "markdown")),
    ]
    for secret in [*filter(None, (key,)), *made_up(requests, key)]:
        body = secret.removeprefix("sk-")
        for text in texts:
            assert not any(body[at : at + WINDOW] in text for at in range(len(body) - WINDOW + 1))
    return Seen(evidence, report, requests)


def made_up(requests: list[Request], key: str | None) -> list[str]:
    """Return the keys in the requests that belong to nobody."""
    shown = {one for request in requests for one in answers.keys_in(request)}
    return [one for one in shown if one != key and "llmdoctor" not in one]
