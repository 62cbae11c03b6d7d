"""Measure how many free checks per second `llmdoctor fleet` makes, compared with Debian's blackbox_exporter on the same
doors (package prometheus-blackbox-exporter).

    python tests/benchmarks/bench_fleet.py [--checks 1000] [--doors 1000 100] [--runs 3]

Run it with the Python of an environment that contains the built wheel and trustme. nginx serves the doors, each as a
separate TLS server on loopback. The two programs take turns, so that a busy machine slows both: quote the ratio of a
pair and the processor time, not the rates. The measurement covers the whole command, from start to end, and the memory
of all its processes together. The script prints figures and judges nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

import trustme

KEY = "sk-made-up-0123456789abcdefghijklmnop"
FIRST = 21000  # port of the first door
EXPORTER = "127.0.0.1:20999"
WANTED, STRETCH, MEBIBYTES = 0.5, 0.65, 250  # of the exporter's rate; MiB
TICK = 1000 / os.sysconf("SC_CLK_TCK")  # milliseconds

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


class Run(NamedTuple):
    """The figures of one run: seconds, and milliseconds of processor time of the client and of nginx; MiB."""

    seconds: float
    client: float
    nginx: float
    resident: float = 0.0


def measured(work: Callable[[], tuple[float, float]], nginx: int) -> Run:
    """Return the figures of ``work``, which returns the client's processor time and its memory."""
    cpu, began = spent_by(nginx), time.perf_counter()
    client, resident = work()
    return Run(time.perf_counter() - began, client, spent_by(nginx) - cpu, resident)


def fleet(folder: Path, checks: int, jobs: int) -> tuple[float, float]:
    """Run the whole command. Return the milliseconds of all its processes, and the most MiB of them together."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "DOOR_KEY": KEY}
    program = Path(sys.executable).with_name("llmdoctor")
    command = [str(program), "fleet", "fleet.csv", "--no-spend", "--json", "-o", "out.ndjson"]
    limits = ["--jobs", str(jobs), "--per-host", str(jobs)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen([*command, *limits], env=environment, cwd=folder)
    resident = 0.0
    while process.poll() is None:
        resident = max(resident, memory(process.pid))
        time.sleep(0.05)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    reports = (folder / "out.ndjson").read_text().splitlines()
    sound = sum('"root_cause": null' in line and '"key": true' in line for line in reports)
    if sound != checks:
        raise SystemExit(f"{checks} doors are sound, but {sound} of {len(reports)} reports say so")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * spent, resident


def memory(pid: int) -> float:
    """Return the MiB that a process and its children use now: the sum of each one's RSS, shared pages included."""
    total = 0
    with suppress(OSError, ValueError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *children):
            # Not `smaps_rollup`, which knows shared pages: reading it holds up the process.
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return total * resource.getpagesize() / 1024**2


def spent_by(pid: int) -> float:
    """Return the milliseconds of processor time that a process and its living children have used."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    stats = (Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (pid, *children))
    return sum(TICK * (int(stat[11]) + int(stat[12])) for stat in stats)


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


async def scrape(targets: list[str], jobs: int) -> None:
    """Let the exporter probe every target, with ``jobs`` scrapes in parallel."""
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

    await asyncio.gather(*(one(target) for target in targets))
    if up != len(targets):
        raise SystemExit(f"the exporter found {up} of {len(targets)} doors up")


def compared(folder: Path, nginx: int, prober: int, doors: int, chosen: argparse.Namespace) -> None:
    """Let the two programs take turns at so many doors, and print the figures."""
    urls = [f"https://localhost:{FIRST + number % doors}/v1" for number in range(chosen.checks)]
    lines = [f"t{number},{url},DOOR_KEY,ca.pem" for number, url in enumerate(urls)]
    (folder / "fleet.csv").write_text("\n".join(["name,base_url,key_env,ca_bundle", *lines]) + "\n")

    def probed() -> tuple[float, float]:
        before = spent_by(prober)
        asyncio.run(scrape([f"{url}/models" for url in urls], chosen.jobs))
        return spent_by(prober) - before, 0.0

    ours, theirs = [], []
    for number in range(chosen.runs):
        turns = [(ours, lambda: fleet(folder, chosen.checks, chosen.jobs)), (theirs, probed)]
        for found, work in turns if number % 2 == 0 else reversed(turns):
            found.append(measured(work, nginx))
    print(
        f"\n{chosen.checks} checks at {doors} TLS doors, {os.cpu_count()} cores, {chosen.runs} pairs: median (spread)"
    )
    for name, runs in (("llmdoctor fleet", ours), ("blackbox_exporter", theirs)):
        rates = spread([chosen.checks / run.seconds for run in runs], 0)
        client = spread([run.client / chosen.checks for run in runs], 2)
        served = spread([run.nginx / chosen.checks for run in runs], 2)
        print(f"{name:18} {rates} a second   CPU ms a check: client {client}, nginx {served}")
    ratios = spread([other.seconds / run.seconds for run, other in zip(ours, theirs, strict=True)], 2)
    print(f"ratio of rates     {ratios} (>= {WANTED}, {STRETCH} is the stretch)")
    print(f"memory             {max(run.resident for run in ours):.0f} MiB (< {MEBIBYTES})")


def spread(figures: Iterable[float], digits: int) -> str:
    found = sorted(figures)
    return f"{median(found):.{digits}f} ({found[0]:.{digits}f} to {found[-1]:.{digits}f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checks", type=int, default=1000, metavar="N")
    parser.add_argument(
        "--doors", type=int, nargs="+", default=[1000, 100], metavar="N", help="TLS servers that they are spread over"
    )
    parser.add_argument("--jobs", type=int, default=64, metavar="N", help="checks at once, of both programs")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="pairs of runs")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = [doors(folder, max(chosen.doors))]
        try:
            started.append(exporter(folder))
            for count in chosen.doors:
                compared(folder, started[0].pid, started[1].pid, count, chosen)
        finally:
            for process in started:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
