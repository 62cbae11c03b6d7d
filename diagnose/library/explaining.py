"""Explain an error text, an exception or a response, offline."""

from __future__ import annotations

from diagnose.library.given_settings import InvalidSettings, language
from diagnose.library.text_explanation import ErrorExplanation


def explain(what: str, *, lang: str = "en") -> ErrorExplanation:
    """Return what an error is likely to be about, offline. Keys in it are neither kept nor shown.

    ``what`` is any error text or log. Raises InvalidSettings for anything else.
    """
    if not isinstance(what, str):
        raise InvalidSettings("explain() takes an error text.")
    return explained_text(what, language(lang))


def explained_text(text: str, lang: str) -> ErrorExplanation:
    """Return what a text is likely to be about; it may contain keys."""
    from probes.pasted.pasted_text import read

    seen = read(text)
    return ErrorExplanation(seen, _door(seen.host), lang)


def _door(host: str | None) -> str | None:
    from probes.catalog.doors import load

    door = load().of_host(host) if host else None
    return door.id if door is not None else None
