"""Test what other people's pipelines use from this repository (the GitHub action and the GitLab job, run as their
runners run them) and what GitHub reads of it: the workflow and the issue forms.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import junitparser
import pytest
from click.testing import CliRunner

import made_fleet
from checkout import ROOT
from diagnose.cli import COMMANDS, HIDDEN, program
from diagnose.formats import FORMATS
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
BODY = "Zt6yN3bR8wKq5LmX2vHc9JdFs4PgQeT7Zt6yN3bR8wKq5LmX"
KEY = f"sk-{BODY}"

pytestmark = [
    pytest.mark.skipif(not (ROOT / "action.yml").exists(), reason="run from no checkout"),
    pytest.mark.skipif(os.name == "nt", reason="the scripts are run by this machine's bash"),
]


def action(
    folder: Path, checkout: Path | None = None, secrets: Mapping[str, str] | None = None, **inputs: str
) -> tuple[int, str, dict[str, str]]:
    """Run the action's step with these inputs; return its exit status, its log and its outputs.

    ``folder`` is the runner's temporary folder, and the working folder too unless ``checkout`` is given. ``secrets`` are
    the variables in the `env` of the step.
    """
    described = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    (step,) = described["runs"]["steps"]
    given = {name: spec["default"] for name, spec in described["inputs"].items()} | inputs
    unknown = set(given) - set(described["inputs"])
    assert not unknown
    values = {"github.action_path": str(ROOT), **{f"inputs.{name}": value for name, value in given.items()}}
    environ = {
        name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], text) for name, text in step["env"].items()
    }
    assert "${{" not in step["run"], "an input that is pasted into the script is run as one"
    # The runner's folder already contains an environment: the test must use the program that is installed here.
    (folder / "llmdoctor" / "bin").mkdir(parents=True, exist_ok=True)
    for name, line in (
        ("python", f'exec {sys.executable} "$@"'),
        ("llmdoctor", f'exec {sys.executable} -P -m diagnose "$@"'),
    ):
        path = folder / "llmdoctor" / "bin" / name
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
    runner = {
        "RUNNER_TEMP": str(folder),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_WORKSPACE": str(checkout or folder),
        **(secrets or {}),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={**os.environ, **environ, **runner},
        cwd=checkout or folder,
        capture_output=True,
        text=True,
    )
    written = folder / "output"
    outputs = dict(line.split("=", 1) for line in written.read_text().splitlines()) if written.exists() else {}
    summary = folder / "summary"
    said = done.stdout + done.stderr + (summary.read_text() if summary.exists() else "")
    assert not any(BODY[i : i + WINDOW] in said for i in range(len(BODY) - WINDOW + 1))
    assert "Traceback" not in said
    return done.returncode, said, outputs


def test_the_action_passes(tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        status, _, outputs = action(tmp_path, target=f"{door.url}/v1", key=KEY, model=answers.MODELS[0])
    assert status == 0
    assert outputs["verdict"] == "healthy" and outputs["root_cause"] == ""
    report: dict[str, Any] = json.loads(Path(outputs["report"]).read_text("utf-8"))
    assert report["verdict"] == "healthy"


def test_the_action_fails_with_the_reason(tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        status, said, outputs = action(tmp_path, target=door.url, key=KEY, arguments="--timeout\n5")
    assert status == 1
    assert outputs["root_cause"] == "url.version_missing"
    assert "::error" in said and f"{door.url}/v1" in said


def test_the_action_spends_nothing_if_not_allowed(tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        status, _, outputs = action(tmp_path, target=f"{door.url}/v1", key=KEY, spend="false")
    assert (status, outputs["verdict"]) == (0, "inconclusive")
    assert all(request.method == "GET" or not request.header("authorization") for request in door.requests)


def test_a_wrong_input_is_reported(tmp_path: Path) -> None:
    status, said, outputs = action(tmp_path, target="https://a.example", slo="soon")
    assert (status, outputs) == (2, {})
    assert "slo" in said


# -- a fleet of twenty targets -----------------------------------------------------------------------------------------

BROKEN = {name: code for name, code in made_fleet.TARGETS.items() if code not in ("", "run.flaky")}
LINES = {"fleet.csv": (2, 1), "llmdoctor.toml": (3, 6)}  # of the first address, and lines between two


def annotations(said: str) -> dict[str, tuple[str, str, str]]:
    """Return kind, file and line of each annotation by the title that follows `llmdoctor: `."""
    found = re.findall(r"^::(error|warning) file=([^,\n]+),line=(\d+),title=llmdoctor%3A ([^:\n]+)::", said, re.M)
    return {title.replace("%3A", ":"): (kind, file, line) for kind, file, line, title in found}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "limit", "wanted"), [("fleet.csv", "total=60s", 1), ("llmdoctor.toml", "working=60%", 0)]
)
def test_the_action_names_each_broken_target_of_a_fleet(name: str, limit: str, wanted: int, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "ci").mkdir(parents=True)
    with made_fleet.made_fleet() as fields:
        text = made_fleet.as_csv(fields) if name.endswith(".csv") else made_fleet.as_toml(fields)
        (checkout / "ci" / name).write_text(text)
        inputs = {"fleet": f"ci/{name}", "slo": limit, "arguments": "--also\nhtml=llmdoctor.html"}
        status, said, outputs = action(tmp_path, checkout, made_fleet.ENVIRON, **inputs)
    assert status == wanted, "enough targets work"
    assert_hidden(said)
    first, step = LINES[name]
    found = annotations(said)
    for at, (target, code) in enumerate(made_fleet.TARGETS.items()):
        title = next((one for one in found if one.startswith(f"{fields[target]['group']}/{target}: ")), "")
        assert title.partition(": ")[2] == code, "a broken target, and no other, has an annotation"
        if code:
            kind = "error" if wanted and code != "run.flaky" else "warning"
            assert found[title] == (kind, f"ci/{name}", str(first + at * step))
    assert len(found) == len(BROKEN) + 1
    assert outputs["verdict"] == "broken" and set(outputs["broken"].split(", ")) == set(BROKEN)
    assert outputs["root_cause"] in ("url.version_missing", "auth.rejected"), "the commonest"
    reports = [json.loads(line) for line in Path(outputs["report"]).read_text("utf-8").splitlines()]
    assert {one["target"]["name"] for one in reports} == set(made_fleet.TARGETS)
    summary = (tmp_path / "summary").read_text("utf-8")
    assert "8 of 20 targets do not work" in summary.splitlines()[0] and all(target in summary for target in BROKEN)
    assert "<!DOCTYPE html>" in (checkout / "llmdoctor.html").read_text("utf-8")


@pytest.mark.parametrize("page", ["ci.md", "ci.zh.md"])
def test_the_documented_steps_have_inputs_that_exist(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S)]
    steps = [step for block in blocks if isinstance(block, list) for step in block if "OWNER" in step.get("uses", "")]
    assert len(steps) == 2 and {"fleet"} <= set(steps[1]["with"])
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert [name for step in steps for name in step["with"] if name not in inputs] == []
    named = set(re.findall(r"secrets\.(\w+)", str(steps[1]["env"])))
    (file,) = re.findall(r"^```toml\n(.*?)^```", text, re.M | re.S)
    assert {one["key"]["env"] for one in tomllib.loads(file)["targets"].values()} == named, "each key is passed"


def test_a_fleet_goes_with_no_target(tmp_path: Path) -> None:
    status, said, outputs = action(tmp_path, fleet="fleet.csv", target="https://a.example")
    assert (status, outputs) == (2, {}) and "fleet goes without target" in said


@pytest.mark.slow
def test_the_gitlab_job_names_each_broken_target_of_a_fleet(tmp_path: Path) -> None:
    job = yaml.safe_load((ROOT / "docs" / "gitlab-ci.yml").read_text("utf-8"))["llmdoctor-fleet"]
    with made_fleet.made_fleet() as fields:
        (tmp_path / job["rules"][0]["exists"][0]).write_text(made_fleet.as_toml(fields))
        done = scripted(job, tmp_path, tmp_path, made_fleet.ENVIRON)
    assert done.returncode == 1, done.stderr
    assert_hidden(done.stdout + done.stderr)
    suites = junitparser.JUnitXml.fromstring((tmp_path / job["artifacts"]["reports"]["junit"]).read_bytes())
    failed = {
        case.name.partition(":")[0]: each.type
        for suite in suites
        for case in suite
        for each in case.result
        if isinstance(each, junitparser.Failure)
    }
    assert failed == BROKEN
    assert len(list(suites)) == len(made_fleet.TARGETS)
    assert all(target in done.stdout for target in BROKEN)
    (page,) = job["artifacts"]["paths"]
    assert "8 of 20 targets do not work" in (tmp_path / page).read_text("utf-8")


def assert_hidden(said: str) -> None:
    """Assert that the keys of the fleet are not in an output."""
    for body in (made_fleet.BODY, made_fleet.WRONG.removeprefix("sk-")):
        assert not any(body[i : i + WINDOW] in said for i in range(len(body) - WINDOW + 1))


# -- a checked-out folder that is after the key ------------------------------------------------------------------------


def got_key(door: PracticeDoor) -> bool:
    return any(BODY in str(request.headers) + request.target for request in door.requests)


def planted(folder: Path, url: str) -> Path:
    """Return a checkout whose files name an address, and that holds modules with the names of Python's own."""
    checkout = folder / "checkout"
    checkout.mkdir()
    (checkout / ".env").write_text(f"OPENAI_BASE_URL={url}/v1\nLLM_BASE_URL={url}/v1\n")
    target = f'base_url = "{url}/v1"\nkey = {{ env = "LLMDOCTOR_KEY" }}\n'
    (checkout / "llmdoctor.toml").write_text(f"[check]\n{target}\n[targets.work]\n{target}")
    for name in ("json", "venv", "pip", "click", "diagnose", "probes"):
        (checkout / f"{name}.py").write_text("import pathlib\npathlib.Path('ran').touch()\n")
    return checkout


