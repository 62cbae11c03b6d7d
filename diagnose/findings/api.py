"""http.* and shape.*: whether an API answers at the base URL, and whether its responses follow the protocol."""

from __future__ import annotations

from collections.abc import Callable

from diagnose.evidence.broken_clients import clients, lines, ordered
from diagnose.evidence.lines import after, answer_line, line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings import headers
from diagnose.findings.intermediaries import MADE, answered_by, case_of, idle, packing
from diagnose.findings.other_servers import front_login, leads_nowhere, not_llm_api, refuses_all_paths
from diagnose.findings.url import beyond_app, settings_of
from diagnose.report import Severity, seen
from probes.api.response_checks import answer_of, passes, unserved
from probes.model.attempt import Change
from probes.model.exchange import Body, Exchange, Purpose
from probes.model.failure import Kind
from probes.model.record import replace


def said(code: str) -> Callable[[View], Claim | None]:
    """Make a rule that holds if the best reading of the failed response, by the providers' dialects, is ``code``."""

    def when(view: View) -> Claim | None:
        match, subject = view.match, view.subject
        if match is None or subject is None or match.code != code:
            return None
        walled = code in ("http.blocked", "http.front_auth") and subject.response.body in (Body.HTML, Body.EMPTY)
        if subject.ok and code.startswith("http.") and not walled:
            return None  # an error with a success status: shape.error_as_success is the finding
        if subject.status == 426 and code == "http.gateway_error" and refuses_all_paths(view):
            return None
        values = {
            name: match.values[name]
            for name in ("retry_after", "parameter", "header", "group", "upstream")
            if name in match.values
        }
        more = (_limits(subject),) if code.startswith("quota.") else answered_by(view, subject) if code in MADE else ()
        case = match.values.get("case", "") or case_of(code, subject.status)
        if code == "http.blocked" and match.dialect.startswith("status-") and subject.response.body is Body.EMPTY:
            case = case or "silent"
        provider = view.door is not None and view.door.match.id is not None and not view.door.host.local
        if code == "quota.rate_limited" and subject.response.body is Body.EMPTY and provider:
            case = case or "edge"
        streamed = case == "streamed"
        if "upstream" in values:
            values["upstream"] = f"“{values['upstream']}”"  # a name that the gateway's operator has made up
        return Claim(
            (line_of(subject), *more),
            # It is not the user's key that was refused.
            probe="chat" if case == "upstream" and code.startswith(("auth.", "quota.")) else "",
            severity=softened(view, subject),
            sure=match.confidence >= 0.5,
            values=values,
            case=case,
            side=_SIDES.get(case, ""),
            settings={"stream": True} if streamed else None,
            verified=streamed and view.deep is not None and passes(view.deep.stream),
        )

    return when


# The side of a special case, if it is not that of the rule.
_SIDES = {"login": "provider", "portal": "network", "company": "network", "upstream": "relay", "upstream_path": "relay"}
_LIMITS = ("retry-after", "x-ratelimit-", "anthropic-ratelimit-", "ratelimit", "x-rate-limit-")
_SHOWN = 8  # headers: some providers send two dozen


def _limits(exchange: Exchange) -> str:
    """Return the headers with the server's rate limits in one line, ``retry-after`` and exhausted limits first."""
    headers = [(name, value[:40]) for name, value in exchange.response.headers if name.startswith(_LIMITS)]
    headers.sort(key=lambda one: (not one[0].startswith("retry-after"), "remaining" not in one[0] or one[1] != "0"))
    return ", ".join(f"{name}: {value}" for name, value in headers[:_SHOWN])


def softened(view: View, subject: Exchange) -> Severity | None:
    """Return WARNING if only our second generation (the stream) hit a limit, else None.

    The first generation succeeded, and the app sends only one.
    """
    streamed = subject.purpose is Purpose.STREAM
    return Severity.WARNING if streamed and subject.status in (429, 503) and view.works else None


def beside_another(view: View, claim: Claim | None) -> Claim | None:
    """Return a claim about a model that is refused alone, with the model that was answered as the fix."""
    working, deep = view.working, view.deep
    if claim is None or view.refused_alone is None or working is None or not working.model or deep is None:
        return claim
    answered = (line_of(deep.chat),) if deep.chat is not None else ()
    return replace(
        claim,
        evidence=(*claim.evidence, *answered),
        values={**claim.values, "near": working.model},
        settings={"model": working.model},
        verified=True,
    )


