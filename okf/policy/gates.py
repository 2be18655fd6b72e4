"""What an action may require: each gate is a reason and a short test, and all are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from okf.clock import end_of_working_day_after, is_past, start_of
from okf.policy.decision import Reason
from okf.policy.duty import lead_roles
from okf.policy.facts import CheckFacts, ClosureFacts, ConflictFacts, EmergencyFacts, GrantFacts, Question, SigningFacts
from okf.policy.least import CONTACT, LEAST, work_of
from okf.policy.look_first import stops_allocation, stops_mediation
from okf.policy.scopes import covers, for_a_mediator, parts_covered
from okf.policy.standing import agreement_reasons, partner_covers
from okf.terms import Action, Capacity, CaseStatus, CheckKind, RecordClass, Role

Gate = Callable[[Question], tuple[Reason, ...]]
GrantGate = Callable[[Question, GrantFacts], tuple[Reason, ...]]

DATA_DECIDERS = frozenset({Role.MANAGER, Role.DATA_PROTECTION_LEAD})
LEFT_DRAFTS_LAST = timedelta(days=1)  # our default: what was begun and not handed in, after its case has closed

# The words in which a grant names the actions it covers.
GRANTED_AS: Mapping[Action, str] = MappingProxyType(
    {
        Action.LIST_CASE: "list",
        Action.OPEN_CASE: "list",
        Action.READ_RECORD: "read",
        Action.REPORT_MISFILING: "read",
        Action.ADD_RECORD: "add",
        Action.HAND_OVER_RECORD: "add",
        Action.CHANGE_RECORD: "change",
        Action.EXPORT_RECORD: "export",
        Action.APPROVE_RELABEL: "change",
        Action.ADD_TASK: "add",
        Action.AGREE_RECORDING: "add",
        Action.MEDIATE: "add",
        Action.ISSUE_OUTCOME: "add",
        Action.AGREE_TO_SHARE: "add",
        Action.COMPLETE_TASK: "change",
        Action.CHANGE_SAFE_CONTACT: "change",
        Action.SHOW_CONTACT: "read",
        Action.NOTE_UNDERTAKING: "add",
    }
)


READS_THROUGH = frozenset({Action.LIST_CASE, Action.OPEN_CASE, Action.READ_RECORD, Action.EXPORT_RECORD})
BEGINS_MEDIATION = frozenset({Action.START_MEDIATION, Action.CHANGE_MEDIATOR})

# Gates that ask about the person or the case.


def account(q: Question) -> tuple[Reason, ...]:
    """Their account is on."""
    return () if q.person.active(q.at) else (Reason.ACCOUNT_NOT_ACTIVE,)


def no_conflict(q: Question) -> tuple[Reason, ...]:
    """No tie to anyone in the case is declared."""
    return (Reason.CONFLICT_OF_INTEREST,) if _conflicted(q, q.person.conflicts) else ()


def own_agreement(q: Question) -> tuple[Reason, ...]:
    """They signed the agreement for the capacity that was theirs then, and their organisation its own."""
    return _agreement(q, q.person.as_of(q.at).capacity)


def checks(q: Question) -> tuple[Reason, ...]:
    """No check that blocks access has run out; of each kind the one that lasts longest of those begun counts."""
    newest: dict[CheckKind, CheckFacts] = {}
    for check in q.person.checks:
        if _begun(check, q.at) and (check.kind not in newest or newest[check.kind].expires_on < check.expires_on):
            newest[check.kind] = check
    out = any(_blocks(check, q) and start_of(check.expires_on) <= q.at for check in newest.values())
    return (Reason.CHECK_EXPIRED,) if out else ()


def trained(q: Question) -> tuple[Reason, ...]:
    """Their training is on record and has not run out."""
    lasts = any(
        check.kind is CheckKind.TRAINING and _begun(check, q.at) and q.at < start_of(check.expires_on)
        for check in q.person.checks
    )
    return () if lasts else (Reason.CHECK_EXPIRED,)


def _begun(check: CheckFacts, at: datetime) -> bool:
    started = check.starts_on is None or start_of(check.starts_on) <= at
    return started and (check.recorded_at is None or check.recorded_at <= at)


def _blocks(check: CheckFacts, q: Question) -> bool:
    """Whether it says so itself, as an imported one may, or the organisation's setting for its kind does."""
    return check.blocks_access or bool(getattr(q.settings, f"{check.kind}_blocks", 0))


def role(allowed: frozenset[Role], q: Question) -> tuple[Reason, ...]:
    """One of their roles includes it."""
    return () if q.person.roles(q.at) & allowed else (Reason.NOT_PERMITTED,)


def role_or_own(allowed: frozenset[Role], owners: frozenset[Role], q: Question) -> tuple[Reason, ...]:
    """One of their roles includes it; or it is their own, and one of their roles includes that."""
    return role(allowed | owners if q.about_self else allowed, q)


