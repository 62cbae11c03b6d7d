"""What `scan` finds in a made-up home, what it reports, and that it executes nothing, changes nothing and shows no key."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.cli import program
from probes.app_settings.scan import ClosedStore, FoundSettings, ScanResult, find, of_app
from probes.app_settings.search import SearchPlaces
from probes.catalog import apps
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, PracticeDoor, Request, Wait
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Settings, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable, option
from probes.run.scan_checks import sameness
from probes.settings.config_file import read
from probes.settings.gather import BadInput, Options, gather
from worlds.made_home import CLIENTS, RELAY, Made, crush_command, furnish

# The made-up home has Linux paths; a command looks at the paths of the system that it runs on.
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the made home is a Linux one")

MODELS = ("gpt-5", "gpt-5-codex", "qwen3-coder", "gpt-4o-mini", "grok-4", "gpt-5-mini")


def survey(made: Made, *only: str, options: Options = Options(), **world: Any) -> ScanResult:  # noqa: B008 - frozen
    return find(SearchPlaces(made.home, made.environ, made.cwd, **world), options, apps.load(), only)


def found(made: Made, *only: str, options: Options = Options()) -> list[FoundSettings]:  # noqa: B008
    return list(survey(made, *only, options=options).found)


def summary(one: FoundSettings) -> tuple[str, str, str, str, str | None]:
    """Return app, name, place, base URL and key."""
    settings = one.settings
    assert settings.base_url is not None
    key = settings.key.value.reveal() if settings.key else None
    return one.app, one.name, one.where, settings.base_url.value, key


# -- each client's own format ------------------------------------------------------------------------------------------

# Client: the name of its entry, the place of its base URL, what follows the relay in that base URL, the place of its
# key.
V1 = "/v1"
PLACES: dict[str, tuple[str, str, str, str]] = {
    "claude-code": ("", "~/.claude/settings.json:4", "", "~/.claude/settings.json:5 ANTHROPIC_AUTH_TOKEN"),
    "codex": ("relay", "~/.codex/config.toml:7", V1, "environment RELAY_KEY"),
    "gemini-cli": ("", "~/.gemini/.env:2", "", "~/.gemini/.env:1 GEMINI_API_KEY"),
    "qwen-code": ("", "~/.qwen/settings.json:6", V1, "~/.qwen/settings.json:5 security.auth.apiKey"),
    "opencode": ("relay", "~/.config/opencode/opencode.json:7", V1, "environment OPENCODE_RELAY"),
    "crush": ("relay", "~/.config/crush/crush.json:5", V1, "environment CRUSH_RELAY"),
    "aider": ("", "~/.aider.conf.yml:3", V1, "~/.aider.conf.yml:4 openai-api-key"),
    "llm": (
        "",
        "~/.config/io.datasette.llm/extra-openai-models.yaml:3",
        V1,
        "~/.config/io.datasette.llm/keys.json:3 relay",
    ),
    "shell-gpt": ("", "~/.config/shell_gpt/.sgptrc:3", V1, "~/.config/shell_gpt/.sgptrc:4 OPENAI_API_KEY"),
    "mods": ("relay", "~/.config/mods/mods.yml:5", V1, "~/.config/mods/mods.yml:6 apis.relay.api-key"),
    "fabric": ("", "~/.config/fabric/.env:4", V1, "~/.config/fabric/.env:3 OPENAI_API_KEY"),
    "goose": ("", "~/.config/goose/config.yaml:3", "", "~/.config/goose/secrets.yaml:1 OPENAI_API_KEY"),
    "claude-code-router": (
        "",
        "~/.claude-code-router/config.json:6",
        "/v1/chat/completions",
        "~/.claude-code-router/config.json:7 Providers.0.api_key",
    ),
    "kimi-cli": ("relay", "~/.kimi/config.toml:5", V1, "~/.kimi/config.toml:6 providers.relay.api_key"),
    "openclaw": ("relay", "~/.openclaw/openclaw.json:6", V1, "environment OPENCLAW_KEY"),
    "hermes": ("", "~/.hermes/config.yaml:5", V1, "~/.hermes/config.yaml:6 custom_providers.0.api_key"),
    "grok": ("grok-4", "~/.grok/config.toml:6", V1, "~/.grok/config.toml:8 model.grok-4.api_key"),
    "pi": ("relay", "~/.pi/agent/models.json:4", V1, "environment PI_RELAY"),
    "continue": ("", "~/.continue/config.yaml:8", V1, "~/.continue/.env:1 CONTINUE_RELAY"),
    "cline": ("", "~/.cline/data/globalState.json:3", V1, "~/.cline/data/secrets.json:2 openAiApiKey"),
    "roo-code": (
        "default",
        "~/roo-code-settings.json:6",
        V1,
        "~/roo-code-settings.json:7 providerProfiles.apiConfigs.default.openAiApiKey",
    ),
    "vscode-copilot": (
        "",
        "~/.config/Code/User/chatLanguageModels.json:11",
        V1,
        "~/.config/Code/User/chatLanguageModels.json:5 0.apiKey",
    ),
    "zed": ("Custom Gateway", "~/.config/zed/settings.json:6", V1, "environment CUSTOM_GATEWAY_API_KEY"),
    "chatbox": (
        "openai",
        "~/.config/xyz.chatboxapp.app/config.json:7",
        "",
        "~/.config/xyz.chatboxapp.app/config.json:6 settings.providers.openai.apiKey",
    ),
    "home-assistant": (
        "",
        "~/.homeassistant/.storage/core.config_entries:15",
        V1,
        "~/.homeassistant/.storage/core.config_entries:15 data.entries.1.data.api_key",
    ),
    "anthropic-sdk": (
        "work",
        "~/.config/anthropic/configs/work.json:2",
        "",
        "~/.config/anthropic/credentials/work.json:2 access_token",
    ),
    "librechat": ("", "librechat.yaml:6", V1, ".env:1 LIBRE_KEY"),
    "litellm-proxy": ("", "config.yaml:5", V1, "environment LITELLM_RELAY"),
    "promptfoo": ("", "promptfooconfig.yaml:5", V1, "promptfooconfig.yaml:6 providers.0.config.apiKey"),
    "open-webui": ("web", "docker-compose.yml:5", V1, "docker-compose.yml:6 OPENAI_API_KEY"),
    "lobechat": ("chat", "lobe.env:2", V1, "lobe.env:3 OPENAI_API_KEY"),
    "nextchat": ("next", "docker-compose.yml:13", "", "docker-compose.yml:14 OPENAI_API_KEY"),
}
OF_COMPOSE = ("open-webui", "lobechat", "nextchat")


@pytest.mark.parametrize("client", PLACES)
def test_a_client_is_found_in_its_own_files(client: str, tmp_path: Path) -> None:
    made = furnish(tmp_path, "compose" if client in OF_COMPOSE else client)
    name, where, path, key_source = PLACES[client]
    one = next(one for one in found(made, client) if one.name == name)
    assert summary(one) == (client, name, where, RELAY + path, made.keys[client])
    assert one.settings.key is not None and str(one.settings.key.source) == key_source
    assert one.settings.app == client
    assert not one.beyond
    # Only LiteLLM's file lies in the folder and names a variable of the user.
    assert (one.settings.override is not None) is (client == "litellm-proxy")


def test_every_client_of_one_home_is_found_at_once(tmp_path: Path) -> None:
    made = furnish(tmp_path)
    seen = survey(made)
    assert set(PLACES) <= {one.app for one in seen.found}
    assert not seen.skipped
    keys = {one.settings.key.value.reveal() for one in seen.found if one.settings.key}
    # LibreChat reads the project's .env, and for Gemini CLI that file hides its own.
    assert keys == {key for name, key in made.keys.items() if name != "gemini-cli"}
    assert not (tmp_path / "executed").exists()


def test_a_scan_changes_nothing(tmp_path: Path) -> None:
    made = furnish(tmp_path)

    def state() -> dict[str, tuple[int, bytes]]:
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}

    before = state()
    survey(made)
    assert state() == before


def test_an_empty_home_has_nothing(tmp_path: Path) -> None:
    made = Made(tmp_path, tmp_path / "project")
    made.cwd.mkdir()
    assert survey(made) == ScanResult((), (), ())


@pytest.mark.parametrize(
    ("system", "name"),
    [
        ("macos", "Library/Application Support/Code/User/chatLanguageModels.json"),
        ("windows", "AppData/Roaming/Code/User/chatLanguageModels.json"),
    ],
)
def test_each_system_has_its_own_paths(system: str, name: str, tmp_path: Path) -> None:
    made = furnish(tmp_path, "vscode-copilot")
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / ".config/Code/User/chatLanguageModels.json").rename(tmp_path / name)
    assert found(made) == []
    assert (
        summary(find(SearchPlaces(made.home, {}, made.cwd, (system,)), Options(), apps.load()).found[0])[2]
        == f"~/{name}:11"
    )


def test_variables_move_a_file(tmp_path: Path) -> None:
    made = furnish(tmp_path, "codex")
    (tmp_path / ".codex").rename(tmp_path / "elsewhere")
    assert found(made, "codex") == []
    made.environ["CODEX_HOME"] = str(tmp_path / "elsewhere")
    assert found(made, "codex")[0].where == "~/elsewhere/config.toml:7"


# -- which value wins, and what is reported about the others -----------------------------------------------------------


def claude(made: Made, name: str, **variables: str) -> None:
    made.write(name, json.dumps({"env": variables}, indent=2))


def test_a_file_and_the_shell_differ(tmp_path: Path) -> None:
    made = furnish(tmp_path, "claude-code")
    made.environ["ANTHROPIC_AUTH_TOKEN"] = made.key("shell")
    (one,) = found(made, "claude-code")
    assert summary(one)[4] == made.keys["claude-code"]
    winner = Source(SourceKind.APP_VARIABLE, Owner.USER, "ANTHROPIC_AUTH_TOKEN", "~/.claude/settings.json", 5)
    assert one.settings.conflicts == (
        Conflict(
            ConflictRole.KEY,
            "ANTHROPIC_AUTH_TOKEN",
            environment_variable("ANTHROPIC_AUTH_TOKEN"),
            Secret(made.keys["shell"]),
            ConflictReason.SHADOWED,
            winner,
        ),
    )


def test_a_key_that_belongs_to_another_address_is_not_tried(tmp_path: Path) -> None:
    made = furnish(tmp_path, "claude-code")
    made.environ |= {"ANTHROPIC_AUTH_TOKEN": made.key("shell"), "ANTHROPIC_BASE_URL": "https://other.example"}
    (one,) = found(made, "claude-code")
    (key,) = (each for each in one.settings.conflicts if each.role == "key")
    assert key.value == Secret(made.keys["shell"]).hint


def test_what_new_shells_will_see(tmp_path: Path) -> None:
    made = Made(tmp_path, tmp_path / "project")
    made.cwd.mkdir()
    made.write(".zshrc", f"# mine\nexport HOST=relay.example\nexport OPENAI_API_KEY='{made.key('zshrc')}'\n")
    made.write(".config/fish/config.fish", "set -gx ANTHROPIC_BASE_URL https://relay.example\n")
    made.write(".bashrc", "export ANTHROPIC_API_KEY=$(touch ~/executed)\n")
    openai, anthropic = found(made)
    assert summary(openai)[:3] == ("openai-sdk", "", "~/.zshrc:3")
    assert summary(anthropic)[:3] == ("anthropic-sdk", "", "~/.config/fish/config.fish:1")
    assert anthropic.settings.key is None
    made.environ["OPENAI_API_KEY"] = made.key("environment")
    assert str(found(made)[0].settings.conflicts[0].source) == "~/.zshrc:3 OPENAI_API_KEY"


def test_the_keys_of_other_doors(tmp_path: Path) -> None:
    made = Made(
        tmp_path, tmp_path / "project", {"DEEPSEEK_API_KEY": "sk-" + "0123456789abcdef" * 2, "GITHUB_TOKEN": "x"}
    )
    made.cwd.mkdir()
    (one,) = found(made)
    assert summary(one)[:4] == ("openai-sdk", "", "environment DEEPSEEK_API_KEY", "https://api.deepseek.com")


def test_codex_lends_its_key_to_the_provider_in_use(tmp_path: Path) -> None:
    """As cc-switch writes it: the provider has no key, and auth.json contains the relay's."""
    made = furnish(tmp_path, "codex")
    text = (tmp_path / ".codex/config.toml").read_text().replace('env_key = "RELAY_KEY"', "requires_openai_auth = true")
    made.write(".codex/config.toml", text)
    made.write(".codex/auth.json", json.dumps({"OPENAI_API_KEY": made.key("auth")}))
    (one,) = found(made, "codex")
    assert summary(one) == ("codex", "relay", "~/.codex/config.toml:7", f"{RELAY}/v1", made.keys["auth"])
    assert one.settings.model is not None and one.settings.model.value == "gpt-5-codex"


