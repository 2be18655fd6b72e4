"""Forms that keep what was typed, as drafts for their writer alone."""
