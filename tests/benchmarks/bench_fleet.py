"""Measure how many free checks per second `llmdoctor fleet` makes, compared with Debian's blackbox_exporter on the same
doors.

    python tests/benchmarks/bench_fleet.py [--checks 1000] [--doors 100] [--runs 3]

Run it with the Python of an environment that contains the built wheel and trustme. nginx serves the doors, each as a
separate TLS server on loopback. The measurement covers the whole command, from start to end, and the memory of all its
processes together. The script prints figures and judges nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from urllib.parse import quote

import trustme

KEY = "sk-made-up-0123456789abcdefghijklmnop"
FIRST = 21000  # port of the first door
EXPORTER = "127.0.0.1:20999"
WANTED, MEBIBYTES = 200, 250  # checks per second; MiB

DOOR = """
ssl_certificate {folder}/door.pem; ssl_certificate_key {folder}/door.pem;
default_type application/json;
location = /v1/models {{
  if ($http_authorization = "") {{ return 401 '{{"error":{{"message":"No API key.","code":"invalid_api_key"}}}}'; }}
  return 200 '{{"object":"list","data":[{{"id":"small-model","object":"model","created":1,"owned_by":"door"}}]}}';
}}
location / {{ return 401 '{{"error":{{"message":"No API key.","code":"invalid_api_key"}}}}'; }}
"""


def doors(folder: Path, count: int) -> subprocess.Popen[bytes]:
    """Start nginx with ``count`` TLS servers and wait until the last of them listens."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "door.pem")
    (folder / "door.conf").write_text(DOOR.format(folder=folder))
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{FIRST + number} ssl; include {folder}/door.conf; }}" for number in range(count)
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{ access_log off;\n{servers}\n}}"
    )
    process = subprocess.Popen([found("nginx"), "-c", f"{folder}/nginx.conf"], stderr=subprocess.DEVNULL)
    asyncio.run(reachable("127.0.0.1", FIRST + count - 1))
    return process


def found(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise SystemExit(f"{program} is not installed")
    return path


async def reachable(host: str, port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with suppress(OSError):
            (await asyncio.open_connection(host, port))[1].close()
            return
        await asyncio.sleep(0.05)
    raise SystemExit(f"nothing listens at {host}:{port}")


def fleet(folder: Path, checks: int, jobs: int) -> tuple[float, float]:
    """Return the seconds and the MiB that one whole command takes."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "DOOR_KEY": KEY}
    program = Path(sys.executable).with_name("llmdoctor")
    command = [str(program), "fleet", "fleet.csv", "--no-spend", "--json", "-o", "out.ndjson"]
    limits = ["--jobs", str(jobs), "--per-host", str(jobs)]
    began = time.perf_counter()
    process = subprocess.Popen([*command, *limits], env=environment, cwd=folder)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory(process.pid))
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    reports = (folder / "out.ndjson").read_text().splitlines()
    sound = sum('"root_cause": null' in line and '"key": true' in line for line in reports)
    if sound != checks:
        raise SystemExit(f"{checks} doors are sound, but {sound} of {len(reports)} reports say so")
    return seconds, peak


def memory(pid: int) -> float:
    """Return the MiB that a process and its children use now; shared pages count once (PSS)."""
    total = 0.0
    with suppress(OSError, ValueError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
    return total


def exporter(folder: Path) -> subprocess.Popen[bytes]:
    """Start blackbox_exporter with a module that sends the free check's request: the model list, with the key,
    expecting a JSON answer.
    """
    (folder / "blackbox.yml").write_text(
        "modules: {models: {prober: http, timeout: 10s, http: {method: GET, "
        f"headers: {{Authorization: 'Bearer {KEY}'}}, tls_config: {{ca_file: '{folder}/ca.pem'}}, "
        "preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: ['\"data\"']}}}\n"
    )
    command = [found("prometheus-blackbox-exporter"), f"--config.file={folder}/blackbox.yml"]
    process = subprocess.Popen(
        [*command, f"--web.listen-address={EXPORTER}", "--log.level=error"], stderr=subprocess.DEVNULL
    )
    host, port = EXPORTER.split(":")
    asyncio.run(reachable(host, int(port)))
    return process


async def scrape(targets: list[str], jobs: int) -> float:
    """Return the seconds that the exporter takes to probe every target, with ``jobs`` scrapes in parallel."""
    host, port = EXPORTER.split(":")
    limit = asyncio.Semaphore(jobs)
    up = 0

    async def one(target: str) -> None:
        nonlocal up
        async with limit:
            reader, writer = await asyncio.open_connection(host, int(port))
            ask = (
                f"GET /probe?module=models&target={quote(target)} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            )
            writer.write(ask.encode())
            said = await reader.read(-1)
            up += b"\nprobe_success 1" in said
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(target) for target in targets))
    seconds = time.perf_counter() - began
    if up != len(targets):
        raise SystemExit(f"the exporter found {up} of {len(targets)} doors up")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=1000, metavar="N")
    parser.add_argument("--doors", type=int, default=100, metavar="N", help="TLS servers that they are spread over")
    parser.add_argument("--jobs", type=int, default=64, metavar="N", help="checks at once, of both programs")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = [doors(folder, chosen.doors)]
        try:
            urls = [f"https://localhost:{FIRST + number % chosen.doors}/v1" for number in range(chosen.checks)]
            lines = [f"t{number},{url},DOOR_KEY,ca.pem" for number, url in enumerate(urls)]
            (folder / "fleet.csv").write_text("\n".join(["name,base_url,key_env,ca_bundle", *lines]) + "\n")
            started.append(exporter(folder))
            ours, theirs, peaks = [], [], []
            for _ in range(chosen.runs):
                seconds, peak = fleet(folder, chosen.checks, chosen.jobs)
                ours.append(chosen.checks / seconds)
                peaks.append(peak)
                theirs.append(chosen.checks / asyncio.run(scrape([f"{url}/models" for url in urls], chosen.jobs)))
        finally:
            for process in started:
                process.terminate()
                process.wait()
    print(f"{chosen.checks} free checks over {chosen.doors} TLS doors, {os.cpu_count()} cores, {chosen.runs} runs")
    print(f"llmdoctor fleet      {median(ours):6.0f} a second (>= {WANTED})   {max(peaks):4.0f} MiB (< {MEBIBYTES})")
    print(f"blackbox_exporter    {median(theirs):6.0f} a second (one request each, nothing judged)")


if __name__ == "__main__":
    main()
