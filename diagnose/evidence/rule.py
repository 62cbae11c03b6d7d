"""The types of a rule and of the claim that it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from probes.model.record import Record

if TYPE_CHECKING:
    from diagnose.evidence.view import View
from diagnose.report import Seen, Severity
from probes.model.note import Note
from probes.model.source import Source


class Claim(Record):
    """What a rule returns if it holds: the evidence, the values for the slots of its words, and a fix.

    The fields ``probe``, ``severity``, ``side`` and ``case`` replace the rule's own if they are set.
    """

    evidence: tuple[str | Seen, ...] = ()
    probe: str = ""
    severity: Severity | None = None
    sure: bool = True  # False: only likely; it then explains no finding that is sure
    values: Mapping[str, str | Note | Source | tuple[Note, ...]] = MappingProxyType({})
    settings: Mapping[str, object] | None = None  # the change that fixes the problem
    verified: bool = False  # this run received an answer with those settings
    side: str = ""
    case: str = ""  # a special case of the code that has its own words
    command: str = ""  # a command of the user's shell that fixes it, if no setting does
    explains_all: bool = False  # with the fix alone a whole run worked, so that every other error follows from this one


class Rule(Record):
    """A finding: its code, its severity, the pure function ``when`` that tests for it, and what explains it away.

    ``side`` is ``settings``, ``machine``, ``network``, ``relay``, ``provider`` or ``app``.
    ``because`` lists the codes, or layers with a dot (``key.``), that explain the finding if they hold too; the
    catalogue fills it in from ``diagnose/answers/causes.py``.
    ``retryable`` says that the fault may pass, so ``--retries`` tries again. Faults in the settings do not pass. An
    exceeded limit is not retryable either: repeating a measurement until it fits would falsify it.
    """

    code: str
    severity: Severity
    probe: str
    when: Callable[[View], Claim | None]
    side: str
    because: tuple[str, ...] = ()
    retryable: bool = False
