"""`scan` reports what the client really does: the address that it calls and the key that it sends.

Each world is a home, a project and an environment. The real client runs in it against a recording server, and ``find``
looks at the same files. Keys identify the places: ``sk-case-1`` is the user's, ``sk-case-2`` the project's,
``sk-case-3`` the shell's.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from probes.app_settings.scan import find
from probes.app_settings.search import this_world
from probes.catalog import apps
from probes.catalog.url_joining import join
from probes.settings.gather import Options
from real.test_url_joining import Recorder, environment

pytestmark = pytest.mark.real
USER, PROJECT, SHELL = (f"sk-case-{number}" for number in (1, 2, 3))
PROGRAMS = Path("programs/node_modules/.bin")


@dataclass(frozen=True)
class World:
    """One world: ``files`` are below the home, those of the project below ``project/``; ``{url}`` is the server's
    address.

    ``asks``: the path of the base URL and the key that take effect, or None if the client must send nothing.
    """

    app: str
    program: tuple[str, ...]
    files: dict[str, str]
    asks: tuple[str, str] | None
    environ: dict[str, str] = field(default_factory=dict)
    model: str = "gpt-4o"


def claude(base: str, **more: str) -> str:
    return json.dumps({"env": {"ANTHROPIC_BASE_URL": f"{{url}}{base}", **more}})


def opencode(base: str | None, key: str | None) -> str:
    options = {name: value for name, value in (("baseURL", base and f"{{url}}{base}"), ("apiKey", key)) if value}
    provider = {"npm": "@ai-sdk/openai-compatible", "options": options, "models": {"gpt-4o": {}}}
    return json.dumps({"model": "mine/gpt-4o", "small_model": "mine/gpt-4o", "provider": {"mine": provider}})


def codex(base: str) -> str:
    return (
        'model = "gpt-4o"\nmodel_provider = "mine"\n[model_providers.mine]\nname = "mine"\nenv_key = "MY_KEY"\n'
        f'base_url = "{{url}}{base}"\nrequest_max_retries = 0\nstream_max_retries = 0\n'
    )


GEMINI = json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}}})
QWEN = json.dumps(
    {
        "security": {"auth": {"selectedType": "openai", "apiKey": USER, "baseUrl": "{url}/user/v1"}},
        "model": {"name": "gpt-4o"},
    }
)
CLAUDE = (str(PROGRAMS / "claude"), "-p", "hi", "--model", "gpt-4o")
CODEX = (str(PROGRAMS / "codex"), "exec", "--skip-git-repo-check", "hi")
GEMINI_CLI = (str(PROGRAMS / "gemini"), "-p", "hi", "-m", "gemini-2.5-flash")
QWEN_CODE = (str(PROGRAMS / "qwen"), "-p", "hi")
OPENCODE = (str(PROGRAMS / "opencode"), "run", "hi")
AIDER = ("aider/bin/aider", "--no-git", "--yes-always", "--no-check-update", "--no-show-model-warnings", "-m", "hi")
LLM = ("llm/bin/llm", "-m", "mine", "hi", "--no-stream")
SGPT = ("elder/bin/sgpt", "--no-cache", "hi")

WORLDS = {
    "claude-code-user": World(
        "claude-code", CLAUDE, {".claude/settings.json": claude("/user", ANTHROPIC_AUTH_TOKEN=USER)}, ("/user", USER)
    ),
    "claude-code-user-over-shell": World(
        "claude-code",
        CLAUDE,
        {".claude/settings.json": claude("/user", ANTHROPIC_AUTH_TOKEN=USER)},
        ("/user", USER),
        {"ANTHROPIC_BASE_URL": "{url}/shell", "ANTHROPIC_AUTH_TOKEN": SHELL},
    ),
    "claude-code-project-takes-the-users-key": World(
        "claude-code",
        CLAUDE,
        {
            ".claude/settings.json": claude("/user", ANTHROPIC_AUTH_TOKEN=USER),
            "project/.claude/settings.json": claude("/project"),
        },
        ("/project", USER),
    ),
    "claude-code-local-over-project": World(
        "claude-code",
        CLAUDE,
        {
            "project/.claude/settings.json": claude("/project", ANTHROPIC_AUTH_TOKEN=PROJECT),
            "project/.claude/settings.local.json": claude("/local"),
        },
        ("/local", PROJECT),
    ),
    "claude-code-moved": World(
        "claude-code",
        CLAUDE,
        {
            ".claude/settings.json": claude("/idle", ANTHROPIC_AUTH_TOKEN=PROJECT),
            "moved/settings.json": claude("/user", ANTHROPIC_AUTH_TOKEN=USER),
        },
        ("/user", USER),
        {"CLAUDE_CONFIG_DIR": "{home}/moved"},
    ),
    "claude-code-token-over-key": World(
        "claude-code",
        CLAUDE,
        {".claude/settings.json": claude("/user", ANTHROPIC_AUTH_TOKEN=USER)},
        ("/user", USER),
        {"ANTHROPIC_API_KEY": SHELL},
    ),
    "codex-user": World(
        "codex", CODEX, {".codex/config.toml": codex("/user/v1")}, ("/user/v1", SHELL), {"MY_KEY": SHELL}
    ),
    "codex-project-not-trusted": World(
        "codex",
        CODEX,
        {
            ".codex/config.toml": codex("/user/v1"),
            "project/.codex/config.toml": '[model_providers.mine]\nbase_url = "{url}/project/v1"\n',
        },
        ("/user/v1", SHELL),
        {"MY_KEY": SHELL},
    ),
    "codex-project-names-no-address": World(
        "codex",
        CODEX,
        {
            ".codex/config.toml": codex("/user/v1") + '[projects."{home}/project"]\ntrust_level = "trusted"\n',
            "project/.codex/config.toml": '[model_providers.mine]\nname = "mine"\nbase_url = "{url}/project/v1"\n',
        },
        ("/user/v1", SHELL),
        {"MY_KEY": SHELL},
    ),
    "codex-own-key-in-settings": World(
        "codex",
        CODEX,
        {
            ".codex/config.toml": codex("/user/v1").replace(
                'env_key = "MY_KEY"', f'experimental_bearer_token = "{USER}"'
            )
        },
        ("/user/v1", USER),
    ),
    "codex-variable-over-own-key": World(
        "codex",
        CODEX,
        {".codex/config.toml": codex("/user/v1") + f'experimental_bearer_token = "{USER}"\n'},
        ("/user/v1", SHELL),
        {"MY_KEY": SHELL},
    ),
    "codex-variable-unset-beside-own-key": World(
        "codex",
        CODEX,
        {".codex/config.toml": codex("/user/v1") + f'experimental_bearer_token = "{USER}"\n'},
        None,
        {"OPENAI_API_KEY": SHELL},
    ),
    "codex-names-no-key": World(
        "codex",
        CODEX,
        {
            ".codex/config.toml": codex("/user/v1").replace('env_key = "MY_KEY"\n', ""),
            ".codex/auth.json": json.dumps({"OPENAI_API_KEY": USER}),
        },
        None,
        {"OPENAI_API_KEY": SHELL},
    ),
    "codex-login-by-variable": World(
        "codex",
        CODEX,
        {".codex/config.toml": codex("/user/v1").replace('env_key = "MY_KEY"', "requires_openai_auth = true")},
        ("/user/v1", SHELL),
        {"CODEX_API_KEY": SHELL},
    ),
    "codex-login-by-variable-over-auth-file": World(
        "codex",
        CODEX,
        {
            ".codex/config.toml": codex("/user/v1").replace('env_key = "MY_KEY"', "requires_openai_auth = true"),
            ".codex/auth.json": json.dumps({"OPENAI_API_KEY": USER}),
        },
        ("/user/v1", SHELL),
        {"CODEX_API_KEY": SHELL},
    ),
    "codex-no-login": World(
        "codex",
        CODEX,
        {".codex/config.toml": codex("/user/v1").replace('env_key = "MY_KEY"', "requires_openai_auth = true")},
        None,
        {"OPENAI_API_KEY": SHELL},
    ),
    "codex-key-of-auth-file": World(
        "codex",
        CODEX,
        {
            ".codex/config.toml": codex("/user/v1").replace('env_key = "MY_KEY"', "requires_openai_auth = true"),
            ".codex/auth.json": json.dumps({"OPENAI_API_KEY": USER}),
        },
        ("/user/v1", USER),
    ),
    "gemini-cli-user": World(
        "gemini-cli",
        GEMINI_CLI,
        {
            ".gemini/settings.json": GEMINI,
            ".gemini/.env": f"GEMINI_API_KEY={USER}\nGOOGLE_GEMINI_BASE_URL={{url}}/user\n",
        },
        ("/user", USER),
        model="gemini-2.5-flash",
    ),
    "gemini-cli-shell-over-user": World(
        "gemini-cli",
        GEMINI_CLI,
        {
            ".gemini/settings.json": GEMINI,
            ".gemini/.env": f"GEMINI_API_KEY={USER}\nGOOGLE_GEMINI_BASE_URL={{url}}/user\n",
        },
        ("/user", SHELL),
        {"GEMINI_API_KEY": SHELL},
        model="gemini-2.5-flash",
    ),
    "gemini-cli-any-env-file-hides-the-users": World(
        "gemini-cli",
        GEMINI_CLI,
        {
            ".gemini/settings.json": GEMINI,
            ".gemini/.env": f"GEMINI_API_KEY={USER}\nGOOGLE_GEMINI_BASE_URL={{url}}/user\n",
            "project/.env": "DEBUG_MINE=1\n",
        },
        None,
        model="gemini-2.5-flash",
    ),
    "gemini-cli-expands-nothing": World(
        "gemini-cli",
        GEMINI_CLI,
        {
            ".gemini/settings.json": GEMINI,
            ".gemini/.env": f"GEMINI_API_KEY={USER}${{MINE}}\nGOOGLE_GEMINI_BASE_URL={{url}}/user\n",
        },
        ("/user", USER),  # without the delimiter the key would be sk-case-17
        {"MINE": "7"},
        model="gemini-2.5-flash",
    ),
    "gemini-cli-project": World(
        "gemini-cli",
        GEMINI_CLI,
        {".gemini/settings.json": GEMINI, "project/.gemini/.env": "GOOGLE_GEMINI_BASE_URL={url}/project\n"},
        ("/project", SHELL),
        {"GEMINI_API_KEY": SHELL},
        model="gemini-2.5-flash",
    ),
    "qwen-code-user": World("qwen-code", QWEN_CODE, {".qwen/settings.json": QWEN}, ("/user/v1", USER)),
    "qwen-code-project-settings": World(
        "qwen-code",
        QWEN_CODE,
        {
            ".qwen/settings.json": QWEN,
            "project/.qwen/settings.json": json.dumps({"security": {"auth": {"baseUrl": "{url}/project/v1"}}}),
        },
        ("/project/v1", USER),
    ),
    "qwen-code-env-in-settings": World(
        "qwen-code",
        (*QWEN_CODE, "--auth-type", "openai"),
        {
            ".qwen/settings.json": json.dumps(
                {"env": {"OPENAI_API_KEY": USER, "OPENAI_BASE_URL": "{url}/user/v1", "OPENAI_MODEL": "gpt-4o"}}
            )
        },
        ("/user/v1", USER),
    ),
    "qwen-code-provider-in-settings": World(
        "qwen-code",
        QWEN_CODE,
        {
            ".qwen/settings.json": json.dumps(
                {
                    "modelProviders": {"openai": [{"id": "gpt-4o", "envKey": "MY_KEY", "baseUrl": "{url}/user/v1"}]},
                    "security": {"auth": {"selectedType": "openai"}},
                    "model": {"name": "gpt-4o"},
                }
            )
        },
        ("/user/v1", SHELL),
        {"MY_KEY": SHELL},
    ),
    "qwen-code-reference": World(
        "qwen-code",
        QWEN_CODE,
        {".qwen/settings.json": QWEN.replace(USER, "$MY_KEY")},
        ("/user/v1", SHELL),
        {"MY_KEY": SHELL},
    ),
    "qwen-code-shell-over-user": World(
        "qwen-code",
        QWEN_CODE,
        {".qwen/settings.json": QWEN},
        ("/shell/v1", SHELL),
        {"OPENAI_API_KEY": SHELL, "OPENAI_BASE_URL": "{url}/shell/v1"},
    ),
    "qwen-code-project": World(
        "qwen-code",
        QWEN_CODE,
        {
            ".qwen/settings.json": QWEN,
            "project/.env": f"OPENAI_API_KEY={PROJECT}\nOPENAI_BASE_URL={{url}}/project/v1\n",
        },
        ("/project/v1", PROJECT),
    ),
    "opencode-user": World(
        "opencode", OPENCODE, {".config/opencode/opencode.json": opencode("/user/v1", USER)}, ("/user/v1", USER)
    ),
    "opencode-reference": World(
        "opencode",
        OPENCODE,
        {".config/opencode/opencode.json": opencode("/user/v1", "{env:MY_KEY}")},
        ("/user/v1", SHELL),
        {"MY_KEY": SHELL},
    ),
    "opencode-jsonc": World(
        "opencode",
        OPENCODE,
        {".config/opencode/opencode.jsonc": "// mine\n" + opencode("/user/v1", USER)},
        ("/user/v1", USER),
    ),
    "opencode-key-in-a-file": World(
        "opencode",
        OPENCODE,
        {".config/opencode/opencode.json": opencode("/user/v1", "{file:~/mine.key}"), "mine.key": f"{USER}\n"},
        ("/user/v1", USER),
    ),
    "opencode-auth-file": World(
        "opencode",
        OPENCODE,
        {
            ".config/opencode/opencode.json": opencode("/user/v1", None),
            ".local/share/opencode/auth.json": json.dumps({"mine": {"type": "api", "key": USER}}),
        },
        ("/user/v1", USER),
    ),
    "opencode-project-takes-the-users-key": World(
        "opencode",
        OPENCODE,
        {
            ".config/opencode/opencode.json": opencode("/user/v1", USER),
            "project/opencode.json": opencode("/project/v1", None),
        },
        ("/project/v1", USER),
    ),
    "aider-user": World(
        "aider",
        AIDER,
        {".aider.conf.yml": f"model: openai/gpt-4o\nopenai-api-base: {{url}}/user/v1\nopenai-api-key: {USER}\n"},
        ("/user/v1", USER),
    ),
    "aider-env-file-over-shell": World(
        "aider",
        AIDER,
        {
            ".aider.conf.yml": "model: openai/gpt-4o\n",
            "project/.env": f"OPENAI_API_KEY={PROJECT}\nOPENAI_API_BASE={{url}}/project/v1\n",
        },
        ("/project/v1", PROJECT),
        {"OPENAI_API_KEY": SHELL},
    ),
    "aider-expands": World(
        "aider",
        AIDER,
        {
            ".aider.conf.yml": "model: openai/gpt-4o\n",
            "project/.env": "OPENAI_API_KEY=${MINE}\nOPENAI_API_BASE={url}/project/v1\n",
        },
        ("/project/v1", SHELL),
        {"MINE": SHELL},
    ),
    "aider-settings-beside-the-shells": World(
        "aider",
        AIDER,
        {".aider.conf.yml": f"model: openai/gpt-4o\nopenai-api-base: {{url}}/user/v1\nopenai-api-key: {USER}\n"},
        ("/user/v1", USER),
        {"OPENAI_API_KEY": SHELL, "OPENAI_API_BASE": "{url}/shell/v1"},
    ),
    "aider-project-settings": World(
        "aider",
        AIDER,
        {
            ".aider.conf.yml": f"model: openai/gpt-4o\nopenai-api-key: {USER}\n",
            "project/.aider.conf.yml": "openai-api-base: {url}/project/v1\n",
        },
        ("/project/v1", USER),
    ),
    "llm-key-of-the-shell": World(
        "llm",
        LLM,
        {
            ".config/io.datasette.llm/extra-openai-models.yaml": (
                "- model_id: mine\n  model_name: gpt-4o\n  api_base: {url}/user/v1\n  api_key_name: openai\n"
            ),
            ".config/io.datasette.llm/keys.json": json.dumps({"openai": USER}),
        },
        ("/user/v1", USER),
        {"OPENAI_API_KEY": SHELL},
    ),
    "llm-user": World(
        "llm",
        LLM,
        {
            ".config/io.datasette.llm/extra-openai-models.yaml": (
                "- model_id: mine\n  model_name: gpt-4o\n  api_base: {url}/user/v1\n  api_key_name: mine\n"
            ),
            ".config/io.datasette.llm/keys.json": json.dumps({"mine": USER}),
        },
        ("/user/v1", USER),
    ),
    "shell-gpt-user": World(
        "shell-gpt",
        SGPT,
        {
            ".config/shell_gpt/.sgptrc": f"OPENAI_API_KEY={USER}\nAPI_BASE_URL={{url}}/user/v1\nDEFAULT_MODEL=gpt-4o\n"
            "USE_LITELLM=false\n"
        },
        ("/user/v1", USER),
    ),
    "shell-gpt-shell-over-user": World(
        "shell-gpt",
        SGPT,
        {
            ".config/shell_gpt/.sgptrc": f"OPENAI_API_KEY={USER}\nAPI_BASE_URL={{url}}/user/v1\nDEFAULT_MODEL=gpt-4o\n"
            "USE_LITELLM=false\n"
        },
        ("/user/v1", SHELL),
        {"OPENAI_API_KEY": SHELL},
    ),
}


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    import threading

    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("name", WORLDS)
def test_the_client_does_what_scan_says(
    recorder: Recorder, tmp_path: Path, fetched: Callable[[str, str, str], Path], name: str
) -> None:
    world = WORLDS[name]
    clients = fetched("LLMDOCTOR_CLIENTS", "clients", "the clients need separate environments")
    home = tmp_path / "home"

    def filled(text: str) -> str:
        return text.replace("{url}", recorder.url).replace("{home}", str(home))

    env = environment(home) | {one: filled(value) for one, value in world.environ.items()}
    project = home / "project"
    project.mkdir()
    for file, text in world.files.items():
        path = home / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(text), "utf-8")
    found = foretold(world, home, env)
    nodes = clients / "node" / "node_modules" / ".bin"
    program = clients / world.program[0]
    assert program.exists(), f"{program.name} is not installed"
    done = subprocess.run(
        [str(program), *world.program[1:]],
        env=env | {"PATH": f"{nodes}{os.pathsep}{env['PATH']}"},
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=90,
    )
    asked = {(one.target, f"sk-case-{number}") for number, all_ in recorder.asked.items() for one in all_}
    assert asked == ({found} if found else set()), (done.stdout + done.stderr)[-1500:]
    wanted = world.asks and (f"{recorder.url}{world.asks[0]}", world.asks[1])
    assert wanted is None or (found is not None and found[0].startswith(world.asks[0]) and found[1] == world.asks[1])


def foretold(world: World, home: Path, env: dict[str, str]) -> tuple[str, str] | None:
    """Return the target and the key of the client's request as `scan` predicts them, or None if it finds no key."""
    here = this_world(env, home / "project")
    here = type(here)(home, env, home / "project", here.systems)
    known = apps.load()
    app = known.get(world.app)
    assert app is not None
    found = [one for one in find(here, Options(), known, [world.app]).found if one.settings.key is not None]
    if not found:
        return None
    (settings,) = {one.settings for one in found}
    wire = app.wire(settings.protocol.value)
    assert wire is not None and settings.base_url is not None and settings.key is not None
    address = join(app, wire, settings.base_url.value, world.model)
    key = re.match(r"sk-case-\d+", settings.key.value.reveal())  # all that the recording server keeps of a key
    assert address is not None and key is not None
    _, slash, target = address.partition("://")[2].partition("/")
    return slash + target, key[0]
