"""The rules of the house as tests: the direction of imports, a complete catalogue, README against --help."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

import diagnose
import probes
from checkout import ROOT, TESTS
from contract.codes import CODES, PUBLISHED, TO_COME
from diagnose import words
from diagnose.cli import COMMANDS, HIDDEN, program
from diagnose.findings import RULES
from diagnose.judging.judge import judge
from diagnose.report import Severity
from probes.catalog.fact_files import compiled_facts
from probes.demo_server import practice_doors
from probes.demo_server.scenarios import made_up_key
from probes.demo_server.server import PracticeDoor
from probes.model.evidence import PROBES

# Only the command line, the served page, the tools for agents, the library and the generators of the docs join the two
# packages.
JOINING = ("diagnose.cli", "diagnose.serve", "diagnose.docs", "diagnose.agents", "diagnose.library")
PACKAGES = {Path(next(iter(one.__path__))).resolve(): one.__name__ for one in (probes, diagnose)}

NO_RULE = {
    "http.body_encoding": "reported only by `explain`: this program sends no compressed requests",
}
# Rules whose default severity is the contract's for only one of two cases.
SEVERITIES = {
    "url.plaintext": Severity.ERROR,  # the contract lists a warning, which it is if the key was sent
}
# Section 1 of the contract; options that belong to future commands or sources are left out.
CHECK_OPTIONS = (
    *("--base-url", "--key-env", "--key-file", "--key-stdin", "--key", "--model", "--protocol", "--app", "--env-file"),
    *(
        "--config",
        "--no-env",
        "--connect-to",
        "--ca-bundle",
        "--proxy",
        "--no-proxy",
        "--timeout",
        "--deadline",
        "--no-spend",
    ),
    *(
        "--offline",
        "--send-anyway",
        "--format",
        "--json",
        "-o",
        "--plan",
        "--save",
        "--lang",
        "--strict",
        "--slo",
        "--retries",
    ),
)


# -- imports point down ------------------------------------------------------------------------------------------------


def sources() -> Iterator[tuple[str, Path]]:
    """Yield every module of the two packages as installed."""
    for folder, package in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            yield ".".join((package, *(part for part in parts if part != "__init__"))), path


MODULES = dict(sources())


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text("utf-8"))


@cache
def imports(name: str) -> frozenset[str]:
    """Return the full names of everything that a module imports, imports inside functions included."""
    return frozenset().union(*(named(node) for node in ast.walk(tree(name))))


def named(node: ast.AST) -> set[str]:
    """Return the names that one statement imports."""
    if isinstance(node, ast.Import):
        return {one.name for one in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "a relative import"
        return {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    return set()


def for_types(name: str) -> set[str]:
    """Return what a module imports only for its annotations."""
    blocks = [
        node for node in tree(name).body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return set().union(*(named(node) for block in blocks for node in block.body))


def within(names: frozenset[str], *packages: str) -> set[str]:
    return {one for one in names for package in packages if one == package or one.startswith(f"{package}.")}


def test_the_installed_packages_are_looked_at() -> None:
    assert {
        "probes.model.settings",
        "probes.steps.tls",
        "diagnose.judging.judge",
        "diagnose.cli.commands.check",
        "diagnose.findings.url",
    } <= set(MODULES)


def test_what_measures_knows_no_words_and_no_terminal() -> None:
    measuring = [name for name in MODULES if name.startswith("probes")]
    assert [name for name in measuring if within(imports(name), "diagnose", "click", "rich")] == []


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("diagnose")])
def test_what_judges_touches_no_network(name: str) -> None:
    if name.startswith(JOINING) or name == "diagnose.__main__":
        return
    network = (
        "asyncio",
        "ssl",
        "socket",
        "select",
        "selectors",
        "subprocess",
        "urllib.request",
        "http",
        "httpx",
        "h11",
        "wsproto",
    )
    assert within(imports(name), *network) == set()
    assert within(imports(name), "click", "cryptography", "truststore", "diagnose.cli") == set()
    theirs = {
        one
        for one in within(imports(name), "probes")
        if one in MODULES and find_spec(one).submodule_search_locations is None
    }
    pure = {one for one in MODULES if one.startswith("probes.model.")} - {
        "probes.model.secret",
        "probes.model.scrubber",
    }
    pure |= {"probes.api.response_checks", "probes.api.attempt_round", "probes.api.upstream_errors"}
    pure |= {"probes.api.uniform_refusals", "probes.api.model_names"}
    pure |= {"probes.urls.login_pages", "probes.urls.addresses", "probes.protocols.errors"}
    pure |= {"probes.catalog.literal_filter", "probes.catalog.text_pattern"}  # of patterns alone
    pure |= {"probes.protocols.strictness.clients", "probes.catalog.app_readers"}
    # Markers of each protocol: its file, and the variables of its SDK.
    pure |= {"probes.protocols.names", "probes.protocols.protocol", "probes.catalog.sdk_variables"}
    if (
        within(imports(name) - for_types(name), "probes.catalog.doors", "probes.catalog.door", "probes.keys.owner")
        == set()
    ):
        pure |= {"probes.catalog.doors", "probes.catalog.door", "probes.keys.owner"}
    if name == "diagnose.evidence.client_urls":
        pure |= {
            *("probes.catalog.app", "probes.catalog.apps", "probes.catalog.sdk_variables"),
            *("probes.catalog.url_joining", "probes.urls.app_base_urls"),
        }
    if name in (
        *("diagnose.advice.houses", "diagnose.advice.case_facts", "diagnose.advice.remedy_steps"),
        *("diagnose.answers.provider_addresses", "diagnose.answers.named_steps", "diagnose.answers.text_remedies"),
    ):
        pure |= {"probes.catalog.door", "probes.catalog.doors", "probes.catalog.locations"}  # built-in doors alone
        pure |= {"probes.api.remedies", "probes.urls.url_flaws"}
    if name == "diagnose.answers.asked_refusals":
        pure.add("probes.api.remedies")  # reads the words of an answer
    if name in ("diagnose.answers.dialects", "diagnose.answers.phrases"):
        pure.add("probes.catalog.provenance")
    if name == "diagnose.evidence.runtime_evidence":
        pure.add("probes.catalog.runtime_faults")  # built-in facts
    if name == "diagnose.advice.ends":
        pure.add("probes.catalog.model_ends")  # built-in facts
    if name == "diagnose.evidence.client_runs":
        pure.add("probes.pasted.pasted_text")  # what an app has printed is read as a pasted text is
    if name == "diagnose.advice.old_facts":
        pure |= {"probes.catalog.companions", "probes.keys.credential_kinds"}  # built-in facts
    if name == "diagnose.answers.renewed_texts":
        pure |= {"probes.catalog.bundle", "probes.catalog.bundle_place"}
    if name == "diagnose.answers.data_files":
        pure |= {"probes.catalog.fact_files", "probes.catalog.provenance"}
    if name == "diagnose.snippets.snippets":
        pure |= {"probes.catalog.app", "probes.catalog.apps", "probes.catalog.sdk_variables"}
    if name in ("diagnose.findings.client_request", "diagnose.findings.model"):
        pure |= {"probes.client_requests.bisection", "probes.client_requests.recordings"}  # built-in facts
    theirs -= for_types(name)
    assert theirs <= pure, "a rule reads evidence and pure readings of it"


def test_what_judges_never_sees_a_key() -> None:
    for name in (one for one in MODULES if one.startswith("diagnose") and not one.startswith(JOINING)):
        used = {node.attr for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute)}
        assert "reveal" not in used, name
        assert within(imports(name), "probes.model.secret") == set(), name


def test_no_module_depends_on_the_tests_practice() -> None:
    practice = ("probes.demo_server", "pytest", "hypothesis", "trustme", "pytest_httpserver")
    depend = {name for name in MODULES if within(imports(name), *practice)}
    assert {name for name in depend if not name.startswith("probes.demo_server")} <= {"diagnose.cli.commands.demo"}


def loaded_by(statement: str) -> set[str]:
    """Return the modules that are loaded after a statement, run in a separate process."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import diagnose.judging.judge",
        "from diagnose.words import say; say('url.invalid', 'zh', {})",
        "from probes.model.archive import load",
        "from diagnose.formats import json, markdown, nagios, text",
    ],
)
def test_judging_loads_no_network(statement: str) -> None:
    assert (
        loaded_by(statement) & {"asyncio", "ssl", "socket", "_socket", "_ssl", "h11", "httpx", "cryptography", "click"}
        == set()
    )


