"""Microsoft Entra ID: the chain of azure-identity, read from variables and files alone.

The order is that of ``DefaultAzureCredential`` in azure-identity 1.27.0: environment, workload identity, managed
identity, Visual Studio Code, the logins of Azure CLI, Azure PowerShell and Azure Developer CLI.
``AZURE_TOKEN_CREDENTIALS`` leaves out some of them. A step without all that it needs is passed over; one that is whole
ends the walk, also when Entra refuses it; only after a program's login the next one is asked. Not read: Windows' shared
token cache and the broker, which keep their logins in keychains; of Visual Studio Code's, only that there is one.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from probes.config_formats.files import SkippedFile, text_of
from probes.credential_chains.chain import Chain, ObtainedCredential, ObtainFor
from probes.credential_chains.world import ChainWorld, bare_address, secrets_in
from probes.model.credential import CredentialChain, CredentialChoice, CredentialStep, StepStatus
from probes.model.named_tuple import NamedTuple
from probes.model.note import Note, note
from probes.model.record import replace
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings, Flow, FlowPart, Sourced
from probes.model.source import DEFAULT, Owner, Source, SourceKind, environment_variable

Material = tuple[tuple[str, Secret | str], ...]
METADATA = "http://169.254.169.254"  # of a virtual machine
AUTHORITY = "https://login.microsoftonline.com"
PROGRAMS = ("cli", "powershell", "developer_cli")
DEVELOPERS = ("vscode", *PROGRAMS)
# What AZURE_TOKEN_CREDENTIALS may say, and the steps that it leaves in.
_CHOSEN = {
    "dev": DEVELOPERS,
    "prod": ("environment", "workload_identity", "managed_identity"),
    "environmentcredential": ("environment",),
    "workloadidentitycredential": ("workload_identity",),
    "managedidentitycredential": ("managed_identity",),
    "azureclicredential": ("cli",),
    "azurepowershellcredential": ("powershell",),
    "azuredeveloperclicredential": ("developer_cli",),
    "visualstudiocodecredential": ("vscode",),
    "interactivebrowsercredential": ("browser",),
}
# Visual Studio Code's extension "Azure Resources" writes who has signed in; the login itself is with Windows' broker.
_VSCODE = ".azure/ms-azuretools.vscode-azureresourcegroups/authRecord.json"
# The file that each program writes when somebody signs in, below the home; its content is not read.
_SIGNED_IN = {
    "cli": (".azure/azureProfile.json", "az"),
    "powershell": (".Azure/AzureRmContext.json", "pwsh"),
    "developer_cli": (".azd/auth/users.json", "azd"),
}
_WANTED = "AZURE_CLIENT_SECRET"


class _EntraStep(NamedTuple):
    step: CredentialStep
    material: Material = ()
    flows: tuple[Flow, ...] = ()
    secret: Source | None = None  # where the secret stands, if that is not the place of the step


class _Entra(Chain):
    vendor = "entra"
    extra = "azure"
    library = "azure.identity"

    def read(self, world: ChainWorld) -> CredentialSettings:
        return _EntraReader(world).settings()

    async def obtain(self, found: CredentialSettings, wanted: ObtainFor) -> ObtainedCredential:
        from probes.credential_chains.entra_credential import obtain  # and with it azure-identity

        return await obtain(self, found, wanted)


def scope_for(base_url: str) -> str:
    """Return the scope of the tokens that a resource takes.

    All of Azure's inference takes the first one, Foundry's too; only the addresses of a Foundry project want the other
    (microsoft/PyRIT#1453, microsoft/agent-framework#7201).

    >>> scope_for("https://me.services.ai.azure.com/openai/v1")
    'https://cognitiveservices.azure.com/.default'
    >>> scope_for("https://me.services.ai.azure.com/api/projects/mine/openai/v1")
    'https://ai.azure.com/.default'
    """
    try:
        parts = urlsplit(base_url if "://" in base_url else "")
        host = (parts.hostname or "").lower()
    except ValueError:  # brackets without an IPv6 address
        return scope_for("")
    cloud = next((one for one in ("us", "cn") if host.endswith(f".azure.{one}")), "com")
    project = ".services.ai.azure." in host and parts.path.startswith("/api/projects/")
    return f"https://{'ai' if project else 'cognitiveservices'}.azure.{cloud}/.default"


class _EntraReader:
    """The reader of one world's chain."""

    def __init__(self, world: ChainWorld) -> None:
        self._world = world
        self._authority = world.variable("AZURE_AUTHORITY_HOST")

    def settings(self) -> CredentialSettings:
        """Return the chain, and what is needed to obtain the credential of the step that wins."""
        said = self._world.variable("AZURE_TOKEN_CREDENTIALS")
        chosen = said.value.strip().lower() if said is not None else ""
        kept = _CHOSEN.get(chosen)
        if (said is not None and chosen and kept is None) or kept == ("browser",):
            assert said is not None
            return self._unusable(said, kept is None)
        found = [self._environment(), self._workload(), self._managed(), self._vscode(), *map(self._program, PROGRAMS)]
        found = [one for one in found if kept is None or one.step.step in kept]
        won = self._winner(found)
        steps = []
        for number, one in enumerate(found):
            complete = one.step.status is StepStatus.NOT_ASKED and one.material
            sure = one.step.step != "vscode" and "metadata" not in dict(one.material)
            shadowed = complete and sure and 0 <= won < number
            steps.append(replace(one.step, status=StepStatus.SHADOWED) if shadowed else one.step)
        scope = scope_for(self._world.base_url.value if self._world.base_url is not None else "")
        place = self._world.base_url.source if self._world.base_url is not None else DEFAULT
        choices = [CredentialChoice("scope", scope, place)]
        for name, variable in (("tenant", "AZURE_TENANT_ID"), ("client", "AZURE_CLIENT_ID")):
            if (value := self._world.variable(variable)) is not None:
                choices.append(CredentialChoice(name, value.value, value.source))
        if said is not None:
            choices.append(CredentialChoice("chain", said.value, said.source))
        chain = CredentialChain("entra", tuple(steps), won, tuple(choices))
        if won < 0:
            return CredentialSettings(chain, metadata=self._world.metadata, programs=self._world.programs)
        common: Material = (("scope", scope), ("authority", self._authority.value if self._authority else AUTHORITY))
        first = found[won]
        if first.step.step in PROGRAMS:  # the library asks the next program if this one has no token
            later = [one.step.step for one in found[won + 1 :] if one.material and "foreign" not in dict(one.material)]
            common += (("later", " ".join(later)),)
        before = next((one for one in found[:won] if "metadata" in dict(one.material)), None)
        if before is not None and self._world.metadata:  # the library asks it first, and goes on if nobody answers
            common += tuple((f"before.{name}", value) for name, value in before.material)
            first = first._replace(flows=(*before.flows, *first.flows))
        return CredentialSettings(
            chain,
            (*common, *first.material),
            first.secret,
            first.flows,
            self._world.metadata,
            self._world.programs,
        )

    def _unusable(self, said: Sourced[str], unknown: bool) -> CredentialSettings:
        """Return a chain whose only step is AZURE_TOKEN_CREDENTIALS: a value that no library knows, or a browser's."""
        why = note("entra_chain_unknown", name=said.value[:80]) if unknown else note("entra_browser")
        status = StepStatus.UNREADABLE if unknown else StepStatus.NOT_ASKED
        step = CredentialStep("selection" if unknown else "browser", status, said.source, "token", why=why)
        chain = CredentialChain("entra", (step,), 0, (CredentialChoice("chain", said.value, said.source),))
        material: Material = () if unknown else (("kind", "browser"),)
        return CredentialSettings(chain, material, None, (), self._world.metadata, self._world.programs)

    def _winner(self, found: list[_EntraStep]) -> int:
        """Return the step that gives the credential: a machine's metadata or a broker only if nothing else is."""
        last = -1
        for number, one in enumerate(found):
            if one.step.status is StepStatus.UNREADABLE:
                return number
            held = dict(one.material)
            if held and "metadata" not in held and held.get("kind") != "vscode":
                return number
            if held and (self._world.metadata or "metadata" not in held):
                last = number
        return last

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _environment(self) -> _EntraStep:
        names = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
        tenant, client = (self._world.variable(name) for name in names)
        secret = self._world.variable(_WANTED)
        certificate = self._world.variable("AZURE_CLIENT_CERTIFICATE_PATH")
        given = secret or certificate
        if given is None:
            return _absent("environment", environment_variable(_WANTED))
        step = CredentialStep("environment", StepStatus.NOT_ASKED, given.source, "token", hints=_hints(tenant, client))
        lacking = [name for name, value in zip(names, (tenant, client), strict=True) if value is None]
        if lacking or tenant is None or client is None:
            why = note("aws_lacks", name=", ".join(lacking))
            return _EntraStep(replace(step, status=StepStatus.INCOMPLETE, why=why))
        material: Material = (("kind", "secret"), ("tenant", tenant.value), ("client", client.value))
        if secret is not None:
            return _EntraStep(step, (*material, ("secret", Secret(secret.value))), self._redirected(secret.source))
        assert certificate is not None
        text = self._read(certificate)
        if isinstance(text, Note):
            return _EntraStep(replace(step, status=StepStatus.UNREADABLE, why=text))
        password = self._world.text("AZURE_CLIENT_CERTIFICATE_PASSWORD")
        held: Material = (("certificate", Secret(text)), *((("password", Secret(password)),) if password else ()))
        material = (("kind", "certificate"), *material[1:], *held)
        place = self._file_of(certificate)
        return _EntraStep(step, material, self._redirected(place), place)

    def _workload(self) -> _EntraStep:
        file = self._world.variable("AZURE_FEDERATED_TOKEN_FILE")
        if file is None:
            return _absent("workload_identity", environment_variable("AZURE_FEDERATED_TOKEN_FILE"))
        names = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID")
        tenant, client = (self._world.variable(name) for name in names)
        step = CredentialStep(
            "workload_identity", StepStatus.NOT_ASKED, file.source, "token", hints=_hints(tenant, client)
        )
        if tenant is None or client is None:
            lacking = [name for name, value in zip(names, (tenant, client), strict=True) if value is None]
            return _EntraStep(
                replace(step, status=StepStatus.INCOMPLETE, why=note("aws_lacks", name=", ".join(lacking)))
            )
        text = self._read(file)
        if isinstance(text, Note):
            return _EntraStep(replace(step, status=StepStatus.UNREADABLE, why=text))
        from probes.keys.tokens import token_of  # few settings have a token

        said = token_of(text)
        if said is not None and said.expires:
            status = StepStatus.EXPIRED if said.expires < self._world.now else step.status
            step = replace(step, expires=said.expires, status=status)
        material: Material = (
            ("kind", "assertion"),
            ("tenant", tenant.value),
            ("client", client.value),
            ("assertion", Secret(text.strip())),
        )
        place = self._file_of(file)
        flows: tuple[Flow, ...] = ()
        if place.owner is Owner.USER and file.source.owner is Owner.FOLDER:
            # The folder chose the file, which may be anything of the user's, and all of it would be sent.
            authority = self._authority.value if self._authority is not None else AUTHORITY
            what = f"{authority} {tenant.value} {file.value}"
            flows = (Flow(place, file.source, FlowPart.CREDENTIAL, _host(authority), what),)
        return _EntraStep(step, material, (*flows, *self._redirected(place)), place)

    def _managed(self) -> _EntraStep:
        endpoint, header = self._world.variable("IDENTITY_ENDPOINT"), self._world.variable("IDENTITY_HEADER")
        client = self._world.variable("AZURE_CLIENT_ID")
        hints = (("client", client.value),) if client is not None else ()
        own: Material = (("identity", client.value),) if client is not None else ()
        if endpoint is not None and header is not None:
            hints = (("address", bare_address(endpoint.value)), *hints)
            step = CredentialStep("managed_identity", StepStatus.NOT_ASKED, endpoint.source, "token", hints=hints)
            if not self._world.metadata:
                return _EntraStep(replace(step, why=note("metadata_not_asked")))
            material: Material = (("kind", "app_service"), ("url", endpoint.value), ("header", Secret(header.value)))
            material += secrets_in("url", endpoint.value)
            flows: tuple[Flow, ...] = ()
            if endpoint.source.owner is Owner.FOLDER and header.source.owner is not Owner.FOLDER:
                host = _host(endpoint.value)
                flows = (Flow(header.source, endpoint.source, FlowPart.CREDENTIAL, host, endpoint.value),)
            return _EntraStep(step, (*material, *own), flows, header.source)
        if (
            endpoint is not None and self._world.variable("IMDS_ENDPOINT") is not None
        ):  # Azure Arc proves itself by a file
            step = CredentialStep("managed_identity", StepStatus.NOT_ASKED, endpoint.source, "token", hints=hints)
            return _EntraStep(replace(step, why=note("entra_arc")), (("kind", "arc"),))
        other, secret = self._world.variable("MSI_ENDPOINT"), self._world.variable("MSI_SECRET")
        if endpoint is None and other is not None:
            kind = "machine_learning" if secret is not None else "cloud_shell"
            hints = (("address", bare_address(other.value)), *hints)
            step = CredentialStep("managed_identity", StepStatus.NOT_ASKED, other.source, "token", hints=hints)
            if not self._world.metadata:
                return _EntraStep(replace(step, why=note("metadata_not_asked")))
            held: Material = (("header", Secret(secret.value)),) if secret is not None else ()
            held += secrets_in("url", other.value)
            there = Source(SourceKind.METADATA, Owner.USER, bare_address(other.value))
            place = secret.source if secret is not None else there
            flows = ()
            if other.source.owner is Owner.FOLDER and place.owner is not Owner.FOLDER:
                flows = (Flow(place, other.source, FlowPart.CREDENTIAL, _host(other.value), other.value),)
            return _EntraStep(step, (("kind", kind), ("url", other.value), *held, *own), flows, place)
        named = self._world.variable("AZURE_POD_IDENTITY_AUTHORITY_HOST")
        url = named.value.rstrip("/") if named is not None else METADATA
        source = named.source if named is not None else Source(SourceKind.METADATA, Owner.USER, url)
        step = CredentialStep(
            "managed_identity", StepStatus.NOT_ASKED, source, "token", hints=(("address", bare_address(url)), *hints)
        )
        if not self._world.metadata:
            return _EntraStep(replace(step, why=note("metadata_not_asked")))
        flows = ()
        if named is not None and named.source.owner is Owner.FOLDER:
            place = Source(SourceKind.METADATA, Owner.USER, METADATA)
            flows = (Flow(place, named.source, FlowPart.CREDENTIAL, _host(url), url),)
        machine = Source(SourceKind.METADATA, Owner.USER, METADATA)
        return _EntraStep(step, (("kind", "imds"), ("url", url), ("metadata", "yes"), *own), flows, machine)

    def _vscode(self) -> _EntraStep:
        """Return the step of Visual Studio Code's login, which Windows' broker keeps: only its presence is read."""
        path = self._world.home / _VSCODE if self._world.home is not None else None
        place = Source(SourceKind.CHAIN_FILE, Owner.USER, "", f"~/{_VSCODE}")
        try:
            there = path is not None and path.is_file()
        except OSError:
            there = False
        if not there:
            return _absent("vscode", place)
        step = CredentialStep("vscode", StepStatus.NOT_ASKED, place, "token")
        if not self._world.broker:  # the library passes it over on every other system
            return _EntraStep(replace(step, status=StepStatus.INCOMPLETE, why=note("entra_broker")))
        return _EntraStep(replace(step, why=note("entra_broker_kept")), (("kind", "vscode"),))

    def _program(self, name: str) -> _EntraStep:
        """Return the step of a program's login: whether somebody has signed in with it, by the file that it keeps."""
        file, program = _SIGNED_IN[name]
        home = self._world.home
        folder = self._world.variable("AZURE_CONFIG_DIR") if name == "cli" else None
        path = Path(folder.value) / Path(file).name if folder is not None else (home / file if home else None)
        place = Source(SourceKind.CHAIN_FILE, Owner.USER, "", str(path) if folder is not None else f"~/{file}")
        step = CredentialStep(name, StepStatus.NOT_ASKED, place, "token", hints=(("program", program),))
        try:
            there = path is not None and path.is_file()
        except OSError:
            there = False
        if not there:
            return _absent(name, place)
        # A folder that a file of the project names may hold programs of its own.
        foreign = folder is not None and folder.source.owner is Owner.FOLDER
        if not self._world.programs or foreign:
            step = replace(step, why=note("program_not_started"))
        tenant = self._world.variable("AZURE_TENANT_ID")
        material: Material = (("kind", name), *((("tenant", tenant.value),) if tenant is not None else ()))
        return _EntraStep(step, (*material, *((("foreign", "yes"),) if foreign else ())))

    # -- files, and where secrets go -----------------------------------------------------------------------------------

    def _read(self, given: Sourced[str]) -> str | Note:
        path = self._path(given)
        try:
            text = text_of(path, self._world.cwd if self._world.inside(given, path) else None)
        except SkippedFile as error:
            return note("file_skipped", name=error.why)
        return text if text is not None else note("aws_no_file")

    def _file_of(self, given: Sourced[str]) -> Source:
        """Return the place of a file that a variable names: the user's, unless it comes with the folder."""
        inside = self._world.inside(given, self._path(given))
        return given.source if inside else Source(SourceKind.CHAIN_FILE, Owner.USER, "", given.value)

    def _path(self, given: Sourced[str]) -> Path:
        try:
            return self._world.cwd / Path(given.value).expanduser()
        except RuntimeError:  # the home of a user who does not exist
            return self._world.cwd / given.value

    def _redirected(self, secret: Source) -> tuple[Flow, ...]:
        """Return the flow of a secret to a token service that a file of the folder names."""
        named = self._authority
        if named is None or named.source.owner is not Owner.FOLDER or secret.owner is Owner.FOLDER:
            return ()
        return (Flow(secret, named.source, FlowPart.CREDENTIAL, _host(named.value), named.value),)


def _hints(tenant: Sourced[str] | None, client: Sourced[str] | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, one.value) for name, one in (("tenant", tenant), ("client", client)) if one is not None)


def _absent(step: str, place: Source | None) -> _EntraStep:
    return _EntraStep(CredentialStep(step, StepStatus.ABSENT, place))


def _host(url: str) -> str:
    try:
        return urlsplit(url if "://" in url else f"https://{url}").netloc.rpartition("@")[2] or url[:80]
    except ValueError:
        return url[:80]


CHAIN = _Entra()