def test_several_addresses_in_one_variable(tmp_path: Path) -> None:
    made = Made(tmp_path, tmp_path / "project")
    one, two = made.key("one"), made.key("two")
    made.write(
        "project/.env",
        f"OPENAI_API_BASE_URLS=https://one.example/v1;https://two.example/v1\nOPENAI_API_KEYS={one};{two}\n",
    )
    assert [summary(each)[3:] for each in found(made)] == [
        ("https://one.example/v1", one),
        ("https://two.example/v1", two),
    ]


def test_a_server_explains_its_variables(tmp_path: Path) -> None:
    """LobeChat's own variable in a .env is not a mistake made by an SDK user."""
    made = Made(tmp_path, tmp_path / "project")
    made.write("project/.env", f"OPENAI_API_KEY={made.key('lobe')}\nOPENAI_PROXY_URL={RELAY}/v1\n")
    assert [one.app for one in found(made)] == ["lobechat"]


def test_gemini_cli_reads_only_one_env_file(tmp_path: Path) -> None:
    """Any .env of a project hides the user's own; its key is reported and not sent to an address other than its own."""
    made = furnish(tmp_path, "gemini-cli")
    made.write("project/.env", "DEBUG=1\n")
    (one,) = found(made, "gemini-cli")
    assert summary(one)[3:] == ("https://generativelanguage.googleapis.com", None)
    conflicts = {each.role: (str(each.source), str(each.winner)) for each in one.settings.conflicts}
    assert conflicts == {
        "base_url": ("~/.gemini/.env:2 GOOGLE_GEMINI_BASE_URL", ".env"),
        "key": ("~/.gemini/.env:1 GEMINI_API_KEY", ".env"),
    }
    assert not any(isinstance(each.value, Secret) for each in one.settings.conflicts)


