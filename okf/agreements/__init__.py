"""Agreements: texts, signatures, certificates, who has signed and who is reminded (C7)."""
