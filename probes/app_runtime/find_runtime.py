"""Find the app's Python or Node by a path or, with ``auto``, in the environment and the folder.

An interpreter of a cloned folder is code of that folder: running it runs whatever the folder put there. So a path that
the user names is taken, and so are the environments that the user's own variables name; what was merely found in the
folder comes back as *found there*, and the caller asks before it is run (security.md).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from probes.config_formats.files import SkippedFile, bytes_of
from probes.model.named_tuple import NamedTuple
from probes.model.runtime_facts import NODE, PYTHON, RuntimeTarget
from probes.model.settings import BadInput
from probes.model.source import Owner, Source, SourceKind, environment_variable, option
from probes.processes.program_search import find_program, home_of_user

AUTO = "auto"
_OPTION = option("--runtime")
_HEAD = 4096  # bytes of a script or of pyvenv.cfg that are read
_UP = 8  # folders above the working folder in which `auto` looks
_NAMES = re.compile(r"^(?:python|pypy)(?:w|[0-9.]{1,6})?(?:\.exe)?$")
# The command of an app, where it is not the app's id.
PROGRAMS = {"shell-gpt": "sgpt", "claude-code": "claude", "gemini-cli": "gemini", "qwen-code": "qwen"}
_WINDOWS = sys.platform == "win32"
# What the runtime's own program and its network need. No other variable is handed on, since any may hold a key.
_KEPT = frozenset(
    (
        *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TMP", "TEMP", "LD_LIBRARY_PATH"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PATHEXT", "COMSPEC"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "OPENSSL_CONF"),
        *("NODE_EXTRA_CA_CERTS", "NODE_USE_ENV_PROXY", "NODE_USE_SYSTEM_CA", "NODE_TLS_REJECT_UNAUTHORIZED"),
        *("NODE_OPTIONS", "VIRTUAL_ENV", "CONDA_PREFIX", "REQUEST_METHOD"),
    )
)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


class FoundRuntime(NamedTuple):
    """A runtime, and whether it was merely found in the folder, so that only the user's word lets it run."""

    target: RuntimeTarget
    found_there: bool = False


def environment_for(environ: Mapping[str, str], proxy: str | None = None, no_proxy: bool = False) -> dict[str, str]:
    """Return the environment of the runtime: what its program and its network need, and no key.

    ``proxy`` and ``no_proxy`` are the options of the same names; they take the place of the proxy variables.
    """
    kept = {name: value for name, value in environ.items() if name.upper() in _KEPT}
    if proxy is None and not no_proxy:
        return kept | {name: value for name, value in environ.items() if name.lower() in _PROXIES}
    return kept | ({"http_proxy": proxy, "https_proxy": proxy} if proxy is not None else {})


def find_runtime(
    choice: str, environ: Mapping[str, str], cwd: Path, app_program: str = "", *, node: bool = False
) -> FoundRuntime:
    """Return the runtime that ``choice`` names: a path, or ``auto``.

    ``app_program`` is the command of the app that was named (``aider``), whose script names its interpreter. ``node``:
    the app runs on Node. Raises BadInput if there is none.
    """
    if choice != AUTO:
        return FoundRuntime(_at(Path(choice).expanduser(), cwd, choice, environ))
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT"):
        place = environ.get(name, "")
        if place and not node and (program := _python_in(cwd / place)):
            target = _python(program, cwd / place, environment_variable(name))
            # A relative one (`UV_PROJECT_ENVIRONMENT=.venv`) names another environment in each folder.
            return FoundRuntime(target, found_there=not Path(place).is_absolute())
    if app_program and (script := _on_path(app_program, environ, cwd)):
        source = Source(SourceKind.ENVIRONMENT, Owner.USER, "PATH")
        found = _of_script(script, environ, cwd, source)
        if found is not None:
            return FoundRuntime(found)
    if (here := _in_folder(cwd, environ, node=node)) is not None:
        return FoundRuntime(here, found_there=True)
    raise BadInput(
        "No Python or Node of an app was found: VIRTUAL_ENV and CONDA_PREFIX are not set, and no folder from here up "
        "has .venv, venv or node_modules. Name it: --runtime PATH, a virtual environment, an interpreter or the app's "
        "script."
    )


def _at(path: Path, cwd: Path, given: str, environ: Mapping[str, str]) -> RuntimeTarget:
    """Return the runtime at a path that the user has named. Raises BadInput if it is none."""
    place, source = cwd / path, _OPTION
    if place.is_dir():
        if program := _python_in(place):
            return _python(program, place, source)
        for name in (".venv", "venv", "env"):
            if program := _python_in(place / name):
                return _python(program, place / name, source)
        if place.name == "node_modules" or (place / "node_modules").is_dir():
            folder = place.parent if place.name == "node_modules" else place
            return _node(folder, environ, cwd, source)
        raise BadInput("{path} holds neither a virtual environment nor node_modules.", path=given or ".")
    if not place.exists():
        raise BadInput("There is no {path}.", path=given)
    if _NAMES.match(place.name):
        return _python(place, place.parent.parent, source)
    if place.name in ("node", "node.exe"):
        # Its own packages: who names a Node has said nothing about those of the working folder.
        return RuntimeTarget(NODE, str(place), str(_home_of(place)), source=source, tool="npm")
    if (found := _of_script(place, environ, cwd, source)) is not None:
        return found
    raise BadInput("{path} names no interpreter: it is neither Python, Node nor a script of one.", path=given)


