"""Make the settings of a check from the arguments of a Python call."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from diagnose.words import LANGS
from probes.model.record import replace
from probes.model.settings import BadInput, Settings, Sourced
from probes.model.source import Source, SourceKind
from probes.protocols.names import NAMES

if TYPE_CHECKING:
    from probes.settings.options import Options

# Option of the command line -> the argument of the same meaning, if it has another name.
_ARGUMENTS = {"key": "api_key", "header": "headers", "no-proxy": "trust_env", "no-env": "from_env"}
_OPTION = r"--([a-z][a-z-]*)"


class InvalidSettings(ValueError):
    """Error for arguments with which no check can be made. Its text names the argument and contains no key."""


@runtime_checkable
class SecretLike(Protocol):
    """A secret that does not print itself, such as pydantic's ``SecretStr``."""

    def get_secret_value(self) -> str: ...


class UrlLike(Protocol):
    """A URL as an object: ``httpx.URL``, such as ``OpenAI().base_url``, ``yarl.URL`` or pydantic's ``AnyUrl``."""

    @property
    def host(self) -> str | None: ...


def settings_of(
    base_url: str | UrlLike | None,
    *,
    api_key: str | SecretLike | None,
    model: str | None,
    protocol: str,
    app: str | None,
    headers: Mapping[str, str | SecretLike] | None,
    from_env: bool,
    trust_env: bool,
    proxy: str | None,
    ca_bundle: str | os.PathLike[str] | None,
    connect_to: Sequence[str],
    timeout: float | None,
    deadline: float | None,
    no_spend: bool,
    deep: bool,
    offline: bool,
    send_anyway: bool,
) -> Settings:
    """Return the settings, with the names of the arguments as their sources. Raises InvalidSettings.

    With ``from_env``, what is not given comes from the environment and the nearest ``.env``, as in an SDK that is
    started here. With ``trust_env``, proxies and CA bundle come from the environment in any case.
    """
    from probes.catalog.door_files import DoorsError
    from probes.settings.config_file import Config, ConfigTable
    from probes.settings.gather import gather
    from probes.settings.network_settings import surroundings
    from probes.settings.options import Options

    if base_url is None and not from_env:
        raise InvalidSettings("Give a base_url, or from_env=True to use the settings of the environment and .env.")
    if protocol not in ("auto", *NAMES):
        raise InvalidSettings(f"protocol must be one of {', '.join(('auto', *NAMES))}.")
    if isinstance(connect_to, str):
        raise InvalidSettings("connect_to must be a list of texts, HOST:PORT:ADDR:PORT each.")
    options = Options(
        base_url=_url(base_url),
        key=_secret("api_key", api_key),
        model=_text("model", model),
        protocol=protocol
        if protocol != "auto"
        else None,  # the command line's `--protocol auto` asks for every protocol
        app=_text("app", app),
        headers=tuple(f"{name}: {_secret('headers', value)}" for name, value in (headers or {}).items()),
        no_env=not from_env,
        proxy=_text("proxy", proxy),
        ca_bundle=os.fspath(ca_bundle) if ca_bundle is not None else None,
        connect_to=tuple(connect_to),
        timeout=timeout,
        deadline=deadline,
        no_spend=no_spend,
        deep=deep,
        offline=offline,
        send_anyway=send_anyway,
    )
    cwd = Path.cwd()
    # `llmdoctor.toml` belongs to the command line. Its doors would also change what other checks of this process know.
    no_file = Config(cwd / "llmdoctor.toml", ConfigTable("check"), {})
    try:
        settings = gather(options, os.environ if from_env else {}, cwd, no_file)
        network = _network(options, trust_env, cwd) if trust_env != from_env else None
        found = surroundings(*network) if network is not None else (settings.proxies, settings.ca_bundle)
    except (BadInput, DoorsError) as error:
        raise InvalidSettings(in_python(str(error))) from None
    except TypeError:
        raise InvalidSettings("timeout and deadline must be numbers of seconds.") from None
    return _with_sources(replace(settings, proxies=found[0], ca_bundle=found[1]))


def _network(options: Options, trust_env: bool, cwd: Path) -> tuple[Options, Mapping[str, str], Path]:
    return replace(options, no_env=not trust_env), os.environ if trust_env else {}, cwd


def language(lang: str) -> str:
    """Return ``lang``. Raises InvalidSettings if there are no words in it."""
    if lang not in LANGS:
        raise InvalidSettings(f"lang must be one of {', '.join(LANGS)}.")
    return lang


def in_python(sentence: str) -> str:
    """Return a sentence about options of the command line as one about arguments.

    >>> in_python("--connect-to must be HOST:PORT:ADDR:PORT.")
    'connect_to must be HOST:PORT:ADDR:PORT.'
    """
    return re.sub(_OPTION, lambda found: _ARGUMENTS.get(found[1], found[1].replace("-", "_")), sentence)


def _url(given: str | UrlLike | None) -> str | None:
    if given is None or isinstance(given, str):
        return given
    if not hasattr(given, "host"):
        raise InvalidSettings("base_url must be a text or a URL object.")
    return str(given)


def _text(name: str, given: str | None) -> str | None:
    if given is not None and not isinstance(given, str):
        raise InvalidSettings(f"{name} must be a text.")
    return given


def _secret(name: str, given: str | SecretLike | None) -> str | None:
    value = given.get_secret_value() if isinstance(given, SecretLike) else given
    if value is not None and not isinstance(value, str):
        raise InvalidSettings(
            f"{name} must be a text, or an object with get_secret_value() such as pydantic's SecretStr."
        )
    return value


def _with_sources(settings: Settings) -> Settings:
    """Return the settings with the arguments' names as sources, in the place of the options'."""

    def renamed(value: Sourced[str] | None) -> Sourced[str] | None:
        return value if value is None else replace(value, source=_renamed(value.source))

    key = settings.key
    return replace(
        settings,
        base_url=renamed(settings.base_url),
        key=None if key is None else replace(key, source=_renamed(key.source)),
        model=renamed(settings.model),
        protocol=replace(settings.protocol, source=_renamed(settings.protocol.source)),
        ca_bundle=renamed(settings.ca_bundle),
        headers=tuple(
            replace(one, value=replace(one.value, source=_renamed(one.value.source))) for one in settings.headers
        ),
        proxies=replace(
            settings.proxies,
            http=renamed(settings.proxies.http),
            https=renamed(settings.proxies.https),
            all=renamed(settings.proxies.all),
        ),
    )


def _renamed(source: Source) -> Source:
    return replace(source, name=in_python(source.name)) if source.kind is SourceKind.OPTION else source
