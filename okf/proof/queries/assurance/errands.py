"""Where what a check found is answered: the page on which whoever looks gets on, and the people whose act it is.

Only pages that answer the reader are named: a link that is refused helps nobody, and puts a refusal on the record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import bindparam, select

from okf.asker import Asker
from okf.policy.table import GRANTERS, MANAGERS, MEDIATORS, OVERSEERS
from okf.proof.queries.assurance import attention, checks
from okf.proof.queries.assurance.findings import Behind, Check, Finding, Kind
from okf.store.models import Person, PersonRole
from okf.store.visible import account_on, role_held
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, Role

HOST: Final = "whoever runs Casebook"
_NAMER: Final = {False: "an administrator", True: HOST}
_DATA_LEAD: Final = frozenset({Role.DATA_PROTECTION_LEAD})
_NAMES: Final = (
    select(PersonRole.role, Person.username, Person.name)
    .join(Person, Person.username == PersonRole.person)
    .where(PersonRole.role.in_(bindparam("roles", expanding=True)), role_held(), account_on())
    .order_by(Person.name_folded, Person.username)
)


@dataclass(frozen=True, slots=True)
class Way:
    """A page that gets somebody on whom the policy lets do `needs`, or to whom it lists the case.

    `fills` are the parts of its address: each is taken from what was found, and without it the page is none.
    """

    page: str
    label: str
    needs: Action | None
    fills: Mapping[str, str] = field(default_factory=dict)
    part: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page that the reader may open, in words that say what for."""

    label: str
    page: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Errand:
    """What gets the reader on, for the whole of a finding and row by row, and whose act it is, by name."""

    to: Link | None
    rows: tuple[Link | None, ...]
    whose: str


@dataclass(frozen=True, slots=True)
class _Answer:
    by: frozenset[Role]
    ways: tuple[Way, ...]


_ON_RECORD = Way("record", "See it on the record", Action.READ_AUDIT, {"person": "who", "case": "case_ref"})
_WHAT_THEY_DID = Way("record", "See what they did", Action.READ_AUDIT, {"person": "who"})
_CASE_ON_RECORD = Way("record", "See the case on the record", Action.READ_AUDIT, {"case": "case_ref"})
_RECORD = Way("record", "Look at the record", Action.READ_AUDIT)
_WHO_COULD = Way("proof", "See who could open it", Action.READ_AUDIT, {"case": "case_ref"})
_HELD = Way("access_map", "See what they hold", Action.SEE_CASE_ACCESS, {"person": "who"})
_MAP = Way("access_map", "See who holds what", Action.SEE_CASE_ACCESS)
_SIGNED = Way("agreements", "See what they signed", Action.LIST_AGREEMENTS, {"person": "who"})
_CASE = Way("case", "Go to the case", None, {"case": "case_ref"})
_KNOWN_CASE = Way("case", "Go to the case", Action.LIST_CASELOAD, {"case": "case_ref"})
_SHARE = Way("case", "See it on the case", None, {"case": "case_ref"}, "Sharing")
_CONCERN = Way("concern", "Go to the concern", Action.LIST_CONCERNS, {"ref": "ref"})
_ON_DUTY = Way("on_duty", "See who is on duty", Action.LIST_AGREEMENTS)
_SHARES: Final = _Answer(_DATA_LEAD, (_ON_RECORD, _SHARE))
_PAST_CASEBOOK: Final = _Answer(_DATA_LEAD, (_ON_RECORD, _CASE_ON_RECORD, _RECORD))
_GRANT: Final = _Answer(MANAGERS, (_HELD, _MAP))
_SIGNATURE: Final = _Answer(_DATA_LEAD, (_SIGNED,))
_LEAD: Final = _Answer(SAFEGUARDING_LEADS, (_CONCERN, _ON_DUTY))