def broken(*kinds: Kind) -> Callable[[View], Claim | None]:
    """Make a rule that holds if a request failed without a complete response; broken streams belong to stream.*."""

    def when(view: View) -> Claim | None:
        subject = view.subject
        if subject is None or subject.failure is None or subject.failure.kind not in kinds:
            return None
        if subject.purpose is Purpose.STREAM and subject.status:
            return None
        silence = () if Kind.TIMEOUT in kinds else idle(subject.timing.seconds - subject.timing.first_byte)
        return Claim(
            (line_of(subject), *after(subject.timing.seconds), *silence),
            values={"seconds": f"{subject.timing.seconds:.0f}"},
        )

    return when


def _html(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.status == 200 and exchange.response.body is Body.HTML


def _front_auth(view: View) -> Claim | None:
    """Report a sign-in page in front of the API, even if the page has status 200."""
    claim = headers.wanted(view, said("http.front_auth")(view))
    page = view.first.told if view.first is not None else None
    login = front_login(view) if claim is None else None
    if login is not None and page is not None:
        return Claim((line_of(page), *answered_by(view, page)), case=login.values.get("case", ""))
    if claim is not None or page is None or not leads_nowhere(view) or not _html(page):
        return claim
    from diagnose.answers.dialects import classify

    match = next(iter(classify(page)), None)
    if match is None or match.code != "http.front_auth":
        return None
    line = f"{answer_line(page)} “{page.response.title}”"
    return Claim((line, *answered_by(view, page)), case=match.values.get("case", ""))


def _header_rejected(view: View) -> Claim | None:
    if view.evidence.client_request is not None:
        from diagnose.findings.client_request import refused  # few runs send the app's own request

        if (own := refused(view, header=True)) is not None:
            return own
    return (
        headers.unsendable(view)
        or headers.left_out(view)
        or headers.misformed(view)
        or said("http.header_rejected")(view)
    )


def _web_page(view: View) -> Claim | None:
    first = view.first
    if (
        not leads_nowhere(view)
        or first is None
        or not any(_html(one) for one in (first.told, first.listing, *view.looks))
    ):
        return None
    page = next(one for one in (first.told, first.listing, *view.looks) if one is not None and _html(one))
    title = f" “{page.response.title}”" if page.response.title else ""
    return Claim((answer_line(page) + title, seen("looked_at", count=len(view.looks))))


def _wrong_protocol(view: View) -> Claim | None:
    first, better = view.first, view.better
    if first is not None and better is not None and better.protocol != first.attempt.protocol:
        evidence = [line_of(one.told) for one in (first, view.deep) if one is not None and one.told is not None]
        carried, header = headers.sent_along(view, better.protocol)
        bound = beyond_app(view)
        return Claim(
            (*evidence, *carried),
            values={
                "other_protocol": better.protocol,
                "protocol": first.attempt.protocol,
                **({"app": view.app.name} if view.app is not None else {}),
                "better_url": better.base_url if better.base_url != first.attempt.base_url and not bound else "",
                "better_version": better.version if Change.VERSION in better.changed else "",
                **header,
            },
            # An app without a setting for that protocol cannot use what was found.
            settings=None if bound else settings_of(better),
            verified=view.working is not None and not bound,
            case="fixed" if bound else "",
        )
    subject = view.subject
    answer = subject.reading.answer if subject is not None else None
    if subject is not None and answer is not None and answer.problem == "other_protocol":
        return Claim((line_of(subject),), values={"other_protocol": answer_of(subject)})
    if subject is not None and subject.purpose is Purpose.CHAT and unserved(subject):
        bound = view.app is not None and view.app.protocols == (subject.attempt.protocol,)
        return Claim(
            (line_of(subject), seen("looked_at", count=len(view.looks))),
            values={"app": view.app.name} if bound and view.app is not None else {},
            case="fixed" if bound else "",
        )
    return None


def _error_as_success(view: View) -> Claim | None:
    subject = view.subject
    if subject is None or not subject.ok or subject.reading.answer is None or subject.reading.answer.problem != "error":
        return None
    return Claim((line_of(subject),))


def _malformed(view: View) -> Claim | None:
    subject = view.subject
    if subject is None or subject.purpose not in (Purpose.CHAT, Purpose.PATH):
        return _breaks_others(view)
    failure = subject.failure
    if failure is not None:
        if failure.kind not in (Kind.TOO_LONG, Kind.ENCODING):
            return None
        words = {Kind.TOO_LONG: seen("endless"), Kind.ENCODING: seen("encoding")}
        return Claim((line_of(subject), words[failure.kind]))
    if subject.purpose is Purpose.PATH or not subject.ok:
        return None
    if subject.reading.answer is None and (packed := packing(subject)) is not None:
        return Claim((line_of(subject), packed), case="packed")
    if subject.reading.answer is None:
        return Claim((line_of(subject), seen("body", kind=subject.response.body.value), subject.response.text[:200]))
    answer = subject.reading.answer
    if answer.problem in ("", "error", "other_protocol"):
        return None
    broken = lines(view.evidence.target.protocol, ordered(view.evidence.target.app, answer.breakages))
    problem = () if broken else (seen("problem", detail=answer.problem.replace("_", " ")),)
    wordless = answer.breakages and answer.problem == "no_text"
    return Claim(
        (line_of(subject), *problem, *broken, subject.response.text[:200]), case="wordless" if wordless else ""
    )


def _breaks_others(view: View) -> Claim | None:
    """Warn of an answer that the app's SDK reads, but other official SDKs do not."""
    chat = view.deep.chat if view.deep is not None else None
    answer = chat.reading.answer if chat is not None and passes(chat) else None
    if answer is None or not answer.breakages:
        return None
    protocol = view.evidence.target.protocol
    return Claim(
        lines(protocol, answer.breakages),
        severity=Severity.WARNING,
        case="others",
        values={"clients": clients(protocol, *answer.breakages)},
    )


def _closed(view: View) -> Claim | None:
    claim = broken(Kind.CLOSED, Kind.RESET, Kind.CUT)(view)
    if (
        claim is None
        or refuses_all_paths(view)
        or any(Change.SCHEME in attempt_round.attempt.changed for attempt_round in view.rounds)
    ):
        return None
    return claim


def _flaky(code: str, *statuses: int) -> Callable[[View], Claim | None]:
    """Make a rule like :func:`said` that also warns if only a repeated request succeeded.

    The SDKs repeat such requests themselves, so the app keeps working.
    """

    def when(view: View) -> Claim | None:
        deep = view.deep
        for exchange in (deep.chat, deep.stream) if deep is not None else ():
            timing = exchange.timing if exchange is not None and passes(exchange) else None
            if exchange is not None and timing is not None and timing.tries > 1 and timing.first_status in statuses:
                line = seen("flaky", purpose=exchange.purpose.value, status=timing.first_status, tries=timing.tries)
                return Claim((line,), severity=Severity.WARNING)
        return said(code)(view)

    return when


RULES = (
    Rule("http.not_http", Severity.ERROR, "http", broken(Kind.NOT_HTTP), "settings"),
    Rule("http.timeout", Severity.ERROR, "http", broken(Kind.TIMEOUT), "network", retryable=True),
    Rule("http.closed", Severity.ERROR, "http", _closed, "network", retryable=True),
    Rule("http.blocked", Severity.ERROR, "http", said("http.blocked"), "relay"),
    Rule("http.front_auth", Severity.ERROR, "http", _front_auth, "relay"),
    Rule("http.header_rejected", Severity.ERROR, "http", _header_rejected, "relay"),
    Rule("http.too_large", Severity.ERROR, "http", said("http.too_large"), "relay"),
    Rule(
        "http.gateway_error",
        Severity.ERROR,
        "http",
        _flaky("http.gateway_error", 502, 503, 504, *range(520, 531)),
        "relay",
        retryable=True,
    ),
    Rule(
        "http.server_error",
        Severity.ERROR,
        "http",
        _flaky("http.server_error", 500, 501),
        "provider",
        retryable=True,
    ),
    Rule("shape.wrong_protocol", Severity.ERROR, "http", _wrong_protocol, "settings"),
    Rule(
        "shape.web_page",
        Severity.ERROR,
        "http",
        _web_page,
        "settings",
    ),
    Rule(
        "shape.not_llm_api",
        Severity.ERROR,
        "http",
        not_llm_api,
        "settings",
    ),
    Rule("shape.error_as_success", Severity.ERROR, "chat", _error_as_success, "relay"),
    Rule("shape.malformed_answer", Severity.ERROR, "chat", _malformed, "relay"),
)
