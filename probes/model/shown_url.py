"""Split URLs of a report, in which keys are masked."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from probes.model.key_shape import MASK


def split_shown(url: str) -> SplitResult:
    """Split a URL that was scrubbed, as evidence has it; all parts but the path are empty if it is no URL.

    A key in its host or user name is ``[key]`` there, which `urlsplit` takes for a broken IPv6 address.

    >>> split_shown("https://me:sk-[key]@api.example.com/v1").hostname, split_shown("https://[key].example/v1").path
    ('api.example.com', '/v1')
    """
    for form in (url, url.replace(MASK, MASK.strip("[]"))):
        try:
            return urlsplit(form)
        except ValueError:
            continue
    return SplitResult("", "", url, "", "")
