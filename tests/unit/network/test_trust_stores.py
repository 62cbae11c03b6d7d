"""Two trust stores, the operating system's and certifi's: what is reported if only one trusts the certificate."""

from __future__ import annotations

import asyncio
import ssl
import sys
import zipfile
import zipimport
from collections.abc import Callable, Iterator
from pathlib import Path

import certifi
import pytest

from diagnose.answers.products import inspector, products
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.catalog import apps
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority, authority
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import option
from probes.network.trust_stores import certifi_context, certifi_path, in_certifi, unreadable
from probes.run.engine import run

KEY = made_up_key()
Look = Callable[[bool, bool], Report]


@pytest.fixture(scope="module")
def root() -> Iterator[Authority]:
    with authority("Example Corp Root", "Example Corp") as found:
        yield found


@pytest.fixture
def look(root: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Look:
    """Return a check of a working door whose CA certificate is or is not in the system's trust store, and in certifi's."""
    empty = tmp_path / "empty.pem"
    with authority("Another Root") as other:
        empty.write_bytes(other.ca_pem.read_bytes())

    def check(system: bool, certifi: bool, paths: bool = True) -> Report:
        lists = {True: str(root.ca_pem), False: str(empty)}
        monkeypatch.setattr("probes.network.trust_stores.certifi_path", lambda: lists[certifi])
        monkeypatch.setattr("probes.steps.tls.certifi_path", lambda: lists[certifi] if paths else "")
        context = ssl.create_default_context(cafile=lists[system])
        monkeypatch.setattr("probes.network.network.trust", lambda _: (context, "system"))
        with PracticeDoor(b.openai(KEY), tls=root.context()) as door:
            given = Settings(
                base_url=Sourced(f"https://localhost:{door.port}/v1", option("test")),
                key=Sourced(Secret(KEY), option("test")),
                model=Sourced(answers.MODELS[0], option("test")),
                limits=Limits(probe=5, run=10),
            )
            return judge(asyncio.run(run(given, version="0")))

    return check


def test_both_trust_it(look: Look) -> None:
    report = look(True, True)
    assert (report.verdict, report.findings) == ("healthy", ())


def test_the_system_alone(look: Look) -> None:
    report = look(True, False)
    (found,) = report.findings
    assert (report.verdict, found.code, found.severity) == ("healthy", "tls.untrusted_issuer", "info")
    assert any("empty.pem" in step for step in found.steps)


def test_certifi_alone(look: Look, root: Authority) -> None:
    report = look(False, True)
    assert (report.verdict, report.root_cause, report.side) == ("broken", "tls.untrusted_issuer", "machine")
    (fix,) = report.findings[0].fixes
    assert (fix.settings, fix.verified) == ({"ssl_cert_file": str(root.ca_pem)}, True)
    assert report.proven.answer is True


def test_neither(look: Look) -> None:
    report = look(False, False)
    assert (report.verdict, report.root_cause) == ("broken", "tls.untrusted_issuer")
    assert report.proven.answer is None


@pytest.fixture
def look_as(root: Authority, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | None], Report]:
    """Return a check, as an app, of a door whose CA certificate is only in the system's trust store; certifi's is the
    real one.
    """
    context = ssl.create_default_context(cafile=root.ca_pem)
    monkeypatch.setattr("probes.network.trust_stores.system_context", lambda: context)
    monkeypatch.setattr("probes.network.connection_pools.system_context", lambda: context)
    monkeypatch.setenv("SSL_CERT_FILE", str(root.ca_pem))  # what OpenSSL loads for a context without a file

    def check(app: str | None) -> Report:
        with PracticeDoor(b.openai(KEY), tls=root.context()) as door:
            given = Settings(
                base_url=Sourced(f"https://localhost:{door.port}/v1", option("test")),
                key=Sourced(Secret(KEY), option("test")),
                model=Sourced(answers.MODELS[0], option("test")),
                app=app,
                limits=Limits(probe=5, run=10),
            )
            return judge(asyncio.run(run(given, version="0")))

    return check


def test_certifis_own_list_is_compared(look_as: Callable[[str | None], Report]) -> None:
    report = look_as(None)
    (found,) = report.findings
    assert (report.verdict, found.code, found.severity) == ("healthy", "tls.untrusted_issuer", "info")
    assert found.explanation.endswith("and Node.")


OWN_LISTS = ("openai-sdk-1", "litellm", "openai-node", "openai-node-6", "ai-sdk", "qwen-code", "promptfoo")


@pytest.mark.parametrize("app", OWN_LISTS)
def test_an_app_with_a_list_of_its_own_refuses_what_the_system_alone_trusts(
    app: str, look_as: Callable[[str | None], Report]
) -> None:
    known = apps.load().get(app)
    assert known is not None and known.roots in ("node", "certifi")
    report = look_as(app)
    assert (report.verdict, report.root_cause, report.side) == ("broken", "tls.untrusted_issuer", "machine")


