"""What no server can make this program do: send the key to another host, control a terminal or a page, or keep and
print unlimited data.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any
from xml.etree import ElementTree

import pytest

from diagnose.formats import FORMATS, render
from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.demo_server import answers, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.server import Handler, PracticeDoor, Reply, Request, ScriptEnd, head
from probes.model import archive
from probes.model.attempt import Auth
from probes.model.evidence import Evidence
from probes.model.exchange import Exchange
from probes.model.facts import Address
from probes.model.record import replace
from probes.model.scrubber import WINDOW
from probes.model.secret import Secret
from probes.model.settings import ConnectTo, Limits, ProxySettings, Settings, Sourced
from probes.model.source import option
from probes.network.network import Connection, Network
from probes.network.proxy_server import Proxy
from probes.run.engine import run

pytestmark = pytest.mark.slow

BODY = "Zt5pK8wQ2nVb7XyR4cMd9LfH3sGaJ6eUZt5pK8wQ2nVb7XyR"
KEY = f"sk-{BODY}"
LIMITS = Limits(probe=1.0, run=6.0)
JSON = (("Content-Type", "application/json"),)
PROTOCOLS = {
    "openai": (answers.MODELS[0], "/v1"),
    "responses": (answers.MODELS[0], "/v1"),
    "anthropic": (answers.CLAUDES[0], ""),
    "gemini": (answers.GEMINIS[0], ""),
    "azure": ("gpt-4o-mini", ""),
    "ollama": (answers.LLAMAS[0], ""),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probes.api.round_runner.PAUSES", (0.0, 0.0))


def settings(url: str, protocol: str = "openai", **more: Any) -> Settings:
    given: dict[str, Any] = {
        "base_url": Sourced(url, option("test")),
        "key": Sourced(Secret(KEY), option("test")),
        "model": Sourced(PROTOCOLS[protocol][0], option("test")),
        "protocol": Sourced(protocol, option("test")),
        "limits": LIMITS,
    }
    return Settings(**(given | more))


# -- the key is sent only to the configured host -----------------------------------------------------------------------


@dataclass
class Socket:
    """A connection that was opened: its target, and the bytes sent on it."""

    to: str
    port: int
    sent: bytearray = field(default_factory=bytearray)


class Watched(Network):
    """The real network, which records every sent byte with its target.

    Names lead to this machine. Bytes sent inside TLS are recorded before encryption.
    """

    def __init__(self, ports: dict[int, int] | None = None) -> None:
        self.ports = ports or {}
        self.sockets: list[Socket] = []
        self._open: dict[int, Socket] = {}

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        return (Address("ipv4", "127.0.0.1"),)

    async def dial(self, address: Address, port: int) -> socket.socket:
        opened = Socket(address.ip, port)
        self.sockets.append(opened)
        sock = await super().dial(Address("ipv4", "127.0.0.1"), self.ports.get(port, port))
        self._open[sock.fileno()] = opened
        return sock

    async def tunnel(self, way: socket.socket | Connection, proxy: Proxy, host: str, port: int, limit: int) -> None:
        await super().tunnel(way, proxy, host, port, limit)

    async def connection(self, sock: socket.socket, tls: Any, host: str, timeout: float) -> Connection:
        opened = self._open[sock.fileno()]
        link = await super().connection(sock, tls, host, timeout)
        write = link.writer.write

        def kept(data: bytes) -> None:
            opened.sent += data
            write(data)

        link.writer.write = kept  # type: ignore[method-assign]
        return link

    def carrying(self) -> set[int]:
        """Return the ports to which a piece of the key was sent."""
        pieces = {BODY[at : at + WINDOW].encode() for at in range(len(BODY) - WINDOW + 1)}
        return {one.port for one in self.sockets if any(piece in one.sent for piece in pieces)}


def asked(given: Settings, network: Watched) -> tuple[Evidence, Report]:
    evidence = asyncio.run(run(given, network=network, version="0"))
    return evidence, judge(evidence)


def somewhere(stranger: str) -> dict[str, handlers.What]:
    """Return responses that try to lead the key away."""
    hop = handlers.turns(b.redirect(307, slash=True), b.redirect(307, stranger))
    return {
        **{f"redirect {status}": b.redirect(status, stranger) for status in (301, 302, 303, 307, 308)},
        "redirect after a redirect": hop,
        "redirect with a user": Reply(307, (("Location", stranger.replace("//", "//door:word@") + "/v1/chat"),)),
        "redirect without a scheme": Reply(308, (("Location", stranger.removeprefix("http:") + "/v1/models"),)),
        "redirect by a backslash": Reply(308, (("Location", "\\\\" + stranger.removeprefix("http://") + "/x"),)),
        "redirect by a user's name": Reply(
            308, (("Location", f"http://127.0.0.1@{stranger.removeprefix('http://')}"),)
        ),
        "redirect to https": Reply(308, (("Location", stranger.replace("http:", "https:") + "/v1/models"),)),
        "Refresh": Reply(200, (("Refresh", f"0; url={stranger}"), ("Content-Type", "text/html")), b"<html>"),
        "Content-Location": answers.as_json({"error": {"message": "x"}}, 401, ("Content-Location", stranger)),
        "Link": answers.as_json({}, 404, ("Link", f"<{stranger}>; rel=next")),
        "Alt-Svc": answers.as_json({}, 500, ("Alt-Svc", f'h2="{stranger.removeprefix("http://")}"')),
        "base element": answers.as_html(f"<html><base href='{stranger}'><form action='{stranger}'></html>", 404),
        "401 of a proxy": Reply(401, (("WWW-Authenticate", f'Basic realm="{stranger}"'),)),
        "407": Reply(407, (("Proxy-Authenticate", "Basic"), ("Location", stranger))),
        "next page": answers.as_json({"data": [{"id": "m"}], "has_more": True, "next": f"{stranger}/v1/models?page=2"}),
        "503 and away": handlers.turns("empty-503", b.redirect(307, stranger)),
        "cut and away": handlers.turns([ScriptEnd.CLOSE], b.redirect(307, stranger)),
        "nothing at all": [ScriptEnd.CLOSE],
        "404 everywhere": "go-404",
    }


@pytest.mark.parametrize("trick", somewhere("http://h"))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_answer_leads_the_key_away(protocol: str, trick: str) -> None:
    with PracticeDoor(b.openai(KEY)) as stranger, PracticeDoor(handlers.always(somewhere(stranger.url)[trick])) as door:
        network = Watched()
        asked(settings(door.url + PROTOCOLS[protocol][1], protocol), network)
        assert network.carrying() <= {door.port}
        assert stranger.connections == 0


def test_a_redirect_to_another_port_with_tls_gets_no_key() -> None:
    """On a machine of many users, another port is another user's, also with a certificate that counts."""
    with authority() as trusted, PracticeDoor(b.openai(KEY), tls=trusted.context("good", "127.0.0.1")) as stranger:
        there = f"https://127.0.0.1:{stranger.port}"
        with PracticeDoor(lambda request: Reply(308, (("Location", f"{there}{request.path}"),))) as door:
            network = Watched()
            bundle = Sourced(str(trusted.ca_pem), option("--ca-bundle"))
            asked(settings(f"{door.url}/v1", ca_bundle=bundle), network)
            assert network.carrying() <= {door.port}
            assert stranger.connections == 0


