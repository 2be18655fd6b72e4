"""Keeps: the engine, the tables, the audit chain, and rows turned into facts for the policy."""
