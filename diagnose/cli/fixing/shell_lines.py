"""Lines for the user's shell that set, rename, clean or remove a variable. None of them contains a key."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

from diagnose.snippets import quoting

SHELLS = ("sh", "fish", "csh", "powershell", "cmd")
_PREFIX = re.compile(r"(?i)\s*(?:authorization:\s*)?bearer\s+")
_TIDY = re.compile(r"[A-Za-z0-9._/+=:~-]+")


def shell_of(environ: Mapping[str, str] | None = None) -> str:
    """Return the user's shell, one of :data:`SHELLS`: by ``SHELL``; on Windows ``cmd`` if its prompt is set."""
    environ = os.environ if environ is None else environ
    if sys.platform == "win32":
        return "cmd" if environ.get("PROMPT") else "powershell"
    name = environ.get("SHELL", "").rpartition("/")[2]
    return {"fish": "fish", "csh": "csh", "tcsh": "csh", "pwsh": "powershell"}.get(name, "sh")


def word(value: str, shell: str) -> str:
    """Return a value as one word of the shell, in quotes where it would mean more than its text."""
    if value and re.fullmatch(r"[\w@+=:,./-]+", value, re.ASCII):
        return value
    quotes = {"sh": quoting.sh, "csh": quoting.sh, "fish": quoting.fish, "cmd": quoting.cmd}
    return quotes.get(shell, quoting.powershell)(value)


def setting(name: str, value: str, shell: str) -> str:
    """Return the line that sets a variable; empty if cmd cannot take the value in a line that it reads as it is.

    >>> setting("OPENAI_BASE_URL", "https://relay.example/v1", "sh")
    'export OPENAI_BASE_URL=https://relay.example/v1'
    """
    if shell == "powershell":
        return f"$env:{name} = {quoting.powershell(value)}"
    if shell == "cmd":
        return f'set "{name}={value}"' if not re.search(r'[%"!^&|<>]', value) else ""
    return {"fish": "set -gx {} {}", "csh": "setenv {} {}"}.get(shell, "export {}={}").format(name, word(value, shell))


def removal(name: str, shell: str) -> str:
    """Return the line that removes a variable."""
    lines = {"fish": "set -e {}", "csh": "unsetenv {}", "powershell": "Remove-Item Env:{}", "cmd": "set {}="}
    return lines.get(shell, "unset {}").format(name)


def renaming(name: str, new_name: str, shell: str) -> str:
    """Return the line that gives a variable's value to another name."""
    lines = {
        "sh": 'export {1}="${0}"',
        "fish": "set -gx {1} ${0}",
        "csh": 'setenv {1} "${0}"',
        "powershell": "$env:{1} = $env:{0}",
        "cmd": 'set "{1}=%{0}%"',
    }
    return lines[shell].format(name, new_name)


def cleaning(name: str, old: str, new: str, shell: str, new_name: str = "") -> str:
    """Return the line that takes away from a variable what does not belong to its key; empty if no short line does.

    The line names the characters that stay, and nothing of the key.
    """
    if not _TIDY.fullmatch(new):
        return ""
    kept = (
        "A-Za-z0-9" + "".join(sorted({one for one in new if not one.isalnum()} - {"-"})) + ("-" if "-" in new else "")
    )
    lead = _PREFIX.match(old)
    body = old[lead.end() :] if lead is not None else old
    if re.sub(f"[^{kept}]", "", body) != new:
        return ""
    target = new_name or name
    if shell == "powershell":
        bearer = " -replace '(?i)^\\s*(authorization:\\s*)?bearer\\s+', ''" if lead is not None else ""
        return f"$env:{target} = $env:{name}{bearer} -replace '[^{kept}]', ''"
    if shell not in ("sh", "fish"):
        return ""
    if lead is not None and old[: lead.end()].count(" ") != 1:
        return ""
    if shell == "fish":
        bearer = f"(string replace -r '^.* ' '' -- ${name})" if lead is not None else f"${name}"
        return f"set -gx {target} (string join '' (string replace -ra '[^{kept}]' '' -- {bearer}))"
    value = f"${{{name}#* }}" if lead is not None else f"${name}"
    return f'export {target}="$(printf %s "{value}" | LC_ALL=C tr -cd \'{kept}\')"'
