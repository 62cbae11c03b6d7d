"""Everything that the documents for developers name must exist: files, classes, tests."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from checkout import ROOT, TESTS
from diagnose.cli import COMMANDS, HIDDEN, program

DOCUMENTS = [
    *(
        ROOT / name
        for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", ".ci/run", "pyproject.toml")
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "deploy").rglob("*.md")),
    *sorted((ROOT / ".github").rglob("*.*")),
]
# A path below one of the repository's folders; a word in capitals represents a name that the reader chooses.
PATH = re.compile(r"(?<![\w/.-])(?:probes|diagnose|tests|docs|deploy|\.github)/[\w./-]*[\w/]")
CLASS = re.compile(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b")
# Classes and error codes of other projects.
FOREIGN = frozenset(
    [
        "AuthenticationException",
        "BadGatewayError",
        "BadRequest",
        "DataInspectionFailed",
        "EventSource",
        "NamedTuple",
        "PaymentRequired",
        "SetLimitExceeded",
    ]
)

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="run from no checkout")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_files_that_a_document_names_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    created = set(re.findall(r"[Cc]reate `([\w./-]+)`", text))
    named = {path for path in PATH.findall(text) if not re.search(r"[A-Z]{2}", path) or (ROOT / path).exists()}
    assert {path for path in named - created if not (ROOT / path).exists()} == set()


def test_the_classes_that_the_design_notes_name_exist() -> None:
    trees = [
        ast.parse(path.read_text("utf-8"))
        for package in ("probes", "diagnose")
        for path in (ROOT / package).rglob("*.py")
    ]
    known = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    named = {
        name for path in (ROOT / "docs" / "design").glob("*.md") for name in CLASS.findall(path.read_text("utf-8"))
    }
    assert len(named) > 5
    assert named - known - FOREIGN == set()


def test_the_tests_that_the_security_policy_names_exist() -> None:
    written = "\n".join(path.read_text("utf-8") for path in TESTS.rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)(?:\.py)?`", (ROOT / "SECURITY.md").read_text("utf-8")))
    files = {path.stem for path in TESTS.rglob("test_*.py")}
    assert len(named) > 10
    assert {name for name in named - files if f"def {name}(" not in written} == set()


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "SECURITY.md", "docs/agents.md", "skills/llmdoctor/SKILL.md"])
def test_the_commands_that_a_document_names_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    lines = re.findall(r"(?:[`/]|^)llmdoctor ([^`\n#]*)", text, re.MULTILINE)
    assert lines
    for line in lines:
        command = line.split()[0]
        if command.isupper():
            continue
        assert command in (*COMMANDS, *HIDDEN), line
        said = CliRunner().invoke(program, [command, "--help"], terminal_width=200).output
        assert {option for option in re.findall(r"--[a-z-]+", line) if option not in said} == set(), line
