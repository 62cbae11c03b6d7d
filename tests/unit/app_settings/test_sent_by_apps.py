"""What an app sends besides, and which key: the headers in its files and variables, and Codex's rules for its key.

Codex's table was recorded with codex-cli 0.171.0, on loopback, on 2026-11-29; its headers with 0.169.0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from probes.app_settings.scan import find
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.model.settings import Settings
from probes.settings.gather import Options

RELAY = "https://relay.example/v1"
MINE, AUTH, CODEX, OTHER, TOKEN = (f"sk-{name}-aB3dE6gH9jK2mN5p" for name in ("mine", "auth", "codex", "other", "tok"))


def settings_of(app: str, home: Path, files: dict[str, str], environ: dict[str, str], **options: Any) -> Settings:
    """Return the first settings that a scan finds for the app with these files in its home."""
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    project = home / "project"
    project.mkdir(exist_ok=True)
    world = SearchPlaces(home, environ, project)
    return find(world, Options(**options), apps.load(), (app,)).found[0].settings


def headers_of(settings: Settings) -> dict[str, str]:
    return {one.name: one.value.value.reveal() for one in settings.headers if not one.flaw}


OWN = """model = "m"
model_provider = "team"
[model_providers.team]
base_url = "https://relay.example/v1"
"""
BUILT_IN = f'openai_base_url = "{RELAY}"\nmodel = "m"\n'
LOGIN = {".codex/auth.json": json.dumps({"OPENAI_API_KEY": AUTH})}
ENV, BEARER, ASKS = 'env_key = "MINE"\n', f'experimental_bearer_token = "{TOKEN}"\n', "requires_openai_auth = true\n"


@pytest.mark.parametrize(
    ("config", "login", "environ", "sent"),
    [
        pytest.param(OWN + ENV, True, {"MINE": MINE}, MINE, id="env_key"),
        pytest.param(OWN + ENV, True, {"OPENAI_API_KEY": OTHER}, None, id="env_key-unset"),
        pytest.param(OWN + ENV + BEARER, False, {"MINE": MINE}, MINE, id="env_key-before-token"),
        pytest.param(OWN + BEARER + ENV, False, {"MINE": MINE}, MINE, id="env_key-before-token-in-any-order"),
        pytest.param(OWN + ENV + BEARER, False, {}, None, id="env_key-unset-beside-token"),
        pytest.param(OWN + ENV + ASKS, True, {"MINE": MINE}, MINE, id="env_key-before-login"),
        pytest.param(OWN + BEARER, False, {}, TOKEN, id="token"),
        pytest.param(OWN + BEARER + ASKS, True, {}, TOKEN, id="token-before-login"),
        pytest.param(OWN + ASKS, True, {}, AUTH, id="login"),
        pytest.param(OWN + ASKS, False, {"CODEX_API_KEY": CODEX}, CODEX, id="login-by-variable"),
        pytest.param(OWN + ASKS, True, {"CODEX_API_KEY": CODEX}, CODEX, id="variable-before-login"),
        pytest.param(OWN + ASKS, False, {"OPENAI_API_KEY": OTHER}, None, id="login-missing"),
        pytest.param(OWN, True, {"CODEX_API_KEY": CODEX, "OPENAI_API_KEY": OTHER}, None, id="nothing"),
        pytest.param(OWN + "requires_openai_auth = false\n", True, {}, None, id="no-login-wanted"),
        pytest.param(BUILT_IN, True, {}, AUTH, id="built-in-login"),
        pytest.param(BUILT_IN, False, {"CODEX_API_KEY": CODEX}, CODEX, id="built-in-variable"),
        pytest.param(BUILT_IN, True, {"CODEX_API_KEY": CODEX}, CODEX, id="built-in-variable-before-login"),
        pytest.param(BUILT_IN, False, {"OPENAI_API_KEY": OTHER}, None, id="built-in-openai-key"),
    ],
)
def test_codex_sends_this_key(
    config: str, login: bool, environ: dict[str, str], sent: str | None, tmp_path: Path
) -> None:
    files = {".codex/config.toml": config, **(LOGIN if login else {})}
    settings = settings_of("codex", tmp_path, files, environ)
    assert settings.base_url is not None and settings.base_url.value == RELAY
    assert (settings.key.value.reveal() if settings.key else None) == sent


def test_a_provider_that_codex_does_not_use_is_lent_the_login_only_if_it_asks(tmp_path: Path) -> None:
    config = f'{BUILT_IN}[model_providers.team]\nbase_url = "https://other.example/v1"\n'
    for text, sent in ((config, None), (config + ASKS, AUTH)):
        for name, content in {".codex/config.toml": text, **LOGIN}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content)
        found = find(SearchPlaces(tmp_path, {}, None), Options(), apps.load(), ("codex",)).found
        keys = {one.name: one.settings.key.value.reveal() if one.settings.key else None for one in found}
        assert keys == {"": AUTH, "team": sent}


def test_codex_headers_and_query(tmp_path: Path) -> None:
    config = (
        OWN
        + ENV
        + 'http_headers = { X-Plain = "a", Authorization = "Basic z" }\n'
        + 'env_http_headers = { X-Env = "EV", X-Unset = "NOPE", X-Empty = "EMPTY" }\n'
        + 'query_params = { api-version = "2025-01-01", "a b" = "c&d" }\n'
    )
    environ = {"MINE": MINE, "EV": " ev ", "EMPTY": "", "OPENAI_ORGANIZATION": "org-1"}
    settings = settings_of("codex", tmp_path, {".codex/config.toml": config}, environ)
    assert headers_of(settings) == {"X-Plain": "a", "X-Env": "ev"}  # the key's own header wins
    assert settings.query == "api-version=2025-01-01&a+b=c%26d"
    assert settings.override is None


def test_codex_names_the_account_to_its_built_in_provider_alone(tmp_path: Path) -> None:
    environ = {"CODEX_API_KEY": CODEX, "OPENAI_ORGANIZATION": "org-1", "OPENAI_PROJECT": "p", "OPENAI_ORG_ID": "no"}
    settings = settings_of("codex", tmp_path, {".codex/config.toml": BUILT_IN}, environ)
    assert headers_of(settings) == {"OpenAI-Organization": "org-1", "OpenAI-Project": "p"}


def _json(**content: Any) -> str:
    return json.dumps(content)


H = {"X-Gateway": "{}"}
FILES: dict[str, tuple[str, str, str, str]] = {  # app: file, text, how it refers to a variable, protocol
    "claude-code": (
        ".claude/settings.json",
        _json(
            env={
                "ANTHROPIC_BASE_URL": RELAY,
                "ANTHROPIC_AUTH_TOKEN": MINE,
                "ANTHROPIC_CUSTOM_HEADERS": "X-Gateway: gw-1",
            }
        ),
        "",
        "anthropic",
    ),
    "opencode": (
        ".config/opencode/opencode.json",
        _json(
            provider={
                "relay": {
                    "npm": "@ai-sdk/openai-compatible",
                    "options": {"baseURL": RELAY, "apiKey": MINE, "headers": {"X-Gateway": "{env:GATEWAY}"}},
                }
            }
        ),
        "GATEWAY",
        "openai",
    ),
    "kilo-code": (
        ".config/kilo/kilo.jsonc",
        _json(
            provider={
                "relay": {
                    "npm": "@ai-sdk/openai-compatible",
                    "options": {"baseURL": RELAY, "apiKey": MINE, "headers": {"X-Gateway": "{env:GATEWAY}"}},
                }
            }
        ),
        "GATEWAY",
        "openai",
    ),
    "droid": (
        ".factory/settings.json",
        _json(
            customModels=[
                {
                    "model": "m",
                    "baseUrl": RELAY,
                    "apiKey": "${MINE}",
                    "provider": "generic-chat-completion-api",
                    "extraHeaders": {"X-Gateway": "gw-1"},
                }
            ]
        ),
        "",
        "openai",
    ),
    "continue": (
        ".continue/config.yaml",
        f"models:\n  - name: relay\n    provider: openai\n    model: m\n    apiBase: {RELAY}\n    apiKey: {MINE}\n"
        "    requestOptions:\n      headers:\n        X-Gateway: gw-1\n",
        "",
        "openai",
    ),
    "crush": (
        ".config/crush/crush.json",
        _json(
            providers={
                "relay": {
                    "type": "openai",
                    "base_url": RELAY,
                    "api_key": MINE,
                    "extra_headers": {"X-Gateway": "$GATEWAY"},
                }
            }
        ),
        "GATEWAY",
        "openai",
    ),
    "llm": (
        ".config/io.datasette.llm/extra-openai-models.yaml",
        f"- model_id: m\n  model_name: m\n  api_base: {RELAY}\n  headers:\n    X-Gateway: gw-1\n",
        "",
        "openai",
    ),
    "qwen-code": (
        ".qwen/settings.json",
        _json(
            modelProviders={
                "openai": [
                    {
                        "id": "m",
                        "baseUrl": RELAY,
                        "envKey": "MINE",
                        "generationConfig": {"customHeaders": {"X-Gateway": "gw-1"}},
                    }
                ]
            }
        ),
        "",
        "openai",
    ),
}


@pytest.mark.parametrize("app", FILES)
def test_the_headers_in_an_apps_file(app: str, tmp_path: Path) -> None:
    path, text, refers, protocol = FILES[app]
    settings = settings_of(app, tmp_path, {path: text}, {"MINE": MINE, "GATEWAY": "gw-1"})
    assert headers_of(settings) == {"X-Gateway": "gw-1"}
    (one,) = settings.headers
    assert (one.value.source.name == refers) if refers else one.value.source.file.endswith(Path(path).name)
    assert not one.protocols or protocol in one.protocols
    assert settings.override is None


@pytest.mark.parametrize(
    ("path", "text", "protocol", "key"),
    [
        (
            ".factory/settings.local.json",
            _json(customModels=[{"model": "m", "baseUrl": RELAY, "apiKey": "${MINE}", "provider": "anthropic"}]),
            "anthropic",
            MINE,
        ),
        (
            ".factory/config.json",
            _json(custom_models=[{"model": "m", "base_url": RELAY, "api_key": MINE, "provider": "openai"}]),
            "responses",
            MINE,
        ),
        (  # the older file expands no variable
            ".factory/config.json",
            _json(custom_models=[{"model": "m", "base_url": RELAY, "api_key": "${MINE}", "provider": "openai"}]),
            "responses",
            "${MINE}",
        ),
    ],
)
def test_droid_reads_the_protocol_and_the_key_of_each_model(
    path: str, text: str, protocol: str, key: str, tmp_path: Path
) -> None:
    settings = settings_of("droid", tmp_path, {path: text}, {"MINE": MINE})
    assert settings.base_url is not None and settings.base_url.value == RELAY
    assert settings.protocol.value == protocol
    assert settings.key is not None and settings.key.value.reveal() == key


def test_headers_of_the_command_line_go_with_an_apps_own(tmp_path: Path) -> None:
    path, text, _, _ = FILES["continue"]
    settings = settings_of("continue", tmp_path, {path: text}, {"OPENAI_ORG_ID": "org-1"}, headers=("X-More: 2",))
    assert headers_of(settings) == {"X-Gateway": "gw-1", "X-More": "2"}


def test_a_projects_header_that_refers_to_a_variable_needs_consent(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    headers = {"X-Gateway": "{env:GITHUB_TOKEN}"}
    options = {"baseURL": RELAY, "apiKey": MINE, "headers": headers}
    (project / "opencode.json").write_text(_json(provider={"relay": {"npm": "@ai-sdk/openai", "options": options}}))
    world = SearchPlaces(tmp_path, {"GITHUB_TOKEN": "ghp_0123456789abcdef"}, project)
    (one,) = find(world, Options(), apps.load(), ("opencode",)).found
    override = one.settings.override
    assert override is not None and override.withheld
    assert {(str(flow.secret), flow.part.value) for flow in override.flows} == {
        ("environment GITHUB_TOKEN", "base_url"),
        ("environment GITHUB_TOKEN", "header"),
    }


@pytest.mark.parametrize(
    ("config", "opens", "flag"),
    [
        pytest.param(BUILT_IN, True, "default", id="built-in"),
        pytest.param(OWN, False, "default", id="separate"),
        pytest.param(OWN + "supports_websockets = false\n", False, "default", id="flag-off"),
        pytest.param(OWN + "supports_websockets = true\n", True, "~/.codex/config.toml:5", id="flag-on"),
    ],
)
def test_codex_opens_a_websocket_first(config: str, opens: bool, flag: str, tmp_path: Path) -> None:
    settings = settings_of("codex", tmp_path, {".codex/config.toml": config, **LOGIN}, {})
    assert settings.websocket is not None
    assert (settings.websocket.value, settings.websocket.source.location) == (opens, flag)


def test_no_other_app_opens_one(tmp_path: Path) -> None:
    files = {".qwen/settings.json": json.dumps({"security": {"auth": {"apiKey": MINE, "baseUrl": RELAY}}})}
    assert settings_of("qwen-code", tmp_path, files, {}).websocket is None
    assert {one.id for one in apps.load() for wire in one.wires if wire.websocket is not None} == {"codex"}
