"""What a report advises fits its case: over the archived runs of all worlds, in every language."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

import pytest

from diagnose.answers.products import products
from diagnose.judging.judge import judge
from diagnose.report import Finding, Report
from diagnose.words import LANGS, MOST_STEPS
from probes.catalog.apps import load as load_apps
from probes.catalog.doors import load as load_doors
from probes.model.evidence import Evidence
from worlds.recorded import evidence_in, read
from worlds.table import TABLES

# Words in the names of houses and apps that are words of every report too, or of the language.
GENERIC = frozenset(
    """
    API APIs AI SDK Platform Plan Code Coding Model Models Studio Token Cloud Router Gateway Inference Server China
    Python Node General Agent Meta US Hong Kong Beijing Singapore Virginia Fire Pass Open Factory Legacy Services
    Endpoints Generative Providers Web CLI Home Assistant Together Continue Hyper Charm Labs Research Serverless Lambda
    Build Serving Spark Fabric Cursor Responses Chat Proxy Check Point Norton Render Surge Charles Loon Fly Bot Go WAF
    Access Load Balancer Front Door Application Management Secure Security Umbrella Toolkit HTTP Net UI LLM Public
    """.split()  # noqa: SIM905 -- names are easier to read in lines
)
# Words that only one house uses, and the names by which a report may then call it.
HOUSE_OF_WORDS = {
    "on-demand throughput": "Amazon Bedrock",
    "invokemodel": "Amazon Bedrock",
    "calling the converse operation": "Amazon Bedrock",
}
# Names that are written in lower case and are no word of the language.
LOWER_CASE = frozenset(
    {"nginx", "squid", "openresty", "ngrok", "mitmproxy", "aider", "opencode", "promptfoo", "llama.cpp"}
)
NAME = r"[A-Za-z][A-Za-z0-9_.&-]+[A-Za-z0-9]"


@cache
def owners() -> Mapping[str, frozenset[str]]:
    """Return the ids of the doors, apps and products in whose names a word occurs."""
    found: dict[str, set[str]] = defaultdict(set)
    for id, name in (
        *((one.id, one.name) for one in load_doors()),
        *((one.id, one.name) for one in load_apps()),
        *((one.name, one.name) for one in products()),
    ):
        for word in set(re.findall(NAME, name)) - GENERIC:
            if word != word.lower() or word in LOWER_CASE:
                found[word].add(id)
    return {word: frozenset(ids) for word, ids in found.items()}


def _successors(door: object) -> list[str]:
    """Return the names of the services that take the place of a closed one."""
    known = load_doors().get(door) if isinstance(door, str) else None
    ids = known.provenance.successor if known is not None else ()
    return [one.name for one in map(load_doors().get, ids) if one is not None]


def strangers(report: Report, finding: Finding, told: str) -> set[str]:
    """Return the names in a finding that belong to no part of the case; ``told`` is the evidence in lower case."""
    key = report.target["key"]
    ours = {report.target["door"], report.target["app"], *(key["doors"] if isinstance(key, dict) else ())}
    told += " ".join(finding.evidence).lower()
    told += " ".join(one.holds for one in products() if one.name.lower() in told).lower()
    told += " ".join(names for words, names in HOUSE_OF_WORDS.items() if words in told).lower()
    told += " ".join(_successors(report.target["door"])).lower()
    words = " ".join((finding.title, finding.explanation, *finding.steps))
    return {
        word
        for word in re.findall(NAME, words)
        if word in owners() and not owners()[word] & ours and word.lower() not in told
    }


def runs(every: int) -> list[tuple[str, Evidence, str]]:
    """Return the name, the archived run and its text in lower case of one world in ``every``."""
    rows = [(name, row) for table in TABLES for name, row in read(table).items()]
    return [
        (name, evidence_in(row), json.dumps(row["evidence"], ensure_ascii=False).lower()) for name, row in rows[::every]
    ]


QUICKLY = 16  # the quick tests judge one world in so many


@pytest.mark.parametrize("every", [QUICKLY, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("lang", LANGS)
def test_no_report_speaks_of_a_house_an_app_or_a_product_that_is_no_part_of_the_case(lang: str, every: int) -> None:
    foreign, long, raw = {}, {}, {}
    for name, evidence, told in runs(every):
        report = judge(evidence, lang)
        for finding in report.findings:
            if found := strangers(report, finding, told):
                foreign[name, finding.code] = found
            if not 1 <= len(finding.steps) <= MOST_STEPS + 1:  # a fix that this run found may stand before them
                long[name, finding.code] = finding.steps
            if machine := [
                step
                for step in finding.steps
                if re.search(r"""\{ ?["']|["'] ?: ?["'{\[\d]|</?(?:html|head|body|p|div|title)\b""", step)
            ]:
                raw[name, finding.code] = machine
    assert foreign == {}
    assert long == {}
    assert raw == {}
