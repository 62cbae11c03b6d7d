"""Web pages that a host sends instead of API responses."""

from __future__ import annotations

from probes.demo_server.answers import as_html, as_text
from probes.demo_server.server import Reply


def nginx_page(status: int, title: str, server: str = "nginx") -> Reply:
    """Return an error page in the style of nginx."""
    page = f"<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<h1>{status} {title}</h1>"
    return as_html(f"{page}\r\n<hr><center>{server}</center>\r\n</body>\r\n</html>", status, ("Server", server))


def _cloudflare(status: int, title: str, text: str, *headers: tuple[str, str]) -> Reply:
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    return as_html(page, status, ("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA"), *headers)


def _spa(title: str) -> str:
    body = '<body><div id="root"></div><script type="module" src="/assets/index.js"></script></body>'
    return f'<!doctype html><html lang="en"><head><title>{title}</title></head>{body}</html>'


PAGES: dict[str, Reply] = {
    "spa": as_html(_spa("New API")),
    "login": as_html(_spa("Sign in - Example Corp")),
    "basic-auth": Reply(
        401, (("WWW-Authenticate", 'Basic realm="Restricted"'), ("Content-Type", "text/html")), b"<h1>401</h1>"
    ),
    "cloudflare-access": Reply(
        302, (("Location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example"),)
    ),
    "openresty-401": nginx_page(401, "Authorization Required", "openresty"),
    "nginx-403": nginx_page(403, "Forbidden"),
    "nginx-404": nginx_page(404, "Not Found"),
    "nginx-405": nginx_page(405, "Not Allowed"),
    "nginx-413": nginx_page(413, "Request Entity Too Large"),
    "nginx-500": nginx_page(500, "Internal Server Error"),
    "nginx-502": nginx_page(502, "Bad Gateway"),
    "nginx-503": nginx_page(503, "Service Temporarily Unavailable"),
    "nginx-504": nginx_page(504, "Gateway Time-out"),
    "envoy-503": as_text("upstream connect error or disconnect/reset before headers", 503, ("Server", "envoy")),
    "traefik-404": as_text("404 page not found\n", 404),
    "go-404": as_text("404 page not found", 404),
    "express-404": as_html("<pre>Cannot POST /chat/completions</pre>", 404, ("X-Powered-By", "Express")),
    "google-404": as_html("<title>Error 404 (Not Found)!!1</title><p>That\u2019s an error.</p>", 404),
    "empty-401": Reply(401),
    "empty-403": Reply(403),
    "empty-404": Reply(404),
    "empty-405": Reply(405),
    "empty-500": Reply(500),
    "empty-502": Reply(502),
    "empty-503": Reply(503),
    "cloudflare-1010": as_text("error code: 1010", 403, ("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA")),
    "cloudflare-1020": _cloudflare(403, "Access denied", "Error code 1020"),
    "cloudflare-blocked": _cloudflare(403, "Attention Required! | Cloudflare", "Sorry, you have been blocked"),
    "cloudflare-challenge": _cloudflare(
        403, "Just a moment...", "Enable JavaScript and cookies to continue", ("CF-Mitigated", "challenge")
    ),
    "cloudflare-502": _cloudflare(502, "api.example | 502: Bad gateway", "Error code 502"),
    "cloudflare-520": _cloudflare(520, "api.example | 520: Web server is returning an unknown error", "Error code 520"),
    "cloudflare-522": _cloudflare(522, "api.example | 522: Connection timed out", "Error code 522"),
    "cloudflare-524": _cloudflare(524, "api.example | 524: A timeout occurred", "Error code 524"),
    "cloudflare-525": _cloudflare(525, "api.example | 525: SSL handshake failed", "Error code 525"),
    "cloudflare-530": as_text("error code: 1033", 530, ("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA")),
    "waf-405": as_html(
        "<title>405</title><p>Your request has been blocked as it may cause potential threats.</p>", 405
    ),
    "squid-403": as_html("<title>ERROR: The requested URL could not be retrieved</title><p>Access Denied.</p>", 403),
}
SERVED = _spa("New API")
