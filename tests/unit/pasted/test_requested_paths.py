"""Tests for what a requested path tells about base URL and protocol (:mod:`probes.pasted.requested_paths`)."""

from __future__ import annotations

import re

import pytest

from probes.pasted import requested_paths
from probes.pasted.pasted_text import read


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        # The app speaks Anthropic's protocol with the base URL of another one.
        ('base URL: https://open.bigmodel.cn/api/paas/v4 404 {"path":"/v4/v1/messages"}', "served_elsewhere", "anthropic"),
        ("base_url: https://api.deepseek.com/v1\n404 Not Found: POST /v1/v1/messages", "served_elsewhere", "anthropic"),
        ('endpoint: https://api.moonshot.cn/v1 404 {"path": "/v1/v1/messages"}', "served_elsewhere", "anthropic"),
        # The server has no Responses API.
        ("POST https://llm.example/api/v4/responses 404 Not Found", "not_served", "openai"),
        ('"message": "Not Found", "url": "https://dashscope.aliyuncs.com/compatible-mode/v1/responses"', "not_served", "openai"),
        # The app posts to the base URL itself.
        ("Error: HTTP POST https://ark.cn-beijing.volces.com/api/v3 failed with status code 404", "no_endpoint", "/chat/completions"),
        ("request to https://llm.example/openai/v1 returned 404", "no_endpoint", "/chat/completions"),
        # The app appends a version to a base URL that has one.
        ('base URL https://api.z.ai/api/paas/v4/ 404 {"path":"/ v4/v1/chat/completions', "app_doubles_version", "/v1"),
    ],
)  # fmt: skip
def test_a_path_that_is_not_served(text: str, kind: str, value: str) -> None:
    found = [note for note in read(text).notes if note.kind == kind]
    assert found, read(text).notes
    assert any(value in one for one in found[0].values.values())


@pytest.mark.parametrize(
    "text",
    [
        "POST https://api.openai.com/v1/responses 404 Not Found",
        "POST https://llm.example/v1/responses 404 {'code': 'model_not_found'}",
        "POST https://llm.example/v1/responses 401 unauthorized",
        "POST https://one.example/v1/responses and https://two.example/v1/responses: 404",
        "GET http://localhost:8000/v1/responses 404 Not Found",
    ],
)
def test_a_path_that_tells_nothing(text: str) -> None:
    kinds = {"served_elsewhere", "not_served", "no_endpoint"}
    assert kinds <= set(re.findall(r"``(\w+)``", requested_paths.requested_paths.__doc__ or ""))
    assert not kinds & {note.kind for note in read(text).notes}
