"""Lists in sentences: each language has its own punctuation."""

from __future__ import annotations

import re

import pytest

from diagnose import words
from diagnose.answers.provider_addresses import built_in_doors
from diagnose.words.text_type import ListStep
from probes.model.listed import Listed
from probes.model.source import environment_variable

SITES = Listed((Listed(("Moonshot", "https://api.moonshot.cn/v1"), ": "), "a relay"), "; ")


@pytest.mark.parametrize(
    ("lang", "sites", "names"),
    [
        ("en", "Moonshot: https://api.moonshot.cn/v1; a relay", "one, two"),
        ("zh", "Moonshot：https://api.moonshot.cn/v1；a relay", "one、two"),
    ],
)
def test_a_list_has_the_punctuation_of_the_language(lang: str, sites: str, names: str) -> None:
    assert words.joined(SITES, lang) == sites
    assert words.joined("one, two", lang) == "one, two", "a server's own words stay as they are"
    assert names in words.phrase("seen.searched", lang, {"names": Listed(("one", "two"))})


def test_every_language_has_each_joint() -> None:
    for lang in words.LANGS:
        assert set(words.part(lang, "notes").JOINTS) == set(words.part("en", "notes").JOINTS)


def test_a_step_keeps_the_list_at_its_end_apart() -> None:
    sites = Listed(
        (Listed(("Moonshot", "https://api.moonshot.cn/v1"), ": "), Listed(("a relay", "https://HOST/v1"), ": ")), "; "
    )
    steps = words.say("key.wrong_region", "en", {"sites": sites}, "maybe").steps
    (step,) = (one for one in steps if isinstance(one, ListStep))
    assert step.items == ("Moonshot: https://api.moonshot.cn/v1", "a relay: https://HOST/v1")
    assert step == f"{step.head} {'; '.join(step.items)}" and step.head.endswith(":")
    single = words.say("key.wrong_region", "en", {"sites": Listed(sites.parts[:1], "; ")}, "maybe").steps
    assert not any(isinstance(one, ListStep) for one in single), "one item stays in the sentence"


def test_providers_have_their_chinese_names() -> None:
    names = words.part("zh", "provider_names").PROVIDERS
    assert set(names) <= {door.name for door in built_in_doors()}
    assert words.joined(Listed(["MiniMax (China)", "a relay"]), "zh") == "MiniMax（国内站）、a relay"
    assert words.provider_name("MiniMax (China)", "en") == "MiniMax (China)"
    for door in built_in_doors():
        assert not re.search(r"[()]|, general| server$| proxy$| style ", words.provider_name(door.name, "zh")), (
            door.name
        )


def test_a_source_in_a_list_is_in_the_words_of_the_language() -> None:
    places = Listed([environment_variable("AWS_PROFILE"), environment_variable("AWS_REGION")])
    assert places == "environment AWS_PROFILE, environment AWS_REGION"
    assert words.joined(places, "zh") == "环境变量 AWS_PROFILE、环境变量 AWS_REGION"
