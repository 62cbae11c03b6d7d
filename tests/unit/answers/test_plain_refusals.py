"""Refusals in words that no row knows: what they are about, and what is wrong with that."""

from __future__ import annotations

import pytest

from diagnose.answers.data_files import table
from diagnose.answers.plain_refusals import plain_refusal
from worlds.refusals import REFUSALS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your wallet balance is insufficient for this call", "quota.exhausted"),
        ("账户余额已用尽", "quota.exhausted"),
        ("All accounts are currently limited", "quota.rate_limited"),
        ("并发过高，请稍后重试", "quota.rate_limited"),
        ("The credential you sent is incorrect", "auth.rejected"),
        ("密钥不正确", "auth.rejected"),
        ("This access token has expired", "auth.expired"),
        ("the engine you asked for could not be found", "model.not_found"),
        ("模型未开通", "model.not_permitted"),
        ("Unsupported field in payload", "model.parameter_rejected"),
        ("系统异常", "http.server_error"),
        ("This service is temporarily unavailable", "quota.overloaded"),
        ("Your country is not supported", "access.region_blocked"),
        ("workspace suspended", "auth.not_permitted"),
        ("No active workers are serving the model", "model.no_channel"),
        ("The model has 0 ready replicas", "model.no_channel"),
        ("this model requires the Pro plan", "model.not_permitted"),
        ("模型处于内测阶段，仅白名单用户可用", "model.not_permitted"),
        ("不支持 system role", "model.parameter_rejected"),
    ],
)
def test_a_subject_and_a_fault(text: str, code: str) -> None:
    found = plain_refusal(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "text", ["the weather is fine", "model: gpt-4o", "400 Bad Request, message: Invalid request", ""]
)
def test_one_of_them_alone_says_nothing(text: str) -> None:
    assert plain_refusal(text) is None


def test_every_meaning_has_its_words() -> None:
    document = table("refusal_words")
    subjects = {row["subject"] for row in document["word"] if "subject" in row}
    faults = {row["fault"] for row in document["word"] if "fault" in row}
    assert {row.get("subject", "") for row in document["meaning"]} - {""} == subjects
    assert {row["fault"] for row in document["meaning"]} == faults


def test_plain_words_agree_with_most_known_refusals() -> None:
    """The words say the code of a known refusal in two of three cases in which they say any: enough for a last resort."""
    said = [(one.code, found.code) for one in REFUSALS if (found := plain_refusal(one.body)) is not None]
    assert len(said) > 150
    assert sum(code == other for code, other in said) > 0.55 * len(said)
