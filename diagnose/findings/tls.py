"""tls.*: the handshake, and whose certificate it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from diagnose.answers.products import Product, inspector
from diagnose.evidence.lines import line_of, told
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.report import Seen, Severity, seen
from probes.model.attempt import Change
from probes.model.evidence import Subject
from probes.model.facts import Certificate, TlsFacts
from probes.model.failure import Failure, Kind

# This program did not exist before: a clock that shows less is wrong.
BUILT = "2026-11-01"
_CLOCK = timedelta(minutes=10)  # more than any network is slow


def _inspector(certificate: Certificate | None) -> Product | None:
    return inspector(certificate.issuer) if certificate is not None else None


def _about(view: View) -> tuple[tuple[str | Seen, ...], dict[str, str]]:
    found = view.certificate
    failure = view.failure("tls")
    said = failure is not None and (failure.note or failure.detail)
    lines: list[str | Seen] = [seen("note", note=said)] if said else []
    if found is None:
        return tuple(lines), {}
    lines.append(seen("certificate", name=found.subject, issuer=found.issuer))
    lines.append(seen("valid", not_before=found.not_before[:10], not_after=found.not_after[:10]))
    values = {"issuer": found.issuer, "names": ", ".join(found.names[:4]), "not_after": found.not_after[:10]}
    return tuple(lines), values


def _failed(*kinds: Kind) -> Callable[[View], Claim | None]:
    def when(view: View) -> Claim | None:
        if view.failed("tls", *kinds) is None:
            return None
        lines, values = _about(view)
        return Claim(lines, values=values)

    return when


def _clock_wrong(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_EXPIRED, Kind.TLS_NOT_YET_VALID) is None:
        return None
    here, found = view.evidence.started_at, view.certificate
    there = view.tls.date if view.tls is not None else ""
    # The other clock is right where the certificate holds by it, and this one differs.
    holds = there and found is not None and found.not_before <= there <= found.not_after
    if not (here < BUILT or (holds and here and abs(_moment(there) - _moment(here)) > _CLOCK)):
        return None
    lines, values = _about(view)
    other = (seen("server_clock", host=view.door.host.name if view.door else "", name=there),) if holds else ()
    return Claim((seen("clock", name=here), *other, *lines), values=values)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _untrusted(view: View) -> Claim | None:
    found = view.failed("tls", Kind.TLS_UNTRUSTED, Kind.TLS_OTHER)
    facts = view.tls
    unread = view.failed("settings", Kind.NO_ROOTS)
    if unread is not None:
        return Claim(
            (unread.detail,),
            settings={"ssl_cert_file": ""},
            verified=view.works,
            side="settings",
            case="no_list",
            probe="settings",
        )
    if facts is not None and facts.elsewhere and not _is_intercepted(view):
        lines, values = _about(view)
        return Claim(lines, values=values | {"path": facts.elsewhere}, **_other_list(view))
    if found is None and _system_alone(view) and not _opened(view):
        return _elsewhere(view)
    if facts is not None and facts.certifi and view.failed("tls", Kind.TLS_UNTRUSTED, Kind.TLS_SELF_SIGNED):
        lines, values = _about(view)
        return Claim(
            lines,
            values=values | {"path": facts.certifi_path},
            settings={"ssl_cert_file": facts.certifi_path},
            verified=view.works,
            side="machine",
            case="old_list",
        )
    if found is None or _is_intercepted(view) or _is_incomplete(view.certificate):
        return None
    lines, values = _about(view)
    return Claim(lines, values=values)


def _other_list(view: View) -> dict[str, Any]:
    """How the app gets at the list of roots at hand that trusts the certificate, where its own does not."""
    found = view.tls.elsewhere if view.tls is not None else ""
    if not found:
        return {}
    if view.app is not None and view.app.roots == "certifi":
        return {}
    if view.app is None or view.app.roots != "node":
        case, fix = "file_alone", {"ssl_cert_file": ""}  # it stands in place of the system's list, not beside it
    elif found == "system":
        case, fix = "node_system", {"node_use_system_ca": "1"}
    else:
        case, fix = "node", {"node_extra_ca_certs": found}
    return {"settings": fix, "verified": view.works, "side": "machine", "case": case}


def _system_alone(view: View) -> bool:
    """Whether the operating system's list trusts the certificate, and certifi's does not."""
    return view.failure("tls") is None and view.tls is not None and view.tls.certifi is False


def _elsewhere(view: View) -> Claim:
    """Sound for the newest SDKs, which read the system's list, and for no client that brings a list of its own."""
    lines, values = _about(view)
    facts = view.tls
    return Claim(
        lines,
        severity=Severity.INFO,
        values=values | {"path": facts.certifi_path if facts is not None else ""},
        case="system_only",
    )


def _opened(view: View) -> bool:
    """Whether somebody opens the connection, by whose certificate it is and whose host."""
    known_door = view.door is not None and view.door.match.id is not None and not view.door.host.local
    return _inspector(view.certificate) is not None or known_door


def _is_intercepted(view: View) -> bool:
    if view.failed("tls", Kind.TLS_UNTRUSTED, Kind.TLS_SELF_SIGNED) is None or (view.tls and view.tls.certifi):
        return False
    return _opened(view)


