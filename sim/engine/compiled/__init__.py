"""The compiled engine: one exact recursion over the vehicles of a day."""
