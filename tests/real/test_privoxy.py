"""Privoxy between the program and a working door: a filtering HTTP proxy, often in front of a SOCKS proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server.server import closed_port
from real.proxied import Scene, proxied

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"),
]
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
KINDS = {
    "open": "",
    "ports": "actionsfile {folder}/ports.action\n",
    "blocking": "actionsfile {folder}/blocking.action\n",
    "others-only": "permit-access 10.0.0.0/8\n",
    "parent-down": "forward / 127.0.0.1:{closed}\n",
    "socks-down": "forward-socks5 / 127.0.0.1:{closed} .\n",
}
ACTIONS = {
    "ports": "{ +limit-connect{443} }\n/\n",
    "blocking": "{ +block{Our company does not use it.} }\n/\n",
}


@pytest.fixture(scope="module")
def scene(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    program = installed("privoxy", "privoxy")
    with closed_port() as closed:

        def command(kind: str, folder: Path, port: int) -> list[str | Path]:
            for name, text in ACTIONS.items():
                (folder / f"{name}.action").write_text(text)
            config = folder / "config"
            config.write_text(
                f"confdir {folder}\nlogdir {folder}\ntempldir /etc/privoxy/templates\n"
                f"listen-address 127.0.0.1:{port}\n" + KINDS[kind].format(folder=folder, closed=closed)
            )
            return [program, "--no-daemon", config]

        with proxied(key, KINDS, command, serving, free_port, tmp_path_factory.mktemp("privoxy")) as found:
            yield found


def test_a_sound_door_through_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    proxy = scene.proxies["open"]
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment={"HTTPS_PROXY": proxy})
    assert (report["verdict"], report["vantage"]["proxy"]) == ("healthy", proxy)
    assert all(report["proven"].values())


def test_a_sound_local_door_through_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTP_PROXY": scene.proxies["open"]}
    report = diagnose(f"{scene.plain.url}/v1", key, MODEL, environment=environment)
    assert report["verdict"] == "degraded"
    (warning,) = report["findings"]
    assert (warning["code"], warning["severity"]) == ("proxy.captures_local", "warning")


def test_it_is_bypassed_if_no_proxy_says_so(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["blocking"], "NO_PROXY": "localhost"}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert (report["verdict"], report["vantage"]["proxy"]) == ("healthy", None)


@pytest.mark.parametrize("kind", ["ports", "blocking", "parent-down", "socks-down"])
def test_a_door_that_it_does_not_let_through(scene: Scene, key: str, diagnose: Diagnose, kind: str) -> None:
    environment = {"HTTPS_PROXY": scene.proxies[kind]}
    url = f"https://relay.example:{scene.door.port}/v1"
    report = diagnose(url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert (report["root_cause"], report["side"]) == ("proxy.refused", "network")


def test_it_serves_other_machines_only(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["others-only"]}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] in ("proxy.refused", "proxy.invalid")  # it hangs up, so nothing tells what it speaks


def test_a_name_that_it_cannot_resolve(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"]}
    report = diagnose("https://relay.invalid/v1", key, MODEL, environment=environment)
    assert report["root_cause"] in ("proxy.refused", "dns.not_found")


def test_nobody_at_the_door_behind_it(scene: Scene, key: str, diagnose: Diagnose, free_port: Callable[[], int]) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"]}
    report = diagnose(f"https://localhost:{free_port()}/v1", key, MODEL, environment=environment)
    assert report["root_cause"] in ("proxy.refused", "tcp.refused")


@pytest.mark.parametrize("kind", ["blocking", "parent-down", "socks-down"])
def test_a_local_door_that_goes_through_it(scene: Scene, key: str, diagnose: Diagnose, kind: str) -> None:
    environment = {"HTTP_PROXY": scene.proxies[kind]}
    report = diagnose(f"{scene.plain.url}/v1", key, MODEL, environment=environment)
    assert report["root_cause"] == "proxy.captures_local"
    assert "127.0.0.1" in report["findings"][0]["fixes"][0]["settings"]["no_proxy"]


@pytest.mark.parametrize("scheme", ["https", "socks5"])
def test_a_scheme_that_it_does_not_speak(scene: Scene, key: str, diagnose: Diagnose, scheme: str) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"].replace("http", scheme)}
    report = diagnose(scene.url, key, MODEL, "--timeout", "4", ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "proxy.invalid"


def test_its_port_as_the_base_url(scene: Scene, key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{scene.proxies['open']}/v1", key, MODEL)
    assert report["root_cause"] == "shape.not_llm_api"


def test_a_key_that_the_door_does_not_know(scene: Scene, wrong_key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"]}
    report = diagnose(scene.url, wrong_key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "auth.rejected"


def test_nobody_at_its_port(scene: Scene, key: str, diagnose: Diagnose) -> None:
    with closed_port() as port:
        environment = {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}
        report = diagnose("https://relay.example/v1", key, MODEL, environment=environment)
    assert report["root_cause"] == "proxy.unreachable"
