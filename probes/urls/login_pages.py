"""Recognise sign-in pages and captive portals by their URL.

``login`` is a page where a person signs in (single sign-on, an access gateway); ``portal`` is the page of a hotel, an
airport or a guest network that blocks all traffic until the user has accepted its terms.
"""

from __future__ import annotations

import re

LOGIN, PORTAL = "login", "portal"

_PORTAL = (
    r"captive|wispr|wifidog|hot-?spot|coovachilli|eportal|ac_portal|guest-?(?:portal|wifi|login)|/splash\b"
    r"|//(?:[\w-]+\.)*(?:portal|wlan|wi-?fi|guest)\.|[?&](?:redirurl|userurl|wlanuserip|wlanacname|ap_?mac|uamip|nasid"
    r"|continue_url|switch_url)="
)
# Cloudflare Access, Entra, Google (IAP too), Okta, Auth0, oauth2-proxy, Authelia, authentik, Keycloak, Cognito behind
# AWS' load balancers, Pomerium, Ory, Zitadel, Dex, CAS, ADFS.
_LOGIN = (
    r"//(?:[\w-]+\.)*(?:auth|sso|idp|login|signin|keycloak|authentik|authelia|authenticate|accounts|adfs)\."
    r"|cloudflareaccess\.com|/cdn-cgi/access/|microsoftonline|okta(?:preview)?\.com|auth0\.com|amazoncognito\.com"
    r"|[?&](?:rd|rurl|return_?to|redirect_?ur[il]|pomerium_redirect_uri|continue)=(?:https?:|https?%3a|/|%2f)"
    r"|/oauth2?/|/realms/|/saml|saml2?\b|/\.pomerium/|/outpost\.goauthentik\.io/|/self-service/|/adfs/|/cas/login"
    r"|/sso\b|[/.](?:log|sign)[-_]?in\b|authelia|authentik|keycloak|[?&]response_type=code"
)


def gate(location: str) -> str:
    """Return ``portal`` or ``login`` for the target URL of a redirect, or an empty string."""
    if re.search(_PORTAL, location, re.IGNORECASE):
        return PORTAL
    return LOGIN if re.search(_LOGIN, location, re.IGNORECASE) else ""
