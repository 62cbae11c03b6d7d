"""Worlds of Entra credentials: what is where, the step that wins, what is wrong, and a stand-in for what gives tokens.

``{meta}`` is the URL of the plain stand-in, ``{authority}`` that of the token service, which has TLS, ``{home}`` the
home folder.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from probes.demo_server.answers import as_json
from probes.demo_server.entra_doors import TENANT, signed_token
from probes.demo_server.server import Answer, Handler, Request
from worlds.field_credentials import token as foreign_token

# Made up, in the shapes that Azure issues. The worlds fail if an output shows one.
SIGNING_KEY = "mAdEuPsIgNiNgKeY" * 3
SECRET = "mAdE8Q~uPcLiEnTsEcReTmAdEuPcLiEnTsEcReT"
HEADER = "mAdEuPiDeNtItYhEaDeR" * 2
SECRETS = (SIGNING_KEY, SECRET, HEADER)
CLIENT = "11111111-2222-3333-4444-555555555555"
APP = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT, "AZURE_AUTHORITY_HOST": "{authority}"}
BY_SECRET = {**APP, "AZURE_CLIENT_SECRET": SECRET}
WORKLOAD = {**APP, "AZURE_FEDERATED_TOKEN_FILE": "{home}/token"}
IMDS = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "{meta}"}
NO_IMDS = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "{meta}/none"}
SIGNED_IN = {".azure/azureProfile.json": "{}"}
CERTIFICATE = "{certificate}"  # in a file: a made-up one with its private key
VSCODE = ".azure/ms-azuretools.vscode-azureresourcegroups/authRecord.json"


def cluster_token(seconds: float = 3600.0) -> str:
    """Return a token as a cluster issues it, with a signature that nobody made."""
    return foreign_token(
        iss="https://oidc.eks.example", aud=["api://AzureADTokenExchange"], exp=int(time.time() + seconds)
    )


@dataclass(frozen=True, slots=True)
class EntraWorld:
    """A world: the step that wins (empty: none) with its place, and the root cause (None: it works).

    ``raises`` is the exception that azure-identity or openai raises. ``left_open``: this program does not do what the
    library would do by itself.
    """

    name: str
    environ: Mapping[str, str]
    step: str
    place: str
    root: str | None = None
    raises: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    shadowed: tuple[str, ...] = ()
    title: str = ""
    left_open: bool = False
    door: Mapping[str, Any] = field(default_factory=dict)
    token: Mapping[str, Any] = field(default_factory=dict)
    programs: bool = False
    lost: bool = False  # nobody has signed in with `az`, so that `azd` is asked


SECRET_PLACE, FILE_PLACE = "environment AZURE_CLIENT_SECRET", "environment AZURE_FEDERATED_TOKEN_FILE"
WORLDS = (
    EntraWorld("client secret", {**BY_SECRET, **NO_IMDS}, "environment", SECRET_PLACE),
    EntraWorld(
        "client certificate",
        {**APP, **NO_IMDS, "AZURE_CLIENT_CERTIFICATE_PATH": "{home}/app.pem"},
        "environment",
        "environment AZURE_CLIENT_CERTIFICATE_PATH",
        files={"app.pem": CERTIFICATE},
    ),
    EntraWorld(
        "secret before workload identity",
        {**BY_SECRET, **WORKLOAD, **NO_IMDS},
        "environment",
        SECRET_PLACE,
        files={"token": cluster_token()},
        shadowed=("workload_identity",),
    ),
    EntraWorld(
        "wrong secret",
        {**BY_SECRET, **NO_IMDS, "AZURE_CLIENT_SECRET": "x" * 40},
        "environment",
        SECRET_PLACE,
        "auth.no_credential",
        "ClientAuthenticationError",
        title="Entra refuses the app's secret",
    ),
    EntraWorld(
        "workload identity", {**WORKLOAD, **NO_IMDS}, "workload_identity", FILE_PLACE, files={"token": cluster_token()}
    ),
    EntraWorld(
        "a secret without its tenant is passed over",
        {**NO_IMDS, "AZURE_CLIENT_ID": CLIENT, "AZURE_CLIENT_SECRET": SECRET},
        "managed_identity",
        "environment AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "settings.missing_key",
        "ClientAuthenticationError",
    ),
    EntraWorld(
        "app service",
        {"IDENTITY_ENDPOINT": "{meta}/msi/token", "IDENTITY_HEADER": HEADER},
        "managed_identity",
        "environment IDENTITY_ENDPOINT",
    ),
    EntraWorld(
        "app service, another header",
        {"IDENTITY_ENDPOINT": "{meta}/msi/token", "IDENTITY_HEADER": "other"},
        "managed_identity",
        "environment IDENTITY_ENDPOINT",
        "auth.no_credential",
        "ClientAuthenticationError",
    ),
    EntraWorld(
        "machine learning",
        {"MSI_ENDPOINT": "{meta}/ml", "MSI_SECRET": HEADER},
        "managed_identity",
        "environment MSI_ENDPOINT",
    ),
    EntraWorld("cloud shell", {"MSI_ENDPOINT": "{meta}/shell"}, "managed_identity", "environment MSI_ENDPOINT"),
    EntraWorld(
        "Visual Studio Code's login is for Windows' broker",
        NO_IMDS,
        "managed_identity",
        "environment AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "settings.missing_key",
        "ClientAuthenticationError",
        files={VSCODE: "{}"},
    ),
    EntraWorld(
        "a chain that no library knows",
        {**NO_IMDS, "AZURE_TOKEN_CREDENTIALS": "AzureCLI"},
        "selection",
        "environment AZURE_TOKEN_CREDENTIALS",
        "auth.no_credential",
        "ValueError",
        title="No credential could be obtained",
    ),
    EntraWorld(
        "a browser",
        {**NO_IMDS, "AZURE_TOKEN_CREDENTIALS": "InteractiveBrowserCredential"},
        "browser",
        "environment AZURE_TOKEN_CREDENTIALS",
        left_open=True,
    ),
    EntraWorld(
        "azd after az",
        {**NO_IMDS, "AZURE_TOKEN_CREDENTIALS": "dev"},
        "cli",
        "~/.azure/azureProfile.json",
        files={**SIGNED_IN, ".azd/auth/users.json": "{}"},
        programs=True,
        lost=True,
    ),
    EntraWorld("virtual machine", IMDS, "managed_identity", "environment AZURE_POD_IDENTITY_AUTHORITY_HOST"),
    EntraWorld(
        "nothing",
        NO_IMDS,
        "managed_identity",
        "environment AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "settings.missing_key",
        "ClientAuthenticationError",
    ),
    EntraWorld(
        "az login, not started",
        {**NO_IMDS, "AZURE_TOKEN_CREDENTIALS": "dev"},
        "cli",
        "~/.azure/azureProfile.json",
        left_open=True,
        files=SIGNED_IN,
    ),
    EntraWorld(
        "az login",
        {**NO_IMDS, "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential"},
        "cli",
        "~/.azure/azureProfile.json",
        files=SIGNED_IN,
        programs=True,
    ),
    EntraWorld(
        "a machine's identity comes before az login",
        IMDS,
        "cli",
        "~/.azure/azureProfile.json",
        files=SIGNED_IN,
    ),
    EntraWorld(
        "prod leaves out az login",
        {**NO_IMDS, "AZURE_TOKEN_CREDENTIALS": "prod"},
        "managed_identity",
        "environment AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "settings.missing_key",
        "ClientAuthenticationError",
        files=SIGNED_IN,
    ),
    EntraWorld(
        "another tenant",
        {**BY_SECRET, **NO_IMDS},
        "environment",
        SECRET_PLACE,
        "key.wrong_audience",
        "BadRequestError",
        title="The token is of another tenant",
        token={"tid": "99999999-0000-0000-0000-000000000000"},
    ),
    EntraWorld(
        "another audience",
        {**BY_SECRET, **NO_IMDS},
        "environment",
        SECRET_PLACE,
        "auth.rejected",
        "AuthenticationError",
        title="Azure refuses the access token",
        token={"aud": "https://management.azure.com"},
    ),
    EntraWorld(
        "no role",
        {**BY_SECRET, **NO_IMDS},
        "environment",
        SECRET_PLACE,
        "auth.not_permitted",
        "AuthenticationError",
        title="The identity lacks the role",
        door={"permitted": False},
    ),
    EntraWorld(
        "another deployment",
        {**BY_SECRET, **NO_IMDS},
        "environment",
        SECRET_PLACE,
        "model.not_found",
        "NotFoundError",
        title="The Azure resource has no deployment",
        door={"deployments": ("other",)},
    ),
)


def stand_in(**claims: Any) -> Handler:
    """Return a server that gives tokens: Entra's token service, App Service's endpoint, a machine's metadata."""

    def given(asked: str) -> str:
        return signed_token(SIGNING_KEY, **{"aud": asked.removesuffix("/.default")} | claims)

    def handler(request: Request) -> Answer:
        if request.path.endswith("/v2.0/.well-known/openid-configuration"):
            base = f"https://{request.header('host')}/{TENANT}"
            return as_json(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                    "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                }
            )
        if request.path.endswith("/oauth2/v2.0/token"):
            form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            if form.get("client_secret") != SECRET and not form.get("client_assertion"):
                words = "AADSTS7000215: Invalid client secret provided. Trace ID: 0 Correlation ID: 0 Timestamp: 0"
                return as_json({"error": "invalid_client", "error_description": words, "error_codes": [7000215]}, 401)
            return as_json({"token_type": "Bearer", "expires_in": 3599, "access_token": given(form.get("scope", ""))})
        if request.path == "/msi/token":
            if request.header("x-identity-header") != HEADER:
                return as_json({"statusCode": 401, "message": "No Managed Identity found"}, 401)
            return as_json(lasting(given(request.query("resource"))))
        if request.path == "/ml" and request.header("secret") == HEADER:
            return as_json(lasting(given(request.query("resource"))))
        if (request.method, request.path, request.header("metadata")) == ("POST", "/shell", "true"):
            form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
            return as_json({**lasting(given(form.get("resource", ""))), "resource": form.get("resource")})
        if request.path == "/metadata/identity/oauth2/token" and "none" not in request.target:
            if request.header("metadata") != "true":
                return as_json({"error": "invalid_request"}, 400)
            found = given(request.query("resource"))
            return as_json({"access_token": found, "expires_in": "3600", "token_type": "Bearer"})
        return as_json({"error": "not_found"}, 404)

    return handler


