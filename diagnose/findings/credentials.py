"""What a credential says about itself, and where else a refused key may be from."""

from __future__ import annotations

import re

from diagnose.advice.old_facts import key_facts_are_old
from diagnose.evidence.rule import Claim
from diagnose.evidence.view import View
from diagnose.findings.api import said
from diagnose.findings.chains import expired_credential
from diagnose.findings.moments import moment, run_time
from diagnose.report import Seen, seen
from probes.model.facts import DoorFacts, SisterSite
from probes.model.key_shape import Fit
from probes.model.listed import Listed
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.value_issues import Token

_REFUSALS = ("auth.rejected", "auth.expired", "auth.header_lost", "key.wrong_audience", "key.wrong_kind")
_SKEW = 60.0  # seconds by which clocks may differ
_READ = 1000  # characters of what a server says in which it names an audience
_NAMED_AUDIENCE = re.compile(r"audience is incorrect \((https?://[\w.-]{4,80})", re.ASCII | re.IGNORECASE)
_COMMAND = "az account get-access-token --resource https://{}"
# Fits at which the key may still belong to a sister site.
OPEN_FITS = (Fit.FITS, Fit.UNKNOWN, Fit.OFFICIAL_ELSEWHERE)


def refused(view: View) -> bool:
    """Check whether the server refused the key itself."""
    return view.key_good is False and view.match is not None and view.match.code in _REFUSALS


def expected_sure(view: View, certain: bool) -> bool:
    """Check whether a mismatch of the key's form is sure: the form proves it, or the server refused the key.

    Providers change the forms of their keys, so what nobody has looked at for long proves nothing by itself.
    """
    return (certain and not key_facts_are_old(view)) or refused(view)


def token_of(view: View) -> Token | None:
    """Return what the key says about itself if it is a token, else None."""
    return view.door.key.token if view.door is not None else None


def token_lines(token: Token) -> tuple[Seen, ...]:
    """Return the lines of evidence about a token: its issuer, audience, region and validity."""
    lines = []
    if token.issuer or token.house:
        lines.append(seen("token_issuer", issuer=token.house or token.issuer))
    if token.audience:
        lines.append(seen("token_audience", names=Listed(token.audience)))
    if token.region:
        lines.append(seen("token_region", detail=token.region))
    if token.expires:
        lines.append(seen("token_expires", not_after=moment(token.expires)))
    return tuple(lines)


def values_of(door: DoorFacts) -> dict[str, str]:
    """Return the values for the words about a credential."""
    key, token = door.key, door.key.token
    values = {"house": key.house, "own_region": key.region, "wanted": key.head}
    values |= {"ended": key.ended, "successor": key.successor}
    if key.get:
        values["token_command"] = key.get
    if door.match.id is None:
        values["console"] = key.console
    if token is not None:
        values |= {
            "issuer": token.house or token.issuer,
            "audience": Listed(token.audience),
            "expires": moment(token.expires) if token.expires else "",
            "region": token.region,
        }
    return {name: value for name, value in values.items() if value}


def wrong_audience(view: View) -> Claim | None:
    """Report a token that was made for another audience, or by an issuer that the provider does not accept."""
    door, match = view.door, view.match
    if door is None or view.key_good:
        return None
    answer = (str(view.said()),) if match is not None and match.code == "key.wrong_audience" else ()
    token, wanted = door.key.token, named_audience(view)
    values = values_of(door)
    if door.key.fit is Fit.WRONG_AUDIENCE and token is not None:
        sure = expected_sure(view, door.key.certain)
    elif answer:
        sure = True
    elif wanted:
        made_for = _audiences(view)
        if not made_for or wanted in map(_bare, made_for) or (token and _outside_its_time(token, run_time(view))):
            return None
        sure, answer = True, (str(view.said()),)
        values |= {"audience": Listed(made_for), **_command(view)}
    elif token is not None and door.key.fit is Fit.UNKNOWN and refused(view) and token.audience:
        if _outside_its_time(token, run_time(view)):
            return None  # which explains the refusal, whatever the token is for
        if not all(_is_elsewhere(audience, door.host.name) for audience in token.audience):
            return None
        sure = True
    else:
        return None
    lines = token_lines(token) if token is not None else ()
    return Claim((*lines, *answer), sure=sure, values=values)


def named_audience(view: View) -> str:
    """Return the audience that Azure's refusal of a token names, without its scheme; empty if it names none.

    Azure says so too where the token has only expired: see :func:`_audiences`.
    """
    if view.match is None or view.match.code != "auth.rejected":
        return ""
    found = _NAMED_AUDIENCE.search(view.said()[:_READ])
    return _bare(found[1]) if found is not None else ""


def _command(view: View) -> dict[str, str]:
    """Return the command that gets a token for the audience that Azure names, for the words about a token."""
    wanted = named_audience(view)
    return {"token_command": _COMMAND.format(wanted)} if wanted else {}


