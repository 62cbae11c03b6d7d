"""OpenSSH between the program and a working door: `ssh -D`, the SOCKS proxy that most people have."""

from __future__ import annotations

import getpass
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
from probes.demo_server.server import PracticeDoor, closed_port

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"),
]
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
_SERVER = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
"""


@dataclass(frozen=True)
class Scene:
    """A working door with TLS and one without, the CA that signed the certificate, and the URL of an `ssh -D`."""

    url: str
    plain: str
    root: Path
    proxy: str


@pytest.fixture(scope="module")
def scene(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    ssh, sshd = installed("ssh", "openssh-client"), installed("sshd", "openssh-server")
    keygen = installed("ssh-keygen", "openssh-client")
    folder = tmp_path_factory.mktemp("ssh")
    for name in ("host", "user"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd gives up its privileges there
    port, socks = free_port(), free_port()
    (folder / "sshd_config").write_text(_SERVER.format(port=port, folder=folder))
    unknown = ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder}/known"]
    own = ["-F", "none", "-i", str(folder / "user"), "-o", "IdentitiesOnly=yes"]
    with ExitStack() as stack:
        root = stack.enter_context(authority())
        door = stack.enter_context(PracticeDoor(b.openai(key), tls=root.context()))
        stack.enter_context(serving([sshd, "-D", "-e", "-f", str(folder / "sshd_config")], port, folder))
        client = [ssh, "-N", *own, *unknown, "-D", f"127.0.0.1:{socks}", "-p", str(port)]
        stack.enter_context(serving([*client, f"{getpass.getuser()}@127.0.0.1"], socks, folder))
        plain = stack.enter_context(PracticeDoor(b.openai(key)))
        proxy = f"socks5h://127.0.0.1:{socks}"
        yield Scene(f"https://localhost:{door.port}/v1", f"http://localhost:{plain.port}/v1", root.ca_pem, proxy)


def test_a_sound_door_through_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment={"ALL_PROXY": scene.proxy})
    assert (report["verdict"], report["vantage"]["proxy"]) == ("degraded", scene.proxy)


@pytest.mark.parametrize("host", ["localhost", "relay.invalid"])
def test_nobody_behind_it(scene: Scene, key: str, diagnose: Diagnose, free_port: Callable[[], int], host: str) -> None:
    report = diagnose(f"https://{host}:{free_port()}/v1", key, MODEL, environment={"ALL_PROXY": scene.proxy})
    (first, *_) = report["findings"]
    assert first["code"] == report["root_cause"]
    assert report["root_cause"] == "proxy.refused"
    assert "closed the connection without a reply" in str(first["evidence"])
    assert "proxy.invalid" not in {one["code"] for one in report["findings"]}


@pytest.mark.parametrize("scheme", ["http", "https", "socks4", "socks"])
def test_a_scheme_that_it_does_not_speak(scene: Scene, key: str, diagnose: Diagnose, scheme: str) -> None:
    proxy = scene.proxy.replace("socks5h:", f"{scheme}:")
    report = diagnose(scene.url, key, MODEL, "--timeout", "4", ca_bundle=scene.root, environment={"HTTPS_PROXY": proxy})
    assert report["root_cause"] == "proxy.invalid"


def test_the_tunnel_is_down(scene: Scene, key: str, diagnose: Diagnose) -> None:
    with closed_port() as port:
        environment = {"ALL_PROXY": f"socks5h://127.0.0.1:{port}"}
        report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert "proxy.unreachable" in {one["code"] for one in report["findings"]}


@pytest.mark.parametrize(
    ("path", "code"), [("/v1/v1", "url.version_doubled"), ("/v1/chat/completions", "url.endpoint_included")]
)
def test_a_path_that_is_wrong_behind_it(scene: Scene, key: str, diagnose: Diagnose, path: str, code: str) -> None:
    url = scene.url.removesuffix("/v1") + path
    report = diagnose(url, key, MODEL, ca_bundle=scene.root, environment={"ALL_PROXY": scene.proxy})
    assert report["root_cause"] == code


def test_a_key_that_the_door_behind_it_does_not_know(scene: Scene, wrong_key: str, diagnose: Diagnose) -> None:
    report = diagnose(scene.url, wrong_key, MODEL, ca_bundle=scene.root, environment={"ALL_PROXY": scene.proxy})
    assert report["root_cause"] == "auth.rejected"


def test_a_model_that_the_door_behind_it_does_not_know(scene: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(scene.url, key, "gpt-0", ca_bundle=scene.root, environment={"ALL_PROXY": scene.proxy})
    assert report["root_cause"] == "model.not_found"


def test_a_certificate_behind_it_that_nobody_trusts(scene: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(scene.url, key, MODEL, environment={"ALL_PROXY": scene.proxy})
    assert report["root_cause"] == "tls.untrusted_issuer"


def test_https_to_a_plain_door_behind_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    url = scene.plain.replace("http:", "https:")
    report = diagnose(url, key, MODEL, environment={"ALL_PROXY": scene.proxy})
    assert report["root_cause"] == "tls.not_tls"
