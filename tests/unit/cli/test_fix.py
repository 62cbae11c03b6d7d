"""`check --fix`: a value that was seen to work is written to where the old one came from, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.demo_server import practice_doors as b
from probes.demo_server.server import PracticeDoor
from probes.model.scrubber import WINDOW

pytestmark = pytest.mark.slow

BODY = "Qm7xT2bW9zLk4RvY8nHd3JcPf6GsAeUoQm7xT2bW9zLk4RvY"
KEY = f"sk-{BODY}"


@pytest.fixture
def door() -> Iterator[PracticeDoor]:
    with PracticeDoor(b.openai(KEY)) as door:
        yield door


def call(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Return a function that runs the real command without a terminal and asserts that its output contains no key."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    done = subprocess.run(
        [sys.executable, "-m", "diagnose", "check", "--lang", "en", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**kept, "PYTHONUTF8": "1", "HOME": str(folder), **environ},
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert not [at for at in range(len(BODY) - WINDOW + 1) if BODY[at : at + WINDOW] in said], said
    return done


def test_an_env_file(door: PracticeDoor, tmp_path: Path) -> None:
    held = f'# mine\r\nOTHER_KEY=abcdefghijklmnop\r\nexport OPENAI_BASE_URL = "{door.url}"  # relay\r\nOPENAI_API_KEY="{KEY} "\r\n'
    file = tmp_path / ".env"
    file.write_bytes(held.encode())
    file.chmod(0o600)
    done = call(tmp_path, "--fix", "--yes")
    assert done.returncode == 0, done.stderr
    assert file.read_bytes().decode() == held.replace(door.url, f"{door.url}/v1").replace(f"{KEY} ", KEY)
    assert file.stat().st_mode & 0o777 == 0o600 or sys.platform == "win32"
    assert f'+export OPENAI_BASE_URL = "{door.url}/v1"  # relay' in done.stderr
    assert "52 characters>" in done.stderr and "51 characters>" in done.stderr
    assert "abcdefghijklmnop" not in done.stderr and "Restart your app" in done.stderr
    assert call(tmp_path).returncode == 0
    again = call(tmp_path, "--fix", "--yes")
    assert again.returncode == 0 and "Nothing to change" in again.stderr


def test_a_named_file_and_a_link(door: PracticeDoor, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    file = tmp_path / "real" / "prod.env"
    file.write_text(f"OPENAI_BASE_URL={door.url}/v1/chat/completions\nOPENAI_API_KEY={KEY}\n")
    (tmp_path / "prod.env").symlink_to(file)
    assert call(tmp_path, "--env-file", "prod.env", "--fix", "--yes").returncode == 0
    assert file.read_text() == f"OPENAI_BASE_URL={door.url}/v1\nOPENAI_API_KEY={KEY}\n"
    assert (tmp_path / "prod.env").is_symlink()


def test_llmdoctor_toml(door: PracticeDoor, tmp_path: Path) -> None:
    held = f"""# targets
[targets.other]
base_url = '{door.url}'
key = {{ env = "K" }}

[targets.work]   # this one
key = {{ env = "K" }}
model = "gpt-5-nano"
base_url = '{door.url}'   # without a version
"""
    file = tmp_path / "llmdoctor.toml"
    file.write_text(held)
    assert call(tmp_path, "work", "--fix", "--yes", K=KEY).returncode == 0
    head, _, tail = held.rpartition(door.url)
    assert file.read_text() == f"{head}{door.url}/v1{tail}"


def test_a_key_file(door: PracticeDoor, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"Bearer {KEY}\n")
    assert call(tmp_path, f"{door.url}/v1", "--key-file", "key", "--fix", "--yes").returncode == 0
    assert file.read_text() == f"{KEY}\n"


def test_nothing_that_was_not_seen_to_work(tmp_path: Path) -> None:
    held = f"OPENAI_BASE_URL=http://127.0.0.1:9\nOPENAI_API_KEY={KEY} x\n"
    (tmp_path / ".env").write_text(held)
    done = call(tmp_path, "--fix", "--yes")
    assert done.returncode == 1 and "no settings worked" in done.stderr
    assert (tmp_path / ".env").read_text() == held


def test_the_key_of_another_place_is_not_copied(door: PracticeDoor, tmp_path: Path) -> None:
    held = f"OPENAI_BASE_URL={door.url}/v1\nOPENAI_API_KEY={KEY}\n"
    (tmp_path / ".env").write_text(held)
    done = call(tmp_path, "--fix", "--yes", OPENAI_API_KEY="sk-" + "0123456789abcdef" * 3)
    assert done.returncode == 1 and "Run: unset OPENAI_API_KEY" in done.stderr.replace("Remove-Item Env:", "unset ")
    assert (tmp_path / ".env").read_text() == held
