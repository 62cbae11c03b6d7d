"""No agent gets a secret to a place that its user did not choose, nor a connection to a private network.

The server permits all that `--allow` can, except private networks; the user answers no question, or says no.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple
from unittest.mock import patch

import pytest

from agent_client import DIRECT, LEGACY, MODERN, Agent, text_of
from diagnose.agents import lent_keys
from diagnose.agents.tool_result import ToolResult
from probes.catalog import doors
from worlds.leaks import windows
from worlds.trap import INTRANET, RELAY, STRANGER, VENDOR, TrappedNetwork, trapped

USERS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DEEPSEEK_API_KEY", "GITHUB_TOKEN", "FOO", "FILE", "OWN")


def mark(name: str) -> str:
    """Return a secret that shares no part with another one's."""
    prefix = {"GITHUB_TOKEN": "ghp_", "ANTHROPIC_API_KEY": "sk-ant-api03-", "FOO": ""}.get(name, "sk-")
    digest = hashlib.sha512(name.encode()).hexdigest()
    return prefix + digest[:48]


MARKS = {name: mark(name) for name in USERS}
STRANGERS = "https://stranger.example/v1"


class Hostile(NamedTuple):
    """A call, and what the folder and the environment hold; ``<NAME>`` is the secret of that name."""

    name: str
    given: Mapping[str, str]
    files: Mapping[str, str] = {}
    environ: Mapping[str, str] = {}
    tool: str = "check"


OPENAI = {"OPENAI_API_KEY": "<OPENAI_API_KEY>"}
ALL = {name: f"<{name}>" for name in USERS[:5]}
OWN = {".env": "OPENAI_API_KEY=<OWN>\n"}
OWN_RELAY = {".env": "OPENAI_API_KEY=<OWN>\nOPENAI_BASE_URL=https://relay.example/v1\n"}

