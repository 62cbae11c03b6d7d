"""云厂商自己的库依次查找凭证的各个步骤（``check -v``）。"""

from probes.model.credential import StepStatus

WINNER = "使用"
NEXT = "将会使用"
EXPIRES = "有效期至 {moment}"
LOSERS = "；未使用：{others}"

STATUS = {
    StepStatus.WINS: "已找到",
    StepStatus.SHADOWED: "已找到，但未使用",
    StepStatus.ABSENT: "没有",
    StepStatus.INCOMPLETE: "不完整",
    StepStatus.UNREADABLE: "无法读取",
    StepStatus.EXPIRED: "已过期",
    StepStatus.EARLY: "尚未生效",
    StepStatus.NOT_ASKED: "未询问",
    StepStatus.FAILED: "失败",
}

HOUSES = {"aws": "AWS", "entra": "Microsoft Entra ID", "google": "Google"}
STEPS = {
    "aws.key": "指定的密钥",
    "aws.bearer": "Bedrock API 密钥",
    "aws.environment": "环境变量",
    "aws.assume_role": "配置中的角色",
    "aws.web_identity": "Web 身份",
    "aws.sso": "IAM Identity Center（SSO）",
    "aws.credentials_file": "凭证文件",
    "aws.login": "控制台登录",
    "aws.process": "credential_process",
    "aws.config_file": "配置文件",
    "aws.container": "容器",
    "aws.instance": "EC2 实例",
    "entra.environment": "环境变量",
    "entra.workload_identity": "工作负载身份",
    "entra.managed_identity": "托管身份",
    "entra.selection": "AZURE_TOKEN_CREDENTIALS",
    "entra.browser": "浏览器",
    "entra.vscode": "Visual Studio Code",
    "entra.cli": "Azure CLI",
    "entra.powershell": "Azure PowerShell",
    "entra.developer_cli": "Azure Developer CLI",
    "google.key": "API 密钥（express 模式）",
    "google.application_credentials": "GOOGLE_APPLICATION_CREDENTIALS",
    "google.adc_file": "应用默认凭证（ADC）",
    "google.metadata": "元数据服务器",
    "google.cli": "gcloud 命令行的登录",
}

KINDS = {
    "access_key": "访问密钥",
    "session": "临时凭证",
    "api_key": "API 密钥",
    "role": "角色",
    "token": "令牌",
    "service_account": "服务账号",
    "user": "个人登录",
    "federation": "工作负载身份联合",
    "impersonated": "模拟的服务账号",
}

CHOICES = {
    "region": "区域",
    "profile": "配置名",
    "scope": "范围",
    "tenant": "租户",
    "client": "客户端 ID",
    "chain": "AZURE_TOKEN_CREDENTIALS",
    "project": "项目",
    "location": "位置",
    "quota_project": "配额项目",
}

# 步骤的补充信息：名称在值的前面。
HINTS = {
    "key": "密钥",
    "role": "角色",
    "from": "来自",
    "file": "文件",
    "account": "账号",
    "address": "地址",
    "program": "程序",
    "mfa": "验证设备",
    "renews": "可续期：",
    "tenant": "租户",
    "client": "客户端",
    "target": "模拟",
    "token_service": "令牌来自",
    "token_file": "令牌文件",
}
