"""The SQL form of each gate that a list needs, once: who holds what at an instant, and which rows a reader may see.

A condition here narrows; the policy decides each row. It may offer too much,
and then its docstring says so, but never too little. `AT` and `WHO` are bound
by those names, so that a statement is built and compiled once.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from okf.policy.facts import PersonFacts, Question
from okf.policy.mediation import ANOTHER_MEDIATOR
from okf.store.models import (
    AccessGrant,
    Case,
    CaseChild,
    CaseParty,
    Concern,
    ConcernAbout,
    ConflictOfInterest,
    FormerPerson,
    Handover,
    Mediation,
    MediationStep,
    Misfiling,
    Person,
    PersonRole,
    Record,
    StoredFile,
)
from okf.store.selects import NO_LONGER_ABOUT
from okf.terms import SAFEGUARDING_LEADS, RecordClass, Role
from okf.terms.records import MisfilingOutcome

AT: Final[Any] = bindparam("at", type_=PersonRole.since.type)
WHO: Final[Any] = bindparam("who", type_=Person.username.type)
Roles = Collection[Role] | BindParameter[Any]
Way = tuple[Select[*tuple[Any, ...]], tuple[Any, Any]]


# Accounts and roles.


def account_on(at: Any = AT) -> ColumnElement[bool]:
    """The person's account is on (`gates.account`)."""
    return or_(Person.left_at.is_(None), Person.left_at > at)


def account_was_on(at: Any = AT) -> ColumnElement[bool]:
    """The same of any instant, also one before somebody was switched on again (`PersonFacts.active`)."""
    off = exists().where(FormerPerson.person == Person.username, FormerPerson.left_at <= at, FormerPerson.until > at)
    return and_(account_on(at), ~off)


def role_held(at: Any = AT) -> ColumnElement[bool]:
    """This row of a role has begun and is not over (`PersonFacts.roles`)."""
    return and_(
        or_(PersonRole.since.is_(None), PersonRole.since <= at), or_(PersonRole.until.is_(None), PersonRole.until > at)
    )


def role_lasts(at: Any = AT) -> ColumnElement[bool]:
    """This row of a role is not over; it may yet have to begin."""
    return or_(PersonRole.until.is_(None), PersonRole.until > at)


def ever_held(roles: Roles) -> Select[str]:
    """Those who hold, held or are to hold one of these roles."""
    return select(PersonRole.person).where(PersonRole.role.in_(_listed(roles)))


def holders(roles: Roles, at: Any = AT) -> Select[str]:
    """Those who hold one of these roles (`gates.role`)."""
    return ever_held(roles).where(role_held(at))


def holds_role(roles: Roles, at: Any = AT) -> ColumnElement[bool]:
    """The person holds one of these roles."""
    return holders(roles, at).where(PersonRole.person == Person.username).correlate(Person).exists()


def _listed(roles: Roles) -> Any:
    return roles if isinstance(roles, BindParameter) else sorted(roles)


# Grants.


def not_ended(at: Any = None) -> ColumnElement[bool]:
    """The grant was not revoked, handed over or ended by a closing; of now, as the partial indexes know it.

    Of another instant it is asked with that, and so it is where a winding-down
    counts: a closing ends its grants some days ahead.
    """
    still = AccessGrant.ended_at.is_(None)
    return still if at is None else or_(still, ends_later(at))


def ends_later(at: Any = AT) -> ColumnElement[bool]:
    """The grant is to end at an instant that has yet to come: of a case that winds down."""
    return AccessGrant.ended_at > at


def goes_on(at: Any = AT) -> ColumnElement[bool]:
    """The grant has not run out."""
    return or_(AccessGrant.until.is_(None), AccessGrant.until > at)


def ends_by(until: Any, at: Any = AT) -> ColumnElement[bool]:
    """The grant lives, and runs out by an instant."""
    return and_(not_ended(), AccessGrant.until > at, AccessGrant.until <= until)


def begun(at: Any = AT) -> ColumnElement[bool]:
    """The grant has begun."""
    return AccessGrant.from_ <= at


def live_grants(at: Any = AT) -> ColumnElement[bool]:
    """The grant is in force now (`gates.in_force`), without the last days of a winding-down."""
    return and_(not_ended(), begun(at), goes_on(at))


