"""Check each world in a separate network namespace, with its links, name server and doors, and call the SDK there. Runs
as root.

Input: JSON, a list of ``{"name", "links": [shell lines], "resolv": path, "dnsmasq": argv, "doors": [addresses], "url",
"key", "model"}``. Output: JSON, name -> ``{"report", "fails"}``; ``fails`` says how the SDK failed, empty for an
answer.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openai

from diagnose.formats import json as shown
from diagnose.judging.judge import judge
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor
from probes.run.engine import run
from probes.settings.gather import Options, gather

ASK: dict[str, Any] = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 16}
SECONDS = 3.0
_NEW = 0x40000000 | 0x00020000  # CLONE_NEWNET, CLONE_NEWNS (linux/sched.h); os.unshare needs Python 3.12


def _named(argv: list[str], stack: ExitStack) -> None:
    """Start the name server and wait until it listens on UDP port 53."""
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    end = time.monotonic() + 10
    while ":0035 " not in Path("/proc/net/udp").read_text("ascii") and time.monotonic() < end:
        time.sleep(0.02)


def _report(world: dict[str, Any]) -> Any:
    options = Options(target=world["url"], key_env="THE_KEY", model=world["model"], timeout=SECONDS)
    settings = gather(options, {**os.environ, "THE_KEY": world["key"]}, Path.cwd())
    return json.loads(shown.render(judge(asyncio.run(run(settings, version="0"))), "en"))


def _fails(world: dict[str, Any]) -> str:
    try:
        with openai.OpenAI(base_url=world["url"], api_key=world["key"], max_retries=0, timeout=SECONDS) as sdk:
            _ = sdk.chat.completions.create(model=world["model"], **ASK).choices[0].message.content
    except Exception as error:
        return f"{type(error).__name__}: {error} <- {error.__cause__!r}"[:300]
    return ""


def _within(world: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW):
        raise OSError(ctypes.get_errno(), "unshare")
    private = "mount --make-rprivate /"
    for line in (private, "ip link set lo up", f"mount --bind {world['resolv']} /etc/resolv.conf", *world["links"]):
        subprocess.run(line, shell=True, check=True, stdout=subprocess.DEVNULL)
    with ExitStack() as stack:
        root = stack.enter_context(authority())
        os.environ["SSL_CERT_FILE"] = str(root.ca_pem)
        tls = root.context("good", urlsplit(world["url"]).hostname or "")
        for address in world["doors"]:
            stack.enter_context(PracticeDoor(b.openai(world["key"]), tls=tls, host=address, port=443))
        _named(world["dnsmasq"], stack)
        return world["name"], {"report": _report(world), "fails": _fails(world)}


if __name__ == "__main__":
    # One fork per world: modules are imported once for all of them.
    with get_context("fork").Pool(6, maxtasksperchild=1) as pool:
        print(json.dumps(dict(pool.imap_unordered(_within, json.load(sys.stdin)))))
