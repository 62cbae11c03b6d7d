"""The bundle for support: a check, what a scan found, versions, proxies and root certificates in one JSON document.

    check ──▶ evidence ──┐
    scan  ──▶ places  ───┼─▶ document ─▶ without home folder, user name, and hosts if wanted ─▶ file
    machine facts ───────┘                                        file ─▶ evidence, and the rest as rows to show

It never holds a key or a password: the evidence and every other text are scrubbed before they get here, once more
here, and settings that a scan found are named by their places alone. docs/json.md describes the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from diagnose.judging.saved_run import SCHEMA_OF_BUNDLES, is_bundle, of_run
from probes.model import archive
from probes.model.archive import ArchiveError
from probes.model.evidence import Evidence
from probes.model.named_tuple import NamedTuple
from probes.model.record import Record

SCHEMA = f"{SCHEMA_OF_BUNDLES}1"
SECTIONS = ("machine", "packages", "proxies", "roots", "scan", "not_read")
ROWS = 200  # of a section that are shown; a bundle of an honest user has some dozens
LONGEST = 300  # characters of a value that are shown
_ALIAS = "host-{}.hidden"
_LOCAL = ("localhost", "host.docker.internal")


class BundleParts(NamedTuple):
    """What goes into a bundle. ``scan``: places by app; ``machine``: a section of named values each, as JSON."""

    version: str
    created_at: str  # ISO 8601, UTC
    report: Mapping[str, Any]
    evidence: Evidence
    scan: tuple[Mapping[str, Any], ...]
    not_read: tuple[Mapping[str, str], ...]
    machine: Mapping[str, Any]


class BundleRow(NamedTuple):
    """A line to show: the section of :data:`SECTIONS`, a name and a value. ``missing``: its file does not exist."""

    section: str
    name: str
    value: str
    missing: bool = False


class OpenedBundle(Record):
    """A bundle that was read: the evidence to judge again, and the rest as rows for people, section by section."""

    evidence: Evidence
    created_at: str
    rows: tuple[BundleRow, ...]


def document(parts: BundleParts, clean: Callable[[str], str], hidden: Iterable[str]) -> dict[str, Any]:
    """Return the document. ``clean`` is applied to each text in it, ``hidden`` says what it replaces."""
    whole = {
        "schema": SCHEMA,
        "version": parts.version,
        "created_at": parts.created_at,
        "hidden": list(hidden),
        "report": parts.report,
        **parts.machine,
        "scan": list(parts.scan),
        "not_read": list(parts.not_read),
        "run": json.loads(archive.dump(parts.evidence)),
    }
    found: dict[str, Any] = _mapped(whole, clean)
    return found


def _mapped(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {name: _mapped(inner, clean) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(inner, clean) for inner in value]
    return value


# -- what is hidden ----------------------------------------------------------------------------------------------------


def without_home(home: str, user: str) -> Callable[[str], str]:
    """Return a filter that writes ``~`` for the home folder, and ``user`` for the user's name in paths."""
    forms = [home.rstrip("/\\")] if len(home) > 1 else []
    forms += [one.replace("\\", "/") for one in forms if "\\" in one]
    paths = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    name = re.escape(user)

    def clean(text: str) -> str:
        if paths:
            text = re.sub(rf"(?i)(?<![\w.~/\\-])(?:{paths})(?![\w.-])", "~", text)
        if user:
            text = re.sub(rf"(?i)([/\\](?:home|users)[/\\]){name}(?![\w.-])", r"\1user", text)
        return text

    return clean


def hosts_of(evidence: Evidence, proxies: Iterable[str]) -> list[str]:
    """Return the names of hosts in a bundle that are nobody's public API: the base URL's and the proxies'."""
    found = [evidence.target.base_url if evidence.target.door is None else None, evidence.vantage.proxy, *proxies]
    hosts = (form for one in found if one for form in _spellings(_host(one)))
    return [one for one in dict.fromkeys(hosts) if one and one not in _LOCAL and not _is_address(one)]


def _host(url: str) -> str:
    try:
        return (urlsplit(url if "://" in url else f"//{url}").hostname or "").lower()
    except ValueError:
        return ""