def test_hermes_names_its_provider_in_use(tmp_path: Path) -> None:
    made = furnish(tmp_path, "hermes")
    text = f"providers:\n  mine:\n    api: {RELAY}/v1\n    key_env: MINE\nmodel:\n  default: gpt-5\n  provider: custom:mine\n"
    made.write(".hermes/config.yaml", text)
    made.write(".hermes/.env", f"MINE={made.key('mine')}\n")
    (one,) = found(made, "hermes")
    assert summary(one) == ("hermes", "mine", "~/.hermes/config.yaml:3", f"{RELAY}/v1", made.keys["mine"])
    assert one.settings.model is not None and one.settings.model.value == "gpt-5"


def test_an_address_that_the_app_does_not_read(tmp_path: Path) -> None:
    made = Made(tmp_path, tmp_path / "project", {"OPENAI_BASE_URL": f"{RELAY}/v1"})
    made.cwd.mkdir()
    made.write(".codex/auth.json", json.dumps({"OPENAI_API_KEY": made.key("codex")}))
    (one,) = found(made, "codex")
    assert summary(one)[3] == "https://api.openai.com/v1"
    assert [(each.name, each.why) for each in one.settings.conflicts] == [("OPENAI_BASE_URL", "unread")]


# -- what stays out of reach -------------------------------------------------------------------------------------------


