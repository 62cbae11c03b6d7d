"""Obtain AWS credentials with botocore, and sign requests with them. Only this module imports botocore.

botocore gets every value from the chain that was read, and none from the environment of this process, so that what is
asked is what was shown, and agreed to. Nothing is written: neither its caches nor the logins of AWS's own programs.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from probes.credential_chains.aws_files import masked, moment_of
from probes.credential_chains.chain import (
    Chain,
    CredentialError,
    CredentialWalk,
    ObtainFor,
    UnsignedRequest,
    material,
    valid_until,
)
from probes.credential_chains.world import bare_address
from probes.model.attempt import Auth
from probes.model.credential import CredentialFacts, CredentialProblem, StepStatus
from probes.model.scrubber import Scrubber
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings
from probes.network.daemon_thread import in_daemon_thread

DEFAULT_REGION = "us-east-1"
LARGEST = 1024**2  # bytes of an answer; credentials have a few KiB
# What services repeat of a request, or answer with an error's status although it gives credentials.
_SIGNATURE = re.compile(r"(Signature=)[0-9a-fA-F]+")
_FIELD = re.compile(r"((?:SecretAccessKey|Token)\\?[\"']?\s{0,9}[:=>]\s{0,9}\\?[\"']?)[^\"'<>\s\\]{4,}")
_LONGEST = 8192  # characters of an error that are looked at
# What botocore raises for an answer that is not as agreed: of another type, with a number beyond all bounds.
_STRANGE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError)
_SAID = 300  # characters of an error that are kept
# Headers that proxies and HTTP clients change on the way, which botocore does not sign either.
_UNSIGNED = frozenset(("connection", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id", "accept-encoding"))
# The host of a private endpoint (`vpce-….bedrock-runtime.REGION.vpce.amazonaws.com`) begins with a name of its own.
_HOST = re.compile(
    r"(?:vpce-[a-z0-9-]{1,60}\.)?bedrock(?P<kind>-runtime|-mantle|)(?:-fips)?\.(?P<region>[a-z]{2,4}(?:-[a-z]+)+-\d)\."
)


class Keys:
    """An access key with its secret and, for temporary ones, their token and when they expire."""

    def __init__(self, access_key: str, secret: str, token: str | None = None, expires: float = 0.0) -> None:
        self.access_key = access_key
        self.secret = Secret(secret)
        self.token = Secret(token) if token else None
        self.expires = expires


class SignedCredential:
    """Requests signed by AWS Signature Version 4."""

    auth = Auth.SIGV4
    base_url = ""

    def __init__(self, keys: Keys, facts: CredentialFacts, service: str, region: str) -> None:
        self._keys = keys
        self._service = service
        self._region = region
        self.facts = facts

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secret access key, and the session token."""
        return (self._keys.secret, *((self._keys.token,) if self._keys.token is not None else ()))

    def headers(self, request: UnsignedRequest) -> tuple[tuple[str, str], ...]:
        """Return the headers of the signature: the date, the session token, and ``Authorization``."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import ReadOnlyCredentials

        token = self._keys.token.reveal() if self._keys.token is not None else None
        keys = ReadOnlyCredentials(self._keys.access_key, self._keys.secret.reveal(), token)
        given = {name: value for name, value in request.headers if name.lower() not in _UNSIGNED}
        signed = AWSRequest(request.method, request.url, headers=given, data=request.body)
        SigV4Auth(keys, self._service, self._region).add_auth(signed)
        names = {name.lower() for name in given}
        return tuple((name, value) for name, value in signed.headers.items() if name.lower() not in names)


def service_and_region(base_url: str, region: str, protocol: str = "bedrock") -> tuple[str, str]:
    """Return what a signature is made for. The host names both if it is one of AWS's own.

    For any other host, a gateway say, it is the ``region`` of the settings, and the service for which the clients of
    the ``protocol`` sign: those of OpenAI (``BedrockOpenAI``) and Anthropic (``AnthropicBedrockMantle``) for Mantle.
    """
    found = _HOST.match(urlsplit(base_url).hostname or "")
    if found is None:
        service = "bedrock" if protocol.startswith("bedrock") else "bedrock-mantle"
        return service, region or DEFAULT_REGION
    return ("bedrock-mantle" if found["kind"] == "-mantle" else "bedrock"), found["region"]


async def obtain(chain: Chain, found: CredentialSettings, wanted: ObtainFor) -> SignedCredential:
    """Obtain the credential of the step that wins, and then of each role that is assumed with it.

    Raises CredentialError.
    """
    won = found.chain.winner
    if won is None:
        raise chain.failed(found, CredentialProblem.NONE)
    said = _noted(won.why)
    if won.status is StepStatus.EXPIRED:
        renewable = dict(won.hints).get("renews") == "yes"
        raise chain.failed(found, CredentialProblem.RENEWAL if renewable else CredentialProblem.EXPIRED)
    if won.status is StepStatus.INCOMPLETE:
        raise chain.failed(found, CredentialProblem.INCOMPLETE, said=said)
    if won.status is StepStatus.UNREADABLE:
        raise chain.failed(found, CredentialProblem.UNREADABLE, said=said)
    given = material(found)
    first = given.get("0", "")
    if first == "login":
        raise chain.failed(found, CredentialProblem.RENEWAL)
    if first == "process" and (not found.programs or "0.foreign" in given):
        raise chain.failed(found, CredentialProblem.NEEDS_CONSENT)
    if not chain.installed():
        raise chain.failed(found, CredentialProblem.NO_LIBRARY)
    keys = await in_daemon_thread(_Obtaining(chain, found, wanted).keys, "aws")
    service, region = service_and_region(wanted.base_url, str(given.get("region", "")), wanted.protocol)
    facts = CredentialFacts("aws", won.step, won.kind, won.source, keys.expires, account=masked(keys.access_key))
    return SignedCredential(keys, facts, service, region)


def _noted(why: object) -> str:
    return why if isinstance(why, str) else ", ".join(value for _, value in getattr(why, "values", ()))


class _Obtaining(CredentialWalk):
    """One walk over the stages of a chain: a first credential, then a role for each further stage."""

    def __init__(self, chain: Chain, found: CredentialSettings, wanted: ObtainFor) -> None:
        super().__init__(chain, found, wanted)
        self._scrub = Scrubber(value for value in self._given.values() if isinstance(value, Secret))

    def keys(self) -> Keys:
        """Return the credential of the last stage. Raises CredentialError."""
        first: Mapping[str, Callable[[], Keys]] = {
            "static": self._static,
            "web_identity": self._web_identity,
            "sso": self._sso,
            "process": self._process,
            "container": self._container,
            "instance": self._instance,
        }
        with self._explained():
            keys = self._kept(first[self._text("0")]())
            number = 1
            while f"{number}" in self._given:
                keys = self._kept(self._role(number, keys))
                number += 1
            return keys

    def _kept(self, keys: Keys) -> Keys:
        """Return keys whose secrets no error will show. Raises CredentialError if no header can hold them."""
        for secret in (keys.secret, keys.token):
            if secret is not None:
                self._scrub.add(secret)
        for text in (keys.access_key, *((keys.token.reveal(),) if keys.token is not None else ())):
            self._sendable(text)
        return keys

    # -- stages --------------------------------------------------------------------------------------------------------

    def _static(self) -> Keys:
        won = self._found.chain.winner
        expires = won.expires if won is not None and won.step == "environment" else 0.0
        return Keys(self._text("0.access_key"), self._text("0.secret"), self._text("0.token"), expires)

    def _web_identity(self) -> Keys:
        asked = {
            "RoleArn": self._text("0.role_arn"),
            "RoleSessionName": self._text("0.role_session_name") or "llmdoctor",
            "WebIdentityToken": self._text("0.token"),
        }
        return _of_sts(self._client("sts").assume_role_with_web_identity(**asked))

    def _role(self, number: int, keys: Keys) -> Keys:
        asked: dict[str, Any] = {
            "RoleArn": self._text(f"{number}.role_arn"),
            "RoleSessionName": self._text(f"{number}.role_session_name") or "llmdoctor",
        }
        if self._text(f"{number}.mfa_serial"):
            raise self._chain.failed(self._found, CredentialProblem.NEEDS_PERSON, said="mfa_serial")
        for name, field in (("external_id", "ExternalId"), ("duration_seconds", "DurationSeconds")):
            if value := self._text(f"{number}.{name}"):
                asked[field] = int(value) if field == "DurationSeconds" and value.isdigit() else value
        return _of_sts(self._client("sts", keys).assume_role(**asked))

    def _sso(self) -> Keys:
        client = self._client("sso", region=self._text("0.region"))
        said = client.get_role_credentials(
            roleName=self._text("0.role"), accountId=self._text("0.account"), accessToken=self._text("0.token")
        )["roleCredentials"]
        expires = valid_until(float(said.get("expiration", 0)) / 1000)
        return Keys(said["accessKeyId"], said["secretAccessKey"], said["sessionToken"], expires)

    def _process(self) -> Keys:
        """Run the program of ``credential_process``, as botocore does, within the time limit of a probe."""
        import json
        import subprocess

        from botocore.compat import compat_shell_split

        try:
            done = subprocess.run(  # noqa: S603 - the program of the user's own settings, after --credential-process
                compat_shell_split(self._text("0.command")),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=max(self._wanted.seconds - 0.5, 0.5),
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise self._chain.failed(self._found, CredentialProblem.PROGRAM, said="time limit") from None
        except (OSError, ValueError) as error:
            said = getattr(error, "strerror", None) or type(error).__name__
            raise self._chain.failed(self._found, CredentialProblem.PROGRAM, said=said) from None
        try:
            said = json.loads(done.stdout.decode("utf-8"))
            keys = Keys(
                said["AccessKeyId"], said["SecretAccessKey"], said.get("SessionToken"), _seconds(said.get("Expiration"))
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            said = words[-1][:_SAID] if words else f"exit status {done.returncode}"
            raise self._chain.failed(self._found, CredentialProblem.PROGRAM, said=said) from None
        if done.returncode != 0 or said.get("Version") != 1:
            raise self._chain.failed(self._found, CredentialProblem.PROGRAM, said=f"exit status {done.returncode}")
        return keys

    def _container(self) -> Keys:
        from botocore.httpsession import URLLib3Session
        from botocore.utils import ContainerMetadataFetcher

        session = _BoundedSession(URLLib3Session(timeout=2), self._wanted.seconds)
        fetcher = ContainerMetadataFetcher(session, sleep=lambda seconds: None)
        token = self._text("0.authorization")
        headers = {"Authorization": token} if token else None
        said = fetcher.retrieve_full_uri(self._text("0.url"), headers=headers)
        return Keys(said["AccessKeyId"], said["SecretAccessKey"], said["Token"], _seconds(said.get("Expiration")))

    def _instance(self) -> Keys:
        from botocore.utils import InstanceMetadataFetcher

        url = self._text("0.url")
        config = {
            "ec2_metadata_service_endpoint": url,
            "ec2_metadata_service_endpoint_mode": "ipv6" if "[" in url else "ipv4",
            "ec2_metadata_v1_disabled": bool(self._text("0.only_v2")),
            "ec2_credential_refresh_window": 0,
        }
        fetcher = InstanceMetadataFetcher(timeout=1, num_attempts=1, env={}, config=config)
        fetcher._session = _BoundedSession(fetcher._session, self._wanted.seconds)
        said = fetcher.retrieve_iam_role_credentials()
        if not said:
            raise self._chain.failed(self._found, CredentialProblem.NONE, host=bare_address(url))
        return Keys(said["access_key"], said["secret_key"], said["token"], _seconds(said.get("expiry_time")))

    # -- botocore ------------------------------------------------------------------------------------------------------

    def _client(self, service: str, keys: Keys | None = None, region: str = "") -> Any:
        """Return botocore's client of a service, without its own chain: with these keys, or unsigned."""
        from botocore import UNSIGNED
        from botocore.config import Config
        from botocore.session import Session

        # The files were read already: no variable of this process names a profile or a file of them again.
        unread = (None, None, None, None)
        session = Session(session_vars=dict.fromkeys(("profile", "config_file", "credentials_file"), unread))
        patience = max(min(self._wanted.seconds - 0.5, 5.0), 0.5)
        config = Config(
            signature_version=UNSIGNED if keys is None else "v4",
            connect_timeout=patience,
            read_timeout=patience,
            retries={"total_max_attempts": 1},
            ignore_configured_endpoint_urls=True,
        )
        credentials = {}
        if keys is not None:
            credentials = {
                "aws_access_key_id": keys.access_key,
                "aws_secret_access_key": keys.secret.reveal(),
                "aws_session_token": keys.token.reveal() if keys.token is not None else None,
            }
        client = session.create_client(
            service,
            region_name=region or self._text("region") or DEFAULT_REGION,
            endpoint_url=self._text(f"endpoint_{service}") or None,
            verify=self._wanted.ca_bundle or None,
            config=config,
            **credentials,
        )
        client._endpoint.http_session = _BoundedSession(client._endpoint.http_session, self._wanted.seconds)
        return client

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn botocore's exceptions into problems."""
        from botocore import exceptions
        from botocore.parsers import ResponseParserError

        won = self._found.chain.winner
        step = won.step if won is not None else ""
        host = bare_address(self._text(f"endpoint_{'sso' if step == 'sso' else 'sts'}") or self._text("0.url"))
        try:
            yield
        except CredentialError:
            raise
        except exceptions.ClientError as error:
            said = error.response.get("Error", {})
            words = self._clean(f"{said.get('Code', '')}: {said.get('Message', '')}")
            expired = step == "sso" and said.get("Code") == "UnauthorizedException"
            problem = CredentialProblem.EXPIRED if expired else CredentialProblem.REFUSED
            raise self._chain.failed(self._found, problem, said=words, host=host) from None
        except (exceptions.HTTPClientError, exceptions.MetadataRetrievalError) as error:
            words = self._clean(str(error))
            raise self._chain.failed(self._found, CredentialProblem.UNREACHABLE, said=words, host=host) from None
        except (exceptions.BotoCoreError, ResponseParserError, *_STRANGE) as error:
            words = self._clean(f"{type(error).__name__}: {error}")
            raise self._chain.failed(self._found, CredentialProblem.OTHER, said=words, host=host) from None

    def _clean(self, words: str) -> str:
        """Return what a service or the library says, without secrets: some repeat the request, signature and all."""
        bare = _FIELD.sub(r"\1[key]", _SIGNATURE.sub(r"\1[key]", words[:_LONGEST]))
        return self._scrub(bare)[:_SAID]


