"""The program in one file, as a user has it: Python without any package, a file with a space in its name, a folder that
cannot be written.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor, closed_port

pytestmark = [pytest.mark.real, pytest.mark.skipif(os.name == "nt", reason="the folder's mode is that of Unix")]
BARE = [getattr(sys, "_base_executable", sys.executable), "-I", "-S"]  # no site-packages, no PYTHONPATH
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def archive(fetched: Callable[[str, str, str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    built = fetched("LLMDOCTOR_PYZ", "llmdoctor.pyz", "python deploy/build_pyz.py WHEEL -o .cache/llmdoctor.pyz")
    folder = tmp_path_factory.mktemp("a stick")
    path = Path(shutil.copy(built, folder / "my llmdoctor.pyz"))
    folder.chmod(0o555)
    yield path
    folder.chmod(0o755)


@pytest.fixture
def call(archive: Path) -> Run:
    """Return a function that runs the file and returns what it said."""

    def run(*words: str, key: str | None = None, python: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        environ = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LC_ALL": "C.UTF-8"}
        command = [*(python or BARE), str(archive), *words]
        return subprocess.run(command, input=key, capture_output=True, text=True, timeout=120, env=environ)

    return run


def test_it_checks_and_judges_what_it_saved(call: Run, tmp_path: Path) -> None:
    key = made_up_key()
    with PracticeDoor(b.openai(key)) as door:
        sound = call("check", f"{door.url}/v1", "--key-stdin", "--save", str(tmp_path / "run.json"), key=key)
        wrong = call("check", f"{door.url}/v2", "--key-stdin", "--json", "--lang", "zh", key=key)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "Works" in sound.stdout
    assert (wrong.returncode, json.loads(wrong.stdout)["root_cause"]) == (1, "url.path_wrong")
    judged = call("judge", str(tmp_path / "run.json"), "--json")
    assert (judged.returncode, json.loads(judged.stdout)["verdict"]) == (0, "healthy")


def test_it_reads_a_certificate_that_failed(call: Run) -> None:
    with authority("Example Corp Root", "Example Corp") as signer:
        for kind, code, wanted in (
            ("good", "tls.untrusted_issuer", "Example Corp Root Intermediate"),
            ("wrong-name", "tls.hostname_mismatch", "other.example"),
        ):
            key = made_up_key()
            with PracticeDoor(b.openai(key), tls=signer.context(kind, "relay.example")) as door:
                where = f"relay.example:443:127.0.0.1:{door.port}"
                roots = [] if code == "tls.untrusted_issuer" else ["--ca-bundle", str(signer.ca_pem)]
                done = call(
                    *("check", "https://relay.example/v1", "--key-stdin", "--connect-to", where, "--json", *roots),
                    key=key,
                )
            report = json.loads(done.stdout)
            assert (done.returncode, report["root_cause"]) == (1, code)
            assert wanted in json.dumps(report["findings"])
            assert "cryptography" not in done.stdout


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["--version"], 0, "llmdoctor "),
        (["explain", "key.masked"], 0, "masked"),
        (["explain", "--lang", "zh", "Connection refused"], 0, "tcp.refused"),
        (["whose", "--lang", "zh", "sk-ant-api03-"], 0, "anthropic"),
        (["doors", "deepseek"], 0, "api.deepseek.com"),
        (["facts"], 0, "llmdoctor"),
        (["demo"], 0, "Works"),
        (["demo", "wrong-door"], 2, "pip install cryptography"),
        (["demo", "blocked", "--lang", "zh"], 2, "pip install cryptography"),
        (["facts", "export"], 2, "checkout"),
        (["serve", "--help"], 0, "Usage"),
        (["scan", "--list"], 0, ""),
    ],
)
def test_the_commands_need_no_package(call: Run, words: list[str], status: int, says: str) -> None:
    done = call(*words)
    assert done.returncode == status, done.stderr
    assert says in done.stdout + done.stderr


def test_with_cryptography_the_practice_server_has_certificates(call: Run) -> None:
    done = call("demo", "wrong-door", "--json", python=[sys.executable])
    assert (done.returncode, json.loads(done.stdout)["root_cause"]) == (1, "key.wrong_door")


def test_the_workers_of_a_fleet_run_the_same_file(call: Run, tmp_path: Path) -> None:
    rows = tmp_path / "targets of mine.csv"
    with closed_port() as port:
        rows.write_text("name,base_url\n" + "".join(f"t{n},http://127.0.0.1:{port}/v1\n" for n in range(70)))
        done = call("fleet", str(rows), "--json")
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr, len(reports)) == (1, "", 70)
    assert {one["root_cause"] for one in reports} == {"tcp.refused"}


def test_the_page_and_its_files_come_out_of_the_file(archive: Path, tmp_path: Path) -> None:
    command = [*BARE, str(archive), "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as server:
        assert server.stderr is not None
        try:
            found = re.search(r"http://127\.0\.0\.1:(\d+)/", server.stderr.readline())
            assert found is not None
            for path in (
                "/?lang=zh",
                "/explain",
                "/static/page.js",
                "/static/page.css",
                "/static/report.css",
                "/metrics",
            ):
                there = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=60)
                there.request("GET", path)
                answer = there.getresponse()
                assert (answer.status, len(answer.read()) > 100) == (200, True), path
                there.close()
        finally:
            server.terminate()


def test_a_python_that_is_too_old_says_so(archive: Path) -> None:
    import zipfile

    with zipfile.ZipFile(archive) as file:
        start = file.read("__main__.py").decode()
    old = "import sys; sys.version_info = (3, 9, 1)\n" + start.partition("import sys\n")[2]
    done = subprocess.run([*BARE, "-c", old], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "needs Python 3.11 or newer, and this is 3.9." in done.stderr


def test_it_holds_no_compiled_library_and_the_licences(archive: Path) -> None:
    import zipfile

    with zipfile.ZipFile(archive) as file:
        names: list[Any] = file.namelist()
    assert [one for one in names if one.endswith((".so", ".pyd", ".dll"))] == []
    licences = {one.split("/")[1].rpartition("-")[0] for one in names if one.startswith("licenses/")}
    assert {"click", "rich", "llmdoctor_cli", "certifi", "starlette", "wsproto"} <= licences
    assert len(names) == len(set(names))
