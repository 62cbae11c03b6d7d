"""Many targets: how their file is read, what is reported of them, what they share, and that no failure affects another
target.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import made_fleet
from diagnose.cli import fleet_check, program
from diagnose.cli import worker_pool as crews
from diagnose.cli.commands import fleet as fleets
from diagnose.cli.fleet_check import Wish
from diagnose.cli.usage_errors import WrongFile, WrongUse
from diagnose.cli.worker_pool import InProcessWorker, Worker, WorkerFailed, WorkerPool
from diagnose.formats import FORMATS
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor, Wait, closed_port
from probes.model.facts import Address
from probes.model.failure import Kind
from probes.model.scrubber import WINDOW
from probes.model.settings import BadFile, Sourced
from probes.model.source import Owner, Source, SourceKind, environment_variable
from probes.network.failures import NetError
from probes.network.network import Network
from probes.network.shared_network import SharedNetwork
from probes.network.single_flight import SingleFlight
from probes.run.fleet import BadInput, read
from probes.settings.gather import Options

BODY = "Rk5wT8bV2zQn7YcM4hJd9XgLs3PfAe6URk5wT8bV2zQn7YcM"
KEY = f"sk-{BODY}"
OTHER = "sk-" + BODY[::-1]


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(b.openai(KEY)) as door:
        yield door


def table(folder: Path, *rows: str, head: str = "name,base_url,key_env") -> Path:
    path = folder / "fleet.csv"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return path


def call(path: Path, *arguments: str, status: int = 0, **environ: str) -> str:
    """Run the command in this process and return its standard output; assert that it contains no key."""
    environment: dict[str, str | None] = {"DOOR_KEY": KEY, "WRONG_KEY": OTHER, "LC_ALL": "C.UTF-8", **environ}
    done = CliRunner().invoke(program, ["fleet", str(path), *arguments], env=environment)
    assert done.exit_code == status, done.output + repr(done.exception)
    for key in (KEY, OTHER):
        assert not any(key[i : i + WINDOW] in done.output for i in range(3, len(key) - WINDOW + 1))
    return done.stdout


def documents(said: str) -> dict[str, dict[str, Any]]:
    return {one["target"]["name"]: one for one in map(json.loads, said.splitlines())}


# -- the command -------------------------------------------------------------------------------------------------------


def test_tells_the_worst_first(tmp_path: Path, door: PracticeDoor) -> None:
    with closed_port() as port:
        path = table(
            tmp_path,
            f"good,{door.url}/v1,DOOR_KEY",
            f"refused,http://127.0.0.1:{port}/v1,DOOR_KEY",
            f"wrong,{door.url}/v1,WRONG_KEY",
        )
        said = call(path, status=1)
    lines = [line for line in said.splitlines() if line]
    assert [line.split()[1] for line in lines if line[0] in "✓✗"] == ["wrong", "refused", "good"]
    assert "tcp.refused" in said and "auth.rejected" in said
    assert lines[0].startswith("3 checked · not working: 2 · works: 1 · ")


def test_each_report_is_a_line_of_json(tmp_path: Path, door: PracticeDoor) -> None:
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY", f"wrong,{door.url}/v1,WRONG_KEY")
    found = documents(call(path, "--json", status=1))
    assert {name: one["verdict"] for name, one in found.items()} == {"good": "healthy", "wrong": "broken"}
    assert found["wrong"]["root_cause"] == "auth.rejected"
    assert found["good"]["target"]["sources"]["base_url"] == f"{path}:2 base_url"


def test_only_what_is_broken(tmp_path: Path, door: PracticeDoor) -> None:
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY", f"wrong,{door.url}/v1,WRONG_KEY")
    assert list(documents(call(path, "--json", "--only-broken", status=1))) == ["wrong"]
    assert "good" not in call(path, "--only-broken", status=1)


def test_only_some_groups(tmp_path: Path, door: PracticeDoor) -> None:
    head = "name,group,base_url,key_env"
    path = table(tmp_path, f"a,x,{door.url}/v1,DOOR_KEY", f"b,y,{door.url}/v1,WRONG_KEY", head=head)
    assert list(documents(call(path, "--json", "--group", "x"))) == ["a"]
    done = CliRunner().invoke(program, ["fleet", str(path), "--group", "z"], standalone_mode=False)
    assert "Its groups: x, y." in str(done.exception)


def test_a_file_of_targets(tmp_path: Path, door: PracticeDoor) -> None:
    path = tmp_path / "llmdoctor.toml"
    path.write_text(
        f'[check]\nmodel = "{answers.MODELS[0]}"\n[targets.work]\nbase_url = "{door.url}/v1"\nkey = {{ env = "DOOR_KEY" }}\n'
        f'[targets.lost]\nbase_url = "{door.url}/v1"\nkey = {{ file = "nowhere" }}\n',
        "utf-8",
    )
    found = documents(call(path, "--json", status=1))
    assert found["work"]["verdict"] == "healthy"
    assert found["lost"]["root_cause"] == "settings.missing_key"
    assert "nowhere" not in found["lost"]["findings"][0]["title"], "it is a file, and no variable"


def test_a_target_that_works_on_the_second_try_is_flaky(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_check, "pause", lambda *_: 0.0)
    with PracticeDoor(made_fleet.failing_first(b.openai(KEY))) as flaky, PracticeDoor(b.openai(KEY)) as door:
        rows = (f"flaky,{flaky.url}/v1,DOOR_KEY", f"good,{door.url}/v1,DOOR_KEY", f"wrong,{door.url}/v1,WRONG_KEY")
        path = table(tmp_path, *(f"{row},{answers.MODELS[0]}" for row in rows), head="name,base_url,key_env,model")
        log = tmp_path / "log.ndjson"
        said = call(path, "--retries", "2", "--also", f"json={log}", status=1)
        asked = len(door.requests)
    found = documents(log.read_text("utf-8"))
    assert found["flaky"]["flaky"]["tries"] == 2 and found["flaky"]["verdict"] == "degraded"
    assert [one["code"] for one in found["flaky"]["findings"]] == ["run.flaky"]
    assert "flaky" not in found["good"], "what works is asked once"
    assert "flaky" not in found["wrong"] and asked < 20, "a key that is refused is not tried again"
    assert "flaky: 1" in said and "worked on try 2" in said


def test_one_run_is_written_in_several_formats(
    tmp_path: Path, door: PracticeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY", f"wrong,{door.url}/v1,WRONG_KEY")
    also = [word for fmt in FORMATS for word in ("--also", f"{fmt}={tmp_path / fmt}")]
    summary = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    said = call(path, "--format", "github", *also, status=1, GITHUB_STEP_SUMMARY=str(summary))
    assert "::error file=fleet.csv,line=3,title=llmdoctor%3A wrong%3A auth.rejected::" in said
    assert all("wrong" in (tmp_path / fmt).read_text("utf-8") for fmt in FORMATS)
    assert summary.read_text("utf-8").startswith("## ❌ 1 of 2 targets does not work\n")
    assert sum(request.method == "POST" for request in door.requests) <= 8, "one run"
    asked = len(door.requests)
    for wrong in ("junit", "yaml=x", "junit=", f"junit={tmp_path}", f"junit={tmp_path / 'no' / 'x'}"):
        done = CliRunner().invoke(program, ["fleet", str(path), "--also", wrong], standalone_mode=False)
        assert isinstance(done.exception, WrongUse | WrongFile), wrong
    assert len(door.requests) == asked, "nothing is checked for a report that cannot be written"


def test_the_limit_of_the_fleet(tmp_path: Path, door: PracticeDoor) -> None:
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY", f"wrong,{door.url}/v1,WRONG_KEY")
    assert "50% work (limit: 50%)" in call(path, "--slo", "working=50%", "--no-spend")
    said = call(path, "--slo", "ttft=30s,working=60%", "--format", "nagios", status=2)
    assert said.startswith("LLMDOCTOR CRITICAL - 1 of 2 targets does not work. only 50% work (limit: 60%)")
    for wrong in ("working=0%", "working=101%", "working=5", "working=50%,working=60%", "soon=2s"):
        done = CliRunner().invoke(program, ["fleet", str(path), "--slo", wrong])
        assert done.exit_code == 2, wrong


def test_a_limit_holds_for_each_target(tmp_path: Path, door: PracticeDoor) -> None:
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY")
    (one,) = documents(call(path, "--json", "--slo", "total=0.001ms", status=1)).values()
    assert one["root_cause"] == "slo.exceeded"


def test_a_target_of_a_file_has_the_command_that_fixes_it(
    tmp_path: Path, door: PracticeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = f'[targets.work]\nbase_url = "{door.url}"\nkey = {{ env = "DOOR_KEY" }}\n'
    (tmp_path / "llmdoctor.toml").write_text(text, "utf-8")
    command = "llmdoctor check work --config llmdoctor.toml --no-spend --fix"
    assert command in call(Path("llmdoctor.toml"), "--no-spend", status=1)
    (one,) = documents(call(Path("llmdoctor.toml"), "--no-spend", "--json", status=1)).values()
    (fix,) = one["findings"][0]["fixes"][:1]
    assert fix["command"] == command and fix["where"] == {
        "file": "llmdoctor.toml",
        "line": 2,
        "name": "targets.work.base_url",
    }
    row = table(tmp_path, f"work,{door.url},DOOR_KEY")
    assert f"fleet.csv:2 base_url={door.url}/v1 (tested just now)" in call(row, "--no-spend", status=1)


@pytest.mark.parametrize("value", [None, ""])
def test_the_variable_that_is_not_set_is_named(tmp_path: Path, door: PracticeDoor, value: str | None) -> None:
    environ = {} if value is None else {"LAB_KEY": value}
    said = call(table(tmp_path, f"lab,{door.url}/v1,LAB_KEY"), status=1, **environ)
    assert "No API key: LAB_KEY is not set, or empty (settings.missing_key)" in said
    path = tmp_path / "llmdoctor.toml"
    path.write_text(f'[targets.lab]\nbase_url = "{door.url}/v1"\nkey = {{ env = "LAB_KEY" }}\n', "utf-8")
    assert "没有 API 密钥：LAB_KEY 没有设置，或者是空的" in call(path, "--lang", "zh", status=1, **environ)


def test_into_a_file(tmp_path: Path, door: PracticeDoor) -> None:
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY")
    out = tmp_path / "out.ndjson"
    assert call(path, "--json", "-o", str(out)) == ""
    assert list(documents(out.read_text("utf-8"))) == ["good"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["fleet.csv", "out.ndjson"]


def test_in_chinese(tmp_path: Path, door: PracticeDoor) -> None:
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY")
    assert "已检查 1 个 · 可用：1" in call(path, "--lang", "zh")


def test_what_was_not_to_be_asked_is_no_fault(tmp_path: Path, door: PracticeDoor) -> None:
    call(table(tmp_path, f"free,{door.url}/v1,DOOR_KEY"), "--no-spend")
    call(table(tmp_path, f"free,{door.url}/v1,DOOR_KEY"), "--no-spend", "--strict", status=3)
    assert all(request.method == "GET" or not request.header("authorization") for request in door.requests)


def test_watching_prints_only_changes(tmp_path: Path, door: PracticeDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Counter[str]()

    async def pause(seconds: float) -> None:
        rounds["pauses"] += 1
        assert 50 < seconds < 70
        if rounds["pauses"] == 2:
            door.handler = b.openai(OTHER)

    monkeypatch.setattr(fleets, "_pause", pause)
    path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY")
    said = call(path, "--watch", "60", "--count", "3", status=1).splitlines()
    assert said[0].startswith("1 checked · works: 1") and said[2].startswith("✓ good")
    assert len(said) == 4, "the second round brought nothing new"
    assert "good" in said[3] and "auth.rejected" in said[3] and "(was: works)" in said[3]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal for one process")
def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C while a door hangs prints the table of the finished targets and exits with 130."""
    with PracticeDoor(b.openai(KEY)) as door, PracticeDoor(connect=[Wait(60)]) as hangs:
        path = table(tmp_path, f"good,{door.url}/v1,DOOR_KEY", f"hangs,{hangs.url}/v1,DOOR_KEY")
        process = subprocess.Popen(
            [sys.executable, "-m", "diagnose", "fleet", str(path), "--json"],
            env={**os.environ, "DOOR_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["target"]["name"] == "good"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors


# -- the file ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["fleet.csv:1", "base_url"]),
        ("name,base_url\n", ["no targets"]),
        ("name,url\nx,https://a.example\n", ["fleet.csv:1", "no such column 'url'"]),
        (f"name,base_url,key\nx,https://a.example,{KEY}\n", ["Refer to the keys instead", "key_env"]),
        (f"x,https://a.example,{KEY}\n", ["fleet.csv:1", "no such column"]),
        ("name,base_url\nx,\n", ["fleet.csv:2", "no base_url"]),
        ("name,base_url\nx,https://a.example\nx,https://b.example\n", ["fleet.csv:3", "'x'", "twice"]),
        ("base_url,base_url\nx,y\n", ["is named twice"]),
        ("base_url\nhttps://a.example,what\n", ["fleet.csv:2", "2 cells under 1"]),
        (f"base_url,key_env\nhttps://a.example,{KEY}\n", ["fleet.csv:2", "name of a variable"]),
        ("base_url,timeout\nhttps://a.example,soon\n", ["fleet.csv:2 timeout", "seconds"]),
        ("base_url,no_spend\nhttps://a.example,perhaps\n", ["fleet.csv:2 no_spend", "true or false"]),
        ("base_url,protocol\nhttps://a.example,smtp\n", ["fleet.csv:2 protocol", "openai"]),
        ("base_url,key_env,key_file\nhttps://a.example,A,b\n", ["fleet.csv:2 key"]),
        ('base_url\n"https://a.example\0"\n', []),
    ],
)
def test_refuses_in_words(tmp_path: Path, text: str, said: list[str]) -> None:
    path = tmp_path / "fleet.csv"
    path.write_text(text, "utf-8")
    try:
        read(path, Options())
    except BadInput as error:
        message = str(error)
        assert all(words in message for words in said), message
        assert KEY[3:15] not in message
    else:
        assert not said


