"""llmdoctor.toml: reading targets with their sources, refusals in words, and writing without the key."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from probes.model.secret import Secret
from probes.model.settings import BadInput, Settings, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable, option
from probes.settings import config_file
from probes.settings.config_file import KeyReference

OTHER = "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z"
KEY = "sk-aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z"
FILE = """\
[check]
model = "small"

[targets.work]
protocol = "anthropic"
base_url = "https://relay.example"
key = { env = "WORK_KEY" }
connect_to = ["relay.example:443:127.0.0.1:8443"]
timeout = 3

[targets."at home"]
base_url = "http://localhost:11434/v1"

[targets."at home".key]
file = "home.key"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / config_file.FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_targets_with_sources(tmp_path: Path) -> None:
    found = config_file.read(write(tmp_path, FILE), "llmdoctor.toml")
    work, home = found.targets["work"], found.targets["at home"]
    assert work.text("base_url") == Sourced(
        "https://relay.example", Source(SourceKind.CONFIG, Owner.FOLDER, "targets.work.base_url", "llmdoctor.toml", 6)
    )
    assert work.key == Sourced(
        KeyReference(env="WORK_KEY"), Source(SourceKind.CONFIG, Owner.FOLDER, "targets.work.key", "llmdoctor.toml", 7)
    )
    assert work.values["connect_to"].value == ("relay.example:443:127.0.0.1:8443",)
    assert work.values["timeout"].value == 3
    assert home.key and home.key.value == KeyReference(None, tmp_path / "home.key", Owner.FOLDER, tmp_path)
    assert found.check.text("model") == Sourced(
        "small", Source(SourceKind.CONFIG, Owner.FOLDER, "check.model", "llmdoctor.toml", 2)
    )


