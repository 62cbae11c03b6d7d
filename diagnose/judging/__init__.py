"""Turn evidence into a report: the findings that hold, their root cause, and what the run has proven."""
