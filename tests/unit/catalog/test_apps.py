"""The client programs: their file, the addresses that they call, and what a check reports for one of them.

Apps that can be installed are compared with the real programs in tests/real/test_url_joining.py; here all are compared
with what their sources and manuals say.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from diagnose.formats import render
from diagnose.formats.json import document
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.catalog import node_runtime
from probes.catalog.app import App, AppWire
from probes.catalog.apps import AppsError, load, official, read
from probes.catalog.doors import builtin
from probes.catalog.fact_files import facts_folder
from probes.catalog.url_joining import RULES, join
from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import Handler, PracticeDoor
from probes.model.evidence import Evidence
from probes.model.exchange import Exchange
from probes.model.record import replace
from probes.protocols.protocol import wire as protocol_of
from probes.run.engine import run
from probes.settings.gather import BadInput, Options, gather
from probes.urls.app_base_urls import examine_for, takes
from probes.urls.url_flaws import examine_url

EVERY = list(load())
WIRES = [(app, wire) for app in EVERY for wire in app.wires]
HOST = "https://api.example.com"
KEY = made_up_key("openai")
each_wire = pytest.mark.parametrize(("app", "wire"), WIRES, ids=[f"{app.id}-{wire.protocol}" for app, wire in WIRES])


# -- the file ----------------------------------------------------------------------------------------------------------


def test_all_apps_are_there() -> None:
    """The table contains every app that its task names."""
    wanted = (
        *("openai-sdk", "openai-sdk-1", "anthropic-sdk", "anthropic-sdk-0", "openai-node", "anthropic-node"),
        *(
            "google-genai",
            "ollama-python",
            "litellm",
            "langchain-openai",
            "langchain-anthropic",
            "llama-index",
            "ai-sdk",
        ),
        *("claude-code", "codex", "gemini-cli", "qwen-code", "opencode", "crush", "aider", "llm", "shell-gpt", "mods"),
        *("fabric", "goose", "litellm-proxy", "promptfoo", "claude-code-router", "kimi-cli", "openclaw", "hermes"),
        *("grok", "pi", "continue", "cline", "roo-code", "vscode-copilot", "zed", "chatbox", "cherry-studio"),
        *("nextchat", "open-webui", "lobechat", "dify", "n8n", "home-assistant", "librechat"),
        *("copilot-cli", "droid", "kilo-code", "trae", "warp", "antigravity-cli"),
    )
    assert {app.id for app in EVERY} >= set(wanted)


@pytest.mark.parametrize("app", EVERY, ids=lambda app: app.id)
def test_a_row_is_whole(app: App) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", app.id) and app.home.startswith("https://") and app.provenance.source
    assert app.confirmed or not any(source.startswith("measured") for source in app.provenance.source)
    assert len({wire.protocol for wire in app.wires}) == len(app.wires)
    assert not set(app.ignores) & {name for wire in app.wires for name in wire.base_url}
    assert set(app.errors) <= {"connection", "key", "path"}
    for wire in app.wires:
        assert set(wire.auth_by) <= set(wire.key) and set(wire.auth_by.values()) <= set(wire.auth)
        assert not wire.default or join(app, wire, wire.default.replace("{region}", "us-east-1")) is not None


def test_the_official_clients_ask_as_the_protocols_files_do() -> None:
    for name in ("openai", "responses", "anthropic", "gemini", "ollama", "azure"):
        wire = official(name).wire(name)
        assert wire is not None and wire.endpoint == protocol_of(name).endpoint
        assert wire.auth[0] == protocol_of(name).styles[0].value
        assert wire.version in (protocol_of(name).attempt(HOST).version, "")


def test_the_built_form_reads_the_same(tmp_path: Path) -> None:
    source = facts_folder() / "apps.toml"
    built = tmp_path / "apps.json"
    built.write_text(json.dumps(tomllib.loads(source.read_text("utf-8"))), "utf-8")
    assert read(built) == read(source)


ROW = {"name": "A", "kind": "cli", "home": "https://a.example", "wires": [{"protocol": "openai", "endpoint": "/x"}]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "clu"}, "kind is 'clu'"),
        ({"colour": "red"}, "unknown field colour"),
        ({"confirmed": "yes"}, "confirmed is not a bool"),
        ({"wires": [{"protocol": "openai", "endpoint": "/x", "join": "glue"}]}, "join is 'glue'"),
        ({"wires": [{"protocol": "openai", "endpoint": "/x", "auth": ["bear"]}]}, "auth is 'bear'"),
        ({"wires": [{"protocol": "soap", "endpoint": "/x"}]}, "protocol is 'soap'"),
        ({"wires": [{"protocol": "openai"}]}, "endpoint is missing"),
        ({"wires": [{"protocol": "openai", "endpoint": "/x", "auth_by": {"A": "bear"}}]}, "bear is no way"),
        ({"places": [{"scope": "user"}]}, "path is missing"),
        ({"places": [{"path": 3}]}, "path is not"),
    ],
)
def test_a_wrong_entry_is_reported(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    import tomli_w

    path = tmp_path / "apps.toml"
    path.write_text(tomli_w.dumps({"mine": {**ROW, **change}}), "utf-8")
    with pytest.raises(AppsError, match=re.escape(message)):
        read(path)


# -- addresses ---------------------------------------------------------------------------------------------------------

# What the sources and manuals say about the apps that cannot run here: base URL, path (facts/app_sources.md).
DOCUMENTED = {
    "nextchat openai": [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/v1/chat/completions"),
    ],
    "nextchat anthropic": [("", "/v1/messages"), ("/anthropic", "/anthropic/v1/messages")],
    "goose openai": [("", "/v1/chat/completions"), ("/", "/v1/chat/completions"), ("/v1", "/v1/v1/chat/completions")],
    "chatbox openai": [
        *(("", "/v1/chat/completions"), ("/v1", "/v1/chat/completions"), ("/v1/", "/v1/chat/completions")),
        *(("/v1/chat/completions", "/v1/chat/completions"), ("/api/v3", "/api/v3/v1/chat/completions")),
    ],
    "chatbox anthropic": [("/v1", "/v1/messages"), ("", "/messages")],
    "chatbox gemini": [("", "/v1beta/models/M:generateContent")],
    "cherry-studio openai": [
        *(("", "/v1/chat/completions"), ("/", "/v1/chat/completions"), ("/v1", "/v1/chat/completions")),
        *(("/api/v3", "/api/v3/chat/completions"), ("/api/paas/v4/", "/api/paas/v4/chat/completions")),
        ("/x/chat/completions#", "/x/chat/completions"),
    ],
    "cherry-studio anthropic": [("", "/v1/messages"), ("/anthropic", "/anthropic/v1/messages")],
    "cherry-studio-1 openai": [("", "/v1/chat/completions"), ("/api/v3/", "/api/v3/chat/completions"), ("/x#", "/x")],
    "vscode-copilot openai": [
        *(("", "/v1/chat/completions"), ("/v1", "/v1/chat/completions"), ("/api/v3/", "/api/v3/chat/completions")),
        *(("/x/chat/completions", "/x/chat/completions"), ("/openai", "/openai/v1/chat/completions")),
    ],
    "vscode-copilot anthropic": [("", "/v1/messages"), ("/v1", "/v1/messages"), ("/v1/messages", "/v1/messages")],
    "continue openai": [("/v1", "/v1/chat/completions"), ("/v1/", "/v1/chat/completions"), ("", "/chat/completions")],
    "continue anthropic": [("/v1", "/v1/messages"), ("", "/messages")],
    "cline openai": [("/v1", "/v1/chat/completions")],
    "cline anthropic": [("/v1", "/v1/messages")],
    "roo-code openai": [("/v1", "/v1/chat/completions")],
    "roo-code anthropic": [("", "/v1/messages"), ("/v1", "/v1/v1/messages")],
    "zed openai": [("/v1", "/v1/chat/completions")],
    "zed ollama": [("", "/api/chat")],
    "crush openai": [("/v1", "/v1/chat/completions")],
    "crush anthropic": [("/v1", "/v1/messages")],
    "mods openai": [("/v1", "/v1/chat/completions")],
    "mods anthropic": [("/v1", "/v1/messages"), ("", "/v1/messages")],
    "fabric openai": [("/v1", "/v1/chat/completions")],
    "open-webui openai": [("/v1", "/v1/chat/completions"), ("/v1/", "/v1/chat/completions"), ("", "/chat/completions")],
    "open-webui ollama": [("", "/api/chat")],
    "lobechat openai": [("/v1", "/v1/chat/completions"), ("", "/chat/completions")],
    "dify openai": [("/v1", "/v1/chat/completions"), ("/v1/", "/v1/chat/completions"), ("", "/chat/completions")],
    "dify anthropic": [("", "/v1/messages")],
    "dify-openai openai": [("", "/v1/chat/completions"), ("/v1", "/v1/chat/completions")],
    "claude-code-router openai": [("/v1/chat/completions", "/v1/chat/completions")],
    "promptfoo openai": [("/v1", "/v1/chat/completions")],
    "kimi-cli openai": [("/v1", "/v1/chat/completions")],
    "librechat openai": [("/v1", "/v1/chat/completions")],
    "n8n openai": [("/v1", "/v1/chat/completions")],
    "home-assistant responses": [("/v1", "/v1/responses")],
    "cursor openai": [("/v1", "/v1/chat/completions")],
    "ai-sdk anthropic": [("/v1", "/v1/messages"), ("", "/messages")],
    "claude-code anthropic": [("", "/v1/messages?beta=true"), ("/v1", "/v1/v1/messages?beta=true")],
    "copilot-cli openai": [("/v1", "/v1/chat/completions"), ("", "/chat/completions")],
    "copilot-cli responses": [("/v1/", "/v1/responses")],
    "copilot-cli anthropic": [("", "/v1/messages"), ("/v1", "/v1/v1/messages")],
    "droid openai": [("", "/chat/completions"), ("/v1/", "/v1/chat/completions")],
    "droid responses": [("/v1", "/v1/responses")],
    "droid anthropic": [("", "/v1/messages"), ("/v1", "/v1/v1/messages")],
    "kilo-code openai": [("/v1", "/v1/chat/completions")],
    "trae openai": [("/v1", "/v1/chat/completions")],
    "trae anthropic": [("", "/v1/messages")],
    "warp openai": [("/v1", "/v1/chat/completions")],
    "gemini-cli gemini": [("", "/v1beta/models/M:streamGenerateContent?alt=sse")],
}


@pytest.mark.parametrize("row", DOCUMENTED)
def test_an_address_is_the_documented_one(row: str) -> None:
    name, protocol = row.split()
    app = load().get(name)
    wire = app.wire(protocol) if app is not None else None
    assert app is not None and wire is not None
    for ending, path in DOCUMENTED[row]:
        assert join(app, wire, HOST + ending, "M") == HOST + path, ending


@pytest.mark.parametrize(
    ("name", "base_url", "address"),
    [
        ("nextchat", "api.example.com", f"{HOST}/v1/chat/completions"),
        ("chatbox", "api.example.com/v1", f"{HOST}/v1/chat/completions"),
        ("openai-sdk", "api.example.com/v1", None),
        ("openai-node", "api.example.com/v1", None),
        ("openai-sdk", f" {HOST}/v1", None),
        ("openai-node", f" {HOST}/v1", f"{HOST}/v1/chat/completions"),
        ("openai-sdk", f"{HOST}/v1\n", None),
        ("openai-node", f"{HOST}/v1\n", f"{HOST}/v1/chat/completions"),
        ("mods", f"{HOST}/v1\n", None),
        ("openai-node", "https://user:word@api.example.com/v1", None),
        ("openai-node", "", "https://api.openai.com/v1/chat/completions"),
        ("openai-sdk", "", None),
        ("ollama-python", "192.168.1.9", "http://192.168.1.9:11434/api/chat"),
        ("ollama-python", "0.0.0.0:11435", "http://127.0.0.1:11435/api/chat"),
        ("openai-sdk", "https://例子.example/v1", "https://xn--fsqu00a.example/v1/chat/completions"),
        ("openai-sdk", "https://a.example:99999/v1", None),
    ],
)
def test_each_reads_an_address_in_its_own_way(name: str, base_url: str, address: str | None) -> None:
    app = load().get(name)
    assert app is not None
    assert join(app, app.wires[0], base_url) == address


@each_wire
def test_no_text_breaks_a_rule(app: App, wire: AppWire) -> None:
    odd = (
        "",
        " ",
        "#",
        "?",
        "/",
        "://",
        "http://",
        "https://[::1",
        "https://[::1]:80/v1",
        "\x00",
        "a" * 3000,
        "中文",
        "%",
        "\ud800",
    )
    for base_url in odd:
        found = join(app, wire, base_url)
        assert found is None or found.startswith(("http://", "https://"))


def test_every_rule_is_used() -> None:
    assert {wire.join for _, wire in WIRES} == set(RULES)


# -- between the app's terms and the SDK's -----------------------------------------------------------------------------

SHAPES = sorted({re.sub(r"\{\w+\}", "mine", endpoint.path) for door in builtin() for endpoint in door.endpoints})


@each_wire
def test_what_an_app_takes_leads_where_the_sdk_asks(app: App, wire: AppWire) -> None:
    """This holds for every base URL of the doors' data."""
    for path in SHAPES:
        base = takes(app, wire, HOST + path)
        if base is None:
            continue
        sent = examine_for(app, wire, base)
        assert (sent.exam.literal, sent.address) == (HOST + path, ""), base


