"""What the shape of a key shows: the fit and the confidence.

This module holds enums alone, so that ``explain`` imports no more.
"""

from __future__ import annotations

from enum import StrEnum

MASK = "[key]"  # stands for each known secret in scrubbed text


class Confidence(StrEnum):
    """The confidence that a key belongs to a provider, by its shape; the highest first."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


# Tokens of a person's login, of a web page or of a program that runs in a pipeline: no model API takes them as a key.
LOGINS = ("oauth", "session", "sso_token", "ci_token", "cookie")

# More kinds of credentials: a key of a kind that its provider no longer accepts, and an access token that may be that
# of a service account, which is accepted as a key, or that of a login.
ENDED = "ended_key"
SOMETIMES = "login_or_service"


class Fit(StrEnum):
    """Whether a key belongs to a provider, by its shape alone."""

    FITS = "fits"
    OTHER_DOOR = "other_door"  # it belongs to another company
    OTHER_REGION = "other_region"  # it belongs to the same company, as do the next two
    OTHER_PLAN = "other_plan"
    OTHER_RESOURCE = "other_resource"
    WRONG_KIND = "wrong_kind"  # a credential that no model API accepts as a key
    WRONG_AUDIENCE = "wrong_audience"  # a token that was made for another audience, or by an issuer not accepted here
    TRUNCATED = "truncated"  # too short, or much too long
    OFFICIAL_ELSEWHERE = "official_elsewhere"  # it belongs to a known provider, but the host is unknown
    UNLIKELY = "unlikely"  # several providers use the shape, but this one does not
    UNKNOWN = "unknown"
    NO_KEY = "no_key"
