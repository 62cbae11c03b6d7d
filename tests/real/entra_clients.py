"""Call Azure OpenAI with openai and azure-identity, in their environment (`.ci/run` fetches it): one process for all.

Standard input: ``[{"environ", "home", "url", "client"}]``; standard output: for each ``{"said", "text", "error"}``. Each
call runs in a forked process, which has the variables of its world alone.
"""

from child_calls import answer_all

SCOPE = "https://cognitiveservices.azure.com/.default"


def call(world):
    from azure.identity import DefaultAzureCredential, get_bearer_token_provider
    from openai import AzureOpenAI, OpenAI

    # Only Microsoft's own token services are known to its directory of them; this one is on loopback.
    provider = get_bearer_token_provider(DefaultAzureCredential(disable_instance_discovery=True, retry_total=0), SCOPE)
    if world["client"] == "v1":
        client = OpenAI(base_url=f"{world['url']}/openai/v1", api_key=provider, max_retries=0)
    else:
        client = AzureOpenAI(
            azure_endpoint=world["url"], azure_ad_token_provider=provider, api_version="2024-10-21", max_retries=0
        )
    asked = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say OK."}]}
    said = client.chat.completions.create(**asked).choices[0].message.content
    pieces = client.chat.completions.create(**asked, stream=True)
    text = "".join(one.choices[0].delta.content or "" for one in pieces if one.choices)
    return {"said": said, "text": text}


def main():
    import azure.identity  # noqa: F401  # once, for all children
    import openai  # noqa: F401

    answer_all(call)


main()
