"""No planted folder gets a secret: nothing on a foreign socket, nothing printed or written, and a finding in each.

``worlds/planted.py`` is the table. Its twins are not stopped.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import string
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from diagnose.cli import program
from probes.catalog import doors
from probes.model.record import Record, replace
from probes.model.scrubber import WINDOW
from worlds import planted
from worlds.planted import CODE, FILES, LLM, OTHER, PLANTED, TWINS, Folder
from worlds.trap import RELAY, ROLES, STRANGER, VENDOR, TrappedNetwork, trapped

CAN_SEND_ANYWAY = ("check", "scan", "snippet", "fleet")


@pytest.fixture(scope="module")
def network() -> Iterator[TrappedNetwork]:
    # Each row runs as in a process of its own, but the built-in doors need to be read only once.
    with trapped() as found, patch.object(doors, "builtin", cache(doors.builtin)):
        yield found


# -- secrets -----------------------------------------------------------------------------------------------------------

_PREFIXES = {"GITHUB_TOKEN": "ghp_", "AWS_SECRET_ACCESS_KEY": "", "FOO": "", "ANTHROPIC_API_KEY": "sk-ant-api03-"}
_LENGTHS = {"GITHUB_TOKEN": 36, "AWS_SECRET_ACCESS_KEY": 40, "FOO": 32, "ANTHROPIC_API_KEY": 95}


def mark(row: Folder, name: str) -> str:
    """Return the value of a row's secret, which shares no part with another one's."""
    body = ""
    while len(body) < _LENGTHS.get(name, 48):
        digest = hashlib.sha256(f"{row.name} {name} {len(body)}".encode()).digest()
        body += "".join((string.ascii_letters + string.digits)[byte % 62] for byte in digest)
    return _PREFIXES.get(name, "" if name.startswith("~") else "sk-") + body[: _LENGTHS.get(name, 48)]


def pieces(secret: str) -> set[str]:
    """Return every run of characters of a secret that is too long to be shown, plain and encoded."""
    body = re.sub(r"^(?:sk-ant-api03-|sk-|ghp_)", "", secret)
    texts = [body, body.lower(), body.encode().hex(), quote(body, safe="")]
    texts += [base64.b64encode(b"\0" * lead + body.encode()).decode().rstrip("=")[4:-2] for lead in range(3)]
    texts += [text.replace("+", "-").replace("/", "_") for text in texts[4:]]
    return {text[at : at + WINDOW] for text in texts for at in range(len(text) - WINDOW + 1)}


# -- one run -----------------------------------------------------------------------------------------------------------


class Seen(Record):
    """The results of a row: its exit status, what was printed, and what was written besides the folder's own texts."""

    status: int
    output: str
    errors: str
    written: str
    marks: Mapping[str, str]

    def reports(self) -> list[dict[str, object]]:
        """Return the JSON reports on standard output: one, or one a line."""
        texts = [self.output] if self.output.startswith("{\n") else self.output.splitlines()
        documents = [json.loads(text) for text in texts if text.startswith("{") and text.endswith(("}", "}\n"))]
        return [one for one in documents if "findings" in one]


