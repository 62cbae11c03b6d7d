"""Compare the verdict with how the official SDKs, Python's and Node's, fare behind the same proxies and certificates.

Each world is a target and an environment. Four clients call it as separate processes, and the program judges the same
settings for each of them (``--app``): the verdict is broken if the client fails. If the two differ on purpose, the
table says why.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from diagnose.judging.judge import judge
from diagnose.report import Report
from probes.demo_server import answers
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.server import Answer, PracticeDoor, Request, closed_port
from probes.run.engine import run
from probes.settings.gather import Options, gather

pytestmark = pytest.mark.real

PYTHON, NODE = ("openai-sdk", "anthropic-sdk"), ("openai-node", "anthropic-node")
CLIENTS = (*PYTHON, *NODE)
MODELS = {"openai": answers.MODELS[0], "anthropic": answers.CLAUDES[0]}
_RUNNERS = Path(__file__).parent
_FOREIGN = ("_PROXY", "_BASE_URL", "_CA_CERTS", "_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_NODE = {"NODE_EXTRA_CA_CERTS": "{root}"}
_TRUSTED = {"SSL_CERT_FILE": "{root}", **_NODE}


@dataclass(frozen=True)
class World:
    """One world: ``target`` and the values of ``environment`` name places of the :class:`Stage`. ``python`` and
    ``node`` are the root cause for these clients, None if they work; ``anthropic`` is that of Anthropic's Python SDK if
    it differs. ``differs``: client -> why it fares differently from our verdict.
    """

    name: str
    target: str = "{tls}"
    environment: Mapping[str, str] = field(default_factory=dict)
    python: str | None = None
    node: str | None = None
    anthropic: str | None = None
    differs: Mapping[str, str] = field(default_factory=dict)

    def cause(self, client: str) -> str | None:
        if client == "anthropic-sdk" and self.anthropic:
            return self.anthropic
        return self.python if client in PYTHON else self.node


def _for(clients: tuple[str, ...], why: str) -> dict[str, str]:
    return dict.fromkeys(clients, why)


def _through(name: str, environment: Mapping[str, str], **more: object) -> World:
    """Return a world with an encrypted door behind proxies whose CA certificate everybody trusts."""
    return World(name, environment={**_TRUSTED, **environment}, **more)  # type: ignore[arg-type]


EXTRA = "whether the extra is installed where the app runs cannot be seen from here: a warning"

DIRECT = (
    World("plain", "{plain}"),
    World("encrypted", environment=_TRUSTED),
    World("plain http on an encrypted port", "{tls-as-plain}", _TRUSTED, "tls.needed", "tls.needed"),
    World("https on a plain port", "{plain-as-tls}", _TRUSTED, "tls.not_tls", "tls.not_tls"),
    World("nobody there", "{closed-door}", {}, "tcp.refused", "tcp.refused"),
)

PROXIES = (
    _through("https proxy", {"HTTPS_PROXY": "{open}"}),
    _through("https proxy, lower case", {"https_proxy": "{open}"}),
    _through("all proxy", {"ALL_PROXY": "{open}"}),
    _through("proxy without a scheme", {"HTTPS_PROXY": "{open-bare}"}),
    _through("proxy that is empty", {"HTTPS_PROXY": ""}),
    World("http proxy", "{plain}", {"HTTP_PROXY": "{open}"}),
    World("https proxy alone, plain target", "{plain}", {"HTTPS_PROXY": "{dead}"}),
    _through("proxy of an unknown scheme", {"HTTPS_PROXY": "foo://127.0.0.1:1"}, python="proxy.invalid"),
    _through("proxy of socks://", {"ALL_PROXY": "socks://{socks-bare}"}, python="proxy.invalid"),
    _through("proxy with a line end", {"HTTPS_PROXY": "{open}\n"}, python="proxy.invalid"),
    _through("https:// to a plain proxy", {"HTTPS_PROXY": "https://{open-bare}"}, python="proxy.invalid"),
    _through("the API as the proxy", {"HTTPS_PROXY": "{plain}"}, python="proxy.invalid"),
    _through("proxy wants a password", {"HTTPS_PROXY": "{locked}"}, python="proxy.auth_required"),
    _through("proxy takes the password", {"HTTPS_PROXY": "http://staff:made-up@{locked-bare}"}),
    _through(
        "proxy refuses the password",
        {"HTTPS_PROXY": "http://staff:wrong@{locked-bare}"},
        python="proxy.auth_required",
    ),
    World("proxy wants a password, plain target", "{plain}", {"HTTP_PROXY": "{locked}"}, "proxy.captures_local"),
    _through("proxy forbids the port", {"HTTPS_PROXY": "{ports}"}, python="proxy.captures_local"),
    _through("proxy down", {"HTTPS_PROXY": "{dead}"}, python="proxy.captures_local"),
    World("proxy down, plain target", "{plain}", {"HTTP_PROXY": "{dead}"}, "proxy.captures_local"),
    _through("node told to heed it", {"HTTPS_PROXY": "{open}", "NODE_USE_ENV_PROXY": "1"}),
    _through(
        "node told to heed it, down",
        {"HTTPS_PROXY": "{dead}", "NODE_USE_ENV_PROXY": "1"},
        python="proxy.captures_local",
        node="proxy.captures_local",
    ),
    _through(
        "node told to heed it, locked",
        {"HTTPS_PROXY": "{locked}", "NODE_USE_ENV_PROXY": "1"},
        python="proxy.auth_required",
        node="proxy.auth_required",
    ),
    _through(
        "node told to heed it, without a scheme",
        {"HTTPS_PROXY": "{open-bare}", "NODE_USE_ENV_PROXY": "1"},
        node="proxy.invalid",
    ),
    _through(
        "node told to heed it, all proxy",
        {"ALL_PROXY": "{dead}", "NODE_USE_ENV_PROXY": "1"},
        python="proxy.captures_local",
    ),
)

SOCKS = (
    _through("socks", {"ALL_PROXY": "{socks}"}),
    _through("socks, names looked up there", {"ALL_PROXY": "socks5h://{socks-bare}"}),
    _through("socks without the extra", {"ALL_PROXY": "{socks}", "WITHOUT_SOCKSIO": "1"}, differs=_for(PYTHON, EXTRA)),
    World(
        "socks without the extra, passed by",
        "{plain}",
        {"ALL_PROXY": "{socks}", "NO_PROXY": "127.0.0.1", "WITHOUT_SOCKSIO": "1"},
        differs=_for(PYTHON, EXTRA),
    ),
    _through("socks takes the password", {"ALL_PROXY": "socks5://staff:made-up@{socks-locked}"}),
    _through(
        "socks refuses the password",
        {"ALL_PROXY": "socks5://staff:wrong@{socks-locked}"},
        python="proxy.auth_required",
    ),
    _through("socks wants a password", {"ALL_PROXY": "socks5://{socks-locked}"}, python="proxy.auth_required"),
    _through("socks down", {"ALL_PROXY": "socks5://127.0.0.1:{closed}"}, python="proxy.captures_local"),
    _through("an HTTP proxy as socks", {"ALL_PROXY": "socks5://{open-bare}"}, python="proxy.invalid"),
    _through("socks as an HTTP proxy", {"HTTPS_PROXY": "http://{socks-bare}"}, python="proxy.invalid"),
)

_DOWN = {"HTTP_PROXY": "{dead}"}


def _passing(entry: str, target: str = "{plain}", python: str | None = None, anthropic: str | None = None) -> World:
    given = {**_DOWN, "NO_PROXY": entry}
    return World(f"no_proxy {entry!r} for {target[1:-1]}", target, given, python, anthropic=anthropic)


BYPASSED = (
    _passing("127.0.0.1"),
    _passing("localhost", "{plain-named}"),
    _passing("localhost", python="proxy.captures_local"),
    _passing("*"),
    _passing("127.0.0.0/8"),
    _passing("127.0.0.1:{plain-port}"),
    _passing("127.0.0.1:1", python="proxy.captures_local"),
    _passing("example.com, localhost , 127.0.0.1"),
    _passing(".localhost", "{plain-named}", "proxy.captures_local"),
    _passing("*.localhost", "{plain-named}", "proxy.captures_local"),
    _passing("http://127.0.0.1"),
    _passing("127.0.0.1,[::1]", anthropic="proxy.invalid"),
    _passing("127.0.0.1,fd00::/8", anthropic="proxy.invalid"),
)

CERTIFICATES = (
    World("root known to nobody", "{tls}", {}, "tls.untrusted_issuer", "tls.untrusted_issuer"),
    World("root in SSL_CERT_FILE", "{tls}", {"SSL_CERT_FILE": "{root}"}, None, "tls.untrusted_issuer"),
    World("root in the system's list", "{tls}", {"SSL_CERT_DIR": "{system}"}, None, "tls.untrusted_issuer"),
    World("root in NODE_EXTRA_CA_CERTS", "{tls}", {"NODE_EXTRA_CA_CERTS": "{root}"}, "tls.untrusted_issuer"),
    World(
        "NODE_EXTRA_CA_CERTS missing",
        "{tls}",
        {"NODE_EXTRA_CA_CERTS": "{folder}/no.pem"},
        "tls.untrusted_issuer",
        "tls.untrusted_issuer",
    ),
    World("node told to use the system's list", "{tls}", {"SSL_CERT_DIR": "{system}", "NODE_USE_SYSTEM_CA": "1"}),
    World(
        "node told to use the system's list, a file",
        "{tls}",
        {"SSL_CERT_FILE": "{root}", "NODE_USE_SYSTEM_CA": "1"},
    ),
    World(
        "node told to use openssl's list",
        "{tls}",
        {"SSL_CERT_FILE": "{root}", "NODE_OPTIONS": "--use-openssl-ca"},
    ),
    World(
        "root in REQUESTS_CA_BUNDLE",
        "{tls}",
        {"REQUESTS_CA_BUNDLE": "{root}"},
        "tls.untrusted_issuer",
        "tls.untrusted_issuer",
    ),
    World("SSL_CERT_FILE missing", "{tls}", {"SSL_CERT_FILE": "{folder}/no.pem", **_NODE}, "tls.untrusted_issuer"),
    World(
        "SSL_CERT_FILE missing, plain target", "{plain}", {"SSL_CERT_FILE": "{folder}/no.pem"}, "tls.untrusted_issuer"
    ),
    World("SSL_CERT_FILE is no certificate", "{tls}", {"SSL_CERT_FILE": "{config}", **_NODE}, "tls.untrusted_issuer"),
    World(
        "SSL_CERT_FILE hides the system's list",
        "{tls}",
        {"SSL_CERT_FILE": "{mitmproxy-root}", "SSL_CERT_DIR": "{system}", **_NODE},
        "tls.untrusted_issuer",
    ),
    World(
        "node told to verify nothing",
        "{tls}",
        {"SSL_CERT_FILE": "{root}", "NODE_TLS_REJECT_UNAUTHORIZED": "0"},
        None,
        "tls.untrusted_issuer",
        differs=_for(NODE, "no key goes to a server for which nobody vouches"),
    ),
    World("SSL_CERT_FILE empty", "{tls}", {"SSL_CERT_FILE": ""}, "tls.untrusted_issuer", "tls.untrusted_issuer"),
    World("self-signed", "{self-signed}", _TRUSTED, "tls.self_signed", "tls.self_signed"),
    World("expired", "{expired}", _TRUSTED, "tls.expired", "tls.expired"),
    World("wrong host", "{wrong-name}", _TRUSTED, "tls.hostname_mismatch", "tls.hostname_mismatch"),
    World("incomplete chain", "{no-intermediate}", _TRUSTED, "tls.incomplete_chain", "tls.incomplete_chain"),
    World("TLS 1.0 only", "{tlsv1}", _TRUSTED, "tls.handshake_failed", "tls.handshake_failed"),
    World("TLS 1.1 only", "{tlsv1-1}", _TRUSTED, "tls.handshake_failed", "tls.handshake_failed"),
    World("TLS 1.2 only", "{tlsv1-2}", _TRUSTED),
    World("a name that is not served", "{nameless}", _TRUSTED, "tls.handshake_failed", "tls.handshake_failed"),
    World("a client certificate is wanted", "{mutual}", _TRUSTED, "tls.client_certificate", "tls.client_certificate"),
    World("interception", "{tls}", {"HTTPS_PROXY": "{mitmproxy}", **_TRUSTED}, "tls.intercepted"),
    World(
        "interception, its root named",
        "{tls}",
        {"HTTPS_PROXY": "{mitmproxy}", "SSL_CERT_FILE": "{mitmproxy-root}", "NODE_EXTRA_CA_CERTS": "{root}"},
    ),
    World(
        "interception, node told to heed it",
        "{tls}",
        {
            "HTTPS_PROXY": "{mitmproxy}",
            "NODE_USE_ENV_PROXY": "1",
            "SSL_CERT_FILE": "{mitmproxy-root}",
            "NODE_EXTRA_CA_CERTS": "{root}",
        },
        None,
        "tls.intercepted",
    ),
)

WORLDS = (*DIRECT, *PROXIES, *SOCKS, *BYPASSED, *CERTIFICATES)


# -- the places --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def places(
    installed: Callable[[str, str], str],
    fetched: Callable[[str, str, str], Path],
    serving: Callable[..., AbstractContextManager[Path]],
    free_port: Callable[[], int],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Yield what the worlds name: addresses of doors and proxies, CA bundles."""
    folder = tmp_path_factory.mktemp("wire")
    tinyproxy, micro = installed("tinyproxy", "tinyproxy"), installed("microsocks", "microsocks")
    nginx, openssl = installed("nginx", "nginx-light"), installed("openssl", "openssl")
    mitmdump = fetched("LLMDOCTOR_MITMDUMP", "mitmproxy/bin/mitmdump", "mitmproxy needs a separate environment")
    with ExitStack() as stack:
        root = stack.enter_context(authority("Example Corp Root", "Example Corp"))
        doors = {
            kind: stack.enter_context(PracticeDoor(_relay(key), tls=root.context(kind)))
            for kind in ("good", "expired", "wrong-name", "self-signed", "no-intermediate")
        }
        plain = stack.enter_context(PracticeDoor(_relay(key)))
        closed = stack.enter_context(closed_port())
        found = {kind: f"https://localhost:{door.port}" for kind, door in doors.items()}
        found |= {"tls": found["good"], "plain": plain.url, "plain-named": f"http://localhost:{plain.port}"}
        found |= {"tls-as-plain": found["good"].replace("https", "http"), "plain-port": str(plain.port)}
        found |= {"plain-as-tls": found["plain-named"].replace("http", "https"), "closed": str(closed)}
        found |= {"dead": f"http://127.0.0.1:{closed}", "closed-door": f"http://127.0.0.1:{closed}"}
        found |= {
            "config": str(folder / "open.conf"),
            "root": str(root.ca_pem),
            "folder": str(folder),
            "system": str(folder / "system"),
        }
        _hashed(openssl, root.ca_pem, folder / "system")

        rules = {"open": "", "locked": "BasicAuth staff made-up\n", "ports": "ConnectPort 443\n"}
        for name, extra in rules.items():
            port, config = free_port(), folder / f"{name}.conf"
            config.write_text(f"Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nLogLevel Connect\n{extra}")
            stack.enter_context(serving([tinyproxy, "-d", "-c", config], port, folder))
            found |= {name: f"http://127.0.0.1:{port}", f"{name}-bare": f"127.0.0.1:{port}"}
        for name, more in (("socks-bare", ()), ("socks-locked", ("-u", "staff", "-P", "made-up"))):
            port = free_port()
            stack.enter_context(serving([micro, "-i", "127.0.0.1", "-p", port, *more], port, folder))
            found[name] = f"127.0.0.1:{port}"
        found["socks"] = f"socks5://{found['socks-bare']}"

        (folder / "leaf.pem").write_bytes(root.pem())
        ports = {name: free_port() for name in _SITES}
        (folder / "root.pem").write_bytes(root.ca_pem.read_bytes())
        (folder / "nginx.conf").write_text(_nginx(folder, plain.url, ports))
        argv = [nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
        stack.enter_context(serving(argv, ports["mutual"], folder))
        found |= {name: f"https://localhost:{port}" for name, port in ports.items()}

        port = free_port()
        options = ("--listen-host", "127.0.0.1", "--listen-port", port, "--set", f"confdir={folder}", "--quiet")
        trusts = ("--set", f"ssl_verify_upstream_trusted_ca={root.ca_pem}")
        stack.enter_context(serving([mitmdump, *options, *trusts], port, folder))
        found |= {"mitmproxy": f"http://127.0.0.1:{port}", "mitmproxy-root": str(folder / "mitmproxy-ca-cert.pem")}
        yield found


def _relay(key: str) -> Callable[[Request], Answer]:
    """Serve both protocols on one host, told apart by the header that Anthropic's clients send."""
    openai, anthropic = b.openai(key), b.anthropic(key)
    return lambda request: (anthropic if request.header("anthropic-version") else openai)(request)


def _hashed(openssl: str, pem: Path, folder: Path) -> None:
    """Create a CA folder in OpenSSL's hashed format with only this CA certificate."""
    folder.mkdir()
    asked = [openssl, "x509", "-noout", "-subject_hash", "-in", str(pem)]
    name = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    (folder / f"{name}.0").write_bytes(pem.read_bytes())


# Debian's OpenSSL speaks the two oldest versions only at security level 0.
_OLD = "ssl_protocols {version}; ssl_ciphers DEFAULT:@SECLEVEL=0;"
_SITES = {
    "tlsv1": _OLD.format(version="TLSv1"),
    "tlsv1-1": _OLD.format(version="TLSv1.1"),
    "tlsv1-2": _OLD.format(version="TLSv1.2"),
    "nameless": "ssl_reject_handshake on;",
    "mutual": "ssl_verify_client on; ssl_client_certificate {folder}/root.pem;",
}


def _nginx(folder: Path, door: str, ports: Mapping[str, int]) -> str:
    """Return a configuration with an encrypted port for each of :data:`_SITES`."""
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    pair = f"ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/leaf.pem;"
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{ports[name]} ssl; {pair} {site.format(folder=folder)}"
        f" location / {{ proxy_pass {door}; }} }}"
        for name, site in _SITES.items()
    )
    return (
        f"daemon off; master_process off; pid {folder}/nginx.pid; events {{}}\n"
        f"http {{ access_log off; {temporary} proxy_http_version 1.1;\n{servers} }}\n"
    )


