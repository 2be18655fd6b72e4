"""What the policy is asked of each row of an import: what its own page would ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from okf.asker import Asker
from okf.clock import is_past
from okf.intake.contact_details import LABELS
from okf.load.known import Known
from okf.load.rows import Entry
from okf.load.stored import TOLD_BY
from okf.policy.facts import ConcernFacts, GrantFacts, RecordFacts
from okf.policy.scopes import compartment_of
from okf.terms import SAFEGUARDING_LEADS, Action, RecordClass, Role

Touched = tuple[Entry, frozenset[str]]  # a row, and which of its columns are written


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of the importer: what they would do, and to what."""

    action: Action
    case: str | None = None
    compartment: str | None = None
    record_class: RecordClass | None = None
    record: RecordFacts | None = None
    concern: ConcernFacts | None = None
    grantee: str | None = None
    giving: GrantFacts | None = None
    lead_for: str | None = None
    about: str | None = None


AnyOf = tuple[Ask, ...]  # whoever may do one of these may


@dataclass(frozen=True, slots=True)
class Importer:
    """Whoever imports, what is known of the rows, the cases of service users whom they change, and concerns on file."""

    asker: Asker
    known: Known
    cases_of: Mapping[str, list[str]]
    concerns: Mapping[str, ConcernFacts]


def asks(importer: Importer, entry: Entry, what: frozenset[str]) -> Iterator[AnyOf]:
    """What is asked of a row: all of these, and of each any."""
    name = entry.spec.name
    if name == "concerns":
        concern = importer.concerns.get(entry.key[0]) or _new_concern(importer, entry)
        yield (Ask(Action.TRIAGE_CONCERN, concern.case_ref, concern=concern),)
        return
    if name == "records" and not entry.is_new:
        yield _reads(_stored_record(importer, entry))
    elif name in _KNOWING:
        yield (Ask(_KNOWING[name]),)  # whether it is on file, and just so, is an answer too
    if what:
        yield from ((ask,) if isinstance(ask, Ask) else ask for ask in _OF_TABLE[name](importer, entry, what))


def _by_role(action: Action) -> Callable[[Importer, Entry, frozenset[str]], Iterator[Ask | AnyOf]]:
    def ask(_: Importer, __: Entry, ___: frozenset[str]) -> Iterator[Ask | AnyOf]:
        yield Ask(action)

    return ask


def _people(importer: Importer, entry: Entry, what: frozenset[str]) -> Iterator[Ask | AnyOf]:
    before, now = (entry.stored or {}).get("left_at"), entry.now("left_at")
    gone = is_past(before, importer.known.at)
    if entry.now("roles") if entry.is_new else what & {"roles", "capacity", "organisation"}:
        yield Ask(Action.GIVE_ROLE, about=entry.key[0])
    if "left_at" in what and not entry.is_new:
        back = gone and not is_past(now, importer.known.at)
        yield Ask(Action.MANAGE_ACCOUNTS) if back else Ask(Action.RECORD_LEAVER, about=entry.key[0])


def _checks(_: Importer, entry: Entry, __: frozenset[str]) -> Iterator[Ask | AnyOf]:
    yield Ask(Action.RECORD_CHECK, about=entry.now("person"))


def _service_users(importer: Importer, entry: Entry, what: frozenset[str]) -> Iterator[Ask | AnyOf]:
    cases = importer.cases_of.get(entry.key[0], [])
    if entry.is_new or not cases:
        yield Ask(Action.OPEN_NEW_CASE)
        return
    contact = LABELS.keys() | {TOLD_BY}
    if what & contact:
        yield tuple(
            Ask(Action.CHANGE_SAFE_CONTACT, case, compartment=_own_part(importer, case, entry)) for case in cases
        )
    if what - contact:
        yield from (Ask(Action.CHANGE_CASE, case) for case in cases)


def _own_part(importer: Importer, case: str, entry: Entry) -> str:
    question = importer.asker.found.get(case)
    family = question.case if question is not None else None
    return (family and compartment_of(entry.key[0], family.parties, family.children)) or "none"


def _cases(_: Importer, entry: Entry, what: frozenset[str]) -> Iterator[Ask | AnyOf]:
    ref = entry.key[0]
    if entry.is_new:
        yield Ask(Action.OPEN_NEW_CASE)
        return
    closing = entry.extra.get("_closing")
    if closing is not None:
        yield from (Ask(Action.CLOSE_CASE, ref) for _ in [()] if closing.id is None)
        yield from (Ask(Action.REOPEN_CASE, ref) for _ in [()] if closing.reopened_at is not None)
    if what - {"closed_at"} and not (closing is not None and what <= {"closed_at", "status"}):
        yield Ask(Action.CHANGE_CASE, ref)


def _mediations(_: Importer, entry: Entry, __: frozenset[str]) -> Iterator[Ask | AnyOf]:
    yield Ask(Action.START_MEDIATION, entry.now("case"), grantee=entry.now("mediator"))


def _conflicts(_: Importer, entry: Entry, __: frozenset[str]) -> Iterator[Ask | AnyOf]:
    yield Ask(Action.LIFT_CONFLICT, about=entry.now("person"))


