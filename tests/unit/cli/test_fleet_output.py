"""When `fleet` writes: a progress bar on the same terminal makes room, and whole documents are written each round."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from diagnose.cli.commands.fleet import _check_files
from diagnose.cli.fleet_output import FleetOutput
from diagnose.cli.usage_errors import WrongFile
from diagnose.formats.json import document, dumps
from probes.run.fleet import Fleet, read
from probes.settings.gather import Options
from worlds.made_reports import BROKEN, HEALTHY

LOOK = {"strict": False, "share": None, "only_broken": False}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def fleet(folder: Path) -> Fleet:
    path = folder / "fleet.csv"
    path.write_text("name,base_url\na,https://a.example\nb,https://b.example\n")
    return read(path, Options())


def told(output: FleetOutput, number: int, report: Any) -> None:
    found: dict[str, Any] = document(report)
    found["target"]["name"] = "ab"[number]
    output.tell(number, dumps(found), found, {})


def test_a_line_and_the_bar_do_not_share_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()  # both streams, as on a terminal
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with FleetOutput(fleet(tmp_path), "text", "en", None, {}, LOOK) as output:
        for reports in ((HEALTHY, HEALTHY), (HEALTHY, BROKEN)):
            output.begin(watching=True)
            for number, report in enumerate(reports):
                told(output, number, report)
            output.end()
    before, _, after = screen.getvalue().partition(" b: ")
    line = re.split(r"\n|\x1b\[2K", before)[-1]
    assert re.fullmatch(r"[\d:TZ-]{20}", line), "the bar was taken away before the line"
    assert "━" in before and "━" in after, "it is there before and after"
    assert "(was: works)" in after.splitlines()[0]


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


def test_reports_take_neither_the_file_of_the_targets_nor_that_of_another(tmp_path: Path) -> None:
    source, page, link = tmp_path / "fleet.csv", tmp_path / "page", tmp_path / "link"
    source.write_text("base_url\n")
    link.symlink_to(source)
    _check_files(source, [str(page), str(tmp_path / "other"), os.devnull, os.devnull])
    for names in ([str(source)], [str(link)], [str(page), f"{tmp_path}/./page"]):
        with pytest.raises(WrongFile):
            _check_files(source, names)
    page.write_text("")
    with pytest.raises(WrongFile):
        _check_files(source, [str(page), f"{tmp_path}/./page"])
