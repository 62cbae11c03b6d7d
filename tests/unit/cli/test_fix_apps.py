"""`check --app NAME --fix` on the apps' own files, as the apps write them; and `scan` finds what `snippet` writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from diagnose.snippets.snippets import WorkingSettings, write
from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from worlds import made_home

pytestmark = pytest.mark.slow

MODELS = ("gpt-5", "gpt-5-codex", "claude-sonnet-4-5", "qwen3-coder", "gpt-4o-mini", "kimi-k2", "grok-4")
WORLDS = {"codex": b.responses, "claude-code": b.anthropic}
# JSON, JSON with comments, TOML, YAML, variables.
APPS = (
    *("claude-code", "codex", "qwen-code", "opencode", "crush", "aider", "llm", "mods", "fabric", "goose"),
    *("kimi-cli", "continue", "zed", "librechat", "litellm-proxy"),
)


def call(folder: Path, home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith(("_PROXY", "_KEY", "_URL"))}
    done = subprocess.run(
        [sys.executable, "-m", "diagnose", "check", "--lang", "en", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**kept, "PYTHONUTF8": "1", "HOME": str(home), "USERPROFILE": str(home), **environ},
        timeout=60,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def agreed(app: str) -> tuple[str, ...]:
    """Return the consent for an app whose file lies in the project and refers to a variable of the user."""
    return ("--send-anyway",) if app in ("litellm-proxy", "librechat") else ()


@pytest.mark.parametrize("app", APPS)
def test_an_app_s_own_file(app: str, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    made = made_home.Made(tmp_path, project)
    key = made.key(app)
    with PracticeDoor(WORLDS.get(app, b.openai)(key, models=MODELS)) as door:
        made_home.CLIENTS[app](made, f"{door.url}/v1")  # every client adds the version, or the file already has it
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        done = call(project, tmp_path, "--app", app, *agreed(app), "--fix", "--yes", **made.environ)
        after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        assert done.returncode == 0, done.stdout + done.stderr
        assert key[3:15] not in done.stdout + done.stderr
        changed = [path for path in before if before[path] != after[path]]
        assert before.keys() == after.keys() and len(changed) == 1
        # Only that one value has changed.
        old, new = before[changed[0]], after[changed[0]]
        assert new in {old.replace(b"/v1/v1", b"/v1", 1), old.replace(b"/v1", b"", 1)}
        assert call(project, tmp_path, "--app", app, *agreed(app), **made.environ).returncode == 0


WRITTEN = {
    "claude-code": ".claude/settings.json",
    "codex": ".codex/config.toml",
    "opencode": ".config/opencode/opencode.json",
    "continue": ".continue/config.yaml",
    "aider": ".aider.conf.yml",
    "goose": ".config/goose/config.yaml",
    "litellm-proxy": "project/config.yaml",
    "librechat": "project/librechat.yaml",
}


@pytest.mark.parametrize("app", WRITTEN)
def test_what_a_snippet_says_an_app_reads(app: str, tmp_path: Path) -> None:
    """After the snippet is pasted into the app's own file, the check for that app finds base URL, model and key there."""
    key = "sk-Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
    protocol = {"codex": "responses", "claude-code": "anthropic"}.get(app, "openai")
    with PracticeDoor(WORLDS.get(app, b.openai)(key)) as door:
        base = door.url if protocol == "anthropic" else f"{door.url}/v1"
        model = "claude-haiku-4-5-20251001" if protocol == "anthropic" else "gpt-5-nano"
        variable = {"aider": "OPENAI_API_KEY", "goose": "OPENAI_API_KEY", "claude-code": "ANTHROPIC_AUTH_TOKEN"}.get(
            app, "RELAY_KEY"
        )
        working = WorkingSettings(protocol, base, model, "bearer", variable)
        (found,) = write(working, app)
        file = tmp_path / WRITTEN[app]
        file.parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project").mkdir(exist_ok=True)
        file.write_text(found.text)
        (tmp_path / ".continue").mkdir(exist_ok=True)
        (tmp_path / ".continue" / ".env").write_text(f"RELAY_KEY={key}\n")
        done = call(tmp_path / "project", tmp_path, "--app", app, *agreed(app), "--json", **{variable: key})
    report = json.loads(done.stdout)
    assert report["verdict"] in ("healthy", "degraded"), done.stdout[:2000]
    assert report["settings"]["base_url"] == base
