"""From records to tables: summary, certificate, and the results folder on disk."""
