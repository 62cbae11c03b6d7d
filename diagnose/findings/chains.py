"""What is wrong with a credential that a house's own chain gives (AWS, Google, Entra), before it is sent."""

from __future__ import annotations

from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings import stored_logins
from diagnose.findings.moments import moment, run_time
from diagnose.report import Seen, Severity, seen
from probes.model.credential import (
    CredentialChain,
    CredentialFacts,
    CredentialProblem,
    CredentialStep,
    StepStatus,
    asked,
)
from probes.model.listed import Listed
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.source import Source

# These say nothing about the user's settings: the app may well get the credential that this run did not ask for.
LEFT_OPEN = (
    CredentialProblem.NO_LIBRARY,
    CredentialProblem.NEEDS_CONSENT,
    CredentialProblem.RENEWAL,
    CredentialProblem.NEEDS_PERSON,
    CredentialProblem.KEPT,
)
# Steps whose credential is a login of a person, which a command renews.
LOGINS = ("sso", "login", "adc_file", "cli", "developer_cli", "powershell", "vscode")
DAY = 24 * 3600.0
_SHOWN = 8


def missing_credential(view: View, chain: CredentialChain) -> Claim | None:
    """Report a chain in which no step has a credential; None if one has, since other rules speak of it."""
    facts = view.credential
    none = facts is not None and facts.problem is CredentialProblem.NONE
    if (chain.winner is not None and not none) or view.works:
        return None
    if none and chain.winner is not None:  # it was asked, and nobody answered
        passed = tuple(
            replace(one, status=StepStatus.ABSENT) if number == chain.won else one
            for number, one in enumerate(chain.steps)
        )
        chain = replace(chain, steps=passed)
    return Claim(chain_lines(chain), values={"source": _places(chain)}, case=chain.vendor)


def _places(chain: CredentialChain) -> str:
    passed = (StepStatus.NOT_ASKED, StepStatus.SHADOWED)
    found = [one.source for one in chain.steps if one.source is not None and one.status not in passed]
    return Listed(list({str(one): one for one in found}.values())[:_SHOWN])


def chain_lines(chain: CredentialChain) -> tuple[Seen, ...]:
    """Return the lines of evidence about the steps of a chain that say anything: all but those that are absent."""
    told = [one for one in chain.steps if one.status is not StepStatus.ABSENT]
    lines = tuple(_line(chain, one) for one in told[:_SHOWN])
    absent = _places(chain) if not told else ""
    return (*lines, seen("searched", names=absent)) if absent else lines


def _line(chain: CredentialChain, step: CredentialStep) -> Seen:
    place: Source | str = step.source if step.source is not None else "–"
    name, status = note("chain_step", name=f"{chain.vendor}.{step.step}"), note("chain_status", name=step.status.value)
    return seen("chain_step", name=(name,), status=(status,), place=place)


def _problem(view: View, *problems: CredentialProblem) -> CredentialFacts | None:
    facts = view.credential
    return facts if facts is not None and facts.problem in problems else None


def _evidence(view: View, facts: CredentialFacts) -> tuple[str | Seen, ...]:
    lines: list[str | Seen] = []
    chain = view.chain
    if chain is not None and (won := asked(chain, facts).winner) is not None:
        lines.append(_line(chain, won))
    if facts.expires:
        lines.append(seen("token_expires", not_after=moment(facts.expires)))
    return (*lines, facts.said) if facts.said else tuple(lines)


def _values(view: View, facts: CredentialFacts) -> dict[str, str | Note | Source]:
    won = view.chain.winner if view.chain is not None else None
    why = won.why if won is not None else ""
    found: dict[str, str | Note | Source] = {
        "product": note("house", name=facts.vendor),
        "place": facts.source if facts.source is not None else "",
        "expires": moment(facts.expires) if facts.expires else "",
        "address": facts.host,
        "said": facts.said or (why if facts.problem is CredentialProblem.UNREADABLE else ""),
        "command": facts.install,
    }
    return {name: value for name, value in found.items() if value}


def _claim(view: View, facts: CredentialFacts | None, case: str = "") -> Claim | None:
    return Claim(_evidence(view, facts), values=_values(view, facts), case=case) if facts is not None else None


def _extra_missing(view: View) -> Claim | None:
    return _claim(view, _problem(view, CredentialProblem.NO_LIBRARY))


def _no_credential(view: View) -> Claim | None:
    facts = _problem(view, *(one for one in CredentialProblem if one not in _ELSEWHERE))
    severity = Severity.WARNING if facts is not None and facts.problem in LEFT_OPEN else None
    if facts is None or facts.problem is None:
        return stored_logins.unsent(view)
    case = facts.problem.value if facts.problem in _CASES else ""
    won = view.chain.winner if view.chain is not None else None
    if won is not None and isinstance(won.why, Note) and won.why.name == "aws_empty_key":
        case = "empty_key"
    return Claim(_evidence(view, facts), values=_values(view, facts), severity=severity, case=case)


def _login_expired(view: View) -> Claim | None:
    """Report a login that has expired, or, as a warning, one that expires within a day."""
    if (claim := stored_logins.expired(view)) is not None:
        return claim
    facts = view.credential
    chain, now = view.chain, run_time(view)
    if facts is not None and facts.problem is CredentialProblem.EXPIRED and _is_login(facts):
        why = chain.winner.why if chain is not None and chain.winner is not None else ""
        never = isinstance(why, Note) and why.name == "aws_never_signed_in"
        return _claim(view, facts, "never" if never else "")
    if chain is None or not chain.used or chain.winner is None or chain.winner.step not in LOGINS or not now:
        return None
    login = chain.winner
    if not 0 < login.expires - now < DAY or dict(login.hints).get("renews"):
        return None
    evidence = (_line(chain, login), seen("token_expires", not_after=moment(login.expires)))
    values = {"expires": moment(login.expires), "place": login.source or ""}
    return Claim(evidence, severity=Severity.WARNING, values=values, case="soon")


def _is_login(facts: CredentialFacts) -> bool:
    return facts.step in LOGINS or facts.kind == "user"


def expired_credential(view: View) -> Claim | None:
    """Report a credential of a chain, other than a login, that has expired or is not valid yet."""
    facts = _problem(view, CredentialProblem.EXPIRED, CredentialProblem.EARLY)
    if facts is None or _is_login(facts):
        return None
    return _claim(view, facts, "chain_early" if facts.problem is CredentialProblem.EARLY else "chain")


_CASES = (
    CredentialProblem.NEEDS_CONSENT,
    CredentialProblem.RENEWAL,
    CredentialProblem.NEEDS_PERSON,
    CredentialProblem.KEPT,
    CredentialProblem.CLOCK,
    CredentialProblem.NO_PROJECT,
    CredentialProblem.NO_LOCATION,
    CredentialProblem.REFUSED,
    CredentialProblem.UNREACHABLE,
    CredentialProblem.PROGRAM,
    CredentialProblem.INCOMPLETE,
)
_ELSEWHERE = (
    CredentialProblem.NO_LIBRARY,
    CredentialProblem.NONE,
    CredentialProblem.EXPIRED,
    CredentialProblem.EARLY,
)

RULES = (
    Rule("auth.login_expired", Severity.ERROR, "auth", _login_expired, "settings"),
    Rule("auth.no_credential", Severity.ERROR, "auth", _no_credential, "settings"),
    Rule("run.extra_missing", Severity.WARNING, "auth", _extra_missing, "machine"),
)