def own_or_role(allowed: frozenset[Role], q: Question) -> tuple[Reason, ...]:
    """It is their own; or one of their roles includes it."""
    return () if q.about_self else role(allowed, q)


def safeguarding_lead(q: Question) -> tuple[Reason, ...]:
    """They are the safeguarding lead or a deputy, or the trustee where a concern is about a lead."""
    return with_a_leads_word(q, q.concern is not None and q.concern.about_lead)


def second_reader(q: Question) -> tuple[Reason, ...]:
    """They are the lead or a deputy, or the trustee where it is about a lead or two readers disagreed."""
    return with_a_leads_word(q, q.concern is not None and (q.concern.about_lead or q.concern.disputed))


def with_a_leads_word(q: Question, calls_trustee: bool) -> tuple[Reason, ...]:
    """They have a lead's word on it; `calls_trustee` where the trustee has, too."""
    return () if q.person.roles(q.at) & lead_roles(calls_trustee) else (Reason.NOT_SAFEGUARDING_LEAD,)


def not_the_subject(q: Question) -> tuple[Reason, ...]:
    """The concern is not about them."""
    about_them = q.concern is not None and q.person.username in q.concern.about_people
    return (Reason.SUBJECT_OF_CONCERN,) if about_them else ()


def their_own_report(q: Question) -> tuple[Reason, ...]:
    """It was they who raised the concern."""
    theirs = q.concern is not None and q.concern.raised_by == q.person.username
    return () if theirs else (Reason.NOT_PERMITTED,)


def somebody_else(q: Question) -> tuple[Reason, ...]:
    """What is granted is not granted to themselves."""
    own = q.grantee is not None and q.grantee.username == q.person.username
    return (Reason.OWN_GRANT,) if own else ()


def not_their_own(q: Question) -> tuple[Reason, ...]:
    """What is reviewed or lifted is not their own."""
    return (Reason.OWN_REVIEW,) if q.about_self else ()


def brought_in_by_another(q: Question) -> tuple[Reason, ...]:
    """The person did not come in, or to their access, by a file of theirs."""
    return (Reason.OWN_IMPORT,) if q.about_self else ()


def their_own_mediation(q: Question) -> tuple[Reason, ...]:
    """They are a mediator, and this mediation is theirs."""
    theirs = q.about_self and Role.MEDIATOR in q.person.roles(q.at)
    return () if theirs else (Reason.NOT_PERMITTED,)


def free_grantee(q: Question) -> tuple[Reason, ...]:
    """The grantee has no tie to anyone in the case, nor stands across; nobody mediates and works for a party, ever."""
    if q.grantee is None:
        return ()
    roles = q.grantee.roles(q.at)
    for_them = q.lead_for is None if q.giving is None else work_of(q.giving, roles) is Role.MEDIATOR
    mediating_own = q.grantee_past and Role.MEDIATOR in roles and for_them
    other_work = q.lead_for is not None or (q.giving is not None and not for_a_mediator(q.giving.record_classes))
    mediated_own = q.grantee_mediated and other_work
    barred = mediating_own or mediated_own or q.grantee_across or _conflicted(q, q.grantee.conflicts)
    return (Reason.CONFLICT_OF_INTEREST,) if barred else ()


def within_their_capacity(q: Question) -> tuple[Reason, ...]:
    """What is given is no more than an access of its capacity may cover, and a mediator's is given to a mediator."""
    new, who = q.giving, q.grantee
    if new is None or who is None or new.over(q.at):
        return ()
    parts = any(not covers(new.capacity, new.record_classes, part, None) for part in new.compartments)
    kinds = any(not covers(new.capacity, new.record_classes, None, kind) for kind in new.record_classes)
    found = [Reason.BEYOND_CAPACITY] if parts or kinds else []
    if for_a_mediator(new.record_classes) and Role.MEDIATOR not in who.roles(q.at):
        found.append(Reason.FOR_A_MEDIATOR)
    if new.capacity is Capacity.ALLIED_PARTNER and who.as_of(q.at).organisation is None:
        found.append(Reason.BEYOND_CAPACITY)
    return tuple(found)


def grantee_here(q: Question) -> tuple[Reason, ...]:
    """The account of whoever is given something is on."""
    if q.grantee is None or q.grantee.active(q.at) or (q.giving is not None and q.giving.over(q.at)):
        return ()
    return (Reason.GRANTEE_NOT_ACTIVE,)


def decided(q: Question) -> tuple[Reason, ...]:
    """Nobody becomes a lead caseworker while somebody of the case may be in another one, and it is not decided."""
    becomes_lead = q.lead_for is not None and q.action is not Action.CONFIRM_GRANT
    return (Reason.UNDECIDED_MATCH,) if becomes_lead and q.undecided else ()


