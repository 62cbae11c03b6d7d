"""The words of `llmdoctor bundle`, and of what is shown of a bundle that is opened, in English."""

from __future__ import annotations

BUNDLE: dict[str, str] = {
    # Before it is written
    "holds": "{path} will hold {size}:",
    "check": "check",
    "scan": "settings found",
    "versions": "versions",
    "system": "system",
    "packages": "packages",
    "proxies": "proxies",
    "roots": "certificates",
    "places": "{count}, by name and place only: {names}",
    "none": "none",
    "left_out": "left out (--no-scan)",
    "key": "the key only as {hint}",
    "no_secret": "Not in it: keys, passwords, headers, other values of settings. Your home folder is written as ~.",
    "hosts": "In it, since support needs them: addresses and host names ({names}). --redact-hosts hides the names.",
    "hosts_hidden": "Host names are hidden ({count}); IP addresses and what the server says are not.",
    "whole": "-v shows every line of it.",
    "ask": "Write this file?",
    "ask_over": "{path} exists. Write over it?",
    "kept": "Nothing was written.",
    "wrote": "Wrote {path}. Support opens it with `llmdoctor judge FILE`, or on the page of `llmdoctor serve`.",
    # When it is opened
    "opened": "From the bundle, made on {day}",
    "section.machine": "Machine",
    "section.packages": "Packages",
    "section.proxies": "Proxies",
    "section.roots": "Root certificates",
    "section.scan": "Settings found",
    "section.not_read": "Not read",
    "container": "in a container",
    "wsl": "Linux inside Windows (WSL)",
    "missing": "does not exist",
}