def _python_in(folder: Path) -> Path | None:
    """Return the interpreter of a virtual environment (venv, uv, pipx) or of a conda environment."""
    if not ((folder / "pyvenv.cfg").is_file() or (folder / "conda-meta").is_dir()):
        return None
    names = ("Scripts/python.exe", "python.exe") if _WINDOWS else ("bin/python", "bin/python3")
    # A link that leads nowhere counts: an environment whose base Python is gone is a finding, and not no environment.
    return next((folder / one for one in names if os.path.lexists(folder / one)), None)


def _python(program: Path, folder: Path, source: Source) -> RuntimeTarget:
    config = folder / "pyvenv.cfg"
    tool = "uv" if re.search(r"(?m)^uv ?=", _head(config)) else "pip"
    return RuntimeTarget(PYTHON, str(program), str(folder), source=source, tool=tool)


def _node(folder: Path, environ: Mapping[str, str], cwd: Path, source: Source) -> RuntimeTarget:
    """Return Node for a folder: the one that is a package there, else the user's own on PATH. Raises BadInput."""
    own = folder / "node_modules" / "node" / "bin" / ("node.exe" if _WINDOWS else "node")
    program = own if own.is_file() else _on_path("node", environ, cwd)
    if program is None:
        raise BadInput("There is no node on PATH; name it: --runtime PATH")
    return RuntimeTarget(NODE, str(program), str(folder), source=source, tool="npm")


def _in_folder(cwd: Path, environ: Mapping[str, str], *, node: bool) -> RuntimeTarget | None:
    for folder in (cwd, *cwd.parents)[:_UP]:
        for name in () if node else (".venv", "venv"):
            if program := _python_in(folder / name):
                return _python(program, folder / name, Source(SourceKind.APP, Owner.FOLDER, "", name))
        if (folder / "node_modules").is_dir():
            return _node(folder, environ, cwd, Source(SourceKind.APP, Owner.FOLDER, "", "node_modules"))
    return None


def _on_path(name: str, environ: Mapping[str, str], cwd: Path) -> Path | None:
    return find_program(name, environ, cwd, home_of_user(), windows=_WINDOWS)


def _of_script(script: Path, environ: Mapping[str, str], cwd: Path, source: Source) -> RuntimeTarget | None:
    """Return the interpreter that runs a script: the one of its first line, or on Windows the one beside it."""
    place = Path(os.path.realpath(script))
    if place.suffix == ".exe":
        beside = place.with_name("python.exe")
        return _python(beside, beside.parent.parent, source) if beside.is_file() else None
    words = shebang(_head(place))
    if not words:
        return None
    name = Path(words[-1]).name
    found = Path(words[-1]) if os.sep in words[-1] else _on_path(name, environ, cwd)
    if found is None or not found.is_absolute():  # a relative one is a program of the working folder
        return None
    if name.startswith("node"):
        return RuntimeTarget(NODE, str(found), str(_home_of(place)), source=source, tool="npm")
    return _python(found, found.parent.parent, source) if _NAMES.match(name) else None


def _home_of(place: Path) -> Path:
    """Return the folder whose node_modules a script or a Node lies in, or its own folder."""
    return next((one.parent for one in place.parents if one.name == "node_modules"), place.parent)


def _head(path: Path) -> str:
    """Return the beginning of a file; empty if there is none, or if it cannot be read."""
    try:
        content = bytes_of(path) or b""
    except SkippedFile:  # a program in machine code, too large for a script
        return ""
    return content[:_HEAD].decode("utf-8", "replace")


def shebang(text: str) -> list[str]:
    """Return the words of a script's first line that name its interpreter; empty if there are none.

    A path that is too long, or has a space, stands in the second line, where ``exec`` of the shell reads it (pip,
    pipx).

    >>> shebang("#!/usr/bin/env -S python3 -I")
    ['python3']
    """
    lines = text.splitlines()[:2]
    if not lines or not lines[0].startswith("#!"):
        return []
    if len(lines) == 2 and (found := re.match(r"""'''exec' "?([^"]{1,1024}?)"? "\$0" "\$@\"""", lines[1])):
        return [found[1]]
    words = [one for one in lines[0][2:].split() if not one.startswith("-")]
    if words and Path(words[0]).name == "env":
        words = [one for one in words[1:] if "=" not in one]
    return words[:1]
