"""Types that describe a client program: the app, its protocols and its settings files."""

from __future__ import annotations

from collections.abc import Mapping

from probes.catalog.provenance import UNKNOWN, Provenance
from probes.model.named_tuple import NamedTuple


class AppWebSocket(NamedTuple):
    """The WebSocket that a client opens before its first request of a protocol, and when it gives it up.

    ``at_once`` and ``never`` are answers to the upgrade: a status, perhaps with the code of the body's error after a
    blank (``404 model_not_found``). After all others it retries for about ``seconds``, then sends requests.
    """

    built_in: bool = False  # its own provider uses one, whatever base URL that provider has
    headers: Mapping[str, str] = {}  # of the upgrade, besides the key
    message: Mapping[str, str | bool] = {}  # fields of its first message, besides those of the request
    at_once: tuple[str, ...] = ()  # answers after which it sends the request at once
    never: tuple[str, ...] = ()  # answers after which it ends without a request
    seconds: str = ""  # until it sends the request after any other answer
    held: str = ""  # seconds until then if the upgrade is not answered
    lines: tuple[str, ...] = ()  # for its settings file: a provider with which it opens no WebSocket


class AppWire(NamedTuple):
    """A protocol as one client speaks it. The first wire of an app is its default protocol."""

    protocol: str
    join: str = "append"  # name of a rule in probes/catalog/url_joining.py
    endpoint: str = ""  # what the rule appends to the base URL; {model} and {version} are placeholders
    version: str = ""  # value of anthropic-version, or the version in Gemini and Azure URLs
    query: str = ""  # query string that the client adds to every URL
    auth: tuple[str, ...] = ("bearer",)  # how it sends the key, the usual style first
    auth_by: Mapping[str, str] = {}  # variable that holds the key -> auth style used for that key
    default: str = ""  # base URL used without a setting; empty: no default
    base_url: tuple[str, ...] = ()  # variables, highest precedence first
    key: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    version_variable: str = ""
    federation: tuple[str, ...] = ()  # variables that, if all are set and no key is, make it exchange an identity token
    federation_token: tuple[str, ...] = ()  # variables with that token, or, if they end in _FILE, with its file
    unread_keys: tuple[str, ...] = ()  # variables that people set instead of those in `key`; it ignores them
    unread_base_urls: tuple[str, ...] = ()
    headers: Mapping[str, str] = {}  # variable -> header that carries its value, or `Name: Scheme` before the value
    header_lists: Mapping[str, str] = {}  # variable with several headers -> how they are written
    key_wins: bool = False  # an extra header does not replace the one that carries the key; elsewhere it does
    websocket: AppWebSocket | None = None
    auth_also: Mapping[str, str] = {}  # variable -> auth style in which the key is sent too if the variable names it
    switches: tuple[str, ...] = ()  # variables that make it speak this protocol instead of its default one
    switched_by: tuple[str, ...] = ("true", "1")  # the values of them that do, in lower case
    models: tuple[str, ...] = ()  # beginnings of models' names for which it speaks this protocol instead of another
    project: tuple[str, ...] = ()  # variables for the project that the address has in it, highest precedence first
    place: tuple[str, ...] = ()  # the same for the location
    place_by_model: Mapping[
        str, str
    ] = {}  # beginning of a model's name -> variable for its own location; the first counts
    default_place: str = ""  # region or location without a setting; empty: it ends with an error
    key_before_chain: bool = False  # a key counts although project or location is set; elsewhere these come first


