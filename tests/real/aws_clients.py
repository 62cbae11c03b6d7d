"""Call Bedrock with AWS' and Anthropic's own clients, in their environment (`.ci/run` fetches it): one process for all.

Standard input: ``[{"environ", "home", "url", "client", "model", "code"}]``; standard output: for each ``{"method", "said",
"text", "error"}``. Each call runs in a forked process, which has the variables of its world alone.
"""

import contextlib
import io
import os

from child_calls import answer_all


def call(world):
    client, url, model = world["client"], world.get("url"), world.get("model")
    asked = [{"role": "user", "content": [{"text": "Count from 1 to 20."}]}]
    if client == "snippet":
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(world["code"], {})
        return {"said": printed.getvalue()}
    if client == "mantle":
        from anthropic import AnthropicBedrockMantle

        made = AnthropicBedrockMantle(base_url=url, max_retries=0)
        whole = made.messages.create(model=model, max_tokens=16, messages=[{"role": "user", "content": "Say OK."}])
        return {"said": whole.content[0].text}
    if client in ("openai", "responses"):
        from openai import BedrockOpenAI

        made = BedrockOpenAI(base_url=url, max_retries=0)
        if client == "responses":
            return {"said": made.responses.create(model=model, input="Say OK.").output_text}
        said = made.chat.completions.create(model=model, messages=[{"role": "user", "content": "Say OK."}])
        return {"said": said.choices[0].message.content}
    if client == "anthropic":
        from anthropic import AnthropicBedrock

        made = AnthropicBedrock(base_url=url, max_retries=0)
        stream = made.messages.create(
            model=model, max_tokens=16, stream=True, messages=[{"role": "user", "content": "Count."}]
        )
        text = "".join(one.delta.text for one in stream if one.type == "content_block_delta")
        whole = made.messages.create(model=model, max_tokens=16, messages=[{"role": "user", "content": "Say OK."}])
        return {"text": text, "said": whole.content[0].text}
    import boto3
    from botocore.config import Config

    session = boto3.Session()
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=5)
    made = session.client("bedrock-runtime", endpoint_url=url, config=config)
    said = made.converse(modelId=model, messages=asked)["output"]["message"]["content"][0]["text"]
    events = made.converse_stream(modelId=model, messages=asked)["stream"]
    text = "".join(one["contentBlockDelta"]["delta"].get("text", "") for one in events if "contentBlockDelta" in one)
    found = session.get_credentials()
    return {"method": found.method if found is not None else "", "said": said, "text": text}


def prepare(world):
    from botocore import credentials, tokens

    cache = os.path.join(world["home"], ".aws", "sso", "cache")  # made from HOME when botocore was imported
    credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache


def main():
    import boto3  # noqa: F401  # once, for all children
    import openai  # noqa: F401
    from anthropic import AnthropicBedrock  # noqa: F401

    answer_all(call, prepare)


main()
