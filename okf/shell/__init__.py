"""The shell that every page stands in; it knows the nouns by the table of pages alone."""
