"""Build `llmdoctor.pyz`: the whole program in one file, for any Python 3.11 or newer, to run without an installation.

    python deploy/build_pyz.py dist/llmdoctor_cli-*.whl -o llmdoctor.pyz

It installs the wheel with pip into a temporary folder and packs what is pure Python. The same wheel, the same versions
of its dependencies (``--constraint``) and the same Python make the same bytes. docs/design/018-handing-over.md says
what is left out, and why some modules are compiled.
"""

from __future__ import annotations

import argparse
import importlib.util
import marshal
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

# Not pure Python (cryptography and what it needs), or never imported: the program calls APIs with h11, and of rich it
# uses neither Markdown nor highlighting.
LEFT_OUT = frozenset(("cryptography", "cffi", "pycparser", "httpx", "httpcore", "pygments", "markdown_it", "mdurl"))
# What every check imports is compiled, for the version of Python that builds the file: it then starts in a third of the
# time. Other versions compile the source. The rest is compiled when it is needed, which keeps the file small.
COMPILED = frozenset(("probes", "diagnose", "click", "rich", "h11", "certifi", "dotenv"))
NOT_PACKED = (".so", ".pyd", ".dylib", ".pyc", ".pyi", ".typed", ".pyx", ".pxd", ".c", ".h")
# Any Python can read this, so that one that is too old says so and prints no traceback.
MAIN = """# -*- coding: utf-8 -*-
import sys

if sys.version_info < (3, 11):
    said = "llmdoctor needs Python 3.11 or newer, and this is %d.%d. 需要 Python 3.11 或更新版本。\\n"
    sys.stderr.write(said % sys.version_info[:2])
    sys.exit(2)

from diagnose.__main__ import program

program()
"""
OLDEST = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file can name


def main() -> int:
    """Build the file that the command line names, or compile a folder for that."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("wheel", type=Path, help="The wheel of llmdoctor-cli, or with --compile a folder.")
    parser.add_argument("-o", "--output", type=Path, default=Path("llmdoctor.pyz"))
    parser.add_argument("--constraint", help="A constraints file for pip, to build with the same versions again.")
    parser.add_argument("--compile", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.compile:
        _compile(chosen.wheel)
        return 0
    if not chosen.wheel.is_file():
        parser.error(f"there is no wheel {chosen.wheel}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _install(chosen.wheel, folder, chosen.constraint)
        # A process of its own, so that nothing that happened here before gets into the compiled code.
        command = [sys.executable, "-S", "-s", str(Path(__file__).absolute()), "--compile", name]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S603  # this file
        _pack(folder, chosen.output)
    print(f"{chosen.output}: {chosen.output.stat().st_size / 1e6:.1f} MB")  # noqa: T201  # a command's only line
    return 0


def _install(wheel: Path, folder: Path, constraint: str | None) -> None:
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--target", str(folder)]
    command += ["--constraint", constraint] if constraint else []
    subprocess.run([*command, f"{wheel}[serve]"], check=True)  # noqa: S603  # the command above


def _compile(folder: Path) -> None:
    """Write the code of each module of :data:`COMPILED` beside its source, as zipimport looks for it.

    The code is never compared with the source (PEP 552, unchecked), since both come from one build.
    """
    for path in _packed(folder):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".py" and name.partition("/")[0] in COMPILED:
            source = path.read_bytes()
            code = marshal.dumps(compile(source, name, "exec", dont_inherit=True))
            head = importlib.util.MAGIC_NUMBER + b"\x01\0\0\0" + importlib.util.source_hash(source)
            path.with_suffix(".compiled").write_bytes(head + code)


def _packed(folder: Path) -> Iterator[Path]:
    """Yield the files of the installed packages that belong into the program, in a fixed order."""
    for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
        top = path.relative_to(folder).parts[0]
        if top.endswith(".dist-info") or top in LEFT_OUT or top in ("bin", "Scripts", "share", "_yaml"):
            continue
        if not path.is_file() or path.suffix in NOT_PACKED or "__pycache__" in path.parts:
            continue
        if path.suffix == ".toml" and path.with_suffix(".json").exists():
            continue  # the program reads the compiled facts alone
        yield path


def _licences(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the licences of the packed distributions, with their names in the file."""
    for info in sorted(folder.glob("*.dist-info")):
        if info.name.lower().partition("-")[0].replace("_py", "") in LEFT_OUT:
            continue
        for path in sorted(info.rglob("*")):
            if path.is_file() and path.stem.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE")):
                yield f"licenses/{info.name.removesuffix('.dist-info')}/{path.name}", path


def _pack(folder: Path, output: Path) -> None:
    """Write the program: a line that starts Python, and a zip file with nothing in it that differs between builds."""
    with output.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            _add(archive, "__main__.py", MAIN.encode())
            for path in _packed(folder):
                name = path.relative_to(folder).as_posix()
                _add(archive, name.replace(".compiled", ".pyc"), path.read_bytes())
            for name, path in _licences(folder):
                _add(archive, name, path.read_bytes())
    output.chmod(0o755)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, OLDEST)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    info.create_system = 3  # Unix, also where Windows builds it
    archive.writestr(info, content)


if __name__ == "__main__":
    sys.exit(main())
