"""Classify a response: does the path exist, is it about the key, would an SDK have accepted it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.api.upstream_errors import upstream_of
from probes.model.exchange import Answer, Body, Exchange, Purpose
from probes.model.exchange_memo import once_an_exchange
from probes.model.failure import Kind
from probes.model.settings import ExtraHeader
from probes.protocols.errors import parse_json, stated_status
from probes.protocols.names import NAMES
from probes.protocols.protocol import spoken_in, wire, wires

# The patterns are compiled when they are first used (`re` keeps them): a sound check needs few of them.
# How routers say that a path does not exist (and not that a model does not).
_NO_ROUTE = (
    r"invalid url|unknown[ _](?:request )?url|unexpected endpoint|page not found|no route|cannot (?:post|get)"
    r"|route .{0,80}not found|no static resource|not a valid (?:path|endpoint)|path not found|endpoint not found"
    r"|no such (?:route|path|endpoint)|resource not found|method not allowed|unsupported (?:path|endpoint)"
    r"|unknown endpoint|no route for that uri|could not route|requested url was not found"
    r"|missing authentication token"  # AWS API Gateway says this of an unknown path
)
_MODEL_WORDS = r"\bmodels?\b|deployment|endpoints? found|模型"
# What a gateway may not find instead of a path: whoever serves the model.
_SUPPLY_WORDS = (
    r"\b(?:provider|channel|worker|backend)s?_not_found\b|(?:unknown|invalid|no such) (?:provider|channel|backend)\b"
    r"|\b(?:provider|channel|worker|backend)\b.{0,60}(?:not (?:found|exist|configured|registered)|does not exist)"
)
_KEY_WORDS = (
    r"api[ _-]?key|authoriz|authentic|x-api-key|credential|bearer|access token|invalid token|令牌|密钥|鉴权|登录"
)
_MISSING_WORDS = (
    r"missing|didn'?t provide|not provide|no (?:api[ _-]?key|auth|credential|token)|required"
    r"|not (?:received|present|found)|unregistered callers|未提供|缺少|please carry"
)


_FAULT = (
    r"\b(?:error|failed|failure|unavailable|no upstream|quota|exceeded|unauthori[sz]ed|timed? ?out)\b"
    r"|\binvalid (?:api )?key\b|错误|失败|余额|无效|不可用"
)
# How an API says that it serves this model, or everything, under another path.
_ELSEWHERE = (
    r"(?:does not|doesn.t|not) support (?:the |this )?[`'\"]?/?[\w/.-]{1,60}[`'\"]? (?:api|endpoint|path|route)\b"
    r"|(?:endpoint|path|route|api) (?:has |was |is )?(?:been )?(?:moved|retired|replaced|deprecated)"
    r"|\b(?:use|call|moved to|replaced (?:by|with)|superseded by|available at|served (?:at|under)|switch to|upgrade to"
    r"|migrate to) (?:the )?(?:(?:new|api|path|endpoint|route) ){0,2}[`'\"]?(?:(?:GET|POST) )?"
    r"(?:https?://[\w.:-]{1,80})?/[\w/.-]{2,80}"
    r"|(?:请使用|请改用|迁移到|迁移至)\s?(?:https?://[\w.:-]{1,80})?/[\w/.-]{2,80}"
)
# A firewall's page, with any status. The firewall answers before the router, so the page says nothing about paths.
_FENCED = (
    r"request (?:was|has been|is) (?:blocked|rejected|denied)|requested url was rejected"
    r"|you have been blocked|attention required! ?\|"
    r"|<title>[^<]{0,30}(?:access denied|request blocked|just a moment)"
    r"|web application firewall|zscaler|zscloud\.net|fortiguard|netskope|forcepoint|深信服|被(?:拦截|阻断)|防火墙"
    r"|captive ?portal|wispaccessgatewayparam|(?:上网|网络|无线) ?认证|checking your browser before"
)
_FENCES = ("x-amzn-waf-action", "cf-mitigated", "x-vercel-mitigated")
# How a hosting platform says that nothing is deployed under a host name; it holds for every path.
_VACANT = r"err_ngrok_|faithfully yours, frp|endpoint .{0,80} is offline|deployment_not_found|no such app"

# How a server says that it does not serve a protocol or an endpoint, whatever the model.
_NO_REASON = r"(?i)\W{0,3}(?:403\W{1,3})?(?:forbidden|access denied|permission denied)\W{0,3}"
# A protocol that this model does not speak; the same model may be served by another one.
_NOT_BY_MODEL = (
    r"\b(?:responses?|messages|chat[ /]?completions?|anthropic|gemini|generatecontent) (?:api|endpoint|protocol|format)"
    r" (?:is |are )?not (?:yet |currently )?(?:supported|available|enabled)"
    r" (?:for|by|with|on) (?:this |the |that )?model\b"
    r"|\bonly (?:supports?|serves?|accepts?|speaks?|exposes?|implements?) (?:the )?(?:openai|anthropic|google)?"
    r"(?:.s)? ?(?:v1/)?(?:chat[ /]?completions?|messages api|responses api|generatecontent)\b"
)
_UNSERVED = (
    r"convert_request_failed|\bnot[ _]?(?:yet )?implemented\b|\bunimplemented\b|\bapi is (?:currently )?not supported"
    r"|\b(?:responses?|messages|chat[ /]?completions?|anthropic|claude|gemini|openai|ollama)(?: \w{1,12})?"
    r" (?:api|endpoint|protocol|format|route|interface|request)s?\b.{0,30}not (?:yet |currently )?"
    r"(?:supported|implemented|available|enabled)"
    r"|(?:does not|doesn.t|do not|not) (?:yet |currently )?support(?:ed)? (?:the )?"
    r"(?:openai |anthropic |claude |google )?(?:responses?|messages|chat[ /]?completions?|anthropic|gemini)"
    r" (?:api|endpoint|protocol|format)"
    r"|\b(?:endpoint|route|protocol|interface|api(?! (?:version|key)))\b.{0,40} not (?:yet |currently )?"
    r"(?:supported|implemented|enabled)"
    r"|unsupported[ _](?:api|endpoint|protocol|(?:api |request )?format|path|route)\b"
    r"|(?:unsupported|unknown|invalid) (?:operation|method|call|action)\b.{0,12}"
    r"\b(?:create)?(?:responses?|messages|chat|generatecontent)(?:[._]?\w{1,20}){0,2}\b"
    r"|\b(?:create\w{3,30}|chatcomplete|messages(?:counttokens)?) is not supported by \w"
    r"|\bprovider '?undefined'? not found"  # Claude Code Router reads the model on its own protocol's path only
    r"|(?:接口|协议|格式|端点).{0,12}(?:不支持|未实现|未开放)|(?:不支持|未实现).{0,12}(?:接口|协议|格式|端点)"
)

REDIRECTS = (301, 302, 303, 307, 308)
KEEPING = (307, 308)  # keep method and body; all SDKs turn the others into a GET (facts/sdk_facts.md section 4)
# The SDKs retry twice after these (openai and anthropic, Python and Node: facts/sdk_facts.md section 5).
RETRIED = frozenset({408, 409, 429})


def leads_nowhere(found: Exchange) -> bool:
    """Check whether a gateway forwards this path to a server that does not know it."""
    upstream = upstream_of(found)
    return upstream is not None and bool(re.search(_NO_ROUTE, upstream.text[:2000], re.IGNORECASE))


def _is_signed(found: Exchange) -> bool:
    """Check whether requests of this protocol are signed, or have the credential of a house's chain."""
    name = found.attempt.protocol
    return name in NAMES and bool(wire(name).credential)


