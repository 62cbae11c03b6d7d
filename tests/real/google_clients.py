"""Call Vertex AI with google-genai and AnthropicVertex, in their environment (`.ci/run` fetches it): one process for all.

Standard input: ``[{"environ", "home", "url", "tokens", "client", "model"}]``, or ``text``, code to run, instead of the
last two; standard output: for each ``{"said", "text", "error"}``. Each call runs in a forked process, which has the variables of its world alone.
"""

import contextlib
import io
import os
import sys

from child_calls import answer_all


def call(world):
    if "text" in world:  # a snippet, as it is printed
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(world["text"], "chat.py", "exec"), {"__name__": "__main__"})
        return {"said": printed.getvalue().strip()}
    url, model = world["url"], world["model"]
    if world["client"] == "anthropic":
        import google.auth
        from anthropic import AnthropicVertex

        # The SDK reads its own variable alone, so that apps pass the project of the credentials.
        project = os.environ.get("ANTHROPIC_VERTEX_PROJECT_ID") or google.auth.default()[1]
        made = AnthropicVertex(base_url=f"{url}/v1", project_id=project, max_retries=0)
        asked = [{"role": "user", "content": "Count from 1 to 20."}]
        whole = made.messages.create(model=model, max_tokens=16, messages=asked)
        stream = made.messages.create(model=model, max_tokens=16, stream=True, messages=asked)
        text = "".join(one.delta.text for one in stream if one.type == "content_block_delta")
        return {"said": whole.content[0].text, "text": text}
    import google.auth
    from google import genai

    options = {"base_url": url, "api_version": "v1"}
    project, location = os.environ.get("GOOGLE_CLOUD_PROJECT"), os.environ.get("GOOGLE_CLOUD_LOCATION")
    key = os.environ.get("GOOGLE_API_KEY")
    if key and not project and not location:
        made = genai.Client(vertexai=True, api_key=key, http_options=options)
    else:
        project = project or google.auth.default()[1]
        if project is None:
            return genai.Client(vertexai=True)  # with an own base URL, it would leave the project out
        made = genai.Client(vertexai=True, project=project, location=location or "global", http_options=options)
    whole = made.models.generate_content(model=model, contents="Say OK.")
    pieces = made.models.generate_content_stream(model=model, contents="Count from 1 to 20.")
    return {"said": whole.text, "text": "".join(one.text or "" for one in pieces)}


def prepare(world):
    from google.auth import iam
    from google.oauth2 import credentials

    os.environ["PATH"] = "/nowhere"
    credentials._GOOGLE_OAUTH2_TOKEN_ENDPOINT = f"{world['tokens']}/token"  # it takes no other for a login
    iam._IAM_ENDPOINT = f"{world['tokens']}/v1/projects/-/serviceAccounts/{{}}:generateAccessToken"


def main():
    import google.auth.transport.requests  # noqa: F401  # once, for all children; the metadata's address is read later
    from anthropic import AnthropicVertex  # noqa: F401
    from google import genai  # noqa: F401

    for name in [one for one in sys.modules if one.startswith("google.auth.compute_engine")]:
        del sys.modules[name]  # they keep the variables that they saw when they were imported
    answer_all(call, prepare)


main()
