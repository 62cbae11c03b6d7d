"""What the reader of certificates finds must be what cryptography finds, in the certificates of every world."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as some

from probes.demo_server.certificates import KINDS, authority
from probes.network.certificate_reader import ReadCertificate, read

KEY = ec.generate_private_key(ec.SECP256R1())


def test_it_reads_what_cryptography_reads() -> None:
    with authority("Some Root", "Some House") as signer:
        for kind in KINDS:
            for pem in signer.pem(kind, "a.example", "*.b.example", "192.0.2.7", "2001:db8::1").split(b"-----BEGIN")[
                2:
            ]:
                agrees(ssl.PEM_cert_to_DER_cert("-----BEGIN" + pem.decode()))


@pytest.mark.filterwarnings("ignore:Parsed a serial number:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Parsed a serial number:UserWarning")
def test_it_reads_the_roots_that_clients_trust() -> None:
    import certifi

    pems = Path(certifi.where()).read_text("ascii", "replace").split("-----BEGIN CERTIFICATE-----")[1:]
    assert len(pems) > 100
    for pem in pems:
        agrees(ssl.PEM_cert_to_DER_cert("-----BEGIN CERTIFICATE-----" + pem.partition("-----END")[0] + ENDING))


ENDING = "-----END CERTIFICATE-----"


def agrees(der: bytes) -> None:
    """Compare what both find."""
    ours, theirs = read(der), x509.load_der_x509_certificate(der)
    assert ours.not_before == theirs.not_valid_before_utc
    assert ours.not_after == theirs.not_valid_after_utc
    for mine, other in ((ours.subject, theirs.subject), (ours.issuer, theirs.issuer)):
        assert mine.attributes == tuple((one.oid.dotted_string, value_of(one)) for one in other)
    assert (ours.subject == ours.issuer) == (theirs.subject == theirs.issuer)
    assert list(ours.names) == names_of(theirs)[:20]
    assert ours.fetchable == fetchable(theirs)


def value_of(one: x509.NameAttribute[Any]) -> str:
    return one.value if isinstance(one.value, str) else one.value.decode("utf-8", "replace")


def names_of(theirs: x509.Certificate) -> list[str]:
    try:
        found = theirs.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    plain = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier, x509.IPAddress)
    return [str(one.value) for one in found if isinstance(one, plain)]


def fetchable(theirs: x509.Certificate) -> bool:
    try:
        found = theirs.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return False
    return any(one.access_method == x509.oid.AuthorityInformationAccessOID.CA_ISSUERS for one in found)


def named(*attributes: x509.NameAttribute[Any]) -> ReadCertificate:
    """Return a certificate of this name, read."""
    from datetime import UTC, datetime

    name = x509.Name(attributes)
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1)
    builder = builder.not_valid_before(datetime(2049, 12, 31, tzinfo=UTC)).not_valid_after(
        datetime(2050, 1, 2, tzinfo=UTC)
    )
    return read(builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER))


@pytest.mark.parametrize(
    "kind", [x509.name._ASN1Type.UTF8String, x509.name._ASN1Type.BMPString, x509.name._ASN1Type.UniversalString]
)
def test_names_in_other_scripts(kind: Any) -> None:
    found = named(x509.NameAttribute(NameOID.COMMON_NAME, "网关 Grüße", _type=kind))
    assert str(found.subject) == "网关 Grüße"


def test_a_name_without_a_common_name() -> None:
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Unit")
    assert str(named(unit, x509.NameAttribute(NameOID.ORGANIZATION_NAME, "House")).subject) == "House"
    assert str(named(unit, x509.NameAttribute(NameOID.LOCALITY_NAME, "Town")).subject) == "Unit, Town"
    assert str(named().subject) == ""


def test_years_on_both_sides_of_2050() -> None:
    found = named()
    assert (found.not_before.year, found.not_after.year) == (2049, 2050)


@settings(max_examples=100, deadline=None)
@given(some.data())
def test_whatever_arrives_is_read_or_refused(data: some.DataObject) -> None:
    der = bytearray(SAMPLE)
    for _ in range(data.draw(some.integers(1, 3))):
        der[data.draw(some.integers(0, len(der) - 1))] = data.draw(some.integers(0, 255))
    cut = data.draw(some.integers(0, len(der)))
    for one in (bytes(der), bytes(der[:cut]), bytes(der[cut:])):
        try:
            found = read(one)
        except ValueError:
            continue
        assert len(str(found.subject)) <= 200 and len(found.names) <= 20


with authority() as _signer:
    SAMPLE = ssl.PEM_cert_to_DER_cert("-----BEGIN" + _signer.pem("good").decode().split("-----BEGIN")[2])
