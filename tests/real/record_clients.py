"""Record the requests of real clients on loopback, and write their form to ``probes/facts/clients/``.

``python tests/real/record_clients.py`` records every client that is installed, ``… record_clients.py codex llm`` these
two, ``--check`` compares with what is there instead of writing. The programs are those that `.ci/run` fetches into
``.cache/``; ``LLMDOCTOR_PROGRAMS`` names a folder with newer ones. Each client runs in an empty home, with a made-up key
and without the settings of this machine, and calls a practice door that accepts everything.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


from probes.catalog.apps import load as load_apps  # noqa: E402  run from any folder
from probes.client_requests.parts import Shape, names_of  # noqa: E402
from probes.client_requests.recordings import recording_of  # noqa: E402
from probes.demo_server import practice_doors as doors  # noqa: E402
from probes.demo_server.scenarios import made_up_key  # noqa: E402
from probes.demo_server.server import Answer, PracticeDoor, Reply, Request  # noqa: E402
from real.client_starts import CLIENTS, PLAIN, PROMPT, Case, Client, Place, clients, folders  # noqa: E402
from real.recorded_shape import body_form, header_forms, written  # noqa: E402

FACTS = ROOT / "probes" / "facts" / "clients"
SECONDS = 60.0  # for one client; each needs a tenth
SMALLEST = 0.05  # seconds between two looks whether the request has arrived
ENDPOINTS = {
    "openai": ("/chat/completions",),
    "responses": ("/responses",),
    "anthropic": ("/v1/messages",),
    "gemini": (":streamGenerateContent",),
}


class Missing(Exception):
    """A client that is not installed, or that sent no request."""


class Recorded(NamedTuple):
    """One recorded request, as a row of the file."""

    row: dict[str, Any]
    shape: Shape


def accepting(request: Request) -> Answer:
    """Answer any request of any protocol, whatever its key and its model."""
    asked = request.json().get("model")
    models = (asked,) if isinstance(asked, str) else (PLAIN,)
    if request.path.endswith("/responses"):
        return doors.responses(models=models)(request)
    if request.path.endswith("/messages"):
        return doors.anthropic(models=models)(request)
    if "/models/" in request.path:
        return doors.gemini(models=(request.path.rpartition("/")[2].partition(":")[0],))(request)
    return doors.openai(prefix="/openai/v1" if request.path.startswith("/openai/") else "/v1", models=models)(request)


def record(name: str, case: Case) -> Recorded:
    """Run a client once, and return the form of its request. Raises Missing if there is none."""
    with _started(name, case, accepting) as (door, process, said):
        end = time.monotonic() + SECONDS
        while (request := _asked(door, case)) is None:
            ended = process.poll() is not None
            if time.monotonic() > end or (ended and _asked(door, case) is None):
                raise Missing(f"{name} sent no request ({case}): {said()}")
            time.sleep(SMALLEST)
    return _recorded(name, case, _version(CLIENTS[name], folders(CLIENTS[name].where)[1]), request)


def ends_well(name: str, case: Case, handler: Callable[[Request], Answer]) -> bool:
    """Check whether a client asks this door and ends with status 0."""
    with _started(name, case, handler) as (door, process, _):
        try:
            return process.wait(SECONDS) == 0 and _asked(door, case) is not None
        except subprocess.TimeoutExpired:
            return False


def mends(name: str, case: Case, part: str) -> bool:
    """Check whether a client sends a request again without a part, after a refusal that names it."""

    def strict(request: Request) -> Answer:
        if request.method != "POST" or not _holds(request, case, part):
            return accepting(request)
        return Reply(400, (("Content-Type", "application/json"),), json.dumps(_refusal(part)).encode())

    with _started(name, case, strict) as (door, process, _):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            asked = _all_asked(door, case)
            if any(not _holds(one, case, part) for one in asked):
                return True
            if process.poll() is not None:
                return False
            time.sleep(SMALLEST)
    return False


def _holds(request: Request, case: Case, part: str) -> bool:
    body, _ = body_form(request.json(), PROMPT, case.model)
    headers, _ = header_forms(request.headers)
    return part in names_of(Shape(tuple(headers.items()), body))


def _refusal(part: str) -> dict[str, object]:
    """Return the words in which Anthropic refuses a part (api.anthropic.com, 2026-11-29)."""
    name, _, value = part.partition(": ")
    if value:
        said = f"Unexpected value(s) `{value}` for the `{name}` header."
    elif part == "messages[].role=system":
        said = 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter.'
    else:
        path = part.replace("thinking.", "thinking.adaptive.").replace("tools[]", "tools.0.custom").replace("[]", ".0")
        said = f"{path}: Extra inputs are not permitted"
    return {"type": "error", "error": {"type": "invalid_request_error", "message": said}}


@contextlib.contextmanager
def _started(
    name: str, case: Case, handler: Callable[[Request], Answer]
) -> Iterator[tuple[PracticeDoor, subprocess.Popen[bytes], Callable[[], str]]]:
    """Start a client; yield the door, the process, and a function that returns the end of what it printed."""
    client = CLIENTS[name]
    programs, packages = folders(client.where)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, PracticeDoor(handler) as door:
        home = Path(folder, "home")
        work = home / "work"
        work.mkdir(parents=True)
        start = client.start(case, Place(home, door.url, made_up_key()))
        argv = _found(start.argv, programs)
        env = _environment(home, programs) | {"LLMDOCTOR_NODE_CLIENTS": str(packages.parent)} | start.environment
        if case.setting.startswith("env:"):
            variable, _, value = case.setting.removeprefix("env:").partition("=")
            env[variable] = value
        printed = Path(folder, "log")
        with printed.open("wb") as log, _running(argv, env, work, log) as process:
            yield door, process, lambda: printed.read_text(errors="replace")[-800:]


def _asked(door: PracticeDoor, case: Case) -> Request | None:
    """Return the client's main request: of the requests with the prompt so far, the largest."""
    return max(_all_asked(door, case), key=lambda one: len(one.body), default=None)


