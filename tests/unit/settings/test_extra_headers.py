"""The headers that a client sends besides those of its protocol: how variables, files and options name them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from probes.model.settings import BadInput, ExtraHeader, Sourced
from probes.model.source import environment_variable
from probes.settings.extra_headers import LISTS, merged, of_options, of_variable, secret_part
from probes.settings.gather import Options, gather
from probes.settings.header_syntax import LONGEST, MOST, flaw_of

KEY = "sk-aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z"
OPENAI = {"OPENAI_API_KEY": KEY}


def pairs(headers: tuple[ExtraHeader, ...]) -> list[tuple[str, str, str]]:
    """Return name, value and source of each header."""
    return [(one.name, one.value.value.reveal(), str(one.value.source)) for one in headers]


def gathered(environ: Mapping[str, str], folder: Path, **options: object) -> tuple[ExtraHeader, ...]:
    return gather(Options(**options), environ, folder, home=folder / "home").headers  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value", "flaw"),
    [
        ("OpenAI-Organization", "org-1", ""),
        ("X-Empty", "", ""),
        ("X_Odd.Name!", "1", ""),
        ("X Y", "1", "name"),
        ("", "1", "name"),
        ("X" * 65, "1", "name"),
        ("X-\u00dc", "1", "name"),
        ("Host", "a", "forbidden"),
        ("content-LENGTH", "3", "forbidden"),
        ("Transfer-Encoding", "chunked", "forbidden"),
        ("X-A", "a\r\nX-B: b", "value"),
        ("X-A", "a\x00", "value"),
        ("X-A", "a\x1b[31m", "value"),
        ("X-A", "\u00fc", "value"),
        ("X-A", "a ", "value"),
        ("X-A", "a" * (LONGEST + 1), "long"),
    ],
)
def test_what_can_be_sent(name: str, value: str, flaw: str) -> None:
    assert flaw_of(name, value) == flaw


@pytest.mark.parametrize(
    ("form", "text", "wanted"),
    [
        ("lines", "A: 1\nB:2\r\n bad \n C : 3:4 \n: 5\nD:", [("A", "1"), ("B", "2"), ("C", "3:4"), ("D", "")]),
        ("commas", "A: 1, B: 2,3, C:4", [("A", "1"), ("B", "2,3"), ("C", "4")]),
        ("commas", "A: one, two, B: 2", [("A", "one, two"), ("B", "2")]),
        ("pairs", "A=1,B=2=3,bad,=4", [("A", "1"), ("B", "2=3")]),
        ("lines", "", []),
    ],
)
def test_lists_are_read_as_the_client_reads_them(form: str, text: str, wanted: list[tuple[str, str]]) -> None:
    assert list(LISTS[form](text)) == wanted


def test_python_sends_a_variable_as_it_is_and_node_strips_it() -> None:
    names = {"OPENAI_ORG_ID": "OpenAI-Organization"}

    def values(text: str, trims: bool) -> list[tuple[str, str]]:
        given = Sourced(text, environment_variable("OPENAI_ORG_ID"))
        found = of_variable(names, {}, "OPENAI_ORG_ID", given, trims)
        return [(one.value.value.reveal(), one.flaw) for one in found]

    assert values("org-1 ", trims=False) == [("org-1 ", "value")]
    assert values("org-1 ", trims=True) == [("org-1", "")]
    assert values("", trims=False) == [("", "")]
    assert values("", trims=True) == []


def test_the_last_layer_wins_whatever_the_case() -> None:
    found = merged(of_options(["X-A: 1", "X-B: 2"]), of_options(["x-a: 3"]))
    assert [(one.name, one.value.value.reveal()) for one in found] == [("x-a", "3"), ("X-B", "2")]


@pytest.mark.parametrize(
    "text",
    ["Zq7", "Host: Zq7", "X A: Zq7", "X-A: a\nZq7", "X-A: Zq7\tb", "Content-Length: 3", ": Zq7", "X-A: Zq7\u00fc"],
)
def test_an_impossible_header_of_the_command_line_is_refused_without_its_value(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        of_options([text])
    assert "--header" in str(caught.value) and "Zq7" not in str(caught.value)


def test_too_many_headers_are_refused() -> None:
    with pytest.raises(BadInput, match="at most"):
        of_options([f"X-{number}: 1" for number in range(MOST + 1)])


def test_headers_come_from_variables_of_the_sdk_in_use_alone(tmp_path: Path) -> None:
    environ = {
        **OPENAI,
        "OPENAI_ORG_ID": "org-1",
        "OPENAI_PROJECT_ID": "proj_1",
        "OPENAI_CUSTOM_HEADERS": "openai-project: proj_2\nX-Team: red",
        "ANTHROPIC_CUSTOM_HEADERS": "X-Other: 1",
    }
    assert pairs(gathered(environ, tmp_path)) == [
        ("OpenAI-Organization", "org-1", "environment OPENAI_ORG_ID"),
        ("openai-project", "proj_2", "environment OPENAI_CUSTOM_HEADERS"),
        ("X-Team", "red", "environment OPENAI_CUSTOM_HEADERS"),
    ]
    # The vendor's own headers are for its protocols; those that the user lists are for the server, in any protocol.
    own = {one.name: one.protocols for one in gathered(environ, tmp_path)}
    assert own == {"OpenAI-Organization": ("openai", "responses", "azure"), "openai-project": (), "X-Team": ()}
    environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_CUSTOM_HEADERS": "X-Other: 1", "OPENAI_ORG_ID": "org-1"}
    assert [one.name for one in gathered(environ, tmp_path)] == ["X-Other"]
    assert not gathered(environ, tmp_path, no_env=True, base_url="https://relay.example/v1")


def test_claude_code_sends_both_keys_and_its_betas(tmp_path: Path) -> None:
    environ = {"ANTHROPIC_AUTH_TOKEN": KEY, "ANTHROPIC_API_KEY": "sk-ant-other", "ANTHROPIC_BETAS": "b-1"}
    found = gathered(environ, tmp_path, app="claude-code")
    assert pairs(found) == [
        ("x-api-key", "sk-ant-other", "environment ANTHROPIC_API_KEY"),
        ("anthropic-beta", "b-1", "environment ANTHROPIC_BETAS"),
    ]
    assert not gathered({"ANTHROPIC_API_KEY": KEY}, tmp_path, app="claude-code")


def test_gemini_cli_sends_its_key_twice_if_it_is_told_to(tmp_path: Path) -> None:
    environ = {"GEMINI_API_KEY": KEY, "GEMINI_CLI_CUSTOM_HEADERS": "X-A: 1, X-B: 2"}
    assert [one.name for one in gathered(environ, tmp_path, app="gemini-cli")] == ["X-A", "X-B"]
    environ["GEMINI_API_KEY_AUTH_MECHANISM"] = "bearer"
    found = gathered(environ, tmp_path, app="gemini-cli")
    assert pairs(found)[-1] == ("Authorization", f"Bearer {KEY}", "environment GEMINI_API_KEY")


TOML = """
[check]
headers = { X-Team = "red", X-Token = { env = "GATEWAY_TOKEN" }, X-Unset = { env = "NOBODY_SETS_THIS" } }

