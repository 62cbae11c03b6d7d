"""Explain an error text, an exception or a response, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose import __version__
from diagnose.library.error_explanation import ErrorExplanation
from diagnose.library.given_settings import InvalidSettings, language

if TYPE_CHECKING:
    from probes.model.evidence import Evidence
    from probes.run.seen_call import SeenCall


def explain(what: object, *, lang: str = "en") -> ErrorExplanation:
    """Return what an error is likely to be about, offline. Keys in it are neither kept nor shown.

    ``what`` is an error text or log, an exception, or a response. Exceptions and responses may be those of httpx,
    httpx2, requests, aiohttp, and of the SDKs that are built on them (OpenAI, Anthropic, Mistral, Groq, LangChain): the
    request, status, headers, body and the chain of causes are judged by the rules of a check. Nothing is read from the
    network; of a response whose body has not been read, only status and headers count.

    Raises InvalidSettings for anything else.
    """
    spoken = language(lang)
    if isinstance(what, str):
        return explained_text(what, spoken)
    from diagnose.library.seen_objects import call_in, words_of_errors  # a text needs none of it

    call = call_in(what)
    if call is not None:
        return explained_call(call, what, spoken)
    if isinstance(what, BaseException):
        return explained_text(words_of_errors(what), spoken)
    raise InvalidSettings("explain() takes an error text, an exception, or a response of httpx, requests or aiohttp.")


def explained_call(call: SeenCall, what: object, lang: str) -> ErrorExplanation:
    """Return what a call that has failed is likely to be about; ``what`` is its exception or response."""
    from diagnose.library.request_texts import RequestTexts
    from diagnose.library.seen_objects import words_of_call, words_of_errors
    from probes.model.record import replace
    from probes.run.seen_call import evidence_of, scrubber_of

    without_texts = RequestTexts(call.body)
    call = replace(
        call,
        data=without_texts.of_bytes(call.data),
        detail=without_texts(call.detail),
        response_headers=tuple((name, without_texts(value)) for name, value in call.response_headers),
    )
    said, evidence = without_texts(words_of_errors(what)), evidence_of(call, __version__)
    text = "\n".join((words_of_call(call), said)) if evidence is not None or call.status else said
    return explained_text(scrubber_of(call)(text), lang, evidence)


def explained_text(text: str, lang: str, evidence: Evidence | None = None) -> ErrorExplanation:
    """Return what a text is likely to be about, which may contain keys; or what the evidence of its call shows."""
    from probes.pasted.pasted_text import read

    seen = read(text)
    return ErrorExplanation(seen, _door(seen.host), lang, evidence)


def _door(host: str | None) -> str | None:
    from probes.catalog.doors import load

    door = load().of_host(host) if host else None
    return door.id if door is not None else None