def errors_of(*arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "diagnose", "fleet", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "LANG": "C"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr.splitlines()


@pytest.mark.slow
def test_all_wrong_rows_are_reported_at_once(tmp_path: Path) -> None:
    rows = [
        "a,https://a.example,",
        "b,,",
        "c,https://c.example,soon",
        "a,https://d.example,",
        "e,x,1,2",
        "f,https://f.example,3",
    ]
    path = table(tmp_path, *rows, head="name,base_url,timeout")
    first, *lines = errors_of(str(path))
    assert first == f"Error: {path} has 4 errors; nothing was checked."
    assert [line.removeprefix(f"{path}:").split(maxsplit=1)[0].rstrip(":") for line in lines] == ["3", "4", "5", "6"]
    assert "no base_url" in lines[0] and "number of seconds" in lines[1] and "used twice" in lines[2]
    many = table(tmp_path, *(f"t{number}," for number in range(60)), head="name,base_url")
    assert errors_of(str(many))[-1] == "and 10 more errors"


def test_all_wrong_targets_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "llmdoctor.toml"
    path.write_text('[targets.a]\nurl = "x"\n[targets.b]\nbase_url = "https://b.example"\n[targets.c]\ntimeout = "1"\n')
    with pytest.raises(BadFile) as caught:
        read(path, Options())
    assert [f":{line} " in str(one) for line, one in zip((2, 6), caught.value.errors, strict=True)] == [True, True]


def test_settings_that_cannot_be_used_are_refused_before_anything_is_sent(tmp_path: Path) -> None:
    head = "name,base_url,ca_bundle,app,connect_to"
    wrong = ("none.pem,,", ",no-such-app,", "none.pem,,", ",,nowhere", ",anthropic-sdk,")
    rows = [f"t{at},https://a{at}.example,{one}" for at, one in enumerate((*wrong, ",,a:1:b:2", ",openai-sdk,", ",,"))]
    fleet = read(table(tmp_path, *rows, head=head), Options())
    with pytest.raises(BadFile) as caught:
        fleet.check_settings({})
    texts = [str(error) for error in caught.value.errors]
    assert [f"{fleet.shown}:{line}" in text for line, text in zip((2, 3, 4, 5), texts, strict=True)] == [True] * 4
    assert "no-such-app" in texts[1] and "connect-to" in texts[3]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_reads_what_a_spreadsheet_writes(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "fleet.csv"
    rows = [
        ["Name", "Base_URL", "Key_Env", "no_spend", "timeout", "connect_to"],
        ["one", '"https://a.example/v1"', "A_KEY", "yes", "2.5", "a.example:443:127.0.0.1:9"],
        ["", "https://b.example/v1", "", "", "", ""],
        [],
    ]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(separator.join(row) for row in rows).encode())
    fleet = read(path, Options())
    assert [(one.name, one.host) for one in fleet.members] == [("one", "a.example"), ("b.example-2", "b.example")]
    values = {name: value.value for name, value in fleet.file.targets["one"].values.items()}
    assert values == {
        "base_url": "https://a.example/v1",
        "no_spend": True,
        "timeout": 2.5,
        "connect_to": ("a.example:443:127.0.0.1:9",),
    }
    assert fleet.file.targets["one"].values["base_url"].source == Source(
        SourceKind.CSV, Owner.FOLDER, "base_url", str(path), 2
    )


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "fleet.csv"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert read(path, Options()).members
    except BadInput as error:
        assert str(error)


def test_a_bad_target_is_reported(tmp_path: Path) -> None:
    path = table(tmp_path, "x,https://a.example/v1,nowhere.pem", head="name,base_url,ca_bundle")
    done = CliRunner().invoke(program, ["fleet", str(path)], standalone_mode=False)
    assert "nowhere.pem" in str(done.exception) and "fleet.csv:2" in str(done.exception)


# -- what is shared ----------------------------------------------------------------------------------------------------


def test_a_door_is_looked_at_once(tmp_path: Path, door: PracticeDoor) -> None:
    path = table(tmp_path, *(f"t{n},{door.url}/v1,DOOR_KEY" for n in range(6)))
    found = documents(call(path, "--json", "--no-spend"))
    keyless = [one.target for one in door.requests if not one.header("authorization")]
    assert sorted(keyless) == sorted(set(keyless))
    assert sum(bool(one.header("authorization")) for one in door.requests) == 6
    assert {one["proven"]["key"] for one in found.values()} == {True}


def test_names_and_trust_stores_are_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roots = tmp_path / "roots.pem"
    trustme.CA().cert_pem.write_to_path(roots)
    asked = Counter[str]()

    async def resolve(_: Network, host: str, port: int) -> tuple[Address, ...]:
        asked[host] += 1
        await asyncio.sleep(0)
        if host == "none":
            raise NetError(Kind.NAME_UNKNOWN)
        return (Address("ipv4", "127.0.0.1"),)

    monkeypatch.setattr(Network, "resolve", resolve)

    async def many() -> None:
        network = SharedNetwork()
        await asyncio.gather(*(network.resolve("door", port) for port in range(5)))
        for _ in range(2):
            with pytest.raises(NetError):
                await network.resolve("none", 1)
        assert asked == {"door": 1, "none": 2}, "what failed is asked again"
        network.forget()
        await network.resolve("door", 1)
        assert asked["door"] == 2
        assert network.trust(None) is network.trust(None)
        rows = [
            Sourced(str(roots), Source(SourceKind.CSV, Owner.FOLDER, "ca_bundle", "fleet.csv", line)) for line in (2, 3)
        ]
        assert network.trust(rows[0]) is network.trust(rows[1])
        assert network.trust(rows[0]) is not network.trust(Sourced(str(roots), environment_variable("SSL_CERT_FILE")))

    asyncio.run(many())


def test_work_that_is_cancelled_affects_nobody_else() -> None:
    async def many() -> None:
        once, begun = SingleFlight(), Counter[str]()

        async def hang() -> str:
            begun["hang"] += 1
            await asyncio.Event().wait()
            return ""

        async def answer() -> str:
            begun["answer"] += 1
            return "here"

        first = asyncio.create_task(once.take("x", hang, bool))
        await asyncio.sleep(0)
        second = asyncio.create_task(once.take("x", answer, bool))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == ("here", True)
        assert begun == {"hang": 1, "answer": 1}

    asyncio.run(many())


# -- failures stay isolated --------------------------------------------------------------------------------------------

# A worker that dies on one number and hangs on another.
FRAIL = """
import json, os, sys
for line in sys.stdin:
    number = int(line) if line.strip().isdigit() else None
    if number == 1:
        os._exit(3)
    if number is not None and number != 2:
        print(number, json.dumps({"number": number}), flush=True)
"""


def test_a_target_that_crashes_or_hangs_affects_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "GRACE", 0.5)
    path = table(tmp_path, *(f"t{n},https://a{n}.example/v1,0.5" for n in range(8)), head="name,base_url,deadline")
    fleet = read(path, Options())
    results: dict[int, dict[str, Any]] = {}

    async def lead() -> None:
        command = [sys.executable, "-c", FRAIL]
        crew = WorkerPool(fleet, [Worker(command), Worker(command)], Worker(command), (8, 8), Wish("en"))
        try:
            await crew.round(lambda number, _, found, __: results.update({number: found}))
        finally:
            await crew.leave()

    asyncio.run(lead())
    assert {number for number, found in results.items() if found == {"number": number}} == {0, 3, 4, 5, 6, 7}
    for number, why in ((1, "ended with 3"), (2, "no answer within 1 s")):
        assert results[number]["verdict"] != "healthy"
        assert results[number]["target"]["name"] == f"t{number}"
        assert why in json.dumps(results[number]["findings"])


