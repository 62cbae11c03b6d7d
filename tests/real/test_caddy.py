"""Caddy in front of a working door: the reverse proxy of many self-hosted relays, configured well and wrongly."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority, authority
from probes.demo_server.server import PracticeDoor, Reply, closed_port

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
API = "handle /v1/* {{\n reverse_proxy {door}\n }}"
SITES = {
    "sound": API,
    "encrypted": "tls {folder}/leaf.pem {folder}/leaf.pem\n" + API,
    "zipped": "encode gzip\n" + API,
    "prefixed": "handle_path /llm/* {{\n reverse_proxy {door}\n }}",
    "own-ca": "tls internal\n" + API,
    "unnamed": "tls {folder}/other.pem {folder}/other.pem\n" + API,
    "locked": "basicauth {{\n staff {password}\n }}\n" + API,
    "denied": "handle {{\n respond 403\n }}",
    "down": "reverse_proxy 127.0.0.1:{closed}",
    "late": "reverse_proxy {hung} {{\n transport http {{\n response_header_timeout 1s\n }}\n }}",
    "small": "request_body {{\n max_size 20\n }}\n" + API,
    "header-lost": "handle /v1/* {{\n reverse_proxy {strict} {{\n header_up -Authorization\n }}\n }}",
    "site-alone": "root * {folder}/site\n try_files {{path}} /index.html\n file_server",
    "files": "root * {folder}/site\n file_server",
    "moved": "redir https://localhost:{encrypted}{{uri}} permanent",
}
TLS = {"encrypted", "own-ca", "unnamed"}


@dataclass(frozen=True)
class Scene:
    """The address of each of :data:`SITES` by its name, and the CA that signed the certificates."""

    urls: dict[str, str]
    root: Path


@pytest.fixture(scope="module")
def caddy(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    program, folder = installed("caddy", "caddy"), tmp_path_factory.mktemp("caddy")
    argv = [program, "hash-password", "--plaintext", "made-up"]
    password = subprocess.run(argv, capture_output=True, check=True, text=True, timeout=30).stdout.strip()
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("<!doctype html><title>Our relay</title><div id=root></div>")
    ports = {name: free_port() for name in SITES}
    with (
        authority() as root,
        PracticeDoor(b.openai(key)) as door,
        PracticeDoor(b.openai(key, rejected="openai-no-key")) as strict,
        PracticeDoor(wrong_streams.delayed(Reply(200), 30)) as hung,
        closed_port() as closed,
    ):
        _write_certificates(root, folder)
        places: dict[str, object] = {"door": door.url, "strict": strict.url, "hung": hung.url, "closed": closed}
        places |= {"folder": folder, "password": password, "encrypted": ports["encrypted"]}
        config = folder / "Caddyfile"
        config.write_text(_config(places, ports))
        own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        argv = [program, "run", "--config", str(config), "--adapter", "caddyfile"]
        with serving(argv, ports["sound"], folder, own):
            yield Scene({name: _url(name, port) for name, port in ports.items()}, root.ca_pem)


def _url(name: str, port: int) -> str:
    # Caddy uses a certificate from a file for every site of that name, so the site with a made one has another name.
    return f"{'https' if name in TLS else 'http'}://{'127.0.0.1' if name == 'own-ca' else 'localhost'}:{port}"


def _write_certificates(root: Authority, folder: Path) -> None:
    (folder / "leaf.pem").write_bytes(root.pem("good", "localhost"))
    (folder / "other.pem").write_bytes(root.pem("good", "other.example"))


def _config(places: dict[str, object], ports: dict[str, int]) -> str:
    lines = ["{\n admin off\n skip_install_trust\n auto_https disable_redirects\n}"]
    for name, port in ports.items():
        lines.append(f"{_url(name, port)} {{\n bind 127.0.0.1\n {SITES[name].format(**places)}\n}}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("site", ["sound", "encrypted", "zipped", "prefixed"])
def test_it_passes_a_sound_door_on(caddy: Scene, key: str, diagnose: Diagnose, site: str) -> None:
    path = "/llm/v1" if site == "prefixed" else "/v1"
    report = diagnose(caddy.urls[site] + path, key, MODEL, ca_bundle=caddy.root if site in TLS else None)
    assert report["verdict"] == "healthy"
    assert all(report["proven"].values())


@pytest.mark.parametrize(
    ("site", "code"),
    [
        ("own-ca", "tls.untrusted_issuer"),
        ("unnamed", "tls.hostname_mismatch"),
        ("locked", "http.front_auth"),
        ("denied", "http.blocked"),
        ("down", "http.gateway_error"),
        ("late", "http.gateway_error"),
        ("small", "http.gateway_error"),  # Caddy 2.6.2 answers an empty 502, newer ones 413
        ("header-lost", "auth.header_lost"),
        ("site-alone", "shape.web_page"),
        ("files", "shape.not_llm_api"),
        ("moved", "http.redirected"),
    ],
)
def test_a_site_that_is_wrong(caddy: Scene, key: str, diagnose: Diagnose, site: str, code: str) -> None:
    report = diagnose(f"{caddy.urls[site]}/v1", key, MODEL, ca_bundle=caddy.root)
    assert report["root_cause"] == code


@pytest.mark.parametrize(
    ("site", "path", "code"),
    [
        ("sound", "", "url.version_missing"),  # Caddy answers 200 without a body where no handler matches
        ("sound", "/v1/v1", "url.version_doubled"),
        ("sound", "/v1/chat/completions", "url.endpoint_included"),
        ("sound", "/api/v1", "url.path_wrong"),
        ("prefixed", "/llm", "url.version_missing"),
    ],
)
def test_a_path_that_is_wrong(caddy: Scene, key: str, diagnose: Diagnose, site: str, path: str, code: str) -> None:
    report = diagnose(caddy.urls[site] + path, key, MODEL)
    assert report["root_cause"] == code
    assert report["findings"][0]["fixes"][0]["verified"]


def test_a_key_that_the_door_does_not_know(caddy: Scene, wrong_key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{caddy.urls['sound']}/v1", wrong_key, MODEL)
    assert (report["root_cause"], report["proven"]["key"]) == ("auth.rejected", False)


def test_https_to_its_plain_port(caddy: Scene, key: str, diagnose: Diagnose) -> None:
    url = caddy.urls["sound"].replace("http:", "https:")
    assert diagnose(f"{url}/v1", key, MODEL)["root_cause"] == "tls.not_tls"


def test_http_to_its_encrypted_port(caddy: Scene, key: str, diagnose: Diagnose) -> None:
    url = caddy.urls["encrypted"].replace("https:", "http:")
    assert diagnose(f"{url}/v1", key, MODEL, ca_bundle=caddy.root)["root_cause"] == "tls.needed"
