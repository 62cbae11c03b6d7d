"""The credit that a key has left: where to ask, and how the providers answer.

The key goes to the host of the check alone: a balance address at another host is not asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from probes.catalog.door import Door
from probes.model.attempt import Attempt, Auth, KeyForm
from probes.model.facts import KeyPolicy
from probes.protocols.names import DEFAULT_PROTOCOL
from probes.urls.url import Url, parse_url

_AMOUNT = re.compile(r"-?\d{1,12}(?:\.\d{1,8})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NOVITA = 10_000  # its amounts are ten thousandths of a dollar
_LARGEST = 1e12


def balance_attempt(door: Door | None, target: Url, policy: KeyPolicy) -> Attempt | None:
    """Return the request for the balance, without its path; None if it may not be sent or the door has no address.

    An address that has certainly ended is not asked.
    """
    if door is None or door.balance is None or (door.balance.provenance.over and door.balance.provenance.end_sure):
        return None
    where = parse_url(door.balance.url)
    form = next((one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in policy.forms), None)
    if form is None or (where.scheme, where.host, where.port) != (target.scheme, target.host, target.port):
        return None
    return Attempt(DEFAULT_PROTOCOL, where.origin, Auth.BEARER, form)


def balance_urls(door: Door) -> tuple[str, ...]:
    """Return the addresses that are asked for the balance, each only if the one before gave no amount."""
    if door.balance is None:
        return ()
    urls = [door.balance.url, *filter(None, (door.balance.also,))]
    origin = parse_url(urls[0]).origin
    return tuple(url for url in urls if parse_url(url).origin == origin)


def read_balance(text: str, currency: str = "") -> tuple[str, str] | None:
    """Return amount and currency of an answer about the balance; None if it has none that is known.

    ``currency`` is that of the provider, for the answers that name none. The forms are DeepSeek's (``balance_infos``
    with ``total_balance`` and ``currency``), OpenRouter's (``data`` with ``total_credits`` and ``total_usage``, or with
    ``limit_remaining`` of one key), Moonshot's (``data`` with ``available_balance``), SiliconFlow's (``data`` with
    ``totalBalance``), StepFun's (``object`` is ``account``, with ``balance``), Novita's (``availableBalance``, in ten
    thousandths) and Kimi Code's (``usage`` with ``remaining`` and ``limit``, in units of the plan).

    Sources: the addresses and references in ``doors.toml``.

    >>> read_balance('{"data": {"total_credits": 10, "total_usage": 2.5}}', "USD")
    ('7.5', 'USD')
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    infos = document.get("balance_infos")
    if isinstance(infos, list) and infos and all(isinstance(one, dict) for one in infos):
        return _of_infos(infos, currency)
    data, usage = document.get("data"), document.get("usage")
    if isinstance(data, dict):
        return _of_data(data, currency)
    if isinstance(usage, dict):
        left, limit = _found(usage, "remaining", ""), _found(usage, "limit", "")
        return (f"{left[0]}/{limit[0]}", "") if left and limit else None
    if "availableBalance" in document:
        units = _number(document["availableBalance"])
        return (_written(units / _NOVITA), currency) if units is not None else None
    return _found(document, "balance", currency) if document.get("object") == "account" else None


def _of_infos(infos: list[dict[str, Any]], usual: str) -> tuple[str, str] | None:
    """Return the first balance that is not empty; there is one for each currency."""
    found = []
    for info in infos[:8]:
        named = info.get("currency")
        currency = named if isinstance(named, str) and _CURRENCY.fullmatch(named) else usual
        if (one := _found(info, "total_balance", currency)) is not None:
            found.append(one)
    return next((one for one in found if float(one[0])), found[0] if found else None)


def _of_data(data: Mapping[str, Any], currency: str) -> tuple[str, str] | None:
    credits, used = _number(data.get("total_credits")), _number(data.get("total_usage"))
    if credits is not None and used is not None:
        return _written(credits - used), currency
    names = ("limit_remaining", "available_balance", "totalBalance")
    return next((found for name in names if (found := _found(data, name, currency)) is not None), None)


def _number(value: object) -> float | None:
    """Return a number, or one that was written as a text; None for anything else and for absurd amounts."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not _AMOUNT.fullmatch(value):
        return None
    number = float(value) if not isinstance(value, int) or abs(value) < _LARGEST else _LARGEST
    return number if abs(number) < _LARGEST else None


def _written(amount: float) -> str:
    return f"{amount:.6f}".rstrip("0").rstrip(".")


def _found(row: Mapping[str, Any], name: str, currency: str) -> tuple[str, str] | None:
    value = row.get(name)
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return (text, currency) if _AMOUNT.fullmatch(text) else None
