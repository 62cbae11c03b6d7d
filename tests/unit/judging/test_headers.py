"""What the report says of extra headers, beyond what the worlds show: which variable takes the header that is wanted."""

from __future__ import annotations

import pytest

from diagnose.evidence.view import View
from diagnose.findings.headers import unsendable, variable
from probes.model.evidence import Evidence, Observation, Subject
from probes.model.facts import HeaderFacts, SettingsFacts
from probes.model.failure import Outcome
from probes.model.record import replace
from probes.model.source import environment_variable
from worlds.recorded import recorded
from worlds.table import SCENARIOS


def evidence(name: str) -> Evidence:
    return recorded(next(one for one in SCENARIOS if one.name == name)).evidence


@pytest.mark.parametrize(
    ("app", "protocol", "wanted"),
    [
        ("openai-sdk", "openai", "OPENAI_CUSTOM_HEADERS"),
        ("claude-code", "anthropic", "ANTHROPIC_CUSTOM_HEADERS"),
        ("gemini-cli", "gemini", "GEMINI_CLI_CUSTOM_HEADERS"),
        ("google-genai", "gemini", ""),
        ("codex", "responses", ""),
    ],
)
def test_the_variable_for_a_header(app: str, protocol: str, wanted: str) -> None:
    found = evidence("front-kong-key-auth")
    assert variable(View(replace(found, target=replace(found.target, app=app, protocol=protocol)))) == wanted


def test_a_header_that_http_needs_is_only_a_warning() -> None:
    facts = SettingsFacts(None, None, headers=(HeaderFacts("Host", environment_variable("A"), flaw="forbidden"),))
    found = evidence("front-kong-key-auth")
    claim = unsendable(View(replace(found, observations=(Observation(Subject.SETTINGS, "", Outcome.DONE, facts),))))
    assert claim is not None and claim.severity == "warning" and claim.case == "unsent"
