"""This program's verdict on each mutant, over the network as a user would get it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from diagnose.judging.judge import judge
from mutants.mutant import Mutant
from mutants.server import MODELS, base_url
from probes.model.secret import Secret
from probes.model.settings import Limits, Settings, Sourced
from probes.model.source import option
from probes.run.engine import run

LIMITS = Limits(probe=3.0, run=15.0)
PATIENT = Limits(probe=20.0, run=60.0)  # for a machine that is too busy for the others
TOGETHER = 4  # checks at the same time
SLOW = "http.timeout"
KEY = "sk-" + "a1b2c3d4" * 6


def settings(mutant: Mutant, port: int, number: int, app: str | None = None, limits: Limits = LIMITS) -> Settings:
    """Return the settings that lead to a mutant."""
    keyless = mutant.protocol == "ollama"
    return Settings(
        base_url=Sourced(base_url(mutant.protocol, port, number), option("--base-url")),
        key=None if keyless else Sourced(Secret(KEY), option("--key-stdin")),
        model=Sourced(MODELS[mutant.protocol], option("--model")),
        protocol=Sourced(mutant.protocol, option("--protocol")),
        app=app,
        limits=limits,
    )


def verdicts(mutants: Sequence[Mutant], port: int, app: str | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """Return the verdict and the codes of the findings for each mutant."""

    async def check(number: int, limits: Limits) -> tuple[str, tuple[str, ...]]:
        report = judge(await run(settings(mutants[number], port, number, app, limits)))
        return report.verdict.value, tuple(one.code for one in report.findings)

    async def one_of_several(number: int, gate: asyncio.Semaphore) -> tuple[str, tuple[str, ...]]:
        async with gate:
            return await check(number, LIMITS)

    async def all_of_them() -> list[tuple[str, tuple[str, ...]]]:
        gate = asyncio.Semaphore(TOGETHER)
        found = await asyncio.gather(*(one_of_several(number, gate) for number in range(len(mutants))))
        # No mutant makes the server wait: whatever timed out met a busy machine and is checked again by itself.
        return [
            await check(number, PATIENT) if SLOW in codes else (verdict, codes)
            for number, (verdict, codes) in enumerate(found)
        ]

    return asyncio.run(all_of_them())
