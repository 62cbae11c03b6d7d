"""A login that an app has stored: what may be known about it without using it. It holds no secret."""

from __future__ import annotations

from probes.model.record import Record
from probes.model.source import Source


class StoredLogin(Record):
    """A login that an app keeps in a file.

    ``name`` is the provider's name in a file with several, else empty. ``kind`` is ``subscription``, ``account``,
    ``workload`` (an identity token that the app exchanges) or ``keychain`` (nothing more is known), ``plan`` the name
    of the subscription, if the file says it. ``host`` is where the app sends it. ``expires`` is in seconds since 1970;
    0 if the file does not say. ``renews`` is whether the app has a token with which it renews the login without asking
    anybody. ``sign_in`` is what to type to sign in again. ``overridden`` is the setting that the app uses in its place;
    None if it uses the login.
    """

    app: str
    name: str
    source: Source
    kind: str = "subscription"
    plan: str = ""
    host: str = ""
    expires: float = 0.0
    renews: bool = False
    sign_in: str = ""
    overridden: Source | None = None
