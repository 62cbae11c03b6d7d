"""Every option that names a file and every kind of file that is found, on hostile files: a sentence, and no hang."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from checkout import ROOT
from diagnose.cli import named_files, program
from probes.app_settings.scan import find
from probes.app_settings.search import COMPOSE_FILES, SearchPlaces
from probes.catalog import apps
from probes.config_formats import files
from probes.model.settings import BadInput
from probes.model.source import Source, SourceKind
from probes.network import trust_stores
from probes.settings.gather import Options, gather
from unit.hostile_files import AS_ROOT, FOUND, MAKE, NAMED, NEEDS_PIPES, ends, fifo, foreign

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="owners, modes and pipes are those of POSIX"),
]

URL = "http://127.0.0.1:9/v1"
KEY = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"
# Every argument and option that names a file to read; `{}` is the file.
READS = {
    "check --env-file": ("check", "--env-file", "{}", "--offline"),
    "check --key-file": ("check", URL, "--key-file", "{}", "--offline"),
    "check --ca-bundle": ("check", URL, "--key", KEY, "--ca-bundle", "{}", "--offline"),
    "check --plan --key-file": ("check", URL, "--key-file", "{}", "--plan"),
    "snippet --from": ("snippet", "--from", "{}"),
    "snippet --env-file": ("snippet", "--env-file", "{}", "--offline"),
    "snippet --key-file": ("snippet", URL, "--key-file", "{}", "--offline"),
    "fleet (TOML)": ("fleet", "{}"),
    "fleet (CSV)": ("fleet", "{}.csv"),
    "fleet --ca-bundle": ("fleet", "sound.toml", "--ca-bundle", "{}", "--offline"),
    "scan --ca-bundle": ("scan", "--ca-bundle", "{}"),
    "judge": ("judge", "{}"),
    "compare, the first": ("compare", "{}", "sound.json"),
    "compare, the second": ("compare", "sound.json", "{}"),
    "explain --file": ("explain", "--file", "{}"),
    "hook": ("hook", "{}"),
    "init --env-file": ("init", "--env-file", "{}", "-o", "made.toml"),
    "serve --config": ("serve", "--config", "{}"),
    "serve --token-file": ("serve", "--token-file", "{}"),
    "serve --tls-cert": ("serve", "--tls-cert", "{}", "--tls-key", "sound.json"),
    "serve --tls-key": ("serve", "--tls-cert", "sound.json", "--tls-key", "{}"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working folder with an empty home beside it, and the patience of a test."""
    folder, home = tmp_path / "here", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    shutil.copy(ROOT / "docs" / "runs" / "wrong-door.json", folder / "sound.json")
    (folder / "sound.toml").write_text(f'[targets.a]\nbase_url = "{URL}"\n')
    monkeypatch.chdir(folder)
    for name in [*os.environ]:
        if name.startswith(("XDG_", "OPENAI_", "ANTHROPIC_", "SSL_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(files, "PATIENCE", 0.1)
    return folder


def call(*arguments: str, stdin: bytes = b"") -> Result:
    """Run a command in this process as `main` does, which turns click's errors into a sentence and exit status 2."""
    return ends(lambda: CliRunner().invoke(program, ["--", *arguments][1:], input=stdin, standalone_mode=False))


def sentence(done: Result) -> str:
    """Return the error message of a command that must end with status 2."""
    assert isinstance(done.exception, click.ClickException), (done.exception, done.output)
    text = done.exception.format_message()
    assert 10 < len(text) < 500 and "Errno" not in text and "\n" not in text.strip(), text
    return text


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("name", READS)
def test_a_named_file_that_is_hostile(name: str, kind: str, here: Path) -> None:
    pytest.importorskip("uvicorn", reason="the extra `serve` is not installed") if name.startswith("serve") else None
    ending = ".csv" if "CSV" in name else ""
    MAKE[kind](here / f"hostile{ending}")
    said = sentence(call(*(word.format("hostile") for word in READS[name])))
    assert "hostile" in said or "--" in said, said


@pytest.mark.parametrize("name", [name for name in READS if not name.startswith(("fleet --", "scan"))])
def test_a_missing_file_and_a_folder(name: str, here: Path) -> None:
    pytest.importorskip("uvicorn", reason="the extra `serve` is not installed") if name.startswith("serve") else None
    words = [word.format("hostile") for word in READS[name]]
    if name not in ("serve --tls-cert", "serve --tls-key"):  # the TLS library says it, once it listens
        sentence(call(*words))
    (here / ("hostile.csv" if "CSV" in name else "hostile")).mkdir()
    sentence(call(*words))


def test_every_option_that_takes_a_file_is_in_the_table() -> None:
    """A new one must be added above, or be an output or a folder."""
    from diagnose.cli import COMMANDS, HIDDEN

    elsewhere = {"output", "save"}
    named = {
        (command, parameter.name)
        for command in (*COMMANDS, *HIDDEN)
        for parameter in _command(command).params
        if isinstance(parameter.type, click.Path) and parameter.type.file_okay and parameter.name not in elsewhere
    }
    tabled = {
        *(
            ("fleet", "file"),
            ("judge", "file"),
            ("compare", "a"),
            ("compare", "b"),
            ("explain", "path"),
            ("hook", "files"),
        ),
        *(
            ("serve", "path"),
            ("serve", "token_file"),
            ("serve", "tls_cert"),
            ("serve", "tls_key"),
            ("snippet", "source"),
        ),
        *((command, "ca_bundle") for command in ("check", "scan", "fleet", "snippet")),
        *((command, option) for command in ("check", "snippet", "init") for option in ("env_file", "key_file")),
    }
    assert named <= tabled, named - tabled


def _command(name: str) -> click.Command:
    found = program.get_command(click.Context(program), name)
    assert found is not None
    return found


# -- pipes are welcome where a person names them -----------------------------------------------------------------------


@NEEDS_PIPES
def test_a_key_and_settings_from_a_pipe(here: Path) -> None:
    """As a shell passes them: ``--key-file <(pass show key)``."""
    if not Path("/dev/fd").is_dir():
        pytest.skip("no /dev/fd here")
    reading, writing = os.pipe()
    os.write(writing, f"{KEY}\n".encode())
    os.close(writing)
    settings = ends(lambda: gather(Options(target=URL, key_file=f"/dev/fd/{reading}"), {}, here))
    assert settings.key is not None and settings.key.value.reveal() == KEY
    os.close(reading)
    reading, writing = os.pipe()
    os.write(writing, f"OPENAI_API_KEY={KEY}\n".encode())
    os.close(writing)
    settings = ends(lambda: gather(Options(env_file=f"/dev/fd/{reading}"), {}, here))
    assert settings.key is not None and settings.key.value.reveal() == KEY
    os.close(reading)


def test_no_settings_at_all(here: Path) -> None:
    assert gather(Options(env_file=os.devnull), {"OPENAI_API_KEY": KEY}, here).key is None


# -- standard input ----------------------------------------------------------------------------------------------------

STDIN = {
    "explain": (("explain", "-"), named_files.RUN),
    "whose": (("whose",), named_files.KEY),
    "check --key-stdin": (("check", URL, "--key-stdin", "--offline"), named_files.KEY),
    "snippet --key-stdin": (("snippet", URL, "--key-stdin", "--offline", "--model", "m"), named_files.KEY),
    "check --curl": (("check", "--curl", "-", "--offline"), 256 * 1024),
}


@pytest.mark.parametrize("name", STDIN)
def test_standard_input_without_end(name: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments, limit = STDIN[name]
    if limit == named_files.RUN:
        limit = 1024 * 1024
        monkeypatch.setattr(named_files, "RUN", limit)
    assert "larger than" in sentence(call(*arguments, stdin=b"x" * (limit + 1)))


@pytest.mark.parametrize("name", STDIN)
def test_standard_input_that_is_not_text(name: str, here: Path) -> None:
    done = call(*STDIN[name][0], stdin=b"\xff\xfe\x80\x00")
    assert isinstance(done.exception, click.ClickException | SystemExit | type(None)), done.exception


def test_standard_input_that_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(click.ClickException, match="no standard input"):
        named_files.standard_input(1)

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Broken()))
    with pytest.raises(click.ClickException, match="Input/output error"):
        named_files.standard_input(1)


def test_a_named_text(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes("é".encode("utf-16"))
    assert named_files.text(str(tmp_path / "a")) == "é"
    (tmp_path / "a").write_bytes(b"\xff\xff")
    with pytest.raises(click.ClickException, match="a cannot be read: it is not UTF-8 text"):
        named_files.text(str(tmp_path / "a"))


# -- what is found -----------------------------------------------------------------------------------------------------


def skipped_by_gather(here: Path, name: str) -> list[tuple[str, str]]:
    settings = ends(lambda: gather(Options(), {"OPENAI_API_KEY": KEY}, here, home=here.parent / "home"))
    assert settings.key is not None and settings.key.source == Source(SourceKind.ENVIRONMENT, name="OPENAI_API_KEY")
    return [(one.place, one.reason) for one in settings.skipped]


@pytest.mark.parametrize("kind", [kind for kind in FOUND if kind != "binary"])
@pytest.mark.parametrize("name", [".env", "llmdoctor.toml"])
@pytest.mark.parametrize("above", [False, True])
def test_a_found_file_of_check(name: str, kind: str, above: bool, here: Path) -> None:
    if kind == "foreign owner" and os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    make, reasons = FOUND[kind]
    make(here / name)
    below = here / "below"
    below.mkdir()
    ((place, reason),) = skipped_by_gather(below if above else here, name)
    assert place == (f"../{name}" if above else name) and reason in reasons.split()


@pytest.mark.parametrize("name", [".env", "llmdoctor.toml"])
def test_a_users_own_file_may_be_a_link(name: str, here: Path) -> None:
    """Many keep the files of their home elsewhere and link to them."""
    home, kept = here.parent / "home", here.parent / "dotfiles"
    kept.mkdir()
    (kept / name).write_text("[check]\nmodel = 'm'\n" if name.endswith("toml") else "OPENAI_MODEL=m\n")
    (home / name).symlink_to(kept / name)
    settings = gather(Options(), {"OPENAI_API_KEY": KEY}, home, home=home)
    assert settings.skipped == () and settings.model is not None and settings.model.value == "m"


def test_a_target_in_a_file_that_is_not_read(here: Path) -> None:
    fifo(here / "llmdoctor.toml")
    with pytest.raises(
        BadInput, match=r"^There is no target work: llmdoctor\.toml is not read, since it is no regular"
    ):
        ends(lambda: gather(Options(target="work"), {}, here, home=None))


def test_a_virtual_environment_called_env_is_passed_over(here: Path) -> None:
    (here / ".env").write_text("OPENAI_API_KEY=sk-above\n")
    below = here / "below"
    (below / ".env").mkdir(parents=True)
    settings = gather(Options(), {}, below, home=None)
    assert settings.key is not None and settings.key.source.file == "../.env"


@pytest.mark.parametrize("kind", ["fifo", "sparse", "link out"])
def test_the_key_file_of_a_found_file(kind: str, here: Path) -> None:
    MAKE[kind](here / "key")
    (here / "llmdoctor.toml").write_text(f'[check]\nbase_url = "{URL}"\nkey = {{ file = "key" }}\n')
    try:
        settings = ends(lambda: gather(Options(), {}, here, home=None))
    except BadInput as error:
        assert "cannot be read from the file" in str(error)
    else:
        assert kind == "link out" and settings.key is not None  # a file of the user's: whether it is sent, consent says


# Files of projects and of the user's home that `scan` looks for.
SCANNED = {
    **{name: ("here", name) for name in (*COMPOSE_FILES, "opencode.json", ".crushrc")},
    ".zshrc": ("home", ".zshrc"),
    ".bashrc": ("home", ".bashrc"),
    "opencode of the user": ("home", ".config/opencode/opencode.json"),
    "codex of the user": ("home", ".codex/config.toml"),
}


@pytest.mark.parametrize("kind", [kind for kind in FOUND if kind != "binary"])
@pytest.mark.parametrize("name", SCANNED)
def test_a_found_file_of_scan(name: str, kind: str, here: Path) -> None:
    if kind == "foreign owner" and os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    where, path = SCANNED[name]
    planted = here.parent / where / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    make, reasons = FOUND[kind]
    make(planted)
    world = SearchPlaces(here.parent / "home", {}, here)
    found = ends(lambda: find(world, Options(), apps.load()))
    expected = reasons.split() if where == "here" or kind in ("fifo", "device", "sparse", "socket") else []
    skipped = {one.reason for one in found.skipped if Path(one.place.split(":")[0]).name == planted.name}
    assert skipped <= {*expected, "malformed"} and bool(skipped) >= bool(expected), found.skipped


@pytest.mark.parametrize("kind", ["fifo", "sparse", "link out"])
def test_an_env_file_of_a_compose_file(kind: str, here: Path) -> None:
    compose = "services:\n  a:\n    image: ghcr.io/open-webui/open-webui\n    env_file: planted.env\n"
    (here / "compose.yaml").write_text(compose)
    make, reasons = FOUND[kind]
    make(here / "planted.env")
    found = ends(lambda: find(SearchPlaces(here.parent / "home", {}, here), Options(), apps.load()))
    assert {one.reason for one in found.skipped} <= set(reasons.split()) and found.skipped


def test_a_copied_home_leads_to_no_file_of_this_machine(here: Path) -> None:
    """Support staff look at another user's home with `scan --home`: its links and references stay inside it."""
    home, secret = here.parent / "home", here / "secret"
    secret.write_text("sk-of-the-staff")
    for name in (".config/opencode/opencode.json", ".codex/config.toml", ".zshrc"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / ".zshrc").symlink_to(secret)
    provider = {"options": {"baseURL": URL, "apiKey": f"{{file:{secret}}}"}, "npm": "@ai-sdk/openai-compatible"}
    text = json.dumps({"provider": {"p": provider, "q": {"options": {"baseURL": URL, "apiKey": "{file:~/key}"}}}})
    (home / ".config/opencode/opencode.json").write_text(text)
    (home / "key").symlink_to(secret)
    found = find(SearchPlaces(home), Options(), apps.load())
    assert ("~/.zshrc", "leads_out") in [(one.place, one.reason) for one in found.skipped]
    assert {one.beyond for one in found.found} == {"outside"}
    assert not [one for one in found.found if one.settings.key is not None]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("opencode.json", '{"provider": {"p": {"options": {"apiKey": "' + "{env:BIG}" * 5000 + '"}}}}'),
        ("compose.yaml", "services:\n  a:\n    image: ghcr.io/open-webui/open-webui\n    environment:\n"
         + "      OPENAI_API_KEY: " + "${BIG}" * 5000 + "\n"),
        (".env", "OPENAI_API_KEY=" + "${A}" * 3000 + "\nA=" + "${B}" * 3000 + "\nB=" + "${A}" * 3000 + "\n"),
    ],
)  # fmt: skip
def test_references_that_multiply(name: str, text: str, here: Path) -> None:
    (here / name).write_text(text)
    world = SearchPlaces(here.parent / "home", {"BIG": "x" * 10_000}, here)
    found = ends(lambda: find(world, Options(), apps.load()))
    assert all(len(one.settings.key.value.reveal()) <= files.LARGEST for one in found.found if one.settings.key)


