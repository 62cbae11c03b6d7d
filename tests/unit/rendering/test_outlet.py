"""The outlet of all text: what acts is shown, commands of build servers are broken, values stay exact where they can."""

from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.formats.json import dumps
from diagnose.rendering import html_builder
from diagnose.rendering.outlet import Grammar, passed, plain
from worlds.pipelines import COMMANDS
from worlds.pipelines import obeyed as acts

ADDRESSES = (
    *("http://[::1]:8080/v1", "[::1]:80 and [::1]:81", "::1", "fe80::1%eth0, fe80::2%eth0", "[::]:9115 [::]:9116"),
    *("http://[::ffff:10.0.0.1]/ or http://[2001:db8::7]/", "::", "dead::beef and cafe::f00d", "a::b"),
)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("place", ["{}", "  {}", "a {} b", "said: {}", "\n{}\n", "\t{}", "a\r{}"])
def test_a_command_is_broken(command: str, place: str) -> None:
    text = place.format(command)
    assert acts(command)
    assert not acts(plain(text))
    for grammar in Grammar:
        if grammar is not Grammar.WORKFLOW or not command.startswith("::error"):  # which is that format's own
            assert not acts(passed(text, grammar)), grammar
    assert not acts(dumps({"said": text}))
    assert json.loads(dumps({"said": text})) == {"said": text}
    markup = passed(f"<p title='{html.escape(text)}'>{html.escape(text)}</p>", Grammar.MARKUP)
    assert not acts(markup)
    assert html.unescape(markup) == f"<p title='{text}'>{text}</p>".replace("\r", "\\u000d")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_in_two_pieces_is_broken(command: str) -> None:
    for at in range(1, len(command)):
        joined = plain(command[:at]) + plain(command[at:])
        for grammar in (Grammar.TEXT, Grammar.WORKFLOW):
            if grammar is Grammar.TEXT or not command.startswith("::error"):
                assert not acts(passed(joined, grammar)), joined
        two = html_builder.join(command[:at], html_builder.Safe(""), command[at:])
        assert not acts(passed(two, Grammar.MARKUP)), two


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_no_command(text: str) -> None:
    assert plain(text) == text
    for grammar in Grammar:
        assert passed(text, grammar) == text


def test_a_command_of_our_own_is_obeyed_and_what_it_carries_is_not() -> None:
    ours = (
        "::group::llmdoctor: ##[x]",
        "::endgroup::",
        "::error file=.env,line=3,title=llmdoctor%3A x::a ::stop-commands::b",
        "::warning title=a::b",
    )
    out = passed("\n".join(ours), Grammar.WORKFLOW).split("\n")
    assert out[0] == "::group::llmdoctor: ## [x]"
    assert out[1] == "::endgroup::"
    assert out[2] == "::error file=.env,line=3,title=llmdoctor%3A x::a : :stop-commands::b"
    assert out[3] == ours[3]


def test_a_style_sheet_is_left_as_it_is() -> None:
    sheet = "<style>a::before { x } b::after { y } c::marker { }</style>"
    page = passed(f"<head>{sheet}</head><p>::add-mask::x</p>{sheet}", Grammar.MARKUP)
    assert page == f"<head>{sheet}</head><p>&#58;:add-mask::x</p>{sheet}"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a\r\n b\tc", "a b c"),
        ("\x1b[1;31mred\x1b[0m", r"\u001b[1;31mred\u001b[0m"),
        ("\x1b]8;;http://x\x1b\\link\x07", r"\u001b]8;;http://x\u001b\link\u0007"),
        ("\x9b31mred\x9d0;t\x9c", r"\u009b31mred\u009d0;t\u009c"),
        ("a\u200bb\u202ec\x00\ud800", r"a\u200bb\u202ec\u0000\ud800"),
        ("a\u2028b\u2029c\x85d\x1ce", r"a\u2028b\u2029c\u0085d\u001ce"),
        ("\u2066a\u2069\ufeff\u00ad\u061c", r"\u2066a\u2069\ufeff\u00ad\u061c"),
        ("a\U000e0041\U000e0100\u3164", r"a\udb40\udc41\udb40\udd00\u3164"),
        ("密钥\u3000是 “x”… ⚠️ 👍", "密钥 是 “x”… ⚠️ 👍"),
        ("  \u00a0 ", ""),
    ],
)
def test_what_acts_is_shown(given: str, wanted: str) -> None:
    assert plain(given) == wanted


def test_line_ends_tabs_and_colours_of_our_own_stay() -> None:
    text = "a\tb\n\x1b[1;31mred\x1b[0m\x1b[2K\x1b]0;t\x07\r"
    assert passed(text, colours=True) == "a\tb\n\x1b[1;31mred\x1b[0m\\u001b[2K\\u001b]0;t\\u0007\\u000d"
    assert "\x1b" not in passed(text)


SIGNS = st.text() | st.text(alphabet=":#[]abv s\n\r\t\x1b\u202e\u200b\x9b")


@given(SIGNS)
def test_nothing_acts_in_any_grammar(text: str) -> None:
    one = plain(text)
    assert plain(one) == one
    assert all(sign.isprintable() for sign in one)
    assert not acts(one)
    for grammar in Grammar:
        whole = passed(text, grammar)
        assert passed(whole, grammar) == whole
        assert not acts(whole) or re.search("^::group::|^::endgroup::", whole, re.MULTILINE)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", whole)
        whole.encode()


@given(SIGNS, SIGNS)
def test_json_keeps_every_value(name: str, text: str) -> None:
    value = {name: [text, {"nested": name}]}
    for indent in (None, 2):
        written = dumps(value, indent=indent)
        assert json.loads(written) == value
        assert not acts(written)
        assert passed(written) == written, "a second way out changes nothing"
