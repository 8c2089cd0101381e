"""What the model writes down: running sums, and the record of a replication."""
