"""What an agent may say: names and addresses, and no key; what is refused is not quoted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent_client import DIRECT, Agent, text_of
from diagnose.agents import arguments
from diagnose.agents.tool_table import BY_NAME, LONGEST_TEXT
from probes.model.settings import BadInput

SK = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
HEX = "9f86d081884c7d659a2feaa0c55ad015"
KEYS = (
    *(SK, f" {SK}\n", f"Bearer {SK}", f"OPENAI_API_KEY={SK}", "sk-ant-api03-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"),
    *("AIzaSyQm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo1", "gsk_Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"),
    *(
        HEX,
        f"{HEX}.Qm7xT2bW9zLk4RvY",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I",
    ),
    *(f"https://api.openai.com/v1?key={SK}", f"https://user:{SK}@api.openai.com/v1", f"https://relay.example/{SK}/v1"),
)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("tool", "name"),
    [("check", "target"), ("check", "model"), ("check", "app"), ("whose", "key_env"), ("doors", "name")],
)
def test_a_key_is_refused_and_not_quoted(tool: str, name: str, key: str) -> None:
    with pytest.raises(BadInput) as refused:
        arguments.read(BY_NAME[tool], {name: key})
    assert "looks like a key" in str(refused.value) and key.strip()[-12:] not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("target", one) for one in ("https://api.openai.com/v1", "deepseek", "work", "http://10.0.0.5:8000/v1")),
        ("target", f"https://api.cloudflare.com/client/v4/accounts/{HEX}/ai/v1"),
        (
            "target",
            "https://my-resource-eastus2-prod.openai.azure.com/openai/deployments/gpt-4o-mini?api-version=2024-10-21",
        ),
        *(
            ("model", one)
            for one in ("gpt-4o-mini-2024-07-18", "deepseek-r1-0528-qwen3-8b-fp8", "anthropic/claude-opus-4.1")
        ),
        ("model", "accounts/fireworks/models/llama-v3p1-405b-instruct"),
        ("model", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("key_env", "MY_TEAMS_OPENAI_API_KEY_2"),
    ],
)
def test_what_is_no_key_is_taken(name: str, value: str) -> None:
    assert arguments.read(BY_NAME["check"], {name: value})[name] == value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": SK}, "has only these arguments"),
        ({"headers": {"Authorization": SK}}, "has only these arguments"),
        ({SK: "x"}, "has only these arguments"),
        ({"target": 5}, "target must be a string"),
        ({"target": [SK]}, "target must be a string"),
        ({"target": {"url": SK}}, "target must be a string"),
        ({"target": "h" * 2001}, "longer than 2000"),
        ({"model": SK * 100}, "longer than 300"),
        ({"depth": SK}, "depth must be one of offline, free, full"),
        ({"detail": "FULL"}, "detail must be one of short, full"),
    ],
)
def test_other_arguments_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        arguments.read(BY_NAME["check"], given)
    assert SK[3:15] not in str(refused.value)


def test_defaults_are_filled_in() -> None:
    assert arguments.read(BY_NAME["check"], None) | {} == {
        **dict.fromkeys(("target", "app", "model", "key_env", "key_file", "folder"), ""),
        "protocol": "auto",
        "depth": "full",
        "detail": "short",
    }
    with pytest.raises(BadInput, match="text is missing"):
        arguments.read(BY_NAME["explain"], {"text": "  "})


def test_a_secret_of_this_machine_is_refused_whatever_it_looks_like(agent: Agent) -> None:
    agent.mode, agent.environ = DIRECT, {"DB_PASSWORD": "Correct-horse-battery-staple"}
    result = agent.call("check", model="Correct-horse-battery-staple")
    assert result.is_error and "horse-battery" not in text_of(result)


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "DEEPSEEK_API_KEY", "WORK_OPENAI_API_KEY", "OPENAI_API_KEY_2", "OPENAI_KEY"]
)
def test_variables_of_keys_may_be_named(name: str) -> None:
    assert arguments.variable(name, ()) == name


@pytest.mark.parametrize("name", ["HOME", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "X-Y", ""])
def test_other_variables_may_not(name: str) -> None:
    with pytest.raises(BadInput):
        arguments.variable(name, ("ALLOWED",))
    assert arguments.variable("ALLOWED", ("ALLOWED",)) == "ALLOWED"


def test_no_file_is_a_key_file_but_those_that_the_user_names(tmp_path: Path, agent: Agent) -> None:
    mine, other = tmp_path / "key.txt", tmp_path / "other.txt"
    for path in (mine, other):
        path.write_text(SK, "utf-8")
    (tmp_path / "link").symlink_to(other)
    agent.mode, agent.more = DIRECT, {"key_files": (mine,)}
    assert "sk-Q…4RvY" in text_of(agent.call("whose", key_file=str(mine)))
    refused = {
        text_of(agent.call("whose", key_file=str(path)))
        for path in (
            other,
            tmp_path / "missing",
            tmp_path / "link",
            "/etc/passwd",
            "/dev/zero",
            "~/.ssh/id_rsa",
            "key.txt",
        )
    }
    assert len(refused) == 1, "it does not even tell whether the file exists"


def test_folders_are_those_of_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, below, outside = tmp_path / "project", tmp_path / "project" / "app", tmp_path / "other"
    below.mkdir(parents=True)
    outside.mkdir()
    (root / "link").symlink_to(outside)
    assert arguments.folder("", (root,)) == root
    assert arguments.folder("app", (root,)) == arguments.folder(str(below), (root,)) == below.resolve()
    for name in ("..", "../other", "link", str(outside), "/", "~", "missing", "a\0b"):
        with pytest.raises(BadInput):
            arguments.folder(name, (root,))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(BadInput):
        arguments.folder("project", (tmp_path,))  # the whole home was nobody's intent
    assert arguments.folder("project", (tmp_path, root)) == root


@pytest.mark.parametrize("text", ["401 unauthorized\n" * 4_000, SK * 400, "[" * LONGEST_TEXT, "key=" * 20_000])
def test_a_big_text_is_read_within_limits(text: str, agent: Agent) -> None:
    agent.mode = DIRECT
    result = agent.call("explain", text=text, detail="full")
    assert not result.is_error and len(text_of(result)) < 20_000 and SK[3:15] not in text_of(result)
    assert agent.call("explain", text=text + "x" * LONGEST_TEXT).is_error
