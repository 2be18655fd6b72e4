"""Takes a caseload in: reads tables, lists every fault, and writes all or nothing."""
