"""Write the archived evidence of all worlds and demos, or of some: `python tests/record.py [WORLD...|demos]`.

Every world is measured again. A row stays as it is if its run differs only in times, ports and dates, so that the diff
of the files shows only what the program now measures differently.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from diagnose.words.en.demo import TITLES
from probes.model import archive
from worlds import demos
from worlds.recorded import Row, current, measure, normal, read, row_of, write
from worlds.table import SCENARIOS, TABLES

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


def measured(name: str) -> Row:
    """Measure one world."""
    scenario = BY_NAME[name]
    return row_of(scenario, measure(scenario))


def _differs(kept: Row, row: Row) -> bool:
    try:
        return normal(current(kept)) != normal(row)
    except archive.ArchiveError:
        return True


def main(wanted: set[str]) -> None:
    """Measure the wanted worlds and rewrite their files; ``demos`` stands for all demos."""
    if not wanted or "demos" in wanted:
        demos.record(list(TITLES))
    if wanted == {"demos"}:
        return
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for table, scenarios in TABLES.items():
            kept = read(table)
            names = [scenario.name for scenario in scenarios]
            remeasured = [name for name in names if name in wanted or name not in kept or not wanted]
            changed = 0
            for name, row in zip(remeasured, pool.map(measured, remeasured, chunksize=8), strict=True):
                if name not in kept or _differs(kept[name], row):
                    kept[name] = row
                    changed += 1
                    print(f"{table}: {name}")
            write(table, [kept[name] for name in names])
            print(f"{table}: {len(names)} worlds, {len(remeasured)} measured, {changed} written")


if __name__ == "__main__":
    main(set(sys.argv[1:]))
