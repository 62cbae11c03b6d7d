"""Obtain Entra tokens: with azure-identity, or from a managed identity's address. Only this imports azure-identity.

Every value comes from the chain that was read, and none from the environment of this process, except for the programs
of developers' logins, which azure-identity starts as the user would.
"""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Any
from urllib.parse import quote, urlsplit

from probes.credential_chains.chain import (
    Chain,
    CredentialError,
    CredentialWalk,
    ObtainFor,
    TokenCredential,
    valid_until,
)
from probes.model.credential import CredentialFacts, CredentialProblem, StepStatus
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings
from probes.network.daemon_thread import in_daemon_thread

_SAID = 300  # characters of an error that are kept
# The logins of Azure's own programs, and azure-identity's class for each.
_PROGRAMS = {
    "cli": "AzureCliCredential",
    "powershell": "AzurePowerShellCredential",
    "developer_cli": "AzureDeveloperCliCredential",
}
# How each kind of managed identity is asked: API version (none for Cloud Shell, which gets a form) and name of the id.
_ENDPOINTS = {
    "app_service": ("2019-08-01", "client_id"),
    "imds": ("2018-02-01", "client_id"),
    "machine_learning": ("2017-09-01", "clientid"),
    "cloud_shell": ("", "client_id"),
}
_ANSWER = 65536  # bytes of a token endpoint's answer
_JWT = re.compile(r"eyJ[\w-]{10,4000}\.[\w-]{10,8000}(?:\.[\w-]{0,2000})?")
_NESTED = 8  # errors within each other that are looked at
_PATIENCE = 1.0  # seconds that a machine's metadata may take; azure-identity waits as long before it goes on


async def obtain(chain: Chain, found: CredentialSettings, wanted: ObtainFor) -> TokenCredential:
    """Obtain the token of the step that wins. Raises CredentialError."""
    won = found.chain.winner
    if won is None:
        raise chain.failed(found, CredentialProblem.NONE)
    if won.status is StepStatus.UNREADABLE:
        raise chain.failed(found, CredentialProblem.UNREADABLE)
    if won.status is StepStatus.EXPIRED:
        raise chain.failed(found, CredentialProblem.EXPIRED)
    return await in_daemon_thread(_EntraRequest(chain, found, wanted).credential, "entra")


