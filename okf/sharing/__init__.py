"""Sharing: what leaves the circle of live grants, on whose agreement (C8, C9, C11, C12)."""
