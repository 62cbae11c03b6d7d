"""Read from an error message what its server asks the client to do: another address, a page, a header, a model.

The words are a server's own, known or not, and nothing here trusts them: values are bounded, plain ASCII, and only
shown. A step says that the value comes from the server; no request follows from it, except to the configured host.
"""

from __future__ import annotations

import re

from probes.catalog.text_pattern import TextPattern
from probes.model.exchange import Body, Exchange
from probes.model.named_tuple import NamedTuple

READ = 2048  # characters of a message that are read
_NEAR = 70  # characters before an address in which its verb is sought
_AFTER = 24  # characters after it: "… instead"

_URL = TextPattern(
    r"(?i)https?://[A-Za-z0-9][A-Za-z0-9.-]{2,99}(?::\d{1,5})?(?:[/?#][A-Za-z0-9\-._~:/?#&=%+@!$]{0,200})?"
)
# A host without a scheme; file names and model ids (`gpt-5.4`, `config.json`) end otherwise.
_TLD = (
    r"(?:com|ai|io|dev|net|org|cn|co|app|cloud|sh|me|tech|xyz|eu|us|aws|chat|top|site|run|so|gg|cc|uk|de|jp|sg|hk|in"
    r"|internal|corp|lan|example)"
)
_HOST = TextPattern(
    rf"(?i)(?<![\w.@/:-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.){{1,5}}{_TLD}(?![\w-]|\.\w)"
)
# Verbs before an address to which requests belong.
_CALL = TextPattern(
    r"(?i)(?:make|send|direct|route)\b.{0,30}\brequests?\b|\buse\b|\busing\b|\bcall\b|\btry\b|switch(?:ed)? to"
    r"|mov(?:e|ed|ing)\b"
    r"|migrat\w{1,5} to|point\w{0,3} (?:to|at)|replaced (?:by|with)"
    r"|(?:now|available|hosted|located|served) at|base[ _-]?url"
    r"|\bendpoint\b|\bhost(?:name)?\b"
    r"|请使用|请改用|改用|切换|迁移|更换为|替换为|变更为|接口地址|请求地址|域名"
)
_PAGE = TextPattern(
    r"(?i)\bvisit\w{0,3}\b|\bgo(?:ing)? to\b|\bsee\b|\bcheck\b|\brefer\b|\bread\b|\bdocs?\b|documentation"
    r"|\benabl\w{1,4}\b|\bverif\w{1,4}\b"
    r"|\bmanage\b|\baccept\b|\btop[ -]?up\b|\badd\b|\bhere\b|\bfind\b|\blearn\b|\binfo\w{0,8}\b"
    r"|\blog ?in(?:to)?\b|\bsign ?(?:in|up)\b"
    r"|\bapply\b|\bactivat\w{1,4}\b|\bupgrade\b|\bcreate\b|\bconfigure\b|\bsettings?\b|\brequest access\b|\bat:? ?$"
    r"|访问|前往|请到|详见|参考|查看|登录|开通|充值|认证|绑定|申请|文档"
)
# Verbs before the name of a site without a scheme, which people open.
_OPEN = TextPattern(r"(?i)(?:\blog ?in(?:to)?|\bsign ?in(?: at| to)?|\bvisit|\bgo to|\bopen|访问|前往|登录):? ?$")
_STRONG = TextPattern(
    r"(?i)(?:make|send|direct|route)\b.{0,30}\brequests?\b.{0,20}$"
    r"|\b(?:must|should|please|have to|has to|need to) (?:call|use|contact|connect to)(?: the)?(?: host)?:? ?$"
    r"|\brequests?\b.{0,20}\b(?:sent|made|directed) to:? ?$|base[ _-]?url\b.{0,20}$|接口地址.{0,10}$"
    r"|请求地址.{0,10}$"
)
# Parts of an address that is for people, and of one that is for programs.
_FOR_PEOPLE = TextPattern(
    r"(?i)(?:^|[./-])(?:docs?|console|platform|dashboard|settings|billing|account|login|manual|help|support|status"
    r"|blog|www|github|aka)(?:[./?#-]|$)"
)
_FOR_PROGRAMS = TextPattern(
    r"(?i)(?:^|[./-])(?:api\w{0,3}|router|gateway|inference|llm|aiplatform|v\d\w{0,5}|openai|chat/completions"
    r"|messages|responses|completions)(?:[./?#-]|$)"
)

