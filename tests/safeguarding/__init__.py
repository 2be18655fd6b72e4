"""Deciding on concerns, reading decisions again, and what comes of them (C9)."""
