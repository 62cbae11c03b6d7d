"""The ``settings`` probe: examine base URL and key as given, before any network access."""

from __future__ import annotations

from probes.catalog.apps import load, official
from probes.keys.flaws import KeyExam, examine_key, key_is_url, literal_key, url_is_key
from probes.model.attempt import KeyForm
from probes.model.facts import HeaderFacts, SettingsFacts
from probes.model.record import Record, replace
from probes.model.settings import Settings
from probes.settings.header_syntax import odd_scheme
from probes.urls.app_base_urls import examine_for
from probes.urls.keys_in_url import keys_in_url
from probes.urls.url import Url, parse_url
from probes.urls.url_flaws import UrlExam, examine_url


class SettingsExams(Record):
    """The examined base URL and key, for one protocol. It contains the key, so it never leaves `probes`."""

    url: UrlExam
    key: KeyExam
    address: str = ""  # the URL that the app requests, if no base URL makes the SDK request the same
    query: str = ""  # the query that the app adds to the SDK's request URLs

    @property
    def place(self) -> Url | None:
        """The target of the corrected URL; None if it cannot be corrected."""
        if self.url.mended is None:
            return None
        try:
            return parse_url(self.url.mended)
        except ValueError:
            return None

    def keys(self) -> dict[KeyForm, str]:
        """Return the forms of the key that can be sent in a header."""
        forms = {}
        if self.key.literal:
            forms[KeyForm.GIVEN] = self.key.literal
        if self.key.cleaned and self.key.cleaned != self.key.literal:
            forms[KeyForm.CLEANED] = self.key.cleaned
        return forms


def examine(settings: Settings, protocol: str) -> SettingsExams:
    """Examine base URL and key as the client reads them: the app if one is named, else the SDK of ``protocol``."""
    raw_url = settings.base_url.value if settings.base_url else ""
    raw_key = settings.key.value.reveal() if settings.key else ""
    app = load().get(settings.app)
    wire = app.wire(protocol) if app is not None else None
    if app is not None and wire is not None and app is not official(protocol):
        if app.stack == "node" and app.kind == "sdk" and settings.base_url and settings.base_url.source.variable:
            raw_url = raw_url.strip()  # measured: a value from a variable is trimmed, an argument is not
        sent, key = examine_for(app, wire, raw_url), examine_key(raw_key, protocol)
        if app.stack in ("node", "browser"):
            key = _trimmed(key, raw_key, protocol)
        query = "&".join(filter(None, (sent.query, settings.query)))
        address = _with_query(sent.address, settings.query) if sent.address else ""
        return SettingsExams(sent.exam, key, address, query)
    url = examine_url(raw_url, protocol)
    if app is None and any(flaw.kind == "scheme_unusable" for flaw in url.flaws):
        # Python's SDKs survive ws:// and wss:// by an accident of their HTTP library; the clients of Node (measured:
        # "unknown scheme"), Go and Rust refuse them. Only where the app is named is it known which one it is.
        url = url._replace(literal=None, flaws=tuple(replace(f, fatal=True) for f in url.flaws))
    return SettingsExams(url, examine_key(raw_key, protocol))


def _with_query(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def _trimmed(key: KeyExam, raw: str, protocol: str) -> KeyExam:
    """Return the key as fetch sends it: it removes white space at the end of a header value."""
    literal = literal_key(raw.rstrip(" \t\r\n"), protocol)
    if key.literal is not None or literal is None:
        return key
    return KeyExam(tuple(replace(flaw, fatal=False) for flaw in key.flaws), key.cleaned, literal)


def measure(settings: Settings, exams: SettingsExams, scrub: object) -> SettingsFacts:
    """Return the facts about base URL and key: scrubbed values, flaws and conflicts with other sources."""
    assert callable(scrub)
    raw_url = settings.base_url.value if settings.base_url else None
    raw_key = settings.key.value.reveal() if settings.key else ""
    return SettingsFacts(
        base_url=scrub(raw_url) if raw_url is not None else None,
        mended_url=scrub(exams.url.mended) if exams.url.mended else None,
        flaws=(*exams.url.flaws, *exams.key.flaws),
        key_given=bool(raw_key.strip()),
        key_usable=bool(exams.keys()),
        key_looks_like_url=key_is_url(raw_key),
        url_looks_like_key=url_is_key(raw_url or ""),
        keys_in_url=tuple(dict.fromkeys(one.place for one in keys_in_url(raw_url or ""))),
        conflicts=settings.conflicts,
        searched=settings.searched,
        override=settings.override,
        headers=header_facts(settings),
        switches=settings.switches,
        lacks_setting=settings.lacks_setting,
    )


def header_facts(settings: Settings) -> tuple[HeaderFacts, ...]:
    """Return the extra headers of the settings without their values."""
    return tuple(
        HeaderFacts(one.name, one.value.source, one.protocols, one.flaw, odd_scheme(one.value.value.reveal()))
        for one in settings.headers
    )
