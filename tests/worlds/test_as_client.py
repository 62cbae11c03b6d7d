"""``--as-client`` on loopback: a server that refuses one thing of a client's request, and a sound one.

For each recorded client there is a door that accepts its plain request and refuses one header or field. The check must
find and name it, with the words of a server that says what it refuses, and of one that does not.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from diagnose.evidence import client_urls
from diagnose.evidence.view import View
from diagnose.findings import client_request
from diagnose.formats import FORMATS, render
from diagnose.formats.json import document
from diagnose.judging.judge import judge
from diagnose.report import Report, Verdict
from probes.client_requests import client_check
from probes.client_requests.bisection import MOST
from probes.client_requests.client_check import REQUESTS
from probes.client_requests.client_plan import PURPOSE
from probes.client_requests.parts import names_of
from probes.client_requests.recordings import recorded_apps, recordings_of
from probes.demo_server import practice_doors as b
from probes.demo_server import strict_doors as strict
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import Handler, PracticeDoor, Reply, Request, ScriptEnd
from probes.demo_server.strict_doors import Condition
from probes.model import archive
from probes.model.client_request import AsClientResult, OpenReason
from probes.model.evidence import Evidence
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import option
from probes.protocols.protocol import wire
from probes.run.engine import run
from probes.run.plan import plan

LIMITS = Limits(probe=5.0, run=30.0)
HEADER, FIELD = "http.header_rejected", "model.parameter_rejected"


class Row(NamedTuple):
    """A client, what the door refuses of its request, and the name by which the report must call it."""

    app: str
    protocol: str
    model: str
    refuses: Condition
    name: str
    setting: str = ""  # the app's own setting that the report must name


BETA = "effort-2025-11-24"
ROWS = (
    Row("claude-code", "anthropic", "claude-opus-5-5", strict.header("anthropic-beta", BETA), f"anthropic-beta: {BETA}"),
    Row("codex", "responses", "m", strict.value("namespace", "tools", "type"), "tools[].type=namespace", "features.multi_agent=false"),
    Row("gemini-cli", "gemini", "gemini-3.8-flash", strict.field("topK"), "generationConfig.topK"),
    Row("qwen-code", "openai", "m", strict.field("tools", "oneOf"), "tools[].function.parameters.oneOf"),
    Row("opencode", "responses", "m", strict.field("prompt_cache_key"), "prompt_cache_key"),
    Row("aider", "openai", "m", strict.field("temperature"), "temperature"),
    Row("llm", "openai", "m", strict.field("stream_options"), "stream_options", "--no-stream"),
    Row("shell-gpt", "openai", "m", strict.field("top_p"), "top_p"),
    Row("ai-sdk", "anthropic", "m", strict.text_as_list("messages", "content"), "messages[].content[]"),
    Row("llama-index", "openai", "m", strict.field("temperature"), "temperature"),
    Row("litellm", "anthropic", "m", strict.text_as_list("messages", "content"), "messages[].content[]"),
    Row("openai-node", "openai", "m", strict.header("sec-fetch-mode"), "sec-fetch-mode"),
    Row("anthropic-node", "anthropic", "m", strict.header("accept-language"), "accept-language"),
    Row("genai-node", "gemini", "m", strict.header("sec-fetch-mode"), "sec-fetch-mode"),
)  # fmt: skip
OTHERS = (
    Row("claude-code", "anthropic", "claude-opus-5-5", strict.field("cache_control"), "cache_control", "DISABLE_PROMPT_CACHING=1"),
    Row("claude-code", "anthropic", "claude-haiku-4-5", strict.field("context_management"), "context_management", "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS=1"),
    Row("claude-code", "anthropic", "m", strict.field("tools", "$schema"), "tools[].input_schema.$schema"),
    Row("codex", "responses", "gpt-5.5", strict.field("include"), "include"),
    Row("codex", "responses", "m", strict.value("developer", "input", "role"), "input[].role=developer"),
    Row("gemini-cli", "gemini", "gemini-2.5-flash", strict.field("parametersJsonSchema"), "tools[].functionDeclarations[].parametersJsonSchema"),
    Row("qwen-code", "anthropic", "m", strict.field("thinking"), "thinking"),
    Row("opencode", "openai", "m", strict.field("tool_choice"), "tool_choice"),
    Row("llm", "responses", "gpt-5.5", strict.field("include"), "include"),
    Row("aider", "anthropic", "claude-sonnet-4-5", strict.text_as_list("system"), "system[]"),
)  # fmt: skip


def sound(protocol: str, model: str, key: str) -> Handler:
    door: Handler = getattr(b, protocol)(key, models=(model,))
    return door


def settings(url: str, row: Row, key: str, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "base_url": Sourced(_base_url(url, row), option("--base-url")),
        "key": Sourced(Secret(key), option("--key")),
        "model": Sourced(row.model, option("--model")),
        "protocol": Sourced(row.protocol, option("--protocol")),
        "app": row.app,
        "as_client": True,
        "limits": LIMITS,
    }
    return Settings(**{**given, **more})


def _base_url(url: str, row: Row) -> str:
    """Return the base URL in the form that the app takes."""
    base = url + wire(row.protocol).version_segment
    return client_urls.in_its_terms(client_urls.known(row.app), row.protocol, base) or base


def checked(row: Row, handler: Handler, key: str, **more: Any) -> tuple[Evidence, Report, list[Request]]:
    """Run a check against a door; assert that no output contains the key."""
    with PracticeDoor(handler) as door:
        given = settings(door.url, row, key, **more)
        evidence = asyncio.run(run(given))
        requests = list(door.requests)
    report = judge(evidence)
    assert document(judge(archive.load(archive.dump(evidence)))) == document(report)
    shown = FORMATS if row is ROWS[0] else ("text", "json")
    texts = [archive.dump(evidence), *(render(report, fmt, "en") for fmt in shown)]
    assert not any(key[at : at + 12] in text for text in texts for at in range(12, len(key) - 12))
    return evidence, report, requests


def generations(requests: list[Request]) -> list[Request]:
    return [one for one in requests if one.method == "POST"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.app} {row.protocol}")
def test_what_a_silent_server_refuses_is_found(row: Row) -> None:
    is_found(row, strict.said("Bad Request"))


@pytest.mark.slow
@pytest.mark.parametrize("row", OTHERS, ids=lambda row: f"{row.app} {row.model} {row.name}")
def test_what_else_a_silent_server_refuses_is_found(row: Row) -> None:
    is_found(row, strict.said("Bad Request"))


def is_found(row: Row, refusal: Reply) -> None:
    key = made_up_key("relay")
    door = strict.refusing(sound(row.protocol, row.model, key), row.refuses, refusal)
    evidence, report, requests = checked(row, door, key)
    found = evidence.client_request
    assert isinstance(found, AsClientResult)
    assert ([one.name for one in found.refused], found.sure) == ([row.name], True)
    assert len(found.tries) <= 1 + MOST
    assert len(generations(requests)) == 2 + len(found.tries)
    is_header = ":" in row.name or "-" in row.name.partition("[")[0]
    assert report.root_cause == (HEADER if is_header else FIELD)
    assert report.verdict is Verdict.BROKEN
    finding = report.findings[0]
    assert row.name in finding.title
    assert client_request.refused(View(evidence), header=not is_header) is None
    assert not row.setting or any(row.setting in step for step in finding.steps)
    row_of = document(report)["as_client"]
    assert isinstance(row_of, dict)
    assert (row_of["result"], row_of["refused"]) == ("refused", [row.name])


def test_every_client_with_something_of_its_own_is_in_the_table() -> None:
    own = {app for app in recorded_apps() if any(names_of(one.shape) for one in recordings_of(app))}
    assert own == {row.app for row in ROWS}
    assert len(own) >= 12


@pytest.mark.parametrize("row", ROWS[:5], ids=lambda row: row.app)
def test_a_sound_server_stays_healthy(row: Row) -> None:
    key = made_up_key("relay")
    evidence, report, requests = checked(row, sound(row.protocol, row.model, key), key)
    assert report.verdict is Verdict.HEALTHY, report.findings
    assert evidence.client_request is not None
    assert [one.without for one in evidence.client_request.tries] == [()]
    assert len(generations(requests)) == 3
    last = generations(requests)[-1]
    # What only says which client it is stays ours.
    assert last.header("user-agent").startswith("llmdoctor/")
    identity = {name for one in recordings_of(row.app) for name in one.identity}
    sent = {name.lower() for name, _ in last.headers} - {"user-agent"}
    assert not {name for name in sent if any(name.startswith(one.rstrip("*")) for one in identity)}


def test_what_a_server_names_is_tried_first() -> None:
    row = Row("claude-code", "anthropic", "claude-opus-5-5", strict.field("defer_loading"), "tools[].defer_loading")
    key = made_up_key("relay")
    refusal = strict.said("tools.10.custom.defer_loading: Extra inputs are not permitted")
    evidence, report, _ = checked(row, strict.refusing(sound(row.protocol, row.model, key), row.refuses, refusal), key)
    assert evidence.client_request is not None
    assert [one.without for one in evidence.client_request.tries] == [(), ("tools[].defer_loading",)]
    # Claude Code was seen to leave it out by itself after such a refusal.
    assert (report.verdict, report.root_cause) == (Verdict.DEGRADED, None)
    assert [one.code for one in report.findings] == [FIELD]


def test_two_refused_parts_are_both_named() -> None:
    row = Row("codex", "responses", "m", strict.either(strict.field("store"), strict.field("include")), "")
    key = made_up_key("relay")

    def refusal(request: Request) -> Reply:
        name = "store" if "store" in request.json() else "include"
        return strict.said(f"Unknown parameter: '{name}'.")

    evidence, report, _ = checked(row, strict.refusing(sound(row.protocol, row.model, key), row.refuses, refusal), key)
    assert evidence.client_request is not None
    assert {one.name for one in evidence.client_request.refused} == {"store", "include"}
    assert evidence.client_request.sure
    assert report.root_cause == FIELD


def test_a_refusal_that_no_part_explains_is_reported_with_the_servers_words() -> None:
    """The server refuses every request but the plain ones, as one that counts requests does."""
    key, seen = made_up_key("relay"), []
    door = sound("openai", "m", key)

    def handler(request: Request) -> Any:
        seen.append(request)
        if len(generations(seen)) > 2:
            return strict.said("This plan is limited to official clients such as the Gemini CLI.", 403, "forbidden")
        return door(request)

    evidence, report, requests = checked(ROWS[6], handler, key)
    assert evidence.client_request is not None
    assert evidence.client_request.refused == ()
    assert len(generations(requests)) == 3  # nothing is left out to get past a restriction
    assert report.root_cause == "access.client_refused"


@pytest.mark.parametrize("raw", [False, True], ids=["JSON", "cut"])
def test_the_names_of_an_errors_fields_name_no_part_of_the_request(raw: bool) -> None:
    """Every error has a ``message``; it says nothing about ``messages``, which Claude Code sends as lists of texts."""
    key, row = made_up_key("relay"), ROWS[0]
    said = "This service is only available for official clients"
    body = {"type": "error", "error": {"type": "permission_error", "message": said, "thinking": None}}
    text = json.dumps(body)[: -2 if raw else None].encode()
    refusal = Reply(403, (("content-type", "application/json"),), text)
    handler = strict.refusing(sound(row.protocol, row.model, key), strict.field("tools"), refusal)
    evidence, report, _ = checked(row, handler, key)
    assert evidence.client_request is not None
    assert [one.without for one in evidence.client_request.tries] == [()], "nothing is left out to get past it"
    assert report.root_cause == "access.client_refused"
    assert any("a plain request works" in line for line in report.findings[0].evidence)


def test_one_of_two_refused_parts_is_named_even_if_the_requests_do_not_suffice_for_the_other() -> None:
    row = Row(
        "codex", "responses", "gpt-5.5", strict.either(strict.field("store"), strict.field("tools", "strict")), ""
    )
    key = made_up_key("relay")
    door = strict.refusing(sound(row.protocol, row.model, key), row.refuses, strict.said("Bad Request"))
    evidence, report, _ = checked(row, door, key)
    found = evidence.client_request
    assert found is not None and not found.sure and len(found.tries) <= 1 + MOST
    certain = [one.name for one in found.refused if one.certain]
    assert len(certain) == 1 and certain[0] in ("store", "tools[].strict")
    assert report.findings[0].title.startswith(
        f"127.0.0.1 rejects {certain[0]}, which Codex CLI sends, and perhaps more"
    )


def test_all_that_may_be_refused_is_named_once() -> None:
    row = Row("claude-code", "anthropic", "claude-opus-5-5", strict.header("anthropic-beta", BETA), "")
    key = made_up_key("relay")
    several = strict.either(row.refuses, strict.either(strict.field("thinking"), strict.field("metadata")))
    door = strict.refusing(sound(row.protocol, row.model, key), several, strict.said("Bad Request"))
    evidence, report, _ = checked(row, door, key)
    assert evidence.client_request is not None and not evidence.client_request.sure
    (found,) = report.findings
    assert all(name in found.title + found.explanation for name in ("anthropic-beta", "thinking", "metadata"))


def test_nothing_of_the_app_is_sent_before_the_server_has_answered_a_plain_request() -> None:
    """``claude-code-20250219`` is sent as a feature flag, never to a server that refuses llmdoctor as what it is."""
    row, key = ROWS[0], made_up_key("relay")
    refusal = strict.said("This service is only available for Claude Code clients", 403)

    def admits(request: Request) -> Any:
        known = "claude-code" in request.header("anthropic-beta") or request.method == "GET"
        return sound(row.protocol, row.model, key)(request) if known else refusal

    evidence, report, requests = checked(row, admits, key)
    assert evidence.client_request is None and report.root_cause == "access.client_refused"
    assert not [one for one in requests if "claude-code" in str(one.headers).lower().replace("llmdoctor", "")]


def test_a_rate_limit_leaves_the_question_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_check, "PAUSE", 0.0)
    key, seen = made_up_key("relay"), []
    door = sound("openai", "m", key)

    def handler(request: Request) -> Any:
        seen.append(request)
        return strict.said("Rate limit reached", 429, "rate_limit") if len(generations(seen)) > 2 else door(request)

    evidence, report, _ = checked(ROWS[6], handler, key)
    assert evidence.client_request is not None
    assert evidence.client_request.why is OpenReason.LIMITED
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.left_open


@pytest.mark.slow
def test_a_search_without_time_still_reports_the_refusal() -> None:
    """The server refuses the request, and then answers nothing until the check has no time left."""
    row, key, seen = ROWS[1], made_up_key("relay"), []
    door = sound(row.protocol, row.model, key)

    def handler(request: Request) -> Any:
        seen.append(request)
        count = len(generations(seen))
        return door(request) if count < 3 else strict.said("Bad Request") if count == 3 else [ScriptEnd.STALL]

    evidence, report, _ = checked(row, handler, key, limits=Limits(probe=30.0, run=4.0))
    assert evidence.client_request is not None
    assert (evidence.client_request.refused, evidence.client_request.why) == ((), None)
    assert report.verdict is Verdict.BROKEN


@pytest.mark.parametrize("more", [{"no_spend": True}, {"offline": True}], ids=str)
def test_nothing_is_sent_where_nothing_may_be(more: Mapping[str, bool]) -> None:
    key = made_up_key("relay")
    evidence, report, requests = checked(ROWS[6], sound("openai", "m", key), key, **more)
    assert evidence.client_request is not None and evidence.client_request.tries == ()
    assert f"not sent (--{next(iter(more)).replace('_', '-')})" in render(report, "text", "en")
    assert report.verdict is Verdict.INCONCLUSIVE and report.left_open
    assert not [one for one in generations(requests) if one.header("authorization")]


def test_the_plan_shows_the_most_that_it_can_cost() -> None:
    row, key = ROWS[0], made_up_key("relay")
    with PracticeDoor(sound(row.protocol, row.model, key)) as door:
        given = settings(door.url, row, key)
        planned = plan(given)
        evidence = asyncio.run(run(given))
        sent = generations(list(door.requests))[-1]
    assert planned is not None
    assert planned.client is not None
    assert (planned.client.purpose, planned.client_more, REQUESTS) == (PURPOSE, MOST, 1 + MOST)
    assert planned.client.url.endswith(sent.target)
    assert set(planned.client.headers) <= {name for name, _ in sent.headers}
    assert planned.client.tokens >= len(json.dumps(sent.json())) // 2
    assert planned.tokens >= planned.client.tokens * REQUESTS
    assert evidence.client_request is not None


def test_a_client_that_was_not_recorded_in_this_protocol() -> None:
    row = Row("openai-sdk", "azure", "gpt-4o-mini", strict.field("x"), "")
    key = made_up_key("relay")
    evidence, report, _ = checked(row, b.azure(key), key, api_version=Sourced("2024-10-21", option("--api-version")))
    if evidence.working is None:
        pytest.fail(str(report.findings))
    assert evidence.client_request is not None
    assert evidence.client_request.why is OpenReason.UNRECORDED
    assert report.verdict is Verdict.INCONCLUSIVE
