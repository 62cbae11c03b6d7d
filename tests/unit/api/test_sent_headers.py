"""Which extra headers a request carries: those of its protocol, where the key policy allows them. A check of another
path carries none that holds a credential in the key's place.
"""

from __future__ import annotations

import pytest

from probes.api.sent_headers import carries, sent_with, with_extra
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.exchange import Purpose
from probes.model.facts import KeyPolicy
from probes.model.secret import Secret
from probes.model.settings import ExtraHeader, Sourced
from probes.model.source import environment_variable

ALLOWED = KeyPolicy((KeyForm.GIVEN,), (), headers=True)
EVERYWHERE = ExtraHeader("X-Team", Sourced(Secret("red"), environment_variable("A")))
OPENAI = ExtraHeader("OpenAI-Project", Sourced(Secret("p"), environment_variable("B")), ("openai", "responses"))
FLAWED = ExtraHeader("X-Bad", Sourced(Secret("a "), environment_variable("C")), flaw="value")
ALL = (EVERYWHERE, OPENAI, FLAWED)


def attempt(**more: object) -> Attempt:
    return Attempt(
        **{"protocol": "openai", "base_url": "https://x/v1", "auth": Auth.BEARER, "key": KeyForm.GIVEN} | more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "purpose", "policy", "wanted"),
    [
        ({}, Purpose.CHAT, ALLOWED, {"X-Team", "OpenAI-Project"}),
        ({"key": KeyForm.NONE}, Purpose.PATH, ALLOWED, {"X-Team", "OpenAI-Project"}),
        ({"protocol": "anthropic"}, Purpose.CHAT, ALLOWED, {"X-Team"}),
        ({"without": ("x-team",)}, Purpose.CHAT, ALLOWED, {"OpenAI-Project"}),
        ({"key": KeyForm.DUMMY}, Purpose.PATH, ALLOWED, {"X-Team", "OpenAI-Project"}),
        ({"key": KeyForm.DUMMY, "protocol": "gemini"}, Purpose.PATH, ALLOWED, {"X-Team"}),
        ({"key": KeyForm.DUMMY}, Purpose.PATH, KeyPolicy((KeyForm.GIVEN,), ()), set()),
        ({}, Purpose.PREFLIGHT, ALLOWED, set()),
        ({}, Purpose.CHAT, KeyPolicy((KeyForm.GIVEN,), ()), set()),
        ({"direct": True}, Purpose.CHAT, ALLOWED, set()),
        ({"direct": True}, Purpose.CHAT, KeyPolicy(direct_headers=True), {"X-Team", "OpenAI-Project"}),
    ],
)
def test_a_request_carries(given: dict[str, object], purpose: str, policy: KeyPolicy, wanted: set[str]) -> None:
    assert {one.name for one in sent_with(attempt(**given), purpose, ALL, policy)} == wanted


def test_a_flawed_header_is_never_sent() -> None:
    assert not carries(attempt(), Purpose.CHAT, FLAWED)


@pytest.mark.parametrize("name", ["Authorization", "X-API-Key", "api-key", "x-goog-api-key"])
def test_a_credential_in_the_keys_place_waits_until_a_path_has_earned_it(name: str) -> None:
    credential = ExtraHeader(name, Sourced(Secret("s"), environment_variable("A")))
    assert carries(attempt(), Purpose.CHAT, credential)
    assert not carries(attempt(key=KeyForm.DUMMY), Purpose.PATH, credential)


def test_an_extra_header_takes_the_place_of_the_clients_own() -> None:
    usual = [("User-Agent", "llmdoctor/0"), ("Authorization", "Bearer k"), ("content-type", "application/json")]
    extra = [ExtraHeader("authorization", Sourced(Secret("Basic x"), environment_variable("A"))), EVERYWHERE]
    assert with_extra(usual, extra) == [usual[0], usual[2], ("authorization", "Basic x"), ("X-Team", "red")]
