"""Print how many worlds of a table the program judges rightly: `python tests/report_score.py TABLE [--siblings] [-v]`.

Each world is played anew. A report is right in its code if its root cause is the labelled one, in its words if the first
finding says all of `says`, in its first step if the first fix or step says all of `first`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from checkout import DAY
from diagnose.judging.judge import judge
from probes.model.evidence import Evidence
from worlds.recorded import measure
from worlds.stage import Scenario


class Score(NamedTuple):
    """What is right about the report of a world, and what it said."""

    code: bool
    words: bool
    step: bool
    said: str


def score(scenario: Scenario, evidence: Evidence) -> Score:
    """Compare the report with the labels."""
    report = judge(evidence)
    if not report.findings:
        return Score(scenario.root is None, True, True, report.verdict)
    top = report.findings[0]
    words = "\n".join((top.title, top.explanation, *top.evidence, *top.steps))
    first = "\n".join((*(f"{one.summary} {one.settings}" for one in top.fixes[:1]), *top.steps[:1]))
    code = report.root_cause == scenario.root
    return Score(
        code,
        code and all(part in words for part in scenario.says),
        code and all(part in first for part in scenario.first),
        f"{report.root_cause} | {top.title} | {first}".replace("\n", " / "),
    )


def main(name: str, verbose: bool, siblings: bool) -> None:
    """Print the shares of a table, and each report that is not right; of the ``siblings`` made here, or the reports."""
    from dataclasses import replace
    from importlib import import_module

    scenarios = [one for one in import_module(f"worlds.{name}").SCENARIOS if bool(one.source) is not siblings]
    scores = [score(one, replace(measure(one, again=True).evidence, day=DAY)) for one in scenarios]
    for scenario, one in zip(scenarios, scores, strict=True):
        if verbose or not all(one[:3]):
            marks = "".join(mark if right else "-" for mark, right in zip("cws", one[:3], strict=True))
            print(f"{marks} {scenario.name} ({scenario.root}): {one.said}")
    whole = sum(all(one[:3]) for one in scores)
    print(
        f"{len(scores)} reports: code {sum(one.code for one in scores)}, words {sum(one.words for one in scores)}, "
        f"first step {sum(one.step for one in scores)}, all three {whole}"
    )


if __name__ == "__main__":
    main(sys.argv[1], "-v" in sys.argv[2:], "--siblings" in sys.argv[2:])
