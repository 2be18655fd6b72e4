"""One file a revision, the newest last."""