def _is_incomplete(certificate: Certificate | None) -> bool:
    """Its issuer is missing among what was sent, and is a public one: it says where its certificate can be fetched."""
    return (
        certificate is not None
        and certificate.sent > 0
        and not certificate.self_signed
        and not certificate.issuer_sent
        and certificate.issuer_fetchable
    )


def _intercepted(view: View) -> Claim | None:
    if _system_alone(view) and _opened(view):
        return _elsewhere(view)
    box = _inspector(view.certificate)
    if not _is_intercepted(view) or (_is_incomplete(view.certificate) and box is None):
        return None
    lines, values = _about(view)
    other = _other_list(view)
    if other:
        line = next(f"{name.upper()}={value}" for name, value in other["settings"].items())
        values |= {"detail": line}
    more = other | {"side": "network", "case": "elsewhere" if other else box.kind if box else ""}
    return Claim(lines, values=values | {"product": box.name if box else ""}, **more)


def _incomplete(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_UNTRUSTED) is None or not _is_incomplete(view.certificate):
        return None
    if _inspector(view.certificate) or (view.tls and view.tls.certifi):
        return None
    lines, values = _about(view)
    sent = view.certificate.sent if view.certificate is not None else 0
    return Claim((*lines, seen("sent", count=sent)), values=values)


def _handshake(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_HANDSHAKE) is None:
        return None
    lines, values = _about(view)
    version = view.tls.version if view.tls is not None else ""
    old = version in ("TLSv1", "TLSv1.1", "SSLv3")
    spoken = (seen("spoken", name=version),) if version else ()
    unserved = "UNRECOGNIZED_NAME" in (view.failed("tls", Kind.TLS_HANDSHAKE) or Failure(Kind.OTHER)).detail
    case = "old" if old else "name" if unserved else ""
    return Claim((*lines, *spoken), values=values | {"detail": version}, case=case)


def _self_signed(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_SELF_SIGNED) is None or _is_intercepted(view):
        return None
    if view.tls is not None and (view.tls.certifi or view.tls.elsewhere):
        return None
    lines, values = _about(view)
    return Claim(lines, values=values)


def _not_tls(view: View) -> Claim | None:
    found = view.failed("tls", Kind.TLS_NOT_TLS)
    plain = view.evidence.one(TlsFacts, Subject.PLAIN_HTTP) is not None
    if found is None and not plain:
        return None
    better = view.better
    works = view.working is not None
    url = better.base_url if better is not None and better.base_url.startswith("http:") else ""
    return Claim(
        (seen("plain_http"),) if plain else (told(found),) if found else (),
        values={"better_url": url},
        settings={"base_url": url} if url else None,
        verified=works and bool(url),
    )


def _needed(view: View) -> Claim | None:
    first = view.first
    if first is None or first.told is None or not first.attempt.base_url.startswith("http:"):
        return None
    moved = next(
        (attempt_round for attempt_round in view.rounds if Change.SCHEME in attempt_round.attempt.changed), None
    )
    if moved is None and not view.failed("tls"):
        return None
    secure = [
        one for one in view.rounds if one.attempt.base_url.startswith("https:") and Change.SCHEME in one.attempt.changed
    ]
    if not secure:
        return None
    url = secure[0].attempt.base_url
    return Claim(
        (line_of(first.told),),
        values={"better_url": url},
        settings={"base_url": url},
        verified=view.works and view.deep is secure[0],
    )


def _expires_soon(view: View) -> Claim | None:
    found = view.certificate
    if found is None or view.failure("tls") is not None or not 0 <= found.days_left <= 14:
        return None
    days = round(found.days_left)
    lines, values = _about(view)
    return Claim(lines, values=values | ({"days": str(days)} if days >= 2 else {}))


RULES = (
    Rule("tls.clock_wrong", Severity.ERROR, "tls", _clock_wrong, "machine"),
    Rule("tls.not_tls", Severity.ERROR, "tls", _not_tls, "settings"),
    Rule("tls.needed", Severity.ERROR, "http", _needed, "settings"),
    Rule("tls.intercepted", Severity.ERROR, "tls", _intercepted, "network"),
    Rule("tls.expired", Severity.ERROR, "tls", _failed(Kind.TLS_EXPIRED), "provider"),
    Rule(
        "tls.not_yet_valid",
        Severity.ERROR,
        "tls",
        _failed(Kind.TLS_NOT_YET_VALID),
        "machine",
    ),
    Rule(
        "tls.hostname_mismatch",
        Severity.ERROR,
        "tls",
        _failed(Kind.TLS_HOSTNAME),
        "network",
    ),
    Rule("tls.self_signed", Severity.ERROR, "tls", _self_signed, "relay"),
    Rule("tls.incomplete_chain", Severity.ERROR, "tls", _incomplete, "relay"),
    Rule("tls.untrusted_issuer", Severity.ERROR, "tls", _untrusted, "machine"),
    Rule("tls.handshake_failed", Severity.ERROR, "tls", _handshake, "relay"),
    Rule(
        "tls.reset",
        Severity.ERROR,
        "tls",
        _failed(Kind.TLS_RESET, Kind.RESET, Kind.CLOSED, Kind.TIMEOUT),
        "network",
        retryable=True,
    ),
    Rule("tls.expires_soon", Severity.WARNING, "tls", _expires_soon, "provider"),
)
