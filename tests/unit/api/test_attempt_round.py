"""Rounds are assembled from the observations by their numbers alone."""

from __future__ import annotations

from diagnose.evidence.view import View
from probes.api.attempt_round import rounds_of
from probes.model.attempt import Auth, Change, KeyForm
from probes.model.evidence import Evidence, Observation, Subject, Target
from probes.model.exchange import Exchange, Purpose
from probes.model.facts import ModelFacts
from probes.model.failure import Outcome
from probes.model.record import replace
from worlds.made_exchanges import ANSWERED, ATTEMPT, altered

OTHER = replace(ATTEMPT, auth=Auth.X_API_KEY, given=False, changed=(Change.AUTH,))
KEYLESS = replace(ATTEMPT, key=KeyForm.NONE)


def sent(purpose: Purpose, number: int, **more: object) -> Observation:
    exchange = altered(ANSWERED, purpose=purpose, **more)
    return Observation(Subject.HTTP, "", Outcome.DONE, exchange, attempt=number)


def chose(subject: Subject, model: str, number: int) -> Observation:
    return Observation(subject, "", Outcome.DONE, ModelFacts(model, "list", True), attempt=number)


def exchange(observation: Observation) -> Exchange:
    assert isinstance(observation.facts, Exchange)
    return observation.facts


def test_each_exchange_is_in_the_round_of_its_number() -> None:
    second = sent(Purpose.CHAT, 2, attempt=OTHER)
    listing, chat = sent(Purpose.MODELS, 1), sent(Purpose.CHAT, 1)
    stream = sent(Purpose.STREAM, 1)
    other, keyless = sent(Purpose.OTHER_HEADER_LIST, 1, attempt=OTHER), sent(Purpose.KEYLESS_LIST, 1, attempt=KEYLESS)
    first, last = rounds_of((second, stream, other, keyless, chat, listing))
    assert (first.number, last.number) == (1, 2)
    assert (first.attempt, last.attempt) == (ATTEMPT, OTHER)
    assert first.listing is listing.facts and first.chat is chat.facts and first.stream is stream.facts
    assert first.other_listing is other.facts and first.keyless is keyless.facts and first.path_check is None
    assert last.chat is second.facts and last.listing is None


def test_a_round_has_the_attempt_whose_key_was_sent_whichever_response_came_first() -> None:
    check, listing = sent(Purpose.PATH, 1, attempt=KEYLESS), sent(Purpose.MODELS, 1)
    for order in ((check, listing), (listing, check)):
        (only,) = rounds_of(order)
        assert only.attempt == ATTEMPT
        assert only.path_check is check.facts and only.listing is listing.facts
    (only,) = rounds_of((check,))
    assert only.attempt == KEYLESS


def test_the_later_of_two_models_counts_for_the_round() -> None:
    refused, answered = sent(Purpose.CHAT, 1, status=404), sent(Purpose.CHAT, 1)
    choices = (chose(Subject.MODEL, "first", 1), chose(Subject.OTHER_MODEL, "second", 1))
    (only,) = rounds_of((choices[0], refused, answered, choices[1]))
    assert only.chat is answered.facts
    assert only.chosen == choices[1].facts


def test_what_has_no_number_is_in_no_round() -> None:
    look = sent(Purpose.PATH, 0, attempt=KEYLESS)
    assert rounds_of((look,)) == ()
    own = sent(Purpose.PATH, 1, attempt=KEYLESS)
    target = Target("https://relay.example/v1", "openai", None, "openai", None, None, None)
    view = View(Evidence(target, (own, look)))
    assert view.looks == (exchange(look),)
    assert [one.path_check for one in view.rounds] == [exchange(own)]


def test_a_round_that_ended_before_a_response_came_is_none() -> None:
    assert rounds_of((chose(Subject.MODEL, "first", 1),)) == ()
