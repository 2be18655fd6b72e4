"""One search over everything that whoever is here may know of."""
