"""The words of the findings page in the documentation, in English."""

from __future__ import annotations

# Words that replace the values that only a run knows.
VALUES: dict[str, str] = {
    "address": "its address",
    "app_variable": "the variable that the app reads",
    "better_auth": "the header that works",
    "better_url": "the address in the report",
    "better_version": "the version in the report",
    "claude_token": "ANTHROPIC_AUTH_TOKEN",
    "console": "the provider's page for API keys",
    "endpoint": "another endpoint",
    "key_env": "the provider's variable",
    "key_hint": "the first and last characters of the key",
    "key_length": "N",
    "location": "the host in the redirect",
    "names": "the names in the certificate",
    "near": "the names in the report",
    "other_protocol": "the protocol of the server",
    "other_source": "the second place",
    "parameter": "the parameter",
    "port": "the port in the report",
    "retry_after": "N",
    "said": "its message in the report",
    "source": "the place in the report",
    "version_variable": "the variable that the app reads",
}

WORDS: dict[str, str] = {
    "title": "Findings",
    "written": "Written by `llmdoctor docs --write docs` from the catalogue; change it there.",
    "about": "Each code names one problem and never changes. `llmdoctor explain CODE` shows the same text in a "
    "terminal.",
    "code": "code",
    "summary": "in one line",
    "error": "error",
    "warning": "warning",
    "info": "information",
    "steps": "What to do:",
}

# The page of the apps.
APPS: dict[str, str] = {
    "title": "Apps",
    "written": "Written by `llmdoctor docs --write docs` from `probes/facts/apps.toml`; change it there.",
    "about": "{count} apps. `llmdoctor apps NAME` shows one in full, and `llmdoctor check --app NAME` sends requests "
    "as it does. *Set*: the base URL to enter in the app for an API whose chat completions are at "
    "`https://api.example.com/v1/chat/completions` (messages at `/v1/messages`, and so on). *Unconfirmed*: a part of "
    "the row has no source.",
    "head": "app | name | protocol | set | it adds | sends the key as | reads the base URL from | proxies",
    "unconfirmed": " (unconfirmed)",
    "nothing": "nothing",
    "its_settings": "its settings",
    "recorded": "Recorded requests",
    "recorded_about": "The requests of {count} apps were recorded on loopback. `llmdoctor check --app NAME "
    "--as-client` sends one in the same form, with short texts of its own. *Besides*: what it has that the plain "
    "request of a check lacks. *Left out with*: settings of the app with which its request was seen to lack a part.",
    "recorded_head": "app and version | protocol | recorded with the model | bytes | besides | left out with",
    "recorded_nothing": "nothing",
    "kind.sdk": "Official SDKs",
    "kind.library": "Libraries",
    "kind.cli": "Command line",
    "kind.ide": "Editors",
    "kind.desktop": "Desktop programs",
    "kind.server": "Servers and web apps",
    "proxies.environment": "`HTTPS_PROXY` and similar",
    "proxies.ignored": "ignored",
    "proxies.own": "its own setting",
    "proxies.system": "those of the system",
    "proxies.unknown": "unknown",
}