@pytest.mark.parametrize("style", [Auth.X_API_KEY, Auth.BEARER])
def test_a_retry_goes_to_the_same_door(style: Auth) -> None:
    variable = "ANTHROPIC_AUTH_TOKEN" if style is Auth.BEARER else "ANTHROPIC_API_KEY"
    with PracticeDoor(handlers.turns("empty-503", [ScriptEnd.RESET], b.anthropic(KEY))) as door:
        network = Watched()
        asked(settings(door.url, "anthropic", auth_variable=variable), network)
        assert network.carrying() == {door.port}


def test_a_keyless_look_is_keyless() -> None:
    """Only the configured path receives the key; other paths are tried without it."""
    with PracticeDoor(handlers.always("go-404")) as door:
        asked(settings(f"{door.url}/some/where"), Watched())
        keyed = {request.path for request in door.requests if BODY[:WINDOW] in repr(request.headers)}
        looks = {request.path for request in door.requests} - keyed
    assert keyed == {"/some/where/models", "/some/where/chat/completions"}
    assert len(looks) >= 4


@pytest.mark.parametrize(
    "refusal", [b"HTTP/1.1 403 no\r\n\r\n", b"HTTP/1.1 407 no\r\nProxy-Authenticate: Basic\r\n\r\n"]
)
@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_sees_no_key(scheme: str, refusal: bytes) -> None:
    with PracticeDoor(connect=[ScriptEnd.READ, refusal, ScriptEnd.CLOSE]) as proxy:
        network = Watched()
        proxies = ProxySettings(all=Sourced(f"{scheme}://127.0.0.1:{proxy.port}", option("test")))
        asked(settings("https://relay.example/v1", proxies=proxies), network)
        asked(settings("http://relay.example/v1", proxies=proxies), network)
        assert proxy.connections
        assert network.carrying() == set()