def test_the_library_costs_nothing_until_it_is_used() -> None:
    without = loaded_by("pass")
    assert loaded_by("import diagnose") - without == {"diagnose"}


def test_the_program_starts_light() -> None:
    loaded = loaded_by("import diagnose.cli")
    heavy = {"asyncio", "ssl", "h11", "httpx", "certifi", "rich", "cryptography", "truststore", "probes.run.engine"}
    assert loaded & heavy == set()


# What only the network needs, or a terminal that shows more than lines of text.
HEAVY = {
    "asyncio",
    "ssl",
    "socket",
    "h11",
    "wsproto",
    "certifi",
    "cryptography",
    "rich",
    "dataclasses",
    "subprocess",
    "logging",
}
# A command line, and the modules besides those that it has no use for (docs/design/019-start-up.md).
LIGHT = {
    "--version": {"json", "pathlib", "probes.catalog", "probes.model.record"},
    "explain key.truncated": {"probes.catalog.doors", "probes.model.settings", "diagnose.answers.explain"},
    "whose --key-env SOME_KEY": {"probes.model.settings"},
    "doors": {"probes.model.settings"},
    "doors openai": {"probes.model.settings", "probes.run"},
    "check https:// --no-env": {"probes.run.engine", "probes.run.connection", "probes.api.client"},
    "check https://api.openai.com/v1 --no-env --offline --json": {"probes.run.engine", "probes.network.network"},
}


