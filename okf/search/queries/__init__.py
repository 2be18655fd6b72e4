"""Questions: each function takes a desk first and returns frozen dataclasses."""
