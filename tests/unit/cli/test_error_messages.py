"""Errors of the command line and of the program itself: a sentence, an exit status, no traceback and no value."""

from __future__ import annotations

import ast
import asyncio
import gc
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import diagnose
from diagnose.cli import program
from diagnose.cli.error_messages import broken, refuse
from diagnose.cli.event_loop import run
from diagnose.words import part
from probes.config_formats import files
from probes.model.known_secrets import KNOWN

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
HEX = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("File 'a\n::stop-commands::b' is missing.", "File 'a : :stop-commands::b' is missing."),
        ("\x1b[2Jgone \u202eback", r"\u001b[2Jgone \u202eback"),
        (f"No such option: {KEY}", "No such option: sk-Q…AeUo"),
        (f"There is no app {HEX}.", "There is no app [key]."),
        ("##vso[task.complete result=Succeeded]", "## vso[task.complete result=Succeeded]"),
    ],
)
def test_an_error_is_one_line_that_does_nothing(message: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refuse(click.ClickException(message), ["judge", "x"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"Error: {shown}\n")


def test_a_monitoring_server_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["check", "--format", "nagios"], ["check", "--format=nagios"]):
        assert refuse(click.ClickException("a | b\nc"), words) == 3
        assert capsys.readouterr() == ("LLMDOCTOR UNKNOWN - a / b c\n", "")
        assert broken(RuntimeError("x"), words) == 3
        out, err = capsys.readouterr()
        assert out.startswith("LLMDOCTOR UNKNOWN - ") and out.count("\n") == 1 and err == ""


def test_github_gets_an_annotation_for_each_error_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fleet.csv").write_text(f"name,base_url,key_env\na,,\nb,https://b.example,{KEY}\n")
    Path("fleet.toml").write_text('[targets.a]\nbase_url = "https://a.example"\ntimeout = "x"\n')
    done = CliRunner().invoke(program, ["fleet", "fleet.csv", "--format", "github"])
    assert re.findall(r"^::error (.*?)::", done.stdout, re.M) == [
        "title=llmdoctor",
        "file=fleet.csv,line=2,title=llmdoctor",
        "file=fleet.csv,line=3,title=llmdoctor",
    ]
    assert "fleet.csv:2 has no base_url." in done.stderr and KEY[3:15] not in done.output
    done = CliRunner().invoke(program, ["fleet", "fleet.toml", "--format=github"])
    assert done.stdout.startswith("::error file=fleet.toml,line=3,title=llmdoctor::fleet.toml:3")
    done = CliRunner().invoke(program, ["check", "--format", "github", "--timeout", "soon"])
    assert done.stdout == "::error title=llmdoctor::--timeout must be a number.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "--lang", "xx"], ["Error: --lang must be one of en, zh."]),
        (["check", "--formt", "json"], ["Error: There is no option --formt. Did you mean --format?"]),
        (["check", "--timeout", "soon"], ["Error: --timeout must be a number."]),
        (["check", "--retries", "99"], ["Error: --retries must be a number from 0 to 10."]),
        (["check", "--model"], ["Error: --model needs a value."]),
        (["check", "--strict=yes"], ["Error: --strict takes no value."]),
        (["judge"], ["Error: FILE is missing.", "llmdoctor judge run.json"]),
        (["judge", "none.json"], ["Error: none.json does not exist."]),
        (["judge", "."], ["Error: . is a folder, not a file."]),
        (["compare", "none.json"], ["Error: none.json does not exist."]),
        (["explain", "--file"], ["Error: --file needs a value."]),
        (["chek"], ["Error: There is no command chek. Did you mean check?", "llmdoctor check"]),
        (["deepseek"], ["Error: There is no command deepseek.", "llmdoctor check deepseek"]),
        (["--model", "x"], ["Error: There is no option --model.", "llmdoctor check --model ID"]),
        (
            ["check", "depseek"],
            ["no target or provider named depseek. Did you mean deepseek?", "llmdoctor check deepseek"],
        ),
        (["check", "kimi"], ["Did you mean moonshot-intl, moonshot-cn"]),
        (["check", "--app", "curser"], ["no app named curser. Did you mean cursor", "llmdoctor apps"]),
        (["scan", "--app", "curser"], ["no app named curser. Did you mean cursor", "llmdoctor scan --app cursor"]),
        (["apps", "curser"], ["no app named curser. Did you mean cursor", "llmdoctor apps cursor"]),
        (["doors", "depseek"], ["no provider named depseek. Did you mean deepseek", "llmdoctor doors deepseek"]),
        (["demo", "no-v2"], ["no fault named no-v2. Did you mean no-v1", "llmdoctor demo no-v1"]),
        (["snippet", "--app", "pyhton"], ["no snippet for pyhton. Did you mean python", "llmdoctor snippet --list"]),
        (
            ["whose", "--key-env", "NOWHERE_KEY"],
            ["Error: The variable NOWHERE_KEY is not set.", "llmdoctor whose --help"],
        ),
    ],
)
def test_a_usage_error_says_what_is_right_and_what_to_run_next(
    words: list[str],
    said: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        program.main(words, prog_name="llmdoctor")
    captured = capsys.readouterr()
    assert end.value.code in (1, 2) and captured.out == ""
    assert "Usage:" not in captured.err and all(one in captured.err for one in said)
    assert captured.err.startswith("Error: ") and max(map(len, captured.err.splitlines()[1:]), default=0) <= 80


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "--lang", "zh", "--formt", "json"], "错误：没有 --formt 这个选项。是不是想用：--format？"),
        (["check", "--lang=zh", "--timeout", "soon"], "错误：--timeout 必须是数字。"),
        (["check", "depseek", "--lang", "zh"], "错误：没有名为 depseek 的目标或服务商。是不是想用：deepseek？"),
        (["check", "--lang", "zh", "--env-file", "x", "--no-env"], "错误：--env-file 和 --no-env 不能同时使用。"),
        (["check", "--lang", "zh", "--config", "none"], "错误：--config 指定的文件 none 不存在。"),
        (["check", "--lang", "zh", "--slo", "ttft"], "错误：--slo：限度要写成 NAME=TIME，例如"),
        (["fleet", "--lang", "zh", "empty.toml"], "错误：empty.toml 里没有目标："),
        (["fleet", "--lang", "zh", "--group", "x", "one.csv"], "错误：one.csv 里没有分组 'x'。里面的目标都没有分组。"),
        (["judge", "--lang", "zh", "empty.toml"], "错误：empty.toml："),
        (["judge", "--lang", "zh", "bytes"], "错误：无法读取 bytes：不是 UTF-8 文本。"),
        (["whose", "--lang", "zh", "--key-env", "X", "y"], "错误：密钥只给一次"),
    ],
)
def test_errors_are_written_in_chinese(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.toml").write_text("")
    Path("one.csv").write_text("base_url\nhttps://a.example/v1\n")
    Path("bytes").write_bytes(b"\xff\xff")
    with pytest.raises(SystemExit):
        program.main(words, prog_name="llmdoctor")
    assert capsys.readouterr().err.startswith(said)


def test_every_sentence_of_an_error_exists_in_each_language() -> None:
    """Look for the literals in the code; those that are built from pieces are found by their template."""
    kinds = {"BadInput", "Sentence", "SloError", "WrongUse", "WrongFile", "UsageError", "ClickException", "NotAReport"}
    found = {
        piece.value
        for root in ("probes", "diagnose")
        for path in Path(diagnose.__file__).parent.parent.joinpath(root).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in kinds
        if node.args and not isinstance(node.args[0], ast.Call | ast.JoinedStr)
        for piece in ast.walk(node.args[0])
        if isinstance(piece, ast.Constant) and isinstance(piece.value, str) and " " in piece.value
    }
    known = set(part("en", "errors").ERRORS)
    assert found <= known and set(files._WHY.values()) <= known
    assert all(max(text) >= "\u3000" for text in part("zh", "errors").ERRORS.values())


def test_a_bug_names_the_type_and_no_value(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    KNOWN.begin([HEX])
    try:
        raise ValueError(f"{KEY} and {HEX} in {'a' * 20}\x1b[2J")
    except ValueError as error:
        assert broken(error, ["check"]) == 2
        text = capsys.readouterr().err
        assert "ValueError" in text and "LLMDOCTOR_DEBUG=1" in text
        assert "Traceback" not in text and "aaaa" not in text and text.count("\n") == 1
        monkeypatch.setenv("LLMDOCTOR_DEBUG", "1")
        assert broken(error, ["check"]) == 2
    text = capsys.readouterr().err
    assert "Traceback (most recent call last)" in text and "test_error_messages.py" in text
    assert "sk-Q…AeUo and [key] in aaaa" in text and KEY[3:15] not in text and "\x1b" not in text


PROGRAM = """
import sys, threading
import diagnose.cli.commands.doors as doors
def fail(*_):
    raise RuntimeError("%s")
doors.known_doors = fail
if "thread" in sys.argv:
    sys.argv.remove("thread")
    import diagnose.cli
    diagnose.cli._hide_tracebacks()
    one = threading.Thread(target=fail)
    one.start()
    one.join()
from diagnose.cli import main
main()
"""


@pytest.mark.parametrize("more", [[], ["thread"]])
def test_the_whole_program_ends_with_a_sentence(more: list[str]) -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM) % KEY, "doors", *more]
    environ = {name: value for name, value in os.environ.items() if name != "LLMDOCTOR_DEBUG"} | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("RuntimeError") == done.stderr.count("\n") == 1 + len(more)
    assert "Traceback" not in done.stderr and KEY[3:15] not in done.stderr


@pytest.mark.parametrize("debug", ["", "1"])
def test_an_exception_that_nobody_awaits_is_a_debuggers_matter(
    debug: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMDOCTOR_DEBUG", debug)

    async def fail() -> None:
        raise ValueError(KEY)

    async def work() -> str:
        tasks = [asyncio.create_task(fail())]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del tasks
        gc.collect()
        return "done"

    assert run(work()) == "done"
    out, err = capsys.readouterr()
    assert out == "" and KEY[3:15] not in err
    assert ("ValueError" in err) is bool(debug)