def test_an_app_that_adds_a_version_cannot_be_pointed_past_it() -> None:
    nextchat = load().get("nextchat")
    assert nextchat is not None
    assert takes(nextchat, nextchat.wires[0], f"{HOST}/v1") == HOST
    assert takes(nextchat, nextchat.wires[0], f"{HOST}/api/paas/v4") is None


MISTAKES = (
    *(
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1//",
        "//v1",
        "/v1/v1",
        "/v1/chat/completions",
        "/v1/messages",
        "/v1/responses",
        "/v1,",
    ),
    *(
        "/api/v3",
        "/v1#",
        "/v1/#",
        "/v1 ",
        "/v1\n",
        "/v1?x=1",
        "/anthropic",
        "/anthropic/v1/messages",
        "/v1beta",
        "/openai",
    ),
)


@pytest.mark.parametrize("name", ["openai-sdk", "anthropic-sdk", "google-genai"])
@pytest.mark.parametrize(
    "front", [HOST, f" {HOST}", f'"{HOST}', "api.example.com", "htps://api.example.com", "http://10.0.0.1:8000"]
)
def test_an_sdk_as_an_app_has_the_flaws_of_the_sdk(name: str, front: str) -> None:
    """Both examinations of a base URL agree on the same client."""
    app = load().get(name)
    assert app is not None
    wire = app.wires[0]
    for ending in MISTAKES:
        raw = front + ending
        mine, theirs = examine_for(app, wire, raw).exam, examine_url(raw, wire.protocol)
        assert mine.mended == theirs.mended, raw
        assert {flaw.kind for flaw in mine.flaws} == {flaw.kind for flaw in theirs.flaws}, raw
        if name != "google-genai":  # fixes more than was known when the flaws were written
            assert any(flaw.fatal for flaw in mine.flaws) == any(flaw.fatal for flaw in theirs.flaws), raw
            assert "?" in raw or mine.literal == theirs.literal, raw


