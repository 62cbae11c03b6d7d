"""CA certificates and proxies as Node reads them, and trust stores that hide one another."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.catalog.node_runtime import heeds, proxies, read
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority, authority
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.secret import Secret
from probes.model.settings import Limits, NodeSettings, ProxySettings, Settings, Sourced
from probes.model.source import environment_variable, option
from probes.run.engine import run
from probes.settings.gather import Options, gather
from probes.settings.node_version import node_major

KEY = made_up_key()
Look = Callable[..., Report]


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, NodeSettings()),
        ({"NODE_EXTRA_CA_CERTS": "/ca.pem"}, NodeSettings("/ca.pem")),
        ({"NODE_OPTIONS": "--use-openssl-ca --max-old-space-size=99"}, NodeSettings(openssl_ca=True)),
        ({"NODE_OPTIONS": "--use-system-ca"}, NodeSettings(system_ca=True)),
        ({"NODE_USE_SYSTEM_CA": "1", "NODE_USE_ENV_PROXY": "0"}, NodeSettings(system_ca=True)),
        ({"NODE_USE_ENV_PROXY": "1"}, NodeSettings(env_proxy=True)),
        ({"NODE_OPTIONS": "--use-env-proxy"}, NodeSettings(env_proxy=True)),
    ],
)
def test_what_it_reads(environ: dict[str, str], found: NodeSettings) -> None:
    assert read(environ) == found


@pytest.mark.parametrize(
    ("app", "reads_proxies", "heeded", "for_all"),
    [(None, False, True, True), ("openai-node", False, False, True), ("anthropic-node", True, True, False)],
)
def test_which_proxies_count(app: str | None, reads_proxies: bool, heeded: bool, for_all: bool) -> None:
    given = Settings(
        app=app,
        node=NodeSettings(env_proxy=reads_proxies),
        proxies=ProxySettings(all=Sourced("http://p:1", environment_variable("ALL_PROXY"))),
    )
    assert (heeds(given), proxies(given).all is not None) == (heeded, for_all)


@pytest.mark.parametrize(
    ("major", "env_proxy", "heeded"),
    [(0, False, True), (20, False, True), (24, False, True), (26, False, False), (26, True, True), (27, False, False)],
)
def test_gemini_cli_heeds_proxies_by_the_version_of_node(major: int, env_proxy: bool, heeded: bool) -> None:
    # Measured with Gemini CLI 0.61.0 on Node 20, 22, 24 and 26.
    assert heeds(Settings(app="gemini-cli", node=NodeSettings(env_proxy=env_proxy, major=major))) is heeded
    assert heeds(Settings(app="qwen-code", node=NodeSettings(env_proxy=env_proxy, major=major)))


@pytest.mark.parametrize(("major", "found"), [(24, []), (26, ["proxy.ignored"])])
def test_the_report_says_that_it_goes_past_the_proxy(major: int, found: list[str]) -> None:
    given = Settings(
        app="gemini-cli",
        base_url=Sourced("https://relay.example", option("test")),
        key=Sourced(Secret(KEY), option("test")),
        node=NodeSettings(major=major),
        proxies=ProxySettings(https=Sourced("http://127.0.0.1:9", environment_variable("HTTPS_PROXY"))),
        offline=True,
    )
    report = judge(asyncio.run(run(given, version="0")))
    assert [one.code for one in report.findings if one.code.startswith("proxy.")] == found
    assert all("NODE_USE_ENV_PROXY=1" in " ".join(one.steps) for one in report.findings if one.code in found)


HEADER = "#define NODE_MAJOR_VERSION 26\n#define NODE_MINOR_VERSION 1\n"


@pytest.mark.parametrize(
    ("place", "file", "text", "major"),
    [
        ("node/bin", "node/include/node/node_version.h", HEADER, 26),
        ("node_modules/node/bin", "node_modules/node/package.json", '{"name": "node", "version": "24.21.0"}', 24),
        ("versions/node/v22.3.0/bin", "", "", 22),
        ("Cellar/node/26.1.0/bin", "", "", 26),
        ("usr/bin", "", "", 0),
        ("usr/bin", "usr/package.json", '{"name": "mine", "version": 3}', 0),
    ],
)
def test_the_version_of_node_is_read_from_its_files(
    place: str, file: str, text: str, major: int, tmp_path: Path
) -> None:
    program = tmp_path / place / ("node.exe" if sys.platform == "win32" else "node")
    program.parent.mkdir(parents=True)
    program.write_bytes(b"")
    program.chmod(0o755)
    if file:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    environ = {"PATH": str(program.parent)}
    assert node_major(environ) == major
    assert node_major({"PATH": place}) == node_major({}) == 0  # a relative folder is one of the working folder
    for app, found in (("gemini-cli", major), ("codex", 0)):
        assert gather(Options(app=app, base_url="https://relay.example"), environ, tmp_path).node.major == found


@pytest.fixture(scope="module")
def root() -> Iterator[Authority]:
    with authority("Example Corp Root", "Example Corp") as found:
        yield found


@pytest.fixture
def look(root: Authority, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Return a check of a working door whose CA certificate is in the system's trust store."""

    def check(app: str | None = None, bundle: Sourced[str] | None = None, node: NodeSettings | None = None) -> Report:
        context = ssl.create_default_context(cafile=root.ca_pem)
        monkeypatch.setattr("probes.network.connection_pools.system_context", lambda: context)
        with PracticeDoor(b.openai(KEY), tls=root.context()) as door:
            given = Settings(
                base_url=Sourced(f"https://localhost:{door.port}/v1", option("test")),
                key=Sourced(Secret(KEY), option("test")),
                model=Sourced(answers.MODELS[0], option("test")),
                app=app,
                ca_bundle=bundle,
                node=node or NodeSettings(),
                limits=Limits(probe=5, run=10),
            )
            return judge(asyncio.run(run(given, version="0")))

    return check


