"""The archived evidence of every demo, in ``evidence/demos.jsonl.gz``: one run per line.

``python tests/record.py`` writes the file. Tests of what a report says about a demo read it, since some demos take
seconds: their servers wait.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from functools import cache

from probes.demo_server import scenarios
from probes.model import archive
from probes.model.evidence import Evidence
from probes.run.engine import run
from worlds.recorded import FOLDER

FILE = FOLDER / "demos.jsonl.gz"


@cache
def demos() -> dict[str, Evidence]:
    """Return the archived run of each demo by its name."""
    rows = map(json.loads, gzip.decompress(FILE.read_bytes()).decode().splitlines())
    return {row["name"]: archive.load(json.dumps(row["run"])) for row in rows}


def record(names: list[str]) -> None:
    """Run these demos and write their evidence."""
    lines = []
    for name in names:
        with scenarios.open(name, "") as world:
            evidence = asyncio.run(run(world.settings()))
        lines.append(json.dumps({"name": name, "run": json.loads(archive.dump(evidence))}, separators=(",", ":")))
    FILE.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), 9, mtime=0))