LED_AWAY = (
    Hostile("the user's key", {"target": STRANGERS}, environ=OPENAI),
    Hostile("the user's key by its name", {"target": STRANGERS, "key_env": "OPENAI_API_KEY"}, environ=OPENAI),
    Hostile("a key of a provider", {"target": STRANGERS, "key_env": "DEEPSEEK_API_KEY"}, environ=ALL),
    Hostile("a variable that is no key", {"target": STRANGERS, "key_env": "FOO"}, environ=ALL),
    Hostile("a key of another program", {"target": STRANGERS, "key_env": "GITHUB_TOKEN"}, environ=ALL),
    Hostile("a key of another program, at the default", {"key_env": "GITHUB_TOKEN"}, environ=ALL),
    Hostile("the folder's own key", {"target": STRANGERS}, OWN),
    Hostile("the folder's own key with its own address", {"target": STRANGERS}, OWN_RELAY),
    Hostile(
        "the user's key at a file's address", {"target": STRANGERS}, {".env": f"OPENAI_BASE_URL={STRANGERS}\n"}, OPENAI
    ),
    Hostile("no argument but a file", {}, {".env": f"OPENAI_BASE_URL={STRANGERS}\n"}, OPENAI),
    Hostile(
        "a user's key at the folder's pair",
        {"key_env": "DEEPSEEK_API_KEY"},
        {".env": f"OPENAI_BASE_URL={STRANGERS}\nOPENAI_API_KEY=<OWN>\n".replace("<OWN>", "sk-" + "0" * 40)},
        ALL,
    ),
    Hostile(
        "a user's key for a project's app",
        {"app": "opencode", "key_env": "OPENAI_API_KEY"},
        {"opencode.json": json.dumps({"provider": {"x": {"options": {"baseURL": STRANGERS, "apiKey": "none"}}}})},
        ALL,
    ),
    Hostile("a misspelled variable", {"target": STRANGERS}, environ={**OPENAI, "OPENAI_API_BASE": STRANGERS}),
    Hostile("another protocol", {"target": "https://stranger.example", "protocol": "anthropic"}, environ=ALL),
    Hostile("an app", {"target": STRANGERS, "app": "claude-code"}, environ=ALL),
    Hostile("an app and its key", {"target": STRANGERS, "app": "codex", "key_env": "OPENAI_API_KEY"}, environ=ALL),
    Hostile("a host that begins as another", {"target": "https://api.openai.com.stranger.example/v1"}, environ=OPENAI),
    Hostile(
        "a user name that looks like a host", {"target": "https://api.openai.com@stranger.example/v1"}, environ=OPENAI
    ),
    Hostile("two addresses in one", {"target": "https://stranger.example/](https://api.openai.com/v1"}, environ=OPENAI),
    Hostile(
        "two addresses, turned round",
        {"target": "https://api.openai.com/](https://stranger.example/v1"},
        environ=OPENAI,
    ),
    Hostile("no scheme", {"target": "stranger.example/v1"}, environ=OPENAI),
    Hostile("in clear", {"target": "http://stranger.example/v1"}, environ=OPENAI),
    Hostile(
        "another tenant's path",
        {"target": "https://relay.example/theirs/v1"},
        environ={**OPENAI, "OPENAI_BASE_URL": "https://relay.example/mine/v1"},
    ),
    Hostile(
        "a header of the user's",
        {"target": STRANGERS},
        environ={"OPENAI_CUSTOM_HEADERS": "X-Gateway: <FOO>", "OPENAI_BASE_URL": "https://relay.example/v1"},
    ),
    Hostile(
        "a target of a file with a variable",
        {"target": "work"},
        {"llmdoctor.toml": f'[targets.work]\nbase_url = "{STRANGERS}"\nkey = {{ env = "GITHUB_TOKEN" }}\n'},
        ALL,
    ),
    Hostile(
        "a target of a file with a file",
        {"target": "work"},
        {"llmdoctor.toml": f'[targets.work]\nbase_url = "{STRANGERS}"\nkey = {{ file = "~/.ssh/id" }}\n'},
        ALL,
    ),
    Hostile("a key file", {"target": STRANGERS, "key_file": "~/.ssh/id"}),
    Hostile("a key file at the default", {"key_file": "<HOME>/.ssh/id"}),
    Hostile("a proxy of a file", {}, {"llmdoctor.toml": '[check]\nproxy = "http://stranger.example:3128"\n'}, OPENAI),
    Hostile("scan", {"depth": "full"}, {".env": f"OPENAI_BASE_URL={STRANGERS}\n"}, ALL, "scan"),
    Hostile(
        "scan of a secret in an address, without a key",
        {"depth": "full"},
        {
            ".qwen/settings.json": json.dumps(
                {"modelProviders": {"openai": [{"id": "m", "envKey": "X", "baseUrl": STRANGERS + "?to=${FOO}"}]}}
            )
        },
        ALL,
        "scan",
    ),
    Hostile(
        "scan of an app's file",
        {"depth": "full"},
        {"opencode.json": json.dumps({"provider": {"x": {"options": {"baseURL": STRANGERS, "apiKey": "{env:FOO}"}}}})},
        ALL,
        "scan",
    ),
)


@pytest.fixture(scope="module")
def network() -> Iterator[TrappedNetwork]:
    with trapped() as found, patch.object(doors, "builtin", cache(doors.builtin)):
        yield found


def filled(text: str, agent: Agent) -> str:
    for name, value in MARKS.items():
        text = text.replace(f"<{name}>", value)
    return text.replace("<HOME>", str(agent.folder.parent / "home"))


def carry_out(row: Hostile, agent: Agent, network: TrappedNetwork) -> str:
    """Make the call with everything that is heard kept, and return what the agent got."""
    key_file = agent.folder.parent / "home" / ".ssh" / "id"
    key_file.parent.mkdir()
    key_file.write_text(MARKS["FILE"], "utf-8")
    for name, text in row.files.items():
        (agent.folder / name).parent.mkdir(exist_ok=True)
        (agent.folder / name).write_text(filled(text, agent), "utf-8")
    agent.environ = {name: filled(value, agent) for name, value in row.environ.items()}
    agent.environ["SSL_CERT_FILE"] = str(network.public_ca)
    given = {name: filled(value, agent) for name, value in row.given.items()}
    network.forget()
    with network.connected():
        result = agent.call(row.tool, detail="full", **given)
    return text_of(result) + json.dumps(result.structured_content, ensure_ascii=False)


