"""Hostile text of servers, certificates and files, through every command and format: what comes out does nothing."""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click import Group
from click.testing import CliRunner, Result

from diagnose.cli import program
from diagnose.cli.error_messages import broken
from diagnose.formats import FORMATS
from probes.demo_server import answers, handlers
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor, Reply
from worlds.pipelines import COMMANDS, foreign

KEY = "sk-Zt5pK8wQ2nVb7XyR4cMd9LfH3sGaJ6eUZt5p"
TERMINAL = "\x1b[2J\x1b[31mred\x1b]0;t\x07\x1b]8;;http://x\x1b\\l\x1b]8;;\x1b\\\x1b]52;c;cm0=\x07\x9b1m\x85\x00\x7f\r\b"
HIDDEN = "\u202etxt.exe\u202c\u2066x\u2069\u200b\u2060\ufeff\u00ad\u2028\u2029\U000e0041\ud800"
PAGE = "<script>alert(1)</script> | ` ``` </pre> <!-- ]]> @user #1 ![i](http://x) \" ' \\"
TEXTS = {
    "terminal": TERMINAL + HIDDEN + PAGE,
    "lines": "one\n::stop-commands::pwn\r\n ::add-mask::x\n\t##[set-env name=a]b\n##vso[task.complete]",
    **{f"pipeline {number}": "\n".join(COMMANDS[number::3]) for number in range(3)},
}
ACTS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad\ud800-\udfff\U000e0000-\U000e007f]"
)


def harmless(text: str, colours: bool = False) -> None:
    """Check that a text does nothing to a terminal, a reader or a build server."""
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text) if colours else text
    assert not ACTS.search(bare), ascii(bare)
    assert foreign(bare) == []
    text.encode()


class Ended(Group):
    """The program as `main` runs it: an unexpected exception becomes a sentence."""

    def main(self, *args: Any, **named: Any) -> Any:
        try:
            return program.main(*args, **named)
        except Exception as error:
            sys.exit(broken(error, ["x"]))


ended = Ended("llmdoctor")


def run(*words: str, stdin: str | bytes = "", group: Group = program, **environ: str) -> Result:
    """Run a command line, check what it printed, and return it."""
    done = CliRunner().invoke(group, words, input=stdin, env={"COLUMNS": "60", **environ}, prog_name="llmdoctor")
    assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exception)
    harmless(done.stdout, colours=bool(environ.get("FORCE_COLOR")))
    harmless(done.stderr)
    return done


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("probes.api.round_runner.PAUSES", (0.0, 0.0))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DOOR_KEY", KEY)
    return tmp_path


def as_json(value: object, status: int = 200, *headers: tuple[str, str]) -> Reply:
    """Return a JSON response in which a lone surrogate arrives as such."""
    return Reply(status, (("Content-Type", "application/json"), *headers), json.dumps(value).encode())


def replies(text: str) -> Iterator[handlers.What]:
    """Yield answers with the text in every place that is kept: bodies, headers, names of models, redirects."""
    line = re.sub("[\r\n\0]", " ", text).encode("utf-8", "replace").decode("latin-1")
    half = len(text) // 2
    headers = tuple((name, line) for name in ("Server", "Via", "X-Request-Id", "CF-RAY", "Retry-After"))
    valid = text.encode("utf-8", "replace").decode()
    yield as_json({"error": {"message": text, "type": text, "code": text, "param": text}}, 401, *headers)
    yield as_json({"error": {"message": text[half:], "type": text[:half], "code": text[:half]}}, 400)
    yield answers.as_html(f"<title>{valid}</title><center>nginx</center>{valid}", 502, *headers)
    yield Reply(302, (("Location", f"https://sso.example/login?{line}"), *headers))
    yield Reply(403, (("Content-Type", line), *headers), valid.encode(), reason=line)
    yield handlers.first(
        handlers.on("/models", as_json({"data": [{"id": text}, {"id": f"x {text}"}]})),
        handlers.on("POST", as_json(answers.completion(model=text, text=text))),
    )
    yield f"{line} is no HTTP\r\n\r\n".encode("latin-1")


