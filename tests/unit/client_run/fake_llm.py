"""A small program in the place of `llm`: it writes down how it was started, and calls the API as its MODE says."""

FAKE = r"""#!{python} -SE
import os, sys, time
mode = os.environ.get("FAKE_MODE", "call")
log = os.environ["FAKE_LOG"]
state = {{"argv": sys.argv, "env": dict(os.environ), "cwd": os.getcwd(), "files": os.listdir(".")}}
try:
    state["cmdline"] = open("/proc/self/cmdline", encoding="utf-8").read()
except OSError:
    state["cmdline"] = "\0".join(sys.argv)
with open(log, "a", encoding="utf-8") as file:
    file.write(repr(state) + "\n")
open(os.path.join(os.environ.get("TMPDIR", "."), "left-behind"), "w").close()

def post(path="/chat/completions", header="Authorization: Bearer", more=""):
    import socket
    url = os.environ.get("OPENAI_BASE_URL", "")
    if "--openai-api-base" in sys.argv:
        url = sys.argv[sys.argv.index("--openai-api-base") + 1]
    host, _, rest = url.partition("://")[2].partition("/")
    name, _, port = host.partition(":")
    body = '{{"model": "gpt-4o-mini", "messages": [{{"role": "user", "content": "hi"}}]' + more + '}}'
    head = "POST /%s%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % (
        rest, path, host, len(body))
    head += "%s %s\r\nConnection: close\r\n\r\n" % (header, os.environ["OPENAI_API_KEY"])
    with socket.create_connection((name, int(port)), 10) as sock:
        sock.sendall((head + body).encode())
        data = b""
        while piece := sock.recv(65536):
            data += piece
    return data.decode("utf-8", "replace")

def called(*args, **named):
    answer = post(*args, **named)
    status = int(answer.split(" ", 2)[1])
    if status != 200:
        print("Error: Error code: %d - %s" % (status, answer.partition("\r\n\r\n")[2]), file=sys.stderr)
        sys.exit(1)
    print("OK")

if mode == "call":
    called()
elif mode == "wrong-path":
    called("/nowhere")
elif mode == "wrong-header":
    called(header="x-key:")
elif mode == "more":
    called(more=', "store": true')
elif mode == "hang":
    if os.fork() == 0:
        time.sleep(60)
    time.sleep(60)
elif mode == "many":
    for _ in range(1000):
        try:
            post()
        except OSError:
            time.sleep(0.01)
elif mode == "flood":
    key = os.environ["OPENAI_API_KEY"]
    for _ in range(40):
        print((key + " ") * 200)
    print("Error: Error code: 401 -", key, file=sys.stderr)
    sys.exit(1)
elif mode == "deaf":
    print("Error: unable to verify the first certificate", file=sys.stderr)
    sys.exit(0 if "127.0.0.1" in os.environ["OPENAI_BASE_URL"] and not os.environ.get("DIRECT") else 1)
elif mode == "silent":
    pass
elif mode.startswith("says "):
    print(mode[5:], file=sys.stderr)
    sys.exit(1)
"""
