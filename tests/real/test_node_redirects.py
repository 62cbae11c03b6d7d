"""Which headers the official Node SDKs keep when they are redirected to another origin, and what the program reports
about it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from diagnose.judging.judge import judge
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, Request
from probes.model.secret import Secret
from probes.model.settings import Settings, Sourced
from probes.model.source import option
from probes.run.engine import run

pytestmark = pytest.mark.real

STATUSES = (301, 302, 303, 307, 308)
CLIENTS = {"openai": "openai-node", "azure": "openai-node", "anthropic": "anthropic-node"}
MODELS = {"openai": answers.MODELS[0], "azure": "gpt-4o-mini", "anthropic": answers.CLAUDES[0]}
_RUNNER = Path(__file__).with_name("ask_redirected.cjs")


@pytest.fixture(scope="module")
def taken(
    key: str, fetched: Callable[[str, str, str], Path]
) -> Iterator[dict[tuple[str, int], tuple[str, list[Request]]]]:
    """Return, by (client, status), the address that redirects so and what the other origin received from the SDK."""
    sdks = fetched("LLMDOCTOR_NODE_SDKS", "node-sdks/node_modules", "Node and its SDKs need a separate folder")
    with ExitStack() as stack:
        strangers, origins = {}, {}
        for one in [(client, status) for client in CLIENTS for status in STATUSES]:
            strangers[one] = stack.enter_context(PracticeDoor(lambda _: answers.as_json({}, 404)))
            origins[one] = stack.enter_context(PracticeDoor(b.redirect(one[1], strangers[one].url))).url
        asked = [
            {"client": client, "origin": origins[client, status], "key": key, "model": MODELS[client]}
            for client, status in origins
        ]
        clean = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        argv = [str(sdks / "node/bin/node"), str(_RUNNER), str(sdks)]
        done = subprocess.run(argv, input=json.dumps(asked), capture_output=True, text=True, env=clean, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        yield {one: (origins[one], list(strangers[one].requests)) for one in origins}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("client", CLIENTS)
def test_the_report_predicts_what_the_client_sends(
    client: str, status: int, key: str, taken: dict[tuple[str, int], tuple[str, list[Request]]]
) -> None:
    origin, came = taken[client, status]
    given = Settings(
        base_url=Sourced(f"{origin}/v1" if client == "openai" else origin, option("test")),
        key=Sourced(Secret(key), option("test")),
        model=Sourced(MODELS[client], option("test")),
        protocol=Sourced(client, option("test")),
        app=CLIENTS[client],
    )
    report = judge(asyncio.run(run(given, version="0")))
    one = next(one for one in report.findings if one.code == "http.redirected")
    words = "\n".join((one.title, *one.evidence))
    assert report.root_cause == "http.redirected"
    assert ("follows no redirect" in words) is not came
    if came:
        assert ("makes a GET of the POST" in words) is (came[0].method == "GET")
        assert ("sends the key" in words) is bool(answers.keys_in(came[0]))
        assert ("leaves the key" in words) is not answers.keys_in(came[0])
        assert ("the question goes to" in words) is bool(came[0].body)