# -- check --app -------------------------------------------------------------------------------------------------------


def checked(
    door: Handler, path: str, app: str | None, environ: dict[str, str] | None = None, **options: Any
) -> tuple[Evidence, Report, str]:
    """Return the evidence, the report and the address of a check against a practice door."""
    with PracticeDoor(door) as stand:
        chosen = {"key": KEY, "no_env": environ is None, "app": app, **options}
        if "base_url" not in chosen:
            chosen["base_url"] = stand.url + path
        names = {name: value.replace("{door}", stand.url) for name, value in (environ or {}).items()}
        settings = gather(Options(**chosen), names, Path("/"))
        evidence = asyncio.run(run(settings))
        return evidence, judge(evidence), stand.url


def asked(evidence: Evidence) -> list[Exchange]:
    found = [one.facts for one in evidence.observations if isinstance(one.facts, Exchange)]
    return [one for one in found if one.attempt.given and one.purpose in ("chat", "stream")]


OPENAI: Callable[[], Any] = lambda: b.openai(KEY)  # noqa: E731
ANTHROPIC: Callable[[], Any] = lambda: b.anthropic(KEY)  # noqa: E731


@pytest.mark.parametrize(
    ("app", "door", "path", "first", "code", "fix"),
    [
        ("nextchat", OPENAI, "/v1", "/v1/v1/chat/completions", "url.version_doubled", ""),
        ("nextchat", OPENAI, "", "/v1/chat/completions", None, None),
        ("goose", OPENAI, "/v1/", "/v1/v1/chat/completions", "url.version_doubled", ""),
        ("open-webui", OPENAI, "", "/chat/completions", "url.version_missing", "/v1"),
        ("chatbox", OPENAI, "/v1/chat/completions", "/v1/chat/completions", None, None),
        ("cherry-studio", OPENAI, "/v1/chat/completions#", "/v1/chat/completions", None, None),
        ("claude-code-router", OPENAI, "/v1", "/v1", "url.path_wrong", "/v1/chat/completions"),
        ("ai-sdk", ANTHROPIC, "", "/messages", "url.version_missing", "/v1"),
        ("ai-sdk", ANTHROPIC, "/v1", "/v1/messages", None, None),
        ("ai-sdk", ANTHROPIC, "/v1/messages", "/v1/messages/messages", "url.endpoint_included", "/v1"),
        ("claude-code", ANTHROPIC, "/v1", "/v1/v1/messages?beta=true", "url.version_doubled", ""),
        ("claude-code", ANTHROPIC, "", "/v1/messages?beta=true", None, None),
        ("opencode", ANTHROPIC, "/v1/", "/v1/messages", None, None),
    ],
)
def test_it_is_asked_as_the_app_asks(
    app: str, door: Callable[[], Any], path: str, first: str, code: str | None, fix: str | None
) -> None:
    protocol = "anthropic" if door is ANTHROPIC else "openai"
    evidence, report, url = checked(door(), path, app, protocol=protocol)
    assert {one.request.path for one in asked(evidence)} == {first}
    assert report.root_cause == code
    assert report.settings is not None
    assert report.settings["base_url"] == url + ("/v1" if protocol == "openai" else "")  # in the SDK's form
    if fix is not None:
        root = next(finding for finding in report.findings if finding.code == code)
        (found,) = root.fixes
        assert (found.settings["base_url"], found.verified) == (url + fix, True)
        assert url + fix in found.summary
        again, healthy, _ = checked(door(), "", app, protocol=protocol)
        assert again.target.app == app and healthy.target["app"] == app


