"""Create certificates for the practice door: a temporary CA, and server certificates, valid or with one fault."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from probes.model.record import Record

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

# Kinds of server certificates. A client that trusts the CA accepts `good` and `ends-soon`, and rejects the others.
KINDS = ("good", "expired", "not-yet-valid", "wrong-name", "self-signed", "no-intermediate", "ends-soon")

# Validity periods in days from now. The other kinds are valid for 90 days, as public certificates usually are.
_VALID = {"expired": (-90, -2), "not-yet-valid": (2, 90), "ends-soon": (-85, 5)}

# Extensions that a CA of one's own may lack. Python 3.13 and newer then refuse the chain (VERIFY_X509_STRICT).
LACKS = ("key-usage", "subject-key", "authority-key", "critical-constraints")

AIA_URL = "http://ca.practice.example/intermediate.der"


class _Signed(Record):
    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    def pem(self) -> bytes:
        """Return the certificate in PEM format."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self.certificate.public_bytes(Encoding.PEM)

    def key_pem(self) -> bytes:
        """Return the private key in PEM format, unencrypted."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _sign(
    subject: str,
    issuer: _Signed | None,
    *,
    names: tuple[str, ...] = (),
    organization: str = "",
    days: tuple[int, int] = (-1, 90),
    aia: str = "",
    without: str = "",
) -> _Signed:
    """Create a certificate: a server certificate if ``names`` are given, else a CA; self-signed without an issuer.

    ``days`` are the start and end of its validity in days from now; ``aia`` is the URL of the issuer's certificate.
    ``without`` is the extension of :data:`LACKS` that it lacks.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, subject)]
    if organization:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
    name = x509.Name(parts)
    signer = issuer.key if issuer else key
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=not names,
        crl_sign=not names,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    constraints = x509.BasicConstraints(ca=not names, path_length=None)
    builder = builder.add_extension(constraints, critical=without != "critical-constraints")
    if without != "subject-key":
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if without != "authority-key":
        authority_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(authority_key, critical=False)
    if without != "key-usage":
        builder = builder.add_extension(usage, critical=True)
    if names:
        alternatives = [_general_name(n) for n in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    if aia:
        where = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier(aia))
        builder = builder.add_extension(x509.AuthorityInformationAccess([where]), critical=False)
    return _Signed(builder.sign(signer, hashes.SHA256()), key)


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """A CA with a root and an intermediate certificate. Clients trust the root certificate in the file ``ca_pem``."""

    def __init__(self, folder: Path, name: str, organization: str, lacks: str = "") -> None:
        """Make the CA. ``lacks`` is the extension of :data:`LACKS` that its own certificates lack."""
        self._folder = folder
        self._root = _sign(name, None, organization=organization, days=(-365, 3650), without=lacks)
        self._intermediate = _sign(
            f"{name} Intermediate", self._root, organization=organization, days=(-365, 1825), without=lacks
        )
        self.ca_pem = folder / "ca.pem"
        self.ca_pem.write_bytes(self._root.pem())

    def pem(self, kind: str = "good", *names: str) -> bytes:
        """Return the key and chain of a server certificate of ``kind`` for ``names`` (hosts or IP addresses).

        Raises ValueError if ``kind`` is not in :data:`KINDS`.
        """
        if kind not in KINDS:
            raise ValueError(f"no such certificate: {kind}")
        wanted = names or ("127.0.0.1", "::1", "localhost")
        shown = ("other.example",) if kind == "wrong-name" else wanted
        issuer = None if kind == "self-signed" else self._intermediate
        aia = AIA_URL if kind == "no-intermediate" else ""
        leaf = _sign(shown[0], issuer, names=shown, days=_VALID.get(kind, (-1, 90)), aia=aia)
        chain = b"" if kind in ("self-signed", "no-intermediate") else self._intermediate.pem()
        return leaf.key_pem() + leaf.pem() + chain

    def context(self, kind: str = "good", *names: str) -> ssl.SSLContext:
        """Return a server's SSL context with a certificate as from :meth:`pem`."""
        path = self._folder / f"{kind}.pem"
        path.write_bytes(self.pem(kind, *names))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        path.unlink()
        return context


@contextmanager
def authority(name: str = "Practice Root CA", organization: str = "Practice") -> Iterator[Authority]:
    """Yield a CA whose files are deleted when the context ends."""
    with tempfile.TemporaryDirectory(prefix="llmdoctor-") as folder:
        yield Authority(Path(folder), name, organization)
