"""Read errors in the envelopes of other houses, and tell whether an envelope reports a failure or a success.

Many relays and cloud APIs answer every request with status 200 and put the result into an envelope of their own, such
as ``{"errno": 401, "errmsg": "invalid token", "data": null}``. The names differ, but not what they mean: a number or a
word that says whether the request succeeded, and a sentence. Sources: the error tables of MiniMax (``base_resp``),
iFlytek Spark (``header``), Tencent Cloud (``Response.Error``), Volcengine (``ResponseMetadata.Error``), Apigee
(``fault``), Baidu (``error_code``), WeChat-style APIs (``errcode``), and relays seen in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from probes.model.exchange import ApiError

# The patterns are texts: `re` compiles them when they are first used.
# Names of fields, in lower case and without underscores and hyphens.
_MESSAGES = (
    *("message", "msg", "errmsg", "errormsg", "errormessage", "retmsg", "statusmsg", "resultmsg", "respmsg"),
    *("errordescription", "faultstring", "returnmsg", "error", "err", "errorinfo", "tips", "title"),
    *("detail", "reason", "info", "retinfo", "resultdesc", "errordesc", "desc", "description", "resultmessage"),
)
_CODES = (
    *("errorcode", "errcode", "errno", "code", "statuscode", "status", "ret", "retcode", "resultcode", "returncode"),
    *("respcode", "bizcode", "rc", "infocode", "state", "flag"),
)
_SUCCEEDED = ("success", "ok", "result", "issuccess", "succeeded", "successful")
_NAMED = ("errormessage", "errormsg", "errortype")  # a text in one of these is an error by its name
_FAILED = ("iserror", "haserror", "failed", "error", "isfail")
# Objects in which an envelope may put the two fields, instead of at its top.
_WRAPPERS = (
    *("error", "err", "fault", "baseresp", "response", "responsemetadata", "header", "head", "meta", "status"),
    *("result", "data", "body", "detail", "output"),
)
DEPTH = 4  # wrappers inside wrappers

_FINE_CODES = r"(?i)\+?0{1,8}|20[0-9]0{0,3}|ok|succe\w{1,6}|normal|complete[d]?|true"
_FAILED_WORDS = r"(?i)err(?:or)?|fail(?:ed|ure)?|denied|unauthori[sz]ed|forbidden|rejected|false"
_FINE_WORDS = (
    r"(?i)\W{0,3}(?:(?:request|operation|query|call|everything) )?(?:is )?(?:ok(?:ay)?|success(?:ful(?:ly)?)?"
    r"|succeed(?:ed)?|done|normal|completed?|(?:操作|请求|获取|查询|调用|执行|响应|返回|处理)?(?:成功|正常|完成))\W{0,3}"
)
_FAULT_WORDS = (
    r"(?i)\b(?:err(?:or)?s?|fail(?:ed|ure|s)?|invalid|incorrect|wrong|denied|forbidden|un-?auth\w{1,12}|missing|expired"
    r"|not (?:found|allowed|permitted|supported|authori[sz]ed|authenticated|implemented|valid|enough|available|logged"
    r"|exist|active|correct)|(?:does|do|did|is|are|has|have)(?: not|n.t)|exceed(?:ed|s)?|insufficient|exhausted"
    r"|quota|limit(?:ed)?|required|unavailable|refused|rejected|disabled|banned|suspended|blocked|unknown|unsupported"
    r"|too many|overload(?:ed)?|busy|timed? ?out|exception|can(?:not| not|.t)|unable"
    r"|please (?:log|sign|top|re-?charge|provide|check)|no (?:available|such|permission|api|access|balance|credit)"
    r"|only (?:for|available|supports?|allows?))\b"
    r"|错误|失败|无效|不足|过期|登录|拒绝|不存在|不支持|不可用|未授权|无权|没有权限|缺少|超出|超过|超限|上限|频繁|繁忙|禁用|欠费"
    r"|异常|不合法|非法|未找到|找不到|不能为空|仅限|仅支持|请先|受限"
)
# Words of a plain text that no page and no assistant says by themselves, but a server that refuses.
_REFUSAL = (
    r"(?i)\b(?:un-?authori[sz]ed|unauthenticated|forbidden|access denied|permission denied|too many requests"
    r"|(?:invalid|incorrect|wrong|missing|expired|unknown|no) (?:or (?:missing|expired|invalid) )?(?:\w{1,12} )?"
    r"(?:api[ _-]?key|token|credentials?|auth\w{1,12})"
    r"|(?:api[ _-]?key|token|credentials?) (?:is |are |was |has |not ){1,2}(?:been )?"
    r"(?:invalid|missing|required|expired|disabled|revoked|valid|found|provided)|rate limit(?:ed)?"
    r"|(?:insufficient|no|low) (?:balance|credits?|quota|funds)|quota (?:exceeded|exhausted))\b"
    r"|(?:令牌|密钥|api ?key|token).{0,6}(?:无效|错误|过期|不存在|为空)|余额不足|额度不足|未授权|请先登录|请求过于频繁"
)
REFUSAL_LENGTH = 300  # characters; a longer plain text is a page or a document

# Statuses that servers send; a number beside them, such as 434, is a house's own.
_STATUSES = frozenset(
    (*range(400, 419), 421, 422, 423, 424, 425, 426, 428, 429, 431, 451, *range(500, 512), *range(520, 531))
)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _fields(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields by their plain names; of two that have the same one, the first."""
    found: dict[str, Any] = {}
    for name, content in list(value.items())[:50]:
        found.setdefault(_plain(str(name)), content)
    return found