def test_no_base_url_of_this_app_leads_there() -> None:
    _, report, url = checked(b.openai(KEY, prefix="/api/paas/v4"), "/api/paas/v4", "nextchat")
    root = next(finding for finding in report.findings if finding.code == report.root_cause)
    assert root.code.startswith("url.") and root.fixes == () and "NextChat" in root.title
    assert report.settings is not None and report.settings["base_url"] == f"{url}/api/paas/v4"
    assert [(client.app, client.base_url) for client in report.clients] == [("nextchat", None)]


@pytest.mark.parametrize(
    ("app", "protocol", "url", "paths"),
    [
        ("claude-code", "anthropic", HOST, ["/v1/models", "/v1/messages?beta=true", "/v1/messages?beta=true"]),
        ("ai-sdk", "anthropic", HOST, ["/v1/models", "/messages", "/messages"]),
        ("nextchat", "openai", f"{HOST}/v1", ["/v1/v1/models", *["/v1/v1/chat/completions"] * 2]),
    ],
)
def test_the_plan_names_what_the_app_asks(app: str, protocol: str, url: str, paths: list[str]) -> None:
    argv = ["check", url, "--app", app, "--protocol", protocol, "--key", KEY, "--no-env", "--plan", "--json"]
    done = CliRunner().invoke(program, argv)
    plan = json.loads(done.stdout)
    assert [request["url"].removeprefix(HOST) for request in plan["requests"]] == paths


