"""How an answer reads for the next step: is there a route, is it about the key, would an SDK have taken it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from probes.model.exchange import Answer, Body, Exchange, Purpose
from probes.model.failure import Kind
from probes.protocols.errors import parse_json
from probes.protocols.protocol import spoken_in, wire, wires

# Words by which routers say that there is no such path (as against a model that is not there).
_NO_ROUTE = re.compile(
    r"invalid url|unknown[ _](?:request )?url|unexpected endpoint|page not found|no route|cannot (?:post|get)"
    r"|route .{0,80}not found|no static resource|not a valid (?:path|endpoint)|path not found|endpoint not found"
    r"|no such (?:route|path|endpoint)|resource not found|method not allowed|unsupported (?:path|endpoint)"
    r"|unknown endpoint|no route for that uri|could not route|requested url was not found"
    r"|missing authentication token",  # AWS API Gateway, of a path that it does not have
    re.IGNORECASE,
)
_MODEL_WORDS = re.compile(r"\bmodels?\b|deployment|endpoints? found|模型", re.IGNORECASE)
_KEY_WORDS = re.compile(
    r"api[ _-]?key|authoriz|authentic|x-api-key|credential|bearer|access token|invalid token|令牌|密钥|鉴权|登录",
    re.IGNORECASE,
)
_MISSING_WORDS = re.compile(
    r"missing|didn'?t provide|not provide|no (?:api[ _-]?key|auth|credential|token)|required"
    r"|not (?:received|present|found)|unregistered callers|未提供|缺少|please carry",
    re.IGNORECASE,
)


_FAULT = re.compile(
    r"\b(?:error|failed|failure|unavailable|no upstream|quota|exceeded|unauthori[sz]ed|timed? ?out)\b"
    r"|\binvalid (?:api )?key\b|错误|失败|余额|无效|不可用",
    re.IGNORECASE,
)
# A firewall's page, under whichever status: it stands before the routes and says nothing of them.
_FENCED = re.compile(
    r"request (?:was|has been|is) (?:blocked|rejected|denied)|requested url was rejected"
    r"|you have been blocked|attention required! ?\|"
    r"|<title>[^<]{0,30}(?:access denied|request blocked|just a moment)"
    r"|web application firewall|zscaler|zscloud\.net|fortiguard|netskope|forcepoint|深信服|被(?:拦截|阻断)|防火墙"
    r"|captive ?portal|wispaccessgatewayparam|(?:上网|网络|无线) ?认证|checking your browser before",
    re.IGNORECASE,
)
_FENCES = ("x-amzn-waf-action", "cf-mitigated", "x-vercel-mitigated")
# A platform's word that nothing stands behind this host name, whatever the path.
_VACANT = re.compile(
    r"err_ngrok_|faithfully yours, frp|endpoint .{0,80} is offline|deployment_not_found|no such app", re.I
)

REDIRECTS = (301, 302, 303, 307, 308)
KEEPING = (307, 308)  # method and body; all SDKs make a GET of the others (facts/sdk_facts.md section 4)
# The SDKs ask again, twice, after these (openai and anthropic, Python and Node: facts/sdk_facts.md section 5).
RETRIED = frozenset({408, 409, 429})


def no_route(found: Exchange) -> bool:
    """Whether the answer says that this path leads nowhere (and not that the model or the key does)."""
    if found.failure is not None or not found.status:
        return False
    if found.status in REDIRECTS:
        return not asks_login(found)
    if fenced(found) or vacant(found):
        return False
    words = found.reading.error.message if found.reading.error else found.response.text
    if found.response.body is Body.JSON and _NO_ROUTE.search(words[:2000]):
        return True
    if found.status in (404, 405, 501):
        if found.response.body is Body.JSON and found.reading.error is not None:
            bare = found.reading.error.message.strip().lower().rstrip(".!")
            if found.status == 404 and bare not in ("not found", "notfound", "404") and _MODEL_WORDS.search(words):
                return False
            return found.reading.error.code != "model_not_found" and "Model" not in found.reading.error.code
        return True
    if found.status == 200 and found.purpose.endpoint is not Purpose.MODELS:
        if found.response.body is Body.BINARY and found.header("content-encoding"):
            return False  # packed in a way that nobody here undoes: it may well be the API's
        if found.response.body in (Body.HTML, Body.EMPTY, Body.TEXT, Body.BINARY):
            return True
        return bool(found.reading.answer and found.reading.answer.problem in ("other_protocol", "foreign"))
    return False


def bare_refusal(found: Exchange) -> bool:
    """Whether a web server refuses with a page of its own, or without a word: no firewall's, and no API's."""
    wordless = found.reading.error is None and found.response.body is not Body.JSON
    return found.status in (401, 403) and wordless and not fenced(found) and not asks_login(found)


def bare_failure(found: Exchange) -> bool:
    """Whether a web server fails with a page of its own, or without a word: not an API that says what went wrong."""
    return found.status in (500, 502, 503, 504) and found.reading.error is None and found.response.body is not Body.JSON


def fenced(found: Exchange) -> bool:
    """Whether a firewall or a bot check answers in the API's place."""
    if found.status == 511 or any(found.header(name) for name in _FENCES):
        return True
    return found.response.body in (Body.HTML, Body.TEXT) and bool(_FENCED.search(found.response.text))