@pytest.mark.slow
@pytest.mark.parametrize("inputs", [{}, {"target": "work", "spend": "false"}])
def test_the_action_sends_no_key_where_the_checkout_alone_says(inputs: dict[str, str], tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as trap:
        status, said, outputs = action(tmp_path, planted(tmp_path, trap.url), key=KEY, **inputs)
        assert not got_key(trap)
    assert not (tmp_path / "checkout" / "ran").exists(), "a file of the checkout was run as a module"
    assert (status, outputs["root_cause"]) == (1, "settings.project_override")
    assert "llmdoctor trust" in said and "--send-anyway" in said


@pytest.mark.slow
@pytest.mark.parametrize("inputs", [{"target": "{url}/v1"}, {"config": "llmdoctor.toml", "target": "work"}])
def test_the_action_sends_the_key_where_its_inputs_say(inputs: dict[str, str], tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as door:
        checkout = planted(tmp_path, door.url)
        given = {name: value.replace("{url}", door.url) for name, value in inputs.items()}
        status, _, outputs = action(tmp_path, checkout, key=KEY, model=answers.MODELS[0], **given)
        assert got_key(door)
    assert (status, outputs["verdict"]) == (0, "healthy")
    assert not (checkout / "ran").exists()


@pytest.mark.slow
def test_the_folder_cannot_lead_the_key_of_a_named_address_away(tmp_path: Path) -> None:
    with PracticeDoor(b.openai(KEY)) as trap:
        checkout = planted(tmp_path, trap.url)
        rule = f'connect_to = ["relay.example:80:127.0.0.1:{trap.url.rpartition(":")[2]}"]'
        (checkout / "llmdoctor.toml").write_text(f"[check]\nsend_anyway = true\n{rule}\n")
        status, _, outputs = action(tmp_path, checkout, key=KEY, target="http://relay.example/v1")
        assert not got_key(trap)
    assert (status, outputs["root_cause"]) == (1, "settings.project_override")


@pytest.mark.slow
@pytest.mark.parametrize("address", ["", "work"])
def test_the_gitlab_job_sends_no_key_without_an_address(address: str, tmp_path: Path) -> None:
    """In a merge request from a fork the project's variables are not set."""
    with PracticeDoor(b.openai(KEY)) as trap:
        done = gitlab(tmp_path, planted(tmp_path, trap.url), address)
        assert not got_key(trap)
    assert done.returncode in (1, 2), done.stderr


def gitlab(folder: Path, checkout: Path, address: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the GitLab job in the checkout."""
    job = yaml.safe_load((ROOT / "docs" / "gitlab-ci.yml").read_text("utf-8"))["llmdoctor"]
    return scripted(job, folder, checkout, {"LLM_BASE_URL": address, "LLM_API_KEY": KEY})


def scripted(
    job: Mapping[str, Any], folder: Path, checkout: Path, environ: Mapping[str, str], script: str = "script"
) -> subprocess.CompletedProcess[str]:
    """Run a script of a GitLab job as its runner does, with the program that is installed here."""
    shim = folder / "llmdoctor"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m diagnose "$@"\n')
    shim.chmod(0o755)
    return subprocess.run(
        ["bash", "-euc", "\n".join(job[script])],
        env={**os.environ, **job["variables"], **environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        cwd=checkout,
        capture_output=True,
        text=True,
    )


def test_the_gitlab_job_runs(tmp_path: Path) -> None:
    job = yaml.safe_load((ROOT / "docs" / "gitlab-ci.yml").read_text("utf-8"))["llmdoctor"]
    with PracticeDoor(b.openai(KEY)) as door:
        for script in ("script", "after_script"):
            done = scripted(job, tmp_path, tmp_path, {"LLM_BASE_URL": door.url, "LLM_API_KEY": KEY}, script)
            assert done.returncode == 1, done.stderr
    assert "url.version_missing" in done.stdout
    assert 'type="url.version_missing"' in (tmp_path / job["artifacts"]["reports"]["junit"]).read_text("utf-8")


# -- this repository's own workflow ------------------------------------------------------------------------------------

GITHUB = ROOT / ".github"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]


def workflow() -> dict[Any, Any]:
    """Return the parsed workflow. YAML 1.1 reads its key ``on`` as True."""
    found: dict[Any, Any] = yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text("utf-8"))
    return found


def project() -> dict[str, Any]:
    """Return the ``[project]`` table of pyproject.toml."""
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def commands(job: str) -> list[list[str]]:
    """Return the words of each line that a job runs."""
    steps = workflow()["jobs"][job]["steps"]
    return [shlex.split(line, comments=True) for step in steps for line in step.get("run", "").splitlines()]


def test_the_workflow_runs_on_every_system_and_python_that_is_supported() -> None:
    assert set(workflow()[True]) == {"push", "pull_request"}
    tests = workflow()["jobs"]["tests"]
    matrix = tests["strategy"]["matrix"]
    assert (tests["runs-on"], matrix["os"]) == ("${{ matrix.os }}", ["ubuntu-latest", "macos-latest", "windows-latest"])
    assert matrix["python"] == PYTHONS
    (setup,) = (step["with"] for step in tests["steps"] if "setup-python" in step.get("uses", ""))
    assert setup["python-version"] == "${{ matrix.python }}"
    assert project()["requires-python"] == f">={PYTHONS[0]}"
    classifiers = [one.rpartition(" ")[2] for one in project()["classifiers"] if "Python :: 3." in one]
    assert classifiers == PYTHONS


@pytest.mark.parametrize("job", ["lint", "tests"])
def test_the_workflow_runs_commands_that_exist(job: str) -> None:
    installed = {re.split(r"[^\w-]", one)[0] for one in project()["optional-dependencies"]["test"]}
    (install, *others) = commands(job)
    assert install[:4] == ["python", "-m", "pip", "install"] and install[-1] == ".[test]"
    assert others
    for name, *arguments in others:
        if name != "python":
            assert name in installed, f"{name} is not among the packages of the extra `test`"
            continue
        dash, module, command, *options = arguments
        assert dash == "-m" and find_spec(module) is not None
        assert command in (*COMMANDS, *HIDDEN)
        said = CliRunner().invoke(program, [command, "--help"]).output
        assert [one for one in options if one.startswith("-") and one not in said] == []


def test_the_workflow_runs_the_quick_tests_of_the_readme() -> None:
    *_, quick = commands("tests")
    assert quick == ["pytest", "-q", "-n", "auto", "-m", "not slow"]
    assert '.venv/bin/pytest -q -n auto -m "not slow"' in (ROOT / "README.md").read_text("utf-8")
    assert ["ruff", "check", "."] in commands("lint")
    assert ["ruff", "format", "--check", "."] in commands("lint") and ["mypy"] in commands("lint")


@pytest.mark.parametrize("name", ["bug", "door", "wrong_diagnosis"])
def test_an_issue_form_is_complete(name: str) -> None:
    form = yaml.safe_load((GITHUB / "ISSUE_TEMPLATE" / f"{name}.yml").read_text("utf-8"))
    assert form["name"] and form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    ids = [field["id"] for field in fields]
    assert len(ids) == len(set(ids))
    assert all(
        field["type"] in ("input", "textarea", "checkboxes") and field["attributes"]["label"] for field in fields
    )
    assert "markdown" in FORMATS
    (report,) = (field for field in fields if field["id"] == "report")
    assert "`llmdoctor check --format markdown`" in report["attributes"]["description"]
    assert name == "door" or report["validations"]["required"] is True
