"""Choose the next request variant to try from the responses to the previous one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence

from probes.api import candidates
from probes.api.attempt_round import AttemptRound
from probes.api.client import ApiClient
from probes.api.context import ApiContext
from probes.api.model_names import is_slip, others
from probes.api.remedies import message_of, remedies
from probes.api.response_checks import (
    bare_failure,
    bare_refusal,
    blamed,
    got_further,
    hosted,
    misses_key,
    no_route,
    passes,
    refuses_key,
    sends_elsewhere,
    told_status,
    unserved,
)
from probes.api.tried_attempts import TriedAttempts
from probes.api.uniform_refusals import alike, wordless
from probes.model.attempt import Attempt, Change, KeyForm
from probes.model.exchange import Body, Exchange
from probes.model.failure import Kind
from probes.model.record import replace
from probes.protocols.protocol import version_in, wire
from probes.steps.recorder import Recorder
from probes.urls.url import Url, parse_url

MOST_WITHOUT = 3  # attempts that leave out extra headers, before and after any other change
CARRIERS = ("local", "gateway", "relay")  # kinds of doors that serve models of others
_PLAIN_TO_TLS = (
    "plain http request was sent to https",
    "http request to an https server",
    "speaking plain http to an ssl",
)


class NextAttempts:
    """The choice of the next attempt at ``target``. If the path is wrong, it checks other paths there without the key.

    ``speaks_tls`` checks whether the port expects TLS although the URL says plain HTTP.
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
        self._with_headers = AttemptRound(context.first, 0)  # the last round that left no header out in vain
        raw = context.settings.base_url.value if context.settings.base_url else ""
        self._named_version = version_in(context.facts.protocol, raw)  # the API version in the base URL

    async def next(self, attempt_round: AttemptRound) -> Attempt | None:
        """Return the next attempt that the responses suggest and that is new; None if nothing is left to try."""
        if Change.HEADER in attempt_round.attempt.changed and not self._helped_without(attempt_round):
            attempt_round = self._with_headers
        else:
            self._with_headers = attempt_round
        exchange, attempt = attempt_round.told, attempt_round.attempt
        if exchange is None:
            return None
        without = self._without_headers(exchange, attempt)
        if without and (refuses_key(exchange) or blamed(exchange, self._context.settings.headers)):
            return without[0]  # the smallest difference from what the app sends
        for found in (*await self._candidates(attempt_round, exchange, attempt), *without):
            candidate = self._styled(found)
            if not self._tried.has(candidate):
                return candidate
        return None

    def _styled(self, attempt: Attempt) -> Attempt:
        """Return the attempt in the one style of a chain's credential, if that takes the place of the key."""
        credential, style = self._context.settings.credential, self._context.settings.auth
        if credential is None or not credential.chain.used or style is None or attempt.key is not KeyForm.GIVEN:
            return attempt
        changed = tuple(one for one in attempt.changed if one is not Change.AUTH)
        return replace(attempt, auth=style.value, changed=changed)

    def _without_headers(self, exchange: Exchange, attempt: Attempt) -> list[Attempt]:
        """Return the attempts without extra headers that are new, if the server may have refused one of them."""
        found = candidates.without_headers(attempt, exchange, self._context.settings.headers)
        new = [one for one in found if not self._tried.has(one)]
        return new if len(found) - len(new) < MOST_WITHOUT else []

    def _helped_without(self, attempt_round: AttemptRound) -> bool:
        """Check whether the server accepted the credential only after an extra header was left out."""
        return got_further(self._with_headers.told, attempt_round.told)

    async def _candidates(self, attempt_round: AttemptRound, exchange: Exchange, attempt: Attempt) -> list[Attempt]:
        if (
            exchange.request.via_proxy
            and self._context.facts.host.local
            and not attempt.direct
            and not passes(exchange)
        ):
            form = next(
                (one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in self._context.policy.direct), KeyForm.NONE
            )
            # If the proxy turns out to carry such requests on, this is the request that the app makes.
            given = form is KeyForm.GIVEN and not attempt.changed
            changed = (*attempt.changed, Change.PROXY)
            return [replace(attempt, direct=True, key=form, given=given, changed=changed)]
        if exchange.redirection.location and 300 <= exchange.status < 400:
            followed = candidates.followed(attempt, exchange)
            return [followed] if followed is not None else []
        scheme = await self._other_scheme(exchange)
        if scheme:
            return [candidates.moved(attempt, self._target, scheme)]
        listed = attempt_round.listing
        there = (
            listed is not None and listed.reading.models is not None and exchange.status != 405 and not attempt.address
        )
        if not there and (mended := self._mended(exchange, attempt)) is not None:
            return [mended]
        if no_route(exchange) and not there:
            return await self._other_paths(attempt, named=self._named_paths(exchange, attempt))
        if attempt.given and not there and wordless(exchange) and (listed is None or alike(exchange, listed)):
            return await self._other_paths(attempt, lambda found: alike(exchange, found))
        if sends_elsewhere(exchange) and attempt.given:
            routes = [*self._named_paths(exchange, attempt), *candidates.documented(attempt, self._context.door)]
            if routes and (found := await self._other_paths(attempt, named=routes, only=True)):
                return found
        if unserved(exchange, forbidden=True) and (
            found := await self._other_paths(attempt, foreign=True, listing=listed)
        ):
            return found
        near = (
            *self._named_model(attempt_round, exchange),
            *self._same_model(attempt_round),
            *self._renamed_model(exchange, attempt),
        )
        if near and self._about_the_model(attempt_round):
            return [replace(attempt, model=near[0], given=False, changed=(*attempt.changed, Change.MODEL))]
        spoken = wire(exchange.attempt.protocol)
        helps = spoken.other_version_helps(exchange.response.status, exchange.response.text)
        if helps and Change.VERSION not in attempt.changed:
            return candidates.other_version(attempt)
        if exchange is attempt_round.path_check and attempt.key in self._context.keys(attempt):
            return []  # it was sent without the key, so it suggests no other key
        if self._refused_by_server(exchange, attempt) and (found := await self._other_paths(attempt, bare_refusal)):
            return found
        if refuses_key(exchange) and attempt.given and not self._documented(attempt):
            # Another service of the house may answer here and know none of the API's keys.
            routes = candidates.documented(attempt, self._context.door)
            if routes and (found := await self._other_paths(attempt, named=routes, only=True)):
                return found
        if refuses_key(exchange) or (exchange.status == 400 and "anthropic-version" in exchange.response.text):
            return [
                *self._other_model(attempt_round, exchange, attempt),
                *await self._other_protocols(exchange, attempt),
                *self._other_keys(attempt_round, exchange, attempt),
            ]
        if no_route(exchange) or self._breaks_down(exchange, attempt):
            return await self._other_paths(attempt, listing=listed)
        return []

    def _mended(self, exchange: Exchange, attempt: Attempt) -> Attempt | None:
        """Return the attempt at the corrected base URL, if the given one has a flaw; None if the connection failed.

        The URL alone shows the flaw, so the status of the response does not matter: servers answer a path that they do
        not know with 400, 401, 403 or 500 as well, and only the corrected URL tells whether that was the reason.
        """
        mended, first = self._context.mended, attempt.given or Change.PROXY in attempt.changed or bool(attempt.address)
        if mended is None or not first or not exchange.status or passes(exchange):
            return None
        base = mended.removesuffix("/")
        if base == attempt.base_url and not attempt.address:
            return None
        changed = tuple(dict.fromkeys((*attempt.changed, Change.PATH)))
        version = self._named_version or attempt.version
        return replace(attempt, address="", query="", base_url=base, version=version, given=False, changed=changed)

    def _refused_by_server(self, exchange: Exchange, attempt: Attempt) -> bool:
        """Check for a bare refusal at an undocumented path: it may come from the web server, and not from the API.

        JSON does only at an unusual path, where an API may have switched off a part of its routes.
        """
        usual = parse_url(attempt.base_url).path == wire(attempt.protocol).version_segment
        plain = exchange.response.body is not Body.JSON or not usual
        return attempt.given and plain and bare_refusal(exchange) and not self._documented(attempt)

    def _documented(self, attempt: Attempt) -> bool:
        path, door = parse_url(attempt.base_url).path, self._context.door
        return door is not None and any(
            parse_url(re.sub(r"\{[^{}]*\}", "any", url)).path == path for url in door.base_urls(attempt.protocol)
        )

    def _breaks_down(self, exchange: Exchange, attempt: Attempt) -> bool:
        """Check for a bare 5xx at an unusual, undocumented path.

        It is hardly the API's route: many web servers forward unknown paths to a backend that does not run.
        """
        usual = parse_url(attempt.base_url).path == wire(attempt.protocol).version_segment
        return bare_failure(exchange) and not usual and not self._documented(attempt)

    async def _other_scheme(self, exchange: Exchange) -> str:
        here = parse_url(exchange.attempt.base_url)
        if here.scheme != "http":
            return ""
        said = exchange.response.text.lower()
        if exchange.status == 400 and any(words in said for words in _PLAIN_TO_TLS):
            return "https"
        if exchange.failure is not None and exchange.failure.kind in (Kind.CLOSED, Kind.RESET, Kind.NOT_HTTP):
            return "https" if await self._speaks_tls() else ""
        return ""

    def _named_paths(self, exchange: Exchange, attempt: Attempt) -> list[Attempt]:
        """Return path checks for the paths of this host that the response itself names."""
        words = [one.value for one in remedies(message_of(exchange)) if one.kind in ("url", "path")]
        return candidates.named(attempt, words)

    def _same_model(self, attempt_round: AttemptRound) -> list[str]:
        """Return the near names that are the wanted model: written with a slip, or taking its place since it ended."""
        chosen, context = attempt_round.chosen, self._context
        if chosen is None:
            return []
        wanted = chosen.chosen or ""
        if chosen.listed and "/" in wanted and (context.door is None or context.door.kind in CARRIERS):
            return [wanted.partition("/")[2]]  # some gateways list names with a head that they do not take
        if not chosen.near:
            return []
        after: tuple[str, ...] = ()
        if context.day:
            from probes.catalog.model_ends import successors  # read only for a model that failed

            after = successors(wanted, context.door.id if context.door else None, context.day, chosen.near)
        return [one for one in chosen.near if one in after or is_slip(wanted, one)]

    def _about_the_model(self, attempt_round: AttemptRound) -> bool:
        """Check whether the refusal may be that of the model: by its status, or because the server's list lacks it."""
        chat, chosen = attempt_round.chat, attempt_round.chosen
        if chat is None or chat.response.body is Body.HTML:
            return False
        unlisted = chosen is not None and chosen.listed is False
        if chat.response.body is not Body.JSON:
            return unlisted and chat.status in (400, 404)
        return chat.status in (400, 404, 410, 422) or (unlisted and chat.status in (403, 500, 503))

    def _named_model(self, attempt_round: AttemptRound, exchange: Exchange) -> tuple[str, ...]:
        """Return the model that the response names in place of the requested one, if the server's list has it."""
        listed = attempt_round.listing.reading.models if attempt_round.listing is not None else None
        named = [one.value for one in remedies(message_of(exchange)) if one.kind == "model"] if listed else []
        return tuple(one for one in named if one in (listed or ()) and one != attempt_round.attempt.model)

    def _renamed_model(self, exchange: Exchange, attempt: Attempt) -> tuple[str, ...]:
        """Return the names under which the protocol's provider may serve the model, once."""
        asked = exchange.attempt.model
        if asked is None or Change.MODEL in attempt.changed:
            return ()
        return wire(attempt.protocol).other_models(exchange.response.text, attempt, asked)

    async def _other_paths(
        self,
        attempt: Attempt,
        alike: Callable[[Exchange], bool] = lambda found: False,
        *,
        named: Sequence[Attempt] = (),
        only: bool = False,
        foreign: bool = False,
        listing: Exchange | None = None,
    ) -> list[Attempt]:
        """Check the other paths of this host without the key, and return attempts at those that justify sending it.

        Paths whose response is ``alike`` are left out. The paths in ``named`` are checked first, or ``only`` they;
        ``foreign`` checks only those of other protocols. ``listing`` is the model list that was served.
        """
        target: Url = parse_url(attempt.base_url)
        local = self._context.facts.host.local
        usual = [] if only else candidates.knocks(attempt, target, self._context.door, local, foreign=foreign)
        doors = [one for one in dict.fromkeys((*named, *usual)) if not self._tried.has_path(one)]
        for one in doors:
            self._tried.add_path(one)
        doors = doors[: max(0, (self._client.budget or 0) - 3)] if self._client.budget is not None else doors
        chosen = await self._check_paths(attempt, doors, alike)
        more = [one for one in candidates.further(attempt, target) if not self._tried.has_path(one)]
        if not chosen and more:
            for one in more:
                self._tried.add_path(one)
            chosen = await self._check_paths(attempt, more, alike)
        return [self._at_path(attempt, one) for one in candidates.listed_first(chosen, listing)]

    async def _check_paths(
        self, attempt: Attempt, doors: list[Attempt], alike: Callable[[Exchange], bool]
    ) -> list[Attempt]:
        found = await asyncio.gather(
            *(
                self._recorder.ask(
                    replace(one, direct=attempt.direct, without=attempt.without), self._client.path_check
                )
                for one in doors
            )
        )
        return candidates.best([one for one in found if not alike(one)])

    def _at_path(self, attempt: Attempt, found: Attempt) -> Attempt:
        """Return ``attempt`` moved to the path of ``found``, whose path check justifies sending the key."""
        other = found.protocol != attempt.protocol
        asked = wire(found.protocol).attempt(found.base_url, found.auth if other else attempt.auth)
        version = found.version if wire(found.protocol).versions else (asked if other else attempt).version
        differs = (
            (Change.PATH, other or found.base_url != attempt.base_url),
            (Change.VERSION, version != (asked.version if other else self._usual_version(attempt, asked))),
            (Change.PROTOCOL, other),
        )
        changed = tuple(dict.fromkeys((*attempt.changed, *(name for name, so in differs if so))))
        return replace(
            asked, version=version, key=attempt.key, direct=attempt.direct, without=attempt.without, changed=changed
        )

    def _usual_version(self, attempt: Attempt, asked: Attempt) -> str:
        """Return the API version that the app requests: the given one, else the SDK's."""
        settings, first = self._context.settings, self._context.first
        if settings.api_version is not None:
            return settings.api_version.value
        own = wire(attempt.protocol).version_demanded or settings.app is not None
        return first.version if own and first.protocol == asked.protocol else asked.version

    def _other_model(self, attempt_round: AttemptRound, exchange: Exchange, attempt: Attempt) -> list[Attempt]:
        """Return the attempt with another listed model: if that is answered, only the given model is refused."""
        listed = attempt_round.listing.reading.models if attempt_round.listing is not None else None
        asked_otherwise = {Change.AUTH, Change.OTHER_MODEL, Change.KEY_SOURCE} & set(attempt.changed)
        if (
            not listed
            or asked_otherwise
            or exchange is not attempt_round.chat
            or self._context.settings.model is None
            or told_status(exchange) not in (401, 403)
            or misses_key(exchange)
            or {KeyForm.CLEANED, KeyForm.CONFLICTING} & (self._context.keys(attempt) - {attempt.key})
        ):
            return []
        other = others(tuple(name for name in listed if not hosted(name)), (exchange.attempt.model or "",))
        changed = (*attempt.changed, Change.OTHER_MODEL)
        return [replace(attempt, model=other, given=False, changed=changed)] if other is not None else []

    async def _other_protocols(self, exchange: Exchange, attempt: Attempt) -> list[Attempt]:
        """Return attempts with other protocols if the refusal has not the form in which this one's servers refuse."""
        spoken, error = wire(attempt.protocol), exchange.reading.error
        foreign = error is not None and spoken.own_errors and error.shape != spoken.error_shape
        return await self._other_paths(attempt, foreign=True) if foreign and attempt.given else []

    def _other_keys(self, attempt_round: AttemptRound, exchange: Exchange, attempt: Attempt) -> list[Attempt]:
        """Return attempts with the cleaned key, the key in another header, and the key of an overridden setting."""
        found: list[Attempt] = []
        if attempt.key is KeyForm.CONFLICTING:
            return found
        keys, first = self._context.keys(attempt), self._context.first
        if attempt.key is KeyForm.GIVEN and KeyForm.CLEANED in keys:
            found.append(replace(attempt, key=KeyForm.CLEANED, given=False, changed=(*attempt.changed, Change.KEY)))
        other = attempt_round.other_listing
        twice = other is not None and other.status in (401, 403)  # the other header is refused as well
        if attempt.key in keys and not twice:
            styles = candidates.other_styles(attempt, self._context.door, misses_key(exchange))
            found += [candidates.styled(attempt, style) for style in styles]
        if KeyForm.CONFLICTING in keys:
            usual = wire(attempt.protocol).attempt(attempt.base_url)
            if self._context.settings.app is not None and first.protocol == usual.protocol:
                usual = replace(usual, auth=first.auth, version=first.version)
            changed = (*(name for name in attempt.changed if name not in (Change.AUTH, Change.KEY)), Change.KEY_SOURCE)
            conflict = replace(usual, key=KeyForm.CONFLICTING, direct=attempt.direct, changed=changed)
            by_style = wire(attempt.protocol).style_versions
            found.append(conflict if by_style else replace(conflict, version=attempt.version))
        return found
