"""The interface of a vendor's chain: how it is read, how the credential is obtained, and how a request carries it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from probes.credential_chains.names import NAMES
from probes.credential_chains.world import ChainWorld
from probes.model.attempt import Auth
from probes.model.credential import CredentialChain, CredentialFacts, CredentialProblem
from probes.model.record import Record
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings, Sourced


class UnsignedRequest(Record):
    """A request that is about to be sent, without a credential. ``url`` has scheme, host, path and query."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class ObtainedCredential(Protocol):
    """A credential that was obtained. Its secrets are known to the scrubber before anything is sent."""

    @property
    def auth(self) -> Auth: ...  # the style of the requests that carry it

    @property
    def facts(self) -> CredentialFacts: ...

    @property
    def secrets(self) -> tuple[Secret, ...]: ...

    @property
    def base_url(self) -> str: ...  # with the project that came with the credential; empty: the base URL as it is

    def headers(self, request: UnsignedRequest) -> tuple[tuple[str, str], ...]:
        """Return the headers that carry the credential: a signature of this request, or a token."""
        ...


class TokenCredential:
    """A credential that is one token for every request, sent as ``Authorization: Bearer``, with further headers."""

    auth = Auth.BEARER

    def __init__(
        self, token: Secret, facts: CredentialFacts, further: tuple[tuple[str, str], ...] = (), base_url: str = ""
    ) -> None:
        self._token = token
        self._further = further
        self.base_url = base_url
        self.facts = facts

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The token."""
        return (self._token,)

    def headers(self, request: UnsignedRequest) -> tuple[tuple[str, str], ...]:
        """Return the same headers for every request."""
        return (("Authorization", f"Bearer {self._token.reveal()}"), *self._further)


class CredentialError(Exception):
    """Error if no credential was obtained. ``facts`` say why; they hold no secret."""

    def __init__(self, facts: CredentialFacts) -> None:
        super().__init__(facts.problem)
        self.facts = facts


class ObtainFor(Record):
    """What a credential is for. ``base_url`` and ``protocol`` decide the service, region or scope of it.

    ``seconds`` is the time limit. ``proxy`` is the proxy of the run, without credentials of its own; empty for none.
    ``ca_bundle`` is the path of a bundle that replaces the system's roots; empty for none.
    """

    base_url: str
    protocol: str
    seconds: float
    proxy: str = ""
    ca_bundle: str = ""


class Chain:
    """The chain of one vendor. To add one, write ``probes/credential_chains/NAME.py`` with a ``CHAIN``.

    ``vendor``: the file's name: what ``--credential``, ``credential`` in ``doors.toml`` and reports call it.
    ``auth``: the style of the requests that carry its credential.
    ``extra``: the extra of this program that brings the vendor's library, ``library`` the module that proves it.
    """

    vendor: str
    auth: Auth = Auth.BEARER
    extra: str
    library: str

    def read(self, world: ChainWorld) -> CredentialSettings:
        """Read the chain: files and variables alone, no network, no other program, no library of the vendor.

        Every file is read by ``probes.config_formats.files``. A value of a folder's file that would make the user's
        secret go elsewhere becomes one of the ``flows`` of the result, which need the user's consent.
        """
        raise NotImplementedError

    def before_key(self, world: ChainWorld) -> bool:
        """Check whether the vendor's SDK takes the chain although a variable holds a key (``world.key``)."""
        return False

    def base_url(self, base: Sourced[str], protocol: str, chain: CredentialChain) -> str:
        """Return the base URL with what the vendor's SDK adds to it from settings of the chain, such as a project."""
        return base.value

    def style(self, key: Secret, protocol: str) -> Auth | None:
        """Return the header in which the vendor's SDK sends a key that is given; None for the protocol's usual one."""
        return None

    async def obtain(self, found: CredentialSettings, wanted: ObtainFor) -> ObtainedCredential:
        """Obtain the credential of the step that wins. Only this imports the vendor's library.

        Raises CredentialError. Metadata addresses are asked only if the chain comes that far and ``found.metadata``
        allows it; another program is started only if ``found.programs`` allows it.
        """
        raise NotImplementedError

    def failed(self, found: CredentialSettings, problem: CredentialProblem, **more: str) -> CredentialError:
        """Return the error for a problem of the step that wins, or of the chain as a whole."""
        won = found.chain.winner
        facts = CredentialFacts(
            self.vendor,
            step=won.step if won is not None else "",
            kind=won.kind if won is not None else "",
            source=won.source if won is not None else None,
            expires=won.expires if won is not None else 0.0,
            problem=problem,
            said=more.get("said", ""),
            host=more.get("host", ""),
            install=f'pip install "llmdoctor-cli[{self.extra}]"' if problem is CredentialProblem.NO_LIBRARY else "",
        )
        return CredentialError(facts)

    def installed(self) -> bool:
        """Check whether the vendor's library is installed, without importing it."""
        from importlib.util import find_spec

        try:
            return find_spec(self.library) is not None
        except (ImportError, ValueError):  # a parent package is missing, or broken
            return False


@cache
def chain_of(vendor: str) -> Chain:
    """Return the chain of a vendor. Raises KeyError if there is none."""
    if vendor not in NAMES:
        raise KeyError(vendor)
    return cast(Chain, import_module(f"probes.credential_chains.{vendor}").CHAIN)


def material(found: CredentialSettings) -> Mapping[str, Secret | str]:
    """Return what the chain's reader keeps for :meth:`Chain.obtain`, by name."""
    return dict(found.material)


_LAST = 253402300799  # the last second that `datetime` knows


def valid_until(moment: float) -> float:
    """Return when a credential expires, in seconds since 1970; 0 for what is no moment, as a service may answer."""
    return moment if 0 < moment <= _LAST else 0.0


class CredentialWalk:
    """One way from what a chain's reader kept to a credential; each house has a subclass."""

    def __init__(self, chain: Chain, found: CredentialSettings, wanted: ObtainFor) -> None:
        self._chain = chain
        self._found = found
        self._wanted = wanted
        self._given = material(found)

    def _sendable(self, token: object) -> str:
        """Return a token that came from elsewhere. Raises CredentialError if no header can hold it."""
        if isinstance(token, str) and token.isascii() and token.isprintable() and token.strip():
            return token
        raise self._chain.failed(self._found, CredentialProblem.OTHER, said="not a token that a header can hold")

    def _text(self, name: str) -> str:
        value = self._given.get(name, "")
        return value.reveal() if isinstance(value, Secret) else value
