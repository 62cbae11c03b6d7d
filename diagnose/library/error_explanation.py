"""What an error is likely to be about, as an object for Python programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnose.answers.explain import explanation
from probes.model.record import Record

if TYPE_CHECKING:
    from diagnose.answers.explain import Candidate, Explanation
    from diagnose.answers.hints import ReadText
    from probes.model.evidence import Evidence


class LikelyCause(Record):
    """One likely cause of an error.

    ``confidence`` is between 0 and 1, and ``likely`` says whether people may be told so. ``evidence`` is the decisive
    part of what was given, without any key.
    """

    code: str
    confidence: float
    likely: bool
    title: str
    explanation: str
    steps: tuple[str, ...]
    evidence: str

    def to_dict(self) -> dict[str, object]:
        """Return the candidate as ``llmdoctor explain --json`` prints it, with its explanation and steps."""
        return {
            "code": self.code,
            "confidence": self.confidence,
            "why": self.title,
            "evidence": self.evidence,
            "explanation": self.explanation,
            "steps": list(self.steps),
        }


class ErrorExplanation:
    """The likely causes of an error, the best first; none if nothing about it is known. It holds no key.

    The properties of the best one are those of the explanation too. Texts are in the language ``lang``.
    """

    def __init__(self, read: ReadText, door: str | None, lang: str = "en", evidence: Evidence | None = None) -> None:
        self._read = read
        self._door = door
        self._evidence = evidence
        self._found = self._explained(lang)
        self.lang = lang
        self.candidates: tuple[LikelyCause, ...] = tuple(
            LikelyCause(
                one.code, one.confidence, one.likely, one.why, one.text.explanation, one.text.steps, one.evidence
            )
            for one in self._found.candidates
        )

    @property
    def cause(self) -> LikelyCause | None:
        """The most likely cause, or None."""
        return self.candidates[0] if self.candidates else None

    @property
    def code(self) -> str | None:
        """The code of the most likely cause, as in docs/findings.md; None if nothing is known."""
        return self.cause.code if self.cause is not None else None

    @property
    def likely(self) -> bool:
        """Whether the first cause is likely, and not only possible."""
        return self.cause is not None and self.cause.likely

    @property
    def title(self) -> str:
        """The most likely cause in one sentence; empty if nothing is known."""
        return self.cause.title if self.cause is not None else ""

    @property
    def explanation(self) -> str:
        """Why this cause makes the app fail; empty if nothing is known."""
        return self.cause.explanation if self.cause is not None else ""

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do about the most likely cause, in order."""
        return self.cause.steps if self.cause is not None else ()

    @property
    def ask(self) -> str:
        """What else would tell the cause, in a sentence; empty if what was given tells it."""
        return self._found.ask

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as ``llmdoctor explain --json`` prints it: ``{"candidates": [...]}``."""
        asked = {"ask": self.ask} if self.ask else {}
        return {"candidates": [one.to_dict() for one in self.candidates], **asked}

    def text(self, lang: str | None = None, *, width: int = 80) -> str:
        """Return the explanation as the command line prints it, in ``width`` columns. Raises InvalidSettings for an
        unknown language.
        """
        from diagnose.library.given_settings import language
        from diagnose.rendering.explanation_text import explanation_text
        from diagnose.rendering.outlet import passed

        spoken = language(lang or self.lang)
        found = self._found if spoken == self.lang else self._explained(spoken)
        return passed(explanation_text(found, spoken, width)) + "\n"

    def _explained(self, lang: str) -> Explanation:
        if self._evidence is None:
            return explanation(self._read, lang, self._door)
        from diagnose.library.call_explanation import call_explanation  # a text needs no rules

        return call_explanation(self._evidence, self._read, self._door, lang)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code}>"


def _cause(one: Candidate) -> LikelyCause:
    text = one.text
    return LikelyCause(one.code, one.confidence, one.likely, one.why, text.explanation, text.steps, one.evidence)
