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


# Patterns are strings: most commands need few of them, and `re` compiles each when it is first used. Single signs are
# looked for without one, since a class of this many signs takes 2 ms to compile.
# White space that has a width and no other effect.
_BLANK = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_BLANKS = rf"[\t-\r{_BLANK}]+"
# Invisible although `str.isprintable` says otherwise: joiners, fillers and variation selectors that can hide text. The
# two variation selectors that choose between text and emoji are left, since they follow visible signs.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u3164\uffa0") | frozenset(
    map(chr, (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0)))
)
_ASCII = frozenset(map(chr, range(0x20, 0x7F)))
_KEPT_IN_TEXT = _ASCII | {"\n", "\t", *_BLANK}
_KEPT_IN_JSON = _ASCII | {"\n"}
_KEPT_BESIDE_COLOURS = _KEPT_IN_TEXT | {"\x1b"}
_NO_COLOUR = r"\x1b(?!\[[0-9;]{0,20}m)"

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
    line = KNOWN.scrub(str(text))
    # Of all white space, `isprintable` takes only the space for printable.
    line = " ".join(line.split()) if line.isprintable() else re.sub(_BLANKS, " ", line).strip(" ")
    return _without_commands(line if _is_printable(line) else _shown(line, _ASCII))


def passed(text: str, grammar: Grammar = Grammar.TEXT, colours: bool = False) -> str:
    """Return a whole document in a form that may be printed or written; passing it twice changes nothing.

    Its line ends and tabs stay, and with ``colours`` the sequences that set a colour. In JSON and markup the values
    must have passed before they were put in: a secret that is replaced here could take a delimiter with it.
    """
    if grammar is Grammar.JSON:
        text = _shown(text, _KEPT_IN_JSON)
        return re.sub(_COMMAND, _escaped, text) if _may_hold_commands(text) else text
    if grammar is Grammar.MARKUP:
        text = _shown(text, _KEPT_IN_TEXT)
        if not _may_hold_commands(text):
            return text
        sheets = [*re.finditer(_STYLE_SHEET, text)]
        starts, ends = [0, *(sheet.end() for sheet in sheets)], [*(sheet.start() for sheet in sheets), len(text)]
        between = (text[a:b] for a, b in zip(starts, ends, strict=True))
        rest = [re.sub(_COMMAND, _entity, piece) for piece in between]
        return rest[0] + "".join(sheet[0] + after for sheet, after in zip(sheets, rest[1:], strict=True))
    text = KNOWN.scrub(text)
    if colours and "\x1b" in text:
        text = _shown(re.sub(_NO_COLOUR, r"\\u001b", text), _KEPT_BESIDE_COLOURS)
    elif not _is_printable(text):
        text = _shown(text, _KEPT_IN_TEXT)
    if grammar is Grammar.WORKFLOW:
        return "\n".join(map(_workflow_line, text.split("\n")))
    return _without_commands(text)


def _without_commands(text: str) -> str:
    """Break the pipeline commands."""
    return re.sub(_COMMAND, _spaced, text) if _may_hold_commands(text) else text


def _may_hold_commands(text: str) -> bool:
    """Check for the signs that begin a command; most texts have none, and are not searched."""
    return "::" in text or "##" in text or "section_" in (low := text.lower()) or "travis_" in low


def escaped(sign: str) -> str:
    """Return the escape of one character as JSON writes it: ``\\u202e``, beyond the first plane as two of them."""
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _shown(text: str, kept: frozenset[str]) -> str:
    """Return the text with the escape of each sign that is neither visible nor ``kept``."""
    if text.isascii() and text.isprintable():
        return text
    # The signs that every document keeps are passed over by a pattern: a set of all takes five times as long.
    odd = [sign for sign in set(re.findall(r"[^ -~]", text)) - kept if not _is_printable(sign)]
    return text.translate({ord(sign): escaped(sign) for sign in odd}) if odd else text


def _is_printable(text: str) -> bool:
    """Check whether every sign is visible, or a space; stricter than ``str.isprintable``."""
    return text.isprintable() and (text.isascii() or _UNSEEN.isdisjoint(text))


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
