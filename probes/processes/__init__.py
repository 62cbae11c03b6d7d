"""Other programs that a run starts: bounded in time and output, and ended with everything that they started."""
