"""The source of a value, and the owner of that source."""

from __future__ import annotations

import re
from enum import StrEnum

from probes.model.record import Record


class Owner(StrEnum):
    """The author of a value.

    USER: the command line, the environment, and files in the user's home directory that no project wrote. FOLDER: files
    in the working directory or above it, which may come from a clone or a download (``.env``, ``llmdoctor.toml``, an
    app's project file, a compose file), and input that others may have written: a pasted curl command, a CSV file, the
    arguments of an agent.
    """

    USER = "user"
    FOLDER = "folder"


class SourceKind(StrEnum):
    """The kind of source that a value was read from."""

    OPTION = "option"  # of the command line; the name is that of the option: --model
    ARGUMENT = "argument"  # of the command line, instead of --base-url
    STDIN = "standard input"
    ENVIRONMENT = "environment"
    DOTENV = "dotenv"  # a variable in a .env file
    SHELL = "shell"  # a variable in a file that a new shell reads when it starts
    COMPOSE = "compose"  # a variable of a service in a compose file
    APP_VARIABLE = "app variable"  # a variable in an app's settings file
    APP = "app"  # a setting in an app's settings file
    CONFIG = "config"  # llmdoctor.toml
    CSV = "csv"  # a row of a fleet file
    KEY_FILE = "file"  # a file that contains only the key
    SYSTEM = "system settings"  # of macOS or Windows; the name is the proxy's protocol
    CHAIN_FILE = "chain file"  # a file of a house's own tools: ~/.aws/credentials, application_default_credentials.json
    METADATA = (
        "metadata"  # an address that gives credentials to what runs on a machine or in a container; the name is it
    )
    PROGRAM = "program"  # another program that gives a credential; the name is its command in short
    CURL = "--curl"
    FORM = "form"  # the web page of `llmdoctor serve`
    AGENT = "agent"  # an argument of an agent's call of `llmdoctor mcp`; the name is that of the argument
    DEMO = "demo"
    BASE_URL = "base_url"  # the model name in the base URL
    MODEL_LIST = "list"
    DOOR = "door"  # the value that the provider suggests
    GUESS = "guess"
    NONE = "none"
    DEFAULT = "default"  # of an SDK or app; of the provider that is named


# Of a model: where the user named none, and the check chose one that the provider is known to have.
OWN_CHOICES = frozenset({SourceKind.GUESS, SourceKind.DOOR})


_VARIABLES = frozenset(
    (SourceKind.ENVIRONMENT, SourceKind.DOTENV, SourceKind.SHELL, SourceKind.COMPOSE, SourceKind.APP_VARIABLE)
)


class Source(Record):
    """The source of a value. ``str()`` returns the text for users: ``environment OPENAI_API_KEY``,
    ``.env:3 OPENAI_API_KEY``, ``--model``, ``default of OpenAI``.

    ``name`` is that of the option, the variable, the field or the provider; ``file`` is the path as it is shown;
    ``line`` counts from 1 and is 0 if the source is the whole file.
    """

    kind: SourceKind
    owner: Owner = Owner.USER
    name: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return self.text()

    def text(self, kind: str = "") -> str:
        """Return the text for users; ``kind`` replaces ``environment``, ``default``, ``form`` or ``agent`` in it."""
        match self.kind:
            case SourceKind.ENVIRONMENT | SourceKind.AGENT:
                return f"{kind or self.kind} {self.name}"
            case SourceKind.DEFAULT:
                return f"{kind or self.kind} of {self.name}" if self.name else kind or str(self.kind)
            case SourceKind.FORM:
                return kind or str(self.kind)
            case SourceKind.OPTION | SourceKind.METADATA | SourceKind.PROGRAM:
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
        """``file:line`` without the name, or the whole text if there is no line."""
        return f"{self.file}:{self.line}" if self.line else str(self)

    @property
    def variable(self) -> str:
        """The name of the variable that holds the value; empty if the source is not a variable."""
        return self.name if self.kind in _VARIABLES else ""


DEFAULT = Source(SourceKind.DEFAULT)


def option(name: str) -> Source:
    """Return the source of a command line option: ``--model``."""
    return Source(SourceKind.OPTION, Owner.USER, name)


def environment_variable(name: str) -> Source:
    """Return the source of a variable in the environment of this process."""
    return Source(SourceKind.ENVIRONMENT, Owner.USER, name)


def default_of(name: str) -> Source:
    """Return the source of a provider's default: ``default of OpenAI``."""
    return Source(SourceKind.DEFAULT, Owner.USER, name)


def variable_in(text: str) -> str:
    """Return the variable in the text of a :class:`Source`, as a JSON report has it; empty if it is not a variable.

    ``variable_in(".env:3 OPENAI_API_KEY")`` is ``OPENAI_API_KEY``.
    """
    found = re.fullmatch(r"(?:environment|.+:\d+) ([A-Za-z_][A-Za-z0-9_]*)", text)
    return found[1] if found else ""
