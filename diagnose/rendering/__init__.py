"""What several report formats share: parts of a report as text, and a builder of HTML and XML."""
