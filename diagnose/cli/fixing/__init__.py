"""Apply fixes: what changes where, the new text of files, and the commands for what no file holds."""
