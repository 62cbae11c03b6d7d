"""The facts that decide which steps of a finding are shown."""

from __future__ import annotations

import pytest

from diagnose.advice.case_facts import CaseFacts
from diagnose.evidence.view import View
from diagnose.words.text_type import Step
from worlds.recorded import recorded
from worlds.table import SCENARIOS

BY_NAME = {one.name: one for one in SCENARIOS}


@pytest.mark.parametrize(
    ("world", "held", "not_held"),
    [
        ("tls-plain-port", {"local", "owner", "protocol:openai", "python", "node"}, {"provider", "relay", "public"}),
        ("auth-scope", {"public", "key:api"}, {"local", "owner:"}),
        ("case-corporate-root", {"public"}, {"via:cloudflare"}),
    ],
)
def test_the_facts_of_a_world(world: str, held: set[str], not_held: set[str]) -> None:
    facts = CaseFacts(View(recorded(BY_NAME[world]).evidence))
    assert {one for one in held | not_held if one in facts} == held


@pytest.mark.parametrize(
    ("when", "facts", "suits"),
    [
        ("relay", {"relay"}, True),
        ("relay", {"local"}, False),
        ("owner !container", {"owner"}, True),
        ("owner !container", {"owner", "container"}, False),
        ("door:azure|protocol:azure", {"protocol:azure"}, True),
        ("door:azure|protocol:azure", {"protocol:openai"}, False),
        ("", set(), True),
    ],
)
def test_a_step_is_shown_only_where_every_condition_holds(when: str, facts: set[str], suits: bool) -> None:
    assert Step(when, "text").suits(facts) is suits
    assert Step(when, "text") == "text"