@AS_ROOT
def test_a_completion_reads_no_strangers_file(here: Path) -> None:
    from diagnose.cli.completion import targets

    (here / "llmdoctor.toml").write_text(f'[targets.mine]\nbase_url = "{URL}"\n')
    assert list(targets()) == ["mine"]
    (here / "llmdoctor.toml").unlink()
    foreign(here / "llmdoctor.toml")
    assert list(targets()) == []


# -- certificates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fifo", "device", "sparse", "socket"])
def test_a_ca_bundle_that_is_hostile(kind: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The TLS library opens files by itself and would wait for a pipe."""
    from probes.model.settings import NodeSettings, Sourced
    from probes.model.source import environment_variable, option

    path = here / "ca.pem"
    MAKE[kind](path)
    assert ends(lambda: trust_stores.unreadable(str(path)))
    calls: list[Callable[[], object]] = [
        lambda: trust_stores.trust(Sourced(str(path), environment_variable("SSL_CERT_FILE"))),
        lambda: trust_stores.trust(Sourced(str(path), option("--ca-bundle"))),
        lambda: trust_stores.of_file(str(path)),
    ]
    for one in calls:
        with pytest.raises(OSError, match=r"regular file|larger than"):
            ends(one)
    _, name = ends(lambda: trust_stores.node_context(NodeSettings(str(path)), None))
    assert name == "certifi"
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    for given in (NodeSettings(openssl_ca=True), NodeSettings(system_ca=True)):
        ends(partial(trust_stores.node_context, given, None))
