"""http.redirected: what this app's client does with a redirect, and which server receives the key.

All SDKs follow redirects. After 301, 302 and 303 they turn a POST into a GET. To another origin they drop
`Authorization`, but send every other header, and after 307 and 308 the prompt too (facts/sdk_facts.md section 4 and
table T4). Only the Azure clients protect `api-key`: the Python client drops it (openai 3.30, openai/lib/azure.py,
`_strip_azure_api_key_on_redirect`; 3.0 did not), the Node client follows no redirect (openai 7.57, azure.js).
"""

from __future__ import annotations

from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.url import settings_of
from diagnose.report import Seen, Severity, seen
from probes.api.response_checks import KEEPING, REDIRECTS, asks_login, passes
from probes.model.attempt import Auth, Change
from probes.model.exchange import Exchange, Redirect
from probes.model.record import replace

_NO_REDIRECTS = "openai-node"  # only if the key is in `api-key`
_DROPS_API_KEY = ("openai-sdk", _NO_REDIRECTS)


def client_name(view: View) -> str:
    """Return the name of the client whose behaviour decides, as people know it."""
    return view.client.name if view.client is not None else view.evidence.target.app


def redirect_lines(view: View, exchange: Exchange) -> tuple[str | Seen, ...]:
    """Return lines that name the target of a redirect and what this app's client sends there of the request."""
    target = exchange.redirection.target
    if target is None or not target.url:
        return (seen("redirect_nowhere"),)
    app, header = client_name(view), _header(exchange)
    lines: list[str | Seen] = [seen("redirect_to", location=target.url)]
    if _follows_none(view, exchange):
        return (*lines, seen("redirect_not_followed", app=app))
    if target.loops:
        return (*lines, seen("redirect_loop", app=app))
    if exchange.status not in KEEPING:
        lines.append(seen("redirect_get", app=app, status=exchange.status))
    if target.origin == "same":
        return tuple(lines)
    if view.settings.key_given and not _keeps_key(view, exchange, target):
        lines.append(seen("redirect_key_lost", app=app, header=header, host=target.host))
        if exchange.attempt.auth is Auth.API_KEY:
            lines.append(seen("redirect_key_older", app=app))
    if _key_travels(view, exchange, target):
        lines.append(seen("redirect_key_travels", app=app, header=header, host=target.host))
    if exchange.status in KEEPING and _unknown_server(exchange, target):
        lines.append(seen("redirect_prompt_travels", host=target.host))
    if _in_plaintext(exchange, target) and (exchange.status in KEEPING or _key_travels(view, exchange, target)):
        lines.append(seen("redirect_in_the_clear"))
    return tuple(lines)


def _header(exchange: Exchange) -> str:
    """Return the name of the header that holds the key."""
    return "Authorization" if exchange.attempt.auth is Auth.BEARER else exchange.attempt.auth.value


def _keeps_key(view: View, exchange: Exchange, target: Redirect) -> bool:
    """Check whether the client sends the key to the target of the redirect."""
    if exchange.attempt.auth in (Auth.NONE, Auth.QUERY):
        return target.origin == "same"
    app = view.evidence.target.app
    if exchange.attempt.auth is Auth.API_KEY:
        return target.origin == "same" or app not in _DROPS_API_KEY
    if exchange.attempt.auth is not Auth.BEARER or target.origin == "same":
        return True
    # httpx keeps `Authorization` on a redirect from http to https of the same host on the default ports
    # (httpx2/_client.py, `_is_https_redirect`); fetch and reqwest drop it.
    return target.origin == "upgrade" and view.client is not None and view.client.stack == "httpx"


def _follows_none(view: View, exchange: Exchange) -> bool:
    """Check whether the client follows no redirect at all."""
    return exchange.attempt.auth is Auth.API_KEY and view.evidence.target.app == _NO_REDIRECTS


def _unknown_server(exchange: Exchange, target: Redirect) -> bool:
    """Check whether the target may be a server other than the configured one, or may be reached in plaintext."""
    upgraded = target.same_host and exchange.request.url.startswith("http:") and target.url.startswith("https:")
    return target.origin == "other" and not upgraded


def _in_plaintext(exchange: Exchange, target: Redirect) -> bool:
    return exchange.request.url.startswith("https:") and target.url.startswith("http:")


def _key_travels(view: View, exchange: Exchange, target: Redirect) -> bool:
    """Check whether the key reaches a server that the settings do not name. Clients drop only `Authorization`."""
    keyed = exchange.attempt.auth in (Auth.X_API_KEY, Auth.API_KEY, Auth.X_GOOG_API_KEY)
    return (
        view.settings.key_given
        and keyed
        and bool(target.url)
        and _unknown_server(exchange, target)
        and _keeps_key(view, exchange, target)
    )


def _followed(view: View) -> Claim | None:
    """Report a redirect that this run followed as the SDKs do."""
    chat = view.deep.chat if view.deep is not None else None
    if chat is None or not chat.redirection.followed:
        return None
    known_url = bool(chat.redirection.moved_to)
    follows_none = _follows_none(view, chat)
    line = f"{chat.request.method} {chat.request.url} → {', '.join(chat.redirection.followed)}"
    to = chat.redirection.followed[-1]
    return Claim(
        (line, seen("redirect_not_followed", app=client_name(view)) if follows_none else ""),
        severity=None if follows_none else Severity.WARNING,
        values={"location": "" if to.startswith("/") else to, "better_url": chat.redirection.moved_to},
        settings=settings_of(replace(chat.attempt, base_url=chat.redirection.moved_to)) if known_url else None,
        verified=known_url and passes(chat),
    )


def _redirected(view: View) -> Claim | None:
    exchange = view.first.told if view.first is not None else None
    if exchange is None or exchange.status not in REDIRECTS:
        return _followed(view)
    if asks_login(exchange):
        return None
    target, better = exchange.redirection.target, view.better
    redirect_fixed = better is not None and Change.REDIRECT in better.changed
    survives = (
        target is not None
        and exchange.status in KEEPING
        and not _unknown_server(exchange, target)
        and _keeps_key(view, exchange, target)
        and not _follows_none(view, exchange)
        and redirect_fixed
        and view.works
    )
    return Claim(
        (line_of(exchange), *redirect_lines(view, exchange)),
        severity=Severity.WARNING if survives else None,
        values={"location": target.url if target else "", "better_url": better.base_url if better else ""},
        settings=settings_of(better) if better else None,
        verified=view.works and better is not None,
        case="key_travels" if target is not None and _key_travels(view, exchange, target) else "",
    )


RULES = (Rule("http.redirected", Severity.ERROR, "http", _redirected, "relay"),)
