"""Quote a text for a programming language, shell or file format, so that it is read back unchanged.

Settings contain no line breaks, so no function handles them.
"""

from __future__ import annotations

import json
import re


def python(text: str) -> str:
    """Quote for Python, in double quotes as formatters do; use repr() for characters whose JSON escapes differ."""
    return json.dumps(text) if "\x7f" not in text and max(map(ord, text), default=0) < 0x10000 else repr(text)


def json_(text: str) -> str:
    """Quote for JSON."""
    return json.dumps(text, ensure_ascii=False)


def javascript(text: str) -> str:
    """Quote for JavaScript."""
    return json.dumps(text)


def toml(text: str) -> str:
    """Quote for TOML, which allows DEL (U+007F) only as an escape."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def yaml(text: str) -> str:
    """Quote for YAML: plain if every parser reads it as a text, else in double quotes."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_./@+-]*", text)
    reserved = text.lower() in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
    if plain and not reserved:
        return text
    escaped = re.sub(r'[\\"]', r"\\\g<0>", text)
    return '"' + "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in escaped) + '"'


def compose(text: str) -> str:
    """Quote for a Compose file: YAML with ``$`` doubled, so that Compose substitutes no variable."""
    return yaml(text.replace("$", "$$"))


def sh(text: str) -> str:
    """Quote for POSIX shells, bash and zsh.

    >>> print(sh("it's"))
    'it'\\''s'
    """
    return "'" + text.replace("'", "'\\''") + "'"


def fish(text: str) -> str:
    """Quote for fish, which knows backslash escapes inside single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def powershell(text: str) -> str:
    """Quote for PowerShell, in which curly quotes end a text like straight ones and so must be doubled too."""
    return "'" + re.sub("['‘’‚‛]", r"\g<0>\g<0>", text) + "'"


def cmd(text: str) -> str:
    """Quote for cmd.exe and the C runtime, which splits the command line.

    The C runtime treats backslashes specially only before a quote, including the closing one. cmd.exe does not know
    ``\\"``: it toggles its quoted state at every quote. So in a text with a quote, a caret precedes each special
    character.
    """
    escaped = re.sub(r'(?<!\\)(\\*+)"', r'\1\1\\"', text)
    quoted = '"' + re.sub(r"(?<!\\)(\\++)\Z", r"\1\1", escaped) + '"'
    return re.sub(r'[\^"&|<>()%!]', r"^\g<0>", quoted) if '"' in text else quoted


def dotenv(text: str) -> str:
    """Quote for python-dotenv so that a shell that sources the file runs nothing of the text either.

    ``${`` is percent-encoded, because quotes do not protect it from substitution. So is a quote in a text with another
    sign that a shell heeds: no form of quotes protects both for both readers.
    """
    text = text.replace("${", "$%7B")
    if "'" in text and not re.search(r'[$`"\\!]', text):
        return f'"{text}"'
    return "'" + text.replace("\\", "\\\\").replace("'", "%27") + "'"


def plain(text: str) -> str:
    """Return the text unchanged."""
    return text
