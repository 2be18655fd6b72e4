"""Safeguarding: concerns, decisions, referrals, allegations, and who is on duty (C9)."""
