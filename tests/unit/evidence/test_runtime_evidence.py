"""Test that each known fault is told by its exception and its versions, and gets the command that mends it."""

from __future__ import annotations

import pytest

from diagnose.evidence.runtime_evidence import (
    fix_command,
    foreseen_fault,
    install_command,
    known_fault,
    outgrown,
    unverified,
)
from probes.catalog.runtime_faults import numbers, runtime_faults, satisfies
from probes.model.record import replace
from probes.model.runtime_facts import (
    NODE,
    PYTHON,
    CallError,
    RootVariable,
    RuntimeCall,
    RuntimeFacts,
    RuntimePackage,
)
from probes.model.source import option


def facts(
    kind: str = PYTHON, said: str = "", *, sdk: str = "openai", strict: bool = False, **versions: str
) -> RuntimeFacts:
    packages = (*(RuntimePackage(name.replace("_", "-"), version) for name, version in versions.items()),)
    call = RuntimeCall(sdk, "create", not said, errors=(CallError("TypeError", said),) if said else ())
    return RuntimeFacts(
        kind,
        ".venv/bin/python",
        option("--runtime"),
        packages=(*packages, RuntimePackage("pip", "25")),
        strict=strict,
        call=call,
        folder="app" if kind == NODE else "",
        version="20.20.2" if kind == NODE else "3.12.1",
    )


GONE = (RootVariable("SSL_CERT_FILE", "/gone", "missing"), RootVariable("NODE_EXTRA_CA_CERTS", "/gone", "missing"))
PROXIES = "Client.__init__() got an unexpected keyword argument 'proxies'"
SOCKS = "Using SOCKS proxy, but the 'socksio' package is not installed. Make sure to install httpx using …"
HTTPX2 = "Invalid `http_client` argument; `httpx.Client` is from the `httpx` package, but this SDK uses `httpx2`. Use …"
CORE = "The installed pydantic-core version (2.27.2) is incompatible with the current pydantic version, which …"
AKI = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Missing Authority Key Identifier (_ssl.c:1000)"
CHAIN = "unable to get local issuer certificate"
KNOWN = [
    (facts(said=PROXIES, openai="1.54.3", httpx="0.28.1"), "httpx_proxies", "install 'openai>=1.55.3'"),
    (facts(said=PROXIES, sdk="anthropic", httpx="0.28.1"), "httpx_proxies", "install 'anthropic>=0.40.0'"),
    (facts(said=PROXIES, httpx="0.27.2"), "", ""),
    (facts(said=HTTPX2, sdk="anthropic", anthropic="2.14.0"), "httpx2_client", "install 'anthropic<1'"),
    (facts(said=SOCKS, httpx="0.28.1"), "socksio", "install 'httpx[socks]'"),
    (facts(said=SOCKS, httpx="0.28.1", httpx2="2.16.2"), "socksio", "install 'httpx2[socks]'"),
    (replace(facts(said="[Errno 2] No such file or directory"), roots=GONE), "roots_gone", "unset SSL_CERT_FILE"),
    (facts(said="[Errno 2] No such file or directory"), "", ""),
    (replace(facts(NODE, CHAIN), roots=GONE), "roots_gone", "unset NODE_EXTRA_CA_CERTS"),
    (facts(said="module 'openai' has no attribute 'OpenAI'", openai="0.28.1"), "sdk_too_old", "install 'openai>=1'"),
    (facts(said="module 'openai' has no attribute 'OpenAI'", openai="2.54.0"), "", ""),
    (facts(said=CORE), "pydantic_core", "install -U pydantic"),
    (facts(said="cannot import name 'TypeIs' from 'typing_extensions' (/x)"), "typing_extensions", "typing-extensions"),
    (facts(said="No module named 'annotated_types'"), "module_missing", "install -U annotated-types"),
    (facts(said="Parameter.make_metavar() missing 1 …", click="8.3.1"), "typer_click", "install 'typer>=0.15.4'"),
    (facts(said=AKI, strict=True), "strict", ""),
    (facts(said=AKI), "", ""),
    (facts(NODE, "connect ETIMEDOUT 10.0.0.1:443"), "node_addresses", "attempt-timeout=2000"),
    (facts(NODE, "File is not defined"), "", ""),
]


