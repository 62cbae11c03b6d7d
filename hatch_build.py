"""Puts ``probes/doors.json`` into the wheel: the doors' data in the form that is read fastest at every start.

It is made from ``doors.toml`` at build time, outside the tree, so that no stale copy in a checkout can win over an
edited TOML file.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[Any]):
    """The hook that hatchling finds in this file; an editable install reads the TOML file itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        doors = tomllib.loads(Path(self.root, "probes", "doors.toml").read_text(encoding="utf-8"))
        self._made = tempfile.TemporaryDirectory()
        made = Path(self._made.name, "doors.json")
        made.write_text(json.dumps(doors, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        build_data["force_include"][str(made)] = "probes/doors.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self.target_name == "wheel" and version != "editable":
            self._made.cleanup()