# Endpoints of other tasks than chat: no base URL.
_OTHER_TASK = TextPattern(
    r"(?i)/(?:images|audio|videos?|embeddings|rerank|moderations|files|batches|fine[_-]tun\w{1,6})(?:/|$)"
)
_HEADER = (
    r"[`'\"“]?(?P<header>(?:[xX]-[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30}){0,5}"
    r"|[A-Z][A-Za-z]{2,20}(?:-[A-Z][A-Za-z]{1,20}){1,4}|[a-z]{2,16}-[a-z]{2,16}-[a-z]{2,16}))[`'\"”]?"
)
_HEADERS = (
    TextPattern(
        rf"(?i:missing|requires?|required|must (?:include|contain|set|send|have|pass)|without|lacks?|needs?|add"
        rf"|set|provide|pass|send|include|specify|supply|expect(?:s|ed)?)"
        rf"(?: (?:a|an|the|your|required|valid|request|custom|http|header|either|or|of)){{0,4}}:? {_HEADER}"
    ),
    TextPattern(
        rf"{_HEADER}[,:]?(?: request| http)? ?(?:header)?(?: field)? (?:missing|required|(?:is |was |must be "
        rf"|has to be )(?:required|missing|mandatory|expected|absent|needed|set|present|provided|sent"
        rf"|not (?:found|set|present|provided"
        rf"|sent)))"
    ),
    TextPattern(rf"\b[Nn]o (?:valid )?{_HEADER} (?:header )?(?:in|on|with|was|found|present|sent)\b"),
    TextPattern(rf"\b(?:correct|right|valid|proper) {_HEADER} (?:request |http )?header"),
    TextPattern(
        r"(?:缺少|缺失|未提供|请(?:添加|设置|携带|传入|提供|增加))(?:的|必要的|必需的)?(?:请求头|header)?"
        rf"[ :：]{{0,2}}{_HEADER}"
    ),
    TextPattern(
        rf"(?:请求头|header)(?:中|里|部)?.{{0,6}}(?:携带|添加|设置|传入|包含|提供|加上|带上|传递)[ :：]{{0,2}}{_HEADER}"
    ),
    TextPattern(rf"(?:请求头|header)[ :：]{{0,2}}{_HEADER}.{{0,6}}(?:缺失|缺少|必填|必须|不能为空|未提供|未设置)"),
)
# What carries the key is no remedy of its own: auth.header_lost speaks of it.
_KEY_HEADERS = (
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "proxy-authorization",
    "content-type",
    "www-authenticate",
)
_MODEL = TextPattern(
    r"(?i)(?:\buse|\btry|switch(?:ing)? to|migrat\w{1,5} to|upgrad\w{1,3} to|replaced (?:by|with)"
    r"|superseded by|did you mean|recommended(?: model)?(?: is)?|请使用|请改用|改用|推荐使用|替换为"
    r"|迁移到)"
    r"(?: (?:the|a|newer))?(?: ?model)?s?:? ?[`'\"“]?"
    r"(?P<model>(?!v\d{1,2}/)[A-Za-z][A-Za-z0-9]{0,30}(?:[./:-][A-Za-z0-9]{1,30}){1,8})[`'\"”]?"
)
# A path behind a verb: that of an endpoint (`/v2/chat/completions`), or a version alone (`/v3`).
_PLACE = (
    r"(?P<path>/(?:[a-z][\w-]{1,30}/){0,3}v\d{1,2}(?:alpha|beta)?\d{0,2}(?![\w/-])"
    r"|/?v\d\w{0,6}(?:/[a-z_-]{2,30}){1,3}|/(?:[\w-]{1,40}/){1,4}[a-z_-]{2,30})"
)
_PATHS = (
    TextPattern(
        r"(?i)(?:\buse|\btry|\bcall|(?:only|now|is|are|be) (?:be )?(?:supported|available|accessible|served|found)"
        r" (?:in|at|on|via|through|with|under)|mov(?:e|ed|ing) to|migrat\w{1,5} to|upgrad\w{1,3} to"
        r"|replaced (?:by|with)|superseded by|did you mean(?: to use)?"
        r"|(?:send|make|direct|route)(?: all| your| the| such| these){0,2} (?:requests?|calls?) to"
        r"|requests? (?:go|belong) to"
        r"|switch to|请使用|请改用|改用|迁移[到至])(?: the)?(?: new| api| path| endpoint| route){0,2}:? ?[`'\"“]?"
        rf"(?:(?:GET|POST) )?{_PLACE}"
    ),
    TextPattern(rf"(?i)(?<![\w.:/-]){_PLACE}[`'\"”]? (?:endpoint |path |route |api )?instead\b"),
)
_PARAMETER = TextPattern(
    r"(?i)(?:\buse|did you mean|请使用|请改用|改用) ?[`'\"“](?P<parameter>[a-z][a-z0-9_.]{2,50})[`'\"”]"
)
_REGION = TextPattern(
    r"(?i)\b(?:region|location|地域|区域)s?\b(?: (?:is|to|in"
    r"|of))?[ :=]{0,2}[`'\"“]?(?P<region>[a-z]{2,12}-[a-z]{2,12}-?\d{1,2})\b"
)
_VARIABLE = TextPattern(
    r"(?:\b[Ss]et|\b[Ee]xport|\b[Dd]efine|\b[Pp]rovide|设置|配置)(?: the"
    r"| an?)?(?: environment)?(?: variable)? ?(?:环境变量)? ?[`'\"“$]?"
    r"(?P<variable>[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,6})\b"
)
_SCOPE = (
    TextPattern(r"(?i)missing scopes?:? ?[`'\"“]?(?P<scope>[a-z][\w.:/-]{2,50})"),
    TextPattern(
        r"(?i)[`'\"“](?P<scope>[a-z][\w.:/ -]{2,40})[`'\"”] (?:permission|scope)s? "
        r"(?:is|are) (?:required|missing|needed)"
    ),
    TextPattern(
        r"(?i)(?:requires?|needs?|lacks?|missing)(?: the)? "
        r"[`'\"“](?P<scope>[a-z][\w.:/ -]{2,40})[`'\"”] (?:permission|scope)"
    ),
)
# Steps that servers ask for, whose words every language has (``ask_…`` in ``diagnose/words/*/remedies.py``).
_ASKS = {
    "bind": TextPattern(r"(?i)\bbind\b.{0,40}\baccount|\blink your\b.{0,30}\baccount|请.{0,6}绑定"),
    "verify": TextPattern(
        r"(?i)(?:organi[sz]ation|account|identity|phone|email)\b.{0,20}\bmust be verified|\bverify (?:your "
        r"|the )?(?:organi[sz]ation|account|identity|phone|email)|real-?name|identity verification|实名认证"
    ),
    "terms": TextPattern(
        r"(?i)accept(?:ed)? (?:the )?(?:terms|license|licence|agreement)|terms acceptance"
        r"|updated our \w{0,10} ?terms|同意.{0,10}(?:协议|条款)"
    ),
    "enable": TextPattern(
        r"(?i)has not been used in project|api (?:is|has been) disabled|not (?:been )?(?:activated|enabled) (?:the"
        r"|this|for)|(?:activate|enable) (?:the|this|it)\b|尚?未开通|请.{0,40}开通"
    ),
    "workspace": TextPattern(
        r"(?i)workspace\b.{0,20}(?:denied|not authorized|no (?:access|permission))|(?:业务空间|工作空间"
        r"|工作区).{0,12}(?:无权|没有|未授权|拒绝)"
    ),
    "pull": TextPattern(r"(?i)\btry pulling it|\bpull(?:ing)? the model|ollama pull"),
    "policy": TextPattern(r"(?i)data policy|privacy settings|guardrail restrictions|数据政策"),
}

