"""A small charity, built a sentence at a time, so that a test says only what matters to it.

It writes rows behind the policy, since it is the world and not the product.
Left unsaid, everything makes the permitted path: people signed, grants are
live and cover all of a case, cases are open. What is named is invented and
says what it is for. People, cases, grants, records and concerns are told
apart by their own keys: `world.person("volunteer")` is `"volunteer"`.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from okf.clock import from_london, london_date, start_of
from okf.desk import Desk
from okf.policy.decision import Decision
from okf.policy.duties import clocks_found, kept_of
from okf.store import contact, kept
from okf.store.clocks import rows_of_clocks
from okf.store.engine import Store
from okf.store.models import (
    Absence,
    AccessGrant,
    AgreementVersion,
    Appointment,
    AuditEvent,
    Base,
    Case,
    CaseChild,
    CaseClosure,
    CaseParty,
    Concern,
    ConcernAbout,
    ConcernClock,
    ConflictOfInterest,
    ContactStatement,
    EmergencyAccess,
    Enquiry,
    Mediation,
    PartnerOrganisation,
    Person,
    PersonRole,
    PolicySetting,
    Record,
    RecordSubject,
    ServiceUser,
    Signature,
    Task,
    WorkerCheck,
)
from okf.store.narrative import narratives
from okf.terms import (
    ENDED_CONCERN,
    Action,
    Capacity,
    CaseStatus,
    Change,
    CheckKind,
    ConcernStatus,
    MediationKind,
    MediationStatus,
    RecordClass,
    RecordStatus,
    Role,
    Severity,
    SignatureMethod,
    SupportKind,
)
from okf.terms.concerns import ConcernCategory
from okf.terms.intake import ContactCheck, EnquiryChannel, EnquiryStatus
from okf.terms.records import AppointmentKind
from tests.behind import unrecorded

Row = TypeVar("Row", bound=Base)
When = str | datetime | date
FIRST_AGREEMENTS = date(2025, 1, 6)
SIGNED = "2026-05-01T09:00"
OPENED = date(2026, 6, 1)
CURRENT = "current"
UNSAID: Any = object()


def instant(when: When) -> datetime:
    """An instant from London's words: `"2026-11-23T10:00"`, a date for its beginning, or an instant itself."""
    if isinstance(when, str):
        when = datetime.fromisoformat(when) if "T" in when else date.fromisoformat(when)
    if isinstance(when, datetime):
        return when.astimezone(UTC) if when.tzinfo else from_london(when)
    return start_of(when)


def _instant(when: When | None) -> datetime | None:
    return None if when is None else instant(when)


