"""Prints: what leaves the screen on paper, as PDF."""
