"""Install the newest versions of real clients aside, and print what they do otherwise than the installed ones.

``python tests/real/renew_clients.py`` looks at every client of ``client_starts.py``, ``… renew_clients.py codex llm`` at
these two. For each whose newest version differs from the one in ``.cache/clients`` it installs that version below
``--into`` (a temporary folder by default), runs both on loopback with a made-up key, and prints the differences: path,
key, headers, fields, the variables that its files name, and what it says about a refused key, a missing page and a
closed port. ``.cache`` is only read. ``--again`` compares equal versions too. The status is 1 if something differs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from probes.client_requests.parts import names_of  # noqa: E402  run from any folder
from probes.demo_server.scenarios import made_up_key  # noqa: E402
from probes.demo_server.server import Answer, PracticeDoor, Reply, Request, closed_port  # noqa: E402
from real import record_clients as recorder  # noqa: E402
from real.client_starts import CLIENTS, Case, Client, Place, clients, folders  # noqa: E402

# What a library or program needs beside its own package. Node itself comes from the fetched folder `node`.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "ai-sdk": ("@ai-sdk/openai", "@ai-sdk/openai-compatible", "@ai-sdk/anthropic", "@ai-sdk/google"),
}
ENDS = 25.0  # seconds for a run that is refused; clients that try again until then are stopped
INSTALLS = 600.0  # seconds for one installation
CHUNK = 16 * 2**20  # bytes of a program that are searched at once
OF_NPM = ("programs", "node")  # folders of npm's packages; all others are virtual environments
# A variable as programs write it: process.env.NAME, os.environ["NAME"], a text in a table of variables. The end is
# searched first: a program has 200 MB, and few places with such an end.
ENDING = re.compile(rb"_(?:BASE_URL|API_BASE|API_KEY|AUTH_TOKEN|PROXY|MODEL|CUSTOM_HEADERS)(?![A-Z0-9_])")
VARIABLE = re.compile(rb"""(?:env\.|["'`])([A-Z][A-Z0-9_]{1,60})\Z""")
LONGEST = 72  # bytes of a variable with what stands before it
KEYS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
_PLAIN_ERROR = json.dumps({"error": {"message": "Incorrect API key provided", "type": "invalid_request_error"}})
REFUSALS: Mapping[str, Callable[[Request], Answer]] = {
    "a refused key": lambda request: Reply(401, (("Content-Type", "application/json"),), _PLAIN_ERROR.encode()),
    "a missing page": lambda request: Reply(404, (("Content-Type", "text/html"),), b"<html>404 Not Found</html>"),
}

Observed = dict[str, str]


# -- versions ----------------------------------------------------------------------------------------------------------


def newest(client: Client) -> str:
    """Ask the package index for the newest version of a client. Raises Missing if it does not say."""
    if client.where in OF_NPM:
        said = _output(["npm", "view", client.package, "version"]).strip()
    else:
        said = _output([sys.executable, "-m", "pip", "index", "versions", client.package])
    found = re.search(r"\((\S+)\)", said) if client.where not in OF_NPM else re.match(r"(\S+)", said)
    if found is None:
        raise recorder.Missing(f"the newest version of {client.package} was not found")
    return found[1]


def _output(argv: Sequence[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, timeout=INSTALLS, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise recorder.Missing(f"{argv[0]}: {error}") from None


def install(name: str, version: str, into: Path) -> None:
    """Install a client below a folder that has the form of ``.cache/clients``. Raises Missing if that fails."""
    client = CLIENTS[name]
    place = into / client.where
    place.mkdir(parents=True, exist_ok=True)
    if client.where in OF_NPM:
        node = ("node@22",) if client.where == "node" else ()
        wanted = (f"{client.package}@{version}", *(f"{one}@latest" for one in BESIDE.get(name, ())), *node)
        steps = [["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(place), *wanted]]
    else:
        wanted = (f"{client.package}=={version}", *BESIDE.get(name, ()))
        pip = place / ("Scripts" if sys.platform == "win32" else "bin") / "pip"
        steps = [[sys.executable, "-m", "venv", str(place)], [str(pip), "install", "-q", *wanted]]
    for argv in steps:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=INSTALLS, check=False)
        if done.returncode:
            raise recorder.Missing(f"{name} {version} cannot be installed: {done.stderr[-400:]}")
    fetched = clients() / "node"  # Node for the programs: as fetched, so that only the client differs
    if client.where != "node" and fetched.exists() and not (into / "node").exists():
        (into / "node").symlink_to(fetched.resolve(), target_is_directory=True)


@contextlib.contextmanager
def _clients_of(folder: Path | None) -> Iterator[None]:
    """Let the recorder start the clients of a folder; None: those that are fetched."""
    names = ("LLMDOCTOR_CLIENTS", "LLMDOCTOR_PROGRAMS", "LLMDOCTOR_LITELLM")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    if folder is not None:
        for name in kept:
            del os.environ[name]
        os.environ["LLMDOCTOR_CLIENTS"] = str(folder)
        os.environ["LLMDOCTOR_LITELLM"] = str(folder / "litellm" / "bin" / "litellm")
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(kept)


# -- what a client does ------------------------------------------------------------------------------------------------


def observe(name: str) -> Observed:
    """Run a client on loopback, and return what it does: the thing that is looked at, and what was seen."""
    client, seen = CLIENTS[name], Observed()
    for protocol, models in client.protocols.items():
        for model in models:
            case = Case(protocol, model)
            with recorder._started(name, case, recorder.accepting) as (door, process, said):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(recorder.SECONDS)
                request = recorder._asked(door, case)
                if request is None:
                    raise recorder.Missing(f"{name} sent no request ({case}): {said()}")
                seen |= _of_request(name, case, request, tuple(door.requests))
        first = Case(protocol, models[0])
        for title, refuse in REFUSALS.items():
            seen[f"{protocol}: says about {title}"] = _said(name, first, refuse)
        seen[f"{protocol}: says about a closed port"] = _said(name, first, None)
    for variable in sorted(_variables(client)):
        seen[f"variable {variable}"] = "named in its files"
    return seen


def _of_request(name: str, case: Case, request: Request, all_of_it: Sequence[Request]) -> Observed:
    found = recorder._recorded(name, case, "", request)
    where = f"{case.protocol} {case.model}:"
    seen = {f"{where} path": f"{request.method} {request.target.replace(case.model, '{model}')}"}
    for header, value in request.headers:
        if header.lower() in KEYS:
            seen[f"{where} key in {header.lower()}"] = "Bearer" if value.startswith("Bearer ") else "alone"
    seen |= {f"{where} header {header}": value for header, value in found.row["headers"].items()}
    seen |= {f"{where} identity header {header}": "sent" for header in found.row["identity"]}
    fields = set(names_of(found.shape)) - set(found.row["headers"])
    seen |= {f"{where} part {part}": "sent" for part in sorted(fields)}
    if found.row["limit"]:
        seen[f"{where} limit of output tokens"] = str(found.row["limit"])
    others = sorted({f"{one.method} {one.path}" for one in all_of_it} - {f"{request.method} {request.path}"})
    return seen | {f"{where} asks also {one}": "yes" for one in others}


def _said(name: str, case: Case, refuse: Callable[[Request], Answer] | None) -> str:
    """Return how a client ends and the last line that it prints, without addresses, times and the key."""
    key = made_up_key()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as stack:
        home = Path(folder, "home")
        work = home / "work"
        work.mkdir(parents=True)
        if refuse is None:
            url = f"http://127.0.0.1:{stack.enter_context(closed_port())}"
        else:
            url = stack.enter_context(PracticeDoor(refuse)).url
        programs, packages = folders(CLIENTS[name].where)
        start = CLIENTS[name].start(case, Place(home, url, key))
        env = recorder._environment(home, programs) | {"LLMDOCTOR_NODE_CLIENTS": str(packages.parent)}
        printed = Path(folder, "log")
        with (
            printed.open("wb") as log,
            recorder._running(recorder._found(start.argv, programs), env | start.environment, work, log) as process,
        ):
            try:
                status = str(process.wait(ENDS))
            except subprocess.TimeoutExpired:
                status = "none, it tries again"
        lines = [
            line for line in printed.read_text("utf-8", "replace").replace(key, "KEY").splitlines() if line.strip()
        ]
    return f"status {status}: {plain(lines[-1]) if lines else 'nothing'}"


def plain(line: str) -> str:
    """Return a printed line without what differs from run to run: addresses, paths, numbers of three digits and more.

    >>> plain("Error: connect ECONNREFUSED 127.0.0.1:40312 after 1200 ms (/tmp/x/y.json)")
    'Error: connect ECONNREFUSED HOST after N ms (PATH)'
    """
    line = re.sub(r"\x1b\[[0-9;]{0,12}[A-Za-z]", "", line)
    line = re.sub(r"(?:\w{1,8}://)?(?:127\.0\.0\.1|localhost):\d{1,5}", "HOST", line)
    line = re.sub(r"(?<![\w/])(?:/[\w.@+-]{1,80}){2,12}", "PATH", line)
    line = re.sub(r"(?i)\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\b[0-9a-f]{16,64}\b", "ID", line)
    return re.sub(r"(?<![\d.])(?!401|404)\d{3,}(?:\.\d{1,6})?|\d{1,9}\.\d{2,9}(?=s\b| ?ms\b)", "N", line).strip()[:200]


def _variables(client: Client) -> set[str]:
    """Return the environment variables for addresses, keys, models and proxies that the files of a package name."""
    _, packages = folders(client.where)
    if client.where in OF_NPM:
        owned = [one for one in packages.glob(f"{client.package}*") if one.is_dir()]
    else:
        module = client.package.replace("-", "_")
        owned = [one for one in packages.glob(f"lib/python3*/site-packages/{module}*") if one.is_dir()]
    found: set[str] = set()
    files = (file for folder in owned for file in folder.rglob("*"))
    for file in files:
        if file.is_file() and not file.is_symlink() and file.suffix not in (".map", ".md", ".ts", ".pyc"):
            with file.open("rb") as content:
                tail = b""
                while chunk := content.read(CHUNK):
                    text = tail + chunk
                    for end in ENDING.finditer(text):
                        if name := VARIABLE.search(text[max(end.start() - LONGEST, 0) : end.end()]):
                            found.add(name[1].decode())
                    tail = chunk[-2 * LONGEST :]
    return found


# -- differences -------------------------------------------------------------------------------------------------------


def differences(before: Observed, after: Observed) -> list[str]:
    """Return what the newer version does otherwise, one plain line each.

    >>> differences({"a: path": "POST /x", "b": "sent"}, {"a: path": "POST /y", "c": "sent"})
    ['a: path: POST /x, now POST /y', 'no longer b (sent)', 'new: c (sent)']
    """
    lines = []
    for what, was in before.items():
        if what not in after:
            lines.append(f"no longer {what} ({was})")
        elif after[what] != was:
            lines.append(f"{what}: {was}, now {after[what]}")
    return lines + [f"new: {what} ({now})" for what, now in after.items() if what not in before]


def renew(name: str, into: Path, *, again: bool = False) -> list[str]:
    """Compare the installed version of a client with the newest one. Print each step, return the differences."""
    client = CLIENTS[name]
    old = recorder._version(client, folders(client.where)[1])
    new = newest(client)
    if old == new and not again:
        print(f"{name} {old}: is the newest", flush=True)
        return []
    with _clients_of(None):
        before = observe(name)
    install(name, new, into)
    with _clients_of(into):
        after = observe(name)
    found = differences(before, after)
    print(f"{name} {old} -> {new}: {len(found) or 'no'} difference{'s' * (len(found) != 1)}", *found, sep="\n  ")
    print(f"  to record it: LLMDOCTOR_CLIENTS={into} python tests/real/record_clients.py {name}", flush=True)
    return found


def main() -> int:
    """Renew the clients that are named, or all. Return 1 if one differs or cannot be looked at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(CLIENTS)}")
    parser.add_argument("--into", type=Path, help="folder for the newer versions, one folder for each client")
    parser.add_argument("--again", action="store_true", help="compare the newest version even if it is installed")
    given = parser.parse_args()
    folder = given.into or Path(tempfile.mkdtemp(prefix="newer-clients-"))
    status = 0
    for name in given.names or CLIENTS:
        place = (folder / name).absolute()
        try:
            status |= bool(renew(name, place, again=given.again))
        except (recorder.Missing, KeyError) as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            status = 1
        if given.into is None and place.exists() and not status:
            shutil.rmtree(place, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
