"""Asks: one file a noun; each returns frozen dataclasses, never rows."""
