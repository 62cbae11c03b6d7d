"""dante and microsocks between the program and a working door: SOCKS as proxy programs and jump hosts speak it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"),
]
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]


@dataclass(frozen=True)
class Scene:
    """A working door, the CA that signed its certificate, and SOCKS servers: an open one, one with a password, and one
    that blocks a port.
    """

    door: PracticeDoor
    plain: PracticeDoor
    root: Path
    ports: dict[str, int]
    blocked: int

    @property
    def url(self) -> str:
        return f"https://localhost:{self.door.port}/v1"

    def proxy(self, name: str, scheme: str = "socks5", user: str = "") -> str:
        return f"{scheme}://{user}127.0.0.1:{self.ports[name]}"


@pytest.fixture(scope="module")
def scene(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    dante, micro = installed("danted", "dante-server"), installed("microsocks", "microsocks")
    with ExitStack() as stack:
        root = stack.enter_context(authority())
        door = stack.enter_context(PracticeDoor(b.openai(key), tls=root.context()))
        plain = stack.enter_context(PracticeDoor(b.openai(key)))
        ports = {name: free_port() for name in ("dante", "open", "locked")}
        blocked = free_port()
        folder = tmp_path_factory.mktemp("socks")
        config = folder / "danted.conf"
        config.write_text(
            f"logoutput: stderr\ninternal: 127.0.0.1 port = {ports['dante']}\nexternal: lo\n"
            "clientmethod: none\nsocksmethod: none\n"
            "client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }\n"
            f"socks block {{ from: 0.0.0.0/0 to: 127.0.0.1/32 port = {blocked} }}\n"
            "socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 protocol: tcp }\n"
        )
        stack.enter_context(serving([dante, "-N", "1", "-f", config], ports["dante"], folder))
        for name, more in (("open", []), ("locked", ["-u", "staff", "-P", "made-up"])):
            argv = [micro, "-i", "127.0.0.1", "-p", str(ports[name]), *more]
            stack.enter_context(serving(argv, ports[name], folder))
        yield Scene(door, plain, root.ca_pem, ports, blocked)


@pytest.mark.parametrize("server", ["dante", "open"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_sound_door_through_it(scene: Scene, key: str, diagnose: Diagnose, server: str, scheme: str) -> None:
    proxy = scene.proxy(server, scheme)
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment={"ALL_PROXY": proxy})
    assert (report["verdict"], report["vantage"]["proxy"]) == ("degraded", proxy)
    (warning,) = report["findings"]
    assert (warning["code"], warning["severity"]) == ("proxy.socks_unsupported", "warning")


def test_the_install_line_is_said(scene: Scene, key: str, program: list[str], tmp_path: Path) -> None:
    said = subprocess.run(
        [
            *program,
            "check",
            scene.url,
            "--key-env",
            "THE_KEY",
            "--model",
            MODEL,
            "--lang",
            "en",
            "--proxy",
            scene.proxy("open"),
            "--ca-bundle",
            str(scene.root),
        ],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "THE_KEY": key, "PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
        timeout=60,
    )
    assert 'pip install "httpx[socks]"' in " ".join(said.stdout.split())


def test_a_password_that_it_takes(scene: Scene, key: str, diagnose: Diagnose) -> None:
    proxy = scene.proxy("locked", user="staff:made-up@")
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment={"HTTPS_PROXY": proxy})
    assert report["verdict"] == "degraded"
    assert "made-up" not in str(report)


@pytest.mark.parametrize("user", ["", "staff:wrong@"])
def test_a_password_that_it_wants(scene: Scene, key: str, diagnose: Diagnose, user: str) -> None:
    proxy = scene.proxy("locked", user=user)
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment={"HTTPS_PROXY": proxy})
    codes = {one["code"]: one["severity"] for one in report["findings"]}
    assert codes == {"proxy.socks_unsupported": "error", "proxy.auth_required": "error"}


def test_a_port_that_its_rules_block(scene: Scene, key: str, diagnose: Diagnose) -> None:
    url = f"https://localhost:{scene.blocked}/v1"
    report = diagnose(url, key, MODEL, environment={"ALL_PROXY": scene.proxy("dante")})
    assert "proxy.refused" in {one["code"] for one in report["findings"]}


@pytest.mark.parametrize("server", ["dante", "open"])
def test_nobody_at_the_door_behind_it(
    scene: Scene, key: str, diagnose: Diagnose, free_port: Callable[[], int], server: str
) -> None:
    url = f"https://relay.invalid:{free_port()}/v1"
    report = diagnose(url, key, MODEL, environment={"ALL_PROXY": scene.proxy(server)})
    assert "proxy.refused" in {one["code"] for one in report["findings"]}


@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks4a"])
def test_a_scheme_that_no_client_takes(scene: Scene, key: str, diagnose: Diagnose, scheme: str) -> None:
    environment = {"ALL_PROXY": scene.proxy("dante", scheme)}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert (report["root_cause"], report["proven"]["answer"]) == ("proxy.invalid", True)


def test_its_port_taken_for_http(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxy("open", "http")}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "proxy.invalid"
    (fix,) = report["findings"][0]["fixes"]
    assert (fix["settings"], fix["verified"]) == ({"proxy": scene.proxy("open")}, True)


def test_a_local_door_without_encryption(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"ALL_PROXY": scene.proxy("open")}
    report = diagnose(
        f"{scene.plain.url}/v1", key, MODEL, environment=environment, differs="no key to a proxy in clear"
    )
    assert report["proven"]["answer"] is True