# Those that open no file by its path, where the facts are compiled as in a wheel.
SHORT = ("whose --key-env SOME_KEY", "doors", "doors openai", "explain key.truncated")


@pytest.mark.parametrize("line", LIGHT)
def test_a_command_loads_no_more_than_it_needs(line: str) -> None:
    code = f"import sys; sys.argv[1:] = {line.split()}; from diagnose.__main__ import main\ntry: main()\n"
    code += "except SystemExit: print('\\n', *sys.modules, file=sys.stderr)"
    environ = {**os.environ, "SOME_KEY": made_up_key(), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, encoding="utf-8", env=environ
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert "diagnose.cli" in loaded, done.stderr
    built = {"pathlib", "urllib.parse"} if compiled_facts("doors") is not None and line in SHORT else set()
    assert loaded & (HEAVY | LIGHT[line] | built) == set()


def test_a_frozen_type_is_a_record() -> None:
    """Defining a frozen dataclass takes fifty times as long, at every start (docs/design/019-start-up.md)."""
    frozen = {
        f"{name}:{node.lineno}"
        for name in MODULES
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ClassDef) and any("dataclass(frozen" in ast.unparse(one) for one in node.decorator_list)
    }
    assert frozen == set()


def test_a_named_tuple_is_ours() -> None:
    """Defining one of typing's takes ten times as long, at every start (docs/design/019-start-up.md)."""
    theirs = {
        name
        for name in MODULES
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ImportFrom)
        and node.module == "typing"
        and "NamedTuple" in {one.name for one in node.names}
    }
    assert theirs <= {"probes.model.named_tuple"}


