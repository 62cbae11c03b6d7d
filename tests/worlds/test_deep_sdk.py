"""The real clients agree with the deep check: an app on the official SDK gets its tool call exactly if it is reported
as supported.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anthropic
import openai
import pytest

from probes.demo_server import answers
from probes.demo_server.capable_doors import HALVES, FeatureBehaviour
from probes.demo_server.server import PracticeDoor
from probes.protocols.features import FORM_SCHEMA, TOOL, TOOL_SCHEMA
from worlds.deep_doors import BASES, DOORS, KEY, dive

pytestmark = pytest.mark.slow

MANNERS = [*HALVES, "ignored", "refused", "as_text"]
QUESTION: list[Any] = [{"role": "user", "content": "What is the weather in Paris?"}]
RESULT = "clear"


def weather(name: Any, given: Any) -> None:
    """Check a call of the app's own tool, which the model must call correctly."""
    assert name == TOOL
    assert isinstance(given["city"], str)


def _openai(client: Any) -> None:
    tools = [{"type": "function", "function": {"name": TOOL, "parameters": TOOL_SCHEMA}}]
    forced = {"type": "function", "function": {"name": TOOL}}
    ask = {"model": answers.MODELS[0], "tools": tools}
    turn = client.chat.completions.create(messages=QUESTION, tool_choice=forced, **ask).choices[0].message
    call = turn.tool_calls[0]
    weather(call.function.name, json.loads(call.function.arguments))
    assert call.id
    back = {"role": "tool", "tool_call_id": call.id, "content": RESULT}
    assert client.chat.completions.create(messages=[*QUESTION, turn, back], **ask).choices[0].message.content


def _openai_stream(client: Any) -> None:
    tools = [{"type": "function", "function": {"name": TOOL, "parameters": TOOL_SCHEMA}}]
    with client.chat.completions.stream(model=answers.MODELS[0], messages=QUESTION, tools=tools) as stream:
        for _ in stream:
            pass
        call = stream.get_final_completion().choices[0].message.tool_calls[0]
    weather(call.function.name, json.loads(call.function.arguments))
    assert call.id


def _responses(client: Any) -> None:
    tools = [{"type": "function", "name": TOOL, "parameters": TOOL_SCHEMA, "strict": False}]
    ask = {"model": answers.MODELS[0], "tools": tools}
    turn = client.responses.create(input=QUESTION, **ask)
    call = next(item for item in turn.output if item.type == "function_call")
    weather(call.name, json.loads(call.arguments))
    assert call.call_id
    back = {"type": "function_call_output", "call_id": call.call_id, "output": RESULT}
    assert client.responses.create(input=[*QUESTION, *turn.output, back], **ask).output_text


def _anthropic(client: Any) -> None:
    ask = {"model": answers.CLAUDES[0], "max_tokens": 64, "tools": [{"name": TOOL, "input_schema": TOOL_SCHEMA}]}
    turn = client.messages.create(messages=QUESTION, tool_choice={"type": "tool", "name": TOOL}, **ask)
    call = next(block for block in turn.content if block.type == "tool_use")
    weather(call.name, call.input)
    assert call.id
    back = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": RESULT}]}
    mine = {"role": "assistant", "content": turn.content}
    assert client.messages.create(messages=[*QUESTION, mine, back], **ask).content[0].text


def _anthropic_stream(client: Any) -> None:
    tools = [{"name": TOOL, "input_schema": TOOL_SCHEMA}]
    with client.messages.stream(model=answers.CLAUDES[0], max_tokens=64, messages=QUESTION, tools=tools) as stream:
        turn = stream.get_final_message()
    call = next(block for block in turn.content if block.type == "tool_use")
    weather(call.name, call.input)
    assert call.id


def works(protocol: str, url: str, use: Callable[[Any], None]) -> bool:
    """Check whether the app's code succeeds."""
    maker = anthropic.Anthropic if protocol == "anthropic" else openai.OpenAI
    with maker(base_url=url + BASES.get(protocol, ""), api_key=KEY, max_retries=0, timeout=5) as client:
        try:
            use(client)
        except (openai.APIError, anthropic.APIError, AssertionError, TypeError, ValueError, KeyError, StopIteration):
            return False
        except (AttributeError, IndexError):  # missing parts of an answer
            return False
    return True


APPS: list[tuple[str, str, Callable[[Any], None]]] = [
    ("openai", "tools", _openai),
    ("openai", "tools_stream", _openai_stream),
    ("responses", "tools", _responses),
    ("anthropic", "tools", _anthropic),
    ("anthropic", "tools_stream", _anthropic_stream),
]


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # from the SDK, for an object in place of text
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize(("protocol", "name", "use"), APPS, ids=[f"{one[0]}-{one[1]}" for one in APPS])
def test_an_app_gets_its_call_where_it_is_supported(
    protocol: str, name: str, use: Callable[[Any], None], manner: str
) -> None:
    streamed = name == "tools_stream"
    handler = DOORS[protocol](KEY, manners=FeatureBehaviour(**{"stream" if streamed else "tools": manner}))
    with PracticeDoor(handler) as door:
        got = works(protocol, door.url, use)
    assert got is (dive(handler, protocol).why(name)[0] == "supported")


@pytest.mark.parametrize("manner", ["sound", "refused", "ignored", "misfits"])
@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_an_app_gets_its_form_where_it_is_supported(protocol: str, manner: str) -> None:
    def use(client: Any) -> None:
        if protocol == "anthropic":
            form: Any = {"format": {"type": "json_schema", "schema": FORM_SCHEMA}}
            found = client.messages.create(
                model=answers.CLAUDES[0], max_tokens=64, messages=QUESTION, output_config=form
            ).content[0]
            assert json.loads(found.text).keys() == FORM_SCHEMA["properties"].keys()
            return
        form = {"type": "json_schema", "json_schema": {"name": "capital", "schema": FORM_SCHEMA, "strict": True}}
        answer = client.chat.completions.create(model=answers.MODELS[0], messages=QUESTION, response_format=form)
        assert json.loads(answer.choices[0].message.content).keys() == FORM_SCHEMA["properties"].keys()

    handler = DOORS[protocol](KEY, manners=FeatureBehaviour(structured=manner))
    with PracticeDoor(handler) as door:
        got = works(protocol, door.url, use)
    assert got is (dive(handler, protocol).why("structured_output")[0] == "supported")
