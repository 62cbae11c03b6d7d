"""HAProxy, Apache and Varnish in front of a door that works, is down, is slow or is broken: their own pages are
recognised by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers, handlers, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, Reply, closed_port

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
Serving = Callable[..., AbstractContextManager[Path]]
MODEL = answers.MODELS[0]
MODULES = Path("/usr/lib/apache2/modules")


@pytest.fixture(scope="module")
def behind(key: str) -> Iterator[dict[str, int]]:
    """Yield the ports of the doors behind a gateway."""
    with (
        PracticeDoor(b.openai(key)) as sound,
        PracticeDoor(wrong_streams.delayed(Reply(200), 30)) as late,
        PracticeDoor(handlers.always(wrong_answers.ANSWERS["garbage"])) as broken,
        closed_port() as down,
    ):
        yield {"sound": sound.port, "late": late.port, "broken": broken.port, "down": down}


# -- HAProxy -----------------------------------------------------------------------------------------------------------

HAPROXY = """
global
  maxconn 64
defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 1s
"""


@pytest.fixture(scope="module")
def haproxy(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Serving,
    behind: Mapping[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Yield the address of each door behind HAProxy, and of one that it denies."""
    program, folder = installed("haproxy", "haproxy"), tmp_path_factory.mktemp("haproxy")
    ports = {name: free_port() for name in (*behind, "denied")}
    text = HAPROXY
    for name, port in ports.items():
        rule = "  http-request deny\n" if name == "denied" else ""
        text += f"frontend {name}\n  bind 127.0.0.1:{port}\n{rule}  default_backend b-{name}\n"
        text += f"backend b-{name}\n  server s 127.0.0.1:{behind.get(name, 1)}\n"
    config = folder / "haproxy.cfg"
    config.write_text(text)
    with serving([program, "-db", "-f", config], ports["sound"], folder):
        yield {name: f"http://127.0.0.1:{port}/v1" for name, port in ports.items()}


@pytest.mark.parametrize(
    ("door", "code", "words"),
    [
        ("down", "http.gateway_error", "“No server is available to handle this request”"),
        ("late", "http.gateway_error", "“The server didn't respond in time”"),
        ("broken", "http.gateway_error", "returned an invalid or incomplete response"),
        ("denied", "http.blocked", "“Request forbidden by administrative rules”"),
    ],
)
def test_haproxys_pages(
    haproxy: dict[str, str], key: str, diagnose: Diagnose, door: str, code: str, words: str
) -> None:
    report = diagnose(haproxy[door], key, MODEL)
    assert (report["root_cause"], report["side"]) == (code, "relay")
    evidence = "\n".join(report["findings"][0]["evidence"])
    assert "comes from HAProxy" in evidence and words in evidence
    assert ("gave up waiting" in report["findings"][0]["title"]) is (door == "late")


def test_haproxy_that_passes_all_on(haproxy: dict[str, str], key: str, diagnose: Diagnose) -> None:
    assert diagnose(haproxy["sound"], key, MODEL)["verdict"] == "healthy"


# -- Apache ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def apache(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Serving,
    behind: Mapping[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Yield the address of each door behind Apache, and of one that it denies."""
    program, folder = installed("apache2", "apache2-bin"), tmp_path_factory.mktemp("apache")
    ports = {name: free_port() for name in (*behind, "denied")}
    modules = ("mpm_event", "authz_core", "proxy", "proxy_http")
    lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules]
    lines += [f"ServerRoot {folder}", f"PidFile {folder}/pid", f"ErrorLog {folder}/error.log", "ServerName localhost"]
    lines += [f"DocumentRoot {folder}", "ProxyTimeout 1", "ServerSignature On", "User nobody", "Group nogroup"]
    for name, port in ports.items():
        passed = f"ProxyPass / http://127.0.0.1:{behind[name]}/ retry=0" if name in behind else ""
        denied = "<Location />\nRequire all denied\n</Location>" if name == "denied" else ""
        lines += [f"Listen 127.0.0.1:{port}", f"<VirtualHost 127.0.0.1:{port}>", passed, denied, "</VirtualHost>"]
    config = folder / "apache.conf"
    config.write_text("\n".join(lines) + "\n")
    with serving([program, "-DFOREGROUND", "-f", config], ports["sound"], folder):
        yield {name: f"http://127.0.0.1:{port}/v1" for name, port in ports.items()}


@pytest.mark.parametrize(
    ("door", "code"),
    [
        ("down", "http.gateway_error"),
        ("late", "http.gateway_error"),
        ("broken", "http.gateway_error"),
        ("denied", "http.blocked"),
    ],
)
def test_apaches_pages(apache: dict[str, str], key: str, diagnose: Diagnose, door: str, code: str) -> None:
    report = diagnose(apache[door], key, MODEL)
    assert report["root_cause"] == code
    assert "comes from Apache" in "\n".join(report["findings"][0]["evidence"])


def test_apache_that_passes_all_on(apache: dict[str, str], key: str, diagnose: Diagnose) -> None:
    assert diagnose(apache["sound"], key, MODEL)["verdict"] == "healthy"


# -- Varnish -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def varnish(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Serving,
    behind: Mapping[str, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Yield the address of a working door behind Varnish, and of one that is down."""
    program = installed("varnishd", "varnish")
    with ExitStack() as stack:
        found = {}
        for name in ("sound", "down"):
            folder, port = tmp_path_factory.mktemp("varnish"), free_port()
            argv = [program, "-F", "-a", f"127.0.0.1:{port}", "-b", f"127.0.0.1:{behind[name]}", "-n", folder / "work"]
            stack.enter_context(serving(argv, port, folder))
            found[name] = f"http://127.0.0.1:{port}/v1"
        yield found


def test_varnishs_page(varnish: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(varnish["down"], key, MODEL)
    assert report["root_cause"] == "http.gateway_error"
    assert "comes from Varnish" in "\n".join(report["findings"][0]["evidence"])


def test_varnish_that_passes_all_on(varnish: dict[str, str], key: str, diagnose: Diagnose) -> None:
    assert diagnose(varnish["sound"], key, MODEL)["verdict"] == "healthy"
