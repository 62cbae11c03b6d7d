"""Published lists of providers are compared with our facts, and nothing of them is taken."""

from __future__ import annotations

import json
import tomllib

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from probes.catalog.foreign_lists import ForeignListError, compared

# Shortened, in the form that the files have.
MODELS_DEV = {
    "deepseek": {
        "id": "deepseek",
        "name": "DeepSeek",
        "env": ["DEEPSEEK_API_KEY"],
        "api": "https://api.deepseek.com",
        "npm": "@ai-sdk/openai-compatible",
        "doc": "https://api-docs.deepseek.com",
        "models": {"deepseek-flash": {"id": "deepseek-flash"}, "old-one": {"id": "old-one", "status": "deprecated"}},
    },
    "brandnew": {
        "id": "brandnew",
        "name": 'Brand "New"',
        "env": ["BRANDNEW_API_KEY"],
        "api": "https://api.brandnew.example/v1/",
        "npm": "@ai-sdk/anthropic",
        "models": {"m": {"id": "m"}},
    },
    "groq": {"id": "groq", "name": "Groq", "env": ["GROQ_OTHER_KEY"], "npm": "@ai-sdk/groq", "models": {}},
}
PRICES = {
    "sample_spec": {"litellm_provider": "one of", "deprecation_date": "date when the model becomes deprecated"},
    "gpt-new-thing": {"litellm_provider": "openai", "deprecation_date": "2027-05-01"},
    "deepseek/deepseek-chat": {"litellm_provider": "deepseek", "deprecation_date": "2026-08-01"},
    "somewhere/x": {"litellm_provider": "somewhere", "deprecation_date": "2027-05-01"},
}
PROVIDERS = {"brandnew": {"base_url": "https://api.brandnew.example/v1", "api_key_env": "BRANDNEW_API_KEY"}}


def test_models_dev() -> None:
    found = compared(json.dumps(MODELS_DEV))
    rows = {(row["table"], row["note"]): row for row in found.rows}
    assert set(rows) == {("door", "new"), ("door", "variable"), ("model", "end")}
    assert rows["door", "new"]["endpoints"] == [
        {"protocol": "anthropic", "base_url": "https://api.brandnew.example/v1"}
    ]
    assert rows["door", "variable"]["id"] == "groq" and rows["model", "end"]["names"] == ["old-one"]
    read = tomllib.loads(found.toml("title"))
    assert read["door"][0]["name"] == 'Brand "New"' and len(read["door"]) == 2


def test_litellm() -> None:
    rows = compared(json.dumps(PRICES)).rows
    assert [(row["note"], row["names"], row["end"]) for row in rows] == [
        ("end", ["gpt-new-thing"], "2027-05-01"),
        ("other_end", ["deepseek-chat"], "2026-08-01"),
    ]
    assert rows[1]["ours"] == "2026-07-24"
    (row,) = compared(json.dumps(PROVIDERS)).rows
    assert row["hosts"] == ["api.brandnew.example"] and row["key_env"] == ["BRANDNEW_API_KEY"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"a": 1}', '{"a": {"models": 3}}'])
def test_other_files_are_refused(text: str) -> None:
    with pytest.raises(ForeignListError):
        compared(text)


def test_the_command_is_hidden_and_prints_rows(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "api.json"
    file.write_text(json.dumps(MODELS_DEV))
    done = CliRunner().invoke(program, ["facts", "compare", str(file)])
    assert done.exit_code == 0 and "[[door]]" in done.stdout
    assert (
        json.loads(CliRunner().invoke(program, ["facts", "compare", str(file), "--json"]).stdout)["list"]
        == "models.dev"
    )
    assert "compare" not in CliRunner().invoke(program, ["facts", "--help"]).stdout
