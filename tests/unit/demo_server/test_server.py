"""The practice door behaves as its worlds say, and leaves nothing behind."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from diagnose.words.en.demo import TITLES
from probes.demo_server import answers, error_bodies, handlers, scenarios, web_pages, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import KINDS, Authority, authority
from probes.demo_server.server import PracticeDoor, ScriptEnd, closed_port

KEY = scenarios.made_up_key()


def ask(door, path, body=None, key=KEY, headers=(), method=None):
    """Return status, headers and body, read by http.client, which understands chunks and truncated bodies."""
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=5)
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        connection.request(
            method or ("POST" if body is not None else "GET"),
            path,
            None if body is None else json.dumps(body),
            {**sent, **dict(headers)},
        )
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def raw(door, data=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", limit=1 << 20):
    """Send raw bytes and return all bytes until the connection closes."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as sock:
        sock.sendall(data)
        got = b""
        while len(got) < limit and (piece := sock.recv(65536)):
            got += piece
        return got


def chat(model=answers.MODELS[0], **more):
    return {"model": model, "messages": [{"role": "user", "content": "ping"}], **more}


# -- the server --------------------------------------------------------------------------------------------------------


def test_it_records_requests_and_keeps_connections():
    with PracticeDoor(handlers.always(answers.as_json({}))) as door:
        connection = http.client.HTTPConnection("127.0.0.1", door.port)
        for path in ("/a?x=1", "/b"):
            connection.request("POST", path, b"body", {"X-Thing": "1"})
            assert connection.getresponse().read() == b"{}"
        connection.close()
    first, second = door.requests
    assert (first.method, first.target, first.path, first.query("x")) == ("POST", "/a?x=1", "/a", "1")
    assert (first.body, first.header("x-thing"), first.connection) == (b"body", "1", second.connection)
    assert first.at <= second.at
    assert door.connections >= 1


def test_chunked_requests_and_expect_continue():
    with PracticeDoor(lambda request: answers.as_text(request.body.decode())) as door:
        how = b"Connection: close\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue"
        got = raw(door, b"POST / HTTP/1.1\r\n" + how + b"\r\n\r\n" + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 100 ")
    assert got.endswith(b"\r\n\r\nabcde")


@pytest.mark.parametrize("world", ["never", "close", "ssh"])
def test_it_stops_at_once_and_leaves_no_thread(world):
    before = threading.active_count()
    with (
        PracticeDoor(connect=wrong_streams.CONNECTIONS[world]) as door,
        socket.create_connection(("127.0.0.1", door.port)) as sock,
    ):
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        idle = socket.create_connection(("127.0.0.1", door.port))
        door.__exit__(None, None, None)  # while both clients are still connected
        assert threading.active_count() <= before
        idle.close()


def test_a_stalled_answer_does_not_hold_the_end():
    before = threading.active_count()
    with PracticeDoor(handlers.always([ScriptEnd.STALL])) as door:
        sock = socket.create_connection(("127.0.0.1", door.port))
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not door.requests:
            pass
    assert threading.active_count() <= before  # while the client still waits
    sock.close()


def test_a_broken_handler_is_reported():
    def broken(request):
        raise LookupError("a bug")

    with pytest.raises(LookupError), PracticeDoor(broken) as door:
        raw(door)


def test_ipv6_only():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with PracticeDoor(handlers.always(answers.as_text("six")), host="::1") as door:
        assert door.url == f"http://[::1]:{door.port}"
        with socket.create_connection(("::1", door.port), timeout=5) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", door.port), timeout=1)


def test_a_closed_port_refuses():
    with closed_port() as port, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


@pytest.mark.parametrize(
    ("world", "start"),
    [
        ("close", b""),
        ("ssh", b"SSH-2.0-"),
        ("smtp", b"220 "),
        ("hello-close", b""),
        ("hello-alert", b"\x15\x03\x03"),
        ("hello-plain-400", b"HTTP/1.1 400 "),
        ("garbage", b"\x00\x01"),
    ],
)
def test_connections(world, start):
    with PracticeDoor(connect=wrong_streams.CONNECTIONS[world]) as door:
        got = raw(door, limit=4)
    assert got.startswith(start)
    assert bool(got) == bool(start)


@pytest.mark.parametrize("world", ["reset", "hello-reset"])
def test_connections_that_are_reset(world):
    with PracticeDoor(connect=wrong_streams.CONNECTIONS[world]) as door, pytest.raises(ConnectionError):
        raw(door)


def test_what_is_no_http_is_kept_apart():
    with PracticeDoor() as door:
        assert raw(door, b"\x16\x03\x01 a hello").startswith(b"HTTP/1.1 400 ")
    assert door.strays == [b"\x16\x03\x01 a hello"]
    assert door.requests == []


def test_proxy():
    with PracticeDoor(handlers.always(answers.as_text("behind"))) as door, PracticeDoor(b.proxy(door.port)) as front:
        got = raw(front, b"CONNECT api.example:443 HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert got.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK")
        assert got.endswith(b"behind")
    with PracticeDoor(b.proxy(1, user="u", password="p")) as front:
        assert ask(front, "/")[0] == 407


# -- working doors -----------------------------------------------------------------------------------------------------


def test_openai():
    with PracticeDoor(b.openai(KEY, responses=True)) as door:
        assert [m["id"] for m in json.loads(ask(door, "/v1/models")[2])["data"]] == list(answers.MODELS)
        answer = json.loads(ask(door, "/v1/chat/completions", chat())[2])
        assert answer["choices"][0]["message"]["content"] == "PONG"
        status, headers, body = ask(
            door, "/v1/chat/completions", chat(stream=True, stream_options={"include_usage": True})
        )
        assert (status, headers["content-type"]) == (200, "text/event-stream")
        assert body.endswith(b"data: [DONE]\n\n")
        assert b'"usage": {"prompt_tokens"' in body
        assert json.loads(ask(door, "/v1/responses", {"model": answers.MODELS[0]})[2])["object"] == "response"
        assert b"response.completed" in ask(door, "/v1/responses", {"model": answers.MODELS[0], "stream": True})[2]


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "code"),
    [
        ("/v1/models", None, "sk-" + "x" * 48, 401, "invalid_api_key"),
        ("/v1/models", None, "", 401, None),
        ("/v1/chat/completions", chat("gpt-9"), KEY, 404, "model_not_found"),
        ("/chat/completions", chat(), KEY, 404, "unknown_url"),
    ],
    ids=["unknown key", "no key", "unknown model", "unknown path"],
)
def test_openai_refuses(path, body, key, status, code):
    with PracticeDoor(b.openai(KEY)) as door:
        got, _, text = ask(door, path, body, key)
    assert (got, json.loads(text)["error"]["code"]) == (status, code)
    assert "x" * 12 not in text.decode()


