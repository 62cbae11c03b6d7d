"""Values for the slots of a finding's words that a pasted text names: what the server said, a variable, a near name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from diagnose.answers.hints import quote
from diagnose.answers.provider_addresses import plan_of

if TYPE_CHECKING:
    from diagnose.answers.hints import ReadText

LONGEST = 110  # characters of a sentence in a title
_MESSAGE = r"[\"']?(?:message|msg|detail|error)[\"']? ?[:=] ?[\"'](?P<said>[^\"{}\[\]]{12,400}?)[\"'](?= ?[,})\]]|$)"
# A name in a server's sentence that no language has: `x-anthropic-billing-header`, `max_tokens`, `topK`.
_IDENTIFIER = (
    r"(?<![\w./:@-])(?:[a-z]{1,20}(?:[-_][a-z0-9]{1,20}){2,6}|[a-z]{1,20}(?:_[a-z0-9]{1,20}){1,6}|[a-z]{2,20}[A-Z][A-Za-z]{1,30})"
    r"(?![\w@/-])"
)
# The names that a server lists: "The supported API model names are deepseek-chat or deepseek-reasoner".
_LISTED_NAME = r"[A-Za-z][\w./:@-]{1,60}[\w]"
_NAMES_LISTED = (
    r"(?i)\b(?:supported|available|valid|allowed|known|existing) (?:api )?models?(?: names?| ids?)?s?"
    r"(?: are| is| include)?"
    rf"\s?[:：]?\s?\[?[\"'`]?(?P<names>{_LISTED_NAME}(?:[\"'`]?(?:, ?| or | and |, or )[\"'`]?{_LISTED_NAME}){{1,30}})"
)
_GATEWAYS = (
    r"(?i)(?:error from )?(?:the )?(?:upstream )?(?:provider|upstream|openai)[ _](?:returned )?(?:an )?error\.?"
    r"|bad request"
)
_VARIABLE = r"\b(?P<name>[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]{1,20}){0,3}_(?:API_)?(?:KEY|TOKEN))\b"
_NO_VARIABLE = r"(?:YOUR|MY|INVALID|MISSING|NO|BAD|WRONG|EXPIRED)_\w{1,40}"
# Settings, names of classes and the status before a server's sentence: "A=b C=d OpenAI API Error: 400 Invalid …".
_BEFORE_SAID = r"(?i)^.{0,200}?\b(?:error|exception|status|code)(?: code)?\W{1,3}(?:[45]\d\d)[ :,-]{1,3}(?=[a-z]{3})"
_TWICE = r"(?ia)(/v\d\w{0,8})\1(?![\w-])"
# Families whose names are all in lower case.
_LOWER_CASE = r"(?:gpt-|chatgpt-|o\d|gemini-|grok-|glm-)[\w.-]{1,60}"


def text_values(text: ReadText, code: str, evidence: str, model: str | None) -> dict[str, str]:
    """Return ``said``, ``key_env``, ``near``, ``doubled`` and the plan of a model, as far as the text has them."""
    found: dict[str, str] = {}
    if code == "model.parameter_rejected" and (said := _said(text, evidence)):
        found["said"] = said
        if (named := re.search(_IDENTIFIER, said)) is not None:
            found["named"] = named[0].strip("'\"`")
    if code == "url.version_doubled" and (twice := re.search(_TWICE, text.plain)) is not None:
        found |= {"doubled": twice[1], "twice": twice[0]}
    if code == "settings.missing_key" and (name := _variable(text.plain)):
        found["key_env"] = name
    if code == "model.not_found" and model and model != model.lower():
        lower = model.lower().replace(" ", "-")
        if re.fullmatch(_LOWER_CASE, lower):
            found["near"] = lower
    if code == "model.not_found" and (listed := re.search(_NAMES_LISTED, text.plain)) is not None:
        from probes.api.model_names import is_slip

        names = [
            name for name in re.findall(_LISTED_NAME, listed["names"]) if name not in ("or", "and", "but", "you", model)
        ]
        near = next((name for name in names if model and is_slip(model, name)), "")
        found |= {"near": near} if near else {"listed": ", ".join(names[:8])}
    if code in ("model.not_found", "model.not_permitted") and model:
        plan = plan_of(model, text.values.get("base_url") or (f"https://{text.host}" if text.host else ""))
        if plan and plan["model_plan_url"] not in text.plain:
            found.update(plan)
    return found


def _said(text: ReadText, evidence: str) -> str:
    """Return the server's sentence around the evidence, without JSON; empty if there is none that fits into a title."""
    part = evidence.strip("…")[:60]
    at = max(0, text.plain.find(part))
    window = text.plain[max(0, at - 200) : at + 500]
    messages = [one for one in re.finditer(_MESSAGE, window) if len(one["said"]) > 12]
    # A gateway's own sentence says less than the answer that it quotes behind it.
    hit = next((one for one in messages if not re.fullmatch(_GATEWAYS, one["said"])), None) or next(
        iter(messages), None
    )
    said = hit["said"] if hit is not None else "" if re.search(r"[{}\[\]\\]", evidence) else evidence.strip("… ")
    said = quote(re.sub(_BEFORE_SAID, "", said)).strip(" .。")
    if len(said) > LONGEST:
        said = said[:LONGEST].rpartition(" ")[0] + "…"
    return said if len(said) > len("bad request") else ""


def _variable(plain: str) -> str:
    names = (one["name"] for one in re.finditer(_VARIABLE, plain))
    return next((name for name in names if not re.fullmatch(_NO_VARIABLE, name)), "")
