"""The desk: who is here, on which store, by which clock. Decide, change, record, commit - or refuse."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from okf.clock import utc_now
from okf.errors import NotFound, refused, unknown
from okf.policy.access import acting_in, decide
from okf.policy.decision import Decision
from okf.policy.facts import GrantFacts, PersonFacts, Question
from okf.policy.gates import with_signing
from okf.policy.least import Work
from okf.policy.words import clock_is_behind
from okf.store import audit, chained, facts, guards
from okf.store.engine import Store
from okf.store.enquiry_sides import handed_up, kept_from
from okf.store.match_facts import standing_across, stands_across, undecided
from okf.store.models import Base
from okf.store.once import ONCE, OneRun, once
from okf.store.usable import check_signs
from okf.terms import Action, Capacity, Outcome, RecordClass

HOST = PersonFacts("host", Capacity.STAFF, is_host=True)
NOBODY = "nobody"
SLACK = timedelta(seconds=10)  # by which a clock may be behind the record, and nobody need know (our default)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another


class Deed:
    """One permitted change on its way into the store: its rows, and what the audit record will say of it.

    `decision` goes on the record; a command that asks the policy a further
    question, as a share does of its routes, puts that answer in its place.
    """

    def __init__(self, session: Session, at: datetime, decision: Decision, question: Question) -> None:
        self.session = session
        self.at = at
        self.decision = decision
        self.question = question
        self.case_ref = question.case.ref if question.case else None
        self.subject: str | None = None
        self.facts: dict[str, Any] = {}
        self.per_subject: dict[str | None, set[str]] = {}  # done to many: an event each, with these rows' keys

    def add(self, *rows: Base) -> None:
        """Put rows into the change."""
        self.session.add_all(rows)

    def note(self, **facts: Any) -> None:
        """Say something of it for the audit record: plain values, never the confidential words."""
        self.facts.update({name: _plain(value) for name, value in facts.items()})

    def about(self, subject: str, case_ref: str | None = None) -> None:
        """Name what it was done to, when that is made or found within."""
        self.subject = subject
        self.case_ref = case_ref or self.case_ref


class Desk:
    """The one door: pages and the command line reach the store only through it.

    `actor` is a username, or None at the door, where nobody has signed in.
    `now` is the machine's clock, `patience` for how many seconds a deed waits
    for another writer. `acting` holds, by case, the work that whoever is here
    chose to act in where they hold accesses of two.
    """

    def __init__(
        self,
        store: Store,
        actor: str | None,
        *,
        now: Callable[[], datetime] = utc_now,
        session_id: str | None = None,
        chance: random.Random | None = None,
        host: bool = False,
        patience: float | None = None,
        acting: MutableMapping[str, Work] | None = None,
    ) -> None:
        self.store = store
        self.actor = actor
        self.machine = now
        self.session_id = session_id
        self.acting = {} if acting is None else acting
        self._chance = chance or random.SystemRandom()
        self._host = host
        self._patience = patience
        self._run: OneRun | None = None

    @classmethod
    def host(cls, store: Store, **rest: Any) -> Desk:
        """The desk of whoever has the machine itself: the command line."""
        return cls(store, HOST.username, host=True, **rest)

    def now(self) -> datetime:
        """The instant of whatever is decided or done: the machine's, but never before the newest event's."""
        return self.store.time.at(self.machine())

    def clock_behind(self) -> str | None:
        """What to say where the machine's clock is behind the newest event; None where it is not."""
        now, machine = self.now(), self.machine()
        return clock_is_behind(machine, now, self.store.time.since) if now - machine > SLACK else None

    def in_haste(self, seconds: float) -> Desk:
        """The same desk, whose deeds wait no longer than this for another writer."""
        return Desk(
            self.store,
            self.actor,
            now=self.machine,
            session_id=self.session_id,
            chance=self._chance,
            host=self._host,
            patience=seconds,
            acting=self.acting,
        )

    @property
    def is_host(self) -> bool:
        """Whether the command line on the host is here, and not a person who signed in."""
        return self._host

    def new_ref(self, prefix: str) -> str:
        """A reference that nobody has and that tells nothing of how many there are, such as `K-7KQ2M4XA`."""
        return f"{prefix}-{''.join(self._chance.choices(_LETTERS, k=8))}"

    def ref_of(self, prefix: str, *told: bytes) -> str:
        """A reference as `new_ref` makes them, the same one whenever it is asked for with the same bytes."""
        return f"{prefix}-{''.join(_LETTERS[byte % len(_LETTERS)] for byte in sha256(b''.join(told)).digest()[:8])}"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent read, for queries; the facts of a decision are read in it once."""
        with self.store.reading() as session:
            session.info[ONCE] = self._run.read() if self._run else {}
            once(session, "newest event", lambda: self.store.see_newest(session))
            yield session

    @contextmanager
    def one_run(self) -> Iterator[None]:
        """While it lasts, the run of a page, facts of decisions are read once for all readings, until a write.

        The next click is another run, and reads anew.
        """
        self._run = OneRun()
        try:
            yield
        finally:
            self._run = None

    def person(self, session: Session | None = None) -> PersonFacts:
        """Who is here, with roles, signatures and ties.

        Raises:
            NotFound: nobody is signed in, or they are not on file.
        """
        if self._host:
            return HOST
        if self.actor is None:
            raise NotFound("Nobody is signed in.")
        if session is not None:
            return facts.person(session, self.actor)
        with self.reading() as own:
            return facts.person(own, self.actor)

    def decide(self, action: Action, case_ref: str | None = None, **subject: Any) -> Decision:
        """The policy's answer for whoever is here, without doing anything; `subject` as in `question`."""
        with self.reading() as session:
            return decide(self.question(session, action, case_ref, **subject))

    def require(self, action: Action, case_ref: str | None = None, **subject: Any) -> Decision:
        """The policy's answer, if it allows; for what is only shown, and needs no event of its own.

        Raises:
            Refused: the policy said no; the refusal is on the audit record.
        """
        with self.reading() as session:
            question = self.question(session, action, case_ref, **subject)
            decision = decide(question)
            named = None if decision.allowed else _known(session, subject)
        if not decision.allowed:
            self.note_refusal(action, decision, question, named)
            raise refused(decision, subject.get("concern"))
        return decision

    def question(
        self,
        session: Session,
        action: Action,
        case_ref: str | None = None,
        *,
        record: str | None = None,
        concern: str | None = None,
        grantee: str | None = None,
        compartment: str | None = None,
        record_class: RecordClass | None = None,
        purpose: str | None = None,
        about: str | None = None,
        lead_for: str | None = None,
        giving: GrantFacts | None = None,
        enquiry: str | None = None,
        at: datetime | None = None,
        actor: str | None = None,
    ) -> Question:
        """The facts of one question, from the store as this session sees it.

        `about` is the person whose own thing it is, where nobody may decide
        on their own; `lead_for` the party whose lead caseworker the grantee is
        to be, and `giving` the access that they would have; `enquiry` the one
        that is read or decided, of which nothing but its side is asked. `at` and `actor`
        ask of another instant and of somebody else, by all their accesses: who
        is here asks now by those of the work that they act in.

        Raises:
            NotFound: a record, concern, case or person named here is not on file.
        """
        own = at is None and actor is None
        at = at or self.now()
        person = facts.person(session, actor) if actor else self.person(session)
        found_record = _found(facts.records(session, [record]), record, "record") if record else None
        found_concern = _found(facts.concerns(session, [concern]), concern, "concern") if concern else None
        case_ref = case_ref or (found_record and found_record.case_ref) or (found_concern and found_concern.case_ref)
        case = _found(facts.cases(session, [case_ref]), case_ref, "case") if case_ref else None
        to = facts.person(session, grantee) if grantee else None
        past = facts.past_of(session, case, action) if to and case else facts.Past()
        question = Question(
            at=at,
            action=action,
            person=person,
            agreements=facts.agreements(session),
            settings=facts.policy_settings(session, at),
            case=case,
            record=found_record,
            concern=found_concern,
            concerns=facts.concerns_on(session, [case.ref])[case.ref] if case else (),
            grants=facts.grants(session, person.username, [case.ref])[case.ref] if case else (),
            emergencies=facts.emergencies(session, person.username),
            custodies=facts.custodies(session, person),
            across=bool(case and standing_across(session, person, [case.ref], at))
            or bool(enquiry and enquiry in kept_from(session, person.username, at)),
            handed_up=bool(enquiry and enquiry in handed_up(session, person, at)),
            grantee=to,
            grantee_past=to is not None and to.username in past.worked,
            grantee_mediated=to is not None and to.username in past.mediated,
            grantee_across=bool(to and case and stands_across(session, to.username, case.ref, lead_for, at)),
            giving=giving,
            lead_for=lead_for,
            undecided=bool(lead_for and case and undecided(session, case.ref)),
            compartment=compartment,
            record_class=record_class,
            purpose=purpose,
            about_self=about is not None and about == person.username,
        )
        question = with_signing(question)
        return acting_in(question, self.acting.get(case.ref)) if own and case else question

    @contextmanager
    def permitted(self, action: Action, case_ref: str | None = None, **subject: Any) -> Iterator[Deed]:
        """A deed that the policy permits: what is changed within, and its audit event, are committed together.

        `subject` as in `question`. If the body raises, nothing is kept. A deed
        is done now and by whoever is here: `at` and `actor` are for questions.

        Raises:
            Refused: the policy said no; the refusal is on the audit record.
            NotFound: what it would be done to is not on file.
            StoreUnavailable: the database can't be written at this moment.
        """
        if subject.keys() & {"at", "actor"}:
            raise TypeError("a deed is done now, by whoever is here")
        with self.store.writing(self._patience) as session:
            question = self.question(session, action, case_ref, **subject)
            decision = decide(question)
            if decision.allowed:
                deed = Deed(session, question.at, decision, question)
                deed.subject = _subject(subject)
                deed.facts |= _acted(question)
                check_signs(session)
                with guards.lifted(session):
                    yield deed
                for about, told in chained.events(session, deed.subject, deed.facts, deed.per_subject):
                    self._record(session, action, deed.decision, question.at, deed.case_ref, about, told)
                return
            named = _known(session, subject)
        self.note_refusal(action, decision, question, named)
        raise refused(decision, subject.get("concern"))

    @contextmanager
    def keeping_own(self) -> Iterator[Session]:
        """A change of what is only this person's own, such as a draft: no deed, and nothing for the audit record.

        One row at a time: a statement on many is refused, theirs or not.
        """
        with self.store.writing(self._patience) as session, guards.own(session, self.person(session).username):
            yield session

    def note_refusal(self, action: Action, decision: Decision, question: Question, subject: str | None = None) -> None:
        """Put a refusal on the audit record, in a transaction of its own."""
        with self.store.writing(self._patience) as session:
            ref = question.case.ref if question.case else None
            self._record(session, action, decision, question.at, ref, subject, _acted(question))

    def note_event(
        self, action: Action, *, subject: str | None = None, outcome: Outcome = Outcome.ALLOW, **told: Any
    ) -> None:
        """Put something that changed no row on the audit record, such as a sign-in or an export."""
        with self.store.writing(self._patience) as session:
            audit.append(
                session,
                at=self.now(),
                actor=self.actor or NOBODY,
                action=action,
                outcome=outcome,
                subject=subject,
                session_id=self.session_id,
                facts={name: _plain(value) for name, value in told.items()},
            )

    def _record(
        self,
        session: Session,
        action: Action,
        decision: Decision,
        at: datetime,
        case_ref: str | None,
        subject: str | None,
        told: dict[str, Any],
    ) -> None:
        audit.append(
            session,
            at=at,
            actor=self.actor or NOBODY,
            action=action,
            outcome=decision.decision,
            case_ref=case_ref,
            subject=subject,
            session_id=self.session_id,
            clauses=[clause.name for clause in decision.clauses],
            reasons=decision.reason_keys,
            facts=told,
        )


def _found(rows: dict[str, Any], key: str, noun: str) -> Any:
    if key not in rows:
        raise unknown(noun, key)
    return rows[key]


def _subject(subject: dict[str, Any]) -> str | None:
    return subject.get("record") or subject.get("concern") or subject.get("grantee") or subject.get("about")


def _known(session: Session, subject: dict[str, Any]) -> str | None:
    """The same for a refusal: a name that nobody here has was typed by whoever asked, and is not for the record."""
    named = _subject(subject)
    if named is not None and named == subject.get("about"):
        return named if named in facts.people(session, [named]) else None
    return named


def _acted(question: Question) -> dict[str, Any]:
    """For the audit record, the work that they acted in, where they had the choice."""
    return {"acted_as": question.works[0].value} if question.works else {}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | dict | type(None)) else str(value)
