"""Code that report formats share: the outlet that every text passes, parts of a report, a builder for HTML and XML."""
