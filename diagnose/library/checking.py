"""Check an LLM API from a Python program, in a running event loop or without one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from diagnose import __version__
from diagnose.library.check_result import CheckResult
from diagnose.library.given_settings import SecretLike, UrlLike, language, settings_of

if TYPE_CHECKING:
    from probes.model.settings import Settings


def check(
    base_url: str | UrlLike | None = None,
    *,
    api_key: str | SecretLike | None = None,
    model: str | None = None,
    protocol: str = "auto",
    app: str | None = None,
    headers: Mapping[str, str | SecretLike] | None = None,
    from_env: bool = False,
    trust_env: bool = True,
    proxy: str | None = None,
    ca_bundle: str | os.PathLike[str] | None = None,
    connect_to: Sequence[str] = (),
    timeout: float | None = None,
    deadline: float | None = None,
    no_spend: bool = False,
    deep: bool = False,
    offline: bool = False,
    send_anyway: bool = False,
    lang: str = "en",
) -> CheckResult:
    """Measure whether an LLM API works with these settings, find the cause if it does not, and try fixes.

    The arguments are the options of ``llmdoctor check``; docs/library.md describes them. Times are in seconds. It
    blocks until the check has ended, also inside a running event loop (a notebook), where it uses a thread of its own.
    Other tasks of that loop wait, so a server should await :func:`acheck` instead.

    Raises InvalidSettings for arguments that no check can be made with, and nothing for what the network or the server
    does: that is the result.
    """
    settings = settings_of(
        base_url,
        api_key=api_key,
        model=model,
        protocol=protocol,
        app=app,
        headers=headers,
        from_env=from_env,
        trust_env=trust_env,
        proxy=proxy,
        ca_bundle=ca_bundle,
        connect_to=connect_to,
        timeout=timeout,
        deadline=deadline,
        no_spend=no_spend,
        deep=deep,
        offline=offline,
        send_anyway=send_anyway,
    )
    spoken = language(lang)
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_checked(settings, spoken))
    from diagnose.library.own_loop import run_in_thread  # few callers have a running loop

    return run_in_thread(_checked(settings, spoken))


async def acheck(
    base_url: str | UrlLike | None = None,
    *,
    api_key: str | SecretLike | None = None,
    model: str | None = None,
    protocol: str = "auto",
    app: str | None = None,
    headers: Mapping[str, str | SecretLike] | None = None,
    from_env: bool = False,
    trust_env: bool = True,
    proxy: str | None = None,
    ca_bundle: str | os.PathLike[str] | None = None,
    connect_to: Sequence[str] = (),
    timeout: float | None = None,
    deadline: float | None = None,
    no_spend: bool = False,
    deep: bool = False,
    offline: bool = False,
    send_anyway: bool = False,
    lang: str = "en",
) -> CheckResult:
    """Do the same as :func:`check` on the running asyncio loop. A cancellation ends the check and closes its
    connections. Raises RuntimeError in a loop of another library.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError("acheck() needs asyncio. With another event loop, call check() in a thread.") from None
    settings = settings_of(
        base_url,
        api_key=api_key,
        model=model,
        protocol=protocol,
        app=app,
        headers=headers,
        from_env=from_env,
        trust_env=trust_env,
        proxy=proxy,
        ca_bundle=ca_bundle,
        connect_to=connect_to,
        timeout=timeout,
        deadline=deadline,
        no_spend=no_spend,
        deep=deep,
        offline=offline,
        send_anyway=send_anyway,
    )
    return await _checked(settings, language(lang))


async def _checked(settings: Settings, lang: str) -> CheckResult:
    from probes.run.engine import run

    evidence = await run(settings, version=__version__)
    if evidence.interrupted:  # the engine ends a cancelled run with what it has; a caller expects the cancellation
        raise asyncio.CancelledError
    return CheckResult(evidence, lang)
