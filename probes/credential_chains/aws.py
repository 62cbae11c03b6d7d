"""AWS: the chain of botocore, and requests signed by Signature Version 4."""

from __future__ import annotations

from probes.credential_chains.chain import Chain
from probes.credential_chains.world import ChainWorld
from probes.model.attempt import Auth
from probes.model.credential import CredentialChain, CredentialStep, StepStatus
from probes.model.secret import Secret
from probes.model.settings import CredentialSettings
from probes.model.source import environment_variable


class _Aws(Chain):
    vendor = "aws"
    auth = Auth.SIGV4
    extra = "aws"
    library = "botocore"

    def read(self, world: ChainWorld) -> CredentialSettings:
        key, secret = world.variable("AWS_ACCESS_KEY_ID"), world.variable("AWS_SECRET_ACCESS_KEY")
        if key is None:
            step = CredentialStep("environment", StepStatus.ABSENT, environment_variable("AWS_ACCESS_KEY_ID"))
            return CredentialSettings(CredentialChain("aws", (step,)))
        step = CredentialStep("environment", StepStatus.WINS, key.source, "access_key")
        value = secret.value if secret is not None else ""
        return CredentialSettings(
            CredentialChain("aws", (step,), 0), (("access_key_id", key.value), ("secret", Secret(value)))
        )


CHAIN = _Aws()
