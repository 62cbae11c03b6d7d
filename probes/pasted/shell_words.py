"""Split a pasted command line into words as the shell for which it was written would. Pure; nothing is executed.

Only variables are expanded: ``$NAME``, ``%NAME%``, ``$env:NAME``. Other expansions (``$(…)``, backticks, globs) are
left as they are. Sources: POSIX XCU 2.2 and 2.6, bash's ``$'…'``, Microsoft's rules for ``cmd`` and for
``argv`` in the C runtime, PowerShell's about_Quoting_Rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

LARGEST = 256 * 1024  # characters; a command copied from a browser has up to some tens of KiB


class ShellError(Exception):
    """The text cannot be split into words: the quotation mark ``quote`` is never closed."""

    def __init__(self, quote: str) -> None:
        super().__init__(quote)
        self.quote = quote


@dataclass(slots=True, repr=False)  # it may contain a key
class Word:
    """One word as the program receives it. ``variables`` were expanded in it; those in ``unset`` are not set."""

    text: str
    variables: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()


@dataclass(slots=True)
class Statement:
    """One simple command. ``stdin`` is the text of its here-document."""

    words: list[Word] = field(default_factory=list)
    stdin: str | None = None


def dialect(text: str) -> str:
    """Return ``sh``, ``cmd`` or ``powershell``, judged by line continuations, else by variables and the prompt."""
    for shell, mark in (("powershell", "`"), ("cmd", r"\^"), ("sh", r"\\")):
        if re.search(rf"{mark}[ \t]*\r?\n", text):
            return shell
    if re.search(r"\$\{?env:\w", text):
        return "powershell"
    if re.search(r"\^\"|\^\^|\^%", text) or re.search(r"^[A-Za-z]:\\[^\n>]*>", text.lstrip()):
        return "cmd"
    if re.search(r"%[A-Za-z_]\w*%", text) and "'" not in text:
        return "cmd"
    return "powershell" if re.match(r"\s*PS[ \w:\\~/.-]*>", text) else "sh"


def split(text: str, environ: Mapping[str, str]) -> list[Statement]:
    """Return the simple commands of the text, in order. Raises ShellError for a quote that is never closed.

    Variables are looked up in a copy of ``environ``, to which assignments on separate lines add for the lines below.
    """
    text = text[:LARGEST].replace("\r\n", "\n").lstrip("\ufeff")
    reader = {"sh": _Sh, "cmd": _Cmd, "powershell": _PowerShell}[dialect(text)]
    return reader(text, environ).read()


class _ShellReader:
    """A reader that goes through the text character by character. Each shell is a subclass."""

    ends = "\n;|&"

    def __init__(self, text: str, environ: Mapping[str, str]) -> None:
        self.text, self.at = text, 0
        self.environ = dict(environ)
        self.statements: list[Statement] = [Statement()]
        self.pieces: list[str] | None = None  # of the current word; None between words
        self.variables: list[str] = []
        self.unset: list[str] = []

    def read(self) -> list[Statement]:
        """Return the simple commands of the text, in order."""
        while self.at < len(self.text):
            self.step(self.text[self.at])
        self.close_statement()
        return [one for one in self.statements if one.words]

    def step(self, sign: str) -> None:
        """Read the next part of the text, which begins with the character ``sign``."""
        raise NotImplementedError

    def put(self, text: str) -> None:
        """Append ``text`` to the current word."""
        self.pieces = self.pieces if self.pieces is not None else []
        self.pieces.append(text)

    def variable(self, name: str) -> None:
        """Append the value of a variable; like shells, append nothing if it is not set."""
        self.put(self.environ.get(name, ""))
        (self.variables if name in self.environ else self.unset).append(name)

    def close_word(self) -> None:
        if self.pieces is not None:
            word = Word("".join(self.pieces), tuple(self.variables), tuple(self.unset))
            self.statements[-1].words.append(word)
        self.pieces, self.variables, self.unset = None, [], []

    def close_statement(self) -> None:
        self.close_word()
        words = self.statements[-1].words
        if words and all(self.assigns(word.text) for word in words):
            words.clear()
        self.statements.append(Statement())

    def assigns(self, text: str) -> bool:
        """Check whether a word is an assignment (or ``export``, ``set``), and if so, set the variable."""
        found = re.fullmatch(r"([A-Za-z_]\w*)=(.*)", text, re.S)
        if found:
            self.environ[found[1]] = found[2]
        return bool(found) or text in ("export", "set", "setx")

    def up_to(self, sign: str) -> str:
        """Return the text before the next ``sign`` and move behind it. Raises ShellError if there is none."""
        end = self.text.find(sign, self.at)
        if end < 0:
            raise ShellError(sign)
        found, self.at = self.text[self.at : end], end + len(sign)
        return found

    def match(self, pattern: str) -> re.Match[str] | None:
        """Match the pattern at the current position and move behind the match; None if it does not match."""
        found = re.compile(pattern).match(self.text, self.at)
        if found:
            self.at = found.end()
        return found


_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b", "E": "\x1b"}


class _Sh(_ShellReader):
    waiting: str = ""  # the delimiter of the here-document that begins on the next line

    def step(self, sign: str) -> None:
        if plain := self.match(r"[A-Za-z_/.:@%+,=-][\w/.:@%+,=-]*"):  # the fast path for most of a command
            self.put(plain[0])
        elif sign in " \t":
            self.close_word()
            self.at += 1
        elif self.match(r"\\\n"):
            pass
        elif sign == "\\":
            self.put(self.text[self.at + 1 : self.at + 2])
            self.at += 2
        elif sign == "'":
            self.at += 1
            self.put(self.up_to("'"))
        elif self.match(r"\$'"):
            self.ansi()
        elif self.match(r'\$?"'):
            self.double()
        elif sign == "$":
            self.dollar()
        elif sign == "#" and self.pieces is None:
            self.match(r"[^\n]*")
        elif heredoc := self.match(r"(?<!\d)\d*<<-?[ \t]*(['\"]?)([\w.-]+)\1"):
            self.close_word()
            self.waiting = heredoc[2]
        elif self.pieces is None and self.match(r"(?<!\d)\d*(?:>>?|<)(?:&\d|[ \t]*&?[^\s;|&]+)|&>>?[ \t]*[^\s;|&]+"):
            pass
        elif sign in self.ends:
            self.at += 1
            ended = self.statements[-1]
            if sign == "\n" and self.waiting:
                ended.stdin = self.document()
            self.close_statement()
        else:
            self.put(sign)
            self.at += 1

    def document(self) -> str:
        """Return the lines of the here-document, without the delimiter."""
        found = re.compile(rf"(.*?)^\t*+{re.escape(self.waiting)}[ \t]*$", re.S | re.M).match(self.text, self.at)
        self.waiting = ""
        if found is None:
            rest, self.at = self.text[self.at :], len(self.text)
            return rest
        self.at = found.end()
        return found[1]

    def dollar(self) -> None:
        if name := self.match(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})"):
            self.variable(name[1] or name[2])
        elif other := self.match(r"\$(?:\{[^}\n]{0,500}\}|\([^)\n]{0,500}\))"):
            self.put(other[0])  # other expansions are left as they are
        else:
            self.put("$")
            self.at += 1

    def double(self) -> None:
        self.put("")
        while True:
            if self.at >= len(self.text):
                raise ShellError('"')
            if self.match(r'"'):
                return
            if self.match(r"\\\n"):
                continue
            if plain := self.match(r'[^"\\$]+'):
                self.put(plain[0])
            elif escaped := self.match(r'\\([$`"\\])'):
                self.put(escaped[1])
            elif self.text[self.at] == "$":
                self.dollar()
            else:
                self.put(self.text[self.at])
                self.at += 1

    def ansi(self) -> None:
        self.put("")
        while not self.match(r"'"):
            if self.at >= len(self.text):
                raise ShellError("$'")
            if found := self.match(r"\\u([0-9A-Fa-f]{1,4})|\\U([0-9A-Fa-f]{1,8})|\\x([0-9A-Fa-f]{1,2})|\\([0-7]{1,3})"):
                number = int(found[1] or found[2] or found[3] or "0", 16) or int(found[4] or "0", 8)
                known = number < 0x110000 and not 0xD800 <= number < 0xE000
                self.put(chr(number) if known and number else "\ufffd")
            elif found := self.match(r"[^\\']+"):
                self.put(found[0])
            elif found := self.match(r"\\(.)"):
                self.put(_ANSI.get(found[1], found[1] if found[1] in "\\'\"?" else found[0]))
            else:
                self.put(self.text[self.at])
                self.at += 1


class _Cmd(_ShellReader):
    """The reader for ``cmd``: as on Windows, ``cmd`` first removes its carets, then the program splits its words."""

    def read(self) -> list[Statement]:
        text = re.sub(r"\A\s*[A-Za-z]:\\[^\n>]*>", "", self.text)
        names = {name.upper(): value for name, value in self.environ.items()}
        used: dict[str, None] = {}

        def value(found: re.Match[str]) -> str:
            name = found[1].upper()
            if name not in names:
                return found[0]  # cmd leaves unknown variables as they are
            used[name] = None
            return names[name]

        for line in self.lines(re.sub(r"%([A-Za-z_]\w*)%", value, text)):
            if setting := re.match(r"\s*set\s+\"?([A-Za-z_]\w*)=([^\"\n]*)", line, re.I):
                names[setting[1].upper()] = setting[2]
                continue
            line = re.sub(r"%([A-Za-z_]\w*)%", value, line)
            words = [Word(word, tuple(name for name in used if names[name] in word)) for word in self.arguments(line)]
            self.statements.append(Statement(words))
        return [one for one in self.statements if one.words]

    def lines(self, text: str) -> list[str]:
        """Return the commands without carets. An operator in quotes does not end a command."""
        found, line, quoted, at = [], "", False, 0
        while at < len(text):
            sign = text[at]
            if sign == "^" and not quoted:
                at += 1
                if text[at : at + 1] == "\n":  # the line continues; a second line end is literal
                    at += 1
                line += text[at : at + 1]
            elif sign == "\n" or (sign in "&|" and not quoted):
                found.append(line)
                line, quoted = "", False
            else:
                quoted = quoted is not (sign == '"')
                line += sign
            at += 1
        return [*found, line]

    def arguments(self, line: str) -> list[str]:
        """Split a line as the C runtime does: backslashes count only before a quote, and ``""`` in quotes is one."""
        words: list[str] = []
        word: list[str] | None = None  # its pieces; None between words
        quoted, at = False, 0
        while at < len(line):
            slashes = len(re.compile(r"\\*").match(line, at)[0])  # type: ignore[index]
            if line[at + slashes : at + slashes + 1] == '"':
                word = word if word is not None else []
                word.append("\\" * (slashes // 2))
                at += slashes + 1
                if slashes % 2:
                    word.append('"')
                elif quoted and line[at : at + 1] == '"':
                    word.append('"')
                    at += 1
                else:
                    quoted = not quoted
            elif line[at] in " \t" and not quoted:
                if word is not None:
                    words.append("".join(word))
                word = None
                at += 1
            else:
                end = at + max(1, slashes)
                word = word if word is not None else []
                word.append(line[at:end])
                at = end
        if quoted:
            raise ShellError('"')
        return [*words, "".join(word)] if word is not None else words


_SINGLE, _DOUBLE = "'‘’‚‛", '"“”„'  # PowerShell treats typographic quotes as quotes
_TICKS = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


class _PowerShell(_ShellReader):
    def read(self) -> list[Statement]:
        self.match(r"\s*PS[ \w:\\~/.-]*>")
        return super().read()

    def step(self, sign: str) -> None:
        if sign in " \t":
            self.close_word()
            self.at += 1
        elif self.match(r"`[ \t]*\n"):
            pass
        elif sign == "`":
            self.put(self.text[self.at + 1 : self.at + 2])
            self.at += 2
        elif setting := self.pieces is None and self.match(r"\$env:(\w+)[ \t]*=[ \t]*(?:'([^'\n]*)'|\"([^\"\n]*)\")"):
            assert isinstance(setting, re.Match)
            self.environ[setting[1]] = setting[2] or setting[3] or ""
        elif sign in _SINGLE:
            self.single()
        elif sign in _DOUBLE:
            self.double()
        elif sign == "$":
            self.dollar()
        elif sign == "#" and self.pieces is None:
            self.match(r"[^\n]*")
        elif sign in self.ends:
            self.at += 1
            self.close_statement()
        else:
            self.put(sign)
            self.at += 1

    def single(self) -> None:
        self.at += 1
        found = self.match(rf"((?:[^{_SINGLE}]|[{_SINGLE}]{{2}})*)[{_SINGLE}]")
        if found is None:
            raise ShellError("'")
        self.put(re.sub(rf"([{_SINGLE}])[{_SINGLE}]", r"\1", found[1]))

    def dollar(self) -> None:
        if name := self.match(r"\$(?:env:(\w+)|\{env:(\w+)\})"):
            self.variable(name[1] or name[2])
        else:
            self.put("$")
            self.at += 1

    def double(self) -> None:
        self.at += 1
        self.put("")
        while True:
            if self.at >= len(self.text):
                raise ShellError('"')
            if found := self.match(rf"[^{_DOUBLE}`$]+"):
                self.put(found[0])
            elif found := self.match(rf"([{_DOUBLE}])[{_DOUBLE}]"):
                self.put(found[1])
            elif self.match(f"[{_DOUBLE}]"):
                return
            elif self.match(r"`\n"):
                self.put("\n")
            elif found := self.match(r"`(.)"):
                self.put(_TICKS.get(found[1], found[1]))
            elif self.text[self.at] == "$":
                self.dollar()
            else:
                self.put(self.text[self.at])
                self.at += 1
