"""The words for the steps in which a house's own library looks for a credential (``check -v``)."""

from probes.model.credential import StepStatus

WINNER = "used"
NEXT = "would be used"
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
HOUSES = {"aws": "AWS", "entra": "Microsoft Entra ID", "google": "Google"}
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
    "entra.environment": "Environment",
    "entra.workload_identity": "Workload identity",
    "entra.managed_identity": "Managed identity",
    "entra.selection": "AZURE_TOKEN_CREDENTIALS",
    "entra.browser": "Browser",
    "entra.vscode": "Visual Studio Code",
    "entra.cli": "Azure CLI",
    "entra.powershell": "Azure PowerShell",
    "entra.developer_cli": "Azure Developer CLI",
    "google.key": "API key (express mode)",
    "google.application_credentials": "GOOGLE_APPLICATION_CREDENTIALS",
    "google.adc_file": "Application Default Credentials",
    "google.metadata": "Metadata server",
    "google.cli": "Login of the gcloud CLI",
}

KINDS = {
    "access_key": "access key",
    "session": "temporary credentials",
    "api_key": "API key",
    "role": "role",
    "token": "token",
    "service_account": "service account",
    "user": "login of a person",
    "federation": "workload identity federation",
    "impersonated": "impersonated service account",
}

CHOICES = {
    "region": "Region",
    "profile": "Profile",
    "scope": "Scope",
    "tenant": "Tenant",
    "client": "Client ID",
    "chain": "AZURE_TOKEN_CREDENTIALS",
    "project": "Project",
    "location": "Location",
    "quota_project": "Quota project",
}

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
    "tenant": "tenant",
    "client": "client",
    "target": "acting as",
    "token_service": "tokens from",
    "token_file": "token in",
}
