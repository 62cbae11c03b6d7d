"""Hosts are read as the system reads them, and what is private is told by the address alone."""

from __future__ import annotations

import socket
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from probes.urls.addresses import (
    confidential,
    is_public,
    literal_address,
    loopback_name,
    named_local,
    private_address,
)

# A host as it is written, and the address that the system dials; None if it looks the name up.
LITERALS: dict[str, str | None] = {
    "8.8.8.8": "8.8.8.8",
    "134744072": "8.8.8.8",
    "0x08080808": "8.8.8.8",
    "0X8080808": "8.8.8.8",
    "01002004010": "8.8.8.8",
    "0x8.8.2056": "8.8.8.8",
    "8.8.2056": "8.8.8.8",
    "8.526344": "8.8.8.8",
    "010.010.010.010": "8.8.8.8",
    "00000000134744072": "1.115.200.58",  # octal
    "8.8.8.8.": "8.8.8.8",
    "\uff18.\uff18.\uff18.\uff18": "8.8.8.8",
    "8\u30028\uff0e8\uff618": "8.8.8.8",
    "\u2461\u2461\u2461": "0.0.0.222",
    "127.1": "127.0.0.1",
    "127.0.1": "127.0.0.1",
    "0177.0.0.1": "127.0.0.1",
    "0x7f.1": "127.0.0.1",
    "0x7f000001": "127.0.0.1",
    "017700000001": "127.0.0.1",
    "2130706433": "127.0.0.1",
    "0": "0.0.0.0",
    "0x0": "0.0.0.0",
    "4294967295": "255.255.255.255",
    "2852039166": "169.254.169.254",
    "0xa9fea9fe": "169.254.169.254",
    "::1": "::1",
    "[::1]": "::1",
    "::ffff:8.8.8.8": "::ffff:8.8.8.8",
    "[::ffff:127.0.0.1]": "::ffff:127.0.0.1",
    "64:ff9b::8.8.8.8": "64:ff9b::8.8.8.8",
    "fe80::1%eth0": "fe80::1%eth0",
    "08.8.8.8": None,
    "0x": None,
    "0xg": None,
    "256.1": None,
    "1.2.3.256": None,
    "1.2.65536": None,
    "1.16777216": None,
    "4294967296": None,
    "1.2.3.4.5": None,
    "1..2": None,
    ".1": None,
    "+1": None,
    "-1": None,
    " 1": None,
    "1 ": None,
    "1_0": None,
    "1e3": None,
    "127.0.0.1%lo": None,
    "localhost": None,
    "localhost.": None,
    "8.8.8.8.example": None,
    "": None,
    "9" * 300: None,
    "\u0661\u0662\u0667.0.0.1": None,  # digits that IDNA does not map to ASCII
    "::g": None,
    ":": None,
}


@pytest.mark.parametrize(("host", "ip"), LITERALS.items())
def test_a_host_is_read_as_the_system_reads_it(host: str, ip: str | None) -> None:
    found = literal_address(host)
    assert (found.ip if found is not None else None) == ip
    assert found is None or found.family == ("ipv6" if ":" in found.ip else "ipv4")


