"""Find the settings that client programs keep in files and variables, with line numbers; nothing is executed."""
