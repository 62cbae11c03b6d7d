"""tls.*: the TLS handshake and the server's certificate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from diagnose.answers.products import Product, inspector
from diagnose.evidence.lines import failure_line, line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.api import broken, said
from diagnose.report import Seen, Severity, seen
from probes.model.attempt import Change
from probes.model.evidence import NO_CRYPTOGRAPHY, Subject
from probes.model.facts import Certificate, TlsFacts
from probes.model.failure import Failure, Kind
from probes.model.listed import Listed
from probes.model.record import replace
from probes.model.settings import SYSTEM

# This program did not exist before this date, so an earlier time on this machine is wrong.
BUILT = "2026-11-01"
_CLOCK = timedelta(minutes=10)  # longer than the delay of any network


def _inspector(certificate: Certificate | None) -> Product | None:
    return inspector(certificate.issuer) if certificate is not None else None


def _certificate_lines(view: View) -> tuple[tuple[str | Seen, ...], dict[str, str]]:
    certificate = view.certificate
    failure = view.failure("tls")
    failure_text = failure is not None and (failure.note or failure.detail)
    lines: list[str | Seen] = [seen("note", note=failure_text)] if failure_text else []
    if certificate is None:
        return tuple(lines), {}
    lines.append(seen("certificate", name=certificate.subject, issuer=certificate.issuer))
    lines.append(seen("valid", not_before=certificate.not_before[:10], not_after=certificate.not_after[:10]))
    values = {
        "issuer": certificate.issuer,
        "names": Listed(certificate.names[:4]),
        "not_after": certificate.not_after[:10],
    }
    return tuple(lines), values


def _failed(*kinds: Kind) -> Callable[[View], Claim | None]:
    def when(view: View) -> Claim | None:
        if view.failed("tls", *kinds) is None:
            return None
        lines, values = _certificate_lines(view)
        return Claim(lines, values=values)

    return when


def _clock_wrong(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_EXPIRED, Kind.TLS_NOT_YET_VALID) is None:
        return None
    our_time, certificate = view.evidence.started_at, view.certificate
    server_time = view.tls.date if view.tls is not None else ""
    # The server's clock is right if the certificate is valid at its time; then a differing local clock is wrong.
    valid_there = (
        server_time and certificate is not None and certificate.not_before <= server_time <= certificate.not_after
    )
    if not (
        our_time < BUILT or (valid_there and our_time and abs(_time_of(server_time) - _time_of(our_time)) > _CLOCK)
    ):
        return None
    lines, values = _certificate_lines(view)
    other = (
        (seen("server_clock", host=view.door.host.name if view.door else "", name=server_time),) if valid_there else ()
    )
    return Claim((seen("clock", name=our_time), *other, *lines), values=values)


def _time_of(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _untrusted(view: View) -> Claim | None:
    failure = view.failed("tls", Kind.TLS_UNTRUSTED, Kind.TLS_OTHER)
    facts = view.tls
    unreadable = view.failed("settings", Kind.NO_ROOTS)
    if unreadable is not None:
        return Claim(
            (unreadable.detail,),
            settings={"ssl_cert_file": ""},
            verified=view.works,
            side="settings",
            case="no_list",
            probe="settings",
        )
    if facts is not None and facts.elsewhere and not _is_intercepted(view):
        lines, values = _certificate_lines(view)
        return Claim(lines, values=values | {"path": facts.elsewhere}, **_other_trust_store(view))
    if failure is None and _only_system_trusts(view) and not _likely_opened(view):
        return _system_only_claim(view)
    if facts is not None and facts.certifi and view.failed("tls", Kind.TLS_UNTRUSTED, Kind.TLS_SELF_SIGNED):
        lines, values = _certificate_lines(view)
        return Claim(
            lines,
            values=values | {"path": facts.certifi_path},
            settings={"ssl_cert_file": facts.certifi_path} if facts.certifi_path else None,
            verified=view.works and bool(facts.certifi_path),
            side="machine",
            case="old_list",
        )
    if failure is None:
        return _untrusted_in_runtime(view)
    if _is_intercepted(view) or _is_incomplete(view.certificate):
        return None
    lines, values = _certificate_lines(view)
    return Claim(lines, values=values)


def _untrusted_in_runtime(view: View) -> Claim | None:
    """Report a certificate that this program trusts and the app's own runtime does not."""
    facts = view.runtime
    if facts is None or not view.works:
        return None
    import shlex

    from diagnose.evidence.runtime_evidence import known_fault, lines_of, name_of, unverified
    from probes.model.runtime_facts import NODE

    error = unverified(facts)
    if error is None or known_fault(facts) is not None:
        return None
    trust = view.evidence.vantage.trust
    variable = "NODE_EXTRA_CA_CERTS" if facts.kind == NODE else "SSL_CERT_FILE"
    if trust == SYSTEM and facts.kind == NODE:
        command = "export NODE_USE_SYSTEM_CA=1"
    else:
        command = f"export {variable}={shlex.quote(trust)}" if trust != SYSTEM else ""
    return Claim(
        lines_of(facts, error),
        values={"runtime": name_of(facts), "variable": variable, "command": command},
        side="machine",
        case="runtime",
        command=command,
    )


