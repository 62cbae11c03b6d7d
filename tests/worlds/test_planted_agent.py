"""An agent that works with a planted folder gets no secret out either: the rows of ``planted.py`` through the tools."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent_client import DIRECT, Agent, text_of
from worlds import test_planted
from worlds.planted import PLANTED, Folder
from worlds.test_planted import network as network
from worlds.trap import STRANGER, TrappedNetwork

EVERY = 20  # a scan of a folder takes a tenth of a second
ROWS = [row for row in PLANTED if not row.steps and not row.modes and not row.links]


class Agents:
    """Calls check and scan with everything permitted that `--allow` can, in the place of a command line."""

    exception, exit_code, stderr, stdout = None, 0, "", ""

    def invoke(self, program: object, argv: list[str]) -> Agents:
        agent = Agent(Path.cwd(), dict(os.environ), allow="send,spend,connect", can_ask=False, mode=DIRECT)
        calls: list[tuple[str, dict[str, Any]]] = [("check", {}), ("check", {"target": "https://stranger.example/v1"})]
        for result in agent.calls(*calls, ("scan", {"depth": "full", "detail": "full"})):
            self.stdout += text_of(result) + json.dumps(result.structured_content)
        return self


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS[::EVERY], ids=lambda row: row.id)
def test_no_agent_gets_a_secret_out_of_a_planted_folder(
    row: Folder, network: TrappedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_planted, "CliRunner", Agents)
    seen = test_planted.run(row, network, tmp_path, monkeypatch)
    for name in row.secrets:
        places = (network.heard(STRANGER), "\n".join(network.asked), seen.output, seen.written)
        assert not [piece for piece in test_planted.pieces(seen.marks[name]) if any(piece in text for text in places)]
