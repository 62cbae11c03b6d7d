"""Recognise products between an app and an API by headers, pages and certificate issuers (``products.toml``)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from diagnose.answers.data_files import table
from probes.catalog.literal_filter import Needles, may_match
from probes.model.exchange_memo import once_an_exchange
from probes.model.named_tuple import NamedTuple

if TYPE_CHECKING:
    from probes.model.exchange import Exchange


class Product(NamedTuple):
    """A row of ``products.toml``, which explains the fields. ``needles`` are those of ``header``, in a wheel."""

    name: str
    header: str = ""
    page: str = ""
    issuers: tuple[str, ...] = ()
    kind: str = ""
    holds: str = ""
    forward: bool = False
    needles: Needles = ()


class ProductTrace(NamedTuple):
    """A product that made or passed on a response; ``note`` quotes its header (at most 100 characters) or its page."""

    product: Product
    note: str


@cache
def products() -> tuple[Product, ...]:
    """Return the rows of ``products.toml``, in the order of the file: the outermost product first."""
    return tuple(Product(**row) for row in table("products")["product"])


@cache
def _compiled(pattern: str, start: str = "") -> re.Pattern[str]:
    return re.compile(f"{start}(?:{pattern})", re.IGNORECASE | re.MULTILINE)


@once_an_exchange
def between(exchange: Exchange) -> ProductTrace | None:
    """Return the outermost product that passed on a response, recognised by the response's headers."""
    lines = "\n".join(f"{name}: {value}" for name, value in exchange.response.headers)
    lower = lines.lower()
    for product in products():
        if not product.header or not may_match(product.needles, lower):
            continue
        if hit := _compiled(product.header, "^").search(lines):
            line = lines[hit.start() : lines.find("\n", hit.start()) if "\n" in lines[hit.start() :] else None]
            return ProductTrace(product, line[:100])
    return None


def maker(exchange: Exchange) -> ProductTrace | None:
    """Return the product that made the page in a response.

    Headers cannot show that, because a product in between adds its headers to every response.
    """
    if exchange.response.body not in ("html", "text"):
        return None
    text = " ".join(exchange.response.text.split())
    for product in products():
        if product.page and (hit := _compiled(product.page).search(text)):
            return ProductTrace(product, f"“{hit[0]}”")
    return None


@lru_cache(256)  # a fleet's servers have few issuers
def inspector(issuer: str) -> Product | None:
    """Return the product that inspects TLS connections and is named in a certificate's issuer.

    >>> inspector("Zscaler Intermediate Root CA (Zscaler Inc.)").name
    'Zscaler'
    """
    low = issuer.lower()
    return next((product for product in products() if any(part in low for part in product.issuers)), None)
