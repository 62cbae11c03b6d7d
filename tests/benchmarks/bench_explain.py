"""Measure how often `llmdoctor explain` names an acceptable code for collected cases; print the shares and the misses.

    python tests/benchmarks/bench_explain.py CASES.jsonl [--every N --from K] [--half 0|1]

A case is right if its first candidate is one of its codes. A case without codes is the app's own fault or contains no
evidence: it is right if no fault outside the app is claimed with a confidence of 0.5 or more.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from known_texts import half

from diagnose.answers.explain import Candidate, explain
from probes.pasted.pasted_text import read


def right(codes: list[str], candidates: tuple[Candidate, ...]) -> bool:
    """Check whether the first candidate is acceptable."""
    if not codes:
        return not any(c.confidence >= 0.5 and not c.code.startswith("app.") for c in candidates)
    return any(candidate.code in codes for candidate in candidates)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", type=Path, help="one JSON object a line: id, symptom, codes")
    parser.add_argument("--every", type=int, default=1, help="take every Nth case")
    parser.add_argument("--from", dest="start", type=int, default=0, help="begin with the Kth")
    parser.add_argument("--half", type=int, choices=(0, 1), help="the half of known_texts.toml (0), or the other one")
    options = parser.parse_args()
    cases = [json.loads(line) for line in options.cases.read_text("utf-8").splitlines()]
    cases = cases[options.start :: options.every]
    if options.half is not None:
        cases = [case for case in cases if half(case["id"]) == options.half]
    first = best = three = 0
    for case in cases:
        candidates = explain(read(case["symptom"]))
        codes = case["codes"]
        hit, near = right(codes, candidates[:1]), right(codes, candidates[:3])
        first, three = first + hit, three + near
        best += bool(candidates and codes and candidates[0].code == codes[0]) or (hit and not codes)
        if not hit:
            said = ", ".join(f"{c.code} {c.confidence}" for c in candidates[:4]) or "nothing"
            print(f"{'near' if near else 'MISS'} {case['id']}: {case['symptom'][:300]!r}")
            print(f"     said {said}")
            print(f"     want {', '.join(codes) or 'nothing'}")
    total = len(cases)
    for name, share in (("acceptable first", first), ("in the first three", three), ("the best first", best)):
        print(f"{name}: {share} of {total}, {share / total:.1%}")


if __name__ == "__main__":
    main()
