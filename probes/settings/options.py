"""What was asked for on the command line, before anything of it is looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """The choices of the command line, raw. ``target`` is a base URL or the name of a target; times are in seconds."""

    target: str | None = None
    base_url: str | None = None
    key: str | None = None
    key_env: str | None = None
    key_file: str | None = None
    key_stdin: bool = False
    stdin_text: str | None = None
    model: str | None = None
    protocol: str | None = None  # None: not asked for, which is auto as well
    app: str | None = None
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
    offline: bool = False
    send_anyway: bool = False
    guard: bool = False  # keep the user's key from an address that a project's file names
    slo: tuple[str, ...] = ()
