"""The tests: sentences about a small charity, and the building regulations of the house."""
