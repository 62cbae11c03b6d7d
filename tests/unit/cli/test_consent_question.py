"""The question whether files of the folder may send the user's secrets, and what each answer leads to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from diagnose.cli import consent_question, program
from diagnose.cli.consent_question import SHOWN, ConsentAnswer, with_answer
from diagnose.words import LANGS
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.record import replace
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import Flow, FlowPart, Override, Settings, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.settings import trust

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
KEY = f"sk-{BODY}"
TITLE = "would send secrets of yours"


@pytest.fixture
def trap() -> Iterator[PracticeDoor]:
    """A sound server that a file of the folder names."""
    with PracticeDoor(b.openai(KEY)) as door:
        yield door


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder in which a person sits at the terminal."""
    found = tmp_path / "project"
    found.mkdir()
    monkeypatch.chdir(found)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setattr(consent_question, "can_ask", lambda: True)
    return found


def run(*arguments: str, typed: str = "", lang: str = "en") -> Result:
    done = CliRunner().invoke(program, [*arguments, "--lang", lang], input=typed)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    said = done.output + done.stderr
    assert not [at for at in range(len(BODY) - WINDOW + 1) if BODY[at : at + WINDOW] in said], said
    return done


def got_key(door: PracticeDoor) -> bool:
    """Whether a request with the key has arrived, since this was last asked."""
    came = any(KEY in str(request.headers) + request.target for request in door.requests)
    door.requests.clear()
    return came


def plant(folder: Path, door: PracticeDoor) -> None:
    (folder / ".env").write_text(f"OPENAI_BASE_URL={door.url}/v1\n", "utf-8")


# -- the answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        *(("n\n", False), ("N\n", False), ("no\n", False), ("\n", False), ("", False), ("  \n", False)),
        *(("y\n", True), ("YES\n", True), (" y \n", True), ("maybe\ny\n", True), ("maybe\nn\n", False)),
        *(("?\n?\n?\ny\n", False), ("\x04\n\n", False), ("yes please\nno\n", False)),
    ],
)
def test_an_answer_decides(typed: str, sent: bool, trap: PracticeDoor, folder: Path) -> None:
    plant(folder, trap)
    done = run("check", "--no-spend", typed=typed)
    assert TITLE in done.stderr and TITLE not in done.stdout
    assert got_key(trap) is sent
    assert done.exit_code == (0 if sent else 1)
    assert trust.agreements() == ()


@pytest.mark.parametrize("lang", LANGS)
def test_the_question_names_secret_host_and_line(lang: str, trap: PracticeDoor, folder: Path) -> None:
    (folder / ".env").write_text(f"# relay\nOPENAI_BASE_URL={trap.url}/v1\n", "utf-8")
    said = run("check", "--no-spend", typed="n\n", lang=lang).stderr
    (line,) = (one for one in said.splitlines() if ".env:2" in one)
    assert "OPENAI_API_KEY" in line and trap.url.removeprefix("http://") in line


def test_always_is_kept_until_something_changes(trap: PracticeDoor, folder: Path) -> None:
    plant(folder, trap)
    assert TITLE in run("check", "--no-spend", typed="a\n").stderr
    assert got_key(trap)
    for words in (["check", "--no-spend"], ["scan", "--no-spend"]):
        assert TITLE not in run(*words).stderr
        assert got_key(trap), words
    below = folder / "src" / "app"
    below.mkdir(parents=True)
    os.chdir(below)
    assert TITLE not in run("check", "--no-spend").stderr, "the same file, seen from a folder below"
    os.chdir(folder)
    (folder / ".env").write_text(f"# a line more\n\nOPENAI_BASE_URL={trap.url}/v1 # and a note\n", "utf-8")
    assert TITLE not in run("check", "--no-spend").stderr
    got_key(trap)
    with PracticeDoor(b.openai(KEY)) as other:
        plant(folder, other)
        assert TITLE in run("check", "--no-spend", typed="n\n").stderr, "another host"
        assert not got_key(other)
    (folder / ".env").write_text(f"OPENAI_BASE_URL={trap.url}/v1\nOPENAI_MODEL=${{OTHER_SECRET}}\n", "utf-8")
    os.environ["OTHER_SECRET"] = f"tok-{BODY}"
    try:
        assert TITLE in run("check", "--no-spend", typed="n\n").stderr, "another secret"
    finally:
        del os.environ["OTHER_SECRET"]
    assert not got_key(trap)