@pytest.mark.parametrize(
    ("app", "variable", "header", "version"),
    [
        ("anthropic-sdk", "ANTHROPIC_API_KEY", "bearer", "2026-10-21"),
        ("anthropic-sdk-0", "ANTHROPIC_API_KEY", "x-api-key", "2023-06-01"),
        ("anthropic-sdk-0", "ANTHROPIC_AUTH_TOKEN", "bearer", "2023-06-01"),
        ("claude-code", "ANTHROPIC_AUTH_TOKEN", "bearer", "2023-06-01"),
        ("claude-code", "ANTHROPIC_API_KEY", "x-api-key", "2023-06-01"),
        ("langchain-anthropic", "ANTHROPIC_API_KEY", "bearer", "2026-10-21"),
        ("qwen-code", "ANTHROPIC_API_KEY", "bearer", "2023-06-01"),
    ],
)
def test_the_key_travels_as_the_app_sends_it(app: str, variable: str, header: str, version: str) -> None:
    environ = {variable: KEY, "ANTHROPIC_BASE_URL": "{door}"}
    evidence, _, _ = checked(b.anthropic(KEY), "", app, environ, key=None, base_url=None, protocol="anthropic")
    attempts = {(one.attempt.auth.value, one.attempt.version) for one in asked(evidence)}
    assert attempts == {(header, version)}


