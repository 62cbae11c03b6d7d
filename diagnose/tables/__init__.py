"""What is written out of several runs: the tables of a fleet and of a scan, and two reports compared."""
