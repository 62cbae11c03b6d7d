"""Ctrl-C and SIGTERM at any moment: the status of the signal, nothing left behind, and no traceback."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from diagnose import interruption
from diagnose.cli import event_loop
from diagnose.interruption import INTERRUPTED, TERMINATED
from probes.demo_server import handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, Wait
from probes.demo_server.wrong_answers import ANSWERS

pytestmark = [
    pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signal to a single process"),
    pytest.mark.slow,
]

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcP"
STATUS = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}
BOTH = pytest.mark.parametrize("sign", list(STATUS), ids=lambda sign: sign.name)


@contextmanager
def program(*arguments: str, before: str = "", **options: object) -> Iterator[subprocess.Popen[str]]:
    """Start `llmdoctor` as its console script does. ``before`` is Python code that runs first."""
    start = f"import sys\nsys.argv[0] = 'llmdoctor'\n{before}\nfrom diagnose.__main__ import main\nsys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", start, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "OPENAI_API_KEY": KEY, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "NO_COLOR": "1"},
        **options,  # type: ignore[call-overload]
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(holds: Callable[[], object], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not holds() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    assert holds(), process.communicate()


# -- each command ------------------------------------------------------------------------------------------------------


@BOTH
def test_check_reports_what_it_has_seen(sign: signal.Signals) -> None:
    with (
        PracticeDoor(handlers.always(ANSWERS["never"])) as door,
        program("check", f"{door.url}/v1", "--json") as process,
    ):
        until(lambda: door.requests, process)
        process.send_signal(sign)
        out, err = process.communicate(timeout=30)
    assert process.returncode == STATUS[sign]
    assert "Traceback" not in err
    probes = {one["name"]: one["status"] for one in json.loads(out)["probes"]}
    assert probes["tcp"] == "ok"


def test_two_signals_at_once_are_one() -> None:
    """`timeout` sends SIGTERM to the process and then to its group: the report is written all the same."""
    with (
        PracticeDoor(handlers.always(ANSWERS["never"])) as door,
        program("check", f"{door.url}/v1", "--json") as process,
    ):
        until(lambda: door.requests, process)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (TERMINATED, "")
    assert json.loads(out)["schema"] == "llmdoctor.report/1"


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    """`nohup` and a shell's `&` start a program with signals ignored."""
    ignored = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    with PracticeDoor(handlers.always(ANSWERS["never"])) as door:
        arguments = ("check", f"{door.url}/v1", "--json", "--deadline", "1")
        with program(*arguments, before=ignored) as process:
            until(lambda: door.requests, process)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
    assert process.returncode in (1, 3)


@BOTH
def test_a_pause_between_two_tries_ends(sign: signal.Signals) -> None:
    pausing = "import time\nreal = time.sleep\ndef pause(s): print('pausing', file=sys.stderr, flush=True); real(s)\n"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens there
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/v1"
        with program("check", url, "--retries", "3", "--json", before=f"{pausing}time.sleep = pause") as process:
            assert process.stderr is not None
            while "pausing" not in process.stderr.readline():
                assert process.poll() is None
            process.send_signal(sign)
            out, err = process.communicate(timeout=30)
    assert process.returncode == STATUS[sign]
    assert "Traceback" not in err
    assert json.loads(out)["root_cause"] == "tcp.refused"


@BOTH
def test_a_fleet_shows_what_has_ended(sign: signal.Signals, tmp_path: Path) -> None:
    table, output = tmp_path / "fleet.csv", tmp_path / "out.json"
    with PracticeDoor(b.openai(KEY)) as door, PracticeDoor(connect=[Wait(60)]) as hangs:
        table.write_text(f"name,base_url,key_env\ngood,{door.url}/v1,OPENAI_API_KEY\nhangs,{hangs.url}/v1,\n", "utf-8")
        with program("fleet", str(table), "--json", "-o", str(output)) as process:
            until(lambda: any(len(part.read_text("utf-8")) > 100 for part in tmp_path.glob(".llmdoctor-*")), process)
            process.send_signal(sign)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (STATUS[sign], "", "")
    good, hanging = map(json.loads, output.read_text("utf-8").splitlines())
    assert (good["target"]["name"], hanging["target"]["name"]) == ("good", "hangs")
    assert {one.name for one in tmp_path.iterdir()} == {"fleet.csv", "out.json"}


