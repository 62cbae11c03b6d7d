"""Tests for the values that a pasted text names."""

from __future__ import annotations

import pytest

from diagnose.answers.explain import explain
from diagnose.answers.provider_addresses import plan_of
from diagnose.answers.text_values import LONGEST, text_values
from probes.pasted.pasted_text import read

REJECTED = "model.parameter_rejected"


@pytest.mark.parametrize(
    ("code", "text", "evidence", "model", "values"),
    [
        (REJECTED, '{"error": {"message": "Too odd a request.", "code": 7}}', "Too odd", None, {"said": "Too odd a request"}),
        (REJECTED, "400 - {'code': 20015, 'message': 'The parameter is invalid.'}", "{'code'", None, {"said": "The parameter is invalid"}),
        (REJECTED, "400 The request is odd", "400 The request is odd", None, {"said": "400 The request is odd"}),
        (REJECTED, '400 {"a": [1]}', '400 {"a": [1]}', None, {}),
        ("settings.missing_key", "The GROQ_API_KEY environment variable is missing", "", None, {"key_env": "GROQ_API_KEY"}),
        ("settings.missing_key", "HF_TOKEN is not set (YOUR_API_KEY)", "", None, {"key_env": "HF_TOKEN"}),
        ("settings.missing_key", "set YOUR_API_KEY", "", None, {}),
        ("model.not_found", "the model gpt-4O does not exist", "", "gpt-4O", {"near": "gpt-4o"}),
        ("model.not_found", "no GPT-5-Mini", "", "GPT-5-Mini", {"near": "gpt-5-mini"}),
        ("model.not_found", "no Qwen2.5-7B-Instruct", "", "Qwen2.5-7B-Instruct", {}),
        ("auth.rejected", '{"message": "Invalid API key of yours"}', "", None, {}),
    ],
)  # fmt: skip
def test_the_values_of_a_text(code: str, text: str, evidence: str, model: str | None, values: dict[str, str]) -> None:
    assert text_values(read(text), code, evidence, model) == values


def test_a_sentence_fits_into_a_title() -> None:
    said = text_values(read('{"message": "' + "the request is odd " * 15 + '"}'), REJECTED, "odd", None)["said"]
    assert len(said) <= LONGEST + 1
    assert said.endswith("…")


@pytest.mark.parametrize(
    ("model", "base_url", "plan"),
    [
        ("ark-code-latest", "", "https://ark.cn-beijing.volces.com/api/coding/v3"),
        (
            "ark-code-latest",
            "https://ark.cn-beijing.volces.com/api/v3",
            "https://ark.cn-beijing.volces.com/api/coding/v3",
        ),
        ("ark-code-latest", "https://ark.cn-beijing.volces.com/api/coding/v3", ""),
        ("kimi-for-coding", "https://api.moonshot.cn/v1", "https://api.kimi.com/coding/v1"),
        ("glm-4.7", "", ""),  # sold with the plan and without it
        ("qwen3-coder-plus", "", ""),
    ],
)
def test_the_plan_of_a_model(model: str, base_url: str, plan: str) -> None:
    assert plan_of(model, base_url).get("model_plan_url", "") == plan


def test_a_text_that_names_the_model_of_a_plan() -> None:
    text = "404 Not found the model kimi-for-coding or Permission denied"
    first = explain(read(text), "en")[0]
    assert first.code in ("model.not_found", "model.not_permitted")
    assert "https://api.kimi.com/coding/v1" in first.text.steps[0]


def test_a_litellm_proxy_without_a_database() -> None:
    text = '400 {"error":{"message":"No connected db.","type":"no_db_connection","param":null,"code":"400"}}'
    first = explain(read(text), "en")[0]
    assert first.code == "auth.rejected"
    assert "master key" in first.text.steps[0]
