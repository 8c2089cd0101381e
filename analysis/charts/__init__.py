"""Charts: one file each, a function from a study to a figure."""
