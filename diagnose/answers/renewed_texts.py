"""Texts of answers that an installed bundle of facts knows, compared as they stand: a bundle has no patterns."""

from __future__ import annotations

from probes.catalog.bundle_place import exists

CONFIDENCE = 0.9  # as a text of the provider's own that the program knows itself


def renewed_text(said: str) -> tuple[str, str] | None:
    """Return the code of a finding and the words that tell it, or None if the text has none of the bundle's."""
    if not exists():
        return None
    from diagnose.words import part
    from probes.catalog.bundle import known_texts

    codes: dict[str, object] = part("en", "findings").TEXTS

    lowered = said.lower()
    found = [one for one in known_texts() if one.code in codes and one.text in lowered]
    best = max(found, key=lambda one: len(one.text), default=None)
    if best is None:
        return None
    start = lowered.index(best.text)
    return best.code, said[start : start + len(best.text)][:160]
