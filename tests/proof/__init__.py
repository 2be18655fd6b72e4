"""Whether the promise is kept, and whether breaking it shows."""