def _within(world: World, places: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the origin to call and the variables to set."""

    def filled(text: str) -> str:
        for name, value in places.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    return filled(world.target), {name: filled(value) for name, value in world.environment.items()}


# -- llmdoctor and the SDKs --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outcomes(
    places: dict[str, str], key: str, fetched: Callable[[str, str, str], Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], str]:
    """Return the outcome of each (world, client): empty for an answer. One process serves all of Python; Node needs one
    per environment, which it reads at start.
    """
    sdks = fetched("LLMDOCTOR_NODE_SDKS", "node-sdks/node_modules", "Node and its SDKs need a separate folder")
    asked = []
    for world in WORLDS:
        origin, environment = _within(world, places)
        asked.append({"name": world.name, "origin": origin, "environment": environment, "key": key, "models": MODELS})
    folder = tmp_path_factory.mktemp("sdks")
    clean = {name: value for name, value in os.environ.items() if not name.upper().endswith(_FOREIGN)}

    def ask(
        argv: list[str], worlds: list[dict[str, object]], environment: Mapping[str, str]
    ) -> dict[str, dict[str, str]]:
        done = subprocess.run(
            argv,
            input=json.dumps(worlds),
            capture_output=True,
            encoding="utf-8",
            env={**clean, **environment},
            cwd=folder,
            timeout=300,
        )
        if done.returncode and argv[0] == node[0]:  # a bad environment can kill it before it reads a line
            return {str(world["name"]): dict.fromkeys(NODE, done.stderr[-300:]) for world in worlds}
        assert done.returncode == 0, done.stderr[-2000:]
        found: dict[str, dict[str, str]] = json.loads(done.stdout)
        return found

    node = [str(sdks / "node/bin/node"), str(_RUNNERS / "ask_sdks.cjs"), str(sdks), str(folder)]
    python = [sys.executable, str(_RUNNERS / "ask_sdks.py")]
    groups: dict[str, list[dict[str, object]]] = {}
    for one in asked:
        groups.setdefault(json.dumps(one["environment"]), []).append(one)
    with ThreadPoolExecutor(3) as pool:
        tasks = [pool.submit(ask, python, asked, {})]
        tasks += [pool.submit(ask, node, worlds, json.loads(group)) for group, worlds in groups.items()]
        found = [task.result() for task in tasks]
    return {
        (world, client): said for part in found for world, clients in part.items() for client, said in clients.items()
    }


def _judged(world: World, client: str, places: Mapping[str, str], key: str, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Return the program's report on the same settings, sent as that client would send them."""
    origin, environment = _within(world, places)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)  # OpenSSL reads its variables from the real environment
    protocol = client.partition("-")[0]
    options = Options(
        target=origin + "/v1" * (protocol == "openai"),
        key_env="THE_KEY",
        app=client,
        model=MODELS[protocol],
        timeout=3,
    )
    settings = gather(options, {**environment, "THE_KEY": key}, Path.cwd())
    return judge(asyncio.run(run(settings, version="0")))


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_they_agree(
    world: World,
    client: str,
    places: dict[str, str],
    outcomes: dict[tuple[str, str], str],
    key: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = _judged(world, client, places, key, monkeypatch)
    fails = outcomes[world.name, client]
    how = f"we say {report.verdict} ({report.root_cause}), {client} {fails or 'is content'}"
    broken = report.verdict == "broken"
    if client in world.differs:
        assert broken is not bool(fails), f"they agree, though the table says: {world.differs[client]}; {how}"
    else:
        assert broken is bool(fails), how
    assert report.root_cause == world.cause(client), how
