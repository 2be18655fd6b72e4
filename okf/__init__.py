"""Casebook: Our Kids First's dashboard, which keeps its Confidentiality Commitment and proves it."""
