"""Proof: assurance, who could open what at any instant, receipts, the audit record, why, rehearsals."""
