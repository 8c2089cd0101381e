"""How evidence becomes leads, cases, arrests and lookouts."""