def looked_first(q: Question) -> tuple[Reason, ...]:
    """Where a case, or one linked with it, is to be looked at first, a lead or a mediation may begin."""
    if q.case is None:
        return ()
    mediates = q.action in BEGINS_MEDIATION and stops_mediation(q.case)
    allocates = q.lead_for is not None and q.action is not Action.CONFIRM_GRANT and stops_allocation(q.case)
    return (Reason.LOOK_FIRST,) if mediates or allocates else ()


def case_lives(q: Question) -> tuple[Reason, ...]:
    """The case is not closed."""
    return (Reason.CASE_CLOSED,) if is_closed(q) else ()


def case_closed(q: Question) -> tuple[Reason, ...]:
    """The case is closed: one that lives is opened by a grant."""
    return () if q.case is None or is_closed(q) else (Reason.CASE_LIVES,)


def earlier_reviewed(q: Question) -> tuple[Reason, ...]:
    """No earlier emergency access of theirs waits past its review's time."""
    return (Reason.REVIEW_OVERDUE,) if review_overdue(q, q.at, q.emergencies) else ()


def in_place(q: Question) -> tuple[Reason, ...]:
    """Nobody said that the record lies in the wrong place; else it is sealed for all but whoever decides."""
    away = q.record.away if q.record is not None else None
    says_so_now = q.action is Action.REPORT_MISFILING and away == q.at  # the very press that sealed it
    return (Reason.IN_WRONG_PLACE,) if is_past(away, q.at) and not says_so_now else ()


# Gates that ask about one grant.


def agreement(q: Question, grant: GrantFacts) -> tuple[Reason, ...]:
    """They signed the agreement for the capacity of the grant (C7)."""
    return _agreement(q, grant.capacity)


def life_span(q: Question, grant: GrantFacts) -> tuple[Reason, ...]:
    """The case lives, and no closing ended the grant (C6); one on the case into which this was joined lives there."""
    if grant.through:
        return ()
    ended = q.case is not None and any(_ended_by(q, closure, grant) for closure in q.case.closures)
    return (*case_lives(q), *((Reason.GRANT_ENDED_BY_CLOSURE,) if ended else ()))


def _ended_by(q: Question, closure: ClosureFacts, grant: GrantFacts) -> bool:
    """Whether this closing has come, and found the grant begun and not over."""
    closing = _closing(q, closure.closed_at)
    begun = min(filter(None, (grant.granted_at, grant.from_)), default=None)
    over = [end for end in (grant.until, grant.revoked_at) if end is not None]
    if grant.ended_at is not None and grant.ended_at < closure.closed_at:
        over.append(grant.ended_at)  # from the closing on, `ended_at` tells of the closing itself
    return closing <= q.at and (begun is None or begun < closing) and (not over or closing <= min(over))


def in_force(q: Question, grant: GrantFacts) -> tuple[Reason, ...]:
    """The grant has started, and has not run out or been revoked (C5)."""
    if is_past(grant.revoked_at, q.at):
        return (Reason.GRANT_REVOKED,)
    if grant.from_ is not None and q.at < grant.from_:
        return (Reason.GRANT_NOT_STARTED,)
    run_out = is_past(grant.until, q.at)
    ended = is_past(grant.ended_at, q.at)
    if run_out or (ended and Reason.GRANT_ENDED_BY_CLOSURE not in life_span(q, grant)):
        return (Reason.GRANT_EXPIRED,)
    return ()


def scope(q: Question, grant: GrantFacts) -> tuple[Reason, ...]:
    """The grant covers this action, and this kind of record, and its capacity may (C5)."""
    wanted = q.record.record_class if q.record else q.record_class
    part = q.record.compartment if q.record else q.compartment
    if q.action is Action.HAND_OVER_RECORD:
        part = None  # written into, and not read
        if wanted is RecordClass.LEGAL_PAPER and grant.capacity is not Capacity.STAFF:
            return (Reason.OUT_OF_SCOPE,)  # they tell what they heard, and put no paper of somebody's there
    misses_class = bool(grant.record_classes) and wanted is not None and wanted not in grant.record_classes
    misses_class |= not covers(grant.capacity, grant.record_classes, part, wanted)
    if grant.through and q.action not in READS_THROUGH:
        return (Reason.OUT_OF_SCOPE,)
    misses_action = bool(grant.actions) and GRANTED_AS.get(q.action) not in (None, *grant.actions)
    return (Reason.OUT_OF_SCOPE,) if misses_class or misses_action else ()


def source(q: Question, grant: GrantFacts) -> tuple[Reason, ...]:
    """The grant covers the compartment that the source fixed, or is a lead's and keeps it (C2).

    Handing over is writing into a part that one doesn't read: it needs no grant of it.
    """
    if q.action is Action.HAND_OVER_RECORD:
        return ()
    wanted = q.record.compartment if q.record else q.compartment
    covered = parts_covered(grant.compartments, leads=grant.lead_for is not None)
    return (Reason.OTHER_SOURCE,) if wanted is not None and wanted not in covered else ()


