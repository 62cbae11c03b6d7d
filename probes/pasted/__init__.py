"""Text that people paste: curl commands, logs, error messages."""
