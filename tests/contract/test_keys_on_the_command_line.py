"""A key in every wrong place of every command line: nothing that is printed or written holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner

from diagnose.cli import COMMANDS, HIDDEN, program
from probes.model.scrubber import WINDOW
from probes.model.secret import public_prefix

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
KEYS = {
    "openai": f"sk-{BODY}",
    "project": f"sk-proj-{BODY[:16]}_{BODY}",
    "anthropic": f"sk-ant-api03-{BODY}-x8AA",
    "groq": f"gsk_{BODY}{BODY[:20]}",
    "google": f"AIza{BODY}Sy7",
    "hex": "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
    "base62": BODY + BODY[::-1],
    "zhipu": f"0f1e2d3c4b5a69788796a5b4c3d2e1f0.{BODY[:16]}",
    "aws": "wJa1rXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPL3KEY",
    "jwt": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx{BODY[:9]}.{BODY}",
    "spaced": f"sk-{BODY[:13]} {BODY[13:]}",
    "spaced base62": f"{BODY[:13]} {BODY[13:]}",
    "line end": f"sk-{BODY}\n",
}
FORMS = {
    "plain": "{key}",
    "named": "OPENAI_API_KEY={key}",
    "quoted": "'{key}'",
    "bearer": "Authorization: Bearer {key}",
    "query": "http://127.0.0.1:1/v1?key={quoted}",
    "user": "http://{quoted}@127.0.0.1:1/v1",
    "path": "http://127.0.0.1:1/{quoted}/v1",
    "folder": "somewhere/{key}/file.json",
}
# What stands before and after the key, so that the command does its work and does not stop at something else.
OFFLINE = ["http://127.0.0.1:1/v1", "--offline"]
LINES: dict[str, tuple[list[str], ...]] = {
    "check": (OFFLINE, [*OFFLINE, "--json"], [*OFFLINE, "--plan"]),
    "demo": (["--list"],),
    "scan": (["--list", "--json"], []),
    "fleet": (["fleet.toml", "--offline"], ["fleet.toml", "--offline", "--json"]),
    "snippet": ([*OFFLINE, "--model", "gpt-5-nano"],),
    "judge": (["run.json"], ["run.json", "--format", "github"]),
    "compare": (["run.json", "run.json"],),
    "serve": (["--listen", "127.0.0.1:0"],),
}


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(program)
    for name in (*COMMANDS, *HIDDEN):
        command = program.get_command(context, name)
        assert command is not None
        yield name, command


PLACES = [(name, param) for name, command in commands() for param in command.params]


def lines_of(name: str, param: click.Parameter, value: str) -> Iterator[list[str]]:
    """Yield command lines with the value in the place of one parameter."""
    for line in LINES.get(name, ([],)):
        if isinstance(param, click.Option):
            option = max(param.opts, key=len)
            yield [*line, f"{option}={value}"] if param.is_flag or param.count else [*line, option, value]
        else:
            yield [value]
            yield [*line, value]


@pytest.fixture(scope="module")
def kept_run(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("run") / "run.json"
    done = CliRunner().invoke(program, ["check", *OFFLINE, "--save", str(path)])
    assert done.exit_code == 0, done.output
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_run: bytes) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr("diagnose.serve.http_server.serve", lambda *_: None)
    monkeypatch.setattr("anyio.run", lambda *_: None)  # of `llmdoctor mcp`
    (tmp_path / "run.json").write_bytes(kept_run)
    (tmp_path / "fleet.toml").write_text('[targets.one]\nbase_url = "http://127.0.0.1:1/v1"\n')
    return tmp_path


def shown(key: str, text: str) -> list[str]:
    """Return the windows of a key that a text shows, also where the text breaks its lines."""
    body = key.strip()[len(public_prefix(key)) :]
    bare = "".join(text.split())
    forms = (body, "".join(body.split()), json.dumps(body)[1:-1], quote(body, safe=""))
    return [
        form[at : at + WINDOW]
        for form in forms
        for at in range(len(form) - WINDOW + 1)
        if form[at : at + WINDOW] in text or "".join(form[at : at + WINDOW].split()) in bare
    ]


def written(folder: Path, words: list[str], stdin: str = "") -> str:
    """Run a command line, and return everything that it printed and wrote; what it wrote is gone afterwards."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = CliRunner().invoke(program, words, input=stdin, prog_name="llmdoctor")
    crash = done.exception if not isinstance(done.exception, SystemExit) else None
    assert crash is None, (words, crash)
    text = done.stdout + done.stderr
    for path in sorted(folder.rglob("*")):
        if path.is_file() and before.get(path) != path.read_bytes():
            text += path.read_text("utf-8", "replace")
            if path in before:
                path.write_bytes(before[path])
            else:
                path.unlink()
    return text


# A key without which the address would be wrong, and one that cannot be told from the folders around it.
NOT_TOLD = {("hex", "path"), ("aws", "folder")}
SHAPES = [(look, form) for look in KEYS for form in FORMS if (look, form) not in NOT_TOLD]