@once_an_exchange
def no_route(found: Exchange) -> bool:
    """Check whether the response says that the path does not exist (and not that the model or the key is wrong)."""
    if found.failure is not None or not found.status:
        return False
    if found.status in REDIRECTS:
        return not asks_login(found)
    if fenced(found) or vacant(found):
        return False
    words = found.reading.error.message if found.reading.error else found.response.text
    if upstream_of(found) is not None:
        return False  # the path exists, and what lies behind it failed
    if "missing authentication token" in words[:2000].lower() and _is_signed(found):
        return False  # Bedrock itself says it of a request without a credential
    if found.response.body is Body.JSON and re.search(_NO_ROUTE, words[:2000], re.IGNORECASE):
        return True
    status = told_status(found)
    if status in (404, 405, 410, 501):
        if found.response.body is Body.JSON and found.reading.error is not None:
            bare = found.reading.error.message.strip().lower().rstrip(".!")
            if (
                status in (404, 410)
                and bare not in ("not found", "notfound", "404")
                and re.search(_MODEL_WORDS, words, re.IGNORECASE)
            ):
                return False
            if names_model(found):
                return False
            if re.search(_SUPPLY_WORDS, f"{found.reading.error.code} {words[:500]}", re.IGNORECASE):
                return False
            return found.reading.error.code != "model_not_found" and "Model" not in found.reading.error.code
        return True
    if found.status == 200 and found.purpose.endpoint is not Purpose.MODELS:
        if found.reading.error is not None and found.response.body is not Body.HTML:
            return False  # an error inside a success
        if found.response.body is Body.BINARY and found.header("content-encoding"):
            return False  # an encoding that we cannot decode: it may be the API's answer
        if found.response.body in (Body.HTML, Body.EMPTY, Body.TEXT, Body.BINARY):
            return True
        return bool(found.reading.answer and found.reading.answer.problem in ("other_protocol", "foreign"))
    return False


