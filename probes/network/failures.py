"""Exceptions become our words here and nowhere else: exception -> :class:`probes.model.settings.Kind`."""

from __future__ import annotations

import errno
import socket
import ssl

from probes.model.evidence import Facts
from probes.model.failure import Failure, Kind
from probes.model.note import Note


class NetError(Exception):
    """A touch of the network that failed in a way that has a name."""

    def __init__(self, kind: Kind, detail: str = "", facts: Facts | None = None, note: Note | None = None) -> None:
        said = detail or (note.name if note is not None else "")
        super().__init__(f"{kind.value}: {said}" if said else kind.value)
        self.failure = Failure(kind, detail, note)
        self.facts = facts  # what was seen all the same


# getaddrinfo's codes: the first group says that there is no such name, the second that nobody could tell.
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
# asyncio raises these without a number.
_CLASSES: dict[type[BaseException], Kind] = {
    ConnectionRefusedError: Kind.REFUSED,
    ConnectionResetError: Kind.RESET,
    ConnectionAbortedError: Kind.RESET,
    BrokenPipeError: Kind.RESET,
}
# Windows' own numbers, where they differ from errno's.
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
# The first record was no TLS record: somebody on that port speaks plainly.
_PLAIN = (
    "WRONG_VERSION_NUMBER",
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
)
# An alert of the other side's, whatever it is about: OpenSSL's reasons for those it received begin so.
_ALERTS = ("TLSV1_", "TLSV13_", "SSLV3_")
_UNAGREED = ("ALERT", "PROTOCOL", "VERSION", "CIPHER", "HANDSHAKE", "SIGALG", "DH_KEY")


def chain(error: BaseException) -> list[BaseException]:
    """The error and all that it came from: causes, contexts, members of groups; each once, outermost first."""
    found: list[BaseException] = []
    queue: list[BaseException | None] = [error]
    while queue:
        one = queue.pop(0)
        if one is None or any(one is seen for seen in found):
            continue
        found.append(one)
        queue += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            queue += one.exceptions
    return found


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
    if "CERTIFICATE_REQUIRED" in reason:
        return Kind.TLS_WANTS_CERTIFICATE
    if reason.startswith(_ALERTS) or any(word in reason for word in _UNAGREED):
        return Kind.TLS_HANDSHAKE
    return Kind.TLS_OTHER


def _verify_by_text(text: str) -> Kind:
    """The operating systems' verifiers (macOS, Windows) give no OpenSSL code, only a sentence."""
    low = text.lower()
    if "expired" in low:
        return Kind.TLS_EXPIRED
    if "hostname" in low or "host name" in low or "name does not match" in low or "cn name" in low:
        return Kind.TLS_HOSTNAME
    if "not yet valid" in low:
        return Kind.TLS_NOT_YET_VALID
    return Kind.TLS_UNTRUSTED


def classify(error: BaseException) -> Kind:
    """Which of the named ways of failing this exception is; ``Kind.OTHER`` for one that is none of the network's."""
    for one in chain(error):
        if isinstance(one, NetError):
            return one.failure.kind
        if isinstance(one, ssl.SSLError):
            return _classify_tls(one)
        if isinstance(one, socket.gaierror):
            return Kind.NAME_UNKNOWN if one.errno in _NO_NAME else Kind.NAME_FAILED
        if isinstance(one, UnicodeError):
            return Kind.NAME_INVALID
        if isinstance(one, TimeoutError):
            return Kind.TIMEOUT
        if isinstance(one, EOFError):
            return Kind.CLOSED
        if isinstance(one, OSError):
            winerror = getattr(one, "winerror", None)
            kind = _WINERROR.get(winerror) if winerror is not None else None
            kind = kind or _ERRNO.get(one.errno or 0) or _CLASSES.get(type(one))
            if kind:
                return kind
    return Kind.OTHER


def failure(error: BaseException, scrub: object = None) -> Failure:
    """The exception as a :class:`Failure`; its text goes through ``scrub`` since exceptions quote headers, keys and
    all.
    """
    for one in chain(error):
        if isinstance(one, NetError):
            return one.failure
    text = " ".join(str(error).split())[:300]
    return Failure(classify(error), scrub(text) if callable(scrub) else "")