def run(row: Folder, network: TrappedNetwork, root: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Write the folder and run the command in it, in this process."""
    home, cwd = root / "home", root / row.cwd
    project = root / row.cwd.removesuffix("/packages/app")
    names = (*LLM, *OTHER, *FILES, "<own>", "<home>")
    marks = {name: mark(row, name) for name in names}

    def filled(text: str) -> str:
        for name, value in marks.items():
            text = text.replace(name if name.startswith("<") else f"<{name}>", value)
        return text.replace("<ca>", network.strangers_ca)

    def write(files: Mapping[str, str]) -> dict[Path, str]:
        texts = {}
        for name, text in files.items():
            path = root / name[1:] if name.startswith("/") else home / name[2:] if name[:2] == "~/" else project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(filled(text), encoding="utf-8")
            texts[path] = filled(text)
        return texts

    home.mkdir()
    cwd.mkdir(parents=True, exist_ok=True)
    texts = write({**FILES, **row.files})
    for name, target in row.links.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).symlink_to(target)
    for name, mode in row.modes.items():
        if mode < 0:
            os.chown(project / name, 4711, 4711)
        else:
            (project / name).chmod(mode)

    variables = [name for name in row.secrets if re.fullmatch(r"\w+", name)]
    variables += [name for name in row.gets if re.fullmatch(r"\w+", name)]
    kept = {name: value for name, value in os.environ.items() if name in ("SYSTEMROOT", "PATH", "TMPDIR", "TEMP")}
    environ = {
        **kept,
        **{name: str(home) for name in ("HOME", "USERPROFILE")},
        **{name: str(network.public_ca) for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")},
        "LC_ALL": "C.UTF-8",
        **{name: marks[name] for name in variables},
        **{name: filled(value) for name, value in row.environ.items()},
    }
    for name in set(os.environ) - set(environ):
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(cwd)
    with network.connected():
        for argv, files in row.steps:
            doors.adopt(())
            CliRunner().invoke(program, list(argv))
            texts |= write(files)
        network.refuses = row.refuses
        network.forget()
        network.forges = any("ca.pem" in text for text in (*row.files.values(), *row.argv))
        doors.adopt(())
        done = CliRunner().invoke(program, [filled(word) for word in row.argv])
        doors.adopt(())
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    written = ""
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.read_text("utf-8", "replace") != texts.get(path):
            written += f"{path}\n{path.read_text('utf-8', 'replace')}\n"
    return Seen(done.exit_code, done.stdout, done.stderr, written, marks)


def _evidence(seen: Seen, code: str) -> list[tuple[str, str]]:
    """Return severity and evidence of each finding with this code."""
    return [
        (str(finding["severity"]), "\n".join(finding["evidence"]))
        for report in seen.reports()
        for finding in report["findings"]  # type: ignore[attr-defined]
        if finding["code"] == code
    ]


_SDK_KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "GEMINI_API_KEY")


def leaks(row: Folder, seen: Seen, network: TrappedNetwork) -> list[str]:
    """Return where a secret of the user was seen that may not be there."""
    may_get = set(row.gets.items())
    if row.argv[0] == "scan" and "llmdoctor.toml" not in row.files:  # the SDKs' own defaults, which it checks as well
        may_get |= {(name, VENDOR) for name in _SDK_KEYS}
    found = []
    for name in row.secrets:
        parts = pieces(seen.marks[name])
        places = {role: network.heard(role) for role in ROLES if (name, role) not in may_get}
        places |= {"a DNS question": "\n".join(network.asked), "standard output": seen.output}
        places |= {"standard error": seen.errors, "a written file": seen.written}
        found += [f"{name}: {place}" for place, text in places.items() if any(part in text for part in parts)]
    return found


# -- the rows ----------------------------------------------------------------------------------------------------------


def rows(table: tuple[Folder, ...], every: int) -> list[object]:
    """Return the rows as parameters; of the quick ones, each ``every``-th."""
    marks = ([] if number % every == 0 else [pytest.mark.slow] for number in range(len(table)))
    return [pytest.param(row, id=row.id, marks=one) for row, one in zip(table, marks, strict=True)]


def _skip_what_this_system_lacks(row: Folder) -> None:
    if sys.platform == "win32" and (row.modes or row.links or "~" in "".join(row.files)):
        pytest.skip("modes, links and the paths of the home are those of POSIX systems")
    if -1 in row.modes.values() and os.geteuid() != 0:
        pytest.skip("only root gives a file to another user")


@pytest.mark.parametrize("row", rows(PLANTED, 8))
def test_no_planted_folder_gets_a_secret(
    row: Folder, network: TrappedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _skip_what_this_system_lacks(row)
    seen = run(row, network, tmp_path, monkeypatch)
    assert leaks(row, seen, network) == []
    if row.silent:
        assert (network.dialled, network.asked) == ([], [])
    if row.status is not None:
        assert seen.status == row.status, seen.errors + seen.output[-1500:]
    assert [text for text in row.told if text not in seen.output + seen.errors] == []
    if "--plan" in row.argv and "--json" in row.argv:
        plan = json.loads(seen.output)
        assert plan["withheld"] and not any(request["with_key"] for request in plan["requests"])
    if row.refuses:  # else it would prove nothing that no other key was tried
        assert [name for name, role in row.gets.items() if seen.marks[name] not in network.heard(role)] == []
    if not row.code:
        return
    assert row.code in seen.output + seen.errors + seen.written, "no finding"
    found = _evidence(seen, row.code)
    if seen.reports():
        assert row.severity in [severity for severity, _ in found]
        missing = [[text for text in row.evidence if text not in evidence] for _, evidence in found]
        assert [] in missing, found
        lined = row.severity == "error" and row.evidence and row.evidence[-1] in row.files
        place = row.evidence[-1] if lined else ""
        assert not place or re.search(rf"{re.escape(place)}:\d+", "\n".join(text for _, text in found)), found


@pytest.mark.parametrize("row", rows(TWINS, 6))
def test_no_legitimate_folder_is_stopped(
    row: Folder, network: TrappedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _skip_what_this_system_lacks(row)
    seen = run(row, network, tmp_path, monkeypatch)
    assert leaks(row, seen, network) == []
    agreed = {"warning"} if row.steps else set()  # what the user has agreed to is still told
    assert {severity for severity, _ in _evidence(seen, CODE)} <= agreed, _evidence(seen, CODE)
    for secret, role in row.gets.items():
        assert seen.marks[secret] in network.heard(role), seen.errors + seen.output[-3000:]
    if row.status is not None:
        assert seen.status == row.status, seen.errors + seen.output[-3000:]


_SENDABLE = tuple(
    row
    for row in PLANTED
    if row.argv[0] in CAN_SEND_ANYWAY
    and row.code == CODE
    and row.severity == "error"
    and not row.silent
    and "<" not in "".join(row.argv)
    and not row.refuses
    and "~/.ssh/id_ed25519" not in row.secrets  # it has several lines, which no header can hold
)


@pytest.mark.parametrize("row", rows(_SENDABLE[::9], 8))
def test_the_same_folder_gets_it_if_the_user_says_so(
    row: Folder, network: TrappedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that every row is known to be a real plant, and ``--send-anyway`` to lift the guard."""
    seen = run(replace(row, argv=(*row.argv, "--send-anyway")), network, tmp_path, monkeypatch)
    heard = network.heard(STRANGER) + network.heard(RELAY)
    heard += "".join(network.heard(role) for role in ROLES if "llmdoctor.toml" in row.files or row.argv[0] != "scan")
    assert any(part in heard for name in row.secrets for part in pieces(seen.marks[name])), seen.errors + seen.output
    if seen.reports():
        assert {severity for severity, _ in _evidence(seen, row.code)} <= {"warning"}


def test_the_table_is_complete() -> None:
    """It has every file of a project that `scan` reads for its values."""
    from probes.catalog import apps

    assert len(PLANTED) >= 150
    assert len(TWINS) >= 40
    kinds = {kind.path for kind in planted.KINDS} | set(dict.fromkeys(("compose.yaml",)))
    read = {
        path
        for app in apps.load()
        for place in app.places
        if place.scope == "project" and place.storage == "plain" and (place.base_url or place.variables or place.key)
        for path in place.path.values()
    }
    assert read - kinds == set()