@pytest.mark.parametrize("app", ["claude-code", "copilot-cli"])
def test_both_keys_travel_in_one_request(app: str) -> None:
    """Measured: Claude Code 2.1.332 and Copilot CLI 1.0.102 as an Anthropic client send a token beside the key."""
    names = {"claude-code": "ANTHROPIC_{}", "copilot-cli": "COPILOT_PROVIDER_{}"}[app]
    token = "AUTH_TOKEN" if app == "claude-code" else "BEARER_TOKEN"
    environ = {names.format("API_KEY"): KEY, names.format(token): "tok-1", names.format("BASE_URL"): HOST}
    settings = gather(Options(app=app, protocol="anthropic"), environ, Path("/"))
    assert settings.key is not None
    sent = {one.name.lower(): one.value.value.reveal() for one in settings.headers}
    own = "authorization" if settings.key.value.reveal() == "tok-1" else "x-api-key"
    assert {own, *sent} >= {"authorization", "x-api-key"}
    assert {settings.key.value.reveal(), *(text.removeprefix("Bearer ") for text in sent.values())} == {KEY, "tok-1"}


@pytest.mark.parametrize(
    ("app", "environ", "source"),
    [
        ("litellm", {"OPENAI_API_BASE": "http://a.test", "OPENAI_BASE_URL": "http://b.test"}, "OPENAI_BASE_URL"),
        (
            "langchain-openai",
            {"OPENAI_API_BASE": "http://a.test", "OPENAI_BASE_URL": "http://b.test"},
            "OPENAI_API_BASE",
        ),
        ("llama-index", {"OPENAI_BASE_URL": "http://b.test"}, "default"),
        ("llama-index", {"OPENAI_API_BASE": "http://a.test"}, "OPENAI_API_BASE"),
        ("codex", {"OPENAI_BASE_URL": "http://b.test"}, "default"),
        (
            "langchain-anthropic",
            {"ANTHROPIC_API_URL": "http://a.test", "ANTHROPIC_BASE_URL": "http://b.test"},
            "ANTHROPIC_API_URL",
        ),
        ("nextchat", {"BASE_URL": "http://a.test", "OPENAI_BASE_URL": "http://b.test"}, "BASE_URL"),
        ("goose", {"OPENAI_HOST": "http://a.test", "OPENAI_BASE_URL": "http://b.test"}, "OPENAI_HOST"),
        ("ai-sdk", {"ANTHROPIC_BASE_URL": "http://a.test"}, "ANTHROPIC_BASE_URL"),
    ],
)
def test_variables_are_read_in_the_apps_order(app: str, environ: dict[str, str], source: str) -> None:
    settings = gather(Options(app=app), environ, Path("/"))
    assert settings.base_url is not None and str(settings.base_url.source).removeprefix("environment ") == source
    assert settings.app == app


def test_a_protocol_follows_from_the_variables_and_the_address() -> None:
    def spoken(app: str, url: str | None = None, **environ: str) -> str:
        return gather(Options(app=app, base_url=url), environ, Path("/")).protocol.value

    assert spoken("litellm", ANTHROPIC_API_KEY="k") == "anthropic"
    assert spoken("litellm") == "openai"
    assert spoken("opencode", "https://api.z.ai/api/anthropic") == "anthropic"
    assert spoken("cline", "https://api.anthropic.com/v1") == "anthropic"
    assert spoken("codex", HOST) == "responses"
    with pytest.raises(BadInput, match=r"Codex CLI does not speak anthropic, but responses\."):
        gather(Options(app="codex", protocol="anthropic", base_url=HOST), {}, Path("/"))


@pytest.mark.parametrize(
    ("asked_for", "near"), [("nextcat", "nextchat"), ("claude", "claude-code"), ("zzzz", "llmdoctor apps")]
)
def test_a_bad_name_is_reported_with_near_ones(asked_for: str, near: str) -> None:
    done = CliRunner().invoke(program, ["check", HOST, "--app", asked_for, "--offline"])
    assert done.exit_code == 2 or isinstance(done.exception, SystemExit)
    with pytest.raises(BadInput, match=near):
        gather(Options(app=asked_for, base_url=HOST), {}, Path("/"))


def test_a_key_in_place_of_a_name_is_not_repeated() -> None:
    with pytest.raises(BadInput) as refused:
        gather(Options(app=KEY, base_url=HOST), {}, Path("/"))
    assert KEY not in str(refused.value)


# -- known behaviour of apps -------------------------------------------------------------------------------------------


def test_a_base_url_that_the_app_does_not_read() -> None:
    evidence, report, _ = checked(
        b.openai(KEY),
        "",
        "codex",
        {"OPENAI_BASE_URL": "{door}/v1", "CODEX_API_KEY": KEY},
        key=None,
        base_url=None,
        offline=True,
    )
    assert evidence.target.base_url == "https://api.openai.com/v1"
    assert [finding.code for finding in report.findings] == ["app.base_url_ignored"]
    assert report.root_cause == "app.base_url_ignored" and report.side == "app"


