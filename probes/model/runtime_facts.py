"""The app's own Python or Node: which one is to be asked, and what it reported."""

from __future__ import annotations

from probes.model.record import Record
from probes.model.source import DEFAULT, Source

PYTHON, NODE = "python", "node"


class RuntimeTarget(Record):
    """The interpreter to ask, as the user named it or as it was found.

    ``folder`` is where Node looks for packages. ``shown`` is the program as commands in a report write it.
    ``environ`` is the environment for it, without keys. ``tool`` is what manages the packages: ``pip`` or ``uv``.
    """

    kind: str
    program: str
    folder: str = ""
    shown: str = ""
    source: Source = DEFAULT
    environ: tuple[tuple[str, str], ...] = ()
    tool: str = "pip"


class RuntimePackage(Record):
    """A package of the runtime. ``needs`` is the version of Node that it asks for; empty: it does not say."""

    name: str
    version: str
    needs: str = ""


class RootVariable(Record):
    """A variable that names root certificates; ``state`` is ``file``, ``folder`` or ``missing``."""

    name: str
    value: str
    state: str


class CallError(Record):
    """An exception of the runtime. ``code`` is Node's code of it, or OpenSSL's words about a certificate."""

    type: str
    text: str
    code: str = ""
    status: int = 0


class RuntimeCall(Record):
    """The one call in the runtime. ``stage`` is how far it came: ``import``, ``create`` (the client) or ``call``.

    ``own``: the runtime has neither an SDK nor httpx, so this program's own environment made the call with httpx.
    """

    sdk: str
    stage: str
    ok: bool
    status: int = 0
    tokens: tuple[int, int] = (0, 0)  # of the prompt and of the answer, as the answer says
    errors: tuple[CallError, ...] = ()
    seconds: float = 0.0
    own: bool = False


class RuntimeFacts(Record):
    """What the app's runtime reported about itself. Everything in it comes from a foreign program.

    ``problem`` is why it did not report: ``start``, ``status``, ``timeout``, ``output``; ``said`` are its words then.
    ``no_call`` is why nothing was sent: ``offline``, ``no_spend``, ``no_key``, ``withheld``, ``connect_to`` or
    ``no_sdk``. ``as_given``: the call used the settings as given, otherwise those that had worked here.
    """

    kind: str
    shown: str
    source: Source
    tool: str = "pip"
    folder: str = ""
    version: str = ""
    openssl: str = ""
    packages: tuple[RuntimePackage, ...] = ()
    roots: tuple[RootVariable, ...] = ()
    proxies: tuple[tuple[str, str], ...] = ()
    around: bool = False  # the host goes around the proxies
    options: tuple[tuple[str, str], ...] = ()  # Node's variables
    attempt_ms: int = 0  # milliseconds that Node gives each address of a host; 0: it tries one address alone
    strict: bool = False  # it checks certificates strictly, as Python 3.13 and newer do
    faults: tuple[CallError, ...] = ()  # exceptions of its own self-tests, without a call
    call: RuntimeCall | None = None
    no_call: str = ""
    as_given: bool = True
    problem: str = ""
    said: str = ""

    def has(self, name: str) -> RuntimePackage | None:
        """Return an installed package by its name, or None."""
        return next((one for one in self.packages if one.name == name), None)
