"""The words of a deep check, apart from the others: the ordinary check never loads them. English, then Chinese."""

from __future__ import annotations

# In the order of ``probes.capabilities.NAMES``.
NAMES: dict[str, tuple[str, str]] = {
    "chat_completions": ("chat completions", "Chat Completions 接口"),
    "responses": ("responses", "Responses 接口"),
    "messages": ("messages", "Messages 接口"),
    "tools": ("tool calling", "工具调用"),
    "tools_stream": ("tool calling, streamed", "流式工具调用"),
    "structured_output": ("structured output", "结构化输出"),
    "vision": ("pictures", "图片输入"),
    "embeddings": ("embeddings", "向量嵌入"),
    "key_check": ("a wrong key is refused", "拒绝错误密钥"),
}

# By the word for what decided it (``probes.model.settings.Capability.why``).
WHY: dict[str, tuple[str, str]] = {
    # there
    "basic": ("the check itself has used it", "本次检查用的就是它"),
    "spoken": ("answers with this key at {detail|its path}", "用这个密钥可以得到回答：{detail|见证据}"),
    "answered": ("called as demanded, and answered with the result", "按要求调用了工具，并根据结果作答"),
    "called": ("called as demanded", "按要求调用了工具"),
    "fits": ("the answer fits the schema", "回答符合给定的结构"),
    "saw": ("named the colour of a picture", "说出了图片的颜色"),
    "vector": ("{detail|a vector} numbers", "{detail|得到} 维向量"),
    "refused_wrong": ("a made-up key was refused", "随机编造的密钥被拒绝"),
    # not there
    "no_route": ("no such path", "没有这个路径"),
    "key_refused": ("there, but it refuses this key", "接口存在，但拒绝这个密钥"),
    "refused": ("refused by the server", "被服务器拒绝"),
    "result_refused": ("called, but the tool's result is refused", "能调用工具，但拒绝接收工具的结果"),
    "no_answer": ("no answer came", "没有给出回答"),
    "none": ("tools are passed over: none was called, though it was demanded", "忽略了工具：已要求调用却没有调用"),
    "as_text": ("the call stands in the answer as plain text", "工具调用以普通文本写在了回答里"),
    "not_text": ("called, but the arguments are an object where text belongs", "能调用，但参数是对象，应为文本"),
    "not_object": ("called, but the arguments are text where an object belongs", "能调用，但参数是文本，应为对象"),
    "not_json": ("called, but the arguments are no JSON", "能调用，但参数不是有效的 JSON"),
    "not_schema": ("called, but the arguments do not fit the tool", "能调用，但参数不符合工具的定义"),
    "no_id": ("called, but without an id to answer to", "能调用，但没有可供回复的 id"),
    "no_index": (
        "called, but the stream's pieces carry no index: many clients lose the call",
        "能调用，但流式片段缺少 index，许多客户端会丢失该调用",
    ),
    "wrong_name": (
        "another tool than the one there was called: {detail|no name}",
        "调用了并不存在的工具：{detail|无名}",
    ),
    "no_events": ("the answer is no event stream of the protocol", "返回的不是该协议的事件流"),
    "ignored": ("the schema is passed over: the answer is plain text", "忽略了结构要求：回答是普通文本"),
    "misfits": ("the answer is JSON, but does not fit the schema", "回答是 JSON，但不符合给定的结构"),
    "disclaimed": ("the door says that {detail|the model} takes none", "服务方说明 {detail|该模型} 不支持"),
    "unseen": ("answered, but did not see the picture", "有回答，但没有看到图片"),
    "no_vector": ("no vector came", "没有得到向量"),
    "keyless": ("the door asks for no key", "该接口不需要密钥"),
    "accepted_wrong": (
        "the key is not checked here: a made-up one was answered just as well",
        "这里不检查密钥：随机编造的密钥同样得到了回答",
    ),
    # nobody can tell
    "no_spend": ("not asked (--no-spend)", "未测试（--no-spend）"),
    "rate_limited": ("not asked to the end: the door limits the rate", "未测完：服务器限制了请求频率"),
    "unfinished": ("not asked to the end: the time was up, or it was stopped", "未测完：时间已到或被中断"),
    "enough": ("not asked to the end: the limit of requests was met", "未测完：已达到请求次数上限"),
    "crashed": ("llmdoctor itself failed here ({detail|unknown})", "llmdoctor 自身出错（{detail|未知}）"),
    "spent": ("the small allowance was spent before anything could be told", "限定的 token 已用完，无法判断"),
    "not_called": ("the model did without the tool, which it was free to do", "模型可以不调用工具，它没有调用"),
    "unclaimed": (
        "not asked: nothing says that {detail|the model} takes them",
        "未测试：没有说明 {detail|该模型} 支持",
    ),
    "no_request": (
        "not asked: llmdoctor knows no request for it in this protocol",
        "未测试：llmdoctor 不知道该协议的对应请求",
    ),
    "no_model": ("not asked: no model for it is listed", "未测试：模型列表中没有对应的模型"),
    "no_model_here": ("the path is there, but does not serve this model", "接口存在，但不提供这个模型"),
    "no_stream": ("not asked: streaming does not work", "未测试：流式输出不可用"),
    "failed": ("the request failed", "请求失败"),
    "billing": ("the account could not pay for it", "账户余额或额度不足"),
    "not_permitted": ("this key may not ask for it", "这个密钥没有权限"),
    "broken": ("the server broke down over it", "服务器处理时出错"),
    "unsure": ("refused for another reason", "因其他原因被拒绝"),
}

# Around the table.
AROUND: dict[str, tuple[str, str]] = {
    "title": ("What else was asked for (--deep)", "更多能力（--deep）"),
    "not_asked": ("nothing: there was no way that works to ask on", "未测试：没有可用的连接方式"),
    "supported": ("yes", "可以"),
    "unsupported": ("no", "不行"),
    "unknown": ("open", "未知"),
    "without_key": ("without the key", "不带密钥"),
    "made_up": ("with a made-up key", "用编造的密钥"),
    "announced": (
        "--deep: at most {count} requests, which can cost at most {tokens} tokens",
        "--deep：最多 {count} 次请求，最多消耗 {tokens} token",
    ),
}


def say(table: dict[str, tuple[str, str]], name: str, lang: str, **values: object) -> str:
    """A phrase of one of these tables, filled in; the name itself where a later version's run knows more."""
    from diagnose.words import LANGS, fill

    found = table.get(name)
    given = {key: str(value) for key, value in values.items() if value not in ("", None)}
    return fill(found[LANGS.index(lang)], given) or "" if found is not None else name
