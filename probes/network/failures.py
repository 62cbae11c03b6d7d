"""Classify exceptions as a :class:`probes.model.failure.Kind`.

No other module maps the exceptions of sockets, TLS and DNS.
"""

from __future__ import annotations

import errno
import socket
import ssl

from probes.model.evidence import Facts
from probes.model.failure import Failure, Kind
from probes.model.note import Note


class NetError(Exception):
    """A network failure of a known kind."""

    def __init__(self, kind: Kind, detail: str = "", facts: Facts | None = None, note: Note | None = None) -> None:
        text = detail or (note.name if note is not None else "")
        super().__init__(f"{kind.value}: {text}" if text else kind.value)
        self.failure = Failure(kind, detail, note)
        self.facts = facts  # what was measured before or in spite of the failure


# getaddrinfo's error codes for a name that does not exist. All others mean that the lookup itself failed.
_NO_NAME = {
    getattr(socket, name)
    for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY", "EAI_FAMILY")
    if hasattr(socket, name)
} | {11001, 11004}  # WSAHOST_NOT_FOUND, WSANO_DATA
_ERRNO = {
    errno.ECONNREFUSED: Kind.REFUSED,
    errno.ENETUNREACH: Kind.UNREACHABLE,
    errno.EHOSTUNREACH: Kind.UNREACHABLE,
    errno.ENETDOWN: Kind.UNREACHABLE,
    errno.EADDRNOTAVAIL: Kind.UNREACHABLE,  # no address of that family on this machine
    errno.EAFNOSUPPORT: Kind.UNREACHABLE,
    errno.ETIMEDOUT: Kind.TIMEOUT,
    errno.ECONNRESET: Kind.RESET,
    errno.ECONNABORTED: Kind.RESET,
    errno.EPIPE: Kind.RESET,
    errno.EACCES: Kind.DENIED,
    errno.EPERM: Kind.DENIED,
}
# asyncio raises these without an errno.
_CLASSES: dict[type[BaseException], Kind] = {
    ConnectionRefusedError: Kind.REFUSED,
    ConnectionResetError: Kind.RESET,
    ConnectionAbortedError: Kind.RESET,
    BrokenPipeError: Kind.RESET,
}
# Windows error codes that differ from errno.
_WINERROR = {
    10061: Kind.REFUSED,
    10051: Kind.UNREACHABLE,
    10065: Kind.UNREACHABLE,
    10060: Kind.TIMEOUT,
    10054: Kind.RESET,
    10053: Kind.RESET,
    10013: Kind.DENIED,
    121: Kind.TIMEOUT,
    1225: Kind.REFUSED,
}
# OpenSSL's verify codes (x509_vfy.h).
_VERIFY = {
    9: Kind.TLS_NOT_YET_VALID,
    10: Kind.TLS_EXPIRED,
    18: Kind.TLS_SELF_SIGNED,
    19: Kind.TLS_UNTRUSTED,
    20: Kind.TLS_UNTRUSTED,
    21: Kind.TLS_UNTRUSTED,
    62: Kind.TLS_HOSTNAME,
    64: Kind.TLS_HOSTNAME,
}
# The first record was not a TLS record: the server on that port does not use TLS.
_PLAIN = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)
# OpenSSL's reasons begin with these if the server sent an alert, whatever the alert says.
_ALERTS = ("TLSV1_", "TLSV13_", "SSLV3_")
# Alerts about a certificate. A server sends them about the client's alone, also about one that did not come: OpenSSL in
# TLS 1.3 certificate_required, Go and Java bad_certificate.
_ABOUT_CLIENT = (
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "NO_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "UNKNOWN_CA",
)
_NO_AGREEMENT = ("ALERT", "PROTOCOL", "VERSION", "CIPHER", "HANDSHAKE", "SIGALG", "DH_KEY")


def chain(error: BaseException) -> list[BaseException]:
    """Return the error with its causes, contexts and members of exception groups; each once, outermost first."""
    errors: list[BaseException] = []
    queue: list[BaseException | None] = [error]
    while queue:
        current = queue.pop(0)
        if current is None or any(current is seen for seen in errors):
            continue
        errors.append(current)
        queue += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            queue += current.exceptions
    return errors


def _classify_tls(error: ssl.SSLError) -> Kind:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _VERIFY.get(getattr(error, "verify_code", 0), _verify_by_text(str(error)))
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Kind.TLS_RESET
    reason = (getattr(error, "reason", None) or str(error)).upper()
    if "EOF" in reason:
        return Kind.TLS_RESET
    if any(word in reason for word in _PLAIN):
        return Kind.TLS_NOT_TLS
    if "ALERT" in reason and any(word in reason for word in _ABOUT_CLIENT):
        return Kind.TLS_WANTS_CERTIFICATE
    if reason.startswith(_ALERTS) or any(word in reason for word in _NO_AGREEMENT):
        return Kind.TLS_HANDSHAKE
    return Kind.TLS_OTHER


def _verify_by_text(text: str) -> Kind:
    """Classify by the message: the verifiers of macOS and Windows report no OpenSSL code, only a sentence."""
    low = text.lower()
    if "expired" in low:
        return Kind.TLS_EXPIRED
    if "hostname" in low or "host name" in low or "name does not match" in low or "cn name" in low:
        return Kind.TLS_HOSTNAME
    if "not yet valid" in low:
        return Kind.TLS_NOT_YET_VALID
    return Kind.TLS_UNTRUSTED


def classify(error: BaseException) -> Kind:
    """Return the kind of failure of an exception; ``Kind.OTHER`` if it is not a network failure."""
    for cause in chain(error):
        if isinstance(cause, NetError):
            return cause.failure.kind
        if isinstance(cause, ssl.SSLError):
            return _classify_tls(cause)
        if isinstance(cause, socket.gaierror):
            return Kind.NAME_UNKNOWN if cause.errno in _NO_NAME else Kind.NAME_FAILED
        if isinstance(cause, UnicodeError):
            return Kind.NAME_INVALID
        if isinstance(cause, TimeoutError):
            return Kind.TIMEOUT
        if isinstance(cause, EOFError):
            return Kind.CLOSED
        if isinstance(cause, OSError):
            winerror = getattr(cause, "winerror", None)
            kind = _WINERROR.get(winerror) if winerror is not None else None
            kind = kind or _ERRNO.get(cause.errno or 0) or _CLASSES.get(type(cause))
            if kind:
                return kind
    return Kind.OTHER


def failure(error: BaseException, scrub: object = None) -> Failure:
    """Return the exception as a :class:`Failure`, its text scrubbed and cut to 300 characters.

    Without ``scrub`` the text is left out: exceptions may quote headers, and with them keys.
    """
    for cause in chain(error):
        if isinstance(cause, NetError):
            return cause.failure
    text = " ".join(str(error).split())[:300]
    return Failure(classify(error), scrub(text) if callable(scrub) else "")
