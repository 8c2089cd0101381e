"""Two engines for one model: the reference, plain to read, and the compiled one, fast."""
