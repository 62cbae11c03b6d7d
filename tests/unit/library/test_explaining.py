"""The library's explanations of texts."""

from __future__ import annotations

import pytest

import diagnose
from diagnose.answers.explain import Explanation
from diagnose.library import explaining
from diagnose.library.error_explanation import LikelyCause
from diagnose.rendering.explanation_text import explanation_text
from probes.demo_server.scenarios import made_up_key

LOG = "openai.NotFoundError: Error code: 404 - {'error': 'POST /chat/completions not found'}"


def test_a_text_has_a_cause() -> None:
    assert diagnose.explain is explaining.explain
    found = diagnose.explain(LOG)
    assert (found.code, found.likely, found.ask) == ("url.version_missing", True, "")
    assert found.title and found.explanation and found.steps and isinstance(found.cause, LikelyCause)
    rows = found.to_dict()["candidates"]
    assert isinstance(rows, list) and {"code", "confidence", "why", "evidence", "explanation", "steps"} == set(rows[0])
    assert found.text().startswith(f"{found.title}\n") and str(found) == found.text()
    assert found.text("zh") != found.text() and repr(found) == "<ErrorExplanation url.version_missing>"


def test_a_text_without_a_cause() -> None:
    found = diagnose.explain("hello, world")
    assert (found.code, found.cause, found.title, found.explanation, found.steps) == (None, None, "", "", ())
    assert found.to_dict() == {"candidates": []} and not found.likely
    assert found.text().strip() == explanation_text(Explanation(()), "en", 80)


def test_keys_are_not_kept() -> None:
    key = made_up_key()
    found = diagnose.explain(f"401 Incorrect API key provided: {key}")
    assert found.code == "auth.rejected"
    assert not any(key[8:20] in text for text in (repr(vars(found)), found.text(), str(found.to_dict())))


def test_anything_else_is_refused() -> None:
    with pytest.raises(diagnose.InvalidSettings, match="error text"):
        diagnose.explain(5)  # type: ignore[arg-type]