def test_worker_processes_say_what_this_one_does(
    tmp_path: Path, door: PracticeDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path, *(f"t{n},{door.url}/v1,{'DOOR' if n % 2 else 'WRONG'}_KEY" for n in range(6)))
    alone = documents(call(path, "--json", status=1))
    monkeypatch.setattr(crews, "SHARE", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    apart = documents(call(path, "--json", status=1))
    assert {name: one["root_cause"] for name, one in apart.items()} == {
        name: one["root_cause"] for name, one in alone.items()
    }


def test_no_host_is_overrun(tmp_path: Path) -> None:
    path = table(tmp_path, *(f"t{n},https://a{n % 2}.example/v1" for n in range(12)), head="name,base_url")
    fleet = read(path, Options())
    now, most = Counter[str](), Counter[str]()

    class Slow(InProcessWorker):
        async def check(self, number: int, seconds: float) -> str:
            for name in (fleet.members[number].host, "all"):
                now[name] += 1
                most[name] = max(most[name], now[name])
            for _ in range(3):
                await asyncio.sleep(0)
            now.subtract((fleet.members[number].host, "all"))
            return "{}"

    slow = Slow(fleet, {}, Wish("en"))
    crew = WorkerPool(fleet, [slow], slow, (3, 2), Wish("en"))
    asyncio.run(crew.round(lambda *_: None))
    assert most == {"a0.example": 2, "a1.example": 2, "all": 3}


def test_a_target_that_never_ends_fails_its_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> str:
        await asyncio.Event().wait()
        return ""

    monkeypatch.setattr(crews, "examine", never)
    fleet = read(table(tmp_path, "t,https://a.example/v1", head="name,base_url"), Options())
    with pytest.raises(WorkerFailed):
        asyncio.run(InProcessWorker(fleet, {}, Wish("en")).check(0, 0.01))