def grants_at(at: Any = AT) -> ColumnElement[bool]:
    """The grant was in force at any instant, and on record by then; a revocation is an ending too."""
    recorded = or_(AccessGrant.granted_at.is_(None), AccessGrant.granted_at <= at)
    return and_(not_ended(at), begun(at), goes_on(at), recorded)


def orphaned(at: Any = AT) -> ColumnElement[bool]:
    """The grant ended with its holder's account, and nobody has taken it over since: it can still be handed over."""
    return and_(
        AccessGrant.ended_at == select(_HOLDER.left_at).where(_HOLDER.username == AccessGrant.person).scalar_subquery(),
        AccessGrant.ended_at <= at,
        AccessGrant.revoked_at.is_(None),
        ~exists().where(Handover.old_grant == AccessGrant.id, not_called_off()),
        ~exists().where(
            _LATER.case_ref == AccessGrant.case_ref, _LATER.lead_for == AccessGrant.lead_for, _LATER.ended_at.is_(None)
        ),
    )


def not_called_off() -> ColumnElement[bool]:
    """The access that a handover gives was not ended before it began."""
    return exists().where(_NEXT.id == Handover.new_grant, or_(_NEXT.ended_at.is_(None), _NEXT.ended_at > _NEXT.from_))


_HOLDER, _LATER, _NEXT = aliased(Person), aliased(AccessGrant), aliased(AccessGrant)


# Cases.


def cases_held(who: Any = WHO, at: Any = AT) -> Select[str]:
    """The cases on which somebody holds a grant that has not ended: too many, for one may not have begun or be signed.

    The ways into a case without a grant are not among them.
    """
    return select(AccessGrant.case_ref).where(AccessGrant.person == who, not_ended(at))


def cases_visible_to(capacities: int, *, opened: bool, leads: bool, winding: bool) -> list[Way]:
    """Each way into a case, as its cases and the columns of their order: a union of them misses none.

    Bound are `person`, one `capacity_n` for each capacity that may open
    anything, the `opened` cases of emergencies and custodies, and for a
    winding-down `at`. Too many, for no way looks at the case's ties or parts.
    """
    by_grant = select(AccessGrant.case_opened_on.label("opened_on"), AccessGrant.case_ref.label("ref")).where(
        AccessGrant.person == bindparam("person")
    )
    on_grant, on_case = (AccessGrant.case_opened_on, AccessGrant.case_ref), (Case.opened_on, Case.ref)
    ways: list[Way] = [
        (by_grant.where(AccessGrant.capacity == bindparam(f"capacity_{n}"), not_ended()), on_grant)
        for n in range(capacities)
    ]
    if winding and capacities:
        # A closing with days to wind down ends its grants in days to come: those of a recently closed case.
        ways.append((by_grant.where(ends_later()), on_grant))
    if opened:
        on_them = select(Case.opened_on, Case.ref).where(Case.ref.in_(bindparam("opened", expanding=True)))
        ways.append((on_them, on_case))
    if leads:
        by_concern = select(Concern.case_opened_on.label("opened_on"), Concern.case_ref.label("ref")).where(
            Concern.ended_at.is_(None), Concern.case_opened_on.is_not(None)
        )
        ways.append((by_concern, (Concern.case_opened_on, Concern.case_ref)))
    return ways


def families() -> Subquery:
    """Everyone who is in a case, parties and children: its reference and theirs."""
    return union_all(
        select(CaseParty.case_ref, CaseParty.service_user), select(CaseChild.case_ref, CaseChild.service_user)
    ).subquery("families")


def tied_cases(who: Any = WHO, at: Any = AT) -> Select[str]:
    """The cases of families to whom somebody declared a tie that stands (`gates.no_conflict`)."""
    tied = select(ConflictOfInterest.service_user).where(ConflictOfInterest.person == who, tie_stands(at))
    in_them = union(
        select(CaseParty.case_ref).where(CaseParty.service_user.in_(tied)),
        select(CaseChild.case_ref).where(CaseChild.service_user.in_(tied)),
    ).subquery()
    return select(in_them.c.case_ref)


def untied(at: Any = AT) -> ColumnElement[bool]:
    """The holder of the grant has no tie to the family: with one they are nobody's caseworker."""
    parties, children = (
        select(table.service_user).where(table.case_ref == AccessGrant.case_ref) for table in (CaseParty, CaseChild)
    )
    tied = or_(ConflictOfInterest.service_user.in_(parties), ConflictOfInterest.service_user.in_(children))
    return ~exists().where(ConflictOfInterest.person == AccessGrant.person, tie_stands(at), tied)


