"""A small app behind the real Gate, with one cure taken out if asked; what is done to it goes to a file."""
