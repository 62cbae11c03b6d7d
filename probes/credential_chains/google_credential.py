"""Obtain access tokens of Google with google-auth. Only this module imports google-auth.

google-auth gets every value from the chain that was read, so that what is asked is what was shown, and agreed to. Its
requests go through a small transport of this module: bounded in bytes and time, without redirects, and without
`requests`. The metadata server is asked with that transport alone, since google-auth reads its address from the
environment of this process only.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

from probes.config_formats.files import SkippedFile, text_of
from probes.credential_chains.chain import Chain, CredentialWalk, ObtainFor, TokenCredential, material, valid_until
from probes.credential_chains.google_addresses import ANTHROPIC, METADATA, completed
from probes.credential_chains.google_files import unsealed
from probes.model.credential import CredentialFacts, CredentialProblem, CredentialStep, StepStatus
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings
from probes.network.daemon_thread import in_daemon_thread
from probes.urls.addresses import literal_address, private_address

SCOPE = "https://www.googleapis.com/auth/cloud-platform"  # what google-genai and the Anthropic SDK ask for
LARGEST = 1024**2  # bytes of an answer; a token has 2 KiB
_SAID = 300  # characters of an error that are kept
_PATIENCE = 5.0  # seconds for one request
_DETECTION = 1.5  # seconds for the metadata server, which answers within milliseconds where there is one
_PRODUCT = Path("/sys/class/dmi/id/product_name")  # by which google-auth recognizes a machine on Google Cloud
_JWT = re.compile(r"eyJ[\w-]{10,4000}\.[\w-]{10,8000}(?:\.[\w-]{0,2000})?|ya29\.[\w.-]{10,4000}")
# What reading an answer raises that is not as agreed: of another type, of a number beyond all bounds, nested too deep.
_STRANGE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
# Of a request that federation from AWS has signed, which a token service may repeat, encoded once or twice.
_SIGNATURE = re.compile(r"(Signature(?:=|%3D|%253D))[0-9a-fA-F]{1,200}")
# What a failed request for a token means, by the words of the error. The first that matches counts.
_MEANING = (
    (re.compile(r"invalid_rapt|rapt_required|reauthentication is needed", re.IGNORECASE), CredentialProblem.EXPIRED),
    (re.compile(r"token has been expired or revoked|token has expired", re.IGNORECASE), CredentialProblem.EXPIRED),
    (
        re.compile(r"short-lived token|reasonable timeframe|\biat\b.{0,40}\bexp\b", re.IGNORECASE),
        CredentialProblem.CLOCK,
    ),
)


class _TokenAnswer:
    """An answer, as google-auth expects it."""

    def __init__(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.data = data


class _TokenTransport:
    """The requests of google-auth. ``last`` is the host that was asked last."""

    def __init__(self, wanted: ObtainFor) -> None:
        self._wanted = wanted
        self._ends = time.monotonic() + max(wanted.seconds - 0.5, 0.5)
        self.last = ""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **more: Any,
    ) -> _TokenAnswer:
        """Make one request. Raises TransportError of google-auth if there is no answer, or one that says so (5xx)."""
        from google.auth.exceptions import TransportError

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise TransportError("no http(s) address")
        self.last = parts.netloc.rpartition("@")[2]
        data = body.encode() if isinstance(body, str) else body
        left = min(timeout or _PATIENCE, self._ends - time.monotonic())
        if left <= 0:
            raise TransportError("time limit")
        try:
            answer = self._answered(parts, method, data, dict(headers or {}), left)
        except (OSError, ValueError, http.client.HTTPException) as error:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise TransportError(said) from None
        if answer.status >= 500 or answer.status in (408, 429):  # google-auth would wait and ask again
            raise TransportError(f"{answer.status} {answer.data[:200].decode('utf-8', 'replace')}")
        return answer

    def _answered(
        self, parts: SplitResult, method: str, data: bytes | None, headers: dict[str, str], seconds: float
    ) -> _TokenAnswer:
        """Send one request, by the proxy of the run if there is one, and read its answer. It follows no redirect."""
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        # Loopback and the metadata servers belong to this machine: nobody reaches them through a proxy.
        address = literal_address(host)
        near = host == "localhost" or host == METADATA or (address is not None and private_address(address.ip))
        proxy = urlsplit(self._wanted.proxy) if self._wanted.proxy and not near else None
        if proxy is not None and (proxy.scheme not in ("", "http") or not proxy.hostname):
            raise OSError(f"no proxy of the kind {proxy.scheme} is used for tokens")
        at = (proxy.hostname or "", proxy.port or 80) if proxy is not None else (host, port)
        connection: http.client.HTTPConnection
        if secure:
            import certifi

            trusted = ssl.create_default_context(cafile=self._wanted.ca_bundle or certifi.where())
            connection = http.client.HTTPSConnection(*at, timeout=seconds, context=trusted)
        else:
            connection = http.client.HTTPConnection(*at, timeout=seconds)
        if proxy is not None:
            connection.set_tunnel(host, port)
        try:
            path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            return _TokenAnswer(answer.status, dict(answer.headers), answer.read(LARGEST))
        finally:
            connection.close()


async def obtain(chain: Chain, found: CredentialSettings, wanted: ObtainFor) -> TokenCredential:
    """Obtain the access token of the step that wins. Raises CredentialError."""
    won = found.chain.winner
    if won is None:
        raise chain.failed(found, CredentialProblem.NONE)
    said = won.why if isinstance(won.why, str) else ", ".join(value for _, value in won.why.values) or won.why.name
    if won.status is StepStatus.INCOMPLETE:
        raise chain.failed(found, CredentialProblem.INCOMPLETE, said=said)
    if won.status is StepStatus.UNREADABLE:
        raise chain.failed(found, CredentialProblem.UNREADABLE, said=_why_unread(won))
    given = material(found)
    if given.get("0.source") == "program" and (not found.programs or "0.foreign" in given):
        raise chain.failed(found, CredentialProblem.NEEDS_CONSENT)
    if not chain.installed():
        raise chain.failed(found, CredentialProblem.NO_LIBRARY)
    return await in_daemon_thread(_TokenWalk(chain, found, wanted, won).credential, "google")


def _why_unread(step: CredentialStep) -> str:
    if isinstance(step.why, str):
        return step.why
    return {"aws_no_file": "there is no such file", "google_no_json": "it is not JSON"}.get(
        step.why.name, step.why.name
    )


class _TokenWalk(CredentialWalk):
    """One walk to an access token."""

    def __init__(self, chain: Chain, found: CredentialSettings, wanted: ObtainFor, won: CredentialStep) -> None:
        super().__init__(chain, found, wanted)
        self._won = won
        self._ask = _TokenTransport(wanted)
        self._scrub = Scrubber(value for value in self._given.values() if isinstance(value, Secret))

    def credential(self) -> TokenCredential:
        """Return the token with its facts. Raises CredentialError."""
        token, expires, account, project = self._metadata() if self._text("0") == "metadata" else self._of_file()
        won = self._won
        token = self._sendable(token)
        facts = CredentialFacts("google", won.step, won.kind, won.source, valid_until(expires), account=account)
        project = project or self._text("project")
        base = self._wanted.base_url
        if self._wanted.protocol in ("vertex", ANTHROPIC):
            base = completed(base, self._wanted.protocol, project, self._text("location") or "global", any_host=False)
            if "/projects/" not in base and "/endpoints/" not in base:
                raise self._chain.failed(self._found, CredentialProblem.NO_PROJECT)
            if not self._text("location"):
                raise self._chain.failed(self._found, CredentialProblem.NO_LOCATION)
        quota = self._text("quota_project")
        # google-genai names the quota project; the Anthropic SDK and the OpenAI-compatible clients do not.
        further = (("x-goog-user-project", quota),) if quota and self._wanted.protocol == "vertex" else ()
        return TokenCredential(Secret(token), facts, further, base)

    # -- a file --------------------------------------------------------------------------------------------------------

    def _of_file(self) -> tuple[str, float, str, str]:
        from google.auth import exceptions

        info = unsealed(json.loads(self._text("0.info")), self._given)
        try:
            credentials = self._made(info)
            credentials.refresh(self._ask)
        except (exceptions.RefreshError, exceptions.OAuthError) as error:
            self._refused(error)
        except exceptions.TransportError as error:
            self._fail(CredentialProblem.UNREACHABLE, str(error))
        except (exceptions.GoogleAuthError, *_STRANGE) as error:
            self._fail(CredentialProblem.OTHER, f"{type(error).__name__}: {error}")
        if not credentials.token:
            self._fail(CredentialProblem.OTHER, "no token")
        expiry = credentials.expiry  # in UTC, without saying so
        expires = (expiry - _epoch()).total_seconds() if expiry is not None else 0.0
        account = info.get("client_email") or getattr(credentials, "service_account_email", None) or info.get("account")
        return credentials.token, expires, account if isinstance(account, str) else "", ""

    def _made(self, info: dict[str, Any]) -> Any:
        """Return google-auth's credentials for a file, by its type."""
        kind = info["type"]
        scopes = [SCOPE]
        if kind == "service_account":
            from google.oauth2 import service_account

            return service_account.Credentials.from_service_account_info(info, scopes=scopes)
        if kind == "authorized_user":
            from google.oauth2 import credentials

            return credentials.Credentials.from_authorized_user_info(info)
        if kind == "impersonated_service_account":
            from google.auth import impersonated_credentials

            return impersonated_credentials.Credentials.from_impersonated_service_account_info(info, scopes=scopes)
        if kind == "external_account_authorized_user":
            from google.auth import external_account_authorized_user

            return external_account_authorized_user.Credentials.from_info(info)
        source = self._text("0.source")
        if source == "program":
            from google.auth import pluggable

            executable = {**info["credential_source"]["executable"], "timeout_millis": 5000}  # the least it takes
            return pluggable.Credentials.from_info(
                {**info, "credential_source": {"executable": executable}}, scopes=scopes
            )
        if source == "aws":
            return self._from_aws(info, scopes)
        from google.auth import identity_pool

        if source == "file":  # its text was read with the chain
            supplier = _SubjectToken(self._text("0.token"), info["credential_source"].get("format"))
            info = {**info, "credential_source": None, "subject_token_supplier": supplier}
        return identity_pool.Credentials.from_info(info, scopes=scopes)

    def _from_aws(self, info: dict[str, Any], scopes: list[str]) -> Any:
        from google.auth import aws

        key, region = self._text("0.AWS_ACCESS_KEY_ID"), self._text("0.region")
        if key and region:
            token = self._text("0.AWS_SESSION_TOKEN") or None
            keys = aws.AwsSecurityCredentials(key, self._text("0.AWS_SECRET_ACCESS_KEY"), token)
            info = {
                **info,
                "credential_source": None,
                "aws_security_credentials_supplier": _EnvironmentKeys(keys, region),
            }
        return aws.Credentials.from_info(info, scopes=scopes)

    def _refused(self, error: Exception) -> NoReturn:
        said = str(error.args[0]) if error.args else str(error)
        if len(error.args) > 1 and isinstance(error.args[1], str):  # of impersonation: the answer as it came
            said = f"{said}: {_message(error.args[1])}"
        problem = next((meaning for words, meaning in _MEANING if words.search(said)), CredentialProblem.REFUSED)
        if problem is CredentialProblem.REFUSED and self._won.kind == "user" and "invalid_grant" in said:
            problem = CredentialProblem.EXPIRED  # "Bad Request" or "Account has been deleted": only a new login helps
        self._fail(problem, said)

    def _fail(self, problem: CredentialProblem, said: str) -> NoReturn:
        bare = _SIGNATURE.sub(r"\1[key]", _JWT.sub("[key]", self._scrub(said[:8192])))
        clean = " ".join(bare.split())[:_SAID]
        raise self._chain.failed(self._found, problem, said=clean, host=self._ask.last) from None

    # -- the metadata server -------------------------------------------------------------------------------------------

    def _metadata(self) -> tuple[str, float, str, str]:
        """Ask the metadata server for token, account and project, after the question that google-auth asks first."""
        from google.auth.exceptions import TransportError

        host = self._text("0.host")
        try:
            there = self._asked(f"http://{self._text('0.ip')}/")
            if there.status != 200 or there.headers.get("metadata-flavor") != "Google":
                raise TransportError("no metadata server")
        except TransportError:
            if not _on_google_cloud():
                raise self._chain.failed(self._found, CredentialProblem.NONE, host=self._text("0.ip")) from None
        root = f"http://{host}/computeMetadata/v1/"
        account = f"{root}instance/service-accounts/default/"
        try:
            answer = self._asked(f"{account}token?scopes={SCOPE}")
            said = answer.data[:_SAID].decode("utf-8", "replace")
            if answer.status != 200:
                self._fail(CredentialProblem.REFUSED, f"{answer.status} {said}")
            held = json.loads(answer.data)
            token, seconds = held["access_token"], float(held.get("expires_in", 0))
            email, project = self._plain(f"{account}email"), self._plain(f"{root}project/project-id")
        except TransportError as error:
            self._fail(CredentialProblem.UNREACHABLE, str(error))
        except _STRANGE:
            self._fail(CredentialProblem.OTHER, "no token in the answer")
        return token, time.time() + seconds, email, "" if self._text("project") else project

    def _asked(self, url: str) -> _TokenAnswer:
        return self._ask(url, headers={"Metadata-Flavor": "Google"}, timeout=_DETECTION)

    def _plain(self, url: str) -> str:
        answer = self._asked(url)
        text = answer.data[:200].decode("utf-8", "replace").strip()
        return text if answer.status == 200 and re.fullmatch(r"[\w.:@-]{1,200}", text) else ""


