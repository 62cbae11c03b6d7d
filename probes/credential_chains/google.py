"""Google: Application Default Credentials as google-auth finds them, read from variables and files alone.

The order is that of ``google.auth.default`` in google-auth 2.63: the file that ``GOOGLE_APPLICATION_CREDENTIALS``
names, the file of ``gcloud auth application-default login``, and the metadata server of a machine or container on
Google Cloud. A file that is there but broken raises an exception: the library stops there. The login of
``gcloud auth login`` is in no library's chain, though many people expect it there; it is shown, and never used.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from probes.config_formats.files import SkippedFile, text_of
from probes.credential_chains.aws_files import read_ini
from probes.credential_chains.chain import Chain, ObtainedCredential, ObtainFor
from probes.credential_chains.google_addresses import ANTHROPIC, METADATA, completed, location_of
from probes.credential_chains.google_files import sealed
from probes.credential_chains.world import ChainWorld, bare_address, folders_word, secrets_in
from probes.model.attempt import Auth
from probes.model.credential import CredentialChain, CredentialChoice, CredentialStep, StepStatus
from probes.model.named_tuple import NamedTuple
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings, Flow, FlowPart, Sourced
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable

if TYPE_CHECKING:
    from probes.catalog.app import AppWire

Material = tuple[tuple[str, Secret | str], ...]
METADATA_IP = "169.254.169.254"
ADC_FILE = "application_default_credentials.json"
VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
# What google-auth demands of each kind of file, and the kind that a report names.
_DEMANDED = {
    "service_account": ("client_email", "token_uri", "private_key"),
    "authorized_user": ("refresh_token", "client_id", "client_secret"),
    "external_account": ("audience", "subject_token_type", "token_url"),
    "external_account_authorized_user": ("audience", "refresh_token", "token_url", "client_id", "client_secret"),
    "impersonated_service_account": ("source_credentials", "service_account_impersonation_url"),
}
KINDS = {
    "service_account": "service_account",
    "authorized_user": "user",
    "external_account": "federation",
    "external_account_authorized_user": "user",
    "impersonated_service_account": "impersonated",
}
_PROJECTS = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT")
_LOCATIONS = ("GOOGLE_CLOUD_LOCATION", "CLOUD_ML_REGION")
_EVERYWHERE = "global"  # the location in a base URL while none is known
# The addresses in a file of federation that get the token from elsewhere, or one that was made of it.
_RECEIVERS = ("token_url", "service_account_impersonation_url", "token_info_url")
_AWS_TOKEN = "urn:ietf:params:aws:token-type:aws4_request"  # noqa: S105 - the name of a kind
_LONGEST = 300  # characters of a name in a file that are shown


class _GoogleStep(NamedTuple):
    """A step, and what is needed to obtain its credential: empty if it has none."""

    step: CredentialStep
    material: Material = ()
    flows: tuple[Flow, ...] = ()
    project: Sourced[str] | None = None
    quota: Sourced[str] | None = None
    secret: Source | None = None  # where the secret stands, if that is not the place of the step


class _Google(Chain):
    vendor = "google"
    auth = Auth.BEARER
    extra = "google"
    library = "google.auth"

    def read(self, world: ChainWorld) -> CredentialSettings:
        return _GoogleReader(world).settings()

    def before_key(self, world: ChainWorld) -> bool:
        """Check whether the SDK ignores a key of a variable: it does if a project or a location is set."""
        client = _client(world)
        named = any(world.variable(name) is not None for name in (*client.project, *client.place))
        shared = world.key is not None and world.key.source.variable in client.key
        return shared and named and not client.key_before_chain

    def base_url(self, base: Sourced[str], protocol: str, chain: CredentialChain) -> str:
        """Return the base URL with the project and location that the SDKs add to it; as given if it has them."""
        if protocol not in ("vertex", ANTHROPIC):
            return base.value
        project, location = chain.choice("project"), chain.choice("location")
        return completed(
            base.value,
            protocol,
            project.value if project is not None and chain.used else "",
            location.value if location is not None else _EVERYWHERE,
            any_host=base.source.kind is SourceKind.DEFAULT,
        )

    def style(self, key: Secret, protocol: str) -> Auth | None:
        express = protocol == "vertex" and key.reveal().startswith(("AIza", "AQ."))
        return Auth.X_GOOG_API_KEY if express else None

    async def obtain(self, found: CredentialSettings, wanted: ObtainFor) -> ObtainedCredential:
        from probes.credential_chains.google_credential import obtain  # and with it google-auth

        return await obtain(self, found, wanted)


class _GoogleReader:
    """The reader of one world's chain."""

    def __init__(self, world: ChainWorld) -> None:
        self._world = world
        self._folder = self._cloud_sdk()
        self._configuration = self._active_configuration()

    def _cloud_sdk(self) -> tuple[Path | None, str, Owner, Source | None]:
        """Return the folder of Google's own tools, how it is shown, whose it is, and the folder's value that chose it.

        The last part is None if the user did.
        """
        named = self._world.variable("CLOUDSDK_CONFIG")
        if named is not None:
            path = self._path(named.value)
            return path, named.value, self._owner(named, path), folders_word(named)
        if os.name == "nt":
            data = self._world.variable("APPDATA")
            root = Path(data.value) if data is not None else Path(self._world.text("SystemDrive") or "C:") / "\\"
            return root / "gcloud", "%APPDATA%\\gcloud", Owner.USER, folders_word(data) if data is not None else None
        home = self._world.home
        return (home / ".config" / "gcloud" if home is not None else None), "~/.config/gcloud", Owner.USER, None

    def _path(self, text: str) -> Path:
        return self._world.cwd / text  # google-auth does not expand a tilde

    def _owner(self, named: Sourced[str], path: Path) -> Owner:
        """Return whose file it is that a variable names: the folder's own, or one of the user's."""
        return Owner.FOLDER if self._world.inside(named, path) else Owner.USER

    def _active_configuration(self) -> Mapping[str, Sourced[str]]:
        """Return the values of ``[core]`` in the active configuration of the gcloud CLI."""
        folder, shown, owner, _ = self._folder
        if folder is None:
            return {}
        inside = self._world.cwd if owner is Owner.FOLDER else None
        name = self._world.text("CLOUDSDK_ACTIVE_CONFIG_NAME")
        if not name:
            try:
                name = (text_of(folder / "active_config", inside) or "").strip()
            except SkippedFile:
                name = ""
        name = name if re.fullmatch(r"[a-z][a-z0-9-]{0,62}", name) else "default"
        path = folder / "configurations" / f"config_{name}"
        return read_ini(path, f"{shown}/configurations/config_{name}", owner, inside).sections.get("core", {})

    # -- the chain -----------------------------------------------------------------------------------------------------

    def settings(self) -> CredentialSettings:
        """Return the chain with the step at which google-auth stops, and what that step needs."""
        found = list(self._steps())
        # The library goes past a login of gcloud's, and past a key that it ignores, which are there all the same.
        possible = [one.step.status not in (StepStatus.ABSENT, StepStatus.SHADOWED) for one in found]
        won = possible.index(True) if True in possible else -1
        if won >= 0 and found[won].step.status is StepStatus.NOT_ASKED and not found[won].material:
            won = -1  # a metadata server that is switched off, or that nobody may ask here
        rows = tuple(
            replace(one.step, status=StepStatus.SHADOWED)
            if number > won >= 0 and one.step.status is StepStatus.WINS
            else one.step
            for number, one in enumerate(found)
        )
        winner = found[won] if won >= 0 else None
        choices = tuple(
            one for one in (self._project(winner), self._location(), self._quota(winner)) if one is not None
        )
        material: Material = winner.material if winner is not None else ()
        if material:
            material += tuple((one.name, one.value) for one in choices)
        return CredentialSettings(
            CredentialChain("google", rows, won, choices),
            material=material,
            secret=winner.secret if winner is not None else None,
            flows=winner.flows if winner is not None else (),
            metadata=self._world.metadata,
            programs=self._world.programs,
        )

    def _steps(self) -> Iterator[_GoogleStep]:
        if self._world.key is not None:
            yield _GoogleStep(CredentialStep("key", StepStatus.WINS, self._world.key.source, "api_key"))
        elif self._world.protocol != ANTHROPIC:  # whose models take no key
            yield self._no_key()
        folder, shown, owner, chosen_by = self._folder
        adc = folder / ADC_FILE if folder is not None else None
        place = f"{shown}{chr(92) if shown.startswith('%') else '/'}{ADC_FILE}"
        named = self._world.variable(VARIABLE)
        if named is None or not named.value:
            yield _absent("application_credentials", environment_variable(VARIABLE))
        else:
            yield self._named(named)
        if adc is None:
            yield _absent("adc_file", Source(SourceKind.CHAIN_FILE, Owner.USER, "", place))
        else:
            yield self._file("adc_file", adc, Source(SourceKind.CHAIN_FILE, owner, "", place), chosen_by)
        yield self._metadata()
        yield self._cli()

    def _no_key(self) -> _GoogleStep:
        """Return the step of an API key: nobody has set one, or it is ignored for a project, a location or a login."""
        names = _client(self._world).key
        found = next((one for one in map(self._world.variable, names) if one is not None and one.value), None)
        if found is None:
            return _absent("key", environment_variable("GOOGLE_API_KEY"))
        why = note("google_key_ignored")
        return _GoogleStep(CredentialStep("key", StepStatus.SHADOWED, found.source, "api_key", why=why))

    def _named(self, named: Sourced[str]) -> _GoogleStep:
        path = self._path(named.value)
        source = named.source
        if source.owner is Owner.FOLDER and self._owner(named, path) is Owner.USER:
            # The folder chose it, but what lies there is the user's: it goes nowhere without the user's word.
            source = Source(SourceKind.CHAIN_FILE, Owner.USER, "", named.value)
        hints = (("file", named.value),)
        return self._file("application_credentials", path, source, folders_word(named), hints, StepStatus.UNREADABLE)

    def _file(
        self,
        name: str,
        path: Path,
        source: Source,
        chosen_by: Source | None,
        hints: tuple[tuple[str, str], ...] = (),
        missing: StepStatus = StepStatus.ABSENT,
    ) -> _GoogleStep:
        """Return the step of a file with credentials. ``chosen_by`` is the folder's value that names it, if one does.

        Then what the file takes from elsewhere, and where it sends that, is not the user's word, wherever it lies.
        """
        step = CredentialStep(name, StepStatus.WINS, source, hints=hints)
        try:
            text = text_of(path, self._world.cwd if source.owner is Owner.FOLDER else None)
        except SkippedFile as error:
            return _GoogleStep(replace(step, status=StepStatus.UNREADABLE, why=error.why))
        if text is None:
            why: str | Note = note("aws_no_file") if missing is not StepStatus.ABSENT else ""
            return _GoogleStep(replace(step, status=missing, why=why))
        try:
            info = json.loads(text)
        except (ValueError, RecursionError):
            info = None
        if not isinstance(info, dict):
            return _GoogleStep(replace(step, status=StepStatus.UNREADABLE, why=note("google_no_json")))
        kind = _text(info, "type")
        if kind not in _DEMANDED:
            return _GoogleStep(replace(step, status=StepStatus.INCOMPLETE, why=note("google_type", name=kind or "–")))
        shown = [(label, value) for label, value in _shown(info) if value]
        step = replace(step, kind=KINDS[kind], hints=(*hints, *shown))
        lacking = [one for one in _DEMANDED[kind] if not info.get(one)]
        if lacking:
            return _GoogleStep(
                replace(step, status=StepStatus.INCOMPLETE, why=note("aws_lacks", name=", ".join(lacking)))
            )
        open_info, secrets = sealed(info)
        material: Material = (("0", "file"), ("0.info", json.dumps(open_info)), *secrets)
        flows: tuple[Flow, ...] = ()
        secret: Source | None = None
        if kind == "external_account":
            sourced = self._subject(info, step, source, chosen_by)
            step, material = sourced.step, material + sourced.material
            flows, secret = sourced.flows, sourced.secret
            if step.status is not StepStatus.WINS:
                return _GoogleStep(step, material if sourced.material else (), flows)
        project, quota = _text(info, "project_id"), _text(info, "quota_project_id")
        return _GoogleStep(
            step,
            material,
            flows,
            Sourced(project, source) if project and kind == "service_account" else None,
            Sourced(quota, source) if quota else None,
            secret,
        )

    def _subject(
        self, info: Mapping[str, Any], step: CredentialStep, source: Source, chosen_by: Source | None
    ) -> _GoogleStep:
        """Return the step with the token that workload identity federation exchanges, or the place that gives it."""
        given = info.get("credential_source")
        origin = given if isinstance(given, dict) else {}
        file, url, program = _text(origin, "file"), _text(origin, "url"), origin.get("executable")
        # google-auth decides by this type; the files that gcloud writes for AWS have a URL as well.
        of_aws = _text(info, "subject_token_type") == _AWS_TOKEN
        folder = chosen_by is not None or source.owner is Owner.FOLDER
        named_by = chosen_by or source

        def flows_of(place: Source, what: str) -> tuple[Flow, ...]:
            """Return the flows of what the file takes from elsewhere: to each host that it names for it."""
            hosts = {_host(url): url for name in _RECEIVERS if (url := _text(info, name))}
            return tuple(
                Flow(place, named_by, FlowPart.CREDENTIAL, host, f"{url[:_LONGEST]} {what}")
                for host, url in hosts.items()
            )

        if isinstance(program, dict) and not of_aws:
            command = _text(program, "command")
            name = Path((command.split() or [""])[0]).name
            step = replace(step, hints=(*step.hints, ("program", name)))
            material: Material = (("0.source", "program"), ("0.command", Secret(command)))
            if folder:
                material += (("0.foreign", "yes"),)
            if folder or not self._world.programs:
                step = replace(step, status=StepStatus.NOT_ASKED, why=note("program_not_started"))
            return _GoogleStep(step, material)
        if file and not of_aws:
            step = replace(step, hints=(*step.hints, ("token_file", file)))
            path = self._path(file)
            inside = source.owner is Owner.FOLDER and self._world.cwd in path.parents
            try:
                token = text_of(path, self._world.cwd if inside else None)
            except SkippedFile as error:
                return _GoogleStep(replace(step, status=StepStatus.UNREADABLE, why=error.why))
            if token is None:
                return _GoogleStep(replace(step, status=StepStatus.UNREADABLE, why=note("aws_no_file")))
            material = (("0.source", "file"), ("0.token", Secret(token.strip())))
            if inside or not folder:
                return _GoogleStep(step, material)
            place = Source(SourceKind.CHAIN_FILE, Owner.USER, "", file)
            return _GoogleStep(step, material, flows_of(place, file), secret=place)
        if url or of_aws:
            # A metadata address of another cloud: what it answers is the user's, wherever the file comes from.
            address = bare_address(url or _text(origin, "regional_cred_verification_url")) or "aws"
            step = replace(step, hints=(*step.hints, ("address", address[:_LONGEST])))
            if not self._world.metadata:
                return _GoogleStep(replace(step, status=StepStatus.NOT_ASKED, why=note("metadata_not_asked")))
            material = (("0.source", "aws"), *self._aws_keys()) if of_aws else (("0.source", "url"),)
            material += secrets_in("0.url", url)
            if not folder:
                return _GoogleStep(step, material)
            place = Source(SourceKind.METADATA, Owner.USER, address[:_LONGEST])
            return _GoogleStep(step, material, flows_of(place, address[:_LONGEST]), secret=place)
        why = note("aws_lacks", name="credential_source")
        return _GoogleStep(replace(step, status=StepStatus.INCOMPLETE, why=why))

    def _aws_keys(self) -> Iterator[tuple[str, Secret | str]]:
        """Yield the AWS credentials of the environment, with which federation from AWS signs."""
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            if (value := self._world.text(name)) != "":
                yield f"0.{name}", Secret(value)
        yield "0.region", self._world.text("AWS_REGION") or self._world.text("AWS_DEFAULT_REGION")

    def _metadata(self) -> _GoogleStep:
        names = ("GCE_METADATA_HOST", "GCE_METADATA_ROOT")
        named = next((one for name in names if (one := self._world.variable(name)) is not None), None)
        at = self._world.variable("GCE_METADATA_IP")
        host = named.value if named is not None else METADATA
        source = named.source if named is not None else Source(SourceKind.METADATA, Owner.USER, METADATA)
        step = CredentialStep("metadata", StepStatus.NOT_ASKED, source, "service_account", hints=(("address", host),))
        if self._world.text("NO_GCE_CHECK") == "true":
            return _GoogleStep(replace(step, why=note("google_metadata_off")))
        if not self._world.metadata:
            return _GoogleStep(replace(step, why=note("metadata_not_asked")))
        material: Material = (
            ("0", "metadata"),
            ("0.host", host),
            ("0.ip", at.value if at is not None else METADATA_IP),
        )
        flows = tuple(
            Flow(
                Source(SourceKind.METADATA, Owner.USER, METADATA), one.source, FlowPart.CREDENTIAL, one.value, one.value
            )
            for one in (named, at)
            if one is not None and one.source.owner is Owner.FOLDER
        )
        machine = Source(SourceKind.METADATA, Owner.USER, METADATA)
        return _GoogleStep(step, material, flows, secret=machine)

    def _cli(self) -> _GoogleStep:
        """Return the login of the gcloud CLI, which no library uses."""
        account = self._world.variable("CLOUDSDK_CORE_ACCOUNT") or self._configuration.get("account")
        if account is None or not account.value:
            place = Source(
                SourceKind.CHAIN_FILE, self._folder[2], "", f"{self._folder[1]}/configurations/config_default"
            )
            return _absent("cli", place)
        hints = (("account", account.value[:_LONGEST]),)
        why = note("google_cli_unused")
        return _GoogleStep(CredentialStep("cli", StepStatus.SHADOWED, account.source, "user", hints=hints, why=why))

    # -- project, location, quota project ------------------------------------------------------------------------------

    def _project(self, winner: _GoogleStep | None) -> CredentialChoice | None:
        client = _client(self._world)
        # An app may hand on to its library what stands elsewhere; of a named app, it is known what it reads.
        names = client.project if self._world.app else (*client.project, *_PROJECTS)
        found = [self._world.variable(name) for name in dict.fromkeys(names)]
        found.append(winner.project if winner is not None else None)
        if winner is not None and winner.step.step == "adc_file":  # google-auth asks the gcloud CLI for it
            found += [self._world.variable("CLOUDSDK_CORE_PROJECT"), self._configuration.get("project")]
        return _choice("project", found)

    def _location(self) -> CredentialChoice | None:
        """Return the location; None if the client has no default and finds none, which is an error."""
        client = _client(self._world)
        model = self._world.model.rpartition("/")[2]
        own = next((name for start, name in client.place_by_model.items() if model.startswith(start)), None)
        names = client.place if self._world.app else (*client.place, *_LOCATIONS)
        base = self._world.base_url
        found = [self._world.variable(name) for name in dict.fromkeys((*((own,) if own else ()), *names))]
        if base is not None and base.source.kind is not SourceKind.DEFAULT and (place := _place_in(base.value)):
            found.append(Sourced(place, base.source))
        default = client.default_place
        return _choice("location", found) or (CredentialChoice("location", default, DEFAULT) if default else None)

    def _quota(self, winner: _GoogleStep | None) -> CredentialChoice | None:
        own = winner.quota if winner is not None else None
        return _choice("quota_project", [self._world.variable("GOOGLE_CLOUD_QUOTA_PROJECT"), own])


