"""The ``tls`` probe: the TLS handshake on the dialled connection.

If it fails, a second handshake without verification reads the certificate. No key is sent on that connection.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, TypeVar

from probes.model.facts import Certificate, TlsFacts
from probes.model.failure import Kind
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.settings import SYSTEM
from probes.network.connection_pool import ConnectionPool
from probes.network.failures import NetError, classify
from probes.network.network import Connection
from probes.network.trust_stores import (
    CERTIFI,
    blind_context,
    certifi_context,
    certifi_path,
    in_certifi,
    lacking,
    root_of,
    sent_chain,
    tls_reason,
)

V = TypeVar("V")
PATIENCE = 2.0  # seconds at most for each further handshake
SILENCE = 2.0  # seconds without an answer to the first TLS message, after which a plain request is sent beside it
# Failures after which there is a certificate to read.
CERTIFICATE_KINDS = {
    Kind.TLS_EXPIRED,
    Kind.TLS_NOT_YET_VALID,
    Kind.TLS_HOSTNAME,
    Kind.TLS_SELF_SIGNED,
    Kind.TLS_UNTRUSTED,
    Kind.TLS_OTHER,
}
# Failures that another trust store may solve.
_UNTRUSTED = {Kind.TLS_SELF_SIGNED, Kind.TLS_UNTRUSTED, Kind.TLS_OTHER}
# Failures that the host itself causes, unlike a connection that something on the path cuts.
TELLING = CERTIFICATE_KINDS | {Kind.TLS_HANDSHAKE, Kind.TLS_NOT_TLS}


async def measure(
    pool: ConnectionPool, trust: str, strict: Callable[[], ssl.SSLContext | None] = lambda: None
) -> TlsFacts:
    """Make the TLS handshake as the SDK does. With the system's trust store, also check whether certifi's trusts it.

    If the chain ends in a root that certifi does not hold, one more handshake, with the context that ``strict`` makes,
    shows whether a strict check accepts it. Raises NetError if the handshake or the proxy tunnel fails.
    """
    connection = await _first_connection(pool)
    tls = connection.tls
    if tls is None:
        return TlsFacts(pool.target.host, trust)
    try:
        leaf = tls.getpeercert(binary_form=True) or b""
        certificate = _verified(leaf, tls)
    except ValueError as error:  # closed already: in TLS 1.3 the server may reject the client after its last message
        try:
            await connection.reader.read(1)
        except OSError as cause:
            kind = classify(cause)
            raise NetError(kind if kind.value.startswith("tls_") else Kind.TLS_RESET, tls_reason(cause)) from cause
        raise NetError(Kind.TLS_RESET) from error
    cipher = tls.cipher()
    facts = TlsFacts(pool.target.host, trust, tls.version() or "", cipher[0] if cipher else "", certificate)
    root = root_of(tls)
    if trust != SYSTEM:
        public = trust == CERTIFI or (root is not None and in_certifi(root))
        return facts if public else replace(facts, strict=await _refused_by(pool, tls, strict()))
    # A chain may lead to several roots, and the verifiers of macOS and Windows name none: a second handshake decides.
    trusted = (root is not None and in_certifi(root)) or await _certifi_trusts(pool, tls)
    facts = replace(facts, certifi=trusted, certifi_path=certifi_path())
    return facts if trusted is not False else replace(facts, strict=await _refused_by(pool, tls, strict()))


async def _certifi_trusts(pool: ConnectionPool, tls: ssl.SSLObject) -> bool | None:
    """Check whether certifi's trust store accepts the chain of this connection; None if that cannot be told."""
    return await _of_chain(pool, tls, CERTIFI, lambda: trusted_by(pool, certifi_context()))


async def _refused_by(pool: ConnectionPool, tls: ssl.SSLObject, strict: ssl.SSLContext | None) -> str | Note:
    """Return what the chain of this connection lacks for a strict context; empty if that accepts it."""
    if strict is None:
        return ""
    return await _of_chain(pool, tls, strict, lambda: _refusal(pool, strict)) or ""


async def _refusal(pool: ConnectionPool, tls: ssl.SSLContext) -> str | Note | None:
    """Return what the chain lacks for this context; empty if that accepts it, None if the handshake fails otherwise."""
    other = pool.beside(tls=tls)
    try:
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            await other.first_connection()
    except NetError as error:
        return lacking(error.failure.detail) if error.failure.kind in CERTIFICATE_KINDS else None
    except TimeoutError:
        return None
    finally:
        other.close()
    return ""