def names_model(found: Exchange) -> bool:
    """Check whether an error quotes the model that was asked for, so that the path was found and the request read."""
    model, error = found.attempt.model or "", found.reading.error
    return error is not None and len(model) > 3 and model in error.message[:2000] and model not in found.request.path


def sends_elsewhere(found: Exchange) -> bool:
    """Check whether an API refuses this route for this model, or says that it has moved to another."""
    error = found.reading.error
    return found.status in (400, 404, 405, 410, 421, 422) and bool(
        error is not None and re.search(_ELSEWHERE, error.message[:2000], re.IGNORECASE)
    )


def told_status(found: Exchange) -> int:
    """Return the status of a response; for an error inside a success, the status that the error names, else 200."""
    error = found.reading.error
    return (stated_status(error) or found.status) if found.ok and error is not None else found.status


def unserved(found: Exchange | None, *, forbidden: bool = False) -> bool:
    """Check whether the response says that this protocol or endpoint is not served here, or not for this model.

    ``forbidden``: also with 403, which may mean the key instead, so that only another protocol that works proves it.
    """
    if found is None or found.failure is not None or fenced(found) or found.response.body is Body.HTML:
        return False
    if told_status(found) not in (400, 404, 405, 415, 422, 500, 501, 503, *((403,) if forbidden else ())):
        return False
    error = found.reading.error
    words = f"{error.code} {error.type} {error.message}" if error is not None else found.response.text
    if re.search(_NOT_BY_MODEL, words[:2000], re.IGNORECASE):
        return True
    return bool(re.search(_UNSERVED, words[:2000], re.IGNORECASE)) and not re.search(
        _MODEL_WORDS, words[:2000], re.IGNORECASE
    )


def bare_refusal(found: Exchange) -> bool:
    """Check whether a server refused without a reason: with a page, an empty body, or JSON that says ``Forbidden``.

    A firewall or a sign-in page is none.
    """
    error = found.reading.error
    wordless = error is None and found.response.body is not Body.JSON
    if error is not None and found.status == 403 and not error.code:
        wordless = re.fullmatch(_NO_REASON, error.message) is not None
    return found.status in (401, 403) and wordless and not fenced(found) and not asks_login(found)


def bare_failure(found: Exchange) -> bool:
    """Check whether a web server failed, with a page or an empty body: not an API that says what went wrong."""
    return found.status in (500, 502, 503, 504) and found.reading.error is None and found.response.body is not Body.JSON


