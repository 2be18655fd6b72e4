"""The demo and the bulk load."""
