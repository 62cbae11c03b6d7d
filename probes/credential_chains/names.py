"""The names of the vendors with a chain, from the files of this folder. Importing this module loads none of them."""

from __future__ import annotations

import probes.credential_chains
from probes.model.module_names import modules_in

# Files of this folder that are no vendor's chain; what belongs to one vendor is called `VENDOR_….py`.
_SHARED = frozenset(("chain", "names", "world"))
NAMES = tuple(
    one.name for one in modules_in(probes.credential_chains.__path__) if one.name not in _SHARED and "_" not in one.name
)
NOT_USED = "none"  # the option's word for: no chain, only a key
