"""Import a caseload: read the tables, find every fault, plan what changes, and write all of it or nothing."""
