"""A study as a whole: its specification, its run and its manifest."""
