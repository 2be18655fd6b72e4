"""Mediation: readiness, sessions, notes, proposals and the outcome summary (C10 to C13)."""