def _all_asked(door: PracticeDoor, case: Case) -> list[Request]:
    return [
        one
        for one in list(door.requests)
        if one.method == "POST"
        and one.path.endswith(ENDPOINTS[case.protocol])
        and PROMPT.encode() in one.body
        and (case.protocol != "gemini" or case.model in one.path)
    ]


def _recorded(name: str, case: Case, version: str, request: Request) -> Recorded:
    app = load_apps().get(name)
    wire = app.wire(case.protocol) if app is not None else None
    if wire is None:
        raise Missing(f"{name} does not speak {case.protocol} in apps.toml")
    body, limit = body_form(request.json(), PROMPT, case.model)
    headers, identity = header_forms(request.headers)
    row = {
        "app": name,
        "version": version,
        "protocol": case.protocol,
        "model": case.model,
        "query": request.target.partition("?")[2],
        "size": len(request.body),
        "limit": limit,
        "headers": headers,
        "identity": identity,
        "body": written(body),
    }
    return Recorded(row, recording_of(row, "").shape)


# -- processes ---------------------------------------------------------------------------------------------------------


def _found(argv: Sequence[str], programs: Path) -> list[str]:
    place = programs / argv[0]
    if not place.exists():  # `LLMDOCTOR_PROGRAMS` need not hold all of them
        place = clients() / ("node" if argv[0] == "node" else "programs") / "node_modules" / ".bin" / argv[0]
    if not place.exists():
        raise Missing(f"{argv[0]} is not installed")
    return [str(place), *argv[1:]]


def _environment(home: Path, programs: Path) -> dict[str, str]:
    """Return an environment without anything of this machine's owner."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    nodes = clients() / "node" / "node_modules" / ".bin"  # several clients need a newer Node than Debian's
    path = os.pathsep.join((str(nodes), str(programs), kept.get("PATH", "")))
    return kept | {"PATH": path, "HOME": str(home), "USERPROFILE": str(home), "TMPDIR": str(home), "NO_PROXY": "*"}


@contextlib.contextmanager
def _running(argv: Sequence[str], env: dict[str, str], work: Path, log: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program, and end it and its children."""
    process = subprocess.Popen(
        argv, env=env, cwd=work, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()


def _version(client: Client, packages: Path) -> str:
    for root in (packages, clients() / client.where / "node_modules"):
        manifest = root / client.package / "package.json"
        if manifest.exists():
            return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])
    name = client.package.replace("-", "_")
    found = sorted(packages.glob(f"lib/python3*/site-packages/{name}-*.dist-info"))
    if not found:
        raise Missing(f"the version of {client.package} was not found")
    return found[-1].name.removeprefix(f"{name}-").removesuffix(".dist-info")


