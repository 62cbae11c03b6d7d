"""Hosts of apps in a pasted text that are not the API's."""

from __future__ import annotations

import pytest

from diagnose.answers.explain import explain
from probes.pasted.companion_hosts import companion_hosts
from probes.pasted.notes import TextNote
from probes.pasted.pasted_text import read


def companions(text: str) -> list[TextNote]:
    return [note for note in read(text).notes if note.kind == "companion"]


def test_the_app_and_the_host_are_named() -> None:
    (note,) = companions("getaddrinfo ENOTFOUND platform.claude.com")
    assert note.values == {"app": "Claude Code", "host": "platform.claude.com"}
    assert companion_hosts.__module__ == "probes.pasted.companion_hosts"


@pytest.mark.parametrize(
    "text", ["403 from api.anthropic.com", "not.platform.claude.com", "platform.claude.com.evil.example"]
)
def test_other_hosts_are_none(text: str) -> None:
    assert not companions(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("getaddrinfo ENOTFOUND platform.claude.com", "app.companion_unreachable"),
        ("https://auth.openai.com/oauth/token: certificate verify failed", "app.companion_unreachable"),
        ("Incorrect API key provided: see https://platform.claude.com/settings/keys", "auth.rejected"),
    ],
)
def test_it_is_the_cause_if_something_there_fails(text: str, code: str) -> None:
    assert explain(read(text))[0].code == code
