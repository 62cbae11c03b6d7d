"""Servers by other projects, started on loopback, and the two programs that are compared on them: llmdoctor and the
SDK.

If a server is not installed, the test is skipped with its name. `.ci/run` installs them all, so nothing is skipped
there.
"""

from __future__ import annotations

import contextlib
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
from unittest.mock import patch

import anthropic
import openai
import pytest
from click.testing import CliRunner

from diagnose.cli import program as llmdoctor
from probes.demo_server.scenarios import made_up_key

Report = dict[str, Any]
START = 90.0  # seconds: LiteLLM imports a great many packages, and a shared machine may be busy
RUN = 90.0  # seconds; the program's own deadline is 60
SDK = 5.0  # seconds; no expected answer takes half as long
FOREIGN = ("_API_KEY", "_AUTH_TOKEN", "_BASE_URL", "_API_BASE", "_PROXY", "_MODEL", "SSL_CERT_FILE", "SSL_CERT_DIR")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "real: starts a server that nobody here wrote (LiteLLM, Portkey, llama.cpp, Envoy, nginx, squid, dante, …)",
    )


@pytest.fixture(autouse=True)
def outside_of_every_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def own_environment() -> dict[str, str]:
    """Return the environment without the settings of this machine's owner."""
    return {name: value for name, value in os.environ.items() if not name.upper().endswith(FOREIGN)}


# -- servers -----------------------------------------------------------------------------------------------------------


_given: set[int] = set()  # the system may offer a port again as soon as it is released


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
    """Return a loopback port that nobody listens on."""
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
    """Yield ``serving(argv, port, folder, environment)``, a context manager that starts a server, yields its log and
    stops it.
    """
    return _serving


@pytest.fixture(scope="session")
def installed() -> Callable[[str, str], str]:
    """Return a function that finds a program of the operating system, or skips the test and says how to install it."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
        if path is None:
            pytest.skip(f"{name} is not installed (Debian: apt-get install {package}; .ci/run does it)")
        return path

    return find


@pytest.fixture(scope="session")
def fetched(pytestconfig: pytest.Config) -> Callable[[str, str, str], Path]:
    """Return a function that finds what `.ci/run` put below ``.cache/`` or what a variable names, or skips the test and
    says how to get it.
    """

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
    """Return ``html_faults(rules)``, which yields what html-validate reports of the pages in the test's folder, by
    page; valid pages are left out.
    """
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


# -- llmdoctor and the SDK ---------------------------------------------------------------------------------------------

Called = Callable[[Sequence[str], Mapping[str, str], Path], tuple[int, str, str]]  # -> exit status and both outputs


def _as_users_do(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Call the program as a process."""
    done = subprocess.run(
        [*_program(), *argv], capture_output=True, timeout=RUN, env=environment, cwd=folder, encoding="utf-8"
    )
    return done.returncode, done.stdout, done.stderr


def _in_this_process(argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> tuple[int, str, str]:
    """Call the program without a process of its own, whose start takes five times as long as a check."""
    with contextlib.chdir(folder), patch.dict(os.environ, environment, clear=True):
        done = CliRunner().invoke(llmdoctor, argv, prog_name="llmdoctor")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


_started: set[Path] = set()  # the files of tests whose first check has run as a process


@pytest.fixture
def called(request: pytest.FixtureRequest) -> Called:
    """Return how to call the program: as users do for the first check of each file, in this process for the others."""
    first = request.path not in _started
    _started.add(request.path)
    return _as_users_do if first else _in_this_process


@dataclass(frozen=True)
class Asked:
    """One set of settings, as the program and the SDK receive it."""

    base_url: str
    key: str
    model: str | None
    protocol: str
    ca_bundle: Path | None
    environment: Mapping[str, str]

    def report(self, folder: Path, options: Sequence[str], called: Called) -> Report:
        """Return the program's report; assert that nothing it writes contains the key."""
        saved = folder / "run.json"
        argv = ["check", self.base_url, "--protocol", self.protocol, "--json", "--save", str(saved)]
        argv += ["--model", self.model] if self.model else []
        argv += ["--ca-bundle", str(self.ca_bundle)] if self.ca_bundle else []
        argv += ["--key-env", "THE_KEY"] if self.key else []
        environment = {**own_environment(), "THE_KEY": self.key, "PYTHONIOENCODING": "utf-8", **self.environment}
        status, out, err = called([*argv, *options], environment, folder)
        assert out.startswith("{"), f"no report; exit {status}: {err[-600:]}"
        for text in (out, err, saved.read_text(encoding="utf-8")):
            shown = [self.key[at : at + 12] for at in range(3, len(self.key) - 11) if self.key[at : at + 12] in text]
            assert not shown, "the key is shown"
        report: Report = json.loads(out)
        assert status == (1 if report["verdict"] == "broken" else 0), err
        return report

    def answered(self) -> bool:
        """Check whether the official SDK gets a text, both whole and streamed."""
        try:
            return all(self._openai() if self.protocol == "openai" else self._anthropic())
        except Warning:
            raise
        except Exception:  # the SDKs do not wrap what httpx and the JSON parser raise, and fail on None
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
    """Return the command as users run it."""
    return _program()


@pytest.fixture
def diagnose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: Called) -> Callable[..., Report]:
    """Return a function that gives the program's report on settings, after checking it against the SDK: the verdict is
    broken exactly if the SDK fails.

    ``differs`` says why the two are not compared. ``environment`` is set for both, in addition to the settings.
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
        report = asked.report(tmp_path, options, called)
        if not differs:
            broken = report["verdict"] == "broken"
            answered = asked.answered()
            gc.collect()  # httpcore leaves its socket to the garbage collector if a SOCKS proxy refuses
            assert answered is not broken, f"the SDK sees it otherwise than {report['root_cause']}"
        return report

    return ask


@pytest.fixture(scope="session")
def key() -> str:
    """Return the key that every server here accepts."""
    return made_up_key()


@pytest.fixture(scope="session")
def wrong_key() -> str:
    """Return a key of the same shape that no server here accepts."""
    return made_up_key()
