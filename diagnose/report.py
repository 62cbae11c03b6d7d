"""The types of a report: severities, evidence lines, findings, probe lines, and the report itself."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from probes.model.client_run import ClientRun
from probes.model.credential import CredentialChain, CredentialFacts
from probes.model.login import StoredLogin
from probes.model.named_tuple import NamedTuple
from probes.model.note import Note
from probes.model.record import Record
from probes.model.source import Source, SourceKind


class Severity(StrEnum):
    """How serious a finding is: an error breaks the app, a warning does not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """The result of a run."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    BROKEN = "broken"
    INCONCLUSIVE = "inconclusive"


class Status(StrEnum):
    """The status of one probe in the report.

    OK: seen to work with the settings as given. FIXED: seen to work with the fix alone. FAIL: the fault itself.
    SKIPPED: not asked, or it fails because of another fault.
    """

    OK = "ok"
    FIXED = "fixed"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Seen(NamedTuple):
    """A line of evidence that is written in the reader's language: the phrase ``seen.NAME`` and its values.

    A value may be another such phrase, the notes of a probe or the source of a setting. Plain text, such as a server's
    words, is not translated.
    """

    name: str
    values: Mapping[str, str | Seen | Note | Source | tuple[Note, ...]]


def seen(name: str, /, **values: object) -> Seen:
    """Make a line of evidence from the phrase ``seen.NAME`` and its values; other types become texts."""
    ours = (str, Seen, Note, Source, tuple)
    return Seen(name, {slot: value if isinstance(value, ours) else str(value) for slot, value in values.items()})


def anchor(code: str) -> str:
    """Return the anchor of a code in ``docs/findings.md`` and its translations. It never changes.

    >>> anchor("url.version_missing")
    'url-version_missing'
    """
    return code.replace(".", "-")


class RequestLine(str):
    """A line of evidence about one request. It keeps its parts for formats that align them.

    ``request`` is the method and the URL, ``result`` the status or what went wrong, ``said`` the server's words.
    """

    __slots__ = ("request", "result", "said")
    request: str
    result: str
    said: str


def request_line(request: str, result: str, kind: str, said: str) -> RequestLine:
    """Make a line such as ``POST https://api.example.com/v1/messages → 401, application/json: invalid api key``."""
    line = RequestLine(f"{request} → {result}{kind}" + (f": {said}" if said else ""))
    line.request, line.result, line.said = request, result, said
    return line


class Place(Record):
    """One value that a fix changes: where it is, and what it becomes.

    ``file`` is the path as shown and ``line`` counts from 1; they are empty and 0 for a variable of the environment and
    for an option. ``name`` is that of the variable, field or option, after the fix. ``value_shown`` is the new value,
    of a key only its hint; empty if the value is removed. ``renames`` is the former name, if the name changes.
    """

    file: str
    line: int
    name: str
    value_shown: str
    renames: str = ""
    kind: SourceKind = SourceKind.NONE

    @property
    def location(self) -> str:
        """``file:line``, or an empty text if the value is not in a file."""
        return f"{self.file}:{self.line}" if self.line else self.file


class Fix(Record):
    """Settings that fix a finding; ``verified`` says that this run received an answer with them.

    ``places`` are the values to change, all of them together. ``command`` applies the fix: ``llmdoctor check … --fix``,
    or lines for the user's shell; empty if no command can. ``by_hand`` says, in the language of the report, what has to
    be changed by hand, and why.
    """

    summary: str
    settings: Mapping[str, object]
    verified: bool
    places: tuple[Place, ...] = ()
    command: str = ""
    by_hand: tuple[str, ...] = ()


class Finding(Record):
    """A finding in the language of the report; ``caused_by`` is the code of the finding that explains it."""

    code: str
    severity: Severity
    probe: str
    title: str
    explanation: str
    evidence: tuple[str, ...]
    steps: tuple[str, ...]
    fixes: tuple[Fix, ...]
    caused_by: str | None
    side: str