def _other_trust_store(view: View) -> dict[str, Any]:
    """Return the setting with which the app uses the other trust store on this machine that trusts the certificate."""
    trusted_by = view.tls.elsewhere if view.tls is not None else ""
    if not trusted_by:
        return {}
    if view.app is not None and view.app.roots == "certifi":
        return {}
    if view.app is None or view.app.roots not in ("node", "bun"):
        # SSL_CERT_FILE replaces the system's CA certificates, it does not add to them.
        case, fix = "file_alone", {"ssl_cert_file": ""}
    elif trusted_by == "system":
        case, fix = "node_system", {"node_use_system_ca": "1"}
    else:
        case, fix = "node", {"node_extra_ca_certs": trusted_by}
    return {"settings": fix, "verified": view.works, "side": "machine", "case": case}


def _only_system_trusts(view: View) -> bool:
    """Check whether the operating system trusts the certificate and certifi's CA bundle does not."""
    return view.failure("tls") is None and view.tls is not None and view.tls.certifi is False


def _system_only_claim(view: View) -> Claim:
    """Return a claim for a certificate that only the newest SDKs accept, because they use the system's trust store.

    Clients with their own CA bundle refuse it.
    """
    lines, values = _certificate_lines(view)
    facts = view.tls
    return Claim(
        lines,
        severity=Severity.INFO,
        values=values | {"path": facts.certifi_path if facts is not None else ""},
        case="system_only",
    )


def _likely_opened(view: View) -> bool:
    """Check whether a product likely decrypts TLS: the issuer is such a product, or the host is a known provider's."""
    known_door = view.door is not None and view.door.match.id is not None and not view.door.host.local
    return _inspector(view.certificate) is not None or known_door


def _is_intercepted(view: View) -> bool:
    if view.failed("tls", Kind.TLS_UNTRUSTED, Kind.TLS_SELF_SIGNED) is None or (view.tls and view.tls.certifi):
        return False
    return _likely_opened(view)


def _is_incomplete(certificate: Certificate | None) -> bool:
    """Check whether the server left out the certificate of a public issuer, one whose URL the AIA extension names."""
    return (
        certificate is not None
        and certificate.sent > 0
        and not certificate.self_signed
        and not certificate.issuer_sent
        and certificate.issuer_fetchable
    )


def _intercepted(view: View) -> Claim | None:
    if _only_system_trusts(view) and _likely_opened(view):
        return _system_only_claim(view)
    product = _inspector(view.certificate)
    if not _is_intercepted(view) or (_is_incomplete(view.certificate) and product is None):
        return None
    lines, values = _certificate_lines(view)
    fix = _other_trust_store(view)
    if fix:
        line = next(f"{name.upper()}={value}" for name, value in fix["settings"].items())
        values |= {"detail": line}
    more = fix | {"side": "network", "case": "elsewhere" if fix else product.kind if product else ""}
    return Claim(lines, values=values | {"product": product.name if product else ""}, **more)


def _incomplete(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_UNTRUSTED) is None or not _is_incomplete(view.certificate):
        return None
    if _inspector(view.certificate) or (view.tls and view.tls.certifi):
        return None
    lines, values = _certificate_lines(view)
    sent = view.certificate.sent if view.certificate is not None else 0
    return Claim((*lines, seen("sent", count=sent)), values=values)


def _handshake(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_HANDSHAKE) is None:
        return None
    lines, values = _certificate_lines(view)
    version = view.tls.version if view.tls is not None else ""
    old = version in ("TLSv1", "TLSv1.1", "SSLv3")
    version_line = (seen("spoken", name=version),) if version else ()
    unknown_name = "UNRECOGNIZED_NAME" in (view.failed("tls", Kind.TLS_HANDSHAKE) or Failure(Kind.OTHER)).detail
    case = "old" if old else "name" if unknown_name else ""
    return Claim((*lines, *version_line, *_unchecked(view)), values=values | {"detail": version}, case=case)


