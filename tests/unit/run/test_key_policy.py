"""The one decision on where a key may be sent, as a table."""

from __future__ import annotations

import asyncio

import pytest

from probes.api.client import ApiClient, KeyRefused
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.facts import KeyPolicy, Withheld
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Limits, Override, Settings, Sourced
from probes.model.source import Owner, Source, SourceKind, option
from probes.network.connection_pool import ConnectionPool
from probes.run.key_policy import AvailableKeys, Route, conflicting_key, decide
from probes.urls.url import Url

GIVEN, CLEANED, CONFLICTING = KeyForm.GIVEN, KeyForm.CLEANED, KeyForm.CONFLICTING
BOTH = frozenset({GIVEN, CONFLICTING})
TLS = Route("https", presumed_local=False)
PLAIN = Route("http", presumed_local=False)
LOCAL = Route("http", presumed_local=True)  # not dialled yet


def keys(*forms: KeyForm, **more: bool) -> AvailableKeys:
    return AvailableKeys(frozenset(forms), **more)


# The keys, the route, which may be sent on it, which around the proxy, and why the given key is withheld.
DECISIONS: dict[str, tuple[AvailableKeys, Route | None, tuple[KeyForm, ...], tuple[KeyForm, ...], Withheld | None]] = {
    "none": (keys(), TLS, (), (), None),
    "none-in-the-clear": (keys(), PLAIN, (), (), None),
    "encrypted": (keys(GIVEN, CLEANED, CONFLICTING), TLS, (GIVEN, CLEANED, CONFLICTING), (), None),
    "encrypted-through-a-proxy": (keys(GIVEN), Route("https", False, proxy=True), (GIVEN,), (), None),
    "encrypted-by-connect-to": (keys(GIVEN), Route("https", False, redirected=True), (GIVEN,), (), None),
    "encrypted-local": (keys(GIVEN), Route("https", True), (GIVEN,), (GIVEN,), None),
    "in-the-clear": (keys(GIVEN), PLAIN, (), (), Withheld.PLAINTEXT),
    "in-the-clear-public": (keys(GIVEN), Route("http", False, address="8.8.4.4"), (), (), Withheld.PLAINTEXT),
    "in-the-clear-private": (keys(GIVEN), Route("http", False, address="10.1.2.3"), (GIVEN,), (), None),
    "in-the-clear-loopback": (keys(GIVEN), Route("http", False, address="127.0.0.1"), (GIVEN,), (), None),
    "in-the-clear-private-v6": (keys(GIVEN), Route("http", False, address="fd00::1%eth0"), (GIVEN,), (), None),
    "in-the-clear-made-up-by-a-tun": (
        keys(GIVEN),
        Route("http", False, address="198.18.0.7"),
        (),
        (),
        Withheld.PLAINTEXT,
    ),
    # Where --connect-to leads does not prove where the name leads.
    "in-the-clear-redirected": (
        keys(GIVEN),
        Route("http", False, redirected=True, address="127.0.0.1"),
        (),
        (),
        Withheld.PLAINTEXT,
    ),
    # The address that was dialled belongs to the proxy, not to the host.
    "in-the-clear-through-a-local-proxy": (
        keys(GIVEN),
        Route("http", False, proxy=True, address="127.0.0.1"),
        (),
        (),
        Withheld.PLAINTEXT,
    ),
    "in-the-clear-anyway": (keys(GIVEN, send_anyway=True), PLAIN, (GIVEN,), (), None),
    "through-a-proxy-anyway": (keys(GIVEN, send_anyway=True), Route("http", False, proxy=True), (GIVEN,), (), None),
    "local": (keys(GIVEN), LOCAL, (GIVEN,), (GIVEN,), None),
    "local-dialled": (keys(GIVEN), Route("http", True, address="192.168.1.5"), (GIVEN,), (GIVEN,), None),
    # A name that sounds local proves nothing.
    "local-public": (keys(GIVEN), Route("http", True, address="8.8.4.4"), (), (), Withheld.PLAINTEXT),
    "local-public-anyway": (
        keys(GIVEN, send_anyway=True),
        Route("http", True, address="8.8.4.4"),
        (GIVEN,),
        (GIVEN,),
        None,
    ),
    "local-public-encrypted": (keys(GIVEN), Route("https", True, address="8.8.4.4"), (GIVEN,), (GIVEN,), None),
    "local-metadata": (keys(GIVEN), Route("http", True, address="169.254.169.254"), (), (), Withheld.PLAINTEXT),
    "local-unreadable": (keys(GIVEN), Route("http", True, address="unknown"), (), (), Withheld.PLAINTEXT),
    "local-redirected": (
        keys(GIVEN),
        Route("http", True, redirected=True, address="127.0.0.1"),
        (GIVEN,),
        (GIVEN,),
        None,
    ),
    "local-redirected-to-a-name": (keys(GIVEN), Route("http", True, redirected=True), (), (), Withheld.PLAINTEXT),
    "local-redirected-away": (
        keys(GIVEN),
        Route("http", True, redirected=True, address="8.8.4.4"),
        (),
        (),
        Withheld.PLAINTEXT,
    ),
    # With a proxy, the address is the one around it.
    "local-around-a-proxy": (keys(GIVEN), Route("http", True, proxy=True, address="10.0.0.1"), (), (GIVEN,), None),
    "local-around-a-proxy-public": (
        keys(GIVEN),
        Route("http", True, proxy=True, address="8.8.4.4"),
        (),
        (),
        Withheld.PLAINTEXT,
    ),
    "local-through-a-proxy": (keys(GIVEN), Route("http", True, proxy=True), (), (GIVEN,), None),
    "local-through-a-proxy-anyway": (
        keys(GIVEN, send_anyway=True),
        Route("http", True, proxy=True),
        (GIVEN,),
        (GIVEN,),
        None,
    ),
    "other-door": (keys(GIVEN, CONFLICTING, elsewhere=True), TLS, (CONFLICTING,), (), Withheld.OTHER_DOOR),
    "other-door-in-the-clear": (keys(GIVEN, CONFLICTING, elsewhere=True), PLAIN, (), (), Withheld.OTHER_DOOR),
    "other-door-local": (
        keys(GIVEN, CONFLICTING, elsewhere=True),
        LOCAL,
        (CONFLICTING,),
        (CONFLICTING,),
        Withheld.OTHER_DOOR,
    ),
    "other-door-anyway": (keys(GIVEN, elsewhere=True, send_anyway=True), TLS, (GIVEN,), (), None),
    "project": (keys(GIVEN, CONFLICTING, project=True), TLS, (), (), Withheld.PROJECT),
    "project-local": (keys(GIVEN, project=True), LOCAL, (), (), Withheld.PROJECT),
    "other-door-of-a-project": (keys(GIVEN, elsewhere=True, project=True), TLS, (), (), Withheld.PROJECT),
    "no-route": (keys(GIVEN), None, (), (), None),
    "no-route-other-door": (keys(GIVEN, elsewhere=True), None, (), (), Withheld.OTHER_DOOR),
    "no-route-project": (keys(GIVEN, project=True), None, (), (), Withheld.PROJECT),
}


