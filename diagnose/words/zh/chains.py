"""云厂商自己的库依次查找凭证的各个步骤（``check -v``）。"""

from probes.model.credential import StepStatus

WINNER = "使用"
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

HOUSES = {"aws": "AWS"}
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
}

KINDS = {
    "access_key": "访问密钥",
    "session": "临时凭证",
    "api_key": "API 密钥",
    "role": "角色",
    "token": "令牌",
}

CHOICES = {"region": "区域", "profile": "配置名"}

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
}
