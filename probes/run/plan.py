"""Make the first round of requests, which `--plan` prints and the engine sends. Pure: nothing touches the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.api.balance import balance_attempt, balance_urls
from probes.api.context import ApiContext
from probes.api.round_plan import generates, looks_around, planned, round_requests, with_extra_headers
from probes.catalog import node_runtime
from probes.catalog.app import AppWebSocket
from probes.catalog.apps import load as load_apps
from probes.model.attempt import Attempt, Auth, Change, KeyForm
from probes.model.evidence import Subject
from probes.model.exchange import Purpose
from probes.model.facts import DoorFacts, KeyPolicy, ProxyFacts, Withheld
from probes.model.named_tuple import NamedTuple
from probes.model.planned_request import MODEL, PROMPT_TOKENS, Plan, PlannedCase, PlannedRequest
from probes.model.record import replace
from probes.model.settings import Settings, Sourced
from probes.model.source import Source, SourceKind
from probes.network.connection_pool import connect_rule
from probes.protocols.protocol import ALLOWANCE, ApiRequest, model_in, preflight, version_in, wire
from probes.run.key_policy import Route, decide
from probes.run.offline_checks import OfflineChecks, scrubber, survey
from probes.steps.recorder import Recorder, scrubbed
from probes.urls.addresses import literal_address, loopback_name, named_local
from probes.urls.url import Url, parse_url

if TYPE_CHECKING:
    from probes.client_run.permission import RunPermission

_CLIENT_MORE = 8  # requests after the client's own, as in probes/client_requests/bisection.py, which few plans need
# Examples of the addresses that a name may resolve to.
_PRIVATE, _PUBLIC = "10.0.0.1", "8.8.8.8"


def first_round(
    offline: OfflineChecks, base_url: str, facts: DoorFacts, policy: KeyPolicy
) -> tuple[PlannedRequest, ...]:
    """Make the first round of requests at ``base_url``.

    ``facts`` and ``policy`` are what is known about the host and the route, before or after the connection is made.
    """
    context = api_context(offline, base_url, facts, policy)
    return round_requests(context.first, context, looks=looks_around(context))


def api_context(offline: OfflineChecks, base_url: str, facts: DoorFacts, policy: KeyPolicy) -> ApiContext:
    """Gather the inputs of the attempt loop at one host, with its first attempt."""
    settings = _with_model(offline.given, facts.protocol)
    if offline.credential is not None:
        from probes.credential_chains.chain import chain_of  # few doors have one

        style = chain_of(offline.credential.chain.vendor).auth
        settings = replace(settings, auth=Sourced(style, Source(SourceKind.NONE)))
    if policy.withheld is Withheld.PROJECT:  # the model's name may hold a secret, and a path may hold the model
        settings = replace(settings, model=None)
    return ApiContext(
        settings=settings,
        facts=facts,
        door=offline.door,
        first=_first_attempt(offline, settings, base_url, facts, policy),
        policy=policy,
        mended=offline.exams.url.mended,
        day=offline.day,
    )


def _first_attempt(
    offline: OfflineChecks, given: Settings, base_url: str, facts: DoorFacts, policy: KeyPolicy
) -> Attempt:
    """Make the attempt that is closest to what the app sends: with flaws fixed, and with a key that may be sent."""
    keys = policy.forms
    form = next((one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in keys), KeyForm.NONE)
    protocol = wire(offline.protocol)
    first = _sent_by(given, protocol.attempt(base_url, given.auth.value if given.auth is not None else None))
    as_given = offline.exams.url.literal == base_url and (
        form is KeyForm.GIVEN or (form is KeyForm.NONE and not offline.exams.keys())
    )
    # A key that may not take this way is no difference in the settings.
    unsent = form is KeyForm.NONE and KeyForm.GIVEN in policy.direct
    changed = () if as_given or (unsent and offline.exams.url.literal == base_url) else (Change.MENDED,)
    if form is KeyForm.NONE and KeyForm.CONFLICTING in keys and not facts.host.local:
        # The given key may not be sent, so the key of an overridden source takes its place.
        form, as_given, changed = KeyForm.CONFLICTING, False, (Change.KEY_SOURCE,)
    first = replace(first, key=form, given=as_given, changed=changed)
    if offline.exams.url.literal == base_url:
        first = replace(first, address=offline.exams.address, query=offline.exams.query)
    if protocol.versions:
        raw = given.base_url.value if given.base_url and not as_given else ""
        withheld = policy.withheld is Withheld.PROJECT
        named = given.api_version.value if given.api_version and not withheld else version_in(offline.protocol, raw)
        first = replace(first, version=named or first.version)
    return first


def _with_model(given: Settings, protocol: str) -> Settings:
    """Take the model from the base URL if the settings name none."""
    raw = given.base_url.value if given.base_url else ""
    named = model_in(protocol, raw) if given.model is None else None
    if not named or given.base_url is None:
        return given
    return replace(given, model=Sourced(named, Source(SourceKind.BASE_URL, given.base_url.source.owner)))


def _sent_by(given: Settings, attempt: Attempt) -> Attempt:
    """Set the header style and the API version of the app that the settings name."""
    app = load_apps().get(given.app)
    wire = app.wire(attempt.protocol) if app is not None else None
    if wire is None:
        return attempt
    if given.auth is not None and given.credential is not None and given.credential.chain.used:
        return replace(attempt, version=wire.version or attempt.version)  # the chain decides the style
    style = wire.auth_by.get(given.auth_variable or "", wire.auth[0])
    return replace(attempt, auth=Auth(style), version=wire.version or attempt.version)


def _expected_route(offline: OfflineChecks, target: Url) -> Route:
    rule = connect_rule(offline.given.connect_to, target)
    literal = literal_address((rule.to_host if rule is not None else "") or target.host)
    return Route(
        target.scheme,
        named_local(target.host),
        proxy=offline.proxy is not None and node_runtime.heeds(offline.given),
        redirected=rule is not None,
        address=literal.ip if literal is not None else None,
    )


def client_permission(settings: Settings) -> RunPermission:
    """Return what is known before the run about whether the app itself may be run. ``settings`` ask for that."""
    from probes.client_run.permission import permission  # few plans have such a run

    app = load_apps().get(settings.app)
    assert settings.client is not None and app is not None and app.run is not None
    scrub = scrubber(settings)
    offline = survey(settings, Recorder(settings.limits, scrub), scrub)
    policy = decide(offline.keys, _expected_route(offline, offline.target)) if offline.target is not None else None
    return permission(settings.client, settings, app.run, offline.target, policy)


def presumed_policy(offline: OfflineChecks) -> KeyPolicy | None:
    """Return what may be sent to a host that was not reached; None where only the dialled address would tell."""
    target = offline.target
    if target is None:
        return None
    route = _expected_route(offline, target)
    known = target.scheme == "https" or route.address is not None or loopback_name(target.host)
    return decide(offline.keys, route) if known else None


class _Case(NamedTuple):
    """The first round of requests by one route."""

    when: str
    context: ApiContext
    requests: tuple[PlannedRequest, ...]

    @property
    def may_work(self) -> bool:
        first = self.context.first
        return first.key in self.context.keys(first) or generates(first, self.context)


def plan(settings: Settings) -> Plan | None:
    """Plan a check of these settings; None if the base URL contains no usable address. The plan holds no secret."""
    scrub = scrubber(settings)
    recorder = Recorder(settings.limits, scrub)
    offline = survey(settings, recorder, scrub)
    base, facts, target = offline.exams.url.literal or offline.exams.url.mended, offline.facts, offline.target
    if facts is None or target is None or base is None:
        return None
    route = _expected_route(offline, target)
    if settings.offline or offline.keys.in_address:
        withheld = decide(offline.keys, route).withheld
        return scrubbed(Plan(facts.host.name, facts.host.port, None, (), 0, withheld), scrub)
    proxy = recorder.one(ProxyFacts, Subject.PROXY)
    first = _case(offline, base, facts, "", route)
    others = [_case(offline, base, facts, *other) for other in _other_routes(offline, target, route)]
    others = [one for one in others if one.when == "around_proxy" or one.requests != first.requests]
    client_name, client = _client(offline, [first, *others]) if settings.as_client else ("", None)
    known = Plan(
        host=facts.host.name,
        port=facts.host.port,
        proxy=(proxy.mended or proxy.url) if proxy is not None and route.proxy else None,
        requests=first.requests,
        further=settings.limits.extra_requests + settings.limits.earned_requests,
        withheld=first.context.policy.withheld,
        deep=_deep(offline, [first, *others]) if settings.deep else (),
        client=client,
        client_name=client_name,
        client_more=_CLIENT_MORE if client is not None else 0,
        otherwise=(*(PlannedCase(one.when, one.requests) for one in others), *_renamed(settings)),
        runtime=_runtime(offline, base, facts, target),
        on_success=_on_success(offline, first.context),
        conflict_source=offline.keys.conflict_source,
        with_client=settings.client is not None,
        extra=_extra(settings, [first, *others]),
    )
    return scrubbed(known, scrub)


def _renamed(settings: Settings) -> tuple[PlannedCase, ...]:
    """Return the first round with other names of variables, which a run makes if the settings as given do not work."""
    trial = settings.renamed
    if trial is None or (trial.override is not None and trial.override.withheld):
        return ()
    found = plan(trial)
    return (PlannedCase("renamed", found.requests),) if found is not None else ()


def _extra(settings: Settings, cases: list[_Case]) -> tuple[tuple[str, Source], ...]:
    """Return the extra headers that some request of the first round carries."""
    sent = {name for case in cases for request in case.requests for name in request.extra}
    return tuple((one.name, one.value.source) for one in settings.headers if one.name in sent)


def _case(offline: OfflineChecks, base_url: str, facts: DoorFacts, when: str, route: Route) -> _Case:
    facts = replace(facts, host=replace(facts.host, local=route.presumed_local))
    policy = decide(offline.keys, route)
    context = api_context(offline, base_url, facts, policy)
    return _Case(when, context, first_round(offline, base_url, facts, policy))


def _other_routes(offline: OfflineChecks, target: Url, route: Route) -> list[tuple[str, Route]]:
    """List the routes that treat the key otherwise than the expected one, if only the run can show which one is taken.

    A name in plain HTTP may resolve to a private address, or to a public one although it sounds private, and a private
    host may be reachable only without the proxy. Anything else that a run may find (a port without TLS, a proxy that
    the app ignores) allows fewer keys, never more.
    """
    found = []
    if route.scheme == "http" and route.address is None:
        if route.private:
            if not loopback_name(target.host):
                found.append(("public_address", replace(route, address=_PUBLIC)))
        elif not route.proxy:
            found.append(("private_address", replace(route, address=_PRIVATE)))
        elif offline.door is None and not route.redirected and not route.presumed_local:
            route = replace(route, presumed_local=True)
            found.append(("private_address", route))
    if route.presumed_local and route.proxy:
        found.append(("around_proxy", replace(route, proxy=False)))
    return found


def _on_success(offline: OfflineChecks, context: ApiContext) -> tuple[PlannedRequest, ...]:
    """List the requests that follow a working attempt: the preflight request for the app's web page, the balance."""
    found = []
    app = load_apps().get(context.settings.app)
    if app is not None and app.page:
        keyless = replace(context.first, key=KeyForm.NONE)
        found.append(planned(Purpose.PREFLIGHT, keyless, preflight(context.first, app.page)))
    found += _websocket(context)
    attempt = balance_attempt(offline.door, offline.target, context.policy) if offline.target is not None else None
    if attempt is not None and offline.door is not None:
        asks = (ApiRequest("GET", parse_url(url).path, (), None) for url in balance_urls(offline.door))
        found += [planned(Purpose.BALANCE, attempt, ask) for ask in asks]
    return tuple(found)