@cache
def certificate() -> str:
    """Return an RSA key and a self-signed certificate, in PEM."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "made up")])
    begins = datetime.now(UTC) - timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(begins).not_valid_after(begins + timedelta(days=30))
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return (private + made.sign(key, hashes.SHA256()).public_bytes(pem)).decode()


def lasting(token: str) -> dict[str, str]:
    """Return what the identity endpoints of App Service, Machine Learning and Cloud Shell answer."""
    return {"access_token": token, "expires_on": str(int(time.time()) + 3600), "token_type": "Bearer"}


def programs(lost: bool = False) -> dict[str, str]:
    """Return made-up programs by name: an `az` that prints a token as Azure's does; if it is ``lost``, so does `azd`."""
    ends, token = time.time() + 3600, signed_token(SIGNING_KEY)
    local = time.strftime("%Y-%m-%d %H:%M:%S.000000", time.localtime(ends))
    az = json.dumps({"accessToken": token, "expiresOn": local, "tokenType": "Bearer"})
    if not lost:
        return {"az": f"#!/bin/sh\ncat <<'END'\n{az}\nEND\n"}
    azd = json.dumps({"token": token, "expiresOn": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends))})
    return {
        "az": "#!/bin/sh\necho \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1\n",
        "azd": f"#!/bin/sh\ncat <<'END'\n{azd}\nEND\n",
    }


def write_programs(folder: Path, world: EntraWorld) -> None:
    """Write the programs of a world into a folder for the search path."""
    folder.mkdir()
    for name, text in programs(world.lost).items() if world.programs else ():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
