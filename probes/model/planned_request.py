"""What a run will send: the requests of one round, and the plan that `--plan` prints."""

from __future__ import annotations

from dataclasses import dataclass

from probes.model.attempt import Attempt, KeyForm
from probes.model.facts import Withheld
from probes.model.source import Source

PROMPT_TOKENS = 16  # more than the prompt has in any vendor's tokenizer
MODEL = "{model}"  # in a planned URL: the model is known only after the model list has been read


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request of a plan. ``tokens`` is the most that it can be billed for.

    ``purpose`` is ``models``, ``chat``, ``stream``; ``other_header_list`` and ``keyless_list`` for the model list asked
    with the key in the other header and without a key; ``path`` for a request without a real key; ``preflight`` for
    what a browser asks; of a deep check what it looks at, one of ``probes.capabilities.NAMES``.
    """

    purpose: str
    method: str
    url: str
    with_key: bool  # with a real key, in whichever form
    tokens: int
    attempt: Attempt  # its key is the form that is sent
    headers: tuple[str, ...] = ()  # names of those that the protocol adds; every request has a few more
    after_list: bool = False  # sent once the model list has named a model

    @property
    def key(self) -> KeyForm:
        return self.attempt.key


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """A first round that is sent in place of the plan's, or after it, where the network shows what no setting tells.

    ``when`` is ``private_address`` where the host's name leads to a private address, ``around_proxy`` where a private
    host is not reached through the proxy.
    """

    when: str
    requests: tuple[PlannedRequest, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a check sends. ``requests`` are its first round, exactly.

    ``otherwise`` is that round in the cases which only the network can tell, ``on_success`` what is asked besides where
    it works, ``deep`` what a deep check asks there. Where the first round fails, discovery may send ``further``
    requests to the same host.
    """

    host: str
    port: int
    proxy: str | None
    requests: tuple[PlannedRequest, ...]
    further: int
    withheld: Withheld | None = None
    deep: tuple[PlannedRequest, ...] = ()
    otherwise: tuple[PlannedCase, ...] = ()
    on_success: tuple[PlannedRequest, ...] = ()
    conflict_source: Source | None = None  # where the key in the form ``conflicting`` was found

    @property
    def tokens(self) -> int:
        """The most that can be billed: of the rounds one works and ends the search; then comes the deep check."""
        rounds = (self.requests, *(case.requests for case in self.otherwise))
        return max(map(_tokens, rounds)) + _tokens(self.deep)


def _tokens(requests: tuple[PlannedRequest, ...]) -> int:
    return sum(request.tokens for request in requests)