def test_anthropic():
    version = {"anthropic-version": "2023-06-01"}
    model = answers.CLAUDES[0]
    with PracticeDoor(b.anthropic(KEY, auth=("x-api-key",))) as door:
        right = {**version, "x-api-key": KEY}
        assert json.loads(ask(door, "/v1/models", key="", headers=right)[2])["data"][0]["id"] == model
        answer = json.loads(ask(door, "/v1/messages", chat(model), "", right)[2])
        assert answer["content"][0]["text"] == "PONG"
        stream = ask(door, "/v1/messages", chat(model, stream=True), "", right)[2]
        assert stream.startswith(b"event: message_start\n")
        assert b"event: message_stop\n" in stream
        assert ask(door, "/v1/messages", chat(model), KEY, version)[0] == 401
        assert ask(door, "/v1/messages", chat(model), "", {"x-api-key": KEY})[0] == 400
        assert ask(door, "/v1/v1/messages", chat(model), "", right)[0] == 404


def test_gemini_azure_ollama():
    with PracticeDoor(b.gemini(KEY)) as door:
        path = "/v1beta/models/gemini-2.5-flash:generateContent"
        assert json.loads(ask(door, f"{path}?key={KEY}", {}, "")[2])["candidates"]
        assert ask(door, path, {}, "")[0] == 403
        assert ask(door, f"{path}?key=x", {}, "")[0] == 400
        stream = path.replace("generateContent", "streamGenerateContent")
        assert ask(door, f"{stream}?key={KEY}&alt=sse", {}, "")[2].startswith(b"data: {")
        assert len(json.loads(ask(door, f"{stream}?key={KEY}", {}, "")[2])) == 3
        assert ask(door, path.replace("v1beta", "v9"), {})[0] == 404
    with PracticeDoor(b.azure(KEY)) as door:
        path = "/openai/deployments/gpt-4o-mini/chat/completions"
        assert ask(door, f"{path}?api-version=2024-10-21", chat(), "", {"api-key": KEY})[0] == 200
        assert ask(door, path, chat(), "", {"api-key": KEY})[0] == 404
        assert ask(door, f"{path}?api-version=2024-10-21", chat(), "")[0] == 401
        assert ask(door, "/openai/v1/chat/completions", chat("gpt-4o-mini"), "", {"api-key": KEY})[0] == 200
    with PracticeDoor(b.ollama()) as door:
        rows = ask(door, "/api/chat", chat("llama3.2:latest"), "")[2].splitlines()
        assert json.loads(rows[-1])["done"] is True
        assert ask(door, "/v1/chat/completions", chat("llama3.2:latest"), "")[0] == 200


