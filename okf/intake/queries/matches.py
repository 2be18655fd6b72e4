"""Whether somebody is known here, as far as whoever asks may know it; each look is on the audit record.

Who may open somebody's case sees them, with reasons no wider than what they
may read of them. To an intake officer everyone else is "exists, protected",
with whom to ask. To anyone else there is nobody: the same questions are asked
of the store, and the same answer is given, as when nobody is on file. Of the
enquiries that wait or were declined, each sees those that they may read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from okf.asker import Asker, family, may_read_part
from okf.desk import Desk
from okf.intake.queries.alike import NOBODY, Alike, InEnquiry, alike, alike_in_enquiries, cases_of
from okf.intake.queries.whom_to_ask import whom_to_ask
from okf.match.compare import Match, compare
from okf.match.normal import Applicant, Described
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.policy.least import Least
from okf.store.enquiry_sides import handed_up, kept_from
from okf.store.least import leasts
from okf.store.match_keys import Hasher
from okf.store.models import AccessGrant, AuditEvent, Concern
from okf.terms import SAFEGUARDING_LEADS, Action, FamilyField
from okf.terms.intake import Confidence, EnquiryPart, EnquiryStatus

PROTECTED_MOST = 5

_OWN = select(AccessGrant.case_ref).where(
    AccessGrant.person == bindparam("who"), AccessGrant.case_ref.in_(bindparam("cases", expanding=True))
)
_OF_CONCERN = select(Concern.case_ref).where(
    Concern.ended_at.is_(None), Concern.case_ref.in_(bindparam("cases", expanding=True))
)
_LOOKED = (
    select(AuditEvent.facts)
    .where(
        AuditEvent.session_id == bindparam("session_id"),
        AuditEvent.subject == bindparam("look"),
        or_(  # as the partial index is written
            AuditEvent.action == literal_column("'check_known'"),
            AuditEvent.action == literal_column("'see_protected_match'"),
        ),
        AuditEvent.actor == bindparam("who"),
    )
    .order_by(AuditEvent.seq.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody to look for. `subject` is by what "not the same person" is remembered: None where it is not."""

    label: str
    applicant: Applicant
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class SeenMatch:
    """Somebody on file who may be the one, in a case that the reader may open."""

    handle: str
    name: str
    cases: tuple[str, ...]
    confidence: Confidence
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProtectedMatch:
    """That somebody on file may be the one, and whom to ask: no name, no case, no side."""

    handle: str
    ask: str


@dataclass(frozen=True, slots=True)
class EnquiryMatch:
    """Somebody in an enquiry that the reader may read, who may be the one."""

    enquiry: str
    name: str
    part: EnquiryPart
    status: EnquiryStatus
    confidence: Confidence
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What a look for somebody shows its reader. `more` says that not all protected ones are listed."""

    seen: tuple[SeenMatch, ...] = ()
    protected: tuple[ProtectedMatch, ...] = ()
    more: bool = False
    enquiries: tuple[EnquiryMatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One look with the references behind it, for commands; what is shown of it is `known`."""

    known: Known
    people: dict[str, str]  # a handle's service user
    protected: tuple[str, ...]


def known_people(desk: Desk, asked: Asked) -> Known:
    """Who on file may be this person, as far as whoever is here may know it.

    On the audit record once a person, sign-in and description, with what
    was shown; again when that has changed.

    Raises:
        Refused: their account, agreement or checks don't let them.
    """
    if asked.applicant.is_empty:
        return Known()
    action = look_action(desk)
    with desk.reading() as session:
        shown_before = _on_record(desk, session, asked)
        if shown_before is not None and decide(desk.question(session, action)).allowed:
            found = look(desk, session, asked)
            if shown_before == _shown(found):
                return found.known
    with desk.permitted(action) as deed:
        found = look(desk, deed.session, asked)
        deed.subject = fingerprint(deed.session, asked)
        deed.note(did="looked whether somebody is known", **_shown(found))
    return found.known


def look_action(desk: Desk) -> Action:
    """As what whoever is here looks: an intake officer's look may show that somebody exists."""
    officer = desk.decide(Action.SEE_PROTECTED_MATCH).allowed
    return Action.SEE_PROTECTED_MATCH if officer else Action.CHECK_KNOWN


def look(desk: Desk, session: Session, asked: Asked) -> Look:
    """The look itself, for somebody whom the policy has allowed it; it puts nothing on record."""
    asker, told = Asker.of(desk, session), Described.of(asked.applicant)
    found = alike(session, asked.applicant, subject=asked.subject)
    cases = cases_of(session, [one.ref for one in found])
    every_case = sorted({ref for refs in cases.values() for ref in refs})
    opened = {
        ref: question
        for ref, question in asker.questions(_could_be_theirs(asker, every_case), Action.OPEN_CASE).items()
        if decide(question).allowed
    }
    enquiries = _enquiries(asker, asked)
    shown_there = leasts(session, opened)
    handles = _Handles(session, asked, asker.who)
    seen, hidden, people = [], [], {}
    for one in found:
        theirs = [ref for ref in cases[one.ref] if ref in opened and _named(one.ref, opened[ref], shown_there[ref])]
        there = [(opened[ref], shown_there[ref]) for ref in theirs]
        match = _as_seen(told, one, there, elsewhere=len(theirs) < len(cases[one.ref]))
        if match is None:
            hidden.append(one)
            continue
        handle = handles.of(one.ref)
        people[handle] = one.ref
        seen.append(SeenMatch(handle, one.name, tuple(theirs), match.confidence, match.reasons))
    protected = [one for one in hidden if not _barred(asker, one.ref, cases[one.ref])]
    if not asker.may(Action.SEE_PROTECTED_MATCH):
        return Look(Known(tuple(seen), enquiries=enquiries), people, ())
    listed = [one.ref for one in protected[:PROTECTED_MOST]]
    ask = whom_to_ask(asker, {ref: cases[ref] for ref in listed})
    shown = []
    for ref in listed:
        handle = handles.of(ref)
        people[handle] = ref
        shown.append(ProtectedMatch(handle, ask[ref]))
    shown.sort(key=lambda one: (one.ask, one.handle))  # in no order that tells which is likelier
    return Look(Known(tuple(seen), tuple(shown), len(protected) > len(listed), enquiries), people, tuple(listed))