class World:
    """The charity on one store, with a clock that stands until it is set."""

    def __init__(self, store: Store, now: When = "2026-11-23T10:00") -> None:
        self.store = store
        self.now = instant(now)
        self._count = 0
        self._agreed = False

    # The clock

    def at(self, when: When) -> datetime:
        """Set the clock of every desk of this world, also of those already taken; the instant."""
        self.now = instant(when)
        return self.now

    def later(self, **span: float) -> datetime:
        """Move the clock on: `world.later(minutes=1)`; the instant."""
        self.now += timedelta(**span)
        return self.now

    # People

    def person(
        self,
        username: str,
        *,
        capacity: Capacity | str = Capacity.STAFF,
        roles: Iterable[Role | str] = (),
        signed: When | None = CURRENT,
        version: str | None = None,
        organisation: str | None = None,
        left_at: When | None = None,
        **columns: Any,
    ) -> str:
        """Somebody who works with OKF and signed the agreement of their capacity; their username.

        `signed` is when, `None` for never; `version` which, otherwise the
        newest in effect then. An allied partner gets an organisation.
        """
        capacity = Capacity(capacity)
        if capacity is Capacity.ALLIED_PARTNER and organisation is None:
            organisation = "harbour_advice"
            if self.one(PartnerOrganisation, name=organisation) is None:
                self.organisation(organisation)
        with self._writing() as session:
            columns.setdefault("name", username.replace("_", " ").title())
            session.add(
                Person(
                    username=username,
                    capacity=capacity,
                    organisation=organisation,
                    left_at=_instant(left_at),
                    **columns,
                )
            )
            session.flush()
            session.add_all(PersonRole(person=username, role=Role(role)) for role in roles)
            if signed is not None:
                self._sign(session, username, capacity, version, SIGNED if signed == CURRENT else signed)
            self._standings(session, username)
        return username

    def manager(self, username: str = "manager", **more: Any) -> str:
        """A manager."""
        return self.person(username, roles=[Role.MANAGER], **more)

    def dsl(self, username: str = "dsl", **more: Any) -> str:
        """A designated safeguarding lead."""
        return self.person(username, roles=[Role.DSL], **more)

    def caseworker(self, username: str = "caseworker", **more: Any) -> str:
        """A caseworker."""
        return self.person(username, roles=[Role.CASEWORKER], **more)

    def volunteer(self, username: str = "volunteer", **more: Any) -> str:
        """A volunteer."""
        return self.person(username, capacity=Capacity.VOLUNTEER, **more)

    def role(self, person: str, role: Role | str, *, since: When | None = None, until: When | None = None) -> None:
        """Give somebody a role over a span of time."""
        with self._writing() as session:
            session.add(PersonRole(person=person, role=Role(role), since=_instant(since), until=_instant(until)))

    def organisation(
        self, name: str, from_: date | None = date(2026, 1, 1), until: date | None = date(2027, 12, 31)
    ) -> str:
        """A partner organisation, and the London dates of its own agreement; its name."""
        with self._writing() as session:
            session.merge(PartnerOrganisation(name=name, agreement_from=from_, agreement_until=until))
        return name

    def leave(self, person: str, at: When | None = None) -> None:
        """Switch somebody's account off."""
        with self._writing() as session:
            session.get_one(Person, person).left_at = self._at(at)
            self._standings(session, person)

    def absent(self, person: str, first: date, last: date | None = None, *, covered_by: str | None = None) -> None:
        """Somebody's days away, both included."""
        spell = {"starts_on": first, "ends_on": last or first, "covered_by": covered_by}
        with self._writing() as session:
            session.add(Absence(person=person, entered_by=person, entered_at=self.now, **spell))

    def check(self, person: str, expires_on: date, *, kind: CheckKind = CheckKind.VETTING, blocks: bool = True) -> None:
        """Somebody's vetting or training check."""
        with self._writing() as session:
            session.add(WorkerCheck(person=person, kind=kind, expires_on=expires_on, blocks_access=blocks))

    # Agreements

    def agreement(
        self,
        kind: Capacity | str,
        version: str,
        effective_on: date,
        *,
        change: Change | str = Change.MATERIAL,
        resign_by: date | None = None,
        text: str | None = None,
    ) -> str:
        """Publish a version of a capacity's agreement; the version. Version "1" is there from the start."""
        with self._writing() as session:
            session.add(self._version(Capacity(kind), version, effective_on, Change(change), resign_by, text))
            session.flush()
            self._standings(session)
        return version

    def sign(
        self,
        person: str,
        at: When | None = None,
        *,
        kind: Capacity | str | None = None,
        version: str | None = None,
        **columns: Any,
    ) -> int:
        """Somebody signs, by default their capacity's newest version, now; the signature's id."""
        with self._writing() as session:
            kind = Capacity(kind or session.get_one(Person, person).capacity)
            signature = self._sign(session, person, kind, version, self._at(at), **columns)
            self._standings(session, person)
            return signature.id

    # Cases

    def service_user(self, ref: str, **columns: Any) -> str:
        """Somebody whom OKF helps; their reference. Cases make those that they name.

        How they are reached, and when they were born, is their own word.
        """
        with self._writing() as session:
            session.merge(ServiceUser(ref=ref, **columns))
            session.flush()
            if told := {name: columns[name] for name in (*contact.COLUMNS, contact.BORN) if name in columns}:
                session.add(self._statement(ref, ref, ContactCheck.OWN_WORD, told))
        return ref

    def told(self, ref: str, by: str | None, *, checked: ContactCheck | None = None, **values: Any) -> None:
        """Somebody told how a person is reached: that person, another one, or nobody knows who."""
        with self._writing() as session:
            contact.put_on_file(session, [self._statement(ref, by, checked, values)])

    def _statement(
        self, ref: str, by: str | None, checked: ContactCheck | None, values: dict[str, Any]
    ) -> ContactStatement:
        return ContactStatement(
            service_user=ref,
            told_by=by,
            told_at=self.now,
            noted_by="manager",
            noted_at=self.now,
            checked_how=checked,
            checked_at=self.now if checked else None,
            checked_by="manager" if checked else None,
            told=contact.written(values),
        )

    def case(
        self,
        ref: str,
        *,
        parties: Sequence[str] = ("party_a", "party_b"),
        children: Sequence[str] = (),
        granted_to: Iterable[str] = (),
        opened_on: date = OPENED,
        status: CaseStatus | str = CaseStatus.OPEN,
        **columns: Any,
    ) -> str:
        """An open case of a family; its reference. `granted_to` names who may open all of it."""
        columns.setdefault("kind_of_support", SupportKind.SEPARATION_SUPPORT)
        columns.setdefault("area", "North")
        with self._writing() as session:
            session.add(Case(ref=ref, opened_on=opened_on, status=CaseStatus(status), **columns))
            for one in (*parties, *children):
                if session.get(ServiceUser, one) is None:
                    session.add(ServiceUser(ref=one))
            session.flush()
            session.add_all(CaseParty(case_ref=ref, service_user=p, position=n) for n, p in enumerate(parties))
            session.add_all(CaseChild(case_ref=ref, service_user=c, position=n) for n, c in enumerate(children))
            session.flush()
            self._allocation(session, ref)
        for person in granted_to:
            self.grant(person, ref)
        return ref

    def close(self, case: str, at: When | None = None, *, by: str | None = None) -> datetime:
        """Close a case, and end every grant on it; the instant."""
        closed_at = self._at(at)
        with self._writing() as session:
            row = session.get_one(Case, case)
            row.status, row.closed_at = CaseStatus.CLOSED, closed_at
            session.add(CaseClosure(case_ref=case, closed_at=closed_at, closed_by=by))
            for grant in session.scalars(_of_case(AccessGrant, case).where(AccessGrant.ended_at.is_(None))):
                grant.ended_at = closed_at
            session.flush()
            self._allocation(session, case)
            self._standings(session)
        return closed_at

    def reopen(self, case: str, at: When | None = None, *, by: str | None = None) -> datetime:
        """Reopen a closed case; no grant comes back with it."""
        reopened_at = self._at(at)
        with self._writing() as session:
            row = session.get_one(Case, case)
            row.status, row.closed_at = CaseStatus.OPEN, None
            last = session.scalars(_of_case(CaseClosure, case).order_by(CaseClosure.closed_at.desc()).limit(1)).one()
            last.reopened_at, last.reopened_by = reopened_at, by
            session.flush()
            self._allocation(session, case)
        return reopened_at

    def mediation(self, case: str, ref: str = "MED-1", *, mediator: str | None = None) -> str:
        """An informal mediation in progress; its reference."""
        with self._writing() as session:
            kind, status = MediationKind.INFORMAL, MediationStatus.IN_PROGRESS
            session.add(Mediation(ref=ref, case_ref=case, kind=kind, status=status, mediator=mediator))
        return ref

    def task(
        self,
        case: str,
        assigned_to: str,
        *,
        ref: str | None = None,
        due_on: date | None = None,
        text: str = "Ring back",
    ) -> str:
        """Something to do on a case; its reference."""
        ref = ref or self._next("T")
        due_on = due_on or london_date(self.now) + timedelta(days=7)
        with self._writing() as session:
            session.add(Task(ref=ref, case_ref=case, text=text, assigned_to=assigned_to, due_on=due_on))
        return ref

    # Grants, and what bars them

    def grant(
        self,
        person: str,
        case: str,
        *,
        ref: str | None = None,
        capacity: Capacity | str | None = None,
        compartments: Iterable[str] | None = None,
        record_classes: Iterable[RecordClass | str] = (),
        actions: Iterable[str] = (),
        from_: When = UNSAID,
        until: When | None = None,
        lead_for: str | None = None,
        granted_by: str | None = None,
        **columns: Any,
    ) -> str:
        """Grant somebody a case, by default all of it, in their own capacity, from its opening; the grant's id."""
        ref = ref or self._next("G")
        with self._writing() as session:
            opened_on = session.get_one(Case, case).opened_on
            began = instant(opened_on if from_ is UNSAID else from_)
            session.add(
                AccessGrant(
                    id=ref,
                    person=person,
                    case_ref=case,
                    capacity=Capacity(capacity or session.get_one(Person, person).capacity),
                    compartments=list(self._all_compartments(session, case) if compartments is None else compartments),
                    record_classes=[str(one) for one in record_classes],
                    actions=list(actions),
                    from_=began,
                    until=_instant(until),
                    granted_by=granted_by,
                    granted_at=columns.pop("granted_at", None) or began,
                    lead_for=lead_for,
                    case_opened_on=opened_on,
                    **columns,
                )
            )
            session.flush()
            self._standings(session, person)
            self._allocation(session, case)
        return ref

    def end_grant(self, ref: str, at: When | None = None) -> datetime:
        """End a grant, as a handover does; the instant."""
        return self._end(ref, self._at(at), revoked=False)

    def revoke(self, ref: str, at: When | None = None) -> datetime:
        """Revoke a grant; the instant."""
        return self._end(ref, self._at(at), revoked=True)

    def conflict(
        self, person: str, service_user: str, *, declared_at: When | None = None, lifted_at: When | None = None
    ) -> int:
        """Somebody's tie to a service user, declared; perhaps lifted by somebody else; its id."""
        with self._writing() as session:
            row = ConflictOfInterest(
                person=person,
                service_user=service_user,
                reason="sibling",
                declared_at=_instant(declared_at),
                lifted_at=_instant(lifted_at),
                lifted_by=None if lifted_at is None else "somebody_else",
            )
            session.add(row)
            session.flush()
            return row.id

    def emergency(
        self, person: str, case: str, opened_at: When | None = None, *, reviewed_at: When | None = None
    ) -> str:
        """Somebody opens a case in an emergency; perhaps reviewed by somebody else; its id."""
        ref = self._next("X")
        with self._writing() as session:
            session.add(
                EmergencyAccess(
                    id=ref,
                    person=person,
                    case_ref=case,
                    opened_at=self._at(opened_at),
                    reason="a neighbour rang",
                    reviewed_at=_instant(reviewed_at),
                    reviewed_by=None if reviewed_at is None else "somebody_else",
                )
            )
        return ref

    # What comes

    def absence(self, person: str, starts_on: date, ends_on: date, *, covered_by: str | None = None) -> None:
        """Days on which somebody is away, both ends included."""
        with self._writing() as session:
            session.add(
                Absence(
                    person=person,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    covered_by=covered_by,
                    entered_by=person,
                    entered_at=self.now,
                )
            )

    def appointment(self, case: str, worker: str, starts_at: When) -> str:
        """Somebody meets somebody about a case for an hour; its reference."""
        ref, at = self._next("A"), instant(starts_at)
        with self._writing() as session:
            session.add(
                Appointment(
                    ref=ref,
                    case_ref=case,
                    kind=AppointmentKind.CALL,
                    compartment="joint",
                    worker=worker,
                    starts_at=at,
                    ends_at=at + timedelta(hours=1),
                    about="The week",
                    made_by=worker,
                    made_at=self.now,
                )
            )
        return ref

    def enquiry(self, received_at: When, *, decided_at: When | None = None) -> str:
        """Somebody asked for help on the telephone; declined, if it is decided; its reference."""
        ref, at = self._next("E"), instant(received_at)
        with self._writing() as session:
            session.add(
                Enquiry(
                    ref=ref,
                    status=EnquiryStatus.NEW if decided_at is None else EnquiryStatus.DECLINED,
                    channel=EnquiryChannel.PHONE,
                    received_at=at,
                    taken_by="intake",
                    taken_at=at,
                    version=1,
                    decided_at=_instant(decided_at),
                    decided_by=None if decided_at is None else "intake",
                )
            )
        return ref

    # Records and concerns

    def record(
        self,
        case: str,
        ref: str | None = None,
        *,
        record_class: RecordClass | str = RecordClass.NOTE,
        source: str | None = None,
        compartment: str | None = None,
        subjects: Iterable[str] | None = None,
        status: RecordStatus | None = None,
        occurred_at: When | None = None,
        **columns: Any,
    ) -> str:
        """A record, by default a note that the first party told us; its id. The source fixes the compartment."""
        ref = ref or self._next("N")
        with self._writing() as session:
            parties = session.scalars(select(CaseParty.service_user).where(CaseParty.case_ref == case)).all()
            children = session.scalars(select(CaseChild.service_user).where(CaseChild.case_ref == case)).all()
            source = source or (parties[0] if parties else "joint")
            kind = "sole:" if source in parties else "child:" if source in children else ""
            session.add(
                Record(
                    id=ref,
                    case_ref=case,
                    record_class=RecordClass(record_class),
                    source=source,
                    compartment=compartment or f"{kind}{source}",
                    status=status,
                    occurred_at=instant(occurred_at or self.now - timedelta(days=3)),
                    **columns,
                )
            )
            session.flush()
            told_of = subjects if subjects is not None else [source] if kind else []
            session.add_all(RecordSubject(record_id=ref, service_user=one) for one in told_of)
        return ref

    def concern(
        self,
        case: str | None = None,
        ref: str | None = None,
        *,
        about: Iterable[str] = (),
        about_people: Iterable[str] = (),
        severity: Severity | str = Severity.HIGH,
        status: ConcernStatus | str = ConcernStatus.RAISED,
        raised_by: str | None = None,
        raised_at: When | None = None,
        ended_at: When | None = None,
        due_at: When | None = None,
        tied_at: When | None = None,
        **columns: Any,
    ) -> str:
        """A concern, by default raised an hour ago by a reporter who has nothing to do with it; its reference.

        It is about workers from the first, and so sealed, or tied to them at `tied_at`.
        """
        ref = ref or self._next("K")
        if raised_by is None:
            raised_by = "reporter"
            if self.one(Person, username=raised_by) is None:
                self.volunteer(raised_by)
        began = instant(raised_at or self.now - timedelta(hours=1))
        status = ConcernStatus(status)
        if ended_at is None and status in ENDED_CONCERN:
            ended_at = began
        due, about_people = instant(due_at or began + timedelta(hours=24)), list(about_people)
        clocks = clocks_found(
            status=status,
            raised_at=began,
            due_at=due,
            next_review_on=columns.pop("next_review_on", None),
            about_worker=bool(about_people) or columns.get("category") == ConcernCategory.ABOUT_A_WORKER,
            holidays=(),
        )
        with self._writing() as session:
            session.add(
                Concern(
                    ref=ref,
                    case_ref=case,
                    severity=Severity(severity),
                    status=status,
                    raised_by=raised_by,
                    raised_at=began,
                    ended_at=_instant(ended_at),
                    ended_by=None if ended_at is None else "somebody_else",
                    **{
                        "due_at": due,
                        "sealed": (bool(about_people) and tied_at is None) or None,
                        **kept_of(clocks.due()),
                        **columns,
                    },
                )
            )
            session.flush()
            session.add_all(ConcernClock(**row) for row in rows_of_clocks(ref, clocks.all))
            session.add_all(ConcernAbout(concern_ref=ref, service_user=one) for one in about)
            ties = {"added_at": _instant(tied_at), "added_by": "somebody_else" if tied_at else None}
            session.add_all(ConcernAbout(concern_ref=ref, person=one, **ties) for one in about_people)
        return ref

    # The policy's own numbers

    def setting(self, name: str, value: Any, *, from_: When | None = None) -> None:
        """Set one of the organisation's settings, from an instant on; everyone's standing follows."""
        with self._writing() as session:
            session.add(PolicySetting(name=name, value={"is": value}, holds_from=_instant(from_)))
            session.flush()
            self._standings(session)

    # Asking

    def desk(self, person: str | None, **more: Any) -> Desk:
        """Somebody at the desk, by this world's clock; `None` is whoever has not signed in."""
        more.setdefault("chance", random.Random(self._count))
        return Desk(self.store, person, now=self.clock, **more)

    def host(self) -> Desk:
        """The command line on the host, by this world's clock."""
        return Desk.host(self.store, now=self.clock, chance=random.Random(self._count))

    def clock(self) -> datetime:
        """What the world's clock shows."""
        return self.now

    def why(
        self, person: str, action: Action, case: str | None = None, *, at: When | None = None, **subject: Any
    ) -> Decision:
        """What the policy answers somebody, now or at another instant."""
        return self.desk(person).decide(action, case, at=_instant(at), **subject)

    def may(self, person: str, action: Action, case: str | None = None, **subject: Any) -> bool:
        """Whether somebody may."""
        return self.why(person, action, case, **subject).allowed

    def reasons(self, person: str, action: Action, case: str | None = None, **subject: Any) -> list[str]:
        """The reasons against it, most important first; none when it is allowed."""
        return self.why(person, action, case, **subject).reason_keys

    # What is in the database

    def all(self, table: type[Row], **columns: Any) -> list[Row]:
        """The rows of a table that have these values, in order of their key."""
        with self.store.reading() as session:
            told = {name: columns.pop(name) for name in narratives(table) if name in columns}  # not for SQL to compare
            query = select(table).filter_by(**columns).order_by(*table.__table__.primary_key)
            rows = [row for row in session.scalars(query) if all(getattr(row, name) == told[name] for name in told)]
            session.expunge_all()
        return rows

    def one(self, table: type[Row], **columns: Any) -> Row | None:
        """The only row of a table that has these values, or none."""
        rows = self.all(table, **columns)
        assert len(rows) <= 1, f"{len(rows)} rows of {table.__tablename__} have {columns}"
        return rows[0] if rows else None

    def count(self, table: type[Base]) -> int:
        """How many rows a table has."""
        with self.store.reading() as session:
            return session.execute(select(func.count()).select_from(table)).scalar_one()

    def events(self, **columns: Any) -> list[AuditEvent]:
        """The audit record, oldest first; the world itself writes none."""
        return self.all(AuditEvent, **columns)

    # How it is written

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with unrecorded(self.store) as session:
            if not self._agreed and session.scalars(select(AgreementVersion.version).limit(1)).first() is None:
                session.add_all(
                    self._version(kind, "1", FIRST_AGREEMENTS, Change.MATERIAL, None, None) for kind in Capacity
                )
                session.flush()
            yield session
        self._agreed = True

    @staticmethod
    def _version(
        kind: Capacity, version: str, effective_on: date, change: Change, resign_by: date | None, text: str | None
    ) -> AgreementVersion:
        text = text or f"Sample text of the {kind} agreement, version {version}."
        return AgreementVersion(
            kind=kind,
            version=version,
            effective_on=effective_on,
            change=change,
            resign_by=resign_by,
            title=f"Confidentiality Agreement ({kind})",
            text=text,
            text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        )

    def _sign(
        self, session: Session, person: str, kind: Capacity, version: str | None, at: When, **columns: Any
    ) -> Signature:
        signed_at = instant(at)
        if version is None:
            in_effect = AgreementVersion.effective_on <= london_date(signed_at)
            newest = select(AgreementVersion.version).where(AgreementVersion.kind == kind, in_effect)
            version = session.scalars(newest.order_by(AgreementVersion.effective_on.desc()).limit(1)).one()
        columns.setdefault("method", SignatureMethod.IN_SESSION)
        signature = Signature(person=person, kind=kind, version=version, signed_at=signed_at, **columns)
        session.add(signature)
        session.flush()
        return signature

    def _end(self, ref: str, at: datetime, *, revoked: bool) -> datetime:
        with self._writing() as session:
            grant = session.get_one(AccessGrant, ref)
            grant.ended_at = at
            grant.revoked_at = at if revoked else None
            session.flush()
            self._standings(session, grant.person)
            self._allocation(session, grant.case_ref)
        return at

    @staticmethod
    def _all_compartments(session: Session, case: str) -> list[str]:
        parties = session.scalars(select(CaseParty.service_user).where(CaseParty.case_ref == case))
        children = session.scalars(select(CaseChild.service_user).where(CaseChild.case_ref == case))
        return [
            *(f"sole:{one}" for one in parties),
            *(f"child:{one}" for one in children),
            "joint",
            "external",
            "internal",
        ]

    def _standings(self, session: Session, *usernames: str) -> None:
        kept.refresh_standings(session, self.now, usernames or None)

    def _allocation(self, session: Session, case: str) -> None:
        kept.refresh_allocation(session, self.now, [case])

    def _at(self, when: When | None) -> datetime:
        return self.now if when is None else instant(when)

    def _next(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}-{self._count}"


def _of_case(table: Any, case: str) -> Any:
    return select(table).where(table.case_ref == case)
