"""The one way out for text: what is printed or written to a file passes :func:`plain` piece by piece, and
:func:`passed` as a whole.

Both remove known secrets, show control characters, direction marks and invisible characters as ``\\u001b``, and break
what a build server would take for a command in its log:

- GitHub Actions: a line that begins with ``::name …::``, and ``##[name]`` anywhere (runner, ``ActionCommand.cs``);
- Azure Pipelines: ``##vso[…]``, in capitals too, and ``##[…]`` (agent, ``Command.cs``);
- TeamCity: ``##teamcity[…]``; MyGet: ``##myget[…]``;
- GitLab: ``section_start:TIME:NAME`` before a carriage return (runner's manual); Travis CI: ``travis_fold:…``.

The documents differ in how they can break one: JSON and markup have escapes that keep the value exact (``\\u003a:``,
``&#58;:``), text gets a space (``: :``).
"""

from __future__ import annotations

import re
from enum import StrEnum

from probes.model.known_secrets import KNOWN


class Grammar(StrEnum):
    """The kind of a document, which decides how a command in it is broken."""

    TEXT = "text"  # for people: plain text and Markdown
    JSON = "json"
    MARKUP = "markup"  # HTML and XML
    WORKFLOW = "workflow"  # text with commands of our own for GitHub Actions


# Patterns are strings: most commands need few of them, and `re` compiles each when it is first used.
# White space that has a width and no other effect.
_BLANK = " \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_BLANKS = rf"[\t-\r{_BLANK}]+"
# Invisible although `str.isprintable` says otherwise: joiners, fillers and variation selectors that can hide text. The
# two variation selectors that choose between text and emoji are left, since they follow visible signs.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0") | frozenset(
    map(chr, (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0)))
)
_SEEN = " -~\u4e00-\u9fff\uff01-\uff5e"  # most of a text in English or Chinese
_ODD = rf"[^{_SEEN}]"
_ODD_IN_TEXT = rf"[^\n\t{_SEEN}]"
_ODD_IN_JSON = rf"[^\n{_SEEN}]"
_ODD_AND_COLOURS = rf"\x1b\[[0-9;]{{0,20}}m|[^\n\t{_SEEN}]"
_WIDE = f"[{_BLANK}]"

# The end of an IPv6 address: the most frequent `::` that is no command.
_ADDRESS = r"(?:[0-9A-Fa-f.]{1,15}(?::[0-9A-Fa-f.]{1,15}){0,7})?(?:[\]/%,;)\s\"'<>&\\]|$)"
_COMMAND = (
    rf"(?im):(?=:(?!{_ADDRESS})[^\s:][^\n]*?::)"
    r"|##(?=[a-z_-]{0,30}\[)"
    r"|(?:(?<=section_start)|(?<=section_end)|(?<=travis_fold)|(?<=travis_time)):"
)
_STYLE_SHEET = r"<style>[^<]*+</style>"  # our own style sheet has no `<`
_OURS = r"::(?:group::|endgroup::|(?:error|warning|notice) [^\n:]*::)"  # what `formats/github.py` writes


def plain(text: object) -> str:
    """Return foreign text as one line without secrets that has no effect on a terminal or a build server.

    Every run of white space becomes one space. Other control characters, escape characters, lone surrogates and
    invisible characters (zero-width, direction marks) appear as ``\\u202e``.

    >>> plain("a\\n\\tb \\x1b[31mc"), plain("::stop-commands::x")
    ('a b \\\\u001b[31mc', ': :stop-commands::x')
    """
    line = re.sub(_BLANKS, " ", KNOWN.scrub(str(text))).strip(" ")
    return _without_commands(line if line.isascii() and line.isprintable() else re.sub(_ODD, _shown, line))


def passed(text: str, grammar: Grammar = Grammar.TEXT, colours: bool = False) -> str:
    """Return a whole document in a form that may be printed or written; passing it twice changes nothing.

    Its line ends and tabs stay, and with ``colours`` the sequences that set a colour. In JSON and markup the values
    must have passed before they were put in: a secret that is replaced here could take a delimiter with it.
    """
    if grammar is Grammar.JSON:
        return re.sub(_COMMAND, _escaped, re.sub(_ODD_IN_JSON, _shown_in_json, text))
    if grammar is Grammar.MARKUP:
        sheets = [*re.finditer(_STYLE_SHEET, text)]
        starts, ends = [0, *(sheet.end() for sheet in sheets)], [*(sheet.start() for sheet in sheets), len(text)]
        between = (text[a:b] for a, b in zip(starts, ends, strict=True))
        rest = [re.sub(_COMMAND, _entity, re.sub(_ODD_IN_TEXT, _shown, piece)) for piece in between]
        return rest[0] + "".join(sheet[0] + after for sheet, after in zip(sheets, rest[1:], strict=True))
    text = KNOWN.scrub(text)
    if not (text.isascii() and text.isprintable()):
        text = re.sub(_ODD_AND_COLOURS, _shown, text) if colours else re.sub(_ODD_IN_TEXT, _shown, text)
    if grammar is Grammar.WORKFLOW:
        return "\n".join(map(_workflow_line, text.split("\n")))
    return _without_commands(text)


def _without_commands(text: str) -> str:
    """Break the pipeline commands; most texts have none of the signs that begin one, and are not searched."""
    may = "::" in text or "##" in text or "section_" in (low := text.lower()) or "travis_" in low
    return re.sub(_COMMAND, _spaced, text) if may else text


def escaped(sign: str) -> str:
    """Return the escape of one character as JSON writes it: ``\\u202e``, beyond the first plane as two of them."""
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _shown(found: re.Match[str]) -> str:
    sign = found[0]
    return sign if len(sign) > 1 or re.match(_WIDE, sign) or _is_seen(sign) else escaped(sign)


def _shown_in_json(found: re.Match[str]) -> str:
    return found[0] if _is_seen(found[0]) else escaped(found[0])


def _is_seen(sign: str) -> bool:
    return sign.isprintable() and sign not in _UNSEEN


def _workflow_line(line: str) -> str:
    ours = re.match(_OURS, line)
    head = ours.end() if ours else 0
    return line[:head] + _without_commands(line[head:])


def _spaced(found: re.Match[str]) -> str:
    return f"{found[0]} "


def _escaped(found: re.Match[str]) -> str:
    return escaped(found[0][0]) + found[0][1:]


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0][0])};{found[0][1:]}"