def _runtime(offline: OfflineChecks, base: str, facts: DoorFacts, target: Url) -> tuple[PlannedRequest, ...]:
    """Return the one request that the SDK of the app's own runtime makes, if it makes one."""
    asked = offline.given.runtime
    if asked is None:
        return ()
    from probes.run.runtime_policy import policy_for, reason_for_no_call  # few runs ask a runtime

    policy = policy_for(offline, asked, target)
    first = api_context(offline, base, facts, policy).first
    if reason_for_no_call(offline, policy, first, asked):
        return ()
    named = replace(first, model=first.model or (offline.given.model.value if offline.given.model else MODEL))
    ask = wire(first.protocol).generation(named, named.model or "", stream=False, adapted=())
    return (planned("runtime", named, ask, ALLOWANCE + PROMPT_TOKENS),)


def _websocket(context: ApiContext) -> list[PlannedRequest]:
    """List the upgrade to the WebSocket that the app opens first, with the most that its first message can cost."""
    app = websocket_of(context.settings, context.first.protocol)
    if app is None:
        return []
    from probes.api.websocket import handshake  # few apps open one

    message = not context.settings.no_spend
    ask = handshake(wire(context.first.protocol), app, b"-")
    request = planned(Purpose.WEBSOCKET, context.first, ask, (ALLOWANCE + PROMPT_TOKENS) if message else 0)
    return [with_extra_headers(request, context)]


