"""The deep check against doors that support everything, nothing and half: what it reports, what it sends, what it
costs.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

import probes.capabilities.deep_check
import probes.capabilities.feature_checks
from diagnose.cli.commands import check
from diagnose.formats import render, text
from diagnose.formats.json import document
from diagnose.judging.judge import judge
from diagnose.words import LANGS
from diagnose.words.en.capabilities import NAMES as TITLES
from diagnose.words.en.capabilities import WHY
from probes.api.client import ApiClient
from probes.capabilities import NAMES, WIRES
from probes.capabilities.feature_plan import MOST, places
from probes.catalog.door import Door, KeyShape
from probes.catalog.doors import load
from probes.demo_server import answers, capable_doors, error_bodies, handlers, wrong_answers
from probes.demo_server import practice_doors as b
from probes.demo_server.capable_doors import HALVES, FeatureBehaviour
from probes.demo_server.server import Handler, PracticeDoor, Reply, Request
from probes.keys.made_up import wrong_key
from probes.model.evidence import Evidence
from probes.model.facts import DoorFacts
from probes.model.key_shape import Confidence
from probes.model.record import Record, replace
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import Source, SourceKind, option
from probes.protocols import features as a
from probes.protocols.protocol import wire
from probes.run.engine import run
from probes.urls.url import parse_url
from worlds.deep_doors import BASES, CALM, DOORS, KEY, MODELS, dive, made_up

pytestmark = pytest.mark.slow

EMBEDDER = "text-embedding-3-small"
GPTS = (*answers.MODELS, EMBEDDER)
SOUND = FeatureBehaviour()
PROTOCOLS = tuple(DOORS)  # those with features to test
TALKS = {"openai": b.openai, "anthropic": b.anthropic, "responses": b.responses, "gemini": b.gemini, "ollama": b.ollama}
WHOLE = ("tools", "tools_stream", "structured_output", "vision")


# -- supported and unsupported features --------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_door_that_supports_everything(protocol: str) -> None:
    more: dict[str, Any] = {"can": ("completion", "vision", "tools")} if protocol == "ollama" else {}
    seen = dive(DOORS[protocol](KEY, **more), protocol)
    assert {name: seen.why(name)[0] for name in WHOLE} == dict.fromkeys(WHOLE, "supported")
    assert seen.why("key_check") == ("supported", "refused_wrong")
    assert seen.report.verdict == "healthy"
    assert [one.name for one in seen.evidence.capabilities or ()] == list(NAMES)


@pytest.mark.parametrize("protocol", ["vertex", "vertex_anthropic"])
def test_vertex_has_the_features_of_its_publishers_api(protocol: str) -> None:
    path = f"/v1/projects/p/locations/global/publishers/{'google' if protocol == 'vertex' else 'anthropic'}"
    door = getattr(capable_doors, protocol)
    seen = dive(door(KEY), protocol, path=path)
    assert {name: seen.why(name)[0] for name in WHOLE} == dict.fromkeys(WHOLE, "supported")
    assert seen.why("key_check") == ("supported", "refused_wrong")
    assert seen.why("embeddings") == ("unknown", "no_model")
    compatible = ("supported", "spoken") if protocol == "vertex" else ("unsupported", "no_route")
    assert seen.why("chat_completions") == compatible
    refusing = dive(door(KEY, manners=FeatureBehaviour(tools="refused", vision="refused")), protocol, path=path)
    assert refusing.why("tools") == refusing.why("vision") == ("unsupported", "refused")


@pytest.mark.parametrize("protocol", [name for name in TALKS if name != "ollama"])
def test_a_door_that_ignores_all_of_it(protocol: str) -> None:
    seen = dive(TALKS[protocol](KEY), protocol)
    assert {name: seen.why(name) for name in WHOLE} == {
        "tools": ("unsupported", "none"),
        "tools_stream": ("unsupported", "none"),
        "structured_output": ("unsupported", "ignored"),
        "vision": ("unsupported", "unseen"),
    }
    assert seen.report.verdict == "healthy"  # a missing feature is no fault of the settings


def test_a_model_may_skip_a_tool_that_cannot_be_demanded() -> None:
    seen = dive(b.ollama(), "ollama", None)
    assert seen.why("tools") == seen.why("tools_stream") == ("unknown", "not_called")
    assert seen.why("key_check") == ("unsupported", "keyless")
    assert not seen.of("key_check").trials


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("manner", ["refused", "spent", "as_text"])
def test_tools_that_are_refused_cut_short_or_written_out(protocol: str, manner: str) -> None:
    seen = dive(DOORS[protocol](KEY, manners=FeatureBehaviour(tools=manner, stream=manner)), protocol)
    wanted = {
        "refused": ("unsupported", "refused"),
        "spent": ("unknown", "spent"),
        "as_text": ("unsupported", "as_text"),
    }[manner]
    assert seen.why("tools") == seen.why("tools_stream") == wanted
    if manner == "refused":
        assert "tools is not supported" in seen.of("tools").trials[-1].said


TEXTUAL = ("openai", "azure", "responses")  # protocols whose arguments travel as text


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("manner", HALVES)
def test_tools_that_are_half_there(protocol: str, manner: str) -> None:
    textual = protocol in TEXTUAL
    seen = dive(DOORS[protocol](KEY, manners=FeatureBehaviour(tools=manner)), protocol)
    broken = {
        "sound": ("supported", "answered"),
        "unanswered": ("unsupported", "no_answer"),
        "result_refused": ("unsupported", "result_refused"),
        "not_text": ("unsupported", "not_text" if textual else "not_object"),
        "not_json": ("unsupported", "not_json" if textual else "not_object"),
        "not_schema": ("unsupported", "not_schema"),
        "no_id": ("unsupported", "no_id"),
        "no_index": ("supported", "answered"),
        "wrong_name": ("unsupported", "wrong_name"),
    }
    if protocol in ("gemini", "ollama"):  # protocols whose calls need no id
        broken["no_id"] = broken["sound"]
    assert seen.why("tools") == broken[manner]
    assert seen.why("tools_stream") == ("supported", "called")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("manner", ["not_json", "not_schema", "wrong_name"])
def test_streamed_calls_that_are_half_there(protocol: str, manner: str) -> None:
    seen = dive(DOORS[protocol](KEY, manners=FeatureBehaviour(stream=manner)), protocol)
    odd = manner == "not_json" and protocol in ("gemini", "ollama")  # text in place of an object
    assert seen.why("tools_stream") == ("unsupported", "not_object" if odd else manner)
    assert seen.why("tools") == ("supported", "answered")


def test_a_streamed_call_whose_arguments_are_an_object() -> None:
    seen = dive(capable_doors.openai(KEY, manners=FeatureBehaviour(stream="not_text")))
    assert seen.why("tools_stream") == ("unsupported", "not_text")


@pytest.mark.parametrize("protocol", ["openai", "azure"])
@pytest.mark.parametrize("manner", ["no_id", "no_index"])
def test_a_streamed_call_whose_pieces_lack_what_holds_them_together(protocol: str, manner: str) -> None:
    seen = dive(DOORS[protocol](KEY, manners=FeatureBehaviour(stream=manner)), protocol)
    assert seen.why("tools_stream") == ("unsupported", manner)


@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if name != "ollama"])
def test_a_model_that_must_choose_itself_may_choose(protocol: str) -> None:
    seen = dive(DOORS[protocol](KEY, manners=FeatureBehaviour(forced=False)), protocol)
    assert seen.why("tools") == ("supported", "answered")
    assert [trial.status for trial in seen.of("tools").trials] == [400, 200, 200]
    seen = dive(DOORS[protocol](KEY, manners=FeatureBehaviour(forced=False, tools="ignored")), protocol)
    assert seen.why("tools") == ("unknown", "not_called")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("manner", "wanted"),
    [
        ("refused", ("unsupported", "refused")),
        ("ignored", ("unsupported", "ignored")),
        ("misfits", ("unsupported", "misfits")),
        ("spent", ("unknown", "spent")),
    ],
)
def test_answers_to_a_schema(protocol: str, manner: str, wanted: tuple[str, str]) -> None:
    assert (
        dive(DOORS[protocol](KEY, manners=FeatureBehaviour(structured=manner)), protocol).why("structured_output")
        == wanted
    )


@pytest.mark.parametrize("protocol", [name for name in PROTOCOLS if name != "ollama"])
@pytest.mark.parametrize(
    ("manner", "wanted"),
    [("refused", ("unsupported", "refused")), ("ignored", ("unsupported", "unseen")), ("spent", ("unknown", "spent"))],
)
def test_looks_at_a_picture(protocol: str, manner: str, wanted: tuple[str, str]) -> None:
    assert dive(DOORS[protocol](KEY, manners=FeatureBehaviour(vision=manner)), protocol).why("vision") == wanted


def rows(**more: object) -> Reply:
    return answers.as_json({"object": "list", "data": [{"id": "some-model", "object": "model", **more}]})


@pytest.mark.parametrize(
    ("row", "wanted", "asked"),
    [
        ({}, ("unknown", "unclaimed"), False),
        ({"architecture": {"input_modalities": ["text"]}}, ("unsupported", "disclaimed"), False),
        ({"architecture": {"input_modalities": ["text", "image"]}}, ("supported", "saw"), True),
        ({"capabilities": {"vision": False}}, ("unsupported", "disclaimed"), False),
        ({"capabilities": {"image_input": {"supported": True}}}, ("supported", "saw"), True),
        ({"capabilities": "all"}, ("unknown", "unclaimed"), False),
    ],
)
def test_a_picture_is_sent_to_models_that_claim_vision(
    row: dict[str, Any], wanted: tuple[str, str], asked: bool
) -> None:
    seen = dive(capable_doors.openai(KEY, models=("some-model",), listing=rows(**row)))
    assert seen.why("vision") == wanted
    assert any(b"image_url" in one.body for one in seen.requests) is asked


@pytest.mark.parametrize("can", [("completion",), ("completion", "vision")])
def test_ollama_says_itself_whether_a_model_sees(can: tuple[str, ...]) -> None:
    seen = dive(capable_doors.ollama(can=can), "ollama", None)
    assert seen.why("vision") == (("supported", "saw") if "vision" in can else ("unsupported", "disclaimed"))


@pytest.mark.parametrize(
    ("model", "sees"),
    [
        *((name, True) for name in ("gpt-4o-mini", "gpt-5-nano", "claude-haiku-4-5", "claude-3-haiku-20240307")),
        *((name, True) for name in ("google/gemini-2.5-flash", "qwen2.5-vl-7b", "glm-4.5v", "llava:7b", "o4-mini")),
        *((name, False) for name in ("gpt-3.5-turbo", "deepseek-chat", "moonshot-v1-8k", "o3-mini", "gpt-oss-20b")),
        *((name, False) for name in ("qwen3:8b", "llama3.2", "gpt-4o-audio-preview", "claude-2.1", "mistral-nemo")),
    ],
)
def test_names_of_models_with_vision(model: str, sees: bool) -> None:
    assert a.looks_seeing(model) is sees


@pytest.mark.parametrize(
    ("protocol", "models"),
    [
        ("openai", GPTS),
        ("gemini", (*answers.GEMINIS, "gemini-embedding-001")),
        ("ollama", (*answers.LLAMAS, "nomic-embed-text")),
    ],
)
def test_vectors(protocol: str, models: tuple[str, ...]) -> None:
    door = DOORS[protocol]
    there, gone = door(KEY, models=models, embeddings=models[-1]), door(KEY, models=models)
    assert dive(there, protocol).why("embeddings") == ("supported", "vector")
    assert dive(gone, protocol).why("embeddings") == ("unsupported", "refused")
    assert dive(door(KEY), protocol).why("embeddings") == ("unknown", "no_model")


JUNK: tuple[Any, ...] = (None, [], {}, [None], [[]], 7, "x", True, {"a": [1]}, 1e300, "\ud800", "[" * 5000)


def spoiled(value: Any) -> Iterator[Any]:
    """Yield copies of the value in which each part in turn is replaced by junk."""
    yield from JUNK
    if isinstance(value, dict):
        for name, inner in value.items():
            yield {key: one for key, one in value.items() if key != name}
            yield from ({**value, name: junk} for junk in spoiled(inner))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from ([*value[:at], junk, *value[at + 1 :]] for junk in spoiled(inner))


def _request(protocol: str) -> Request:
    asked = {"model": "m", "messages": [], "tools": [{}]}
    path = "/v1/models/m:generateContent" if protocol == "gemini" else "/"
    return Request("POST", path, (), json.dumps(asked).encode(), ("127.0.0.1", 1), 0.0, 0)


WHOLES = {
    "openai": capable_doors._completion,
    "responses": capable_doors._response,
    "anthropic": capable_doors._message,
    "gemini": capable_doors._generated,
    "ollama": capable_doors._spoken,
}
STREAMS = {
    "openai": capable_doors._chunks,
    "responses": capable_doors._response_events,
    "anthropic": capable_doors._events,
    "gemini": capable_doors._pieces,
    "ollama": capable_doors._lines,
}


@pytest.mark.parametrize("protocol", WHOLES)
def test_no_answer_is_too_odd_to_be_read(protocol: str) -> None:
    read = a.features(protocol)
    sound = WHOLES[protocol](_request(protocol), "tools", "sound")
    assert read.call(sound).problem == ""
    odd = [read.call(value) for value in spoiled(sound)]
    assert all(isinstance(one, a.Call) and isinstance(one.id, str) for one in odd) and any(one.problem for one in odd)
    for value in spoiled({"data": [{"embedding": [0.1]}], "embedding": {"values": [0.1]}, "embeddings": [[0.1]]}):
        assert read.vector(value) >= 0
    row = {"id": "m", "name": "m", "architecture": {"input_modalities": ["image"]}, "capabilities": {"vision": True}}
    for value in spoiled({"data": [row], "models": [row], "capabilities": ["vision"]}):
        assert read.sees(value, "m") in (True, False, None)


@pytest.mark.parametrize("protocol", STREAMS)
def test_no_stream_is_too_odd_to_be_read(protocol: str) -> None:
    read = a.features(protocol)
    splitter = wire(protocol).splitter()
    steps = STREAMS[protocol](_request(protocol), "tools", "sound").body
    events = [event for step in steps if isinstance(step, bytes) for event in splitter.feed(step)] + splitter.close()
    assert read.streamed_call(events).problem == ""
    for at, event in enumerate(events):
        known = json.loads(event.data) if (event.data or "").startswith("{") else {}
        for value in spoiled(known):
            changed = [*events[:at], replace(event, data=json.dumps(value)), *events[at + 1 :]]
            assert isinstance(read.streamed_call(changed), a.Call)
        assert isinstance(read.streamed_call([*events[:at], replace(event, data="")]), a.Call)


# -- wires and keys ----------------------------------------------------------------------------------------------------


class Host(Record):
    """A host that speaks several protocols, and which of them must be found."""

    name: str
    handler: Handler
    protocol: str = "openai"
    path: str | None = None
    wires: Mapping[str, tuple[str, str]] = MappingProxyType({})


NONE = ("unsupported", "no_route")
BASIC, SPOKEN = ("supported", "basic"), ("supported", "spoken")
CLAUDES = capable_doors.anthropic(KEY, models=answers.MODELS)
HOSTS = [
    Host("chat alone", b.openai(KEY), wires={"chat_completions": BASIC, "responses": NONE, "messages": NONE}),
    Host("responses beside", b.openai(KEY, responses=True), wires={"responses": SPOKEN, "messages": NONE}),
    Host("messages beside", b.both(b.openai(KEY), CLAUDES), wires={"responses": NONE, "messages": SPOKEN}),
    Host(
        "messages by their own header",
        b.both(b.openai(KEY), b.anthropic(KEY, models=answers.MODELS, auth=("x-api-key",))),
        wires={"messages": SPOKEN},
    ),
    Host(
        "messages below a path of their own",
        b.both(b.openai(KEY), b.anthropic(KEY, models=answers.MODELS, prefix="/anthropic")),
        wires={"messages": SPOKEN},
    ),
    Host(
        "messages with a model of their own",
        b.both(b.openai(KEY, models=(*answers.MODELS, *answers.CLAUDES)), b.anthropic(KEY)),
        wires={"messages": SPOKEN},
    ),
    Host(
        "messages without this model",
        b.both(b.openai(KEY), b.anthropic(KEY)),
        wires={"messages": ("unknown", "no_model_here")},
    ),
    Host(
        "messages for another key",
        b.both(b.openai(KEY), b.anthropic("another", models=answers.MODELS)),
        wires={"messages": ("unsupported", "key_refused")},
    ),
    Host(
        "chat beside messages",
        b.both(b.anthropic(KEY), b.openai(KEY, models=answers.CLAUDES)),
        "anthropic",
        wires={"messages": BASIC, "chat_completions": SPOKEN},
    ),
    Host(
        "Azure's newer form", capable_doors.azure(KEY), "azure", wires={"chat_completions": SPOKEN, "responses": SPOKEN}
    ),
    Host("Ollama", b.ollama(), "ollama", wires={"chat_completions": SPOKEN, "responses": NONE}),
]


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_the_wires_of_a_host(host: Host) -> None:
    seen = dive(host.handler, host.protocol)
    assert {name: seen.why(name) for name in host.wires} == host.wires


def test_a_door_that_checks_no_key() -> None:
    seen = dive(capable_doors.openai())
    assert seen.why("key_check") == ("unsupported", "accepted_wrong")
    assert seen.report.proven.key is None  # a response that any key gets proves nothing
    assert seen.report.verdict == "healthy" and not seen.report.findings
    lines = {one.name: one for one in seen.report.capabilities or ()}
    assert not lines["key_check"].alarming  # harmless on one's own machine
    door = next(one for one in seen.evidence.observations if one.probe == "door")
    assert isinstance(door.facts, DoorFacts)
    away = replace(door, facts=replace(door.facts, host=replace(door.facts.host, local=False)))
    abroad = replace(
        seen.evidence, observations=tuple(away if one is door else one for one in seen.evidence.observations)
    )
    report = judge(abroad)
    assert [one.name for one in report.capabilities or () if one.alarming] == ["key_check"]
    assert report.verdict == "healthy"


def test_a_wrong_key_may_be_refused_in_any_words() -> None:
    lost = answers.as_json({"error": {"message": "No connected db."}}, 400)  # LiteLLM without a database
    assert dive(capable_doors.openai(KEY, rejected=lost)).why("key_check") == ("supported", "refused_wrong")
    broken = answers.as_json({"error": {"message": "oops"}}, 500)
    assert dive(capable_doors.openai(KEY, rejected=broken)).why("key_check") == ("unknown", "broken")


def test_a_list_for_everybody_proves_no_check_and_an_answer_does() -> None:
    seen = dive(capable_doors.openai(KEY, public_models=True))
    assert seen.why("key_check") == ("supported", "refused_wrong")
    assert [trial.status for trial in seen.of("key_check").trials] == [200, 401]
    seen = dive(capable_doors.openai(KEY, public_models=True), no_spend=True)
    assert seen.evidence.capabilities == ()  # no free request proves that the key works


def test_the_wrong_key_comes_last_and_is_no_part_of_the_right_one() -> None:
    seen = dive(capable_doors.openai(KEY))
    (wrong,) = made_up(seen.requests, KEY)
    assert answers.keys_in(seen.requests[-1]) == [wrong]
    assert re.fullmatch(r"sk-[A-Za-z0-9]{48}", wrong)
    assert not any(wrong[at : at + WINDOW] in KEY for at in range(len(wrong) - WINDOW + 1))


@pytest.mark.parametrize("door", [one for one in load() if one.keys], ids=lambda door: door.id)
def test_a_wrong_key_has_a_shape_of_the_door(door: Door) -> None:
    made = wrong_key(door, ())
    assert any(re.fullmatch(shape.pattern, made) for shape in door.keys)
    assert made != wrong_key(door, ())


def test_a_shape_that_is_too_odd_is_ignored() -> None:
    odd = replaced_keys(r"(?=a)b|((c))", r"x\bz")
    assert re.fullmatch(r"sk-[A-Za-z0-9]{48}", wrong_key(odd, ()))


def replaced_keys(*patterns: str) -> Door:
    return next(iter(load()))._replace(keys=tuple(KeyShape(one, Confidence.LIKELY) for one in patterns))


# -- limits ------------------------------------------------------------------------------------------------------------


def test_a_rate_limit_ends_it() -> None:
    seen = dive(capable_doors.openai(KEY, manners=FeatureBehaviour(tools="limited")))
    assert seen.why("tools") == seen.why("key_check") == ("unknown", "rate_limited")
    limited = next(at for at, one in enumerate(seen.requests) if b'"tools"' in one.body)
    assert len(seen.requests) <= limited + 2  # requests already in flight
    assert seen.report.verdict == "healthy"


def test_two_requests_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    real, under_way, most = ApiClient.put, 0, 0

    async def put(*given: Any) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            return await real(*given)
        finally:
            under_way -= 1

    monkeypatch.setattr(ApiClient, "put", put)
    dive(capable_doors.openai(KEY))
    assert most == 2


def test_nothing_that_is_billed_is_sent_where_nothing_is_to_be_spent() -> None:
    seen = dive(capable_doors.openai(KEY, models=GPTS, responses=True), no_spend=True)
    assert not any(b"model" in one.body for one in seen.requests)
    assert {name: seen.why(name) for name in (*WHOLE, "embeddings", "responses")} == dict.fromkeys(
        (*WHOLE, "embeddings", "responses"), ("unknown", "no_spend")
    )
    assert seen.why("key_check") == ("supported", "refused_wrong")
    assert seen.report.cost["billed_requests"] == 0


@pytest.mark.parametrize("more", [{}, {"offline": True}])
def test_nothing_is_sent_if_no_attempt_works(more: dict[str, Any]) -> None:
    seen = dive(capable_doors.openai("another-key"), **more)
    assert seen.evidence.capabilities == ()
    assert not any(b'"tools"' in one.body for one in seen.requests)
    assert document(seen.report)["capabilities"] == []


def test_it_continues_with_the_corrected_settings() -> None:
    seen = dive(capable_doors.openai(KEY), path="")  # the /v1 is missing
    assert (seen.report.verdict, seen.report.root_cause) == ("broken", "url.version_missing")
    assert seen.why("tools") == ("supported", "answered")


def test_a_stream_that_does_not_work_is_not_asked_for_tools() -> None:
    door = capable_doors.openai(KEY, manners=SOUND)

    def handler(request: Request) -> Any:
        return error_bodies.error("openai-500")(request) if request.json().get("stream") else door(request)

    assert dive(handler).why("tools_stream") == ("unknown", "no_stream")


def test_the_deadline_leaves_the_verdict_alone() -> None:
    door = capable_doors.openai(KEY)

    def handler(request: Request) -> Any:
        asked = b'"tools"' in request.body or b"json_schema" in request.body
        return wrong_answers.ANSWERS["never"] if asked else door(request)

    seen = dive(handler, limits=Limits(probe=5.0, run=0.8))
    assert seen.why("tools") == seen.why("structured_output") == ("unknown", "unfinished")
    assert (seen.report.verdict, seen.evidence.ran_out) == ("healthy", False)


def test_what_was_found_until_it_was_stopped_is_kept() -> None:
    door = capable_doors.openai(KEY)

    def handler(request: Request) -> Any:
        return wrong_answers.ANSWERS["never"] if b"json_schema" in request.body else door(request)

    async def stopped(url: str) -> Evidence:
        key = Sourced(Secret(KEY), Source(SourceKind.STDIN))
        settings = Settings(base_url=Sourced(f"{url}/v1", Source(SourceKind.ARGUMENT)), key=key, deep=True, limits=CALM)
        streamed = asyncio.Event()
        watch = lambda one: streamed.set() if one.name == "tools_stream" else None  # noqa: E731
        task = asyncio.create_task(run(settings, watch=watch))
        await streamed.wait()
        task.cancel()
        return await task

    with PracticeDoor(handler) as server:
        evidence = asyncio.run(stopped(server.url))
    found = {one.name: one.why for one in evidence.capabilities or ()}
    assert evidence.interrupted and tuple(found) == NAMES
    assert (found["tools_stream"], found["structured_output"]) == ("called", "unfinished")


def test_a_door_that_rejects_its_own_message_gets_less_of_it() -> None:
    def thoughtful(request: Request) -> Any:
        asked = request.json()
        if "reasoning" in json.dumps(asked["messages"]):  # Groq
            return answers.as_json({"error": {"message": "'messages.1': property 'reasoning' is unsupported"}}, 400)
        found = capable_doors._completion(request, capable_doors._feature_of(asked), "sound")
        found["choices"][0]["message"]["reasoning"] = "The user wants the weather."
        return answers.as_json(found)

    seen = dive(b.openai(KEY, chat=thoughtful))
    assert seen.why("tools") == ("supported", "answered")
    assert [trial.status for trial in seen.of("tools").trials] == [200, 400, 200]


@pytest.mark.parametrize("door", list(load()), ids=lambda door: door.id)
def test_no_other_host_is_asked_for_other_wires(door: Door) -> None:
    for endpoint in door.endpoints:
        if endpoint.protocol not in PROTOCOLS or "{" in endpoint.base_url:
            continue
        working = wire(endpoint.protocol).attempt(endpoint.sdk_url)
        here = parse_url(working.base_url).origin
        for protocol in WIRES.values():
            found = places(working, protocol, door, False)
            assert len(found) <= 2 and all(parse_url(one.base_url).origin == here for one in found)


def test_a_request_that_fails_leaves_it_open() -> None:
    door = capable_doors.openai(KEY)

    def handler(request: Request) -> Any:
        return wrong_answers.ANSWERS["close_midbody"] if b"json_schema" in request.body else door(request)

    assert dive(handler).why("structured_output") == ("unknown", "failed")


@pytest.mark.parametrize(
    ("status", "message", "wanted"),
    [
        (500, "tools param requires --jinja flag", ("unsupported", "refused")),  # llama.cpp
        (500, "internal error", ("unknown", "broken")),
        (402, "pay first", ("unknown", "billing")),
        (400, "Your credit balance is too low", ("unknown", "billing")),
        (403, "not in your plan", ("unknown", "not_permitted")),
        (501, "not implemented", ("unsupported", "refused")),
        (200, "tools are not available", ("unsupported", "refused")),
        (200, "upstream failed", ("unknown", "broken")),
        (422, "extra fields not permitted", ("unsupported", "refused")),
    ],
)
def test_how_a_refusal_reads(status: int, message: str, wanted: tuple[str, str]) -> None:
    door = capable_doors.openai(KEY)

    def handler(request: Request) -> Any:
        return answers.as_json({"error": {"message": message}}, status) if b'"tools"' in request.body else door(request)

    assert dive(handler).why("tools") == wanted


def test_a_door_that_refuses_everything_gets_no_more_requests_than_planned() -> None:
    def handler(request: Request) -> Any:
        asked = request.json()
        if set(asked) - {"model", "messages", "max_tokens", "stream"}:
            return answers.as_json({"error": {"message": "tool_choice, max_tokens: 'detail' is refused"}}, 400)
        return b.both(b.openai(KEY), b.anthropic("another"))(request)

    seen = dive(handler)
    basic = [one for one in seen.evidence.observations if getattr(one.facts, "purpose", "")]
    assert len(seen.requests) - len(basic) <= MOST


def test_its_cost_is_counted() -> None:
    seen = dive(capable_doors.openai(KEY, models=GPTS, embeddings=EMBEDDER, responses=True))
    parts = seen.evidence.capabilities or ()
    assert sum(one.cost.requests for one in parts) + 3 == seen.report.cost["requests"] == len(seen.requests)
    assert seen.report.cost["billed_requests"] == sum(one.cost.billed_requests for one in parts) + 2
    assert seen.of("tools").cost.billed_requests == 2
    assert seen.of("embeddings").cost.prompt_tokens == 2
    plain = dive(capable_doors.openai(KEY), deep=False)
    assert (plain.evidence.capabilities, len(plain.requests)) == (None, 3)
    assert "capabilities" not in document(plain.report)


def test_a_model_gets_the_parameters_that_worked_before() -> None:
    door = capable_doors.openai(KEY)
    picky = handlers.first(b.refuses("max_tokens", "openai-max-tokens"), lambda request: door(request))
    seen = dive(picky)
    assert {name: seen.why(name)[0] for name in WHOLE} == dict.fromkeys(WHOLE, "supported")
    assert [trial.status for trial in seen.of("structured_output").trials] == [200]


def test_an_ordinary_check_loads_nothing_of_it() -> None:
    with PracticeDoor(capable_doors.openai(KEY)) as door:
        code = (
            "import sys; from click.testing import CliRunner; from diagnose.cli.commands import check;"
            f"argv = ['{door.url}/v1', '--no-env', '--key-stdin', *sys.argv[1:]];"
            f"done = CliRunner().invoke(check.command, argv, input='{KEY}'); assert not done.exception, done.output;"
            "print(*sys.modules)"
        )

        def loaded(*options: str) -> set[str]:
            done = subprocess.run([sys.executable, "-c", code, *options], capture_output=True, text=True, check=True)
            names = set(done.stdout.split()) - {"probes.model.capability"}  # types that evidence always contains
            return {name for name in names if "deep" in name or ".features" in name or "capab" in name}

        assert loaded() == set()
        assert {"probes.capabilities.deep_check", "probes.protocols.features.openai"} <= loaded("--deep")


def test_a_watcher_sees_each_capability() -> None:
    shown: list[str] = []
    with PracticeDoor(capable_doors.openai(KEY)) as door:
        settings = Settings(
            base_url=Sourced(f"{door.url}/v1", Source(SourceKind.ARGUMENT)),
            key=Sourced(Secret(KEY), Source(SourceKind.STDIN)),
            deep=True,
            limits=CALM,
        )
        asyncio.run(run(settings, watch=lambda one: shown.append(one.name) if one.probe == "deep" else None))
    assert sorted(shown) == sorted(NAMES) and shown[-1] == "key_check"


# -- texts -------------------------------------------------------------------------------------------------------------


def test_every_name_and_reason_has_words() -> None:
    assert tuple(TITLES) == NAMES and set(WIRES) < set(NAMES)
    folder = Path(probes.capabilities.deep_check.__file__).parent
    source = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    used = set(re.findall(r'(?:_YES|_NO|_OPEN|Support\.\w+), "(\w+)"', source))
    used |= {"result_refused", "misfits", *re.findall(r"``(\w+)``", a.Call.__doc__ or "")} - {"problem"}
    assert used == set(WHY)


@contextmanager
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    monkeypatch.chdir(tmp_path)
    yield CliRunner()


def ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str, handler: Handler | None = None
) -> tuple[Any, list[Request]]:
    with alone(tmp_path, monkeypatch) as runner, PracticeDoor(handler or capable_doors.openai(KEY)) as door:
        argv = [f"{door.url}/v1", "--no-env", "--key-stdin", "--deep", *arguments]
        done = runner.invoke(check.command, argv, input=KEY)
        return done, list(door.requests)


def test_the_plan_names_each_request_and_its_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done, requests = ask(tmp_path, monkeypatch, "--plan", "--json")
    plan = json.loads(done.stdout)
    assert not requests
    billed = {one["purpose"] for one in plan["deep"] if one["tokens"]}
    assert billed == {*NAMES, "tools_result"} - {"chat_completions"}
    assert plan["tokens"] == sum(one["tokens"] for one in (*plan["requests"], *plan["deep"]))
    assert not any(one["with_key"] for one in plan["deep"] if one["purpose"] == "key_check")
    done, _ = ask(tmp_path, monkeypatch, "--plan")
    assert "with a made-up key" in done.stdout and f"At most {plan['tokens']} tokens in all" in done.stdout
    free = json.loads(ask(tmp_path, monkeypatch, "--plan", "--json", "--no-spend")[0].stdout)
    assert free["tokens"] == 0 and {one["purpose"] for one in free["deep"]} == {
        "responses",
        "messages",
        "vision",
        "key_check",
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_is_sent_is_in_the_plan(protocol: str) -> None:
    from probes.capabilities.feature_plan import foreseen

    models: dict[str, Any] = {} if protocol in MODELS else {"models": (MODELS.get(protocol, "gpt-4o"), "x-embed")}
    more: dict[str, Any] = {"embeddings": "x-embed"} if protocol in ("openai", "gemini", "ollama") else {}
    if protocol == "ollama":
        more["can"] = ("vision",)
    with PracticeDoor(DOORS[protocol](KEY, **models, **more)) as door:
        base = door.url + BASES.get(protocol, "")
        model = MODELS.get(protocol, "gpt-4o")
        settings = Settings(
            base_url=Sourced(base, Source(SourceKind.ARGUMENT)),
            key=Sourced(Secret(KEY), Source(SourceKind.STDIN)),
            model=Sourced(model, option("--model")),
            protocol=Sourced(protocol, option("--protocol")),
            limits=CALM,
        )
        asyncio.run(run(settings))
        basic = len(door.requests)
        asyncio.run(run(replace(settings, deep=True)))
        sent = {(one.method, one.target) for one in door.requests[2 * basic :]}
        planned = foreseen(settings, wire(protocol).attempt(base), None, True)
    expected = {(one.method, one.url.removeprefix(door.url).replace("{model}", "x-embed")) for one in planned}
    # The check looks in a second place if the first leads nowhere.
    second = {
        (one.method, one.target)
        for one in door.requests
        if "llmdoctor" in "".join(answers.keys_in(one)) and one.json() == {}
    }
    assert sent - second <= expected
    lengths = [len(one.body) for one in door.requests]
    assert max(lengths) < 3000


def test_what_it_can_cost_is_said_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done, requests = ask(tmp_path, monkeypatch, "--json", "--lang", "en")
    assert re.fullmatch(rf"--deep: at most {MOST} requests, which can cost at most \d+ tokens\n", done.stderr)
    report = json.loads(done.stdout)
    assert [one["name"] for one in report["capabilities"]] == list(NAMES)
    assert report["capabilities"][3].keys() == {
        *("name", "status", "evidence", "requests", "prompt_tokens", "completion_tokens")
    }
    assert report["cost"]["requests"] == len(requests)


@pytest.mark.parametrize("lang", LANGS)
def test_the_text_has_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    handler = capable_doors.openai(KEY, manners=FeatureBehaviour(structured="refused"))
    done, _ = ask(tmp_path, monkeypatch, "--lang", lang, handler=handler)
    for titles in TITLES.values():
        assert titles[LANGS.index(lang)] in done.stdout
    assert "response_format" in done.stdout
    assert done.exit_code == 0


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_stays_within_the_width(lang: str) -> None:
    half = FeatureBehaviour(tools="as_text", stream="not_json", structured="refused", vision="ignored")
    report = judge(dive(capable_doors.openai(KEY, manners=half)).evidence, lang)
    for width in (40, 60, 80, 120):
        for unicode in (True, False):
            out = text.render(report, lang, width=width, unicode=unicode)
            if not unicode and lang == "en":
                assert out.isascii()
            for line in out.splitlines():
                assert "://" in line or "_URL" in line or cell_len(line) <= width, line


def test_foreign_text_is_harmless_on_every_page() -> None:
    evil = "\x1b[31m<script>|@all"
    door = capable_doors.openai(KEY)

    def handler(request: Request) -> Any:
        asked = b"json_schema" in request.body
        return answers.as_json({"error": {"message": f"response_format {evil} {KEY}"}}, 400) if asked else door(request)

    seen = dive(handler)
    assert "\x1b" not in render(seen.report, "text", "en")
    assert "<script>" not in render(seen.report, "markdown", "en")
