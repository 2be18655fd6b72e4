"""A concern raised in the same act in which a first call is taken."""

from __future__ import annotations

from okf.desk import Desk
from okf.safeguarding.commands.inbox import raise_or_keep
from okf.safeguarding.commands.reports import Report
from okf.terms import Severity


def alarm_from(desk: Desk, enquiry: str, account: str) -> str:
    """Raise an immediate concern with these words, as `raise_or_keep` does; what was done, and what to do now."""
    raised = raise_or_keep(desk, Report(Severity.IMMEDIATE, account, case_ref=f"Enquiry {enquiry}"))
    kept = "waits in the inbox, and goes on record as soon as it can" if raised.waits else "is on record"
    ring = "speak to whoever works on concerns and is not meant" if raised.quiet else "ring a safeguarding lead now"
    return f"Concern {raised.ref} {kept}. Nobody was telephoned: in danger call 999, and {ring}."
