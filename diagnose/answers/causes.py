"""Causal order of the findings: which finding explains which other one. The judge and ``explain`` share the table.

The module imports no rules, because ``explain`` does not need them.
"""

from __future__ import annotations

from collections.abc import Mapping

_NO_CREDENTIAL = ("auth.no_credential", "auth.login_expired")  # what is refused then went out without one
# Code -> the codes, or the layers with a dot (``key.``), that explain it away if they hold too; ``*`` is any code.
# Pairs of findings that a run can distinguish but a pasted text cannot are in IN_TEXT below.
BECAUSE: Mapping[str, tuple[str, ...]] = {
    "settings.missing_key": ("settings.wrong_variable", "settings.swapped"),
    **dict.fromkeys(
        (
            "url.invalid",
            "url.host_typo",
            "url.not_api_host",
            "url.endpoint_included",
            "url.version_doubled",
            "key.unexpanded",
            "key.masked",
            "key.bearer_prefix",
        ),
        ("settings.",),
    ),
    "url.scheme_missing": ("settings.swapped",),
    "url.stray_characters": ("settings.swapped", "url.scheme_missing"),
    **dict.fromkeys(("url.plaintext", "key.official_elsewhere"), ("url.host_typo", "url.not_api_host")),
    "url.double_slash": ("url.endpoint_included", "url.version_doubled"),
    "url.version_missing": ("url.not_api_host", "settings.swapped"),
    "url.path_wrong": (
        "settings.swapped",
        "url.not_api_host",
        "url.endpoint_included",
        "url.version_doubled",
        "url.stray_characters",
    ),
    **dict.fromkeys(("key.placeholder", "key.several"), ("settings.", "key.masked")),
    "key.stray_characters": (
        "settings.",
        "key.masked",
        "key.placeholder",
        "key.several",
        "key.bearer_prefix",
        "key.unexpanded",
    ),
    "key.wrong_door": ("settings.wrong_variable", "settings.conflict", "url.host_typo", "url.not_api_host"),
    **dict.fromkeys(
        ("key.wrong_kind", "key.wrong_audience", "key.wrong_plan"),
        ("settings.wrong_variable", "url.host_retired", *_NO_CREDENTIAL),
    ),
    "key.truncated": ("key.masked", "key.placeholder"),
    **dict.fromkeys(("key.wrong_region", "quota.exhausted"), ("key.wrong_plan", "url.host_retired")),
    **dict.fromkeys(("proxy.socks_unsupported", "proxy.captures_local"), ("proxy.invalid",)),
    **dict.fromkeys(("proxy.unreachable", "proxy.auth_required"), ("proxy.captures_local",)),
    "proxy.refused": ("proxy.invalid", "proxy.captures_local"),
    # A key of another provider needs another host than the one that is out of reach.
    "dns.not_found": (
        *("url.host_typo", "url.invalid", "proxy.unreachable", "url.not_api_host", "url.host_retired"),
        "key.wrong_door",
    ),
    "dns.failed": ("proxy.unreachable", "url.host_retired", "key.wrong_door"),
    **dict.fromkeys(
        ("tcp.refused", "tcp.timeout", "tcp.unreachable", "tcp.reset"),
        ("proxy.unreachable", "proxy.captures_local", "proxy.invalid", "dns.", "url.host_retired", "key.wrong_door"),
    ),
    **dict.fromkeys(
        ("tls.intercepted", "tls.hostname_mismatch", "tls.self_signed", "tls.untrusted_issuer"), ("dns.bogus_answer",)
    ),
    **dict.fromkeys(("tls.expired", "tls.not_yet_valid"), ("tls.clock_wrong",)),
    "tls.reset": ("tls.not_tls", "dns.fake_ip", "tls.client_certificate"),
    "tls.handshake_failed": ("tls.client_certificate",),
    **dict.fromkeys(("http.redirected", "auth.header_style"), ("url.", "proxy.")),
    **dict.fromkeys(
        (
            "http.not_http",
            "http.blocked",
            "http.front_auth",
            "http.header_rejected",
            "http.too_large",
            "http.gateway_error",
        ),
        ("url.", "tls.needed", "tls.not_tls", "proxy."),
    ),
    **dict.fromkeys(("http.timeout", "http.closed"), ("url.", "tls.needed", "tls.not_tls", "proxy.", "dns.fake_ip")),
    # LiteLLM without a database fails with status 500 if the key is missing.
    "http.server_error": ("url.", "tls.needed", "tls.not_tls", "proxy.", "settings.missing_key"),
    "shape.web_page": ("settings.swapped", "url.", "proxy.", "http.redirected", "http.front_auth"),
    "shape.not_llm_api": ("settings.swapped", "shape.web_page", "url.", "proxy.", "http."),
    "shape.error_as_success": ("auth.", "access.", "model.", "quota.", "key."),
    "shape.malformed_answer": ("url.", "shape.wrong_protocol", "http.blocked", "http.front_auth"),
    **dict.fromkeys(
        ("auth.rejected", "auth.header_lost", "auth.expired"),
        (
            *("key.", "settings.", "url.host_typo", "url.not_api_host", "url.host_retired", "auth.header_style"),
            *("http.header_rejected", *_NO_CREDENTIAL),
        ),
    ),
    "auth.not_permitted": (
        *("key.", "settings.", "url.host_typo", "url.not_api_host", "url.host_retired", "auth.header_style", "model."),
        *_NO_CREDENTIAL,
    ),
    # A service that has ended refuses whatever it is asked.
    **dict.fromkeys(
        ("model.not_found", "model.not_permitted", "model.no_channel", "access.client_refused"), ("url.host_retired",)
    ),
    **dict.fromkeys(
        ("stream.ignored", "stream.malformed", "stream.error_inside", "stream.cut", "stream.stalled"),
        ("shape.", "url.", "http.", "auth.", "model.", "quota.", "access."),
    ),
    "stream.no_terminator": ("stream.cut",),
    "app.cors": ("app.mixed_content",),
    "app.run_failed": (
        *("settings.", "url.", "key.", "proxy.", "dns.", "tcp.", "tls.", "http.", "shape.", "auth.", "access."),
        *("model.", "quota.", "stream.", "app."),
    ),
    "run.unexplained": ("*",),
}
# Code -> more codes that rank before it if a pasted text mentions both: they say more exactly what must be changed
# (docs/contract.md, section 3). If the two tables order two codes differently, this one decides for a text.
IN_TEXT: Mapping[str, tuple[str, ...]] = {
    "url.invalid": ("url.scheme_missing", "url.stray_characters", "proxy.invalid"),
    "url.scheme_missing": ("url.stray_characters",),
    # A firewall answers before the router: its refusal says nothing about paths.
    "url.version_missing": ("stream.websocket_refused", "url.endpoint_included", "url.double_slash", "http.blocked"),
    "url.path_wrong": (
        "http.blocked",
        "shape.web_page",
        "url.double_slash",
        "url.version_missing",
        "url.invalid",
        "url.scheme_missing",
        "url.host_typo",
        "http.redirected",
        "stream.websocket_refused",
    ),
    "key.wrong_kind": ("auth.header_style",),
    "proxy.unreachable": ("proxy.refused", "proxy.auth_required", "proxy.invalid"),
    "dns.failed": ("url.invalid",),
    "tcp.timeout": ("proxy.ignored", "http.gateway_error"),
    "tcp.unreachable": ("tcp.ipv6_broken",),
    "tcp.reset": ("tls.reset",),
    "tls.not_tls": ("proxy.invalid",),
    "tls.handshake_failed": ("tls.client_certificate",),
    "tls.untrusted_issuer": (
        "tls.strict",
        "tls.intercepted",
        "tls.self_signed",
        "tls.expired",
        "tls.hostname_mismatch",
        "tls.not_yet_valid",
        "tls.incomplete_chain",
    ),
    "tls.reset": ("proxy.ignored",),
    "http.timeout": ("dns.fake_ip",),
    "http.closed": (
        "stream.cut",
        "http.gateway_error",
        "stream.websocket_closed",
    ),
    "shape.malformed_answer": ("stream.ignored", "shape.web_page", "stream.malformed", "http.body_encoding"),
    # A refused upgrade is the answer to a WebSocket, and says nothing about the requests that follow it.
    **dict.fromkeys(("shape.wrong_protocol", "http.server_error", "tcp.refused"), ("stream.websocket_refused",)),
    "auth.rejected": (
        "app.base_url_ignored",
        "auth.ip_not_allowed",
        "auth.upstream",
        "stream.websocket_refused",
    ),
    "model.not_found": ("app.base_url_ignored", "url.host_retired"),
    "stream.websocket_closed": ("stream.websocket_refused",),
    "auth.header_lost": ("app.base_url_ignored", "http.redirected"),
    "auth.not_permitted": ("access.region_blocked", "access.client_refused", "auth.ip_not_allowed"),
    # Codex reports "stream disconnected" for any end of its request.
    "stream.cut": (
        "stream.stalled",
        "stream.websocket_refused",
        "stream.websocket_closed",
        "http.blocked",
        "dns.not_found",
        "dns.failed",
        "tcp.refused",
        "tcp.timeout",
        "proxy.unreachable",
        "tls.untrusted_issuer",
        "tls.expired",
    ),
    "dns.bogus_answer": ("tls.hostname_mismatch",),
}


def covers(entry: str, code: str) -> bool:
    """Check whether an entry of :data:`BECAUSE` covers this code.

    >>> covers("key.", "key.truncated")
    True
    """
    if entry == "*":
        return code != "run.crashed"
    return code == entry or (entry.endswith(".") and code.startswith(entry))


def explains_in_text(cause: str, code: str) -> bool:
    """Check whether ``cause`` ranks before ``code`` if a text mentions both."""
    if cause == code or code in IN_TEXT.get(cause, ()):
        return False
    return cause in IN_TEXT.get(code, ()) or any(covers(entry, cause) for entry in BECAUSE.get(code, ()))
