"""Products between an app and an API, recognised by headers, pages and certificate issuers (``products.toml``)."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from diagnose.answers.data_files import table

if TYPE_CHECKING:
    from probes.model.exchange import Exchange


class Product(NamedTuple):
    """A row of ``products.toml``; the fields are described there."""

    name: str
    header: str = ""
    page: str = ""
    issuers: tuple[str, ...] = ()
    kind: str = ""
    holds: str = ""


class ProductTrace(NamedTuple):
    """A product that took part in an answer; ``note`` quotes what tells, at most 100 characters of a header."""

    product: Product
    note: str


@cache
def products() -> tuple[Product, ...]:
    """The rows of ``products.toml``, in its order: the outermost first."""
    return tuple(Product(**row) for row in table("answers/products")["product"])


@cache
def _compiled(pattern: str, start: str = "") -> re.Pattern[str]:
    return re.compile(f"{start}(?:{pattern})", re.IGNORECASE | re.MULTILINE)


def between(found: Exchange) -> ProductTrace | None:
    """Return the outermost product that passed an answer on, by the answer's headers."""
    lines = "\n".join(f"{name}: {value}" for name, value in found.response.headers)
    for one in products():
        if one.header and (hit := _compiled(one.header, "^").search(lines)):
            line = lines[hit.start() : lines.find("\n", hit.start()) if "\n" in lines[hit.start() :] else None]
            return ProductTrace(one, line[:100])
    return None


def maker(found: Exchange) -> ProductTrace | None:
    """Return the product whose page an answer is.

    Headers do not tell that: a product in between adds its own headers to every answer.
    """
    if found.response.body not in ("html", "text"):
        return None
    text = " ".join(found.response.text.split())
    for one in products():
        if one.page and (hit := _compiled(one.page).search(text)):
            return ProductTrace(one, f"“{hit[0]}”")
    return None


def inspector(issuer: str) -> Product | None:
    """Return the product that opens encrypted connections and is named in a certificate's issuer.

    >>> inspector("Zscaler Intermediate Root CA (Zscaler Inc.)").name
    'Zscaler'
    """
    low = issuer.lower()
    return next((one for one in products() if any(part in low for part in one.issuers)), None)
