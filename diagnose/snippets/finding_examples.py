"""Examples of how a finding appears in SDKs and well-known apps."""

from __future__ import annotations

from functools import cache

from diagnose.answers.data_files import table


@cache
def examples() -> dict[str, tuple[str, ...]]:
    """Return one to three short example texts for each code, in English, without any key."""
    return {code: tuple(texts) for code, texts in table("examples")["examples"].items()}
