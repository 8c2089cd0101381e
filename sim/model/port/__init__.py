"""What happens at a port: traffic, staff, opening, inspection, duty, danger."""
