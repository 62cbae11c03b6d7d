"""One way of asking an API: protocol, base URL, header style and form of the key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


class Auth(StrEnum):
    """How a key travels."""

    BEARER = "bearer"
    X_API_KEY = "x-api-key"
    API_KEY = "api-key"
    X_GOOG_API_KEY = "x-goog-api-key"
    QUERY = "query"
    NONE = "none"


class KeyForm(StrEnum):
    """Which form of the key goes out. CONFLICTING is the value of a losing place for the same setting, DUMMY an obvious
    stand-in for asking a path without the key.
    """

    GIVEN = "as given"
    CLEANED = "cleaned"
    CONFLICTING = "conflicting"
    DUMMY = "dummy"
    WRONG = "wrong"  # made up, and meant to be refused
    NONE = "none"


class Change(StrEnum):
    """What an attempt does differently from the app's own request."""

    MENDED = "mended"  # the base URL or the key without its flaws
    PATH = "path"
    VERSION = "version"
    PROTOCOL = "protocol"
    AUTH = "auth"  # the key in another header
    KEY = "key"  # another form of the same key
    KEY_SOURCE = "key_source"  # the key of a setting that loses to another
    PROXY = "proxy"  # around it
    SCHEME = "scheme"
    REDIRECT = "redirect"  # to where the server redirects
    MODEL = "model"
    ENDPOINT = "endpoint"  # without the version that every SDK adds


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way of asking: all of a request but its endpoint. ``given`` is the way in which the app would ask."""

    protocol: str
    base_url: str  # what the SDK of that protocol takes, without a trailing slash
    auth: Auth
    key: KeyForm
    version: str = ""  # the anthropic-version header, gemini's part of the path, azure's api-version
    model: str | None = None
    given: bool = False
    direct: bool = False  # around the proxy that the settings name
    changed: tuple[Change, ...] = ()  # from the given attempt
    address: str = ""  # what the app asks for a generation where no base URL makes the SDK ask the same
    query: str = ""  # what the app adds to the address of a generation

    @property
    def holds_key(self) -> bool:
        """Whether a request of this attempt carries one of the user's keys."""
        made_up = (KeyForm.NONE, KeyForm.DUMMY, KeyForm.WRONG)
        return self.key not in made_up and self.auth is not Auth.NONE