def vacant(found: Exchange) -> bool:
    """Whether a hosting platform or a tunnel says that nothing stands behind this host name."""
    return found.status in (404, 410) and bool(found.header("ngrok-error-code") or _VACANT.search(found.response.text))


def about_model(found: Exchange | None) -> bool:
    """Whether a refusal is about the model that was asked for, and not about the key or the path."""
    if (
        found is None
        or found.reading.error is None
        or found.status not in (400, 403, 404, 422, 500, 503)
        or no_route(found)
    ):
        return False
    words = f"{found.reading.error.code} {found.reading.error.message}"
    return bool(re.search(r"model|channel|渠道|模型|deployment", words, re.IGNORECASE)) and not _KEY_WORDS.search(words)


def tells_fault(answer: Answer) -> bool:
    """Whether a router tells its own fault in the assistant's place: no token was counted, and no OK was said."""
    counted = answer.prompt_tokens or answer.completion_tokens
    return not (counted or answer.problem or re.search(r"\bok\b", answer.text, re.I)) and bool(
        _FAULT.search(answer.text)
    )


def asks_login(found: Exchange) -> bool:
    """Whether a redirect leads to a page where somebody is to sign in: a gate before the API."""
    return found.redirection.target is not None and bool(found.redirection.target.gate)


def earns_key(found: Exchange) -> int:
    """How surely a keyless knock was at the right path: 2 surely, 1 perhaps, 0 not."""
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
    if found.response.body is Body.JSON and found.reading.error is not None:
        return (
            2 if found.status in (400, 401, 402, 403, 404, 409, 413, 415, 422, 429) else 1 if found.status >= 500 else 0
        )
    if found.status == 200:
        return 2 if found.reading.answer is not None and not found.reading.answer.problem else 0
    if found.status in (401, 422):
        return 1
    return 0


def refuses_key(found: Exchange) -> bool:
    """Whether the answer is about the credential."""
    if found.failure is not None or found.response.body is Body.HTML:
        return False
    if found.status in (401, 403, 407):
        return True
    words = found.reading.error.message if found.reading.error else found.response.text
    return found.status in (400, 500) and bool(_KEY_WORDS.search(words[:2000]))


def misses_key(found: Exchange) -> bool:
    """Whether the answer says that no credential came, or one in the wrong place."""
    words = found.reading.error.message if found.reading.error else found.response.text
    return refuses_key(found) and bool(_MISSING_WORDS.search(words[:2000]))


def passes(found: Exchange | None) -> bool:
    """Whether the SDK would have handed an answer to its caller."""
    if found is None or not found.ok:
        return False
    if found.purpose is Purpose.STREAM:
        reading = found.reading.stream
        return reading is not None and reading.flows and not reading.problem and reading.error is None
    return found.reading.answer is not None and not found.reading.answer.problem


def nearest(chat: Exchange | None, path_check: Exchange | None, listing: Exchange | None) -> Exchange | None:
    """Of one way of asking, the answer nearest to what the app would see.

    A knock without the key tells of the route alone: what it says of keys is said of none. A door that has no list is
    told by the knock.
    """
    if chat is not None:
        return chat
    if path_check is None or (
        listing is not None and listing.request.with_key and not no_route(path_check) and not no_route(listing)
    ):
        return listing
    return path_check


def transient(found: Exchange) -> bool:
    """Whether the SDK would ask again."""
    if found.failure is not None:
        begun = found.purpose is Purpose.STREAM and found.status  # a stream that broke is the caller's to ask again
        return found.failure.kind in (Kind.CLOSED, Kind.RESET, Kind.CUT) and not begun
    return found.status in RETRIED or found.status >= 500


def answer_of(found: Exchange) -> str:
    """The protocol whose whole answer this is; empty where it is none's, or too long to have been kept whole."""
    return spoken_in(parse_json(found.response.text)[1])


def served(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """The protocols that were seen to be served, by whatever was asked.

    A refused key alone proves no route: many doors look at the key first. It does where the error has the protocol's
    own shape, or where another path under the same head was refused as a path.
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