_ANSWERS: Final[Mapping[Check, _Answer]] = {
    checks.ACCESSES: _Answer(_DATA_LEAD, (_ON_RECORD, _HELD)),
    checks.GRANTS_OFF_RECORD: _GRANT,
    checks.GRANTS_ALTERED: _GRANT,
    checks.SELF_GRANTS: _GRANT,
    checks.EMERGENCIES_OFF_RECORD: _Answer(
        _DATA_LEAD, (_ON_RECORD, Way("emergency_reviews", "See the emergency accesses", Action.REVIEW_EMERGENCY_ACCESS))
    ),
    checks.AGREEMENTS_OFF_RECORD: _Answer(_DATA_LEAD, (_CASE_ON_RECORD, _RECORD, _SHARE)),
    checks.CUSTODIES_OFF_RECORD: _Answer(_DATA_LEAD, (_ON_RECORD, _KNOWN_CASE)),
    checks.OPEN_AFTER_CLOSURE: _GRANT,
    checks.RECORDS_UNPLACED: _Answer(_DATA_LEAD, (_CASE, _CASE_ON_RECORD, _KNOWN_CASE)),
    checks.SIGNATURES_REMOVED: _SIGNATURE,
    checks.SIGNATURES_OFF_RECORD: _SIGNATURE,
    checks.TEXTS_CHANGED: _Answer(
        MANAGERS,
        (
            Way("agreement_texts", "Go to the agreement texts", Action.DRAFT_AGREEMENT),
            Way("agreements", "See who signed what", Action.LIST_AGREEMENTS),
        ),
    ),
    checks.COMMITMENT_CHANGED: _Answer(frozenset(), ()),
    checks.FIGURES_CHANGED: _Answer(
        MANAGERS,
        (
            Way("figure_set", "Go to the figures", Action.READ_FIGURES, {"ref": "ref"}),
            Way("figures", "Go to the figures for funders", Action.READ_FIGURES),
            _RECORD,
        ),
    ),
    checks.SHARES_UNAUTHORISED: _SHARES,
    checks.MARKING_MISSING: _Answer(MEDIATORS, (_SHARE, _ON_RECORD)),
    checks.COURT_SIDE_SENT: _SHARES,
    checks.SUMMARIES_ASTRAY: _SHARES,
    checks.RECORDINGS: _Answer(
        MANAGERS | _DATA_LEAD, (Way("mediations", "Go to the mediations", Action.REVIEW_INCIDENT), _RECORD)
    ),
    attention.INCIDENTS: _Answer(
        MANAGERS | _DATA_LEAD, (Way("mediations", "Review it", Action.REVIEW_INCIDENT), _CASE_ON_RECORD)
    ),
    checks.HELP_REFUSED: _Answer(MANAGERS, (_WHAT_THEY_DID, _KNOWN_CASE)),
    attention.SUSPENDED: _Answer(OVERSEERS, (_SIGNED, Way("chasing", "Remind them to sign", Action.REMIND_TO_SIGN))),
    attention.UNALLOCATED: _Answer(MANAGERS, (_CASE, _KNOWN_CASE, _WHO_COULD)),
    attention.UNCONFIRMED: _Answer(GRANTERS, (Way("confirmations", "Confirm or end it", Action.CONFIRM_GRANT), _HELD)),
    attention.EMERGENCIES: _Answer(
        GRANTERS, (Way("emergency_reviews", "Review it", Action.REVIEW_EMERGENCY_ACCESS), _ON_RECORD)
    ),
    attention.CONCERNS: _LEAD,
    attention.REVIEWS: _LEAD,
    attention.LADO: _LEAD,
    attention.SECOND_READINGS: _Answer(FOR_SAFETY, (_CONCERN, _ON_DUTY)),
    attention.LEADS: _Answer(
        frozenset({Role.ADMINISTRATOR}),
        (Way("accounts", "Go to people and accounts", Action.MANAGE_ACCOUNTS), _ON_DUTY),
    ),
    attention.PARTNERS: _Answer(
        MANAGERS, (Way("partners", "Go to the organisation", Action.LIST_AGREEMENTS, {"organisation": "ref"}),)
    ),
    attention.WORKER_CHECKS: _Answer(MANAGERS, (Way("checks", "Go to vetting and training", Action.LIST_CHECKS),)),
    attention.LEAVERS: _Answer(
        MANAGERS, (Way("leaving", "End what they hold", Action.RECORD_LEAVER, {"person": "who"}), _HELD)
    ),
    attention.RETENTION: _Answer(_DATA_LEAD, (_CASE_ON_RECORD, _KNOWN_CASE)),
    attention.BACKUPS: _Answer(frozenset(), ()),  # the host's own, whom it names
    attention.UNPROVED: _Answer(OVERSEERS, (Way("commitment", "Prove it now", Action.ASSURE, part="the-record"),)),
}


