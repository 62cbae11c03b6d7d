"""One attempt to call an API: protocol, base URL, header style and form of the key."""

from __future__ import annotations

from enum import StrEnum

from probes.model.record import Record
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


class Auth(StrEnum):
    """The header or query parameter that carries the key."""

    BEARER = "bearer"
    X_API_KEY = "x-api-key"
    API_KEY = "api-key"
    X_GOOG_API_KEY = "x-goog-api-key"
    QUERY = "query"
    SIGV4 = "sigv4"  # no key is sent: the request is signed with one (AWS Signature Version 4)
    NONE = "none"


class KeyForm(StrEnum):
    """The form of the key that a request carries.

    CONFLICTING is a key from another source for the same setting, which lost. DUMMY is an obvious placeholder, to check
    a path without the real key.
    """

    GIVEN = "as given"
    CLEANED = "cleaned"
    CONFLICTING = "conflicting"
    DUMMY = "dummy"
    WRONG = "wrong"  # made up, to see whether the server rejects it
    NONE = "none"


class Change(StrEnum):
    """A difference between an attempt and the request that the app sends."""

    MENDED = "mended"  # the base URL or the key, with its flaws corrected
    PATH = "path"
    VERSION = "version"
    PROTOCOL = "protocol"
    AUTH = "auth"  # the key in another header
    HEADER = "header"  # without one of the extra headers that the client sends
    KEY = "key"  # another form of the same key
    KEY_SOURCE = "key_source"  # the key from a source that lost
    PROXY = "proxy"  # a direct connection instead of the proxy
    SCHEME = "scheme"
    REDIRECT = "redirect"  # the target of the server's redirect
    MODEL = "model"
    OTHER_MODEL = "other_model"  # another listed model, to learn whether only the given one is refused
    ENDPOINT = "endpoint"  # the path without the version that every SDK adds


class Attempt(Record):
    """Everything that defines a request except its endpoint. ``given`` marks the attempt that matches the app's own."""

    protocol: str
    base_url: str  # in the form that the SDK of the protocol takes, without a trailing slash
    auth: Auth
    key: KeyForm
    version: str = ""  # the anthropic-version header, Gemini's path segment or Azure's api-version
    model: str | None = None
    given: bool = False
    direct: bool = False  # without the proxy that the settings name
    changed: tuple[Change, ...] = ()  # differences from the given attempt
    address: str = ""  # URL of the app's generation request, if no base URL makes the SDK send the same
    query: str = ""  # what the app adds to the URL of a generation request
    without: tuple[str, ...] = ()  # the extra headers that are left out, in lower case

    @property
    def holds_key(self) -> bool:
        """Whether a request of this attempt carries one of the user's keys."""
        made_up = (KeyForm.NONE, KeyForm.DUMMY, KeyForm.WRONG)
        return self.key not in made_up and self.auth is not Auth.NONE