def test_a_command_is_reported_and_not_run(tmp_path: Path) -> None:
    made = furnish(tmp_path, "mods")
    crush_command(made, RELAY)
    claude(made, ".claude/settings.json", ANTHROPIC_BASE_URL=RELAY)
    helper = {"apiKeyHelper": "touch ~/executed", "env": {"ANTHROPIC_BASE_URL": RELAY}}
    made.write(".claude/settings.json", json.dumps(helper))
    beyond = {(one.app, one.name): one.beyond for one in found(made)}
    assert beyond == {
        ("claude-code", ""): "command",
        ("crush", "vault"): "command",
        ("mods", "relay"): "",
        ("mods", "vault"): "command",
    }
    assert not (tmp_path / "executed").exists()


def test_a_keychain_and_a_database_are_reported(tmp_path: Path) -> None:
    made = furnish(tmp_path, "vscode-copilot")
    made.write(".config/CherryStudio/Local Storage/leveldb/CURRENT", "x")
    made.write(".config/goose/config.yaml", f"GOOSE_PROVIDER: openai\nOPENAI_HOST: {RELAY}\n")
    seen = survey(made)
    assert [(one.app, one.beyond) for one in seen.found] == [
        ("goose", "keychain"),
        ("vscode-copilot", ""),
        ("vscode-copilot", "keychain"),
    ]
    assert seen.closed == (
        ClosedStore("goose", "~/.config/goose/config.yaml", "keychain"),
        ClosedStore("cherry-studio", "~/.config/CherryStudio", "database"),
    )


def test_what_means_something_only_in_a_container(tmp_path: Path) -> None:
    made = furnish(tmp_path, "compose")
    beyond = {(one.app, one.name): one.beyond for one in found(made)}
    assert beyond["openai-sdk", "inner"] == "container"
    assert beyond["open-webui", "web"] == ""


# -- files that cannot be read -----------------------------------------------------------------------------------------

BROKEN = {
    "claude-code": (
        ".claude/settings.json",
        '{\n  "env": {"ANTHROPIC_BASE_URL": "https://relay.example",},\n}\n',
        ":2",
        "JSON",
    ),
    "codex": (".codex/config.toml", 'model = "x"\n[model_providers.relay\n', ":2", "TOML"),
    "aider": (".aider.conf.yml", "openai-api-base: [1,\n", ":1", "YAML"),
    "opencode": (".config/opencode/opencode.json", '{\n // ok\n "provider": \n}', ":4", "JSON with comments"),
    "openclaw": (".openclaw/openclaw.json", "{\n models: {\n", ":2", "JSON5"),
}


@pytest.mark.parametrize("client", BROKEN)
def test_a_malformed_file_is_reported_and_skipped(client: str, tmp_path: Path) -> None:
    made = furnish(tmp_path, "mods")
    name, text, line, form = BROKEN[client]
    made.write(name, text)
    seen = survey(made)
    assert [(one.place, one.reason, one.form) for one in seen.skipped] == [(f"~/{name}{line}", "malformed", form)]
    assert {one.app for one in seen.found} == {"mods"}


def test_what_is_no_text_or_too_large(tmp_path: Path) -> None:
    made = furnish(tmp_path, "mods")
    (tmp_path / ".aider.conf.yml").write_bytes(b"\xff\x00\xfe")
    made.write(".claude/settings.json", " " * (1024 * 1024 + 1))
    (tmp_path / ".bashrc").mkdir()
    seen = survey(made)
    assert {one.place: one.reason for one in seen.skipped} == {
        "~/.aider.conf.yml": "encoding",
        "~/.claude/settings.json": "too_large",
        "~/.bashrc": "no_file",
    }
    assert {one.app for one in seen.found} == {"mods"}


def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path) -> None:
    made = furnish(tmp_path, "librechat")
    made.write("secret.yaml", (made.cwd / "librechat.yaml").read_text())
    (made.cwd / "librechat.yaml").unlink()
    try:
        (made.cwd / "librechat.yaml").symlink_to(tmp_path / "secret.yaml")
    except OSError:
        pytest.skip("this system makes no links")
    seen = survey(made)
    assert [(one.place, one.reason) for one in seen.skipped] == [("librechat.yaml", "leads_out")]
    assert seen.found == ()


