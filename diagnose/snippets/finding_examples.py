"""What a finding looks like in SDKs and well-known apps: the examples on its page."""

from __future__ import annotations

from functools import cache

from diagnose.answers.data_files import table


@cache
def examples() -> dict[str, tuple[str, ...]]:
    """For each code one to three short texts, in English, without any key."""
    return {code: tuple(texts) for code, texts in table("snippets/examples").items()}
