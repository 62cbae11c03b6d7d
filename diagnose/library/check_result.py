"""The result of a check as an object for Python programs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, cast

from diagnose.judging.judge import judge
from diagnose.report import Finding, Fix, Verdict

if TYPE_CHECKING:
    from diagnose.rendering.report_view import ReportView
    from diagnose.report import Proven
    from probes.model.evidence import Evidence


class CheckResult:
    """What a check has found. It holds no key.

    ``verdict`` is ``healthy``, ``degraded`` (it works, with warnings), ``broken`` or ``inconclusive``. Texts are in the
    language ``lang``. The stable form for other programs is :meth:`to_dict`.
    """

    def __init__(self, evidence: Evidence, lang: str = "en") -> None:
        self._evidence = evidence
        self._report = judge(evidence, lang)
        self.lang = lang

    @property
    def verdict(self) -> Verdict:
        """``healthy``, ``degraded``, ``broken`` or ``inconclusive``; a text, so that it compares with one."""
        return self._report.verdict

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong: all that was asked works, perhaps with warnings."""
        return self.verdict in (Verdict.HEALTHY, Verdict.DEGRADED) or self._report.open_by_choice

    @property
    def cause(self) -> Finding | None:
        """The finding that explains the others and has to be fixed first; None if nothing is wrong."""
        return next((one for one in self._report.findings if one.code == self._report.root_cause), None)

    @property
    def code(self) -> str | None:
        """The code of the cause, such as ``url.version_missing`` (docs/findings.md); None if nothing is wrong."""
        return self._report.root_cause

    @property
    def title(self) -> str:
        """The cause in one sentence, or that the API works."""
        return self._view.headline

    @property
    def explanation(self) -> str:
        """Why the cause makes the app fail; empty if nothing is wrong."""
        return self.cause.explanation if self.cause is not None else ""

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do, in order; empty if nothing is wrong."""
        return self.cause.steps if self.cause is not None else ()

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """Changes of settings that fix the cause. One that is ``verified`` was seen to work in this check."""
        return self.cause.fixes if self.cause is not None else ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """The measurements that prove the cause, one line each; empty if nothing is wrong."""
        return self.cause.evidence if self.cause is not None else ()

    @property
    def side(self) -> str | None:
        """Where the cause is: ``settings``, ``machine``, ``network``, ``relay``, ``provider`` or ``app``."""
        return self._report.side

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found, the cause first: also what follows from it, and warnings."""
        return self._report.findings

    @property
    def settings(self) -> Mapping[str, object] | None:
        """Settings that were seen to work in this check, as the report's ``settings``; None if none did."""
        return self._report.settings

    @property
    def proven(self) -> Proven:
        """What the check has shown to work (True) or not to work (False); None: not checked."""
        return self._report.proven

    @property
    def cost(self) -> Mapping[str, int]:
        """How many requests were sent, how many of them are billed, and their tokens."""
        return self._report.cost

    def to_dict(self) -> dict[str, object]:
        """Return the JSON report (docs/json.md) as plain dicts, lists, texts and numbers."""
        import json

        return cast("dict[str, object]", json.loads(self.render("json")))

    def text(self, lang: str | None = None, *, verbose: bool = False, width: int = 80) -> str:
        """Return the report as the command line prints it, in ``width`` columns."""
        return self.render("text", lang, verbose=verbose, width=width)

    def render(self, fmt: str, lang: str | None = None, *, verbose: bool = False, width: int = 80) -> str:
        """Return the report in a format of ``llmdoctor check --format``: ``markdown``, ``html``, ``junit``, …

        Raises InvalidSettings for an unknown format or language.
        """
        from diagnose.formats import FORMATS, render
        from diagnose.library.given_settings import InvalidSettings, language

        if fmt not in FORMATS:
            raise InvalidSettings(f"fmt must be one of {', '.join(FORMATS)}.")
        spoken = language(lang or self.lang)
        report = self._report if spoken == self.lang else judge(self._evidence, spoken)
        return render(report, fmt, spoken, verbose=verbose, width=width)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        about = f"{self.verdict}: {self.code}" if self.code else self.verdict
        return f"<{type(self).__name__} {about}>"

    @cached_property
    def _view(self) -> ReportView:
        from diagnose.rendering.report_view import view_of

        return view_of(self._report, self.lang)