def pieces() -> set[str]:
    return {
        piece for value in MARKS.values() for piece in windows(value.removeprefix("sk-ant-api03-").lstrip("sk-ghp_"))
    }


def assert_nothing_out(got: str, network: TrappedNetwork) -> None:
    heard = network.heard(STRANGER)
    secret = pieces()
    assert not [piece for piece in secret if piece in heard]
    assert not [piece for piece in secret if piece in got]


WAYS = [
    pytest.param(DIRECT, False, id="cannot ask"),
    *(pytest.param(mode, True, marks=pytest.mark.slow, id=f"{mode}, says no") for mode in (LEGACY, MODERN)),
]


@pytest.mark.parametrize("row", LED_AWAY, ids=lambda row: row.name)
@pytest.mark.parametrize(("mode", "asks"), WAYS)
def test_no_secret_is_led_away(row: Hostile, mode: str, asks: bool, agent: Agent, network: TrappedNetwork) -> None:
    agent.allow, agent.can_ask, agent.mode = "send,spend,connect", asks, mode
    assert_nothing_out(carry_out(row, agent, network), network)


PRIVATE = (
    Hostile("this machine", {"target": "http://127.0.0.1:4000/v1"}),
    Hostile("this machine by name", {"target": "http://localhost:4000/v1"}),
    Hostile("this machine as a number", {"target": "http://2130706433:4000/v1"}),
    Hostile("this machine in IPv6", {"target": "http://[::ffff:127.0.0.1]:4000/v1"}),
    Hostile("a private address", {"target": f"http://{INTRANET}/v1"}),
    Hostile("a cloud's metadata", {"target": "http://169.254.169.254/latest/meta-data"}),
    Hostile("a name that leads there", {"target": "https://inner.stranger.example/v1"}),
    Hostile("a provider's id for this machine", {"target": "ollama-local"}),
    Hostile("a file's address", {}, {".env": f"OPENAI_BASE_URL=http://{INTRANET}/v1\nOPENAI_API_KEY=<OWN>\n"}),
    Hostile("a file's name that leads there", {}, {".env": "OPENAI_BASE_URL=https://inner.stranger.example/v1\n"}),
    Hostile(
        "a file's address, scanned", {"depth": "free"}, {".env": f"OPENAI_BASE_URL=http://{INTRANET}/v1\n"}, {}, "scan"
    ),
    Hostile(
        "a file's name that leads there, scanned",
        {"depth": "free"},
        {".env": "OPENAI_BASE_URL=https://inner.stranger.example/v1\nOPENAI_API_KEY=<OWN>\n"},
        {},
        "scan",
    ),
)


@pytest.mark.parametrize("row", PRIVATE, ids=lambda row: row.name)
def test_no_private_address_is_dialled(row: Hostile, agent: Agent, network: TrappedNetwork) -> None:
    agent.allow, agent.can_ask, agent.mode = "send,spend,connect", False, DIRECT
    got = carry_out(row, agent, network)
    assert network.dialled == []
    assert "--allow private" in got or '"allow": "private"' in got or row.tool == "scan"


def test_without_permission_nothing_leaves_this_machine(agent: Agent, network: TrappedNetwork) -> None:
    """Not even a name lookup, which a stranger's name server would see."""
    agent.can_ask, agent.mode = False, DIRECT
    carry_out(Hostile("", {"target": "https://data.stranger.example/v1"}, environ=OPENAI), agent, network)
    assert (network.asked, network.dialled) == ([], [])


LENT = (
    Hostile("a variable in a key", {}, {".env": "OPENAI_API_KEY=${FOO}\n"}, ALL),
    Hostile("a variable as the end of a key", {}, {".env": "OPENAI_API_KEY=sk-0000000000000000${FOO}\n"}, ALL),
    Hostile("a variable by a file", {}, {"llmdoctor.toml": '[check]\nkey = { env = "FOO" }\n'}, ALL),
    Hostile("a key file by a file", {}, {"llmdoctor.toml": '[check]\nkey = { file = "../secret" }\n'}),
    Hostile(
        "a target of a file",
        {"target": "a"},
        {"llmdoctor.toml": f'[targets.a]\nbase_url = "{STRANGERS}"\nkey = {{ env = "FOO" }}\n'},
        ALL,
    ),
)


