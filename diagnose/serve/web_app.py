"""The web application: the pages, the live check, and the endpoints for Prometheus."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from diagnose.answers.explain import Candidate, explain
from diagnose.judging.judge import judge
from diagnose.report import Report
from diagnose.serve import forms, metrics, pages
from diagnose.serve.forms import CheckForm
from diagnose.serve.guard import COOKIE, SESSION, PageToken, RateLimit, RequestGuard
from diagnose.serve.live import LiveProgress
from diagnose.serve.runs import AddressGuard, Busy, MakeNetwork, RunQueue, SharedWork
from diagnose.serve.streams import EventStream, WhileConnected, event
from diagnose.serve.targets import ServedTargets
from probes.catalog.doors import load
from probes.model.settings import BadInput, Limits, Settings
from probes.model.source import Owner
from probes.pasted.curl_command import CurlNote
from probes.pasted.pasted_text import read as read_text
from probes.run.offline_checks import scrubber
from probes.settings.gather import Options, gather

SPARE = 0.5  # seconds of a scrape's timeout that are kept for the response, as in the blackbox exporter


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of the server.

    ``hosts`` are the accepted Host headers, empty for any. With ``public_only`` a visitor's check may connect to public
    addresses only. ``file`` is the ``llmdoctor.toml`` with the targets of ``/probe``; ``file_owner`` is the user if the
    user named that file.
    """

    hosts: frozenset[str] = frozenset()
    token: str | None = None
    public_only: bool = False
    file: Path | None = None
    file_owner: Owner = Owner.FOLDER
    jobs: int = 32
    rate: float = 600.0  # checks per minute and client
    limits: Limits = field(default_factory=Limits)
    network: MakeNetwork | None = None


