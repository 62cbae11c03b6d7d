"""`--header`, `headers` in llmdoctor.toml and the headers of `--curl`, from the command line to the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from diagnose.cli import program
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, PracticeDoor, Request

KEY = "sk-" + "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo" * 2
TOKEN = "gw-8hT2kLq0vZ5xNc1R"
MODEL = answers.MODELS[0]


@pytest.fixture
def gateway() -> Iterator[PracticeDoor]:
    """Yield a gateway that passes on only requests with its own token."""
    door = b.openai(KEY)

    def answer(request: Request) -> Answer:
        if request.header("x-gateway-token") != f"Bearer {TOKEN}":
            return answers.as_json({"message": "The X-Gateway-Token header is missing"}, 401)
        return door(request)

    with PracticeDoor(answer) as found:
        yield found


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that runs a command in an empty folder, with the key in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_CUSTOM_HEADERS", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("GATEWAY", f"Bearer {TOKEN}")

    def run(*words: str) -> Result:
        done = CliRunner().invoke(program, list(words))
        assert TOKEN not in done.output + done.stderr
        return done

    return run


def test_the_header_is_sent_and_shown_by_name_alone(gateway: PracticeDoor, call: Callable[..., Result]) -> None:
    words = ("check", f"{gateway.url}/v1", "--model", MODEL, "--json")
    without = json.loads(call(*words).output)
    assert without["root_cause"] == "http.front_auth"
    assert "X-Gateway-Token" in without["findings"][0]["title"]
    done = call(*words, "--header", f"X-Gateway-Token: Bearer {TOKEN}", "--header", "X-Team: red")
    report = json.loads(done.output)
    assert (done.exit_code, report["verdict"]) == (0, "healthy")
    assert report["settings"]["headers"] == ["X-Gateway-Token", "X-Team"]
    assert report["target"]["sources"]["headers.X-Team"] == "--header"


def test_the_file_refers_to_a_variable(gateway: PracticeDoor, call: Callable[..., Result]) -> None:
    headers = '{ X-Gateway-Token = { env = "GATEWAY" }, X-Team = "red" }'
    text = f'[targets.work]\nbase_url = "{gateway.url}/v1"\nmodel = "{MODEL}"\nheaders = {headers}\n'
    text += 'key = { env = "OPENAI_API_KEY" }\n'
    Path("own.toml").write_text(text)
    assert call("check", "--config", "own.toml", "work").exit_code == 0
    assert json.loads(call("fleet", "own.toml", "--json").output)["settings"]["headers"] == [
        "X-Gateway-Token",
        "X-Team",
    ]


def test_a_fleet_takes_the_option(gateway: PracticeDoor, call: Callable[..., Result]) -> None:
    Path("targets.csv").write_text(f"base_url,key_env,model\n{gateway.url}/v1,OPENAI_API_KEY,{MODEL}\n")
    assert call("fleet", "targets.csv").exit_code == 1
    assert call("fleet", "targets.csv", "--header", f"X-Gateway-Token: Bearer {TOKEN}").exit_code == 0


def test_a_pasted_command_keeps_its_headers(gateway: PracticeDoor, call: Callable[..., Result]) -> None:
    curl = (
        f"curl {gateway.url}/v1/chat/completions -H 'Authorization: Bearer {KEY}' -H 'Host: other.example' "
        f"-H 'X-Gateway-Token: Bearer {TOKEN}' -d '{{\"model\": \"{MODEL}\"}}'"
    )
    done = call("check", "--curl", curl)
    assert done.exit_code == 0
    assert "host" in done.stderr and "x-gateway-token" not in done.stderr


def test_the_plan_names_the_headers_of_each_request(gateway: PracticeDoor, call: Callable[..., Result]) -> None:
    words = ("check", f"{gateway.url}/v1", "--model", MODEL, "--plan", "--header", f"X-Gateway-Token: Bearer {TOKEN}")
    plan = json.loads(call(*words, "--json").output)
    assert plan["extra_headers"] == [{"name": "X-Gateway-Token", "source": "--header"}]
    assert all("X-Gateway-Token" in one["headers"] for one in plan["requests"])
    text = call(*words).output
    assert "X-Gateway-Token (--header)" in text and "once more without them" in text
    assert not gateway.requests


@pytest.mark.parametrize("text", ["X-A", "Host: x", "X A: y", "X-A: a\nX-B: b", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("command", ["check", "fleet"])
def test_a_header_that_cannot_be_sent_is_refused(command: str, text: str, call: Callable[..., Result]) -> None:
    Path("targets.csv").write_text("base_url\nhttp://127.0.0.1:9/v1\n")
    done = call(command, "targets.csv" if command == "fleet" else "http://127.0.0.1:9/v1", "--header", text)
    assert done.exit_code == 1 and done.stderr.startswith("Error: --header")  # `main` makes 2 of it


def test_a_header_may_take_the_place_of_the_key(call: Callable[..., Result]) -> None:
    """As in the SDKs: a header named like the one that carries the key replaces it."""
    with PracticeDoor(b.openai(TOKEN)) as door:
        words = ("check", f"{door.url}/v1", "--model", MODEL, "--header", f"authorization: Bearer {TOKEN}", "--json")
        assert call(*words, "--no-env").exit_code == 0
        assert call(*words).exit_code == 0
        assert not any(KEY in str(request.headers) for request in door.requests)


def test_the_fix_and_the_snippet_name_headers_by_reference(
    gateway: PracticeDoor, call: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Gateway-Token: Bearer {TOKEN}")
    words = ("--base-url", f"{gateway.url}/v1", "--model", MODEL)
    done = call("snippet", *words, "--app", "curl")
    assert "X-Gateway-Token (environment OPENAI_CUSTOM_HEADERS)" in done.output
    monkeypatch.setenv("OPENAI_ORG_ID", "org-other")
    refused = answers.as_json({"error": {"message": "no", "type": "x", "code": "mismatched_organization"}}, 401)
    door = b.openai(KEY)
    with PracticeDoor(lambda request: refused if request.header("openai-organization") else door(request)) as found:
        done = call("check", f"{found.url}/v1", "--model", MODEL, "--fix", "--yes")
    assert done.exit_code == 1
    assert "remove environment OPENAI_ORG_ID" in done.stderr