def _enquiries(asker: Asker, asked: Asked) -> tuple[EnquiryMatch, ...]:
    """Who in an enquiry may be the one: of intake's all, and of whoever took it as long as it waits."""

    kept = kept_from(asker.session, asker.who, asker.at)
    handed = handed_up(asker.session, asker.base.person, asker.at)

    def may_read(one: InEnquiry) -> bool:
        own = one.taken_by == asker.who and one.status is EnquiryStatus.NEW
        question = replace(asker.base, action=Action.READ_ENQUIRY, about_self=own)
        return decide(replace(question, across=one.enquiry in kept, handed_up=one.enquiry in handed)).allowed

    return tuple(
        EnquiryMatch(one.enquiry, one.name, one.part, one.status, one.match.confidence, one.match.reasons)
        for one in alike_in_enquiries(asker.session, asked.applicant, asker.at, subject=asked.subject)
        if may_read(one)
    )


def fingerprint(session: Session, asked: Asked) -> str:
    """What stands on record for whom was looked for: the same for the same description, and telling nothing of it."""
    hasher = Hasher.of(session)
    told = f"{asked.applicant!r} {asked.subject}"
    return f"look:{hasher.hash(f'look {told}') & (2**64 - 1):016x}" if hasher else "look:nobody"


class _Handles:
    """Names for what a look shows that mean nothing elsewhere."""

    def __init__(self, session: Session, asked: Asked, who: str) -> None:
        self._hasher, self._within = Hasher.of(session), f"{asked.subject} {who}"

    def of(self, ref: str) -> str:
        if self._hasher is None:
            raise LookupError("nobody can have been found")
        return f"{self._hasher.hash(f'handle {ref} {self._within}') & (2**64 - 1):016x}"


def _could_be_theirs(asker: Asker, case_refs: Collection[str]) -> list[str]:
    """Of these cases, those that could be the reader's own: the policy is asked about no other.

    So what is done for somebody protected is what is done for nobody.
    """
    bound = {"who": asker.who, "cases": list(case_refs) or [NOBODY]}
    own = {*asker.session.scalars(_OWN, bound), *asker.opened_cases()}
    if asker.roles & SAFEGUARDING_LEADS:
        own.update(ref for ref in asker.session.scalars(_OF_CONCERN, {"cases": bound["cases"]}) if ref)
    return [ref for ref in case_refs if ref in own]


def _as_seen(told: Described, one: Alike, there: Sequence[tuple[Question, Least]], *, elsewhere: bool) -> Match | None:
    """The match as the reader may know it: of what they are shown of somebody there, and else of the name alone (C2).

    A reason tells as much as the fact that it compares. How a child is reached may be of another case of theirs.
    """
    if not there:
        return None
    shown = [seen for question, seen in there if may_read_part(question, _part_of(one.ref, question))]
    if not shown:
        return compare(told.by_name, one.told.by_name)
    own = one.own

    child = any(question.case and one.ref in question.case.children for question, _ in there)

    def shows(fact: FamilyField) -> bool:
        return not (child and elsewhere) and any(seen.shows_of(one.ref, fact) for seen in shown)

    home = shows(FamilyField.ADDRESS)
    return compare(
        told,
        Described(
            own.names,
            own.born if any(seen.shows_birthday(one.ref) for seen in shown) else None,
            own.phones if shows(FamilyField.PHONE) else frozenset(),
            own.email if shows(FamilyField.EMAIL) else None,
            own.house if home else None,
            own.postcode if home else None,
        ),
    )


def _part_of(ref: str, question: Question) -> str:
    return f"child:{ref}" if question.case and ref in question.case.children else f"sole:{ref}"


def _named(ref: str, question: Question, seen: Least) -> bool:
    """Whether the reader's work in a case shows them what this person is called: a look tells no more than that."""
    return question.case is not None and seen.names(ref, question.case)


def _barred(asker: Asker, ref: str, case_refs: Sequence[str]) -> bool:
    """Whether a declared conflict keeps the reader from anything about this person and their family."""
    tied = {tie.service_user for tie in asker.base.person.conflicts if tie.stands(asker.at)}
    if not tied:
        return False
    questions = asker.questions(case_refs)
    families = {who for question in questions.values() if question.case for who in family(question.case)}
    return bool(tied & {ref, *families})


def _shown(found: Look) -> dict[str, object]:
    seen = sorted(found.people[one.handle] for one in found.known.seen)
    enquiries = sorted({one.enquiry for one in found.known.enquiries})
    return {"seen": seen, "protected": sorted(found.protected), "enquiries": enquiries}


def _on_record(desk: Desk, session: Session, asked: Asked) -> dict[str, object] | None:
    """What the last look of this sign-in for the same description showed; None where it is the first."""
    if desk.session_id is None:
        return None
    bound = {"session_id": desk.session_id, "look": fingerprint(session, asked), "who": desk.actor}
    last = session.scalar(_LOOKED, bound)
    return None if last is None else {name: last.get(name) for name in ("seen", "protected", "enquiries")}
