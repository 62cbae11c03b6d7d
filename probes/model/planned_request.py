"""What a run would send, as `--plan` shows it."""

from __future__ import annotations

from dataclasses import dataclass

from probes.model.facts import Withheld

PROMPT_TOKENS = 16  # more than the prompt has in any vendor's tokenizer


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request that may go out. ``tokens`` is the most that it can be billed for."""

    purpose: str  # models, chat, stream; of a deep check what it looks at, one of ``probes.capabilities.NAMES``
    method: str
    url: str
    with_key: bool
    tokens: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The requests of a sound check, and how many more discovery may spend on the same host."""

    host: str
    port: int
    proxy: str | None
    requests: tuple[PlannedRequest, ...]
    further: int
    withheld: Withheld | None = None  # why the key would not be sent
    deep: tuple[PlannedRequest, ...] = ()  # where a way works: what a deep check asks beyond that

    @property
    def tokens(self) -> int:
        return sum(request.tokens for request in (*self.requests, *self.deep))
