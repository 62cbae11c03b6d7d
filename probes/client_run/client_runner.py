"""Run the app once, and once more through the recorder if it disagrees with the check."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

from probes.catalog.app import App, ClientProgram
from probes.catalog.companions import companions_of
from probes.client_run.client_words import words_of_client
from probes.client_run.command_line import CommandLine, command_line
from probes.client_run.loopback_recorder import LoopbackRecorder
from probes.client_run.permission import permission
from probes.model.attempt import Attempt
from probes.model.client_run import ClientEnd, ClientRequest, ClientRun, ClientStart, NotRun
from probes.model.facts import KeyPolicy
from probes.model.record import replace
from probes.model.settings import Settings
from probes.network.connection_pool import ConnectionPool
from probes.network.connection_pools import ConnectionPools
from probes.processes import child_process
from probes.processes.child_process import ChildResult
from probes.processes.program_search import home_of_user, own_path
from probes.settings import trust
from probes.urls.url import Url

SPARE = 2.0  # seconds of the run's deadline that are left for ending the program and for the report
MOST_OUTPUT = 512 * 1024  # bytes of each output; those of the recorded clients have some 10 KiB
LEAST = 3.0  # seconds that a run is worth
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")
_OF_KEY = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.+/=%~"  # characters of keys
# Variables by which a program finds the folder that its caller was in: the check's, which may hold anybody's settings
# and programs. opencode takes PWD for its folder, and git the others for its repository.
_OF_FOLDER = frozenset(
    (
        *("PWD", "OLDPWD", "INIT_CWD", "PROJECT_CWD", "NPM_CONFIG_LOCAL_PREFIX", "NPM_PACKAGE_JSON"),
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"),
    )
)
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")  # and in lower case


class ClientRunner:
    """The run of one app with its settings, at the host of the check."""

    def __init__(self, start: ClientStart, settings: Settings, app: App, protocol: str, target: Url | None) -> None:
        assert app.run is not None, "an app without a row is refused before"
        self._start, self._settings, self._app, self._row = start, settings, app, app.run
        self._protocol, self._target = protocol, target

    async def run(
        self, policy: KeyPolicy | None, pools: ConnectionPools, working: Attempt | None, seconds: float
    ) -> ClientRun:
        """Run the app for at most ``seconds``, and return what was seen. Raises nothing for what the app does.

        ``policy`` is what may be sent to the host, ``working`` the attempt of the check that worked.
        """
        allowed = permission(self._start, self._settings, self._row, self._target, policy)
        if allowed.refused is not None:
            return self._not_run(allowed.refused)
        if seconds < LEAST + SPARE:
            return self._not_run(NotRun.DEADLINE)
        assert self._target is not None
        ends = asyncio.get_running_loop().time() + seconds - SPARE
        pool = pools.to(self._target, allowed.direct)
        try:
            with _own_folder() as folder:
                first = await self._once(folder, ends, pool if allowed.recorder else None)
                if first is None:
                    return self._not_run(NotRun.FOLDER if self._start.of_folder else NotRun.RECORDER)
                disagrees = not first.answered and working is not None and working.given
                if not disagrees or allowed.recorder or ends - asyncio.get_running_loop().time() < LEAST:
                    return first
                return replace(first, again=await self._once(folder, ends, pool))
        except OSError as error:  # no folder of the user's own
            return replace(self._empty(), end=ClientEnd.NOT_STARTED, said=error.strerror or type(error).__name__)

    def _empty(self) -> ClientRun:
        return ClientRun(self._app.id, self._app.name, shown_program(self._start.path))

    def _not_run(self, why: NotRun) -> ClientRun:
        return replace(self._empty(), not_run=why, because=self._start.because)

    async def _once(self, folder: Path, ends: float, pool: ConnectionPool | None) -> ClientRun | None:
        """Run the app, through the recorder if ``pool`` leads on from there; None if it cannot be led to it."""
        running: asyncio.Task[ChildResult] | None = None

        def end() -> None:
            if running is not None:
                running.cancel()

        async with AsyncExitStack() as stack:
            url, recorder = "", None
            if pool is not None:
                recorder = LoopbackRecorder(pool, end, exposed=self._settings.send_anyway)
                await stack.enter_async_context(recorder)
                url = recorder.origin + pool.target.path.rstrip("/")
            line = command_line(self._row, self._protocol, self._start.provider, self._start.model, url, os.environ)
            if line is None:
                return None
            environ = self._environment(line, folder, recorder is not None)
            limit = limit_of(self._row, ends - asyncio.get_running_loop().time())
            argv = [self._start.path, *line.args]
            began = asyncio.get_running_loop().time()
            start = child_process.run(argv, env=environ, seconds=limit, most=MOST_OUTPUT, cwd=str(folder / "work"))
            running = asyncio.ensure_future(start)
            try:
                result = await running
            except asyncio.CancelledError:
                if recorder is None or not recorder.full:  # the check was interrupted, and the program with it
                    raise
                result = ChildResult(None, seconds=asyncio.get_running_loop().time() - began)
            requests = tuple(recorder.requests) if recorder is not None else ()
        proxies = tuple(sorted({name.upper() for name, value in environ.items() if value} & set(_PROXIES)))
        return replace(self._seen(line, result, requests, recorder is not None), proxies=proxies)

    def _environment(self, line: CommandLine, folder: Path, recorded: bool) -> dict[str, str]:
        """Return the user's environment with the switches of the row, without what leads to the folder of the check.

        What the app writes to the folder for temporary files is removed with ours. The recorder is on this machine, and
        no proxy of the user leads there; some apps do not heed NO_PROXY, so they get no proxy at all.
        """
        environ = {**os.environ, **dict(line.env)}
        names = _TEMPORARY if sys.platform == "win32" else _TEMPORARY[:1]
        environ |= dict.fromkeys(names, str(folder / "temporary"))
        left_out = _OF_FOLDER | (frozenset(_PROXIES) if recorded else frozenset())
        kept = {name: value for name, value in environ.items() if name.upper() not in left_out}
        windows = sys.platform == "win32"
        path = own_path(environ, Path.cwd(), home_of_user(), windows=windows)
        return kept | ({} if windows else {"PWD": str(folder / "work")}) | {"PATH": path}

    def _others(self) -> list[str]:
        """Return the hosts that the app asks besides, for whose sake a call does not fail."""
        return [host for one in companions_of(self._app.id) if not one.required for host in one.hosts]

    def _seen(
        self, line: CommandLine, result: ChildResult, requests: tuple[ClientRequest, ...], recorded: bool
    ) -> ClientRun:
        output, errors = (_text(one, result.overflowed) for one in (result.out, result.err))
        end = _end_of(result)
        return ClientRun(
            app=self._app.id,
            name=self._app.name,
            program=shown_program(self._start.path),
            command=line.shown,
            switches=tuple(f"{name}={value}" for name, value in line.env),
            end=end,
            status=result.status,
            seconds=round(result.seconds, 3),
            answered=end is ClientEnd.EXITED and has_answered(self._row, result.status, output, errors, requests),
            said=words_of_client(output, errors, self._row.failed, self._others()) or result.problem,
            meaning=self._row.exits.get(str(result.status), ""),
            through_recorder=recorded,
            requests=requests,
        )


def _end_of(result: ChildResult) -> ClientEnd:
    if result.problem:
        return ClientEnd.NOT_STARTED
    if result.status is not None:
        return ClientEnd.EXITED
    return ClientEnd.LIMIT if result.timed_out else ClientEnd.OUTPUT if result.overflowed else ClientEnd.REQUESTS


def _text(data: bytes, cut: bool) -> str:
    """Return an output as text. Where it was cut, no part of a key is left, which the scrubber would not know."""
    return (data.rstrip(_OF_KEY) if cut else data).decode("utf-8", "replace")


def shown_program(path: str) -> str:
    """Return a program's path as reports show it: with ``~`` for the user's home, whose name is nobody's business."""
    try:
        return f"~/{Path(path).relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return path


