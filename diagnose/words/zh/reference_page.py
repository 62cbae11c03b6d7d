"""The words of the findings page in the documentation, in Chinese."""

from __future__ import annotations

# Words that replace the values that only a run knows.
VALUES: dict[str, str] = {
    "address": "报告中的地址",
    "app_variable": "该应用读取的变量",
    "better_auth": "能用的那种请求头",
    "better_url": "报告中给出的地址",
    "better_version": "报告中给出的版本",
    "claude_token": "ANTHROPIC_AUTH_TOKEN",
    "console": "服务商的密钥页面",
    "endpoint": "另一个接口",
    "key_env": "该服务商的变量",
    "key_hint": "报告中的密钥首尾",
    "key_length": "N",
    "location": "它指向的主机",
    "names": "证书里的名称",
    "near": "报告中列出的名称",
    "other_protocol": "它所用的协议",
    "other_source": "另一处",
    "parameter": "该参数",
    "port": "报告中的端口",
    "retry_after": "N",
    "said": "报告中的原话",
    "source": "报告中指出的位置",
    "version_variable": "应用读取的变量",
}

WORDS: dict[str, str] = {
    "title": "诊断结论",
    "written": "本页由 `llmdoctor docs --write docs` 根据目录生成，请勿直接修改。",
    "about": "每个代码对应一种问题，永不改名。在终端里用 `llmdoctor explain 代码` 可以看到同样的内容。",
    "code": "代码",
    "summary": "一句话说明",
    "error": "错误",
    "warning": "警告",
    "info": "提示",
    "steps": "怎么办：",
}

# The page of the apps.
APPS: dict[str, str] = {
    "title": "应用",
    "written": "本页由 `llmdoctor docs --write docs` 根据 `probes/facts/apps.toml` 生成，请勿直接修改。",
    "about": "共 {count} 个应用。`llmdoctor apps 代号` 显示某个应用的全部资料，`llmdoctor check --app 代号` "
    "按它的方式发请求。**填写**：对话接口为 `https://api.example.com/v1/chat/completions`"
    "（messages 接口为 `/v1/messages`，以此类推）时，应用里该填的 Base URL。**未证实**：这一行有内容没有出处。",
    "head": "代号 | 名称 | 协议 | 填写 | 应用会加上 | 密钥发送方式 | Base URL 取自 | 代理",
    "unconfirmed": "（未证实）",
    "nothing": "不加",
    "its_settings": "应用的设置",
    "recorded": "录下的请求",
    "recorded_about": "在本机录下了 {count} 个应用的请求。`llmdoctor check --app 代号 --as-client` "
    "按同样的形式发送，其中的文字换成自己的短句。**另有**：普通检查的请求没有、而它有的内容。"
    "**去掉的设置**：加上后，应用的请求里就少了某一部分。",
    "recorded_head": "代号和版本 | 协议 | 录制时的模型 | 字节 | 另有 | 去掉的设置",
    "recorded_nothing": "没有",
    "kind.sdk": "官方 SDK",
    "kind.library": "开发库",
    "kind.cli": "命令行工具",
    "kind.ide": "编辑器",
    "kind.desktop": "桌面应用",
    "kind.server": "服务器和网页应用",
    "proxies.environment": "读取 `HTTPS_PROXY` 等变量",
    "proxies.ignored": "不读取",
    "proxies.own": "应用自己的设置",
    "proxies.system": "系统代理",
    "proxies.unknown": "未知",
}
