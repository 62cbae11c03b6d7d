"""Read a response as all official SDKs of its protocol do. Without any effect if nobody has measured them."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from probes.model.exchange import Answer, Breakage
from probes.protocols.protocol import Wire
from probes.protocols.strictness.reading import Panel
from probes.protocols.strictness.whole_answers import expects_text, of_answer


def panel(protocol: Wire) -> Panel:
    """Return the readings of one stream by all official SDKs."""
    strict = _strict(protocol)
    return Panel(strict.readings() if strict is not None else ())


def broken_by(protocol: Wire, body: bytes, content_type: str, answer: Answer) -> tuple[Breakage, ...]:
    """Return where which official SDKs fail at the body of a whole response, whose tolerant reading is ``answer``."""
    strict = _strict(protocol)
    if strict is None:
        return ()
    complete = expects_text(answer.finish, answer.reasoning, answer.completion_tokens, streamed=False)
    return of_answer(strict, protocol.name, body, content_type, complete or bool(answer.text))


def _strict(protocol: Wire) -> ModuleType | None:
    name = f"probes.protocols.strictness.{protocol.strictness or protocol.name}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