@pytest.mark.slow
@BOTH
def test_the_workers_of_a_fleet_end_with_it(sign: signal.Signals, tmp_path: Path) -> None:
    """The terminal and service managers send the signal to every process of the group, workers too."""
    if (os.cpu_count() or 1) == 1:
        pytest.skip("one processor, so no worker processes")
    table = tmp_path / "fleet.csv"
    with PracticeDoor(connect=[Wait(60)]) as hangs:
        rows = "".join(f"hangs-{number},{hangs.url}/v1\n" for number in range(130))
        table.write_text(f"name,base_url\n{rows}", "utf-8")
        arguments = ("fleet", str(table), "--json", "--per-host", "100")
        with program(*arguments, start_new_session=True) as process:
            until(lambda: hangs.connections > 30, process)
            os.killpg(process.pid, sign)
            _, err = process.communicate(timeout=60)  # ends when every process has closed its output
    assert (process.returncode, err) == (STATUS[sign], "")


@BOTH
def test_a_scan_shows_what_has_ended(sign: signal.Signals, tmp_path: Path) -> None:
    with PracticeDoor(handlers.always(ANSWERS["never"])) as door:
        text = f"OPENAI_BASE_URL={door.url}/v1\nOPENAI_API_KEY={KEY}\n"
        (tmp_path / ".env").write_text(text, "utf-8")
        with program("scan", before=f"import os; os.chdir({str(tmp_path)!r})") as process:
            until(lambda: door.requests, process)
            process.send_signal(sign)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (STATUS[sign], "")
    assert "127.0.0.1" in out


@BOTH
def test_standard_input_is_not_waited_for(sign: signal.Signals) -> None:
    with program("whose", stdin=subprocess.PIPE) as process:
        time.sleep(0.5)  # it waits for standard input, or is still on the way there
        process.send_signal(sign)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (STATUS[sign], "", "")


@BOTH
def test_a_question_on_a_terminal_is_left_without_an_answer(sign: signal.Signals) -> None:
    pty = pytest.importorskip("pty")
    asking = "import click\nfrom diagnose import interruption\ninterruption.install()\nclick.confirm('Now?', err=True)"
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", asking], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    try:
        shown = b""
        while b"Now?" not in shown:
            shown += os.read(ours, 1000)
        time.sleep(0.5)  # a signal between the question and the read that follows would be seen after the next one
        process.send_signal(sign)
        assert process.wait(30) == STATUS[sign]
        with suppress(OSError):  # Linux: the other end is closed
            while more := os.read(ours, 1000):
                shown += more
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b"Traceback" not in shown
    assert shown.endswith(b"\r\n") == (sign is signal.SIGINT), "the shell's prompt begins a line"


# -- any moment --------------------------------------------------------------------------------------------------------

# Send the signal when the interpreter does something for the n-th time after the handlers are installed. This reaches
# every phase (imports, settings, the run, judging, writing, the interpreter's end) whatever the machine's speed.
# Functions that are called are many and slow to count; what is audited (imports, files, sockets) is not.
AT_AN_EVENT = """
import atexit, os
from diagnose import interruption
events, at, sign = 0, {at}, {sign}
def count(*_):
    global events
    events += 1
    if events == at:
        os.kill(os.getpid(), sign)
def install(real=interruption.install):
    real()
    {hook}(count)
interruption.install = install
if not at:
    atexit.register(lambda: print("events:", events, file=sys.stderr))
"""
POINTS = 8


def demo(folder: Path, at: int, sign: int) -> tuple[int, str, str]:
    arguments = ("demo", "--json", "-o", str(folder / "report.json"), "--save", str(folder / "run.json"))
    there = f"import os; os.environ['TMPDIR'] = {str(folder)!r}\n"  # where temporary files would be left
    with program(
        *arguments, before=there + AT_AN_EVENT.format(at=at, sign=int(sign), hook="sys.addaudithook")
    ) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.slow
