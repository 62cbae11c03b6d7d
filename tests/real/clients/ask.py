"""A client in a separate process: reads one JSON object per line from standard input and reports how each call went.

It runs under any generation of the Python SDKs and imports nothing except them.
"""

import gc
import importlib
import json
import os
import socket
import sys
import time
import warnings

NAP = 0.01  # seconds; replaces the SDKs' pauses between two tries
SECONDS = 8.0
PROMPT = [{"role": "user", "content": "Say OK."}]
LOOPBACK = ("127.0.0.1", "0.0.0.0", "localhost", "::1")

real, sleep = socket.create_connection, time.sleep
time.sleep = lambda seconds: sleep(min(seconds, NAP))
job: dict = {}


def create_connection(where, *args, **more):
    """Connect into the world that the job describes, and nowhere else."""
    host, port = where
    if port in job["kept"] or (host in LOOPBACK and not job["simulated"]):
        return real(where, *args, **more)
    if job["route"] is None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name here")
    return real(tuple(job["route"]), *args, **more)


socket.create_connection = create_connection


def openai(stream):
    headers = {} if job["auth"] in ("bearer", "none") else {job["auth"]: job["key"]}
    options = {"api_key": job["key"], "timeout": SECONDS, "default_headers": {**job.get("headers", {}), **headers}}
    module = importlib.import_module("openai")
    if job["protocol"] == "azure":
        secret = {"azure_ad_token": job["key"]} if job["auth"] == "bearer" else {"api_key": job["key"]}
        client = module.AzureOpenAI(
            azure_endpoint=job["base_url"], api_version=job["api_version"], timeout=SECONDS, **secret
        )
    else:
        client = module.OpenAI(base_url=job["base_url"], **options)
    with client:
        if job["protocol"] == "responses":
            answer = client.responses.create(model=job["model"], input="Say OK.", stream=stream)
            return [event.type for event in answer] if stream else answer.output_text
        answer = client.chat.completions.create(model=job["model"], messages=PROMPT, stream=stream)
        if not stream:
            return answer.choices[0].message.content
        return [choice.delta for chunk in answer for choice in chunk.choices or ()]


def anthropic(stream):
    module = importlib.import_module("anthropic")
    newest = int(module.__version__.split(".")[0]) >= 2
    if job["auth"] == "bearer":
        options = {"auth_token": job["key"]}
    elif newest:  # the newest SDK would send it as Bearer
        options = {"api_key": job["key"], "default_headers": {"x-api-key": job["key"], "Authorization": module.Omit()}}
    else:
        options = {"api_key": job["key"]}
    if newest and job["auth"] == "x-api-key":
        options["default_headers"]["anthropic-version"] = "2023-06-01"
    options["default_headers"] = {**job.get("headers", {}), **options.get("default_headers", {})}
    with module.Anthropic(base_url=job["base_url"], timeout=SECONDS, **options) as client:
        answer = client.messages.create(model=job["model"], max_tokens=16, messages=PROMPT, stream=stream)
        if stream:
            return [event.type for event in answer]
        return answer.content[0].type if answer.stop_reason != "max_tokens" else ""


def gemini(stream):
    module = importlib.import_module("google.genai")
    http = {"base_url": job["base_url"], "api_version": job["api_version"], "timeout": int(SECONDS * 1000)}
    if job["auth"] == "bearer":
        http["headers"] = {"Authorization": f"Bearer {job['key']}"}
    with module.Client(api_key=job["key"], http_options=http) as client:
        asked = {"model": job["model"], "contents": "Say OK."}
        if stream:
            return [piece.text for piece in client.models.generate_content_stream(**asked)]
        return client.models.generate_content(**asked).text


def ollama(stream):
    headers = {} if job["auth"] == "none" else {"headers": {"Authorization": f"Bearer {job['key']}"}}
    client = importlib.import_module("ollama").Client(host=job["base_url"], timeout=SECONDS, **headers)
    answer = client.chat(model=job["model"], messages=PROMPT, stream=stream)
    return [piece.message.content for piece in answer] if stream else answer.message.content


CALLS = {"anthropic": anthropic, "gemini": gemini, "ollama": ollama}


def main():
    global job
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        given, job = job.get("environment", {}), json.loads(line)
        for name in list(os.environ):
            if name in given or name.upper().endswith(
                ("_PROXY", "SSL_CERT_FILE", "_API_KEY", "_BASE_URL", "_AUTH_TOKEN")
            ):
                del os.environ[name]
        os.environ.update(job["environment"])
        try:
            CALLS.get(job["protocol"], openai)(job["stream"])
            said = ""
        except Exception as error:
            said = f"{type(error).__name__}: {error} from {type(error.__cause__).__name__}"
        if job["environment"]:  # httpcore leaves its socket to the garbage collector if a proxy refuses
            gc.collect()
        print(json.dumps({"failed": said.replace(job["key"], "[key]")}), flush=True)


main()
