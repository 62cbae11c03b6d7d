"""Build hook: add the program's tables to the wheel as JSON, which loads faster than TOML at every start.

The JSON files are made from the TOML files at build time, in a temporary directory outside the tree. So a checkout
never contains a stale copy that hides an edited TOML file. Every row is checked, and a wrong one ends the build with
its file and line.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Tables with a header that gives the day of their facts.
FACTS = ("probes/facts/doors", "probes/facts/models", "probes/facts/companions")
TABLES = (
    *("probes/catalog/apps", "probes/catalog/credentials"),
    *(
        "diagnose/answers/dialects",
        "diagnose/answers/kinds",
        "diagnose/answers/phrases",
        "diagnose/answers/network_words",
        "diagnose/answers/client_words",
        "diagnose/answers/known_texts",
        "diagnose/answers/ambiguous",
        "diagnose/answers/products",
        "diagnose/snippets/examples",
    ),
)
# Tables whose readers judge by the days of their rows, so that these stay in the wheel.
DATED = ("probes/catalog/credentials",)


class CustomBuildHook(BuildHookInterface[Any]):
    """The hook that hatchling loads from this file.

    It does nothing for an editable install, which reads the TOML files themselves.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Check the tables, write them as JSON, add the needles of each pattern, and include the files in the wheel."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        from diagnose.answers.literal_filter import needles
        from probes.catalog.door_files import compiled, read
        from probes.catalog.fact_files import check_file, without_provenance

        self._made = tempfile.TemporaryDirectory()
        for name in (*FACTS, *TABLES):
            path = Path(self.root, f"{name}.toml")
            document = check_file(path, header=name in FACTS)
            if name == "probes/facts/doors":
                document["door"] = compiled(read(path))
            elif name in TABLES and name not in DATED:
                document = without_provenance(document)
            for row in document.get("row", ()):
                if "pattern" in row:
                    row["needles"] = needles(row["pattern"])
            made = Path(self._made.name, f"{Path(name).name}.json")
            made.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
            build_data["force_include"][str(made)] = f"{name}.json"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary directory."""
        if self.target_name == "wheel" and version != "editable":
            self._made.cleanup()
