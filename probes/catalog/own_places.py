"""Where the program keeps what belongs to the user. Every start asks, so nothing here imports pathlib (3 ms)."""

from __future__ import annotations

import os
from collections.abc import Iterable

from probes.config_formats.files import checked_out


def own_places(bases: Iterable[str], name: str) -> tuple[str, ...]:
    """Return the paths of ``llmdoctor/NAME`` in folders of the user, which may begin with ``~``.

    Without a home folder there are none below it. In a home folder that a pipeline has checked out there are none
    either, since the repository could bring them.
    """
    home = os.path.expanduser("~")  # noqa: PTH111
    known = home != "~"
    expanded = (os.path.expanduser(base) for base in bases if known or not base.startswith("~"))  # noqa: PTH111
    found = tuple(os.path.join(base, "llmdoctor", name) for base in expanded)  # noqa: PTH118
    if not known or not checked_out(home, os.environ):
        return found
    from pathlib import Path

    return tuple(one for one in found if not Path(one).is_relative_to(home))