def test_a_variable_that_nobody_reads_is_the_settings_fault() -> None:
    _, report, _ = checked(
        b.openai(KEY),
        "",
        "goose",
        {"OPENAI_API_BASE": "{door}/v1", "OPENAI_API_KEY": KEY},
        key=None,
        base_url=None,
        offline=True,
    )
    (finding,) = report.findings
    assert report.root_cause == finding.code == "settings.wrong_variable"
    assert "goose" in finding.title and "OPENAI_HOST" in finding.steps[0]


def test_a_page_may_not_call_where_the_server_does_not_say_so() -> None:
    evidence, report, _ = checked(b.openai(KEY), "", "nextchat-web")
    assert report.root_cause == "app.cors"
    (preflight,) = (
        one.facts
        for one in evidence.observations
        if isinstance(one.facts, Exchange) and one.facts.purpose == "preflight"
    )
    assert (preflight.request.method, preflight.request.with_key) == ("OPTIONS", False)
    assert checked(b.openai(KEY), "", "nextchat")[1].root_cause is None


def test_a_page_on_https_calls_no_plain_address() -> None:
    settings = gather(
        Options(app="nextchat-web", base_url="http://192.168.1.9:8000", key=KEY, offline=True, no_env=True),
        {},
        Path("/"),
    )
    report = judge(asyncio.run(run(settings)))
    assert report.root_cause == "app.mixed_content"
    own = gather(
        Options(app="nextchat-web", base_url="http://localhost:8000", key=KEY, offline=True, no_env=True), {}, Path("/")
    )
    assert judge(asyncio.run(run(own))).root_cause is None


@pytest.mark.parametrize(
    ("url", "code"), [("http://192.168.1.9:8000/v1", "app.private_refused"), ("https://api.openai.com/v1", None)]
)
def test_private_addresses_are_refused_by_apps_that_call_from_elsewhere(url: str, code: str | None) -> None:
    settings = gather(Options(app="cursor", base_url=url, key=KEY, offline=True, no_env=True), {}, Path("/"))
    assert judge(asyncio.run(run(settings))).root_cause == code


@pytest.mark.parametrize(
    "app", [app for app in EVERY if app.proxies in ("ignored", "own") and not app.page], ids=lambda app: app.id
)
def test_a_proxy_is_ignored_by_apps_that_use_none(app: App) -> None:
    environ = {"HTTPS_PROXY": "http://127.0.0.1:7890", "HTTP_PROXY": "http://127.0.0.1:7890"}
    settings = gather(Options(app=app.id, base_url=HOST, key=KEY, offline=True), environ, Path("/"))
    codes = [finding.code for finding in judge(asyncio.run(run(settings))).findings]
    assert "proxy.ignored" in codes


def test_white_space_is_stripped_by_apps_that_strip_it() -> None:
    for name, verdict in (("openai-node", "degraded"), ("openai-sdk", "broken")):
        _, report, _ = checked(b.openai(KEY), "/v1", name, key=f"{KEY} ")
        assert [finding.code for finding in report.findings] == ["key.stray_characters"]
        assert report.verdict == verdict
        environ = {"OPENAI_BASE_URL": "{door}/v1\n", "OPENAI_API_KEY": KEY}
        _, report, _ = checked(b.openai(KEY), "", name, environ, key=None, base_url=None)
        assert (report.verdict, report.root_cause) == {
            "degraded": ("healthy", None),
            "broken": ("broken", "url.stray_characters"),
        }[verdict]


def test_an_empty_variable_is_unset_if_the_client_treats_it_so() -> None:
    for name, source in (("openai-node", "default"), ("openai-sdk", "environment OPENAI_BASE_URL")):
        settings = gather(Options(app=name), {"OPENAI_BASE_URL": "", "OPENAI_API_KEY": KEY}, Path("/"))
        assert settings.base_url is not None and str(settings.base_url.source) == source


def test_the_trust_store_is_the_apps() -> None:
    environ = {"SSL_CERT_FILE": "/none.pem", "NODE_EXTRA_CA_CERTS": "/more.pem"}
    for app in EVERY:
        for given in (gather(Options(app=app.id, base_url=HOST), names, Path("/")) for names in (environ, {})):
            own = node_runtime.roots(given)
            on_node = app.roots in ("node", "bun")
            assert (own is not None) is (on_node or (app.roots == "certifi" and given.ca_bundle is None))
            assert own is None or (own.extra_ca == "/more.pem") is (on_node and given.ca_bundle is not None)
            assert own is None or own.system_ca is (app.roots == "bun")
        assert node_runtime.runs(app.id) is (app.roots in ("node", "bun"))


