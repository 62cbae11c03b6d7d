"""squid between the program and a working door: the proxy of companies, with their rules and their passwords."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from real.proxied import Scene, proxied

pytestmark = [
    pytest.mark.real,
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"),
]
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
# The helper knows one user and one password. It runs as a user who may not read the tests' folders.
PASSWORD = r"""auth_param basic program /usr/bin/sed -u -e s/^staff.made-up$/OK/ -e t -e s/.*/ERR/
auth_param basic realm the company
acl known proxy_auth REQUIRED
http_access deny !known
"""
KINDS = {
    "open": "",
    "locked": PASSWORD,
    "ports": "acl usual port 443\nhttp_access deny CONNECT !usual\n",
    "hosts": "acl work dstdomain .example.com\nhttp_access deny !work\n",
}


@pytest.fixture(scope="module")
def scene(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    program = installed("squid", "squid")

    def command(kind: str, folder: Path, port: int) -> list[str | Path]:
        config = folder / "squid.conf"
        config.write_text(
            f"http_port 127.0.0.1:{port}\npid_filename none\ncache_log /dev/null\naccess_log none\ncache deny all\n"
            f"coredump_dir /\npinger_enable off\nshutdown_lifetime 0 seconds\n{KINDS[kind]}http_access allow all\n"
        )
        return [program, "-N", "-d", "1", "-f", config]

    with proxied(key, KINDS, command, serving, free_port, tmp_path_factory.mktemp("squid")) as found:
        yield found


def finding_of(report: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in report["findings"] if one["code"] == code)
    return found


def test_a_sound_door_through_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"]}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert (report["verdict"], report["vantage"]["proxy"]) == ("healthy", scene.proxies["open"])


@pytest.mark.parametrize("user", ["", "staff:wrong@"])
def test_a_password_that_it_wants(scene: Scene, key: str, diagnose: Diagnose, user: str) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["locked"].replace("//", f"//{user}")}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "proxy.auth_required"
    evidence = finding_of(report, "proxy.auth_required")["evidence"]
    assert any("Basic realm" in line for line in evidence)
    assert evidence[-1] == f"without the proxy, localhost port {scene.door.port}: reached, and its certificate is good"


def test_a_password_that_it_wants_of_a_plain_request(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTP_PROXY": scene.proxies["locked"]}
    # A known name that does not look private: the direct connection reaches it, the one through the proxy does not.
    options = ("--send-anyway", "--connect-to", f"relay.example:80:127.0.0.1:{scene.plain.port}")
    report = diagnose("http://relay.example/v1", key, MODEL, *options, environment=environment)
    found = finding_of(report, "proxy.auth_required")
    assert report["root_cause"] == "proxy.auth_required"
    assert found["evidence"][-1] == "without the proxy, relay.example port 80: connected"


def test_a_password_that_it_takes(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["locked"].replace("//", "//staff:made-up@")}
    report = diagnose(scene.url, key, MODEL, ca_bundle=scene.root, environment=environment)
    assert report["verdict"] == "healthy"


@pytest.mark.parametrize("kind", ["ports", "hosts"])
def test_a_door_that_it_does_not_let_through(scene: Scene, key: str, diagnose: Diagnose, kind: str) -> None:
    environment = {"HTTPS_PROXY": scene.proxies[kind]}
    report = diagnose(
        "https://relay.invalid/v1" if kind == "hosts" else "https://relay.invalid:8443/v1",
        key,
        MODEL,
        ca_bundle=scene.root,
        environment=environment,
    )
    assert (report["root_cause"], report["side"]) == ("proxy.refused", "network")
    evidence = finding_of(report, "proxy.refused")["evidence"]
    assert "X-Squid-Error: ERR_ACCESS_DENIED 0" in evidence
    assert evidence[-1].endswith(": no such name")


def test_a_name_that_it_cannot_resolve(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTPS_PROXY": scene.proxies["open"]}
    report = diagnose("https://relay.invalid/v1", key, MODEL, environment=environment)
    assert report["root_cause"] == "proxy.refused"


def test_nobody_at_the_door_behind_it(scene: Scene, key: str, diagnose: Diagnose, free_port: Callable[[], int]) -> None:
    report = diagnose(
        f"https://relay.invalid:{free_port()}/v1", key, MODEL, environment={"HTTPS_PROXY": scene.proxies["open"]}
    )
    assert report["root_cause"] == "proxy.refused"


def test_a_local_door_that_goes_through_it(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"HTTP_PROXY": scene.proxies["hosts"]}
    report = diagnose(f"{scene.plain.url}/v1", key, MODEL, environment=environment)
    assert report["root_cause"] == "proxy.captures_local"


def test_its_port_taken_for_socks(scene: Scene, key: str, diagnose: Diagnose) -> None:
    environment = {"ALL_PROXY": scene.proxies["open"].replace("http", "socks5")}
    report = diagnose(scene.url, key, MODEL, "--timeout", "4", ca_bundle=scene.root, environment=environment)
    assert report["root_cause"] == "proxy.invalid"
    (fix,) = finding_of(report, "proxy.invalid")["fixes"]
    assert (fix["settings"], fix["verified"]) == ({"proxy": scene.proxies["open"]}, True)