@BOTH
def test_any_moment(sign: signal.Signals, tmp_path: Path) -> None:
    status, _, err = demo(tmp_path, 0, sign)
    assert status == 0
    events = int(err.partition("events:")[2])
    interrupted = 0
    for point in range(POINTS):
        folder = tmp_path / str(point)
        folder.mkdir()
        status, out, err = demo(folder, 1 + point * events // POINTS, sign)
        assert status in (0, STATUS[sign]), (point, err)
        assert (out, err) == ("", ""), point
        interrupted += status == STATUS[sign]
        left = {one.name for one in folder.iterdir()}
        assert left <= {"report.json", "run.json"}, point
        for name in left:
            assert json.loads((folder / name).read_text("utf-8"))["schema"], "a file is whole or not there"
    assert interrupted > POINTS // 2


@pytest.mark.slow
@BOTH
def test_the_first_moments(sign: signal.Signals) -> None:
    """Each of the first calls after the start, while the program is being imported."""
    for at in (1, 2, 5, 30, 300, 3000):
        with program("--version", before=AT_AN_EVENT.format(at=at, sign=int(sign), hook="sys.setprofile")) as process:
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (STATUS[sign], "", ""), at


# -- the module itself -------------------------------------------------------------------------------------------------


class Ended(BaseException):
    """What stands for the end of the process."""


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Install the handlers, with a status in a list instead of the end of the process; then restore everything."""
    statuses: list[int] = []

    def end(status: int) -> None:
        statuses.append(status)
        raise Ended

    monkeypatch.setattr(interruption.os, "_exit", end)
    # The state of a fresh process: a test that ran `serve` here has changed it, and a runner may ignore Ctrl-C.
    untouched = {"number": 0, "at": 0.0, "waiting": False, "held": 0, "cancel": None, "normal_end": False, "undo": ()}
    monkeypatch.setattr(interruption, "_Received", type("_Received", (interruption._Received,), untouched))
    before = {sign: signal.getsignal(sign) for sign in STATUS}
    for sign in STATUS:
        signal.signal(sign, signal.SIG_DFL)
    interruption.install()
    yield statuses
    for sign, handler in before.items():
        signal.signal(sign, handler)


@BOTH
def test_the_process_ends_after_what_must_not_be_left(sign: signal.Signals, ended: list[int]) -> None:
    done: list[str] = []
    first, second = (lambda: done.append("first")), (lambda: done.append("second"))
    interruption.at_end(first)
    interruption.at_end(lambda: 1 / 0)  # an error in one keeps none of the others
    interruption.at_end(second)
    interruption.at_end(lambda: done.append("forgotten"))
    interruption.forget(interruption._Received.undo[-1])
    with pytest.raises(Ended):
        signal.raise_signal(sign)
    assert (ended, done) == ([STATUS[sign]], ["second", "first"])


@BOTH
def test_a_held_block_is_carried_out(sign: signal.Signals, ended: list[int]) -> None:
    done: list[str] = []
    with pytest.raises(Ended):
        with interruption.Held():
            with interruption.Held():
                signal.raise_signal(sign)
            done.append("inner")
        done.append("after")
    assert (ended, done) == ([STATUS[sign]], ["inner"])


def test_a_second_signal_ends_a_held_block(ended: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(interruption, "monotonic", lambda: now)
    with interruption.Held():
        signal.raise_signal(signal.SIGINT)
        now += interruption.ECHO / 2
        signal.raise_signal(signal.SIGINT)
        assert ended == []
        now += interruption.ECHO
        with pytest.raises(Ended):
            signal.raise_signal(signal.SIGTERM)
        interruption._Received.waiting = False
    assert ended == [INTERRUPTED]


@BOTH
def test_the_event_loop_cancels_and_goes_on(sign: signal.Signals, ended: list[int]) -> None:
    async def work() -> str:
        try:
            signal.raise_signal(sign)
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "partial"
        return "whole"

    assert event_loop.run(work()) == "partial"
    assert interruption.received()
    assert ended == []
    assert interruption.status_of(INTERRUPTED) == STATUS[sign]
    assert [interruption.status_of(status) for status in (0, 1, 3)] == [0, 1, 3]


@BOTH
def test_work_that_reports_nothing_is_interrupted(sign: signal.Signals, ended: list[int]) -> None:
    async def work() -> None:
        signal.raise_signal(sign)
        await asyncio.sleep(60)

    with pytest.raises(KeyboardInterrupt):
        event_loop.run(work())
    assert ended == []


def test_ctrl_c_is_the_normal_end_of_serve(ended: list[int]) -> None:
    interruption.ctrl_c_is_normal()
    with pytest.raises(Ended):
        signal.raise_signal(signal.SIGINT)
    assert ended == [0]


def test_it_imports_nothing_that_takes_time() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nfrom diagnose import __main__, interruption\n"
        "print(*sorted(set(sys.modules) - before - {'__future__', 'gc'}))"  # gc is built in
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["diagnose", "diagnose.__main__", "diagnose.interruption"]
