"""Measure how long a whole check takes compared with one streamed call of the official SDK, and how fast the program
starts.

    python tests/benchmarks/bench_check.py [--runs N] [--rtt 0,100] [--beside PROGRAM]

Run it with the Python of an environment that contains the built wheel and the newest ``openai`` (see README.md in this
folder). Every measurement starts fresh processes, alternating between ours, the SDK's and, with ``--beside``, another
installed ``llmdoctor``, such as the last release. The script prints figures and judges nothing. Ratios are medians of
the ratios of one pair each, with the middle half of them; on a busy machine, the processor's time tells more than the
wall's.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).resolve()
KEY = "sk-proj-" + "Ab3dEf9h" * 6  # made up; the only key that the door accepts
MODEL = "gpt-4o-mini"
PROGRAM = Path(sys.executable).with_name("llmdoctor.exe" if os.name == "nt" else "llmdoctor")
WANTED = {0: 0.24, 100: 0.45}  # our time divided by the SDK's, by added round trip in milliseconds
REQUESTS, MEBIBYTES, START = 4, 80, 1.3
FAULT = 100  # milliseconds until a fault of the settings is on the screen

NEAR, FAR = "10.73.0.1", "10.73.0.2"  # inside a network namespace, where they cannot collide with real addresses
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000  # linux/if_tun.h

SDK = """
import sys
from openai import OpenAI
asked = [{"role": "user", "content": "ping"}]
for chunk in OpenAI(base_url=sys.argv[1]).chat.completions.create(model=sys.argv[2], messages=asked, stream=True):
    pass
"""


class Ran(NamedTuple):
    """The result of one process: seconds by the wall and of the processor, peak memory in MiB, and output.

    The last two numbers are 0 where the system does not tell them.
    """

    seconds: float
    processor: float
    mebibytes: float
    printed: str


def run(command: list[str], env: dict[str, str], folder: str, status: int = 0) -> Ran:
    """Run a command in a fresh process until it ends. Raises SystemExit with its error output if its exit status is not
    ``status``, because the time of a failed run means nothing.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=env,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    printed, complaints = process.stdout.read(), process.stderr.read()  # each output fits into a pipe buffer
    peak = processor = 0.0
    if hasattr(os, "wait4"):
        _, waited, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(waited)
        processor = usage.ru_utime + usage.ru_stime
        peak = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    else:
        process.wait()
    seconds = time.perf_counter() - began
    process.stdout.close()
    process.stderr.close()
    if process.returncode != status:
        raise SystemExit(f"{command[:3]} ended with {process.returncode}:\n{printed}\n{complaints}")
    return Ran(seconds, processor, peak, printed)


# -- the door, in a separate process -----------------------------------------------------------------------------------


def serve(scheme: str, listening: str, name: str) -> None:
    """Serve a working practice door until standard input ends; print its address and its authority's file to standard
    output.
    """
    from probes.demo_server import practice_doors
    from probes.demo_server.certificates import authority
    from probes.demo_server.server import PracticeDoor

    with authority() as signer:
        tls = signer.context("good", name) if scheme == "https" else None
        with PracticeDoor(practice_doors.openai(KEY), tls=tls, host=listening) as door:
            print(door.port, signer.ca_pem, flush=True)
            sys.stdin.read()


def far(seconds: float) -> None:
    """Simulate a distant machine: a TUN link that delays packets by half of ``seconds`` in each direction, until
    standard input ends.

    A packet sent to FAR comes back from FAR to NEAR: swapping the two addresses leaves every checksum valid. TCP and
    TLS handshakes therefore cost what they cost over a real distance; a relay could not delay them.
    """
    import fcntl

    link = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(link, TUNSETIFF, struct.pack("16sH22x", b"far0", IFF_TUN | IFF_NO_PI))
    for words in (f"addr add {NEAR}/24 dev far0", "link set far0 up"):
        subprocess.run(["ip", *words.split()], check=True)
    packets: queue.Queue[tuple[float, bytes]] = queue.Queue()

    def deliver() -> None:
        while True:
            due, packet = packets.get()
            time.sleep(max(0.0, due - time.monotonic()))
            os.write(link, packet)

    def receive() -> None:
        while True:
            packet = os.read(link, 65536)
            if packet[0] >> 4 == 4:
                swapped = packet[:12] + packet[16:20] + packet[12:16] + packet[20:]
                packets.put((time.monotonic() + seconds / 2, swapped))

    for work in (deliver, receive):
        threading.Thread(target=work, daemon=True).start()
    print("up", flush=True)
    sys.stdin.read()


