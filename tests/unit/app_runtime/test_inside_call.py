"""Test the script inside a runtime, by a real Python with made-up packages, and what is read of its report."""

from __future__ import annotations

import asyncio
import json
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from diagnose.evidence.runtime_evidence import foreseen_fault
from probes.app_runtime import inside_python
from probes.app_runtime.inside_call import MOST, InsideWish, look_inside, read_report
from probes.demo_server import practice_doors
from probes.demo_server.answers import as_json
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.evidence import Subject
from probes.model.record import replace
from probes.model.runtime_facts import PYTHON, RuntimeFacts, RuntimeTarget
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import option
from probes.processes.child_process import ChildResult
from probes.run.engine import run

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts")
TARGET = RuntimeTarget(PYTHON, "python", shown=".venv/bin/python")
# An SDK that keeps what it was given, in the text of its exception.
OPENAI = """
class OpenAI:
    def __init__(self, **named):
        self.named, self.chat = named, self
        self.completions = self
    def create(self, **named):
        raise RuntimeError("called with %s and %s" % (sorted(self.named), sorted(named)))
"""


def wish(key: str = "", send: bool = True) -> InsideWish:
    body = {"model": "gpt-5-nano", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 16, "stream": False}
    url = "http://127.0.0.1:1/v1"
    return InsideWish(send, "openai", url, f"{url}/chat/completions", key, "bearer", body, (), ())


def look(target: RuntimeTarget, given: InsideWish, seconds: float = 5.0) -> RuntimeFacts:
    return asyncio.run(look_inside(target, "127.0.0.1", given, seconds))


def made(folder: Path, package: str = OPENAI) -> RuntimeTarget:
    """Make a virtual environment with an SDK."""
    venv.create(folder, symlinks=True)
    site = next(folder.glob("lib*/python*/site-packages"))
    (site / "openai.py").write_text(package, "utf-8")
    (site / "openai-9.9.dist-info").mkdir()
    (site / "openai-9.9.dist-info" / "METADATA").write_text("Name: openai\nVersion: 9.9\n", "utf-8")
    return RuntimeTarget(PYTHON, str(folder / "bin" / "python"), str(folder), ".venv/bin/python")


@POSIX
def test_the_sdk_of_the_runtime_is_called(tmp_path: Path) -> None:
    target = replace(made(tmp_path / "e"), environ=(("SSL_CERT_FILE", "/gone"), ("http_proxy", "http://u:pw@p:1")))
    found = look(target, wish("a key"))
    assert found.version == ".".join(map(str, sys.version_info[:3])) and found.openssl.startswith(
        ("OpenSSL", "LibreSSL")
    )
    assert found.call is not None and found.call.stage == "call" and not found.call.ok
    said = found.call.errors[0].text
    assert "'api_key', 'base_url', 'max_retries', 'timeout'" in said and "'extra_body', 'messages', 'model'" in said
    assert [(one.name, one.version) for one in found.packages if one.name == "openai"] == [("openai", "9.9")]
    assert found.roots[0].state == "missing" and dict(found.proxies)["http"] == "http://p:1"
    unsent = look(target, wish(send=False)).call
    assert unsent is not None and unsent.ok and unsent.stage == "create"


@POSIX
def test_a_package_that_uses_the_httpx_of_before_is_seen_by_its_version(tmp_path: Path) -> None:
    target = made(tmp_path / "e")
    site = next((tmp_path / "e").glob("lib*/python*/site-packages"))
    for name, version in (("anthropic", "2.14.0"), ("pydantic_ai_slim", "2.32.2")):
        (site / f"{name}-{version}.dist-info").mkdir()
        text = f"Name: {name.replace('_', '-')}\nVersion: {version}\n"
        (site / f"{name}-{version}.dist-info" / "METADATA").write_text(text, "utf-8")
    row = foreseen_fault(look(target, wish(send=False)))
    assert row is not None and row.id == "httpx2_client" and "pydantic-ai-slim" in row.install["*"]


@POSIX
def test_nothing_of_the_working_folder_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, work = made(tmp_path / "e"), tmp_path / "work"
    work.mkdir()
    for name in ("sitecustomize", "usercustomize", "json", "ssl", "openai", "typing"):
        (work / f"{name}.py").write_text(f"open({str(work / 'ran')!r}, 'w')\n", "utf-8")
    monkeypatch.chdir(work)
    found = look(replace(target, environ=(("PYTHONPATH", str(work)), ("HOME", str(work)))), wish(send=False))
    assert found.call is not None and found.call.ok and not (work / "ran").exists()