def test_a_project_reads_no_file_of_the_user(tmp_path: Path) -> None:
    made = furnish(tmp_path)
    options = {"baseURL": "https://stranger.example/v1", "apiKey": "{file:~/.ssh/id_ed25519}"}
    made.write("project/opencode.json", json.dumps({"provider": {"theirs": {"options": options}}}))
    made.write(".ssh/id_ed25519", made.key("ssh"))
    (one,) = (each for each in found(made, "opencode") if each.name == "theirs")
    assert (one.beyond, one.settings.key) == ("outside", None)


@pytest.mark.slow
@given(st.data())
@settings(max_examples=25, deadline=None)
def test_no_file_breaks_a_scan(data: st.DataObject) -> None:
    """The files of all clients, each cut, doubled or overwritten at some place."""
    with tempfile.TemporaryDirectory() as folder:
        made = furnish(Path(folder))
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        for path in data.draw(st.lists(st.sampled_from(files), max_size=6, unique=True)):
            text = path.read_text("utf-8")
            at = data.draw(st.integers(0, len(text)))
            piece = data.draw(
                st.sampled_from(["", '"', "{", "[", "$", "${", "{env:", "\n", ": ", "\0", "é", "*a", "<<: *a"])
            )
            path.write_text(text[:at] + piece + text[data.draw(st.integers(0, len(text))) :], "utf-8")
        seen = survey(made)
        for one in seen.found:
            assert one.settings.base_url is not None and one.app and one.where
            sameness(one, apps.load())
        for each in seen.skipped:
            assert each.reason == "malformed" and each.place.rpartition(":")[2].isdigit()


# -- a project's file that sends the key elsewhere ---------------------------------------------------------------------


def override(one: FoundSettings) -> tuple[str, str, str, str, bool] | None:
    seen = one.settings.override
    if seen is None:
        return None
    first = seen.flows[0]
    return str(first.named_by), first.host, seen.meant, str(first.secret), seen.withheld


def test_a_project_sends_the_users_key_elsewhere(tmp_path: Path) -> None:
    made = furnish(tmp_path, "claude-code")
    claude(made, "project/.claude/settings.json", ANTHROPIC_BASE_URL="https://stranger.example")
    (one,) = found(made, "claude-code")
    source = ".claude/settings.json:3 ANTHROPIC_BASE_URL"
    key = "~/.claude/settings.json:5 ANTHROPIC_AUTH_TOKEN"
    assert override(one) == (source, "stranger.example", "relay.example", key, True)
    (one,) = found(made, "claude-code", options=Options(send_anyway=True))
    assert one.settings.override is not None and not one.settings.override.withheld


def test_a_project_with_a_key_of_its_own_is_no_matter(tmp_path: Path) -> None:
    made = furnish(tmp_path, "claude-code")
    claude(
        made,
        "project/.claude/settings.json",
        ANTHROPIC_BASE_URL="https://x.example",
        ANTHROPIC_AUTH_TOKEN=made.key("p"),
    )
    (one,) = found(made, "claude-code")
    assert (summary(one)[4], override(one)) == (made.keys["p"], None)
    (key,) = (each for each in one.settings.conflicts if each.role == "key")
    assert key.value == Secret(made.keys["claude-code"]).hint, "the user's key is never tried at a project's address"


def test_a_project_that_names_the_users_own_host_is_no_matter(tmp_path: Path) -> None:
    made = furnish(tmp_path, "claude-code")
    claude(made, "project/.claude/settings.json", ANTHROPIC_BASE_URL=f"{RELAY}/other")
    (one,) = found(made, "claude-code")
    assert override(one) is None


@pytest.mark.parametrize("here", [True, False])
def test_an_env_file_sends_the_shells_key_elsewhere(here: bool, tmp_path: Path) -> None:
    made = Made(tmp_path, tmp_path / "project", {"OPENAI_API_KEY": "sk-" + "A1b2" * 12})
    made.cwd.mkdir()
    made.write("project/.env" if here else ".env", "OPENAI_BASE_URL=https://stranger.example/v1\n")
    (one,) = found(made)
    wanted = (".env:1 OPENAI_BASE_URL", "stranger.example", "api.openai.com", "environment OPENAI_API_KEY", True)
    assert override(one) == (wanted if here else None), "what lies in the home folder is the user's"


@pytest.mark.parametrize("lent", ["$OPENAI_API_KEY", "${OPENAI_API_KEY}", "x${OPENAI_API_KEY}"])
def test_a_project_borrows_the_users_key(lent: str, tmp_path: Path) -> None:
    """Every .env reader expands the reference; the key then appears in the project's file but is still the user's."""
    made = Made(tmp_path, tmp_path / "project", {"OPENAI_API_KEY": "sk-" + "A1b2" * 12})
    made.write("project/.claude/settings.json", "{}")
    text = f"OPENAI_BASE_URL=https://stranger.example/v1\nMINE={lent}\nANTHROPIC_AUTH_TOKEN={lent}\n"
    made.write("project/.env", text + "ANTHROPIC_BASE_URL=https://stranger.example\n")
    wanted = lent.startswith("$OPENAI") is False
    by_app = {one.app: override(one) for one in found(made)}
    assert by_app["openai-sdk"] is not None
    assert (by_app["anthropic-sdk"] is not None) is wanted
    compose = "services:\n  app:\n    image: x\n    environment:\n      ANTHROPIC_BASE_URL: https://stranger.example\n"
    made.write("project/compose.yaml", compose + f"      ANTHROPIC_AUTH_TOKEN: {lent}\n")
    (one,) = (each for each in found(made) if each.name == "app")
    assert override(one) is not None