def tie_stands(at: Any = AT) -> ColumnElement[bool]:
    """The declared tie bars at an instant (`ConflictFacts.stands`)."""
    return and_(
        or_(ConflictOfInterest.declared_at.is_(None), ConflictOfInterest.declared_at <= at),
        or_(ConflictOfInterest.lifted_at.is_(None), ConflictOfInterest.lifted_at > at),
    )


# Records.


def not_kept_by_another(who: Any = WHO) -> ColumnElement[bool]:
    """The record is no mediator's private note, or of a mediation of theirs (`gates.stays_with_its_role`).

    Of one that they took over, what was told them and not the mediator before.
    The ways into a case without a grant ask for no such thing.
    """
    theirs = exists().where(Mediation.ref == Record.mediation_ref, Mediation.mediator == who, ~taken_over())
    return or_(Record.record_class != RecordClass.MEDIATION_PRIVATE_NOTE, theirs)


def taken_over() -> ColumnElement[bool]:
    """Another mediator took the record's mediation over since it was written."""
    return exists().where(
        MediationStep.mediation_ref == Record.mediation_ref,
        MediationStep.because == ANOTHER_MEDIATOR,
        MediationStep.at > Record.written_at,
    )


def in_its_place() -> ColumnElement[bool]:
    """Nobody said that the record is misfiled, or somebody else found it where it belongs (`RecordFacts.away`)."""
    return ~exists().where(
        Misfiling.record_id == Record.id,
        Misfiling.file_ref.is_(None),
        or_(Misfiling.outcome.is_(None), Misfiling.outcome != MisfilingOutcome.RIGHT_PLACE),
    )


def file_in_its_place() -> ColumnElement[bool]:
    """The same of a file by itself: its record may be open where the file is not."""
    return ~exists().where(
        Misfiling.file_ref == StoredFile.ref,
        or_(Misfiling.outcome.is_(None), Misfiling.outcome != MisfilingOutcome.RIGHT_PLACE),
    )


# Concerns.


def of_worker(who: Any = None) -> ColumnElement[bool]:
    """This row ties a concern to somebody who works here; to this one, if one is named; else not by doubt alone."""
    return _NAMES_A_WORKER if who is None else ConcernAbout.person == who


_NAMES_A_WORKER: Final[Any] = and_(ConcernAbout.person.is_not(None), ConcernAbout.doubt.is_not(True))
# Whom a concern ever was about is barred from it for good; who might only have been meant, until that is cleared.
BARS: Final[Any] = or_(ConcernAbout.doubt.is_not(True), ~NO_LONGER_ABOUT)


def about_them(who: Any = WHO) -> Select[str]:
    """The concerns that are about somebody, or ever were, or in which they may be meant (`gates.not_the_subject`)."""
    return select(ConcernAbout.concern_ref).where(of_worker(who), BARS)


def barred_from(ref: str) -> Select[str | None]:
    """Everybody from whom a concern is barred: whom it is or was about, and who may be meant."""
    return select(ConcernAbout.person).where(ConcernAbout.concern_ref == ref, ConcernAbout.person.is_not(None), BARS)


def about_workers() -> Select[str]:
    """The concerns that are about anybody who works here."""
    return select(ConcernAbout.concern_ref).where(of_worker())


def about_leads() -> Select[str]:
    """The concerns that are about somebody who is, was or is to be a safeguarding lead (`ConcernFacts.about_lead`)."""
    return select(ConcernAbout.concern_ref).where(ConcernAbout.person.in_(ever_held(SAFEGUARDING_LEADS)), BARS)


def meant_by(roles: Roles, ref: Any, at: Any) -> ColumnElement[bool]:
    """By an instant a concern was about, or might mean, somebody who holds, held or is to hold one of these roles."""
    by_then = or_(ConcernAbout.added_at.is_(None), ConcernAbout.added_at <= at)
    return exists().where(ConcernAbout.concern_ref == ref, ConcernAbout.person.in_(ever_held(roles)), by_then)