def _bare(audience: str) -> str:
    return audience.lower().partition("://")[2].rstrip("/") or audience.lower()


def _audiences(view: View) -> tuple[str, ...]:
    """Return what the token was made for: as a pasted one says itself, or as the scope of the chain says."""
    token, chain = token_of(view), view.chain
    if token is not None:
        return token.audience
    scope = chain.choice("scope") if chain is not None and chain.used else None
    return (scope.value.removesuffix("/.default"),) if scope is not None else ()


def _is_elsewhere(audience: str, host: str) -> bool:
    """Check whether an audience is a URL of another domain than the host's. An audience may also be just a name."""
    scheme, separator, rest = audience.lower().partition("://")
    named = rest.partition("/")[0].partition(":")[0].split(".") if separator and scheme in ("http", "https") else []
    return len(named) > 1 and named[-2:] != host.lower().split(".")[-2:]


def expired(view: View) -> Claim | None:
    """Report a token that has expired, or is not valid yet, by the clock of the run; else what the server says."""
    if (claim := expired_credential(view)) is not None:
        return claim
    token, now = token_of(view), run_time(view)
    door = view.door
    if token is None or door is None or view.key_good or not now:
        return said("auth.expired")(view)
    values = {**_command(view), **values_of(door)}
    if case := _outside_its_time(token, now):
        if case == "early":
            values["expires"] = moment(token.not_before)
        return Claim((*token_lines(token), seen("clock", name=moment(now))), values=values, case=case)
    claim = said("auth.expired")(view)
    if claim is None:
        return None
    values["expires"] = ""  # by this clock it has not
    return replace(claim, case=claim.case or "token", values={**values, **claim.values})


def _outside_its_time(token: Token, now: float) -> str:
    """Return the case of ``auth.expired`` for a token that is not valid at this moment; empty if it may be valid."""
    if not now:
        return ""
    if 0 < token.expires < now - _SKEW:
        return "bedrock" if token.form == "bedrock" else "token"
    return "early" if token.not_before > now + _SKEW else ""


def candidates(view: View) -> tuple[SisterSite, ...]:
    """Return the sister sites from which a refused key may be; empty if its shape says that it is not theirs."""
    door = view.door
    if door is None or door.key.fit not in OPEN_FITS or not refused(view):
        return ()
    return apart(door.match.sister_sites)


def apart(sister_sites: tuple[SisterSite, ...]) -> tuple[SisterSite, ...]:
    """Return one site for each other set of keys: those that might accept a key that was refused here."""
    first: dict[str, SisterSite] = {}
    for one in sister_sites:
        if not one.same_keys:
            first.setdefault(one.keys or one.url, one)
    return tuple(first.values())


def sites(found: tuple[SisterSite, ...]) -> str:
    """Write sites with their base URLs: ``SiliconFlow (cn): https://api.siliconflow.cn/v1; …``."""
    return Listed((Listed((one.name, one.url), ": ") for one in found), "; ")


def only(found: tuple[SisterSite, ...]) -> dict[str, object] | None:
    """Return the setting that leads to a site if there is just one, else None: nothing tells which one is right."""
    return {"base_url": found[0].url} if len(found) == 1 else None


def rejected(view: View) -> Claim | None:
    """Report a refused key, with what its form and the provider's other sites make likely."""
    claim = said("auth.rejected")(view)
    door = view.door
    if claim is None or claim.case or door is None:
        return claim
    if (token := token_of(view)) is not None and _outside_its_time(token, run_time(view)):
        return None  # auth.expired says why the server refuses it
    values = {**_command(view), **values_of(door), **claim.values}
    if found := candidates(view):
        values["sites"] = sites(found)
        return replace(claim, values=values, settings=claim.settings or only(found), case="sites")
    if door.key.token is not None and door.key.token.form == "jwt":
        return replace(claim, evidence=(*claim.evidence, *token_lines(door.key.token)), values=values, case="token")
    if door.key.region and door.key.fit is Fit.FITS:
        return replace(claim, values=values, case="region")
    return claim


def upstream(view: View) -> Claim | None:
    """Report a relay whose own key was refused, with the key that it quotes if that is how it was told."""
    claim = said("auth.upstream")(view)
    match = view.match
    if claim is None or match is None or not match.values.get("other_key"):
        return claim
    hint = view.evidence.target.key_hint or ""
    return replace(
        claim, evidence=(*claim.evidence, seen("other_key", detail=match.values["other_key"], key_hint=hint))
    )


def credential_values(door: DoorFacts) -> dict[str, str | Note]:
    """Return the values for the words about a credential that is not an API key."""
    # An unknown host has keys of its own: the page of the credential's house does not help there.
    return {**values_of(door), "credential": note(f"credential_{door.key.note}"), "console": door.match.console}
