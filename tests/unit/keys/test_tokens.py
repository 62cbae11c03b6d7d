"""What tokens say about themselves: read offline, bounded, without a part of the token. Every token here is made up."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.catalog.doors import load
from probes.keys.credential_kinds import KINDS, credential_of, credentials, issuers, secret_parts
from probes.keys.flaws import examine_key
from probes.keys.owner import fit, identify
from probes.keys.tokens import audience_host, issuer_of, token_of
from probes.model import limits
from probes.model.key_shape import Fit
from probes.model.value_issues import Token
from worlds.field_credentials import FAR, LONG_AGO, bedrock, token

DOORS = load()
ENTRA = "https://login.microsoftonline.com/00000000-1111-2222-3333-444444444444/v2.0"
AZURE = "https://cognitiveservices.azure.com"


def test_the_claims_of_a_jwt() -> None:
    assert token_of(token(iss=ENTRA, aud=[AZURE, "second"])) == Token(
        "jwt", issuer=ENTRA, audience=(AZURE, "second"), expires=FAR, not_before=LONG_AGO
    )


def test_a_bedrock_key() -> None:
    made = token_of(bedrock("us-east-1", 43200, "20261130T063000Z"))
    assert made == Token("bedrock", region="us-east-1", not_before=1796020200.0, expires=1796020200.0 + 43200)


@pytest.mark.parametrize("cut", range(20, 300, 7))
def test_a_bedrock_key_that_was_cut_is_read_as_far_as_it_goes(cut: int) -> None:
    made = token_of(bedrock("us-east-1")[:-cut])
    assert made is None or made.region in ("", "us-east-1")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": "soon", "nbf": None, "aud": 7, "iss": ["x"]},
        {"exp": 1e400, "nbf": -1},
        {"exp": 10**30, "nbf": True, "aud": [None, {}, "a b", "ü", "\x1b[0m"]},
        {"aud": "x" * 5000, "iss": "y" * 5000},
    ],
)
def test_odd_claims_are_left_out_or_cut(claims: dict[str, Any]) -> None:
    made = token_of(token(**({"exp": 0, "nbf": 0} | claims)))
    assert made is not None
    assert made.expires == made.not_before == 0.0
    assert all(len(text) <= 120 and text.isascii() and text.isprintable() for text in (made.issuer, *made.audience))


@pytest.mark.parametrize(
    "raw", ["", "eyJ.eyJ.", "eyJhIjox.eyJhIjox.x", "a.b.c", "bedrock-api-key-", "bedrock-api-key-%%%"]
)
def test_what_is_no_token(raw: str) -> None:
    assert token_of(raw) is None


def test_a_deep_or_long_token_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b"[" * 9000).decode()
    assert token_of(f"eyJhIjoxfQ.eyJ{deep}.x") is None
    assert token_of(token(sub="x" * limits.KEY)) is None


@given(st.binary(max_size=400))
def test_no_bytes_raise(raw: bytes) -> None:
    encoded = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    for text in (f"bedrock-api-key-{encoded}", f"eyJhIjoxfQ.{encoded}.x", f"eyJhIjoxfQ.eyJ{encoded}.x"):
        made = token_of(text)
        assert made is None or made.expires >= 0


@pytest.mark.parametrize(
    ("iss", "name"),
    [
        (ENTRA, "Microsoft Entra ID"),
        ("https://accounts.google.com", "Google"),
        ("robot@made-up.iam.gserviceaccount.com", "Google service account"),
        ("https://kubernetes.default.svc.cluster.local", "Kubernetes"),
        ("https://oidc.eks.eu-west-1.amazonaws.com/id/ABC", "Kubernetes"),
        ("https://token.actions.githubusercontent.com", "GitHub Actions"),
        ("https://gitlab.com", "GitLab CI"),
        ("https://made-up.eu.auth0.com/", "Auth0"),
        ("https://made-up.okta.com/oauth2/default", "Okta"),
        ("https://made-up.clerk.accounts.dev", "Clerk"),
        ("https://abc.supabase.co/auth/v1", "Supabase"),
        ("https://auth.openai.com", "OpenAI login (ChatGPT)"),
        ("https://sso.corp.example/realms/staff", "Keycloak"),
    ],
)
def test_issuers(iss: str, name: str) -> None:
    made = token_of(token(iss=iss))
    found = issuer_of(made) if made else None
    assert found is not None and found.name == name


def test_an_unknown_issuer_has_no_name() -> None:
    made = token_of(token(iss="https://login.corp.example"))
    assert made is not None and issuer_of(made) is None


@pytest.mark.parametrize(
    ("audience", "host"),
    [("https://a.example/x", "a.example"), ("a.example:443", "a.example"), ("api://a.example", ""), ("web", "")],
)
def test_the_host_of_an_audience(audience: str, host: str) -> None:
    assert audience_host(audience) == host


@pytest.mark.parametrize(
    ("claims", "door", "expected", "certain"),
    [
        ({"iss": ENTRA, "aud": AZURE}, "azure-openai", Fit.FITS, False),
        ({"iss": ENTRA, "aud": AZURE + "/"}, "azure-foundry", Fit.FITS, False),
        ({"iss": ENTRA, "aud": "https://ai.azure.com"}, "azure-foundry", Fit.FITS, False),
        ({"iss": ENTRA, "aud": "https://graph.microsoft.com"}, "azure-openai", Fit.WRONG_AUDIENCE, True),
        ({"iss": ENTRA, "aud": "11111111-2222-3333-4444-555555555555"}, "azure-openai", Fit.WRONG_AUDIENCE, False),
        ({"iss": ENTRA, "aud": AZURE}, "openai", Fit.WRONG_AUDIENCE, True),
        ({"iss": "https://accounts.google.com"}, "vertex", Fit.WRONG_AUDIENCE, True),
        ({"iss": "https://oidc.vercel.com/team"}, "vercel-ai-gateway", Fit.FITS, False),
        ({"iss": "https://gitlab.com"}, "anthropic", Fit.WRONG_KIND, True),
        ({"iss": "https://app.made-up.example"}, "groq", Fit.WRONG_KIND, False),
        ({"iss": "https://app.made-up.example", "aud": "https://api.groq.com"}, "groq", Fit.UNLIKELY, False),
        ({"iss": "made-up"}, "gmi", Fit.FITS, False),
        ({"iss": "made-up"}, "ovhcloud", Fit.UNKNOWN, False),
    ],
)
def test_how_a_token_fits(claims: dict[str, Any], door: str, expected: Fit, certain: bool) -> None:
    home = DOORS.get(door)
    assert home is not None
    found = fit(token(**claims), home, local=False, host=home.hosts[0])
    assert (found.fit, found.certain) == (expected, certain)
    assert found.token is not None


def test_the_region_of_a_bedrock_key_is_compared_with_the_host() -> None:
    home = DOORS.get("bedrock-mantle")
    for host, expected in (("eu-west-1", Fit.OTHER_REGION), ("us-east-1", Fit.FITS)):
        found = fit(bedrock("us-east-1"), home, local=False, host=f"bedrock-mantle.{host}.api.aws")
        assert (found.fit, found.region) == (expected, host)


# -- credentials of several parts, and documents -----------------------------------------------------------------------

SECRET = "MadeUpSecretMadeUpSecretMadeUp12"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (f"1250000000|AKIDmadeupmadeupmadeup12|{SECRET}", "access_key_pair"),
        (f"AKIDmadeupmadeupmadeup12:{SECRET}", "access_key_pair"),
        (f"AKIAMADEUPMADEUPMADE|{SECRET}12345678|us-east-1", "access_key_pair"),
        (f"LTAI5tMadeUpMadeUpMadeUp:{SECRET[:30]}", "access_key_pair"),
        ("AKLTMadeUpMadeUpMadeUpMadeUpMadeUp", "key_id"),
        ("ALTAKMadeUpMadeUpMadeUp", "key_id"),
        ("bce-auth-v1/madeup/2026-11-30T00:00:00Z/1800/host/5eed", "signed_request"),
        (f"0badcafe|{SECRET}|{'5eed' * 8}", "access_key_pair"),
        (f"MadeUpMadeUpMadeUp123456|{SECRET}", "access_key_pair"),
        ('{"type": "service_account", "private_key": "made-up"}', "account_file"),
        ('{"clientid":"x","clientsecret":"y","serviceurls":{"AI_API_URL":"https://x"}}', "service_key"),
        ('{"type":"external_account","credential_source":{"file":"x"}}', "federation_file"),
        ('{"type":"authorized_user","refresh_token":"made-up"}', "google_login_file"),
        ('{"tokens": {"access_token": "made-up"}}', "login_file"),
        ("-----BEGIN RSA PRIVATE KEY-----\nmadeup\n-----END RSA PRIVATE KEY-----", "private_key"),
        ("-----BEGIN CERTIFICATE-----\nmadeup\n-----END CERTIFICATE-----", "certificate"),
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey=madeup", "connection_string"),
        ("sessionKey=sk-ant-sid01-madeupmadeup", "cookie"),
        ("__Secure-next-auth.session-token=madeupmadeupmadeup", "cookie"),
        ("glpat-madeupmadeupmadeup12", "code_host_token"),
        ("eyJhbGciOiJkaXIifQ..madeup.madeup.madeup", "session"),
    ],
)
def test_kinds(raw: str, kind: str) -> None:
    found = credential_of(raw)
    assert found is not None and found.kind == kind


@pytest.mark.parametrize(
    "raw",
    [
        "0123456789abcdef0123456789abcdef.AbCdEfGh12345678",  # id.secret of Zhipu, which is the key itself
        "sk-lm-AbCdEfGh:AbCdEfGh12345678AbCd",
        "12345678-1234-1234-1234-123456789abc:0123456789abcdef0123456789abcdef",
        "LLM|123456789|madeupmadeupmadeupmade",
        "bce-v3/ALTAK-madeupmadeupmadeup1/0123456789abcdef0123456789abcdef01234567",
        '{"a": 1}',
        "{not json",
        "a|b",
    ],
)
def test_keys_that_are_no_other_credential(raw: str) -> None:
    assert credential_of(raw) is None


def test_a_document_is_never_sent() -> None:
    for raw in ('{"type": "service_account"}', "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"):
        exam = examine_key(raw, "openai")
        assert [flaw.kind for flaw in exam.flaws] == ["credential"]
        assert exam.literal is exam.cleaned is None


def test_the_secret_parts_of_documents() -> None:
    document = json.dumps({"type": "service_account", "project_id": "p", "private_key": "S1", "a": [{"token": ["S2"]}]})
    assert secret_parts(document) == ("S1", "S2")
    assert secret_parts("Endpoint=https://res.example/;AccountName=a;AccessKey=S1==") == ("AccountName=a", "S1==")
    assert secret_parts("-----BEGIN X-----\nS1\nS2") == ("-----BEGIN X-----", "S1", "S2")


def test_the_facts_are_consistent() -> None:
    ids = {door.id for door in DOORS}
    for one in (*credentials(), *issuers()):
        assert one.kind in KINDS
        assert {one.door, *one.taken_by} - {""} <= ids, one
        assert not one.door or DOORS.get(one.door).company == one.company, one  # type: ignore[union-attr]
    for issuer in issuers():
        assert all(like == like.lower() and "://" not in like for like in issuer.iss)
        for audience in issuer.audience:
            assert set(audience.doors) <= set(issuer.taken_by)


def test_a_login_of_chatgpt_is_told_from_a_federated_token() -> None:
    """OpenAI takes the token of a service account, and refuses that of a person's login: its claims tell which it is."""
    issuer, door = "https://auth.openai.com", DOORS.get("openai")
    assert door is not None
    mine = {"https://api.openai.com/auth": {"chatgpt_account_id": "acct", "chatgpt_plan_type": "pro"}}
    login, federated = token(iss=issuer, **mine), token(iss=issuer)
    assert fit(login, door, local=False, host="api.openai.com", day="2026-11-30").certain
    assert not fit(federated, door, local=False, host="api.openai.com", day="2026-11-30").certain


