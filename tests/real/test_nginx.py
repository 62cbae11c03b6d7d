"""nginx in front of a working door, as in front of most relays: configured well and wrongly, with its own pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.demo_server import answers, wrong_streams
from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import Authority, authority
from probes.demo_server.server import PracticeDoor, Reply, Request, ScriptEnd, Step, Wait, closed_port, head

pytestmark = pytest.mark.real
Diagnose = Callable[..., dict[str, Any]]
MODEL = answers.MODELS[0]
API = "location /v1/ {{ proxy_pass {door}/v1/; }}"
SITES = {
    "sound": API,
    "buffering": "location /v1/ {{ proxy_pass {slow}/v1/; proxy_buffering on; }}",
    "streaming": "location /v1/ {{ proxy_pass {slow}/v1/; proxy_buffering off; }}",
    "prefixed": "location /llm/ {{ proxy_pass {door}/; }}",
    "prefix-lost": "location /v1/ {{ proxy_pass {door}/; }}",
    "site-in-front": "root {folder}/site; location / {{ try_files $uri /index.html; }}" + API,
    "site-alone": "root {folder}/site; location / {{ try_files $uri /index.html; }}",
    "down": "location / {{ proxy_pass http://127.0.0.1:{closed}; }}",
    "late": "location / {{ proxy_pass {hung}; proxy_read_timeout 1s; }}",
    "small": "client_max_body_size 20; " + API,
    "locked": 'auth_basic "staff"; auth_basic_user_file {folder}/users; ' + API,
    "denied": "deny all; " + API,
    "header-lost": 'location /v1/ {{ proxy_pass {strict}/v1/; proxy_set_header Authorization ""; }}',
    "zipped": "gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any; " + API,
    "to-tls": "return 301 https://127.0.0.1:{tls}$request_uri;",
    "moved": "location ~ ^/v1/(.*)$ {{ return 308 /api/v1/$1; }}location /api/v1/ {{ proxy_pass {door}/v1/; }}",
    "moved-as-a-page": "location /v1/ {{ rewrite ^/v1/(.*)$ /api/v1/$1 permanent; }}"
    "location /api/v1/ {{ proxy_pass {door}/v1/; }}",
    "site-down": "location / {{ proxy_pass http://127.0.0.1:{closed}; }}" + API,
    "told": "location /v1/ {{ proxy_pass {telling}/v1/; proxy_buffering on; }}",
    "to-tls-kept": "return 308 https://127.0.0.1:{tls}$request_uri;",
    "to-another": "return 301 http://localhost:{sound}$request_uri;",
    "to-another-kept": "return 307 http://localhost:{sound}$request_uri;",
    "slash": "rewrite ^(.*[^/])$ $1/ permanent; " + API,
    "tls": API,
    "old": "ssl_protocols TLSv1; ssl_ciphers DEFAULT:@SECLEVEL=0; " + API,
    "older-than-13": "ssl_protocols TLSv1.2; " + API,
    "unserved": "ssl_reject_handshake on; " + API,
    "no-link": "ssl_certificate {folder}/no-link.pem; ssl_certificate_key {folder}/no-link.pem; " + API,
    "client-certificate": "ssl_client_certificate {folder}/ca.pem; ssl_verify_client on; " + API,
}
TLS = {"tls", "old", "older-than-13", "unserved", "no-link", "client-certificate"}
SLOW = 1.6  # seconds of a whole answer: beyond the one second below which a burst proves nothing


@pytest.fixture(scope="module")
def root() -> Iterator[Authority]:
    """Return the CA that signs nginx's certificate."""
    with authority() as found:
        yield found


