"""What a function says of a view is worked out once, for each view and each function."""

from __future__ import annotations

from diagnose.evidence.view import View
from diagnose.evidence.view_memo import once_a_view
from probes.model.capability import Cost
from probes.model.evidence import Evidence, HostEnvironment, Target

asked: list[str] = []


@once_a_view
def protocol(view: View) -> str | None:
    asked.append("protocol")
    return view.evidence.target.protocol or None


@once_a_view
def model(view: View) -> str | None:
    asked.append("model")
    return view.evidence.target.model


def made(spoken: str) -> View:
    target = Target(None, spoken, None, "", None, None, None)
    evidence = Evidence(
        target=target,
        observations=(),
        working=None,
        cost=Cost(),
        vantage=HostEnvironment(),
        started_at="",
        seconds=0.0,
    )
    return View(evidence)


def test_each_function_is_asked_once_for_each_view() -> None:
    asked.clear()
    one, other = made("openai"), made("")
    assert [protocol(one), protocol(other), protocol(one), protocol(other)] == ["openai", None, "openai", None]
    assert (model(one), model(one)) == (None, None)
    assert asked == ["protocol", "protocol", "model"], "that nothing is there is remembered too"