def verified_fix(report: Report) -> dict[str, object]:
    """Return the settings of the only fix, after asserting that it is verified."""
    (found,) = (one for one in report.findings if one.severity == "error")
    (fix,) = found.fixes
    assert (report.root_cause, report.side) == ("tls.untrusted_issuer", "machine")
    assert fix.verified
    assert report.proven.answer is True
    return fix.settings


def test_a_file_that_hides_the_systems_trust_store(look: Look) -> None:
    with authority("Another Root") as other:
        report = look(bundle=Sourced(str(other.ca_pem), environment_variable("SSL_CERT_FILE")))
    assert verified_fix(report) == {"ssl_cert_file": ""}


def test_node_does_not_read_the_systems_trust_store(look: Look) -> None:
    assert verified_fix(look("openai-node")) == {"node_use_system_ca": "1"}


def test_node_does_not_read_ssl_cert_file(look: Look, root: Authority) -> None:
    report = look("openai-node", Sourced(str(root.ca_pem), environment_variable("SSL_CERT_FILE")))
    assert verified_fix(report) == {"node_extra_ca_certs": str(root.ca_pem)}


def test_node_reads_what_is_named_for_it(look: Look, root: Authority) -> None:
    report = look("openai-node", node=NodeSettings(extra_ca=str(root.ca_pem)))
    assert (report.verdict, report.vantage["trust"]) == ("healthy", str(root.ca_pem))


def test_a_ca_bundle_for_this_check_counts_for_node_too(look: Look, root: Authority) -> None:
    assert look("openai-node", Sourced(str(root.ca_pem), option("--ca-bundle"))).verdict == "healthy"


def test_a_file_that_is_not_there_is_nothing_to_node(look: Look) -> None:
    report = look("openai-node", node=NodeSettings(extra_ca="/nowhere/ca.pem"))
    assert (report.root_cause, report.vantage["trust"]) == ("tls.untrusted_issuer", "certifi")
