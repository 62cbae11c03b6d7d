"""Exceptions are classified: each by its number, its handshake or its cause, and none is too odd to be classified."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import h11
import pytest

from probes.demo_server import handlers, wrong_answers
from probes.demo_server.certificates import Authority, authority
from probes.demo_server.server import PracticeDoor, ScriptEnd, Step, closed_port
from probes.model.facts import Address
from probes.model.failure import Failure, Kind
from probes.model.settings import Limits
from probes.network.failures import NetError, chain, classify, failure
from probes.network.http1 import HttpExchange
from probes.network.network import Connection, Network
from probes.network.proxy_server import Proxy

ANY = Address("ipv4", "127.0.0.1")


def windows(number: int) -> OSError:
    """Return an OSError as Windows raises it: with its own error number in addition to some errno."""
    error = OSError(errno.EINVAL, "an operation was attempted")
    error.winerror = number  # type: ignore[attr-defined]
    return error


def caused(by: BaseException, quietly: bool = False) -> BaseException:
    """Return a library's exception, raised from ``by`` or while it was handled."""
    try:
        try:
            raise by
        except BaseException as error:
            if quietly:
                raise RuntimeError("connection failed") from None
            raise RuntimeError("connection failed") from error
    except RuntimeError as error:
        return error


def tls(text: str, reason: str = "") -> ssl.SSLError:
    error = ssl.SSLError(1, text)
    error.reason = reason
    return error


def unverified(code: int, text: str = "certificate verify failed") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, text)
    error.verify_code = code
    error.verify_message = text
    return error


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

