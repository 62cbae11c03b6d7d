"""Reduce a request of a real client to its form: the fields, their types and enumerated values, without any text.

Texts, identifiers, names of tools and numbers that differ from run to run become the placeholders of
:mod:`probes.client_requests.recordings`. Of the schemas of tools, each construct is kept once.
"""

from __future__ import annotations

import json
import re
from typing import Any

from probes.client_requests.recordings import LIMITS

# Headers that only say which client, machine, session or request it is, by the start of their name.
IDENTITY = (
    *("user-agent", "originator", "version", "session-id", "thread-id", "http-referer", "referer", "origin"),
    *("x-stainless-", "x-app", "x-client", "x-session", "x-codex-", "x-claude-code-", "x-goog-api-client"),
    *("x-gemini-", "x-request-id", "x-title", "x-opencode-", "x-langchain", "x-litellm", "x-qwen", "x-dashscope-"),
    *("helicone-", "traceparent", "tracestate", "baggage", "sentry-", "conversation_id", "session_id"),
)
# Headers of HTTP itself, of the body, and those that carry the key.
NOT_KEPT = (
    *("host", "connection", "content-length", "content-type", "accept", "accept-encoding", "transfer-encoding"),
    *("authorization", "x-api-key", "x-goog-api-key", "api-key", "expect", "te", "keep-alive"),
)
# Fields whose text is written for the model or for people, or names something of the client's own.
TEXTS = ("text", "content", "description", "instructions", "title", "arguments", "output", "input")
NAMES = ("name", "id", "call_id", "user_id", "user")
SCHEMAS = ("input_schema", "parameters", "parametersJsonSchema", "responseJsonSchema", "schema")
_VALUE = r"[A-Za-z][\w.:/-]{0,47}"
_RANDOM = r"(?i)[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{16}|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{20}|\d{9}"


def header_forms(headers: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], list[str]]:
    """Return the headers to keep, and the names of those that only identify the client."""
    kept: dict[str, str] = {}
    identity: set[str] = set()
    for name, value in headers:
        low = name.lower()
        if low in NOT_KEPT:
            continue
        if low.startswith(IDENTITY) or (re.search(_RANDOM, value) and low != "anthropic-beta"):
            family = next((start for start in IDENTITY if start.endswith("-") and low.startswith(start)), "")
            identity.add(f"{family}*" if family else low)
        else:
            kept[low] = value
    return kept, sorted(identity)


def body_form(body: dict[str, Any], prompt: str, model: str) -> tuple[dict[str, Any], int]:
    """Return the form of a body, and the limit of output tokens that it had (0: none).

    ``prompt`` is what the client was asked, ``model`` the model that it was given.
    """
    limit = 0
    found = _Reducer(prompt, model).form(body, "")
    for path in LIMITS:
        inner, source = found, body
        for name in path[:-1]:
            inner, source = inner.get(name, {}), source.get(name, {})
        if path[-1] in inner and path[0] in body:
            limit = source[path[-1]]
            inner[path[-1]] = "{limit}"
    return found, limit