# A sentence that asks for something which has no address or name of its own. Words about the key, and about trying
# again, are no news.
_REQUEST = TextPattern(
    r"(?i)\bplease\b.{0,80}?\b(?:contact|load|close|adjust|disable|enable|activate|upgrade|restart|reload|register"
    r"|complete|unlock|start|renew|subscribe|apply|select|increase|raise|switch)\b"
    r"|^(?:load|enable|contact|start) [^,]{3,}"
    r"|请(?!求|稍后|重试|检查).{0,30}(?:联系|加载|启动|开启|打开|关闭|升级|购买|续费|完成|选择|重新)"
)
# Nothing that a reader might paste into a terminal, either.
_NO_REQUEST = TextPattern(
    r"(?i)\b(?:try again|retry|api[ _-]?keys?|credentials?|reduce|shorten|documentation|docs|sudo|curl|wget|rm|eval)\b"
    r"|密钥|令牌|文档|[`$<>|;\\]"
)
_REQUEST_LENGTH = 180
_SENTENCES = TextPattern(r"(?<=[.!?]) (?=[A-Z])|(?<=[。！？])")

# States of a key, an account or a server that need other steps than a mere refusal.
_STATES = {
    "unrouted": TextPattern(
        r"(?i)\bno routes? (?:was |were )?(?:matched|found|defined)|\b404 route not found|no matching route"
    ),
    "providers": TextPattern(
        r"(?i)\b(?:any|no) (?:allowed |enabled |inference )?providers? (?:that )?(?:you have |are |is )?enabled"
        r"|all providers have been ignored|no allowed providers"
    ),
    "relogin": TextPattern(
        r"(?i)\b(?:ide|session|login|oauth|refresh) token\b.{0,30}\bexpired|\bplease (?:log|sign) ?in again|re-?login"
        r"|重新登录"
    ),
    "litellm": TextPattern(r"\blitellm\.\w{3,40}Error\b|Received Model Group="),
    "token": TextPattern(r"(?i)expected oauth ?2|\brequires? an? (?:oauth ?2? )?access token\b"),
    "leaked": TextPattern(r"(?i)\bleaked\b|\bcompromised\b|泄露"),
    "suspended": TextPattern(
        r"(?i)\b(?:account|organi[sz]ation|user|consumer)\b.{0,40}\b(?:suspended|deactivated|disabled|banned|terminated"
        r"|restricted|locked)\b"
        r"|\bproject\b.{0,40}\bsuspended\b|(?:账号|账户|用户|组织).{0,10}(?:封禁|冻结|停用|被封)"
    ),
}
_LEADS_TO = TextPattern(r"^.{0,3}\bto\b")


