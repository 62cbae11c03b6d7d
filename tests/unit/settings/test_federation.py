"""Settings with which an SDK exchanges an identity token for the house's own: no key is missing, and nothing is sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from diagnose.judging.judge import judge
from probes.run.engine import run
from probes.settings.gather import Options, gather
from worlds.field_credentials import FAR, token

OPENAI = {"OPENAI_IDENTITY_PROVIDER_ID": "idp_1", "OPENAI_SERVICE_ACCOUNT_ID": "svc_1"}
RULE = {"ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1"}
ANTHROPIC = {**RULE, "ANTHROPIC_ORGANIZATION_ID": "org_1"}
ISSUER = "https://token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("protocol", "environ", "expires", "code"),
    [
        ("openai", {**OPENAI, "OPENAI_IDENTITY_TOKEN_FILE": "token"}, FAR, "auth.no_credential"),
        ("responses", {**OPENAI, "OPENAI_IDENTITY_TOKEN_FILE": "token"}, 1_700_000_000, "auth.login_expired"),
        ("anthropic", {**ANTHROPIC, "ANTHROPIC_IDENTITY_TOKEN_FILE": "token"}, FAR, "auth.no_credential"),
        # anthropic 2.14 goes on as if nothing was set if one of the three is missing.
        ("anthropic", ANTHROPIC, FAR, "settings.missing_key"),
        ("anthropic", {**RULE, "ANTHROPIC_IDENTITY_TOKEN_FILE": "token"}, FAR, "settings.missing_key"),
        ("openai", {"OPENAI_IDENTITY_PROVIDER_ID": "idp_1"}, FAR, "settings.missing_key"),
        ("openai", {**OPENAI, "OPENAI_API_KEY": "sk-"}, FAR, ""),
    ],
)
def test_a_federated_identity_is_no_missing_key(
    protocol: str, environ: dict[str, str], expires: int, code: str, tmp_path: Path
) -> None:
    secret = token(iss=ISSUER, exp=expires)
    (tmp_path / "token").write_text(secret)
    settings = gather(Options(protocol=protocol, offline=True), environ, tmp_path, home=tmp_path)
    report = judge(asyncio.run(run(settings)))
    codes = {one.code for one in report.findings} & {"auth.no_credential", "auth.login_expired", "settings.missing_key"}
    assert codes == ({code} if code else set())
    assert secret not in repr(report)