class SettingsFile(NamedTuple):
    """A file or another store from which an app reads settings. An app lists its places by precedence, highest first.

    ``path`` maps a system (``linux``, ``macos``, ``windows``) to a path, in which ``~`` is the home folder,
    ``${NAME:-default}`` an environment variable with its default, and ``*`` any file or folder name. A path of the
    scope ``project`` is relative to the working folder.

    Pointers are JSON pointers (RFC 6901) in which ``*`` matches any member and a last ``?`` yields the name of the
    first member. Values whose first ``*`` matches the same name belong to one provider. A value found without a ``*``
    belongs to the app itself; such a model applies to all providers. Instead of a pointer, ``*`` alone means the
    matched name, and ``*_API_KEY`` the variable derived from it. Example: ``/providers/*/base_url``.

    Files of the formats ``dotenv`` and ``lines`` set variables; ``variables`` points to such a table in another file.
    """

    path: Mapping[str, str]
    scope: str = "user"
    format: str = "json"
    protocol: str = ""  # protocol of its values; empty: the app's default
    base_url: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    key_env: tuple[str, ...] = ()  # pointers to the name of the variable that holds the key
    key_name: tuple[str, ...] = ()  # pointers to the name of an entry in the app's `keys`
    key_command: tuple[str, ...] = ()  # pointers to a command that prints the key
    credential_command: tuple[str, ...] = ()  # the same for the credential of a house's own chain
    keys: str = ""  # pointer with one `*`: keys by name, for providers that other places define
    key_env_first: bool = False  # `key_env` has precedence over every key, and without its variable nothing is sent
    login: tuple[str, ...] = ()  # pointers to the flag without which a provider is not given the app's own keys
    websocket: tuple[str, ...] = ()  # pointers to the flag with which a provider uses a WebSocket first
    headers: tuple[str, ...] = ()  # pointers to extra headers; the last `*` is the header's name
    header_env: tuple[str, ...] = ()  # the same for headers whose text is the name of a variable
    query: tuple[str, ...] = ()  # pointers to parameters that it adds to every URL; the last `*` is the name
    model: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()  # pointers to the provider's name, alone or before a slash
    protocols: Mapping[str, str] = {}  # provider name -> protocol
    only: Mapping[str, str] = {}  # pointer -> required value; a `*` match without it is ignored
    variables: str = ""  # pointer to a table of environment variables that the file sets for the app
    expands: tuple[str, ...] = ()  # reference styles that it resolves: STYLES in probes/app_settings/references.py
    image: str = ""  # part of the image name in a compose file
    first: bool = False  # of the places with this flag, the app reads only the first file that exists
    upwards: bool = False  # also searched in the parents of the working folder
    over_environment: bool = False  # it overrides the shell's variables
    needs_trust: bool = False  # a project's file that the app reads only after the user trusts the folder
    trust: str = ""  # pointer in the app's other places: "trusted" there trusts the folder matched by `*`
    storage: str = "plain"
    confirmed: bool = True


class AppLogin(NamedTuple):
    """A file in which an app keeps a login: tokens that it got by signing in, not a key that somebody pasted.

    ``path`` is as in :class:`SettingsFile`. Pointers are too; with a ``*`` in ``token``, each match is a login of its
    own, and the same name stands for the ``*`` of the other pointers.
    """

    path: Mapping[str, str]
    token: str  # pointer to the token that requests carry
    of: str = "subscription"  # whose login it is: that of a subscription, or of an account
    refresh: str = ""  # pointer to the token with which the app renews it, without asking anybody
    expires: str = ""  # pointer to the moment at which the token ends; empty: it is inside the token, or nowhere
    plan: str = ""  # pointer to the name of the subscription
    protocol: str = ""  # protocol of its requests; empty: the app's default
    base_url: str = ""  # where the app sends it; empty: the app's default
    protocols: Mapping[str, str] = {}  # by what `*` matches -> protocol
    base_urls: Mapping[str, str] = {}  # by what `*` matches; a name without one is shown, and not checked
    overrides: tuple[str, ...] = ()  # variables that take its place
    chosen: Mapping[str, str] = {}  # pointer -> value, in this file or in a place: it is used even if there is a key
    sign_in: str = ""  # what to type to sign in again
    # Settings by which the app keeps the login in the system's keychain: pointer into its places, or variable -> value.
    keychain: Mapping[str, str] = {}  # the file is then not read at all, and neither is a key in it
    keychain_first: Mapping[str, str] = {}  # the file is read if the keychain has none
    confirmed: bool = True


