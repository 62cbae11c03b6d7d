"""Worlds of AWS credentials: the places that hold them, their conflicts, and what is wrong with them.

``{meta}`` in variables and files is the URL of the stand-in (``aws_stand_ins.py``), ``{home}`` the home folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from probes.demo_server.sigv4 import AccessKey
from worlds.aws_stand_ins import ARN, CONTAINER_TOKEN, DENIED, HOUR, ROLE, SECRET, USER, moment, sso_login

REGION = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
KEYS = {"AWS_ACCESS_KEY_ID": USER.name, "AWS_SECRET_ACCESS_KEY": USER.secret}
PROFILE = f"aws_access_key_id = {USER.name}\naws_secret_access_key = {USER.secret}\n"
OTHER = "aws_access_key_id = AKIAMADEUPMADEUPELSE\naws_secret_access_key = " + "x" * 40 + "\n"
OFF = {"AWS_EC2_METADATA_DISABLED": "true"}
WORK = {"AWS_PROFILE": "work", **OFF}
ENDPOINTS = {"AWS_ENDPOINT_URL_STS": "{meta}", "AWS_ENDPOINT_URL_SSO": "{meta}"}
SSO = (
    "[profile work]\nsso_session = my\nsso_account_id = 000000000000\nsso_role_name = app\n"
    "[sso-session my]\nsso_start_url = https://my.awsapps.com/start\nsso_region = us-east-1\n"
    "sso_registration_scopes = sso:account:access\n"
)
START = "https://my.awsapps.com/start"
SSO_FILE = f".aws/sso/cache/{hashlib.sha1(b'my', usedforsecurity=False).hexdigest()}.json"
PROGRAM = "import json; print(json.dumps(dict(Version=1, AccessKeyId='{}', SecretAccessKey='{}')))"


PROCESS = {
    ".aws/config": f'[profile work]\ncredential_process = "{sys.executable}" "{{home}}/program.py"\n',
    "program.py": PROGRAM.format(USER.name, SECRET),
}


def role_from_base(arn: str) -> dict[str, str]:
    """Return the files of a profile that assumes this role with another profile's access key."""
    return {
        ".aws/config": f"[profile work]\nrole_arn = {arn}\nsource_profile = base\n",
        ".aws/credentials": f"[base]\n{PROFILE}",
    }


def web_token(seconds: float) -> str:
    """Make a token as a cluster issues it, with a signature that nobody made."""
    import time

    parts = (
        {"alg": "RS256"},
        {"iss": "https://oidc.eks.example", "aud": ["sts.amazonaws.com"], "exp": int(time.time() + seconds)},
    )
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in (*parts, {"made": "up"})
    )


@dataclass(frozen=True, slots=True)
class ChainWorld:
    """A world: what is where, the step that wins with its place, the root cause (None: it works), and what boto3 says.

    ``boto`` is the method of botocore's credentials, or the name of the exception that a call raises. ``hints`` are
    among those of the winning step. ``left_open``: this program does not do what botocore would do by itself.
    """

    name: str
    environ: Mapping[str, str]
    step: str
    place: str
    boto: str
    root: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    shadowed: tuple[str, ...] = ()
    title: str = ""
    accepted: tuple[AccessKey, ...] = (USER, ROLE)
    keys: tuple[str, ...] = ()
    programs: bool = False
    left_open: bool = False


