"""Where this process runs, as far as this machine tells."""

from __future__ import annotations

import platform
from contextlib import suppress
from pathlib import Path


def in_container() -> bool:
    """Whether this process runs in a container, as far as its files tell."""
    if platform.system() != "Linux":
        return False
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return True
    with suppress(OSError):
        return any(
            word in Path("/proc/1/cgroup").read_text("utf-8", "replace") for word in ("docker", "kubepods", "lxc")
        )
    return False


def in_wsl() -> bool:
    """Whether this Linux runs inside Windows (WSL), as its kernel's name tells."""
    return platform.system() == "Linux" and "microsoft" in platform.release().lower()
