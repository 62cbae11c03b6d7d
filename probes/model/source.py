"""Where a value was read, and whose word it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Who wrote a value.

    USER: the command line, the environment, and files of the user's home that no project wrote. FOLDER: whatever lies
    in the working folder or above it and may have come by a clone or a download (``.env``, ``llmdoctor.toml``, an app's
    project file, a compose file), and what was pasted (a curl command) or handed on (a CSV file).
    """

    USER = "user"
    FOLDER = "folder"


class SourceKind(StrEnum):
    """What kind of place a value was read from."""

    OPTION = "option"  # of the command line; the name is the option's own: --model
    ARGUMENT = "argument"  # of the command line, in place of --base-url
    STDIN = "standard input"
    ENVIRONMENT = "environment"
    DOTENV = "dotenv"  # a variable in a .env file
    SHELL = "shell"  # a variable in a file that new shells read at their start
    COMPOSE = "compose"  # a variable of a service in a compose file
    APP_VARIABLE = "app variable"  # a variable in an app's settings file
    APP = "app"  # a setting in an app's settings file
    CONFIG = "config"  # llmdoctor.toml
    CSV = "csv"  # a row of a fleet
    KEY_FILE = "file"  # a file that holds nothing but the key
    SYSTEM = "system settings"  # of macOS or Windows; the name is the proxy's protocol
    CURL = "--curl"
    FORM = "form"  # the page of `llmdoctor serve`
    DEMO = "demo"
    BASE_URL = "base_url"  # a model that the base URL names
    MODEL_LIST = "list"
    DOOR = "door"  # what the provider itself suggests
    GUESS = "guess"
    NONE = "none"
    DEFAULT = "default"  # of an SDK or app; of the provider that is named


_VARIABLES = frozenset(
    (SourceKind.ENVIRONMENT, SourceKind.DOTENV, SourceKind.SHELL, SourceKind.COMPOSE, SourceKind.APP_VARIABLE)
)


@dataclass(frozen=True, slots=True)
class Source:
    """One place a value was read from. ``str()`` gives the text for people: ``environment OPENAI_API_KEY``,
    ``.env:3 OPENAI_API_KEY``, ``--model``, ``default of OpenAI``.

    ``name`` is that of the option, the variable, the field or the provider; ``file`` is the path as it is shown;
    ``line`` counts from 1 and is 0 where a file is meant as a whole.
    """

    kind: SourceKind
    owner: Owner = Owner.USER
    name: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return self.text()

    def text(self, kind: str = "") -> str:
        """The text for people; ``kind`` replaces ``environment``, ``default`` or ``form`` in it."""
        match self.kind:
            case SourceKind.ENVIRONMENT:
                return f"{kind or self.kind} {self.name}"
            case SourceKind.DEFAULT:
                return f"{kind or self.kind} of {self.name}" if self.name else kind or str(self.kind)
            case SourceKind.FORM:
                return kind or str(self.kind)
            case SourceKind.OPTION:
                return self.name
            case SourceKind.KEY_FILE:
                return f"{self.name or self.kind} {self.file}"
            case SourceKind.SYSTEM:
                return f"{self.kind} ({self.name} proxy)"
        if not self.file:
            return str(self.kind)
        return f"{self.location} {self.name}" if self.line else self.file

    @property
    def location(self) -> str:
        """``file:line`` without the name; the whole text where there is no line."""
        return f"{self.file}:{self.line}" if self.line else str(self)

    @property
    def variable(self) -> str:
        """The name of the variable that holds the value; empty where none does."""
        return self.name if self.kind in _VARIABLES else ""


DEFAULT = Source(SourceKind.DEFAULT)


def option(name: str) -> Source:
    """An option of the command line: ``--model``."""
    return Source(SourceKind.OPTION, Owner.USER, name)


def environment_variable(name: str) -> Source:
    """A variable of the environment that llmdoctor was started in."""
    return Source(SourceKind.ENVIRONMENT, Owner.USER, name)


def default_of(name: str) -> Source:
    """The default of a provider, by its name."""
    return Source(SourceKind.DEFAULT, Owner.USER, name)


def variable_in(text: str) -> str:
    """The variable in a source of a JSON report, which keeps the text of :class:`Source` alone; empty where none is.

    ``variable_in(".env:3 OPENAI_API_KEY")`` is ``OPENAI_API_KEY``.
    """
    found = re.fullmatch(r"(?:environment|.+:\d+) ([A-Za-z_][A-Za-z0-9_]*)", text)
    return found[1] if found else ""
