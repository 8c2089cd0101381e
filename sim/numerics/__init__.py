"""Arithmetic that everything stands on: units, random numbers, compiled functions."""
