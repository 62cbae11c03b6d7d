"""model.* and quota.*: whether this key may use this model, and whether credit and rate limits allow it."""

from __future__ import annotations

import re

from diagnose.advice.remedy_steps import hints_at_completions
from diagnose.evidence.lines import line_of
from diagnose.evidence.rule import Claim, Rule
from diagnose.evidence.view import View
from diagnose.findings.api import beside_another, said
from diagnose.findings.ends import ends_soon, with_end
from diagnose.report import Seen, Severity, seen
from probes.api.model_names import is_same, is_slip, others
from probes.api.response_checks import names_model, passes
from probes.model.attempt import Change
from probes.model.capability import Support
from probes.model.exchange import Body, Purpose
from probes.model.listed import Listed
from probes.model.record import replace
from probes.model.source import OWN_CHOICES

_BARE = r"(?i)(?:the caller does not have permission|(?:permission|access) denied|forbidden)[.!]?"
_SHORT = 5  # models that a step lists
_DATE = r"[-_@:]?(?:20\d{2}-?\d{2}-?\d{2}|\d{4}|\d{8}|latest|preview|v\d+(?::\d+)?)$"


def _not_found(view: View) -> Claim | None:
    working = view.working
    if working is not None and Change.MODEL in working.changed and working.model:
        # The round before it asked for the user's own model at the same place.
        refused = next(
            (
                attempt_round.chat
                for attempt_round in reversed(view.rounds)
                if attempt_round.chat is not None
                and not passes(attempt_round.chat)
                and Change.MODEL not in attempt_round.attempt.changed
            ),
            None,
        )
        lines: tuple[str | Seen, ...] = (line_of(refused),) if refused is not None else ()
        asked = refused.attempt.model if refused is not None else None
        spaced = asked is not None and asked != working.model and asked.strip() == working.model
        verified = Claim(
            (repr(asked), *lines) if spaced else lines,
            values={"near": working.model},
            settings={"model": working.model},
            verified=True,
            case="spaces" if spaced else "",
        )
        return with_end(verified, view)
    claim = said("model.not_found")(view) or _unlisted(view) or _other_spelling(view)
    if claim is None:
        return ends_soon(view)
    chosen = view.chosen
    if chosen is not None and chosen.source.kind in OWN_CHOICES:
        return None  # the model was our own choice, not the user's setting
    near = chosen.near if chosen is not None else ()
    lines = (
        *claim.evidence,
        *((seen("nearest", count=chosen.count, near=Listed(near)),) if chosen and near else ()),
    )
    if claim.case == "upstream" and chosen is not None and chosen.listed:
        return replace(claim, evidence=lines)  # the gateway offers it, so the name is wrong in the gateway's settings
    if view.model in _models(view):
        retired = with_end(replace(claim, evidence=lines), view)
        # Its own name is no better one.
        return retired if retired.case == "retired" else replace(claim, evidence=lines, case="listed")
    slips = [one for one in near if is_slip(view.model or "", one)]
    claim = Claim(
        lines,
        sure=claim.sure,
        values={**claim.values, "near": Listed(slips), **({} if slips else {"listed": _listed(view)})},
        settings={"model": slips[0]} if slips else None,
    )
    return with_end(claim, view)


def _models(view: View) -> list[str]:
    """Return the names in the model list of the server; an empty list if none was read."""
    deep, first = view.deep, view.first
    listing = next((one.listing for one in (deep, first) if one is not None and one.listing is not None), None)
    return [name for name in (listing.reading.models or () if listing is not None else ()) if name.isprintable()]


def _listed(view: View) -> str:
    """Return up to five names of the model list for a model without a similar name, its own family first."""
    models = _models(view)
    family = re.match(r"[a-z]{3,20}", (view.model or "").lower().rpartition("/")[2])
    akin = [name for name in models if family and family[0] in name.lower()]
    near = view.chosen.near if view.chosen is not None else ()
    return Listed(list(dict.fromkeys((*akin, *near)) or (models if len(models) <= _SHORT else []))[:_SHORT])


def _other_spelling(view: View) -> Claim | None:
    """Report a model that is refused in any words, if the same name in another case or with other signs is answered."""
    refused, working = view.refused_alone, view.working
    if refused is None or working is None or not is_same(view.model or "", working.model or ""):
        return None
    return Claim(
        (line_of(refused),), values={"near": working.model or ""}, settings={"model": working.model}, verified=True
    )


def _unlisted(view: View) -> Claim | None:
    """Report a refusal in unknown words, for a model that is missing from the server's list or that a 404 quotes."""
    subject, chosen = view.subject, view.chosen
    if subject is None or chosen is None or subject.purpose is not Purpose.CHAT:
        return None
    if chosen.listed is not False and not (chosen.listed is None and subject.status == 404 and names_model(subject)):
        return None
    strange = view.match is None or view.match.code == "path"
    worded = subject.reading.error is not None or (subject.status == 404 and subject.response.body is not Body.HTML)
    if subject.status not in (400, 404) or not worded or not strange:
        return None
    return Claim((line_of(subject),), sure=False)


def _not_permitted(view: View) -> Claim | None:
    """Report a refusal by the provider, or one without a reason although the model list needs a key and was served."""
    subject, deep = view.subject, view.deep
    served = deep is not None and deep.listing is not None and bool(deep.listing.reading.models)
    keyed = view.door is not None and view.door.match.list_needs_key
    bare = subject is not None and subject.status == 403 and re.fullmatch(_BARE, view.said()) is not None
    if subject is not None and bare and served and keyed and subject.purpose.endpoint is not Purpose.MODELS:
        return Claim((line_of(subject), seen("list_served")))
    if _other_spelling(view) is not None:
        return None
    claim = beside_another(view, said("model.not_permitted")(view))
    if claim is not None and claim.case == "signin":
        # To sign in is the first step. A listed model with a similar name would be refused for the same reason.
        near = {"near": claim.values.get("near", "") if view.refused_alone is not None else ""}
        return replace(claim, values={**claim.values, **near}, settings=None, verified=False)
    return claim