def test_a_whole_check_imports_no_httpx() -> None:
    """Importing httpx takes longer than click and rich together (docs/design/011-httpx.md)."""
    key = made_up_key()
    with PracticeDoor(practice_doors.openai(key)) as door:
        command = [sys.executable, "-X", "importtime", "-m", "diagnose", "check", f"{door.url}/v1", "--key-stdin"]
        done = subprocess.run(command, input=key, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert {"h11", "probes.run.engine", "diagnose.judging.root_cause"} <= loaded
    assert {name for name in loaded if name.partition(".")[0] in ("httpx", "httpcore", "httpx2", "requests")} == set()
    assert loaded & UNUSED == set()


# Modules that an ordinary check has no use for: what reads a `.env`, asks for consent, or refuses a command line.
UNUSED = {
    *("dotenv", "tempfile", "shutil", "bz2", "lzma", "hashlib", "difflib"),
    *(
        "probes.config_formats.dotenv",
        "probes.settings.consent",
        "probes.settings.trust",
        "probes.config_formats.writer",
    ),
    *("diagnose.cli.error_messages", "diagnose.cli.curl_option", "diagnose.cli.consent_question", "diagnose.cli.fix"),
}


# Modules that may import httpx: those that work inside a user's app (docs/design/011-httpx.md). None is written yet.
INSIDE_APPS: set[str] = set()


def test_nothing_that_measures_or_judges_imports_httpx() -> None:
    assert {name for name in MODULES if within(imports(name), "httpx", "httpcore")} == INSIDE_APPS


def test_the_trust_store_packages_are_declared_dependencies() -> None:
    path = ROOT / "pyproject.toml"
    if not path.is_file():
        pytest.skip("run from no checkout")
    needed = tomllib.loads(path.read_text("utf-8"))["project"]["dependencies"]
    assert {"certifi", "httpx"} <= {re.match(r"[\w-]+", one)[0] for one in needed}  # type: ignore[index]


def test_a_file_is_named_for_the_one_thing_in_it() -> None:
    names = {part for name in MODULES for part in name.split(".")}
    assert not names & {
        "utils",
        "util",
        "common",
        "core",
        "base",
        "helpers",
        "helper",
        "manager",
        "misc",
    }


def test_what_is_public_is_explained() -> None:
    """Modules, classes and functions need a docstring, except plain data and code that is short enough to explain
    itself.
    """
    for name in MODULES:
        assert ast.get_docstring(tree(name)), f"{name} has no docstring"
        public = [one for one in tree(name).body if isinstance(one, DEFINED) and not one.name.startswith("_")]
        assert [(name, one.name) for one in public if not ast.get_docstring(one) and not plain(one)] == []


DEFINED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def plain(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    if isinstance(node, ast.ClassDef):
        return all(isinstance(one, ast.AnnAssign | ast.Assign) for one in node.body)
    return (node.body[-1].end_lineno or 0) - node.body[0].lineno < FEW


FEW = 10  # lines


# -- one way out for text ----------------------------------------------------------------------------------------------

# Modules that write to a stream themselves, and why that is no way around `diagnose/rendering/outlet.py`.
WRITES = {
    "diagnose.cli.printer": "it is the way out",
    "diagnose.cli.console": "it removes the progress bar while a signal ends the process",
    "diagnose.cli.progress": "its lines move the cursor; the names in them have passed",
    "diagnose.cli": "it names two folders of this installation, where `probes` and so the outlet are missing",
    "diagnose.cli.worker_pool": "a worker's standard output is a pipe to its parent, which prints",
    "diagnose.interruption": "one line end, while a signal ends the process",
}
STREAMS = ("stdout", "stderr", "__stdout__", "__stderr__")


def ways_out(node: ast.AST) -> str:
    """Return how a node writes to the terminal, or an empty string."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if called == "os.write" and ast.unparse(node.args[0]) in ("1", "2"):
            return called
        if called in ("print", "warnings.warn") or re.fullmatch(
            r"click\.(?:echo|secho|echo_via_pager|prompt|confirm|pause|progressbar|clear|edit|launch)"
            r"|(?:sys\.)?(?:__)?(?:stdout|stderr)(?:__)?(?:\.buffer)?\.(?:write|writelines)"
            r"|traceback\.print_\w+|logging\.(?:basicConfig|debug|info|warning|error|exception|critical)"
            r"|\w+\.show|rich\.print",
            called,
        ):
            return called
        if called.rpartition(".")[2] == "Console" and not any(one.arg == "file" for one in node.keywords):
            return called
    if isinstance(node, ast.ImportFrom) and node.module in ("click", "sys", "rich", "traceback"):
        theirs = {"echo", "secho", "prompt", "confirm", "print", "print_exc", "print_exception", *STREAMS}
        return ", ".join(sorted({one.name for one in node.names} & theirs))
    return ""


@pytest.mark.parametrize(
    "code",
    [
        "click.echo('x')",
        "sys.stderr.write('x')",
        "sys.stdout.buffer.write(b'x')",
        "print('x')",
        "click.confirm('x')",
        "from sys import stdout",
        "from click import echo",
        "error.show()",
        "Console(stderr=True)",
        "traceback.print_exc()",
        "os.write(2, b'x')",
    ],
)
def test_a_way_out_is_seen(code: str) -> None:
    assert any(ways_out(node) for node in ast.walk(ast.parse(code)))


def test_every_text_goes_through_the_outlet() -> None:
    found = {
        (name, way)
        for name in MODULES
        if not name.startswith("diagnose.docs.examples")  # a developers' tool that draws a picture of a terminal
        for node in ast.walk(tree(name))
        if (way := ways_out(node))
    }
    assert {(name, way) for name, way in found if name not in WRITES} == set()
    assert {name for name, _ in found} == set(WRITES), "take it from the list"


def test_what_is_written_to_a_file_goes_through_the_outlet() -> None:
    """In the command line, whatever is written or saved is the value of ``passed`` or of a function that calls it."""
    passing = ("passed", "render", "pages")
    for name in MODULES:
        if not name.startswith("diagnose.cli") or name in (*WRITES, "diagnose.cli.output_files"):  # it writes the files
            continue
        for function in (one for one in ast.walk(tree(name)) if isinstance(one, ast.FunctionDef)):
            from_outlet = {
                target.id
                for node in ast.walk(function)
                if isinstance(node, ast.Assign | ast.For)
                for target in ast.walk(node.targets[0] if isinstance(node, ast.Assign) else node.target)
                if isinstance(target, ast.Name)
                and any(
                    f"{one}(" in ast.unparse(node.value if isinstance(node, ast.Assign) else node.iter)
                    for one in passing
                )
            }
            for node in ast.walk(function):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                called = ast.unparse(node.func)
                if (
                    called in ("output_files.save", "save", "self._out.write", "out.write")
                    and function.name != "_write"
                ):
                    text = node.args[-1]
                    assert any(f"{one}(" in ast.unparse(text) for one in passing) or (
                        isinstance(text, ast.Name) and text.id in from_outlet
                    ), f"{name}: {ast.unparse(node)}"


# -- rooms -------------------------------------------------------------------------------------------------------------

# From the bottom up: a room imports only rooms on floors below its own. `probes` lies below `diagnose`.
FLOORS = (
    "probes.model",
    "probes.urls probes.keys probes.catalog probes.config_formats probes.protocols",
    "probes.network probes.processes probes.credential_chains",
    "probes.settings probes.steps probes.app_settings probes.app_runtime probes.pasted probes.api",
    "probes.capabilities probes.client_requests probes.client_run probes.demo_server",
    "probes.run",
    "diagnose.report diagnose.interruption",
    "diagnose.words",
    "diagnose.answers",
    "diagnose.evidence",
    "diagnose.advice",
    "diagnose.findings diagnose.snippets diagnose.rendering",
    "diagnose.judging diagnose.formats",
    "diagnose.tables",
    "diagnose.fleet_formats",
    "diagnose.library",
    "diagnose.cli.fixing",
    "diagnose.serve diagnose.cli diagnose.docs",
    "diagnose.agents",
    "diagnose.cli.commands",
)
# Rooms with one file per protocol, step, format …: a file is named after what it holds, and that name may occur
# elsewhere.
ONE_FILE_A_THING = (
    *("probes.steps", "probes.protocols", "probes.protocols.features", "probes.config_formats"),
    "probes.credential_chains",
    *("diagnose.cli.commands", "diagnose.findings", "diagnose.formats", "diagnose.fleet_formats"),
    "diagnose.words",
)


def room(name: str) -> str:
    """Return the package that a module lies in; a package itself and the entry point ``__main__`` count as their own
    room.
    """
    return name if MODULES[name].name in ("__init__.py", "__main__.py") else name.rpartition(".")[0]


@cache
def arrows() -> dict[str, frozenset[str]]:
    """Return which of our modules each module imports; the package of an imported module does not count."""
    found = {}
    for name in MODULES:
        # `diagnose` itself imports nothing: it names for type checkers what the library publishes through it.
        theirs = within(imports(name), "probes", "diagnose") & MODULES.keys() if name != "diagnose" else set()
        packages = {
            one
            for one in theirs
            if MODULES[one].name == "__init__.py" and any(other.startswith(f"{one}.") for other in theirs)
        }
        found[name] = frozenset(theirs - packages - {name})
    return found


def circles(arrows: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Return each group of names that import one another, found with Tarjan's algorithm."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[list[str]] = []

    def go(name: str) -> None:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for other in arrows[name]:
            if other not in order:
                go(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            group = path[path.index(name) :]
            del path[path.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in arrows:
        if name not in order:
            go(name)
    return found


def test_circles_are_found() -> None:
    assert circles({"a": frozenset("b"), "b": frozenset("c"), "c": frozenset("a"), "d": frozenset("a")}) == [[*"abc"]]
    assert circles({"a": frozenset("b"), "b": frozenset()}) == []


def test_no_circle_of_modules() -> None:
    assert circles(arrows()) == []


def test_no_circle_of_rooms() -> None:
    between: dict[str, set[str]] = {room(name): set() for name in MODULES}
    for name, theirs in arrows().items():
        between[room(name)] |= {room(one) for one in theirs} - {room(name)}
    assert circles({name: frozenset(theirs) for name, theirs in between.items()}) == []


def test_imports_point_down() -> None:
    floor = {name: number for number, names in enumerate(FLOORS) for name in names.split()}

    def floor_of(name: str) -> int | None:
        parts = name.split(".")
        return next((floor[part] for end in (3, 2) if (part := ".".join(parts[:end])) in floor), None)

    up = [
        (name, other)
        for name, theirs in arrows().items()
        for other in theirs
        if (mine := floor_of(name)) is not None and (its := floor_of(other)) is not None and its > mine
    ]
    assert up == []
    rooms = {".".join(name.split(".")[:2]) for name in MODULES if name.count(".")}
    assert rooms - {"diagnose.__main__"} == set(floor) - {"diagnose.cli.commands", "diagnose.cli.fixing"}, (
        "a room without a floor"
    )


# Modules that open files: the reader, the writer, and the practice server, which writes the certificates of its tests.
# And the one that replaces closed standard streams.
OPENERS = (
    *("probes.config_formats.files", "probes.config_formats.writer", "probes.demo_server.certificates"),
    "diagnose.cli.standard_streams",
    "probes.network.client_certificate",  # a temporary file of its own: the ssl module loads a key from files alone
)
OPENING = {"open", "fdopen", "read_text", "read_bytes", "write_text", "write_bytes", "mkstemp", "NamedTemporaryFile"}


def opened_in(module: ast.Module) -> list[str]:
    """Return the calls that open a file by its path, and reads of standard input; data of the package is allowed."""
    found = []
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        owner, _, name = called.rpartition(".")
        stdin = called in ("sys.stdin.read", "sys.stdin.buffer.read")
        package_data = "__file__" in owner or "files(" in owner
        opens = name in OPENING if owner else name == "open"
        if stdin or (opens and not package_data and owner not in ("scenarios", "webbrowser")):
            found.append(called)
    return found


def test_files_are_opened_in_one_place() -> None:
    opened = {name: opened_in(tree(name)) for name in MODULES if name not in OPENERS}
    opened["diagnose.cli.named_files"].remove("sys.stdin.buffer.read")  # the one reader of standard input
    assert {name: calls for name, calls in opened.items() if calls} == {}


@pytest.mark.parametrize(
    "text",
    [
        *("open('x')", "Path(p).open()", "p.read_text()", "p.read_bytes()", "os.open(p, 0)", "p.write_text('')"),
        *("sys.stdin.read()", "sys.stdin.buffer.read(9)", "io.open(p)", "tempfile.mkstemp()"),
    ],
)
def test_an_opened_file_is_seen(text: str) -> None:
    assert len(opened_in(ast.parse(text))) == 1


def test_no_two_classes_have_one_name() -> None:
    found = Counter(node.name for name in MODULES for node in ast.walk(tree(name)) if isinstance(node, ast.ClassDef))
    assert [name for name, count in found.items() if count > 1] == []


def test_no_two_modules_have_one_name() -> None:
    found: dict[str, set[str]] = {}
    for name in MODULES:
        last = name.rpartition(".")[2]
        things = any(room(name) == one or room(name).startswith("diagnose.words.") for one in ONE_FILE_A_THING)
        if not things and MODULES[name].name != "__init__.py" and last != "__main__":
            found.setdefault(last, set()).add(name)
    assert [sorted(names) for names in found.values() if len(names) > 1] == []


def test_no_module_imports_what_another_keeps_to_itself() -> None:
    private = [
        (name, one.name)
        for name in MODULES
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("probes", "diagnose"))
        for one in node.names
        if one.name.startswith("_") and not one.name.startswith("__")
    ]
    assert private == []


def test_no_file_lies_flat() -> None:
    flat = {name for name in MODULES if name.count(".") == 1 and MODULES[name].name != "__init__.py"}
    assert flat == {"diagnose.report", "diagnose.interruption", "diagnose.__main__"}


# Modules that no test file needs to import: the worlds and the commands exercise them.
THROUGH_WORLDS = frozenset(
    """
    diagnose.agents.call_settings diagnose.agents.check_tool diagnose.agents.confirmation diagnose.agents.local_tools
    diagnose.agents.prepared diagnose.agents.report_summary diagnose.agents.scan_tool diagnose.agents.tool_result
    diagnose.answers.causes probes.model.value_issues probes.network.client_certificate
    probes.run.app_call probes.run.runtime_policy diagnose.findings.runtime
    diagnose.evidence.failed_response diagnose.evidence.side_rounds diagnose.evidence.word_values
    diagnose.tables.scan_table
    diagnose.answers.data_files diagnose.cli.commands.apps diagnose.cli.commands.compare
    diagnose.cli.commands.hook diagnose.cli.commands.init diagnose.cli.commands.judge diagnose.cli.commands.scan
    diagnose.cli.commands.snippet diagnose.cli.completion diagnose.cli.curl_option diagnose.evidence.client_urls
    diagnose.judging.probe_status diagnose.rendering.fix_view diagnose.rendering.text_lines
    diagnose.rendering.verbose_text
    diagnose.evidence.lines diagnose.findings.api diagnose.findings.app diagnose.findings.auth
    diagnose.advice.ends diagnose.findings.credentials diagnose.findings.ends diagnose.findings.key probes.keys.token_fit
    diagnose.findings.model diagnose.findings.proxy diagnose.findings.redirect diagnose.findings.run
    diagnose.findings.other_servers diagnose.findings.settings diagnose.findings.slo diagnose.findings.stream diagnose.findings.tls
    diagnose.findings.url diagnose.judging.capability_lines
    diagnose.judging.finding_text diagnose.judging.proven diagnose.serve.http_server diagnose.serve.live
    diagnose.serve.targets diagnose.words.en.interface diagnose.words.en.reference_page diagnose.words.en.served_page
    diagnose.words.en.special_cases diagnose.words.en.tables diagnose.words.zh.capabilities
    diagnose.words.zh.comparison diagnose.words.zh.demo diagnose.words.zh.interface diagnose.words.zh.notes
    diagnose.words.zh.reference_page diagnose.words.zh.served_page diagnose.words.zh.special_cases
    diagnose.words.zh.tables probes.api.attempt_loop probes.api.context probes.api.model_choice
    probes.api.next_attempt probes.api.redirects probes.api.response_checks probes.api.round_plan
    probes.api.tried_attempts probes.app_settings.effective probes.app_settings.entry probes.app_settings.sdks
    probes.app_settings.services probes.capabilities.feature_client probes.capabilities.host_features
    probes.capabilities.model_features probes.catalog.sdk_variables probes.config_formats.crushrc
    probes.keys.characters probes.network.connection_pools probes.network.trust_stores probes.pasted.keys_in_text
    probes.pasted.notes probes.pasted.urls_in_text probes.protocols.anthropic probes.protocols.features.anthropic
    probes.protocols.features.azure probes.protocols.features.gemini probes.protocols.features.ollama
    probes.protocols.features.openai probes.protocols.features.responses probes.protocols.gemini
    probes.protocols.ollama probes.protocols.openai probes.protocols.responses probes.protocols.stream_counter
    probes.run.api_checks probes.run.connection probes.run.host_environment probes.run.offline_checks
    diagnose.evidence.proxied_rounds diagnose.judging.complete_fixes diagnose.judging.fix_places diagnose.findings.stored_logins probes.settings.conflicts probes.settings.environment probes.settings.key_selection
    probes.settings.network_settings probes.settings.options probes.settings.federation
    probes.settings.sdk_selection probes.settings.variable_typos probes.steps.dns probes.steps.door
    probes.steps.proxy_connection probes.steps.recorder probes.steps.settings probes.steps.tls probes.urls.login_pages
    """.split()  # noqa: SIM905 -- names are easier to read in lines
)


# Rooms whose every file is tested through the list of them: NAMES, FORMATS, LANGS.
LISTED = ("probes.protocols", "diagnose.formats", "diagnose.fleet_formats", "diagnose.words")


def test_every_module_is_tested_by_name_or_through_the_worlds() -> None:
    named_by_tests = frozenset().union(
        *(named(node) for file in TESTS.rglob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    )
    unnamed = {
        name
        for name in MODULES
        if MODULES[name].name not in ("__init__.py", "__main__.py")
        and name not in named_by_tests
        and not room(name).startswith(LISTED)
    }
    assert unnamed - THROUGH_WORLDS == set()
    assert MODULES.keys() >= THROUGH_WORLDS


# -- the catalogue is complete -----------------------------------------------------------------------------------------


BY_CODE = {one.code: one for one in RULES}


def test_no_code_has_two_rules() -> None:
    assert len(BY_CODE) == len(RULES)


def test_rules_and_published_codes_are_the_same() -> None:
    assert set(BY_CODE) == CODES - set(NO_RULE)


def test_no_code_of_the_list_of_those_to_come_has_a_rule() -> None:
    assert set(TO_COME) <= set(PUBLISHED)
    assert not set(TO_COME) & set(BY_CODE), "take it from the list in codes.py"


def test_a_rule_is_as_severe_as_the_contract_says() -> None:
    wanted = {code: SEVERITIES.get(code, Severity(PUBLISHED[code].severity)) for code in BY_CODE}
    assert {code: rule.severity for code, rule in BY_CODE.items()} == wanted


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.code)
def test_a_rule_is_complete(one: object) -> None:
    rule = BY_CODE[str(getattr(one, "code", ""))]
    assert rule.probe in PROBES
    assert rule.side in ("settings", "machine", "network", "relay", "provider", "app")
    for lang in words.LANGS:
        said = words.text(rule.code, lang)
        assert said.title and said.explanation and said.steps
    assert words.text(rule.code, "zh") != words.text(rule.code, "en")
    for name in rule.because:
        known = [
            code for code in (CODES | BY_CODE.keys()) if code == name or (name.endswith(".") and code.startswith(name))
        ]
        assert known or name == "*", f"{rule.code} because of {name}, which nothing is"


def test_every_code_that_is_said_is_listed() -> None:
    for lang in words.LANGS:
        assert set(importlib.import_module(f"diagnose.words.{lang}.findings").TEXTS) == CODES


def test_the_catalogue_judges_in_every_language() -> None:
    assert set(inspect.signature(judge).parameters) >= {"evidence", "lang", "rules"}
    assert {"en", "zh"} <= set(words.LANGS)


# -- documents and program agree ---------------------------------------------------------------------------------------


@cache
def help_of(*command: str) -> str:
    done = CliRunner().invoke(program, [*command, "--help"], prog_name="llmdoctor", terminal_width=200)
    assert done.exit_code == 0, done.output
    return done.output


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text))


@pytest.mark.parametrize("option", CHECK_OPTIONS)
def test_check_has_the_options_of_the_contract(option: str) -> None:
    assert option in options_in(help_of("check"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_help(command: str) -> None:
    lines = help_of(command).splitlines()
    assert lines[0].startswith(f"Usage: llmdoctor {command}")
    assert command in help_of()


def readme() -> str:
    path = ROOT / "README.md"
    if not path.is_file():
        pytest.skip("no README next to these tests")
    return path.read_text("utf-8")


def commands_in(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each `llmdoctor …` of a text: the command's name (or an empty string) and its options."""
    for line in re.findall(r"(?:^|[`$>|] ?)llmdoctor(?: ([^`\n]*))?", text, re.MULTILINE):
        line = re.split(r"\s#|\s\|\s|[;)]", line)[0]
        first = str([*line.split(), ""][0])
        yield first if re.fullmatch(r"[a-z]+", first) else "", sorted(options_in(line))


def test_readme_names_real_commands_and_options() -> None:
    found = list(commands_in(readme()))
    assert found, "README shows how it is called"
    for command, options in found:
        if command:
            assert command in (*COMMANDS, *HIDDEN), f"README names `llmdoctor {command}`"
        known = options_in(help_of(command) if command else help_of()) | {"--help", "--version"}
        assert set(options) <= known, f"README names {set(options) - known} for `llmdoctor {command}`"


def test_readme_names_real_options_by_themselves() -> None:
    known = {"--help", "--version"}.union(*(options_in(help_of(command)) for command in COMMANDS))
    named = {one for span in re.findall(r"`(--[a-z][^`\n]*)`", readme()) for one in options_in(span)}
    assert named <= known


def test_readme_names_real_codes() -> None:
    layers = {code.partition(".")[0] for code in CODES}
    named = {code for code in re.findall(r"`([a-z]+\.[a-z_]+)`", readme()) if code.partition(".")[0] in layers}
    assert {code for code in named if code not in CODES and not code.endswith((".py", ".toml", ".md"))} == set()


def test_there_is_one_version() -> None:
    try:
        installed = version("llmdoctor-cli")
    except PackageNotFoundError:
        pytest.skip("run from a checkout that is not installed")
    assert installed == diagnose.__version__
    shown = CliRunner().invoke(program, ["--version"], prog_name="llmdoctor")
    assert shown.output.split() == ["llmdoctor", diagnose.__version__]
    assert getattr(probes, "__version__", installed) == installed


def test_the_changelog_knows_this_version() -> None:
    path = ROOT / "CHANGELOG.md"
    if not path.is_file():
        pytest.skip("no changelog next to these tests")
    assert re.search(rf"^## .*(?:{re.escape(diagnose.__version__)}|Unreleased)", path.read_text("utf-8"), re.M | re.I)


def test_every_module_can_be_imported() -> None:
    extras = {"diagnose.serve": "starlette", "diagnose.agents": "mcp"}
    left_out = tuple(room for room, needed in extras.items() if find_spec(needed) is None)  # an extra is missing
    for package in (probes, diagnose):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__") and not found.name.startswith(left_out):
                importlib.import_module(found.name)
