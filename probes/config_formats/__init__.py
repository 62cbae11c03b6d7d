"""The file formats of settings, read with line numbers and edited in place."""