async def _of_chain(
    pool: ConnectionPool, tls: ssl.SSLObject, store: Hashable, ask: Callable[[], Awaitable[V | None]]
) -> V | None:
    """Return what ``ask`` finds out about the chain of this connection with another trust store.

    Runs that share a network ask once for each chain, host name and ``store``: the same certificates are judged alike.
    """
    chains = pool.network.chains
    if chains is None:
        return await ask()
    chain = (store, pool.target.host, _fingerprint(b"".join(sent_chain(tls))))
    found, _ = await chains.take(chain, ask, lambda seen: seen is not None)
    return found


async def _first_connection(pool: ConnectionPool) -> Connection:
    """Make the handshake. If the server stays silent, check beside it whether the port speaks plain HTTP.

    Many plain servers wait for the end of a line, which the first TLS message need not contain. Raises NetError, with
    TLS_NOT_TLS for such a server.
    """
    opening = asyncio.ensure_future(pool.first_connection())
    plain: asyncio.Future[PlainAnswer] | None = None
    try:
        await asyncio.wait({opening}, timeout=min(SILENCE, pool.limits.probe / 3))
        if not opening.done():
            plain = asyncio.ensure_future(speaks_plain_http(pool, sure=False))
            await asyncio.wait({opening, plain}, return_when=asyncio.FIRST_COMPLETED)
            if not opening.done() and plain.result() is PlainAnswer.HTTP:
                raise NetError(Kind.TLS_NOT_TLS, note=note("tls_silent"))
        return await opening
    finally:
        for task in (opening, plain):
            if task is not None and not task.done():
                task.cancel()
                task.add_done_callback(lambda done: None if done.cancelled() else done.exception())


async def trusted_by(pool: ConnectionPool, tls: ssl.SSLContext) -> bool | None:
    """Check whether this trust store accepts the certificate; None if the handshake fails otherwise. No key is sent."""
    other = pool.beside(tls=tls)
    try:
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            await other.first_connection()
    except NetError as error:
        return False if error.failure.kind in CERTIFICATE_KINDS else None
    except TimeoutError:
        return None
    finally:
        other.close()
    return True


async def look(
    pool: ConnectionPool, trust: str, why: Kind, others: Mapping[str, Callable[[], ssl.SSLContext]] | None = None
) -> TlsFacts | None:
    """Read the certificate that failed verification, or the TLS version if none was agreed on, without any key.

    ``others`` are further trust stores by name; the first one that trusts the certificate is recorded. Return None if
    this handshake fails, too.
    """
    blind = pool.beside(tls=blind_context(why is Kind.TLS_HANDSHAKE))
    try:
        connection = await blind.first_connection()
        tls = connection.tls
        chain = sent_chain(tls) if tls is not None else []
        facts = TlsFacts(pool.target.host, trust, (tls.version() or "") if tls else "", "", parse(chain))
        if why in (Kind.TLS_EXPIRED, Kind.TLS_NOT_YET_VALID):
            facts = replace(facts, date=await _date(connection, pool))
        if why in CERTIFICATE_KINDS and trust == SYSTEM:
            facts = replace(facts, certifi=await trusted_by(pool, certifi_context()), certifi_path=certifi_path())
        for name, context in (others or {}).items() if why in _UNTRUSTED else ():
            if not facts.elsewhere and await trusted_by(pool, context()):
                facts = replace(facts, elsewhere=name)
        return facts
    except (NetError, ssl.SSLError):
        return None
    finally:
        blind.close()


async def _date(connection: Connection, pool: ConnectionPool) -> str:
    """Return the server's time (``2026-11-30T12:00:00Z``) from a response's Date header; empty if there is none."""
    request = f"HEAD / HTTP/1.1\r\nHost: {pool.target.authority}\r\nConnection: close\r\n\r\n"
    head = b""
    with suppress(OSError, TimeoutError, ValueError, TypeError, OverflowError):
        async with asyncio.timeout(min(PATIENCE, pool.limits.probe)):
            connection.writer.write(request.encode("latin-1", "replace"))
            while b"\r\n\r\n" not in head and len(head) < pool.limits.header_bytes:
                data = await connection.reader.read(4096)
                if not data:
                    break
                head += data
        date_header = re.search(rb"(?i)\r\ndate:[ \t]*([^\r\n]{1,60})", head)
        if date_header is not None:
            from email.utils import parsedate_to_datetime  # 5 ms, and hardly a run needs it

            return _iso(parsedate_to_datetime(date_header[1].decode("ascii", "replace")).timestamp())
    return ""


class PlainAnswer(Enum):
    """What an unencrypted request brought: an HTTP response, the end of the connection, or anything else."""

    HTTP = auto()
    CLOSED = auto()
    OTHER = auto()


