"""The outcome of a measurement, and every kind of network failure."""

from __future__ import annotations

from enum import StrEnum

from probes.model.note import Note
from probes.model.record import Record
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


class Outcome(StrEnum):
    """The outcome of the measurement itself, not of the thing measured."""

    DONE = "done"
    FAILED = "failed"  # the thing measured failed with a known kind of failure
    BLOCKED = "blocked"  # a probe that it depends on has failed: `note` names it
    SPARED = "spared"  # not needed or not allowed: `note` gives the reason
    CRASHED = "crashed"  # a bug in this program


class Kind(StrEnum):
    """A kind of network failure. ``probes/network/failures.py`` maps every exception to one of these."""

    NAME_UNKNOWN = "name_unknown"
    NAME_FAILED = "name_failed"  # no answer, SERVFAIL, refused
    NAME_INVALID = "name_invalid"  # not a valid host name
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"  # the connection ended without a response
    CUT = "cut"  # the connection ended in the middle of a response
    NOT_HTTP = "not_http"
    TOO_LONG = "too_long"  # a limit in bytes was exceeded
    ENCODING = "encoding"  # the body is not compressed as its header announces
    DENIED = "denied"  # the operating system denies permission
    TLS_NOT_TLS = "tls_not_tls"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_HOSTNAME = "tls_hostname"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_INCOMPLETE = "tls_incomplete"
    TLS_HANDSHAKE = "tls_handshake"
    TLS_WANTS_CERTIFICATE = "tls_wants_certificate"  # the server requires a client certificate
    TLS_RESET = "tls_reset"
    TLS_OTHER = "tls_other"
    NO_ROOTS = "no_roots"  # the CA bundle in the settings cannot be read
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_AUTH = "proxy_auth"
    PROXY_REFUSED = "proxy_refused"
    PROXY_PROTOCOL = "proxy_protocol"  # the server is not a proxy of the given kind
    OTHER = "other"


class Failure(Record):
    """A failure with its kind and its message."""

    kind: Kind
    detail: str = ""  # the original error message: scrubbed, one line
    note: Note | None = None  # an explanation in the user's language
