"""Published lists of providers are compared with our facts, and nothing of them is taken."""

from __future__ import annotations

import json
import tomllib

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from probes.catalog.door_files import parse
from probes.catalog.fact_schema import check_fields
from probes.catalog.foreign_lists import ForeignListError, compared
from probes.catalog.provenance import check

# Excerpts of the published files, with the fields that are read and some that are not: models.dev's api.json as its
# build makes it (anomalyco/models.dev@f3fc692), and the files of LiteLLM 1.110.2. The whole files were compared too.
MODELS_DEV = {
    "google": {
        "id": "google",
        "name": "Google",
        "env": ["GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY"],
        "npm": "@ai-sdk/google",
        "doc": "https://ai.google.dev/gemini-api/docs/models",
        "models": {"gemini-2.0-flash": {"id": "gemini-2.0-flash", "status": "deprecated"}},
    },
    "amazon-bedrock": {
        "id": "amazon-bedrock",
        "name": "Amazon Bedrock",
        "env": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_BEARER_TOKEN_BEDROCK"],
        "npm": "@ai-sdk/amazon-bedrock",
        "models": {"amazon.nova-lite-v1:0": {"id": "amazon.nova-lite-v1:0", "release_date": "2024-12-03"}},
    },
    **{
        id: {
            "id": id,
            "name": "MiniMax",
            "env": ["MINIMAX_API_KEY"],
            "npm": "@ai-sdk/anthropic",
            "api": "https://api.minimaxi.com/anthropic/v1",
            "models": {"MiniMax-M2.1": {"id": "MiniMax-M2.1"}},
        }
        for id in ("minimax-cn", "minimax-cn-coding-plan")
    },
    "ambient": {
        "id": "ambient",
        "name": "Ambient",
        "env": ["AMBIENT_API_KEY"],
        "npm": "@ai-sdk/openai-compatible",
        "api": "https://api.ambient.xyz/v1",
        "doc": "https://ambient.xyz",
        "models": {"ambient/large": {"id": "ambient/large"}},
    },
    "databricks": {
        "id": "databricks",
        "name": "Databricks",
        "env": ["DATABRICKS_HOST", "DATABRICKS_TOKEN"],
        "npm": "@ai-sdk/openai-compatible",
        "api": "https://${DATABRICKS_HOST}/ai-gateway/mlflow/v1",
        "models": {},
    },
    "xiaomi": {
        "id": "xiaomi",
        "name": "Xiaomi",
        "env": ["XIAOMI_API_KEY"],
        "npm": "@ai-sdk/openai-compatible",
        "api": "https://api.xiaomimimo.com/v1",
        "models": {name: {"id": name, "status": "deprecated"} for name in ("mimo-v2-flash", "mimo-v2-omni")},
    },
    "made-up": {
        "id": "made-up",
        "name": 'Made "Up"',
        "env": ["MADE_UP_KEY"],
        "npm": "@ai-sdk/anthropic",
        "api": "https://api.made-up.example/v1/",
        "models": {},
    },
    "groq": {"id": "groq", "name": "Groq", "env": ["GROQ_OTHER_KEY"], "npm": "@ai-sdk/groq", "models": {}},
}
PRICES = {
    "sample_spec": {
        "litellm_provider": "one of https://docs.litellm.ai/docs/providers",
        "deprecation_date": "date when the model becomes deprecated in the format YYYY-MM-DD",
    },
    "us.writer.palmyra-x4-v1:0": {"litellm_provider": "bedrock_converse", "deprecation_date": "2027-03-09"},
    "writer.palmyra-x4-v1:0": {"litellm_provider": "bedrock_converse", "deprecation_date": "2027-03-09"},
    "azure_ai/Phi-4": {"litellm_provider": "azure_ai", "deprecation_date": "2027-01-17"},
    "azure_ai/MAI-Image-2.5": {"litellm_provider": "azure_ai", "deprecation_date": "2026-10-01"},
    "deepseek/deepseek-chat": {"litellm_provider": "deepseek", "deprecation_date": "2026-07-24"},
    "deepseek/deepseek-reasoner": {"litellm_provider": "deepseek", "deprecation_date": "2026-08-01"},
    "somewhere/x": {"litellm_provider": "somewhere", "deprecation_date": "2027-05-01"},
}
PROVIDERS = {
    "publicai": {"base_url": "https://api.publicai.co/v1", "api_key_env": "PUBLICAI_API_KEY"},
    "helicone": {"base_url": "https://ai-gateway.helicone.ai/", "api_key_env": "HELICONE_API_KEY"},
    "llamagate": {"base_url": "https://api.llamagate.dev/v1", "api_key_env": "LLAMAGATE_API_KEY"},
}


def test_models_dev() -> None:
    found = compared(json.dumps(MODELS_DEV))
    rows = {row.get("door") or row["id"]: row for row in found.rows}
    notes = {id: (row["table"], row["note"]) for id, row in rows.items()}
    assert notes == {
        "ambient": ("door", "new"),
        "made-up": ("door", "new"),
        "groq": ("door", "variable"),
        "xiaomi": ("model", "end"),
    }, "what has another name there, an address per user, or the version of the AI SDK, is known"
    assert rows["made-up"]["endpoints"] == [{"protocol": "anthropic", "base_url": "https://api.made-up.example"}]
    assert rows["xiaomi"]["names"] == ["mimo-v2-flash", "mimo-v2-omni"]
    read = tomllib.loads(found.toml("title"))
    assert len(read["door"]) == 3 and len(read["model"]) == 1
    new = [row for row in read["door"] if row["id"] != "groq"]
    assert [door.name for door in parse(new, "rows", "", "2026-11-30")] == ["Ambient", 'Made "Up"']


def test_litellm() -> None:
    rows = compared(json.dumps(PRICES)).rows
    assert [(row["door"], row["names"], row.get("ends"), row.get("ended"), row.get("ours")) for row in rows] == [
        ("azure-foundry", ["MAI-Image-2.5"], None, "2026-10-01", None),
        ("azure-foundry", ["Phi-4"], "2027-01-17", None, None),
        ("bedrock", ["us.writer.palmyra-x4-v1:0", "writer.palmyra-x4-v1:0"], "2027-03-09", None, None),
        ("deepseek", ["deepseek-reasoner"], None, "2026-08-01", "2026-07-24"),
    ]
    document = tomllib.loads(compared(json.dumps(PRICES)).toml("title"))
    for row in document["model"]:
        check_fields("models", "model", row)
        check(row, "2026-11-30")
    helicone, llamagate = compared(json.dumps(PROVIDERS)).rows
    assert helicone["note"] == "address" and llamagate["hosts"] == ["api.llamagate.dev"]
    assert llamagate["key_env"] == ["LLAMAGATE_API_KEY"]


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
