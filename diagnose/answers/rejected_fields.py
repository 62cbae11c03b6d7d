"""Read from a refusal which field of the request it rejects: the words of any server, known or not. Pure.

The error's own ``param`` and a validator's ``loc`` come first, then a name that stands where refusals name one, then
a feature that the words describe.
"""

from __future__ import annotations

import re

LONGEST = 60  # characters of a name
_READ = 1000  # characters of the words
_LOC = r"""["']loc["'] ?: ?[\[(] ?["']body["'], ?["']([A-Za-z_]\w{0,59})["']"""
_NAME = r"[A-Za-z][A-Za-z0-9]{0,24}(?:[_.\[][A-Za-z0-9\]]{1,24}){0,6}"
_QUOTE = r"[`'\"\u2018\u201c]"
# In each, the first group that matched is the name.
_PLACES = (
    rf"(?:parameters?|arguments?(?: supplied)?|fields?|propert(?:y|ies)|names?|inputs?|keys?)(?: \w{{2,12}})? ?:? ?\[?"
    rf"{_QUOTE}({_NAME})",
    rf"(?:argument(?: supplied)?|parameters?|field|property) ?: ?({_NAME})",
    rf"\b({_NAME}) ?: (?:extra (?:inputs|fields)|unknown|unexpected|unsupported|not (?:supported|permitted|allowed))",
    rf"{_QUOTE}({_NAME}){_QUOTE}.{{0,24}}(?:not (?:a )?(?:supported|allowed|permitted|valid)|unsupported|unknown"
    r"|unexpected|unrecognized|deprecated)",
    r"\b([a-z]{1,20}(?:_[a-z0-9]{1,20}){1,4})\b.{0,24}(?:not (?:supported|allowed|permitted)|unsupported|不支持)",
    r"\bsupport(?:ed)? (?:the )?([a-z]{1,20}(?:_[a-z]{1,20}){1,4})\b",
    r"\b([a-z][a-z_]{1,40}) ?(?:参数|字段)(?:非法|错误|无效|不合法|不支持)",
    r"\b(tools|messages|input)\[\d{1,4}\] ?[.:]",
    r"不支持 ?(?:参数|字段)? ?([a-z][a-z_]{1,40})|(?:参数|字段) ?([a-z][a-z_]{1,40})",
)
# A feature that words describe, and the field by which a request asks for it.
_FEATURES = (
    (r"\brole\b.{0,20}developer|developer (?:is not one of|role|instruction)", "role: developer"),
    (r"system (?:message|role|prompt|instruction)", "role: system"),
    (r"tool[ _-]?choice", "tool_choice"),
    (r"\btools?\b|tool[ _-](?:use|call)|function[ _-]?call|工具调用|函数调用", "tools"),
    (r"stream[ _]options", "stream_options"),
    (r"\bthinking\b", "thinking"),
    (r"\breasoning\b|encrypted content", "reasoning"),
    (r"json[ _]schema|structured output|response[ _]format|\bjson mode\b", "response_format"),
    (r"\bimages?\b|\bvision\b|multimodal|图片|图像", "images"),
    (r"\baudio\b", "audio"),
    (r"\bprefill", "prefill"),
)
_NO_NAMES = frozenset(
    (
        *("model", "messages", "message", "request", "body", "none", "null", "value", "type", "error", "json"),
        *("the", "a", "an", "this", "one", "provided", "required", "is", "was", "in", "on", "for", "to", "not", "must"),
    )
)


def rejected_field(param: str, texts: tuple[str, ...]) -> str:
    """Return the name of the rejected field, at most 60 characters; empty if the refusal does not name it.

    ``param`` is the error's own field of that name, ``texts`` its message and then the whole body.

    >>> rejected_field("", ("tools.0.custom.defer_loading: Extra inputs are not permitted",))
    'tools.0.custom.defer_loading'
    >>> rejected_field("", ("gemma does not support function calling",))
    'tools'
    """
    if param.lower() not in ("", "none", "null", "body"):
        return param[:LONGEST]
    message, body = texts[0][:_READ] if texts else "", texts[-1][:_READ] if texts else ""
    if found := re.search(_LOC, body):
        return found[1]
    for place in _PLACES:
        for hit in re.finditer(place, message, re.IGNORECASE):
            name = next((one for one in hit.groups() if one), "")
            if name and name.lower() not in _NO_NAMES:
                return name[:LONGEST]
    return next((field for words, field in _FEATURES if re.search(words, message, re.IGNORECASE)), "")
