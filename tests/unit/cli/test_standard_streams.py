"""Standard input, output and error that are closed, full, or that nobody reads: a status, a sentence, no traceback."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from diagnose.cli import standard_streams

pytestmark = [pytest.mark.skipif(os.name == "nt", reason="needs a shell's redirections"), pytest.mark.slow]
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, which is Linux' own")

FULL_DISK = "Standard output cannot be written: No space left on device."
CLOSED = "Standard output cannot be written: Bad file descriptor."


def shell(
    redirected: str, environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[int, str, str]:
    """Run `llmdoctor` with these arguments and redirections by a shell; return status, output and errors."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$PYTHON" -m diagnose {redirected}'],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHON": sys.executable, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **(environ or {})},
        timeout=60,
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@FULL
@pytest.mark.parametrize(
    "arguments",
    [
        "--version",
        "--help",
        "check --help",
        "doors",
        "doors --json",
        "demo",
        "demo --json",
        "demo --list",
        "explain 401",
    ],
)
def test_a_full_disk_behind_standard_output(arguments: str) -> None:
    status, _, errors = shell(f"{arguments} > /dev/full")
    assert status == 2
    assert FULL_DISK in errors


@pytest.mark.parametrize("arguments", ["--version", "demo"])
def test_a_closed_standard_output(arguments: str) -> None:
    status, _, errors = shell(f"{arguments} >&-")
    assert status == 2
    assert CLOSED in errors


def test_a_report_in_a_file_needs_no_standard_output(tmp_path: Path) -> None:
    status, _, errors = shell("demo --json -o report.json >&-", folder=tmp_path)
    assert (status, "Error" in errors) == (0, False)
    assert (tmp_path / "report.json").read_text("utf-8").startswith("{")


@FULL
def test_a_monitoring_scheduler_is_told_that_nothing_is_known() -> None:
    assert shell("demo --format nagios > /dev/full")[0] == 3


@pytest.mark.parametrize("redirected", ["2>&-", pytest.param("2>/dev/full", marks=FULL)])
def test_standard_error_that_takes_nothing_changes_nothing(redirected: str) -> None:
    status, out, errors = shell(f"demo {redirected}")
    assert (status, errors) == (0, "")
    assert "https://relay.example/v1" in out
    assert shell(f"demo nonsense {redirected}")[0] == 2


def test_all_three_closed() -> None:
    assert shell("demo <&- >&- 2>&-") == (2, "", "")
    assert shell("demo nonsense <&- >&- 2>&-") == (2, "", "")


@pytest.mark.parametrize("arguments", ["whose", "check --offline --key-stdin"])
def test_a_closed_standard_input_is_empty(arguments: str) -> None:
    closed, empty = shell(f"{arguments} <&-"), shell(f"{arguments} </dev/null")
    assert (closed[0], closed[2]) == (empty[0], empty[2])
    assert closed[0] in (1, 2, 3)


def test_a_pipe_that_nobody_reads() -> None:
    """`llmdoctor … | head -1` says nothing, as other programs do."""
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        [sys.executable, "-m", "diagnose", "doors", "--json"], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (1, "")


@FULL
@pytest.mark.parametrize("variable", ["GITHUB_STEP_SUMMARY"])
def test_a_job_summary_that_cannot_be_written_is_a_warning(variable: str) -> None:
    status, out, errors = shell("demo --format github", {variable: "/dev/full"})
    assert status == 0
    assert out
    assert "/dev/full" in errors


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    status, _, errors = shell(
        f'--version && rmdir {tmp_path}/gone && "$PYTHON" -m diagnose check --offline', folder=_made(tmp_path / "gone")
    )
    assert status == 2
    assert "No such file or directory" in errors


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# -- the module itself -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "reader", "unwritable"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), False, False),
        (OSError(errno.ENOSPC, "No space left on device"), True, True),
        (OSError(errno.EBADF, "Bad file descriptor"), True, True),
        (OSError(errno.EIO, "Input/output error"), True, True),
        (BlockingIOError(errno.EAGAIN, "write could not complete without blocking"), True, True),
        (OSError(errno.ENOSPC, "No space left on device", "a file"), True, False),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), True, False),
    ],
)
def test_what_an_error_is_about(error: OSError, reader: bool, unwritable: bool) -> None:
    assert standard_streams.has_no_reader(error) is not reader
    assert standard_streams.is_unwritable(error) is unwritable


def test_a_whole_text_is_dropped_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = os.open(os.devnull, os.O_RDONLY)
    monkeypatch.setattr(standard_streams, "_LossyFile", type("_At", (standard_streams._LossyFile,), {}))
    with io.TextIOWrapper(io.BufferedWriter(standard_streams._LossyFile(reading, "w"))) as stream:
        stream.write("x" * 100_000)
        stream.flush()
