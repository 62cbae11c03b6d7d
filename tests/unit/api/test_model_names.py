"""Whether a listed model is the wanted one with a slip in its name."""

from __future__ import annotations

import pytest

from probes.api.model_names import is_slip


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("GPT-4o-Mini", "gpt-4o-mini"),
        ("gpt-4o-mni", "gpt-4o-mini"),
        ("qwen2.5vl-7b", "qwen/qwen2.5-vl-7b"),
        ("us.openai.gpt-5.4", "openai.gpt-5.4"),
        ("q/Llama-3.3-70B", "/q/Llama-3.3-70B"),
        ("ibm/ibm-granite-4.0-h-small", "ibm/granite-4-h-small"),
        ("claude-3-5-haiku", "claude-3-5-haiku-20241022"),
        ("llama3.2", "llama3.2:latest"),
    ],
)
def test_the_same_name_with_a_slip(wanted: str, listed: str) -> None:
    assert is_slip(wanted, listed)


@pytest.mark.parametrize(
    ("wanted", "listed"),
    [
        ("openai.gpt-5.6-terra", "openai.gpt-oss-120b"),
        ("gemini-1.5-pro", "gemini-2.5-pro"),
        ("qwen3-14b", "qwen3-8b"),
        ("gpt-4.1-mini", "gpt-4o-mini"),
        ("deepseek-v3", "deepseek-chat"),
        ("", "gpt-4o-mini"),
    ],
)
def test_another_model_with_a_similar_name(wanted: str, listed: str) -> None:
    assert not is_slip(wanted, listed)
