"""What every protocol's stream reader counts: events and their moments, text, the end, and what is wrong first."""

from __future__ import annotations

from probes.model.exchange import ApiError, StreamReading
from probes.protocols.protocol import count_of, text_of
from probes.protocols.sse import Event

MOMENT = 0.02  # seconds: what one write of a server spreads over on its way


class StreamCounter:
    """A protocol's reader extends this by :meth:`take`, which reads one event."""

    form = "sse"  # what the protocol's streams are made of, as a ``kind`` of :class:`StreamReading`

    def __init__(self) -> None:
        self.done = False  # the protocol's own end was seen
        self._events = self._pieces = 0
        self._text: list[str] = []
        self._model = self._finish = self._problem = ""
        self._error: ApiError | None = None
        self._error_first = self._reasoning = self._shaped = False
        self._first = self._last = 0.0
        self._moments: set[int] = set()
        self._reads: set[float] = set()
        self._prompt = self._completion = 0

    def feed(self, event: Event, at: float) -> None:
        """One event, ``at`` seconds after the request. After the end or an error an SDK reads no more."""
        if self.done or self._error:
            return
        if not self._events:
            self._first = at
        self._events += 1
        self._last = at
        self._moments.add(round(at / MOMENT))
        self._reads.add(at)
        if event.data is None:
            self.flaw("not_utf8")
        else:
            self.take(event.name, event.data)

    def end(self, event: Event) -> None:
        """The last event, which no blank line ended: it tells of the end where it is the end."""
        if not self.done and not self._error and self.ends(event):
            self.done = True

    def ends(self, event: Event) -> bool:
        """Whether this is the protocol's own last event."""
        raise NotImplementedError

    def take(self, name: str, data: str) -> None:
        """Read one event's data."""
        raise NotImplementedError

    def write(self, content: object) -> None:
        """A piece of the answer: text, or the parts in which some models give it."""
        if isinstance(content, list):
            content = "".join(text_of(part.get("text")) for part in content if isinstance(part, dict))
        if text_of(content):
            self._pieces += 1
            self._text.append(text_of(content))

    def fail(self, error: ApiError | None, message: str = "") -> None:
        """The stream carries an error."""
        self._error = error or ApiError(message=message[:300], shape="other")
        self._error_first = not self._text and not self._reasoning and not self._shaped

    def flaw(self, problem: str) -> None:
        """The first thing on which an SDK chokes is the one that counts."""
        self._problem = self._problem or problem

    def count(self, usage: object, prompt: str, completion: str) -> None:
        """The tokens that the server says it counted; the last word is the whole."""
        if isinstance(usage, dict):
            self._prompt = max(self._prompt, count_of(usage.get(prompt)))
            self._completion = max(self._completion, count_of(usage.get(completion)))

    def reading(self, unshaped: str) -> StreamReading:
        """All of it. ``unshaped`` names what is wrong where events came, but none of this protocol's."""
        problem = self._problem
        if self._events and not self._shaped and not self._error and not problem:
            problem = unshaped
        return StreamReading(
            kind=self.form if self._events else "empty",
            events=self._events,
            pieces=self._pieces,
            text="".join(self._text),
            model=self._model,
            finish=self._finish,
            terminated=self.done,
            reasoning=self._reasoning,
            error=self._error,
            error_first=self._error_first,
            problem=problem,
            first_at=self._first,
            last_at=self._last,
            arrivals=len(self._moments),
            reads=len(self._reads),
            prompt_tokens=self._prompt,
            completion_tokens=self._completion,
        )
