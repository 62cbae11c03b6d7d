"""The types of a rule and of what it claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagnose.evidence.view import View
from diagnose.report import Seen, Severity
from probes.model.note import Note


@dataclass(frozen=True, slots=True)
class Claim:
    """That a rule holds, what it rests on, and the values that its words name."""

    evidence: tuple[str | Seen, ...] = ()
    probe: str = ""  # where it is not the rule's own
    severity: Severity | None = None  # where it is not the rule's own
    sure: bool = True
    values: Mapping[str, str | Note | tuple[Note, ...]] = field(default_factory=dict)
    settings: Mapping[str, object] | None = None  # the change that mends it
    verified: bool = False  # those settings were seen to work in this run
    side: str = ""  # where it is not the rule's own
    case: str = ""  # a special case of the code, where it has words of its own


@dataclass(frozen=True, slots=True)
class Rule:
    """A finding: its code, what it means for the verdict, its pure test, and what explains it away.

    ``because`` names the codes, or layers with a dot (``key.``), that explain the finding when they hold too; the
    catalogue takes it from ``diagnose/answers/causes.py``.
    ``retryable`` says that the fault may pass by itself, so ``--retries`` tries again. What the settings say does not
    change by waiting; a limit that was exceeded is a measurement, and repeating it until it fits would be none.
    """

    code: str
    severity: Severity
    probe: str
    when: Callable[[View], Claim | None]
    side: str  # settings, machine, network, relay, provider, app
    because: tuple[str, ...] = ()
    retryable: bool = False
