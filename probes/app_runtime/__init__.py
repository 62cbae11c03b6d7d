"""The app's own Python or Node: find it, run a small script inside it, and read what the script reports."""
