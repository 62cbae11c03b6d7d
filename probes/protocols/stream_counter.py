"""The base class of the stream readers: it counts events, arrival times and tokens, and collects text and problems."""

from __future__ import annotations

from probes.model.exchange import ApiError, StreamReading
from probes.protocols.protocol import count_of, text_of
from probes.protocols.sse import Event

MOMENT = 0.02  # seconds within which the network may spread the events of one write


class StreamCounter:
    """A stream reader. Subclasses implement :meth:`take`, which reads one event, and :meth:`ends`."""

    form = "sse"  # the ``kind`` of :class:`StreamReading` that the protocol's streams have

    def __init__(self) -> None:
        self.done = False  # the protocol's end marker arrived
        self.behind = 0  # pieces of text behind it, which no SDK reads
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
        """Read one event that arrived ``at`` seconds after the request, unless the end marker came before it.

        It reads on after an error: some SDKs pass over some errors.
        """
        if self.done:
            self.behind += self.late(event)
            return
        if event.bare:
            return
        if not self._events:
            self._first = at
        self._events += 1
        self._last = at
        self._moments.add(round(at / MOMENT))
        self._reads.add(at)
        if event.wrong:
            self.flaw("not_utf8")
        else:
            self.take(event.name, event.data)

    def end(self, event: Event) -> None:
        """Read the last event, without a blank line after it: only an end marker counts."""
        if not self.done and self.ends(event):
            self.done = True

    def late(self, event: Event) -> bool:
        """Check whether an event behind the end marker carries a piece of text, which no SDK reads."""
        return False

    def ends(self, event: Event) -> bool:
        """Check whether this is the protocol's end marker."""
        raise NotImplementedError

    def take(self, name: str, data: str) -> None:
        """Read the data of one event."""
        raise NotImplementedError

    def write(self, content: object) -> None:
        """Add a piece of the response text; some models send it as a list of parts."""
        if isinstance(content, list):
            content = "".join(text_of(part.get("text")) for part in content if isinstance(part, dict))
        if text_of(content):
            self._pieces += 1
            self._text.append(text_of(content))

    def fail(self, error: ApiError | None, message: str = "") -> None:
        """Record an error in the stream. Only the first one counts."""
        if self._error is not None:
            return
        self._error = error or ApiError(message=message[:300], shape="other")
        self._error_first = not self._text and not self._reasoning and not self._shaped

    def flaw(self, problem: str) -> None:
        """Record a problem that breaks an SDK. Only the first one counts."""
        self._problem = self._problem or problem

    def count(self, usage: object, prompt: str, completion: str) -> None:
        """Record the server's token counts. They are running totals, so the largest value counts."""
        if isinstance(usage, dict):
            self._prompt = max(self._prompt, count_of(usage.get(prompt)))
            self._completion = max(self._completion, count_of(usage.get(completion)))

    def reading(self, unshaped: str) -> StreamReading:
        """Return the result. ``unshaped`` is the problem if events arrived but none had the protocol's form."""
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
