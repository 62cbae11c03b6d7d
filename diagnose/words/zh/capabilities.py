"""The words of a deep check, in Chinese; the ordinary check never loads them."""

from __future__ import annotations

# In the order of ``probes.capabilities.NAMES``.
NAMES: dict[str, str] = {
    "chat_completions": "Chat Completions 接口",
    "responses": "Responses 接口",
    "messages": "Messages 接口",
    "tools": "工具调用",
    "tools_stream": "流式工具调用",
    "structured_output": "结构化输出",
    "vision": "图片输入",
    "embeddings": "向量嵌入",
    "key_check": "拒绝错误密钥",
}

# By the reason for the result (``probes.model.capability.Capability.why``).
WHY: dict[str, str] = {
    # supported
    "basic": "本次检查用的就是它",
    "spoken": "用这个密钥可以得到回答：{detail|见证据}",
    "answered": "按要求调用了工具，并根据结果作答",
    "called": "按要求调用了工具",
    "fits": "回答符合给定的结构",
    "saw": "说出了图片的颜色",
    "vector": "{detail|得到} 维向量",
    "refused_wrong": "随机编造的密钥被拒绝",
    # not supported
    "no_route": "没有这个路径",
    "key_refused": "接口存在，但拒绝这个密钥",
    "refused": "被服务器拒绝",
    "result_refused": "能调用工具，但拒绝接收工具的结果",
    "no_answer": "没有给出回答",
    "none": "忽略了工具：已要求调用却没有调用",
    "as_text": "工具调用以普通文本写在了回答里",
    "not_text": "能调用，但参数是对象，应为文本",
    "not_object": "能调用，但参数是文本，应为对象",
    "not_json": "能调用，但参数不是有效的 JSON",
    "not_schema": "能调用，但参数不符合工具的定义",
    "no_id": "能调用，但没有可供回复的 id",
    "no_index": "能调用，但流式片段缺少 index，许多客户端会丢失该调用",
    "wrong_name": "调用了并不存在的工具：{detail|无名}",
    "no_events": "返回的不是该协议的事件流",
    "ignored": "忽略了结构要求：回答是普通文本",
    "misfits": "回答是 JSON，但不符合给定的结构",
    "disclaimed": "服务方说明 {detail|该模型} 不支持",
    "unseen": "有回答，但没有看到图片",
    "no_vector": "没有得到向量",
    "keyless": "该接口不需要密钥",
    "accepted_wrong": "这里不检查密钥：随机编造的密钥同样得到了回答",
    # unknown
    "no_spend": "未测试（--no-spend）",
    "rate_limited": "未测完：服务器限制了请求频率",
    "unfinished": "未测完：时间已到或被中断",
    "enough": "未测完：已达到请求次数上限",
    "crashed": "llmdoctor 自身出错（{detail|未知}）",
    "spent": "限定的 token 已用完，无法判断",
    "not_called": "模型可以不调用工具，它没有调用",
    "unclaimed": "未测试：没有说明 {detail|该模型} 支持",
    "no_request": "未测试：llmdoctor 不知道该协议的对应请求",
    "no_model": "未测试：模型列表中没有对应的模型",
    "no_model_here": "接口存在，但不提供这个模型",
    "no_stream": "未测试：流式输出不可用",
    "failed": "请求失败",
    "billing": "账户余额或额度不足",
    "not_permitted": "这个密钥没有权限",
    "broken": "服务器处理时出错",
    "unsure": "因其他原因被拒绝",
}

# The phrases around the table.
AROUND: dict[str, str] = {
    "title": "更多能力（--deep）",
    "not_asked": "未测试：没有可用的连接方式",
    "supported": "可以",
    "unsupported": "不行",
    "unknown": "未知",
    "without_key": "不带密钥",
    "made_up": "用编造的密钥",
    "announced": "--deep：最多 {count} 次请求，最多消耗 {tokens} token",
}
