"""The types of a client program: App, its wires and its settings files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class AppWire(NamedTuple):
    """One protocol as this client speaks it; the first of an app is the one that it speaks by default."""

    protocol: str
    join: str = "append"  # a rule of probes/catalog/url_joining.py
    endpoint: str = ""  # what the rule puts behind the base URL; {model} and {version} stand for themselves
    version: str = ""  # anthropic-version, or the version in Gemini's and Azure's addresses
    query: str = ""  # what the client adds to every address
    auth: tuple[str, ...] = ("bearer",)  # what it sends, the usual way first
    auth_by: Mapping[str, str] = {}  # the variable that holds the key -> how the key then travels
    default: str = ""  # base URL without a setting; empty: there is none
    base_url: tuple[str, ...] = ()  # variables, the one that wins first
    key: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    version_variable: str = ""
    unread_keys: tuple[str, ...] = ()  # variables that people set in place of those of `key`, and that it does not read
    unread_base_urls: tuple[str, ...] = ()


class SettingsFile(NamedTuple):
    """A file, or another store, that an app reads settings from; of an app's places the one that wins comes first.

    ``path`` by system (``linux``, ``macos``, ``windows``): ``~`` is the home folder, ``${NAME:-other}`` a variable and
    what stands in its place, ``*`` any one name; one of the scope ``project`` lies in the working folder.
    Pointers are JSON pointers (RFC 6901) in which ``*`` is any member and ``?`` the name of the first one; what fills
    the first ``*`` alike belongs together, and what has none is the app's own or, a model, that of all. In place of a
    pointer ``*`` alone is what fills it, ``*_API_KEY`` the same in the form of a variable's name. The files of
    ``dotenv`` and ``lines`` set variables; so does ``variables`` for a table inside of a file.
    """

    path: Mapping[str, str]
    scope: str = "user"
    format: str = "json"
    protocol: str = ""  # of the values inside; empty: the app's first
    base_url: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    key_env: tuple[str, ...] = ()  # where the name of the key's variable stands
    key_name: tuple[str, ...] = ()  # where the name of one of the app's `keys` stands
    key_command: tuple[str, ...] = ()  # where a command stands that prints the key
    keys: str = ""  # pointer with one `*`: keys by name, for the providers of other places
    model: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()  # where the provider's name stands, alone or before a slash
    protocols: Mapping[str, str] = {}  # a provider's name -> what it speaks
    only: Mapping[str, str] = {}  # what must stand at a pointer for its `*` to count
    variables: str = ""  # pointer to a table of environment variables that the file sets for the app
    expands: tuple[str, ...] = ()  # the references that it resolves: STYLES of probes/app_settings/references.py
    image: str = ""  # of a compose file: a part of the image's name
    first: bool = False  # of the places marked so, the app heeds only the first file that is there
    upwards: bool = False  # searched from the working folder upwards
    over_environment: bool = False  # it wins over the shell's variables
    needs_trust: bool = False  # of a project: heeded only after the user has said so
    trust: str = ""  # where, in the app's other places, `trusted` stands for a folder that fills the `*`
    storage: str = "plain"
    confirmed: bool = True


class App(NamedTuple):
    """One client program. The fields are those of ``apps.toml``."""

    id: str
    name: str
    kind: str
    home: str
    wires: tuple[AppWire, ...]
    versions: tuple[str, ...] = ()  # measured, or read in the source
    stack: str = "node"  # what reads the address: see STACKS
    proxies: str = "environment"
    roots: str = "unknown"
    ignores: tuple[str, ...] = ()  # variables of a base URL that people set for it and that it does not read
    well_known: bool = False  # named to people where no app was named; the others stand in the JSON report alone
    page: str = ""  # the origin of the web page from which its requests leave, where they leave from one
    refuses_private: bool = False  # it calls no loopback and no private address
    errors: Mapping[str, str] = {}  # its words for: connection, key (401), path (404)
    places: tuple[SettingsFile, ...] = ()
    sources: tuple[str, ...] = ()
    confirmed: bool = True

    def wire(self, protocol: str) -> AppWire | None:
        """How it speaks a protocol; None where it does not."""
        return next((wire for wire in self.wires if wire.protocol == protocol), None)

    @property
    def protocols(self) -> tuple[str, ...]:
        """What it speaks, its default first."""
        return tuple(dict.fromkeys(wire.protocol for wire in self.wires))
