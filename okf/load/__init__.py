"""The room that takes a caseload in: read the tables, find every fault, plan what changes, write it in one piece."""