TABLE: list[tuple[BaseException, Kind]] = [
    # -- names
    (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Kind.NAME_UNKNOWN),
    (socket.gaierror(11001, "getaddrinfo failed"), Kind.NAME_UNKNOWN),
    (socket.gaierror(11004, "getaddrinfo failed"), Kind.NAME_UNKNOWN),
    (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), Kind.NAME_FAILED),
    (socket.gaierror(socket.EAI_FAIL, "Non-recoverable failure in name resolution"), Kind.NAME_FAILED),
    (socket.gaierror(11002, "getaddrinfo failed"), Kind.NAME_FAILED),
    (UnicodeError("label empty or too long"), Kind.NAME_INVALID),
    (UnicodeEncodeError("idna", "\udcff", 0, 1, "no"), Kind.NAME_INVALID),
    # -- numbers
    (REFUSED, Kind.REFUSED),
    (OSError(errno.ENETUNREACH, ""), Kind.UNREACHABLE),
    (OSError(errno.EHOSTUNREACH, ""), Kind.UNREACHABLE),
    (OSError(errno.ENETDOWN, ""), Kind.UNREACHABLE),
    (OSError(errno.EADDRNOTAVAIL, ""), Kind.UNREACHABLE),
    (OSError(errno.EAFNOSUPPORT, ""), Kind.UNREACHABLE),
    (OSError(errno.ETIMEDOUT, ""), Kind.TIMEOUT),
    (TimeoutError(), Kind.TIMEOUT),
    (OSError(errno.ECONNRESET, ""), Kind.RESET),
    (OSError(errno.ECONNABORTED, ""), Kind.RESET),
    (BrokenPipeError(errno.EPIPE, ""), Kind.RESET),
    (PermissionError(errno.EACCES, ""), Kind.DENIED),
    (PermissionError(errno.EPERM, ""), Kind.DENIED),
    (EOFError(), Kind.CLOSED),
    (asyncio.IncompleteReadError(b"", 4), Kind.CLOSED),
    # -- Windows
    (windows(10061), Kind.REFUSED),
    (windows(1225), Kind.REFUSED),
    (windows(10051), Kind.UNREACHABLE),
    (windows(10065), Kind.UNREACHABLE),
    (windows(10060), Kind.TIMEOUT),
    (windows(121), Kind.TIMEOUT),
    (windows(10054), Kind.RESET),
    (windows(10053), Kind.RESET),
    (windows(10013), Kind.DENIED),
    # -- asyncio raises some without a number
    (ConnectionResetError(), Kind.RESET),
    (ConnectionAbortedError("SSL handshake is taking too long"), Kind.RESET),
    (ConnectionRefusedError(), Kind.REFUSED),
    (BrokenPipeError(), Kind.RESET),
    # -- TLS
    (unverified(10), Kind.TLS_EXPIRED),
    (unverified(9), Kind.TLS_NOT_YET_VALID),
    (unverified(62), Kind.TLS_HOSTNAME),
    (unverified(64), Kind.TLS_HOSTNAME),
    (unverified(18), Kind.TLS_SELF_SIGNED),
    (unverified(19), Kind.TLS_UNTRUSTED),
    (unverified(20), Kind.TLS_UNTRUSTED),
    (unverified(0, "“api.example” certificate is expired"), Kind.TLS_EXPIRED),
    (unverified(0, "The certificate's CN name does not match the passed value"), Kind.TLS_HOSTNAME),
    (unverified(0, "“api.example” certificate is not trusted"), Kind.TLS_UNTRUSTED),
    (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), Kind.TLS_RESET),
    (ssl.SSLZeroReturnError(6, "TLS/SSL connection has been closed"), Kind.TLS_RESET),
    (tls("[SSL: UNEXPECTED_EOF_WHILE_READING]", "UNEXPECTED_EOF_WHILE_READING"), Kind.TLS_RESET),
    (tls("[SSL: WRONG_VERSION_NUMBER] wrong version number", "WRONG_VERSION_NUMBER"), Kind.TLS_NOT_TLS),
    (tls("[SSL] record layer failure (_ssl.c:1028)", "RECORD_LAYER_FAILURE"), Kind.TLS_NOT_TLS),
    (tls("[SSL: HTTP_REQUEST] http request", "HTTP_REQUEST"), Kind.TLS_NOT_TLS),
    (tls("[SSL: TLSV1_ALERT_PROTOCOL_VERSION]", "TLSV1_ALERT_PROTOCOL_VERSION"), Kind.TLS_HANDSHAKE),
    (tls("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]", "SSLV3_ALERT_HANDSHAKE_FAILURE"), Kind.TLS_HANDSHAKE),
    (tls("[SSL: TLSV1_UNRECOGNIZED_NAME]", "TLSV1_UNRECOGNIZED_NAME"), Kind.TLS_HANDSHAKE),
    (tls("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED]", "TLSV13_ALERT_CERTIFICATE_REQUIRED"), Kind.TLS_WANTS_CERTIFICATE),
    (tls("[SSL: DH_KEY_TOO_SMALL]", "DH_KEY_TOO_SMALL"), Kind.TLS_HANDSHAKE),
    (tls("something else entirely"), Kind.TLS_OTHER),
    # -- the cause counts, not the exceptions around it
    (caused(REFUSED), Kind.REFUSED),
    (caused(REFUSED, quietly=True), Kind.REFUSED),
    (caused(caused(unverified(10))), Kind.TLS_EXPIRED),
    (ExceptionGroup("two addresses", [ValueError("no"), REFUSED]), Kind.REFUSED),
    (caused(ExceptionGroup("outer", [ExceptionGroup("inner", [TimeoutError()])])), Kind.TIMEOUT),
    (NetError(Kind.PROXY_AUTH, "407"), Kind.PROXY_AUTH),
    (caused(NetError(Kind.PROXY_REFUSED)), Kind.PROXY_REFUSED),
    # -- no network errors
    (ValueError("nothing"), Kind.OTHER),
    (OSError("no number"), Kind.OTHER),
    (KeyboardInterrupt(), Kind.OTHER),
]