async def speaks_plain_http(pool: ConnectionPool, sure: bool) -> PlainAnswer:
    """Send an unencrypted request to the port, without any key, and return what it brought.

    Unless it is already ``sure`` that the port does not use TLS, status 400 does not count as HTTP: TLS ports answer an
    unencrypted request with it.
    """
    plain = pool.beside()
    plain.tls = None
    try:
        async with asyncio.timeout(min(2.0, pool.limits.probe)):
            connection = await plain.first_connection()
            request = f"HEAD / HTTP/1.1\r\nHost: {pool.target.authority}\r\nConnection: close\r\n\r\n"
            connection.writer.write(request.encode("latin-1", "replace"))
            answer = await connection.reader.read(64)
    except (ConnectionError, NetError) as error:
        return PlainAnswer.CLOSED if classify(error) in (Kind.RESET, Kind.CLOSED) else PlainAnswer.OTHER
    except (OSError, TimeoutError):
        return PlainAnswer.OTHER
    finally:
        plain.close()
    words = answer.split(b" ", 2)
    if words[0].startswith(b"HTTP/") and (sure or words[1:2] != [b"400"]):
        return PlainAnswer.HTTP
    return PlainAnswer.OTHER if answer else PlainAnswer.CLOSED


_READ: dict[bytes, tuple[Certificate, float]] = {}  # certificates (DER) as they were read, and when they expire
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_READ = 256  # of a fleet, many targets have the same


def _verified(leaf: bytes, tls: ssl.SSLObject) -> Certificate | None:
    """Return the certificate of a successful handshake, whose DER is ``leaf``; None if the library shows none.

    Raises ValueError if the connection is closed already.
    """
    read = _READ.get(leaf)
    if read is None:
        peer = tls.getpeercert()
        if not peer:
            return None
        read = _from_verified(peer, leaf), _seconds_of(str(peer["notAfter"]))
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        _READ[leaf] = read
    certificate, expires = read
    return replace(certificate, days_left=(expires - datetime.now(UTC).timestamp()) / 86400)


def _from_verified(peer: Any, sent: bytes) -> Certificate:
    """Return a certificate from the ssl module's dictionary, without loading a parser; the days left are missing."""

    def name(rows: Any) -> str:
        pairs = [pair for row in rows or () for pair in row]
        return next((v for k, v in pairs if k == "commonName"), "") or ", ".join(v for _, v in pairs)

    return Certificate(
        subject=name(peer.get("subject")),
        issuer=name(peer.get("issuer")),
        names=tuple(str(value) for _, value in peer.get("subjectAltName", ()))[:20],
        not_before=_iso(_seconds_of(peer["notBefore"])),
        not_after=_iso(_seconds_of(peer["notAfter"])),
        self_signed=peer.get("subject") == peer.get("issuer"),
        sent=0,
        fingerprint=_fingerprint(sent),
    )


def _fingerprint(sent: bytes) -> str:
    import hashlib

    return hashlib.sha256(sent).hexdigest() if sent else ""


def _seconds_of(time: str) -> float:
    """Convert a time of the ssl module (``Jan  5 09:34:43 2018 GMT``) to seconds since 1970.

    ``ssl.cert_time_to_seconds`` does the same with ``time.strptime``, which takes 3 ms to load.
    """
    month, day, clock, year, _ = time.split()
    hour, minute, second = map(int, clock.split(":"))
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC).timestamp()


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(chain: list[bytes]) -> Certificate | None:
    """Parse the leaf of a certificate chain (DER) in the order sent. Return None if it cannot be parsed."""
    if not chain:
        return None
    from probes.network import certificate_reader  # most checks read no certificate that failed

    def others() -> Iterator[certificate_reader.ReadCertificate]:
        for one in chain[1:10]:
            with suppress(ValueError):
                yield certificate_reader.read(one)

    try:
        leaf = certificate_reader.read(chain[0])
    except ValueError:
        return None
    issuer, organization = str(leaf.issuer), leaf.issuer.organization
    if organization and organization not in issuer:
        issuer += f" ({organization[:100]})"
    return Certificate(
        subject=str(leaf.subject),
        issuer=issuer,
        names=leaf.names,
        not_before=_iso(leaf.not_before.timestamp()),
        not_after=_iso(leaf.not_after.timestamp()),
        self_signed=leaf.subject == leaf.issuer,
        sent=len(chain),
        issuer_fetchable=leaf.fetchable,
        issuer_sent=any(one.subject == leaf.issuer for one in others()),
        days_left=(leaf.not_after - datetime.now(UTC)).total_seconds() / 86400,
        fingerprint=_fingerprint(chain[0]),
    )
