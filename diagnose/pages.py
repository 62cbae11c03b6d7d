"""What a finding looks like in SDKs and well-known apps: the examples on its page."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def examples() -> dict[str, tuple[str, ...]]:
    """For each code one to three short texts, in English, without any key."""
    document = tomllib.loads((Path(__file__).parent / "examples.toml").read_text(encoding="utf-8"))
    return {code: tuple(texts) for code, texts in document.items()}
