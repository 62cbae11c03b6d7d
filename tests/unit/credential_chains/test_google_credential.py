"""How a token of Google is obtained: with google-auth, by a transport that is bounded, and without the extra."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote

import pytest

from probes.credential_chains import google_credential
from probes.credential_chains.chain import CredentialError, ObtainFor, TokenCredential
from probes.credential_chains.google import CHAIN
from probes.demo_server.answers import as_json
from probes.demo_server.google_tokens import made_up_account
from probes.demo_server.server import Answer, Handler, PracticeDoor, Reply, Request
from probes.model.credential import CredentialProblem
from probes.model.settings import CredentialSettings
from unit.credential_chains.test_google_chain import chain_in
from worlds.aws_chains import KEYS, REGION
from worlds.google_chains import OFF, PLACE, account_file, federation, service

pytest.importorskip("google.auth")

AWS_POOL = {
    **json.loads(federation()),
    "subject_token_type": "urn:ietf:params:aws:token-type:aws4_request",
    "credential_source": {  # as `gcloud iam workload-identity-pools create-cred-config --aws` writes it
        "environment_id": "aws1",
        "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
        "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
        "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    },
}


def settings_for(tokens: str, home: Path, text: str = "", **options: object) -> CredentialSettings:
    (home / "key.json").write_text((text or account_file()).replace("{tokens}", tokens))
    environ = {**OFF, **PLACE, "GOOGLE_APPLICATION_CREDENTIALS": str(home / "key.json")}
    return chain_in(environ, home, home, **options)  # type: ignore[arg-type]


def obtained(found: CredentialSettings, seconds: float = 5.0, **more: str) -> TokenCredential:
    wanted = ObtainFor(base_url="http://127.0.0.1:9", protocol="vertex", seconds=seconds, **more)
    got = asyncio.run(CHAIN.obtain(found, wanted))
    assert isinstance(got, TokenCredential)
    return got


def problem_of(found: CredentialSettings, **more: float) -> tuple[CredentialProblem | None, str]:
    with pytest.raises(CredentialError) as caught:
        obtained(found, **more)
    return caught.value.facts.problem, caught.value.facts.said


def test_the_token_comes_with_account_project_and_expiry(tmp_path: Path) -> None:
    known = service()
    with PracticeDoor(known.handler()) as door:
        got = obtained(settings_for(door.url, tmp_path))
    assert got.facts.account == made_up_account().email
    assert got.facts.expires > 0
    assert got.base_url == "http://127.0.0.1:9/v1/projects/made-up-project/locations/us-central1/publishers/google"
    (token,) = got.secrets
    assert known.refusal(token.reveal()) is None
    assert known.refusal(token.reveal()[:-2]) == "invalid"
    assert "ya29" not in repr(got.facts)


@pytest.mark.parametrize(
    ("answer", "problem", "says"),
    [
        (Reply(302, (("Location", "http://127.0.0.1:9/elsewhere"),)), CredentialProblem.REFUSED, ""),
        (as_json({"error": "internal_failure"}, 503), CredentialProblem.UNREACHABLE, "503"),
        (as_json({"token": "none"}), CredentialProblem.REFUSED, "No access token"),
        (Reply(200, (("Content-Type", "application/json"),), b"[" * 3000), CredentialProblem.OTHER, ""),
        (as_json({"access_token": "x", "expires_in": 10**400}), CredentialProblem.OTHER, ""),
        (as_json({"access_token": "x", "expires_in": float("inf")}), CredentialProblem.OTHER, ""),
        (as_json({"access_token": "x\r\nX-Evil: 1", "expires_in": 60}), CredentialProblem.OTHER, "header"),
        (as_json({"access_token": ["x"], "expires_in": 60}), CredentialProblem.OTHER, "header"),
    ],
)
def test_each_answer_of_a_token_service_is_a_problem_and_never_a_traceback(
    answer: Answer, problem: CredentialProblem, says: str, tmp_path: Path
) -> None:
    with PracticeDoor(lambda request: answer) as door:
        found, said = problem_of(settings_for(door.url, tmp_path))
    assert found is problem, said
    assert says in said


def test_a_secret_that_the_token_service_repeats_is_not_shown(tmp_path: Path) -> None:
    def echoes(request: Request) -> Answer:
        return as_json({"error": "invalid_grant", "error_description": request.body.decode()}, 400)

    with PracticeDoor(echoes) as door:
        found, said = problem_of(settings_for(door.url, tmp_path))
    assert found is CredentialProblem.REFUSED
    assert "eyJ" not in said


def test_a_signature_that_the_token_service_repeats_is_not_shown(tmp_path: Path) -> None:
    signed: list[str] = []

    def echoes(request: Request) -> Answer:
        said = request.body.decode()
        said = said[max(said.find("Signature") - 20, 0) :]
        signed.extend(re.findall(r"Signature\W?[%25]*3D([0-9a-f]{64})", said))
        return as_json({"error": "invalid_grant", "error_description": said}, 400)

    with PracticeDoor(echoes) as door:
        (tmp_path / "pool.json").write_text(json.dumps(AWS_POOL).replace("{tokens}", door.url))
        environ = {**OFF, **PLACE, **KEYS, **REGION, "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "pool.json")}
        found, said = problem_of(chain_in(environ, tmp_path, tmp_path))
    assert found is CredentialProblem.REFUSED
    assert signed
    assert "Signature" in said
    assert signed[0][:12] not in said


def test_nobody_who_listens_is_out_of_reach(tmp_path: Path) -> None:
    assert problem_of(settings_for("http://127.0.0.1:9", tmp_path))[0] is CredentialProblem.UNREACHABLE
    assert problem_of(settings_for("file:///etc", tmp_path))[0] is CredentialProblem.UNREACHABLE


def test_a_proxy_is_not_used_for_this_machine(tmp_path: Path) -> None:
    with PracticeDoor(service().handler()) as door:
        assert obtained(settings_for(door.url, tmp_path), proxy="http://127.0.0.1:9").facts.account


def test_another_program_is_started_with_consent_alone(tmp_path: Path) -> None:
    text = federation(executable={"command": f"{sys.executable} -c pass"})
    assert problem_of(settings_for("http://127.0.0.1:9", tmp_path, text))[0] is CredentialProblem.NEEDS_CONSENT


def test_without_the_extra_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CHAIN, "installed", lambda: False)
    with pytest.raises(CredentialError) as caught:
        obtained(settings_for("http://127.0.0.1:9", tmp_path))
    assert caught.value.facts.problem is CredentialProblem.NO_LIBRARY
    assert caught.value.facts.install == 'pip install "llmdoctor-cli[google]"'


@pytest.mark.parametrize("flavor", ["Google", "other"])
def test_the_metadata_server_must_show_its_flavor(flavor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = service(account=made_up_account())
    real: Handler = known.handler()

    def handler(request: Request) -> Answer:
        if request.path == "/":
            return Reply(200, (("Metadata-Flavor", flavor),))
        return real(request)

    monkeypatch.setattr(google_credential, "_on_google_cloud", lambda: False)
    with PracticeDoor(handler) as door:
        host = door.url.removeprefix("http://")
        found = chain_in({"GCE_METADATA_HOST": host, "GCE_METADATA_IP": host}, tmp_path, tmp_path)
        if flavor == "Google":
            assert "/projects/made-up-project/" in obtained(found).base_url
        else:
            assert problem_of(found)[0] is CredentialProblem.NONE


def test_nothing_of_google_is_imported_until_a_token_is_wanted() -> None:
    code = (
        "import sys; from pathlib import Path; from probes.settings.gather import Options, gather\n"
        "gather(Options(base_url='http://127.0.0.1:9', protocol='vertex'), {'NO_GCE_CHECK': 'true'}, Path('/'))\n"
        "print([one for one in sys.modules if one.startswith(('google.auth', 'google.oauth2', 'requests'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_federation_from_aws_signs_with_the_keys_of_the_environment(tmp_path: Path) -> None:
    asked: list[dict[str, list[str]]] = []

    def exchange(request: Request) -> Answer:
        asked.append(parse_qs(request.body.decode()))
        return as_json({"access_token": "ya29.made-up", "expires_in": 3600, "token_type": "Bearer"})

    with PracticeDoor(exchange) as door:
        (tmp_path / "pool.json").write_text(json.dumps(AWS_POOL).replace("{tokens}", door.url))
        environ = {**OFF, **PLACE, **KEYS, **REGION, "GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "pool.json")}
        got = obtained(chain_in(environ, tmp_path, tmp_path))
    assert [one.reveal() for one in got.secrets] == ["ya29.made-up"]
    signed = json.loads(unquote(asked[0]["subject_token"][0]))
    assert signed["url"] == "https://sts.us-east-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
    assert any(KEYS["AWS_ACCESS_KEY_ID"] in one["value"] for one in signed["headers"])
