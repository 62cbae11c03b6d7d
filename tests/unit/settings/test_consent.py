"""Which flows of the user's secrets need consent: a table of what a folder's file sets and what it refers to. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.catalog.door_files import parse
from probes.model.secret import Secret
from probes.model.settings import (
    Conflict,
    ConflictReason,
    ConflictRole,
    ConnectTo,
    ExtraHeader,
    Flow,
    FlowPart,
    ProxySettings,
    Settings,
    Sourced,
)
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable, option
from probes.settings.consent import Destination, file_of, harmless, mark, override_of, plain, sent_by_user
from probes.settings.gather import Options, gather

KEY = "sk-aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z"
STRANGER, OPENAI, RELAY = "https://stranger.example/v1", "https://api.openai.com/v1", "https://relay.example/v1"
ENV, TOKEN = environment_variable("OPENAI_API_KEY"), environment_variable("GITHUB_TOKEN")
DOTENV = Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_BASE_URL", ".env", 1)
CONFIG = Source(SourceKind.CONFIG, Owner.FOLDER, "check.key", "llmdoctor.toml", 4)
OWN = Source(SourceKind.CONFIG, Owner.USER, "check.base_url", "~/llmdoctor.toml", 2)
ARGUMENT = Source(SourceKind.ARGUMENT)
NOWHERE = Destination()


def at(url: str, source: Source = DOTENV, *borrowed: Source) -> Sourced[str]:
    return Sourced(url, source, borrowed)


def key(source: Source = ENV, chosen_by: Source | None = None, *borrowed: Source, text: str = KEY) -> Sourced[Secret]:
    return Sourced(Secret(text), source, borrowed, chosen_by)


def extra(source: Source, borrowed: tuple[Source, ...] = (), chosen_by: Source | None = None) -> ExtraHeader:
    return ExtraHeader("X-Team", Sourced(Secret("org-4"), source, borrowed, chosen_by))


def flows(usual: Destination = NOWHERE, **settings: Any) -> set[tuple[str, str, str, str]]:
    """Return the flows as (part, secret, the file's setting, host)."""
    found = override_of(Settings(**settings), usual, agreed=lambda flow: False)
    assert found is None or found.withheld
    return {(one.part.value, str(one.secret), str(one.named_by), one.host) for one in (found.flows if found else ())}


KEY_TO_STRANGER = ("base_url", "environment OPENAI_API_KEY", ".env:1 OPENAI_BASE_URL", "stranger.example")
FROM_KEY = ("key", "environment GITHUB_TOKEN", "llmdoctor.toml:4 check.key", "stranger.example")
PROXY = Source(SourceKind.CONFIG, Owner.FOLDER, "check.proxy", "llmdoctor.toml", 5)
VIA = ProxySettings(https=Sourced("http://proxy.example:8080", PROXY))
ROUTE = Source(SourceKind.CONFIG, Owner.FOLDER, "check.connect_to", "llmdoctor.toml", 6)
ROOTS = Source(SourceKind.CONFIG, Owner.FOLDER, "check.ca_bundle", "llmdoctor.toml", 7)
MODEL = Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_MODEL", ".env", 2)


# -- what needs consent ------------------------------------------------------------------------------------------------

NEEDED: list[tuple[str, dict[str, Any], set[tuple[str, str, str, str]]]] = [
    ("the folder's address, the user's key", {"base_url": at(STRANGER), "key": key()}, {KEY_TO_STRANGER}),
    (
        "with a port",
        {"base_url": at("https://stranger.example:8443/v1"), "key": key()},
        {(*KEY_TO_STRANGER[:3], "stranger.example:8443")},
    ),
    (
        "the user's file as key",
        {"base_url": at(STRANGER), "key": key(Source(SourceKind.KEY_FILE, Owner.USER, "", "~/.ssh/id"), CONFIG)},
        {
            ("base_url", "file ~/.ssh/id", ".env:1 OPENAI_BASE_URL", "stranger.example"),
            ("key", "file ~/.ssh/id", "llmdoctor.toml:4 check.key", "stranger.example"),
        },
    ),
    (
        "the user's address, a variable that the folder chose",
        {"base_url": at(STRANGER, ARGUMENT), "key": key(TOKEN, CONFIG)},
        {FROM_KEY},
    ),
    (
        "a key of the folder that holds a variable of the user",
        {"base_url": at(STRANGER, ARGUMENT), "key": key(CONFIG, None, TOKEN)},
        {FROM_KEY},
    ),
    (
        "a reference of the user to a key of the folder that holds a variable of the user",
        {"base_url": at(STRANGER, OWN), "key": key(CONFIG, OWN, TOKEN)},
        {FROM_KEY},
    ),
    (
        "a key of a parent folder's .env that a config file names",
        {
            "base_url": at(STRANGER, ARGUMENT),
            "key": key(Source(SourceKind.DOTENV, Owner.FOLDER, "KEY", "../.env", 1), CONFIG),
        },
        {
            ("key", "../.env:1 KEY", "llmdoctor.toml:4 check.key", "stranger.example"),
            ("key", "../.env:1 KEY", "../.env:1 KEY", "stranger.example"),
        },
    ),
    (
        "a key of the folder's .env that holds a variable of the user, and that its config file names",
        {
            "base_url": at(STRANGER, ARGUMENT),
            "key": key(Source(SourceKind.DOTENV, Owner.FOLDER, "KEY", ".env", 1), CONFIG, TOKEN),
        },
        {FROM_KEY, (*FROM_KEY[:2], ".env:1 KEY", FROM_KEY[3])},
    ),
    (
        "a variable in the address",
        {"base_url": at(f"https://stranger.example/{KEY}/v1", DOTENV, TOKEN)},
        {("base_url", "environment GITHUB_TOKEN", ".env:1 OPENAI_BASE_URL", "stranger.example")},
    ),
    (
        "an address of the user inside another one",
        {
            "base_url": at(f"https://stranger.example/{RELAY}", DOTENV, environment_variable("OPENAI_BASE_URL")),
            "secrets": (Secret(RELAY),),
        },
        {("base_url", "environment OPENAI_BASE_URL", ".env:1 OPENAI_BASE_URL", "stranger.example")},
    ),
    (
        "a variable in the model's name",
        {"base_url": at(STRANGER, ARGUMENT), "model": Sourced("m-x", MODEL, (TOKEN,))},
        {("model", "environment GITHUB_TOKEN", ".env:2 OPENAI_MODEL", "stranger.example")},
    ),
    (
        "a variable in the API version",
        {"base_url": at(STRANGER, ARGUMENT), "api_version": Sourced("v-x", MODEL, (TOKEN,))},
        {("api_version", "environment GITHUB_TOKEN", ".env:2 OPENAI_MODEL", "stranger.example")},
    ),
    (
        "a proxy of the folder on the way to the user's own host",
        {"base_url": at(OPENAI, DEFAULT), "key": key(), "proxies": VIA},
        {("proxy", "environment OPENAI_API_KEY", "llmdoctor.toml:5 check.proxy", "proxy.example:8080")},
    ),
    (
        "another address for the host",
        {
            "base_url": at(OPENAI, ARGUMENT),
            "key": key(),
            "connect_to": (ConnectTo("api.openai.com", 443, "203.0.113.9", 443, ROUTE),),
        },
        {("connect_to", "environment OPENAI_API_KEY", "llmdoctor.toml:6 check.connect_to", "203.0.113.9:443")},
    ),
    (
        "another port of the host, for any host",
        {"base_url": at(OPENAI, ARGUMENT), "key": key(), "connect_to": (ConnectTo("", 0, "", 8443, ROUTE),)},
        {("connect_to", "environment OPENAI_API_KEY", "llmdoctor.toml:6 check.connect_to", "api.openai.com:8443")},
    ),
    (
        "roots of the folder",
        {"base_url": at(OPENAI, ARGUMENT), "key": key(), "ca_bundle": Sourced("ca.pem", ROOTS)},
        {("ca_bundle", "environment OPENAI_API_KEY", "llmdoctor.toml:7 check.ca_bundle", "api.openai.com")},
    ),
    (
        "the folder's address and key, and a header of the user",
        {"base_url": at(STRANGER), "key": key(CONFIG), "headers": (extra(environment_variable("OPENAI_ORG_ID")),)},
        {("base_url", "environment OPENAI_ORG_ID", ".env:1 OPENAI_BASE_URL", "stranger.example")},
    ),
    (
        "the user's address, and a variable that the folder puts into a header",
        {"base_url": at(STRANGER, ARGUMENT), "headers": (extra(environment_variable("FOO"), chosen_by=CONFIG),)},
        {("header", "environment FOO", str(CONFIG), "stranger.example")},
    ),
    (
        "the user's address, and a part of the folder's header",
        {"base_url": at(STRANGER, ARGUMENT), "headers": (extra(CONFIG, (environment_variable("FOO"),)),)},
        {("header", "environment FOO", str(CONFIG), "stranger.example")},
    ),
    (
        "everything at once: each setting is named",
        {
            "base_url": at(STRANGER),
            "key": key(TOKEN, CONFIG),
            "proxies": VIA,
            "ca_bundle": Sourced("ca.pem", ROOTS),
        },
        {
            FROM_KEY,
            ("base_url", "environment GITHUB_TOKEN", ".env:1 OPENAI_BASE_URL", "stranger.example"),
            ("proxy", "environment GITHUB_TOKEN", "llmdoctor.toml:5 check.proxy", "proxy.example:8080"),
            ("ca_bundle", "environment GITHUB_TOKEN", "llmdoctor.toml:7 check.ca_bundle", "stranger.example"),
        },
    ),
]


@pytest.mark.parametrize(("given_", "wanted"), [row[1:] for row in NEEDED], ids=[row[0] for row in NEEDED])
def test_a_flow_needs_consent(given_: dict[str, Any], wanted: set[tuple[str, str, str, str]]) -> None:
    assert flows(**given_) == wanted


def test_the_table_has_every_part() -> None:
    of_chains = {FlowPart.CREDENTIAL.value}  # unit/credential_chains
    assert {part for _, _, wanted in NEEDED for part, *_ in wanted} == {part.value for part in FlowPart} - of_chains


FREE: list[tuple[str, dict[str, Any]]] = [
    (
        "a key of the folder's .env that its config file names",
        {
            "base_url": at(STRANGER, CONFIG),
            "key": key(Source(SourceKind.DOTENV, Owner.FOLDER, "KEY", ".env", 1), CONFIG),
        },
    ),
    ("no address", {"key": key()}),
    (
        "the folder's address, key and header",
        {"base_url": at(STRANGER), "key": key(CONFIG), "headers": (extra(CONFIG),)},
    ),
    (
        "the user's address and header",
        {"base_url": at(STRANGER, ARGUMENT), "headers": (extra(environment_variable("OPENAI_ORG_ID")),)},
    ),
    (
        "a header of the SDK at the SDK's default",
        {"base_url": at(OPENAI), "key": key(CONFIG), "headers": (extra(environment_variable("OPENAI_ORG_ID")),)},
    ),
    ("no secret", {"base_url": at(STRANGER)}),
    ("the user's address and key", {"base_url": at(STRANGER, ARGUMENT), "key": key()}),
    ("the SDK's default", {"base_url": at(OPENAI, DEFAULT), "key": key()}),
    ("the folder's address and key", {"base_url": at(STRANGER), "key": key(CONFIG)}),
    ("a key of the folder that the user named", {"base_url": at(STRANGER), "key": key(CONFIG, OWN)}),
    (
        "an address of the user as the address",
        {"base_url": at(STRANGER, DOTENV, environment_variable("OPENAI_BASE_URL")), "secrets": (Secret(STRANGER),)},
    ),
    (
        "a variable for models as model",
        {"base_url": at(STRANGER), "model": Sourced("m", MODEL, (environment_variable("OPENAI_MODEL"),))},
    ),
    (
        "a proxy of the user",
        {"base_url": at(OPENAI), "key": key(), "proxies": ProxySettings(https=Sourced("http://p", ENV))},
    ),
    (
        "a connection override for another host",
        {
            "base_url": at(OPENAI, ARGUMENT),
            "key": key(),
            "connect_to": (
                ConnectTo("other.example", 443, "203.0.113.9", 443, ROUTE),
                ConnectTo("", 80, "x", 1, ROUTE),
            ),
        },
    ),
    (
        "roots of the user",
        {"base_url": at(OPENAI), "key": key(), "ca_bundle": Sourced("ca.pem", option("--ca-bundle"))},
    ),
]


@pytest.mark.parametrize("given_", [row[1] for row in FREE], ids=[row[0] for row in FREE])
def test_a_flow_needs_none(given_: dict[str, Any]) -> None:
    assert flows(**given_) == set()


# -- where the user sends the secret anyway ----------------------------------------------------------------------------

GROQ = "https://api.groq.com/openai/v1"
HOME: list[tuple[str, bool, dict[str, Any], Destination]] = [
    ("the SDK's default host", True, {"base_url": at(OPENAI), "key": key()}, Destination()),
    (
        "its host in plain text, which the key policy forbids",
        True,
        {"base_url": at("http://api.openai.com/v1"), "key": key()},
        Destination(),
    ),
    (
        "a subdomain of it",
        False,
        {"base_url": at("https://api.openai.com.stranger.example/v1"), "key": key()},
        Destination(),
    ),
    (
        "its host with a name before it",
        False,
        {"base_url": at("https://api.openai.com@stranger.example/v1"), "key": key()},
        Destination(),
    ),
    (
        "another SDK's default host",
        False,
        {"base_url": at("https://api.anthropic.com"), "key": key(text="abc")},
        Destination(),
    ),
    (
        "the host of the user's own settings, from the SDK's variable",
        True,
        {"base_url": at(f"{RELAY}/other"), "key": key()},
        Destination(at(RELAY, OWN), ("OPENAI_API_KEY",)),
    ),
    (
        "the host of the user's own settings, from another variable",
        False,
        {"base_url": at(RELAY), "key": key(TOKEN, CONFIG)},
        Destination(at(RELAY, OWN), ("OPENAI_API_KEY",)),
    ),
    (
        "another port of the user's host",
        False,
        {"base_url": at("https://relay.example:8443/v1"), "key": key()},
        Destination(at(RELAY, OWN), ("OPENAI_API_KEY",)),
    ),
    (
        "a stored key at the host of the user's own settings",
        True,
        {"base_url": at(RELAY), "key": key(Source(SourceKind.APP, Owner.USER, "apiKey", "~/.app.json", 3))},
        Destination(at(RELAY, OWN)),
    ),
    (
        "a stored key that the folder chose",
        False,
        {"base_url": at(RELAY), "key": key(Source(SourceKind.APP, Owner.USER, "apiKey", "~/.app.json", 3), CONFIG)},
        Destination(at(RELAY, OWN)),
    ),
    (
        "a known door and the variable that it owns",
        True,
        {"base_url": at(GROQ), "key": key(environment_variable("GROQ_API_KEY"), CONFIG, text="x")},
        Destination(),
    ),
    (
        "a known door and another one's variable",
        False,
        {"base_url": at(GROQ), "key": key(environment_variable("MISTRAL_API_KEY"), CONFIG, text="x")},
        Destination(),
    ),
    (
        "a key that certainly is the door's",
        True,
        {"base_url": at(GROQ), "key": key(environment_variable("MY_KEY"), text=f"gsk_{'aB3dE6gH9jK2mN5p' * 3}WXyz")},
        Destination(),
    ),
    (
        "the same key, chosen by the folder",
        False,
        {
            "base_url": at(GROQ),
            "key": key(environment_variable("MY_KEY"), CONFIG, text=f"gsk_{'aB3dE6gH9jK2mN5p' * 3}WXyz"),
        },
        Destination(),
    ),
    (
        "a host that anybody can rent",
        False,
        {
            "base_url": at("https://res.openai.azure.com/openai/v1"),
            "key": key(environment_variable("AZURE_OPENAI_API_KEY")),
        },
        Destination(),
    ),
    (
        "a host whose path names an account",
        False,
        {
            "base_url": at("https://gateway.ai.cloudflare.com/v1/account/gateway/openai"),
            "key": key(environment_variable("CLOUDFLARE_API_TOKEN")),
        },
        Destination(),
    ),
    (
        "its default host through the folder's proxy",
        False,
        {"base_url": at(OPENAI), "key": key(), "proxies": VIA},
        Destination(),
    ),
    (
        "its default host with the folder's roots",
        False,
        {"base_url": at(OPENAI), "key": key(), "ca_bundle": Sourced("ca.pem", ROOTS)},
        Destination(),
    ),
    ("no address at all", False, {"base_url": at("not an address"), "key": key()}, Destination()),
]


@pytest.mark.parametrize(("home", "given_", "usual"), [row[1:] for row in HOME], ids=[row[0] for row in HOME])
def test_a_secret_may_go_home(home: bool, given_: dict[str, Any], usual: Destination) -> None:
    assert (flows(usual, **given_) == set()) is home


def test_what_the_user_agreed_to_is_not_withheld() -> None:
    settings = Settings(base_url=at(STRANGER), key=key(TOKEN, CONFIG))
    asked: list[str] = []

    def agreed(flow: Flow) -> bool:
        asked.append(flow.part)
        return flow.part is FlowPart.BASE_URL

    found = override_of(settings, Destination(), agreed=agreed)
    assert found is not None and found.withheld and set(asked) == {"base_url", "key"}
    found = override_of(settings, Destination(at(OPENAI, DEFAULT)), agreed=lambda flow: True)
    assert found is not None and not found.withheld and found.meant == "api.openai.com"


def test_an_address_with_a_secret_is_marked_and_shown_without_it() -> None:
    settings = Settings(base_url=at(f"https://{KEY}.stranger.example/v1", DOTENV, TOKEN), secrets=(Secret(KEY),))
    found = override_of(settings, Destination(), agreed=lambda flow: False)
    assert found is not None and found.in_address
    assert KEY not in str(found) and KEY.lower() not in str(found).lower()
    found = override_of(Settings(base_url=at(STRANGER), key=key()), Destination(), agreed=lambda flow: False)
    assert found is not None and not found.in_address


@pytest.mark.parametrize(
    ("base", "source", "sent"),
    [
        *((at(STRANGER), ENV, False), (at(STRANGER, ARGUMENT), ENV, True)),
        *((at(STRANGER), CONFIG, True), (at(OPENAI), ENV, True)),
    ],
)
def test_a_conflicting_key_follows_the_same_rule(base: Sourced[str], source: Source, sent: bool) -> None:
    other = Conflict(ConflictRole.KEY, "OPENAI_API_KEY", source, Secret(KEY), ConflictReason.SHADOWED)
    assert sent_by_user(Settings(base_url=base), other, Destination()) is sent


# -- marks -------------------------------------------------------------------------------------------------------------

FLOW = Flow(ENV, DOTENV, FlowPart.BASE_URL, "relay.example")


def test_a_mark_changes_with_file_setting_secret_and_host_alone(tmp_path: Path) -> None:
    def other(**changes: Any) -> str:
        values: dict[str, Any] = {name: getattr(FLOW, name) for name in ("secret", "named_by", "part", "host")}
        return mark(Flow(**values | changes), tmp_path)

    def place(name: str = "OPENAI_BASE_URL", file: str = ".env", line: int = 1) -> Source:
        return Source(SourceKind.DOTENV, Owner.FOLDER, name, file, line)

    same = mark(FLOW, tmp_path)
    different = [
        *(other(host="other.example"), other(host="relay.example:8443"), other(secret=TOKEN), other(part=FlowPart.KEY)),
        *(other(named_by=place(file=".env.local")), other(named_by=place("ANTHROPIC_BASE_URL"))),
        *(mark(FLOW, tmp_path / "other"), other(secret=Source(SourceKind.KEY_FILE, Owner.USER, "", "~/.ssh/id"))),
    ]
    assert len({same, *different}) == 1 + len(different)
    assert other(named_by=place(line=9)) == same
    below = tmp_path / "a" / "b"
    assert mark(Flow(ENV, place(file="../../.env"), FlowPart.BASE_URL, "relay.example"), below) == same
    assert mark(Flow(ENV, place(file=str(tmp_path / ".env")), FlowPart.BASE_URL, "relay.example"), below) == same


def test_a_mark_is_about_the_whole_place(tmp_path: Path) -> None:
    """Paths separate the tenants of a shared host, ports its servers, and a bundle is what it holds."""
    bundle = tmp_path / "ca.pem"

    def marks(content: str = "one", **changes: Any) -> set[str]:
        bundle.write_text(content)
        given_ = {"base_url": at("https://relay.example/good/v1"), "key": key(), **changes}
        override = override_of(Settings(**given_), Destination(), agreed=lambda flow: False)
        assert override is not None
        return {mark(flow, tmp_path) for flow in override.flows}

    def rule(port: int) -> dict[str, Any]:
        return {"connect_to": (ConnectTo("", 0, "127.0.0.1", port, ROUTE),)}

    roots = {"ca_bundle": Sourced(str(bundle), ROOTS)}
    assert marks() == marks()
    assert not marks() & marks(base_url=at("https://relay.example/evil/v1"))
    assert not marks() & marks(base_url=at("http://relay.example/good/v1"))
    assert marks(**rule(8080)) != marks(**rule(4000))
    assert marks(**roots) == marks(**roots) != marks("two", **roots)


@pytest.mark.parametrize(
    ("mine", "theirs", "stopped"),
    [
        ("https://relay.example/mine/v1", "https://relay.example/mine/v1", False),
        ("https://relay.example/mine/v1", "https://relay.example/mine", False),
        ("https://relay.example/mine", "https://relay.example/mine/v1", False),
        ("https://relay.example", "https://relay.example/v1", False),
        ("https://relay.example/mine", "https://relay.example/evil", True),
        ("https://relay.example/mine", "https://relay.example/mine2", True),
        ("https://relay.example/mine", "https://relay.example:8443/mine", True),
    ],
)
def test_the_users_own_place_is_a_path_of_a_host(mine: str, theirs: str, stopped: bool) -> None:
    usual = Destination(Sourced(mine, ENV), ("OPENAI_API_KEY",))
    assert bool(flows(usual=usual, base_url=at(theirs), key=key())) is stopped


@pytest.mark.parametrize("text", ["sk-" + "A1b2" * 12, "sk-" + "Z9y8" * 12])
def test_a_key_that_the_folder_holds_itself_is_no_secret(tmp_path: Path, text: str) -> None:
    """After ``set -a; . .env``, the environment holds what the file holds."""
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY=sk-{'A1b2' * 12}\nOPENAI_BASE_URL=https://relay.example/v1\n")
    found = gather(Options(), {"OPENAI_API_KEY": text}, tmp_path, home=tmp_path / "home")
    assert (found.override is not None) is ("Z" in text)


def test_pasted_text_has_no_file(tmp_path: Path) -> None:
    curl = Flow(ENV, Source(SourceKind.CURL, Owner.FOLDER), FlowPart.BASE_URL, "relay.example")
    assert file_of(curl, tmp_path) == "" and file_of(FLOW, tmp_path) == str(tmp_path / ".env")
    assert mark(curl, tmp_path) == mark(curl, tmp_path / "other") != mark(FLOW, tmp_path)


@given(st.lists(st.text(), min_size=4, max_size=4), st.lists(st.text(), min_size=4, max_size=4))
def test_no_two_flows_share_a_mark(one: list[str], other: list[str]) -> None:
    def made(texts: list[str]) -> tuple[tuple[str, ...], str]:
        name, secret, host, part = (text.replace("\0", "") for text in texts)
        source = Source(SourceKind.DOTENV, Owner.FOLDER, name, ".env", 1)
        chosen = tuple(FlowPart)[len(part) % len(FlowPart)]
        flow = Flow(environment_variable(secret or "X"), source, chosen, host)
        return (name, secret or "X", host, chosen), mark(flow, Path("/p"))

    assert (made(one)[0] == made(other)[0]) == (made(one)[1] == made(other)[1])


# -- doors -------------------------------------------------------------------------------------------------------------


def kept(**fields: Any) -> bool:
    door = {"hosts": ["relay.example"], "endpoints": [{"protocol": "openai", "base_url": RELAY}], **fields}
    name = door.pop("id", "mine")
    return len(harmless(parse({name: door}, "llmdoctor.toml", ""))) == 1


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        *(({}, True), ({"key_env": ["RELAY_KEY"]}, True), ({"hosts": ["relay.example:8443", "*.relay.example"]}, True)),
        *(({"id": "openai"}, False), ({"hosts": ["api.openai.com"]}, False), ({"hosts": ["API.OpenAI.com"]}, False)),
        *(({"hosts": ["*.openai.com"]}, False), ({"hosts": ["*"]}, False), ({"hosts": ["api.openai.com:443"]}, False)),
        *(({"hosts": ["relay.example", "api.groq.com"]}, False), ({"hosts": ["res.openai.azure.com"]}, False)),
        *(({"key_env": ["OPENAI_API_KEY"]}, False), ({"key_env": ["RELAY_KEY", "GROQ_API_KEY"]}, False)),
        *(({"key_env": ["OPENAI_KEY"]}, False), ({"base_url_env": ["OPENAI_BASE_URL"]}, False)),
    ],
)
def test_a_folders_door_claims_nothing_that_is_known(fields: dict[str, Any], counts: bool) -> None:
    assert kept(**fields) is counts


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        *(("", True), ("localhost", True), ("127.0.0.1", True), ("LOCALHOST", True), ("8080", True)),
        *(("123456", False), ("１２３", False), (KEY, False), ("relay.example", False), ("true", False)),
    ],
)
def test_what_is_certainly_no_secret(value: str, wanted: bool) -> None:
    assert plain(value) is wanted
