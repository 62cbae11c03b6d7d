"""Check whether a token belongs to a provider, by what it says about itself."""

from __future__ import annotations

from fnmatch import fnmatchcase

from probes.catalog.door import Door
from probes.keys.credential_kinds import Issuer
from probes.keys.tokens import audience_host, bare_audience
from probes.model.key_shape import LOGINS, SOMETIMES, Fit
from probes.model.value_issues import KeyFit, KeyMatch, Token


def fit_jwt(
    token: Token, issuer: Issuer | None, door: Door, host: str, own: bool, matches: tuple[KeyMatch, ...], day: str = ""
) -> KeyFit | None:
    """Return how a JWT fits a known provider; None if its claims do not tell.

    ``own``: the provider's own keys have the form of a JWT.
    """
    if issuer is None:
        here = any(audience_host(one) in (host, *door.hosts) for one in token.audience)
        if own or here or not door.keys:
            return None
        return KeyFit(Fit.WRONG_KIND, "jwt", matches)
    login_claims = set(issuer.login_claims) & set(token.carries)
    if door.id in issuer.sometimes and not login_claims and issuer.provenance.begun(day):
        return KeyFit(Fit.WRONG_KIND, SOMETIMES, matches)
    elsewhere = issuer.company not in ("", door.company)
    if door.id not in issuer.taken_by:
        # A token for this very host that it does not take as a key: workload identity exchanges such a one.
        here = any(audience_host(one) in (host, *door.hosts) for one in token.audience)
        fit = Fit.WRONG_KIND if here or issuer.kind in LOGINS else Fit.WRONG_AUDIENCE
        return KeyFit(fit, issuer.kind, matches, certain=True, elsewhere=elsewhere)
    wanted = issuer.audience_of(door.id)
    if wanted is None or not token.audience:
        return KeyFit(Fit.FITS, matches=matches)
    said = [bare_audience(one) for one in token.audience]
    if any(fnmatchcase(one, like) for one in said for like in wanted.aud):
        return KeyFit(Fit.FITS, matches=matches, get=wanted.get)
    # An audience may also be an id that nobody outside its house can look up.
    sure = all(audience_host(one) or bare_audience(one) in issuer.foreign for one in token.audience)
    return KeyFit(Fit.WRONG_AUDIENCE, issuer.kind, matches, certain=sure, get=wanted.get)


def fit_region(token: Token, region: str, matches: tuple[KeyMatch, ...], door: Door) -> KeyFit | None:
    """Return OTHER_REGION if the token was made for another region than the host's, else None."""
    if not token.region or not region or token.region == region:
        return None
    return KeyFit(Fit.OTHER_REGION, door.id, matches, certain=True)