def _spellings(host: str) -> list[str]:
    """Return a host as people and as name servers write it; they differ if it has letters beyond ASCII."""
    try:
        coded = host.encode("idna").decode("ascii")
        return list(dict.fromkeys((host, coded, coded.encode("ascii").decode("idna"))))
    except UnicodeError:
        return [host]


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


def without_hosts(hosts: Iterable[str]) -> Callable[[str], str]:
    """Return a filter that writes ``host-1.hidden`` for a host and for every name in its domain.

    The domain is the last two labels of its name. A name of one label, such as ``proxy``, may be any word, also one of
    the document itself: it is replaced in addresses only. IP addresses stay.
    """
    aliases: dict[str, str] = {}
    domains = sorted({tuple(one.lower().split(".")[-2:]) for one in hosts}, key=len, reverse=True)

    def hidden(found: re.Match[str]) -> str:
        labels = found[0].split(".")
        lower = [one.lower() for one in labels]
        for domain in domains:
            if len(domain) == 1 and not _in_address(found):
                continue
            for at in range(len(lower) - len(domain) + 1):
                if lower[at] == domain[0] and tuple(lower[at : at + len(domain)]) == domain:
                    end = at + len(domain)
                    begin = next((n + 1 for n in range(at - 1, -1, -1) if not lower[n]), 0)  # behind `.` or `..`
                    alias = aliases.setdefault(".".join(lower[begin:end]), _ALIAS.format(len(aliases) + 1))
                    return ".".join((*labels[:begin], alias, *labels[end:]))
        return found[0]

    # An escape is taken by itself, so that a name in another URL (`https%3A%2F%2Fllm.corp`) begins behind it.
    return lambda text: re.sub(r"%[0-9A-Fa-f]{2}|[\w.-]+", hidden, text) if domains else text


def _in_address(found: re.Match[str]) -> bool:
    """Check whether a word stands where an address has its host: ``//word``, ``@word`` or ``word:80``."""
    before, after = found.string[: found.start()][-3:].lower(), found.string[found.end() :][:2]
    return before.endswith(("//", "@", "%2f", "%40")) or (after[:1] == ":" and after[1:].isdigit())


# -- opening -----------------------------------------------------------------------------------------------------------


def opened(text: str) -> OpenedBundle:
    """Read a bundle or a saved run, which may come from anybody; a run has no rows.

    Raises ArchiveError if this version cannot read it.
    """
    found = archive.parse(text)
    if not is_bundle(found):
        return OpenedBundle(of_run(found), "", ())
    if found["schema"] != SCHEMA:
        raise ArchiveError("it is a bundle of a later version of llmdoctor")
    return OpenedBundle(of_run(found.get("run")), _text(found.get("created_at")), tuple(_rows(found)))


def _rows(found: Mapping[str, Any]) -> Iterator[BundleRow]:
    """Yield what is not the run, as texts: whatever has another type than it should is left out."""
    machine = found.get("machine")
    if isinstance(machine, dict):
        for name in ("llmdoctor", "python", "openssl", "system"):
            if value := _text(machine.get(name)):
                yield BundleRow("machine", name, value)
        for name in ("container", "wsl"):
            if machine.get(name) is True:
                yield BundleRow("machine", name, "")
    for one in _objects(found, "packages"):
        yield BundleRow("packages", _text(one.get("name")), f"{_text(one.get('version'))} ({_text(one.get('place'))})")
    for section in ("proxies", "roots"):
        for one in _objects(found, section):
            yield BundleRow(section, _text(one.get("name")), _text(one.get("value")), one.get("there") is False)
    for one in _objects(found, "scan"):
        sources = one.get("sources")
        places = list(sources.values())[:8] if isinstance(sources, dict) else []
        yield BundleRow(
            "scan",
            _text(one.get("name")) or _text(one.get("app")),
            ", ".join(map(_text, places)) or _text(one.get("where")),
        )
    for one in _objects(found, "not_read"):
        yield BundleRow("not_read", _text(one.get("place")), _text(one.get("why")))


def _objects(found: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    value = found.get(name)
    for one in value[:ROWS] if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