class _BoundedSession:
    """A session of botocore whose answers are bounded in bytes and time; botocore reads them to their end."""

    def __init__(self, session: Any, seconds: float) -> None:
        self._session = session
        self._ends = time.monotonic() + seconds

    def send(self, request: Any) -> Any:
        """Send a request and return its answer. Raises HTTPClientError if that is too large or takes too long."""
        from botocore.exceptions import HTTPClientError

        request.stream_output = True  # else it is read before it is returned
        answer = self._session.send(request)
        content = bytearray()
        try:
            for piece in answer.raw.stream():
                content += piece
                if len(content) > LARGEST or time.monotonic() > self._ends:
                    raise ValueError("the answer is too large" if len(content) > LARGEST else "time limit")
        except Exception as error:  # of urllib3, or the one above
            raise HTTPClientError(error=error) from None
        finally:
            answer.raw.close()
        answer._content = bytes(content)
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _of_sts(said: Mapping[str, Any]) -> Keys:
    found = said["Credentials"]
    return Keys(
        found["AccessKeyId"], found["SecretAccessKey"], found.get("SessionToken"), _seconds(found.get("Expiration"))
    )


def _seconds(moment: Any) -> float:
    """Return a moment, as botocore gives it (a text or a datetime), in seconds since 1970; 0 if it is none."""
    if moment is None:
        return 0.0
    return valid_until(moment.timestamp() if hasattr(moment, "timestamp") else moment_of(str(moment)))
