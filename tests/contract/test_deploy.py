"""The files of ``deploy/`` use only options, files, targets and paths that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from checkout import ROOT
from diagnose.cli import program
from probes.settings import config_file

yaml: Any = pytest.importorskip("yaml", reason="PyYAML is not installed")

DEPLOY = ROOT / "deploy"

if not DEPLOY.is_dir():
    pytest.skip("only the repository has deploy/", allow_module_level=True)


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield each call of the program in an image or a cluster."""
    for name in ("serve.yaml", "cronjob.yaml"):
        for document in yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text("utf-8")):
            for container in containers(document):
                yield name, container["args"]
    yield "Dockerfile", json.loads(re.findall(r"^CMD (.*)$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.M)[0])


def containers(tree: object) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield from tree.get("containers", ())
        for inner in tree.values():
            yield from containers(inner)


@pytest.mark.parametrize(("name", "argv"), list(commands()), ids=lambda value: str(value)[:20])
def test_the_program_accepts_every_call(name: str, argv: list[str]) -> None:
    known = CliRunner().invoke(program, [argv[0], "--help"]).output
    for option in (one for one in argv[1:] if one.startswith("--")):
        assert f"{option} " in known, f"{name}: {option}"


def test_the_image_is_made_of_existing_files() -> None:
    for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE):
        for source in sources.split():
            assert (ROOT / source).exists(), source


def test_the_targets_are_the_same_everywhere() -> None:
    file = config_file.read(DEPLOY / "llmdoctor.toml")
    asked = {
        target
        for group in yaml.safe_load((DEPLOY / "prometheus/targets/llm.yml").read_text("utf-8"))
        for target in group["targets"]
    }
    assert asked == set(file.targets)
    checked = next(argv for name, argv in commands() if name == "cronjob.yaml")
    assert checked[1] in file.targets


def test_a_cluster_gives_the_program_no_more_than_it_needs() -> None:
    for name in ("serve.yaml", "cronjob.yaml"):
        for document in yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text("utf-8")):
            for container in containers(document):
                security = container["securityContext"]
                assert security["readOnlyRootFilesystem"] and not security["allowPrivilegeEscalation"]
                assert security["capabilities"] == {"drop": ["ALL"]}
                assert "memory" in container["resources"]["limits"]


def test_every_file_is_named_in_the_readme() -> None:
    said = (DEPLOY / "README.md").read_text("utf-8")
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.name not in ("README.md", "llm.yml"):
            assert path.name in said, path.name