def test_a_plain_proxy_gets_no_key_of_a_plain_host() -> None:
    heard: list[Request] = []

    def proxy(request: Request) -> Any:
        heard.append(request)
        return b.openai(KEY)(request)

    with PracticeDoor(proxy) as door:
        proxies = ProxySettings(http=Sourced(door.url, option("test")))
        asked(settings("http://relay.example/v1", proxies=proxies), Watched())
        asked(settings("http://10.1.2.3/v1", proxies=proxies), Watched())
    assert heard
    assert not any(BODY[:WINDOW] in repr(request) for request in heard)


def test_connect_to_leads_its_own_host_alone() -> None:
    """A redirect to another host and a --connect-to rule for that host do not make it the configured host."""
    with PracticeDoor(b.openai(KEY)) as stranger:
        away = b.redirect(307, "http://other.internal")
        with PracticeDoor(away) as door:
            rules = tuple(
                ConnectTo(name, 80, "127.0.0.1", port)
                for name, port in (("relay.internal", door.port), ("other.internal", stranger.port))
            )
            network = Watched()
            asked(settings("http://relay.internal/v1", connect_to=rules), network)
            assert stranger.connections == 0
            assert network.carrying() == {door.port}


# -- nothing controls a terminal or a page -----------------------------------------------------------------------------

SIGNS = {
    "CSI": "\x1b[2J\x1b[31;1mred\x1b[0m\x1b[1;1H",
    "OSC": "\x1b]0;owned\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x1b]52;c;cm0gLXJm\x07",
    "DCS and friends": "\x1bP1$r\x1b\\\x1b_G\x1b\\\x1b^x\x1b\\\x1bX\x1b\\\x1b(0\x1bc",
    "C1": "\x9b31mred\x9d0;owned\x9c\x90q\x9c\x85\x8d",
    "C0": "a\x00b\x07c\x08\x08\x0bd\x0ce\x0e\x0f\x7f",
    "lines": "one\ntwo\r\nthree\rfour\u2028five\u2029six\x85seven\ttab",
    "bidi": "\u202etxt.exe\u202c\u2066x\u2069\u2067y\u2068z\u200e\u200f\u061c",
    "zero width": "sk\u200b-\u200c\u200d\u2060\u2061\ufeff\u00ad\u180e",
    "tags": "a\U000e0001\U000e0061\U000e007f",
    "surrogates": "\\ud800",
    "rich": "[red]no[/] [/] [bold]x[/bold] [link=http://x]y[/link] :bomb: [@click=app.bell]z[/]",
    "markdown": "| a | b |\n|---|---|\n`code` ```\n# title\n- item\n![i](http://x) <script>alert(1)</script> @user #1",
    "monitoring": "OK | time=0s;;;0\nCRITICAL | x=1 'a b'=2",
    "shell": "`id` $(id) ; rm -rf / && x",
    "workflow": "::error file=a::b\n::set-output name=x::y\n##[command]z %0A::stop-commands::t",
    "XML": "]]><![CDATA[x]]> <!-- --> <?xml?> &amp; &lt; &#x1b; <!DOCTYPE a [<!ENTITY b 'c'>]> &b;",
    "percent": "%s %(x)s {0} {host} %%",
}


