"""What a server's own answer asks for, as steps in Chinese. ``ask_…``: what many servers ask for, in our words."""

from __future__ import annotations

STEPS: dict[str, str] = {
    "url": "把 Base URL 改为 {value}：这是服务器在应答里给出的。",
    "url_foreign": (
        "服务器说这类请求应发往另一个地址：{value}。这只是它的说法，先向发放密钥的一方确认，再把密钥发过去。"
    ),
    "page": "打开服务器给出的页面：{value}",
    "page_foreign": "服务器给出了这个页面：{value}。这只是它的说法，登录之前先看清页面属于谁。",
    "header": "在应用的自定义请求头里加上 {value}：服务器要求有它，取值见其文档。",
    "path": "服务器给出的接口是 {value}：在应用里选择对应的接口类型。",
    "model": "换用模型 {value}：服务器说用它代替现在这个。",
    "parameter": "按服务器的要求，让应用改发 {value}，不要发被拒的那一项。",
    "region": "改用服务器给出的地域 {value}。",
    "variable": "设置服务器给出的变量 {value}。",
    "scope": "给密钥加上权限 {value}：服务器说缺少它。",
    "request": "服务器的要求：{value}",
    "ask_bind": "按服务器的要求，把它所说的账号绑定到你的账号：{said}",
    "ask_verify": "按服务器的要求完成组织或账号认证，认证后可能要等几分钟才生效。",
    "ask_terms": "由账号所有者同意服务器所说的条款。",
    "ask_enable": "在密钥所属的项目里开通服务器所说的服务或模型。",
    "ask_workspace": "给密钥所属的业务空间开通这个模型，或换用有权限的业务空间的密钥：服务器说当前的没有权限。",
    "ask_pull": "按服务器的应答，先在那台服务器上下载模型：`ollama pull NAME`。",
    "ask_policy": "修改账号的隐私或数据设置：在现有设置允许的范围内，没有服务商提供这个模型。",
    # 同上，用于应答给出了服务商页面的情况。
    "ask_bind_page": "打开 {value}，把服务器所说的账号绑定到你的账号。",
    "ask_verify_page": "按服务器的要求完成组织或账号认证：{value}。认证后可能要等几分钟才生效。",
    "ask_terms_page": "由账号所有者打开 {value}，同意服务器所说的条款。",
    "ask_enable_page": "打开 {value}，为密钥所属的项目开通服务器所说的服务或模型。",
    "ask_workspace_page": "打开 {value}，给密钥所属的业务空间开通这个模型，或换用有权限的业务空间的密钥。",
    "ask_policy_page": "打开 {value}，修改账号的隐私或数据设置：在现有设置允许的范围内，没有服务商提供这个模型。",
}
