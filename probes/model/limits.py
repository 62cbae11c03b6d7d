"""Lengths in characters beyond which a value is reported and not examined, before any pattern is applied to it."""

from __future__ import annotations

# The longest real credentials are login tokens (JWTs) with many groups: Entra ID and Keycloak issue up to some 12 KiB.
# Servers accept 8 KiB (nginx, Apache) or 16 KiB (Node) of headers.
KEY = 16 * 1024
URL = 8 * 1024  # as the request line that nginx and Apache accept; a base URL has some tens of characters
TEXT = 8 * 1024  # a model, a proxy, a list of hosts, a header
