"""A run survives JSON unchanged, and a file that is not a run is refused with a sentence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from diagnose.judging.judge import judge
from probes.demo_server import scenarios
from probes.model import archive
from probes.model.archive import SCHEMA, ArchiveError
from probes.model.evidence import Evidence, Observation, Subject, Target
from probes.model.facts import SettingsFacts
from probes.model.failure import Outcome
from probes.model.record import replace
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole
from probes.model.source import environment_variable
from probes.run.engine import run

EMPTY = Evidence(Target(None, "openai", None, "openai-sdk", None, None, None), ())
SHOWN = (
    "sound",
    "sound-anthropic",
    "foreign-key",
    "no-v1",
    "rejected",
    "stream-error",
    "wrong-name",
    "refused",
    "proxy-auth",
)


@pytest.mark.parametrize("fault", SHOWN)
def test_a_run_comes_back_as_it_was(fault: str) -> None:
    with scenarios.open(fault) as world:
        evidence = asyncio.run(run(world.settings(), version="0"))
        key = world.key.reveal()
    text = archive.dump(evidence)
    again = archive.load(text)
    assert again == evidence
    assert archive.dump(again) == text
    assert judge(again) == judge(evidence)
    assert key[-WINDOW:] not in text
    assert json.loads(text)["schema"] == SCHEMA


def test_a_losing_key_is_kept_as_its_hint() -> None:
    conflict = Conflict(
        ConflictRole.KEY,
        "OPENAI_KEY",
        environment_variable("OPENAI_KEY"),
        Secret("sk-Qm7xT2bW9zLk4RvY8nHd3JcP"),
        ConflictReason.UNREAD,
    )
    seen = Observation(Subject.SETTINGS, "", Outcome.DONE, SettingsFacts(None, None, conflicts=(conflict,)))
    text = archive.dump(replace(EMPTY, observations=(seen,)))
    assert "Qm7xT2bW9zLk" not in text
    facts = archive.load(text).observations[0].facts
    assert isinstance(facts, SettingsFacts)
    assert facts.conflicts[0].value == "sk-Q…3JcP"


def test_half_a_character_can_be_kept() -> None:
    torn = replace(EMPTY, version="\ud83d", started_at="\U0001f600")
    text = archive.dump(torn)
    assert archive.load(text.encode("utf-8").decode("utf-8")) == torn
    assert archive.dump(archive.load(text)) == text


def test_an_empty_run_can_be_kept() -> None:
    assert archive.load(archive.dump(EMPTY)) == EMPTY


def test_a_later_version_may_add_a_field_and_leave_one_out() -> None:
    document = json.loads(archive.dump(EMPTY))
    document["evidence"]["added_later"] = {"is": "Unknown", "x": 1}
    document["later"] = True
    del document["evidence"]["slos"]
    assert archive.load(json.dumps(document)) == EMPTY


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    seen = Observation(Subject.SETTINGS, "", Outcome.DONE, SettingsFacts("https://relay.example", None))
    document = json.loads(archive.dump(replace(EMPTY, observations=(seen,))))
    change(document["evidence"])
    return json.dumps(document)


BAD = {
    "nothing": "",
    "no JSON": "no JSON",
    "a number": "7",
    "a list": "[]",
    "another schema": '{"schema": "llmdoctor.report/1"}',
    "an earlier schema": '{"schema": "llmdoctor.run/1", "evidence": {}}',
    "a later schema": '{"schema": "llmdoctor.run/3", "evidence": {}}',
    "no evidence": json.dumps({"schema": SCHEMA}),
    "evidence of no kind": json.dumps({"schema": SCHEMA, "evidence": []}),
    "empty evidence": json.dumps({"schema": SCHEMA, "evidence": {}}),
    "deep": "[" * 100_000,
    "many digits": "9" * 10_000,
    "deep evidence": json.dumps({"schema": SCHEMA})[:-1] + ', "evidence": ' + '{"target":' * 5000 + "1" + "}" * 5001,
    "no target": changed(lambda it: it.pop("target")),
    "a target of another kind": changed(lambda it: it.update(target=7)),
    "observations of another kind": changed(lambda it: it.update(observations={"a": 1})),
    "an observation of another kind": changed(lambda it: it.update(observations=[None])),
    "an unknown outcome": changed(lambda it: it["observations"][0].update(outcome="maybe")),
    "facts of an unknown kind": changed(lambda it: it["observations"][0]["facts"].update({"is": "Secret"})),
    "facts that are text": changed(lambda it: it["observations"][0].update(facts="none")),
    "a time that is text": changed(lambda it: it.update(seconds="long")),
    "a flag that is text": changed(lambda it: it.update(offline="yes")),
    "a row of another length": changed(lambda it: it["target"].update(sources=[["a"]])),
    "flaws of another kind": changed(lambda it: it["observations"][0]["facts"].update(flaws=[{"is": "Flaw"}])),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_run_is_refused(name: str) -> None:
    with pytest.raises(ArchiveError) as caught:
        archive.load(BAD[name])
    said = str(caught.value)
    assert said
    assert len(said) < 400
    assert "\n" not in said
