"""Output about several runs: the tables of a fleet and of a scan, and the comparison of two reports."""
