"""The register of secrets: what it takes in, what it leaves in a text, and how much it keeps."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.model.known_secrets import GENERATION, KNOWN, KnownSecrets, parts
from probes.model.scrubber import REMEMBERED, WINDOW, Scrubber
from probes.model.secret import Secret, public_prefix

KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
BARE = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def test_it_collects_keys_only_after_its_beginning() -> None:
    register = KnownSecrets()
    Secret(KEY)
    assert register.scrub(f"a {KEY[5:25]} b") == f"a {KEY[5:25]} b"
    register.begin([BARE])
    Secret(KEY)
    assert register.scrub(f"a {KEY[5:25]} {BARE} b") == "a [key] [key] b"
    register.stop()
    assert register.scrub(f"a {KEY[5:25]} {BARE} b") == f"a {KEY[5:25]} {BARE} b"


def test_each_command_begins_anew() -> None:
    register = KnownSecrets()
    register.begin([KEY])
    register.begin([])
    assert register.scrub(BARE + KEY[5:25]) == BARE + KEY[5:25]
    register.stop()


def test_a_server_takes_in_no_key_of_a_visitor() -> None:
    register = KnownSecrets()
    register.begin([BARE])
    register.settle()
    Secret(KEY)
    assert register.scrub(f"{BARE} {KEY[5:25]}") == f"[key] {KEY[5:25]}"
    register.stop()


def test_texts_without_a_key_are_forgotten_again() -> None:
    scrub = Scrubber([KEY])
    for number in range(REMEMBERED + 10):
        assert scrub(f"text {number}") == f"text {number}"
    assert len(scrub.clean) <= REMEMBERED


def test_a_fleet_does_not_fill_the_memory() -> None:
    register = KnownSecrets()
    register.begin([BARE])
    keys = [f"{number:032x}" for number in range(10**30, 10**30 + 40 * GENERATION, 7)]
    for key in keys:
        Secret(key)
    sizes = [len(one._known) for one in (register._lasting, register._older, register._newer)]
    assert sum(sizes) <= 2 * GENERATION + 1
    assert register.scrub(f"{BARE} {keys[-1]}") == "[key] [key]"
    register.stop()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (f"  {KEY}\n", [KEY]),
        (f"Bearer {KEY}", [KEY]),
        (f"OPENAI_API_KEY={KEY}", [KEY]),
        (f"'{BARE}'", [BARE]),
        (f"{BARE},{KEY}", [BARE, KEY]),
        ("https://api.openai.com/v1", []),
        ("$OPENAI_API_KEY_OF_MINE_2", []),
        ("{{ secrets.KEY_NUMBER_1 }}", []),
        ("your-api-key-here", []),
        ("OPENAI_API_KEY_NAME", []),
        ("hunter2", []),
        ("correctHorseBattery", ["correctHorseBattery"]),
        ("", []),
    ],
)
def test_the_parts_that_can_be_a_key(given: str, taken: list[str]) -> None:
    assert list(dict.fromkeys(parts(given))) == taken


def test_a_key_with_a_space_inside_is_one_key() -> None:
    split = f"{KEY[:20]} {KEY[20:]}"
    assert split in list(parts(split))


def test_short_keys_stay_in_the_programs_own_sentences() -> None:
    KNOWN.begin(["hello", "section", "sk-abc"])
    assert KNOWN.scrub("hello, a section of sk-abc") == "hello, a section of sk-abc"


@given(
    st.text(alphabet="abcdefXYZ0123456789-_", min_size=24, max_size=60),
    st.integers(0, 40),
    st.text(alphabet="abc XYZ019[]:", max_size=40),
    st.text(alphabet="abc XYZ019[]:", max_size=40),
)
def test_no_window_passes_wherever_it_lies(key: str, at: int, before: str, after: str) -> None:
    body = key[len(public_prefix(key)) :]
    if len(body) < WINDOW:
        return
    scrub = Scrubber([key], shortest=WINDOW)
    at = min(at, len(body) - WINDOW)
    window = body[at : at + WINDOW]
    assert window not in scrub(before + window + after)
    assert base64.b64encode(key.encode()).decode()[4:20] not in scrub(
        before + base64.b64encode(key.encode()).decode() + after
    )
