"""The outbox: mails put in it by deeds, claimed one by one, and on record as sent only when a server took them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from okf.desk import Deed, Desk
from okf.errors import Conflict, NotFound
from okf.people.commands.smtp import Connection, Fate, NoServer, connection_to, message
from okf.policy.chasing import MailKind, MailState
from okf.policy.clauses import Clause
from okf.settings import MailSettings, settings
from okf.store.models import AgreementStanding, Concern, Mail, Person
from okf.store.visible import about_them
from okf.terms import Action

TRIES_MOST: Final = 10  # over about two days
FIRST_WAIT: Final = timedelta(minutes=15)
AT_ONCE: Final = (MailKind.CONCERN_AT_ONCE, MailKind.CONCERN_WAITS)
FIRST_WAIT_AT_ONCE: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=12)
LEASE: Final = timedelta(minutes=30)  # longer than any server may take to answer
_AT_ONCE: Final = 500
_CONNECTIONS_MOST: Final = 3
Words = tuple[str, str]  # a subject and a text
Writers = Mapping[MailKind, Callable[[Desk, Session, str], Words | None]]

_INSTANT = Mail.next_try_at.type
_WAITING = select(Mail.person, Mail.id).where(
    Mail.state == MailState.WAITING,
    Mail.kind == bindparam("kind"),
    Mail.person.in_(bindparam("people", expanding=True)),
)
_ADDRESSES = select(Person.username, Person.email).where(
    Person.username.in_(bindparam("people", expanding=True)), Person.email.is_not(None), Person.email != ""
)
_NEXT = (
    select(Mail)
    .where(Mail.state == MailState.WAITING, Mail.next_try_at <= bindparam("at", type_=_INSTANT))
    .order_by(Mail.next_try_at, Mail.id)
    .limit(1)
)
_NEXT_AT_ONCE = _NEXT.where(Mail.kind.in_(AT_ONCE))
_STILL_TO_SIGN = select(
    exists().where(
        AgreementStanding.person == bindparam("who"),
        AgreementStanding.due_at <= bindparam("at", type_=_INSTANT),
        or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > bindparam("at", type_=_INSTANT)),
    )
)
# Whether there is still a concern for them to read: this one, or one raised since, that is not about them (C9).
_STILL_FOR_THEM = select(
    exists().where(
        Concern.ref.not_in(about_them()),
        or_(
            Concern.ref == bindparam("ref"),
            and_(Concern.raised_at >= bindparam("queued", type_=_INSTANT), Concern.ended_at.is_(None)),
        ),
    )
)
_LOST = (
    update(Mail)
    .where(Mail.state == MailState.SENDING, Mail.claimed_at <= bindparam("before", type_=_INSTANT))
    .values(
        state=MailState.UNSURE,
        claim=None,
        settled_at=bindparam("at", type_=_INSTANT),
        answer="Casebook stopped while it was on its way: it may or may not have gone",
    )
)

_UNSENT = (
    update(Mail)
    .where(Mail.state == MailState.WAITING, Mail.next_try_at <= bindparam("at", type_=_INSTANT))
    .values(answer=bindparam("said"))
)
_SIGN = """\
Hello,

Something in Casebook waits for your signature. Please sign in and read it:

{address}/my_agreements

This message says no more on purpose. Nobody reads what is answered to it.
If you can't sign in, ask an administrator for a new invitation.
"""
_LEAVING = """\
Hello,

Your work with Our Kids First has ended, and your account in Casebook is switched off. Thank you for what you did.

Your duty of confidentiality has not ended. You signed an agreement, and the promise behind it says:

"{clause}"

So please go on keeping to yourself whatever you learnt, and give back or destroy whatever you still hold of it:
papers, messages, files, photographs. If somebody asks you about it, or if you are worried about somebody's safety,
call us on 020 3951 8496. In an emergency call 999.

Nobody reads what is answered to this message.
"""
_CONCERN_AT_ONCE = """\
Hello,

A concern of severity immediate waits in Casebook. Please sign in and read it now:

{address}/concerns

This message says no more on purpose. Nobody reads what is answered to it.
If you can't sign in now, ring another safeguarding lead. In an emergency call 999.
"""
_CONCERN_WAITS = """\
Hello,

A concern waits for you in Casebook. Please sign in and read it today:

{address}/

