"""Readers for settings file formats, which keep line numbers, and an editor that changes one value in place."""