class ClientProgram(NamedTuple):
    """How `check --run-client` runs the app's program once. The head of ``apps.toml`` explains the fields.

    In arguments and values, ``{prompt}``, ``{model}``, ``{protocol}``, ``{provider}`` (the provider's name in the app's
    files) and ``{url}`` (the address of the recorder) are placeholders.
    """

    program: str = ""
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    model_args: tuple[str, ...] = ()
    provider_args: tuple[str, ...] = ()
    point_args: Mapping[str, tuple[str, ...]] = {}
    point_env: Mapping[str, str] = {}
    recorder: bool = False
    answered: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    exits: Mapping[str, str] = {}
    seconds: float = 1.0
    limit: float = 30.0
    tokens: int = 0
    requests: int = 1
    leaves: tuple[str, ...] = ()
    refused: str = ""


class KeyElsewhere(NamedTuple):
    """Hosts to which the app sends the user's key besides the configured one, and what stops that.

    ``keys`` are the variables whose key goes there, ``instead`` one whose key does not, ``switch`` a setting
    ``NAME=value`` that stops the requests, ``times`` how often a run sends the key.
    """

    hosts: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    instead: str = ""
    switch: str = ""
    times: int = 0


class NeedsSetting(NamedTuple):
    """A setting of the app's files without which it ends by itself as soon as ``variable`` gives it a base URL.

    ``pointers`` are where the setting may be, ``unless`` variables ``NAME=value`` that take its place. ``path`` and
    ``line`` are the file and the line that set it, ``says`` and ``status`` how the app ends without it.
    """

    variable: str = ""
    pointers: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    path: str = ""
    line: str = ""
    says: str = ""
    status: int = 0


class AppChange(NamedTuple):
    """What a version of an app left out and what it does instead: names of packages, fields, headers or settings."""

    version: str = ""
    gone: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    provenance: Provenance = UNKNOWN


class App(NamedTuple):
    """A client program. The head of ``apps.toml`` explains the fields."""

    id: str
    name: str
    kind: str
    home: str
    wires: tuple[AppWire, ...]
    versions: tuple[str, ...] = ()  # versions that were measured or whose source was read
    sdk: str = "python"  # official SDK whose reading of responses decides: python (also where none is known) or node
    stack: str = "node"  # HTTP library that parses the URL: see STACKS in probes/catalog/apps.py
    proxies: str = "environment"
    no_proxies_from: int = 0  # major version of Node on which it ignores them without NODE_USE_ENV_PROXY=1; 0: none
    roots: str = "unknown"
    ignores: tuple[str, ...] = ()  # base URL variables that people set for it but that it does not read
    well_known: bool = False  # text reports name it if no app was given; other apps are in the JSON report only
    page: str = ""  # origin of the web page that sends its requests, if a page sends them
    refuses_private: bool = False  # it does not call loopback or private addresses
    errors: Mapping[str, str] = {}  # its messages for: connection, key (401), path (404)
    sends: tuple[str, ...] = ()  # fields that every request of it carries and that servers often refuse
    leaves_out: Mapping[str, str] = {}  # field, or its start -> the setting with which the app no longer sends it
    key_lines: tuple[str, ...] = ()  # lines for its settings file, one of which gives a provider a key
    places: tuple[SettingsFile, ...] = ()
    logins: tuple[AppLogin, ...] = ()
    changes: tuple[AppChange, ...] = ()
    run: ClientProgram | None = None
    key_elsewhere: KeyElsewhere | None = None
    needs_setting: NeedsSetting | None = None
    confirmed: bool = True
    provenance: Provenance = UNKNOWN

    def wire(self, protocol: str) -> AppWire | None:
        """Return the app's wire for a protocol, or None if it does not speak it."""
        return next((wire for wire in self.wires if wire.protocol == protocol), None)

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols that the app speaks, its default first."""
        return tuple(dict.fromkeys(wire.protocol for wire in self.wires))