def everywhere(sign: str) -> Iterator[handlers.What]:
    """Return the sign in every place of a response that is kept."""
    line = re.sub("[\r\n\0]", " ", sign).encode("utf-8", "replace").decode("latin-1")
    error = {"error": {"message": sign, "type": sign, "code": sign, "param": sign}}
    headers = tuple((name, line) for name in ("Server", "Via", "X-Request-Id", "CF-RAY", "Retry-After"))
    spoken = answers.completion(model=sign, text=sign)
    spoken["choices"][0]["finish_reason"] = sign
    yield answers.as_json(error, 401, *headers)
    yield answers.as_json(error, 429, *headers)
    yield answers.as_html(f"<title>{sign}</title><center>nginx</center>{sign}", 502, *headers)
    yield answers.as_html(f"<title>{sign}</title>", 200, *headers)
    yield answers.as_text(sign, 500, *headers)
    yield Reply(307, (("Location", f"http://other.example/{line}"), *headers))
    yield Reply(302, (("Location", f"https://sso.example/login?{line}"), *headers))
    yield Reply(403, (("Content-Type", line), *headers), sign.encode("utf-8", "replace"), reason=line)
    yield handlers.first(
        handlers.on("/models", Reply(200, JSON, json.dumps({"data": [{"id": sign}, {"id": f"x{sign}"}]}).encode())),
        handlers.on("POST", answers.as_json(spoken)),
    )
    yield handlers.first(
        handlers.on("/models", answers.model_list(answers.MODELS)),
        handlers.on(
            "POST", answers.as_events([answers.data(answers.chunk(model=sign, content=sign)), answers.data(error)])
        ),
    )
    yield f"{line} is no HTTP\r\n\r\n".encode("latin-1")


def acting(text: str, allowed: str = "\n") -> set[str]:
    """Return the characters in ``text`` that control a terminal or are invisible."""
    return {sign for sign in text if not sign.isprintable() and sign not in allowed}


def written(report: Report) -> dict[tuple[str, str], str]:
    return {(fmt, lang): render(report, fmt, lang) for fmt in FORMATS for lang in ("en", "zh")}


@pytest.mark.parametrize("name", SIGNS)
def test_no_sign_acts_in_any_format(name: str) -> None:
    for place in everywhere(SIGNS[name]):
        with PracticeDoor(handlers.always(place)) as door:
            given = settings(f"{door.url}/v1", model=None)
            evidence = asyncio.run(run(given, version="0"))
        for lang in ("en", "zh"):
            report = judge(evidence, lang)
            for fmt in FORMATS:
                assert acting(render(report, fmt, lang)) == set(), (fmt, place)
            json.loads(render(report, "json", lang))
            ElementTree.fromstring(render(report, "junit", lang))
            assert "<script>alert" not in render(report, "html", lang)
            commands = re.findall(r"^(?:::|##\[)\S*", render(report, "github", lang), re.MULTILINE)
            assert all(
                re.match(r"::(?:error|warning|notice|group::llmdoctor\b.*|endgroup::)$", one) for one in commands
            ), commands
            status = render(report, "nagios", lang)
            assert (status.count("\n"), status.count("|")) == (1, 1), "one line, one beginning of the figures"
            figures = status.partition("|")[2].split()
            assert all(re.fullmatch(r"\w+=[\d.]+s?;;;0", one) for one in figures), figures
            coloured = render(report, "text", lang, colour=True)
            assert acting(re.sub(r"\x1b\[[\d;]*m", "", coloured)) == set(), "colours of our own alone"
            assert set(re.findall(r"\x1b\[([\d;]*)m", coloured)) <= {*"0123456789", *_OURS}, "and no other"
            assert "\x1b]" not in coloured