def websocket_of(settings: Settings, protocol: str) -> AppWebSocket | None:
    """Return the WebSocket that the app opens before its requests of a protocol; None if it opens none.

    If its files were not read, they do not tell: then it may open one.
    """
    app = load_apps().get(settings.app)
    app_wire = app.wire(protocol) if app is not None else None
    opens = settings.websocket is None or settings.websocket.value
    return app_wire.websocket if app_wire is not None and opens else None


def _deep(offline: OfflineChecks, cases: list[_Case]) -> tuple[PlannedRequest, ...]:
    """List the requests of a deep check by the first route on which an attempt can work."""
    from probes.capabilities.feature_plan import foreseen

    for one in cases:
        if one.may_work:
            found = foreseen(one.context.settings, one.context.first, offline.door, one.context.facts.host.local)
            return tuple(with_extra_headers(request, one.context) for request in found)
    return ()


def _client(offline: OfflineChecks, cases: list[_Case]) -> tuple[str, PlannedRequest | None]:
    """Return the client's name and version, and its request by the first route on which an attempt can work."""
    from probes.client_requests.client_plan import foreseen

    for one in cases:
        if one.may_work:
            name, found = foreseen(one.context.settings, one.context.first)
            return name, with_extra_headers(found, one.context) if found is not None else None
    return "", None
