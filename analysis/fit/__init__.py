"""Fitting what is not known to the record."""
