"""Every provider with several sites: a refused key that may be from any of them leads to one claim with all addresses."""

from __future__ import annotations

import random
import re
import secrets
from functools import cache
from typing import NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest

from diagnose.judging.judge import judge
from diagnose.report import Report
from diagnose.words import LANGS
from probes.catalog.door import Door, sdk_base
from probes.catalog.doors import load
from probes.demo_server import practice_doors as b
from probes.keys.credential_kinds import pattern_matches
from probes.keys.made_up import wrong_key
from worlds.stage import Scenario, examine

DOORS = load()


class Pair(NamedTuple):
    """A door, its base URL, a made-up key of its shape, and the sites that might take such a key."""

    door: Door
    base_url: str
    key: str
    sites: tuple[Door, ...]


def _base_url(door: Door) -> str:
    urls = (sdk_base("openai", url) for url in door.base_urls("openai"))
    return next((url for url in urls if "{" not in url), "")


def _may_take(site: Door, key: str) -> bool:
    return any(pattern_matches(shape.pattern, key) for shape in site.keys) or not site.keys


def _made_up(door: Door) -> str:
    """Make the same key in every process that collects these tests."""
    with patch.object(secrets, "choice", random.Random(door.id).choice):
        return wrong_key(door, ())


def _pairs() -> list[Pair]:
    pairs = []
    for door in DOORS:
        base_url = _base_url(door)
        key = _made_up(door)
        sites = tuple(
            site
            for site in DOORS.sister_sites(door)
            if site.kind != "gateway" and _base_url(site) and _may_take(site, key)
        )
        if base_url and sites and door.kind not in ("gateway", "relay", "local"):
            pairs.append(Pair(door, base_url, key, sites))
    return pairs


PAIRS = _pairs()
each = pytest.mark.parametrize("pair", PAIRS, ids=[pair.door.id for pair in PAIRS])


@cache
def _report(pair: Pair, lang: str) -> Report:
    prefix = urlsplit(pair.base_url).path
    model = pair.door.small_model or "gpt-5-nano"
    scenario = Scenario(
        f"sites-{pair.door.id}",
        "auth.rejected",
        lambda key: b.openai("sk-of-somebody-else", prefix=prefix),
        pair.base_url,
        model=model,
        typed=lambda key: pair.key,
    )
    return judge(examine(scenario).evidence, lang)


def test_there_are_such_providers() -> None:
    companies = {pair.door.company for pair in PAIRS}
    assert {"siliconflow", "minimax", "alibaba", "moonshot", "zhipu", "stepfun"} <= companies
    assert len(PAIRS) >= 20


@each
def test_one_claim_names_every_site(pair: Pair) -> None:
    report = _report(pair, "en")
    assert report.root_cause == "auth.rejected", [finding.code for finding in report.findings]
    first = report.findings[0]
    missing = [site.id for site in pair.sites if _base_url(site) not in first.steps[0]]
    # A site that accepts the same keys as another one is named once.
    named = {site.namespace for site in pair.sites if site.id not in missing}
    assert {site.namespace for site in pair.sites if site.id in missing} <= named, (missing, first.steps[0])


@each
def test_no_two_statements_differ(pair: Pair) -> None:
    report = _report(pair, "en")
    texts = [f"{one.title} {one.explanation}" for one in report.findings]
    assert not any("right place" in text or "right form" in text for text in texts)
    others = [one for one in report.findings if one.code.startswith("key.") and one.code != "key.official_elsewhere"]
    assert len(others) <= 1, [one.code for one in others]
    assert all(" may " in one.title for one in others)
    # Nothing tells which site it is: a fix may be offered only where there is one.
    for one in report.findings:
        for fix in one.fixes:
            assert "base_url" not in fix.settings or len({site.namespace for site in pair.sites}) == 1
            assert not fix.verified


@each
@pytest.mark.parametrize("lang", LANGS)
def test_no_other_house_is_named(pair: Pair, lang: str) -> None:
    report = _report(pair, lang)
    said = "\n".join("\n".join((one.title, one.explanation, *one.steps, *one.evidence)) for one in report.findings)
    for url in re.findall(r"https?://[\w.-]+[^\s;，。；)]*", said):
        door = DOORS.of_host(urlsplit(url).hostname or "")
        assert door is None or door.company == pair.door.company, url