def trust(made: Made) -> None:
    """Mark the project as trusted, as Codex CLI records it."""
    text = (made.home / ".codex/config.toml").read_text().replace('"/work"', f"'{made.cwd}'")
    made.write(".codex/config.toml", text)


def test_a_project_that_the_app_ignores(tmp_path: Path) -> None:
    """Codex CLI reads a project's settings only after the user trusts it, and never reads an address from them."""
    made = furnish(tmp_path, "codex")
    text = 'model = "other"\n[model_providers.relay]\nbase_url = "https://stranger.example/v1"\n'
    made.write("project/.codex/config.toml", text)
    for model in ("gpt-5-codex", "other"):
        (one,) = found(made, "codex")
        assert (summary(one)[3], override(one)) == (f"{RELAY}/v1", None)
        assert one.settings.model is not None and one.settings.model.value == model
        trust(made)


def test_opencode_gemini_and_compose(tmp_path: Path) -> None:
    made = furnish(tmp_path, "opencode", "gemini-cli")
    there = "https://stranger.example"
    provider = {"relay": {"options": {"baseURL": f"{there}/v1"}}}
    made.write("project/opencode.json", json.dumps({"provider": provider}))
    made.write("project/.gemini/.env", f"GOOGLE_GEMINI_BASE_URL={there}\n")
    made.environ |= {"OPENAI_API_KEY": made.key("shell"), "GEMINI_API_KEY": made.key("shell")}
    text = "services:\n  app:\n    image: example/app\n    environment:\n"
    made.write(
        "project/compose.yaml", f"{text}      OPENAI_BASE_URL: {there}/v1\n      OPENAI_API_KEY: ${{OPENAI_API_KEY}}\n"
    )
    overridden = {(one.app, one.name) for one in found(made) if one.settings.override}
    assert overridden == {("opencode", "relay"), ("gemini-cli", ""), ("openai-sdk", "app")}


# -- what is checked, and what is reported -----------------------------------------------------------------------------


def world(*keys: str) -> Callable[[Request], Answer]:
    """Yield a relay that speaks every protocol, and the list of keys that it accepts."""
    openai, responses = b.openai(*keys, models=MODELS), b.responses(*keys, models=MODELS)
    anthropic, gemini = b.anthropic(*keys, models=("claude-sonnet-4-5",)), b.gemini(*keys)

    def handler(request: Request) -> Answer:
        names = {name.lower() for name, _ in request.headers}
        if request.path.startswith("/v1beta"):
            return gemini(request)
        if request.path.endswith("/responses"):
            return responses(request)
        claude = request.path.endswith("/messages") or "anthropic-version" in names
        return (anthropic if claude else openai)(request)

    return handler


@pytest.fixture
def relay() -> Iterator[tuple[PracticeDoor, list[str]]]:
    """Yield a relay and the keys that it accepts."""
    keys: list[str] = []
    with PracticeDoor(lambda request: world(*keys)(request)) as door:
        yield door, keys


