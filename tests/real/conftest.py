"""Servers that nobody here wrote, started on loopback, and the two who are asked about them: the program and the SDK.

A server that is not installed is a skip that names it. `.ci/run` installs them all, so that nothing is skipped there.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from probes.demo_server.scenarios import made_up_key

Report = dict[str, Any]
START = 90.0  # seconds: LiteLLM imports half of PyPI, and a shared machine may be busy
RUN = 90.0  # the program's own deadline is 60
SDK = 5.0  # no answer that is meant to come takes half as long
FOREIGN = ("_API_KEY", "_AUTH_TOKEN", "_BASE_URL", "_API_BASE", "_PROXY", "_MODEL", "SSL_CERT_FILE", "SSL_CERT_DIR")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "real: starts a server that nobody here wrote (LiteLLM, aimock, nginx, tinyproxy, squid, dante, …)"
    )


@pytest.fixture(autouse=True)
def outside_of_every_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def own_environment() -> dict[str, str]:
    """The environment without the settings of this machine's owner."""
    return {name: value for name, value in os.environ.items() if not name.upper().endswith(FOREIGN)}


# -- servers -----------------------------------------------------------------------------------------------------------


_given: set[int] = set()  # the system may offer a port again as soon as it is let go


def _free_port() -> int:
    while True:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            port = int(sock.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A port on loopback that nobody listens on."""
    return _free_port


@contextmanager
def _serving(
    argv: Sequence[str | Path], port: int, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[Path]:
    log = folder / "server.log"
    with log.open("wb") as noise:
        process = subprocess.Popen(
            [str(word) for word in argv],
            stdin=subprocess.DEVNULL,
            stdout=noise,
            stderr=subprocess.STDOUT,
            env={**own_environment(), **(environment or {})},
            cwd=folder,
        )
    try:
        end = time.monotonic() + START
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"{argv[0]} does not come up:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.05)
        yield log
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[Path]]:
    """``with serving(argv, port, folder, environment) as log``: a server that listens, and ends with the context."""
    return _serving


@pytest.fixture(scope="session")
def installed() -> Callable[[str, str], str]:
    """The path of a program of the operating system; a skip that says how to get it where it is missing."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
        if path is None:
            pytest.skip(f"{name} is not installed (Debian: apt-get install {package}; .ci/run does it)")
        return path

    return find


@pytest.fixture(scope="session")
def fetched(pytestconfig: pytest.Config) -> Callable[[str, str, str], Path]:
    """What `.ci/run` put below ``.cache/``, or what a variable names; a skip that says how to get it otherwise."""

    def find(variable: str, place: str, recipe: str) -> Path:
        path = Path(os.environ.get(variable) or pytestconfig.rootpath / ".cache" / place)
        if not path.exists():
            pytest.skip(f"no {path}: {recipe}, or set {variable}; .ci/run does it")
        return path

    return find


@pytest.fixture
def html_faults(
    fetched: Callable[[str, str, str], Path], installed: Callable[[str, str], str], tmp_path: Path
) -> Callable[..., dict[str, Any]]:
    """``html_faults(rules)``: what html-validate says of the pages in the test's folder, by page; none that is sound."""
    installed("node", "nodejs")
    program = fetched(
        "LLMDOCTOR_HTML_VALIDATE",
        "node/node_modules/.bin/html-validate",
        "html-validate comes from npm (npm install --prefix .cache/node html-validate)",
    )

    def read(rules: Mapping[str, str]) -> dict[str, Any]:
        settings = {"root": True, "extends": ["html-validate:recommended", "html-validate:a11y"], "rules": rules}
        (tmp_path / ".htmlvalidate.json").write_text(json.dumps(settings))
        pages = sorted(path.name for path in tmp_path.glob("*.html"))
        argv = [str(program), "--formatter", "json", *pages]
        done = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path, timeout=120)
        return {Path(page["filePath"]).name: page["messages"] for page in json.loads(done.stdout)}

    return read


