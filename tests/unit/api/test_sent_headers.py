"""Which extra headers a request carries: those of its protocol, where the key policy allows them, and not in a check
of another path.
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
        ({"key": KeyForm.DUMMY}, Purpose.PATH, ALLOWED, set()),
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


def test_an_extra_header_takes_the_place_of_the_clients_own() -> None:
    usual = [("User-Agent", "llmdoctor/0"), ("Authorization", "Bearer k"), ("content-type", "application/json")]
    extra = [ExtraHeader("authorization", Sourced(Secret("Basic x"), environment_variable("A"))), EVERYWHERE]
    assert with_extra(usual, extra) == [usual[0], usual[2], ("authorization", "Basic x"), ("X-Team", "red")]