class Remedy(NamedTuple):
    """One thing that a server's answer asks for.

    ``kind``: ``url`` (an address for requests), ``host`` (the same without scheme and path), ``page``, ``header``,
    ``path`` (of an endpoint), ``model``, ``parameter``, ``region``, ``variable``, ``scope`` (a permission), ``ask``
    with a name of ``_ASKS``, ``request`` (a sentence that asks for anything else), or ``state`` with one of
    ``_STATES``.
    """

    kind: str
    value: str


def message_of(exchange: Exchange) -> str:
    """Return the message of the error in a response, else its text if an API may have written it; empty for a page."""
    stream = exchange.reading.stream
    error = exchange.reading.error or (stream.error if stream is not None else None)
    if error is not None and error.message:
        return error.message
    return exchange.response.text if exchange.response.body in (Body.JSON, Body.TEXT) else ""


def remedies(message: str) -> tuple[Remedy, ...]:
    """Return what a message asks for, each kind at most once, in the order in which a report shows them.

    >>> remedies("Incorrect regional hostname. Please make your request to us.api.example.com")
    (Remedy(kind='host', value='us.api.example.com'),)
    """
    text = " ".join(message[:READ].split())
    if not text or "<html" in text[:200].lower():
        return ()
    found: dict[str, str] = {}
    for name, pattern in _ASKS.items():
        if pattern.search(text):
            found["ask"] = name
            break
    state = next((name for name, pattern in _STATES.items() if pattern.search(text)), "")
    if state:
        found["state"] = state
    _first(found, "scope", _SCOPE, text)
    header = next(
        (hit["header"] for one in _HEADERS for hit in one.finditer(text) if hit["header"].lower() not in _KEY_HEADERS),
        "",
    )
    if header:
        found["header"] = header
    _addresses(found, text)
    _first(found, "path", _PATHS, text)
    for kind, pattern in (
        ("model", _MODEL),
        ("parameter", _PARAMETER),
        ("region", _REGION),
        ("variable", _VARIABLE),
    ):
        _first(found, kind, (pattern,), text)
    if not found.keys() - {"state"} and (request := _request(text)):
        found["request"] = request
    return tuple(Remedy(kind, value) for kind, value in found.items())


