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
from okf.people.commands.links import address_of, brought_in_by, open_invitation
from okf.people.commands.mail_texts import Words, words_of
from okf.people.commands.smtp import Connection, Fate, NoServer, connection_to, message
from okf.policy.chasing import MailKind, MailState
from okf.settings import MailSettings, settings
from okf.store.models import AgreementStanding, ClockTold, Concern, ConcernClock, Credential, Mail, Person
from okf.store.visible import about_leads, account_on, concerns_visible_to, holds_role
from okf.terms import FOR_SAFETY, Action

TRIES_MOST: Final = 10  # over about two days
FIRST_WAIT: Final = timedelta(minutes=15)
AT_ONCE: Final = (
    MailKind.CONCERN_AT_ONCE,
    MailKind.CONCERN_WAITS,
    MailKind.CLOCK_RUNS_OUT,
    MailKind.CLOCK_IS_PAST,
    MailKind.NOBODY_ACTS,
    MailKind.CASE_WITHOUT_LEAD,
    MailKind.INVITATION,
    MailKind.SIGN_IN_CHANGED,
    MailKind.DRAFT_GOES,
)
FIRST_WAIT_AT_ONCE: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=12)
LEASE: Final = timedelta(minutes=30)  # longer than any server may take to answer
_AT_ONCE: Final = 500
_CONNECTIONS_MOST: Final = 3
Writers = Mapping[MailKind, Callable[[Desk, Session, str], Words | None]]

