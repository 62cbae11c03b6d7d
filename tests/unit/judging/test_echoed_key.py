"""A masked key in a refusal: the user's own, in whatever form a server shows it, or another one."""

from __future__ import annotations

import pytest

from diagnose.evidence.echoed_key import quotes_other_key

HINT = "sk-p…9fQ2"  # as the report shows the user's key


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-ab***yz.",
        "Incorrect API key provided: sk-ab...yz. You can find it at …",
        "Incorrect API key provided: sk-proj-Ab12********************************wxyz",
        "your api key: ****wxyz is invalid",
        "invalid token xxxxwxyz",
        "Invalid key sk-a…wxyz",
        "无效的密钥：sk-ab••••yz1",
        "Incorrect API key provided: gsk_ab*****",
    ],
)
def test_another_key(text: str) -> None:
    assert quotes_other_key(text, HINT)


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-Ab****9fQ2.",
        "Incorrect API key provided: SK-PROJ-AB****9FQ2.",
        "invalid token Ab12****9fQ2",  # without its prefix
        "your api key: ****fQ2 is invalid",
        "Incorrect API key provided: sk-proj-*****",  # the public prefix alone
        "Invalid token, it looks like sk-***",
        "Invalid token, use AIza***",  # an example of another kind shows nothing of a key
        "Your key was sent by user 138****1234 … key sk-proj-Ab****9fQ2",  # the second one is the user's
        "Please wait... the account is locked",
        "Invalid API key",
        "[key] is invalid",
        "* * *",
        "",
    ],
)
def test_the_users_key_or_none(text: str) -> None:
    assert quotes_other_key(text, HINT) == ""


def test_a_short_key_has_no_tail_to_compare() -> None:
    assert quotes_other_key("Incorrect API key provided: abc***yz.", "ab…") == ""
    assert quotes_other_key("Incorrect API key provided: ***yz.", "…") == ""