def _grants(_: Importer, entry: Entry, __: frozenset[str]) -> Iterator[Ask | AnyOf]:
    case = entry.now("case")
    if entry.is_new:
        asked = {"grantee": entry.now("person"), "lead_for": entry.now("lead_for"), "giving": _giving(entry)}
        yield Ask(Action.GRANT, case, **asked)
    else:
        yield Ask(Action.END_GRANT, case)


def _giving(entry: Entry) -> GrantFacts:
    """The access of a row; one that is over already opens nothing."""
    return GrantFacts(
        "",
        str(entry.now("case")),
        entry.now("capacity"),
        tuple(entry.now("compartments") or ()),
        tuple(entry.now("record_classes") or ()),
        until=entry.now("until"),
        ended_at=entry.now("ended_at"),
        revoked_at=entry.now("revoked_at"),
    )


def _records(importer: Importer, entry: Entry, __: frozenset[str]) -> Iterator[Ask | AnyOf]:
    if entry.is_new:
        part, kind = entry.now("compartment"), entry.now("record_class")
        mediator = _mediator(importer, kind, entry.now("mediation"))
        yield Ask(Action.ADD_RECORD, entry.now("case"), compartment=part, record_class=kind, about=mediator)


def _emergencies(_: Importer, entry: Entry, __: frozenset[str]) -> Iterator[Ask | AnyOf]:
    yield Ask(Action.REVIEW_EMERGENCY_ACCESS, about=entry.now("person"))


def _express_agreements(importer: Importer, entry: Entry, __: frozenset[str]) -> Iterator[Ask | AnyOf]:
    action = Action.AGREE_TO_SHARE if entry.is_new else Action.WITHDRAW_AGREEMENT
    for key in dict.fromkeys(entry.now("records") or ()):
        named = ("case", "compartment", "record_class", "mediation")
        told = {name: importer.known.value("records", key, name) for name in named}
        mediator, kind = _mediator(importer, told["record_class"], told["mediation"]), told["record_class"]
        yield Ask(action, told["case"], compartment=told["compartment"], record_class=kind, about=mediator)
        family = importer.known.family(told["case"])
        own = family and compartment_of(entry.now("source"), *family)
        yield Ask(action, told["case"], compartment=own or "none")


def _tasks(_: Importer, entry: Entry, what: frozenset[str]) -> Iterator[Ask | AnyOf]:
    case = entry.now("case")
    if entry.is_new:
        yield Ask(Action.ADD_TASK, case)
    if not entry.is_new and "assigned_to" in what:
        yield Ask(Action.REASSIGN_TASK, case)
    if not entry.is_new and what & {"done_at", "done_by"}:
        yield Ask(Action.COMPLETE_TASK, case)


# Who may know what is on file in a table at all.
_KNOWING: Final = {
    "signatures": Action.LIST_AGREEMENTS,
    "checks": Action.LIST_CHECKS,
    **dict.fromkeys(
        (
            "service_users",
            "cases",
            "mediations",
            "conflicts_of_interest",
            "grants",
            "emergency_access",
            "express_agreements",
            "tasks",
        ),
        Action.LIST_CASELOAD,
    ),
}
_OF_TABLE: Final[Mapping[str, Callable[[Importer, Entry, frozenset[str]], Iterator[Ask | AnyOf]]]] = {
    "settings": _by_role(Action.CHANGE_SETTINGS),
    "partner_organisations": _by_role(Action.MANAGE_PARTNERS),
    "agreements": _by_role(Action.PUBLISH_AGREEMENT),
    "people": _people,
    "signatures": _by_role(Action.LIST_AGREEMENTS),  # nobody signs by a file
    "checks": _checks,
    "service_users": _service_users,
    "cases": _cases,
    "mediations": _mediations,
    "conflicts_of_interest": _conflicts,
    "grants": _grants,
    "records": _records,
    "emergency_access": _emergencies,
    "express_agreements": _express_agreements,
    "tasks": _tasks,
    "enquiries": _by_role(Action.IMPORT_ENQUIRIES),
}


def _reads(record: RecordFacts) -> AnyOf:
    return (Ask(Action.READ_RECORD, record.case_ref, record=record),)


def _mediator(importer: Importer, kind: RecordClass | None, mediation: str | None) -> str | None:
    """Whose private note it is; of other kinds nobody's, so that records alike are asked about once."""
    private = kind is RecordClass.MEDIATION_PRIVATE_NOTE and mediation is not None
    return importer.known.value("mediations", str(mediation), "mediator") if private else None


def _stored_record(importer: Importer, entry: Entry) -> RecordFacts:
    """A record on file, as far as a decision rests on it: two that differ in nothing else are asked once."""
    stored = entry.stored or {}
    mediator = _mediator(importer, stored["record_class"], stored["mediation"])
    return RecordFacts(
        "",
        stored["case"],
        stored["record_class"],
        stored["source"],
        stored["compartment"],
        mediator=mediator,
        away=stored["_away"],
    )


def _new_concern(importer: Importer, entry: Entry) -> ConcernFacts:
    """A concern as its lead would have it before them."""
    people = tuple(who for who in entry.values.get("about") or () if importer.known.is_known("people", who))
    leads = (importer.known.value("people", who, "roles") or () for who in people)
    return ConcernFacts(
        "",
        entry.now("case"),
        entry.now("severity"),
        entry.now("status"),
        "",
        importer.known.at,
        about_people=people,
        about_lead=any(SAFEGUARDING_LEADS.intersection(map(Role, roles)) for roles in leads),
    )
