"""The program itself: how it starts, what it refuses to start with, and how it ends."""

from __future__ import annotations

import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
import trustme
from click.testing import CliRunner

from diagnose.cli import program as llmdoctor
from diagnose.cli.commands.serve import INSTALL, TOKEN, names
from probes.demo_server import handlers, wrong_answers
from probes.demo_server.server import PracticeDoor

pytestmark = pytest.mark.slow

GOOD = "a-token-that-was-drawn-by-lot"
LIVE = {"Accept": "text/event-stream"}
Start = Callable[..., Any]


def test_it_serves_and_ends_at_ctrl_c(program: Start, door: PracticeDoor, key: str) -> None:
    running = program()
    with httpx2.Client(base_url=running.url, trust_env=False) as client:
        assert client.get("/healthz").text == "ok\n"
        said = client.post("/check", data={"base_url": f"{door.url}/v1", "key": key}, headers=LIVE).text
        assert "event: report" in said
        assert client.post("/check", data={"base_url": key, "key": key}).status_code == 200
        assert client.get("/?key=" + key).status_code == 200
    assert running.stop() == 0
    assert running.said() == f"llmdoctor serves {running.url}/ (Ctrl-C ends it)\n", "no word about what was asked"


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_check_under_way_ends_with_what_was_seen(program: Start, key: str, sign: int) -> None:
    with PracticeDoor(handlers.always(wrong_answers.ANSWERS["never"])) as stalled:
        running = program()
        with (
            httpx2.Client(base_url=running.url, trust_env=False, timeout=20) as client,
            client.stream("POST", "/check", data={"base_url": f"{stalled.url}/v1", "key": key}, headers=LIVE) as answer,
        ):
            lines = answer.iter_lines()
            while "event: probe" not in next(lines):
                pass
            began = time.monotonic()
            running.process.send_signal(sign)
            said = "\n".join(lines)
        assert running.process.wait(10) == (143 if sign == signal.SIGTERM else 0)
        assert time.monotonic() - began < 5
        assert "Interrupted: the report shows what was found until then." in said


def test_a_closed_tab_ends_its_check(program: Start, key: str) -> None:
    with PracticeDoor(handlers.always(wrong_answers.ANSWERS["never"])) as stalled:
        running = program()
        with httpx2.Client(base_url=running.url, trust_env=False) as client:
            with client.stream(
                "POST", "/check", data={"base_url": f"{stalled.url}/v1", "key": key}, headers=LIVE
            ) as tab:
                lines = tab.iter_lines()
                next(lines)
                assert "llmdoctor_serve_running 1.0" in httpx2.get(f"{running.url}/metrics", trust_env=False).text
            end = time.monotonic() + 5
            while "llmdoctor_serve_running 0.0" not in httpx2.get(f"{running.url}/metrics", trust_env=False).text:
                assert time.monotonic() < end, "it goes on without anybody"
                time.sleep(0.02)


def test_off_loopback_it_asks_for_the_token(program: Start, tmp_path: Path, door: PracticeDoor, key: str) -> None:
    file = tmp_path / "token"
    file.write_text(f"{GOOD}\n", "utf-8")
    running = program("--listen", "0.0.0.0:0", "--token-file", str(file))
    with httpx2.Client(base_url=running.url, trust_env=False) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/metrics").status_code == 401
        answer = client.post(
            "/check",
            data={"base_url": f"{door.url}/v1", "key": key},
            headers={"Authorization": f"Bearer {GOOD}"},
        )
        assert "This server checks only public addresses" in answer.text
    assert door.requests == []
    running.stop()
    assert "travel unencrypted" in running.said() and GOOD not in running.said()


def test_behind_a_proxy_it_is_as_open_as_off_loopback(program: Start) -> None:
    running = program("--host-name", "Doctor.Example", **{TOKEN: GOOD})
    with httpx2.Client(base_url=running.url, trust_env=False) as client:
        for host, status in (("doctor.example", 401), ("doctor.example:443", 421), ("evil.example", 421)):
            assert client.get("/metrics", headers={"Host": host}).status_code == status
        headers = {"Authorization": f"Bearer {GOOD}", "Host": "doctor.example"}
        asked = {"base_url": "http://127.0.0.1:1/v1", "protocol": "openai"}
        same, other = {"Origin": "https://doctor.example"}, {"Origin": "https://evil.example"}
        assert "only public addresses" in client.post("/check", data=asked, headers=headers | same).text
        assert client.post("/check", data=asked, headers=headers | other).status_code == 403


def test_an_idle_connection_is_closed(program: Start) -> None:
    running = program(before="from diagnose.serve import connections as c; c.FIRST_SECONDS = c.HEAD_SECONDS = 1.0")
    port = int(running.url.rpartition(":")[2])
    began = time.monotonic()
    with (
        socket.create_connection(("127.0.0.1", port), timeout=40) as silent,
        socket.create_connection(("127.0.0.1", port), timeout=40) as slow,
    ):
        slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1")
        assert silent.recv(1) == b"" and slow.recv(1) == b""
    assert 0.9 < time.monotonic() - began < 30


def test_the_token_may_come_from_the_environment(program: Start) -> None:
    running = program("--listen", "0.0.0.0:0", **{TOKEN: GOOD})
    assert httpx2.get(f"{running.url}/metrics", trust_env=False).status_code == 401
    headers = {"Authorization": f"Bearer {GOOD}"}
    assert httpx2.get(f"{running.url}/metrics", trust_env=False, headers=headers).status_code == 200


