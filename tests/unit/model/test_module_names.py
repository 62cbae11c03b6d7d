"""Modules are found in a folder and in a zip file alike."""

from __future__ import annotations

import zipfile
from pathlib import Path

import diagnose.words
import probes.protocols
from probes.model.module_names import ModuleName, modules_in


def test_the_same_names_from_a_zip_file(tmp_path: Path) -> None:
    archive = tmp_path / "one file.pyz"
    with zipfile.ZipFile(archive, "w") as file:
        for package in (diagnose.words, probes.protocols):
            folder = Path(package.__path__[0])
            for path in folder.rglob("*.py"):
                file.write(path, f"{package.__name__}/{path.relative_to(folder).as_posix()}")
    for package in (diagnose.words, probes.protocols):
        found = modules_in(package.__path__)
        assert modules_in([str(archive / package.__name__)]) == found
        assert len(found) > 2
    assert ModuleName("zh", True) in modules_in(diagnose.words.__path__)


def test_what_is_no_module_is_left_out(tmp_path: Path) -> None:
    for name in ("one.py", "_two.py", "three.css", ".four.py"):
        (tmp_path / name).touch()
    (tmp_path / "__pycache__").mkdir()
    assert modules_in([str(tmp_path)]) == [ModuleName("one", False)]
