"""The steps that a server's own answer asks for, in the reader's language.

A server may be hostile. An address of the same provider is given as its answer names it; any other is called the
server's own claim. Nothing here is requested, and no fix is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from diagnose.advice.houses import belongs_to_target, quotes_upstream
from diagnose.answers.named_steps import NamedStep, is_manual, may_answer, written
from diagnose.answers.provider_addresses import host_of, house_of
from diagnose.evidence.lines import sentence
from probes.api.remedies import Remedy, message_of, remedies
from probes.model.shown_url import split_shown
from probes.urls.url_flaws import examine_url

if TYPE_CHECKING:
    from diagnose.evidence.view import View


def remedy_steps(view: View, code: str, lang: str, proven: Mapping[str, object] | None = None) -> tuple[NamedStep, ...]:
    """Return the steps that the failed response asks for, if the finding ``code`` is about that response.

    If the run has ``proven`` settings, a step is left only if its value is one of them.
    """
    message = answer_of(view)
    fitting = [
        one
        for one in remedies(message)
        if may_answer(code, one) and (_is_news(one, view) if proven is None else one.value in proven.values())
    ]
    page = _acting_page(fitting, view)
    if page:
        fitting = [one for one in fitting if one.value != page]
    said = sentence(" ".join(message.split())[:200])
    return written(
        (
            ("page_foreign" if worded[0] == "page_foreign" else one.kind, *worded)
            for one in fitting
            for worded in _worded(one, view, page)
        ),
        said,
        lang,
    )


def _acting_page(found: list[Remedy], view: View) -> str:
    """Return the page of the target's own provider on which the user can do what the answer asks for; empty if none."""
    if not any(one.kind == "ask" and one.value != "pull" for one in found):
        return ""
    pages = (one.value for one in found if one.kind == "page")
    return next((page for page in pages if belongs_to_target(page, view) and not is_manual(page)), "")


def answer_of(view: View) -> str:
    """Return the message of the response that the findings are about; empty if there is none."""
    exchange = view.subject or (view.first.told if view.first is not None else None)
    return message_of(exchange) if exchange is not None else ""


def named_values(view: View) -> dict[str, str]:
    """Return the page of the target's own provider and the header that the answer names, for slots of words."""
    found = {one.kind: one.value for one in remedies(answer_of(view))}
    page = found.get("page", "")
    values = {
        "page": page if page and belongs_to_target(page, view) and not is_manual(page) else "",
        "wanted_header": found.get("header", ""),
    }
    return {name: value for name, value in values.items() if value}


def upstream_named(view: View) -> bool:
    """Check whether a relay's answer names the address of its own provider: the request that failed is the relay's."""
    exchange = view.subject
    named = (
        [one for one in remedies(message_of(exchange)) if one.kind in ("url", "host")] if exchange is not None else []
    )
    return any(quotes_upstream(_base_url(one, view), view) for one in named)


def named_base_url(view: View) -> str:
    """Return the base URL that the answer names for these requests, if it is one of the same provider; else empty."""
    exchange = view.subject
    for one in remedies(message_of(exchange)) if exchange is not None else ():
        if one.kind in ("url", "host") and (url := _base_url(one, view)) and belongs_to_target(url, view):
            return url
    return ""


_CHAT_HINT = r"(?i)not a chat model.{0,100}did you mean to use v1/completions"
_PAY = r"(?i)\b(?:purchase|buy|credits?|top[ -]?up|recharge|billing|raise|upgrade)\b|充值|购买|续费"
_ASK_PEOPLE = r"(?i)\b(?:contact|support|mode|disable|close|go to|visit|page|at https?)\b|联系|关闭|前往|页面"
_OLD = r"(?i)instruct|davinci|babbage|curie|\bada\b|base"


def hints_at_completions(view: View) -> bool:
    """Check whether OpenAI's words name ``v1/completions`` for a model that is not served there.

    It says so for every model that does not chat. Only models of 2023 are served there; the others, such as
    ``gpt-5.2-codex``, by the Responses API (https://platform.openai.com/docs/models, November 2026).
    """
    said = " ".join(view.said()[:600].split())
    return bool(re.search(_CHAT_HINT, said)) and not re.search(_OLD, view.model or "")


def _is_news(remedy: Remedy, view: View) -> bool:
    """Check that the remedy is not what the settings already have, nor a page that the steps name anyway."""
    if remedy.kind == "model":
        return remedy.value != view.model and any(sign.isdigit() or sign == "-" for sign in remedy.value)
    if remedy.kind in ("url", "host"):
        return bool(_base_url(remedy, view))
    if remedy.kind == "path" and hints_at_completions(view):
        return False
    if remedy.kind == "request" and view.match is not None and view.match.code == "quota.exhausted":
        # The finding's own step says so too, and names the page.
        known = view.door is not None and bool(view.door.match.console)
        return not (known and re.search(_PAY, remedy.value) and not re.search(_ASK_PEOPLE, remedy.value))
    if remedy.kind == "page":
        console = view.door.match.console if view.door is not None else ""
        if view.match is not None and view.match.code == "quota.exhausted":
            return console != remedy.value  # a console has one page for keys and another one for money
        same = console and host_of(console) == host_of(remedy.value)
        return not (same and view.match is not None and view.match.code == "auth.rejected")
    return True


def _worded(remedy: Remedy, view: View, page: str) -> Iterator[tuple[str, str]]:
    """Yield the name of the step's words and the value that they show; ``page`` is where the user can do it."""
    if remedy.kind == "state":
        return  # the finding's own steps name it in their conditions
    if remedy.kind == "ask":
        yield (f"ask_{remedy.value}_page", page) if page else (f"ask_{remedy.value}", remedy.value)
    elif remedy.kind in ("url", "host"):
        url = _base_url(remedy, view)
        if not quotes_upstream(url, view):
            yield "url" if belongs_to_target(url, view) else "url_foreign", url
    elif remedy.kind == "page":
        house = house_of(remedy.value)
        if belongs_to_target(remedy.value, view):
            yield "page", remedy.value
        elif house is None:  # a page of another known provider is quoted from an answer that is not meant for the user
            yield "page_foreign", remedy.value
    elif remedy.kind == "request":
        yield "request", sentence(remedy.value)
    else:
        yield remedy.kind, remedy.value


def _base_url(remedy: Remedy, view: View) -> str:
    """Return the base URL for the app; empty if it is the present one, or no address for a key (plain HTTP)."""
    present = view.evidence.target.base_url or ""
    if remedy.kind == "host":
        try:
            url = split_shown(present)._replace(scheme="https", netloc=remedy.value).geturl() if present else ""
        except ValueError:
            return ""
    else:
        url = examine_url(remedy.value, view.evidence.target.protocol).mended or ""
    url = url.rstrip("/")
    return "" if not url.startswith("https://") or url == present.rstrip("/") else url
