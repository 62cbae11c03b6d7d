"""The times of a certificate, read as the ssl module reads them."""

from __future__ import annotations

import ssl

import pytest

from probes.steps import tls


@pytest.mark.parametrize("time", ["Jan  5 09:34:43 2018 GMT", "Dec 31 23:59:59 2049 GMT", "Feb 29 00:00:00 2028 GMT"])
def test_the_time_is_the_ssl_modules(time: str) -> None:
    assert tls._seconds_of(time) == ssl.cert_time_to_seconds(time)