# -- the same settings in other clients --------------------------------------------------------------------------------


def test_other_clients_are_named_where_they_differ() -> None:
    _, report, url = checked(b.openai(KEY), "/v1", None)
    assert (report.verdict, report.findings) == ("healthy", ())
    found = {client.app: client for client in report.clients}
    assert found["nextchat"].base_url == found["goose"].base_url == url and found["nextchat"].note == "without_version"
    assert not {"openai-sdk", "openai-node", "litellm", "chatbox", "cherry-studio", "vscode-copilot"} & set(found)
    text = render(report, "text", "en", verbose=True)
    assert text.count("Other clients") == 1 and f"goose, NextChat: {url}" in text
    assert "其他客户端" in render(report, "text", "zh", verbose=True) and "Other clients" in render(
        report, "markdown", "en"
    )
    assert "clients" not in document(replace(report, clients=()))
    rows = document(report)["clients"]
    assert isinstance(rows, list) and {"app": "nextchat", "base_url": url, "note": "without_version"} in rows


def test_an_anthropic_base_url_wants_its_version_in_some() -> None:
    _, report, url = checked(b.anthropic(KEY), "", None, protocol="anthropic")
    found = {client.app: client.base_url for client in report.clients}
    assert found["ai-sdk"] == found["opencode"] == found["continue"] == f"{url}/v1"
    assert not {"claude-code", "anthropic-node", "langchain-anthropic", "cherry-studio"} & set(found)


def test_a_run_for_one_app_names_only_that_app() -> None:
    _, report, url = checked(b.openai(KEY), "/v1", "nextchat")
    (client,) = report.clients
    assert (client.app, client.base_url, client.told) == ("nextchat", url, True)
    assert checked(b.openai(KEY), "", "nextchat")[1].clients == ()
    assert checked(b.openai(KEY), "/v1", "openai-node")[1].clients == ()


def test_no_other_app_is_named_if_nothing_works() -> None:
    _, report, _ = checked(b.openai(made_up_key("openai")[::-1]), "/v1", None)
    assert report.verdict == "broken" and report.clients == ()


# -- llmdoctor apps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_list(lang: str) -> None:
    done = CliRunner().invoke(program, ["apps", "--lang", lang])
    assert done.exit_code == 0
    assert all(app.id in done.output and app.name in done.output for app in EVERY)
    assert f"{len(EVERY)} " in done.output.splitlines()[-1]


@pytest.mark.parametrize("app", EVERY, ids=lambda app: app.id)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_in_full(app: App, lang: str) -> None:
    done = CliRunner().invoke(program, ["apps", app.id, "--lang", lang])
    assert done.exit_code == 0 and done.output.startswith(f"{app.name} [{app.id}]\n")
    for text in (
        app.home,
        *app.versions,
        *app.provenance.source,
        *(wire.protocol for wire in app.wires),
        *app.errors.values(),
    ):
        assert text in done.output
    for place in app.places:
        assert all(path in done.output for path in place.path.values())


def test_for_programs() -> None:
    done = CliRunner().invoke(program, ["apps", "--json"])
    rows = json.loads(done.output)["apps"]
    assert [row["id"] for row in rows] == [app.id for app in EVERY]
    one = json.loads(CliRunner().invoke(program, ["apps", "nextchat", "--json"]).output)
    assert one["wires"][0]["asks"] == {
        HOST: f"{HOST}/v1/chat/completions",
        f"{HOST}/v1": f"{HOST}/v1/v1/chat/completions",
    }


def test_names_that_are_near_are_offered() -> None:
    done = CliRunner().invoke(program, ["apps", "nextcaht"])
    assert done.exit_code == 2 and "nextchat" in done.output
    assert CliRunner().invoke(program, ["apps", "editor"]).exit_code == 2
    assert KEY not in CliRunner().invoke(program, ["apps", KEY]).output
    several = CliRunner().invoke(program, ["apps", "sdk", "anthropic"])
    assert several.exit_code == 0 and "anthropic-node" in several.output and "openai-node" not in several.output


def test_it_starts_light() -> None:
    import subprocess

    code = "import sys; from diagnose.cli import program; program(['apps', 'codex'], standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"asyncio", "ssl", "rich", "probes.run.engine", "probes.network.network", "cryptography", "h11"}
