"""Build hook: add the program's tables to the wheel as JSON, which loads faster than TOML at every start.

The JSON files are made from the TOML files at build time, in a temporary directory outside the tree. So a checkout
never contains a stale copy that hides an edited TOML file. Every row is checked, and a wrong one ends the build with
its file and line.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _with_patterns(root: Path) -> Iterator[str]:
    """Yield the names of the modules that have a :class:`probes.catalog.text_pattern.TextPattern`."""
    for package in ("probes", "diagnose"):
        for path in sorted(Path(root, package).rglob("*.py")):
            if " import TextPattern" in path.read_text(encoding="utf-8"):
                yield ".".join(path.relative_to(root).with_suffix("").parts)


class CustomBuildHook(BuildHookInterface[Any]):
    """The hook that hatchling loads from this file.

    It does nothing for an editable install, which reads the TOML files themselves.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Check the tables, write them as JSON, and what tells when a pattern is needed; include all in the wheel."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        from probes.catalog.apps import read as read_apps
        from probes.catalog.built_in import builtin
        from probes.catalog.door_files import compiled, read
        from probes.catalog.fact_files import check_file, fact_files, facts_folder
        from probes.catalog.literal_filter import needles
        from probes.catalog.text_pattern import NEEDLES, text_patterns
        from probes.client_requests.recordings import PLACE, check_recordings
        from probes.keys.credential_kinds import credentials
        from probes.keys.shape_widths import WIDTHS, outline

        self._made = tempfile.TemporaryDirectory()
        for path in fact_files():
            document = check_file(path)
            name = path.relative_to(facts_folder()).with_suffix("").as_posix()
            if name == "doors":
                document["door"] = compiled(read(path))
            elif name == "apps":
                read_apps(path)
            elif name.startswith(f"{PLACE}/"):
                check_recordings(path, document)
            for row in (*document.get("row", ()), *document.get("group", ())):
                if "pattern" in row:
                    row["needles"] = needles(row["pattern"])
            for row in document.get("product", ()):
                if "header" in row:
                    row["needles"] = needles(row["header"])
            self._include(name, document, build_data)
        for module in _with_patterns(Path(self.root)):
            import_module(module)
        shapes = {shape.pattern for door in builtin() for shape in door.keys} | {one.shape for one in credentials()}
        self._include(WIDTHS, {shape: outline(shape) for shape in sorted(shapes)}, build_data)
        self._include(NEEDLES, {one.pattern: needles(one.pattern) for one in text_patterns()}, build_data)

    def _include(self, name: str, document: dict[str, Any], build_data: dict[str, Any]) -> None:
        """Write one table as JSON, and include it in the wheel."""
        made = Path(self._made.name, f"{name.replace('/', '-')}.json")
        made.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        build_data["force_include"][str(made)] = f"probes/facts/{name}.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary directory."""
        if self.target_name == "wheel" and version != "editable":
            self._made.cleanup()
