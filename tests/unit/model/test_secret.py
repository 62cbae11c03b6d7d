"""A key never prints itself, and the scrubber finds it in every encoding."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import re
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.model import scrubber
from probes.model.scrubber import _FOREIGN_KEY, WINDOW, Scrubber, _may_hold_a_key
from probes.model.secret import PUBLIC_PREFIXES, PUBLIC_VALUES, Secret, hint, public_prefix
from probes.model.settings import Conflict, ConflictReason, ConflictRole, Settings, Sourced
from probes.model.source import environment_variable, option

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
KEY = f"sk-{BODY}"
ODD = "sk-a\"b\\c/d+e=f&g%h<i>j'k{l}m n\to~p"  # every character that some escape changes


def leaks(text: str, key: str = KEY) -> list[str]:
    """Return the pieces of the key's body that the text contains."""
    body = key.strip()[len(public_prefix(key.strip())) :]
    return [body[i : i + WINDOW] for i in range(len(body) - WINDOW + 1) if body[i : i + WINDOW] in text]


# -- Secret ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holder:
    key: Secret


def raised(key: Secret) -> str:
    try:
        raise ValueError(key)
    except ValueError as error:
        return "".join(traceback.format_exception(error, limit=None))


@pytest.mark.parametrize(
    "shown",
    [
        lambda key: repr(key),
        lambda key: str(key),
        lambda key: "%s %r" % (key, key),  # noqa: UP031 - the old formatting is under test
        lambda key: f"{key} {key!r} {key!s} {key:>80}",
        lambda key: "{} {0!r}".replace("{}", "{0}").format(key),
        lambda key: repr([key, {"key": key}, (key,)]),
        lambda key: repr(Holder(key)),
        lambda key: repr(Sourced(key, option("--key"))),
        lambda key: repr(
            Settings(
                key=Sourced(key, option("--key")),
                conflicts=(Conflict(ConflictRole.KEY, "X", environment_variable("X"), key, ConflictReason.UNREAD),),
            )
        ),
        raised,
        lambda key: json.dumps({"key": key}, default=str),
        lambda key: logging.LogRecord("x", 10, "f", 1, "key %s", (key,), None).getMessage(),
        lambda key: key.hint,
    ],
)
def test_a_key_does_not_print_itself(shown: Callable[[Secret], str]) -> None:
    assert not leaks(shown(Secret(KEY)))


def test_a_key_is_not_pickled_and_not_turned_into_json() -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="pickled") as caught:
            pickle.dumps(Secret(KEY), protocol)
        assert not leaks(str(caught.value))
    for dump in (json.dumps, copy.copy, copy.deepcopy, lambda key: asdict(Holder(key))):
        with pytest.raises(TypeError) as refused:
            dump(Secret(KEY))
        assert not leaks(str(refused.value))


def test_a_key_has_no_dict_to_be_dumped() -> None:
    with pytest.raises(TypeError):
        vars(Secret(KEY))


def test_a_key_is_a_value() -> None:
    assert Secret(KEY) == Secret(KEY) != Secret("sk-other")
    assert Secret(KEY) != KEY
    assert len({Secret(KEY), Secret(KEY)}) == 1
    assert len(Secret(KEY)) == len(KEY)
    assert not Secret("")
    assert Secret(KEY).reveal() == KEY


@pytest.mark.parametrize(
    "value", ["", "a", "12345678", KEY, "密钥" * 30, "\n" * 30, f" {KEY}\n", ODD, "sk-\ud800" + BODY]
)
def test_a_hint_reveals_little(value: str) -> None:
    shown = hint(value)
    assert shown.isprintable()
    assert "\n" not in shown
    assert len(shown) <= 9
    shown.encode("utf-8")


# -- the scrubber ------------------------------------------------------------------------------------------------------


def escaped_slashes(key: str) -> str:
    return json.dumps(key)[1:-1].replace("/", "\\/")


FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda key: quote(key, safe=""),
    "percent, slashes kept": quote,
    "percent, plus": quote_plus,
    "percent, lower": lambda key: quote(key, safe="").replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d"),
    "json": lambda key: json.dumps(key)[1:-1],
    "json in json": lambda key: json.dumps(json.dumps({"key": key})),
    "json, slashes escaped": escaped_slashes,
    "repr": lambda key: repr(key)[1:-1],
    "repr of bytes": lambda key: repr(f"Bearer {key}".encode()),
    "hex": lambda key: key.encode().hex(),
    "HEX": lambda key: key.encode().hex().upper(),
    "in a header": lambda key: f"Illegal header value b'Bearer {key}\\n'",
    "in a URL": lambda key: f"https://relay.example/v1?key={key}&model=x",
    "in HTML": lambda key: f"<b>{key}</b>",
    "quoted": lambda key: f'"{key}"',
    "twice": lambda key: f"{key}{key}",
    "glued": lambda key: f"xx{key}yy",
    "the body alone": lambda key: key[3:],
    "cut in front": lambda key: key[8:],
    "cut behind": lambda key: key[:-8],
    "a piece": lambda key: key[6 : 6 + WINDOW],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "key", [KEY, f"sk-{BODY[:12]}/{BODY[12:24]}+{BODY[24:]}==", f"  {KEY}\n"], ids=["key", "signs", "spaces"]
)
def test_the_scrubber_finds_a_key(form: str, key: str) -> None:
    text = FORMS[form](key)
    scrubbed = Scrubber([Secret(key)])(f"the server says: {text}, and more")
    assert not leaks(scrubbed, key)
    assert scrubbed.startswith("the server says: "), "the rest of the text stays"
    assert scrubbed.endswith(", and more")
    if form in ("hex", "HEX"):
        wide = 2 * WINDOW
        assert not [i for i in range(0, len(text) - wide + 1, 2) if text[i : i + wide] in scrubbed]


