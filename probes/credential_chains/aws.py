"""AWS: the chain of botocore, read from variables and files alone.

The order is that of ``create_credential_resolver`` in botocore 1.44.8: environment, role of the profile, web identity,
SSO, credentials file, console login, ``credential_process``, config file, container, instance. Before all of them,
Bedrock's clients take an API key from ``AWS_BEARER_TOKEN_BEDROCK``. A step that is configured but broken raises an
exception in botocore: the library stops there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from probes.config_formats.files import SkippedFile, text_of
from probes.credential_chains.aws_files import IniFile, masked, moment_of, nested, read_config, read_ini
from probes.credential_chains.chain import Chain, ObtainedCredential, ObtainFor
from probes.credential_chains.world import ChainWorld, bare_address, folders_word, secrets_in
from probes.model.attempt import Auth
from probes.model.credential import CredentialChain, CredentialChoice, CredentialStep, StepStatus
from probes.model.named_tuple import NamedTuple
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings, Flow, FlowPart, Sourced
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable

Material = tuple[tuple[str, Secret | str], ...]
METADATA = "http://169.254.169.254"  # of an EC2 instance
CONTAINER = "http://169.254.170.2"  # of a container on ECS
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")  # boto3 reads the second alone, the Anthropic SDK both in this order
MOST_ROLES = 5  # roles that a profile assumes one after another; nobody has more, and a loop has no end
_MISSING = Sourced("", DEFAULT)


class _Found(NamedTuple):
    """A step, and what is needed to obtain its credential: empty if it has none."""

    step: CredentialStep
    material: Material = ()
    flows: tuple[Flow, ...] = ()
    secret: Source | None = None  # where the secret stands, if that is not the place of the step


class _Aws(Chain):
    vendor = "aws"
    auth = Auth.SIGV4
    extra = "aws"
    library = "botocore"

    def read(self, world: ChainWorld) -> CredentialSettings:
        return _Reader(world).settings()

    async def obtain(self, found: CredentialSettings, wanted: ObtainFor) -> ObtainedCredential:
        from probes.credential_chains.aws_credential import obtain  # and with it botocore

        return await obtain(self, found, wanted)


class _Reader:
    """The reader of one world's chain."""

    def __init__(self, world: ChainWorld) -> None:
        self._world = world
        self._text = world.text
        self._config = read_config(
            self._file("AWS_CONFIG_FILE", "config"), self._file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        )
        self._profile = self._chosen_profile()
        self._values = self._config.profile(self._profile.value)

    # -- files and values ----------------------------------------------------------------------------------------------

    def _file(self, variable: str, usual: str) -> IniFile:
        world, named = self._world, self._world.variable(variable)
        home = world.home
        if named is None:
            if home is None:
                return IniFile(f"~/.aws/{usual}", Owner.USER)
            return read_ini(home / ".aws" / usual, f"~/.aws/{usual}", Owner.USER, None)
        path = self._path(named.value)
        if world.inside(named, path):
            return read_ini(path, named.value, Owner.FOLDER, world.cwd)
        return read_ini(path, named.value, Owner.USER, None, folders_word(named))

    def _path(self, text: str) -> Path:
        home = self._world.home
        if text.startswith("~/") and home is not None:
            return home / text[2:]
        return self._world.cwd / text

    def _chosen_profile(self) -> Sourced[str]:
        names = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")  # botocore reads them in this order
        found = next((one for name in names if (one := self._world.variable(name)) is not None), None)
        return found or Sourced("default", DEFAULT)

    def region(self) -> CredentialChoice | None:
        """Return the region of variables or profile, with the values that it shadows; None if nothing names one."""
        found = [one for name in REGIONS if (one := self._world.variable(name)) is not None]
        found += [self._values["region"]] if self._values.get("region", _MISSING).value else []
        if not found:
            return None
        others = tuple((one.value, one.source) for one in found[1:])
        return CredentialChoice("region", found[0].value, found[0].source, others)

    def _endpoint(self, service: str) -> Sourced[str] | None:
        """Return the address that replaces a service's own (``AWS_ENDPOINT_URL_STS``, ``services`` of the profile)."""
        if self._text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").lower() == "true":
            return None
        upper = service.upper().replace("-", "_")
        if (found := self._world.variable(f"AWS_ENDPOINT_URL_{upper}")) is not None:
            return found
        services = self._config.services.get(self._values.get("services", _MISSING).value, {})
        section = services.get(service.replace("-", "_"), _MISSING)
        if url := nested(section.value).get("endpoint_url", ""):
            return Sourced(url, section.source, chosen_by=section.chosen_by)
        return self._world.variable("AWS_ENDPOINT_URL") or self._values.get("endpoint_url")

    # -- the chain -----------------------------------------------------------------------------------------------------

    def settings(self) -> CredentialSettings:
        """Return the chain with the step at which botocore stops, and what that step needs."""
        found = list(self._steps())
        passed = (StepStatus.ABSENT, StepStatus.SHADOWED)
        won = next((number for number, one in enumerate(found) if one.step.status not in passed), -1)
        if won >= 0 and found[won].step.status is StepStatus.NOT_ASKED and not found[won].material:
            won = -1  # a metadata address that is switched off, or that nobody may ask here
        rows = tuple(
            replace(one.step, status=StepStatus.SHADOWED)
            if number > won >= 0 and one.step.status is StepStatus.WINS
            else one.step
            for number, one in enumerate(found)
        )
        region = self.region()
        choices = [region] if region is not None else []
        if self._profile.source is not DEFAULT or self._values:
            names = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
            given = [one for name in names if (one := self._world.variable(name)) is not None]
            others = tuple((one.value, one.source) for one in given[1:])
            choices.append(CredentialChoice("profile", self._profile.value, self._profile.source, others))
        winner = found[won] if won >= 0 else None
        material = [*winner.material, *self._surroundings(region)] if winner is not None else []
        return CredentialSettings(
            CredentialChain("aws", rows, won, tuple(choices)),
            material=tuple(material),
            secret=winner.secret if winner is not None else None,
            flows=winner.flows if winner is not None else (),
            metadata=self._world.metadata,
            programs=self._world.programs,
        )

    def _surroundings(self, region: CredentialChoice | None) -> Iterator[tuple[str, Secret | str]]:
        yield "region", region.value if region is not None else ""
        for service in ("sts", "sso"):
            if (found := self._endpoint(service)) is not None:
                yield f"endpoint_{service}", found.value
                yield from secrets_in(f"endpoint_{service}", found.value)

    def _steps(self) -> Iterator[_Found]:
        if self._world.key is not None:
            bearer = self._world.key.source.variable == "AWS_BEARER_TOKEN_BEDROCK"
            yield _Found(
                CredentialStep("bearer" if bearer else "key", StepStatus.WINS, self._world.key.source, "api_key")
            )
        else:
            yield self._no_bearer()
        # A file that nobody can read, and a profile that does not exist, break every client before it looks anywhere.
        if self._config.why:
            broken = self._config.config if self._config.config.why else self._config.credentials
            yield _Found(CredentialStep("config_file", StepStatus.UNREADABLE, broken.place(), why=broken.why))
            yield self._environment()
            return
        if (missing := self._missing_profile()) is not None:
            yield missing
            yield self._environment()
            return
        yield self._environment()
        yield self._role(self._profile.value, ())
        yield self._web_identity()
        yield self._sso(self._profile.value)
        yield self._static("credentials_file", self._profile.value, self._config.credentials)
        yield self._login(self._profile.value)
        yield self._process(self._profile.value)
        yield self._static("config_file", self._profile.value, self._config.config)
        yield self._container()
        yield self._instance()

    def _no_bearer(self) -> _Found:
        """Return the step of the API key. An empty variable counts: the SDKs send it instead of a signature.

        One that has a value is here where the user has chosen the chain instead (``--credential aws``).
        """
        if (passed := self._world.variable("AWS_BEARER_TOKEN_BEDROCK")) is not None and passed.value:
            why = note("key_passed")
            return _Found(CredentialStep("bearer", StepStatus.SHADOWED, passed.source, "api_key", why=why))
        empty = self._world.emptied("AWS_BEARER_TOKEN_BEDROCK") if self._world.emptied is not None else None
        if empty is None:
            return _absent("bearer", environment_variable("AWS_BEARER_TOKEN_BEDROCK"))
        step = CredentialStep("bearer", StepStatus.INCOMPLETE, empty.source, "api_key", why=note("aws_empty_key"))
        return _Found(step)

    def _environment(self) -> _Found:
        key, secret = self._world.variable("AWS_ACCESS_KEY_ID"), self._world.variable("AWS_SECRET_ACCESS_KEY")
        if key is None:
            why = note("aws_no_key_id") if secret is not None else ""
            return _absent("environment", environment_variable("AWS_ACCESS_KEY_ID"), why)
        names = ("AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
        token = next((one for name in names if (one := self._world.variable(name)) is not None), None)
        expires = moment_of(self._text("AWS_CREDENTIAL_EXPIRATION"))
        return self._keys("environment", key, secret, token, "AWS_SECRET_ACCESS_KEY", expires)

    def _keys(
        self,
        step: str,
        key: Sourced[str],
        secret: Sourced[str] | None,
        token: Sourced[str] | None,
        wanted: str,
        expires: float = 0.0,
    ) -> _Found:
        kind = "session" if token is not None else "access_key"
        hints = (("key", masked(key.value)),)
        if secret is None or not secret.value:
            lacks = note("aws_lacks", name=wanted)
            return _Found(CredentialStep(step, StepStatus.INCOMPLETE, key.source, kind, hints=hints, why=lacks))
        ended = 0 < expires < self._world.now
        status = StepStatus.EXPIRED if ended else StepStatus.WINS
        why: str | Note = note("aws_lacks_token") if key.value.startswith("ASIA") and token is None else ""
        material: Material = (
            ("0", "static"),
            ("0.access_key", key.value),
            ("0.secret", Secret(secret.value)),
            *((("0.token", Secret(token.value)),) if token is not None else ()),
        )
        # A file of the folder may name the one, and the user have set the other.
        places = [one.source for one in (secret, token) if one is not None and one.source.owner is not key.source.owner]
        lent = next((one for one in places if one.owner is Owner.USER), None)
        return _Found(CredentialStep(step, status, key.source, kind, expires, hints, why), material, secret=lent)

    def _static(self, step: str, profile: str, file: IniFile) -> _Found:
        """Return the access key of a profile in one of the two files."""
        sections = file.sections if step == "credentials_file" else self._config.own_profiles
        values = sections.get(profile, {})
        key = values.get("aws_access_key_id")
        place = file.place(f"[{profile}]")
        if key is None:
            return _absent(step, place, self._unprefixed(profile) if step == "config_file" else "")
        names = ("aws_security_token", "aws_session_token")
        token = next((values[name] for name in names if name in values), None)
        return self._keys(step, key, values.get("aws_secret_access_key"), token, "aws_secret_access_key")

    def _unprefixed(self, profile: str) -> str | Note:
        return note("aws_no_prefix", name=profile) if profile in self._config.unprefixed else ""

    def _missing_profile(self) -> _Found | None:
        """Return the step of a profile that a variable names and no file has; None if there is one or none is named."""
        name, place = self._profile.value, self._profile.source
        if place is DEFAULT or name in self._config.profiles:
            return None
        why = self._unprefixed(name) or note("aws_no_profile", name=name)
        return _Found(CredentialStep("assume_role", StepStatus.INCOMPLETE, place, "profile", why=why))

    def _role(self, profile: str, before: tuple[str, ...]) -> _Found:
        values = self._config.profile(profile)
        arn = values.get("role_arn")
        why: str | Note
        if arn is None or "web_identity_token_file" in values:
            return _absent("assume_role", self._config.config.place(f"[{profile}] role_arn"))
        source, named = values.get("source_profile"), values.get("credential_source")
        hints = [("role", arn.value)]
        step = CredentialStep("assume_role", StepStatus.NOT_ASKED, arn.source, "role")
        if (source is None) is (named is None):
            why = note("aws_lacks", name="source_profile") if source is None else note("aws_two_sources")
            return _Found(replace(step, status=StepStatus.INCOMPLETE, hints=tuple(hints), why=why))
        if "mfa_serial" in values:
            hints.append(("mfa", values["mfa_serial"].value))
        base = self._source(profile, source, named, (*before, profile))
        hints.append(("from", source.value if source is not None else named.value if named is not None else ""))
        if not base.material:
            status = base.step.status if base.step.status is not StepStatus.ABSENT else StepStatus.INCOMPLETE
            why = base.step.why or note("aws_source_empty", name=hints[-1][1])
            return _Found(replace(step, status=status, expires=base.step.expires, hints=tuple(hints), why=why))
        if base.step.status in (StepStatus.EXPIRED, StepStatus.INCOMPLETE):
            step = replace(step, status=base.step.status, expires=base.step.expires)
        number = 1 + max(int(name) for name, _ in base.material if name.isdigit())
        options = ("role_arn", "external_id", "role_session_name", "duration_seconds", "mfa_serial")
        role = [(str(number), "role"), *((f"{number}.{one}", values[one].value) for one in options if one in values)]
        secret = base.secret or base.step.source
        flows = (*base.flows, *self._redirected("sts", secret))
        return _Found(replace(step, hints=tuple(hints)), (*base.material, *role), flows, secret)

    def _source(
        self, profile: str, source: Sourced[str] | None, named: Sourced[str] | None, before: tuple[str, ...]
    ) -> _Found:
        """Return the credential with which a role is assumed."""
        if source is None:
            makers: dict[str, Callable[[], _Found]] = {
                "Environment": self._environment,
                "Ec2InstanceMetadata": self._instance,
                "EcsContainer": self._container,
            }
            maker = makers.get(named.value if named is not None else "")
            return maker() if maker is not None else _absent("assume_role", named.source if named is not None else None)
        other = source.value
        if other not in self._config.profiles or len(before) > MOST_ROLES or (other in before and other != profile):
            return _absent("assume_role", source.source)
        values = self._config.profile(other)
        static = bool({"aws_access_key_id", "aws_secret_access_key"} & values.keys())
        if "role_arn" in values and not static and other != profile:
            return self._role(other, before)
        steps = (
            self._web_identity(other, variables=False),
            self._sso(other),
            self._static("credentials_file", other, self._config.credentials),
            self._login(other),
            self._process(other),
            self._static("config_file", other, self._config.config),
        )
        return next(
            (one for one in steps if one.step.status is not StepStatus.ABSENT), _absent("assume_role", source.source)
        )

    def _web_identity(self, profile: str = "", *, variables: bool = True) -> _Found:
        values = self._config.profile(profile or self._profile.value)

        def value(name: str, variable: str) -> Sourced[str] | None:
            return (self._world.variable(variable) if variables else None) or values.get(name)

        file = value("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE")
        arn = value("role_arn", "AWS_ROLE_ARN")
        if file is None:
            return _absent("web_identity", environment_variable("AWS_WEB_IDENTITY_TOKEN_FILE"))
        step = CredentialStep("web_identity", StepStatus.NOT_ASKED, file.source, "role", hints=(("file", file.value),))
        if arn is None:
            return _Found(replace(step, status=StepStatus.INCOMPLETE, why=note("aws_lacks", name="AWS_ROLE_ARN")))
        step = replace(step, hints=(*step.hints, ("role", arn.value)))
        path = self._path(file.value)
        try:
            inside = self._world.inside(file, path)
            token = text_of(path, self._world.cwd if inside else None)
        except SkippedFile as error:
            return _Found(replace(step, status=StepStatus.UNREADABLE, why=error.why))
        if token is None:
            return _Found(replace(step, status=StepStatus.UNREADABLE, why=note("aws_no_file")))
        from probes.keys.tokens import token_of  # few settings have a token

        said = token_of(token)
        if said is not None and 0 < said.expires < self._world.now:
            step = replace(step, status=StepStatus.EXPIRED, expires=said.expires)
        elif said is not None and said.expires:
            step = replace(step, expires=said.expires)
        name = value("role_session_name", "AWS_ROLE_SESSION_NAME")
        material: Material = (("0", "web_identity"), ("0.token", Secret(token)), ("0.role_arn", arn.value))
        if name is not None:
            material += (("0.role_session_name", name.value),)
        place = file.source if inside else Source(SourceKind.CHAIN_FILE, Owner.USER, "", file.value)
        flows = self._redirected("sts", place)
        if (chosen_by := folders_word(file)) is not None and not inside:
            host = self._host_of("sts")
            flows = (*flows, Flow(place, chosen_by, FlowPart.CREDENTIAL, host, f"{host} {file.value}"))
        return _Found(step, material, flows, place)

    def _sso(self, profile: str) -> _Found:
        values = self._config.profile(profile)
        account, role = values.get("sso_account_id"), values.get("sso_role_name")
        if account is None and role is None:
            return _absent("sso", self._config.config.place(f"[{profile}] sso_account_id"))
        first = account or role
        assert first is not None
        named = values.get("sso_session")
        session = self._config.sessions.get(named.value, {}) if named is not None else {}
        whole = {**values, **session}
        lacking = [
            name
            for name in ("sso_role_name", "sso_account_id", "sso_start_url", "sso_region")
            if not whole.get(name, _MISSING).value
        ]
        step = CredentialStep("sso", StepStatus.NOT_ASKED, first.source, "session")
        hints = [(name, one.value) for name, one in (("account", account), ("role", role)) if one is not None]
        step = replace(step, hints=tuple(hints))
        if lacking:
            return _Found(replace(step, status=StepStatus.INCOMPLETE, why=note("aws_lacks", name=", ".join(lacking))))
        url = whole["sso_start_url"].value
        key = named.value if named is not None else url
        cached = self._cached(key)
        if isinstance(cached, Note):
            return _Found(replace(step, status=StepStatus.EXPIRED, why=cached))
        token, expires, renews = cached
        hints += [("renews", "yes")] if renews else []
        step = replace(step, expires=expires, hints=tuple(hints))
        if expires < self._world.now:
            step = replace(step, status=StepStatus.EXPIRED, why=note("aws_renewable") if renews else "")
        material: Material = (
            ("0", "sso"),
            ("0.token", Secret(token)),
            ("0.region", whole["sso_region"].value),
            ("0.account", whole["sso_account_id"].value),
            ("0.role", whole["sso_role_name"].value),
        )
        # Whoever names account and role: the login is one of the user's.
        place = Source(SourceKind.CHAIN_FILE, Owner.USER, "", f"~/.aws/sso/cache/{_cache_name(key)}")
        return _Found(step, material, self._redirected("sso", place), place)

    def _cached(self, key: str) -> tuple[str, float, bool] | Note:
        """Return the token of an SSO login, when it expires, and whether the app could renew it; a note if it has none.

        The name of the file is the SHA-1 of the session's name or, without one, of the start URL.
        """
        home = self._world.home
        try:
            text = text_of(home / ".aws" / "sso" / "cache" / _cache_name(key)) if home is not None else None
            held = json.loads(text) if text is not None else None
        except (SkippedFile, ValueError, RecursionError):
            return note("aws_login_unreadable")
        if held is None:
            return note("aws_never_signed_in")
        if not isinstance(held, dict):
            return note("aws_login_unreadable")
        token, expires = held.get("accessToken"), held.get("expiresAt")
        if not isinstance(token, str) or not isinstance(expires, str):
            return note("aws_login_unreadable")
        registered = moment_of(str(held.get("registrationExpiresAt") or ""))
        renews = bool(held.get("refreshToken")) and registered > self._world.now
        return token, moment_of(expires), renews

    def _login(self, profile: str) -> _Found:
        """Return the login of ``aws login``. Its keys are bound to the program: only the app may use and renew them."""
        session = self._config.profile(profile).get("login_session")
        if session is None:
            return _absent("login", self._config.config.place(f"[{profile}] login_session"))
        return _Found(
            CredentialStep("login", StepStatus.NOT_ASKED, session.source, "session", why=note("aws_login_own")),
            (("0", "login"),),
        )

    def _process(self, profile: str) -> _Found:
        command = self._config.profile(profile).get("credential_process")
        if command is None:
            return _absent("process", self._config.config.place(f"[{profile}] credential_process"))
        program = _program_of(command.value)
        step = CredentialStep("process", StepStatus.NOT_ASKED, command.source, "session", hints=(("program", program),))
        foreign = folders_word(command) is not None
        if foreign:
            step = replace(step, why=note("program_of_folder"))
        elif not self._world.programs:
            step = replace(step, why=note("program_not_started"))
        # Arguments of the program may hold a secret of its own.
        material: Material = (("0", "process"), ("0.command", Secret(command.value)))
        if foreign:
            material += (("0.foreign", "yes"),)
        return _Found(step, material)

    def _container(self) -> _Found:
        relative = self._world.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        uri = relative or self._world.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
        if uri is None:
            return _absent("container", environment_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"))
        url = f"{CONTAINER}{uri.value}" if relative is not None else uri.value
        step = CredentialStep(
            "container", StepStatus.NOT_ASKED, uri.source, "session", hints=(("address", bare_address(url)),)
        )
        if not self._world.metadata:
            return _Found(replace(step, why=note("metadata_not_asked")))
        material: Material = (("0", "container"), ("0.url", url), *secrets_in("0.url", url))
        file = self._world.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        token = self._world.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        flows: tuple[Flow, ...] = ()
        if file is not None:
            try:
                inside = self._world.inside(file, self._path(file.value))
                text = text_of(self._path(file.value), self._world.cwd if inside else None)
            except SkippedFile as error:
                return _Found(replace(step, status=StepStatus.UNREADABLE, why=error.why))
            if text is None:
                return _Found(replace(step, status=StepStatus.UNREADABLE, why=note("aws_no_file")))
            material += (("0.authorization", Secret(text)),)
            chosen = next((one for one in (uri, file) if one.source.owner is Owner.FOLDER), None)
            if chosen is not None and not inside:
                place = Source(SourceKind.CHAIN_FILE, Owner.USER, "", file.value)
                flows = (Flow(place, chosen.source, FlowPart.CREDENTIAL, _host(url), f"{url} {file.value}"),)
        elif token is not None:
            material += (("0.authorization", Secret(token.value)),)
            if uri.source.owner is Owner.FOLDER and token.source.owner is Owner.USER:
                flows = (Flow(token.source, uri.source, FlowPart.CREDENTIAL, _host(url), url),)
        # What the container's address gives out is no secret of the folder, whoever names the address.
        return _Found(step, material, flows, Source(SourceKind.METADATA, Owner.USER, bare_address(url)))

    def _instance(self) -> _Found:
        named = self._world.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") or self._values.get(
            "ec2_metadata_service_endpoint"
        )
        url = named.value if named is not None else METADATA
        source = named.source if named is not None else Source(SourceKind.METADATA, Owner.USER, url)
        step = CredentialStep(
            "instance", StepStatus.NOT_ASKED, source, "session", hints=(("address", bare_address(url)),)
        )
        if self._text("AWS_EC2_METADATA_DISABLED").lower() == "true":
            return _Found(replace(step, why=note("aws_metadata_off")))
        if not self._world.metadata:
            return _Found(replace(step, why=note("metadata_not_asked")))
        material: Material = (("0", "instance"), ("0.url", url), *secrets_in("0.url", url))
        if self._text("AWS_EC2_METADATA_V1_DISABLED").lower() == "true":
            material += (("0.only_v2", "yes"),)
        flows: tuple[Flow, ...] = ()
        place = Source(SourceKind.METADATA, Owner.USER, METADATA)
        if named is not None and (chosen_by := folders_word(named)) is not None:
            flows = (Flow(place, chosen_by, FlowPart.CREDENTIAL, _host(url), url),)
        return _Found(step, material, flows, place)

    # -- where secrets go ----------------------------------------------------------------------------------------------

    def _host_of(self, service: str) -> str:
        found = self._endpoint(service)
        return _host(found.value) if found is not None else f"{service}.amazonaws.com"

    def _redirected(self, service: str, secret: Source | None) -> tuple[Flow, ...]:
        """Return the flow of a secret to an address that a file of the folder names for a service of AWS."""
        found = self._endpoint(service)
        chosen_by = folders_word(found) if found is not None else None
        if found is None or chosen_by is None or secret is None or secret.owner is Owner.FOLDER:
            return ()
        return (Flow(secret, chosen_by, FlowPart.CREDENTIAL, _host(found.value), found.value),)


def _cache_name(key: str) -> str:
    """Return the name of the file in which the AWS CLI keeps the login of a session or a start URL."""
    return f"{hashlib.sha1(key.encode('utf-8', 'surrogateescape'), usedforsecurity=False).hexdigest()}.json"


def region_of_profile(environ: Mapping[str, str], home: Path | None, cwd: Path) -> str:
    """Return the region that the profile of the environment has in AWS' own files; empty if it has none."""

    def variable(name: str) -> Sourced[str] | None:
        return Sourced(value, environment_variable(name)) if (value := environ.get(name)) else None

    chosen = _Reader(ChainWorld(variable, home, cwd, None, "", None, 0.0)).region()
    return chosen.value if chosen is not None else ""


def _program_of(command: str) -> str:
    """Return the name of the program that a command line starts, without its folder."""
    text = command.strip()
    quote = text[:1] if text[:1] in ("'", '"') else ""
    first = text[1:].partition(quote)[0] if quote else (text.split() or [""])[0]
    return Path(first.replace("\\", "/")).name


def _absent(step: str, place: Source | None, why: str | Note = "") -> _Found:
    return _Found(CredentialStep(step, StepStatus.ABSENT, place, why=why))


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url[:80]
    except ValueError:
        return url[:80]


CHAIN = _Aws()