@pytest.mark.parametrize("app", ["opencode", "claude-code", "langchain-openai"])
def test_an_app_that_also_reads_the_systems_list_accepts_it(app: str, look_as: Callable[[str | None], Report]) -> None:
    report = look_as(app)
    assert report.root_cause not in ("tls.untrusted_issuer", "tls.self_signed", "tls.intercepted")
    assert report.proven.reachable is True


def test_a_missing_list_of_certifis_is_no_verdict(
    look_as: Callable[[str | None], Report], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("probes.network.trust_stores.find_spec", lambda name: None)
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "cacert.pem"))
    for app in (None, "openai-node"):
        report = look_as(app)
        assert (report.verdict, report.root_cause) == ("inconclusive", None)
        assert [found.code for found in report.findings] == ["run.crashed"]
        assert any("FileNotFoundError" in line for line in report.findings[0].evidence)


def test_products_that_open_tls_are_recognised_by_their_issuers() -> None:
    zscaler = inspector("Zscaler Intermediate Root CA (Zscaler Inc.)")
    assert zscaler is not None and (zscaler.name, zscaler.kind) == ("Zscaler", "company")
    assert inspector("ISRG Root X1 (Internet Security Research Group)") is None
    assert all(part == part.lower() for one in products() for part in one.issuers)
    assert all(bool(one.issuers) == (one.kind in ("company", "antivirus", "debugger", "filter")) for one in products())
    assert len({one.name for one in products()}) == len(products())
    # No part of an issuer may match a public authority.
    public = ("DigiCert Global G2", "GTS Root R1 (Google Trust Services LLC)", "Amazon Root CA 1", "Sectigo RSA", "R11")
    assert not any(
        inspector(name) for name in (*public, "E5 (Let's Encrypt)", "GlobalSign", "WE1", "Cloudflare TLS Issuing")
    )


# -- files of CA certificates ------------------------------------------------------------------------------------------


# -- certifi inside the program in one file ----------------------------------------------------------------------------


@pytest.fixture
def zipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let certifi be inside a zip file, and return a folder of ``sys.path`` in which another one may lie."""
    archive = tmp_path / "one.pyz"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("certifi/__init__.py", "")
    loader = zipimport.zipimporter(str(archive))
    monkeypatch.setattr(certifi, "__loader__", loader)
    monkeypatch.setattr("probes.network.trust_stores.find_spec", loader.find_spec)
    monkeypatch.setattr(sys, "path", [str(archive), str(tmp_path)])
    return tmp_path


def test_no_path_inside_the_program_is_named(zipped: Path) -> None:
    assert certifi_path() == ""
    first = "-----BEGIN" + BUNDLE.split("-----BEGIN")[1]
    assert in_certifi(ssl.PEM_cert_to_DER_cert(first[: first.index("-----END")] + "-----END CERTIFICATE-----"))
    assert len(certifi_context().get_ca_certs()) > 100


def test_the_certifi_of_the_running_python_counts(zipped: Path, root: Authority) -> None:
    (zipped / "certifi").mkdir()
    there = zipped / "certifi" / "cacert.pem"
    there.write_bytes(root.ca_pem.read_bytes())
    assert certifi_path() == str(there)
    assert len(certifi_context().get_ca_certs()) == 1


def test_a_missing_list_is_no_setting_to_paste(look: Callable[..., Report]) -> None:
    named = look(False, True)
    assert named.root_cause == "tls.untrusted_issuer" and named.findings[0].fixes[0].settings
    assert [fix.settings for fix in look(False, True, paths=False).findings[0].fixes if fix.settings] == []


BUNDLE = Path(certifi.where()).read_text("ascii")


def damaged(text: str, at: int) -> str:
    """Return the text without the 8 characters at a position, which are the middle of a certificate."""
    return text[:at] + text[at + 8 :]


@pytest.mark.parametrize(
    "text",
    [
        BUNDLE,
        f"# a comment\n{BUNDLE}\n# the end\n",
        BUNDLE.replace("\n", "\r\n"),
        "",
        "no certificate",
        damaged(BUNDLE, BUNDLE.index("MII") + 400),
        damaged(BUNDLE, BUNDLE.rindex("MII") + 400),
        BUNDLE.replace("-----END CERTIFICATE-----", "", 1),
        BUNDLE[: len(BUNDLE) - 40],
        BUNDLE.replace("CERTIFICATE", "PRIVATE KEY"),
        f"{BUNDLE}-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        BUNDLE.replace("MII", "!II", 1),
    ],
)
def test_a_bundle_is_readable_if_the_tls_library_loads_it(text: str, tmp_path: Path) -> None:
    """A plain bundle is not handed to the library; the verdict is the library's all the same."""
    path = tmp_path / "ca.pem"
    path.write_text(text, "ascii", newline="")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=str(path))
    except (OSError, ssl.SSLError):
        assert unreadable(str(path))
    else:
        assert unreadable(str(path)) == ""


def test_a_bundle_that_does_not_exist_is_unreadable(tmp_path: Path) -> None:
    assert unreadable(str(tmp_path / "none.pem")) == "No such file or directory"
