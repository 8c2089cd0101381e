"""Designs of experiments: which values are tried, and how they become points."""