def _client(world: ChainWorld) -> AppWire:
    """Return how the client of a check speaks Vertex AI: the app that is named, else the official SDK."""
    from probes.catalog.apps import load, official  # a check at no door of Google's does not need them

    protocol = world.protocol if world.protocol in ("vertex", ANTHROPIC) else "vertex"
    app = load().get(world.app)
    found = (app.wire(protocol) if app is not None else None) or official(protocol).wire(protocol)
    assert found is not None
    return found


def _place_in(base: str) -> str:
    """Return the location that a base URL names, in its path or by its host; empty if it names none."""
    named = re.search(r"/locations/([\w-]{1,40})(?:/|$)", base)
    return named[1] if named is not None else location_of(_bare(base))


def _choice(name: str, found: list[Sourced[str] | None]) -> CredentialChoice | None:
    given = [one for one in found if one is not None and one.value]
    if not given:
        return None
    others = tuple((one.value, one.source) for one in given[1:] if one.value != given[0].value)
    return CredentialChoice(name, given[0].value, given[0].source, others)


def _absent(step: str, place: Source | None) -> _GoogleStep:
    return _GoogleStep(CredentialStep(step, StepStatus.ABSENT, place))


def _text(info: Mapping[str, Any], name: str) -> str:
    value = info.get(name)
    return value if isinstance(value, str) else ""


def _shown(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a report may show of a file: whose it is, and where it gets its tokens if that is not Google."""
    yield "account", (_text(info, "client_email") or _text(info, "account"))[:_LONGEST]
    url = _text(info, "service_account_impersonation_url")
    yield "target", url.rpartition("/")[2].partition(":")[0][:_LONGEST]
    host = _host(_text(info, "token_uri") or _text(info, "token_url"))
    yield "token_service", "" if host.endswith(".googleapis.com") else host


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url[:80]
    except ValueError:
        return url[:80]


def _bare(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


CHAIN = _Google()