@pytest.mark.parametrize(("error", "kind"), TABLE, ids=lambda value: repr(value)[:60])
def test_an_exception_has_its_kind(error: BaseException, kind: Kind) -> None:
    assert classify(error) is kind


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_number_of_the_system_is_taken(number: int) -> None:
    assert isinstance(classify(OSError(number, "anything")), Kind)
    assert isinstance(classify(socket.gaierror(number, "anything")), Kind)


def subclasses(of: type[BaseException]) -> Iterator[type[BaseException]]:
    yield of
    for one in of.__subclasses__():
        yield from subclasses(one)


# The wire raises those of the standard library and of h11; other tests may have loaded libraries with their own.
OURS = {*sys.stdlib_module_names, "h11", "probes"}
RAISED = [
    one for one in (*subclasses(OSError), *subclasses(h11.ProtocolError)) if one.__module__.partition(".")[0] in OURS
]


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_every_sort_of_exception_is_taken(kind: type[BaseException]) -> None:
    for arguments in ((), ("anything",), (1, "anything")):
        try:
            error = kind(*arguments)
        except TypeError:
            continue  # needs specific arguments
        assert isinstance(classify(error), Kind)
        assert isinstance(failure(error, str), Failure)


def test_a_circle_of_causes_ends() -> None:
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    assert classify(first) is Kind.OTHER
    assert chain(first) == [first, second]


def test_a_failure_is_scrubbed_and_one_line() -> None:
    error = ValueError("Illegal header value b'Bearer\n sk-secret'")
    found = failure(error, lambda text: text.replace("sk-secret", "[key]"))
    assert found.detail == "Illegal header value b'Bearer [key]'"
    assert failure(ValueError("sk-secret")).detail == "", "without a scrubber nothing foreign is quoted"


# -- every kind is caused by what servers really do --------------------------------------------------------------------


async def _link(port: int, context: ssl.SSLContext | None, host: str = "practice.example") -> Connection:
    network = Network()
    return await network.connection(await network.dial(ANY, port), context, host, 2.0)


def handshake(port: int, trusted: Authority | None, host: str = "practice.example") -> Kind | None:
    context = ssl.create_default_context(cafile=str(trusted.ca_pem) if trusted else None)

    async def go() -> Kind | None:
        try:
            (await _link(port, context, host)).close()
        except NetError as error:
            return error.failure.kind
        return None

    return asyncio.run(go())


@pytest.mark.parametrize(
    ("certificate", "kind"),
    [
        ("good", None),
        ("ends-soon", None),
        ("expired", Kind.TLS_EXPIRED),
        ("not-yet-valid", Kind.TLS_NOT_YET_VALID),
        ("wrong-name", Kind.TLS_HOSTNAME),
        ("self-signed", Kind.TLS_SELF_SIGNED),
        ("no-intermediate", Kind.TLS_UNTRUSTED),
    ],
)
def test_a_handshake_has_its_kind(certificate: str, kind: Kind | None) -> None:
    with authority() as signer, PracticeDoor(tls=signer.context(certificate, "practice.example")) as door:
        assert handshake(door.port, signer) is kind


def test_a_strangers_authority_is_not_trusted() -> None:
    with authority() as signer, PracticeDoor(tls=signer.context("good", "practice.example")) as door:
        assert handshake(door.port, None) is Kind.TLS_UNTRUSTED