@pytest.mark.parametrize("tool", ["check", "scan", "whose"])
@pytest.mark.parametrize("row", LENT, ids=lambda row: row.name)
def test_no_end_of_a_secret_that_a_file_names_is_shown(
    row: Hostile, tool: str, agent: Agent, network: TrappedNetwork
) -> None:
    """Not even the four characters that a key is shown by: an agent could read so any variable and file."""
    secret = MARKS["FILE"]
    (agent.folder.parent / "secret").write_text(secret, "utf-8")
    agent.allow, agent.can_ask, agent.mode = "send,spend,connect", False, DIRECT
    given = row.given if tool == "check" else {}
    got = carry_out(row._replace(tool=tool, given=given), agent, network)
    for value in (MARKS["FOO"], secret):
        assert f"…{value[-4:]}" not in got
        assert f"{value[:4]}…" not in got


def test_a_result_without_such_a_key_is_left_alone(agent: Agent) -> None:
    result = ToolResult("text", {"key": "sk-a…bcde"})
    assert lent_keys.without_lent(result, (), agent.options()) is result


SOUND = (
    (Hostile("the user's settings", {}, environ={**OPENAI, "OPENAI_BASE_URL": "https://relay.example/v1"}), RELAY),
    (Hostile("a provider's own key", {"target": "deepseek"}, environ=ALL), VENDOR),
    (Hostile("the key at its provider", {"target": "https://api.openai.com/v1"}, environ=ALL), VENDOR),
    (Hostile("the key by its name", {"key_env": "OPENAI_API_KEY"}, environ=OPENAI), VENDOR),
    (Hostile("the folder's own pair", {}, OWN_RELAY), RELAY),
    (Hostile("the folder's own pair, said again", {"target": "https://relay.example/v1"}, OWN_RELAY), RELAY),
    (
        Hostile(
            "a target of the folder's",
            {"target": "work"},
            {
                "llmdoctor.toml": '[targets.work]\nbase_url = "https://relay.example/v1"\nkey = { env = "WORK_KEY" }\n',
                ".env": "WORK_KEY=<OWN>\n",
            },
        ),
        RELAY,
    ),
    (Hostile("scan", {"depth": "full"}, OWN_RELAY, {}, "scan"), RELAY),
)


@pytest.mark.parametrize(("row", "role"), SOUND, ids=[row.name for row, _ in SOUND])
def test_what_the_user_permits_is_done(row: Hostile, role: str, agent: Agent, network: TrappedNetwork) -> None:
    agent.allow, agent.can_ask, agent.mode = "send,spend", False, DIRECT
    got = carry_out(row, agent, network)
    assert any(value in network.heard(role) for value in MARKS.values())
    assert not [piece for piece in pieces() if piece in got]


def test_each_secret_is_in_the_question(agent: Agent, network: TrappedNetwork) -> None:
    """The key goes to its own provider, and a header only where the agent wants it."""
    environ = {**OPENAI, "OPENAI_CUSTOM_HEADERS": "X-Gateway: <FOO>", "OPENAI_BASE_URL": "https://relay.example/v1"}
    agent.mode = DIRECT
    carry_out(Hostile("", {"target": "https://api.openai.com/v1"}, environ=environ), agent, network)
    assert "OPENAI_API_KEY" in agent.questions[0] and "OPENAI_CUSTOM_HEADERS" in agent.questions[0]
    assert network.heard(VENDOR) == ""


def test_the_user_can_permit_a_place_in_the_question_alone(agent: Agent, network: TrappedNetwork) -> None:
    agent.answers = ["once"]
    got = carry_out(Hostile("", {"target": STRANGERS}, environ=OPENAI), agent, network)
    assert MARKS["OPENAI_API_KEY"] in network.heard(STRANGER) and '"verdict": "healthy"' in got
    assert "stranger.example" in agent.questions[0] and "OPENAI_API_KEY" in agent.questions[0]
    assert "Say no unless you asked" in agent.questions[0]
