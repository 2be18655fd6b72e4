"""Who is told at once of a concern about a lead, and of a case closed by whom one is about: never that person (C9)."""

from __future__ import annotations

from okf.desk import Deed, Desk
from okf.policy.chasing import MailKind
from okf.safeguarding.commands.alarm import tell_leads_at_once
from okf.store import facts


def tell_if_about_a_lead(desk: Desk, deed: Deed, ref: str) -> None:
    """If a concern is about a lead, put a mail to the other leads and the trustee in the outbox."""
    deed.session.flush()
    if facts.concerns(deed.session, [ref])[ref].about_lead:
        tell_leads_at_once(desk, deed, ref, MailKind.CONCERN_WAITS)


def tell_of_closing(desk: Desk, deed: Deed) -> None:
    """Tell the leads of the open concerns about whoever closes this case that it was closed with them open (C6)."""
    who = deed.question.person.username
    for concern in deed.question.concerns:
        if concern.open(deed.at) and who in concern.about_people:
            tell_leads_at_once(desk, deed, concern.ref, MailKind.CONCERN_WAITS)
