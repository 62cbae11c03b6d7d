"""Lists in sentences: each language has its own punctuation."""

from __future__ import annotations

import pytest

from diagnose import words
from probes.model.listed import Listed

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
