"""From evidence to a report: which findings hold, which one is the root cause, what was proven."""