@pytest.mark.parametrize(
    ("claims", "doors"),
    [
        ({"iss": "https://sts.windows.net/t/", "aud": "https://ai.azure.com"}, ["azure-openai", "azure-foundry"]),
        ({"iss": "https://auth.openai.com", "aud": "https://api.openai.com/v1"}, ["chatgpt-codex", "openai"]),
        (
            {"iss": "https://auth.openai.com", "https://api.openai.com/auth": {"chatgpt_account_id": "a"}},
            ["chatgpt-codex"],
        ),
    ],
)
def test_a_token_is_of_those_who_take_its_issuers_and_of_no_other_provider(
    claims: dict[str, object], doors: list[str]
) -> None:
    assert [one.door for one in identify(token(**claims))] == doors


@pytest.mark.parametrize(("door", "host"), [("openai", "api.openai.com"), ("anthropic", "api.anthropic.com")])
def test_an_identity_token_in_a_keys_place(door: str, host: str) -> None:
    """Workload identity exchanges a token that was made for this house; one for another house has the wrong audience."""
    for audience, wanted in ((f"https://{host}", Fit.WRONG_KIND), ("https://other.example", Fit.WRONG_AUDIENCE)):
        value = token(iss="https://kubernetes.default.svc", aud=[audience])
        assert fit(value, load().get(door), local=False, host=host).fit is wanted
