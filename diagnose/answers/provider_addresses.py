"""Whose an address is, by the built-in catalogue and by its domain.

Doors that a user has added do not count, so that the same evidence is judged alike on every machine.
"""

from __future__ import annotations

import re
from functools import cache

from probes.catalog.door import Door
from probes.catalog.doors import Doors, builtin, facts_date, informed_builtin
from probes.model.shown_url import split_shown

_SHARED = frozenset(("com", "co", "net", "org", "gov", "edu", "ac"))  # of a country: `com.cn`
# Domains under which anybody may have a name, so that two names show no common owner.
_HOSTING = frozenset(
    """
    vercel.app netlify.app workers.dev pages.dev hf.space github.io gitlab.io herokuapp.com fly.dev onrender.com
    railway.app run.app web.app firebaseapp.com appspot.com ngrok.io ngrok.app ngrok.dev trycloudflare.com loca.lt
    azurewebsites.net azurecontainerapps.io azure-api.net cloudapp.azure.com amazonaws.com cloudfront.net aliyuncs.com
    myqcloud.com tencentcs.com googleapis.com azure.com api.aws modal.run replit.app repl.co deno.dev render.com
    duckdns.org sealos.run zeabur.app ts.net
    """.split()  # noqa: SIM905 -- names are easier to read in lines
)


def built_in_doors() -> Doors:
    """Return the built-in doors, with what an installed bundle of facts says about them."""
    return informed_builtin()


@cache
def own_doors() -> Doors:
    """Return the built-in doors alone: an address that a report proposes as a setting is one of theirs."""
    return Doors(builtin())


def date_of_facts() -> str:
    """Return the date (ISO 8601) of the facts by which a report is judged."""
    return facts_date()


def house_of(url: str) -> Door | None:
    """Return the known door whose API, console or web site has this address, or None."""
    host = host_of(url)
    if not host:
        return None
    path, doors = split_shown(url).path, built_in_doors()
    return doors.of_host(host, None, path) or doors.website_of(host, path)


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; empty if it has none."""
    try:
        return (split_shown(url).hostname or "").lower()
    except ValueError:
        return ""


def domain_of(host: str) -> str:
    """Return the part of a host that one owner registers: ``example.com`` of ``eu.api.example.com``."""
    labels = host.rstrip(".").split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        return host
    wide = labels[-2] in _SHARED and len(labels[-1]) == 2
    domain = ".".join(labels[-3:] if wide else labels[-2:])
    return host if domain in _HOSTING else domain


_OF_A_PLAN = r"\bcod(?:e|ing)\b"  # glm-4.7 and others are sold with a plan and without one


def plan_of(model: str, base_url: str, protocol: str = "") -> dict[str, str]:
    """Return ``model_plan`` and ``model_plan_url`` of the coding plan that alone has this model; empty if there is none
    or if the base URL is already one of its own.
    """
    if not re.search(_OF_A_PLAN, model):
        return {}
    plans = [door for door in own_doors() if door.kind == "subscription" and door.small_model == model]
    here = host_of(base_url) if base_url else ""
    for door in sorted(plans, key=lambda door: here not in door.hosts):  # the plan of the same site first
        urls = [one for one in door.base_urls(protocol or "openai") if "{" not in one]
        if not urls or any(base_url.startswith(one.base_url) for one in door.endpoints):
            return {}
        return {"model_plan": door.name, "model_plan_url": urls[0]}
    return {}
