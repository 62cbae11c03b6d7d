"""Determine the kind of a response body, and read the error in it in any of the known shapes."""

from __future__ import annotations

import json
import re
from typing import Any

from probes.model.exchange import ApiError, Body
from probes.protocols.envelopes import read_envelope, refusal_in_text, reports_failure, status_of


def parse_json(text: str) -> tuple[bool, Any]:
    """Return ``(True, value)`` for JSON that the SDKs' parsers accept, else ``(False, None)``.

    JSON that is nested too deeply or has a number with too many digits is not accepted.
    """
    try:
        return True, json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False, None


def kind_of(data: bytes, content_type: str = "") -> Body:
    """Return the kind of a body by its bytes; the content type decides only if they are ambiguous."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return Body.EMPTY
    low = head[:512].lower()
    if low.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or re.match(rb"<(!--|\?xml|h\d|center)", low):
        return Body.HTML
    if head[:1] in b'{["' or head.startswith((b"null", b"true", b"false")):
        return Body.JSON
    if re.match(rb"(?::|data:|event:|id:|retry:)", low):
        return Body.SSE
    if b"<html" in low or (low.startswith(b"<") and "html" in content_type):
        return Body.HTML
    if b"\0" in head or sum(byte > 127 for byte in head) > len(head) // 2:
        try:
            data[:2048].decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(data[:2048]) - 4:
                return Body.BINARY
    return Body.TEXT


def title_of(text: str) -> str:
    """Return the title of an HTML page or its first heading; empty if it has neither."""
    found = re.search(r"<title[^>]{0,200}>([^<]{0,200})", text, re.IGNORECASE) or re.search(
        r"<h1[^>]{0,200}>([^<]{0,200})", text, re.IGNORECASE
    )
    return " ".join(found[1].split()) if found else ""


def _text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, list):
        return "; ".join(_text(item.get("msg") if isinstance(item, dict) else item) for item in value[:5])
    if isinstance(value, dict):
        return _text(value.get("message") or value.get("msg") or value.get("error"))
    return ""


def _read_error_object(error: dict[str, Any], shape: str) -> ApiError:
    message = _text(error.get("message") or error.get("msg") or error.get("detail"))
    kind, code = _text(error.get("type")), _text(error.get("code"))
    # Google: {"code": 400, "status": "INVALID_ARGUMENT", "details": [{"reason": …}]}
    if not kind and error.get("status"):
        kind, shape = _text(error["status"]), "google"
        details = error.get("details")
        if isinstance(details, list):
            reasons = [_text(item.get("reason")) for item in details if isinstance(item, dict)]
            code = next((reason for reason in reasons if reason), code)
    known, nested = parse_json(message) if message.startswith("{") else (False, None)
    # The message of some errors is another error as JSON.
    if known and isinstance(nested, dict) and isinstance(nested.get("error"), dict):
        return _read_error_object(nested["error"], shape)
    return ApiError(type=kind, code=code, message=message, param=_text(error.get("param")), shape=shape)


def _of_aws(value: dict[str, Any]) -> ApiError:
    """Read an error of AWS: ``{"__type": "com.amazon.coral#UnknownOperationException"}``, also within ``Output``."""
    output = value.get("Output")
    inner = output if isinstance(output, dict) else value
    kind = _text(inner.get("__type")).rpartition("#")[2]
    return ApiError(type=kind, message=_text(inner.get("message") or inner.get("Message")) or kind, shape="aws")


COMMON_SHAPE = "openai"  # {"error": {…}}, which most providers use for every protocol


def read_error(value: object) -> ApiError | None:
    """Return the error in a JSON value, in any of the shapes of `facts/errors.md` section 0; None if it has none."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return read_error(value[0])
    if isinstance(value, str):
        return ApiError(message=value, shape="string") if value else None
    if not isinstance(value, dict):
        return None
    error = value.get("error")
    if isinstance(error, dict):
        shape = "anthropic" if value.get("type") == "error" else COMMON_SHAPE
        return _read_error_object(error, shape)
    if isinstance(error, str) and error:
        return ApiError(type=_text(value.get("type")), code=_text(value.get("code")), message=error, shape="string")
    base = value.get("base_resp")
    if isinstance(base, dict) and base.get("status_code"):
        return ApiError(code=_text(base["status_code"]), message=_text(base.get("status_msg")), shape="base_resp")
    response = value.get("Response")  # Tencent Cloud's own API, with status 200
    if isinstance(response, dict) and isinstance(response.get("Error"), dict):
        inner = response["Error"]
        return ApiError(code=_text(inner.get("Code")), message=_text(inner.get("Message")), shape="flat")
    errors = value.get("errors")
    if value.get("success") is False or (isinstance(errors, list) and errors and "choices" not in value):
        first = errors[0] if isinstance(errors, list) and errors else value
        if isinstance(first, dict):
            envelope = read_envelope(first) or ApiError()
            return ApiError(code=envelope.code, message=_text(first) or envelope.message, shape="cloudflare")
        return ApiError(message=_text(first), shape="cloudflare")
    if "detail" in value and not value.get("choices"):
        return ApiError(
            type=_text(value.get("title")),
            code=_text(value.get("status")),
            message=_text(value["detail"]),
            shape="detail",
        )
    if "error_code" in value or "error_msg" in value:
        words = _text(value.get("error_msg") or value.get("message") or value.get("msg"))
        return ApiError(code=_text(value.get("error_code")), message=words, shape="flat")
    if value.get("choices") or isinstance(value.get("content"), list):
        return None
    if "__type" in value or isinstance(value.get("Output"), dict):
        return _of_aws(value)
    message = value.get("message") or value.get("msg") or value.get("Message") or value.get("Error")
    found = read_envelope(value)
    if not message:
        return found
    found = found or ApiError()
    return ApiError(
        type=_text(value.get("type") or value.get("reason")) or found.type,
        code=found.code or _text(value.get("code")),
        message=found.message or _text(message),
        param=_text(value.get("param")),
        shape="flat",
    )


# Shapes in which a success can be reported too: {"code": 0, "msg": "ok"}.
_NO_ERROR = ("", "0", "no", "none", "null", "false", "ok", "success")
_ENVELOPES = ("flat", "base_resp", "cloudflare", "detail", "string")


def error_in_success(value: object, error: ApiError | None) -> ApiError | None:
    """Return ``error``, read from the JSON ``value`` of a successful response, or None if it reports no failure."""
    if error is None:
        return None
    if isinstance(value, str):
        return refusal_in_text(value)
    if isinstance(value, dict) and isinstance(value.get("error"), str):
        return None if value["error"].strip().lower() in _NO_ERROR else error
    if error.shape in _ENVELOPES:
        return error if reports_failure(value) else None
    if not (error.message or error.type) and error.code in ("", "0", "200"):
        return None  # {"error": {}} and {"error": {"code": 0}}
    return error


def stated_status(error: ApiError) -> int:
    """Return the HTTP status that an error names itself, in its code or its type; 0 if it names none."""
    return status_of(error.code) or status_of(error.type)


def bare_error(value: dict[str, Any]) -> bool:
    """Check for an error event like ``{"code": 500, "msg": "…"}``. The SDKs ignore it, so the response stays empty."""
    sound = str(value.get("type", "")).startswith(("message", "content_block", "ping"))
    strange = not value.get("choices") and not sound
    return strange and error_in_success(value, read_error(value)) is not None
