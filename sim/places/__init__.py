"""Where things are: ports of entry, regions, and the network of sources and markets."""
