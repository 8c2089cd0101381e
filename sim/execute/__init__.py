"""Running many replications: what is to be run, what is done, and where."""