@pytest.mark.parametrize(("found", "case", "command"), KNOWN)
def test_the_exception_tells(found: RuntimeFacts, case: str, command: str) -> None:
    known = known_fault(found)
    assert (known[0].id if known is not None else "") == case
    if known is not None:
        assert fix_command(known[0], found, known[1]).endswith(command)


def test_every_row_is_tried() -> None:
    assert {row.id for row in runtime_faults()} == {case for _, case, _ in KNOWN if case} | {"certifi_old", "node_old"}


def test_versions_alone_are_a_warning_in_few_rows() -> None:
    def row(found: RuntimeFacts) -> str:
        seen = foreseen_fault(found)
        return seen.id if seen is not None else ""

    assert row(facts(certifi="2023.7.22")) == "certifi_old"
    assert row(facts(certifi="2026.10.19.post1")) == row(facts(openai="1.54.3", httpx="0.28.1")) == ""
    assert row(facts(anthropic="2.14.0", pydantic_ai_slim="2.32.2")) == "httpx2_client"
    assert row(facts(anthropic="2.14.0", pydantic_ai_slim="2.33.0")) == ""
    assert row(facts(anthropic="0.125.0", pydantic_ai_slim="2.32.2")) == row(facts(pydantic_ai_slim="2.32.2")) == ""
    old = replace(facts(NODE), packages=(RuntimePackage("openai", "7.57.0", ">=22.0.0"),))
    assert row(old) == "node_old" and outgrown(old) == ("openai 7.57.0", "22.0.0")
    assert row(replace(old, version="22.0.0")) == ""


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, ".venv/bin/python -m pip install 'x>=1'"),
        ({"tool": "uv"}, "uv pip install --python .venv/bin/python 'x>=1'"),
        ({"packages": ()}, "python3 -m pip --python .venv/bin/python install 'x>=1'"),
        ({"shown": "/a b/$(x)"}, "'/a b/$(x)' -m pip install 'x>=1'"),
        ({"kind": NODE, "folder": "my app"}, "npm install --prefix 'my app' 'x>=1'"),
    ],
)
def test_the_command_is_the_tools_own_and_quoted(changes: dict[str, str], command: str) -> None:
    assert install_command(replace(facts(), **changes), "x>=1") == command


@pytest.mark.parametrize("module", ["x; rm -rf ~", "evil", "evil.part", "openai_"])
def test_a_module_of_any_name_is_no_part_of_a_command(module: str) -> None:
    known = known_fault(found := facts(said=f"No module named '{module}'"))
    assert known is not None
    assert fix_command(known[0], found, known[1]) == ".venv/bin/python -m pip install -U openai"


def test_a_certificate_is_told_by_words_and_by_codes() -> None:
    assert unverified(facts(said=AKI)) is not None and unverified(facts(said="refused")) is None
    found = facts(NODE, "x")
    assert found.call is not None
    coded = replace(found.call, errors=(CallError("Error", "x", "DEPTH_ZERO_SELF_SIGNED_CERT"),))
    assert unverified(replace(found, call=coded)) is not None


@pytest.mark.parametrize(
    ("version", "condition", "holds"),
    [
        *[("0.28.1", ">=0.28", True), ("0.28", ">=0.28.0", True), ("0.27.9", ">=0.28", False), ("1.54.3", "<1", False)],
        *[("0.28.1", "<1", True), ("2024.7.4", "<2024.7.4", False), ("x", "<1", True), ("1", "~=1", False)],
    ],
)
def test_versions(version: str, condition: str, holds: bool) -> None:
    assert satisfies(version, condition) is holds


def test_numbers_of_a_version() -> None:
    assert numbers("2026.10.19.post1") == (2026, 10, 19) and numbers("2.0.0rc1") == (2,)
