"""Find out whether a server rejects the TLS handshake because it wants a certificate of the client's.

In TLS 1.2, its alert looks like that of a server with which no version or cipher was agreed on, or the connection just
ends. Two handshakes that differ only in a certificate, made up for this and trusted by nobody, tell the two apart.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path

from probes.model.failure import Kind
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError
from probes.network.trust_stores import blind_context

PATIENCE = 2.0  # seconds at most for each handshake
# Ways to fail that a server which wants a certificate has in TLS 1.2: an alert, or an end without one.
SUSPECT = (Kind.TLS_HANDSHAKE, Kind.TLS_RESET, Kind.TLS_WANTS_CERTIFICATE)
_NO_ALERT = ("tls_reset", "timeout")


async def wants_certificate(pool: ConnectionPool) -> str:
    """Return how the server reacts to a made-up client certificate, if that differs from its reaction to none.

    ``accepted`` or the TLS library's words for its alert; empty if the reaction is the same. No key is sent, and the
    certificate is made for this one question. Raises ImportError where cryptography, which makes it, is not installed:
    the program in one file does not bring it (docs/design/018-handing-over.md).
    """
    without = await _outcome(pool, blind_context())
    if without == "accepted":
        return ""
    shown = await _outcome(pool, _with_certificate())
    if shown == without or shown.startswith(_NO_ALERT):
        return ""
    if without.startswith(_NO_ALERT) and await _outcome(pool, blind_context()) != without:
        return ""  # the connection fails now and then, whatever is shown
    return shown


async def _outcome(pool: ConnectionPool, tls: ssl.SSLContext) -> str:
    other = pool.beside(tls=tls)
    try:
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            connection = await other.first_connection()
            return "accepted" if connection.tls is not None else ""
    except NetError as error:
        return error.failure.kind.value if error.failure.kind is Kind.TLS_RESET else error.failure.detail or str(error)
    except TimeoutError:
        return "timeout"
    finally:
        other.close()


def _with_certificate() -> ssl.SSLContext:
    """Return a context for any server, with a new self-signed client certificate."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "llmdoctor")]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + made.public_bytes(serialization.Encoding.PEM)
    context = blind_context()
    handle, path = tempfile.mkstemp(prefix="llmdoctor-", suffix=".pem")  # the ssl module loads from files alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
        context.load_cert_chain(path)
    finally:
        with suppress(OSError):
            Path(path).unlink()
    return context