# -- files -------------------------------------------------------------------------------------------------------------


def rows_of(name: str, *, switches: bool = True) -> list[dict[str, Any]]:
    """Record all requests of a client: each protocol and model, and what each of its settings leaves out."""
    client, rows = CLIENTS[name], []
    for protocol, models in client.protocols.items():
        seen: list[Shape] = []
        for number, model in enumerate(models):
            found = record(name, Case(protocol, model))
            if found.shape in seen:
                continue  # the model makes no difference
            seen.append(found.shape)
            if switches and not number:
                parts, kept = set(names_of(found.shape)), []
                for setting in client.settings.get(protocol, ()):
                    other = record(name, Case(protocol, model, setting))
                    drops = sorted(parts - set(names_of(other.shape)))
                    if drops:
                        kept.append({"setting": setting.removeprefix("env:"), "drops": drops})
                found.row["switches"] = kept
                if client.mends:
                    found.row["mends"] = [one for one in sorted(parts) if mends(name, Case(protocol, model), one)]
            rows.append(found.row)
    return rows


def document(rows: Sequence[dict[str, Any]], day: str) -> str:
    """Return the content of a file with these rows."""
    lines = [
        "# Written by tests/real/record_clients.py from the real program on loopback. Do not edit: record it again.",
        "",
        "[facts]",
        "schema = 1",
        f'seen = "{day}"',
        f'source = "measured {rows[0]["version"]}"',
    ]
    for row in rows:
        lines += ["", "[[request]]"]
        for key, value in row.items():
            if key == "body":
                lines.append(f"body = '''\n{value}'''")
            elif key == "headers":
                pairs = ", ".join(f"{_key(k)} = {_text(v)}" for k, v in value.items())
                lines += [f"headers = {{ {pairs} }}"] * bool(value)
            elif key == "switches":
                continue
            elif value or (isinstance(value, int) and value):
                lines.append(f"{key} = {_value(value)}")
        for one in row.get("switches", ()):
            lines += ["[[request.switches]]", f"setting = {_text(one['setting'])}", f"drops = {_value(one['drops'])}"]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() else _text(name)


def _text(value: str) -> str:
    return f"'{value}'" if '"' in value and "'" not in value else json.dumps(value, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        one_line = f"[{', '.join(map(_text, value))}]"
        return one_line if len(one_line) < 100 else "[\n" + "".join(f"  {_text(one)},\n" for one in value) + "]"
    return str(value)


def main() -> int:
    """Record the clients that are named, or all. Return 1 if one differs from its file (``--check``) or is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(CLIENTS)}")
    parser.add_argument("--check", action="store_true", help="compare with the files and write nothing")
    given = parser.parse_args()
    FACTS.mkdir(exist_ok=True)
    status = 0
    for name in given.names or CLIENTS:
        try:
            rows = rows_of(name)
        except (Missing, KeyError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            status = 1
            continue
        text, path = document(rows, datetime.now(UTC).date().isoformat()), FACTS / f"{name}.toml"
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        same = _without_day(text) == _without_day(before)
        print(f"{name} {rows[0]['version']}: {len(rows)} requests, {'as recorded' if same else 'changed'}", flush=True)
        if given.check:
            status |= not same
        elif not same:
            path.write_text(text, encoding="utf-8")
    return status


def _without_day(text: str) -> list[str]:
    """Return the lines that do not differ from run to run: sizes depend on paths and dates in the prompt."""
    return [line for line in text.splitlines() if not line.startswith(("seen =", "size ="))]


if __name__ == "__main__":
    sys.exit(main())