class _SubjectToken:
    """The token that federation exchanges, out of the text of its file."""

    def __init__(self, text: str, form: object) -> None:
        self._text = text
        self._form = form if isinstance(form, dict) else {}

    def get_subject_token(self, context: object, request: object) -> str:
        """Return the token. Raises RefreshError if the file does not hold what its format says."""
        from google.auth.exceptions import RefreshError

        if self._form.get("type") != "json":
            return self._text
        field = self._form.get("subject_token_field_name")
        try:
            found = json.loads(self._text)[field]
        except (ValueError, KeyError, TypeError, RecursionError):
            found = None
        if not isinstance(found, str) or not found:
            raise RefreshError(f"the file of the token has no field {field}")
        return found


class _EnvironmentKeys:
    """AWS keys of the environment, for federation from AWS."""

    def __init__(self, keys: Any, region: str) -> None:
        self._keys = keys
        self._region = region

    def get_aws_security_credentials(self, context: object, request: object) -> Any:
        """Return the keys."""
        return self._keys

    def get_aws_region(self, context: object, request: object) -> str:
        """Return the region."""
        return self._region


def _on_google_cloud() -> bool:
    try:
        return (text_of(_PRODUCT, limit=4096) or "").strip().startswith("Google")
    except SkippedFile:
        return False


def _message(body: str) -> str:
    """Return the message of an error of Google's APIs; the body if it is none."""
    try:
        found = json.loads(body)["error"]["message"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return body
    return found if isinstance(found, str) else body


def _epoch() -> Any:
    from datetime import datetime

    return datetime(1970, 1, 1)
