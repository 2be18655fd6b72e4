"""The bench: how long the pages and queries take beside what could not be quicker, at three sizes of caseload."""