def _unchecked(view: View) -> tuple[Seen, ...]:
    """Return the line that another cause was not looked for, if the package that this needs is missing."""
    shown = [one.note for one in view.evidence.observations if one.subject is Subject.CLIENT_CERTIFICATE]
    return (seen("no_client_certificate"),) if NO_CRYPTOGRAPHY in shown else ()


def _self_signed(view: View) -> Claim | None:
    if view.failed("tls", Kind.TLS_SELF_SIGNED) is None or _is_intercepted(view):
        return None
    if view.tls is not None and (view.tls.certifi or view.tls.elsewhere):
        return None
    lines, values = _certificate_lines(view)
    return Claim(lines, values=values)


def _not_tls(view: View) -> Claim | None:
    failure = view.failed("tls", Kind.TLS_NOT_TLS)
    plain = view.evidence.one(TlsFacts, Subject.PLAIN_HTTP) is not None
    if failure is None and not plain:
        return None
    better = view.better
    works = view.working is not None
    url = better.base_url if better is not None and better.base_url.startswith("http:") else ""
    return Claim(
        (
            *((failure_line(failure),) if failure and (failure.note or not plain) else ()),
            *((seen("plain_http"),) * plain),
        ),
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


def _reset(view: View) -> Claim | None:
    claim = _failed(Kind.TLS_RESET, Kind.RESET, Kind.CLOSED, Kind.TIMEOUT)(view)
    if claim is not None:
        claim = replace(claim, evidence=(*claim.evidence, *_unchecked(view)))
    door = view.door
    ends = any(one.subject is Subject.PLAIN_HTTP and one.failure is not None for one in view.evidence.observations)
    if claim is None or not ends or door is None or not door.host.local or view.tunnel is not None:
        return claim
    # A port of a container, `ssh -L`, socat or kubectl accepts every connection, also while nothing runs behind it.
    return replace(claim, evidence=(*claim.evidence, seen("plain_closed")), side="machine", case="nothing_behind")


def _client_certificate(view: View) -> Claim | None:
    """Report a server that wants a certificate of the client's (mutual TLS), which no LLM client has by itself.

    In TLS 1.3 the handshake is over for the client when the server refuses it, so the first request fails.
    """
    claim = broken(Kind.TLS_WANTS_CERTIFICATE, Kind.TLS_HANDSHAKE)(view) or said("tls.client_certificate")(view)
    if claim is not None:
        return replace(claim, probe="http")
    failure = view.failed("tls", Kind.TLS_WANTS_CERTIFICATE)
    shown = next((one for one in view.evidence.observations if one.subject is Subject.CLIENT_CERTIFICATE), None)
    if shown is not None and shown.failure is not None:
        first = view.failure("tls")
        accepted = shown.failure.detail == "accepted"
        return Claim(
            (
                *((failure_line(first),) if first is not None else ()),
                seen("with_certificate", note=seen("connected") if accepted else shown.failure.detail),
            )
        )
    return Claim((failure_line(failure),)) if failure is not None else None


_PYTHON = ("httpx",)  # stacks of clients that verify with Python's ssl module


def _strict(view: View) -> Claim | None:
    facts, app = view.tls, view.app
    if facts is None or not facts.strict or view.failure("tls") is not None:
        return None
    if app is not None and app.stack not in _PYTHON:
        return None
    lines, values = _certificate_lines(view)
    line = seen("strictly", note=facts.strict)
    return Claim((*lines, line), values=values | {"detail": facts.strict})


def _expires_soon(view: View) -> Claim | None:
    certificate = view.certificate
    if certificate is None or view.failure("tls") is not None or not 0 <= certificate.days_left <= 14:
        return None
    days = round(certificate.days_left)
    lines, values = _certificate_lines(view)
    return Claim(lines, values=values | ({"days": str(days)} if days >= 2 else {}))


RULES = (
    Rule("tls.clock_wrong", Severity.ERROR, "tls", _clock_wrong, "machine"),
    Rule("tls.not_tls", Severity.ERROR, "tls", _not_tls, "settings"),
    Rule("tls.needed", Severity.ERROR, "http", _needed, "settings"),
    Rule("tls.intercepted", Severity.ERROR, "tls", _intercepted, "network"),
    Rule("tls.client_certificate", Severity.ERROR, "tls", _client_certificate, "relay"),
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
        _reset,
        "network",
        retryable=True,
    ),
    Rule("tls.strict", Severity.WARNING, "tls", _strict, "relay"),
    Rule("tls.expires_soon", Severity.WARNING, "tls", _expires_soon, "provider"),
)