def came_to_mean_a_lead(ref: Any, at: Any) -> ColumnElement[bool]:
    """By an instant, and later than it was raised, a concern came to be about a lead, or may have come to mean one."""
    them = ConcernAbout.person.in_(ever_held(SAFEGUARDING_LEADS))
    return exists().where(ConcernAbout.concern_ref == ref, them, ConcernAbout.added_at <= at, BARS)


def first_about_them(who: Any = WHO) -> Select[str]:
    """The concerns that are about somebody from the first, or of whom they were the first who works here."""
    before = exists().where(
        _BEFORE.concern_ref == ConcernAbout.concern_ref,
        _BEFORE.person != who,
        or_(_BEFORE.added_at.is_(None), _BEFORE.added_at < ConcernAbout.added_at),
    )
    return about_them(who).where(or_(ConcernAbout.added_at.is_(None), ~before))


_ON_TIED, _SEALED, _BEFORE = aliased(Concern), aliased(Concern), aliased(ConcernAbout)


def _leads(who: Any, at: Any) -> ColumnElement[bool]:
    return holders(SAFEGUARDING_LEADS, at).where(PersonRole.person == who).correlate(None).exists()


def sealed_from(who: Any = WHO, at: Any = AT) -> Select[str]:
    """The concerns that count in nothing that somebody meets (`sealed.counts_for`); the host, nameless, meets all."""
    led_then = holders(SAFEGUARDING_LEADS, ConcernAbout.added_at).where(PersonRole.person == ConcernAbout.person)
    not_before = or_(ConcernAbout.added_at.is_(None), ~led_then.correlate(ConcernAbout).exists())
    barred = about_them(who).where(ConcernAbout.concern_ref == _SEALED.ref, not_before).correlate(_SEALED).exists()
    return select(_SEALED.ref).where(who != "", _SEALED.sealed.is_(True), or_(~_leads(who, at), barred))


def concerns_counted_for(ref: Any = Concern.ref, who: Any = WHO, at: Any = AT) -> ColumnElement[bool]:
    """The concern counts for somebody in figures, lists and calendars, whether or not it opens to them.

    Left out is what is sealed from them, and what is on a family to whom they declared a tie.
    """
    return ref.not_in(union_all(sealed_from(who, at), _on_tied_cases(who, at)))


def _on_tied_cases(who: Any, at: Any) -> Select[str]:
    return select(_ON_TIED.ref).where(_ON_TIED.case_ref.in_(tied_cases(who, at)))


def concerns_hidden_from(who: Any = WHO, at: Any = AT) -> CompoundSelect[str]:
    """The concerns that somebody may not see: about themselves, or on a family to whom they declared a tie."""
    return union_all(about_them(who), _on_tied_cases(who, at))


def concerns_visible_to(ref: Any = Concern.ref, who: Any = WHO, at: Any = AT) -> ColumnElement[bool]:
    """The concern of this reference is not hidden from somebody: the whole of what a lead's gates ask of a row."""
    return ref.not_in(concerns_hidden_from(who, at))


def concerns_worked_by(ref: Any = Concern.ref, who: Any = WHO, at: Any = AT) -> ColumnElement[bool]:
    """The same for a list that is the trustee's too: of a reader who is no lead (`leads`), only those about a lead.

    For the gates of `safeguarding_lead`; `binds_of` gives the values.
    """
    return and_(concerns_visible_to(ref, who, at), or_(bindparam("leads", type_=Boolean), ref.in_(about_leads())))


def concerns_read_again_by(ref: Any = Concern.ref, who: Any = WHO, at: Any = AT) -> ColumnElement[bool]:
    """The same for the gates of `second_reader`: the trustee's are those too of which two readers disagreed."""
    disputed = select(_ON_TIED.ref).where(_ON_TIED.disputed_at.is_not(None))
    theirs = or_(bindparam("leads", type_=Boolean), ref.in_(about_leads()), ref.in_(disputed))
    return and_(concerns_visible_to(ref, who, at), theirs)


def binds_of(person: PersonFacts, at: Any) -> dict[str, Any]:
    """What these conditions bind for a reader at an instant."""
    return {"who": person.username, "at": at, "leads": bool(person.roles(at) & SAFEGUARDING_LEADS)}


def binds_for(question: Question) -> dict[str, Any]:
    """The same for whoever a question is asked for."""
    return binds_of(question.person, question.at)