@once_an_exchange
def fenced(found: Exchange) -> bool:
    """Check whether a firewall or a bot check answered instead of the API."""
    if found.status == 511 or any(found.header(name) for name in _FENCES):
        return True
    return found.response.body in (Body.HTML, Body.TEXT) and bool(
        re.search(_FENCED, found.response.text, re.IGNORECASE)
    )


def vacant(found: Exchange) -> bool:
    """Check whether a hosting platform or a tunnel says that nothing is deployed under this host name."""
    return found.status in (404, 410) and bool(
        found.header("ngrok-error-code") or re.search(_VACANT, found.response.text, re.IGNORECASE)
    )


def about_model(found: Exchange | None) -> bool:
    """Check whether a refusal is about the requested model, and not about the key or the path."""
    if (
        found is None
        or found.reading.error is None
        or found.status not in (400, 403, 404, 422, 500, 503)
        or no_route(found)
    ):
        return False
    words = f"{found.reading.error.code} {found.reading.error.message}"
    return bool(re.search(r"model|channel|渠道|模型|deployment", words, re.IGNORECASE)) and not re.search(
        _KEY_WORDS, words, re.IGNORECASE
    )


def hosted(name: str) -> bool:
    """Check whether a local server passes requests for this model on to its maker's cloud, as Ollama does.

    Source: Ollama's names of cloud models, such as ``gpt-oss:120b-cloud`` and ``glm-4.6:cloud``.
    """
    return name.endswith(("-cloud", ":cloud"))


def tells_fault(answer: Answer) -> bool:
    """Check whether a router reports an error as the assistant's text: no token was counted, and the text has no OK."""
    counted = answer.prompt_tokens or answer.completion_tokens
    return not (counted or answer.problem or re.search(r"\bok\b", answer.text, re.I)) and bool(
        re.search(_FAULT, answer.text, re.IGNORECASE)
    )


def asks_login(found: Exchange) -> bool:
    """Check whether a redirect leads to a sign-in page in front of the API."""
    return found.redirection.target is not None and bool(found.redirection.target.gate)


def earns_key(found: Exchange) -> int:
    """Grade how surely a keyless path check found the right path: 2 certainly, 1 possibly, 0 not."""
    if found.failure is not None or not found.status or no_route(found):
        return 0
    if found.reading.models is not None:
        return 2
    spoken = wire(found.attempt.protocol)
    if spoken.proven_by_list:
        return 0
    error = found.reading.error
    if spoken.own_errors and error is not None and error.shape != spoken.error_shape:
        return 1 if found.status in (400, 401, 403, 422, 429) else 0
    if found.response.body is Body.JSON and found.reading.error is not None and found.status >= 300:
        return (
            2 if found.status in (400, 401, 402, 403, 404, 409, 413, 415, 422, 429) else 1 if found.status >= 500 else 0
        )
    if found.status == 200:
        if found.reading.error is not None:
            return 1 if refuses_key(found) else 0  # such a server may answer every path in this way
        return 2 if found.reading.answer is not None and not found.reading.answer.problem else 0
    if found.status in (401, 422):
        return 1
    return 0


def refuses_key(found: Exchange) -> bool:
    """Check whether the response refuses the credential."""
    if found.failure is not None or found.response.body is Body.HTML:
        return False
    status, error = told_status(found), found.reading.error
    if status in (401, 403, 407):
        return True
    words = error.message if error else found.response.text
    return (status in (400, 500) or (found.ok and error is not None)) and bool(
        re.search(_KEY_WORDS, words[:2000], re.IGNORECASE)
    )


def may_be_header(found: Exchange) -> bool:
    """Check whether the server may have refused the request because of a header that the client added to it.

    A limit, a fault of the server and a path that does not exist have other reasons.
    """
    if found.failure is not None or found.status < 400 or no_route(found) or fenced(found):
        return False
    quota = found.status == 429 and found.reading.error is not None and "quota" in found.reading.error.code
    return quota or (found.status not in RETRIED and found.status < 500)