def test_an_agreement_of_one_folder_is_none_of_another(trap: PracticeDoor, folder: Path) -> None:
    plant(folder, trap)
    run("check", "--no-spend", typed="a\n")
    got_key(trap)
    other = folder.parent / "other"
    other.mkdir()
    plant(other, trap)
    os.chdir(other)
    assert TITLE in run("check", "--no-spend", typed="").stderr
    assert not got_key(trap)


def test_a_consent_that_cannot_be_kept_counts_once(
    trap: PracticeDoor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(folder, trap)
    (folder / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "file"))
    said = run("check", "--no-spend", typed="a\n").stderr
    assert "cannot be kept" in said and "this once" in said
    assert got_key(trap)


# -- where it is asked -------------------------------------------------------------------------------------------------


def test_without_a_terminal_nothing_is_asked_or_sent(
    trap: PracticeDoor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent_question, "can_ask", lambda: False)
    plant(folder, trap)
    for words in (["check"], ["scan"], ["snippet"]):
        done = run(*words, typed="y\n")
        assert TITLE not in done.stderr
        assert done.exit_code == 1
        assert not got_key(trap), words
    report = run("check", "--json").stdout
    assert "llmdoctor trust" in report and "--send-anyway" in report


def test_a_stream_that_is_missing_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert not consent_question.can_ask()


@pytest.mark.parametrize(
    "words",
    [
        *(["check", "--plan"], ["check", "--offline"], ["check", "--send-anyway", "--no-spend"], ["scan", "--list"]),
        *(["scan", "--offline"], ["snippet", "--offline", "--model", "m"], ["init", "-o", "made.toml"]),
    ],
)
def test_what_sends_nothing_or_was_agreed_to_asks_nothing(words: list[str], trap: PracticeDoor, folder: Path) -> None:
    plant(folder, trap)
    assert TITLE not in CliRunner().invoke(program, words, input="y\n").stderr
    assert got_key(trap) is ("--send-anyway" in words)


@pytest.mark.parametrize(
    "words",
    [
        *(["check", "--json"], ["check", "--deep"], ["snippet"], ["check", "work"]),
        ["check", "--curl", 'curl {url}/v1/models -H "Authorization: Bearer $OPENAI_API_KEY"'],
    ],
)
def test_every_way_to_check_asks(words: list[str], trap: PracticeDoor, folder: Path) -> None:
    url = f"{trap.url}/v1"
    (folder / ".env").write_text(f"OPENAI_BASE_URL={url}\n", "utf-8")
    (folder / "llmdoctor.toml").write_text(f'[targets.work]\nbase_url = "{url}"\nkey = {{ env = "OPENAI_API_KEY" }}\n')
    words = [word.replace("{url}", trap.url) for word in words]
    assert TITLE in run(*words, typed="n\n").stderr
    assert not got_key(trap)
    assert TITLE in run(*words, typed="y\n").stderr
    assert got_key(trap)