class _Reducer:
    def __init__(self, prompt: str, model: str) -> None:
        self._prompt = prompt
        self._model = model
        self._words: set[str] = set()  # constructs of JSON Schema that were kept once
        self._tools = 0

    def form(self, value: Any, key: str) -> Any:
        if isinstance(value, dict):
            return {name: self._field(name, one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.form(one, key) for one in value]
        if isinstance(value, str):
            return self._text(value, key)
        if isinstance(value, int) and not isinstance(value, bool) and value > 10**6:
            return "{number}"  # a time
        return value

    def _field(self, name: str, value: Any) -> Any:
        if name in SCHEMAS and isinstance(value, dict):
            return self._schema(value)
        if name == "tools" and isinstance(value, list):
            return [self.form(one, "tool") for one in value]
        if name == "budget_tokens":
            return "{budget}"
        if name == "name":
            self._tools += 1
            return f"tool_{self._tools}".ljust(len(value), "x") if len(value) > 32 else f"tool_{self._tools}"
        if name == "definition":
            return "{grammar}"  # of a tool whose input has a grammar, which the API checks
        if isinstance(value, dict) and name in ("metadata", "client_metadata"):
            # Names of the client's own identify it as its headers do; the order of some differs from run to run.
            return dict.fromkeys(sorted(one for one in value if not one.startswith("x-")), "{id}")
        return self.form(value, name)

    def _text(self, value: str, key: str) -> str:
        if key == "model" and value == self._model:
            return "{model}"
        if self._prompt in value and key in TEXTS:
            return "{prompt}"
        if key in TEXTS:
            return "{text}"
        if key in NAMES or key.endswith(("_key", "_id")) or re.search(_RANDOM, value):
            if re.fullmatch(r"[a-z_]+_20\d{6}", value):
                return value
            kind = re.match(r"[a-z]{2,6}_(?=.{16})", value)  # some APIs check the kind of an id: msg_…
            return f"{kind[0] if kind else ''}{{id}}"
        return value if re.fullmatch(_VALUE, value) else "{text}"

    # -- JSON Schema ---------------------------------------------------------------------------------------------------

    def _schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return a schema in which only what no schema before it had is kept, with other names of properties."""
        kept = self._kept(schema)
        kept.setdefault("type", schema.get("type", "object"))
        if str(kept["type"]).lower() == "object":
            kept.setdefault("properties", {})
        order = ("$schema", "type", "properties", "required")
        return {name: kept[name] for name in (*order, *sorted(kept.keys() - set(order))) if name in kept}

    def _kept(self, node: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        names = {name: f"p{number}" for number, name in enumerate(node.get("properties", {}), 1)}
        inner = {
            names[name]: one
            for name, value in node.get("properties", {}).items()
            if isinstance(value, dict) and (one := self._new(value)) is not None
        }
        for word, value in node.items():
            if word == "properties":
                continue
            if word in ("items", "additionalProperties", "not", "propertyNames") and isinstance(value, dict):
                one = self._new(value)
                if one is not None or word not in self._words:
                    self._words.add(word)
                    found[word] = one if one is not None else {"type": value.get("type", "string")}
            elif word in ("anyOf", "oneOf", "allOf") and isinstance(value, list):
                if word not in self._words:
                    self._words.add(word)
                    found[word] = [self._new(one) or _bare(one) for one in value[:2] if isinstance(one, dict)]
            elif word == "type":
                kind = "type[]" if isinstance(value, list) else f"type={value}"
                if kind not in self._words:
                    self._words.add(kind)
                    found["type"] = value
            elif word == "required":
                if "required" not in self._words and inner:
                    self._words.add("required")
                    found["required"] = [next(iter(inner))]
            elif word not in self._words:
                self._words.add(word)
                found[word] = _example(word, value)
        if inner:
            found["properties"] = inner
        return found

    def _new(self, node: dict[str, Any]) -> dict[str, Any] | None:
        """Return what is new in a schema; None if nothing is."""
        kept = self._kept(node)
        if not kept:
            return None
        kept.setdefault("type", _bare(node)["type"]) if "anyOf" not in kept and "oneOf" not in kept else None
        return kept


def _bare(node: dict[str, Any]) -> dict[str, Any]:
    return {"type": node.get("type", "string")}


def _example(word: str, value: Any) -> Any:
    """Return a value of our own for a word of JSON Schema, of the same type as the client's."""
    if word == "description":
        return "{text}"
    if word == "enum":
        return [_plain(one, number) for number, one in enumerate(value[:2], 1)]
    if word in ("$schema", "format", "contentEncoding", "contentMediaType"):
        return value
    if word in ("pattern",):
        return "^x*$"
    return _plain(value, 1)


def _plain(value: Any, number: int) -> Any:
    if isinstance(value, str):
        return f"v{number}"
    if isinstance(value, list):
        return value[:0]
    return value if isinstance(value, (bool, int, float)) or value is None else {}


def written(body: dict[str, Any]) -> str:
    """Return a body as JSON with one line for each field, and one for each item of a list of objects."""
    lines = []
    for name, value in body.items():
        if isinstance(value, list) and len(value) > 1 and all(isinstance(one, dict) for one in value):
            items = ",\n".join(f"    {json.dumps(one, ensure_ascii=False)}" for one in value)
            lines.append(f"  {json.dumps(name)}: [\n{items}\n  ]")
        else:
            lines.append(f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}"
