"""What is taken for a key on a command line and in the environment, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.cli.secret_words import in_environment, on_command_line

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
HEX = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
UUID = "9f8e7d6c-5b4a-3928-1706-f5e4d3c2b1a0"


@pytest.mark.parametrize(
    ("word", "key"),
    [
        (f"sk-{BODY}", f"sk-{BODY}"),
        (f"--sk-{BODY}", BODY),
        (f"--model={HEX}", HEX),
        (f"KEY={BODY}{BODY}", f"{BODY}{BODY}"),
        (f"https://h/v1?key={HEX}", HEX),
        (f"https://{HEX}@h/v1", HEX),
        (f"https://h/sk-{BODY}/v1", f"sk-{BODY}"),
        (f"https%3A%2F%2Fh%2Fsk-{BODY}", f"sk-{BODY}"),
        (f"{BODY[:12]} {BODY[12:]}", f"{BODY[:12]} {BODY[12:]}"),
        (f"sk-{BODY[:9]}\n{BODY[9:]}", f"sk-{BODY[:9]}\n{BODY[9:]}"),
        (f"sk-{BODY[:4]} {BODY[4:]}", f"sk-{BODY[:4]} {BODY[4:]}"),
        (UUID, UUID),
        (f"Authorization: Bearer {BODY}", BODY),
        (f"x/{BODY}.json", f"{BODY}.json"),
        ("wJa1rXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPL3KEY", "wJa1rXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPL3KEY"),
    ],
)
def test_a_key_is_found(word: str, key: str) -> None:
    assert any(key in found or found in key for found in on_command_line([word])), on_command_line([word])
    assert any(key in found for found in on_command_line([word])), on_command_line([word])


@pytest.mark.parametrize(
    "word",
    [
        *("check", "--key-env", "OPENAI_API_KEY", "https://api.openai.com/v1", "ttft=2s,total=10s,cert=21d"),
        *("api.openai.com:443:127.0.0.1:8443", "deepseek-r1-0528-qwen3-8b-fp8-q4", "llama3.1-8b-instruct-q4_K_M-fp16"),
        *("accounts/fireworks/models/llama-v3p1-405b-instruct", "meta-llama/Llama-3.3-70B-Instruct-Turbo-Free"),
        *("ep-20250101123456-abcde", "ft:gpt-4o-mini-2024-07-18:acme::9aBcDeF1", "claude-3-5-sonnet-20241022-v2:0"),
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-5-sonnet-20241022-v2:0",
        f"https://api.cloudflare.com/client/v4/accounts/{HEX}/ai/v1",
        f"https://gateway.example/{UUID}/v1",
        *("/Users/Alice/Documents/Project1/Reports2025/Answers/Of/The/Day", "./report-2025-11-30T10-20-30.json"),
        *("ms-phi-3-mini-128k-instruct", "tp-link-router-7-model", "up_to_date_model_2"),
        *("", "-", "--", "'", "a b c", "密钥"),
    ],
)
def test_what_is_no_key_is_not_found(word: str) -> None:
    assert on_command_line([word]) == ()


def test_a_checksum_is_no_key() -> None:
    checksum = HEX * (64 // len(HEX))
    assert on_command_line(["facts", "update", "f.json", "--sha256", checksum]) == ()
    assert on_command_line([f"--sha256={checksum.upper()}"]) == ()
    assert (
        on_command_line(["--sha256", checksum[:48]])
        and on_command_line([checksum])
        and on_command_line(["--key", checksum])
    )


def test_a_file_that_is_there_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / BODY
    assert on_command_line([str(path)]) != ()
    path.write_text("")
    assert on_command_line([str(path), f"--config={path}"]) == ()


def test_variables_are_told_by_their_names() -> None:
    environ = {
        "GITHUB_TOKEN": BODY,
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG",
        "PGPASSWORD": "correct-horse-battery-staple",
        "DATABASE_URL": "postgres://me:very%2Fsecret%2Fword@db/x",
        "PWD": "/home/me/project/of/mine",
        "OLDPWD": "C:\\Users\\me\\project",
        "GIT_AUTHOR_NAME": "A very long name 1",
        "SSH_AUTH_SOCK": "/tmp/ssh-XXXX1234/agent.1234",
        "OPENAI_KEY_FILE": "secrets/openai-key-1.txt",
        "TOKENIZERS_PARALLELISM": "false",
        "KEYBOARD": "dvorakinternational",
        "AUTH0_DOMAIN": "my-company-1.eu.auth0.com",
        "AUTH_DOMAIN": "login.company1.example",
        "MY_KEY": "login.company1.example:8443",
        "KEYCLOAK_REALM": "the-realm-of-1-company",
        "AUTH_METHOD": "client_secret_post_2",
        "PATH": "/usr/local/bin:/usr/bin",
        "PASSENGERS": "17",
    }
    assert set(in_environment(environ)) == {
        *(environ[name] for name in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD")),
        "very/secret/word",
    }


@given(st.lists(st.text() | st.text(alphabet="sk-=/?&%: \n0aZ9.bY8", max_size=80), max_size=4))
def test_any_words_can_be_searched(words: list[str]) -> None:
    assert all(len(found) >= 8 for found in on_command_line(words))
