"""Run the checks that need no network: settings, provider and owner of the key, proxy. Collect what is secret."""

from __future__ import annotations

from typing import Any

from probes.catalog import node_runtime
from probes.catalog.apps import official
from probes.catalog.door import Door
from probes.catalog.doors import load
from probes.keys.credential_kinds import credential_of, secret_parts
from probes.keys.flaws import url_is_key
from probes.model.attempt import KeyForm
from probes.model.evidence import Subject, Target
from probes.model.facts import DoorFacts, UnreadFile
from probes.model.record import Record
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings, Settings, Sourced
from probes.model.source import DEFAULT
from probes.network.proxy_server import Proxy
from probes.protocols.names import DEFAULT_PROTOCOL
from probes.run.key_policy import AvailableKeys, conflicting_key, of_another_house
from probes.steps import door, proxy, settings
from probes.steps.recorder import Recorder
from probes.steps.settings import SettingsExams
from probes.urls.keys_in_url import keys_in_url
from probes.urls.url import Url


class OfflineChecks(Record):
    """The results of the checks without network, from which every later step starts.

    ``target`` and ``facts`` are None if the base URL contains no usable address. ``values`` holds the keys themselves,
    so it never leaves the probes.
    """

    given: Settings
    exams: SettingsExams
    protocol: str
    target: Url | None
    door: Door | None
    facts: DoorFacts | None
    proxy: Proxy | None  # as the settings name it, if it can be used
    values: dict[KeyForm, str]
    keys: AvailableKeys
    day: str = ""  # of the run, ISO 8601; empty: nothing counts as ended
    credential: CredentialSettings | None = None  # the chain that gives the credential in place of a key


def scrubber(given: Settings) -> Scrubber:
    """Return a scrubber that knows every secret of these settings, including those of overridden sources."""
    scrub = Scrubber()
    if given.key is not None:
        value = given.key.value.reveal()
        credential = credential_of(value)
        for part in secret_parts(value.strip()) if credential is not None and credential.document else (value,):
            scrub.add(part)
    for secret in given.secrets:
        scrub.add(secret)
        scrub.add(secret.reveal().lower())  # as a part of a host
    if given.credential is not None:
        for _, kept in given.credential.material:
            if isinstance(kept, Secret):
                scrub.add(kept)
    for conflict in given.conflicts:
        if isinstance(conflict.value, Secret):
            scrub.add(conflict.value)
    for header in given.headers:
        from probes.settings.extra_headers import secret_part  # most checks have no header

        part = secret_part(header.value.value.reveal())
        if not any(one is not None and part in one.value for one in (given.base_url, given.model)):
            scrub.add(part)
    if given.base_url is not None:
        raw = given.base_url.value
        if url_is_key(raw):
            scrub.add(raw)
        if "@" in raw:
            _, _, password = raw.rpartition("@")[0].partition("://")[2].partition(":")
            scrub.add(password)
        for key in keys_in_url(raw):
            scrub.add(Secret(key.value))  # a secret, so that it is known beyond this run too
    return scrub


def survey(given: Settings, recorder: Recorder, scrub: Scrubber, day: str = "") -> OfflineChecks:
    """Run and record the steps that need no network: settings, door, proxy. ``day`` is that of the run, ISO 8601."""
    doors = load()
    began = recorder.now()
    exams = settings.examine(given, DEFAULT_PROTOCOL)
    where = exams.place
    known = doors.of_host(where.host, where.port, where.path) if where else None
    protocol, source = door.protocol_of(given, where, known)
    if protocol != DEFAULT_PROTOCOL:
        exams = settings.examine(given, protocol)
        where = exams.place
    for form in exams.keys().values():
        scrub.add(form)
    recorder.done(Subject.SETTINGS, "", settings.measure(given, exams, scrub), began)
    for one in given.skipped:
        recorder.done(Subject.UNREAD_FILE, one.place, UnreadFile(one.place, one.reason), began)
    chain = given.credential.chain if given.credential is not None else None
    if chain is not None:
        recorder.done(Subject.CREDENTIAL_CHAIN, chain.vendor, chain, began)
    if given.login is not None:
        recorder.done(Subject.STORED_LOGIN, given.login.app, given.login, began)
    if where is None:
        return OfflineChecks(given, exams, protocol, None, known, None, None, exams.keys(), AvailableKeys(), day)
    began = recorder.now()
    facts = door.measure(exams, where, doors, protocol, source, day)
    recorder.done(Subject.DOOR, where.host, facts, began)
    began = recorder.now()
    chosen, usable = proxy.choose(
        node_runtime.proxies(given), where, doors, scrub, node_runtime.runs(given.app) and given.node.env_proxy
    )
    if not node_runtime.heeds(given):
        chosen = proxy.unheeded(chosen)
    recorder.done(Subject.PROXY, where.host, chosen, began)
    values = exams.keys()
    withheld = given.override is not None and given.override.withheld
    conflict = conflicting_key(given, known, local=facts.host.local)
    if conflict is not None:
        values[KeyForm.CONFLICTING] = conflict[1]
    # A step that only a request can settle may still give one.
    credential = given.credential if chain is not None and chain.used and chain.winner is not None else None
    foreign = (
        credential is not None and not facts.host.local and of_another_house(credential.chain.vendor, known, where.host)
    )
    keys = AvailableKeys(
        frozenset({*values, KeyForm.GIVEN} if credential is not None else values),
        elsewhere=facts.key.elsewhere or foreign,
        project=withheld,
        in_address=withheld and given.override is not None and given.override.in_address,
        send_anyway=given.send_anyway,
        conflict_source=conflict[0] if conflict is not None else None,
        headers=any(not one.flaw for one in given.headers),
    )
    return OfflineChecks(given, exams, protocol, where, known, facts, usable, values, keys, day, credential)


def target(given: Settings, offline: OfflineChecks | None) -> Target:
    """Return the settings as a report may show them; they are not scrubbed yet."""
    key = given.key.value if given.key is not None and given.key.value.reveal().strip() else None
    sources: dict[str, Sourced[Any] | None] = {"base_url": given.base_url, "key": given.key, "model": given.model}
    if given.websocket is not None and given.websocket.source != DEFAULT:
        sources["websocket"] = given.websocket
    headers = ((f"headers.{one.name}", one.value.source) for one in given.headers if not one.flaw)
    protocol = offline.protocol if offline is not None else given.protocol.value
    facts = offline.facts if offline is not None else None
    return Target(
        base_url=given.base_url.value if given.base_url else None,
        protocol=protocol,
        model=given.model.value if given.model else None,
        app=given.app or official(DEFAULT_PROTOCOL if protocol == "auto" else protocol).id,
        door=facts.match.id if facts is not None else None,
        key_hint=key.hint if key else None,
        key_length=len(key) if key else None,
        key_doors=tuple(match.door for match in facts.key.matches) if facts is not None else (),
        app_named=given.app is not None or given.auth is not None,
        sources=(*((name, value.source) for name, value in sources.items() if value is not None), *headers),
    )
