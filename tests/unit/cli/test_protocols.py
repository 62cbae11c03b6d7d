"""The command line for each protocol: the variables that its SDK reads, the planned requests, the report, the demo's
faults.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.cli.commands import check, demo
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import FAULTS
from probes.demo_server.server import Handler, PracticeDoor
from probes.model.scrubber import WINDOW
from probes.protocols.protocol import NAMES

pytestmark = pytest.mark.slow

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo-_9"
GOOGLES = f"AIza{BODY}"
AZURES = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
RELAYS = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
GOOGLE = "https://generativelanguage.googleapis.com"
RESOURCE = "https://res.openai.azure.com"


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide everything of this machine."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.upper().endswith(("_KEY", "_URL", "_PROXY", "_TOKEN", "_HOST")):
            monkeypatch.delenv(name)


def ask(*arguments: str, **environ: str) -> Any:
    """Return a function that runs ``check`` and returns its report or plan from JSON."""
    done = CliRunner().invoke(check.command, [*arguments, "--json"], env={"LC_ALL": "C.UTF-8", **environ})
    assert not any(
        key[at : at + WINDOW] in done.output for key in (BODY, AZURES, RELAYS[3:]) for at in range(len(key) - WINDOW)
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return json.loads(done.stdout)


PLANS: list[tuple[dict[str, str], tuple[str, ...], str]] = [
    # environment, arguments, the URL of the short generation
    ({"GEMINI_API_KEY": GOOGLES}, ("--protocol", "gemini"), f"{GOOGLE}/v1/models/m:generateContent"),
    ({"GEMINI_API_KEY": GOOGLES}, (), f"{GOOGLE}/v1/models/m:generateContent"),
    ({"GOOGLE_API_KEY": GOOGLES}, ("--protocol", "gemini"), f"{GOOGLE}/v1/models/m:generateContent"),
    (
        {"GEMINI_API_KEY": GOOGLES, "GOOGLE_GEMINI_BASE_URL": "https://relay.example/"},
        (),
        "https://relay.example/v1/models/m:generateContent",
    ),
    (
        {"GEMINI_API_KEY": GOOGLES, "GOOGLE_GENAI_API_VERSION": "v1beta"},
        ("--protocol", "gemini"),
        f"{GOOGLE}/v1beta/models/m:generateContent",
    ),
    (
        {"AZURE_OPENAI_API_KEY": AZURES, "AZURE_OPENAI_ENDPOINT": f"{RESOURCE}/", "OPENAI_API_VERSION": "2024-06-01"},
        (),
        f"{RESOURCE}/openai/deployments/m/chat/completions?api-version=2024-06-01",
    ),
    (
        {"AZURE_OPENAI_API_KEY": AZURES},
        (RESOURCE, "--protocol", "azure"),
        f"{RESOURCE}/openai/deployments/m/chat/completions?api-version=2024-10-21",
    ),
    ({"AZURE_OPENAI_API_KEY": AZURES}, (f"{RESOURCE}/openai/v1/",), f"{RESOURCE}/openai/v1/chat/completions"),
    (
        {"AZURE_OPENAI_API_KEY": AZURES},
        (f"{RESOURCE}/openai/v1/", "--protocol", "responses"),
        f"{RESOURCE}/openai/v1/responses",
    ),
    ({"OPENAI_API_KEY": RELAYS}, ("--protocol", "responses"), "https://api.openai.com/v1/responses"),
    (
        {"OPENAI_API_KEY": RELAYS, "OPENAI_BASE_URL": "https://relay.example/v1"},
        ("--protocol", "responses"),
        "https://relay.example/v1/responses",
    ),
    ({}, ("--protocol", "ollama"), "http://localhost:11434/api/chat"),
    *(
        ({"OLLAMA_HOST": given}, (), f"{address}/api/chat")
        for given, address in (
            ("localhost", "http://localhost:11434"),
            ("192.168.1.7", "http://192.168.1.7:11434"),
            ("192.168.1.7:8080", "http://192.168.1.7:8080"),
            (":8080", "http://127.0.0.1:8080"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
            ("[::]", "http://127.0.0.1:11434"),
            ("[::1]:8080", "http://[::1]:8080"),
            ("box.lan/", "http://box.lan:11434"),
            ("box.lan:8080/ollama", "http://box.lan:8080/ollama"),
        )
    ),
    *(
        ({"OLLAMA_HOST": given, "OLLAMA_API_KEY": RELAYS}, (), f"{address}/api/chat")
        for given, address in (
            ("https://ollama.example", "https://ollama.example"),
            ("https://ollama.example:8443/", "https://ollama.example:8443"),
        )
    ),
]


@pytest.mark.parametrize(
    ("environ", "arguments", "url"), PLANS, ids=[url + str(n) for n, (*_, url) in enumerate(PLANS)]
)
def test_what_would_be_sent(environ: dict[str, str], arguments: tuple[str, ...], url: str) -> None:
    plan = ask(*arguments, "--model", "m", "--plan", **environ)
    assert [one["url"] for one in plan["requests"] if one["purpose"] == "chat"] == [url]
    assert all(one["with_key"] is any("KEY" in name for name in environ) for one in plan["requests"])


@pytest.mark.parametrize("protocol", NAMES)
def test_a_pasted_key_in_an_address_is_in_no_plan(protocol: str) -> None:
    ask(f"{GOOGLE}/v1beta/models/m:generateContent?key={GOOGLES}", "--plan", "--protocol", protocol)


DOORS: dict[str, tuple[Handler, str, str, dict[str, str], dict[str, object]]] = {
    # door, path of the base URL, model, the SDK's own variables, what the settings must say
    "openai": (b.openai(RELAYS), "/v1", answers.MODELS[0], {"OPENAI_API_KEY": RELAYS}, {"auth": "bearer"}),
    "responses": (b.responses(RELAYS), "/v1", answers.MODELS[0], {"OPENAI_API_KEY": RELAYS}, {"auth": "bearer"}),
    "anthropic": (b.anthropic(RELAYS), "", answers.CLAUDES[0], {"ANTHROPIC_API_KEY": RELAYS}, {"auth": "bearer"}),
    "gemini": (
        b.gemini(GOOGLES),
        "",
        answers.GEMINIS[0],
        {"GOOGLE_API_KEY": GOOGLES},
        {"auth": "x-goog-api-key", "api_version": "v1"},
    ),
    "azure": (
        b.azure(AZURES, versions=("2024-06-01",)),
        "",
        "gpt-4o-mini",
        {"AZURE_OPENAI_API_KEY": AZURES, "OPENAI_API_VERSION": "2024-06-01"},
        {"auth": "api-key", "api_version": "2024-06-01"},
    ),
    "ollama": (b.ollama(), "", answers.LLAMAS[0], {}, {"auth": "none"}),
}


@pytest.fixture(params=DOORS)
def spoken(request: pytest.FixtureRequest) -> Iterator[tuple[str, PracticeDoor]]:
    with PracticeDoor(DOORS[request.param][0]) as door:
        yield request.param, door


def test_a_sound_door_of_each(spoken: tuple[str, PracticeDoor], tmp_path: Path) -> None:
    protocol, door = spoken
    _, path, model, environ, wanted = DOORS[protocol]
    kept = tmp_path / "run.json"
    report = ask(door.url + path, "--protocol", protocol, "--model", model, "--save", str(kept), **environ)
    assert report["verdict"] == "healthy" or [one["code"] for one in report["findings"]] == ["key.official_elsewhere"]
    assert report["settings"] | wanted == report["settings"]
    assert report["settings"]["base_url"] == door.url + path
    assert report["settings"]["protocol"] == protocol
    assert report["settings"]["stream"] is True
    assert report["cost"]["requests"] <= 4
    said = kept.read_text(encoding="utf-8")
    assert not [key for key in environ.values() if key in said and len(key) > WINDOW]


@pytest.mark.parametrize(
    ("name", "environ"),
    [
        ("gemini", {"GOOGLE_API_KEY": GOOGLES, "GOOGLE_GEMINI_BASE_URL": "{url}"}),
        (
            "azure",
            {"AZURE_OPENAI_API_KEY": AZURES, "AZURE_OPENAI_ENDPOINT": "{url}", "OPENAI_API_VERSION": "2024-06-01"},
        ),
        ("ollama", {"OLLAMA_HOST": "0.0.0.0:{port}"}),
    ],
)
def test_an_environment_alone(name: str, environ: dict[str, str]) -> None:
    with PracticeDoor(DOORS[name][0]) as door:
        filled = {one: value.format(url=door.url, port=door.port) for one, value in environ.items()}
        report = ask("--model", DOORS[name][2], **filled)
    assert report["target"]["protocol"] == name
    assert report["verdict"] in ("healthy", "degraded")
    assert report["settings"]["base_url"] == door.url


@pytest.mark.parametrize(
    "name", [one for one in FAULTS if one.startswith(("responses-", "gemini-", "azure-", "ollama-"))]
)
def test_the_demo_shows_each(name: str) -> None:
    fault = FAULTS[name]
    done = CliRunner().invoke(demo.command, [name, "--json"], env={"LC_ALL": "C.UTF-8"})
    report = json.loads(done.stdout)
    assert report["root_cause"] == fault.code
    assert report["target"]["protocol"] == fault.protocol
