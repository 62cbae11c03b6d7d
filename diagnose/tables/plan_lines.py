"""The plan of a check, as `--plan` shows it: lines for people, a document for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from diagnose.rendering.line_breaks import wrapped
from diagnose.rendering.lists import hung
from diagnose.rendering.outlet import plain
from diagnose.words import part, put
from probes.model.attempt import Auth, KeyForm
from probes.model.planned_request import Plan, PlannedRequest
from probes.model.source import Source

_KEYS = {
    KeyForm.GIVEN: "with_key",
    KeyForm.CLEANED: "cleaned_key",
    KeyForm.CONFLICTING: "key_of",
    KeyForm.NONE: "without_key",
}


def document(plan: Plan) -> dict[str, Any]:
    """Return the plan as a JSON document."""
    return {
        "host": plan.host,
        "port": plan.port,
        "proxy": plan.proxy,
        "requests": [_request_document(one) for one in plan.requests],
        "further": plan.further,
        "withheld": plan.withheld or "",
        "extra_headers": [{"name": name, "source": str(source)} for name, source in plan.extra],
        "deep": [_request_document(one) for one in plan.deep],
        **_client_document(plan),
        "otherwise": [
            {"when": case.when, "requests": [_request_document(one) for one in case.requests]}
            for case in plan.otherwise
        ],
        "on_success": [_request_document(one) for one in plan.on_success],
        **({"runtime": [_request_document(one) for one in plan.runtime]} if plan.runtime else {}),
        "tokens": plan.tokens,
    }


def _client_document(plan: Plan) -> dict[str, object]:
    """Return the client's own request; nothing if it was not asked for."""
    if plan.client is None:
        return {}
    return {"as_client": _request_document(plan.client), "as_client_more": plan.client_more}


def _request_document(request: PlannedRequest) -> dict[str, object]:
    return {
        "purpose": request.purpose,
        "method": request.method,
        "url": request.url,
        "with_key": request.with_key,
        "tokens": request.tokens,
        "key": request.key,
        "headers": list(request.headers),
        "after_list": request.after_list,
    }


def text(plan: Plan, lang: str, width: int | None) -> str:
    """Return the plan as lines for people, which fit ``width`` columns; None: a request a line, whatever its length."""
    return "\n".join(line for whole in _lines(plan, lang, width) for line in hung(whole, width))


def _lines(plan: Plan, lang: str, width: int | None) -> Iterator[str]:
    words: dict[str, str] = part(lang, "plan").PLAN

    def requests_of(requests: Iterable[PlannedRequest]) -> Iterator[str]:
        for one in requests:
            yield from _request(one, plan.conflict_source, lang, width)

    where = {"host": plain(plan.host), "port": plan.port, "proxy": plain(plan.proxy)}
    yield put(words["to_proxy" if plan.proxy else "to"], where)
    yield from requests_of(plan.requests)
    if not plan.requests:
        yield f"  {words['nothing']}"
    if plan.extra:
        names = words["comma"].join(put(words["header"], {"name": plain(n), "source": plain(s)}) for n, s in plan.extra)
        yield put(words["headers"], {"names": names})
        if plan.further:
            yield put(words["without_headers"], {"count": plan.further})
    if plan.withheld is not None:
        yield put(words["withheld"], {"reason": words[f"withheld.{plan.withheld}"]})
    for case in plan.otherwise:
        yield words[f"otherwise.{case.when}"]
        yield from requests_of(case.requests)
    if plan.on_success:
        yield words["on_success"]
        yield from requests_of(plan.on_success)
    if plan.further:
        yield put(words["further"], {"count": plan.further})
    if plan.deep:
        yield words["deep"]
        yield from requests_of(plan.deep)
    if plan.client is not None:
        yield put(words["as_client"], {"app": plan.client_name})
        yield from requests_of((plan.client,))
        yield put(words["as_client_more"], {"count": plan.client_more})
    if plan.runtime:
        yield words["runtime"]
        yield from requests_of(plan.runtime)
    yield put(words["all_but_client" if plan.with_client else "all"], {"tokens": plan.tokens})


def _request(request: PlannedRequest, conflict_source: Source | None, lang: str, width: int | None) -> Iterator[str]:
    from diagnose.words import deep

    words: dict[str, str] = part(lang, "plan").PLAN
    sent = "without_key" if request.attempt.auth is Auth.NONE else _KEYS.get(request.key, "made_up_key")
    notes = [
        words.get(f"purpose.{request.purpose}") or deep("NAMES", request.purpose, lang),
        put(words[sent], {"source": plain(conflict_source or "")}),
        put(words["tokens" if request.tokens else "free"], {"tokens": request.tokens}),
        *([words["after_list"]] if request.after_list else ()),
    ]
    note = put(words["notes"], {"notes": words["comma"].join(notes)})
    line = f"  {request.method:7} {plain(request.url)}"
    if width is None:
        yield f"{line}  {note}"
        return
    yield line
    yield from (f"          {one}" for one in wrapped(note, width - 10))