@pytest.mark.parametrize(
    ("connect", "kind"),
    [
        ([ScriptEnd.READ, ScriptEnd.CLOSE], Kind.TLS_RESET),
        ([ScriptEnd.READ, ScriptEnd.RESET], Kind.TLS_RESET),
        ([b"SSH-2.0-OpenSSH_9.6\r\n", ScriptEnd.READ, ScriptEnd.CLOSE], Kind.TLS_NOT_TLS),
        ([ScriptEnd.READ, b"HTTP/1.1 400 Bad Request\r\n\r\n", ScriptEnd.CLOSE], Kind.TLS_NOT_TLS),
        (
            [ScriptEnd.READ, b"\x15\x03\x03\x00\x02\x02\x28", ScriptEnd.CLOSE],
            Kind.TLS_HANDSHAKE,
        ),  # alert: handshake_failure
        (
            [ScriptEnd.READ, b"\x15\x03\x03\x00\x02\x02\x46", ScriptEnd.CLOSE],
            Kind.TLS_HANDSHAKE,
        ),  # alert: protocol_version
    ],
    ids=["closed", "reset", "ssh", "plain", "alert-40", "alert-70"],
)
def test_a_port_that_breaks_the_handshake_has_its_kind(connect: list[Step], kind: Kind) -> None:
    with PracticeDoor(connect=connect) as door:
        assert handshake(door.port, None) is kind


def exchange(answer: handlers.What, limits: Limits | None = None) -> Kind | None:
    async def go(port: int) -> Kind | None:
        asked = HttpExchange(await _link(port, None), limits or Limits())
        await asked.send("GET", "/", [("Host", "practice.example")], b"")
        async for _ in asked.body((limits or Limits()).body_bytes):
            pass
        asked.connection.close()
        return asked.answer.failure

    with PracticeDoor(handlers.always(answer)) as door:
        return asyncio.run(go(door.port))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("ok", None),
        ("close_nobyte", Kind.CLOSED),
        ("rst_nobyte", Kind.RESET),
        ("close_midbody", Kind.CUT),
        ("rst_midbody", Kind.CUT),
        ("chunked_cut", Kind.CUT),
        ("close_midheaders", Kind.CLOSED),
        ("garbage", Kind.NOT_HTTP),
        ("http09", Kind.NOT_HTTP),
        ("bad_header", Kind.NOT_HTTP),
        ("gzip_lie", Kind.ENCODING),
    ],
)
def test_an_answer_has_its_kind(answer: str, kind: Kind | None) -> None:
    assert exchange(wrong_answers.ANSWERS[answer]) is kind


def test_a_body_beyond_its_limit_is_too_long() -> None:
    assert exchange(wrong_answers.ANSWERS["ok"], Limits(body_bytes=10)) is Kind.TOO_LONG


def test_a_closed_port_refuses() -> None:
    async def go(port: int) -> Kind:
        with pytest.raises(NetError) as caught:
            await Network().dial(ANY, port)
        return caught.value.failure.kind

    with closed_port() as port:
        assert asyncio.run(go(port)) is Kind.REFUSED


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Kind.PROXY_AUTH),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", Kind.PROXY_REFUSED),
        (b"\x05\x00 this is SOCKS", Kind.PROXY_PROTOCOL),
    ],
)
def test_a_proxy_has_its_kind(answer: bytes, kind: Kind) -> None:
    async def go(port: int) -> Kind:
        network = Network()
        sock = await network.dial(ANY, port)
        with sock, pytest.raises(NetError) as caught:
            await network.tunnel(sock, Proxy("127.0.0.1", port), "practice.example", 443, 1024)
        return caught.value.failure.kind

    with PracticeDoor(connect=[ScriptEnd.READ, answer, ScriptEnd.CLOSE]) as door:
        assert asyncio.run(go(door.port)) is kind


# Set by a step that compares two measurements, not from one exception.
JUDGED_ELSEWHERE = {Kind.TLS_INCOMPLETE, Kind.PROXY_UNREACHABLE, Kind.NO_ROOTS}


def test_no_kind_is_left_without_a_test() -> None:
    here = Path(__file__).read_text("utf-8")
    assert {kind for kind in Kind if f"Kind.{kind.name}" not in here} == set()
    assert {kind for kind in Kind if kind not in {one for _, one in TABLE}} <= {
        *JUDGED_ELSEWHERE,
        Kind.CUT,
        Kind.NOT_HTTP,
        Kind.TOO_LONG,
        Kind.ENCODING,
        Kind.PROXY_PROTOCOL,
    }