_OURS = ("1;31", "1;32", "1;33", "31", "32", "33", "36")


def test_terminal_markup_is_shown_as_it_was_sent() -> None:
    with PracticeDoor(handlers.always(answers.as_json({"error": {"message": "[red]no[/] [/]"}}, 401))) as door:
        report = judge(asyncio.run(run(settings(f"{door.url}/v1"), version="0")))
    assert "[red]no[/] [/]" in render(report, "text", "en", width=200)


def test_a_table_of_markdown_keeps_its_columns() -> None:
    sign = SIGNS["markdown"]
    with PracticeDoor(
        b.openai(KEY, listing=answers.as_json({"data": [{"id": sign}]}), chat=answers.as_json({}))
    ) as door:
        report = judge(asyncio.run(run(settings(f"{door.url}/v1", model=None), version="0")))
    page = render(report, "markdown", "en")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {5}
    outside = re.sub(r"^(`{3,}).*?^\1$", "", page, flags=re.DOTALL | re.MULTILINE)
    assert "<script>" not in outside and not re.search(r"(?<!\\)\]\(", outside)


@contextmanager
def program(*arguments: str, said: str = "") -> Iterator[tuple[str, str]]:
    environment = {**os.environ, "HOSTILE_KEY": KEY, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "diagnose", *arguments],
        input=said.encode("utf-8", "replace"),
        capture_output=True,
        env=environment,
        timeout=60,
    )
    yield done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


ALL = " ".join(sign for name, sign in SIGNS.items() if name != "surrogates")


def test_the_program_itself_prints_no_such_sign(tmp_path: Any) -> None:
    saved = str(tmp_path / "run.json")
    with PracticeDoor(
        handlers.always(answers.as_json({"error": {"message": ALL, "code": ALL}}, 401, ("Server", "nginx")))
    ) as door:
        check = ("check", f"{door.url}/v1", "--key-env", "HOSTILE_KEY", "--model", "m", "--no-env", "--lang", "en")
        with program(*check, "--save", saved) as (out, err):
            assert "auth.rejected" in out
            assert acting(out + err) == set()
    with program("judge", saved, "--lang", "zh") as (out, err):
        assert acting(out + err) == set()


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_a_pasted_text_is_explained_without_its_signs(form: tuple[str, ...]) -> None:
    pasted = f"HTTP/1.1 401 Unauthorized\nServer: nginx{ALL}\n\nIncorrect API key provided {ALL}"
    with program("explain", "-", *form, said=pasted) as (out, err):
        assert "auth.rejected" in out
        assert acting(out + err) == set()


# -- nothing is kept or printed without limit --------------------------------------------------------------------------

