"""How a measurement ends, and every way in which touching the network fails."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from probes.model.note import Note
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


class Outcome(StrEnum):
    """What became of the attempt to measure, not of the thing measured."""

    DONE = "done"
    FAILED = "failed"  # the thing measured failed in a way that has a name
    BLOCKED = "blocked"  # a ground is missing: `note` names the probe
    SPARED = "spared"  # it would tell nothing new, or was not to be asked: `note` says why
    CRASHED = "crashed"  # our own fault


class Kind(StrEnum):
    """Every way in which touching the network fails; ``probes/network/failures.py`` maps exceptions to these and to
    nothing else.
    """

    NAME_UNKNOWN = "name_unknown"
    NAME_FAILED = "name_failed"  # no answer, SERVFAIL, refused
    NAME_INVALID = "name_invalid"  # cannot be a host name at all
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RESET = "reset"
    CLOSED = "closed"  # ended without an answer
    CUT = "cut"  # ended in the middle of one
    NOT_HTTP = "not_http"
    TOO_LONG = "too_long"  # a limit in bytes
    ENCODING = "encoding"  # the announced compression is not the one that came
    DENIED = "denied"  # this machine does not let the program do it
    TLS_NOT_TLS = "tls_not_tls"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_HOSTNAME = "tls_hostname"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_INCOMPLETE = "tls_incomplete"
    TLS_HANDSHAKE = "tls_handshake"
    TLS_WANTS_CERTIFICATE = "tls_wants_certificate"  # one of the client's own
    TLS_RESET = "tls_reset"
    TLS_OTHER = "tls_other"
    NO_ROOTS = "no_roots"  # the file of roots that was named cannot be read
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_AUTH = "proxy_auth"
    PROXY_REFUSED = "proxy_refused"
    PROXY_PROTOCOL = "proxy_protocol"  # what answers is no such proxy
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Failure:
    kind: Kind
    detail: str = ""  # in the words of whoever said so: scrubbed, one line
    note: Note | None = None  # in ours