@pytest.mark.parametrize(("known", "route", "forms", "direct", "withheld"), DECISIONS.values(), ids=DECISIONS)
def test_the_decision(
    known: AvailableKeys,
    route: Route | None,
    forms: tuple[KeyForm, ...],
    direct: tuple[KeyForm, ...],
    withheld: Withheld | None,
) -> None:
    assert decide(known, route) == KeyPolicy(forms, direct, withheld)


@pytest.mark.parametrize("form", KeyForm)
@pytest.mark.parametrize("direct", [False, True])
def test_a_policy_allows_what_it_names_and_what_is_no_key(form: KeyForm, direct: bool) -> None:
    policy = KeyPolicy(forms=(GIVEN,), direct=(CONFLICTING,))
    attempt = Attempt("openai", "https://relay.example/v1", Auth.BEARER, form, direct=direct)
    made_up = form in (KeyForm.NONE, KeyForm.DUMMY, KeyForm.WRONG)
    assert policy.allows(attempt) is (made_up or form is (CONFLICTING if direct else GIVEN))


def test_the_client_sends_no_key_that_the_policy_does_not_allow() -> None:
    def pool(where: Url, direct: bool) -> ConnectionPool:
        raise AssertionError("nothing may be dialled")

    client = ApiClient({GIVEN: "sk-made-up"}, Limits(), Scrubber(), pool, "0")
    attempt = Attempt("openai", "https://relay.example/v1", Auth.BEARER, GIVEN)
    with pytest.raises(KeyRefused):
        asyncio.run(client.models(attempt))


OPENAI, ANTHROPIC = "sk-proj-" + "a" * 74 + "T3BlbkFJ" + "b" * 74, "sk-ant-api03-" + "a" * 93 + "AA"


DOTENV = Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1)


def conflict(value: str, **more: object) -> Conflict:
    row: dict[str, object] = {
        "role": ConflictRole.KEY,
        "name": "OPENAI_API_KEY",
        "source": DOTENV,
        "why": ConflictReason.SHADOWED,
    }
    return Conflict(**{**row, **more, "value": Secret(value)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("conflicts", "given", "more", "found"),
    [
        ((), True, {}, None),
        ((conflict(OPENAI),), True, {}, OPENAI),
        ((conflict(OPENAI, same=True),), True, {}, None),
        ((conflict(OPENAI, role=ConflictRole.BASE_URL),), True, {}, None),
        ((conflict(OPENAI, why=ConflictReason.UNREAD),), True, {}, None),
        ((conflict(OPENAI, why=ConflictReason.UNREAD),), False, {}, OPENAI),
        ((conflict(ANTHROPIC),), True, {}, None),
        ((conflict(ANTHROPIC), conflict(OPENAI)), True, {}, OPENAI),
        ((conflict(ANTHROPIC),), True, {"send_anyway": True}, ANTHROPIC),
        ((conflict(OPENAI),), True, {"override": Override((), withheld=True)}, None),
        ((conflict(OPENAI),), True, {"override": Override(())}, OPENAI),
    ],
)
def test_a_conflicting_key(
    conflicts: tuple[Conflict, ...], given: bool, more: dict[str, object], found: str | None
) -> None:
    from probes.catalog.doors import load

    settings = Settings(
        base_url=Sourced("https://api.openai.com/v1", Source(SourceKind.ARGUMENT)),
        key=Sourced(Secret("sk-other"), option("--key")) if given else None,
        conflicts=conflicts,
        **more,  # type: ignore[arg-type]
    )
    known = load().of_host("api.openai.com", 443, "/v1")
    assert conflicting_key(settings, known, local=False) == ((DOTENV, found) if found else None)