class _EntraRequest(CredentialWalk):
    """One way to a token."""

    def credential(self) -> TokenCredential:
        """Return the token of the step that wins; of a machine's metadata before it, if that answers."""
        kind, step = self._text("kind"), ""
        if self._text("before.kind"):
            try:
                token, expires = self._asked("before.")
                step = "managed_identity"
            except CredentialError:
                token = ""
            if token:
                return self._made(token, expires, step)
        if kind in _ENDPOINTS:
            token, expires = self._asked("")
            return self._made(token, expires, step)
        if kind in ("vscode", "arc", "browser"):
            raise self._chain.failed(self._found, CredentialProblem.KEPT)
        if kind in _PROGRAMS and (not self._found.programs or self._text("foreign")):
            raise self._chain.failed(self._found, CredentialProblem.NEEDS_CONSENT)
        if not self._chain.installed():
            raise self._chain.failed(self._found, CredentialProblem.NO_LIBRARY)
        try:
            token, expires = self._of_library(kind)
        except CredentialError as error:
            # A developer's login that fails does not end the walk: the library goes on to the next program's.
            for later in self._text("later").split():
                try:
                    token, expires = self._of_library(later)
                except CredentialError:
                    continue
                return self._made(token, expires, later)
            raise error from None
        return self._made(token, expires, step)

    def _made(self, token: str, expires: float, step: str) -> TokenCredential:
        won = self._found.chain.winner
        assert won is not None
        at = next((one for one in self._found.chain.steps if one.step == step), won)
        account = dict(at.hints).get("tenant", "")
        facts = CredentialFacts("entra", at.step, "token", at.source, valid_until(expires), account=account)
        return TokenCredential(Secret(token), facts)

    # -- managed identity ----------------------------------------------------------------------------------------------

    def _asked(self, prefix: str) -> tuple[str, float]:
        """Ask the address of a managed identity, directly and without any proxy."""
        from http.client import HTTPConnection, HTTPException, HTTPSConnection

        url = urlsplit(self._text(f"{prefix}url"))
        kind = self._text(f"{prefix}kind")
        machine = kind == "imds"
        version, name = _ENDPOINTS[kind]
        resource = quote(self._text("scope").removesuffix("/.default"), safe="")
        identity = self._text(f"{prefix}identity")
        query = f"resource={resource}" + (f"&{name}={quote(identity, safe='')}" if identity else "")
        path = f"{url.path.rstrip('/')}/metadata/identity/oauth2/token" if machine else url.path or "/"
        secret = {"app_service": "X-IDENTITY-HEADER", "machine_learning": "secret"}.get(kind)
        headers = {secret: self._text(f"{prefix}header")} if secret is not None else {"Metadata": "true"}
        method, body = "GET", None
        if version:
            path = f"{path}?api-version={version}&{query}"
        else:
            method, body = "POST", query
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        patience = _PATIENCE if machine else min(self._wanted.seconds, 5.0)
        host = url.netloc.rpartition("@")[2]
        try:
            made = HTTPSConnection if url.scheme == "https" else HTTPConnection
            connection = made(host, timeout=patience)
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read(_ANSWER).decode("utf-8", "replace")
            finally:
                connection.close()
        except (OSError, HTTPException, ValueError) as error:
            words = getattr(error, "strerror", None) or str(error) or type(error).__name__
            problem = CredentialProblem.NONE if machine else CredentialProblem.UNREACHABLE
            raise self._chain.failed(self._found, problem, said=words[:_SAID], host=host) from None
        try:
            said = json.loads(text)
            token = said["access_token"]
            expires = float(said.get("expires_on") or time.time() + float(said.get("expires_in", 0)))
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
            # What has a token but no moment of its end is no error's text.
            shown = "no token in the answer" if answer.status == 200 else " ".join(_JWT.sub("[key]", text).split())
            words = f"{answer.status} {shown[:_SAID]}"
            # What answers at a machine's address without being its metadata service is passed over: a proxy, Docker.
            nobody = machine and not (answer.status in (400, 403) and text.lstrip().startswith("{"))
            problem = CredentialProblem.NONE if nobody else CredentialProblem.REFUSED
            raise self._chain.failed(self._found, problem, said=words, host=host) from None
        return self._sendable(token), expires

    # -- azure-identity ------------------------------------------------------------------------------------------------

    def _of_library(self, kind: str) -> tuple[str, float]:
        from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError, ServiceResponseError
        from azure.identity import CredentialUnavailableError

        # The library logs what it also raises; without a handler, Python would print it.
        logging.getLogger("azure").addHandler(logging.NullHandler())
        host = "" if kind in _PROGRAMS else urlsplit(self._authority()).netloc
        try:
            got = self._library_credential(kind).get_token(self._text("scope"))
        except CredentialUnavailableError as error:
            problem = CredentialProblem.PROGRAM if kind in _PROGRAMS else CredentialProblem.REFUSED
            raise self._chain.failed(self._found, problem, said=_words(error), host=host) from None
        except ClientAuthenticationError as error:
            said = _words(error)
            signed_out = kind in _PROGRAMS and ("AADSTS70043" in said or "AADSTS700082" in said or "az login" in said)
            problem = (
                CredentialProblem.EXPIRED
                if signed_out
                else CredentialProblem.PROGRAM
                if kind in _PROGRAMS
                else CredentialProblem.UNREACHABLE
                if _never_answered(error)
                else CredentialProblem.REFUSED
            )
            raise self._chain.failed(self._found, problem, said=said, host=host) from None
        except (ServiceRequestError, ServiceResponseError) as error:
            problem = CredentialProblem.UNREACHABLE
            raise self._chain.failed(self._found, problem, said=_words(error), host=host) from None
        except ValueError as error:  # a tenant id, a certificate or an address that cannot be one
            raise self._chain.failed(self._found, CredentialProblem.OTHER, said=_words(error), host=host) from None
        return got.token, float(got.expires_on)

    def _authority(self) -> str:
        said = self._text("authority")
        return said if "://" in said else f"https://{said}"

    def _library_credential(self, kind: str) -> Any:
        import azure.identity as library

        tenant, seconds = self._text("tenant"), max(int(self._wanted.seconds), 1)
        if kind in _PROGRAMS:
            return getattr(library, _PROGRAMS[kind])(tenant_id=tenant, process_timeout=seconds)
        authority = self._authority()
        more: dict[str, Any] = {
            "authority": authority,
            # Only Microsoft's own authorities are known to its directory of them.
            "disable_instance_discovery": not authority.removeprefix("https://").rstrip("/").startswith("login."),
            "retry_total": 0,
            "connection_timeout": min(self._wanted.seconds, 5.0),
            "read_timeout": min(self._wanted.seconds, 5.0),
            "use_env_settings": False,
        }
        if self._wanted.ca_bundle:
            more["connection_verify"] = self._wanted.ca_bundle
        if self._wanted.proxy:
            more["proxies"] = {"https": self._wanted.proxy, "http": self._wanted.proxy}
        client = self._text("client")
        if kind == "secret":
            return library.ClientSecretCredential(tenant, client, self._text("secret"), **more)
        if kind == "certificate":
            data = self._text("certificate").encode()
            password = self._text("password") or None
            return library.CertificateCredential(tenant, client, certificate_data=data, password=password, **more)
        return library.ClientAssertionCredential(tenant, client, lambda: self._text("assertion"), **more)


def _never_answered(error: BaseException) -> bool:
    """Check whether an error of the library wraps one of the connection: nobody refused anything then."""
    from azure.core.exceptions import ServiceRequestError, ServiceResponseError

    inner: BaseException | None = error
    for _ in range(_NESTED):
        if inner is None or isinstance(inner, ServiceRequestError | ServiceResponseError):
            return inner is not None
        inner = inner.__cause__ or inner.__context__
    return False


def _words(error: Exception) -> str:
    """Return what Entra or the library says, in one line: the AADSTS code and its sentence, without trace ids."""
    said = " ".join(str(getattr(error, "message", "") or error).split())
    at = said.find("AADSTS")
    said = said[at:] if at > 0 else said
    return said.partition(" Trace ID:")[0][:_SAID]
