"""openssl's own server, nginx and mitmproxy: old versions, incomplete chains, and CA certificates that only one trust
store has.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority, authority
from probes.demo_server.server import PracticeDoor

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
Serving = Callable[..., AbstractContextManager[Path]]
Speaking = Callable[..., AbstractContextManager[str]]
MODEL = answers.MODELS[0]


@pytest.fixture(scope="module")
def root() -> Iterator[Authority]:
    with authority("Example Corp Root", "Example Corp") as found:
        yield found


@pytest.fixture(scope="module")
def openssl(installed: Callable[[str, str], str]) -> str:
    return installed("openssl", "openssl")


@pytest.fixture
def pair(openssl: str, tmp_path: Path) -> Path:
    """Return a file with a self-signed certificate for localhost and its key."""
    path = tmp_path / "pair.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"),
            *("-addext", "subjectAltName=DNS:localhost", "-keyout", str(path), "-out", str(tmp_path / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + (tmp_path / "cert.pem").read_bytes())
    return path


@pytest.fixture
def speaking(openssl: str, serving: Serving, free_port: Callable[[], int], tmp_path: Path) -> Speaking:
    """Yield ``speaking(*options)``, a context manager for openssl's server with these options in the test's folder,
    which yields its URL.
    """

    @contextmanager
    def listen(*options: str | Path) -> Iterator[str]:
        port = free_port()
        with serving([openssl, "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", *options], port, tmp_path):
            yield f"https://localhost:{port}/v1"

    return listen


def finding_of(report: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in report["findings"] if one["code"] == code)
    return found


@pytest.mark.parametrize(("version", "spoken"), [("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1")])
def test_an_old_version(
    speaking: Speaking, pair: Path, key: str, diagnose: Diagnose, version: str, spoken: str
) -> None:
    with speaking("-cert", pair, version, "-cipher", "ALL:@SECLEVEL=0") as url:
        report = diagnose(url, key, MODEL)
    assert report["root_cause"] == "tls.handshake_failed"
    assert f"spoken there: {spoken}" in report["findings"][0]["evidence"]
    assert report["findings"][0]["title"] == "localhost supports only old TLS versions"


def test_no_cipher_in_common(speaking: Speaking, pair: Path, key: str, diagnose: Diagnose) -> None:
    with speaking("-cert", pair, "-tls1_2", "-cipher", "NULL:@SECLEVEL=0") as url:
        report = diagnose(url, key, MODEL)
    assert report["root_cause"] == "tls.handshake_failed"


@pytest.mark.parametrize("version", ["-tls1_3", "-tls1_2"])
def test_a_certificate_that_it_wants(
    speaking: Speaking, pair: Path, tmp_path: Path, key: str, diagnose: Diagnose, version: str
) -> None:
    with speaking("-cert", pair, version, "-www", "-Verify", "1", "-verify_return_error") as url:
        trusts = {"SSL_CERT_FILE": str(tmp_path / "cert.pem")}
        report = diagnose(url, key, MODEL, environment=trusts)
    assert (report["root_cause"], report["side"]) == ("tls.client_certificate", "relay")


def test_a_name_that_it_does_not_serve(speaking: Speaking, pair: Path, key: str, diagnose: Diagnose) -> None:
    named = ["-servername", "relay.example", "-servername_fatal", "-cert2", pair, "-key2", pair]
    with speaking("-cert", pair, "-key", pair, *named) as url:
        report = diagnose(url, key, MODEL)
    assert report["root_cause"] == "tls.handshake_failed"
    assert "(SNI)" in report["findings"][0]["title"]


def test_a_self_signed_certificate(speaking: Speaking, pair: Path, key: str, diagnose: Diagnose) -> None:
    with speaking("-cert", pair, "-www") as url:
        report = diagnose(url, key, MODEL)
    assert report["root_cause"] == "tls.self_signed"


def test_an_incomplete_chain(openssl: str, speaking: Speaking, tmp_path: Path, key: str, diagnose: Diagnose) -> None:
    def signed(name: str, by: str, extensions: str) -> None:
        (tmp_path / f"{name}.ext").write_text(extensions)
        for words in (
            f"req -new -newkey rsa:2048 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr",
            f"x509 -req -days 2 -in {name}.csr -extfile {name}.ext -out {name}.pem "
            + (f"-CA {by}.pem -CAkey {by}.key -CAcreateserial" if by else f"-signkey {name}.key"),
        ):
            subprocess.run([openssl, *words.split()], cwd=tmp_path, check=True, capture_output=True)

    signed("root", "", "basicConstraints=critical,CA:TRUE")
    signed("link", "root", "basicConstraints=critical,CA:TRUE")
    signed(
        "localhost",
        "link",
        "subjectAltName=DNS:localhost\nauthorityInfoAccess=caIssuers;URI:http://ca.example/link.der",
    )
    with speaking("-cert", "localhost.pem", "-key", "localhost.key") as url:
        report = diagnose(url, key, MODEL, ca_bundle=tmp_path / "root.pem")
    assert report["root_cause"] == "tls.incomplete_chain"
    assert "certificates sent: 1, its issuer's not among them" in report["findings"][0]["evidence"]


def hashed(openssl: str, pem: Path, folder: Path) -> Path:
    """Create a CA folder in OpenSSL's hashed format with only this CA certificate."""
    folder.mkdir()
    name = subprocess.run(
        [openssl, "x509", "-noout", "-subject_hash", "-in", str(pem)], check=True, capture_output=True, text=True
    ).stdout.strip()
    shutil.copy(pem, folder / f"{name}.0")
    return folder


