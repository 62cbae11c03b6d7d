"""The web application: the pages, the live check, and the endpoints for Prometheus."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from diagnose.answers.explain import explanation
from diagnose.judging.judge import judge
from diagnose.judging.support_bundle import opened
from diagnose.report import Report
from diagnose.serve import forms, metrics, pages
from diagnose.serve.client_threads import Workers
from diagnose.serve.forms import CheckForm
from diagnose.serve.guard import COOKIE, MESSAGES, SESSION, PageToken, RateLimit, RequestGuard
from diagnose.serve.live import LiveProgress
from diagnose.serve.metrics import Readable
from diagnose.serve.runs import AddressGuard, MakeNetwork, RunQueue, SharedWork
from diagnose.serve.shares import Busy, client_of
from diagnose.serve.streams import EventStream, WhileConnected, event
from diagnose.serve.targets import ServedTargets
from diagnose.words import sentence
from probes.catalog.doors import load
from probes.model.archive import ArchiveError
from probes.model.evidence import Evidence
from probes.model.record import Record
from probes.model.settings import BadInput, Limits, Settings
from probes.model.source import Owner
from probes.pasted.curl_command import CurlNote
from probes.pasted.pasted_text import read as read_text
from probes.run.offline_checks import scrubber
from probes.settings.gather import Options, gather

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 8  # for short work, such as a form or a page
OF_A_CLIENT = 2  # of these threads; more would only compete for the interpreter
READERS = 4  # texts that are explained in parallel, one of each client; a long one takes a second of CPU
CALLS = 2000  # pieces of work that wait for a thread; each belongs to a connection
SPARE = 0.5  # seconds of a scrape's timeout that are kept for the response, as in the blackbox exporter


class ServeOptions(Record):
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
    limits: Limits = Limits()
    network: MakeNetwork | None = None


class _Asked(Record):
    """A form that was read: what is to be checked, or the problem with it, in the language of the page."""

    lang: str
    form: CheckForm = CheckForm()
    settings: Settings | None = None
    notes: tuple[CurlNote, ...] = ()
    problem: str = ""


class ServerState:
    """The state that all pages share while the server runs, and its ASGI application."""

    def __init__(self, serving: ServeOptions) -> None:
        self.serving = serving
        self.runs = RunQueue(serving.jobs, serving.network)
        self.own = metrics.ServerMetrics(lambda: self.runs.running, lambda: self.runs.waiting)
        self.costs = metrics.Costs()
        self.workers = Workers(THREADS, CALLS, OF_A_CLIENT)
        self.readers = Workers(READERS, CALLS, 1)
        self.probing: SharedWork[tuple[Report, metrics.Sums]] = SharedWork()
        self.targets = ServedTargets(serving.file, serving.file_owner) if serving.file is not None else None
        self.token = PageToken(serving.token) if serving.token is not None else None
        routes = [
            Route("/", self.check_page),
            Route("/check", self.check, methods=["GET", "POST"]),
            Route("/explain", self.explain, methods=["GET", "POST"]),
            Route("/open", self.open_file, methods=["GET", "POST"]),
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/static/{name}", self.static),
            Route("/probe", self.probe),
            Route("/metrics", self.metrics),
            Route("/healthz", self.healthz),
        ]
        self.app: ASGIApp = RequestGuard(
            Starlette(routes=routes, lifespan=self._life, exception_handlers={Busy: _busy}),
            serving.hosts,
            self.token,
            RateLimit(serving.rate),
            lambda reason: self.own.refused.labels(reason).inc(),
        )

    @asynccontextmanager
    async def _life(self, app: Starlette) -> AsyncIterator[None]:
        yield
        self.runs.close()
        self.workers.close()
        self.readers.close()

    async def _work(self, request: Request, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what ``work`` returns, called in a thread within the share of the client."""
        return await self.workers.call(_client(request), work, *args, **named)

    # -- the page ------------------------------------------------------------------------------------------------------

    async def check_page(self, request: Request) -> Response:
        return HTMLResponse(await self._work(request, pages.check, _language(request)))

    async def check(self, request: Request) -> ASGIApp:
        """Check the settings of the form: as an event stream for the script, as a whole page without JavaScript."""
        if request.method != "POST":
            return RedirectResponse("/", 303)
        body = await request.body()
        live = "text/event-stream" in request.headers.get("accept", "")
        asked = await self._work(request, self._read, body)
        if asked.settings is None:
            if live:
                return PlainTextResponse(asked.problem, 400)
            return HTMLResponse(await self._work(request, pages.check, asked.lang, problem=asked.problem), 400)
        if live:
            return EventStream(self._events(request, asked, asked.settings))
        return WhileConnected(self._whole(request, asked, asked.settings))

    def _read(self, body: bytes) -> _Asked:
        lang = pages.language(forms.field(body, "lang"))
        try:
            form = forms.read(body)
            settings, notes = forms.settings(form, self.serving.limits, own_proxies=not self.serving.public_only)
        except BadInput as error:
            return _Asked(lang, problem=pages.texts(lang).get(str(error)) or sentence(error, lang))
        return _Asked(lang, form, settings, notes)

    async def _events(self, request: Request, asked: _Asked, settings: Settings) -> AsyncGenerator[bytes, None]:
        gate = self._gate()
        run: asyncio.Task[Evidence] | None = None
        try:
            progress = await self._work(request, LiveProgress, settings, asked.lang)
            run = asyncio.create_task(self.runs.check(settings, progress.saw, gate, client=_client(request)))
            if not self.runs.has_room(_client(request)):
                yield event("state", "waiting")
            async for probes in progress.probes(run):
                for row in await self._work(request, progress.rows, probes):
                    yield event("probe", row)
            report, result, model = await self._work(request, _judged, await run, asked, settings, gate)
            self.own.saw("page", report)
            yield event(
                "report",
                {
                    "html": result,
                    "verdict": report.verdict.value,
                    "base_url": report.target.get("base_url") or "",
                    "model": model,
                },
            )
        except Busy:
            yield event("problem", pages.texts(asked.lang)["busy"])
        finally:
            if run is not None:
                run.cancel()
                await asyncio.gather(run, return_exceptions=True)

    async def _whole(self, request: Request, asked: _Asked, settings: Settings) -> Response:
        gate, lang = self._gate(), asked.lang
        try:
            evidence = await self.runs.check(settings, allowed=gate, client=_client(request))
            report, result, model = await self._work(request, _judged, evidence, asked, settings, gate)
        except Busy:
            page = await self._work(request, pages.check, lang, problem=pages.texts(lang)["busy"])
            return HTMLResponse(page, 503, {"Retry-After": "60"})
        self.own.saw("page", report)
        base_url = str(report.target.get("base_url") or "")
        return HTMLResponse(
            await self._work(request, pages.check, lang, asked.form, base_url=base_url, model=model, result=result)
        )

    def _gate(self) -> AddressGuard | None:
        return AddressGuard() if self.serving.public_only else None

    async def explain(self, request: Request) -> Response:
        """Explain a pasted text; the server does not keep it."""
        if request.method != "POST":
            return HTMLResponse(await self._work(request, pages.explain, _language(request)))
        whole = "text/html" in request.headers.get("accept", "")
        try:
            found = await self.readers.call(_client(request), _explained, await request.body(), whole)
        except BadInput as error:
            return PlainTextResponse(str(error), 400)
        return HTMLResponse(found)

    async def open_file(self, request: Request) -> Response:
        """Judge a bundle or a saved run that a visitor opens; the server does not keep it."""
        if request.method != "POST":
            return HTMLResponse(await self._work(request, pages.open_file, _language(request)))
        whole = "text/html" in request.headers.get("accept", "")
        found, problem = await self.readers.call(_client(request), _opened, await request.body(), whole)
        if problem and not whole:
            return PlainTextResponse(problem, 400)
        return HTMLResponse(found, 400 if problem else 200)

    async def login(self, request: Request) -> Response:
        """Accept the token and set a session cookie."""
        if self.token is None:
            return RedirectResponse("/", 303)
        if request.method != "POST":
            return HTMLResponse(await self._work(request, pages.login, _language(request)))
        lang, token = await self._work(request, _login, await request.body())
        if not self.token.matches(token):
            problem = pages.texts(lang)["token.wrong"]
            return HTMLResponse(await self._work(request, pages.login, lang, problem), 403)
        answer = RedirectResponse(f"/?lang={lang}", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(
            COOKIE, self.token.session(), max_age=SESSION, httponly=True, samesite="strict", secure=secure
        )
        return answer

    async def static(self, request: Request) -> Response:
        try:
            content, content_type = await self._work(request, pages.static, request.path_params["name"])
        except KeyError:
            return PlainTextResponse("There is no such file.\n", 404)
        return Response(content, media_type=content_type)

    # -- Prometheus ----------------------------------------------------------------------------------------------------

    async def probe(self, request: Request) -> ASGIApp:
        """Check one target of the file and return metrics, within the timeout of the scrape."""
        names = request.query_params.getlist("target")
        if len(names) != 1:
            return PlainTextResponse("Name one target of llmdoctor.toml: /probe?target=NAME\n", 400)
        try:
            patience = _patience(request)
            settings = await self._work(request, self._target, names[0])
        except BadInput as error:
            return PlainTextResponse(f"{error}\n", 400)
        if settings is None:
            return PlainTextResponse("There is no such target in llmdoctor.toml.\n", 404)
        return WhileConnected(self._probed(names[0], settings, patience, request))

    def _target(self, name: str) -> Settings | None:
        file = self.targets.read() if self.targets is not None else None
        if file is None or name not in file.targets:
            return None
        return gather(Options(target=name, metadata=False), os.environ, file.path.parent, file)

    async def _probed(self, name: str, settings: Settings, patience: float | None, request: Request) -> Response:
        async def work() -> tuple[Report, metrics.Sums]:
            evidence = await self.runs.check(settings, patience=patience, client=_client(request))
            report = await self._work(request, judge, evidence)
            self.own.saw("probe", report)
            sums = self.costs.add(name, report.cost)
            if evidence.interrupted:  # by this server: nothing is known about the target
                raise Busy
            return report, sums

        try:
            async with asyncio.timeout(patience + SPARE / 2 if patience is not None else None):
                report, sums = await self.probing.take((_client(request), name, patience), work)
                return await self._metrics(metrics.of_report(report, sums), request)
        except (Busy, TimeoutError):
            return PlainTextResponse("No check was possible in the time of this scrape.\n", 503)

    async def metrics(self, request: Request) -> Response:
        return await self._metrics(self.own.registry, request)

    async def _metrics(self, found: Readable, request: Request) -> Response:
        accept = request.headers.get("accept", "")
        content, content_type = await self._work(request, metrics.written, found, accept)
        return Response(content, headers={"Content-Type": content_type})

    async def healthz(self, request: Request) -> Response:
        return PlainTextResponse("ok\n")


def _client(request: Request) -> str:
    return client_of(request.scope.get("client"))


async def _busy(request: Request, error: Exception) -> Response:
    """Refuse a request of a client that has too many under way."""
    return PlainTextResponse(MESSAGES["busy"] + "\n", 503, {"Retry-After": "60"})


def _judged(
    evidence: Evidence, asked: _Asked, settings: Settings, gate: AddressGuard | None
) -> tuple[Report, str, str]:
    """Return the report, its HTML, and the model of the form, scrubbed."""
    report = judge(evidence, asked.lang)
    private = gate is not None and gate.refused
    result = pages.report(report, asked.lang, private=private, early=evidence.interrupted, notes=asked.notes)
    return report, result, scrubber(settings)(asked.form.model)


def _explained(body: bytes, whole: bool) -> str:
    """Return the likely findings for the text of a form: as a whole page, or as a part of it.

    Raises BadInput for what is no form.
    """
    lang = pages.language(forms.field(body, "lang"))
    seen = read_text(forms.read(body).text)
    door = load().of_host(seen.host) if seen.host else None
    today = time.strftime("%Y-%m-%d", time.gmtime())
    result = pages.explanation(explanation(seen, lang, door.id if door else None, today), lang)
    return pages.explain(lang, result=result) if whole else result


def _opened(body: bytes, whole: bool) -> tuple[str, str]:
    """Return the report on the bundle in a form, as a whole page or as a part of it, and what is wrong with it."""
    lang = pages.language(forms.field(body, "lang"))
    try:
        bundle = opened(forms.field(body, "text"))
    except ArchiveError:
        problem = pages.texts(lang)["open.wrong"]
        return pages.open_file(lang, problem=problem) if whole else "", problem
    result = pages.opened(bundle, judge(bundle.evidence, lang), lang)
    return pages.open_file(lang, result=result) if whole else result, ""


def _login(body: bytes) -> tuple[str, str]:
    return pages.language(forms.field(body, "lang")), forms.field(body, "token")


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
        raise BadInput("X-Prometheus-Scrape-Timeout-Seconds must be a number of seconds.")
    return max(seconds - SPARE, seconds / 2)
