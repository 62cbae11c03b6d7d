"""A whole run: from settings to evidence, alone or many at once."""