# -- wrong worlds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", error_bodies.ERRORS)
def test_errors(name):
    with PracticeDoor(handlers.always(name)) as door:
        status, headers, body = ask(door, "/v1/chat/completions", chat("some-model"))
    assert status == error_bodies.ERRORS[name][0]
    assert headers["content-type"] == "application/json"
    json.loads(body)
    assert b"<" not in body
    assert (KEY.encode() in body) == (name == "echo-key")


@pytest.mark.parametrize("name", web_pages.PAGES)
def test_pages(name):
    with PracticeDoor(handlers.always(name)) as door:
        assert ask(door, "/v1/models")[0] == web_pages.PAGES[name].status


SILENT = {"never", "midbody_stall", "headers_only"}
BREAKS = {"close_nobyte", "rst_nobyte", "close_midbody", "rst_midbody", "chunked_cut", "garbage", "http09"}


@pytest.mark.parametrize("name", sorted(wrong_answers.ANSWERS.keys() - BREAKS - SILENT - {"close_midheaders"}))
def test_answers_that_arrive_whole(name):
    with PracticeDoor(b.openai(KEY, chat=wrong_answers.ANSWERS[name])) as door:
        status, _, body = ask(door, "/v1/chat/completions", chat())
    assert 200 <= status < 500
    assert body or name in {"204", "304", "400_empty", "empty200_json", "empty200_noct"}


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_answers_that_break(name):
    broken = pytest.raises((http.client.HTTPException, ConnectionError))
    with PracticeDoor(b.openai(KEY, chat=wrong_answers.ANSWERS[name])) as door, broken:
        ask(door, "/v1/chat/completions", chat())


def test_a_head_that_breaks_off():
    with PracticeDoor(handlers.always(wrong_answers.ANSWERS["close_midheaders"])) as door:
        assert raw(door) == b"HTTP/1.1 200 OK\r\nContent-Ty"


CUT = {"s_cut_chunked", "s_cut_chunked_boundary", "s_cut_rst"}
STALLED = {"s_stalled", "s_stalled_first"}


@pytest.mark.parametrize("name", sorted(wrong_streams.STREAMS.keys() - CUT - STALLED))
@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_streams(protocol, name):
    door_of, table, path, model = {
        "openai": (b.openai, wrong_streams.STREAMS, "/v1/chat/completions", answers.MODELS[0]),
        "anthropic": (b.anthropic, wrong_streams.ANTHROPIC_STREAMS, "/v1/messages", answers.CLAUDES[0]),
    }[protocol]
    if name not in table:
        return
    with PracticeDoor(door_of(KEY, stream=table[name])) as door:
        status, headers, body = ask(door, path, chat(model, stream=True), headers={"anthropic-version": "1"})
    assert status == 200
    if "gzip" in (headers["content-encoding"] or "") and name != "s_gzip_lie":
        assert gzip.decompress(body).startswith((b"data: ", b"event: "))


@pytest.mark.parametrize("name", sorted(CUT))
@pytest.mark.parametrize("table", [wrong_streams.STREAMS, wrong_streams.ANTHROPIC_STREAMS], ids=["openai", "anthropic"])
def test_streams_that_are_cut(table, name):
    with (
        PracticeDoor(handlers.always(table[name])) as door,
        pytest.raises((http.client.IncompleteRead, ConnectionError)),
    ):
        ask(door, "/", {})


@pytest.mark.parametrize("name", sorted(STALLED))
def test_streams_that_stall(name):
    with PracticeDoor(handlers.always(wrong_streams.STREAMS[name])) as door:
        sock = socket.create_connection(("127.0.0.1", door.port), timeout=0.05)
        sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with sock, pytest.raises(TimeoutError):
            while sock.recv(65536):
                pass


def test_the_sound_streams_say_pong():
    def text(name, table):
        events = [json.loads(line[6:]) for line in table[name].splitlines() if line.startswith(b"data: {")]
        deltas = [e["choices"][0]["delta"].get("content", "") for e in events if e.get("choices")]
        return "".join(deltas) + "".join(e["delta"].get("text", "") for e in events if "delta" in e)

    whole = {}
    for protocol, table in (("openai", wrong_streams.STREAMS), ("anthropic", wrong_streams.ANTHROPIC_STREAMS)):
        with PracticeDoor(handlers.always(table["s_done"])) as door:
            whole[protocol] = ask(door, "/", {})[2]
    assert text("openai", whole) == text("anthropic", whole) == "PONG"


def test_endless_worlds_end_with_their_client():
    for world in (wrong_streams.endless_headers, wrong_streams.endless_body):
        with PracticeDoor(world) as door:
            assert len(raw(door, limit=300_000)) >= 300_000
    with PracticeDoor(wrong_streams.gzip_bomb) as door:
        assert len(ask(door, "/")[2]) < 1 << 20
    with PracticeDoor(wrong_streams.header_drip(0)) as door:
        assert raw(door).startswith(b"HTTP/1.1 200 OK\r\n")


