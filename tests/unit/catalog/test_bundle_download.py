"""`llmdoctor facts update https://…` against a TLS server on loopback with a CA made up for the test."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner, Result

from diagnose.cli import program
from probes.catalog import bundle_download, bundle_store
from probes.catalog.bundle import LARGEST
from probes.catalog.bundle_place import place

BUNDLE = json.dumps({"schema": "llmdoctor.facts/1", "date": "2099-01-02", "version": "9", "texts": []}).encode()
SUM = sha256(BUNDLE).hexdigest()
Reply = Callable[[BaseHTTPRequestHandler], None]


def body(content: bytes, status: int = 200, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def endless(head: bytes, piece: bytes) -> Reply:
    """Send ``piece`` for ever, a little at a time, as the rest of the headers or of the body."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(head)
        while not handler.server.ended.wait(0.02):  # type: ignore[attr-defined]
            handler.wfile.write(piece)

    return reply


class Door:
    """A running server: its base URL, the replies by path, and the requests that it got."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.url = f"{scheme}://localhost:{server.server_address[1]}"
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def door(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Door]]:
    """Return a function that starts a server for a scheme; https with a certificate that the program trusts."""
    running: list[ThreadingHTTPServer] = []

    def start(scheme: str = "https") -> Door:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found.asked.append((self.path, dict(self.headers)))
                try:
                    found.replies[self.path](self)
                except (OSError, ssl.SSLError):  # the program has heard enough
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = False  # so that closing it waits for its threads, which close their sockets
        server.ended = threading.Event()  # type: ignore[attr-defined]
        if scheme == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("localhost").configure_cert(context)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        found = Door(server, scheme)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        running.append(server)
        return found

    roots = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(roots))
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield start
    for server in running:
        server.ended.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
    monkeypatch.undo()
    bundle_store.look_again()


def update(url: str, checksum: str = SUM) -> Result:
    return CliRunner().invoke(program, ["facts", "update", url, "--sha256", checksum, "--lang", "en"])


def refused(done: Result, why: str) -> bool:
    """Check that the bundle was refused with a sentence, and that nothing was kept."""
    path = place()
    told = " ".join(done.output.split())
    assert why in told and told.count("Traceback") == 0, told
    return done.exit_code != 0 and path is not None and not path.exists()


def test_a_bundle_with_the_right_checksum_is_taken(door: Callable[..., Door]) -> None:
    server = door()
    server.replies["/facts.json"] = body(BUNDLE)
    done = update(f"{server.url}/facts.json", SUM.upper())
    assert done.exit_code == 0 and "2099-01-02" in done.output
    ((path, headers),) = server.asked
    assert path == "/facts.json" and headers["User-Agent"] == "llmdoctor"
    assert not {"Authorization", "Cookie", "Referer"} & headers.keys()
    kept = place()
    assert kept is not None and kept.read_bytes() == BUNDLE


OLD = BUNDLE.replace(b"2099-01-02", b"2026-01-01")
UNKNOWN = BUNDLE.replace(b"facts/1", b"facts/7")
BROKEN = BUNDLE[:-5]
LARGE = b" " * (LARGEST + 10)
REFUSED: dict[str, tuple[Reply, bytes, str]] = {
    "wrong checksum": (body(BUNDLE), BUNDLE + b" ", "its SHA-256 is"),
    "older date": (body(OLD), OLD, "its facts are of 2026-01-01, which is not newer"),
    "unknown schema": (body(UNKNOWN), UNKNOWN, "schema"),
    "broken file": (body(BROKEN), BROKEN, "not JSON"),
    "not text": (body(b"\xff\xfe\x00\xd8" * 9), b"\xff\xfe\x00\xd8" * 9, "UTF-8"),
    "too large": (body(LARGE), LARGE, "it is larger than 4 MiB"),
    "not found": (body(b"", 404), b"", "the server answered 404"),
    "cut off": (body(BUNDLE[:40], **{"Content-Length": "4000"}), BUNDLE, "its SHA-256 is"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, door: Callable[..., Door]) -> None:
    reply, expected, why = REFUSED[case]
    server = door()
    server.replies["/facts.json"] = reply
    assert refused(update(f"{server.url}/facts.json", sha256(expected).hexdigest()), why)


@pytest.mark.parametrize(
    ("url", "checksum", "why"),
    [
        ("http://localhost:{port}/facts.json", SUM, "a bundle is fetched by https alone"),
        ("ftp://localhost:{port}/facts.json", SUM, "a bundle is fetched by https alone"),
        ("https://user:secret@localhost:{port}/facts.json", SUM, "a user name or a password"),
        ("https://localhost:{port}/facts.json", "", "needs --sha256"),
        ("https://localhost:{port}/facts.json", "abc", "not a checksum of 64"),
        ("https://[/facts.json", SUM, "it is no address"),
    ],
)
def test_what_is_not_even_asked(url: str, checksum: str, why: str, door: Callable[..., Door]) -> None:
    server = door()
    done = update(url.replace("{port}", server.url.rpartition(":")[2]), checksum)
    assert refused(done, why) and not server.asked and "secret" not in done.output


def test_a_redirect_is_followed_to_https_alone(door: Callable[..., Door]) -> None:
    server, clear = door(), door("http")
    clear.replies["/facts.json"] = server.replies["/new.json"] = body(BUNDLE)
    server.replies["/clear"] = body(b"", 302, Location=f"{clear.url}/facts.json")
    server.replies["/file"] = body(b"", 302, Location=Path(__file__).as_uri())
    server.replies["/loop"] = body(b"", 302, Location="/loop")
    answered = "the server answered 302"
    for path, why in (("/clear", "without https"), ("/file", answered), ("/loop", answered)):
        assert refused(update(server.url + path), why)
    assert not clear.asked
    server.replies["/moved"] = body(b"", 301, Location="/new.json")
    assert update(f"{server.url}/moved").exit_code == 0


@pytest.mark.parametrize(
    "reply",
    [
        endless(b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        endless(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    ],
    ids=["body", "headers"],
)
def test_an_endless_answer_ends(reply: Reply, door: Callable[..., Door], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_download, "PATIENCE", 0.3)
    server = door()
    server.replies["/facts.json"] = reply
    assert refused(update(f"{server.url}/facts.json"), "it took longer than 0.3 s")


def test_a_server_that_nobody_vouches_for_is_not_heard(
    door: Callable[..., Door], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = door()
    server.replies["/facts.json"] = body(BUNDLE)
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    assert refused(update(f"{server.url}/facts.json"), "certificate verify failed") and not server.asked
