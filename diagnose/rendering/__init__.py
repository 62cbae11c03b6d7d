"""Code that report formats share: parts of a report as text, and a builder for HTML and XML."""