def test_it_serves_https(program: Start, tmp_path: Path) -> None:
    ours = trustme.CA()
    leaf = ours.issue_cert("127.0.0.1")
    leaf.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    leaf.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    trust = ssl.create_default_context()
    ours.configure_trust(trust)
    files = ("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"))
    running = program(*files, **{TOKEN: GOOD})
    with httpx2.Client(base_url=running.url, verify=trust, trust_env=False) as client:
        assert client.get("/healthz").text == "ok\n"
        answer = client.post("/login", data={"token": GOOD}, headers={"Origin": running.url})
        assert "Secure" in answer.headers["set-cookie"].split("; ")


def test_the_file_of_targets_is_found_or_named(program: Start, tmp_path: Path, door: PracticeDoor, key: str) -> None:
    text = f'[targets.good]\nbase_url = "{door.url}/v1"\nkey = {{ env = "THE_KEY" }}\n'
    (tmp_path / "llmdoctor.toml").write_text(text, "utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    named = program("--config", str(tmp_path / "llmdoctor.toml"), folder=elsewhere, THE_KEY=key)
    assert "llmdoctor_up 1.0" in httpx2.get(f"{named.url}/probe?target=good", trust_env=False).text
    asked = len(door.requests)
    found = program(THE_KEY=key)
    answer = httpx2.get(f"{found.url}/probe?target=good", trust_env=False).text
    assert "llmdoctor_up 0.0" in answer and 'code="settings.project_override"' in answer
    assert key not in repr(door.requests[asked:]), "a file that was merely found leads no secret away"
    assert "llmdoctor.toml was found and not named" in found.said() and "not named" not in named.said()


# -- refusals to start -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--listen", "0.0.0.0:0"], "Serving beyond this machine needs a token"),
        (["--listen", "[::]:0"], "Serving beyond this machine needs a token"),
        (["--listen", ":0"], "Serving beyond this machine needs a token"),
        (["--listen", "10.1.2.3:9115"], "Serving beyond this machine needs a token"),
        (["--listen", "9115"], "Serving beyond this machine needs a token"),  # means `:9115`
        (["--listen", "127.0.0.1:x"], "ADDR:PORT"),
        (["--listen", "127.0.0.1:99999"], "ADDR:PORT"),
        (["--listen", "example.com:80"], "ADDR:PORT"),
        (["--host-name", "doctor.example"], "Serving beyond this machine needs a token"),
        (["--token-file", "no-such-file"], "no-such-file cannot be read"),
        (["--config", "no-such.toml"], "cannot be read"),
        (["--tls-cert", "x.pem"], "belong together"),
        (["--jobs", "0"], "--jobs"),
        (["--rate", "0"], "--rate"),
        (["--deadline", "0"], "--deadline"),
    ],
)
def test_bad_settings_are_refused_with_a_sentence(options: list[str], said: str) -> None:
    done = CliRunner().invoke(llmdoctor, ["serve", *options], env={TOKEN: ""})
    assert done.exit_code in (1, 2)  # 1 from the runner, which bypasses main()
    assert said in done.output and "Traceback" not in done.output


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(llmdoctor, ["serve", "--listen", "0.0.0.0:0"], env={TOKEN: "short"})
    assert "too short" in done.output and "short " not in done.output.replace("too short:", "")
    (tmp_path / "binary").write_bytes(b"\x80\x81")
    done = CliRunner().invoke(llmdoctor, ["serve", "--token-file", str(tmp_path / "binary")])
    assert "it is not UTF-8" in done.output


def test_a_port_in_use_is_reported() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(llmdoctor, ["serve", "--listen", f"127.0.0.1:{port}"])
    assert f"Cannot listen on 127.0.0.1:{port}" in done.output


def test_without_its_packages_it_says_how_to_get_them(tmp_path: Path) -> None:
    code = (
        "import importlib.util, sys\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'uvicorn' else real(name, *more)\n"
        "sys.argv = ['llmdoctor', 'serve']\n"
        "from diagnose.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 2
    assert INSTALL in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_its_help_wants_none_of_its_packages() -> None:
    code = (
        "import sys; from diagnose.cli import program\n"
        "try: program(['serve', '--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'starlette', 'uvicorn', 'jinja2', 'prometheus_client', 'asyncio'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)


def test_a_browser_calls_it_by_these_names() -> None:
    assert names(9115) == {"localhost:9115", "127.0.0.1:9115", "[::1]:9115"}
    assert "localhost" in names(80)


def test_a_long_text_keeps_nobody_waiting(program: Start) -> None:
    running = program()
    text = ("https://a.example/v1/chat sk-ABCDEFGHIJKLMNOPQRST1234567890 " * 3000)[:150_000]
    with ThreadPoolExecutor(4) as pool, httpx2.Client(base_url=running.url, trust_env=False, timeout=60) as client:
        client.get("/healthz")
        long = [pool.submit(client.post, "/explain", data={"text": text}) for _ in range(4)]
        slowest, asked = 0.0, 0
        while not all(one.done() for one in long):
            began = time.monotonic()
            assert client.get("/healthz").status_code == 200
            slowest, asked = max(slowest, time.monotonic() - began), asked + 1
        assert {one.result().status_code for one in long} == {200}
    assert asked > 3 and slowest < 5