This message says no more on purpose. Speak to nobody about it before you have read it, and nobody reads what is
answered to it. In an emergency call 999.
"""
_MAILS: Final = {
    MailKind.SOMETHING_TO_SIGN: ("Casebook: something waits for your signature", _SIGN),
    MailKind.DUTY_AFTER_LEAVING: ("Your duty of confidentiality continues", _LEAVING),
    MailKind.CONCERN_WAITS: ("A concern waits for you: sign in to Casebook", _CONCERN_WAITS),
    MailKind.CONCERN_AT_ONCE: ("A concern of severity immediate waits: sign in to Casebook", _CONCERN_AT_ONCE),
}


@dataclass(slots=True)
class Posted:
    """What one round of sending came to, and why it stopped early if it did."""

    sent: int = 0
    failed: int = 0
    later: int = 0
    unsure: int = 0
    withdrawn: int = 0
    stopped: str | None = None
    set_up: bool = True

    def in_words(self) -> str:
        """One line for the command line."""
        if not self.set_up:
            return "No mail server is set (OKF_SMTP_HOST): reminders stand on the overview alone."
        said = f"{self.sent} sent, {self.failed} refused for good, {self.later} to be tried again"
        said += f", {self.unsure} unsure, {self.withdrawn} no longer needed."
        return f"{said} It stopped early: {self.stopped}." if self.stopped else said


def put_in_outbox(
    deed: Deed, desk: Desk, kind: MailKind, people: Iterable[str], *, concern: str | None = None
) -> dict[str, str]:
    """Put a mail of a kind to each of these people in the outbox, within a deed; the mails' ids by username.

    Nobody gets a second one while one of this kind waits: that one serves.
    `concern` is the one that it is about, if it is about one.
    Those without an address get none, and nobody does where no server is set.
    """
    here = settings()
    found: dict[str, str] = {}
    if here.mail is None:
        return {}
    wanted = list(dict.fromkeys(people))
    for start in range(0, len(wanted), _AT_ONCE):
        batch = {"people": wanted[start : start + _AT_ONCE], "kind": kind}
        addresses = {row.username: row.email for row in deed.session.execute(_ADDRESSES, {"people": batch["people"]})}
        waiting = deed.session.execute(_WAITING, batch)
        found |= {row.person: row.id for row in waiting}
        made = [
            _new(desk, deed.at, kind, who, addresses[who], here.mail, concern) for who in addresses if who not in found
        ]
        if made:
            deed.session.execute(insert(Mail), made)
        found |= {row["person"]: row["id"] for row in made}
    return found


def send_at_once(desk: Desk) -> Posted:
    """Send what can't wait for the hour, before everything else in the outbox."""
    return send_waiting(desk, {}, _NEXT_AT_ONCE)


def send_waiting(desk: Desk, writers: Writers, following: Select[Mail] = _NEXT) -> Posted:
    """Send what waits and is due, one by one; what came of it.

    `writers` write the kinds of mail whose words another noun knows, as things
    are when they go. `following` finds the next of those that are to be sent.
    Two processes may do this at once: each mail is claimed by one. One that was
    on its way when its process stopped is never sent again by itself.
    """
    here, posted = settings(), Posted()
    if here.mail is None:
        return Posted(set_up=False)
    with desk.reading() as session:
        lost = {"before": desk.now() - LEASE, "at": desk.now()}
        idle = session.scalars(following, {"at": desk.now()}).first() is None
        any_lost = session.scalars(select(Mail.id).where(Mail.state == MailState.SENDING).limit(1)).first()
    if any_lost:
        with desk.store.writing() as session:
            posted.unsure += int(session.execute(_LOST, lost).rowcount)  # type: ignore[attr-defined]
    if idle:
        return posted
    for _ in range(_CONNECTIONS_MOST):
        try:
            with connection_to(here.mail) as connection:
                while (claimed := _claim(desk, posted, following, here.address, writers)) is not None:
                    _send(desk, connection, *claimed, here.mail, posted)
            return posted
        except NoServer as error:
            posted.stopped = str(error)
            if not posted.sent:
                break
    with desk.store.writing() as session:  # the reason is shown beside the waiting mails; it costs them no try
        session.execute(_UNSENT, {"at": desk.now(), "said": posted.stopped})
    return posted


def send_again(desk: Desk, mail_id: str) -> None:
    """Put a mail that failed, or of which nobody knows whether it went, back among those that wait.

    It goes to the address that the person has now, and keeps its id.

    Raises:
        NotFound: there is no such mail.
        Conflict: it waits already, or went.
    """
    with desk.permitted(Action.SEND_MAIL) as deed:
        mail = deed.session.get(Mail, mail_id)
        if mail is None or mail.concern_ref is not None:  # those are no one's to know of but the leads
            raise NotFound(f"There is no mail {mail_id!r}.")
        if mail.state not in (MailState.FAILED, MailState.UNSURE):
            raise Conflict("Only a mail that failed, or that nobody is sure of, is sent again.")
        address = deed.session.get_one(Person, mail.person).email
        if not address:
            raise Conflict("This person has no e-mail address on file.")
        mail.address, mail.state, mail.tries, mail.next_try_at = address, MailState.WAITING, 0, deed.at
        mail.settled_at = None
        deed.about(mail.person)
        deed.note(did="mail to be sent again", mail=mail.id)