@contextmanager
def in_role(*arguments: str) -> Iterator[list[str]]:
    """Run this script in another role as a child process; yield the words of its first output line."""
    command = [sys.executable, str(HERE), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield process.stdout.readline().split()
        process.stdin.close()


# -- the round trip ----------------------------------------------------------------------------------------------------


def namespace(arguments: list[str]) -> int | None:
    """Run this script in a new network namespace, which disappears with the process; return None if that is not
    possible.
    """
    if sys.platform != "linux" or not all(map(shutil.which, ("unshare", "ip"))) or not Path("/dev/net/tun").exists():
        return None
    enter = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*enter, "ip", "tuntap", "add", "dev", "far0", "mode", "tun"], capture_output=True).returncode:
        return None
    return subprocess.run([*enter, sys.executable, str(HERE), "--role", "inside", *arguments]).returncode


def handshake(host: str, port: str) -> float:
    """Return how long a TCP connection takes in milliseconds, which is the round trip actually added."""
    began = time.perf_counter()
    with socket.create_connection((host, int(port))):
        return (time.perf_counter() - began) * 1000


# -- measurements ------------------------------------------------------------------------------------------------------


def environment(folder: str, ca: str = "") -> dict[str, str]:
    """Return a user's environment: no proxy, no settings except the key, and no switch that stops Python from using
    compiled files.
    """
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    own = {"HOME": folder, "USERPROFILE": folder, "LANG": "C.UTF-8", "OPENAI_API_KEY": KEY}
    return kept | own | ({"SSL_CERT_FILE": ca} if ca else {})


Runs = list[tuple[Ran, ...]]  # of each round: ours, the one to compare with, and another version of ours


def rounds(commands: list[list[str]], env: dict[str, str], folder: str, runs: int, statuses: Sequence[int]) -> Runs:
    """Alternate the commands, so that a busy moment of the machine affects all; drop the first round, which warms up."""
    given = list(zip(commands, statuses, strict=True))
    return [tuple(run(one, env, folder, status) for one, status in given) for _ in range(runs + 1)][1:]