def scalar(value: object) -> str:
    """Return a text or a number as text; empty for all else, and for a truth value."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def read_envelope(value: Mapping[str, Any], depth: int = DEPTH) -> ApiError | None:
    """Return the sentence and the code of an envelope, at its top or in a wrapper; None if it has no sentence.

    An envelope that reports success is read too: ``{"code": 0, "msg": "ok"}``. See :func:`reports_failure`.
    """
    fields = _fields(value)
    message = next((scalar(fields[name]) for name in _MESSAGES if scalar(fields.get(name))), "")
    code = next((scalar(fields[name]) for name in _CODES if scalar(fields.get(name))), "")
    inner = None
    if depth:
        wrapped = (fields[name] for name in _WRAPPERS if isinstance(fields.get(name), dict))
        inner = next((found for one in wrapped if (found := read_envelope(one, depth - 1))), None)
    if inner is not None and (not message or re.fullmatch(_FINE_WORDS, message)):
        return ApiError(inner.type, inner.code or code, inner.message, inner.param, "flat")
    if not message and not (code and inner is not None):
        return ApiError(code=code, shape="flat") if code and depth < DEPTH else None
    inner_code = inner.code if inner is not None else ""
    kind = scalar(fields.get("errortype") or fields.get("type"))
    return ApiError(kind, code or inner_code, message, scalar(fields.get("param")), "flat")


def reports_failure(value: object) -> bool:
    """Check whether an envelope in a successful response says that the request failed.

    Its flag (``success``, ``ok``) decides, then its code, then the words of its sentence. A sentence without a sign of
    a fault is none: ``{"message": "Welcome"}``.

    >>> reports_failure({"code": 0, "msg": "ok"}), reports_failure({"errno": 401, "errmsg": "bad token"})
    (False, True)
    """
    return isinstance(value, dict) and _fails(value, DEPTH)


def _fails(value: Mapping[str, Any], depth: int) -> bool:
    fields = _fields(value)
    if any(fields.get(name) is False for name in _SUCCEEDED) or any(fields.get(name) is True for name in _FAILED):
        return True
    if isinstance(fields.get("errors"), list) and fields["errors"]:
        return True
    messages = [scalar(fields[name]) for name in _MESSAGES if scalar(fields.get(name))]
    codes = [scalar(fields[name]).strip() for name in _CODES if scalar(fields.get(name)).strip()]
    wrapped = [fields[name] for name in _WRAPPERS if isinstance(fields.get(name), dict)]
    faulty = any(re.search(_FAULT_WORDS, one[:2000]) for one in messages)
    fine = any(re.fullmatch(_FINE_WORDS, one[:200]) for one in messages)
    if any(status_of(code) or re.fullmatch(_FAILED_WORDS, code) for code in codes):
        return not fine
    if fine and not faulty:
        return depth > 0 and any(_fails(one, depth - 1) for one in wrapped)
    named = any(scalar(fields.get(name)) for name in _NAMED)
    if faulty or (named and not any(re.fullmatch(_FINE_CODES, code) for code in codes)):
        return True
    # A number that is no success tells a failure, unless a result comes with it.
    numbers = [code for code in codes if re.fullmatch(r"-?[0-9]{1,9}", code, re.ASCII)]
    odd = any(not re.fullmatch(_FINE_CODES, code) and code != "1" for code in numbers)
    if odd and messages and not any(fields.get(name) for name in ("data", "result", "body", "output")):
        return True
    return depth > 0 and any(_fails(one, depth - 1) for one in wrapped)


def status_of(code: str) -> int:
    """Return the HTTP status that an error's own code names; 0 if it names none.

    >>> status_of("401"), status_of("40101"), status_of("434"), status_of("1004")
    (401, 401, 0, 0)
    """
    found = re.fullmatch(r"([45][0-9]{2})|(40[0-9]|429|50[0-4])[0-9]{2,3}", code.strip(), re.ASCII)
    if found is None:
        return 0
    status = int(found[1] or found[2])
    return status if status in _STATUSES else 0


def refusal_in_text(text: str) -> ApiError | None:
    """Return the error that a short plain text in a successful response is; None for any other text.

    >>> refusal_in_text("Invalid API key").message
    'Invalid API key'
    """
    words = text.strip()
    if not words or len(words) > REFUSAL_LENGTH or not re.search(_REFUSAL, words):
        return None
    return ApiError(message=words, shape="string")
