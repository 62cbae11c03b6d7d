"""Environments from PyPI and npm whose packages do not fit together: each is named, and its command mends it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from probes.demo_server import practice_doors
from probes.demo_server.certificates import Authority
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from real.conftest import own_environment

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the environments are made for POSIX"),
]


class Row(NamedTuple):
    """An environment of `.cache/runtimes`, the case that it is, and what is set or missing besides."""

    environment: str
    case: str  # a part of the title
    command: str  # the end of the command that mends it
    variables: Mapping[str, str] = {}
    without: str = ""  # a module that is removed from the environment
    protocol: str = "openai"
    severity: str = "error"


ROWS = (
    Row("openai-1.54", "too old for the httpx", "install 'openai>=1.55.3'"),
    Row("anthropic-0.39", "too old for the httpx", "install 'anthropic>=0.40.0'", protocol="anthropic"),
    Row("openai-0.28", "before version 1", "install 'openai>=1'"),
    Row("sdk", "SOCKS", "install 'httpx[socks]'", {"ALL_PROXY": "socks5://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}),
    Row("sdk", "file that does not exist", "unset SSL_CERT_FILE", {"SSL_CERT_FILE": "/gone/ca.pem"}),
    Row("sdk", "is missing", "install -U jiter", without="jiter"),
    Row("pydantic-core", "pydantic", "install -U pydantic"),
    Row("certifi", "old", "install -U certifi", severity="warning"),
    Row("typer", "click", "install 'typer>=0.15.4'", severity="warning"),
)


@pytest.fixture
def runtimes(fetched: Callable[[str, str, str], Path]) -> Path:
    return fetched("LLMDOCTOR_RUNTIMES", "runtimes", "the environments are made of packages from PyPI")


def copied(runtimes: Path, name: str, to: Path) -> Path:
    """Copy an environment, as links to the same files, since pip replaces files and writes into none."""
    shutil.copytree(runtimes / name, to, symlinks=True, copy_function=os.link)
    return to


def checked(url: str, key: str, *options: str, variables: Mapping[str, str] = {}) -> dict[str, Any]:
    cleared = dict.fromkeys(set(os.environ) - set(own_environment()))
    argv = ["check", url, "--key-env", "OPENAI_API_KEY", "--json", *options]
    done = CliRunner().invoke(program, argv, env={**cleared, **variables, "OPENAI_API_KEY": key})
    assert key[8:20] not in done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def of_runtime(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in report["findings"] if one["code"] in ("app.runtime", "app.sdk_mismatch")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.environment}-{row.command.split()[-1]}")
def test_it_is_named_and_mended(row: Row, runtimes: Path, tmp_path: Path) -> None:
    folder = copied(runtimes, row.environment, tmp_path / ".venv")
    if row.without:
        shutil.rmtree(next(folder.glob(f"lib/python*/site-packages/{row.without}")))
        shutil.rmtree(next(folder.glob(f"lib/python*/site-packages/{row.without}-*")))
    key = made_up_key()
    with PracticeDoor(getattr(practice_doors, row.protocol)(key)) as door:
        url = f"{door.url}/v1" if row.protocol == "openai" else door.url
        options = ("--protocol", row.protocol, "--runtime", str(folder))
        before = checked(url, key, *options, variables=row.variables)
        (finding,) = of_runtime(before)
        assert row.case in finding["title"] and finding["severity"] == row.severity, finding
        command = finding["fixes"][0]["command"]
        assert command.endswith(row.command), command
        variables = mended(command, row.variables, runtimes)
        after = checked(url, key, *options, variables=variables)
    assert of_runtime(after) == []
    call = after["probes"][0]["observed"]["runtime"]["call"]
    assert call["ok"], call


def mended(command: str, variables: Mapping[str, str], runtimes: Path) -> dict[str, str]:
    """Do what the command says, with wheels that were fetched before, and return the variables that are left."""
    words = shlex.split(command)
    if words[0] == "unset":
        return {name: value for name, value in variables.items() if name != words[1]}
    assert words[:3] == ["python3", "-m", "pip"]
    subprocess.run(
        [sys.executable, *words[1:], "-q", "--no-compile", "--disable-pip-version-check"],
        check=True,
        timeout=120,
        env={**own_environment(), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(runtimes / "wheels")},
    )
    return dict(variables)


def test_a_certificate_that_the_runtime_alone_does_not_trust(runtimes: Path, tmp_path: Path) -> None:
    authority, key = Authority(tmp_path, "Office CA", "Office"), made_up_key()
    options = ("--runtime", str(runtimes / "sdk"), "--ca-bundle", str(authority.ca_pem))
    with PracticeDoor(practice_doors.openai(key), tls=authority.context("good", "127.0.0.1")) as door:
        url = f"{door.url}/v1"
        before = checked(url, key, *options)
        assert before["root_cause"] == "tls.untrusted_issuer"
        words = shlex.split(before["findings"][0]["fixes"][0]["command"])
        assert words == ["export", f"SSL_CERT_FILE={authority.ca_pem}"]
        after = checked(url, key, *options, variables=dict([words[1].split("=", 1)]))
    assert after["verdict"] == "healthy" and after["probes"][0]["observed"]["runtime"]["call"]["ok"]


def test_a_strict_python(runtimes: Path, tmp_path: Path) -> None:
    strict = next((one for name in ("python3.13", "python3.14") if (one := shutil.which(name))), None)
    if strict is None or subprocess.run([strict, "-c", ""], capture_output=True).returncode:
        pytest.skip("no Python 3.13 or newer here")
    folder = tmp_path / "new"
    subprocess.run([strict, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    site = next(folder.glob("lib/python*/site-packages"))
    old = next((runtimes / "sdk").glob("lib/python*/site-packages"))
    for name in ("httpx", "httpcore", "h11", "anyio", "idna", "certifi", "sniffio"):  # they are in Python alone
        for one in (*old.glob(name), *old.glob(f"{name}-*")):
            shutil.copytree(one, site / one.name)
    key, authority = made_up_key(), Authority(tmp_path, "Office CA", "Office", "authority-key")
    variables = {"SSL_CERT_FILE": str(authority.ca_pem)}
    with PracticeDoor(practice_doors.openai(key), tls=authority.context("good", "127.0.0.1")) as door:
        url = f"{door.url}/v1"
        before = checked(url, key, "--runtime", str(folder), variables=variables)
        after = checked(url, key, "--runtime", str(runtimes / "sdk"), variables=variables)
    assert "strictly" in of_runtime(before)[0]["title"]
    assert of_runtime(after) == []  # the way out that the steps name: a Python before 3.13


def test_an_old_node(fetched: Callable[[str, str, str], Path], tmp_path: Path) -> None:
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the SDKs for Node need npm")
    modules, node = clients / "node" / "node_modules", shutil.which("node")
    version = subprocess.run([node or "node", "--version"], capture_output=True, text=True).stdout if node else "v99"
    if not modules.exists() or int(version[1:].split(".")[0]) >= 22:
        pytest.skip("the Node on PATH is not older than the SDK demands")
    shutil.copytree(modules / "openai", tmp_path / "app" / "node_modules" / "openai")
    key = made_up_key()
    with PracticeDoor(practice_doors.openai(key)) as door:
        options = (f"{door.url}/v1", key, "--runtime", str(tmp_path / "app"))
        (finding,) = of_runtime(checked(*options))
        assert "older than the SDK" in finding["title"] and finding["severity"] == "warning"
        assert finding["fixes"][0]["command"] == f"npm install --prefix {tmp_path / 'app'} 'node@>=22.0.0'"
        shutil.copytree(modules / "node", tmp_path / "app" / "node_modules" / "node")  # what the command installs
        after = checked(*options)
    assert of_runtime(after) == [] and after["probes"][0]["observed"]["runtime"]["call"]["sdk"] == "openai"


def test_node_without_the_certificates(fetched: Callable[[str, str, str], Path], tmp_path: Path) -> None:
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the SDKs for Node need npm")
    authority, key = Authority(tmp_path, "Office CA", "Office"), made_up_key()
    options = ("--runtime", str(clients / "node"), "--ca-bundle", str(authority.ca_pem))
    with PracticeDoor(practice_doors.openai(key), tls=authority.context("good", "127.0.0.1")) as door:
        url = f"{door.url}/v1"
        gone = checked(url, key, *options, variables={"NODE_EXTRA_CA_CERTS": "/gone/ca.pem"})
        (finding,) = of_runtime(gone)
        assert finding["fixes"][0]["command"] == "unset NODE_EXTRA_CA_CERTS"
        unset = checked(url, key, *options)
        assert unset["root_cause"] == "tls.untrusted_issuer"
        words = shlex.split(unset["findings"][0]["fixes"][0]["command"])
        assert words == ["export", f"NODE_EXTRA_CA_CERTS={authority.ca_pem}"]
        after = checked(url, key, *options, variables=dict([words[1].split("=", 1)]))
    assert after["verdict"] == "healthy" and after["probes"][0]["observed"]["runtime"]["call"]["ok"]