# -- the two who are asked ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One set of settings, as the program and the SDK get it."""

    base_url: str
    key: str
    model: str | None
    protocol: str
    ca_bundle: Path | None
    environment: Mapping[str, str]

    def report(self, folder: Path, options: Sequence[str]) -> Report:
        """What the program says, as users run it; nothing of what it writes may hold the key."""
        saved = folder / "run.json"
        argv = [*_program(), "check", self.base_url, "--protocol", self.protocol, "--json", "--save", str(saved)]
        argv += ["--model", self.model] if self.model else []
        argv += ["--ca-bundle", str(self.ca_bundle)] if self.ca_bundle else []
        argv += ["--key-env", "THE_KEY"] if self.key else []
        environment = {**own_environment(), "THE_KEY": self.key, "PYTHONIOENCODING": "utf-8", **self.environment}
        done = subprocess.run(
            [*argv, *options], capture_output=True, timeout=RUN, env=environment, cwd=folder, encoding="utf-8"
        )
        assert done.stdout.startswith("{"), f"no report; exit {done.returncode}: {done.stderr[-600:]}"
        for text in (done.stdout, done.stderr, saved.read_text(encoding="utf-8")):
            shown = [self.key[at : at + 12] for at in range(3, len(self.key) - 11) if self.key[at : at + 12] in text]
            assert not shown, "the key is shown"
        report: Report = json.loads(done.stdout)
        assert done.returncode == (1 if report["verdict"] == "broken" else 0), done.stderr
        return report

    def answered(self) -> bool:
        """Whether the official SDK gets a text, whole and streamed."""
        try:
            return all(self._openai() if self.protocol == "openai" else self._anthropic())
        except Warning:
            raise
        except Exception:  # the SDKs let through what httpx and the JSON parser raise, and fall over None
            return False

    def _openai(self) -> Iterator[str]:
        http = (
            openai.DefaultHttpxClient(verify=ssl.create_default_context(cafile=self.ca_bundle))
            if self.ca_bundle
            else None
        )
        with openai.OpenAI(
            base_url=self.base_url, api_key=self.key, max_retries=0, timeout=SDK, http_client=http
        ) as sdk:
            ask: Any = {"model": self.model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 16}
            yield sdk.chat.completions.create(**ask).choices[0].message.content or ""
            parts = [chunk.choices for chunk in sdk.chat.completions.create(**ask, stream=True)]
            yield "".join(choices[0].delta.content or "" for choices in parts if choices)

    def _anthropic(self) -> Iterator[str]:
        with anthropic.Anthropic(base_url=self.base_url, api_key=self.key, max_retries=0, timeout=SDK) as sdk:
            ask: Any = {"model": self.model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 16}
            yield sdk.messages.create(**ask).content[0].text
            events = list(sdk.messages.create(**ask, stream=True))
            yield "".join(event.delta.text for event in events if event.type == "content_block_delta")


def _program() -> list[str]:
    name = Path(sysconfig.get_path("scripts"), "llmdoctor" + (".exe" if sys.platform == "win32" else ""))
    return [str(name)] if name.exists() else [sys.executable, "-m", "diagnose"]


@pytest.fixture(scope="session")
def program() -> list[str]:
    """The command itself, as users run it."""
    return _program()


@pytest.fixture
def diagnose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """The program's report on the settings, after the SDK was seen to agree: broken is what the SDK fails with.

    ``differs`` says why the two are not compared. ``environment`` is what both are run in, besides their settings.
    """

    def ask(
        base_url: str,
        key: str,
        model: str | None = None,
        *options: str,
        protocol: str = "openai",
        ca_bundle: Path | None = None,
        environment: Mapping[str, str] | None = None,
        differs: str = "",
    ) -> Report:
        for name, value in (environment or {}).items():
            monkeypatch.setenv(name, value)
        asked = Asked(base_url, key, model, protocol, ca_bundle, environment or {})
        report = asked.report(tmp_path, options)
        if not differs:
            broken = report["verdict"] == "broken"
            answered = asked.answered()
            gc.collect()  # httpcore leaves its socket to the collector where a SOCKS proxy refuses
            assert answered is not broken, f"the SDK sees it otherwise than {report['root_cause']}"
        return report

    return ask


@pytest.fixture(scope="session")
def key() -> str:
    """The key that every server here takes."""
    return made_up_key()


@pytest.fixture(scope="session")
def wrong_key() -> str:
    """A key of the same kind that none of them knows."""
    return made_up_key()