@pytest.mark.parametrize("lead", range(6))
@pytest.mark.parametrize("tail", range(3))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_shows_no_key_in_any_alignment(lead: int, tail: int, encode: Callable[[bytes], bytes]) -> None:
    wrapped = encode(b"user:x"[:lead] + KEY.encode() + b"yz"[:tail]).decode()
    scrubbed = Scrubber([Secret(KEY)])(f"Basic {wrapped}")
    inside = scrubbed.removeprefix("Basic ").split("[key]")
    for piece in inside:
        for start in range(4):
            whole = piece[start : start + (len(piece) - start) // 4 * 4]
            assert not leaks(base64.b64decode(whole, altchars=b"-_").decode("latin-1"))


@given(st.text(st.sampled_from("abXY019-._~"), min_size=1))
def test_a_usual_key_is_written_as_it_is(value: str) -> None:
    """Its escaped forms are not made, which would import JSON and URLs at the start of each command."""
    assert scrubber._is_never_escaped(value)
    assert scrubber._escaped_forms(value, value.encode()) == {value, value.lower()}


@pytest.mark.parametrize("value", ["a b", "a+b", "a/b", "a=b", 'a"b', "a'b", "a\\b", "a%b", "ä", "a\n"])
def test_a_key_with_other_signs_has_more_forms(value: str) -> None:
    assert not scrubber._is_never_escaped(value)


def test_an_odd_key_is_found_in_its_escaped_forms() -> None:
    scrub = Scrubber([Secret(ODD)])
    for text in (ODD, quote(ODD, safe=""), json.dumps(ODD), repr(ODD), repr(ODD.encode()), ODD.encode().hex()):
        assert not leaks(scrub(text), ODD)
        assert "[key]" in scrub(text)


@pytest.mark.parametrize("odd", ["\udcff", "\ud800", "\0", "\x85", "密", "\u200b"])
def test_a_key_of_odd_characters_is_found(odd: str) -> None:
    for key in (f"{KEY}{odd}", f"{odd}{KEY}", f"{KEY[:20]}{odd}{KEY[20:]}"):
        scrub = Scrubber([Secret(key)])
        assert not leaks(scrub(f"the server says: {key}{odd}"), key)
        assert scrub(odd) == odd


@pytest.mark.parametrize("key", ["hunter2", "abc", "sk-short123", "geheim-12345"])
def test_a_short_key_is_found_as_a_word(key: str) -> None:
    scrub = Scrubber([Secret(key)])
    assert key not in scrub(f"key {key} is wrong")
    assert key not in scrub(f'{{"key":"{key}"}}')
    assert scrub("nothing to see") == "nothing to see"


@pytest.mark.parametrize("value", sorted(PUBLIC_VALUES))
def test_a_placeholder_is_left_alone(value: str) -> None:
    text = f"the answer of {value} at http://127.0.0.1:11434/v1"
    assert Scrubber([Secret(value)])(text) == text


@pytest.mark.parametrize("prefix", PUBLIC_PREFIXES)
def test_a_published_prefix_may_be_shown(prefix: str) -> None:
    assert Scrubber([Secret(prefix + BODY)])(f"keys begin with {prefix}.") == f"keys begin with {prefix}."


def test_nothing_is_scrubbed_without_a_key() -> None:
    for empty in ("", " ", "\n"):
        assert Scrubber([Secret(empty)])("a text stays as it is") == "a text stays as it is"


def test_a_key_of_somebody_elses_is_hidden_too() -> None:
    upstream = "sk-proj-" + BODY * 2
    assert not leaks(Scrubber()(f"Incorrect API key provided: {upstream}."), upstream)


@settings(deadline=None, max_examples=300)
@given(key=st.from_regex(re.compile(_FOREIGN_KEY, re.ASCII)), before=st.text(max_size=30), after=st.text(max_size=30))
def test_what_is_searched_for_keys_is_all_that_may_hold_one(key: str, before: str, after: str) -> None:
    assert _may_hold_a_key(key)
    assert _may_hold_a_key(before + key + after)


def test_a_hint_is_not_searched_for_keys() -> None:
    assert not _may_hold_a_key('{"hint": "sk-…mnop", "detail": "hf_token, sk-, nvapi-"}')


def test_a_secret_that_comes_between_two_texts_is_hidden() -> None:
    scrub = Scrubber([Secret(KEY)])
    other = BODY[::-1]
    assert scrub(f"{KEY} {other}") == f"sk-[key] {other}"
    scrub.add(other)
    assert scrub(f"{KEY} {other}") == "sk-[key] [key]"


def test_every_key_of_the_run_is_hidden() -> None:
    other = "gsk_" + BODY[::-1]
    scrub = Scrubber([Secret(KEY), other])
    assert scrub(f"{KEY} {other}") == "sk-[key] gsk_[key]"


KEYS = st.one_of(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=WINDOW, max_size=80),
    st.text(min_size=WINDOW, max_size=60),
    st.builds(
        lambda head, body: head + body,
        st.sampled_from(PUBLIC_PREFIXES),
        st.from_regex(r"[A-Za-z0-9_-]{12,60}", fullmatch=True),
    ),
)


@settings(deadline=None, max_examples=150)
@given(
    key=KEYS,
    before=st.text(max_size=30),
    after=st.text(max_size=30),
    form=st.sampled_from(["plain", "percent", "json", "repr"]),
)
def test_no_window_of_a_key_survives(key: str, before: str, after: str, form: str) -> None:
    if key.strip().lower() in PUBLIC_VALUES:
        return
    try:
        text = before + FORMS[form](key) + after
    except UnicodeEncodeError:
        return  # a key that cannot be percent-encoded is not sent in that form
    scrubbed = Scrubber([Secret(key)])(text)
    # The scrubber does not leak what the text around the key contains anyway, or "[key]" together with that text.
    own = before + "\n" + after
    assert [found for found in leaks(scrubbed, key) if found not in own] == []


@settings(deadline=None, max_examples=150)
@given(key=KEYS, before=st.text(max_size=30), after=st.text(max_size=30))
def test_scrubbing_twice_changes_nothing(key: str, before: str, after: str) -> None:
    scrub = Scrubber([Secret(key)])
    once = scrub(before + key + after)
    assert scrub(once) == once