def stays_with_its_role(q: Question, _: GrantFacts) -> tuple[Reason, ...]:
    """What a mediator keeps of one participant opens to that mediation's mediator alone, whatever a grant says (C10).

    Screenings, kept proposals and private sessions are asked about as the
    private notes that they are kept with, with `about_self` for the
    mediation's own mediator.
    """
    if (q.record.record_class if q.record else q.record_class) is not RecordClass.MEDIATION_PRIVATE_NOTE:
        return ()
    theirs = q.record.mediator == q.person.username if q.record else q.about_self
    return () if theirs else (Reason.STAYS_WITH_MEDIATOR,)


def sees_what_it_changes(q: Question, grant: GrantFacts) -> tuple[Reason, ...]:
    """Nobody changes contact of which they see a part and would overwrite the rest, nor a volunteer promises (C5)."""
    work = work_of(grant, q.person.roles(q.at))
    blindly = q.action is Action.CHANGE_SAFE_CONTACT and not LEAST.get(work, frozenset()) >= CONTACT
    promises = q.action is Action.NOTE_UNDERTAKING and work is Capacity.VOLUNTEER
    return (Reason.OUT_OF_SCOPE,) if blindly or promises else ()


GRANT_GATES: tuple[GrantGate, ...] = (
    agreement,
    life_span,
    in_force,
    scope,
    sees_what_it_changes,
    stays_with_its_role,
    source,
)
PERSON_GATES: tuple[Gate, ...] = (account, no_conflict, checks, in_place)


def left_at_closing(q: Question) -> tuple[Reason, ...]:
    """The case closed within a day, and until then a grant of theirs let them add this; nobody revoked it since."""
    closed = [_closing(q, one.closed_at) for one in q.case.closures if one.reopened_at is None] if q.case else []
    if not closed or not closed[-1] <= q.at < closed[-1] + LEFT_DRAFTS_LAST:
        return (Reason.NOT_PERMITTED,)
    before = replace(q, action=Action.ADD_RECORD, at=closed[-1] - timedelta.resolution)
    held = (grant for grant in q.grants if grant.on_record(before.at) and not is_past(grant.revoked_at, q.at))
    opened = any(not any(gate(before, grant) for gate in GRANT_GATES) for grant in held)
    return () if opened else (Reason.NOT_PERMITTED,)


def review_by(opened_at: datetime, q: Question) -> datetime:
    """The instant by which somebody else must have reviewed: the end of the next working day."""
    return end_of_working_day_after(opened_at, 1, q.settings.bank_holidays)


def review_overdue(q: Question, at: datetime, emergencies: Iterable[EmergencyFacts]) -> bool:
    """Whether one of these emergency accesses waited past its review's time at an instant."""
    return any(review_by(e.opened_at, q) <= at and not is_past(e.reviewed_at, at) for e in emergencies)


def with_signing(q: Question) -> Question:
    """The same question; it and all made from it ask what is wrong with the person's signing once a capacity."""
    return replace(q, signing=SigningFacts(q.person.signatures, q.agreements, q.settings, q.at))


def _signing(q: Question, kind: Capacity) -> tuple[Reason, ...]:
    kept = q.signing.reasons if q.signing is not None and q.signing.answers(q) else {}
    if kind not in kept:
        kept[kind] = agreement_reasons(kind, q.person.signatures, q.agreements.get(kind, ()), q.settings, q.at)
    return kept[kind]


def _agreement(q: Question, kind: Capacity) -> tuple[Reason, ...]:
    found = _signing(q, kind)
    if kind is not Capacity.ALLIED_PARTNER:
        return found
    covered = partner_covers(q.person.as_of(q.at).organisation, q.at)
    return found if covered else (*found, Reason.PARTNER_AGREEMENT_EXPIRED)


def _conflicted(q: Question, conflicts: Iterable[ConflictFacts]) -> bool:
    family = {*q.case.parties, *q.case.children} if q.case else set()
    return any(conflict.service_user in family and conflict.stands(q.at) for conflict in conflicts)


def _closing(q: Question, closed_at: datetime) -> datetime:
    return closed_at + timedelta(days=q.settings.wind_down_days)


def is_closed(q: Question) -> bool:
    """Whether the case of the question is closed at its instant, the wind-down included."""
    if q.case is None:
        return False
    if q.case.status is CaseStatus.CLOSED and not q.case.closures:
        return True  # nobody knows since when, so at every instant
    return any(
        _closing(q, closure.closed_at) <= q.at and not is_past(closure.reopened_at, q.at) for closure in q.case.closures
    )
