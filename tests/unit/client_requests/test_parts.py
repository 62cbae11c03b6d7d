"""The parts of a request, and the request without them."""

from __future__ import annotations

from typing import Any

import pytest

from probes.client_requests.parts import Shape, names_of, parts_of, without

BODY: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        {"role": "system", "content": "c", "output_config": {"effort": "low"}},
    ],
    "tools": [
        {
            "name": "t",
            "strict": True,
            "cache_control": {"type": "ephemeral"},
            "input_schema": {
                "$schema": "s",
                "type": "object",
                "properties": {"$schema": {"type": ["string", "null"], "format": "uri"}},
            },
        },
        {"type": "web_search", "name": "w"},
    ],
    "tool_choice": {"type": "auto"},
    "thinking": {"type": "adaptive", "display": "omitted"},
    "metadata": {"user_id": "{id}"},
    "max_tokens": 16,
    "stream": True,
}
SHAPE = Shape((("anthropic-beta", "one-1,two-2"), ("Accept", "x"), ("sec-fetch-mode", "cors")), BODY)


def test_the_parts_of_a_request() -> None:
    assert set(names_of(SHAPE)) == {
        "anthropic-beta",
        "anthropic-beta: one-1",
        "anthropic-beta: two-2",
        "sec-fetch-mode",
        "cache_control",
        "messages[].content[]",
        "messages[].output_config",
        "messages[].role=system",
        "metadata",
        "thinking",
        "thinking.display",
        "tool_choice",
        "tools",
        "tools[].input_schema.$schema",
        "tools[].input_schema.format",
        "tools[].input_schema.type[]",
        "tools[].strict",
        "tools[].type=web_search",
    }


@pytest.mark.parametrize("name", names_of(SHAPE))
def test_a_part_that_is_left_out_is_gone_and_nothing_else(name: str) -> None:
    closure = next(one.closure for one in parts_of(SHAPE) if one.name == name)
    left = without(SHAPE, frozenset((name,)))
    assert name not in names_of(left)
    assert set(names_of(SHAPE)) - closure <= set(names_of(left))
    assert SHAPE.body == BODY


def test_how_forms_change() -> None:
    body = without(SHAPE, frozenset(("messages[].content[]", "tools[].input_schema.type[]"))).body
    assert body["messages"][0] == {"role": "user", "content": "a\nb"}
    schema = body["tools"][0]["input_schema"]
    # The name of a property is no word of JSON Schema.
    assert schema["properties"] == {"$schema": {"type": "string", "format": "uri"}}
    assert without(SHAPE, frozenset(("anthropic-beta: one-1",))).headers[0] == ("anthropic-beta", "two-2")
    assert without(SHAPE, frozenset(("tools[].input_schema.$schema",))).body["tools"][0]["input_schema"] == {
        "type": "object",
        "properties": {"$schema": {"type": ["string", "null"], "format": "uri"}},
    }


def test_what_is_not_valid_without_a_part_is_left_out_with_it() -> None:
    closures = {one.name: one.closure for one in parts_of(SHAPE)}
    assert closures["tools"] >= {"tools", "tool_choice", "tools[].strict", "tools[].type=web_search"}
    assert closures["messages[].role=system"] == {"messages[].role=system", "messages[].output_config"}
    assert closures["anthropic-beta"] >= {"anthropic-beta", "anthropic-beta: one-1", "anthropic-beta: two-2"}
    assert closures["thinking.display"] == {"thinking.display"}
    names = [one.name for one in parts_of(SHAPE)]
    assert names.index("tool_choice") < names.index("tools")