@pytest.fixture(scope="module")
def nginx(
    installed: Callable[[str, str], str],
    free_port: Callable[[], int],
    serving: Callable[..., AbstractContextManager[Path]],
    root: Authority,
    key: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Yield the address of each of :data:`SITES`, by its name."""
    program, folder = installed("nginx", "nginx-light"), tmp_path_factory.mktemp("nginx")
    (folder / "leaf.pem").write_bytes(root.pem())
    (folder / "no-link.pem").write_bytes(root.pem("no-intermediate"))
    (folder / "ca.pem").write_bytes(root.ca_pem.read_bytes())
    (folder / "users").write_text("staff:{PLAIN}made-up\n")
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("<!doctype html><title>Our relay</title><div id=root></div>")
    ports = {name: free_port() for name in SITES}

    with (
        PracticeDoor(b.openai(key)) as door,
        PracticeDoor(b.openai(key, stream=_dripping)) as slow,
        PracticeDoor(b.openai(key, stream=_telling)) as telling,
        PracticeDoor(b.openai(key, rejected="openai-no-key")) as strict,  # it reads only its own protocol's header
        PracticeDoor(wrong_streams.delayed(Reply(200), 30)) as hung,
        closed_port() as closed,
    ):
        places: dict[str, object] = {
            "door": door.url,
            "slow": slow.url,
            "strict": strict.url,
            "hung": hung.url,
            "closed": closed,
        }
        places["telling"] = telling.url
        config = folder / "nginx.conf"
        config.write_text(_config({**places, "folder": folder, "tls": ports["tls"], "sound": ports["sound"]}, ports))
        argv = [program, "-p", folder, "-c", config, "-e", folder / "error.log"]
        with serving(argv, ports["sound"], folder):
            yield {name: f"{'https' if name in TLS else 'http'}://127.0.0.1:{port}" for name, port in ports.items()}


def _dripping(request: Request, *headers: tuple[str, str]) -> list[Step]:
    """Answer eight words one after another until the connection closes: nginx buffers what has no length."""
    events = [answers.data(answers.chunk(MODEL, content=f"word {n} ")) for n in range(8)]
    events[0] = answers.data(answers.chunk(MODEL, role="assistant", content="word 0 "))
    spread = [step for event in events for step in (event, Wait(SLOW / len(events)))]
    start = head(200, (("Content-Type", "text/event-stream"), ("Connection", "close"), *headers))
    return [start, *spread, answers.data(answers.chunk(MODEL, "stop")), answers.DONE, ScriptEnd.CLOSE]


def _telling(request: Request) -> list[Step]:
    """Answer the same, with the header that stops nginx from buffering."""
    return _dripping(request, ("X-Accel-Buffering", "no"))


def _config(places: dict[str, object], ports: dict[str, int]) -> str:
    """Return a configuration with one process that stays in the foreground and keeps its files in the test's folder."""
    temporary = " ".join(
        f"{kind}_temp_path {places['folder']}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    servers = "\n".join(
        f"server {{ listen 127.0.0.1:{ports[name]}{' ssl' if name in TLS else ''}; {site.format(**places)} }}"
        for name, site in SITES.items()
    )
    return (
        f"daemon off; master_process off; pid {places['folder']}/pid; events {{}}\n"
        f"http {{ access_log off; {temporary} ssl_certificate {places['folder']}/leaf.pem;"
        f" ssl_certificate_key {places['folder']}/leaf.pem; proxy_http_version 1.1; proxy_set_header Connection '';\n{servers} }}\n"
    )


@pytest.mark.parametrize(("site", "path"), [("sound", "/v1"), ("prefixed", "/llm/v1"), ("zipped", "/v1")])
def test_a_sound_door_behind_it(nginx: dict[str, str], key: str, diagnose: Diagnose, site: str, path: str) -> None:
    report = diagnose(nginx[site] + path, key, MODEL)
    assert report["verdict"] == "healthy"
    assert all(report["proven"].values())


def test_its_404_page_where_v1_is_missing(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(nginx["sound"], key, MODEL)
    assert (report["root_cause"], report["settings"]["base_url"]) == ("url.version_missing", f"{nginx['sound']}/v1")


def test_the_relays_web_site_where_v1_is_missing(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(nginx["site-in-front"], key, MODEL)
    assert report["root_cause"] == "url.version_missing"
    assert report["settings"]["base_url"] == f"{nginx['site-in-front']}/v1"


def test_a_web_site_with_no_api_behind(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(nginx["site-alone"], key, MODEL)
    assert report["root_cause"] in ("shape.web_page", "shape.not_llm_api")


def test_a_path_that_it_cannot_guess(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['prefixed']}/v1", key, MODEL)
    assert (report["root_cause"], report["settings"]) == ("shape.not_llm_api", None)


def test_a_prefix_that_it_strips_away(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['prefix-lost']}/v1", key, MODEL)  # one slash too many after proxy_pass
    assert report["verdict"] == "broken"
    assert report["root_cause"] in ("http.gateway_error", "url.path_wrong", "url.version_missing", "shape.not_llm_api")


def test_two_slashes_that_it_merges(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['sound']}//v1", key, MODEL)
    assert (report["verdict"], report["findings"][0]["code"]) == ("degraded", "url.double_slash")


@pytest.mark.parametrize("site", ["down", "late"])
def test_its_502_and_504_pages(nginx: dict[str, str], key: str, diagnose: Diagnose, site: str) -> None:
    report = diagnose(f"{nginx[site]}/v1", key, MODEL)
    assert report["root_cause"] == "http.gateway_error"
    assert report["side"] == "relay"


def test_a_stream_that_it_holds_back(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['buffering']}/v1", key, MODEL)
    assert (report["verdict"], report["findings"][0]["code"]) == ("degraded", "stream.buffered")
    assert "nginx" in report["findings"][0]["title"]


def test_a_stream_whose_header_disables_buffering(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    assert diagnose(f"{nginx['told']}/v1", key, MODEL)["verdict"] == "healthy"


def test_a_slow_stream_that_it_lets_through(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    assert diagnose(f"{nginx['streaming']}/v1", key, MODEL)["verdict"] == "healthy"


def test_a_body_limit(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    assert diagnose(f"{nginx['small']}/v1", key, MODEL)["root_cause"] == "http.too_large"


def test_a_password_of_its_own(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    assert diagnose(f"{nginx['locked']}/v1", key, MODEL)["root_cause"] == "http.front_auth"


def test_its_403_page(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['denied']}/v1", key, MODEL)
    assert report["root_cause"] in ("http.blocked", "http.front_auth")


def test_a_header_that_it_drops(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['header-lost']}/v1", key, MODEL)
    assert (report["root_cause"], report["side"]) == ("auth.header_lost", "relay")


def test_a_redirect_to_https(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['to-tls']}/v1", key, MODEL)  # after a 301 the POST is a GET; another port gets no key
    assert report["root_cause"] == "http.redirected"


def test_a_redirect_that_clients_survive(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['moved']}/v1", key, MODEL)
    assert (report["verdict"], report["findings"][0]["code"]) == ("degraded", "http.redirected")
    assert report["findings"][0]["severity"] == "warning"
    assert report["findings"][0]["fixes"][0]["verified"]


def test_a_redirect_that_makes_a_page_view_of_it(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['moved-as-a-page']}/v1", key, MODEL)
    assert report["root_cause"] == "http.redirected"
    assert report["settings"]["base_url"] == f"{nginx['moved-as-a-page']}/api/v1"


def test_a_site_that_is_down_next_to_the_api(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(nginx["site-down"], key, MODEL)
    assert report["root_cause"] == "url.version_missing"
    assert report["settings"]["base_url"] == f"{nginx['site-down']}/v1"


@pytest.mark.parametrize("site", ["to-tls-kept", "to-another", "to-another-kept", "slash"])
def test_a_redirect_that_no_client_survives(nginx: dict[str, str], key: str, diagnose: Diagnose, site: str) -> None:
    report = diagnose(f"{nginx[site]}/v1", key, MODEL)
    assert report["root_cause"] == "http.redirected"


@pytest.mark.parametrize("site", ["tls", "older-than-13"])
def test_https_with_its_ca_certificate(
    nginx: dict[str, str], root: Authority, key: str, diagnose: Diagnose, site: str
) -> None:
    assert diagnose(f"{nginx[site]}/v1", key, MODEL, ca_bundle=root.ca_pem)["verdict"] == "healthy"


@pytest.mark.parametrize(
    ("site", "cause"),
    [("no-link", "tls.incomplete_chain"), ("old", "tls.handshake_failed"), ("unserved", "tls.handshake_failed")],
)
def test_https_set_up_wrong(
    nginx: dict[str, str], root: Authority, key: str, diagnose: Diagnose, site: str, cause: str
) -> None:
    assert diagnose(f"{nginx[site]}/v1", key, MODEL, ca_bundle=root.ca_pem)["root_cause"] == cause


def test_https_without_its_ca_certificate(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(f"{nginx['tls']}/v1", key, MODEL)
    assert report["root_cause"] == "tls.untrusted_issuer"


def test_plain_http_to_its_tls_port(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(nginx["tls"].replace("https", "http") + "/v1", key, MODEL)
    assert report["root_cause"] == "tls.needed"


def test_https_to_its_plain_port(nginx: dict[str, str], key: str, diagnose: Diagnose) -> None:
    report = diagnose(nginx["sound"].replace("http", "https") + "/v1", key, MODEL)
    assert report["root_cause"] == "tls.not_tls"


def test_a_client_certificate_that_it_wants(
    nginx: dict[str, str], root: Authority, key: str, diagnose: Diagnose
) -> None:
    report = diagnose(f"{nginx['client-certificate']}/v1", key, MODEL, ca_bundle=root.ca_pem)
    assert report["root_cause"] == "tls.client_certificate"  # "400 No required SSL certificate was sent"
