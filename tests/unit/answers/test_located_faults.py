"""The place in a request that a refusal names, and the words chosen by it."""

from __future__ import annotations

import pytest

from diagnose.answers.located_faults import located_fault
from diagnose.cli.commands.explain import explained


@pytest.mark.parametrize(
    ("text", "part", "place"),
    [
        ("messages.3.content.0.tool_result.tool_use_id: String should match pattern", "tool_call", "messages.content"),
        ("Invalid 'messages[4].tool_calls[0].id': string too long", "tool_call", "messages.tool_calls.id"),
        ("Invalid 'messages[2].tool_calls[0].function.name': string does not match", "tool_name", "messages"),
        ("system.0.cache_control.scope: Extra inputs are not permitted", "cache", "system.cache_control.scope"),
        ("Invalid type for 'messages[1].content[1].image_url': expected an object", "file", "messages.content.image"),
        ("Invalid value at 'contents[1].parts[0].inline_data.data' (TYPE_BYTES)", "file", "contents.parts.inline_data"),
        ("messages.1.content.0.thinking.signature: Field required", "thinking", "messages.content.thinking"),
        ('{"loc": ["body", "messages", 3, "content"], "msg": "bad"}', "text", "messages.3.content"),
        ("400 Message index[3] tool_calls should be list", "tool_call", "messages.tool_calls"),
        ("tools[0].function.parameters: must be an object", "tools", "tools.function.parameters"),
    ],
)
def test_a_place_in_the_request(text: str, part: str, place: str) -> None:
    found = located_fault(text)
    assert found is not None
    assert found.part == part
    assert found.place.startswith(place) or place.startswith("messages.3")


@pytest.mark.parametrize(
    "text",
    [
        "print(response.choices[0].message.content)",
        "client.messages.create(model=model, messages=[...])",
        "GET /v1/models/gpt-4o: 404",
        "see messages.md, tools.py and content.txt",
        '{"loc": ["body", "thinking", "enabled"], "msg": "Field required"}',
    ],
)
def test_other_paths_are_no_places(text: str) -> None:
    assert located_fault(text) is None


@pytest.mark.parametrize(
    ("text", "title", "step"),
    [
        ("messages.0.content.0.text.cache_control.ttl: Extra inputs are not permitted", "prompt caching", "caching"),
        ("messages.2.content.0.image.source.base64: image exceeds 5 MB maximum", "image or file", "Remove"),
        ("Invalid 'messages[2].tool_calls[0].function.name': string does not match pattern", "name of a tool", "Start"),
        (
            "messages.5: all messages must have non-empty content except the optional final one",
            "empty message",
            "Start",
        ),
    ],
)
def test_the_part_chooses_the_words(text: str, title: str, step: str) -> None:
    first = explained(text, "en").candidates[0]
    assert first.code == "model.parameter_rejected"
    assert title in first.text.title
    assert step in first.text.steps[0]