def call(
    made: Made,
    monkeypatch: pytest.MonkeyPatch,
    *arguments: str,
    status: int = 0,
    command: str = "scan",
) -> Result:
    """Return a function that runs the command in the made-up home and asserts that no output contains a key."""
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.setenv("USERPROFILE", str(made.home))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)  # apps keep data in the made-up home
    monkeypatch.chdir(made.cwd)
    done = CliRunner().invoke(
        program, [command, *arguments], env={**made.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    )
    assert done.exit_code == status, done.output[:2000] + repr(done.exception)
    for key in made.keys.values():
        assert not any(key[i : i + WINDOW] in done.output for i in range(3, len(key) - WINDOW + 1))
    return done


# Home Assistant has no address to check, and LibreChat's .env hides Gemini CLI's.
CHECKED = [name for name in CLIENTS if name not in ("compose", "home-assistant", "librechat")]


@on_linux
def test_every_client_is_checked(
    relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, keys = relay
    made = furnish(tmp_path, *CHECKED, bases=dict.fromkeys(CLIENTS, door.url))
    keys += made.keys.values()
    done = call(made, monkeypatch, "--json", "--no-spend", "--send-anyway")
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    apps_seen = {report["target"]["app"] for report in reports}
    assert apps_seen >= set(CHECKED)
    wrong = {report["target"]["name"]: report["root_cause"] for report in reports if report["root_cause"]}
    assert wrong == {}


@on_linux
def test_what_is_the_same_is_checked_once(
    relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, keys = relay
    made = Made(tmp_path, tmp_path / "project")
    made.cwd.mkdir()
    keys.append(made.key("shared"))
    for name in ("crush", "mods", "llm", "kimi-cli", "grok", "shell-gpt", "hermes"):
        made.keys[name] = made.keys["shared"]
        CLIENTS[name](made, door.url)
    made.environ["CRUSH_RELAY"] = made.keys["shared"]
    seen = found(made)
    different = {sameness(one, apps.load()) for one in seen if not one.beyond}
    assert len(different) < len([one for one in seen if not one.beyond])
    before = door.connections
    done = call(made, monkeypatch, "--json", "--no-spend", "--send-anyway")
    assert len(done.stdout.splitlines()) == len([one for one in seen if not one.beyond])
    assert door.connections - before <= 2 * len(different)
    names = [json.loads(line)["target"]["name"] for line in done.stdout.splitlines()]
    assert len(set(names)) == len(names)


@on_linux
def test_the_table(relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    door, keys = relay
    made = furnish(tmp_path, "claude-code", "mods", "vscode-copilot", bases=dict.fromkeys(CLIENTS, door.url))
    keys += [made.keys["claude-code"], made.keys["vscode-copilot"]]
    made.write(".aider.conf.yml", "a: [1,\n")
    lines = call(made, monkeypatch, status=1).output.splitlines()
    assert lines[0].startswith("3 checked · not working: 1 · works: 2 · not checked: 2 · apps: 3 · ")
    assert lines[2].startswith("✗ mods relay") and "(auth.rejected)" in lines[2]
    assert any(line.startswith("✓ claude-code") and "~/.claude/settings.json:4" in line for line in lines)
    assert any("mods vault" in line and "a command gives the key" in line for line in lines)
    assert any("~/.aider.conf.yml:1" in line and "not YAML" in line for line in lines)
    assert any(line.startswith("llmdoctor scan --app mods") for line in lines)
    chinese = call(made, monkeypatch, "--lang", "zh", status=1).output
    assert "已检查 3 个 · 不可用：1 · 可用：2 · 未检查：2 · 应用：3" in chinese and "内容不是 YAML" in chinese


@on_linux
def test_one_app_is_shown_in_full(
    relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, keys = relay
    made = furnish(tmp_path, "claude-code", "mods", bases=dict.fromkeys(CLIENTS, door.url))
    keys += made.keys.values()
    whole = call(made, monkeypatch, "--app", "claude-code").output
    assert whole.startswith("1 checked · works: 1 · apps: 1 · ") and "mods" not in whole
    assert "  Works  " in whole and "Checked from" in whole
    assert "~/.claude/settings.json:5 ANTHROPIC_AUTH_TOKEN" in whole


@on_linux
def test_the_list_asks_nobody(
    relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, _ = relay
    made = furnish(tmp_path, "claude-code", "codex", bases=dict.fromkeys(CLIENTS, door.url))
    assert "~/.codex/config.toml:7" in call(made, monkeypatch, "--list").output
    rows = [json.loads(line) for line in call(made, monkeypatch, "--list", "--json").stdout.splitlines()]
    assert [(row["app"], row["where"]) for row in rows] == [
        ("claude-code", "~/.claude/settings.json:4"),
        ("codex", "~/.codex/config.toml:7"),
    ]
    assert rows[1]["sources"]["key"] == "environment RELAY_KEY"
    assert door.connections == 0


@on_linux
def test_offline_asks_nobody(
    relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, _ = relay
    made = furnish(tmp_path, "claude-code", bases=dict.fromkeys(CLIENTS, door.url))
    call(made, monkeypatch, "--offline")
    assert door.connections == 0


@on_linux
def test_ctrl_c_prints_what_was_seen(tmp_path: Path) -> None:
    """One relay answers, the other never does."""
    began = threading.Event()

    def silent(request: Request) -> Iterator[Wait]:
        began.set()
        yield Wait(30)

    with PracticeDoor(lambda request: world(*made.keys.values())(request)) as door, PracticeDoor(silent) as other:
        made = furnish(tmp_path, "claude-code", "grok", bases={"claude-code": door.url, "grok": other.url})
        environ = {**os.environ, "HOME": str(made.home), "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-P", "-m", "diagnose", "scan"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=made.cwd, env=environ, **pipes) as process:
            assert began.wait(20)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=20)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "claude-code" in output and "grok" in output


@on_linux
def test_a_copied_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Made(tmp_path / "own", tmp_path / "own")
    other.home.mkdir()
    copied = furnish(tmp_path / "copy", "mods", "aider")
    other.keys = copied.keys
    rows = call(other, monkeypatch, "--list", "--json", "--home", str(copied.home)).stdout.splitlines()
    assert [json.loads(row)["where"] for row in rows] == [
        "~/.aider.conf.yml:3",
        "~/.config/mods/mods.yml:5",
        "~/.config/mods/mods.yml:11",
    ]


@on_linux
def test_nothing_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(tmp_path, tmp_path / "project")
    made.cwd.mkdir()
    assert "No LLM settings were found" in call(made, monkeypatch).output
    assert call(made, monkeypatch, "--json").stdout == ""


@on_linux
def test_an_app_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(tmp_path, tmp_path)
    assert "Did you mean codex, " in call(made, monkeypatch, "--app", "codexx", status=1).output


@on_linux
def test_a_key_goes_to_no_strangers_host(
    relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The project's address has a public name, and only the proxy leads it to loopback."""
    door, _ = relay
    made = furnish(tmp_path, "claude-code")
    claude(made, "project/.claude/settings.json", ANTHROPIC_BASE_URL="https://stranger.example")
    arguments = ("--json", "--proxy", door.url, "--timeout", "2")
    (line,) = call(made, monkeypatch, *arguments, status=1).stdout.splitlines()
    report = json.loads(line)
    (finding,) = (one for one in report["findings"] if one["code"] == "settings.project_override")
    assert finding["severity"] == "error"
    place, key = ".claude/settings.json:3 ANTHROPIC_BASE_URL", "~/.claude/settings.json:5 ANTHROPIC_AUTH_TOKEN"
    assert f"{place} sends {key} to stranger.example" in finding["evidence"]
    assert any(line.startswith("the secret was not sent") for line in finding["evidence"])


@on_linux
def test_a_consent_is_a_warning(
    relay: tuple[PracticeDoor, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door, keys = relay
    made = furnish(tmp_path, "claude-code")
    keys += made.keys.values()
    claude(made, "project/.claude/settings.json", ANTHROPIC_BASE_URL=door.url)
    (line,) = call(made, monkeypatch, "--json", status=1).stdout.splitlines()
    report = json.loads(line)
    assert (report["root_cause"], report["proven"]["answer"]) == ("settings.project_override", None)
    (line,) = call(made, monkeypatch, "--json", "--send-anyway").stdout.splitlines()
    report = json.loads(line)
    codes = {one["code"] for one in report["findings"]}
    assert (report["verdict"], codes) == ("degraded", {"settings.project_override", "settings.conflict"})
    assert report["proven"]["answer"] is True


@on_linux
def test_init_writes_a_target_for_each_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = furnish(tmp_path, "codex", "opencode", "claude-code")
    made.environ["OPENAI_API_KEY"] = made.key("shell")
    call(made, monkeypatch, "--apps", command="init")
    file = read(made.cwd / "llmdoctor.toml")
    assert list(file.targets) == ["openai-sdk", "codex-relay", "opencode-relay"]
    codex = file.targets["codex-relay"]
    assert codex.key is not None and codex.key.value.env == "RELAY_KEY"
    assert codex.values["base_url"].value == f"{RELAY}/v1"
    assert codex.values["app"].value == "codex"
    found_again = gather(Options(target="codex-relay"), made.environ, made.cwd)
    assert found_again.key is not None and found_again.key.value.reveal() == made.keys["codex"]


# -- `check --app` -----------------------------------------------------------------------------------------------------


def of_this_app(made: Made, app: str, **choices: Any) -> Settings | None:
    return of_app(SearchPlaces(made.home, made.environ, made.cwd), Options(app=app, **choices), apps.load())


def test_check_takes_the_settings_of_the_app(tmp_path: Path) -> None:
    made = furnish(tmp_path, "codex", "opencode", "mods")
    codex = of_this_app(made, "codex", model="other")
    assert codex is not None and codex.base_url is not None and codex.key is not None and codex.model is not None
    assert str(codex.base_url.source) == "~/.codex/config.toml:7 model_providers.relay.base_url"
    assert (codex.key.value.reveal(), codex.model) == (made.keys["codex"], Sourced("other", option("--model")))
    assert (codex.app, codex.protocol) == ("codex", Sourced("responses", option("--app")))
    opencode = of_this_app(made, "opencode", protocol="anthropic")
    assert opencode is not None and opencode.key is not None
    assert opencode.key.value.reveal() == made.keys["opencode-claude"]
    assert of_this_app(made, "gemini-cli") is None
    assert of_this_app(made, "openai-sdk") is None


def test_check_takes_the_provider_in_use(tmp_path: Path) -> None:
    made = furnish(tmp_path, "mods")
    text = (tmp_path / ".config/mods/mods.yml").read_text().replace("default-api: relay", "default-api: vault")
    made.write(".config/mods/mods.yml", text)
    with pytest.raises(BadInput, match="A command gives the key of Mods, and none is run here"):
        of_this_app(made, "mods")
    given = of_this_app(made, "mods", key_env="MINE")
    assert given is None or given.key is None
    made.environ["MINE"] = made.key("mine")
    given = of_this_app(made, "mods", key_env="MINE")
    assert given is not None and given.key is not None and given.key.source == environment_variable("MINE")
    assert not (tmp_path / "executed").exists()


def test_check_withholds_the_key_of_an_app_from_a_project(tmp_path: Path) -> None:
    made = furnish(tmp_path, "claude-code")
    claude(made, "project/.claude/settings.json", ANTHROPIC_BASE_URL="https://stranger.example")
    settings = of_this_app(made, "claude-code")
    assert settings is not None and settings.override is not None
    assert (settings.override.flows[0].host, settings.override.withheld) == ("stranger.example", True)


def test_a_wrong_file_ends_it(tmp_path: Path) -> None:
    made = furnish(tmp_path, "mods")
    made.write("project/llmdoctor.toml", "[check\n")
    with pytest.raises(BadInput):
        survey(made)