LONG = "x" * 200_000
PAGE = 64 * 1024  # the most characters in a report, whatever a server sends
WORLDS: dict[str, handlers.What] = {
    "error": answers.as_json({"error": dict.fromkeys(("message", "type", "code", "param"), LONG)}, 400),
    "errors in a list": answers.as_json({"detail": [{"loc": ["body", LONG], "msg": LONG}] * 50}, 422),
    "page": answers.as_html(f"<title>{LONG}</title>{LONG}", 502),
    "text": answers.as_text(LONG, 500),
    "headers": head(401, tuple((f"X-{n}", "y" * 900) for n in range(60))) + b"{}",
    "one header": head(401, (("Server", "z" * 60_000),)) + b"{}",
    "location": Reply(307, (("Location", f"http://other.example/{LONG[:60_000]}"),)),
    "content type": Reply(200, (("Content-Type", LONG[:60_000]),), b"{}"),
    "reason": Reply(500, (), b"", reason=LONG[:60_000]),
    "models": answers.as_json({"data": [{"id": f"model-{n}"} for n in range(50_000)]}),
    "long models": answers.as_json({"data": [{"id": LONG} for _ in range(20)]}),
    "answer": answers.as_json(answers.completion(model=LONG, text=LONG)),
    "usage": answers.as_json({**answers.completion(), "usage": {"prompt_tokens": 10**30, "completion_tokens": -5}}),
    "events": lambda _: answers.as_events(list(repeat(answers.data(answers.chunk(content="x" * 1000)), 3000))),
    "event names": lambda _: answers.as_events(list(repeat(b"event: " + b"e" * 900 + b"\ndata: {}\n\n", 1500))),
    "comments": lambda _: answers.as_events(list(repeat(b": " + b"c" * 1000 + b"\n\n", 1500))),
    "1xx": lambda _: [*repeat(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 2000), ScriptEnd.CLOSE],
    "redirects": b.redirect(307, slash=True),
}


@pytest.mark.parametrize("world", WORLDS)
def test_what_is_kept_and_printed_has_an_end(world: str) -> None:
    with PracticeDoor(handlers.always(WORLDS[world])) as door:
        evidence = asyncio.run(run(settings(f"{door.url}/v1", model=None), version="0"))
        assert len(door.requests) <= 40
    for one in evidence.observations:
        if not isinstance(one.facts, Exchange):
            continue
        facts = one.facts
        assert len(facts.response.headers) <= 60 and all(len(value) <= 1000 for _, value in facts.response.headers)
        assert (
            len(facts.response.text) <= 4096 and len(facts.response.title) <= 4096 and len(facts.response.reason) <= 100
        )
        assert (
            len(facts.response.content_type) <= 100
            and len(facts.redirection.location) <= 1000
            and len(facts.redirection.followed) <= 5
        )
        assert len(facts.reading.models or ()) <= 5000 and all(len(name) <= 200 for name in facts.reading.models or ())
        error = facts.reading.error
        assert error is None or max(len(error.message), len(error.type), len(error.code), len(error.param)) <= 2000
        assert facts.reading.answer is None or (
            len(facts.reading.answer.text) <= 500 and len(facts.reading.answer.model) <= 200
        )
        assert facts.reading.stream is None or (
            len(facts.reading.stream.text) <= 500 and len(facts.reading.stream.model) <= 200
        )
    assert len(archive.dump(evidence)) < 4 << 20
    for fmt, text in {name: text for (name, _), text in written(judge(evidence)).items()}.items():
        assert len(text) < PAGE, fmt


@pytest.mark.parametrize(
    ("limits", "answer"),
    [
        (replace(LIMITS, header_bytes=2000), head(200, (("X-Pad", "x" * 3000),)) + b"{}"),
        (replace(LIMITS, body_bytes=2000), answers.as_json({"pad": "x" * 3000})),
        (
            replace(LIMITS, stream_bytes=2000),
            answers.as_events([answers.data(answers.chunk(content="x" * 100))] * 50 + [ScriptEnd.STALL]),
        ),
    ],
    ids=["head", "body", "stream"],
)
def test_each_limit_in_bytes_ends_the_reading(limits: Limits, answer: Handler) -> None:
    with PracticeDoor(b.openai(KEY, chat=answer, stream=answer)) as door:
        evidence = asyncio.run(run(settings(f"{door.url}/v1", limits=limits), version="0"))
    sizes = [one.facts.response.size for one in evidence.observations if isinstance(one.facts, Exchange)]
    assert max(sizes) <= 2000 + 64 * 1024, "a limit, and what one read may bring"
    assert judge(evidence).verdict != "healthy" or limits.stream_bytes == 2000