def _new(
    desk: Desk, at: datetime, kind: MailKind, who: str, address: str, server: MailSettings, concern: str | None
) -> dict[str, Any]:
    return {
        "id": desk.new_ref("M"),
        "person": who,
        "kind": kind,
        "address": address,
        "state": MailState.WAITING,
        "message_id": f"<{uuid.uuid4()}@{server.sender.rpartition('@')[2]}>",
        "queued_at": at,
        "queued_by": str(desk.actor),
        "next_try_at": at,
        "tries": 0,
        "concern_ref": concern,
    }


def _claim(
    desk: Desk, posted: Posted, following: Select[Mail], address: str, writers: Writers
) -> tuple[Mail, Words] | None:
    """Claim the next mail that is due, with its words; those no longer needed are withdrawn."""
    while True:
        with desk.store.writing() as session:
            at = desk.now()
            mail = session.scalars(following, {"at": at}).first()
            if mail is None:
                return None
            words = _words(desk, session, mail, address, writers)
            if words is None:
                mail.state, mail.settled_at = MailState.WITHDRAWN, at
                posted.withdrawn += 1
                continue
            mail.state, mail.claim, mail.claimed_at = MailState.SENDING, secrets.token_hex(16), at
            session.flush()
            session.expunge(mail)
        return mail, words


def _words(desk: Desk, session: Session, mail: Mail, address: str, writers: Writers) -> Words | None:
    """What the mail says, as things are now; None where nobody needs it any more.

    A digest's figures are those of the moment at which it goes, and are kept nowhere.
    """
    if mail.kind in writers:
        return writers[mail.kind](desk, session, mail.person)
    asked = {"who": mail.person, "at": desk.now()}
    if mail.kind is MailKind.SOMETHING_TO_SIGN and not session.scalar(_STILL_TO_SIGN, asked):
        return None
    concern = asked | {"ref": mail.concern_ref, "queued": mail.queued_at}
    if mail.concern_ref is not None and not session.scalar(_STILL_FOR_THEM, concern):
        return None
    return _fixed_words(mail.kind, address)


def _send(desk: Desk, connection: Connection, mail: Mail, words: Words, server: MailSettings, posted: Posted) -> None:
    subject, text = words
    written = message(
        sender=server.sender, to=mail.address, message_id=mail.message_id, at=desk.now(), subject=subject, text=text
    )
    try:
        fate, answer = connection.hand_over(mail.address, written)
    except NoServer as error:
        _settle(desk, mail, Fate.LATER, str(error), posted)
        raise
    _settle(desk, mail, fate, answer, posted)


def _settle(desk: Desk, mail: Mail, fate: Fate, answer: str, posted: Posted) -> None:
    """Put down what became of a mail, with the audit event, in one transaction."""
    tries = mail.tries + 1
    with desk.permitted(Action.SEND_MAIL) as deed:
        changed: dict[str, Any] = {"tries": tries, "answer": answer, "claim": None}
        if fate is Fate.LATER and tries < TRIES_MOST:
            first = FIRST_WAIT_AT_ONCE if mail.kind in AT_ONCE else FIRST_WAIT
            wait = min(first * 2 ** (tries - 1), LONGEST_WAIT)
            changed |= {"state": MailState.WAITING, "next_try_at": deed.at + wait}
            posted.later += 1
        elif fate is Fate.ACCEPTED:
            changed |= {"state": MailState.SENT, "settled_at": deed.at}
            posted.sent += 1
        elif fate is Fate.UNSURE:
            changed |= {"state": MailState.UNSURE, "settled_at": deed.at}
            posted.unsure += 1
        else:
            changed |= {"state": MailState.FAILED, "settled_at": deed.at}
            posted.failed += 1
        still_claimed = or_(Mail.claim == mail.claim, Mail.state == MailState.UNSURE)
        deed.session.execute(update(Mail).where(Mail.id == mail.id, still_claimed).values(**changed))
        deed.about(
            mail.concern_ref or mail.person
        )  # not about the person: the subject of a concern must find no event of it
        deed.note(did="mail " + fate.value, mail=mail.id, kind=mail.kind, message_id=mail.message_id, tries=tries)


def _fixed_words(kind: MailKind, address: str) -> Words:
    """The subject and the text of a kind of mail; `address` is where Casebook is opened."""
    subject, text = _MAILS[kind]
    return subject, text.format(address=address, clause=Clause.C15.text)
