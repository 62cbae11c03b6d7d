"""Compare the headers that the official SDKs take from the environment, Python's and Node's, with those of a check.

Each client calls a practice door once with the variables of a case and once without; what differs is what it took from
them. The check for the same client (``--app``) must send the same, or say that the client cannot send it.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from diagnose.judging.judge import judge
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, PracticeDoor, Request
from probes.run.engine import run
from probes.settings.gather import Options, gather

pytestmark = pytest.mark.real

PYTHON, NODE = ("openai-sdk", "anthropic-sdk"), ("openai-node", "anthropic-node")
MODELS = {"openai": answers.MODELS[0], "anthropic": answers.CLAUDES[0]}
_RUNNERS = Path(__file__).parent

# Headers that differ from request to request.
_VARYING = {"host", "content-length", "user-agent", "connection", "accept", "accept-encoding", "content-type"}

CASES: dict[str, dict[str, str]] = {
    "account": {"OPENAI_ORG_ID": "org-1", "OPENAI_PROJECT_ID": "proj_1"},
    "empty": {
        "OPENAI_ORG_ID": "",
        "OPENAI_PROJECT_ID": "",
        "OPENAI_CUSTOM_HEADERS": "",
        "ANTHROPIC_CUSTOM_HEADERS": "",
    },
    "spaces": {"OPENAI_ORG_ID": "org-1 "},
    "custom": {
        "OPENAI_CUSTOM_HEADERS": "cf-aig-authorization: Bearer t\n X-B :v\nbad\nX-E:\r\nX-F: a:b",
        "ANTHROPIC_CUSTOM_HEADERS": "X-A: 1\r\nX-D: 2\n\nX-G",
    },
    "custom over account": {"OPENAI_CUSTOM_HEADERS": "OpenAI-Organization: org-2", "OPENAI_ORG_ID": "org-1"},
    "custom over the protocol": {"ANTHROPIC_CUSTOM_HEADERS": "anthropic-version: 2023-01-01\nanthropic-beta: b-1"},
    "custom over the key": {
        "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer other",
        "ANTHROPIC_CUSTOM_HEADERS": "authorization: Bearer other",
    },
    "not read": {
        "OPENAI_ORGANIZATION": "org-1",
        "OPENAI_PROJECT": "p",
        "ANTHROPIC_BETAS": "b-1",
        "OPENAI_HEADERS": "X: 1",
    },
}


def _is_of(request: Request, client: str) -> bool:
    """Check whether a generation request was sent by this client, or by a check for it."""
    path = "/messages" if client.startswith("anthropic") else "/chat/completions"
    ours = request.header("user-agent").startswith("llmdoctor")
    theirs = request.header("x-stainless-lang") == ("js" if client in NODE else "python")
    return request.method == "POST" and request.path.endswith(path) and (ours or theirs)


def _taken(requests: list[Request], client: str) -> dict[str, str] | None:
    """Return the headers of the client's request; None if it sent none."""
    found = next((one for one in requests if _is_of(one, client)), None)
    if found is None:
        return None
    given = {name.lower(): value for name, value in found.headers}
    return {name: value for name, value in given.items() if name not in _VARYING and "stainless" not in name}


def _relay() -> Callable[[Request], Answer]:
    """Accept any key, and answer in both protocols."""
    openai, anthropic = b.openai(), b.anthropic()
    return lambda request: (anthropic if request.path.endswith("/messages") else openai)(request)


@pytest.fixture(scope="module")
def sent(
    fetched: Callable[[str, str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, Mapping[str, str]], dict[str, str] | None]]:
    """Yield a function that returns the headers that a client sends with these variables; None: nothing was sent."""
    sdks = fetched("LLMDOCTOR_NODE_SDKS", "node-sdks/node_modules", "Node and its SDKs need a separate folder")
    folder = tmp_path_factory.mktemp("headers")
    node = [str(sdks / "node/bin/node"), str(_RUNNERS / "ask_sdks.cjs"), str(sdks), str(folder)]
    python = [sys.executable, str(_RUNNERS / "ask_sdks.py")]
    foreign = ("OPENAI_", "ANTHROPIC_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    clean = {name: value for name, value in os.environ.items() if not name.upper().startswith(foreign)}
    known: dict[tuple[bool, str], list[Request]] = {}

    def headers(client: str, variables: Mapping[str, str]) -> dict[str, str] | None:
        place = client in NODE, json.dumps(variables, sort_keys=True)
        if place not in known:
            with PracticeDoor(_relay()) as door:
                world = {"name": "one", "origin": door.url, "environment": {}, "key": "sk-x", "models": MODELS}
                argv = node if client in NODE else python
                done = subprocess.run(
                    argv,
                    input=json.dumps([world]),
                    capture_output=True,
                    encoding="utf-8",
                    env={**clean, **variables},
                    cwd=folder,
                    timeout=120,
                )
                assert done.returncode == 0, done.stderr[-1000:]
                known[place] = list(door.requests)
        return _taken(known[place], client)

    yield headers


@pytest.mark.parametrize("client", (*PYTHON, *NODE))
@pytest.mark.parametrize("case", CASES)
def test_the_check_sends_what_the_client_takes_from_its_variables(
    case: str, client: str, sent: Callable[[str, Mapping[str, str]], dict[str, str] | None]
) -> None:
    variables, plain = CASES[case], sent(client, {})
    theirs = sent(client, variables)
    assert plain is not None
    protocol = client.partition("-")[0]
    with PracticeDoor(_relay()) as door:
        target = door.url + "/v1" * (protocol == "openai")
        options = Options(target=target, key="sk-x", app=client, model=MODELS[protocol])
        evidence = asyncio.run(run(gather(options, variables, Path.cwd()), version="0"))
        ours = _taken(door.requests, client)
    assert ours is not None
    report = judge(evidence)
    if theirs is None:  # the client failed before it sent anything
        assert report.root_cause == "http.header_rejected"
        return
    assert report.root_cause is None
    assert {name: value for name, value in ours.items() if plain.get(name) != value} == {
        name: value for name, value in theirs.items() if plain.get(name) != value
    }
