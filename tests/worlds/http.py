"""The table of worlds above TLS: redirects, gates, firewalls, gateways, compression, framing, streams through proxies.

``table.py`` joins it with the others. The pages are made up, except for the marks by which a product is recognised.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from typing import Any

from probes.demo_server import answers, error_bodies, handlers
from probes.demo_server import practice_doors as b
from probes.demo_server.server import Answer, Handler, Reply, Request, ScriptEnd
from probes.model.record import replace
from worlds.stage import LOCAL, RELAY, Roads, Scenario

CLAUDES_HOST, GOOGLE, RESOURCE = (
    "https://api.anthropic.com",
    "https://generativelanguage.googleapis.com",
    "https://res.openai.azure.com",
)


def always(what: handlers.What) -> Callable[[str], Handler]:
    return lambda key: handlers.always(what)


def refusing(what: handlers.What) -> Callable[[str], Handler]:
    """Make a relay that lists its models and refuses every generation with this answer."""
    return lambda key: b.openai(key, chat=what, stream=what)


def anthropic(name: str, root: str | None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": CLAUDES_HOST, "model": answers.CLAUDES[0], "shape": "anthropic"}
    return Scenario(f"http-{name}", root, protocol="anthropic", **(given | more))


def gemini(name: str, root: str | None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": GOOGLE, "model": answers.GEMINIS[0], "shape": "gemini"}
    return Scenario(f"http-{name}", root, protocol="gemini", **(given | more))


def azure(name: str, root: str | None, **more: Any) -> Scenario:
    given: dict[str, Any] = {"base_url": RESOURCE, "model": "gpt-4o-mini", "shape": "hex32"}
    return Scenario(f"http-{name}", root, protocol="azure", **(given | more))


def located(status: int, location: str, *headers: tuple[str, str]) -> Reply:
    return Reply(status, (("Location", location), *headers))


# -- redirects ---------------------------------------------------------------------------------------------------------


def moved(status: int) -> Callable[[str, str], Handler]:
    """Make a server that redirects to the same path at a foreign server."""
    return lambda key, foreign: handlers.always(b.redirect(status, foreign))


def to(status: int, where: str) -> Callable[[str], Handler]:
    return lambda key: handlers.always(b.redirect(status, where))


def behind(path: str, status: int) -> Callable[[str], Handler]:
    """Make a relay whose API moved below ``path``."""

    def make(key: str) -> Handler:
        sound = b.openai(key, prefix=path)

        def handler(request: Request) -> Answer:
            if request.path.startswith(path):
                return sound(request)
            return Reply(status, (("Location", path + request.path.removeprefix("/v1")),))

        return handler

    return make


def below(path: str, world: Handler) -> Handler:
    """Redirect (307) every path to the API below ``path``."""

    def handler(request: Request) -> Answer:
        if not request.path.startswith(path):
            return located(307, path + request.target)
        return world(replace(request, target=request.target.removeprefix(path)))

    return handler


LOST = "makes a GET of the POST"
DROPPED = "leaves the key (Authorization) behind"
TRAVELS = "sends the key ({}) to"
PROMPT = "the question goes to"
ELSEWHERE = "the foreign server answers without a key; prompt and answer go through a stranger's hands"
STRANGER = "and its key, to another address"

REDIRECTS = (
    *(
        Scenario(
            f"http-moved-{status}-bearer-to-a-stranger", "http.redirected", beyond=moved(status), says=(LOST, DROPPED)
        )
        for status in (302, 303)
    ),
    Scenario(
        "http-moved-307-prompt-to-a-stranger",
        "http.redirected",
        beyond=moved(307),
        app="openai-node",
        says=(DROPPED, PROMPT, "OpenAI SDK for Node"),
        sdk=ELSEWHERE,
    ),
    *(
        Scenario(f"http-moved-{status}-same-origin", "http.redirected", behind("/api/v1", status), says=(LOST,))
        for status in (301, 302, 303)
    ),
    *(
        Scenario(
            f"http-moved-{status}-same-origin",
            None,
            behind("/api/v1", status),
            also=("http.redirected",),
            says=("Set the base URL to https://relay.example/api/v1",),
        )
        for status in (307, 308)
    ),
    *(
        anthropic(
            f"moved-{status}-bearer-to-a-stranger", "http.redirected", beyond=moved(status), says=(DROPPED, PROMPT)
        )
        for status in (307, 308)
    ),
    *(
        anthropic(
            f"moved-{status}-x-api-key-to-a-stranger",
            "http.redirected",
            beyond=moved(status),
            app="anthropic-sdk-0",
            says=(STRANGER, TRAVELS.format("x-api-key"), "replace the key"),
        )
        for status in (301, 307, 308)
    ),
    *(
        gemini(
            f"moved-{status}-x-goog-api-key-to-a-stranger",
            "http.redirected",
            beyond=moved(status),
            says=(STRANGER, TRAVELS.format("x-goog-api-key")),
        )
        for status in (302, 307)
    ),
    *(
        azure(
            f"moved-{status}-api-key-to-a-stranger",
            "http.redirected",
            beyond=moved(status),
            says=("leaves the key (api-key) behind", "older versions of OpenAI SDK for Python"),
        )
        for status in (303, 308)
    ),
    azure(
        "moved-307-not-followed-by-node",
        "http.redirected",
        world=lambda key: below("/azure", b.azure(key)),
        app="openai-node",
        says=("OpenAI SDK for Node follows no redirect",),
        sdk="Python's client follows it, Node's does not",
    ),
    azure(
        "moved-307-followed-by-python", None, world=lambda key: below("/azure", b.azure(key)), also=("http.redirected",)
    ),
    anthropic(
        "moved-307-slash",
        None,
        world=lambda key: b.slashed(b.anthropic(key)),
        app="anthropic-sdk-0",
        also=("http.redirected",),
    ),
    anthropic(
        "moved-in-the-clear",
        "http.redirected",
        world=lambda key: handlers.always(b.redirect(307, "http://api.anthropic.com")),
        app="anthropic-sdk-0",
        says=(STRANGER, "over http"),
    ),
    Scenario("http-moved-to-another-port", "http.redirected", to(307, "https://relay.example:8443"), says=(DROPPED,)),
    Scenario("http-moved-in-a-circle", "http.redirected", always(b.redirect(308)), says=("where it came from",)),
    Scenario(
        "http-moved-to-no-address",
        "http.redirected",
        always(Reply(308, (("Location", "http://[::1"),))),
        says=("it names no target",),
    ),
    Scenario(
        "http-moved-local-key-stays",
        "http.redirected",
        base_url=LOCAL,
        beyond=lambda key, foreign: handlers.always(b.redirect(302, foreign)),
        says=(LOST, DROPPED),
    ),
)

# -- gates: a captive portal, a sign-in page ---------------------------------------------------------------------------

# A company's host called over plain http, for which a captive portal on the network answers.
PLAIN: dict[str, Any] = {"base_url": "http://gpu.example/v1", "roads": Roads({"gpu.example": ("10.1.2.3",)})}
PORTAL, SIGN_IN = "requires a sign-in (captive portal)", "requires its own login"


def page(title: str, text: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return answers.as_html(f"<html><head><title>{title}</title></head><body>{text}</body></html>", status, *headers)


def gate(name: str, answer: handlers.What, *says: str, **more: Any) -> Scenario:
    return Scenario(f"http-gate-{name}", "http.front_auth", always(answer), says=says, **more)


HOME = "https%3A%2F%2Frelay.example%2Fv1"
GATES = (
    gate("hotel-302", located(302, "http://hotspot.hotel.example/login?dst=http%3A%2F%2Fgpu.example"), PORTAL, **PLAIN),
    gate("airport-307", located(307, "http://10.20.0.1:8002/index.php?zone=guest"), PORTAL, **PLAIN),
    gate("university-200", page("校园网登录认证", "请先登录"), PORTAL, **PLAIN),
    gate("wispr-200", page("Welcome", "<!-- <WISPAccessGatewayParam> --> Accept the terms"), PORTAL, **PLAIN),
    gate(
        "511",
        page("Network Authentication Required", "<a href='http://login.example'>Log in</a>", 511),
        PORTAL,
        **PLAIN,
    ),
    gate("511-empty", Reply(511), PORTAL, **PLAIN),
    Scenario(
        "http-gate-portal-at-a-public-host",
        "url.plaintext",
        always(located(302, "http://captive.cafe.example/splash/?userurl=http%3A%2F%2Frelay.example")),
        "http://relay.example/v1",
        also=("http.front_auth",),
        unsent=True,
    ),
    gate(
        "access-302",
        located(302, "https://acme.cloudflareaccess.com/cdn-cgi/access/login/relay.example?kid=1&redirect_url=%2Fv1"),
        SIGN_IN,
    ),
    gate("access-403", page("Forbidden ・ Cloudflare Access", "You don't have permission to view this.", 403), SIGN_IN),
    gate("okta", located(302, f"https://acme.okta.com/oauth2/v1/authorize?client_id=1&redirect_uri={HOME}"), SIGN_IN),
    gate("entra", located(302, "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=1"), SIGN_IN),
    gate(
        "entra-easy-auth", answers.as_text("You do not have permission to view this directory or page.", 401), SIGN_IN
    ),
    gate("oauth2-proxy", located(302, f"https://relay.example/oauth2/start?rd={HOME}"), SIGN_IN),
    gate(
        "oauth2-proxy-for-programs",
        answers.as_json({}, 401, ("Set-Cookie", "_oauth2_proxy=; Path=/; Max-Age=0")),
        SIGN_IN,
    ),
    gate(
        "oauth2-proxy-page", page("Sign In", "<form action='/oauth2/start?rd=%2Fv1'>oauth2-proxy</form>", 403), SIGN_IN
    ),
    gate("authelia", located(302, f"https://auth.example/?rd={HOME}&rm=POST"), SIGN_IN),
    gate("authelia-401", page("401 Unauthorized", "", 401, ("Location", f"https://auth.example/?rd={HOME}")), SIGN_IN),
    gate("authentik", located(302, "https://relay.example/outpost.goauthentik.io/start?rd=%2Fv1"), SIGN_IN),
    gate("keycloak", located(302, "https://id.example/realms/acme/protocol/openid-connect/auth?client_id=1"), SIGN_IN),
    gate("keycloak-served", page("Sign in to acme", "<form id='kc-form-login' method='post'></form>"), SIGN_IN),
    gate(
        "google-iap",
        located(302, "https://accounts.google.com/o/oauth2/v2/auth?client_id=1&response_type=code"),
        SIGN_IN,
    ),
    gate(
        "google-iap-for-programs",
        answers.as_text("Invalid IAP credentials: empty token", 401, ("X-Goog-IAP-Generated-Response", "true")),
        SIGN_IN,
    ),
    gate(
        "alb-oidc",
        located(
            302, "https://acme.auth.eu-west-1.amazoncognito.com/oauth2/authorize?client_id=1", ("Server", "awselb/2.0")
        ),
        SIGN_IN,
        "AWS load balancer",
    ),
    gate("pomerium", located(302, "https://relay.example/.pomerium/sign_in?pomerium_redirect_uri=%2Fv1"), SIGN_IN),
    gate(
        "vercel", page("Authentication Required", "Vercel Authentication", 401, ("Server", "Vercel")), SIGN_IN, "Vercel"
    ),
    gate("negotiate", Reply(401, (("WWW-Authenticate", "Negotiate"),)), SIGN_IN),
    gate("localtunnel", page("Tunnel website ahead!", "localtunnel: Tunnel Password", 511), SIGN_IN),
    Scenario(
        "http-gate-site-behind-a-sign-in",
        "url.version_missing",
        lambda key: b.both(
            b.openai(key, elsewhere="empty-404"), handlers.always(page("Sign in to acme", "<form id='kc-form-login'>"))
        ),
        "https://relay.example",
        settings={"base_url": RELAY},
    ),
    anthropic(
        "gate-takes-the-key-along",
        "http.front_auth",
        world=always(located(302, "https://sso.example/login?return_to=%2Fv1")),
        app="anthropic-sdk-0",
        says=(SIGN_IN, TRAVELS.format("x-api-key") + " sso.example"),
    ),
    Scenario("http-page-of-a-relay-with-a-login", "shape.web_page", always("login")),
)

# -- firewalls ---------------------------------------------------------------------------------------------------------

CF = (("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA"))


def wall(name: str, answer: handlers.What, *says: str, **more: Any) -> Scenario:
    return Scenario(f"http-wall-{name}", "http.blocked", always(answer), says=says, **more)


BROWSER, LOOKS, COUNTS = (
    "a bot check (CAPTCHA) that apps cannot pass",
    "blocks this type of client",
    "Rate limit reached at the firewall in front of",
)
FILTER, WALL = "A web filter on this network blocks", "A firewall in front of"
WALLS = (
    wall("cloudflare-1010", answers.as_text("error code: 1010", 403, *CF), LOOKS, "Cloudflare"),
    wall(
        "cloudflare-1015",
        answers.as_text("error code: 1015", 429, *CF, ("Retry-After", "30")),
        COUNTS,
        "Wait 30 seconds",
    ),
    wall("cloudflare-1020", page("Access denied", "Error code 1020", 403, *CF), WALL, "Cloudflare"),
    wall("cloudflare-1006", answers.as_text("error code: 1006", 403, *CF), WALL),
    wall("cloudflare-managed", page("Just a moment...", "", 403, *CF, ("cf-mitigated", "challenge")), BROWSER),
    wall("cloudflare-503", page("Just a moment...", "Enable JavaScript and cookies to continue", 503, *CF), BROWSER),
    wall(
        "alibaba",
        page(
            "405",
            "很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被阻断。<img src='//errors.aliyun.com/b.png'>",
            405,
        ),
        WALL,
        "Alibaba Cloud",
    ),
    wall("edgeone", page("566", "restricted", 566, ("EO-LOG-UUID", "4711")), WALL, "Tencent EdgeOne"),
    wall("tencent-cdn", Reply(514, (("X-NWS-LOG-UUID", "4711"),)), COUNTS, "Tencent Cloud"),
    wall("tencent-waf", page("waf", "t-sec-waf 拦截", 403), WALL, "Tencent Cloud"),
    wall("aws-block", Reply(403, (("x-amzn-waf-action", "block"),)), WALL, "AWS WAF"),
    wall("aws-challenge", Reply(202, (("x-amzn-waf-action", "challenge"),)), BROWSER, "AWS WAF"),
    wall("aws-captcha", page("Human Verification", "", 405, ("x-amzn-waf-action", "captcha")), BROWSER),
    wall(
        "cloudfront",
        page("ERROR: The request could not be satisfied", "Request blocked. Generated by cloudfront (CloudFront)", 403),
        WALL,
        "CloudFront",
    ),
    wall(
        "akamai",
        page(
            "Access Denied",
            "You don't have permission. Reference&#32;&#35;18.4f https&#58;//errors.edgesuite.net/",
            403,
            ("Server", "AkamaiGHost"),
        ),
        WALL,
        "Akamai",
    ),
    wall(
        "imperva",
        page(
            "",
            "<iframe src='/_Incapsula_Resource?CWUDNSAI=9'>Incapsula incident ID: 1-2</iframe>",
            403,
            ("X-Iinfo", "1-2"),
        ),
        WALL,
        "Imperva",
    ),
    wall(
        "sucuri",
        page("Sucuri WebSite Firewall - Access Denied", "Block ID: GEO02", 403, ("X-Sucuri-ID", "12")),
        WALL,
        "Sucuri",
    ),
    wall(
        "f5",
        page(
            "Request Rejected",
            "The requested URL was rejected. Please consult with your administrator. Your support ID is: 4711",
        ),
        WALL,
        "F5 BIG-IP",
    ),
    wall(
        "fortiweb",
        page("Server Unavailable!", "Attack ID: 20000051", 403, ("Set-Cookie", "FORTIWAFSID=1")),
        WALL,
        "FortiWeb",
    ),
    wall(
        "modsecurity",
        page("406 Not Acceptable", "<h1>Not Acceptable!</h1>generated by Mod_Security", 406),
        WALL,
        "ModSecurity",
    ),
    wall("safeline", page("SafeLine", "雷池 WAF 已拦截", 403), WALL, "SafeLine"),
    wall("vercel", page("Vercel Security Checkpoint", "", 429, ("x-vercel-mitigated", "challenge")), BROWSER, "Vercel"),
    wall("ddos-guard", page("DDoS-Guard", "Checking your browser before accessing", 503), BROWSER),
    wall("istio-rbac", answers.as_text("RBAC: access denied", 403, ("Server", "istio-envoy")), WALL, "Istio"),
    wall(
        "filter-200",
        page("Internet Security by Zscaler", "<img src=https://login.zscloud.net/l.png>"),
        FILTER,
        "Zscaler",
    ),
    wall(
        "filter-fortiguard", page("Web Filter Violation", "FortiGuard: Category: AI Tools", 403), FILTER, "FortiGuard"
    ),
)

# -- gateways ----------------------------------------------------------------------------------------------------------


def gateway(name: str, answer: handlers.What, *says: str, root: str = "http.gateway_error", **more: Any) -> Scenario:
    return Scenario(f"http-gateway-{name}", root, always(answer), says=says, **more)


def nginx(status: int, title: str, server: str = "nginx") -> Reply:
    text = f"<center><h1>{status} {title}</h1></center><hr><center>{server}</center>"
    return page(f"{status} {title}", text, status, ("Server", server))


def cloudflare(number: int, title: str) -> Reply:
    text = f"<span class='cf-error-code'>{number}</span>"
    return page(f"relay.example | {number}: {title}", text, number, *CF)


REFUSED, SILENT, SLOW = "connection refused behind", "cannot reach the server behind it", "gave up waiting"
NO_TLS, NO_NAME = "TLS fails behind", "cannot find the server behind it"
MADE, BETWEEN = "this answer comes from {}", "{} is in between"
GATEWAYS = (
    gateway("520", cloudflare(520, "Web server is returning an unknown error"), MADE.format("Cloudflare")),
    gateway("521", cloudflare(521, "Web server is down"), REFUSED),
    gateway("522", cloudflare(522, "Connection timed out"), SILENT),
    gateway("523", cloudflare(523, "Origin is unreachable"), SILENT),
    gateway("524", cloudflare(524, "A timeout occurred"), SLOW),
    gateway("525", cloudflare(525, "SSL handshake failed"), NO_TLS),
    gateway("526", cloudflare(526, "Invalid SSL certificate"), NO_TLS),
    gateway("530-1016", answers.as_text("error code: 1016", 530, *CF), NO_NAME),
    gateway("530-1033", answers.as_text("error code: 1033", 530, *CF), NO_NAME),
    gateway("worker-1101", answers.as_text("error code: 1101", 500, *CF), root="http.server_error"),
    gateway("address-1003", answers.as_text("error code: 1003", 403, *CF), root="http.header_rejected"),
    gateway("openresty-502", nginx(502, "Bad Gateway", "openresty/1.25"), MADE.format("openresty")),
    gateway("tengine-504", nginx(504, "Gateway Time-out", "Tengine"), SLOW, MADE.format("Tengine")),
    gateway(
        "nginx-behind-cloudflare",
        Reply(
            502,
            (*CF, ("Content-Type", "text/html")),
            b"<html><center><h1>502 Bad Gateway</h1></center><center>nginx</center>",
        ),
        MADE.format("nginx"),
    ),
    gateway(
        "haproxy-503",
        page("", "<h1>503 Service Unavailable</h1>No server is available to handle this request.", 503),
        MADE.format("HAProxy"),
    ),
    gateway("caddy-502", Reply(502, (("Server", "Caddy"),)), BETWEEN.format("Caddy")),
    gateway("traefik-502", answers.as_text("Bad Gateway", 502)),
    gateway("traefik-504", answers.as_text("Gateway Timeout", 504), SLOW),
    gateway(
        "kong-502",
        answers.as_json(
            {"message": "An invalid response was received from the upstream server"}, 502, ("Server", "kong/3.7")
        ),
        BETWEEN.format("Kong"),
    ),
    gateway("kong-name", answers.as_json({"message": "name resolution failed"}, 503, ("Server", "kong/3.7")), NO_NAME),
    gateway(
        "envoy-refused",
        answers.as_text(
            "upstream connect error or disconnect/reset before headers. reset reason: connection failure, transport failure reason: delayed connect error: 111",
            503,
            ("Server", "envoy"),
        ),
        REFUSED,
        MADE.format("Envoy"),
    ),
    gateway(
        "istio-timeout",
        answers.as_text("upstream request timeout", 504, ("Server", "istio-envoy")),
        SLOW,
        MADE.format("Envoy"),
    ),
    gateway(
        "apache-503",
        page(
            "503 Service Unavailable",
            "<address>Apache/2.4 Server at relay.example Port 443</address>",
            503,
            ("Server", "Apache/2.4"),
        ),
        MADE.format("Apache"),
    ),
    gateway(
        "apache-proxy-error",
        page(
            "502 Proxy Error",
            "The proxy server received an invalid response from an upstream server.",
            502,
            ("Server", "Apache/2.4"),
        ),
        MADE.format("Apache"),
    ),
    gateway(
        "iis-502",
        page(
            "502 - Web server received an invalid response while acting as a gateway or proxy server.",
            "",
            502,
            ("Server", "Microsoft-IIS/10.0"),
        ),
        MADE.format("IIS"),
    ),
    gateway("alb-503", nginx(503, "Service Temporarily Unavailable", "awselb/2.0"), MADE.format("AWS load balancer")),
    gateway(
        "api-gateway-504",
        answers.as_json({"message": "Endpoint request timed out"}, 504, ("x-amz-apigw-id", "4711")),
        SLOW,
        BETWEEN.format("AWS API Gateway"),
    ),
    gateway(
        "app-gateway-502",
        nginx(502, "Bad Gateway", "Microsoft-Azure-Application-Gateway/v2"),
        MADE.format("Azure Application Gateway"),
    ),
    gateway(
        "varnish-503",
        page("503 Backend fetch failed", "<h3>Guru Meditation:</h3><p>Varnish cache server</p>", 503),
        MADE.format("Varnish"),
    ),
    gateway(
        "heroku-503",
        page("Application error", "<iframe src='//www.herokucdn.com/error-pages/application-error.html'>", 503),
        MADE.format("Heroku"),
    ),
    gateway(
        "ngrok-404",
        page(
            "ngrok", "The endpoint x.ngrok.app is offline. ERR_NGROK_3200", 404, ("ngrok-error-code", "ERR_NGROK_3200")
        ),
        NO_NAME,
        "ngrok",
    ),
    gateway("frp-404", page("Not Found", "The page you requested was not found. Faithfully yours, frp.", 404), NO_NAME),
    gateway(
        "504-of-chat-alone",
        answers.as_json({"error": {"message": "x", "type": "server_error"}}, 504),
        root="http.server_error",
    ),
    gateway("nginx-large-headers", nginx(400, "Request Header Or Cookie Too Large"), root="http.too_large"),
    gateway("nginx-400", nginx(400, "Bad Request"), MADE.format("nginx"), root="http.header_rejected"),
    gateway(
        "iis-invalid-host",
        page("Bad Request", "<h2>Bad Request - Invalid Hostname</h2>", 400, ("Server", "Microsoft-HTTPAPI/2.0")),
        root="http.header_rejected",
    ),
    gateway("nginx-413", nginx(413, "Request Entity Too Large"), MADE.format("nginx"), root="http.too_large"),
    gateway(
        "alb-404",
        answers.as_text("", 404, ("Server", "awselb/2.0")),
        BETWEEN.format("AWS load balancer"),
        root="shape.not_llm_api",
    ),
    gateway("ingress-404", answers.as_text("default backend - 404", 404), root="shape.not_llm_api"),
    gateway(
        "apache-403",
        page("403 Forbidden", "<address>Apache/2.4 Server</address>", 403),
        MADE.format("Apache"),
        root="http.blocked",
    ),
    gateway(
        "apache-404",
        page("404 Not Found", "<address>Apache/2.4 Server</address>", 404),
        MADE.format("Apache"),
        root="shape.not_llm_api",
    ),
    gateway(
        "haproxy-403",
        page("", "<h1>403 Forbidden</h1>Request forbidden by administrative rules.", 403),
        MADE.format("HAProxy"),
        root="http.blocked",
    ),
    gateway(
        "haproxy-400",
        page("", "<h1>400 Bad request</h1>Your browser sent an invalid request.", 400),
        MADE.format("HAProxy"),
        root="http.header_rejected",
    ),
    gateway(
        "iis-404",
        page("404 - File or directory not found.", "", 404, ("Server", "Microsoft-IIS/10.0")),
        BETWEEN.format("IIS"),
        root="shape.not_llm_api",
    ),
    gateway(
        "iis-413",
        page("413 - Request Entity Too Large", "", 413, ("Server", "Microsoft-IIS/10.0")),
        BETWEEN.format("IIS"),
        root="http.too_large",
    ),
    gateway(
        "kong-404",
        answers.as_json({"message": "no Route matched with those values"}, 404, ("Server", "kong/3.7")),
        BETWEEN.format("Kong"),
        root="shape.not_llm_api",
    ),
    gateway("istio-404", Reply(404, (("Server", "istio-envoy"),)), BETWEEN.format("Istio"), root="shape.not_llm_api"),
    gateway("traefik-404", answers.as_text("404 page not found", 404), root="shape.not_llm_api"),
    gateway(
        "envoy-413",
        answers.as_text("Payload Too Large", 413, ("Server", "envoy")),
        BETWEEN.format("Envoy"),
        root="http.too_large",
    ),
    Scenario(
        "http-gateway-page-at-the-wrong-path",
        "url.version_missing",
        lambda key: b.openai(key, elsewhere="nginx-502"),
        "https://relay.example",
        settings={"base_url": RELAY},
    ),
    Scenario(
        "http-gateway-500-at-the-wrong-path",
        "url.version_missing",
        lambda key: b.openai(key, elsewhere="nginx-500"),
        "https://relay.example",
        settings={"base_url": RELAY},
    ),
    Scenario(
        "http-gateway-empty-502-at-the-wrong-path",
        "url.path_wrong",
        lambda key: b.openai(key, prefix="/api/v1", elsewhere="empty-502"),
        "https://relay.example/llm",
        settings={"base_url": "https://relay.example/api/v1"},
    ),
    Scenario("http-gateway-down-at-the-root", "http.gateway_error", always("nginx-502"), "https://relay.example"),
)

# -- compression -------------------------------------------------------------------------------------------------------

WHOLE = json.dumps(answers.completion()).encode()
EVENTS = b"".join([*answers.chunks(), answers.DONE])
# The first bytes that Brotli and Zstandard write; no test needs to decompress the rest.
BROTLI, ZSTD = (
    b"\x1b\x2a\x01\x00\xfc\x8d" + bytes(range(128, 250)),
    b"\x28\xb5\x2f\xfd\x04\x58" + bytes(range(128, 250)),
)
SSE = ("Content-Type", "text/event-stream")
REFUSAL = Reply(
    401,
    (("Content-Type", "application/json"), ("Content-Encoding", "gzip")),
    gzip.compress(json.dumps(error_bodies.ERRORS["openai-401"][1]).encode()),
)
PACKED, UNSAID = "compressed as {}, which was not asked for", "but no header says so"


def packed(encoding: str, data: bytes, *headers: tuple[str, str]) -> Reply:
    more = (("Content-Encoding", encoding),) if encoding else ()
    return Reply(200, (*(headers or (("Content-Type", "application/json"),)), *more), data)


def chat(answer: handlers.What) -> Callable[[str], Handler]:
    return lambda key: b.openai(key, chat=answer)


def stream(answer: handlers.What) -> Callable[[str], Handler]:
    return lambda key: b.openai(key, stream=answer)


COMPRESSION = (
    Scenario("http-packed-gzip", None, chat(packed("gzip", gzip.compress(WHOLE)))),
    Scenario("http-packed-deflate", None, chat(packed("deflate", zlib.compress(WHOLE)))),
    Scenario("http-packed-raw-deflate", None, chat(packed("deflate", zlib.compress(WHOLE)[2:-4]))),
    Scenario("http-packed-twice", None, chat(packed("gzip, gzip", gzip.compress(gzip.compress(WHOLE))))),
    Scenario(
        "http-packed-stream-twice", None, stream(packed("deflate, gzip", gzip.compress(zlib.compress(EVENTS)), SSE))
    ),
    *(
        Scenario(f"http-packed-{name}", "shape.malformed_answer", chat(packed(name, data)), says=(PACKED.format(name),))
        for name, data in (("br", BROTLI), ("zstd", ZSTD), ("x-gzip", gzip.compress(WHOLE)))
    ),
    Scenario("http-packed-unsaid", "shape.malformed_answer", chat(packed("", gzip.compress(WHOLE))), says=(UNSAID,)),
    Scenario(
        "http-packed-stream-br",
        "stream.malformed",
        stream(packed("br", BROTLI, SSE)),
        says=(PACKED.format("br"),),
    ),
    Scenario(
        "http-packed-refusal",
        "auth.rejected",
        lambda key: b.openai(key, chat=REFUSAL, stream=REFUSAL, listing=REFUSAL),
    ),
)

# -- framing -----------------------------------------------------------------------------------------------------------


def raw(*lines: str, body: bytes) -> list[Any]:
    return ["\r\n".join((*lines, "", "")).encode() + body, ScriptEnd.CLOSE]


JSON_TYPE = "Content-Type: application/json"
HALVES = (
    b"%X;name=value\r\n%b\r\n" % (20, WHOLE[:20])
    + b"00%x\r\n%b\r\n" % (len(WHOLE) - 20, WHOLE[20:])
    + b"0\r\nX-Trailer: 1\r\n\r\n"
)
FRAMING = (
    Scenario("http-1.0", None, chat(raw("HTTP/1.0 200 OK", JSON_TYPE, body=WHOLE))),
    Scenario("http-1.0-stream", None, stream(raw("HTTP/1.0 200 OK", "Content-Type: text/event-stream", body=EVENTS))),
    Scenario(
        "http-1.0-refusal",
        "auth.rejected",
        always(
            raw("HTTP/1.0 401 Unauthorized", JSON_TYPE, body=json.dumps(error_bodies.ERRORS["openai-401"][1]).encode())
        ),
    ),
    Scenario(
        "http-chunks-with-extensions",
        None,
        chat(raw("HTTP/1.1 200 OK", JSON_TYPE, "Transfer-Encoding: chunked", body=HALVES)),
    ),
    Scenario(
        "http-early-hints",
        None,
        chat(
            [
                b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
                *raw("HTTP/1.1 200 OK", JSON_TYPE, f"Content-Length: {len(WHOLE)}", body=WHOLE),
            ]
        ),
    ),
    Scenario(
        "http-length-too-short",
        "shape.malformed_answer",
        chat(raw("HTTP/1.1 200 OK", JSON_TYPE, f"Content-Length: {len(WHOLE) - 9}", body=WHOLE)),
    ),
    Scenario(
        "http-length-too-long",
        "http.closed",
        chat(raw("HTTP/1.1 200 OK", JSON_TYPE, f"Content-Length: {len(WHOLE) + 9}", body=WHOLE)),
    ),
    Scenario(
        "http-length-of-nothing",
        "shape.malformed_answer",
        chat(raw("HTTP/1.1 200 OK", JSON_TYPE, "Content-Length: 0", body=WHOLE)),
    ),
    Scenario(
        "http-two-lengths",
        "http.not_http",
        chat(raw("HTTP/1.1 200 OK", JSON_TYPE, "Content-Length: 2", "Content-Length: 9", body=WHOLE)),
    ),
    Scenario(
        "http-length-and-chunks",
        None,
        chat(raw("HTTP/1.1 200 OK", JSON_TYPE, "Content-Length: 2", "Transfer-Encoding: chunked", body=HALVES)),
    ),
    Scenario(
        "http-bad-chunk",
        "http.closed",
        chat(raw("HTTP/1.1 200 OK", JSON_TYPE, "Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n")),
    ),
    Scenario(
        "http-line-in-the-head",
        "http.not_http",
        always(raw("HTTP/1.1 200 OK", "no header at all", JSON_TYPE, body=WHOLE)),
    ),
)

SCENARIOS: tuple[Scenario, ...] = (*REDIRECTS, *GATES, *WALLS, *GATEWAYS, *COMPRESSION, *FRAMING)