def _no_channel(view: View) -> Claim | None:
    """Report a model that nobody serves: in the server's own words, or because its model list is empty."""
    claim = said("model.no_channel")(view)
    subject, deep = view.subject, view.deep
    if claim is not None or subject is None or deep is None or subject.purpose is not Purpose.CHAT:
        return claim
    empty = deep.listing is not None and deep.listing.reading.models == ()
    strange = view.match is None or view.match.code == "path" or view.match.dialect.startswith("status-")
    if not empty or not strange or subject.reading.error is None or subject.status not in (400, 404, 422, 500, 503):
        return None
    return Claim((line_of(subject), seen("list_empty")), sure=False, case="empty")


def _wrong_endpoint(view: View) -> Claim | None:
    """Name the Responses API for a model of OpenAI's that chat completions refuse."""
    claim = said("model.wrong_endpoint")(view)
    if claim is not None and hints_at_completions(view):
        return replace(claim, case="responses")
    if claim is None or claim.values.get("near"):
        return claim
    chat = others(tuple(_models(view)), (view.model or "",))
    return replace(claim, values={**claim.values, "near": chat}) if chat is not None else claim


def _parameter_rejected(view: View) -> Claim | None:
    """Name the field that is refused, and the setting with which the app no longer sends it.

    The check itself sends few fields. A deep check that saw one refused without which the app sends nothing is as sure.
    """
    if view.evidence.client_request is not None:
        from diagnose.findings.client_request import refused  # few runs send the app's own request

        if (own := refused(view, header=False)) is not None:
            return own
    claim = said("model.parameter_rejected")(view) or _refused_by_deep_check(view) or _one_way_alone(view)
    app, field = view.app, str(claim.values.get("parameter", "")) if claim is not None else ""
    if claim is None or app is None or not field:
        return claim
    from probes.client_requests.recordings import setting_for

    setting = setting_for(app.id, field) or next(
        (text for start, text in app.leaves_out.items() if field.startswith(start)), ""
    )
    return replace(claim, values={**claim.values, "app": app.name, **({"variable": setting} if setting else {})})


def _one_way_alone(view: View) -> Claim | None:
    """Report a request that is refused in unknown words with streaming, or without it, and answered the other way."""
    subject, deep = view.subject, view.deep
    if subject is None or deep is None or view.match is not None or subject.status not in (400, 405, 415, 422, 501):
        return None
    if subject is deep.chat and passes(deep.stream):
        return Claim((line_of(subject),), settings={"stream": True}, verified=True, case="streamed")
    if subject is deep.stream and passes(deep.chat):
        return Claim((line_of(subject),), values={"parameter": "stream"})
    return None


def _refused_by_deep_check(view: View) -> Claim | None:
    app = view.app
    for one in view.evidence.capabilities or ():
        if app is not None and one.name in app.sends and one.support is Support.UNSUPPORTED and one.why == "refused":
            line = seen("deep_refused", name=one.name, app=app.name)
            return Claim((line,), values={"parameter": one.name})
    return None


def _bare(name: str) -> str:
    low = name.lower().rpartition("/")[2]
    while (cut := re.sub(_DATE, "", low)) != low:
        low = cut
    return low


def _routed(asked: str, got: str) -> bool:
    """Check whether the name that was asked for is the answer's, behind the name of a provider: ``up,gpt-4o-mini``."""
    asked, got = asked.lower(), _bare(got)
    return _bare(asked).endswith(f".{got}") or any(_bare(one) == got for one in re.split(r"[/,:;|@#~]", asked) if one)


def _substituted(view: View) -> Claim | None:
    deep = view.deep
    chat = deep.chat if deep is not None else None
    answer = chat.reading.answer if chat is not None and passes(chat) else None
    if chat is None or answer is None or not answer.model or not chat.attempt.model:
        return None
    if view.door is not None and view.door.match.id is not None and not view.door.host.local:
        return None  # a vendor's own aliases are no substitution
    asked, got = _bare(chat.attempt.model), _bare(answer.model)
    if asked == got or asked.startswith(got) or got.startswith(asked) or _routed(chat.attempt.model, answer.model):
        return None
    if view.chosen is not None and view.chosen.source.kind in OWN_CHOICES:
        return None
    line = seen("substituted", model=chat.attempt.model, names=answer.model)
    return Claim((line,), values={"names": answer.model})


RULES = (
    Rule("model.not_found", Severity.ERROR, "model", _not_found, "settings"),
    Rule("model.not_permitted", Severity.ERROR, "model", _not_permitted, "settings"),
    Rule("model.no_channel", Severity.ERROR, "model", _no_channel, "relay", retryable=True),
    Rule("model.wrong_endpoint", Severity.ERROR, "model", _wrong_endpoint, "settings"),
    Rule("model.parameter_rejected", Severity.ERROR, "chat", _parameter_rejected, "app"),
    Rule("model.substituted", Severity.WARNING, "model", _substituted, "relay"),
    Rule("quota.exhausted", Severity.ERROR, "auth", said("quota.exhausted"), "provider"),
    Rule("quota.rate_limited", Severity.ERROR, "chat", said("quota.rate_limited"), "provider", retryable=True),
    Rule("quota.overloaded", Severity.ERROR, "chat", said("quota.overloaded"), "provider", retryable=True),
)
