"""One working door, over https and http, behind several HTTP proxies of the same program with different rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from probes.demo_server import practice_doors as b
from probes.demo_server.certificates import authority
from probes.demo_server.server import PracticeDoor


@dataclass(frozen=True)
class Scene:
    """The doors, the CA that signed the encrypted one's certificate, and each proxy's address and log by its kind."""

    door: PracticeDoor
    plain: PracticeDoor
    root: Path
    proxies: dict[str, str]
    logs: dict[str, Path]

    @property
    def url(self) -> str:
        """Return the door's URL with its name: an IP address would change what the proxies' filters and the
        certificates match.
        """
        return f"https://localhost:{self.door.port}/v1"


@contextmanager
def proxied(
    key: str,
    kinds: Iterable[str],
    command: Callable[[str, Path, int], list[str | Path]],
    serving: Callable[..., AbstractContextManager[Path]],
    free_port: Callable[[], int],
    folder: Path,
) -> Iterator[Scene]:
    """Yield the scene. ``command`` writes the settings of a kind into its folder and returns the proxy's command."""
    with ExitStack() as stack:
        root = stack.enter_context(authority())
        door = stack.enter_context(PracticeDoor(b.openai(key), tls=root.context()))
        plain = stack.enter_context(PracticeDoor(b.openai(key)))
        proxies, logs = {}, {}
        for kind in kinds:
            subfolder, port = folder / kind, free_port()
            subfolder.mkdir()
            logs[kind] = stack.enter_context(serving(command(kind, subfolder, port), port, subfolder))
            proxies[kind] = f"http://127.0.0.1:{port}"
        yield Scene(door, plain, root.ca_pem, proxies, logs)