[targets.work]
base_url = "https://relay.example/v1"
key = { env = "WORK_KEY" }

[targets.work.headers]
x-team = "blue"
"""


def test_headers_of_the_file_refer_to_variables_or_hold_a_text(tmp_path: Path) -> None:
    (tmp_path / "llmdoctor.toml").write_text(TOML)
    environ = {**OPENAI, "GATEWAY_TOKEN": "gw-1", "WORK_KEY": KEY}
    own = {**environ, "OPENAI_ORG_ID": "org-1"}
    assert len(gathered(own, tmp_path)) == 3
    assert len(gathered(own, tmp_path, target="work")) == 2  # the organisation is that of another key
    assert pairs(gathered(environ, tmp_path)) == [
        ("X-Team", "red", "llmdoctor.toml:3 check.headers.X-Team"),
        ("X-Token", "gw-1", "environment GATEWAY_TOKEN"),
    ]
    found = gathered(environ, tmp_path, target="work", headers=("X-Token: gw-2",))
    assert pairs(found) == [
        ("x-team", "blue", "llmdoctor.toml:10 targets.work.headers.x-team"),
        ("X-Token", "gw-2", "--header"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        'headers = "X-A: 1"',
        "headers = { X-A = 1 }",
        'headers = { X-A = { file = "a" } }',
        'headers = { X-A = { env = "sk-proj-aB3dE6gH9jK2mN5pQ8rS" } }',
        'headers = { Host = "a" }',
        'headers = { "X A" = "a" }',
        'headers = { X-A = "a\\r\\nX-B: b" }',
    ],
)
def test_an_impossible_header_of_the_file_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "llmdoctor.toml").write_text(f"[check]\n{line}\n")
    with pytest.raises(BadInput, match=r"llmdoctor\.toml:2 check\.headers") as caught:
        gathered(OPENAI, tmp_path)
    assert "aB3dE6gH9jK2" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ("Bearer gw-12345", "gw-12345"),
        ("Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("org-other", "org-other"),
        ("openai", ""),
        ("true", ""),
        ("2", ""),
        ("https://app.example/page", ""),
        ("https://app.example/?key=gw-12345", "https://app.example/?key=gw-12345"),
        ("", ""),
    ],
)
def test_what_of_a_value_is_secret(value: str, secret: str) -> None:
    assert secret_part(value) == secret
