"""What the build servers take for a command in their logs, as they look for it."""

from __future__ import annotations

import re

COMMANDS = (
    *("::stop-commands::pwn", "::add-mask::x", "::set-env name=PATH::/tmp", "::debug::x", "::error file=a,line=1::b"),
    *("::dead::", "::resume-3f9c::", "##[set-env name=a]b", "##[error]x", "###[group]", "##vso[task.setvariable a=b]c"),
    *("##VSO[task.complete]", "##Vso[a]", "##teamcity[buildProblem x='y']", "##TeamCity[x]", "##myget[a]"),
    *("section_start:1560896352:name", "section_end:1:name", "travis_fold:start:x", "travis_time:start:1"),
)
OURS = r"::(?:group::llmdoctor.*|endgroup::|(?:error|warning|notice) [^:\n]*::.*)"


def obeyed(text: str) -> list[str]:
    """Return the lines of a log that a build server obeys: with ``::name::`` at the beginning, the others anywhere."""
    found = []
    for line in re.split(r"[\r\n]", text):
        bare = line.lstrip()
        if (
            re.match(r"::[^\s:0-9][^\n]*?::", bare)
            or re.search(r"(?i)##(?:vso|teamcity|myget)?\[", line)
            or re.search(r"section_(?:start|end):\d|travis_(?:fold|time):\w", line)
        ):
            found.append(line)
    return found


def foreign(text: str) -> list[str]:
    """Return the lines that a build server obeys, less those that the format ``github`` writes."""
    return [
        line
        for line in obeyed(text)
        if not re.fullmatch(OURS, line) or obeyed(line.replace("::", "", 2)) or "##[" in line
    ]