def _request(text: str) -> str:
    """Return the first sentence that asks for something else than another key or another try; empty if none does."""
    for one in _SENTENCES.split(text):
        short = 10 <= len(one) <= _REQUEST_LENGTH and one.isprintable()
        if short and _REQUEST.search(one) and not _NO_REQUEST.search(one):
            return one
    return ""


def _first(found: dict[str, str], kind: str, patterns: tuple[TextPattern, ...], text: str) -> None:
    hit = next((hit for one in patterns if (hit := one.search(text))), None)
    if hit is not None and hit[kind].isprintable():
        found[kind] = hit[kind].rstrip(".,:;/-")


# Google names it in every refusal of a token; it is about signing in on web sites, not about calling an API.
_USELESS = "/identity/sign-in/web/devconsole-project"


def _addresses(found: dict[str, str], text: str) -> None:
    for pattern, bare in ((_URL, False), (_HOST, True)):
        for hit in pattern.finditer(text):
            address = hit[0].rstrip(".,:;!?")
            if bare and "host" not in found and "url" not in found and _calls(text, hit, address, strong=True):
                found["host"] = address.lower()
            elif bare and "page" not in found and _FOR_PEOPLE.search(address) and _OPEN.search(_around(text, hit)[0]):
                found["page"] = f"https://{address.lower()}"
            elif not bare and "url" not in found and _calls(text, hit, address, strong=False):
                found["url"] = address
            elif not bare and "page" not in found and not address.endswith(_USELESS) and _leads(text, hit, address):
                found["page"] = address


def _calls(text: str, hit: re.Match[str], address: str, *, strong: bool) -> bool:
    """Check whether requests are said to belong to this address; ``strong`` for one that has no scheme."""
    before, after = _around(text, hit)
    if _STRONG.search(before):
        return True
    told = _CALL.search(before) or re.match(r".{0,20}\binstead\b|.{0,6}代替", after, re.IGNORECASE)
    place = address.partition("://")[2] or address
    if _OTHER_TASK.search(place):
        return False
    for_people, for_programs = _FOR_PEOPLE.search(place), _FOR_PROGRAMS.search(place)
    named = "host" in before.lower() or (address.count(".") > 1 and re.match(r"\W{0,3}instead\b", after) is not None)
    return bool(told) and not for_people and (bool(for_programs) or (strong and named))


def _leads(text: str, hit: re.Match[str], address: str) -> bool:
    """Check whether people are sent to this page."""
    before, after = _around(text, hit)
    place = address.partition("://")[2]
    return bool(_PAGE.search(before) or _FOR_PEOPLE.search(place) or _LEADS_TO.search(after))


def _opened(text: str, hit: re.Match[str], address: str) -> bool:
    """Check whether people are told to open this site, which is named without a scheme."""
    return bool(_FOR_PEOPLE.search(address) and _OPEN.search(_around(text, hit)[0]))


def _around(text: str, hit: re.Match[str]) -> tuple[str, str]:
    """Return the words of the same sentence before an address, and those after it."""
    before = re.split(r"[.。!?！？] ", text[max(0, hit.start() - _NEAR) : hit.start()])[-1]
    return before, text[hit.end() : hit.end() + _AFTER]
