"""Workers that are forks of the program: what they answer, and what happens when one ends too early."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from diagnose.cli import forked_worker

# In a program of its own: a fork wants a process with one thread, and what it inherits is not to be this test's.
PROGRAM = """
import asyncio, json, os, sys
from diagnose.cli.forked_worker import ForkedWorker, forks
from diagnose.cli.worker_pool import WorkerFailed

async def work(channel):
    while line := await channel.line():
        if line.strip() == "7":
            os._exit(7)
        channel.answer(f"{line.strip()} of fork {os.getpid()}\\n")

AGAIN = "for line in iter(input, ''): print(line, 'of its successor', flush=True)"

async def ask(forked):
    workers = [ForkedWorker([sys.executable, "-c", AGAIN], one) for one in forked]
    told = [await worker.check(number, 9) for number, worker in enumerate(workers)]
    try:
        await workers[0].check(7, 9)
    except WorkerFailed as error:
        told.append(str(error))
    told.append(await workers[0].check(3, 9))
    workers[0].kill()
    for worker in workers:
        await worker.leave()
    return told

forked = forks(3, work)
unused = forked.pop()
told = asyncio.run(ask(forked))
asyncio.run(ForkedWorker([], unused).leave())
left = []
try:
    os.waitpid(-1, os.WNOHANG)
    left.append("a child that nobody has waited for")
except ChildProcessError:
    pass
print(json.dumps([told, [one.pid for one in forked], left]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems start their workers anew")
def test_forks_answer_and_a_fallen_one_has_a_successor() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    told, pids, left = json.loads(run.stdout)
    assert told[:2] == [f"of fork {pid}" for pid in pids]
    assert told[2:] == ["its process ended with 7", "of its successor"]
    assert left == [], "every fork has been waited for"


def test_a_process_with_threads_is_not_forked() -> None:
    if sys.platform == "linux" and threading.active_count() == 1:
        assert forked_worker.possible()
    held = threading.Event()
    other = threading.Thread(target=held.wait)
    other.start()
    try:
        assert not forked_worker.possible()
    finally:
        held.set()
        other.join()
