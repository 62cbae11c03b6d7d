"""The rules of the house, as tests: the way imports point, a whole catalogue, README against --help."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

import diagnose
import probes
from checkout import ROOT
from diagnose import words
from diagnose.cli import COMMANDS, HIDDEN, program
from diagnose.findings import RULES
from diagnose.judging.judge import judge
from diagnose.report import Severity
from probes.model.evidence import PROBES

# The command line, the served page and the generators of the docs: they alone join the packages.
JOINING = ("diagnose.cli", "diagnose.serve", "diagnose.docs")
PACKAGES = {Path(next(iter(one.__path__))).resolve(): one.__name__ for one in (probes, diagnose)}

# The contract, section 3. A code names the problem and lives for ever: none leaves this list.
CODES = {
    f"{layer}.{name}"
    for layer, names in {
        "settings": "missing_key swapped wrong_variable conflict project_override",
        "url": "invalid scheme_missing stray_characters plaintext host_typo not_api_host endpoint_included"
        " version_missing version_doubled double_slash path_wrong",
        "key": "placeholder unexpanded stray_characters bearer_prefix several masked truncated wrong_kind"
        " official_elsewhere wrong_door wrong_region wrong_plan wrong_resource",
        "proxy": "invalid ignored unreachable auth_required socks_unsupported refused captures_local",
        "dns": "not_found failed bogus_answer fake_ip",
        "tcp": "refused timeout unreachable reset ipv6_broken",
        "tls": "not_tls needed expired not_yet_valid hostname_mismatch self_signed clock_wrong untrusted_issuer"
        " intercepted incomplete_chain handshake_failed reset expires_soon",
        "http": "timeout closed not_http redirected blocked front_auth header_rejected too_large gateway_error"
        " server_error",
        "shape": "web_page not_llm_api wrong_protocol error_as_success malformed_answer",
        "auth": "rejected header_style header_lost expired not_permitted ip_not_allowed upstream",
        "access": "region_blocked client_refused",
        "model": "not_found not_permitted no_channel wrong_endpoint parameter_rejected substituted",
        "quota": "exhausted rate_limited overloaded",
        "stream": "ignored malformed error_inside cut stalled buffered no_terminator",
        "slo": "exceeded",
        "app": "cors mixed_content sdk_mismatch private_refused base_url_ignored",
    }.items()
    for name in names.split()
}
# Warnings and what is only told, by the contract; everything else is an error.
WARNINGS = {
    *("settings.conflict", "settings.project_override", "url.plaintext", "key.official_elsewhere", "proxy.ignored"),
    *("tcp.ipv6_broken", "tls.expires_soon", "model.substituted", "stream.buffered", "stream.no_terminator"),
}
NOT_YET = {
    "app.sdk_mismatch": "told by `explain`: nothing of it is to be seen from outside of the app",
}
# The contract, section 1; those that belong to commands or sources yet to come are left out.
CHECK_OPTIONS = (
    *("--base-url", "--key-env", "--key-file", "--key-stdin", "--key", "--model", "--protocol", "--app", "--env-file"),
    *("--no-env", "--connect-to", "--ca-bundle", "--proxy", "--no-proxy", "--timeout", "--deadline", "--no-spend"),
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


# -- imports point one way ---------------------------------------------------------------------------------------------


def sources() -> Iterator[tuple[str, Path]]:
    """Every module of the two packages as it is installed."""
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
    """Whatever a module imports anywhere, inside of functions too, with full names."""
    return frozenset().union(*(named(node) for node in ast.walk(tree(name))))


def named(node: ast.AST) -> set[str]:
    """What one statement imports."""
    if isinstance(node, ast.Import):
        return {one.name for one in node.names}
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "a relative import"
        return {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    return set()


def for_types(name: str) -> set[str]:
    """What a module imports for its annotations alone."""
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


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("probes")])
def test_what_measures_knows_no_words_and_no_terminal(name: str) -> None:
    assert within(imports(name), "diagnose", "click", "rich") == set()


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
    pure |= {"probes.api.response_checks", "probes.api.round_exchanges"}
    pure |= {"probes.urls.login_pages", "probes.protocols.errors"}
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
    if name == "diagnose.snippets.snippets":  # the protocols say what goes out: paths and headers, without a key
        pure |= {
            "probes.catalog.app",
            "probes.catalog.apps",
            "probes.catalog.sdk_variables",
            "probes.protocols.protocol",
        }
    theirs -= for_types(name)
    assert theirs <= pure, "a rule reads evidence and pure readings of it"


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("diagnose")])
def test_what_judges_never_sees_a_key(name: str) -> None:
    used = {node.attr for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute)}
    assert name.startswith(JOINING) or "reveal" not in used
    assert name.startswith(JOINING) or within(imports(name), "probes.model.secret") == set()


@pytest.mark.parametrize("name", MODULES)
def test_no_module_depends_on_the_tests_practice(name: str) -> None:
    if name.startswith("probes.demo_server") or name == "diagnose.cli.commands.demo":
        return
    assert within(imports(name), "probes.demo_server", "pytest", "hypothesis", "trustme", "pytest_httpserver") == set()


def loaded_by(statement: str) -> set[str]:
    """The modules that are there after a statement, in a process of its own."""
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


def test_the_program_starts_light() -> None:
    loaded = loaded_by("import diagnose.cli")
    assert loaded & {"asyncio", "ssl", "h11", "rich", "cryptography", "truststore", "probes.run.engine"} == set()


@pytest.mark.parametrize("name", MODULES)
def test_a_file_is_named_for_the_one_thing_in_it(name: str) -> None:
    assert not set(name.split(".")) & {
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


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_is_explained(name: str) -> None:
    """Modules, classes and functions; but for plain data, and what is short enough to say it by itself."""
    assert ast.get_docstring(tree(name)), f"{name} has no docstring"
    public = [one for one in tree(name).body if isinstance(one, DEFINED) and not one.name.startswith("_")]
    assert [one.name for one in public if not ast.get_docstring(one) and not plain(one)] == []


DEFINED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def plain(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    if isinstance(node, ast.ClassDef):
        return all(isinstance(one, ast.AnnAssign | ast.Assign) for one in node.body)
    return (node.body[-1].end_lineno or 0) - node.body[0].lineno < SHORT


SHORT = 10  # lines


# -- the catalogue is whole --------------------------------------------------------------------------------------------


BY_CODE = {one.code: one for one in RULES}


def test_no_code_has_two_rules() -> None:
    assert len(BY_CODE) == len(RULES)


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_rule_raises_a_listed_code(code: str) -> None:
    assert code in CODES or code.startswith("run.")


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_listed_code_has_a_rule(code: str) -> None:
    assert (code in BY_CODE) is (code not in NOT_YET), NOT_YET.get(code, "a code without a rule")


# An error by its rule, which softens it where the contract says so: plain http is a warning where the key went out.
SOFTENED = {"url.plaintext"}


@pytest.mark.parametrize("code", sorted(CODES & BY_CODE.keys() - SOFTENED))
def test_a_rule_is_as_severe_as_the_contract_says(code: str) -> None:
    wanted = Severity.WARNING if code in WARNINGS else Severity.INFO if code == "dns.fake_ip" else Severity.ERROR
    assert BY_CODE[code].severity is wanted


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
        texts = importlib.import_module(f"diagnose.words.{lang}.findings").TEXTS
        assert {code for code in texts if code not in CODES and not code.startswith("run.")} == set()


def test_the_codes_are_those_of_the_contract() -> None:
    contract = Path("/work/shared/contract.md")
    if not contract.is_file():
        pytest.skip("the contract lies beside the repository only where it is built")
    rows = [
        row.split("|")[1]
        for row in contract.read_text("utf-8").partition("## 3.")[2].partition("## 4.")[0].splitlines()
        if row.startswith("| `")
    ]
    listed = {code for row in rows for code in re.findall(r"`([a-z0-9]+\.[a-z0-9_]+)`", row)}
    assert listed | {"dns.fake_ip", "slo.exceeded"} == CODES


def test_the_catalogue_judges_in_every_language() -> None:
    assert set(inspect.signature(judge).parameters) >= {"evidence", "lang", "rules"}
    assert {"en", "zh"} <= set(words.LANGS)


# -- what is written agrees with what is -------------------------------------------------------------------------------


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
        pytest.skip("no README beside these tests")
    return path.read_text("utf-8")


def commands_in(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each `llmdoctor …` of a text: the command's name (or an empty string) and its options."""
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
        pytest.skip("no changelog beside these tests")
    assert re.search(rf"^## .*(?:{re.escape(diagnose.__version__)}|Unreleased)", path.read_text("utf-8"), re.M | re.I)


def test_every_module_can_be_imported() -> None:
    left_out = "diagnose.serve" if find_spec("starlette") is None else "-"  # without its extra
    for package in (probes, diagnose):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__") and not found.name.startswith(left_out):
                importlib.import_module(found.name)
