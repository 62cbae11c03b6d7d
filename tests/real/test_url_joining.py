"""The address that `llmdoctor` predicts is the address that the real client calls.

Every client that can be installed here is pointed at a recording server, with every base URL of the doors' data and
with those that people write: with slashes, endpoints, queries and fragments. Each request has a unique key, which
identifies it. Clients that cannot run here are compared with their documented joins in tests/unit/catalog/test_apps.py.
"""

from __future__ import annotations

import json
import os
import re
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from probes.catalog.apps import load
from probes.catalog.doors import builtin
from probes.catalog.url_joining import join

pytestmark = pytest.mark.real
HERE = Path(__file__).parent / "clients"
BODY = json.dumps({"error": {"message": "recorded", "type": "invalid_request_error", "code": "recorded"}}).encode()
ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
)
# Which model each driver requests if the address names it, and how to read a key from the header that carries it.
MODELS = {"litellm": "gemini-2.0-flash", "google-genai": "gemini-2.0-flash", "gemini-cli": "gemini-2.5-flash"}
HEADERS = {"authorization": "bearer", "x-api-key": "x-api-key", "x-goog-api-key": "x-goog-api-key"}

PATHS = sorted({re.sub(r"\{\w+\}", "mine", endpoint.path) for door in builtin() for endpoint in door.endpoints})
TAILS = (
    "/",
    "//",
    "/chat/completions",
    "/messages",
    "/responses",
    "/v1",
    "#",
    "#top",
    "?x=1",
    "?a=1&b=2",
    ",",
    "/v1/v1",
)
MISTAKES = tuple(path + tail for path in ("", "/v1") for tail in TAILS)
ODD = ("//v1", "/my v1", "/中文/v1", "/a/../v1", "/./v1", "/v1%20")
ENDINGS = (*PATHS, *(path + "/" for path in PATHS[1::7]), *(one for one in MISTAKES if one not in PATHS), *ODD)
# For programs that start once per request: one base URL of every shape.
FEW = ("", "/", "/v1", "/v1/", "/api/v3", "/v1/chat/completions", "/v1?x=1")

_tally: Counter[str] = Counter()


class Case(NamedTuple):
    app: str
    protocol: str
    number: int
    base_url: str


class Asked(NamedTuple):
    target: str
    auth: tuple[str, ...]
    version: str