def limit_of(row: ClientProgram, left: float) -> float:
    """Return the time limit of a run in seconds, of which ``left`` are left for the whole check."""
    return max(0.1, min(row.limit, left))


def has_answered(
    row: ClientProgram, status: int | None, output: str, errors: str, requests: tuple[ClientRequest, ...]
) -> bool:
    """Check whether a program that has ended got an answer: by its own account, and by the recorder's if that decides.

    >>> has_answered(ClientProgram("llm"), 0, "OK", "", ())
    True
    """
    if any(mark in text for mark in row.failed for text in (output, errors)):
        return False
    if not (all(mark in output for mark in row.answered) if row.answered else output.strip()):
        return False
    if not row.recorder:
        return status == 0
    last = next((one for one in reversed(requests) if one.method == "POST"), None)
    return last is not None and 200 <= last.status < 300 and not last.failure and "html" not in last.content_type


@contextmanager
def _own_folder() -> Iterator[Path]:
    """Make an empty folder to run the app in, in the user's state folder, and remove it behind the run.

    The app looks for files of a project in it and in the folders above: all of them are the user's own, which the
    system's folder for temporary files is not. Raises OSError if there is none.
    """
    kept = trust.path()
    if kept is None:
        raise OSError(2, "no home folder")
    kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=kept.parent))
    try:
        for name in ("work", "temporary"):
            (folder / name).mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
