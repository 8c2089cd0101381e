"""Smuggling: organisations, markets, attempts, routes and beliefs."""
