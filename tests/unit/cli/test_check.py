"""The command as people call it: exit statuses, streams, files, and sentences in place of tracebacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.demo_server import practice_doors as b
from probes.demo_server.scenarios import FAULTS
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW

pytestmark = pytest.mark.slow

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
KEY = f"sk-{BODY}"

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(b.openai(KEY)) as door:
        yield door


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder to run in, from which nothing of this machine is found."""
    made = tmp_path / "here"
    made.mkdir()
    return made


def call(
    folder: Path, *arguments: str, stdin: str = "", path: str = "", encoding: str = "utf-8", **environ: str
) -> Done:
    """Return a function that runs the real command in a separate process and asserts that its output contains no key
    and no traceback.
    """
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    kept |= {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "HOME": str(folder), "USERPROFILE": str(folder), **environ}
    if path:
        kept["PYTHONPATH"] = os.pathsep.join([path, *filter(None, [kept.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "diagnose", *arguments],
        input=stdin,
        capture_output=True,
        encoding=encoding,
        cwd=folder,
        env=kept,
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert [BODY[i : i + WINDOW] for i in range(len(BODY) - WINDOW + 1) if BODY[i : i + WINDOW] in said] == []
    return done


def sentence(done: Done, *said: str) -> None:
    """Assert a refusal (exit status 2, nothing on standard output) and return the text on standard error."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    for one in said:
        assert one in done.stderr
    assert len(done.stderr) < 1000


# -- exit statuses and streams -----------------------------------------------------------------------------------------


def test_nothing_wrong_is_0(folder: Path, door: PracticeDoor) -> None:
    done = call(folder, "check", f"{door.url}/v1", OPENAI_API_KEY=KEY)
    assert done.returncode == 0
    assert done.stdout.strip()
    assert done.stderr == "", "no progress where nobody looks"
    assert "\x1b" not in done.stdout


def test_something_wrong_is_1(folder: Path, door: PracticeDoor) -> None:
    done = call(folder, "check", f"{door.url}/v1", OPENAI_API_KEY="sk-" + "x1Y2" * 12)
    assert done.returncode == 1
    assert "auth.rejected" in done.stdout


def test_could_not_tell_is_3(folder: Path, door: PracticeDoor) -> None:
    assert call(folder, "check", f"{door.url}/v1", "--no-spend", OPENAI_API_KEY=KEY).returncode == 0
    assert call(folder, "check", f"{door.url}/v1", "--offline", "--strict", OPENAI_API_KEY=KEY).returncode == 3


def test_warnings_pass_but_for_strict(folder: Path) -> None:
    assert call(folder, "demo", "substituted").returncode == 0
    assert call(folder, "demo", "substituted", "--strict").returncode == 1


def test_nagios_has_its_own_statuses(folder: Path, door: PracticeDoor) -> None:
    url = f"{door.url}/v1"
    for expected, arguments in ((0, ["demo", "sound"]), (1, ["demo", "substituted"]), (2, ["demo", "no-v1"])):
        done = call(folder, *arguments, "--format", "nagios")
        assert done.returncode == expected
        assert len(done.stdout.splitlines()) == 1
    assert call(folder, "check", url, "--no-spend", "--format", "nagios", OPENAI_API_KEY=KEY).returncode == 0


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json_is_all_of_standard_output(folder: Path, door: PracticeDoor, option: list[str]) -> None:
    report = json.loads(call(folder, "check", f"{door.url}/v1", *option, OPENAI_API_KEY=KEY).stdout)
    assert report["schema"] == "llmdoctor.report/1"
    assert report["verdict"] == "healthy"
    assert report["target"]["sources"]["key"] == "environment OPENAI_API_KEY"
    assert report["settings"]["base_url"] == f"{door.url}/v1"


def test_the_base_url_may_be_an_option(folder: Path, door: PracticeDoor) -> None:
    done = call(folder, "check", "--base-url", f"{door.url}/v1", "--json", OPENAI_API_KEY=KEY)
    assert json.loads(done.stdout)["target"]["base_url"] == f"{door.url}/v1"


def test_chinese(folder: Path) -> None:
    chosen = call(folder, "demo", "no-v1", "--lang", "zh")
    from_locale = call(folder, "demo", "no-v1", LC_ALL="zh_CN.UTF-8")
    for done in (chosen, from_locale):
        assert done.returncode == 1
        assert "检查" in done.stdout or "密钥" in done.stdout
    assert "密钥" not in call(folder, "demo", "no-v1", "--lang", "en", LC_ALL="zh_CN.UTF-8").stdout


def test_a_poor_console_gets_english_and_no_traceback(folder: Path) -> None:
    """Western Windows consoles have neither Chinese characters nor check marks."""
    for lang in ("en", "zh"):
        done = call(
            folder, "demo", "no-v1", "--lang", lang, encoding="cp1252", PYTHONIOENCODING="cp1252", PYTHONUTF8="0"
        )
        assert done.returncode == 1
        assert "?" not in done.stdout and "The base URL is missing /v1" in done.stdout


def test_a_reader_that_leaves_is_no_traceback(folder: Path) -> None:
    done = subprocess.run(
        f'"{sys.executable}" -m diagnose demo no-v1 | "{sys.executable}" -c ""',
        shell=True,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


def test_help_and_version(folder: Path) -> None:
    assert call(folder, "--version").stdout.startswith("llmdoctor ")
    assert "check" in call(folder, "--help").stdout
    assert "check" in call(folder, "-h").stdout
    bare = call(folder)
    assert "Usage:" in bare.stdout + bare.stderr


# -- bad input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chekc"], "chekc"),
        (["check", "--no-such-option"], "--no-such-option"),
        (["check", "--format", "pdf", "https://relay.example/v1"], "--format"),
        (["check", "--protocol", "soap", "https://relay.example/v1"], "--protocol"),
        (["check", "--timeout", "0", "https://relay.example/v1"], "--timeout"),
        (["check", "--timeout", "-1", "https://relay.example/v1"], "--timeout"),
        (["check", "--deadline", "nan", "https://relay.example/v1"], "--deadline"),
        (["check", "--deadline", "inf", "https://relay.example/v1"], "--deadline"),
        (["check", "--deadline", "soon", "https://relay.example/v1"], "--deadline"),
        (["check", "--key-file", "absent.txt", "https://relay.example/v1"], "absent.txt"),
        (["check", "--key-file", ".", "https://relay.example/v1"], "."),
        (["check", "--key", KEY, "--key-stdin", "https://relay.example/v1"], "key"),
        (["check", "--connect-to", "rubbish", "https://relay.example/v1"], "--connect-to"),
        (["check", "--env-file", "absent.env", "https://relay.example/v1"], "absent.env"),
        (["check", "--env-file", "absent.env", "--no-env", "https://relay.example/v1"], "--no-env"),
        (["check", "--ca-bundle", "absent.pem", "https://relay.example/v1"], "absent.pem"),
        (["check", "no-such-target"], "no-such-target"),
        (["check", "https://a.example/v1", "https://b.example/v1"], "b.example"),
        (["check", "--key", "", "--plan", "http://["], "address"),
        (["demo", "no-such-fault"], "no-such-fault"),
        (["demo", "no-v11"], "no-v1"),
        (["judge"], "FILE"),
        (["judge", "absent.json"], "absent.json"),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else "",
)
def test_impossible_arguments_are_reported(folder: Path, arguments: list[str], said: str) -> None:
    sentence(call(folder, *arguments), said)


def test_an_invalid_ca_bundle_is_reported(folder: Path) -> None:
    (folder / "ca.pem").write_text("no certificate", "utf-8")
    done = call(folder, "check", "https://127.0.0.1:9/v1", "--ca-bundle", "ca.pem", OPENAI_API_KEY=KEY)
    sentence(done, "ca.pem", "--ca-bundle", "no certificate")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[check", "llmdoctor.toml:1"),
        (f'[check]\nkey = "{KEY}"\n', "Refer to the key"),
        ("[check]\nbase_url = 7\n", "base_url"),
        ('[check]\nurl = "https://relay.example/v1"\n', "base_url"),
    ],
)
def test_a_wrong_file_is_reported_with_its_line(folder: Path, text: str, said: str) -> None:
    (folder / "llmdoctor.toml").write_text(text, "utf-8")
    sentence(call(folder, "check", OPENAI_API_KEY=KEY), "llmdoctor.toml", said)


def test_an_output_that_cannot_be_written_is_reported(folder: Path, door: PracticeDoor) -> None:
    for option in ("-o", "--save"):
        done = call(folder, "check", f"{door.url}/v1", option, "absent/file.json", OPENAI_API_KEY=KEY)
        assert done.returncode == 2
        assert "absent" in done.stderr


def test_a_key_in_place_of_a_url_is_a_finding_and_not_repeated(folder: Path) -> None:
    done = call(folder, "check", KEY, "--json")
    assert done.returncode in (1, 2)
    if done.returncode == 1:
        assert json.loads(done.stdout)["root_cause"] in ("settings.swapped", "url.invalid")


# -- where the key comes from ------------------------------------------------------------------------------------------


def source_of(done: Done) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    source = json.loads(done.stdout)["target"]["sources"]["key"]
    assert isinstance(source, str)
    return source


def test_a_key_as_an_option_works_with_a_warning(folder: Path, door: PracticeDoor) -> None:
    done = call(folder, "check", f"{door.url}/v1", "--key", KEY, "--json")
    assert source_of(done) == "--key"
    assert "process list" in done.stderr


def test_a_key_from_standard_input(folder: Path, door: PracticeDoor) -> None:
    for text in (KEY, f"{KEY}\n", f"{KEY}\r\n"):
        done = call(folder, "check", f"{door.url}/v1", "--key-stdin", "--json", stdin=text)
        assert source_of(done) == "standard input"
        assert done.stderr == ""


def test_a_key_from_a_file(folder: Path, door: PracticeDoor) -> None:
    (folder / "key.txt").write_bytes(KEY.encode() + b"\n")
    assert "key.txt" in source_of(call(folder, "check", f"{door.url}/v1", "--key-file", "key.txt", "--json"))


def test_one_line_end_of_a_file_is_dropped_and_no_more(folder: Path, door: PracticeDoor) -> None:
    (folder / "key.txt").write_bytes(KEY.encode() + b"\n\n")
    done = call(folder, "check", f"{door.url}/v1", "--key-file", "key.txt", "--json")
    assert json.loads(done.stdout)["root_cause"] == "key.stray_characters"


def test_a_key_from_a_named_variable(folder: Path, door: PracticeDoor) -> None:
    done = call(folder, "check", f"{door.url}/v1", "--key-env", "MINE", "--json", MINE=KEY, OPENAI_API_KEY="sk-other")
    assert "MINE" in source_of(done)


def test_a_key_from_an_env_file(folder: Path, door: PracticeDoor) -> None:
    (folder / ".env").write_text(f"OPENAI_BASE_URL={door.url}/v1\nOPENAI_API_KEY={KEY}\n", "utf-8")
    assert source_of(call(folder, "check", "--json")) == ".env:2 OPENAI_API_KEY"
    done = call(folder, "check", f"{door.url}/v1", "--no-env", "--json")
    assert json.loads(done.stdout)["target"]["key"] is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no bytes in its environment")
def test_a_key_that_is_no_utf8_is_a_finding(folder: Path, door: PracticeDoor) -> None:
    done = call(folder, "check", f"{door.url}/v1", "--json", OPENAI_API_KEY=f"{KEY}\udcff")
    assert json.loads(done.stdout)["root_cause"] == "key.stray_characters"
    (folder / ".env").write_bytes(b"OPENAI_API_KEY=" + KEY.encode() + b"\xff\n")
    done = call(folder, "check", f"{door.url}/v1", "--json")
    assert json.loads(done.stdout)["root_cause"] == "key.stray_characters"


# -- files -------------------------------------------------------------------------------------------------------------


def test_a_report_is_written_to_another_file_and_renamed(folder: Path, door: PracticeDoor) -> None:
    target = folder / "report.json"
    target.write_text("what was there before", "utf-8")
    done = call(folder, "check", f"{door.url}/v1", "--json", "-o", "report.json", OPENAI_API_KEY=KEY)
    assert done.returncode == 0
    assert done.stdout == ""
    assert json.loads(target.read_text("utf-8"))["verdict"] == "healthy"
    assert [path.name for path in folder.iterdir()] == ["report.json"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_a_report_that_cannot_be_written_leaves_the_old_one(folder: Path, door: PracticeDoor) -> None:
    (folder / "report.json").mkdir()
    done = call(folder, "check", f"{door.url}/v1", "--json", "-o", "report.json", OPENAI_API_KEY=KEY)
    assert done.returncode == 2
    assert [path.name for path in folder.iterdir()] == ["report.json"]


def test_a_saved_run_is_judged_again(folder: Path, door: PracticeDoor) -> None:
    wrong = "sk-" + "x1Y2" * 12
    first = call(folder, "check", f"{door.url}/v1", "--json", "--save", "run.json", OPENAI_API_KEY=wrong)
    asked = len(door.requests)
    again = call(folder, "judge", "run.json", "--json")
    assert len(door.requests) == asked, "nothing is asked again"
    assert (first.returncode, again.returncode) == (1, 1)
    assert json.loads(again.stdout) == json.loads(first.stdout)
    assert "x1Y2x1Y2x1Y2" not in (folder / "run.json").read_text("utf-8")
    chinese = call(folder, "judge", "run.json", "--lang", "zh")
    assert "密钥" in chinese.stdout
    call(folder, "judge", "run.json", "--json", "-o", "again.json")
    assert json.loads((folder / "again.json").read_text("utf-8"))["root_cause"] == "auth.rejected"


@pytest.mark.parametrize("text", ["", "{}", "[1", '{"schema": "llmdoctor.run/9"}', "\0", "[" * 100_000])
def test_a_file_that_is_no_run_is_refused(folder: Path, text: str) -> None:
    (folder / "run.json").write_text(text, "utf-8")
    sentence(call(folder, "judge", "run.json"), "run.json")


def test_a_report_is_no_run(folder: Path, door: PracticeDoor) -> None:
    call(folder, "check", f"{door.url}/v1", "--json", "-o", "report.json", OPENAI_API_KEY=KEY)
    sentence(call(folder, "judge", "report.json"), "report.json")


def test_init_writes_references_and_no_key(folder: Path, door: PracticeDoor) -> None:
    environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{door.url}/v1"}
    done = call(folder, "init", **environ)
    assert done.returncode == 0
    text = (folder / "llmdoctor.toml").read_text("utf-8")
    assert BODY[:WINDOW] not in text
    (name,) = tomllib.loads(text)["targets"]
    assert tomllib.loads(text)["targets"][name]["key"] == {"env": "OPENAI_API_KEY"}
    words = ("check", "--config", "llmdoctor.toml", name, "--json")
    assert json.loads(call(folder, *words, OPENAI_API_KEY=KEY).stdout)["verdict"] == "healthy"
    refused = call(folder, "init", **environ)
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert call(folder, "init", "--force", **environ).returncode == 0


def test_init_with_nothing_to_write_is_reported(folder: Path) -> None:
    done = call(folder, "init")
    assert done.returncode in (0, 2)
    assert (folder / "llmdoctor.toml").exists() is (done.returncode == 0)


# -- the demo ----------------------------------------------------------------------------------------------------------


def test_the_demo_lists_its_faults(folder: Path) -> None:
    done = call(folder, "demo", "--list")
    assert done.returncode == 0
    assert [name for name in FAULTS if name not in done.stdout] == []
    assert call(folder, "demo", "--list", "--lang", "zh").stdout != done.stdout


def test_the_demo_shows_a_fault_and_a_sound_door(folder: Path) -> None:
    assert call(folder, "demo").returncode == 0
    wrong = call(folder, "demo", "wrong-door", "--json")
    assert wrong.returncode == 1
    assert json.loads(wrong.stdout)["root_cause"] == "key.wrong_door"


# -- the two packages --------------------------------------------------------------------------------------------------


def test_packages_that_do_not_lie_side_by_side_are_reported(folder: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "elsewhere"
    (foreign / "probes").mkdir(parents=True)
    (foreign / "probes" / "__init__.py").write_text("raise ImportError('somebody else')\n", "utf-8")
    done = call(folder, "check", path=str(foreign))
    sentence(done, "another distribution", str(foreign), "pipx install llmdoctor-cli")


def test_the_script_is_the_module(folder: Path) -> None:
    script = Path(sys.executable).with_name("llmdoctor.exe" if os.name == "nt" else "llmdoctor")
    if not script.exists():
        pytest.skip("run from a checkout that is not installed")
    done = subprocess.run([script, "--version"], capture_output=True, encoding="utf-8", cwd=folder, check=True)
    assert done.stdout == call(folder, "--version").stdout
