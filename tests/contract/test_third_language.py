"""A language is a folder: a made-up one, English in capitals, appears in every command, format and page."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import diagnose
from diagnose.words.text_type import Text
from probes.catalog.apps import load as load_apps
from probes.catalog.doors import load as load_doors

pytestmark = pytest.mark.slow  # it runs every command

LANG = "xx"
PACKAGE = Path(str(diagnose.__file__)).parent
ENGLISH = PACKAGE / "words" / "en"
FILES = sorted(path.stem for path in ENGLISH.glob("*.py") if path.stem != "__init__")
_SLOT = re.compile(r"\{([a-z_]+)(\|[^{}]*)?\}")


def capitals(text: str) -> str:
    """Return the text in capitals; the names of its slots stay as they are."""
    ends = [(slot.start(), slot.end(), f"{{{slot[1]}{(slot[2] or '').upper()}}}") for slot in _SLOT.finditer(text)]
    made, at = "", 0
    for start, end, slot in ends:
        made += text[at:start].upper() + slot
        at = end
    return made + text[at:].upper()


def translated(value: Any) -> Any:
    """Return a table, a text or a phrase in capitals."""
    if isinstance(value, str):
        return capitals(value)
    if isinstance(value, Text):
        return Text(*map(translated, value))
    if isinstance(value, tuple):
        return tuple(map(translated, value))
    return {key: translated(one) for key, one in value.items()}


def tables(file: str) -> Iterator[tuple[str, Any]]:
    """Return the tables of an English file."""
    for name, value in vars(import_module(f"diagnose.words.en.{file}")).items():
        if name.isupper():
            yield name, value


def write_language(folder: Path) -> None:
    """Write the made-up language as a translator would: one data file for each English one."""
    folder.mkdir()
    (folder / "__init__.py").write_text('NAME = "XX"\nTAG = "xx"\nWINDOWS = "capitals"\n', "utf-8")
    for file in FILES:
        rows = (f"{name} = {translated(value)!r}\n" for name, value in tables(file))
        (folder / f"{file}.py").write_text("from diagnose.words.text_type import Text\n\n" + "".join(rows), "utf-8")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the output of every command in a copy of the package to which only the language's folder was added."""
    tree, here = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("here")
    shutil.copytree(PACKAGE, tree / "diagnose", ignore=shutil.ignore_patterns("__pycache__"))
    write_language(tree / "diagnose" / "words" / LANG)
    driver = Path(__file__).with_name("every_command.py")
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    kept |= {"PYTHONPATH": os.pathsep.join((str(tree), str(PACKAGE.parent))), "PYTHONUTF8": "1"}
    words = [sys.executable, str(driver), LANG, str(here)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", env=kept, timeout=600)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def prose(text: str) -> str:
    """Return the parts of an output that a person reads: the strings of JSON, the text of HTML and of events."""
    if text.startswith("event: "):
        parts = [json.loads(data) for data in re.findall(r"^data: (.*)$", text, re.M)]
        text = "\n".join(one["html"] for one in parts if "html" in one)
    elif text.startswith("{"):
        rows = [json.loads(text)] if text.rstrip().count("\n{") == 0 else map(json.loads, text.splitlines())
        return " · ".join(string for row in rows for string in strings(row))
    if re.search(r"<(?:!DOCTYPE|li|article|p|\?xml)\b", text):
        text = re.sub(r"<style>.*?</style>|base64,[\w+/=]+", "", text, flags=re.S)
        text = html.unescape(re.sub(r"<[^>]*>", " · ", text))
    return text


def strings(value: Any) -> Iterator[str]:
    """Yield every string in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


# Text that is quoted unchanged: the practice doors' answers, OpenSSL's messages, and the names in the catalogues.
ANSWERS = (
    "You can find your API key at https",
    "You didn't provide an API key. You need to provide your API key in an",
    "Resource not found",
    "deployment for this resource does not",
    "API key not valid",
    "Rate limit reached for gpt-5-nano",
    "page not found",
    "on requests per min",
    "The model `gpt-5-nanoo` does not exist or you do not have access to it",
    "The model `` does not exist or you do not have access to it",  # a WebSocket's handshake names no model
    "request was sent to",
    "certificate has expired",
    "certificate is not valid for",
    "unable to get local issuer certificate",
)
CODE = ("snippet all",)  # snippets are programs to paste


@cache
def quoted() -> tuple[str, ...]:
    """Return the quoted texts, a longer one before any that it contains."""
    found = {*ANSWERS}
    for door in load_doors():
        found |= {door.name, *door.provenance.source}
    for app in load_apps():
        found |= {app.name, *app.errors.values()}
    return tuple(sorted(found, key=len, reverse=True))


def own_words(one: dict[str, Any]) -> str:
    """Return a command's own text for people, without what it quotes."""
    return _own_words(one["out"], one["err"])


@cache
def _own_words(out: str, err: str) -> str:
    text = " ".join((prose(out) + "\n" + err).split())  # long lines were wrapped
    text = re.sub(r"llmdoctor (?:check|fleet) \S*", "·", text)  # the next command
    for part in quoted():
        if part not in text:
            continue
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "·", text)
    return text


def test_nothing_crashes(said: dict[str, dict[str, Any]]) -> None:
    assert len(said) > 150
    assert {name: one["crash"] for name, one in said.items() if one["crash"]} == {}
    assert {name for name, one in said.items() if one["status"] not in (0, 1, 3)} == {"broken nagios", "fleet nagios"}


def english() -> set[str]:
    """Return the parts of the English texts between their slots that are longer than a word."""
    found = set()
    for file in FILES:
        for _, table in tables(file):
            if isinstance(table, str):
                continue  # the sign between two notes
            for value in table if isinstance(table, tuple) else table.values():
                for text in value[:2] + value[2] if isinstance(value, Text) else (value,):
                    found |= {part.strip(" .,:;()`") for part in _SLOT.split(text)[::3]}
    return {part for part in found if " " in part and len(part) > 8 and part != part.upper()}


def test_no_text_falls_back_to_english(said: dict[str, dict[str, Any]]) -> None:
    parts = english()
    assert len(parts) > 1500
    leaks = {}
    for name, one in said.items():
        text = own_words(one)
        if found := sorted(part for part in parts if part in text):
            leaks[name] = found
    assert leaks == {}


def test_nothing_else_is_said_in_small_letters(said: dict[str, dict[str, Any]]) -> None:
    leaks = {
        name: found
        for name, one in said.items()
        if name not in CODE and (found := re.findall(r"(?<![\w/.-])[A-Z]?[a-z']+(?: [a-z']{2,}){2,}", own_words(one)))
    }
    assert leaks == {}


def test_every_command_speaks_it(said: dict[str, dict[str, Any]]) -> None:
    silent = {name for name, one in said.items() if not re.search(r"[A-Z]{3,} [A-Z]{2,}", own_words(one))}
    assert silent == {"whose json", "snippet", "docs"}  # their output is JSON, a program, one word or a folder
    assert said["init"]["err"].startswith("WRITTEN TO ")
    assert said["docs findings.xx.md"]["out"].startswith("# FINDINGS\n")
    assert all(f"({page})" in said["docs findings.xx.md"]["out"] for page in ("findings.md", "findings.zh.md"))
    assert '<html lang="xx">' in said["page /"]["out"] and '<html lang="xx">' in said["broken html"]["out"]
    assert all(f'href="/?lang={lang}"' in said["page /"]["out"] for lang in ("en", "zh"))
