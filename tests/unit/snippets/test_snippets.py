"""Snippets: each language's own reader gives back what was written, and the key appears only as the name of its
variable.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.snippets import quoting, snippets
from diagnose.snippets.snippets import WorkingSettings, from_document, groups, key_variable, templates, write
from probes.catalog.apps import load
from probes.catalog.sdk_variables import families
from probes.catalog.url_joining import join
from probes.model.record import replace
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.pasted.curl_command import parse
from probes.pasted.endpoint_urls import parse_endpoint_url

pytestmark = pytest.mark.slow

OPENAI = WorkingSettings("openai", "https://relay.example/v1", "gpt-5-nano", "bearer", "RELAY_KEY")
SPOKEN = {
    "openai": OPENAI,
    "responses": replace(OPENAI, protocol="responses"),
    "anthropic": replace(OPENAI, protocol="anthropic", base_url="https://relay.example", auth="x-api-key"),
    "gemini": replace(OPENAI, protocol="gemini", base_url="https://relay.example", auth="x-goog-api-key", version="v1"),
    "azure": replace(OPENAI, protocol="azure", base_url="https://relay.example", auth="api-key", version="2024-10-21"),
    "ollama": replace(OPENAI, protocol="ollama", base_url="http://localhost:11434", auth="none"),
    "bedrock": replace(OPENAI, protocol="bedrock", base_url="https://relay.example"),
    "bedrock_invoke": replace(OPENAI, protocol="bedrock_invoke", base_url="https://relay.example"),
    "vertex": replace(
        OPENAI, protocol="vertex", base_url="https://relay.example/v1/projects/p/locations/l/publishers/google"
    ),
    "vertex_anthropic": replace(
        OPENAI,
        protocol="vertex_anthropic",
        base_url="https://relay.example/v1/projects/p/locations/l/publishers/anthropic",
    ),
}
# What a base URL's path and a model's name may contain: quotes, dollars, braces, backslashes, percent signs.
ODD = st.text(
    st.sampled_from("ab1/._-'\"$`\\{}%!#&*?()<>|;^~ ‘’“é模") | st.characters(exclude_categories=["C", "Z"]), max_size=20
)
WORKING = st.builds(
    lambda path, model: replace(OPENAI, base_url=f"https://relay.example/{path}", model=model or "m"), ODD, ODD
)


def one(working: WorkingSettings, id: str) -> str:
    return next(found.text for found in write(working, id) if found.id == id)


@pytest.mark.parametrize("protocol", SPOKEN)
def test_every_protocol_has_its_snippets(protocol: str) -> None:
    ids = [found.id for found in write(SPOKEN[protocol])]
    assert {"curl", "powershell", "env", "sh", "fish", "powershell-variables", "cmd"} <= set(ids)
    assert len(ids) == len(set(ids))
    if protocol in ("openai", "responses", "anthropic", "azure"):
        assert {"python", "node"} <= set(ids)
    for found in write(SPOKEN[protocol]):
        assert "{{" not in found.text.replace("${{ secrets", "") and found.text.endswith("\n"), found.id


def test_templates_and_apps_know_each_other() -> None:
    apps = {app.id for app in load()}
    for template in templates():
        assert template.group in apps or template.group in snippets.USUAL, template.id
        app = load().get(template.group)
        for protocol in template.protocols if app is not None else ():
            assert app is not None and app.wire(protocol) is not None, template.id
        for slot, style in re.findall(r"\{\{(\w+)\|(\w+)\}\}", template.text):
            assert style in snippets.STYLES and slot
    assert len(groups()) >= 17


@pytest.mark.parametrize("protocol", SPOKEN)
def test_an_app_asks_at_the_place_that_works(protocol: str) -> None:
    """The base URL in an app's snippet, joined by the app's own rule, is the address that the SDK calls."""
    sdk = SPOKEN[protocol]
    for template in templates():
        app = load().get(template.group)
        if app is None or protocol not in template.protocols or template.group == "goose":
            continue
        wire = app.wire(protocol)
        text = next((found.text for found in write(sdk, template.id) if found.id == template.id), "")
        assert wire is not None and text, template.id
        if "{{base_url" in template.text:
            found = re.search(r"https?://[^\s\"',]+", text.replace("https://opencode.ai/config.json", ""))
            assert found is not None
            asked = join(app, wire, found[0], sdk.model)
            assert asked is not None
            place = parse_endpoint_url(
                asked.partition("?")[0], {"anthropic-version"} if protocol == "anthropic" else set()
            )
            assert place.base_url.removesuffix("/v1") == sdk.base_url.removesuffix("/v1"), template.id


def test_what_cannot_be_is_left_out() -> None:
    assert not list(write(OPENAI, "codex"))  # Codex speaks only Responses
    assert not [found for found in write(replace(OPENAI, stream=False)) if "stream" in found.id]
    odd = replace(OPENAI, base_url="https://relay.example/any/path")
    assert "OPENAI_BASE_PATH: any/path/chat/completions" in one(odd, "goose")


def test_the_key_is_a_variable() -> None:
    assert key_variable(environment_variable("RELAY_KEY"), "openai") == "RELAY_KEY"
    assert key_variable(Source(SourceKind.DOTENV, Owner.FOLDER, "RELAY_KEY", ".env", 3), "openai") == "RELAY_KEY"
    assert (
        key_variable(Source(SourceKind.KEY_FILE, Owner.USER, "--key-file", "/tmp/key"), "anthropic")
        == "ANTHROPIC_API_KEY"
    )
    own = replace(OPENAI, key_env="OPENAI_API_KEY")
    assert "OPENAI_API_KEY" not in one(own, "env")  # the key already is in this variable
    assert "OPENAI_API_KEY=${RELAY_KEY}" in one(OPENAI, "env")
    assert "setx OPENAI_API_KEY" not in one(OPENAI, "cmd")


# -- real readers ------------------------------------------------------------------------------------------------------


@given(WORKING)
def test_python(working: WorkingSettings) -> None:
    import ast

    for id in ("python", "python-stream", "python-async"):
        tree = ast.parse(one(working, id))
        held = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
        assert {working.base_url, working.model, working.key_env} <= held


@given(WORKING)
def test_shells(working: WorkingSettings) -> None:
    values = dict(word.split("=", 1) for word in shlex.split(one(working, "sh")) if "=" in word)
    assert values["OPENAI_BASE_URL"] == working.base_url and values["OPENAI_MODEL"] == working.model
    words = shlex.split(one(working, "curl").replace("\\\n", " "))
    assert words[2] == f"{working.base_url}/chat/completions"
    assert json.loads(words[-1])["model"] == working.model
    command = parse(one(working, "curl"), {"RELAY_KEY": "sk-1"})
    assert command.url.text == f"{working.base_url}/chat/completions"
    assert json.loads(command.body)["model"] == working.model
    assert ("authorization", "Bearer sk-1") in [(name, word.text) for name, word in command.headers]


@given(WORKING)
def test_dotenv(working: WorkingSettings) -> None:
    found = dotenv_values(stream=io.StringIO(one(working, "env")), interpolate=True)
    assert (found["OPENAI_BASE_URL"] or "").replace("%27", "'") == working.base_url.replace("${", "$%7B")
    assert "${" in working.model or (found["OPENAI_MODEL"] or "").replace("%27", "'") == working.model


def _sourced(shell: str, text: str, folder: Path) -> dict[str, str]:
    """Return the variables after a shell has sourced the text, in a folder in which it must not create a file."""
    (folder / "lines").write_text(text, encoding="utf-8")
    command = f"set -a; . ./lines; {sys.executable} -c 'import os, json; print(json.dumps(dict(os.environ)))'"
    environ = {"PATH": os.environ["PATH"], "RELAY_KEY": "sk-1", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([shell, "-c", command], cwd=folder, env=environ, capture_output=True, text=True, timeout=20)
    assert sorted(one.name for one in folder.iterdir()) == ["lines"], "a command was run"
    return dict(json.loads(done.stdout))


HOSTILE = [
    f"{before}{command}{after}"
    for command in ("$(touch X)", "`touch X`", "$(touch${IFS}X)", "; touch X; ", "& touch X &", "| tee X")
    for before in ("", "a'", 'a"', "a\\", "a\\'", "a'\"", "a''", "a\\\\'")
    for after in ("", "'b", '"b', "\\")
]


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh"])
def test_nothing_runs_if_a_shell_sources_it(shell: str, tmp_path: Path) -> None:
    """One file holds all texts, since a shell takes some milliseconds to start."""
    if shutil.which(shell) is None or sys.platform == "win32":
        pytest.skip(f"there is no {shell} here")
    lines = "".join(f"V{number}={quoting.dotenv(text)}\n" for number, text in enumerate(HOSTILE))
    held = _sourced(shell, lines, tmp_path)
    assert len([name for name in held if re.fullmatch(r"V\d+", name)]) == len(HOSTILE)
    exact = [number for number, text in enumerate(HOSTILE) if not re.search(r"\\|\$\{|'", text)]
    assert [held[f"V{number}"] for number in exact] == [HOSTILE[number] for number in exact]
    odd = [replace(OPENAI, base_url=f"https://relay.example/{text}", model=text) for text in HOSTILE]
    assert _sourced(shell, "".join(one(each, "env") for each in odd), tmp_path)["OPENAI_API_KEY"] == "sk-1"
    assert _sourced(shell, "".join(one(each, "sh") for each in odd), tmp_path)["OPENAI_MODEL"] == HOSTILE[-1]


@given(WORKING)
def test_json_and_toml(working: WorkingSettings) -> None:
    claude = replace(working, protocol="anthropic")
    for found in write(claude, "claude-code"):
        document = json.loads(found.text)
        assert document["env"]["ANTHROPIC_MODEL"] == working.model
        assert document["apiKeyHelper"] == "printenv RELAY_KEY"
    own = replace(claude, key_env="ANTHROPIC_AUTH_TOKEN")
    assert all("apiKeyHelper" not in json.loads(found.text) for found in write(own, "claude-code"))
    for found in write(working, "opencode"):
        options = json.loads(found.text)["provider"]["relay"]["options"]
        assert options["baseURL"] in (working.base_url, working.base_url.rstrip("/"), f"{working.base_url}/")
        assert options["apiKey"] == "{env:RELAY_KEY}"
    for found in write(replace(working, protocol="responses"), "codex"):
        document = tomllib.loads(found.text)
        assert document["model"] == working.model
        assert document["model_providers"]["relay"]["env_key"] == "RELAY_KEY"


@given(ODD)
def test_yaml(text: str) -> None:
    yaml: Any = pytest.importorskip("yaml", reason="PyYAML is not installed")
    assert yaml.safe_load(f"a: {quoting.yaml(text)}") == {"a": text}
    assert yaml.safe_load(f"- {quoting.compose(text)}") == [text.replace("$", "$$")]


@given(WORKING)
@settings(max_examples=30)
def test_every_yaml_is_yaml(working: WorkingSettings) -> None:
    yaml: Any = pytest.importorskip("yaml", reason="PyYAML is not installed")
    for template in templates():
        if template.language == "yaml":
            for spoken in (working, replace(working, protocol="anthropic")):
                for found in write(spoken, template.id):
                    text = str(yaml.safe_load(found.text))
                    assert "RELAY_KEY" in text or template.key_in or template.id in ("llm", "aider")


@given(ODD)
def test_quotes_of_shells_that_are_not_here(text: str) -> None:
    """Parsed by the quoting rules of their manuals."""
    from probes.pasted.shell_words import split

    quoted = quoting.powershell(text)
    (statement,) = split(f"curl.exe `\n {quoted}", {})
    assert statement.words[1].text == text
    if "%" not in text and "!" not in text and "^" not in text:
        (statement,) = split(f"C:\\>curl {quoting.cmd(text)}", {})
        assert statement.words[1].text == text
    assert re.sub(r"\\([\\'])", r"\1", quoting.fish(text)[1:-1]) == text


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@given(st.lists(WORKING, min_size=40, max_size=40))
@settings(max_examples=2, deadline=None)
def test_javascript(workings: list[WorkingSettings]) -> None:
    wanted = [[working.base_url, working.model] for working in workings]
    literals = ",".join(f"[{quoting.javascript(a)},{quoting.javascript(b)}]" for a, b in wanted)
    ran = subprocess.run(
        ["node", "-e", f"console.log(JSON.stringify([{literals}]))"], capture_output=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout) == wanted


# -- reports -----------------------------------------------------------------------------------------------------------


def test_from_a_report() -> None:
    document = {
        "schema": "llmdoctor.report/1",
        "target": {"sources": {"key": ".env:3 RELAY_KEY"}},
        "settings": {"protocol": "openai", "base_url": "https://relay.example/v1", "model": "gpt-5-nano", "auth": "bearer", "stream": True},
    }  # fmt: skip
    assert from_document(document) == OPENAI
    assert from_document({"settings": None}) is None
    for broken in (
        {"settings": []},
        {"settings": {"protocol": "x"}},
        {"settings": {**document["settings"], "model": "a\nb"}},
    ):  # type: ignore[dict-item]
        with pytest.raises(ValueError, match="no report"):
            from_document(broken)


def call(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    done = subprocess.run(
        [sys.executable, "-m", "diagnose", "snippet", "--lang", "en", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**kept, "PYTHONUTF8": "1", "HOME": str(folder), **environ},
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_the_command(tmp_path: Path) -> None:
    from probes.demo_server import practice_doors as b
    from probes.demo_server.server import PracticeDoor

    key = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
    with PracticeDoor(b.openai(key)) as door:
        wrong = (door.url, "--key-env", "RELAY_KEY")
        done = call(tmp_path, *wrong, "--app", "python", RELAY_KEY=key)
        assert done.returncode == 0, done.stderr
        assert f'base_url="{door.url}/v1"' in done.stdout and done.stdout.startswith("import os")
        assert key[3:15] not in done.stdout + done.stderr
        listed = json.loads(call(tmp_path, *wrong, "--json", RELAY_KEY=key).stdout)
        assert {"python", "node", "curl", "env"} <= {found["id"] for found in listed}
        refused = call(tmp_path, f"{door.url}/v1", "--key-env", "RELAY_KEY", RELAY_KEY="sk-wrong")
        assert refused.returncode == 1 and "(auth." in refused.stderr and not refused.stdout
    offline = call(tmp_path, "https://relay.example/v1", "--offline", "--model", "m", "--app", "curl")
    assert "not tested" in offline.stderr and "https://relay.example/v1/chat/completions" in offline.stdout
    assert call(tmp_path, "https://relay.example/v1", "--offline").returncode == 2
    assert "Did you mean codex" in call(tmp_path, "--app", "codx").stderr
    assert "claude-code" in call(tmp_path, "--list").stdout.split()
    assert tuple(families()) == tuple(SPOKEN)


def test_from_a_file(tmp_path: Path) -> None:
    report = {
        "schema": "llmdoctor.report/1",
        "target": {"sources": {}},
        "settings": {"protocol": "openai", "base_url": "https://relay.example/v1", "model": "m", "auth": "bearer"},
    }
    (tmp_path / "report.json").write_text(json.dumps(report))
    assert "https://relay.example/v1" in call(tmp_path, "--from", "report.json", "--app", "env").stdout
    for text in ("", "{}", "[1]", json.dumps({**report, "settings": 3}), "\xff"):
        (tmp_path / "report.json").write_text(text, encoding="latin-1")
        assert call(tmp_path, "--from", "report.json").returncode == 2
    assert call(tmp_path, "--from", "nowhere.json").returncode == 2


def test_a_client_of_one_protocol_is_asked_in_it(tmp_path: Path) -> None:
    """Codex speaks only Responses, so nobody has to name the protocol."""
    from diagnose.cli import program

    arguments = ["snippet", "--offline", "--no-env", "--app", "codex", "https://relay.example/v1", "--model", "m"]
    done = CliRunner().invoke(program, arguments)
    assert done.exit_code == 0, done.output
    assert tomllib.loads(done.stdout)["model_providers"]["relay"]["wire_api"] == "responses"