def got_further(before: Exchange | None, after: Exchange | None) -> bool:
    """Check whether a server that refused the credential accepts it in a later request, even if that fails too."""
    if before is None or after is None or after.failure is not None:
        return False
    accepted = passes(after) or (after.status in (402, 404, 422, 429) and not no_route(after))
    return accepted and refuses_key(before)


def blamed(found: Exchange, headers: Iterable[ExtraHeader]) -> bool:
    """Check whether the response names one of these headers, or the account that it selects (``organization``)."""
    error = found.reading.error
    said = f"{error.code} {error.message}" if error is not None else found.response.text[:2000]
    words = re.sub(r"[^a-z0-9]+", "-", said.lower().replace("organisation", "organization"))
    return any(_named_in(one.name.lower(), words) for one in headers)


def _named_in(name: str, words: str) -> bool:
    bare = re.sub(r"[^a-z0-9]+", "-", name)
    account = next((part for part in ("organization", "project", "workspace", "beta") if part in bare), None)
    return bare in words or (account is not None and account in words)


def misses_key(found: Exchange) -> bool:
    """Check whether the response says that no credential arrived, or one in the wrong place."""
    words = found.reading.error.message if found.reading.error else found.response.text
    return refuses_key(found) and bool(re.search(_MISSING_WORDS, words[:2000], re.IGNORECASE))


def passes(found: Exchange | None) -> bool:
    """Check whether the SDK would have returned an answer to its caller."""
    if found is None or not found.ok:
        return False
    if found.purpose is Purpose.STREAM:
        reading = found.reading.stream
        flows = reading is not None and (reading.flows or reading.read)
        return reading is not None and flows and not reading.problem and reading.error is None
    return found.reading.answer is not None and not found.reading.answer.problem


def nearest(chat: Exchange | None, path_check: Exchange | None, listing: Exchange | None) -> Exchange | None:
    """Return the exchange of one attempt that is closest to what the app would see.

    A path check proves the route only: it carries no key, so what its response says about keys means nothing. It is
    returned if no list was requested with the key, or if either of the two paths does not exist.
    """
    if chat is not None:
        return chat
    if path_check is None or (
        listing is not None and listing.request.with_key and not no_route(path_check) and not no_route(listing)
    ):
        return listing
    return path_check


def transient(found: Exchange) -> bool:
    """Check whether the SDK would retry."""
    if found.failure is not None:
        begun = found.purpose is Purpose.STREAM and found.status  # the SDKs do not retry a stream that has begun
        return found.failure.kind in (Kind.CLOSED, Kind.RESET, Kind.CUT) and not begun
    return found.status in RETRIED or found.status >= 500


def answer_of(found: Exchange) -> str:
    """Return the protocol whose complete answer the body is; empty if it is none, or was too long to be kept whole."""
    return spoken_in(parse_json(found.response.text)[1])


def served(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """Return the protocols that the host was seen to serve, from all exchanges with it.

    A refused key alone does not prove a route, because many servers check the key first. It does if the error has the
    protocol's own shape, or if another path with the same first segment was refused as unknown.
    """
    asked = list(exchanges)
    unrouted = {_head(one) for one in asked if no_route(one) and not one.request.with_key}
    proven = {one.attempt.protocol for one in asked if _serves(one, unrouted)}
    return tuple(one.name for one in wires() if one.name in proven)


def _serves(found: Exchange, unrouted: set[str]) -> bool:
    if found.purpose.endpoint is Purpose.MODELS or found.failure is not None or not found.status or no_route(found):
        return False
    if found.ok:
        return passes(found) or (found.purpose is Purpose.PATH and found.reading.models is not None)
    if found.reading.error is None or found.status >= 500 or not earns_key(found):
        return False
    spoken, error = wire(found.attempt.protocol), found.reading.error
    if error.shape in {one.error_shape for one in wires() if one.error_shape}:
        return error.shape == spoken.error_shape
    if spoken.error_words:
        return re.search(spoken.error_words, error.message) is not None
    refused = found.status in (401, 403)
    return _head(found) in unrouted if refused else not spoken.own_errors


def _head(found: Exchange) -> str:
    return found.request.path.strip("/").partition("/")[0]