class Recorder(socketserver.ThreadingTCPServer):
    """A server that answers every request with 400, which no client retries, and records the request by its key."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: dict[int, list[Asked]] = {}
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._lock = threading.Lock()
        self._numbers = 0

    def note(self, number: int, asked: Asked) -> None:
        with self._lock:
            self.asked.setdefault(number, []).append(asked)

    def cases(self, app: str, protocol: str, endings: Sequence[str]) -> list[Case]:
        with self._lock:
            first, self._numbers = self._numbers, self._numbers + len(endings)
        return [Case(app, protocol, first + at, self.url + ending) for at, ending in enumerate(endings)]


class _Handler(socketserver.StreamRequestHandler):
    server: Recorder

    def handle(self) -> None:
        self.connection.settimeout(10)
        try:
            method, target, _ = self.rfile.readline(65536).decode("latin-1").split(" ", 2)
            headers: dict[str, str] = {}
            while line := self.rfile.readline(65536).decode("latin-1").strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            self.rfile.read(int(headers.get("content-length", 0)))
            self.wfile.write(ANSWER % len(BODY) + BODY)
        except (OSError, ValueError):
            return
        key = re.search(r"sk-case-(\d+)", " ".join(headers.get(name, "") for name in HEADERS))
        if method == "POST" and key:
            auth = tuple(way for name, way in HEADERS.items() if "sk-case-" in headers.get(name, ""))
            self.server.note(int(key[1]), Asked(target, auth, headers.get("anthropic-version", "")))


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def environment(home: Path) -> dict[str, str]:
    """Return an environment without anything of this machine's owner, and without anything that would call the
    internet.
    """
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG", "TMPDIR") if name in os.environ}
    home.mkdir(parents=True, exist_ok=True)
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "NO_PROXY": "*",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_MODE": "PRODUCTION",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    }


# This client leaves the header to the SDK beside it, which is the elder one in the environment here.
BESIDE = {"langchain-anthropic": "anthropic-sdk-0"}


def as_foretold(recorder: Recorder, cases: Sequence[Case]) -> None:
    """Assert that each client sent the predicted request, with a header that its row names; or nothing, if nothing was
    predicted.
    """
    wrong = []
    for case in cases:
        app = load().get(case.app)
        assert app is not None
        wire = app.wire(case.protocol)
        assert wire is not None
        model = MODELS.get(case.app, "gpt-4o")
        address = join(app, wire, case.base_url, model)
        foretold = address.removeprefix(recorder.url) if address is not None else None
        asked = recorder.asked.get(case.number, [])
        targets = {one.target for one in asked}
        if targets != ({foretold} if foretold is not None else set()):
            wrong.append(f"{case.app}, {case.protocol}, {case.base_url}: foretold {foretold}, asked {targets}")
        sdk = load().get(BESIDE.get(case.app, case.app))
        wire = (sdk.wire(case.protocol) if sdk is not None else None) or wire
        for one in asked:
            if not set(one.auth) <= set(wire.auth) or (case.protocol == "anthropic" and one.version != wire.version):
                wrong.append(
                    f"{case.app}, {case.protocol}: sent {one.auth} {one.version}, not {wire.auth} {wire.version}"
                )
        _tally[case.app] += foretold is not None and targets == {foretold}
        _tally["in all"] += 1
    assert wrong == []


def driven(
    recorder: Recorder, program: Sequence[str], apps: Sequence[str], endings: Sequence[str], env: dict[str, str]
) -> None:
    """Run all cases of these apps in one process, and return which of the apps it has."""
    known = [app for name in apps if (app := load().get(name)) is not None]
    cases = [
        case
        for app in known
        for wire in app.wires
        if not wire.switches  # the tests of the clouds run those
        if (app.id, wire.protocol) not in UNASKED
        for case in recorder.cases(app.id, wire.protocol, endings)
    ]
    done = subprocess.run(
        program, input=json.dumps(cases), capture_output=True, text=True, timeout=300, env=env, cwd=env["HOME"]
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert set(json.loads(done.stdout.splitlines()[-1])) >= set(apps), "a client is not installed"
    as_foretold(recorder, cases)


# Azure's SDK is a separate class, compared with the real one in tests/worlds/test_sdk_agreement.py.
UNASKED = {("openai-sdk", "azure")}
PYTHON = str(HERE / "python_clients.py")


def test_the_newest_sdks(recorder: Recorder, tmp_path: Path) -> None:
    apps = ("openai-sdk", "anthropic-sdk", "google-genai", "ollama-python")
    driven(recorder, (sys.executable, PYTHON), apps, ENDINGS, environment(tmp_path / "home"))


ELDER = ("openai-sdk-1", "anthropic-sdk-0", "langchain-openai", "langchain-anthropic", "llama-index")
VENVS = {
    "elder": (ELDER, ENDINGS),
    "shell-gpt": (("shell-gpt",), FEW),
    "litellm": (("litellm",), ENDINGS),
    "llm": (("llm",), ENDINGS),
    "aider": (("aider",), FEW[2:3]),
}


SHARED = {"shell-gpt": "elder"}  # it needs an openai below 3


@pytest.mark.parametrize("name", VENVS)
def test_python_clients(
    recorder: Recorder, tmp_path: Path, fetched: Callable[[str, str, str], Path], name: str
) -> None:
    if name == "litellm":
        folder = fetched("LLMDOCTOR_LITELLM", "litellm/bin/litellm", "LiteLLM needs a separate environment").parent
    else:
        clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate environments")
        folder = clients / SHARED.get(name, name) / "bin"
    apps, endings = VENVS[name]
    driven(recorder, (str(folder / "python"), PYTHON), apps, endings, environment(tmp_path / "home"))


NODES = {
    "node": ("openai-node", "anthropic-node", "genai-node", "ai-sdk"),
    "node-elder": ("openai-node-6", "anthropic-node-0", "genai-node-2"),
}


@pytest.mark.parametrize("name", NODES)
def test_node_clients(recorder: Recorder, tmp_path: Path, fetched: Callable[[str, str, str], Path], name: str) -> None:
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders")
    env = environment(tmp_path / "home") | {"LLMDOCTOR_NODE_CLIENTS": str(clients / name)}
    node = clients / "node" / "node_modules" / ".bin" / "node"  # openai-node 7 needs a newer Node than Debian has
    driven(recorder, (str(node), str(HERE / "node_clients.mjs")), NODES[name], ENDINGS, env)


# -- programs that start once per request ------------------------------------------------------------------------------

Start = tuple[list[str], dict[str, str]]  # the command, and its environment


def _claude(case: Case, home: Path) -> Start:
    env = {"ANTHROPIC_BASE_URL": case.base_url, "ANTHROPIC_API_KEY": f"sk-case-{case.number}"}
    return ["claude", "-p", "hi", "--model", "gpt-4o"], env


def _codex(case: Case, home: Path) -> Start:
    folder = home / ".codex"
    folder.mkdir()
    folder.joinpath("config.toml").write_text(
        'model = "gpt-4o"\nmodel_provider = "mine"\n[model_providers.mine]\nname = "mine"\nenv_key = "MY_KEY"\n'
        f"base_url = {json.dumps(case.base_url)}\nrequest_max_retries = 0\nstream_max_retries = 0\n"
    )
    return ["codex", "exec", "--skip-git-repo-check", "hi"], {"MY_KEY": f"sk-case-{case.number}"}


def _gemini(case: Case, home: Path) -> Start:
    folder = home / ".gemini"
    folder.mkdir()
    folder.joinpath("settings.json").write_text(
        json.dumps(
            {"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": False}}
        )
    )
    env = {"GEMINI_API_KEY": f"sk-case-{case.number}", "GOOGLE_GEMINI_BASE_URL": case.base_url}
    return ["gemini", "-p", "hi", "-m", MODELS["gemini-cli"]], env


def _qwen(case: Case, home: Path) -> Start:
    name = case.protocol.upper()
    env = {f"{name}_API_KEY": f"sk-case-{case.number}", f"{name}_BASE_URL": case.base_url, f"{name}_MODEL": "gpt-4o"}
    return ["qwen", "--auth-type", case.protocol, "-p", "hi"], env


def _opencode(case: Case, home: Path) -> Start:
    package = {"openai": "openai-compatible", "anthropic": "anthropic", "responses": "openai"}[case.protocol]
    folder = home / ".config" / "opencode"
    folder.mkdir(parents=True)
    options = {"baseURL": case.base_url, "apiKey": f"sk-case-{case.number}"}
    provider = {"npm": f"@ai-sdk/{package}", "options": options, "models": {"gpt-4o": {}}}
    folder.joinpath("opencode.json").write_text(
        json.dumps({"model": "mine/gpt-4o", "small_model": "mine/gpt-4o", "provider": {"mine": provider}})
    )
    return ["opencode", "run", "hi"], {}


PROGRAMS: dict[str, tuple[Callable[[Case, Path], Start], Sequence[str]]] = {
    "claude-code": (_claude, FEW),
    "codex": (_codex, FEW),
    "gemini-cli": (_gemini, FEW[1:3]),
    "qwen-code": (_qwen, FEW[3:4]),
    "opencode": (_opencode, FEW[3:4]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(recorder: Recorder, tmp_path: Path, fetched: Callable[[str, str, str], Path], name: str) -> None:
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders")
    folder, nodes = clients / "programs", clients / "node" / "node_modules" / ".bin"
    app = load().get(name)
    assert app is not None
    prepare, endings = PROGRAMS[name]

    def ask(case: Case) -> None:
        home = tmp_path / str(case.number)
        env = environment(home)
        (program, *arguments), own = prepare(case, home)
        path = folder / "node_modules" / ".bin" / program
        assert path.exists(), f"{program} is not installed"
        (home / "work").mkdir()
        try:
            subprocess.run(
                [str(path), *arguments],
                env=env | own | {"PATH": f"{nodes}{os.pathsep}{env['PATH']}"},
                cwd=home / "work",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=60,
            )
        except subprocess.TimeoutExpired:
            pytest.fail(f"{program} does not end for {case.base_url}")

    wires = [wire for wire in app.wires if not wire.switches]  # the tests of the clouds run those
    cases = [case for wire in wires for case in recorder.cases(name, wire.protocol, endings)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(ask, cases))
    as_foretold(recorder, cases)


def test_how_many(record_property: Callable[[str, object], None]) -> None:
    """Record how many pairs of a client and a base URL were predicted correctly in this run."""
    record_property("foretold", dict(_tally))
    asked = sum(count for name, count in _tally.items() if name != "in all")
    assert asked <= _tally["in all"]
    print(f"\n{_tally['in all']} pairs of client and base URL were foretold right, {asked} of them asked something:")
    print(", ".join(f"{name} {count}" for name, count in sorted(_tally.items()) if name != "in all"))