class ProbeLine(Record):
    """One probe in the report. ``observed`` has facts for programs; ``why_skipped`` is None if the probe ran."""

    name: str
    status: Status
    duration_ms: float
    why_skipped: str | None
    observed: Mapping[str, object]
    summary: str  # one line for people, in the language of the report
    began_ms: float = 0.0  # since the start of the run
    skipped_as: str = ""  # the key of ``why_skipped``: ``blocked``, ``no_spend``, ``connect_to``, …
    with_fix: bool = False  # measured with the fix; set for FIXED, and for a warning or another fault behind the first


class Proven(Record):
    """What this run has proven. None: the run did not test it."""

    reachable: bool | None
    path: bool | None
    key: bool | None
    model: bool | None
    answer: bool | None
    stream: bool | None


# How a client's base URL differs from the SDK's.
DIFFERENCES = ("without_version", "with_version", "whole", "other", "impossible")


class Client(NamedTuple):
    """A client that needs another base URL for the same address; ``base_url`` is None if none leads there.

    ``note`` is one of ``DIFFERENCES``; ``whole`` means that the base URL includes the endpoint.
    ``told`` says that reports for people mention the client.
    """

    app: str
    name: str
    base_url: str | None
    note: str
    told: bool


class CapabilityLine(Record):
    """One capability of a deep check. ``status`` is a value of :class:`probes.model.capability.Support`."""

    name: str
    status: str
    title: str
    summary: str
    said: str  # in the server's or the model's own words
    evidence: tuple[str, ...]
    alarming: bool  # deserves attention, although it breaks no app
    requests: int
    prompt_tokens: int
    completion_tokens: int


class ClientLine(Record):
    """What came of the app's own request (``--as-client``).

    ``result``: ``accepted``, ``refused``, ``unanswered``, or why it is open. ``refused`` are the parts without which it
    is accepted, ``certain`` those of them that are refused whatever the others are.
    """

    app: str
    name: str  # of the app, for people
    version: str
    model: str  # with which it was recorded
    result: str
    parts: tuple[str, ...]
    refused: tuple[str, ...]
    certain: tuple[str, ...]
    sure: bool
    requests: int


class SloResult(Record):
    """A limit and its measurement, in seconds; None: this run could not measure it."""

    name: str
    limit: float
    measured: float | None
    met: bool | None


class Try(Record):
    """One of several tries of the same check. ``title`` and ``probe`` are those of its root cause."""

    started_at: str
    duration_ms: float
    verdict: Verdict
    root_cause: str | None
    title: str
    probe: str = ""


class CredentialView(Record):
    """The chain of a house's credentials, and the credential that it gave, or why it gave none."""

    chain: CredentialChain
    obtained: CredentialFacts | None = None


class Report(Record):
    """The judgement of one run. ``document()`` in ``diagnose/formats/json.py`` writes the JSON of the contract."""

    version: str
    started_at: str
    duration_ms: float
    target: Mapping[str, object]
    verdict: Verdict
    root_cause: str | None
    side: str | None
    proven: Proven
    probes: tuple[ProbeLine, ...]
    findings: tuple[Finding, ...]
    settings: Mapping[str, object] | None
    vantage: Mapping[str, object]
    cost: Mapping[str, int]
    interrupted: bool = False
    left_open: tuple[str, ...] = ()  # what was not tested and why: `--no-spend`, `--offline`, the deadline
    open_by_choice: bool = False  # nothing is wrong, and only what the run was not to ask is left open
    clients: tuple[Client, ...] = ()  # clients that need a base URL other than the one that works
    lang: str = "en"
    facts_date: str = ""  # ISO 8601: how old the facts are by which it was judged
    capabilities: tuple[CapabilityLine, ...] | None = None  # None: no deep check was requested
    client_request: ClientLine | None = None  # None: it was not asked for, or nothing worked
    slos: tuple[SloResult, ...] = ()
    # Where a house's library looks for a credential, and what came of it; None: the door takes a key alone.
    credential: CredentialView | None = None
    login: StoredLogin | None = None  # that the app has stored; it is never sent
    client: ClientRun | None = None  # what the app itself did; None: the user did not ask for its run
    tries: tuple[Try, ...] = ()  # including the last one; empty if there was only one
