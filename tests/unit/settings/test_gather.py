"""Where settings come from, as a table of environments and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme

from probes.model.secret import Secret
from probes.model.settings import Conflict, ConflictReason, ConflictRole, ConnectTo, ProxySettings, Settings, Sourced
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable, option
from probes.settings.gather import BadInput, Options, gather

KEY, OTHER = "sk-aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z", "sk-zY0xW7vU4tS1rQ8pN5mK2jH9gE6dB3a"
RELAY = "https://relay.example/v1"
TOML = """\
[targets.work]
base_url = "https://relay.example/v1"
key = { env = "WORK_KEY" }
"""


def look(
    folder: Path, environ: dict[str, str] | None = None, env_file: str = "", toml: str = "", **options: object
) -> Settings:
    if env_file:
        (folder / ".env").write_bytes(env_file.encode())
    if toml:
        (folder / "llmdoctor.toml").write_text(toml)
    return gather(Options(**options), environ or {}, folder)  # type: ignore[arg-type]


def key(found: Settings) -> tuple[str, str] | None:
    return (found.key.value.reveal(), str(found.key.source)) if found.key else None


def base(found: Settings) -> tuple[str, str] | None:
    return (found.base_url.value, str(found.base_url.source)) if found.base_url else None


def conflicts(found: Settings) -> list[tuple[str, str, str, bool]]:
    return [(conflict.role, str(conflict.source), conflict.why, conflict.same) for conflict in found.conflicts]


# -- precedence --------------------------------------------------------------------------------------------------------


def test_environment_alone(tmp_path: Path) -> None:
    found = look(tmp_path, {"OPENAI_API_KEY": KEY})
    assert key(found) == (KEY, "environment OPENAI_API_KEY")
    assert base(found) == ("https://api.openai.com/v1", "default")
    assert found.protocol == Sourced("openai", environment_variable("OPENAI_API_KEY"))
    assert found.conflicts == ()
    found = look(tmp_path, {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": RELAY, "OPENAI_MODEL": "small"})
    assert base(found) == (RELAY, "environment OPENAI_BASE_URL")
    assert found.model == Sourced("small", environment_variable("OPENAI_MODEL"))


def test_env_file_with_lines(tmp_path: Path) -> None:
    text = f"# mine\n\n\nexport OPENAI_API_KEY='{KEY}'\r\nHOST=relay.example\n"
    text += "OPENAI_BASE_URL=https://${HOST}/v1 # relay\n"
    found = look(tmp_path, env_file=text)
    assert key(found) == (KEY, ".env:4 OPENAI_API_KEY")
    assert base(found) == (RELAY, ".env:6 OPENAI_BASE_URL")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert key(look(below)) == (KEY, "../../.env:4 OPENAI_API_KEY")
    found = look(below, {"HOST": "other.example"})  # as load_dotenv() does
    assert base(found) == ("https://other.example/v1", "../../.env:6 OPENAI_BASE_URL")


def test_the_last_line_of_a_name_counts(tmp_path: Path) -> None:
    assert key(look(tmp_path, env_file=f"OPENAI_API_KEY={OTHER}\nOPENAI_API_KEY={KEY}\n")) == (
        KEY,
        ".env:2 OPENAI_API_KEY",
    )


@pytest.mark.parametrize(("value", "same"), [(OTHER, False), (KEY, True)])
def test_environment_over_env_file(tmp_path: Path, value: str, same: bool) -> None:
    found = look(tmp_path, {"OPENAI_API_KEY": KEY}, f"OPENAI_API_KEY={value}\n")
    assert key(found) == (KEY, "environment OPENAI_API_KEY")
    winner = environment_variable("OPENAI_API_KEY")
    assert found.conflicts == (
        Conflict(
            ConflictRole.KEY,
            "OPENAI_API_KEY",
            Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 1),
            Secret(value),
            ConflictReason.SHADOWED,
            winner,
            same,
        ),
    )


def test_an_empty_variable_hides_the_file(tmp_path: Path) -> None:
    found = look(tmp_path, {"OPENAI_API_KEY": ""}, f"OPENAI_API_KEY={KEY}\n")
    assert found.key is None
    assert "environment OPENAI_API_KEY (empty)" in found.searched
    assert conflicts(found) == [("key", ".env:1 OPENAI_API_KEY", "shadowed", False)]
    assert found.conflicts[0].winner == environment_variable("OPENAI_API_KEY")


def test_arguments_over_all(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": OTHER, "OPENAI_BASE_URL": "https://other.example/v1", "OPENAI_MODEL": "other"}
    found = look(tmp_path, environ, base_url=RELAY, key=KEY, model="small", protocol="anthropic")
    assert (base(found), key(found)) == ((RELAY, "--base-url"), (KEY, "--key"))
    assert found.model == Sourced("small", option("--model"))
    assert found.protocol == Sourced("anthropic", option("--protocol"))
    assert found.conflicts == ()
    assert base(look(tmp_path, environ, target=RELAY)) == (RELAY, "argument")


def test_named_env_file_is_the_only_one(tmp_path: Path) -> None:
    (tmp_path / "prod.env").write_text(f"OPENAI_API_KEY={KEY}\n")
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={OTHER}\n")
    found = gather(Options(env_file="prod.env"), {"OPENAI_API_KEY": OTHER}, tmp_path)
    assert key(found) == (KEY, "prod.env:1 OPENAI_API_KEY")
    assert found.conflicts == ()


def test_no_env(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": KEY, "HTTPS_PROXY": "http://proxy:1", "SSL_CERT_FILE": "/x", "MY_KEY": OTHER}
    found = look(tmp_path, environ, f"OPENAI_API_KEY={KEY}\n", '[check]\nmodel = "m"\n', no_env=True, target=RELAY)
    assert (found.key, found.model, found.proxies.https, found.ca_bundle, found.conflicts) == (
        None,
        None,
        None,
        None,
        (),
    )
    found = look(tmp_path, environ, no_env=True, target=RELAY, key_env="MY_KEY")
    assert key(found) == (OTHER, "environment MY_KEY")


def test_the_file_comes_last(tmp_path: Path) -> None:
    toml = '[check]\nbase_url = "https://below.example/v1"\nmodel = "below"\nkey = { env = "BELOW" }\n'
    found = look(tmp_path, {"BELOW": KEY}, toml=toml)
    assert base(found) == ("https://below.example/v1", "llmdoctor.toml:2 check.base_url")
    assert key(found) == (KEY, "environment BELOW")
    assert found.model == Sourced("below", Source(SourceKind.CONFIG, Owner.FOLDER, "check.model", "llmdoctor.toml", 3))
    found = look(tmp_path, {"BELOW": KEY, "OPENAI_API_KEY": OTHER, "OPENAI_BASE_URL": RELAY})
    assert (base(found), key(found)) == (
        (RELAY, "environment OPENAI_BASE_URL"),
        (OTHER, "environment OPENAI_API_KEY"),
    )
    assert conflicts(found) == [("base_url", "llmdoctor.toml:2 check.base_url", "shadowed", False)]


# -- which protocol ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environ", "options", "expected_base", "expected_key"),
    [
        ({"ANTHROPIC_API_KEY": KEY}, {}, ("https://api.anthropic.com", "default"), "ANTHROPIC_API_KEY"),
        (
            {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": OTHER},
            {},
            ("https://api.openai.com/v1", "default"),
            "OPENAI_API_KEY",
        ),
        (
            {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": OTHER},
            {"protocol": "anthropic"},
            ("https://api.anthropic.com", "default"),
            "ANTHROPIC_API_KEY",
        ),
        (
            {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": OTHER},
            {"app": "anthropic-sdk"},
            ("https://api.anthropic.com", "default"),
            "ANTHROPIC_API_KEY",
        ),
        (
            {"OPENAI_API_KEY": "", "ANTHROPIC_API_KEY": OTHER},
            {},
            ("https://api.anthropic.com", "default"),
            "ANTHROPIC_API_KEY",
        ),
        (
            {"ANTHROPIC_BASE_URL": "https://r.example", "ANTHROPIC_AUTH_TOKEN": KEY},
            {},
            ("https://r.example", "environment ANTHROPIC_BASE_URL"),
            "ANTHROPIC_AUTH_TOKEN",
        ),
        ({"DEEPSEEK_API_KEY": KEY}, {}, ("https://api.deepseek.com", "default of DeepSeek"), "DEEPSEEK_API_KEY"),
        (
            {"DEEPSEEK_API_KEY": KEY, "OPENAI_API_KEY": OTHER},
            {"target": "https://api.deepseek.com"},
            ("https://api.deepseek.com", "argument"),
            "DEEPSEEK_API_KEY",
        ),
        (
            {"OPENAI_API_KEY": OTHER},
            {"target": "https://api.deepseek.com"},
            ("https://api.deepseek.com", "argument"),
            "OPENAI_API_KEY",
        ),
        (
            {"DEEPSEEK_API_KEY": KEY, "OPENAI_API_KEY": OTHER, "OPENAI_BASE_URL": "https://api.deepseek.com"},
            {},
            ("https://api.deepseek.com", "environment OPENAI_BASE_URL"),
            "OPENAI_API_KEY",
        ),
        (
            {"ANTHROPIC_API_KEY": KEY, "OPENAI_API_KEY": OTHER},
            {"target": "https://r.example/anthropic"},
            ("https://r.example/anthropic", "argument"),
            "ANTHROPIC_API_KEY",
        ),
        (
            {"ANTHROPIC_API_KEY": KEY, "OPENAI_API_KEY": OTHER},
            {"target": "api.anthropic.com"},
            ("api.anthropic.com", "argument"),
            "ANTHROPIC_API_KEY",
        ),
        (
            {"ANTHROPIC_API_KEY": KEY},
            {"target": "https://r.example"},
            ("https://r.example", "argument"),
            "ANTHROPIC_API_KEY",
        ),
        ({"OPENAI_BASE_URL": "", "OPENAI_API_KEY": KEY}, {}, ("", "environment OPENAI_BASE_URL"), "OPENAI_API_KEY"),
        (
            {"GEMINI_API_KEY": KEY},
            {"protocol": "gemini"},
            ("https://generativelanguage.googleapis.com", "default"),
            "GEMINI_API_KEY",
        ),
        (
            {"AZURE_OPENAI_API_KEY": KEY, "AZURE_OPENAI_ENDPOINT": "https://x.openai.azure.com"},
            {"protocol": "azure"},
            ("https://x.openai.azure.com", "environment AZURE_OPENAI_ENDPOINT"),
            "AZURE_OPENAI_API_KEY",
        ),
        ({"GITHUB_TOKEN": KEY, "AWS_ACCESS_KEY_ID": OTHER}, {}, None, None),
        ({}, {}, None, None),
    ],
)
def test_family(
    tmp_path: Path,
    environ: dict[str, str],
    options: dict[str, Any],
    expected_base: tuple[str, str] | None,
    expected_key: str | None,
) -> None:
    found = look(tmp_path, environ, **options)
    assert base(found) == expected_base
    assert key(found) == ((environ[expected_key], f"environment {expected_key}") if expected_key else None)


def test_the_token_decides_the_header(tmp_path: Path) -> None:
    found = look(tmp_path, {"ANTHROPIC_AUTH_TOKEN": KEY})
    assert found.auth_variable == "ANTHROPIC_AUTH_TOKEN"
    found = look(tmp_path, {"ANTHROPIC_AUTH_TOKEN": OTHER, "ANTHROPIC_API_KEY": KEY})
    assert (key(found), found.auth_variable) == ((KEY, "environment ANTHROPIC_API_KEY"), None)
    assert conflicts(found) == [("key", "environment ANTHROPIC_AUTH_TOKEN", "shadowed", False)]
    found = look(tmp_path, {"ANTHROPIC_AUTH_TOKEN": KEY, "ANTHROPIC_API_KEY": ""})  # empty is unset
    assert key(found) == (KEY, "environment ANTHROPIC_AUTH_TOKEN")


# -- values where no SDK reads them ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role", "why"),
    [
        ("OPENAI_KEY", "key", "unread"),
        ("OPENAI_APIKEY", "key", "unread"),
        ("CLAUDE_API_KEY", "key", "unread"),
        ("OPENA_API_KEY", "key", "near_name"),
        ("OPENAI_API_KYE", "key", "near_name"),
        ("OPENAI_API_KEY ", "key", "near_name"),
        ("openai_api_key", "key", "near_name"),
        ("OPEN_ROUTER_API_KEY", "key", "near_name"),
    ],
)
def test_a_key_in_a_wrong_variable_is_not_used(tmp_path: Path, name: str, role: str, why: str) -> None:
    found = look(tmp_path, {name: KEY, "PATH": "/bin", "HOME": "/root"})
    assert found.key is None
    assert conflicts(found) == [(role, f"environment {name}", why, False)]
    assert found.searched


@pytest.mark.parametrize(
    ("name", "why"), [("OPENAI_API_BASE", "unread"), ("OPENAI_API_HOST", "unread"), ("OPENAI_BASE_URI", "near_name")]
)
def test_a_base_url_in_a_wrong_variable_is_not_used(tmp_path: Path, name: str, why: str) -> None:
    found = look(tmp_path, {"OPENAI_API_KEY": KEY, name: RELAY})
    assert base(found) == ("https://api.openai.com/v1", "default")
    assert found.conflicts == (
        Conflict(ConflictRole.BASE_URL, name, environment_variable(name), RELAY, ConflictReason(why), DEFAULT),
    )


def test_other_providers_keys_are_no_typos(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": KEY, "XAI_API_KEY": OTHER, "ZAI_API_KEY": OTHER, "OPENAI_API_KEY_2": OTHER}
    assert look(tmp_path, environ).conflicts == ()


def test_searched_names_the_places(tmp_path: Path) -> None:
    found = look(tmp_path, {}, target=RELAY)
    assert found.searched == ("environment OPENAI_API_KEY", ".env OPENAI_API_KEY")
    assert look(tmp_path, {}, target=RELAY, key_env="WORK_KEY").searched[0] == "environment WORK_KEY"


# -- keys are taken unchanged ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (KEY, KEY),
        (KEY + "\n", KEY),
        (KEY + "\r\n", KEY),
        (KEY + "\n\n", KEY + "\n"),
        (f" {KEY} \n", f" {KEY} "),
        (f"\ufeff{KEY}\n", f"\ufeff{KEY}"),
    ],
)
def test_one_line_end_is_dropped(tmp_path: Path, text: str, value: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(text.encode())
    assert key(look(tmp_path, key_file=str(path))) == (value, f"--key-file {path}")
    assert key(look(tmp_path, key_stdin=True, stdin_text=text)) == (value, "standard input")
    assert key(look(tmp_path, key=text)) == (text, "--key")


def test_an_empty_key_is_a_missing_key(tmp_path: Path) -> None:
    found = look(tmp_path, key_stdin=True, stdin_text="\n")
    assert (found.key, found.searched) == (None, ("standard input (empty)",))
    found = look(tmp_path, {"K": ""}, target=RELAY, key_env="K")
    assert (found.key, found.searched) == (None, ("environment K (empty)",))


# -- named targets -----------------------------------------------------------------------------------------------------


def test_named_target(tmp_path: Path) -> None:
    environ = {"WORK_KEY": KEY, "OPENAI_API_KEY": OTHER, "OPENAI_BASE_URL": "https://o.example/v1", "OPENAI_MODEL": "o"}
    found = look(tmp_path, environ, toml=TOML, target="work")
    assert base(found) == (RELAY, "llmdoctor.toml:2 targets.work.base_url")
    assert key(found) == (KEY, "environment WORK_KEY")
    assert (found.model, found.conflicts) == (None, ())
    found = look(tmp_path, {}, f"\nWORK_KEY={KEY}\n", target="work")
    assert key(found) == (KEY, ".env:2 WORK_KEY")


def test_key_file_next_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "work.key").write_text(KEY + "\n")
    toml = '[targets.work]\nbase_url = "https://relay.example/v1"\nkey = { file = "work.key" }\n'
    below = tmp_path / "below"
    below.mkdir()
    (tmp_path / "llmdoctor.toml").write_text(toml)
    found = look(below, target="work")
    assert found.key and found.key.value.reveal() == KEY
    assert found.base_url and found.base_url.source == Source(
        SourceKind.CONFIG, Owner.FOLDER, "targets.work.base_url", "../llmdoctor.toml", 2
    )


@pytest.mark.parametrize("target", [KEY, "localhost", "not a url", "", "relay.example", "localhost:1234"])
def test_anything_but_a_word_is_a_base_url(tmp_path: Path, target: str) -> None:
    assert base(look(tmp_path, toml=TOML, target=target)) == (target, "argument")


# -- other settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"target": "wrok"}, "Did you mean work?"),
        ({"target": "other"}, "(its targets: work)"),
        ({"target": RELAY, "base_url": RELAY}, "twice"),
        ({"key": KEY, "key_env": "K"}, "twice"),
        ({"key_file": "/none/such"}, "key cannot be read"),
        ({"key_file": KEY}, "key cannot be read"),
        ({"key_env": KEY}, "not a key"),
        ({"target": KEY.removeprefix("sk-")[:24]}, "no target …"),
        ({"env_file": "none.env"}, "does not exist"),
        ({"env_file": "x", "no_env": True}, "exclude"),
        ({"ca_bundle": "none.pem"}, "does not exist"),
        ({"connect_to": ("relay.example",)}, "HOST:PORT:ADDR:PORT"),
        ({"connect_to": ("a:1:b:99999",)}, "HOST:PORT:ADDR:PORT"),
        ({"connect_to": (":::",)}, "HOST:PORT:ADDR:PORT"),
        ({"timeout": 0}, "--timeout"),
        ({"deadline": -1.0}, "--deadline"),
        ({"timeout": float("nan")}, "--timeout"),
        ({"protocol": "grpc"}, "--protocol"),
        ({"proxy": "http://p:1", "no_proxy": True}, "exclude"),
    ],
)
def test_refuses_in_words(tmp_path: Path, options: dict[str, object], said: str) -> None:
    (tmp_path / "llmdoctor.toml").write_text(TOML)
    with pytest.raises(BadInput) as caught:
        gather(Options(**options), {}, tmp_path)  # type: ignore[arg-type]
    assert said in str(caught.value) and KEY not in str(caught.value)


def test_unknown_target_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no target or provider named work"):
        look(tmp_path, target="work")


def test_connect_to(tmp_path: Path) -> None:
    found = look(tmp_path, connect_to=("Relay.example:443:127.0.0.1:8443", "::[::1]:80"), timeout=2, deadline=5)
    there = option("--connect-to")
    assert found.connect_to == (
        ConnectTo("relay.example", 443, "127.0.0.1", 8443, there),
        ConnectTo("", 0, "::1", 80, there),
    )
    assert (found.limits.probe, found.limits.run) == (2, 5)


def test_proxies_as_httpx_reads_them(tmp_path: Path) -> None:
    found = look(tmp_path, {"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2", "NO_PROXY": "localhost"}).proxies
    assert found.https == Sourced("http://b:2", environment_variable("https_proxy"))
    assert found.no_proxy == Sourced("localhost", environment_variable("NO_PROXY"))
    assert look(tmp_path, {"HTTPS_PROXY": "http://a:1", "https_proxy": ""}).proxies.https is None
    assert look(tmp_path, {"HTTP_PROXY": "http://a:1", "REQUEST_METHOD": "GET"}).proxies.http is None
    assert look(tmp_path, {"HTTP_PROXY": "http://a:1"}, no_proxy=True).proxies.http is None
    found = look(tmp_path, {"HTTP_PROXY": "http://a:1", "NO_PROXY": "*"}, proxy="http://c:3").proxies
    assert (found.http, found.https, found.no_proxy) == (*[Sourced("http://c:3", option("--proxy"))] * 2, None)
    assert look(tmp_path, env_file="HTTPS_PROXY=http://a:1\n").proxies.https is None


def test_name_servers(tmp_path: Path) -> None:
    assert look(tmp_path, dns_server=("1.1.1.1", "[::1]:5353")).dns_servers == ("1.1.1.1", "[::1]:5353")
    with pytest.raises(BadInput, match=r"--dns-server dns\.example is not an address"):
        look(tmp_path, dns_server=("dns.example",))


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_proxies_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "socks4://a:1", "ftp": "http://b:2"})
    assert look(tmp_path).proxies == ProxySettings(
        https=Sourced("socks4://a:1", Source(SourceKind.SYSTEM, Owner.USER, "https"))
    )
    assert look(tmp_path, {"ALL_PROXY": "http://c:3"}).proxies.https is None
    assert look(tmp_path, {"NO_PROXY": "localhost"}).proxies.https is None
    assert look(tmp_path, no_env=True).proxies == look(tmp_path, no_proxy=True).proxies == ProxySettings()


def test_linux_keeps_no_proxies_for_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("urllib.request.getproxies", lambda: pytest.fail("it was asked"))
    assert look(tmp_path).proxies == ProxySettings()


def test_ca_bundle(tmp_path: Path) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    given = look(tmp_path, {"SSL_CERT_FILE": "/etc/x.pem"}, ca_bundle="ca.pem").ca_bundle
    assert given == Sourced(str(tmp_path / "ca.pem"), option("--ca-bundle"))
    assert look(tmp_path, {"SSL_CERT_FILE": "/etc/x.pem"}).ca_bundle == Sourced(
        "/etc/x.pem", environment_variable("SSL_CERT_FILE")
    )


# -- --config ----------------------------------------------------------------------------------------------------------


def test_a_named_file_is_the_users_word(tmp_path: Path) -> None:
    named, found_file = tmp_path / "ci.toml", tmp_path / "llmdoctor.toml"
    named.write_text(f'[check]\nbase_url = "{RELAY}"\nmodel = "m"\nproxy = "http://proxy.example"\n{TOML}')
    found_file.write_text('[check]\nbase_url = "https://stranger.example/v1"\n[targets.other]\nbase_url = "x"\n')
    environ = {"OPENAI_API_KEY": KEY, "WORK_KEY": OTHER}
    found = look(tmp_path, environ, config="ci.toml")
    assert base(found) == (RELAY, "ci.toml:2 check.base_url") and found.model is not None
    assert found.override is None and found.proxies.https is not None
    found = look(tmp_path, environ, config=str(named), target="work")
    assert (key(found), found.override) == ((OTHER, "environment WORK_KEY"), None)
    with pytest.raises(BadInput, match="no target other in ci"):
        look(tmp_path, environ, config="ci.toml", target="other")
    assert look(tmp_path, environ).override is not None


def test_a_named_file_counts_without_an_environment_too(tmp_path: Path) -> None:
    (tmp_path / "ci.toml").write_text(f'[check]\nbase_url = "{RELAY}"\nkey = {{ env = "WORK_KEY" }}\n')
    (tmp_path / "other.env").write_text("X=1\n")
    for options in (Options(config="ci.toml", no_env=True), Options(config="ci.toml", env_file="other.env")):
        found = gather(options, {"WORK_KEY": KEY}, tmp_path)
        assert (base(found), key(found)) == ((RELAY, "ci.toml:2 check.base_url"), (KEY, "environment WORK_KEY"))


@pytest.mark.parametrize("name", ["missing.toml", "", ".", "~nobody-here/x.toml", "a\0b"])
def test_a_named_file_that_is_none_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--config"):
        look(tmp_path, {"OPENAI_API_KEY": KEY}, config=name)


def test_a_named_file_lends_no_variable_to_the_folder(tmp_path: Path) -> None:
    """The user has named WORK_KEY; that `.env` fills it with another secret is the folder's doing."""
    (tmp_path / "ci.toml").write_text(TOML)
    found = look(
        tmp_path, {"AWS_SECRET_ACCESS_KEY": KEY}, "WORK_KEY=${AWS_SECRET_ACCESS_KEY}\n", config="ci.toml", target="work"
    )
    assert found.override is not None and found.override.withheld
    assert {str(one.secret) for one in found.override.flows} == {"environment AWS_SECRET_ACCESS_KEY"}


@pytest.mark.parametrize(
    ("model", "protocol"), [("gpt-5.5", "responses"), ("O3", "responses"), ("gpt-4o", "openai"), (None, "openai")]
)
def test_llm_speaks_the_protocol_of_the_model(tmp_path: Path, model: str | None, protocol: str) -> None:
    environ = {"OPENAI_BASE_URL": "https://relay.example/v1", "OPENAI_API_KEY": "sk-x"}
    settings = gather(Options(app="llm", model=model), environ, tmp_path)
    assert settings.protocol.value == protocol
