"""The guide: pages written by hand, and the programs that write the others."""