WORLDS = (
    ChainWorld("environment", {**KEYS, **OFF}, "environment", "environment AWS_ACCESS_KEY_ID", "env"),
    ChainWorld(
        "environment before a profile",
        {**KEYS, "AWS_PROFILE": "work"},
        "environment",
        "environment AWS_ACCESS_KEY_ID",
        "env",
        files={".aws/config": "[profile work]\nregion = eu-west-1\n", ".aws/credentials": f"[work]\n{OTHER}"},
        shadowed=("credentials_file",),
    ),
    ChainWorld(
        "half an environment",
        {"AWS_ACCESS_KEY_ID": USER.name, **OFF},
        "environment",
        "environment AWS_ACCESS_KEY_ID",
        "PartialCredentialsError",
        root="auth.no_credential",
        files={".aws/credentials": f"[default]\n{PROFILE}"},
        shadowed=("credentials_file",),
        title="A part of the credential is missing",
    ),
    ChainWorld(
        "credentials file",
        OFF,
        "credentials_file",
        "~/.aws/credentials:2 aws_access_key_id",
        "shared-credentials-file",
        files={".aws/credentials": f"[default]\n{PROFILE}"},
    ),
    ChainWorld(
        "credentials file before config file",
        OFF,
        "credentials_file",
        "~/.aws/credentials:3 aws_access_key_id",
        "shared-credentials-file",
        files={".aws/credentials": f"\n[default]\n{PROFILE}", ".aws/config": f"[default]\n{OTHER}"},
        shadowed=("config_file",),
    ),
    ChainWorld(
        "a profile without its prefix",
        WORK,
        "assume_role",
        "environment AWS_PROFILE",
        "ProfileNotFound",
        root="auth.no_credential",
        files={".aws/config": f"[work]\n{PROFILE}"},
        title="A part of the credential is missing",
    ),
    ChainWorld(
        "a profile that is gone, beside keys of the environment",
        {"AWS_PROFILE": "gone", **KEYS, **OFF},
        "assume_role",
        "environment AWS_PROFILE",
        "ProfileNotFound",
        root="auth.no_credential",
        shadowed=("environment",),
        title="A part of the credential is missing",
    ),
    ChainWorld(
        "a file that nobody can read, beside keys of the environment",
        {**KEYS, **OFF},
        "config_file",
        "~/.aws/config",
        "ConfigParseError",
        root="auth.no_credential",
        files={".aws/config": "[default\nregion = us-east-1\n"},
        shadowed=("environment",),
    ),
    ChainWorld(
        "config file of another place",
        {"AWS_CONFIG_FILE": "{home}/elsewhere", **OFF},
        "config_file",
        "{home}/elsewhere:2 aws_access_key_id",
        "config-file",
        files={"elsewhere": f"[default]\n{PROFILE}"},
    ),
    ChainWorld(
        "a file that nobody can read",
        OFF,
        "config_file",
        "~/.aws/config",
        "ConfigParseError",
        root="auth.no_credential",
        files={".aws/config": "[default\nregion = us-east-1\n", ".aws/credentials": f"[default]\n{PROFILE}"},
    ),
    ChainWorld(
        "role of a profile",
        {**WORK, **ENDPOINTS},
        "assume_role",
        "~/.aws/config:2 role_arn",
        "assume-role",
        files=role_from_base(ARN),
    ),
    ChainWorld(
        "role that may not be assumed",
        {**WORK, **ENDPOINTS},
        "assume_role",
        "~/.aws/config:2 role_arn",
        "ClientError",
        root="auth.no_credential",
        files=role_from_base(DENIED),
        title="AWS does not allow the app to assume the role",
    ),
    ChainWorld(
        "role with a source that does not exist",
        WORK,
        "assume_role",
        "~/.aws/config:2 role_arn",
        "InvalidConfigError",
        root="auth.no_credential",
        files={".aws/config": f"[profile work]\nrole_arn = {ARN}\nsource_profile = gone\n"},
    ),
    ChainWorld(
        "web identity",
        {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": ARN, **ENDPOINTS, **OFF},
        "web_identity",
        "environment AWS_WEB_IDENTITY_TOKEN_FILE",
        "assume-role-with-web-identity",
        files={"token": web_token(HOUR), ".aws/credentials": f"[default]\n{OTHER}"},
        shadowed=("credentials_file",),
    ),
    ChainWorld(
        "SSO",
        {**WORK, **ENDPOINTS},
        "sso",
        "~/.aws/config:3 sso_account_id",
        "sso",
        files={".aws/config": SSO, SSO_FILE: sso_login(48 * HOUR)},
    ),
    ChainWorld(
        "SSO expired",
        {**WORK, **ENDPOINTS},
        "sso",
        "~/.aws/config:3 sso_account_id",
        "UnauthorizedSSOTokenError|TokenRetrievalError",
        root="auth.login_expired",
        files={".aws/config": SSO, SSO_FILE: sso_login(-HOUR)},
        title="The stored login has expired",
    ),
    ChainWorld(
        "SSO never signed in",
        {**WORK, **ENDPOINTS},
        "sso",
        "~/.aws/config:3 sso_account_id",
        "SSOTokenLoadError",
        root="auth.login_expired",
        files={".aws/config": SSO},
    ),
    ChainWorld(
        "credential_process that nobody agreed to",
        WORK,
        "process",
        "~/.aws/config:2 credential_process",
        "custom-process",
        files=PROCESS,
        left_open=True,
    ),
    ChainWorld(
        "credential_process",
        WORK,
        "process",
        "~/.aws/config:2 credential_process",
        "custom-process",
        files=PROCESS,
        programs=True,
    ),
    ChainWorld(
        "container",
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{meta}/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": CONTAINER_TOKEN,
            **OFF,
        },
        "container",
        "environment AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "container-role",
    ),
    ChainWorld(
        "instance",
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{meta}"},
        "instance",
        "environment AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "iam-role",
    ),
    ChainWorld(
        "empty Bedrock key before an access key",
        {**KEYS, "AWS_BEARER_TOKEN_BEDROCK": "", **OFF},
        "bearer",
        "environment AWS_BEARER_TOKEN_BEDROCK",
        "InvalidEndpointConfigurationError",  # it takes the empty text for a key, which wants TLS
        root="auth.no_credential",
        shadowed=("environment",),
        title="AWS_BEARER_TOKEN_BEDROCK is set, but empty",
    ),
    ChainWorld(
        "role of a role",
        {**WORK, **ENDPOINTS},
        "assume_role",
        "~/.aws/config:2 role_arn",
        "assume-role",
        files={
            ".aws/config": f"[profile work]\nrole_arn = {ARN}\nsource_profile = middle\n"
            f"[profile middle]\nrole_arn = {ARN}\nsource_profile = base\n",
            ".aws/credentials": f"[base]\n{PROFILE}",
        },
    ),
    ChainWorld(
        "SSO without a session, as older files have it",
        {**WORK, **ENDPOINTS},
        "sso",
        "~/.aws/config:4 sso_account_id",
        "sso",
        files={
            ".aws/config": f"[profile work]\nsso_start_url = {START}\nsso_region = us-east-1\n"
            "sso_account_id = 000000000000\nsso_role_name = app\n",
            f".aws/sso/cache/{hashlib.sha1(START.encode(), usedforsecurity=False).hexdigest()}.json": sso_login(
                48 * HOUR, startUrl=START
            ),
        },
    ),
    ChainWorld(
        "container with its token in a file",
        {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{meta}/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token",
            **OFF,
        },
        "container",
        "environment AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "container-role",
        files={"token": CONTAINER_TOKEN},
    ),
    ChainWorld(
        "two variables that name a profile",
        {"AWS_DEFAULT_PROFILE": "first", "AWS_PROFILE": "second", **OFF},
        "credentials_file",
        "~/.aws/credentials:2 aws_access_key_id",
        "shared-credentials-file",
        files={".aws/credentials": f"[first]\n{PROFILE}[second]\n{OTHER}"},
    ),
    ChainWorld(
        "nothing at all",
        OFF,
        "",
        "",
        "NoCredentialsError",
        root="settings.missing_key",
        title="No AWS credentials found",
    ),
    ChainWorld(
        "session expired by its own word",
        {**KEYS, "AWS_SESSION_TOKEN": ROLE.token, "AWS_CREDENTIAL_EXPIRATION": moment(-HOUR), **OFF},
        "environment",
        "environment AWS_ACCESS_KEY_ID",
        "RuntimeError",
        root="auth.expired",
        title="The temporary credentials have expired",
    ),
    ChainWorld(
        "wrong secret",
        {**KEYS, "AWS_SECRET_ACCESS_KEY": "y" * 40, **OFF},
        "environment",
        "environment AWS_ACCESS_KEY_ID",
        "ClientError",
        root="auth.rejected",
        title="The signature does not fit: the secret key is wrong",
    ),
    ChainWorld(
        "session that AWS calls expired",
        {"AWS_ACCESS_KEY_ID": ROLE.name, "AWS_SECRET_ACCESS_KEY": ROLE.secret, "AWS_SESSION_TOKEN": ROLE.token, **OFF},
        "environment",
        "environment AWS_ACCESS_KEY_ID",
        "ClientError",
        root="auth.expired",
        accepted=(AccessKey(ROLE.name, ROLE.secret, ROLE.token, expired=True),),
        title="The temporary AWS credentials have expired",
    ),
)
