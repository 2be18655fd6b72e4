"""Changes: each function takes a desk first and ends in one commit."""