def in_every_format(kept: str, folder: Path) -> None:
    """Judge a kept run in every format and language, on standard output, in colour and into a file."""
    for fmt in FORMATS:
        for lang in ("en", "zh") if fmt in ("text", "github") else ("en",):
            summary = folder / "summary.md"
            done = run("judge", kept, "--format", fmt, "--lang", lang, GITHUB_STEP_SUMMARY=str(summary), COLUMNS="400")
            assert done.stdout.strip(), (fmt, done.stderr)
            if fmt == "json":
                json.loads(done.stdout)
            if fmt == "junit":
                ElementTree.fromstring(done.stdout)
            if fmt == "html":
                assert "<script>" not in done.stdout
            if fmt == "nagios":
                assert (done.stdout.count("\n"), done.stdout.count("|")) == (1, 1)
            if fmt == "github":
                harmless(summary.read_text("utf-8"))
        run("judge", kept, "--format", fmt, "-o", "out")
        harmless((folder / "out").read_text("utf-8"))
    run("judge", kept, FORCE_COLOR="1", COLUMNS="40")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(7))
def test_what_a_server_says_in_every_format(number: int, folder: Path) -> None:
    for name in ("terminal", "lines", f"pipeline {number % 3}"):
        text = TEXTS[name]
        with PracticeDoor(handlers.always(list(replies(text))[number])) as door:
            run("check", f"{door.url}/v1", "--key-env", "DOOR_KEY", "--timeout", "1", "--save", f"{name}.json")
        harmless((folder / f"{name}.json").read_text("utf-8"))
        in_every_format(f"{name}.json", folder)


def test_the_names_in_a_certificate(folder: Path) -> None:
    for name, text in {
        "a": f"{COMMANDS[0]} \x1b[31m\u202e {COMMANDS[5]}",
        "b": f"##teamcity[x]\n{COMMANDS[1]}",
    }.items():
        with authority(text[:50], text[:50]) as signer, PracticeDoor(tls=signer.context("good", "localhost")) as door:
            url = f"https://localhost:{door.url.rpartition(':')[2]}/v1"
            run("check", url, "--key-env", "DOOR_KEY", "--timeout", "1", "--save", f"{name}.json", "--json")
        assert "commands" in (folder / f"{name}.json").read_text("utf-8") or name == "b"
        in_every_format(f"{name}.json", folder)


