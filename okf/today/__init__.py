"""Today: what waits for whoever is here, from every noun."""
