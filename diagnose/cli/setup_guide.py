"""What `check` says where nothing is set: which variables to set, in the words of the user's shell."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from diagnose.rendering.line_breaks import wrapped
from diagnose.words import part, put

if TYPE_CHECKING:
    from probes.model.settings import Settings
    from probes.settings.gather import Options

KEY, BASE_URL = "OPENAI_API_KEY", "OPENAI_BASE_URL"
# By shell: a line that reads the key without showing it, so that it is in no history, and one that sets the address.
_LINES = {
    "sh": ("read -rs {0} && export {0}", "export {0}={1}"),
    "fish": ("read -gxs {0}", "set -gx {0} {1}"),
    "powershell": ("$env:{0} = Read-Host", '$env:{0} = "{1}"'),
    "cmd": ("set /p {0}=", "set {0}={1}"),
}
_ADDRESS = "https://api.deepseek.com/v1"


def is_empty(settings: Settings, options: Options) -> bool:
    """Check whether nothing was given and nothing found, so that there is nothing to check or to judge."""
    asked = (options.target, options.base_url, options.key, options.key_env, options.key_file, options.app)
    given = any(asked) or options.key_stdin or options.config or options.env_file or options.no_env
    found = settings.base_url or settings.key or settings.conflicts or settings.headers or settings.override
    return not given and not found


def shell_of(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """Return the user's shell as the environment tells it: ``sh`` (bash, zsh), ``fish``, ``powershell`` or ``cmd``."""
    name = os.path.basename(environ.get("SHELL", "")).removesuffix(".exe")  # noqa: PTH119 - pathlib is slow to import
    if name in ("fish", "pwsh"):
        return "fish" if name == "fish" else "powershell"
    if platform != "win32" or name:
        return "sh"
    # PowerShell puts its user's module folder first; cmd has the machine's alone.
    return "powershell" if len(environ.get("PSModulePath", "").split(";")) > 2 else "cmd"


def text(environ: Mapping[str, str], lang: str, width: int, mark: str = "✗") -> str:
    """Return the guide, at most a dozen lines at 80 columns; lines to copy are never wrapped."""
    from diagnose.cli.help_pages import table
    from probes.catalog.doors import load

    say: dict[str, str] = part(lang, "command_line").GUIDE
    read, put_in = _LINES[shell_of(environ)]
    looked = put(say["looked"], {"count": sum(bool(door.key_env) for door in load())})
    commands = [(f"llmdoctor {name}", say[note]) for note, name in _NEXT]
    return "\n".join(
        (
            f"{mark} {say['title']}",
            *(f"  {line}" for line in wrapped(looked, width - 2)),
            "",
            *(f"  {line}" for line in wrapped(say["key"], width - 2)),
            f"    {read.format(KEY)}",
            *(f"  {line}" for line in wrapped(say["address"], width - 2)),
            f"    {put_in.format(BASE_URL, _ADDRESS)}",
            "",
            *table(commands, width),
        )
    )


_NEXT = (("door", "check deepseek"), ("scan", "scan"), ("demo", "demo"))
