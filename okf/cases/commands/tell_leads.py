"""Mails that a deed sends: to the leads about a concern, never to one whom it is about (C9); to writers of drafts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Deed, Desk
from okf.people.commands.outbox import put_in_outbox
from okf.people.queries.workers import leads_at
from okf.policy.access import decide
from okf.policy.chasing import MailKind
from okf.policy.decision import Reason
from okf.policy.duty import lead_roles
from okf.policy.facts import ConcernFacts, Question
from okf.policy.ladder import working_time
from okf.policy.sealed import counts_for
from okf.shell.drafts.queries import SAVED_AT_CLOSING
from okf.store import facts, rota
from okf.store.models import Draft
from okf.terms import FOR_SAFETY, Action, Role, Severity

_WRITERS: Final = (
    select(Draft.person)
    .distinct()
    .where(Draft.case_ref == bindparam("case_ref"), Draft.form.in_(SAVED_AT_CLOSING))
    .order_by(Draft.person)
)
# Who may not know of it. A lead who has yet to sign is told: they can sign, and then read it.
_NOT_TOLD: Final = {Reason.ACCOUNT_NOT_ACTIVE, Reason.SUBJECT_OF_CONCERN, Reason.CONFLICT_OF_INTEREST}


def tell_leads_at_once(desk: Desk, deed: Deed, ref: str, kind: MailKind = MailKind.CONCERN_AT_ONCE) -> None:
    """Put a mail to each safeguarding lead and deputy but the actor in the outbox; to the trustee if it is about one.

    Of an urgent one, where none of those who may know of it is on duty and
    was written to, the trustee hears that somebody is needed, and no more; of
    an immediate one also outside working time while no rota is entered. It
    returns nothing: who was told would show whom the concern is about.
    """
    deed.session.flush()
    concern = facts.concerns(deed.session, [ref])[ref]
    roles = lead_roles(concern.about_lead)
    may_know = who_may_hear(desk, deed.session, deed.at, ref, roles)
    told = put_in_outbox(deed, desk, kind, [one for one in may_know if one != desk.actor], concern=ref)
    if kind is MailKind.CONCERN_AT_ONCE and not _there(deed, concern, {*told, str(desk.actor)}.intersection(may_know)):
        trustees = who_may_hear(desk, deed.session, deed.at, ref, FOR_SAFETY - roles)
        put_in_outbox(deed, desk, MailKind.NOBODY_ACTS, trustees, concern=ref)


def _there(deed: Deed, concern: ConcernFacts, people: Collection[str]) -> bool:
    """Whether one of these people is there for an urgent concern, by the rota, or by what is likely without one."""
    guessed = not rota.shifts(deed.session, deed.at)
    if guessed and concern.severity is Severity.IMMEDIATE and not working_time(deed.at, deed.question.settings):
        return False
    return not rota.there_now(deed.session, deed.at).isdisjoint(people)


def who_may_hear(desk: Desk, session: Session, at: datetime, ref: str, roles: Collection[Role]) -> list[str]:
    """Those of these roles who may know that there is something: nobody whom the concern is about, or who has a tie."""
    return [
        username
        for username, _ in leads_at(session, at, roles)
        if not _NOT_TOLD & set(_against(desk, session, username, ref))
    ]


def _against(desk: Desk, session: Session, username: str, ref: str) -> tuple[Reason, ...]:
    return decide(desk.question(session, Action.READ_CONCERN, concern=ref, actor=username)).reasons


def tell_if_about_a_lead(desk: Desk, deed: Deed, ref: str) -> None:
    """If a concern is about a lead, put a mail to the other leads and the trustee in the outbox."""
    deed.session.flush()
    if facts.concerns(deed.session, [ref])[ref].about_lead:
        tell_leads_at_once(desk, deed, ref, MailKind.CONCERN_WAITS)


def tell_of_closing(desk: Desk, deed: Deed, closing: Question) -> None:
    """Tell the leads of every open concern that whoever closes the case of this question may not know of (C6)."""
    person = closing.person
    for concern in closing.concerns:
        unknown = not counts_for(concern, person, deed.at) or person.username in concern.about_people
        if concern.open(deed.at) and unknown:
            tell_leads_at_once(desk, deed, concern.ref, MailKind.CONCERN_WAITS)


def tell_writers(desk: Desk, deed: Deed, case_ref: str) -> None:
    """Tell by mail, and count on record, those whose drafts go with the closing of this case; the closer sees them."""
    writers = deed.session.scalars(_WRITERS, {"case_ref": case_ref}).all()
    put_in_outbox(deed, desk, MailKind.DRAFT_GOES, [who for who in writers if who != desk.actor])
    deed.note(drafts_left=len(writers))
