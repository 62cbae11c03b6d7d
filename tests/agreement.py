"""Print how far the verdicts agree with the real SDKs on mutants of sound responses.

``python tests/agreement.py [PROTOCOL...]``: check every mutant, compare with the kept readings of the SDKs.
``python tests/agreement.py --record [PROTOCOL...]``: read every mutant with the SDKs again and keep the result.
``-v`` lists each disagreement. Ends with 1 if one is not explained in ``mutants/differences.toml`` or if less than 98 %
agree.
"""

from __future__ import annotations

import sys

from mutants.compare import compare, printed
from mutants.generate import PROTOCOLS
from mutants.kept import record


def main(arguments: list[str]) -> int:
    """Run the command; returns the exit status."""
    wanted = [one for one in arguments if not one.startswith("-")] or list(PROTOCOLS)
    if "--record" in arguments:
        record(wanted)
        return 0
    results = [compare(protocol) for protocol in wanted]
    print(printed(results, verbose="-v" in arguments))
    return 0 if all(one.holds for one in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
