"""Sizes beyond which a value is reported and not examined, and a file is not read.

Those of values are in characters, and hold before any pattern is applied; those of files are in bytes.
"""

from __future__ import annotations

# The longest real credentials are login tokens (JWTs) with many groups: Entra ID and Keycloak issue up to some 12 KiB.
# Servers accept 8 KiB (nginx, Apache) or 16 KiB (Node) of headers.
KEY = 16 * 1024
URL = 8 * 1024  # as the request line that nginx and Apache accept; a base URL has some tens of characters
TEXT = 8 * 1024  # a model, a proxy, a list of hosts, a header
CA_BUNDLE = 8 << 20  # the lists of operating systems have some 220 KiB
