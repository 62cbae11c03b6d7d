"""`llmdoctor mcp` without the extra, with wrong options, and the modules that other commands load."""

from __future__ import annotations

import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from diagnose.agents.server_options import AgentServerOptions
from diagnose.cli import program
from diagnose.cli.commands import mcp as command


def run(*words: str, **environ: str) -> Any:
    return CliRunner().invoke(program, ["mcp", *words], env=environ, prog_name="llmdoctor")


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    find = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name, *more: None if name == "mcp" else find(name, *more))
    done = run()
    assert done.exit_code != 0 and "pip install 'llmdoctor-cli[mcp]'" in done.stderr and done.stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--allow", "everything"), "send, spend"),
        (("--allow", "send,sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"), "send, spend"),
        (("--folder", "missing"), "missing is not a folder"),
        (("--key-env", "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUo"), "not a key"),
        (("--jobs", "0"), "--jobs"),
        (("--deadline", "nan"), "--deadline"),
    ],
)
def test_wrong_options(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert done.exit_code != 0 and said in done.stderr and done.stdout == "" and "Qm7x" not in done.stderr


def test_the_options_of_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import anyio

    served: list[AgentServerOptions] = []
    monkeypatch.setattr(anyio, "run", lambda _, options: served.append(options))
    words = ("--allow", "send, spend", "--allow", "private", "--folder", str(tmp_path), "--key-env", "MY_SECRET")
    assert (
        run(*words, "--key-file", "~/key", "--lang", "zh", HOME=str(tmp_path), USERPROFILE=str(tmp_path)).exit_code == 0
    )
    (options,) = served
    assert sorted(options.allowed) == ["private", "send", "spend"] and options.folders == (tmp_path.resolve(),)
    assert options.key_variables == {"MY_SECRET"} and options.key_files == (tmp_path / "key",) and options.lang == "zh"
    assert [one["id"] for one in options.lookups.doors("deepseek")] == ["deepseek"]
    assert [one["id"] for one in options.lookups.apps("codex")][:1] == ["codex"]


def test_a_check_loads_nothing_of_it() -> None:
    code = (
        "import sys; import diagnose.cli.commands.check, probes.run.engine, diagnose.judging.judge; print(*sys.modules)"
    )
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert loaded & {"mcp", "mcp_types", "pydantic", "anyio", "diagnose.agents", command.__name__} == set()
