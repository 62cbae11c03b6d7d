"""http.redirected: what this app's client would make of a redirect, and who would get to see the key.

All SDKs follow redirects. They make a GET of a POST after 301, 302 and 303; to another origin they drop `Authorization`
and hand on every other header, and the question after 307 and 308 (facts/sdk_facts.md section 4 and table T4). Azure's
clients alone have learned to keep `api-key`: Python's drops it there (openai 3.30, openai/lib/azure.py,
`_strip_azure_api_key_on_redirect`; 3.0 did not), Node's follows no redirect (openai 7.57, azure.js).
"""

from __future__ import annotations

from dataclasses import replace

from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.url import settings_of
from diagnose.report import Seen, Severity, seen
from probes.api.response_checks import KEEPING, REDIRECTS, asks_login, passes
from probes.model.attempt import Auth, Change
from probes.model.exchange import Exchange, Redirect

_STAYS = "openai-node"  # with a key in `api-key`
_LEARNED = ("openai-sdk", _STAYS)


def hand_on(view: View, told: Exchange) -> tuple[str | Seen, ...]:
    """Where the answer leads, and what of the request this app's client would take there, line by line."""
    leads = told.redirection.target
    if leads is None or not leads.url:
        return (seen("redirect_nowhere"),)
    app, header = view.evidence.target.app, _header(told)
    lines: list[str | Seen] = [seen("redirect_to", location=leads.url)]
    if _stays(view, told):
        return (*lines, seen("redirect_not_followed", app=app))
    if leads.loops:
        return (*lines, seen("redirect_loop", app=app))
    if told.status not in KEEPING:
        lines.append(seen("redirect_get", app=app, status=told.status))
    if leads.origin == "same":
        return tuple(lines)
    if view.settings.key_given and not _keeps_key(view, told, leads):
        lines.append(seen("redirect_key_lost", app=app, header=header, host=leads.host))
        if told.attempt.auth is Auth.API_KEY:
            lines.append(seen("redirect_key_older", app=app))
    if _key_travels(view, told, leads):
        lines.append(seen("redirect_key_travels", app=app, header=header, host=leads.host))
    if told.status in KEEPING and _strange(told, leads):
        lines.append(seen("redirect_prompt_travels", host=leads.host))
    if _in_the_clear(told, leads) and (told.status in KEEPING or _key_travels(view, told, leads)):
        lines.append(seen("redirect_in_the_clear"))
    return tuple(lines)


def _header(told: Exchange) -> str:
    """The header in which the key stands."""
    return "Authorization" if told.attempt.auth is Auth.BEARER else told.attempt.auth.value


def _keeps_key(view: View, told: Exchange, leads: Redirect) -> bool:
    """Whether the client asks there with the key."""
    if told.attempt.auth in (Auth.NONE, Auth.QUERY):
        return leads.origin == "same"
    app = view.evidence.target.app
    if told.attempt.auth is Auth.API_KEY:
        return leads.origin == "same" or app not in _LEARNED
    if told.attempt.auth is not Auth.BEARER or leads.origin == "same":
        return True
    # httpx keeps `Authorization` from http to https of one host on the usual ports (httpx2/_client.py,
    # `_is_https_redirect`); fetch and reqwest do not.
    return leads.origin == "upgrade" and view.client is not None and view.client.stack == "httpx"


def _stays(view: View, told: Exchange) -> bool:
    """Whether the client follows no redirect at all."""
    return told.attempt.auth is Auth.API_KEY and view.evidence.target.app == _STAYS


def _strange(told: Exchange, leads: Redirect) -> bool:
    """Whether somebody else than the configured server may stand there, or listen on the way."""
    upgraded = leads.same_host and told.request.url.startswith("http:") and leads.url.startswith("https:")
    return leads.origin == "other" and not upgraded


def _in_the_clear(told: Exchange, leads: Redirect) -> bool:
    return told.request.url.startswith("https:") and leads.url.startswith("http:")


def _key_travels(view: View, told: Exchange, leads: Redirect) -> bool:
    """Whether the key reaches somebody whom the settings do not name: any header but `Authorization` goes along."""
    keyed = told.attempt.auth in (Auth.X_API_KEY, Auth.API_KEY, Auth.X_GOOG_API_KEY)
    return (
        view.settings.key_given
        and keyed
        and bool(leads.url)
        and _strange(told, leads)
        and _keeps_key(view, told, leads)
    )


def _followed(view: View) -> Claim | None:
    """A redirect that was followed, as the SDKs follow it."""
    chat = view.deep.chat if view.deep is not None else None
    if chat is None or not chat.redirection.followed:
        return None
    straight = bool(chat.redirection.moved_to)
    stays = _stays(view, chat)
    line = f"{chat.request.method} {chat.request.url} → {', '.join(chat.redirection.followed)}"
    return Claim(
        (line, seen("redirect_not_followed", app=view.evidence.target.app) if stays else ""),
        severity=None if stays else Severity.WARNING,
        values={"location": chat.redirection.followed[-1], "better_url": chat.redirection.moved_to},
        settings=settings_of(replace(chat.attempt, base_url=chat.redirection.moved_to)) if straight else None,
        verified=straight and passes(chat),
    )


def _redirected(view: View) -> Claim | None:
    told = view.first.told if view.first is not None else None
    if told is None or told.status not in REDIRECTS:
        return _followed(view)
    if asks_login(told):
        return None
    leads, better = told.redirection.target, view.better
    mended = better is not None and Change.REDIRECT in better.changed
    survives = (
        leads is not None
        and told.status in KEEPING
        and not _strange(told, leads)
        and _keeps_key(view, told, leads)
        and not _stays(view, told)
        and mended
        and view.works
    )
    return Claim(
        (line_of(told), *hand_on(view, told)),
        severity=Severity.WARNING if survives else None,
        values={"location": leads.url if leads else "", "better_url": better.base_url if better else ""},
        settings=settings_of(better) if better else None,
        verified=view.works and better is not None,
        case="key_travels" if leads is not None and _key_travels(view, told, leads) else "",
    )


RULES = (Rule("http.redirected", Severity.ERROR, "http", _redirected, "relay"),)
