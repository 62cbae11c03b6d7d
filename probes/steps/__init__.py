"""The probes before the first API request, one file each. A step measures; the engine sets order and time limits."""