def test_scan_asks_once_for_all(trap: PracticeDoor, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", f"sk-ant-api03-{BODY}")
    text = f"OPENAI_BASE_URL={trap.url}/v1\nANTHROPIC_BASE_URL={trap.url}\n"
    (folder / ".env").write_text(text, "utf-8")
    done = run("scan", "--no-spend", typed="y\nn\n")
    assert done.stderr.count(TITLE) == 1
    assert ".env:1 OPENAI_BASE_URL" in done.stderr and ".env:2 ANTHROPIC_BASE_URL" in done.stderr
    assert any(f"sk-ant-api03-{BODY}" in str(request.headers) for request in trap.requests)
    assert got_key(trap)


def test_fleet_asks_for_what_is_no_key_of_an_api(
    trap: PracticeDoor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", KEY)
    rows = f"name,base_url,key_env\na,{trap.url}/v1,GITHUB_TOKEN\nb,{trap.url}/v1,GITHUB_TOKEN\n"
    (folder / "list.csv").write_text(rows, "utf-8")
    (folder / "usual.csv").write_text(rows.replace("GITHUB_TOKEN", "OPENAI_API_KEY"), "utf-8")
    done = run("fleet", "list.csv", "--no-spend", typed="n\n")
    assert done.stderr.count(TITLE) == 1 and "list.csv:2" in done.stderr and done.exit_code == 1
    assert not got_key(trap)
    assert run("fleet", "list.csv", "--no-spend", typed="y\n").exit_code == 0
    assert got_key(trap)
    assert TITLE not in run("fleet", "list.csv", "--no-spend", "--watch", "1", "--count", "1", typed="y\n").stderr
    assert not got_key(trap)
    assert TITLE not in run("fleet", "usual.csv", "--no-spend", typed="n\n").stderr
    assert got_key(trap), "the file was named on the command line"


def test_a_named_file_needs_no_question(trap: PracticeDoor, folder: Path) -> None:
    text = f'[targets.work]\nbase_url = "{trap.url}/v1"\nkey = {{ env = "OPENAI_API_KEY" }}\n'
    (folder / "llmdoctor.toml").write_text(text)
    assert TITLE not in run("check", "--config", "llmdoctor.toml", "work", "--no-spend").stderr
    assert got_key(trap)


@pytest.mark.parametrize("words", [["check", "--no-spend"], ["check", "--plan"], ["snippet"], ["scan"]])
def test_what_does_not_count_is_said(words: list[str], trap: PracticeDoor, folder: Path) -> None:
    door = f'hosts = ["api.openai.com"]\nendpoints = [{{ protocol = "openai", base_url = "{trap.url}/v1" }}]\n'
    (folder / "llmdoctor.toml").write_text(f"[check]\nsend_anyway = true\n[doors.openai]\n{door}[doors.o2]\n{door}")
    words = words if words == ["scan"] else [*words, f"{trap.url}/v1"]
    said = run(*words).stderr
    for place in ("llmdoctor.toml:2 check.send_anyway", "llmdoctor.toml:4 doors.openai", "llmdoctor.toml:7 doors.o2"):
        assert f"{place} is ignored" in said.replace(".hosts", "")
    run("trust")
    said = run(*words).stderr
    assert "check.send_anyway is ignored" in said and "doors" not in said
    if words != ["scan"]:  # which takes no file
        assert "ignored" not in run(*words, "--config", "llmdoctor.toml").stderr


# -- what is shown -----------------------------------------------------------------------------------------------------


def flow(number: int, secret: str = "OPENAI_API_KEY", host: str = "") -> Flow:
    place = Source(SourceKind.DOTENV, Owner.FOLDER, f"NAME_{number}", ".env", number)
    return Flow(environment_variable(secret), place, FlowPart.BASE_URL, host or "stranger.example")


def asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flows: list[Flow],
    *lines: str,
    lang: str = "en",
) -> str:
    """Return what the question shows for these flows before it ends with these answers."""
    answers = iter(lines)
    monkeypatch.setattr(consent_question, "can_ask", lambda: True)
    monkeypatch.setattr(consent_question, "_line", lambda: next(answers, None))
    settings = Settings(secrets=(Secret(BODY),), override=Override(tuple(flows), withheld=True))
    (found,) = with_answer([settings], Path.cwd(), lang)
    assert found.override is not None
    return capsys.readouterr().err


def test_a_long_list_ends_and_can_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flows = [flow(number) for number in range(1, 31)]
    said = asked(monkeypatch, capsys, flows, "n\n")
    assert len(re.findall(r"NAME_\d+ sends", said)) == SHOWN
    assert f"and {30 - SHOWN} more" in said and "[l]ist all" in said
    said = asked(monkeypatch, capsys, flows, "l\n", "n\n")
    assert len(set(re.findall(r"NAME_(\d+) sends", said))) == 30
    assert "more" not in asked(monkeypatch, capsys, flows[:SHOWN], "n\n")


def test_a_long_list_hides_no_secret_and_no_host_at_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flows = [flow(number) for number in range(1, 31)]
    flows += [flow(31, "AWS_SECRET_ACCESS_KEY"), flow(32, host="other.example")]
    said = asked(monkeypatch, capsys, flows, "n\n")
    assert "AWS_SECRET_ACCESS_KEY" in said and "other.example" in said


def test_text_of_a_file_has_no_effect_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Source(SourceKind.CONFIG, Owner.FOLDER, "targets.\x1b[2J\u202eevil\n", "a\x1b]0;x\x07.toml", 3)
    bad = replace(flow(1, host=f"a\x9b31m.{BODY}.example"), named_by=place)
    said = asked(monkeypatch, capsys, [bad], "n\n")
    assert not re.search("[\x1b\x9b\x07\u202e]", said)
    assert BODY not in said and ":3 targets." in said and "evil" in said
    assert len([line for line in said.splitlines() if re.match(r" {2}\S", line)]) == 1  # it may be wrapped


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("columns", [60, 80])
def test_the_question_fits_the_terminal(
    columns: int, lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    host = "a-rather-long-name.of-a-relay.stranger.example"
    said = asked(monkeypatch, capsys, [flow(1, host=host), flow(2, host=host)], "n\n", lang=lang)
    assert host in said and "OPENAI_API_KEY" in said
    assert [line for line in said.splitlines() if cell_len(line.rstrip()) > columns] == []


@pytest.mark.parametrize("lang", LANGS)
def test_an_answer_is_understood_in_its_language(lang: str) -> None:
    for answer in ConsentAnswer:
        for text in (answer[0], answer.value.upper(), *consent_question.word(lang, f"consent.{answer}").split()):
            assert consent_question._answer(f" {text}\n", lang) is answer
    assert consent_question._answer("si\n", lang) is None


def test_a_job_with_a_terminal_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    asked_for: list[float] = []
    monkeypatch.setattr(consent_question, "_typed", lambda seconds: bool(asked_for.append(seconds)))
    assert consent_question._line() is None
    assert asked_for == [consent_question.PATIENCE]


def test_settings_without_a_flow_stay_as_they_are() -> None:
    settings = Settings(base_url=Sourced("https://a.example", environment_variable("X")))
    assert with_answer([settings], Path.cwd(), "en") == [settings]
    assert consent_question.granted(settings) is settings


# -- a real terminal ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminal in Python")
@pytest.mark.parametrize(("typed", "sent"), [(b"y\n", True), (b"n\n", False), (b"\x04", False)])
def test_a_real_terminal(typed: bytes, sent: bool, trap: PracticeDoor, folder: Path) -> None:
    pty = pytest.importorskip("pty", reason="this Python has no pseudo-terminals")
    plant(folder, trap)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-P", "-m", "diagnose", "check", "--no-spend", "--lang", "en"]
    said = bytearray()
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, cwd=folder) as process:
        os.close(theirs)
        watch = threading.Timer(60, process.kill)
        watch.start()
        with suppress(OSError):  # the terminal is gone once the program has ended
            while piece := os.read(ours, 4096):
                said += piece
                if b"[a]lways" in said and typed:
                    os.write(ours, typed)
                    typed = b""
        watch.cancel()
        process.communicate()
    os.close(ours)
    assert said.count(TITLE.encode()) == 1 and BODY[:WINDOW].encode() not in said
    assert (got_key(trap), process.returncode) == ((True, 0) if sent else (False, 1))
