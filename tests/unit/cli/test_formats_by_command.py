"""The formats by the real command: `demo`, `check` and `judge` speak each of them, in UTF-8, to where they are sent."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import diagnose
from checkout import ROOT
from diagnose.cli import program
from diagnose.formats import FORMATS, load


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of `demo no-v1`, kept with --save."""
    path = tmp_path_factory.mktemp("kept") / "run.json"
    assert CliRunner().invoke(program, ["demo", "no-v1", "--save", str(path), "--json"]).exit_code == 1
    return path


def test_the_formats_are_the_files_of_their_folder() -> None:
    assert {"github", "html", "json", "junit", "markdown", "nagios", "text"} <= set(FORMATS)
    assert tuple(sorted(FORMATS)) == FORMATS


def test_a_file_in_the_folder_is_a_format(kept: Path, tmp_path: Path) -> None:
    """A copy of the package with one more file: the command line offers it, by that file alone."""
    root = Path(diagnose.__file__).parent.parent
    for name in ("diagnose", "probes"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    made = "STARTS_WITH = 'one'\n\n\ndef render(report, lang):\n    return f'one {report.root_cause}\\n'\n"
    (tmp_path / "diagnose" / "formats" / "brief.py").write_text(made, "utf-8")
    call = [sys.executable, "-m", "diagnose", "judge", str(kept), "--format", "brief"]
    shown = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stdout) == (1, "one url.version_missing\n"), shown.stderr


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_judge_speaks_every_format(fmt: str, lang: str, kept: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    call = ["judge", str(kept), "--format", fmt, "--lang", lang]
    shown = CliRunner().invoke(program, call, env={"COLUMNS": None})  # a pipe and a file have no width
    assert shown.exit_code == (2 if fmt == "nagios" else 1)
    if lang == "en":
        assert shown.stdout.startswith(load(fmt).starts_with)
    assert ("Base URL 缺少" in shown.stdout) is (lang == "zh")
    assert CliRunner().invoke(program, [*call, "-o", str(out)]).stdout == ""
    assert out.read_bytes().decode() == shown.stdout


@pytest.mark.parametrize("fmt", ["junit", "html", "github"])
def test_demo_speaks_it(fmt: str) -> None:
    shown = CliRunner().invoke(program, ["demo", "sound", "--format", fmt, "--lang", "en"])
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.startswith(load(fmt).starts_with)


def test_strict_makes_warnings_failures(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    CliRunner().invoke(program, ["demo", "substituted", "--save", str(path), "--json"])
    for fmt, sign in (("junit", "<failure"), ("github", "::error")):
        lenient = CliRunner().invoke(program, ["judge", str(path), "--format", fmt])
        strict = CliRunner().invoke(program, ["judge", str(path), "--format", fmt, "--strict"])
        assert (lenient.exit_code, sign in lenient.stdout) == (0, False)
        assert (strict.exit_code, sign in strict.stdout) == (1, True)


def test_github_adds_to_the_jobs_summary(kept: Path, tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n")
    for _ in range(2):
        shown = CliRunner().invoke(
            program, ["judge", str(kept), "--format", "github"], env={"GITHUB_STEP_SUMMARY": str(summary)}
        )
        assert shown.exit_code == 1
    written = summary.read_text("utf-8")
    assert written.startswith("# Before\n## ❌")
    assert written.count("url.version_missing") == 2
    assert "::error" not in written


def test_a_summary_that_cannot_be_written_changes_no_verdict(kept: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(
        program, ["judge", str(kept), "--format", "github"], env={"GITHUB_STEP_SUMMARY": str(tmp_path / "no" / "such")}
    )
    assert shown.exit_code == 1
    assert "cannot be written" in shown.stderr
    assert "::error" in shown.stdout


def test_what_programs_read_is_utf_8_on_any_console(kept: Path) -> None:
    call = [sys.executable, "-m", "diagnose", "judge", str(kept), "--lang", "zh", "--format"]
    environment = {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(ROOT)}
    for fmt in ("junit", "html", "json", "markdown", "github"):
        done = subprocess.run([*call, fmt], capture_output=True, env=environment, check=False, timeout=60)
        assert "Base URL 缺少" in done.stdout.decode("utf-8"), fmt
    assert json.loads(subprocess.run([*call, "json"], capture_output=True, env=environment, check=False).stdout)


@pytest.mark.parametrize("option", [["--format", "nagios"], ["--format=nagios"]])
def test_a_wrong_command_line_is_unknown_to_a_monitoring_server(option: list[str], tmp_path: Path) -> None:
    call = [sys.executable, "-m", "diagnose", "judge", str(tmp_path / "none.json"), *option]
    done = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 3
    assert done.stdout.startswith("LLMDOCTOR UNKNOWN - ") and done.stdout.count("\n") == 1
    assert done.stderr == ""
