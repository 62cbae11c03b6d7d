"""Tests for the values that a pasted text names."""

from __future__ import annotations

import pytest

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