def errands(asker: Asker, findings: Sequence[Finding]) -> dict[str, Errand]:
    """The errand of each finding that somebody must act on, by its check's key; a handful of queries for all."""
    wanted = [one for one in findings if one.count and one.check.kind is not Kind.EVIDENCE]
    answers = {one.check.key: answer_to(one.check) for one in wanted}
    roles = sorted({role for answer in answers.values() for role in answer.by})
    named: dict[Role, list[tuple[str, str]]] = {}
    for role, username, name in asker.session.execute(_NAMES, {"roles": roles, "at": asker.at}) if roles else ():
        named.setdefault(role, []).append((username, name))
    may = {
        way.needs
        for answer in answers.values()
        for way in answer.ways
        if way.needs is not None and asker.may(way.needs)
    }
    listed = asker.listed({row.case_ref for one in wanted for row in one.behind if row.case_ref})
    found = {}
    for one in wanted:
        answer = answers[one.check.key]
        rows = tuple(_first(answer.ways, row, may, listed) for row in one.behind)
        found[one.check.key] = Errand(_first(answer.ways, None, may, listed), rows, _whose(asker, answer.by, named))
    return found


def answer_to(check: Check) -> _Answer:
    """Who answers a check, and where: of what was done past Casebook, whoever may look for who did it."""
    return _ANSWERS.get(check) or (_LEAD if check.rows_for is Action.READ_CONCERN else _PAST_CASEBOOK)


def _first(
    ways: Sequence[Way], row: Behind | None, may: Collection[Action | None], listed: Collection[str]
) -> Link | None:
    """The first page that gets the reader on; of no row in particular only one that needs nothing of a row."""
    for way in ways:
        filled = {name: getattr(row, of) if row else None for name, of in way.fills.items()}
        opens = way.needs in may if way.needs else row is not None and row.case_ref in listed
        if opens and all(filled.values()):
            query = {name: str(value) for name, value in filled.items()}
            return Link(way.label, way.page, query | ({"part": way.part} if way.part else {}))
    return None


def _whose(asker: Asker, by: Collection[Role], named: Mapping[Role, Sequence[tuple[str, str]]]) -> str:
    """The people who hold one of these roles now, whoever looks first, each with the role."""
    if not by:
        return HOST
    people: dict[str, tuple[str, list[str]]] = {}
    for role in sorted(by):
        for username, name in named.get(role, ()):
            people.setdefault(username, (name, []))[1].append(role.value.replace("_", " ").replace("dsl", "DSL"))
    roles = " or ".join(role.value.replace("_", " ").replace("dsl", "DSL") for role in sorted(by))
    if not people:
        return f"nobody holds the role of {roles} now: {_NAMER[Role.ADMINISTRATOR in by]} names somebody"
    told = [
        f"{'you' if username == asker.who else name} ({', '.join(held)})"
        for username, (name, held) in sorted(people.items(), key=lambda one: one[0] != asker.who)
    ]
    more = len(told) - SHOWN_BY_NAME
    return ", ".join(told[:SHOWN_BY_NAME]) + (f" and {more} more" if more > 0 else "")


SHOWN_BY_NAME: Final = 4