@POSIX
def test_the_key_goes_by_standard_input_alone(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text(
        f"#!{sys.executable}\nimport json, os, sys\ntext = sys.stdin.readline()\n"
        f"json.dump([sys.argv, dict(os.environ), text], open({str(tmp_path / 'seen')!r}, 'w'))\n",
        "utf-8",
    )
    program.chmod(0o700)
    key = made_up_key()
    look(RuntimeTarget(PYTHON, str(program), environ=(("PATH", "/bin"),)), wish(key))
    argv, environ, text = json.loads((tmp_path / "seen").read_text("utf-8"))
    assert key in text and key[8:20] not in json.dumps([argv, environ])
    assert key[8:20] not in repr(wish(key))


@POSIX
def test_a_broken_link_is_said(tmp_path: Path) -> None:
    (tmp_path / "python").symlink_to(tmp_path / "gone")
    found = look(RuntimeTarget(PYTHON, str(tmp_path / "python")), wish())
    assert found.problem == "start" and "No such file" in found.said


@pytest.mark.parametrize(
    ("ended", "problem", "said"),
    [
        (ChildResult(None, timed_out=True), "timeout", ""),
        (ChildResult(3, b"", b"Traceback\nImportError: oh"), "status", "ImportError: oh"),
        (ChildResult(0, b"m:{"), "output", "exit status 0"),
        (ChildResult(0, b"m:[]"), "output", "exit status 0"),
        (ChildResult(0, b'other:{"version": "3"}'), "output", "exit status 0"),
        (ChildResult(None, b"x" * MOST, overflowed=True), "output", "exit status None"),
        (ChildResult(0, b"m:" + b"[" * 100_000), "output", "exit status 0"),
    ],
)
def test_what_is_no_report(ended: ChildResult, problem: str, said: str) -> None:
    found = read_report(TARGET, ended, "m:")
    assert (found.problem, found.said) == (problem, said)


ODD = {
    "version": 3,
    "openssl": "x" * 10_000,
    "packages": {"openai": ["1"], "y" * 900: "2"},
    "roots": [1, {"name": "A"}, {"name": {}, "value": 1, "state": None}],
    "proxies": "all",
    "options": [["a"], ["b", "c", "d"], ["e", "f"], 7],
    "attempt_ms": 10**40,
    "strict": "yes",
    "ssl_errors": {"type": "x"},
    "call": {"sdk": 1, "ok": "true", "status": -5, "errors": [{"type": 1, "text": "t" * 5000}] * 500, "seconds": 1e300},
}


def test_an_odd_report_is_bounded_and_typed() -> None:
    found = read_report(TARGET, ChildResult(0, b"m:" + json.dumps(ODD).encode()), "m:")
    assert found.version == "" and len(found.openssl) == 120 and found.options == (("e", "f"),)
    assert found.attempt_ms == 0 and not found.strict and found.faults == ()
    assert found.call is not None and not found.call.ok and found.call.status == 0 and found.call.seconds == 0.0
    assert len(found.call.errors) == 40 and len(found.call.errors[0].text) == 600
    assert all(len(one.name) <= 120 for one in found.packages)


def test_a_chain_of_exceptions_ends() -> None:
    first, second = ValueError("a" * 9000), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    found = inside_python.chain(first)
    assert [one["type"] for one in found] == ["builtins.ValueError", "builtins.KeyError"]
    assert len(found[0]["text"]) == inside_python.TEXT


def test_the_protocols_sdk_is_chosen_before_httpx() -> None:
    def sdk(protocol: str, *installed: str) -> Any:
        return inside_python.sdk_of({"protocol": protocol}, dict.fromkeys(installed, "1"))

    assert sdk("responses", "httpx", "openai") == "openai"
    assert sdk("gemini", "httpx", "httpx2", "openai") == "httpx2"
    assert sdk("anthropic", "openai") == ""


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
def test_the_key_follows_no_redirect_to_another_host(library: str) -> None:
    pytest.importorskip(library)
    key = made_up_key()
    with PracticeDoor(practice_doors.openai(key)) as foreign:
        leads = as_json({}, 307, ("Location", f"{foreign.url}/v1/chat/completions"))
        with PracticeDoor(lambda request: leads) as door:
            url = f"{door.url}/v1"
            asked = {"url": url, "request_headers": [["x-api-key", key]], "body": {}, "timeout": 5.0, "send": True}
            call = inside_python.make_call(asked, library)
        assert len(door.requests) == 1 and foreign.requests == []
    assert not call["ok"] and "redirected to another host" in call["errors"][0]["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="the interpreter is a script with a #! line")
def test_a_runtime_that_hangs_keeps_the_deadline_of_a_run_offline(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nsleep 60\n", "utf-8")
    program.chmod(0o755)
    given = Settings(
        base_url=Sourced("http://127.0.0.1:9/v1", option("--base-url")),
        offline=True,
        limits=Limits(run=0.1),
        runtime=RuntimeTarget(PYTHON, str(program), str(tmp_path), source=option("--runtime")),
    )
    evidence = asyncio.run(run(given))
    found = evidence.one(RuntimeFacts, Subject.RUNTIME)
    assert found is not None and found.problem == "timeout"
    assert evidence.seconds < 15, "it would be 20 s"