@pytest.mark.parametrize("name", TEXTS)
def test_names_in_a_file_of_targets(name: str, folder: Path) -> None:
    text = TEXTS[name].replace("\ud800", "").replace("\x00", "").replace("\x7f", "")
    quoted = json.dumps(text, ensure_ascii=True)
    quoted = re.sub(r"\\ud[89ab]..\\ud[c-f]..", "", quoted)
    (folder / "llmdoctor.toml").write_text(
        f"[targets.{quoted}]\nbase_url = 'http://127.0.0.1:1/v1'\nmodel = {quoted}\ngroup = {quoted}\n"
        f"[targets.plain]\nbase_url = {quoted}\nkey = {{env = 'DOOR_KEY'}}\n",
        "utf-8",
    )
    for words in (
        ("fleet", "llmdoctor.toml", "--offline"),
        ("fleet", "llmdoctor.toml", "--offline", "--json"),
        ("fleet", "llmdoctor.toml", "--offline", "-o", "table"),
        ("check", "nobody"),
        ("check", "plain", "--offline"),
        ("check", "plain", "--plan"),
        ("check", "plain", "--offline", "--json"),
        ("scan", "--offline"),
        ("scan", "--list", "--json"),
        ("snippet", "plain", "--offline", "--model", text),
    ):
        run(*words)
    run("fleet", "llmdoctor.toml", "--offline", FORCE_COLOR="1")
    harmless((folder / "table").read_text("utf-8"))


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_typed_or_pasted(name: str, folder: Path) -> None:
    text = TEXTS[name]
    bare = text.replace("\x00", "").encode("utf-8", "replace").decode()
    for words in (
        ("check", f"http://127.0.0.1:1/{bare}", "--offline"),
        ("check", "http://127.0.0.1:1/v1", "--model", bare, "--plan"),
        ("check", "http://127.0.0.1:1/v1", "--model", bare, "--plan", "--json"),
        ("check", "http://127.0.0.1:1/v1", "--app", bare),
        ("check", "http://127.0.0.1:1/v1", "--env-file", bare),
        ("check", "http://127.0.0.1:1/v1", bare),
        ("check", f"--{bare}"),
        ("judge", bare),
        ("compare", bare, bare),
        ("demo", bare),
        ("doors", bare),
        ("apps", bare),
        ("whose", bare),
        ("whose", bare, "--json"),
        ("explain", bare),
        ("explain", "--file", bare),
        ("explain", f"HTTP 401 invalid_api_key {bare}"),
        ("explain", "--json", f"HTTP 401 invalid_api_key {bare} Incorrect API key provided"),
        ("snippet", "--app", bare),
        ("scan", "--app", bare),
        ("serve", "--listen", bare),
        (bare,),
    ):
        run(*words)
    run("explain", "-", stdin=f"openai.AuthenticationError: Error code: 401 {text}".encode("utf-8", "replace"))
    run("check", "--curl", "-", "--offline", stdin=f"curl http://127.0.0.1:1/v1/models -H 'a: {bare}' --{bare}")


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of every text in a document."""
    if isinstance(value, str):
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from leaves(inner, (*at, key))


def test_documents_that_somebody_changed(folder: Path) -> None:
    run("demo", "wrong-door", "--save", "run.json", "--json", "-o", "report.json")
    text = f"{COMMANDS[0]}\n{COMMANDS[7]}{TERMINAL}{HIDDEN}"
    for name, command in (("run.json", "judge"), ("report.json", "compare"), ("report.json", "snippet")):
        whole = json.loads((folder / name).read_text("utf-8"))
        for place in list(leaves(whole))[:: 3 if command == "compare" else 7]:
            changed = inner = copy.deepcopy(whole)
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = text
            (folder / "changed.json").write_text(json.dumps(changed))
            if command == "judge":
                run("judge", "changed.json", "--format", "github", group=ended)
                run("judge", "changed.json", "--json", group=ended)
            elif command == "compare":
                for fmt in ("text", "markdown", "json"):
                    run("compare", "changed.json", "report.json", "--format", fmt)
            else:
                run("snippet", "--from", "changed.json")


def test_doors_that_a_file_of_the_folder_names(folder: Path) -> None:
    text = json.dumps(f"Door {COMMANDS[0]}\n{COMMANDS[9]} \u202e \x1b[31m")
    (folder / "llmdoctor.toml").write_text(
        f'[doors.mine]\nname = {text}\nhosts = ["llm.mine.example"]\nprotocol = "openai"\nkey_env = [{text}]\n', "utf-8"
    )
    for words in (("doors",), ("doors", "mine"), ("doors", "mine", "--json"), ("check", "https://llm.mine.example/v1")):
        run(*words, *(("--offline",) if words[0] == "check" else ()))


def test_a_summary_is_appended_once_and_does_nothing(folder: Path) -> None:
    with PracticeDoor(handlers.always(answers.as_json({"error": {"message": TEXTS["lines"]}}, 401))) as door:
        summary = folder / "summary.md"
        done = run(
            *("check", f"{door.url}/v1", "--key-env", "DOOR_KEY", "--format", "github", "--model", "m"),
            GITHUB_STEP_SUMMARY=str(summary),
        )
    assert done.stdout.startswith("::group::llmdoctor")
    assert re.search(r"^::error title=llmdoctor%3A [a-z.]+,?.*::", done.stdout, re.MULTILINE)
    assert summary.read_text("utf-8").startswith("## ❌")
    harmless(summary.read_text("utf-8"))
