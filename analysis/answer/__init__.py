"""Which mix to choose, what would change the choice, and how one would know."""
