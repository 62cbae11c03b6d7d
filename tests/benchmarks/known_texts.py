"""Write ``probes/facts/texts/known_texts.toml`` from one half of the collected cases; the other half measures it.

python -m benchmarks.known_texts CASES.jsonl
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from diagnose.answers.nearest import terms
from probes.catalog.fact_files import facts_folder
from probes.pasted.pasted_text import read

FEWEST = 3  # terms of a text
HEAD = """\
# The words of real reports whose cause was confirmed, for texts that no phrase and no dialect knows
# (diagnose/answers/nearest.py). Each row is the set of a report's terms in alphabetical order, and its code; the texts
# themselves, and whatever is no word of theirs, are left out. From every second of the collected reports, by the hash of
# its id (tests/benchmarks/known_texts.py); the others measure what this is worth.

[facts]
schema = 1
seen = "2026-11-30"
source = "real reports whose cause was confirmed"
"""


def half(id: str) -> int:
    """Return 0 for a case of the half that is built in, 1 for one that is held out."""
    return hashlib.sha256(id.encode()).digest()[0] % 2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=Path, help="one JSON object a line: id, symptom, codes, tellable")
    options = parser.parse_args()
    rows = set()
    for line in options.cases.read_text("utf-8").splitlines():
        case = json.loads(line)
        words = sorted(set(terms(read(case["symptom"]).lower)))
        if case["codes"] and case["tellable"] and half(case["id"]) == 0 and len(words) >= FEWEST:
            rows.add((case["codes"][0], " ".join(words)))
    written = "".join(f'\n[[text]]\ncode = "{code}"\nwords = "{words}"\n' for code, words in sorted(rows))
    (facts_folder() / "texts" / "known_texts.toml").write_text(HEAD + written, encoding="utf-8")


if __name__ == "__main__":
    main()
