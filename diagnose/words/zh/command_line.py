"""The words around the command line, in Chinese: help pages, examples, and what `check` says with nothing set."""

from __future__ import annotations

GROUPS: dict[str, str] = {
    "target": "检查对象",
    "how": "检查方式",
    "fix": "修复",
    "report": "报告",
    "options": "选项",
    "examples": "示例",
    "diagnose": "诊断",
    "understand": "查询",
    "set_up": "配置",
    "serve": "服务",
    "others": "其他命令",
}

EXAMPLES: dict[str, str] = {
    "check": "本目录下 SDK 所用的设置",
    "check https://api.openai.com/v1": "这个地址",
    "check deepseek": "已知的服务商，见 `llmdoctor doors`",
    "check --fix": "检查，并把实测可用的修复写入文件",
    "demo": "本机上的正常服务，不需要密钥",
    "demo no-v1": "`demo --list` 里的一种故障",
    "demo --list": "全部故障",
    "scan": "本机所有应用的设置",
    "scan --list": "只列出，不检查",
    "fleet llmdoctor.toml": "文件里的每个目标",
    "init": "根据这里的设置写出 llmdoctor.toml",
    "init --apps": "为每个应用写一个目标",
    "snippet --list": "支持的应用和语言",
    "snippet --app python": "用可用的设置生成 Python 代码",
    "judge run.json": "用 `check --save run.json` 保存的运行记录",
    "judge llmdoctor-bundle.json": "打开诊断包：报告和其他内容",
    "bundle": "给技术支持的诊断包，写入前先显示",
    "bundle --yes -o ticket.json": "在脚本里使用",
    "compare laptop.json server.json": "用 `check --json -o 文件` 写出的两份报告",
    "explain key.wrong_door": "某个代码的含义",
    'explain "Error code: 404 - Not Found"': "报错文字的含义",
    "explain --file app.log": "日志里的报错",
    "whose --key-env OPENAI_API_KEY": "这个密钥属于哪些服务商",
    "doors": "全部已知服务商",
    "doors deepseek": "其中一家的全部资料",
    "apps": "全部已知应用",
    "apps cursor": "其中一个的全部资料",
    "facts": "资料有多旧",
    "facts update facts.json": "采用更新的资料包",
    "doors --age": "需要重新核对的资料",
    "trust --list": "你同意过的内容",
    "serve": "网页，地址 http://127.0.0.1:9115",
    "mcp": "由智能体的应用启动：各应用的配置见 docs/agents.md",
    "mcp --allow send,spend": "同上，用于不能询问你的应用",
}

SAY: dict[str, str] = {
    "error": "错误：",
    "init_comment": "供 `llmdoctor fleet` 和 `llmdoctor check 名称` 使用的目标。这里只写密钥所在的变量，不写密钥本身。",
    "init_fleet": "检查文件里的每个目标",
    "init_check": "只检查这一个",
    "all_options": "全部选项",
}

GUIDE: dict[str, str] = {
    "title": "没有可检查的内容：这里没有设置 API 密钥和 Base URL。",
    "looked": "已在环境变量、`.env` 和 `llmdoctor.toml` 里查找 OPENAI_API_KEY、ANTHROPIC_API_KEY "
    "以及 {count} 家服务商的变量。",
    "key": "设置密钥（运行后输入，不会显示）：",
    "address": "再设置随密钥一起拿到的 Base URL（OpenAI 官方的密钥不用设）：",
    "door": "检查已知的服务商，密钥放在它自己的变量里",
    "scan": "查看本机各应用的设置",
    "demo": "不用密钥，看看报告是什么样子",
}