def ratio(found: Runs, of: int, to: int, time_of: Callable[[Ran], float]) -> str:
    """Return the median of the ratios of each round, and the middle half of them: ``0.24 (0.23-0.26)``."""
    ratios = sorted(time_of(one[of]) / (time_of(one[to]) or 1) for one in found)
    low, high = ratios[len(ratios) // 4], ratios[-1 - len(ratios) // 4]
    return f"{median(ratios):.2f} ({low:.2f}-{high:.2f})"


def wall(one: Ran) -> float:
    return one.seconds


def processor(one: Ran) -> float:
    return one.processor


def row(name: str, found: Runs, wanted: str, rest: str = "") -> None:
    ours, theirs = (median(one[at].seconds for one in found) * 1000 for at in (0, 1))
    used = median(one[0].processor for one in found) * 1000
    print(f"{name:<34} {ours:5.0f} ms {theirs:5.0f} ms  {ratio(found, 0, 1, wall)} <= {wanted:<5}", end="  ")
    print(f"processor {used:4.0f} ms, {ratio(found, 0, 1, processor)}", end="  ")
    if len(found[0]) > 2:
        older = ratio(found, 2, 1, wall), ratio(found, 2, 1, processor)
        print(f"beside: {older[0]}, processor {older[1]}", end="  ")
    print(rest, flush=True)


def commands(arguments: Sequence[str], other: list[str], beside: str) -> list[list[str]]:
    """Return the commands of one round: our program, the one to compare with, and another version of ours."""
    return [[str(PROGRAM), *arguments], other, *([[beside, *arguments]] if beside else [])]


def checks(runs: int, rtt: int, folder: str, beside: str) -> None:
    """Compare against a working door, over http and https, with and without a given model."""
    with ExitStack() as stack:
        host, listening = "127.0.0.1", "127.0.0.1"
        if rtt:
            host, listening = FAR, NEAR
            if stack.enter_context(in_role("--role", "far", str(rtt / 1000))) != ["up"]:
                raise SystemExit("the far link did not come up")
        for scheme in ("http", "https"):
            with in_role("--role", "door", scheme, listening, host) as (port, ca):
                compare(runs, rtt, scheme, host, port, ca, folder, beside)


def compare(runs: int, rtt: int, scheme: str, host: str, port: str, ca: str, folder: str, beside: str) -> None:
    url, env = f"{scheme}://{host}:{port}/v1", environment(folder, ca if scheme == "https" else "")
    for given in (True, False):
        ask = ["check", url, *(("--model", MODEL) if given else ()), "--json"]
        call = [sys.executable, "-c", SDK, url, MODEL]
        found = rounds(commands(ask, call, beside), env, folder, runs, (0, 0, 0)[: 3 if beside else 2])
        reports = [json.loads(one[0].printed) for one in found]
        if any(report["verdict"] != "healthy" for report in reports):
            raise SystemExit(f"the door is sound, but the check says: {reports[0]['root_cause']}")
        requests = max(report["cost"]["requests"] for report in reports)
        peak = max(one[0].mebibytes for one in found)
        rest = f"{requests} requests (<= {REQUESTS})  {peak:.0f} MiB (< {MEBIBYTES})"
        name = f"+{handshake(host, port):.1f} ms, {scheme}, {'model given' if given else 'no model given'}"
        row(name, found, str(WANTED.get(rtt, "-")), rest)


# Command lines with their exit status, which are compared with `import click`: those that need little, and those that
# show a fault of the settings.
STARTS = (
    (("--version",), 0),
    (("whose", "--key-env", "OPENAI_API_KEY"), 0),
    (("doors",), 0),
    (("doors", "openai"), 0),
    (("explain", "key.truncated"), 0),
    (("demo", "--list"), 0),
)
FAULTS = ((("check", "https://"), 1), (("check", "https://", "--json"), 1))


def starts(runs: int, folder: str, beside: str) -> None:
    env = environment(folder)
    click = [sys.executable, "-c", "import click"]
    for arguments, status in (*STARTS, *FAULTS):
        statuses = (status, 0, status)[: 3 if beside else 2]
        found = rounds(commands(arguments, click, beside), env, folder, runs, statuses)
        is_fault = (arguments, status) in FAULTS
        row(f"llmdoctor {' '.join(arguments)}", found, f"{FAULT} ms" if is_fault else str(START))


def bench(runs: int, rtts: list[int], beside: str) -> None:
    print(f"Python {platform.python_version()}, openai {version('openai')}, llmdoctor {version('llmdoctor-cli')}")
    print(f"{os.cpu_count()} cores; medians of {runs} pairs; + what a TCP handshake was seen to take\n")
    with tempfile.TemporaryDirectory() as folder:
        print(f"{'check and a streamed SDK call':<34} {'ours':>8} {'SDK':>8}  ratio, wanted")
        for rtt in rtts:
            checks(runs, rtt, folder, beside)
        print(f"\n{'start and `import click`':<34} {'ours':>8} {'click':>8}  ratio, wanted")
        starts(runs, folder, beside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=11, metavar="N", help="pairs of each kind (11)")
    parser.add_argument("--rtt", default="0,100", metavar="MS,…", help="added round trips in milliseconds (0,100)")
    parser.add_argument("--beside", default="", metavar="PROGRAM", help="another installed llmdoctor to measure too")
    parser.add_argument("--role", choices=("bench", "inside", "door", "far"), default="bench", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    rtts = [int(one) for one in chosen.rtt.split(",")]
    if chosen.role == "door":
        serve(*chosen.words)
    elif chosen.role == "far":
        far(float(chosen.words[0]))
    elif chosen.role == "inside" or not any(rtts):
        if chosen.role == "inside":
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        bench(chosen.runs, rtts, chosen.beside)
    else:
        ended = namespace(["--runs", str(chosen.runs), "--rtt", chosen.rtt, "--beside", chosen.beside])
        sys.exit(
            "an added round trip needs Linux, TUN and a network namespace: try --rtt 0" if ended is None else ended
        )


if __name__ == "__main__":
    main()
