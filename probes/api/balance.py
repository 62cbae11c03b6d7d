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


def balance_attempt(door: Door | None, target: Url, policy: KeyPolicy) -> Attempt | None:
    """Return the request for the balance, without its path; None if it may not be sent or the door has no address."""
    if door is None or not door.balance_url:
        return None
    where = parse_url(door.balance_url)
    form = next((one for one in (KeyForm.GIVEN, KeyForm.CLEANED) if one in policy.forms), None)
    if form is None or (where.scheme, where.host, where.port) != (target.scheme, target.host, target.port):
        return None
    return Attempt(DEFAULT_PROTOCOL, where.origin, Auth.BEARER, form)


def read_balance(text: str) -> tuple[str, str] | None:
    """Return amount and currency of an answer about the balance; None if it has none that is known.

    The forms are DeepSeek's (``balance_infos`` with ``total_balance`` and ``currency``), OpenRouter's (``data`` with
    ``total_credits`` and ``total_usage``, in US dollars), SiliconFlow's (``data`` with ``totalBalance``) and StepFun's
    (``balance``, in yuan). Source: the providers' API references, and farion1231/cc-switch@5ca9459, balance.rs.

    >>> read_balance('{"data": {"total_credits": 10, "total_usage": 2.5}}')
    ('7.5', 'USD')
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    infos = document.get("balance_infos")
    if isinstance(infos, list) and infos and isinstance(infos[0], dict):
        currency = infos[0].get("currency")
        known = isinstance(currency, str) and _CURRENCY.fullmatch(currency)
        return _found(infos[0], "total_balance", str(currency) if known else "")
    data = document.get("data")
    if isinstance(data, dict):
        credits, used = data.get("total_credits"), data.get("total_usage")
        if isinstance(credits, int | float) and isinstance(used, int | float) and abs(credits) + abs(used) < 1e12:
            return f"{credits - used:.6f}".rstrip("0").rstrip("."), "USD"
        return _found(data, "totalBalance", "")
    return _found(document, "balance", "CNY") if document.get("object") == "account" else None


def _found(row: Mapping[str, Any], name: str, currency: str) -> tuple[str, str] | None:
    value = row.get(name)
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return (text, currency) if _AMOUNT.fullmatch(text) else None
