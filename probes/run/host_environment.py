"""The environment of a run: its proxy and trust store, and whether this process runs in a container or in WSL."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from probes.config_formats.files import SkippedFile, bytes_of
from probes.model.evidence import HostEnvironment
from probes.model.run_memory import remembered
from probes.network.proxy_server import Proxy


def host_environment(proxy: Proxy | None, trust: str, families: tuple[str, ...] = ()) -> HostEnvironment:
    """Return the environment of a run that used this proxy, trust store and these address families."""
    return HostEnvironment(proxy.url if proxy is not None else None, trust, in_container(), in_wsl(), families)


@remembered(1)
def in_container() -> bool:
    """Check whether this process runs in a container: by Docker's and Podman's marker files and by its cgroup."""
    if sys.platform != "linux":
        return False
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return True
    with suppress(SkippedFile):
        groups = bytes_of(Path("/proc/1/cgroup")) or b""
        return any(word in groups for word in (b"docker", b"kubepods", b"lxc"))
    return False


@remembered(1)
def in_wsl() -> bool:
    """Check whether this Linux runs inside Windows (WSL), by the name of its kernel."""
    return sys.platform == "linux" and "microsoft" in os.uname().release.lower()