def value_of(look: str, form: str) -> str:
    return FORMS[form].format(key=KEYS[look], quoted=quote(KEYS[look], safe=""))


def in_place(number: int, shapes: list[tuple[str, str]], folder: Path) -> None:
    """Put a key of each of these shapes into the place of one parameter."""
    name, param = PLACES[number]
    for look, form in shapes:
        for line in lines_of(name, param, value_of(look, form)):
            text = written(folder, [name, *line])
            assert shown(KEYS[look], text) == [], (line, text)


@pytest.mark.parametrize("number", range(len(PLACES)), ids=[f"{name} {param.name}" for name, param in PLACES])
def test_a_key_in_the_place_of_any_parameter(number: int, folder: Path) -> None:
    plain = [shape for shape in SHAPES if shape[1] == "plain"]
    in_place(number, [plain[number % len(plain)]], folder)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(PLACES)), ids=[f"{name} {param.name}" for name, param in PLACES])
def test_a_key_of_any_shape_in_the_place_of_any_parameter(number: int, folder: Path) -> None:
    in_place(number, SHAPES[number * 2 % 17 :: 17], folder)


@pytest.mark.parametrize("form", FORMS)
def test_a_key_instead_of_a_command_or_an_option(form: str, folder: Path) -> None:
    for number, look in enumerate(look for look, its_form in SHAPES if its_form == form):
        value = value_of(look, form)
        lines = [
            [value],
            [value, "check"],
            ["check", "http://127.0.0.1:1/v1", value],
            ["check", f"--{value}"],
            ["check", f"-{value}"],
            ["check", "--header", value],
            ["check", f"--header={value}"],
            ["check", "--format", "nagios", f"--{value}"],
            ["judge", "run.json", value],
            ["whose", value],
            ["explain", value],
            ["explain", "HTTP", "401", "wrong", "key", value],
        ]
        for line in lines[number % 3 :: 3]:
            text = written(folder, line)
            assert shown(KEYS[look], text) == [], (line, text)


def test_the_message_says_how_a_key_is_handed_over(folder: Path) -> None:
    for words in (line for key in KEYS.values() for line in (["check", "http://127.0.0.1:1/v1", key], [key])):
        text = written(folder, words)
        assert all(option in text for option in ("--key-env", "--key-file", "--key-stdin")), text
        chinese = CliRunner().invoke(program, words, env={"LC_ALL": "zh_CN.UTF-8"})
        assert "--key-env" in chinese.stderr and "进程列表" in chinese.stderr
        assert chinese.exit_code == 2


def test_an_extra_argument_is_not_shown_even_if_it_looks_like_no_key(folder: Path) -> None:
    text = written(folder, ["check", "http://127.0.0.1:1/v1", "hunter2"])
    assert "hunter2" not in text and "--key-env" in text


def test_names_in_a_file_are_searched_for_keys_too(folder: Path) -> None:
    for key in (KEYS["openai"], KEYS["hex"], KEYS["base62"]):
        for table in (f"[targets.{key}]\nbase_url = 3\n", f'["{key}"]\na = 1\n', f"[check]\n{key} = 1\n"):
            (folder / "llmdoctor.toml").write_text(table)
            for words in (["check", "one"], ["check"], ["fleet", "llmdoctor.toml"], ["doors"], ["check", key]):
                assert shown(key, written(folder, words)) == [], (table, words)


def test_what_is_no_key_is_shown(folder: Path) -> None:
    address = "https://api.cloudflare.com/client/v4/accounts/9f8e7d6c5b4a39281706f5e4d3c2b1a0/ai/v1"
    models = ("deepseek-r1-0528-qwen3-8b-fp8-q4", "accounts/fireworks/models/llama-v3p1-405b-instruct", "ep-2025-abcde")
    for model in models:
        text = written(folder, ["check", address, "--offline", "--model", model, "--json"])
        assert (address in text, model in text, "[key]" in text) == (True, True, False), text
    for path in ("missing-2025-report.json", "/no/such/folder/run-20250101T101010.json"):
        assert path in written(folder, ["judge", path])


def test_a_file_that_exists_is_no_key(folder: Path) -> None:
    name = KEYS["hex"]
    Path(name).write_text("{}")
    assert name in written(folder, ["judge", name])
    os.remove(name)
    assert name not in written(folder, ["judge", name])


def test_secret_variables_are_never_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "MY_COOKIE"):
        monkeypatch.setenv(variable, KEYS["base62"])
        text = written(folder, ["check", *OFFLINE, "--model", "m", "--app", f"x{KEYS['base62'][:20]}y"])
        assert shown(KEYS["base62"], text) == []
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{KEYS['base62']}@127.0.0.1:1")
    for fmt in ("text", "json", "html"):
        assert shown(KEYS["base62"], written(folder, ["check", *OFFLINE, "--format", fmt])) == []


def test_a_snippet_is_refused_for_an_address_with_a_key_in_it(folder: Path) -> None:
    words = ["snippet", "http://127.0.0.1:1/v1", "--key", "http://x@127.0.0.1:1/v1", "--offline", "--model", "m"]
    assert "is not a valid URL" in written(folder, words)
