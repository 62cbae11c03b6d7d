"""The chain of places in which a vendor's library looks for a credential, and what came of it. No type holds a secret.

A chain is read without network and without the vendor's library, so every run can show it. Only the engine obtains the
credential (``probes/credential_chains/``).
"""

from __future__ import annotations

import re
from enum import StrEnum

from probes.model.note import Note
from probes.model.record import Record, replace
from probes.model.source import Source

REGION_NAME = re.compile(r"[a-z]{2,4}(?:-[a-z]{1,12}){1,3}-\d", re.ASCII)  # of AWS: us-east-1, us-gov-west-1


class StepStatus(StrEnum):
    """What became of one step of a chain."""

    WINS = "wins"
    SHADOWED = "shadowed"  # complete, but an earlier step wins
    ABSENT = "absent"
    INCOMPLETE = "incomplete"  # a part that the library demands is missing, such as the secret of an access key
    UNREADABLE = "unreadable"
    EXPIRED = "expired"
    EARLY = "early"  # not valid yet
    NOT_ASKED = "not asked"  # only a request, or another program, would tell; or nobody may ask here
    FAILED = "failed"  # asked, and refused or without an answer


class CredentialStep(Record):
    """One step of a chain, in the library's order.

    ``step`` is the vendor's name for it (``environment``, ``sso``, ``adc_file``), ``kind`` what it would give
    (``access_key``, ``session``, ``role``, ``token``, ``service_account``, …). ``source`` is its place: where the value
    stands, or where it would stand if the step is absent. ``expires`` is in seconds since 1970; 0 if unknown. ``hints``
    are names and values that are no secrets: profile, role, account, project, tenant, the address that is asked.
    ``why`` says what is wrong with the step, or why it was not asked.
    """

    step: str
    status: StepStatus
    source: Source | None = None
    kind: str = ""
    expires: float = 0.0
    hints: tuple[tuple[str, str], ...] = ()
    why: str | Note = ""


class CredentialChoice(Record):
    """A value that the library needs besides the credential: region, profile, project, location, tenant, scope.

    ``others`` are values of the same name that lost, each with its source.
    """

    name: str
    value: str
    source: Source
    others: tuple[tuple[str, Source], ...] = ()


class CredentialChain(Record):
    """The chain of one vendor (``aws``, ``google``, ``entra``) as its library would walk it on this machine.

    ``won`` is the index of the step at which the library stops, counted from 0: it gives the credential, or it fails
    and nothing behind it is looked at; -1 if there is none. Its status is WINS, or says what is wrong with it, or that
    only a request would tell. ``used`` is whether the chain gives the credential of the run; otherwise a key was given,
    and the chain is only shown.
    """

    vendor: str
    steps: tuple[CredentialStep, ...]
    won: int = -1
    choices: tuple[CredentialChoice, ...] = ()
    used: bool = True

    @property
    def winner(self) -> CredentialStep | None:
        """The step at which the library stops; None if no step has a credential."""
        return self.steps[self.won] if 0 <= self.won < len(self.steps) else None

    def choice(self, name: str) -> CredentialChoice | None:
        """Return the choice of this name, or None."""
        return next((one for one in self.choices if one.name == name), None)


class CredentialProblem(StrEnum):
    """The reason why no credential was obtained, or why it is of no use."""

    NO_LIBRARY = "no_library"  # the extra of this program is not installed
    NONE = "none"  # no step has one
    EXPIRED = "expired"
    EARLY = "early"
    INCOMPLETE = "incomplete"
    UNREADABLE = "unreadable"
    REFUSED = "refused"  # the vendor's token service refused to give one
    UNREACHABLE = "unreachable"  # the token service or the metadata address did not answer
    NEEDS_CONSENT = "needs_consent"  # it would start another program, which the user has not agreed to
    PROGRAM = "program"  # another program that gives it has failed
    RENEWAL = "renewal"  # a stored login would have to be renewed first, which only its own program does
    KEPT = "kept"  # by a part of the system that gives it to the vendor's own library alone
    CLOCK = "clock"  # the clock of this machine is wrong, so what it signed is not accepted
    NO_PROJECT = "no_project"  # the credential is there, but no place names the project that the address needs
    NO_LOCATION = "no_location"  # the same for the location, of a client without a default
    NEEDS_PERSON = "needs_person"  # somebody would have to type a code
    OTHER = "other"


class CredentialFacts(Record):
    """The credential that the run obtained, or the reason why it did not.

    ``account`` says whose it is, as far as that is no secret: an access key id in short form, a service account's
    address, a tenant. ``said`` are the words of the library or service, ``host`` the service that was asked.
    ``install`` is what to install, for NO_LIBRARY.
    """

    vendor: str
    step: str = ""
    kind: str = ""
    source: Source | None = None
    expires: float = 0.0
    account: str = ""
    problem: CredentialProblem | None = None
    said: str = ""
    host: str = ""
    install: str = ""


# What an asked step is then called, by what came of it; other problems say why it was not asked.
_CAME_OF_IT = {
    None: StepStatus.WINS,
    CredentialProblem.EXPIRED: StepStatus.EXPIRED,
    CredentialProblem.EARLY: StepStatus.EARLY,
    CredentialProblem.NONE: StepStatus.FAILED,  # an address that nobody answers at
    CredentialProblem.REFUSED: StepStatus.FAILED,
    CredentialProblem.UNREACHABLE: StepStatus.FAILED,
    CredentialProblem.PROGRAM: StepStatus.FAILED,
    CredentialProblem.CLOCK: StepStatus.FAILED,
}


def asked(chain: CredentialChain, facts: CredentialFacts | None) -> CredentialChain:
    """Return a chain whose winner has the status of what came of asking it, if the run did."""
    won = chain.winner
    if won is None or facts is None or facts.step != won.step or facts.problem not in _CAME_OF_IT:
        return chain
    if won.status not in (StepStatus.WINS, StepStatus.NOT_ASKED):
        return chain
    now = replace(won, status=_CAME_OF_IT[facts.problem])
    return replace(chain, steps=tuple(now if number == chain.won else one for number, one in enumerate(chain.steps)))
