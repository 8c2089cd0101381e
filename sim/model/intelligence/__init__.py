"""Intelligence: how evidence becomes leads, cases, arrests and lookouts."""
