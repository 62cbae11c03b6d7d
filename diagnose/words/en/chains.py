"""The words for the steps in which a house's own library looks for a credential (``check -v``)."""

from probes.model.credential import StepStatus

WINNER = "used"
EXPIRES = "valid until {moment}"
LOSERS = "; not used: {others}"

STATUS = {
    StepStatus.WINS: "found",
    StepStatus.SHADOWED: "found, but not used",
    StepStatus.ABSENT: "nothing there",
    StepStatus.INCOMPLETE: "incomplete",
    StepStatus.UNREADABLE: "cannot be read",
    StepStatus.EXPIRED: "expired",
    StepStatus.EARLY: "not valid yet",
    StepStatus.NOT_ASKED: "not asked",
    StepStatus.FAILED: "failed",
}

# By house and step; ``HOUSES`` names the houses in findings.
HOUSES = {"aws": "AWS"}
STEPS = {
    "aws.key": "Key given",
    "aws.bearer": "Bedrock API key",
    "aws.environment": "Environment",
    "aws.assume_role": "Role of the profile",
    "aws.web_identity": "Web identity",
    "aws.sso": "IAM Identity Center (SSO)",
    "aws.credentials_file": "Credentials file",
    "aws.login": "Console login",
    "aws.process": "credential_process",
    "aws.config_file": "Config file",
    "aws.container": "Container",
    "aws.instance": "EC2 instance",
}

KINDS = {
    "access_key": "access key",
    "session": "temporary credentials",
    "api_key": "API key",
    "role": "role",
    "token": "token",
}

CHOICES = {"region": "Region", "profile": "Profile"}

# What a step tells besides: the name stands before its value.
HINTS = {
    "key": "key",
    "role": "role",
    "from": "from",
    "file": "file",
    "account": "account",
    "address": "at",
    "program": "program",
    "mfa": "with the device",
    "renews": "renewable:",
}
