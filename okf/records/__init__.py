"""Records of a case: written, corrected, re-labelled, searched, with their files (C2)."""
