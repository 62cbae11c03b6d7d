"""How a value is written in each file format: the spellings to search for, and those in which a new value is safe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

_Write = Callable[[str], str | None]  # None: the value cannot be written in this way


def spellings(form: str, old: str, new: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each spelling of ``old`` in the format, with the spellings of ``new`` that may take its place, best first.

    >>> list(spellings("text", "a", "b"))
    [('a', ('b',))]
    """
    for spell, writes in _QUOTES[form]:
        if spelt := spell(old):
            listed = (_plain_list,) if spelt == old and ";" in old and form == "env" else ()
            yield spelt, tuple(dict.fromkeys(one for write in (*listed, *writes) if (one := write(new)) is not None))


def _double(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _double_ascii(value: str) -> str:
    return json.dumps(value)


def _double_slashes(value: str) -> str:
    """Quote as PHP and older JavaScript do, which escape slashes."""
    return _double(value).replace("/", "\\/")


def _single(value: str) -> str | None:
    return None if "'" in value or not value.isprintable() else f"'{value}'"


def _single_json5(value: str) -> str | None:
    return None if re.search(r"['\\]", value) or not value.isprintable() else f"'{value}'"


def _single_yaml(value: str) -> str | None:
    return "'" + value.replace("'", "''") + "'" if value.isprintable() else None


def _plain_yaml(value: str) -> str | None:
    """Leave the quotes away where every version of YAML reads a text: not for ``null``, ``yes``, ``1e3`` or a date."""
    if not re.fullmatch(r"[A-Za-z](?:[\w./@+=-]|:(?=[\w/]))*", value, re.ASCII):
        return None
    return None if value.lower() in ("null", "true", "false", "yes", "no", "on", "off", "y", "n") else value


def _single_env(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _double_env(value: str) -> str:
    """Quote as python-dotenv unquotes: escape quotes and backslashes, and write carriage returns as ``\\r``."""
    return '"' + re.sub(r'[\\"]', r"\\\g<0>", value).replace("\r", "\\r") + '"'


def _double_line_ends(value: str) -> str:
    """Quote with line ends as escapes, which python-dotenv reads in double quotes."""
    return _double_env(value).replace("\n", "\\n").replace("\t", "\\t")


def _raw_double(value: str) -> str | None:
    """Quote without escapes, for values in which no backslash starts an escape sequence."""
    return None if '"' in value else f'"{value}"'


def _raw_single(value: str) -> str | None:
    return None if "'" in value else f"'{value}'"


def _plain(value: str) -> str | None:
    return None if re.search(r"[\r\n]", value) else value


def _whole(value: str) -> str:
    return value


# A `.env` is read by python-dotenv and its like, and sourced by shells. A new value is written as all of them read it,
# or not at all: a shell runs `$(…)` and backticks, and python-dotenv replaces `${…}` even inside single quotes.


def _safe_plain_env(value: str) -> str | None:
    return value if re.fullmatch(r"[\w./:@%+,=-]*", value, re.ASCII) else None


def _plain_list(value: str) -> str | None:
    """Leave a list of values without quotes if it had none, although no shell could source it before or after."""
    return value if re.fullmatch(r"[\w./:@%+,=;-]*", value, re.ASCII) else None


def _safe_single_env(value: str) -> str | None:
    return None if re.search(r"['\\]|\$\{", value) else f"'{value}'"


def _safe_double_env(value: str) -> str | None:
    return None if re.search(r"[$`\\!]", value) else '"' + value.replace('"', '\\"') + '"'


# PowerShell ends a text at a curly quote as at a straight one, and expands `$` and backticks in double quotes.


def _single_powershell(value: str) -> str | None:
    return None if re.search("[‘’‚‛]", value) else "'" + value.replace("'", "''") + "'"


def _double_powershell(value: str) -> str | None:
    return None if re.search('[$`"“”„]', value) else f'"{value}"'


# The spellings by which the old value is found, and for each those in which the new one may take its place.
_ENV: tuple[_Write, ...] = (_safe_plain_env, _safe_single_env, _safe_double_env)
_ENV_QUOTED: tuple[_Write, ...] = (_safe_single_env, _safe_double_env)
_ENV_DOUBLE: tuple[_Write, ...] = (_safe_double_env, _safe_single_env)
_TOML: tuple[_Write, ...] = (_double, _single, _double_ascii)
_JSON: tuple[_Write, ...] = (_double, _double_ascii)
_YAML: tuple[_Write, ...] = (_double, _single_yaml, _double_ascii)
_OF_ENV: tuple[tuple[_Write, tuple[_Write, ...]], ...] = (
    (_double_env, _ENV_DOUBLE),
    (_double_line_ends, _ENV_DOUBLE),
    (_single_env, _ENV_QUOTED),
    (_raw_double, _ENV_DOUBLE),
    (_raw_single, _ENV_QUOTED),
    (_plain, _ENV),
)
_QUOTES: dict[str, tuple[tuple[_Write, tuple[_Write, ...]], ...]] = {
    "env": _OF_ENV,
    "shell": _OF_ENV,
    "crushrc": _OF_ENV,
    "powershell": (
        (_double_powershell, (_double_powershell, _single_powershell)),
        (_single_powershell, (_single_powershell,)),
    ),
    "lines": ((_plain, (_plain,)),),
    "toml": tuple((one, (one, *_TOML)) for one in _TOML),
    "json": tuple((one, (one, *_JSON)) for one in (*_JSON, _double_slashes)),
    "json5": tuple((one, (one, *_JSON)) for one in (*_JSON, _double_slashes, _single_json5)),
    "yaml": (*((one, (one, *_YAML)) for one in _YAML), (_plain, (_plain_yaml, *_YAML))),
    "text": ((_whole, (_whole,)),),
}
