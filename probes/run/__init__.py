"""Complete runs, one or many at a time: from settings to evidence."""
