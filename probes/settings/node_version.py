"""The major version of the Node that is first on PATH, from the files that come with it: it is never started."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from probes.config_formats.files import SkippedFile, bytes_of

# Node's own archives, nvm, fnm, Homebrew and the installers have the header; npm's package `node` has a manifest.
_FILES = (
    ("include/node/node_version.h", rb"#define NODE_MAJOR_VERSION (\d{1,3})\b"),
    ("package.json", rb'"version": ?"v?(\d{1,3})\.'),
)
_IN_PATH = re.compile(
    r"[/\\](?:node-)?v?(\d{2})\.\d{1,3}\.\d{1,3}[/\\_-]"
)  # …/node/26.1.0/bin/node, …/v22.3.0/bin/node


def node_major(environ: Mapping[str, str]) -> int:
    """Return the major version of the Node on PATH; 0 if there is none or its files do not say."""
    folders = (one for one in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(one))  # noqa: PTH117
    program = shutil.which("node", path=os.pathsep.join(folders))
    if program is None:
        return 0
    place = Path(os.path.realpath(program))
    for name, pattern in _FILES:
        with suppress(SkippedFile):
            if found := re.search(pattern, bytes_of(place.parent.parent / name) or b""):
                return int(found[1])
    in_path = _IN_PATH.search(str(place))
    return int(in_path[1]) if in_path else 0
