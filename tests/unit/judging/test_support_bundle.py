"""What a bundle hides: the home folder, the user's name in paths, and names of hosts."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from diagnose.judging.support_bundle import hosts_of, without_home, without_hosts


@pytest.mark.parametrize(
    ("home", "user", "text", "wanted"),
    [
        ("/home/anna", "anna", "/home/anna/.env:3 OPENAI_API_KEY", "~/.env:3 OPENAI_API_KEY"),
        ("/home/anna", "anna", "cannot read /home/anna.", "cannot read /home/anna."),
        ("/home/anna", "anna", "/home/annabel/x and /mnt/home/anna/y", "/home/annabel/x and /mnt/home/user/y"),
        ("C:\\Users\\Anna B", "Anna B", "C:\\Users\\Anna B\\ca.pem, c:/users/anna b/ca.pem", "~\\ca.pem, ~/ca.pem"),
        ("C:\\Users\\anna", "anna", "/mnt/c/Users/anna/.codex", "/mnt/c/Users/user/.codex"),
        (
            "/root",
            "root",
            "/root/.env, a root certificate, /rooted, https://x/root",
            "~/.env, a root certificate, /rooted, https://x/root",
        ),
        ("/", "", "/etc/ssl", "/etc/ssl"),
        ("", "", "/home/anna", "/home/anna"),
        (
            "/home/openai",
            "openai",
            "https://relay.example/openai/v1 openai-sdk",
            "https://relay.example/openai/v1 openai-sdk",
        ),
    ],
)
def test_the_home_folder(home: str, user: str, text: str, wanted: str) -> None:
    assert without_home(home, user)(text) == wanted


def test_hosts_and_all_names_of_their_domains() -> None:
    clean = without_hosts(["llm.corp.example", "gateway"])
    assert clean("https://LLM.corp.example/v1") == "https://host-1.hidden/v1"
    assert clean("CN=*.corp.example, sso.corp.example.") == "CN=*.host-2.hidden, host-3.hidden."
    assert clean("http://gateway:3128, gateways, my-gateway") == "http://host-4.hidden:3128, gateways, my-gateway"
    assert clean("the gateway; https%3A%2F%2Fgateway a@gateway gateway:80") == (
        "the gateway; https%3A%2F%2Fhost-4.hidden a@host-4.hidden host-4.hidden:80"
    )
    assert clean("x.corp.example .corp.example") == "host-5.hidden .host-2.hidden"
    assert clean("?rd=https%3A%2F%2Fllm.corp.example%2Fv1") == "?rd=https%3A%2F%2Fhost-1.hidden%2Fv1"
    assert clean("/etc/ssl/proxy.corp.example.pem") == "/etc/ssl/host-6.hidden.pem"
    others = "api.openai.com 10.1.2.3 notcorp.example corp. example"
    assert clean(others) == others
    assert clean("llm.corp.example") == "host-1.hidden"
    assert without_hosts([])("llm.corp.example") == "llm.corp.example"


def test_both_spellings_of_a_host() -> None:
    evidence = Mock(target=Mock(door=None, base_url="https://llm.bücher.example/v1"), vantage=Mock(proxy=None))
    clean = without_hosts(hosts_of(evidence, ["http://xn--mnchen-3ya.example:3128"]))
    hidden = clean("llm.bücher.example llm.xn--bcher-kva.example proxy.münchen.example xn--mnchen-3ya.example")
    assert all(one.endswith(".hidden") for one in hidden.split())
