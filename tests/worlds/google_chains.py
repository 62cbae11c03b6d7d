"""Worlds of Google's credentials: the places that hold them, their conflicts, and what is wrong with them.

``{tokens}`` in variables and files is the URL of the token service (``probes/demo_server/google_tokens.py``), ``{host}``
its host with the port, ``{home}`` the home folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from probes.demo_server.google_tokens import ServiceAccount, TokenService, made_up_account

PROJECT = {"GOOGLE_CLOUD_PROJECT": "made-up-project"}
PLACE = {**PROJECT, "GOOGLE_CLOUD_LOCATION": "us-central1"}
OFF = {"NO_GCE_CHECK": "true"}
VARIABLE = {"GOOGLE_APPLICATION_CREDENTIALS": "{home}/key.json", **OFF}
HERE = "environment GOOGLE_APPLICATION_CREDENTIALS"
ADC = ".config/gcloud/application_default_credentials.json"
# Made up, in the shapes that Google issues. The worlds fail if an output shows one of them.
REFRESH = "1//0mAdEuPrEfReShToKeN" + "mAdEuP" * 8
REVOKED, REAUTH = REFRESH.replace("0m", "1m"), REFRESH.replace("0m", "2m")
CLIENT_SECRET = "GOCSPX-mAdEuPcLiEnTsEcReT000"
SUBJECT = "mAdEuPsUbJeCtToKeN" * 3
TARGET = "target@made-up-project.iam.gserviceaccount.com"
KEY = "AQ." + "mAdEuPeXpReSsKeY" * 3
SECRETS = (REFRESH, REVOKED, REAUTH, CLIENT_SECRET, SUBJECT, KEY)


def login(token: str = REFRESH, **more: str) -> str:
    """Return the file of ``gcloud auth application-default login``."""
    held = {
        "type": "authorized_user",
        "account": "",
        "client_id": "000000000000-made-up.apps.googleusercontent.com",
        "client_secret": CLIENT_SECRET,
        "refresh_token": token,
        "universe_domain": "googleapis.com",
    }
    return json.dumps({**held, **more})


@cache
def account_file(name: str = "app", without: str = "") -> str:
    """Return the file of a service account, without one of its fields."""
    found = made_up_account(name).document("{tokens}/token")
    return json.dumps({field: value for field, value in found.items() if field != without})


def federation(**source: object) -> str:
    """Return the file of a workload identity pool."""
    return json.dumps(
        {
            "type": "external_account",
            "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "{tokens}/v1/token",
            "credential_source": source,
        }
    )


def impersonated(target: str) -> str:
    """Return the file of a login that acts as a service account."""
    return json.dumps(
        {
            "type": "impersonated_service_account",
            "service_account_impersonation_url": f"{{tokens}}/v1/projects/-/serviceAccounts/{target}:generateAccessToken",
            "source_credentials": json.loads(login()),
            "delegates": [],
        }
    )


def service(**more: object) -> TokenService:
    """Return the token service that most worlds have."""
    known: dict[str, object] = {
        "accounts": (made_up_account(),),
        "refresh": (REFRESH,),
        "revoked": (REVOKED,),
        "reauth": (REAUTH,),
        "subjects": (SUBJECT,),
        "targets": (TARGET,),
    }
    return TokenService(**{**known, **more})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class GoogleWorld:
    """A world: what is where, the step that wins with its place, the root cause (None: it works), and what clients say.

    ``raises`` is a pattern for the name of the exception of google-auth, google-genai or AnthropicVertex; empty if the
    call works. ``tokens`` are the arguments of :func:`service`.
    """

    name: str
    environ: Mapping[str, str]
    step: str
    place: str
    raises: str = ""
    root: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    shadowed: tuple[str, ...] = ()
    title: str = ""
    tokens: Mapping[str, object] = field(default_factory=dict)
    protocol: str = "vertex"


@cache
def worlds() -> tuple[GoogleWorld, ...]:
    """Return all worlds. The key of the service account is made when they are first asked for."""
    account: ServiceAccount = made_up_account()
    key_file = {"key.json": account_file()}
    return (
        GoogleWorld("service account", VARIABLE, "application_credentials", HERE, files=key_file),
        GoogleWorld(
            "service account for Claude",
            {**VARIABLE, "CLOUD_ML_REGION": "us-east5"},
            "application_credentials",
            HERE,
            files=key_file,
            protocol="vertex_anthropic",
        ),
        GoogleWorld(
            "the variable before a login",
            VARIABLE,
            "application_credentials",
            HERE,
            files={**key_file, ADC: login(REVOKED)},
            shadowed=("adc_file",),
        ),
        GoogleWorld(
            "a login",
            {**PLACE, **OFF},
            "adc_file",
            f"~/{ADC}",
            files={ADC: login(quota_project_id="made-up-quota")},
        ),
        GoogleWorld(
            "a login in another folder",
            {**PLACE, **OFF, "CLOUDSDK_CONFIG": "{home}/elsewhere"},
            "adc_file",
            "{home}/elsewhere/application_default_credentials.json",
            files={"elsewhere/application_default_credentials.json": login(), ADC: login(REVOKED)},
        ),
        GoogleWorld(
            "a login that was revoked",
            {**PLACE, **OFF},
            "adc_file",
            f"~/{ADC}",
            "RefreshError",
            "auth.login_expired",
            files={ADC: login(REVOKED)},
            title="The login for Google's libraries has expired",
        ),
        GoogleWorld(
            "a login that asks for the person again",
            {**PLACE, **OFF, "CLOUD_ML_REGION": "global"},
            "adc_file",
            f"~/{ADC}",
            "RefreshError",
            "auth.login_expired",
            files={ADC: login(REAUTH)},
            title="The login for Google's libraries has expired",
            protocol="vertex_anthropic",
        ),
        GoogleWorld(
            "a file that is not there, before a login",
            {**PLACE, **VARIABLE},
            "application_credentials",
            HERE,
            "DefaultCredentialsError",
            "auth.no_credential",
            files={ADC: login()},
            shadowed=("adc_file",),
        ),
        GoogleWorld(
            "a file that is not JSON",
            {**PLACE, **VARIABLE},
            "application_credentials",
            HERE,
            "DefaultCredentialsError",
            "auth.no_credential",
            files={"key.json": "-----BEGIN PRIVATE KEY-----\n"},
        ),
        GoogleWorld(
            "a file of another kind",
            {**PLACE, **VARIABLE},
            "application_credentials",
            HERE,
            "DefaultCredentialsError",
            "auth.no_credential",
            files={"key.json": json.dumps({"installed": {"client_id": "x", "client_secret": CLIENT_SECRET}})},
            title="A part of the credential is missing",
        ),
        GoogleWorld(
            "a file without the account",
            {**PLACE, **VARIABLE},
            "application_credentials",
            HERE,
            "DefaultCredentialsError",
            "auth.no_credential",
            files={"key.json": account_file(without="client_email")},
            title="A part of the credential is missing",
        ),
        GoogleWorld(
            "a wrong clock",
            VARIABLE,
            "application_credentials",
            HERE,
            "RefreshError",
            "auth.no_credential",
            files=key_file,
            title="The clock of this machine is wrong",
            tokens={"clock": 9000.0},
        ),
        GoogleWorld(
            "a key that was replaced",
            VARIABLE,
            "application_credentials",
            HERE,
            "RefreshError",
            "auth.no_credential",
            files=key_file,
            title="Google does not accept the key of the service account",
            tokens={"accounts": (ServiceAccount(account.email, made_up_account("other").private_key),)},
        ),
        GoogleWorld(
            "a machine on Google Cloud",
            {"GCE_METADATA_HOST": "{host}", "GCE_METADATA_IP": "{host}"},
            "metadata",
            "environment GCE_METADATA_HOST",
            tokens={"account": account},
        ),
        GoogleWorld("nothing at all", {**PLACE, **OFF}, "", "", "DefaultCredentialsError", "settings.missing_key"),
        GoogleWorld(
            "a login of gcloud alone",
            {**PLACE, **OFF},
            "",
            "",
            "DefaultCredentialsError",
            "settings.missing_key",
            files={".config/gcloud/configurations/config_default": "[core]\naccount = me@made-up.example\n"},
            shadowed=("cli",),
            title="No Google Cloud credentials found",
        ),
        GoogleWorld(
            "federation by a file",
            {**PLACE, **VARIABLE},
            "application_credentials",
            HERE,
            files={"key.json": federation(file="{home}/subject"), "subject": SUBJECT},
        ),
        GoogleWorld(
            "federation that is refused",
            {**PLACE, **VARIABLE},
            "application_credentials",
            HERE,
            "OAuthError|RefreshError",
            "auth.no_credential",
            files={
                "key.json": federation(
                    file="{home}/subject", format={"type": "json", "subject_token_field_name": "token"}
                ),
                "subject": json.dumps({"token": SUBJECT[::-1]}),
            },
            title="Google's token service does not take the token of the other identity provider",
        ),
        GoogleWorld(
            "federation by an address",
            {**PLACE, **VARIABLE},
            "application_credentials",
            HERE,
            files={"key.json": federation(url="{tokens}/subject", headers={"Metadata": "true"})},
        ),
        GoogleWorld(
            "a login that acts as a service account",
            {**PLACE, **OFF},
            "adc_file",
            f"~/{ADC}",
            files={ADC: impersonated(TARGET)},
        ),
        GoogleWorld(
            "a login that may not act as a service account",
            {**PLACE, **OFF},
            "adc_file",
            f"~/{ADC}",
            "RefreshError",
            "auth.no_credential",
            files={ADC: impersonated("another@made-up-project.iam.gserviceaccount.com")},
            title="The account may not act as the service account",
        ),
        GoogleWorld(
            "no location anywhere",
            {**VARIABLE, "ANTHROPIC_VERTEX_PROJECT_ID": "made-up-project"},
            "application_credentials",
            HERE,
            "ValueError",
            "auth.no_credential",
            files=key_file,
            title="The credential is there, but no location of Vertex AI is set",
            protocol="vertex_anthropic",
        ),
        GoogleWorld(
            "no project anywhere",
            {**VARIABLE},
            "application_credentials",
            HERE,
            "ValueError",
            "auth.no_credential",
            files={"key.json": account_file(without="project_id")},
            title="The credential is there, but no Google Cloud project is set",
        ),
        GoogleWorld("an API key, express", {"GOOGLE_API_KEY": KEY, **OFF}, "key", "environment GOOGLE_API_KEY"),
        GoogleWorld(
            "an API key that a project overrides",
            {**VARIABLE, **PLACE, "GOOGLE_API_KEY": KEY},
            "application_credentials",
            HERE,
            files=key_file,
            shadowed=("key",),
        ),
    )
