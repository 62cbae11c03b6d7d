"""The findings in a pasted text as types, and the patterns of local addresses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from probes.model.named_tuple import NamedTuple
from probes.pasted.clients_in_text import TextClient

TRIED = 5  # URLs, hosts and keys that are examined, of each; a log may contain thousands

_NOTHING: Mapping[str, str] = {}


def _nobody(id: str) -> Mapping[str, str]:
    return _NOTHING


class TextNote(NamedTuple):
    """A note about a URL or a key in the text, or about two parts of the text that contradict each other.

    ``kind`` is a kind of :func:`probes.urls.url_flaws.examine_url`, a :class:`probes.model.key_shape.Fit`, or one of

    - ``website``, ``host_typo``: of a URL;
    - ``served_elsewhere``, ``not_served``, ``no_endpoint``: see :mod:`probes.pasted.requested_paths`;
    - ``documented``: the request went to the address that the vendor documents, so the path is right;
    - ``app_doubles_version``: the requested URL has the base URL's version and another one behind it;
    - ``echo_elsewhere``: the refusing provider does not issue keys that begin like the quoted one;
    - ``echo_empty``, ``echo_dummy``: the refusal quotes an empty key, or a stand-in such as ``no_key``;
    - ``echo_reference``, ``echo_example``: the masked key ends like ``${KEY}``, or like ``your-key-here``;
    - ``official_words``: the vendor's own site answers, and the text names another base URL;
    - ``official_request``: the request went to the vendor's own site, and the text names another base URL;
    - ``named_elsewhere``: OpenAI refuses a key that the text calls that of another vendor;
    - ``edge_for_local``: a public network's own error answers a request to this machine;
    - ``relayed_words``: a host that is no known door answered with the vendor's refusal;
    - ``foreign_model``: OpenAI's own sentence about a model of another vendor;
    - ``mixed_content``: an https page, and an API address with http;
    - ``companion``: a host that an app needs besides the API's;
    - ``key_in_query``: the URL carries a key that its provider takes in a header alone.

    ``where`` is the part of the text, without any key. ``sure``: the shape proves it, or the text calls the URL a base
    URL. ``values`` fill the slots of the finding's words: ``better_url``, ``key_door``, ``doubled``, ``twice``, …
    """

    kind: str
    where: str
    sure: bool = True
    values: Mapping[str, str] = _NOTHING


class PastedText(NamedTuple):
    """A pasted text without its keys.

    ``plain`` is one line without escapes, ``lower`` the same in lower case and of the same length, ``short`` the most
    informative parts of the text, with line ends. ``probes/facts/texts/phrases.toml`` explains the ``tags``. ``host``
    is the host to which the requests were sent; None if it is not exactly one. ``client`` wrote the text. ``values``
    are what the text names: ``host``, ``port``, ``base_url``, ``door``, ``console``, ``key_env``, ``app``, ``proxy``,
    ``model``, and two better base URLs: ``versioned_url`` with the missing version, ``documented_url`` of the door.
    ``vendor`` returns what the catalogue knows about the door with an id (:func:`probes.pasted.vendors.vendor_of`).
    """

    plain: str
    lower: str
    short: str
    tags: frozenset[str] = frozenset()
    notes: tuple[TextNote, ...] = ()
    host: str | None = None
    client: TextClient | None = None
    values: Mapping[str, str] = _NOTHING
    vendor: Callable[[str], Mapping[str, str]] = _nobody


class UrlInText(NamedTuple):
    """A URL in the text.

    ``base``: the text calls it a base URL. ``asked``: it is that of a request, or a base URL. ``page``: the text calls
    it the address of a web page.
    """

    value: str
    host: str
    port: int | None
    path: str
    base: bool
    asked: bool
    page: bool = False


class ScannedText(NamedTuple):
    """A text without its keys, and the keys, URLs and hosts that were found in it."""

    plain: str
    lower: str
    keys: tuple[str, ...]
    urls: tuple[UrlInText, ...]
    hosts: tuple[str, ...]


# Every text with an address of this machine or of a private network contains one of these.
LOCAL_STARTS = ("localhost", "127.", "0.0.0.0", "10.", "192.168.", "172.", "::1", ".local", ".internal")  # noqa: S104
LOCAL = (
    r"(?a)\blocalhost\b|\b127\.\d+\.\d+\.\d+|\b0\.0\.0\.0\b|\b10\.\d+\.\d+\.\d+|\b192\.168\.|\b172\.(?:1[6-9]|2\d|3[01])\."
    r"|(?<![\w:])::1\b|\.local\b|\.docker\.internal"
)
LOOPBACK = r"(?a)\blocalhost\b|\b127\.\d+\.\d+\.\d+|(?<![\w:])::1\b"


def literal(pattern: str) -> str:
    """Return the characters with which every key of a pattern begins: ``sk-`` for ``sk-[a-z]{8}``."""
    found = re.match(r"(?:[A-Za-z0-9_-](?![?*{+]))*", pattern)
    return "" if found is None or "|" in re.sub(r"\([^()]*\)", "", pattern) else found[0]
