"""Results of a deep check, and the cost of a run."""

from __future__ import annotations

from enum import StrEnum

from probes.model.attempt import KeyForm
from probes.model.failure import Kind
from probes.model.record import Record
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


class Cost(Record):
    """The numbers of requests and of tokens; the server counts the tokens."""

    requests: int = 0
    billed_requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Support(StrEnum):
    """Whether a provider supports a feature. UNKNOWN if the feature was not tested or the test was inconclusive."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


class Trial(Record):
    """One request of a deep check and its result."""

    method: str
    path: str  # scrubbed
    status: int = 0  # 0: no status line arrived
    said: str = ""  # the server's error message; scrubbed, one line
    kind: Kind | None = None  # how the request failed
    key: KeyForm = KeyForm.GIVEN  # the form of the key that was sent


class Capability(Record):
    """One of :data:`probes.capabilities.NAMES`, whether it is supported, and the reason.

    ``why`` is one word that names the reason (``diagnose/words/en/capabilities.py`` has a text for each); ``detail`` is
    what the reason refers to: the tool's arguments, a model or an address.
    """

    name: str
    support: Support
    why: str
    detail: str = ""
    trials: tuple[Trial, ...] = ()
    cost: Cost = Cost()
