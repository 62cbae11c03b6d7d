"""tinyproxy between the program and a working door: an HTTP proxy as companies use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server.server import closed_port
from real.proxied import Scene, proxied

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
KINDS = {
    "open": "",
    "locked": "BasicAuth staff made-up\n",
    "filtering": 'FilterDefaultDeny Yes\nFilter "{folder}/allowed"\n',
    "ports": "ConnectPort 443\n",
}


@pytest.fixture(scope="module")
def scene(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    program = installed("tinyproxy", "tinyproxy")

    def command(kind: str, folder: Path, port: int) -> list[str | Path]:
        (folder / "allowed").write_text("^allowed\\.example$\n")
        config = folder / "tinyproxy.conf"
        config.write_text(
            f"Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 30\nLogLevel Connect\n"
            + KINDS[kind].format(folder=folder)
        )
        return [program, "-d", "-c", config]

    with proxied(key, KINDS, command, serving, free_port, tmp_path_factory.mktemp("tinyproxy")) as found:
        yield found


def test_a_sound_door_through_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    proxy = scene.proxies["open"]
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment={"HTTPS_PROXY": proxy})
    assert (report["verdict"], report["vantage"]["proxy"]) == ("healthy", proxy)
    log = scene.logs["open"].read_text()
    assert f"CONNECT localhost:{scene.door.port}" in log
    assert key not in log


def test_it_is_bypassed_if_no_proxy_says_so(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["filtering"], "NO_PROXY": "localhost"}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert (report["verdict"], report["vantage"]["proxy"]) == ("healthy", None)


def test_a_password_that_it_wants(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["locked"]}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "proxy.auth_required"


def test_a_password_that_it_wants_of_a_plain_request(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTP_PROXY": scene.proxies["locked"]}
    report = diagnose("http://relay.invalid/v1", key, MODEL, "--send-anyway", environment=environment)
    assert report["root_cause"] == "proxy.auth_required"
    (found,) = (one for one in report["findings"] if one["code"] == "proxy.auth_required")
    assert found["evidence"][-1] == "without the proxy, relay.invalid port 80: no such name"


def test_a_password_that_it_takes(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["locked"].replace("//", "//staff:made-up@")}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["verdict"] == "healthy"
    assert "made-up" not in str(report)


def test_a_password_that_it_does_not_take(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["locked"].replace("//", "//staff:wrong@")}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "proxy.auth_required"  # tinyproxy answers 401, which is not a proxy's status


@pytest.mark.parametrize("kind", ["filtering", "ports"])
def test_a_door_that_it_does_not_let_through(scene: Scene, key: str, diagnose: Diagnose, kind: str) -> None:
    environment = {"HTTPS_PROXY": scene.proxies[kind]}
    url = f"https://relay.example:{scene.door.port}/v1"
    report = diagnose(url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert (report["root_cause"], report["side"]) == ("proxy.refused", "network")


def test_a_name_that_it_cannot_resolve(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"]}
    report = diagnose("https://relay.invalid/v1", key, MODEL, environment=environment)
    assert report["root_cause"] in ("proxy.refused", "dns.not_found")


def test_a_local_door_that_goes_through_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTP_PROXY": scene.proxies["filtering"]}
    report = diagnose(f"{scene.plain.url}/v1", key, MODEL, environment=environment)
    assert report["root_cause"] == "proxy.captures_local"
    assert "127.0.0.1" in report["findings"][0]["fixes"][0]["settings"]["no_proxy"]


def test_a_scheme_that_it_does_not_speak(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"].replace("http", "https")}
    report = diagnose(scene.url, key, MODEL, "--timeout", "4", ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "proxy.invalid"


def test_nobody_at_its_port(scene: Scene, key: str, diagnose: Diagnose) -> None:
    with closed_port() as port:
        environment = {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}
        report = diagnose("https://relay.example/v1", key, MODEL, environment=environment)
    assert report["root_cause"] == "proxy.unreachable"
