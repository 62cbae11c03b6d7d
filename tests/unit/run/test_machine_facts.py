"""The facts about a machine name packages, proxies and certificates, and hold no password."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from probes.run.machine_facts import InstalledPackage, NamedPlace, machine_facts


def test_packages_of_the_project(tmp_path: Path) -> None:
    for name, version in (
        ("openai-2.1.0", "2.1.0"),
        ("Flask-3.0", "3.0"),
        ("google_genai-3.1.0", "3.1.0"),
        ("broken-1", ""),
    ):
        info = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages" / f"{name}.dist-info"
        info.mkdir(parents=True)
        if version:
            title = name.rpartition("-")[0]
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {title}\nVersion: {version}\n")
    for name, document in (("openai", '{"version": "7.57.0"}'), ("@anthropic-ai/sdk", "[]"), ("ai", "{")):
        folder = tmp_path / "node_modules" / name
        folder.mkdir(parents=True)
        (folder / "package.json").write_text(document)
    found = [one for one in machine_facts({}, tmp_path).packages if one.place != "python"]
    assert found == [
        InstalledPackage("openai", "2.1.0", ".venv"),
        InstalledPackage("google-genai", "3.1.0", ".venv"),
        InstalledPackage("openai", "7.57.0", "node_modules"),
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        ("http://user:pa@ss/w0rd@proxy.corp:3128/path?a=b", "http://…@proxy.corp:3128"),
        ("user:password@proxy:3128", "…@proxy:3128"),
        ("socks5h://[::1]:1080", "socks5h://[::1]:1080"),
        ("", ""),
    ],
)
def test_a_proxy_is_shown_without_credentials(value: str, shown: str, tmp_path: Path) -> None:
    assert machine_facts({"HTTPS_PROXY": value}, tmp_path).proxies == (NamedPlace("HTTPS_PROXY", shown),)


def test_variables_of_certificates(tmp_path: Path) -> None:
    there = tmp_path / "ca.pem"
    there.touch()
    facts = machine_facts({"SSL_CERT_FILE": str(there), "NODE_EXTRA_CA_CERTS": "/no/such.pem", "X": "y"}, tmp_path)
    named = [one for one in facts.roots if not one.name.startswith("OpenSSL")]
    assert named == [
        NamedPlace("SSL_CERT_FILE", str(there), True),
        NamedPlace("NODE_EXTRA_CA_CERTS", "/no/such.pem", False),
    ]
    assert json.dumps(facts)
    assert facts.python and facts.openssl and facts.system
