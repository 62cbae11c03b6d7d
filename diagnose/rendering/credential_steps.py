"""The steps of a house's credential chain, in words: where its library looks, what is there, and which step wins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from diagnose.rendering.report_parts import source_text, word
from diagnose.report import CredentialView
from diagnose.words import part, spoken
from probes.model.credential import StepStatus
from probes.model.login import StoredLogin


def step_name(name: str, lang: str) -> str:
    """Return the words for a step such as ``aws.sso``; its name if a saved run has one that is not known."""
    names: dict[str, str] = part(lang, "chains").STEPS
    return names.get(name, name)


def credential_steps(found: CredentialView, lang: str) -> Iterator[tuple[str, str, str, str, bool]]:
    """Yield the name, label, text and place of each step, then of the region, project and the like that were chosen.

    The last part of each says whether it is the step that wins, or a choice.
    """
    chain, got = found.chain, found.obtained
    words = part(lang, "chains")
    for number, step in enumerate(chain.steps):
        wins = number == chain.won
        kind = words.KINDS.get(step.kind, step.kind)
        winner = words.NEXT if step.status is StepStatus.NOT_ASKED else words.WINNER
        said = [winner if wins and chain.used else "", words.STATUS[step.status], kind]
        said += [f"{words.HINTS.get(name, name)} {value}" for name, value in step.hints]
        expires = (got.expires if wins and got is not None else 0.0) or step.expires
        if wins and got is not None and got.account and got.account not in dict(step.hints).values():
            said.append(got.account)
        if expires:
            said.append(words.EXPIRES.format(moment=_moment(expires)))
        if step.why:
            said.append(spoken(step.why, lang))
        text = word(lang, "comma").join(one for one in said if one)
        place = source_text(step.source, lang)
        label = step_name(f"{chain.vendor}.{step.step}", lang)
        yield step.step, label, text, place, wins
    for one in chain.choices:
        label = words.CHOICES.get(one.name, one.name)
        text, place = one.value, source_text(one.source, lang)
        if one.others:  # each value stands beside its own place
            losers = [value + word(lang, "aside", text=source_text(source, lang)) for value, source in one.others]
            text += word(lang, "aside", text=place) + words.LOSERS.format(others=word(lang, "comma").join(losers))
            place = ""
        yield one.name, label, text, place, True


def login_text(login: StoredLogin, lang: str) -> str:
    """Return what is known about a login that an app has stored: kind, host, validity, what takes its place."""
    words = part(lang, "chains")
    said = [word(lang, f"login.{login.kind}"), login.plan, word(lang, "login.for", host=login.host or "?")]
    if login.expires:
        said.append(words.EXPIRES.format(moment=_moment(login.expires)))
    if login.renews:
        said.append(word(lang, "login.renews"))
    lost = login.overridden
    said.append(
        word(lang, "login.overridden", source=source_text(lost, lang)) if lost is not None else word(lang, "login.kept")
    )
    return word(lang, "comma").join(filter(None, said))


def _moment(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError, OSError):  # a saved run may hold any number
        return "?"
