"""A text as each language writes it, so that it comes out again whatever is in it. Settings have no line ends."""

from __future__ import annotations

import json
import re


def python(text: str) -> str:
    """In double quotes where repr() takes single ones without need, as formatters write it."""
    return json.dumps(text) if "\x7f" not in text and max(map(ord, text), default=0) < 0x10000 else repr(text)


def json_(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def javascript(text: str) -> str:
    return json.dumps(text)


def toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def yaml(text: str) -> str:
    """Plain where no reader could take it for anything else, else in double quotes."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./@+-]*", text)
    reserved = text.lower() in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
    if plain and not reserved:
        return text
    escaped = re.sub(r'[\\"]', r"\\\g<0>", text)
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in escaped) + '"'


def compose(text: str) -> str:
    """YAML in which Compose puts no variable."""
    return yaml(text.replace("$", "$$"))


def sh(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def fish(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def powershell(text: str) -> str:
    """Curly quotes end a text in PowerShell as straight ones do."""
    return "'" + re.sub("['‘’‚‛]", r"\g<0>\g<0>", text) + "'"


def cmd(text: str) -> str:
    """As the C runtime cuts a command line: backslashes count before a quote alone, and the last one is ours.

    cmd itself takes every quote for one, and what follows the second for its own: then carets stand before all of it.
    """
    escaped = re.sub(r'(\\*)"', r'\1\1\\"', text)
    quoted = '"' + re.sub(r"(\\+)\Z", r"\1\1", escaped) + '"'
    return re.sub(r'[\^"&|<>()%!]', r"^\g<0>", quoted) if '"' in text else quoted


def dotenv(text: str) -> str:
    """As python-dotenv reads it. A reference in an address is percent-encoded, since no quotes protect it."""
    text = text.replace("${", "$%7B")
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def plain(text: str) -> str:
    return text
