"""What a wave's answers point to: the next way of asking that is worth trying."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from probes.api import candidates
from probes.api.attempt_round import AttemptRound
from probes.api.client import ApiClient
from probes.api.context import ApiContext
from probes.api.response_checks import bare_failure, bare_refusal, misses_key, no_route, passes, refuses_key
from probes.api.tried_attempts import TriedAttempts
from probes.model.attempt import Attempt, Change, KeyForm
from probes.model.exchange import Body, Exchange
from probes.model.failure import Kind
from probes.protocols.protocol import version_in, wire
from probes.steps.recorder import Recorder
from probes.urls.url import Url, parse_url

_PLAIN_TO_TLS = (
    "plain http request was sent to https",
    "http request to an https server",
    "speaking plain http to an ssl",
)


class NextAttempts:
    """Chooses among the ways of asking at ``target``; where no answer points to one, it knocks at other paths there.

    ``speaks_tls`` tells whether the port, asked in plain HTTP, wants TLS.
    """

    def __init__(
        self,
        context: ApiContext,
        client: ApiClient,
        recorder: Recorder,
        target: Url,
        tried: TriedAttempts,
        speaks_tls: Callable[[], Awaitable[bool]],
    ) -> None:
        self._context = context
        self._client = client
        self._recorder = recorder
        self._target = target
        self._tried = tried
        self._speaks_tls = speaks_tls
        raw = context.settings.base_url.value if context.settings.base_url else ""
        self._named_version = version_in(context.facts.protocol, raw)  # of the API, as the base URL names it

    async def next(self, attempt_round: AttemptRound) -> Attempt | None:
        """The next way of asking that the answers point to, not tried yet; None where they point nowhere."""
        told, attempt = attempt_round.told, attempt_round.attempt
        if told is None:
            return None
        for candidate in await self._candidates(attempt_round, told, attempt):
            if not self._tried.has(candidate):
                return candidate
        return None

    async def _candidates(self, attempt_round: AttemptRound, told: Exchange, attempt: Attempt) -> list[Attempt]:
        if told.request.via_proxy and self._context.facts.host.local and not attempt.direct and not passes(told):
            form = next(
                (one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in self._context.policy.direct), KeyForm.NONE
            )
            changed = (*attempt.changed, Change.PROXY)
            return [replace(attempt, direct=True, key=form, given=False, changed=changed)]
        if told.redirection.location and 300 <= told.status < 400:
            followed = candidates.followed(attempt, told)
            return [followed] if followed is not None else []
        scheme = await self._other_scheme(told)
        if scheme:
            return [candidates.moved(attempt, self._target, scheme)]
        listed = attempt_round.listing
        there = listed is not None and listed.reading.models is not None and told.status != 405 and not attempt.address
        if no_route(told) and not there:
            if self._context.mended is not None and (attempt.given or attempt.address) and self._moves(attempt):
                base, version = self._context.mended.removesuffix("/"), self._named_version or attempt.version
                plain = replace(attempt, address="", query="")
                return [replace(plain, base_url=base, version=version, given=False, changed=(Change.PATH,))]
            return await self._elsewhere(attempt)
        near = attempt_round.chosen.near if attempt_round.chosen is not None else ()
        if (
            near
            and attempt_round.chat is not None
            and attempt_round.chat.status in (400, 404, 422)
            and attempt_round.chat.response.body is Body.JSON
        ):
            return [replace(attempt, model=near[0], given=False, changed=(*attempt.changed, Change.MODEL))]
        spoken = wire(told.attempt.protocol)
        helps = spoken.other_version_helps(told.response.status, told.response.text)
        if helps and Change.VERSION not in attempt.changed:
            return candidates.other_version(attempt)
        if told is attempt_round.path_check and attempt.key in self._context.keys(attempt):
            return []  # it went without the key
        if self._walled(told, attempt) and (found := await self._elsewhere(attempt, bare_refusal)):
            return found
        if refuses_key(told) or (told.status == 400 and "anthropic-version" in told.response.text):
            return self._other_keys(attempt_round, told, attempt)
        if no_route(told) or self._breaks_down(told, attempt):
            return await self._elsewhere(attempt)
        return []

    def _moves(self, attempt: Attempt) -> bool:
        """Whether the mended base URL leads elsewhere."""
        assert self._context.mended is not None
        return bool(attempt.address) or self._context.mended.removesuffix("/") != attempt.base_url

    def _walled(self, told: Exchange, attempt: Attempt) -> bool:
        """A bare page of refusal at a path that nobody documents: perhaps the web server's own, and not the API's."""
        return attempt.given and bare_refusal(told) and not self._documented(attempt)

    def _documented(self, attempt: Attempt) -> bool:
        path, door = parse_url(attempt.base_url).path, self._context.door
        return door is not None and any(
            parse_url(re.sub(r"\{.*?\}", "any", url)).path == path for url in door.base_urls(attempt.protocol)
        )

    def _breaks_down(self, told: Exchange, attempt: Attempt) -> bool:
        """A bare 5xx at an unusual path: a route of some sort, hardly the API's. Many a web server passes on what it
        does not know to where nobody is.
        """
        usual = parse_url(attempt.base_url).path == wire(attempt.protocol).version_segment
        return bare_failure(told) and not usual and not self._documented(attempt)

    async def _other_scheme(self, told: Exchange) -> str:
        here = parse_url(told.attempt.base_url)
        if here.scheme != "http":
            return ""
        said = told.response.text.lower()
        if told.status == 400 and any(words in said for words in _PLAIN_TO_TLS):
            return "https"
        if told.failure is not None and told.failure.kind in (Kind.CLOSED, Kind.RESET, Kind.NOT_HTTP):
            return "https" if await self._speaks_tls() else ""
        return ""

    async def _elsewhere(
        self, attempt: Attempt, alike: Callable[[Exchange], bool] = lambda found: False
    ) -> list[Attempt]:
        """Knock without the key at the other paths of this host, and hand the key to those alone that earned it: not
        to what answers ``alike``.
        """
        target: Url = parse_url(attempt.base_url)
        doors = [
            one
            for one in candidates.knocks(attempt, target, self._context.door, self._context.facts.host.local)
            if not self._tried.has_place(one)
        ]
        for one in doors:
            self._tried.add_place(one)
        doors = doors[: max(0, (self._client.budget or 0) - 3)] if self._client.budget is not None else doors
        found = await asyncio.gather(
            *(self._recorder.ask(replace(one, direct=attempt.direct), self._client.path_check) for one in doors)
        )
        return [self._asked(attempt, one) for one in candidates.best([one for one in found if not alike(one)])]

    def _asked(self, attempt: Attempt, found: Attempt) -> Attempt:
        """As ``attempt``, at the place that a knock has found."""
        other = found.protocol != attempt.protocol
        asked = wire(found.protocol).attempt(found.base_url, found.auth if other else attempt.auth)
        version = found.version if wire(found.protocol).versions else (asked if other else attempt).version
        differs = (
            (Change.PATH, other or found.base_url != attempt.base_url),
            (Change.VERSION, version != (asked.version if other else self._usual_version(attempt, asked))),
            (Change.PROTOCOL, other),
        )
        changed = tuple(dict.fromkeys((*attempt.changed, *(name for name, so in differs if so))))
        return replace(asked, version=version, key=attempt.key, direct=attempt.direct, changed=changed)

    def _usual_version(self, attempt: Attempt, asked: Attempt) -> str:
        """The version of the API that the app asks for: the given one, else the SDK's own."""
        settings, first = self._context.settings, self._context.first
        if settings.api_version is not None:
            return settings.api_version.value
        own = wire(attempt.protocol).version_demanded or settings.app is not None
        return first.version if own and first.protocol == asked.protocol else asked.version

    def _other_keys(self, attempt_round: AttemptRound, told: Exchange, attempt: Attempt) -> list[Attempt]:
        """The cleaned key, the key in another header, and the key of a place that loses."""
        found: list[Attempt] = []
        if attempt.key is KeyForm.RIVAL:
            return found
        keys, first = self._context.keys(attempt), self._context.first
        if attempt.key is KeyForm.GIVEN and KeyForm.CLEANED in keys:
            found.append(replace(attempt, key=KeyForm.CLEANED, given=False, changed=(*attempt.changed, Change.KEY)))
        other = attempt_round.other_listing
        twice = other is not None and other.status in (401, 403)  # the other header is refused as well
        if attempt.key in keys and not twice:
            styles = candidates.other_styles(attempt, self._context.door, misses_key(told))
            found += [candidates.styled(attempt, style) for style in styles]
        if KeyForm.RIVAL in keys:
            usual = wire(attempt.protocol).attempt(attempt.base_url)
            if self._context.settings.app is not None and first.protocol == usual.protocol:
                usual = replace(usual, auth=first.auth, version=first.version)
            changed = (*(name for name in attempt.changed if name not in (Change.AUTH, Change.KEY)), Change.KEY_SOURCE)
            conflict = replace(usual, key=KeyForm.RIVAL, direct=attempt.direct, changed=changed)
            by_style = wire(attempt.protocol).style_versions
            found.append(conflict if by_style else replace(conflict, version=attempt.version))
        return found
