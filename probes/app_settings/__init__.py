"""Where client programs keep their settings: files of many forms, read with the line of each value, never executed."""