_INSTANT = Mail.next_try_at.type
_WAITING = select(Mail.person, Mail.id, Mail.address).where(
    Mail.state == MailState.WAITING,
    Mail.kind == bindparam("kind"),
    Mail.person.in_(bindparam("people", expanding=True)),
)
_WAITING_OF_ONE = _WAITING.where(
    Mail.concern_ref.is_not_distinct_from(bindparam("concern", type_=Mail.concern_ref.type))
)
_WAITING_OF_CLOCKS = _WAITING.where(exists().where(ClockTold.mail == Mail.id))
_ADDRESSES = select(Person.username, Person.email).where(
    Person.username.in_(bindparam("people", expanding=True)), Person.email.is_not(None), Person.email != ""
)
_ABLE = select(Credential.person).where(Credential.person.in_(bindparam("people", expanding=True)))
# An invitation opens their account: it goes to no address but the one that they have now.
_STILL_INVITED = select(
    exists().where(
        Person.username == bindparam("who"),
        Person.email == bindparam("address"),
        account_on(bindparam("at", type_=_INSTANT)),
    )
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
# Whether there is still a concern for them to read, this one or one handed over with it, that is neither about them nor
# about a family to which they have a tie (C9); and they still have a part in safeguarding. Of one about a lead the end
# withdraws no mail: it may be a friend's.
_HEARS = exists().where(Person.username == bindparam("who"), account_on(), holds_role(FOR_SAFETY))
_STILL_FOR_THEM = select(
    exists().where(
        _HEARS,
        concerns_visible_to(),
        or_(
            Concern.ref == bindparam("ref"),
            and_(Concern.lead == bindparam("who"), Concern.handed_at == bindparam("queued", type_=_INSTANT)),
        ),
        or_(Concern.ended_at.is_(None), Concern.ref.in_(about_leads())),
    )
)
# The same of a mail of the ladder: a clock that it tells of runs still. Of those, what somebody has taken up.
_CLIMBED = (
    select(Concern.taken_at)
    .join(ConcernClock, ConcernClock.concern_ref == Concern.ref)
    .join(ClockTold, ClockTold.clock == ConcernClock.id)
    .where(ClockTold.mail == bindparam("mail"), ConcernClock.ended_at.is_(None), _HEARS, concerns_visible_to())
)
_OF_LADDER = select(exists().where(ClockTold.mail == bindparam("mail")))
_LOST = (
    update(Mail)
    .where(
        Mail.state == MailState.SENDING,
        or_(
            Mail.claimed_at <= bindparam("before", type_=_INSTANT),
            Mail.claimed_at > bindparam("after", type_=_INSTANT),  # by a clock that ran ahead
        ),
    )
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
            return "No mail server is set (OKF_SMTP_HOST): reminders stand on Today alone."
        said = f"{self.sent} sent, {self.failed} refused for good, {self.later} to be tried again"
        said += f", {self.unsure} unsure, {self.withdrawn} no longer needed."
        return f"{said} It stopped early: {self.stopped}." if self.stopped else said


def put_in_outbox(
    deed: Deed,
    desk: Desk,
    kind: MailKind,
    people: Iterable[str],
    *,
    concern: str | None = None,
    of_a_clock: bool = False,
    instead: Mapping[str, str] = {},
) -> dict[str, str]:
    """Put a mail of a kind to each of these people in the outbox, within a deed; the mails' ids by username.

    Nobody gets a second one while one of this kind, about the same concern and
    to the same address, waits: that one serves. What is told `of_a_clock`
    waits for the clocks of all concerns at once: it goes as long as one of
    them runs. `concern` is the one that it is about, if it is about one;
    `instead` has the addresses to write to of
    those who are not written to at their own. Those without an address get
    none, and nobody does where no server is set.
    """
    here = settings()
    found: dict[str, str] = {}
    if here.mail is None:
        return {}
    wanted = list(dict.fromkeys(people))
    for start in range(0, len(wanted), _AT_ONCE):
        whom = wanted[start : start + _AT_ONCE]
        batch = {"people": whom, "kind": kind, "concern": concern}
        addresses = {row.username: row.email for row in deed.session.execute(_ADDRESSES, {"people": batch["people"]})}
        addresses |= {who: instead[who] for who in whom if who in instead}
        waiting = deed.session.execute(_WAITING_OF_CLOCKS if of_a_clock else _WAITING_OF_ONE, batch)
        found |= {row.person: row.id for row in waiting if row.address == addresses.get(row.person)}
        made = [
            _new(desk, deed.at, kind, who, addresses[who], here.mail, concern) for who in addresses if who not in found
        ]
        if made:
            deed.session.execute(insert(Mail), made)
        found |= {row["person"]: row["id"] for row in made}
    return found


def tell_of_change(deed: Deed, desk: Desk, people: Iterable[str], *, instead: Mapping[str, str] = {}) -> None:
    """Tell those of these people who can sign in, by mail, that something of their sign-in was changed by another."""
    able = deed.session.scalars(_ABLE, {"people": list(people)}).all()
    put_in_outbox(deed, desk, MailKind.SIGN_IN_CHANGED, able, instead=instead)


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
        lost = {"before": desk.now() - LEASE, "after": desk.now() + LEASE, "at": desk.now()}
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

    It goes to the address that the person has now, and keeps its id; an
    invitation is sent again by whoever may send a new one.

    Raises:
        Refused: their role does not include it; or they may not invite that person.
        NotFound: there is no such mail.
        Conflict: it waits already, or went.
    """
    with desk.reading() as session:
        sent = session.get(Mail, mail_id)
        own = sent is not None and brought_in_by(session, str(desk.actor), sent.person)
    if sent is not None and sent.kind is MailKind.INVITATION:
        desk.require(Action.INVITE, grantee=sent.person, about=desk.actor if own else None)
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
    if mail.kind is MailKind.INVITATION:
        if not session.scalar(_STILL_INVITED, asked | {"address": mail.address}):
            return None
        token = open_invitation(session, mail.person, desk.now(), by=mail.queued_by)
        return words_of(mail.kind, address, link=address_of(address, token))
    if session.scalar(_OF_LADDER, {"mail": mail.id}):
        taken = session.scalars(_CLIMBED, asked | {"mail": mail.id}).all()
        return words_of(mail.kind, address, taken_up=None not in taken) if taken else None
    concern = asked | {"ref": mail.concern_ref, "queued": mail.queued_at}
    if mail.concern_ref is not None and not session.scalar(_STILL_FOR_THEM, concern):
        return None
    return words_of(mail.kind, address)


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
