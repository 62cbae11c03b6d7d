"""Refuse values that are longer than any program accepts, before a pattern is applied to them."""

from __future__ import annotations

from probes.model import limits
from probes.model.settings import BadInput, Settings


def check_lengths(settings: Settings) -> None:
    """Check the values that have no finding of their own for their length; a key and a base URL have one.

    Raises BadInput for a model, a proxy, a list of hosts without proxy or a version that is too long.
    """
    proxies = settings.proxies
    values = (
        ("The model's name", settings.model),
        ("The API version", settings.api_version),
        ("The proxy", proxies.http),
        ("The proxy", proxies.https),
        ("The proxy", proxies.all),
        ("The list of hosts without a proxy", proxies.no_proxy),
        ("The path of the CA bundle", settings.ca_bundle),
    )
    for what, value in values:
        if value is not None and len(value.value) > limits.TEXT:
            raise BadInput(
                "{what} ({source}) has {count} characters; at most {most} are allowed.",
                what=what,
                source=value.source,
                count=len(value.value),
                most=limits.TEXT,
            )
