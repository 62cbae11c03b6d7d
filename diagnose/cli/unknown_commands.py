"""The first word of a command line that is no command: an address is one to check, anything else gets suggestions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

import click

from diagnose.cli.usage_errors import WrongUse, meant
from probes.settings.options import shown_word

# A host without a scheme counts where it can be nothing else: with a port or a path, or as a known provider's host.
_HOST = r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})"
_BARE = rf"{_HOST}(?::\d{{1,5}}(?:/\S*)?|/\S*)"


def is_address(word: str) -> bool:
    """Check whether a word is an address to check: a URL, or a host with a port or path, or a provider's host."""
    if re.match(r"(?i)https?:/", word):
        return True
    if len(word) > 300 or not re.fullmatch(rf"{_BARE}|{_HOST}", word, re.IGNORECASE):
        return False
    from diagnose.cli.secret_words import is_there

    if is_there(word):
        return False
    host, path = re.split("[:/]", word, maxsplit=1)[0].lower(), re.fullmatch(_BARE, word, re.IGNORECASE)
    if path or host == "localhost" or re.fullmatch(r"[\d.]+", host):
        return True
    from probes.catalog.doors import load

    return load().of_host(host) is not None or load().website_of(host) is not None


def no_command(word: str, commands: Iterable[str], context: click.Context) -> WrongUse:
    """Return the error for an unknown command, with the commands that may be meant; a provider is one to check."""
    from probes.settings.door_target import near

    known = get_close_matches(word.lower(), list(commands), 2, 0.6)
    providers = near(word)[:2] if len(word) < 24 else []
    follow = (*known, *(f"check {one}" for one in providers))
    return WrongUse(
        "There is no command {name}. {hint}", follow=follow, ctx=context, name=shown_word(word), hint=meant(known)
    )
