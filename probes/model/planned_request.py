"""The requests that a run will send: those of one round, and the plan that `--plan` prints."""

from __future__ import annotations

from probes.model.attempt import Attempt, KeyForm
from probes.model.facts import Withheld
from probes.model.record import Record
from probes.model.source import Source

PROMPT_TOKENS = 16  # an upper bound for the prompt in every vendor's tokenizer
MODEL = "{model}"  # in a planned URL: the model is known only after the model list has been read


class PlannedRequest(Record):
    """One request of a plan. ``tokens`` is the largest number of tokens that can be billed for it.

    ``purpose`` is ``models``, ``chat`` or ``stream``; ``other_header_list`` or ``keyless_list`` for the model list with
    the key in the other header or without a key; ``path`` for a request without a real key; ``preflight`` for the CORS
    request of a browser; ``websocket`` for the upgrade that an app asks for first; in a deep check, the capability: one
    of ``probes.capabilities.NAMES``.
    """

    purpose: str
    method: str
    url: str
    with_key: bool  # with a real key, in any form
    tokens: int
    attempt: Attempt  # with the form of the key that is sent
    headers: tuple[str, ...] = ()  # names of the headers that the protocol adds; every request has a few more
    after_list: bool = False  # sent after the model list, which names the model
    extra: tuple[str, ...] = ()  # names of the extra headers of the settings, which `headers` contains too

    @property
    def key(self) -> KeyForm:
        return self.attempt.key


class PlannedCase(Record):
    """An alternative first round, sent instead of the plan's or after it. It depends on facts of the network.

    ``when`` is ``private_address`` (the host name resolves to a private address), ``public_address`` (a name that
    sounds private resolves to a public one), ``around_proxy`` (a private host cannot be reached through the proxy) or
    ``renamed`` (nothing works, and variables that no SDK reads hold other settings, perhaps of another host).
    """

    when: str
    requests: tuple[PlannedRequest, ...]


class Plan(Record):
    """The requests of a check. ``requests`` are exactly those of its first round.

    ``client`` is the client's own request (``--as-client``), as ``client_name`` sends it; if it is refused, up to
    ``client_more`` follow, each without some of its parts. ``otherwise`` holds the alternative first rounds that depend
    on the network, ``on_success`` the additional requests of a round that works, ``deep`` those of a deep check. If the
    first round fails, discovery may send up to ``further`` requests to the same host.
    """

    host: str
    port: int
    proxy: str | None
    requests: tuple[PlannedRequest, ...]
    further: int
    withheld: Withheld | None = None
    deep: tuple[PlannedRequest, ...] = ()
    client: PlannedRequest | None = None
    client_name: str = ""
    client_more: int = 0
    otherwise: tuple[PlannedCase, ...] = ()
    on_success: tuple[PlannedRequest, ...] = ()
    conflict_source: Source | None = None  # source of the key in the form ``conflicting``
    runtime: tuple[PlannedRequest, ...] = ()  # the one request of the app's own runtime (--runtime)
    with_client: bool = False  # the app itself is started too, and its requests are not among these
    extra: tuple[tuple[str, Source], ...] = ()  # the extra headers that are sent, with the sources of their values

    @property
    def tokens(self) -> int:
        """The most tokens that can be billed: one round (one that works is the last), and all that follows it."""
        rounds = (self.requests, *(case.requests for case in self.otherwise))
        client = self.client.tokens * (1 + self.client_more) if self.client is not None else 0
        further = _tokens(self.on_success) + _tokens(self.deep) + _tokens(self.runtime) + client
        return max(map(_tokens, rounds)) + further


def _tokens(requests: tuple[PlannedRequest, ...]) -> int:
    return sum(request.tokens for request in requests)
