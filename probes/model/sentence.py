"""A sentence for users that names values, so that it can be written in another language too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sentence:
    """An English sentence with slots, ``{path} cannot be read: {why}.``, and their values; ``str()`` fills it in.

    The English text is also the key by which the other languages find theirs (``diagnose/words/*/errors.py``). A value
    may be a sentence itself, or a text that the languages know.
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return filled(self.template, self.values)


def filled(template: str, values: Mapping[str, object]) -> str:
    """Fill in the slots. Braces around anything but the name of a value are text: ``{ env = "NAME" }``, ``{region}``.

    >>> filled('{where} must be { env = "NAME" }.', {"where": "llmdoctor.toml:3 key"})
    'llmdoctor.toml:3 key must be { env = "NAME" }.'
    """
    return re.sub(r"\{([a-z_0-9]{1,20})\}", lambda slot: str(values.get(slot[1], slot[0])), template)