class ServerState:
    """The state that all pages share while the server runs, and its ASGI application."""

    def __init__(self, serving: ServeOptions) -> None:
        self.serving = serving
        self.runs = RunQueue(serving.jobs, serving.network)
        self.own = metrics.ServerMetrics(lambda: self.runs.running, lambda: self.runs.waiting)
        self.costs = metrics.Costs()
        self.reading = asyncio.Semaphore(2)  # texts that are explained in parallel; a long one takes a second of CPU
        self.probing: SharedWork[tuple[Report, metrics.Sums]] = SharedWork()
        self.targets = ServedTargets(serving.file, serving.file_owner) if serving.file is not None else None
        self.token = PageToken(serving.token) if serving.token is not None else None
        routes = [
            Route("/", self.check_page),
            Route("/check", self.check, methods=["GET", "POST"]),
            Route("/explain", self.explain, methods=["GET", "POST"]),
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/static/{name}", self.static),
            Route("/probe", self.probe),
            Route("/metrics", self.metrics),
            Route("/healthz", self.healthz),
        ]
        self.app: ASGIApp = RequestGuard(
            Starlette(routes=routes, lifespan=self._life),
            serving.hosts,
            self.token,
            RateLimit(serving.rate),
            lambda reason: self.own.refused.labels(reason).inc(),
        )

    @asynccontextmanager
    async def _life(self, app: Starlette) -> AsyncIterator[None]:
        yield
        self.runs.close()

    # -- the page ------------------------------------------------------------------------------------------------------

    async def check_page(self, request: Request) -> Response:
        return HTMLResponse(pages.check(_language(request)))

    async def check(self, request: Request) -> ASGIApp:
        """Check the settings of the form: as an event stream for the script, as a whole page without JavaScript."""
        if request.method != "POST":
            return RedirectResponse("/", 303)
        body = await request.body()
        lang = pages.language(forms.field(body, "lang"))
        live = "text/event-stream" in request.headers.get("accept", "")
        try:
            form = forms.read(body)
            settings, notes = forms.settings(form, self.serving.limits, own_proxies=not self.serving.public_only)
        except BadInput as error:
            problem = pages.texts(lang).get(str(error), str(error))
            return PlainTextResponse(problem, 400) if live else HTMLResponse(pages.check(lang, problem=problem), 400)
        if live:
            return EventStream(self._events(form, settings, notes, lang))
        return WhileConnected(self._whole(form, settings, notes, lang))

    async def _events(
        self, form: CheckForm, settings: Settings, notes: tuple[CurlNote, ...], lang: str
    ) -> AsyncGenerator[bytes, None]:
        progress, gate = LiveProgress(settings, lang), self._gate()
        run = asyncio.create_task(self.runs.check(settings, progress.saw, gate))
        try:
            if self.runs.waiting or self.runs.running >= self.runs.jobs:
                yield event("state", "waiting")
            async for line in progress.lines(run):
                yield event("probe", line)
            report = judge(await run, lang)
            self.own.saw("page", report)
            result = {
                "html": pages.report(report, lang, private=gate is not None and gate.refused, notes=notes),
                "verdict": report.verdict.value,
                "base_url": report.target.get("base_url") or "",
                "model": scrubber(settings)(form.model),
            }
            yield event("report", result)
        except Busy:
            yield event("problem", pages.texts(lang)["busy"])
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)

    async def _whole(self, form: CheckForm, settings: Settings, notes: tuple[CurlNote, ...], lang: str) -> Response:
        gate = self._gate()
        try:
            report = judge(await self.runs.check(settings, allowed=gate), lang)
        except Busy:
            return HTMLResponse(pages.check(lang, problem=pages.texts(lang)["busy"]), 503, {"Retry-After": "60"})
        self.own.saw("page", report)
        result = pages.report(report, lang, private=gate is not None and gate.refused, notes=notes)
        scrub = scrubber(settings)
        return HTMLResponse(
            pages.check(
                lang, form, base_url=str(report.target.get("base_url") or ""), model=scrub(form.model), result=result
            )
        )

    def _gate(self) -> AddressGuard | None:
        return AddressGuard() if self.serving.public_only else None

    async def explain(self, request: Request) -> Response:
        """Explain a pasted text; the server does not keep it."""
        if request.method != "POST":
            return HTMLResponse(pages.explain(_language(request)))
        body = await request.body()
        lang = pages.language(forms.field(body, "lang"))
        try:
            text = forms.read(body).text
        except BadInput as error:
            return PlainTextResponse(str(error), 400)
        async with self.reading:
            found = await asyncio.to_thread(_candidates, text, lang)
        result = pages.candidates(found, lang)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(pages.explain(lang, result=result))
        return HTMLResponse(result)

    async def login(self, request: Request) -> Response:
        """Accept the token and set a session cookie."""
        if self.token is None:
            return RedirectResponse("/", 303)
        if request.method != "POST":
            return HTMLResponse(pages.login(_language(request)))
        body = await request.body()
        lang = pages.language(forms.field(body, "lang"))
        if not self.token.matches(forms.field(body, "token")):
            return HTMLResponse(pages.login(lang, pages.texts(lang)["token.wrong"]), 403)
        answer = RedirectResponse(f"/?lang={lang}", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(
            COOKIE, self.token.session(), max_age=SESSION, httponly=True, samesite="strict", secure=secure
        )
        return answer

    async def static(self, request: Request) -> Response:
        try:
            content, content_type = pages.static(request.path_params["name"])
        except KeyError:
            return PlainTextResponse("There is no such file.\n", 404)
        return Response(content, media_type=content_type)

    # -- Prometheus ----------------------------------------------------------------------------------------------------

    async def probe(self, request: Request) -> ASGIApp:
        """Check one target of the file and return metrics, within the timeout of the scrape."""
        names = request.query_params.getlist("target")
        if len(names) != 1:
            return PlainTextResponse("Name one target of llmdoctor.toml: /probe?target=NAME\n", 400)
        name = names[0]
        try:
            patience = _patience(request)
            file = self.targets.read() if self.targets is not None else None
            if file is None or name not in file.targets:
                return PlainTextResponse("There is no such target in llmdoctor.toml.\n", 404)
            settings = gather(Options(target=name), os.environ, file.path.parent, file)
        except BadInput as error:
            return PlainTextResponse(f"{error}\n", 400)
        return WhileConnected(self._probed(name, settings, patience, request))

    async def _probed(self, name: str, settings: Settings, patience: float | None, request: Request) -> Response:
        async def work() -> tuple[Report, metrics.Sums]:
            report = judge(await self.runs.check(settings, patience=patience))
            self.own.saw("probe", report)
            return report, self.costs.add(name, report.cost)

        try:
            async with asyncio.timeout(patience + SPARE / 2 if patience is not None else None):
                report, sums = await self.probing.take((name, patience), work)
        except (Busy, TimeoutError):
            return PlainTextResponse("No check was possible in the time of this scrape.\n", 503)
        return _metrics(metrics.of_report(report, sums), request)

    async def metrics(self, request: Request) -> Response:
        return _metrics(self.own.registry, request)

    async def healthz(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")


def _candidates(text: str, lang: str) -> tuple[Candidate, ...]:
    seen = read_text(text)
    door = load().of_host(seen.host) if seen.host else None
    return explain(seen, lang, door.id if door else None)


def _metrics(found: metrics.Readable, request: Request) -> Response:
    content, content_type = metrics.written(found, request.headers.get("accept", ""))
    return Response(content, headers={"Content-Type": content_type})


def _language(request: Request) -> str:
    return pages.language(request.query_params.get("lang", ""), request.headers.get("accept-language", ""))


def _patience(request: Request) -> float | None:
    """Return the seconds for a check, from the scrape timeout that Prometheus sends; None without that header.

    Raises BadInput if the header is not a number between 0 and 3600 seconds.
    """
    raw = request.headers.get("x-prometheus-scrape-timeout-seconds")
    if raw is None:
        return None
    try:
        seconds = float(raw)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 3600:
        raise BadInput("X-Prometheus-Scrape-Timeout-Seconds is to be a number of seconds.")
    return max(seconds - SPARE, seconds / 2)
