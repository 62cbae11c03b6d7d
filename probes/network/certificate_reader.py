"""Read an X.509 certificate (RFC 5280) as far as a report needs it: names, validity and what its extensions say.

Python's ``ssl`` decodes only certificates that it has verified, and the interesting ones failed. This walks their DER
encoding (ITU-T X.690) by itself, so that a check needs no package with compiled code, which a slim container lacks
(docs/design/018-handing-over.md). It decides nothing about trust.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address

from probes.model.record import Record

_SEQUENCE, _SET, _OID, _INTEGER, _OCTETS = 0x30, 0x31, 0x06, 0x02, 0x04
_VERSION, _EXTENSIONS = 0xA0, 0xA3  # context-specific, in TBSCertificate
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_RFC822, _DNS, _URI, _IP = 0x81, 0x82, 0x86, 0x87  # context-specific, in GeneralName
_COMMON_NAME, _ORGANIZATION = "2.5.4.3", "2.5.4.10"
_ALTERNATIVE_NAMES, _AUTHORITY_ACCESS = "2.5.29.17", "1.3.6.1.5.5.7.1.1"
_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
_TEXT = {0x0C: "utf-8", 0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1", 0x13: "ascii", 0x16: "ascii"}
MOST_NAMES = 20


class DistinguishedName(Record):
    """The name of a subject or an issuer: the object identifier and the value of each attribute, in order."""

    attributes: tuple[tuple[str, str], ...]

    @property
    def organization(self) -> str:
        """The organization; empty without one."""
        return self._first(_ORGANIZATION)

    def __str__(self) -> str:
        """Return the common name, else the organization, else all values; at most 200 characters."""
        named = self._first(_COMMON_NAME) or self.organization
        return (named or ", ".join(value for _, value in self.attributes))[:200]

    def _first(self, wanted: str) -> str:
        return next((value for oid, value in self.attributes if oid == wanted), "")


class ReadCertificate(Record):
    """What a certificate says. ``names`` are its alternative names, at most :data:`MOST_NAMES` of 200 characters.

    ``fetchable``: it tells from which URL the certificate of its issuer can be fetched.
    """

    subject: DistinguishedName
    issuer: DistinguishedName
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...] = ()
    fetchable: bool = False


def read(der: bytes) -> ReadCertificate:
    """Read a certificate. Raises ValueError for anything else; every value lies within the given bytes."""
    fields = list(_values(_inside(_inside(der, _SEQUENCE), _SEQUENCE)))
    if fields and fields[0][0] == _VERSION:
        del fields[0]
    if len(fields) < 6:
        raise ValueError("not a certificate")
    # serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, and the extensions at the end
    kinds, contents = zip(*fields, strict=True)
    if kinds[:6] != (_INTEGER, *(_SEQUENCE,) * 5):
        raise ValueError("not a certificate")
    not_before, not_after = (_time(kind, value) for kind, value in _two(contents[3]))
    extensions = _extensions(contents[-1]) if kinds[-1] == _EXTENSIONS else {}
    names: list[str] = []
    fetchable = False
    with suppress(ValueError):  # an extension that is wrong says nothing; the rest still does
        names.extend(_alternative_names(extensions.get(_ALTERNATIVE_NAMES, b"")))
    with suppress(ValueError):
        accesses = _values(_inside(extensions.get(_AUTHORITY_ACCESS, b"")))
        fetchable = any(_oid(_inside(one, _OID)) == _CA_ISSUERS for _, one in accesses)
    subject, issuer = _name(contents[4]), _name(contents[2])
    return ReadCertificate(subject, issuer, not_before, not_after, tuple(names), fetchable)


def _values(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tag and the content of each value in ``data``. Raises ValueError where one does not fit."""
    at = 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1] if at + 1 < len(data) else 0x80, at + 2
        if tag & 0x1F == 0x1F or length == 0x80:
            raise ValueError("not DER")
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[start : start + size])
            start += size
        if len(data) - start < length:
            raise ValueError("cut off")
        yield tag, data[start : start + length]
        at = start + length


def _two(content: bytes) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    """Return the first two values in ``content``. Raises ValueError if there are fewer."""
    first, second, *_ = [*_values(content), *((0, b""),) * 2]
    if not second[0]:
        raise ValueError("a value is missing")
    return first, second


def _inside(data: bytes, wanted: int = _SEQUENCE) -> bytes:
    """Return the content of the first value in ``data``. Raises ValueError if its tag is another than ``wanted``."""
    tag, content = next(_values(data), (0, b""))
    if tag != wanted:
        raise ValueError("another kind of value")
    return content


def _oid(content: bytes) -> str:
    """Decode an object identifier (``2.5.4.3``)."""
    numbers: list[int] = []
    number = 0
    for byte in content[:32]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    if not numbers:
        raise ValueError("an empty object identifier")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


def _name(content: bytes) -> DistinguishedName:
    found: list[tuple[str, str]] = []
    for kind, attributes in _values(content):
        if kind != _SET:
            raise ValueError("not a name")
        for _, attribute in _values(attributes):
            (_, oid), (form, value) = _two(attribute)
            found.append((_oid(oid), value.decode(_TEXT.get(form, "utf-8"), "replace")))
    return DistinguishedName(tuple(found))


def _time(kind: int, content: bytes) -> datetime:
    """Decode a moment, which RFC 5280 wants in UTC and with seconds. Raises ValueError for another form."""
    text = content.decode("ascii")
    if kind == _UTC_TIME:  # two digits: 1950 to 2049
        text = ("20" if text < "50" else "19") + text
    elif kind != _GENERALIZED_TIME:
        raise ValueError("not a moment")
    if len(text) != 15 or not text[:14].isdecimal() or text[14] != "Z":
        raise ValueError("not a moment in UTC")
    month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
    return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)


def _extensions(content: bytes) -> dict[str, bytes]:
    """Return the value of each extension by its object identifier; one that cannot be read is left out."""
    found: dict[str, bytes] = {}
    for _, extension in _values(_inside(content)):
        parts = list(_values(extension))
        if len(parts) > 1 and parts[0][0] == _OID and parts[-1][0] == _OCTETS:
            found.setdefault(_oid(parts[0][1]), parts[-1][1])
    return found


def _alternative_names(value: bytes) -> Iterator[str]:
    count = 0
    for kind, content in _values(_inside(value)):
        if kind in (_DNS, _RFC822, _URI):
            yield content.decode("utf-8", "replace")[:200]
        elif kind == _IP and len(content) in (4, 16):
            yield str(ip_address(content))
        else:
            continue
        count += 1
        if count == MOST_NAMES:
            return