def test_a_ca_certificate_that_only_the_systems_trust_store_has(
    openssl: str, root: Authority, tmp_path: Path, key: str, diagnose: Diagnose
) -> None:
    system = hashed(openssl, root.ca_pem, tmp_path / "system")
    with PracticeDoor(b.openai(key), tls=root.context()) as door:
        url = f"https://localhost:{door.port}/v1"
        report = diagnose(url, key, MODEL, environment={"SSL_CERT_DIR": str(system)})
    assert report["verdict"] == "healthy"
    finding = finding_of(report, "tls.untrusted_issuer")
    assert finding["severity"] == "info"
    assert finding["title"] == "Only this system's own list trusts the certificate of localhost"


def test_the_same_ca_certificate_named_in_a_file(root: Authority, key: str, diagnose: Diagnose) -> None:
    with PracticeDoor(b.openai(key), tls=root.context()) as door:
        report = diagnose(
            f"https://localhost:{door.port}/v1", key, MODEL, environment={"SSL_CERT_FILE": str(root.ca_pem)}
        )
    assert (report["verdict"], report["findings"]) == ("healthy", [])


@pytest.fixture(scope="module")
def mitmdump(fetched: Callable[[str, str, str], Path]) -> Path:
    return fetched("LLMDOCTOR_MITMDUMP", "mitmproxy/bin/mitmdump", "mitmproxy needs a separate virtual environment")


@pytest.fixture(scope="module")
def interceptor(
    mitmdump: Path,
    root: Authority,
    serving: Serving,
    free_port: Callable[[], int],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path]]:
    """Yield mitmproxy's address as a proxy, and the CA certificate that it generated."""
    folder, port = tmp_path_factory.mktemp("mitmproxy"), free_port()
    options = ("--listen-host", "127.0.0.1", "--listen-port", port, "--set", f"confdir={folder}", "--quiet")
    trusts = ("--set", f"ssl_verify_upstream_trusted_ca={root.ca_pem}")
    with serving([mitmdump, *options, *trusts], port, folder):
        yield f"http://127.0.0.1:{port}", folder / "mitmproxy-ca-cert.pem"


def test_an_intercepted_connection(
    interceptor: tuple[str, Path], root: Authority, key: str, diagnose: Diagnose
) -> None:
    proxy, _ = interceptor
    with PracticeDoor(b.openai(key), tls=root.context()) as door:
        url = f"https://localhost:{door.port}/v1"
        report = diagnose(url, key, MODEL, environment={"HTTPS_PROXY": proxy})
        assert not door.requests
    assert (report["root_cause"], report["side"]) == ("tls.intercepted", "network")
    assert report["findings"][0]["title"] == "mitmproxy decrypts the connection to localhost"


def test_with_its_ca_certificate_it_works(
    interceptor: tuple[str, Path], root: Authority, key: str, diagnose: Diagnose
) -> None:
    proxy, its_root = interceptor
    with PracticeDoor(b.openai(key), tls=root.context()) as door:
        environment = {"HTTPS_PROXY": proxy, "SSL_CERT_FILE": str(its_root)}
        report = diagnose(f"https://localhost:{door.port}/v1", key, MODEL, environment=environment)
    assert report["verdict"] == "healthy"


def test_with_its_ca_certificate_in_the_systems_trust_store(
    openssl: str, interceptor: tuple[str, Path], root: Authority, tmp_path: Path, key: str, diagnose: Diagnose
) -> None:
    proxy, its_root = interceptor
    environment = {"HTTPS_PROXY": proxy, "SSL_CERT_DIR": str(hashed(openssl, its_root, tmp_path / "system"))}
    with PracticeDoor(b.openai(key), tls=root.context()) as door:
        report = diagnose(f"https://localhost:{door.port}/v1", key, MODEL, environment=environment)
    assert report["verdict"] == "healthy"
    found = finding_of(report, "tls.intercepted")
    assert found["severity"] == "info"
    assert "requests, older SDKs with certifi, and Node" in found["explanation"]
    lines = " ".join(fix["summary"] for fix in found["fixes"])
    assert all(
        name in lines for name in ("SSL_CERT_FILE=", "REQUESTS_CA_BUNDLE=", "NODE_EXTRA_CA_CERTS=", "--use-system-ca")
    )


@pytest.mark.parametrize(
    ("variable", "fix"),
    [
        ("SSL_CERT_DIR", {"node_use_system_ca": "1"}),
        ("SSL_CERT_FILE", {"node_extra_ca_certs": "{root}"}),
    ],
)
def test_its_ca_certificate_is_in_no_trust_store_that_node_reads(
    openssl: str,
    interceptor: tuple[str, Path],
    root: Authority,
    tmp_path: Path,
    key: str,
    diagnose: Diagnose,
    variable: str,
    fix: dict[str, str],
) -> None:
    proxy, its_root = interceptor
    place = hashed(openssl, its_root, tmp_path / "system") if variable == "SSL_CERT_DIR" else its_root
    environment = {"HTTPS_PROXY": proxy, "NODE_USE_ENV_PROXY": "1", variable: str(place)}
    with PracticeDoor(b.openai(key), tls=root.context()) as door:
        url = f"https://localhost:{door.port}/v1"
        report = diagnose(
            url, key, MODEL, "--app", "openai-node", environment=environment, differs="the SDK here is Python's"
        )
    assert (report["root_cause"], report["proven"]["answer"]) == ("tls.intercepted", True)
    (first, *_) = finding_of(report, "tls.intercepted")["fixes"]
    assert first["settings"] == {name: value.format(root=its_root) for name, value in fix.items()}
    assert first["verified"] is True
    (name, value), *_ = first["settings"].items()
    assert first["summary"] == f"Start the app with {name.upper()}={value}"
