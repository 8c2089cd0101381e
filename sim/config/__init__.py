"""The door: from the command line and Hydra to what is to be run."""