def dialled(host: str) -> str | None:
    """Return the IPv4 address that the system's resolver makes of a host without asking anybody."""
    try:
        rows = socket.getaddrinfo(host, 80, socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    return str(rows[0][4][0])


NUMBER = st.one_of(
    st.integers(0, 1 << 33).map(str),
    st.integers(0, 300).map(str),
    st.integers(0, 1 << 33).map(hex),
    st.integers(0, 400).map(lambda number: f"0{number:o}"),
    st.text("0123456789abcdefxX", max_size=12),
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reads some of these otherwise, and we dial what we read")
@given(st.lists(NUMBER, min_size=1, max_size=5).map(".".join))
@example("0x7f.0.0x0.01")
@example("0.")
@example("00000000000000000000000000000000000000000000000000000177.1")
def test_numbers_mean_what_the_system_says(host: str) -> None:
    """A final dot is dropped first, as from a name; the C library takes no number with one."""
    found = literal_address(host)
    expected = dialled(host.rstrip("."))
    assert (found.ip if found is not None else None) == expected


@given(st.text(max_size=40))
def test_any_text_has_an_answer(host: str) -> None:
    found = literal_address(host)
    assert isinstance(named_local(host), bool)
    assert found is None or literal_address(found.ip) == found
    assert not private_address(host) or found is not None


PRIVATE = (
    *("127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.5", "0.0.0.0"),
    *("169.254.1.1", "::1", "::", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "::ffff:127.0.0.1", "::ffff:10.1.2.3"),
)
NOT_PRIVATE = (
    *("8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "11.0.0.1", "128.0.0.1"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.255"),  # shared by the customers of a provider
    *("192.0.2.1", "198.51.100.1", "203.0.113.9", "2001:db8::1"),  # documentation
    *("198.18.0.7", "198.19.255.255", "fc00::2", "fdfe:dcba:9876::5"),  # fake addresses of a TUN proxy
    *("169.254.169.254", "169.254.170.2", "169.254.169.253", "fd00:ec2::254", "fd20:ce::254"),  # metadata
    *("::ffff:169.254.169.254", "fe80::a9fe:a9fe%eth0", "168.63.129.16", "192.0.0.192"),
    *("0.0.0.1", "240.0.0.1", "255.255.255.255", "224.0.0.1", "ff02::1", "192.0.0.8", "192.88.99.1"),
    *("::ffff:8.8.8.8", "::ffff:808:808", "::8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b:1::a00:1"),
    *("2002:a00:1::1", "2002:808:808::1", "2001:0:a00:1::", "fec0::1", "2606:4700::1", "100::1"),
    *("", "localhost", "2130706433", "127.1", "10.0.0.1 ", "unknown"),
)


@pytest.mark.parametrize("ip", PRIVATE)
def test_private(ip: str) -> None:
    assert private_address(ip)
    assert not is_public(ip)
    assert confidential("http", ip, proxied=False)
    assert not confidential("http", ip, proxied=True)


@pytest.mark.parametrize("ip", NOT_PRIVATE)
def test_not_private(ip: str) -> None:
    assert not private_address(ip)
    assert not confidential("http", ip, proxied=False)
    assert confidential("https", ip, proxied=True)


def test_an_address_that_is_not_known_is_not_private() -> None:
    assert not confidential("http", None, proxied=False)


@given(st.ip_addresses(v=4).map(str))
def test_no_address_is_both_public_and_private(ip: str) -> None:
    assert not (private_address(ip) and is_public(ip))
    assert private_address(f"::ffff:{ip}") is private_address(ip)


LOCAL = (
    *("localhost", "LOCALHOST", "localhost.", "foo.localhost", "llm.corp", "host.docker.internal", "printer.local"),
    *("nas", "gpu.lan", "127.1", "2130706433", "0177.0.0.1", "::1", "192.168.1.5", "169.254.1.1", "0"),
    *("::ffff:10.0.0.1", "203.0.113.9"),
)
NOT_LOCAL = ("api.openai.com", "134744072", "0x08080808", "8.8.2056", "::ffff:8.8.8.8", "localhost.example", "8.8.8.8")


@pytest.mark.parametrize("host", LOCAL)
def test_named_local(host: str) -> None:
    assert named_local(host)


@pytest.mark.parametrize("host", [*NOT_LOCAL, "evil\u3002example"])
def test_not_named_local(host: str) -> None:
    assert not named_local(host)


def test_the_names_of_the_loopback_address() -> None:
    assert all(map(loopback_name, ("localhost", "LocalHost.", "ollama.localhost")))
    assert not any(map(loopback_name, ("localhost.example", "mylocalhost", "127.0.0.1", "llm.corp", "")))