def test_products_in_front():
    world = handlers.first(b.basic_auth, b.openai(KEY))
    with PracticeDoor(world) as door:
        assert ask(door, "/v1/models")[1]["www-authenticate"].startswith("Basic")
    with PracticeDoor(b.redirect(308, "https://other.example")) as door:
        assert ask(door, "/v1/x")[1]["location"] == "https://other.example/v1/x"
    with PracticeDoor(b.slashed(b.openai(KEY))) as door:
        assert ask(door, "/v1/models")[:2][1]["location"] == "/v1/models/"
        assert ask(door, "/v1/models/")[0] == 200
    with PracticeDoor(handlers.first(b.refuses("max_tokens", "openai-max-tokens"), b.openai(KEY))) as door:
        assert ask(door, "/v1/chat/completions", chat(max_tokens=5))[0] == 400
        assert ask(door, "/v1/chat/completions", chat(max_completion_tokens=5))[0] == 200
    with PracticeDoor(
        handlers.first(handlers.on("POST /messages", "anthropic-529"), handlers.always("go-404"))
    ) as door:
        assert ask(door, "/v1/messages", {})[0] == 529
        assert ask(door, "/v1/messages")[0] == 404
    with PracticeDoor(handlers.turns("openai-429", b.openai(KEY))) as door:
        assert [ask(door, "/v1/models")[0] for _ in range(3)] == [429, 200, 200]
    with PracticeDoor(b.both(b.openai(KEY), b.anthropic(KEY))) as door:
        assert ask(door, "/v1/chat/completions", chat())[0] == 200
        assert ask(door, "/v1/messages", chat(answers.CLAUDES[0]), headers={"anthropic-version": "1"})[0] == 200
    with PracticeDoor(wrong_streams.delayed(b.openai(KEY), 0.01)) as door:
        assert ask(door, "/v1/models")[0] == 200


# -- certificates ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signer() -> Iterator[Authority]:
    with authority() as made:
        yield made
    assert not made.ca_pem.exists()


# OpenSSL's verification error codes.
REASONS = {"expired": 10, "not-yet-valid": 9, "wrong-name": 62, "self-signed": 18, "no-intermediate": 20}


@pytest.mark.parametrize("kind", KINDS)
def test_certificates(signer, kind):
    client = ssl.create_default_context(cafile=str(signer.ca_pem))
    with PracticeDoor(handlers.always(answers.as_text("tls")), tls=signer.context(kind, "api.example")) as door:
        with socket.create_connection(("127.0.0.1", door.port), timeout=5) as sock:
            if kind in REASONS:
                with pytest.raises(ssl.SSLCertVerificationError) as refused:
                    client.wrap_socket(sock, server_hostname="api.example")
                assert refused.value.verify_code == REASONS[kind]
            else:
                with client.wrap_socket(sock, server_hostname="api.example") as tls:
                    tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
                    assert tls.recv(4096).startswith(b"HTTP/1.1 200 OK")
        assert b"plain HTTP request was sent to HTTPS port" in raw(door)


def test_an_unknown_certificate_is_refused(signer):
    with pytest.raises(ValueError, match="no such certificate"):
        signer.context("golden")


# -- faults ------------------------------------------------------------------------------------------------------------


def test_the_catalogue():
    assert len(scenarios.FAULTS) >= 20
    assert list(TITLES) == list(scenarios.FAULTS)
    with pytest.raises(KeyError), scenarios.open("no-such-fault"):
        pass


@pytest.mark.parametrize("name", scenarios.FAULTS)
def test_faults_open(name):
    with scenarios.open(name) as world:
        settings = world.settings()
        parts = urlsplit(world.base_url)
        assert settings.key.value == world.key
        assert "{" not in world.base_url
        if parts.hostname != "127.0.0.1" and not world.fault.proxy:
            (lead,) = world.connect_to
            assert (lead.host, lead.port, lead.to_port) == (parts.hostname, 443, world.door.port)
        if world.door is None:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", parts.port), timeout=1)


def test_the_sound_faults_are_sound():
    for name, path in (("sound", "/chat/completions"), ("sound-anthropic", "/v1/messages")):
        with scenarios.open(name) as world:
            client = ssl.create_default_context(cafile=world.ca_bundle)
            host = urlsplit(world.base_url)
            connection = http.client.HTTPSConnection(host.hostname, context=client)
            plain = socket.create_connection(("127.0.0.1", world.door.port))
            connection.sock = client.wrap_socket(plain, server_hostname=host.hostname)
            headers = {"Authorization": f"Bearer {world.key.reveal()}", "anthropic-version": "1"}
            connection.request("POST", host.path + path, json.dumps(chat(world.model)), headers)
            assert connection.getresponse().status == 200
            connection.close()


def test_made_up_keys_differ():
    assert scenarios.made_up_key("openai") != scenarios.made_up_key("openai")
