"""What the tests of the clouds' own clients share: one check with all of its outputs, and one process for all calls."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from checkout import TESTS
from diagnose.formats import json as json_format
from diagnose.formats import text as text_format
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.model.archive import dump
from probes.model.settings import Settings
from probes.run.engine import run

CLIENTS = Path(os.environ.get("LLMDOCTOR_CLIENTS", ".cache/clients")) / "clouds" / "bin" / "python"
FORKED = pytest.mark.skipif(os.name != "posix", reason="the clients are called in forked processes")


def checked_with_outputs(settings: Settings) -> tuple[Report, list[str]]:
    """Check as the command line does; return the report, and every text that could show a secret."""
    evidence = asyncio.run(run(settings))
    report = judge(evidence)
    outputs = (dump(evidence), json.dumps(json_format.document(report)), text_format.render(report, "en"))
    return report, [*outputs, repr(settings)]


def call_clients(script: str, calls: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Call the real clients by a script of this folder (``child_calls.py``), in their own environment."""
    if not CLIENTS.exists():
        pytest.skip("the clouds' clients are not installed: .ci/run does it")
    done = subprocess.run(
        [CLIENTS, "-W", "ignore", TESTS / "real" / script],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found
