"""Print how many of the public texts `explain` reads rightly: `python tests/field_score.py LOT [-v]`.

A text is right in its code if the first candidate has one of the labelled codes, in its title and first step if they
match the labelled expressions too. A text that is labelled ambiguous is right if it is called that and two of its first
three candidates are labelled. `claimed` counts the wrong codes that are called likely.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from diagnose.cli.commands.explain import explained

TEXTS = Path(__file__).parent / "unit" / "answers" / "field_texts.jsonl"


class Score(NamedTuple):
    """What is right about the first candidate of a text, and what it said."""

    code: bool
    title: bool
    step: bool
    claimed: bool
    said: str


def score(case: dict[str, Any]) -> Score:
    """Compare what `explain` says about a text with its label."""
    found = explained(case["text"], "en")
    codes = [one.code for one in found.candidates]
    if case.get("none"):
        claimed = any(one.likely for one in found.candidates)
        return Score(not claimed, not claimed, not claimed, claimed, " ".join(codes))
    if case.get("ambiguous"):
        right = bool(found.ask) and len(set(codes[:3]) & set(case["codes"])) >= 2
        claimed = bool(found.candidates) and found.candidates[0].likely and codes[0] not in case["codes"]
        return Score(right, right, right, claimed, " ".join(codes[:3]))
    if not found.candidates:
        return Score(False, False, False, False, "nothing")
    first = found.candidates[0]
    step = first.text.steps[0] if first.text.steps else ""
    code = first.code in case["codes"]
    title = code and re.search(case.get("title", ""), first.text.title, re.IGNORECASE) is not None
    right_step = code and re.search(case.get("step", ""), step, re.IGNORECASE) is not None
    said = f"{first.code} {first.confidence} | {first.text.title} | {step}"
    return Score(code, title, right_step, first.likely and not code, said)


def main(lot: str, verbose: bool) -> None:
    """Print the shares of a lot, and each text that is not right."""
    lines = TEXTS.read_text("utf-8").splitlines()
    cases = [case for case in map(json.loads, lines) if case.get("lot") == lot]
    scores = [score(case) for case in cases]
    for case, one in zip(cases, scores, strict=True):
        if verbose or not (one.code and one.title and one.step):
            marks = "".join(mark if right else "-" for mark, right in zip("cts", one[:3], strict=True))
            print(f"{marks}{'!' if one.claimed else ' '} {case['source']}: {one.said}")
    whole = sum(one.code and one.title and one.step for one in scores)
    print(
        f"{len(cases)} texts: code {sum(one.code for one in scores)}, title {sum(one.title for one in scores)}, "
        f"first step {sum(one.step for one in scores)}, all three {whole}, "
        f"claimed wrongly {sum(one.claimed for one in scores)}"
    )


if __name__ == "__main__":
    main(sys.argv[1], "-v" in sys.argv[2:])