def test_found_upwards(tmp_path: Path) -> None:
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    path = write(tmp_path, FILE)
    assert config_file.find(below) == path
    nearer = write(below.parent, FILE)
    assert config_file.find(below) == nearer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[check]\nmodel = \n", ["llmdoctor.toml:2", "not TOML"]),
        ("[check\n", ["llmdoctor.toml:1", "not TOML"]),
        ("[check]\nbase_ulr = 'x'\n", ["llmdoctor.toml:2", "Did you mean base_url?"]),
        ("[check]\napi_key = 'x'\n", ["llmdoctor.toml:2", "Did you mean key?"]),
        ("[check]\nzzz = 1\n", ["llmdoctor.toml:2", "Known fields: base_url"]),
        ("[target.x]\nmodel = 'x'\n", ["Did you mean targets?"]),
        ("\n[targets.x]\nmodel = 3\n", ["llmdoctor.toml:3 targets.x.model", "text in quotes"]),
        ("[check]\nprotocol = 'grpc'\n", ["llmdoctor.toml:2", "openai, responses"]),
        ("[check]\ntimeout = 0\n", ["llmdoctor.toml:2", "above 0"]),
        ("[check]\ntimeout = true\n", ["llmdoctor.toml:2", "above 0"]),
        ("[check]\nno_spend = 1\n", ["true or false"]),
        ("[check]\nconnect_to = 1\n", ["HOST:PORT:ADDR:PORT"]),
        ("targets = 1\n", ["[targets.NAME]"]),
        ("[targets]\nx = 1\n", ["[targets.x]"]),
        (f"[targets.x]\nkey = '{KEY}'\n", ["llmdoctor.toml:2 targets.x.key", "Refer to the key instead", "shared"]),
        (f"[targets.x]\nkey = {{ env = '{KEY}' }}\n", ["llmdoctor.toml:2", "name of a variable"]),
        (f"[targets.x]\nkey = {{ value = '{KEY}' }}\n", ["{ env ="]),
        (f"[targets.x]\nkey = {KEY}\n", ["llmdoctor.toml:2", "not TOML"]),
        (f"[targets.x]\n{KEY} = 'x'\n", ["llmdoctor.toml:1 targets.x"]),
        (f"[targets.x]\nkey = {{ env = 'gsk_{OTHER}' }}\n", ["name of a variable"]),
    ],
)
def test_refuses_in_words(tmp_path: Path, text: str, said: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        config_file.read(write(tmp_path, text), "llmdoctor.toml")
    message = str(caught.value)
    assert all(words in message for words in said), message
    assert KEY not in message and KEY[3:15] not in message


def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        config_file.read(tmp_path / "none.toml")
    path = tmp_path / config_file.FILE_NAME
    path.write_bytes(b"\xff\xfe[check]")
    with pytest.raises(BadInput, match="not UTF-8"):
        config_file.read(path)


@pytest.mark.parametrize(
    ("source", "reference"),
    [
        (environment_variable("OPENAI_API_KEY"), {"env": "OPENAI_API_KEY"}),
        (Source(SourceKind.DOTENV, Owner.FOLDER, "OPENAI_API_KEY", ".env", 3), {"env": "OPENAI_API_KEY"}),
        (Source(SourceKind.DOTENV, Owner.FOLDER, "WORK_KEY", "../.env", 12), {"env": "WORK_KEY"}),
        (Source(SourceKind.KEY_FILE, Owner.USER, "--key-file", "my key.txt"), {"file": "my key.txt"}),
        (option("--key"), None),
        (Source(SourceKind.STDIN), None),
    ],
)
def test_written_without_the_key(tmp_path: Path, source: Source, reference: dict[str, str] | None) -> None:
    settings = Settings(
        base_url=Sourced("https://user:secret@relay.example/v1?token=abc", environment_variable("OPENAI_BASE_URL")),
        key=Sourced(Secret(KEY), source),
        model=Sourced("small", option("--model")),
        protocol=Sourced("openai", option("--protocol")),
    )
    path = tmp_path / config_file.FILE_NAME
    text = config_file.write_first(path, {"relay": settings}, comment="Mine.")
    assert text.startswith("# Mine.\n\n[targets.relay]\n")
    table = tomllib.loads(path.read_text(encoding="utf-8"))["targets"]["relay"]
    assert table.pop("key", None) == reference
    assert table == {"base_url": "https://relay.example/v1", "model": "small", "protocol": "openai"}
    assert KEY not in text and "secret" not in text
    assert config_file.read(path).targets["relay"].text("model")
    assert [file.name for file in tmp_path.iterdir()] == [config_file.FILE_NAME]


def test_never_overwrites_unasked(tmp_path: Path) -> None:
    path = write(tmp_path, "# mine\n")
    settings = Settings(base_url=Sourced("https://relay.example/v1", Source(SourceKind.ARGUMENT)))
    with pytest.raises(BadInput, match="exists already"):
        config_file.write_first(path, {"relay": settings})
    assert path.read_text() == "# mine\n"
    config_file.write_first(path, {"relay": settings}, force=True)
    assert "relay.example" in path.read_text()


def test_a_key_in_the_place_of_the_url_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No settings"):
        config_file.write_first(tmp_path / "x.toml", {"a": at(KEY)})
    with pytest.raises(BadInput, match="No settings"):
        config_file.write_first(tmp_path / "x.toml", {"a": at(f"https://relay.example/{KEY}/v1")})
    with pytest.raises(BadInput, match="No settings"):
        config_file.write_first(tmp_path / "x.toml", {"a": Settings(model=Sourced("small", option("--model")))})
    with pytest.raises(BadInput, match="cannot be written"):
        config_file.write_first(tmp_path / "none" / "x.toml", {"a": at("https://relay.example/v1")})
    both = Settings(base_url=at("https://relay.example/v1").base_url, model=Sourced(KEY, option("--model")))
    assert KEY not in config_file.write_first(tmp_path / "y.toml", {"a": both})


def at(url: str) -> Settings:
    return Settings(base_url=Sourced(url, Source(SourceKind.ARGUMENT)))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.deepseek.com/v1", "deepseek"),
        ("https://relay.example/v1", "relay-example"),
        ("http://127.0.0.1:8000/v1", "127-0-0-1-8000"),
        ("http://localhost:11434", "localhost-11434"),
        ("http://[::1]:8000", "1-8000"),
        (f"https://{KEY}.example/v1", "main"),
        (f"https://relay.example/{KEY}", "main"),
        ("no address", "main"),
    ],
)
def test_a_target_is_named_by_its_provider_or_host(url: str, name: str) -> None:
    assert config_file.target_name(at(url)) == name


def test_many_targets_are_read_in_one_look(tmp_path: Path) -> None:
    """Two thousand targets: searching the whole file for each value would take a minute."""
    table = '[targets."number {}"]\nbase_url = "https://relay.example/{}/v1"\n"model" = "m"\n\n'
    path = tmp_path / config_file.FILE_NAME
    path.write_text("".join(table.format(number, number) for number in range(2000)), encoding="utf-8")
    began = time.monotonic()
    targets = config_file.read(path, config_file.FILE_NAME).targets
    assert time.monotonic() - began < 5
    for number in (0, 1, 1999):
        entry = targets[f"number {number}"]
        sources = [str(entry.values[name].source) for name in ("base_url", "model")]
        assert sources == [
            f"{config_file.FILE_NAME}:{4 * number + 2} targets.number {number}.base_url",
            f"{config_file.FILE_NAME}:{4 * number + 3} targets.number {number}.model",
        ]
