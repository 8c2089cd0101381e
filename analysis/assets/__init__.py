"""What charts draw beside results: lines of the map, with where they come from in README.md."""
