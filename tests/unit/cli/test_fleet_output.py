"""When `fleet` writes: a progress bar on the same terminal makes room, and whole documents are written each round."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from diagnose.cli import console
from diagnose.cli.fleet_output import FleetOutput
from diagnose.formats.json import document, dumps
from probes.run.fleet import Fleet, read
from probes.settings.gather import Options
from worlds.made_reports import BROKEN, HEALTHY

LOOK = {"strict": False, "share": None, "only_broken": False}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Bar:
    """Stands for rich's progress bar, and notes on the terminal when it is drawn and taken away."""

    def __init__(self, out: io.StringIO) -> None:
        self.out = out

    def start(self) -> None:
        self.out.write("<bar>")

    def stop(self) -> None:
        self.out.write("</bar>")

    def update(self, *_: Any, **__: Any) -> None:
        pass


def fleet(folder: Path) -> Fleet:
    path = folder / "fleet.csv"
    path.write_text("name,base_url\na,https://a.example\nb,https://b.example\n")
    return read(path, Options())


def told(output: FleetOutput, number: int, report: Any) -> None:
    found = document(report)
    output.tell(number, dumps(found), found, {})


def test_a_line_and_the_bar_do_not_share_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    with FleetOutput(fleet(tmp_path), "text", "en", None, {}, LOOK) as output:
        output.begin(watching=True)
        told(output, 0, HEALTHY)
        told(output, 1, HEALTHY)
        output.end()
        output.begin(watching=True)
        bar = console.ProgressBar(2, "en")
        bar._bar, bar._broken, bar._lang, bar._task = Bar(out), 0, "en", 0  # type: ignore[assignment]
        output._progress = bar
        told(output, 0, HEALTHY)
        begun = len(out.getvalue())
        told(output, 1, BROKEN)
        said = out.getvalue()[begun:]
        output.leave()
    assert said.startswith("</bar>") and said.endswith("\n<bar>") and said.count("\n") == 1
    assert "(was: works)" in said


def test_a_watched_fleet_replaces_its_documents_each_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    page, line = tmp_path / "fleet.html", tmp_path / "state"
    with FleetOutput(fleet(tmp_path), "nagios", "en", str(line), {str(page): "html"}, LOOK) as output:
        for report, state in ((HEALTHY, "OK"), (BROKEN, "CRITICAL")):
            output.begin(watching=True)
            told(output, 0, HEALTHY)
            told(output, 1, report)
            output.end()
            assert line.read_text("utf-8").startswith(f"LLMDOCTOR {state} - ")
            assert ("1 of 2 targets does not work" in page.read_text("utf-8")) is (state == "CRITICAL")
