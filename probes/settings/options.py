"""The options of the command line, as given and not yet checked."""

from __future__ import annotations

import os
import re
from pathlib import Path

from probes.model.record import Record


class Options(Record):
    """The values of the command line. ``target`` is a base URL or the name of a target; times are in seconds."""

    target: str | None = None
    base_url: str | None = None
    key: str | None = None
    key_env: str | None = None
    key_file: str | None = None
    key_stdin: bool = False
    stdin_text: str | None = None
    model: str | None = None
    protocol: str | None = None  # None: not given, which means `auto`
    app: str | None = None
    credential: str | None = None  # a chain of `probes/credential_chains`, or `none`; None: as door and protocol need
    metadata: bool = True  # metadata addresses may be asked for a credential: never by `serve` and `mcp`
    credential_process: bool = False  # another program may be started for a credential
    config: str | None = None
    env_file: str | None = None
    no_env: bool = False
    connect_to: tuple[str, ...] = ()
    dns_server: tuple[str, ...] = ()
    ca_bundle: str | None = None
    proxy: str | None = None
    no_proxy: bool = False
    timeout: float | None = None
    deadline: float | None = None
    no_spend: bool = False
    deep: bool = False
    as_client: bool = False
    offline: bool = False
    send_anyway: bool = False
    slo: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()  # NAME: VALUE


def shown_path(path: Path, cwd: Path) -> str:
    """Return the path relative to ``cwd`` if one contains the other, else the absolute path."""
    path, cwd = Path(os.path.abspath(path)), Path(os.path.abspath(cwd))  # noqa: PTH100 - resolve() would follow links
    if path.parent in (cwd, *cwd.parents) or cwd in path.parents:
        return Path(os.path.relpath(path, cwd)).as_posix()
    return str(path)


def shown_word(text: str) -> str:
    """Return the text for use in a message, or ``…`` if it may be a key: 20 characters in a row, and a digit."""
    return "…" if re.search(r"[\w-]{20,}", text) and re.search(r"\d", text) and "/" not in text else text
