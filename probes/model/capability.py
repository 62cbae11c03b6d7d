"""What a deep check finds out about an API, and what a run costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from probes.model.attempt import KeyForm
from probes.model.failure import Kind
from probes.model.value_issues import Flaw as Flaw
from probes.model.value_issues import KeyMatch as KeyMatch


@dataclass(frozen=True, slots=True)
class Cost:
    requests: int = 0
    billed_requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


class Support(StrEnum):
    """Whether a door can do what was asked of it. What was not asked, or not answered, is unknown."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Trial:
    """One request of a deep check, and what came back."""

    method: str
    path: str  # scrubbed
    status: int = 0  # 0: no status line came
    said: str = ""  # the server's own words where it refused; scrubbed, one line
    kind: Kind | None = None  # how the asking failed
    key: KeyForm = KeyForm.GIVEN  # which form of the key went out


@dataclass(frozen=True, slots=True)
class Capability:
    """One of :data:`probes.capabilities.NAMES`, and what tells whether it is there.

    ``why`` is one word for what decided it (``diagnose/words/en/capabilities.py`` says each); ``detail`` is what it is
    said of: the tool's arguments, a model, an address.
    """

    name: str
    support: Support
    why: str
    detail: str = ""
    trials: tuple[Trial, ...] = ()
    cost: Cost = Cost()
