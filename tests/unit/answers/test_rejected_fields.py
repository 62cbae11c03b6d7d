"""A refusal of one part of a request names that part, in whatever words the server refuses it."""

from __future__ import annotations

import json

import pytest

from diagnose.answers.dialects import classify_error
from diagnose.answers.explain import explain
from diagnose.answers.rejected_fields import LONGEST, rejected_field
from diagnose.judging.judge import judge
from probes.model.capability import Capability, Support
from probes.model.exchange import ApiError
from probes.model.record import replace
from probes.pasted.pasted_text import read
from worlds.recorded import recorded
from worlds.table import SCENARIOS

SAID = (
    ("tools", 400, "registry.ollama.ai/library/gemma:2b does not support tools"),
    ("tools", 400, "`tools` is not supported by this model"),
    ("tools", 400, "This model does not support function calling"),
    ("tools", 400, "Function calling is not enabled for models/gemma-3-27b-it"),
    ("tools", 404, "No endpoints found that support tool use."),
    ("tools", 500, "tools param requires --jinja flag"),
    ("tools", 400, "该模型不支持 tools 参数"),
    ("tool_choice", 400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
    ("tool_choice", 400, "Tool choice must be auto"),
    ("parallel_tool_calls", 400, "groq does not support parameters: ['parallel_tool_calls'], for model=x."),
    ("stream_options", 400, "Unrecognized request argument supplied: stream_options"),
    ("stream_options", 400, "Unknown parameter: 'stream_options'."),
    ("stream_options", 400, "property 'stream_options' is unsupported"),
    ("stream_options", 400, "参数 stream_options 不支持"),
    ("stream_options", 400, 'Invalid JSON payload received. Unknown name "stream_options": Cannot find field.'),
    ("reasoning_effort", 400, 'json: unknown field "reasoning_effort"'),
    ("reasoning.effort", 400, "Unsupported parameter: 'reasoning.effort' is not supported with this model."),
    ("thinking", 400, "thinking: Extra inputs are not permitted"),
    ("thinking", 400, "adaptive thinking is not supported on this model"),
    ("context_management", 400, "context_management: Extra inputs are not permitted"),
    ("tools.0.custom.defer_loading", 400, "tools.0.custom.defer_loading: Extra inputs are not permitted"),
    ("prompt_cache_key", 400, "Unknown argument: prompt_cache_key"),
    ("store", 400, "store is not supported"),
    ("role: developer", 400, "Unexpected role 'developer'"),
    ("role: developer", 400, "developer is not one of ['system', 'assistant', 'user', 'tool'] - 'messages.0.role'"),
)


@pytest.mark.parametrize(("field", "status", "message"), SAID, ids=[message[:50] for _, _, message in SAID])
def test_the_words_name_the_field(field: str, status: int, message: str) -> None:
    error = {"error": {"message": message, "type": "invalid_request_error"}}
    first = classify_error(status, ApiError(message=message), json.dumps(error, ensure_ascii=False))[0]
    assert (first.code, first.values["parameter"]) == ("model.parameter_rejected", field)


def test_the_errors_own_field_comes_first() -> None:
    said = "The parameter `response_format.type` is not valid: `json_object` is not supported by this model."
    assert rejected_field("response_format.type", (said,)) == "response_format.type"
    located = '{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}'
    assert rejected_field("None", ("Extra inputs are not permitted", located)) == "seed"
    assert rejected_field("x" * 200, ()) == "x" * LONGEST


@pytest.mark.parametrize("said", ["", "Bad request", "The model `gpt-9` does not exist", "Unknown parameter"])
def test_a_refusal_without_a_field_names_none(said: str) -> None:
    assert rejected_field("", (said,)) == ""


SOUND = next(one for one in SCENARIOS if one.root is None and one.protocol == "openai" and not one.also)


@pytest.mark.parametrize(
    ("app", "support", "why", "root"),
    [
        ("opencode", Support.UNSUPPORTED, "refused", "model.parameter_rejected"),
        ("opencode", Support.UNSUPPORTED, "no_call", None),
        ("opencode", Support.SUPPORTED, "answered", None),
        ("llm", Support.UNSUPPORTED, "refused", None),
    ],
)
def test_a_deep_check_speaks_for_an_app_that_always_sends_it(
    app: str, support: Support, why: str, root: str | None
) -> None:
    evidence = recorded(SOUND).evidence
    target = replace(evidence.target, app=app, app_named=True)
    report = judge(replace(evidence, target=target, capabilities=(Capability("tools", support, why),)), "en")
    assert report.root_cause == root
    if root:
        assert "tools" in report.findings[0].steps[0]


@pytest.mark.parametrize(
    "said",
    [
        "Error: No available backend found. ERR: [wasm] RuntimeError: indirect call to null",
        "celery: no workers available for queue default",
        "Service worker is not available in this browser",
    ],
)
def test_workers_of_a_clients_own_are_no_channel(said: str) -> None:
    assert not [one for one in explain(read(said), "en") if one.code == "model.no_channel" and one.confidence >= 0.7]


def test_an_engine_that_has_ended_is_told_by_a_log_too() -> None:
    first = explain(read('level=ERROR source=sched.go msg="llama runner process has terminated: exit status 2"'), "en")[
        0
    ]
    assert (first.code, first.confidence >= 0.9) == ("http.server_error", True)
