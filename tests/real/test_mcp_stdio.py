"""The installed `llmdoctor mcp` over standard input and output: with the official client, line by line, and in apps."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters

from probes.demo_server import practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from worlds.leaks import windows

KEY = made_up_key()
PROGRAMS = Path("programs/node_modules/.bin")


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(practice_doors.openai(KEY)) as found:
        yield found


def test_the_official_client_over_stdio(program: list[str], door: PracticeDoor, tmp_path: Path) -> None:
    """A hostile call, a question, progress and a result, in one session with either generation of the protocol."""
    questions, progress = list[str](), list[str]()

    async def answer(context: Any, params: Any) -> types.ElicitResult:
        questions.append(params.message)
        return types.ElicitResult(action="accept", content={"answer": "once"})

    async def tell(done: float, total: float | None, message: str | None) -> None:
        progress.append(message or "")

    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": door.url, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    command, *words = program
    server = StdioServerParameters(command=command, args=[*words, "mcp"], env=environ, cwd=tmp_path)

    async def work() -> list[types.CallToolResult]:
        async with Client(server, elicitation_callback=answer) as client:
            assert len((await client.list_tools()).tools) == 6
            refused = await client.call_tool("check", {"target": KEY})
            found = await client.call_tool("check", {}, progress_callback=tell)
            return [refused, found]

    refused, found = asyncio.run(work())
    assert refused.is_error and found.structured_content["root_cause"] == "url.version_missing"
    assert len(questions) == 1 and "Endpoint" in progress
    whole = refused.model_dump_json() + found.model_dump_json()
    assert not [piece for piece in windows(KEY[3:]) if piece in whole]


def start(program: list[str], *words: str, **environ: str) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*program, "mcp", *words], stdin=pipe, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", env=kept | environ
    )


def initialised(process: subprocess.Popen[str]) -> None:
    """Shake hands line by line."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    assert asked(process, "initialize", hello)["serverInfo"]["name"] == "llmdoctor"


def asked(process: subprocess.Popen[str], method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Send a request and return its result; what else comes in must be messages of the protocol too."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}) + "\n")
    process.stdin.flush()
    while True:
        message = json.loads(process.stdout.readline())
        assert message["jsonrpc"] == "2.0"
        if message.get("id") == 7:
            found: dict[str, Any] = message.get("result") or message["error"]
            return found


def test_nothing_but_the_protocol_is_on_standard_output(program: list[str]) -> None:
    process = start(program, "--lang", "zh", OPENAI_API_KEY=KEY)
    initialised(process)
    assert process.stdin is not None
    process.stdin.write(
        f"no JSON, but {KEY}\n" + json.dumps({"jsonrpc": "2.0", "method": "made/up", "params": {}}) + "\n"
    )
    wrong = asked(process, "tools/call", {"name": "check", "arguments": KEY})
    assert wrong["code"] == -32602
    result = asked(process, "tools/call", {"name": "check", "arguments": {"app": "claude-code", "depth": "offline"}})
    assert not result["isError"]
    rest, errors = process.communicate(timeout=20)
    assert process.returncode == 0 and rest == ""
    assert not [piece for piece in windows(KEY[3:]) if piece in errors + json.dumps([wrong, result])]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143)])
def test_a_signal_ends_it_without_a_traceback(program: list[str], number: int, status: int) -> None:
    process = start(program)
    initialised(process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == status and errors == ""


def test_a_client_that_goes_away_is_no_bug(program: list[str]) -> None:
    process = start(program)
    initialised(process)
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None
    process.stdout.close()
    with suppress(BrokenPipeError):
        process.stdin.write('{"jsonrpc": "2.0", "id": 8, "method": "tools/list"}\n')
        process.stdin.close()
    assert process.wait(20) == 0 and process.stderr.read() == ""
    process.stderr.close()


def test_without_the_extra_the_status_is_2(program: list[str], tmp_path: Path) -> None:
    """A folder on the path whose `mcp` cannot be found, as in an environment without the extra."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'mcp': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'mcp' else find(name, *more)\n",
        "utf-8",
    )
    process = start(program, PYTHONPATH=str(tmp_path))
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 2 and out == "" and "pip install 'llmdoctor-cli[mcp]'" in errors and len(errors) < 200


@pytest.mark.parametrize(
    ("app", "listing", "said"),
    [("claude", ("mcp", "list"), "Connected"), ("codex", ("mcp", "get", "llmdoctor"), "transport: stdio")],
)
def test_an_app_takes_the_entry_of_the_page(
    app: str, listing: tuple[str, ...], said: str, program: list[str], tmp_path: Path, fetched: Callable[..., Path]
) -> None:
    """Claude Code starts the server and lists it; Codex only reads the entry here."""
    command = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate folders") / PROGRAMS / app
    home = tmp_path / "home"
    (home / ".codex").mkdir(parents=True)
    environ = {**os.environ, "HOME": str(home), "CODEX_HOME": str(home / ".codex")}

    def run(*words: str) -> str:
        done = subprocess.run([command, *words], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("mcp", "add", "llmdoctor", "--", *program, "mcp")
    listed = run(*listing)
    assert "llmdoctor" in listed and said in listed
