"""The weekly digest: asked for, stopped, and put in the outbox once a week for those who asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, select

from okf.caseload.queries.digest import digest_for
from okf.desk import Desk
from okf.people.commands.outbox import Posted, put_in_outbox, send_waiting
from okf.policy.chasing import MailKind
from okf.policy.digest import digest_begins, digest_is_due, week_of
from okf.policy.table import GRANTERS, HEAD_KEEPERS
from okf.store.models import DigestChoice, DigestWeek, Person
from okf.store.visible import account_on, holds_role
from okf.terms import Action

_INSTANT = DigestChoice.asked_at.type
_AT: Any = bindparam("at", type_=_INSTANT)
# May be too many, never too few: the policy decides on each when their mail is about to go.
_ASKED = select(DigestChoice.person).where(
    DigestChoice.ended_at.is_(None), DigestChoice.asked_at < bindparam("begins", type_=_INSTANT)
)
_DUE = (
    select(Person.username)
    .where(
        or_(and_(Person.username.in_(_ASKED), holds_role(GRANTERS)), holds_role(HEAD_KEEPERS)),
        account_on(),
        Person.username.not_in(select(DigestWeek.person).where(DigestWeek.monday == bindparam("monday"))),
    )
    .order_by(Person.username)
)


def ask_for_digest(desk: Desk) -> None:
    """Send the reader the weekly digest from next Monday on; asking twice changes nothing.

    Raises:
        Refused: they are neither manager nor safeguarding lead.
    """
    with desk.permitted(Action.TAKE_DIGEST) as deed:
        row = deed.session.get(DigestChoice, desk.actor)
        if row is None:
            deed.add(DigestChoice(person=str(desk.actor), asked_at=deed.at))
        elif row.ended_at is not None:
            row.asked_at, row.ended_at = deed.at, None
        deed.note(did="weekly digest asked for")


def stop_digest(desk: Desk) -> None:
    """Stop one's own digest at once, one that waits in the outbox too.

    Raises:
        Refused: the account is not active.
    """
    with desk.permitted(Action.MANAGE_OWN_ACCOUNT) as deed:
        row = deed.session.get(DigestChoice, desk.actor)
        if row is not None and row.ended_at is None:
            row.ended_at = deed.at
        deed.note(did="weekly digest stopped")


def queue_digests(desk: Desk) -> int:
    """Put this week's digest in the outbox for everyone who asked before Monday morning, or keeps the head; how many.

    Done again in the same week, on whatever day and by whatever process, it
    puts nobody's second one there. A Monday that was missed is made up for
    until Friday. Without a mail server, or an address, the week stays open.
    """
    at = desk.now()
    if not digest_is_due(at):
        return 0
    asked = {"at": at, "begins": digest_begins(at), "monday": week_of(at)}
    with desk.reading() as session:
        if session.scalars(_DUE, asked).first() is None:
            return 0
    with desk.permitted(Action.QUEUE_DIGESTS) as deed:
        mails = put_in_outbox(deed, desk, MailKind.WEEKLY_DIGEST, deed.session.scalars(_DUE, asked).all())
        if mails:
            rows = [{"person": who, "monday": asked["monday"], "mail": mail} for who, mail in mails.items()]
            deed.session.execute(insert(DigestWeek), rows)
        deed.note(digests=len(mails))
    return len(mails)


def send_mails(desk: Desk) -> Posted:
    """Send what waits and is due; a digest's figures are those of the moment at which it goes, and are kept nowhere."""
    return send_waiting(desk, {MailKind.WEEKLY_DIGEST: digest_for})
