"""A large invented caseload as rows, drawn from a seed: what a bulk load writes, table by table."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from typing import Any, Final

from okf.clock import end_of, end_of_working_day_after, london_date
from okf.demo import invented
from okf.demo.refs import instant, sorted_refs
from okf.match.fold import folded
from okf.terms import RecordClass, Role, Severity, SupportKind
from okf.terms.caseload import CAME_TO, ClosureOutcome
from okf.terms.concerns import ConcernCategory
from okf.terms.duties import ClockEnd, Duty
from okf.terms.intake import ContactCheck

CASES_FOR_EACH: Final = {Role.CASEWORKER: 500, Role.THERAPIST: 5_000, Role.MEDIATOR: 20_000}
CASES_FOR_EACH_VOLUNTEER: Final = 4_000
CASES_FOR_EACH_PARTNER_WORKER: Final = 20_000
HEAD, MANAGER, LEAD = "head.of.service", "manager", "dsl"  # who oversees it, who granted, who decides on concerns

COLUMNS: Final = {
    table: tuple(columns.split())
    for table, columns in {
        "service_user": (
            "ref name name_folded date_of_birth phone email address safe_phone safe_hours voicemail_safe post_safe "
            "code_word do_not_contact_by safe_contact_notes"
        ),
        "contact_statement": "service_user told_by told_at noted_by noted_at checked_how checked_at checked_by told",
        "match_key": "key service_user",
        "case": (
            "ref status kind_of_support area first_contact_at opened_on closed_at unallocated_since complexity outcome"
        ),
        "case_party": "case_ref service_user position",
        "case_child": "case_ref service_user position",
        "case_closure": "case_ref closed_at closed_by reason",
        "mediation": "ref case_ref kind status mediator",
        "access_grant": (
            "id person case_ref capacity compartments record_classes actions purpose from_ until granted_by "
            "granted_at last_opened_at ended_at lead_for case_opened_on"
        ),
        "record": (
            "id case_ref record_class status mediation_ref source compartment occurred_at title text written_by "
            "written_at"
        ),
        "record_subject": "record_id service_user",
        "task": "ref case_ref text assigned_to due_on done_at done_by",
        "concern": (
            "ref case_ref case_opened_on severity status category account raised_by raised_at lead due_at "
            "decide_by next_review_on triaged_at ended_at ended_by"
        ),
        "concern_clock": "concern_ref duty started_at due_at ended_at ended_by ended_how",
        "concern_about": "concern_ref service_user person",
        "concern_entry": "concern_ref entered_at entered_by what text",
    }.items()
}

_SUPPORT: Final = tuple(kind.value for kind in SupportKind)
_CATEGORIES: Final = tuple(c.value for c in ConcernCategory if c is not ConcernCategory.ABOUT_A_WORKER)
_SEVERITIES: Final = (Severity.IMMEDIATE, *[Severity.HIGH] * 3, *[Severity.MEDIUM] * 8, *[Severity.LOW] * 8)
_OUTCOMES: Final = (ClosureOutcome.SUPPORT_COMPLETED.value, *(one.value for one in CAME_TO))
_COMPLEXITY: Final = (1, 1, 1, 2, 3)
_TASK_NOTE: Final = f'["{RecordClass.TASK_NOTE}"]'
_PACK: Final = f'["{RecordClass.REFERRAL_PACK}"]'

Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Staff:
    """The people that a large caseload is worked by, by kind; usernames."""

    caseworkers: tuple[str, ...]
    therapists: tuple[str, ...]
    mediators: tuple[str, ...]
    volunteers: tuple[str, ...]
    partner_workers: tuple[str, ...]
    organisation: str = "Invented Advice Network"

    @classmethod
    def for_cases(cls, cases: int) -> Staff:
        """As many as a caseload of this size asks for: a caseworker has some 40 to 460 cases that live."""

        def named(prefix: str, each: int) -> tuple[str, ...]:
            return tuple(f"{prefix}.{n:04}" for n in range(1, max(2, round(cases / each)) + 1))

        return cls(
            named("caseworker", CASES_FOR_EACH[Role.CASEWORKER]),
            named("therapist", CASES_FOR_EACH[Role.THERAPIST]),
            named("mediator", CASES_FOR_EACH[Role.MEDIATOR]),
            named("volunteer", CASES_FOR_EACH_VOLUNTEER),
            named("partner", CASES_FOR_EACH_PARTNER_WORKER),
        )


@dataclass(slots=True)
class _Case:
    """A case as it is drawn: the rows it adds to, how many days ago it was opened, and who is in it."""

    rows: Rows
    ref: str
    age: int
    closed_at: str | None
    parties: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)

    @property
    def both_sides(self) -> str:
        """Each party's own part and the joint one, as compartments in JSON."""
        return json.dumps([*(f"sole:{party}" for party in self.parties), "joint"])


@dataclass(slots=True)
class Caseload:
    """Draws cases one after the other, each whole: parties, children, grants, records and what else it has."""

    staff: Staff
    cases: int
    at: datetime
    chance: random.Random
    taken: Collection[str] = ()
    _refs: dict[str, Iterator[str]] = field(init=False)
    _days: list[tuple[str, str]] = field(init=False)
    _today: date = field(init=False)

    def __post_init__(self) -> None:
        most = {"OKF": 1, "SU": 6, "G": 8, "N": 9, "T": 2, "K": 1, "MED": 1}
        self._refs = {
            name: sorted_refs(name, self.cases * each, self.chance, self.taken) for name, each in most.items()
        }
        self._today = london_date(self.at)
        ago = [self._today - timedelta(days=n) for n in range(3_000)]
        self._days = [(f"{day}", instant(datetime.combine(day, time(9), UTC))) for day in ago]

    def batches(self, size: int) -> Iterator[tuple[Rows, list[dict[str, Any]]]]:
        """The whole caseload in batches: the rows of each table, and what to put on record of each case."""
        for start in range(0, self.cases, size):
            rows: Rows = {table: [] for table in COLUMNS}
            told = [self._case(rows) for _ in range(min(size, self.cases - start))]
            yield rows, told

    def _case(self, rows: Rows) -> dict[str, Any]:
        chance, roll = self.chance.random, self.chance.random()
        ref = next(self._refs["OKF"])
        closed = roll < 0.75
        status = "closed" if closed else "open" if roll < 0.945 else "on_hold" if roll < 0.975 else "closing"
        if roll >= 0.99:
            status = "enquiry"
        age = 60 + int(chance() * 2_900) if closed else int(chance() ** 2 * 500)
        opened_on = self._days[age][0]
        closed_at = self._days[int(age * chance() * 0.9)][1] if closed else None
        support = _SUPPORT[int(chance() * len(_SUPPORT))]
        case = _Case(rows, ref, age, closed_at)
        self._family(case)
        leads, unallocated = [], False
        grants = len(rows["access_grant"])
        for party in case.parties:
            if not closed and chance() < 0.01:
                unallocated = True
                continue
            leads.append(self._caseworker())
            self._grant(case, leads[-1], "staff", f'["sole:{party}", "joint"]', lead_for=party)
        mediation = self._mediation(case) if support == "mediation" else None
        self._others(case)
        rows["case"].append(
            (
                ref,
                status,
                support,
                self._one(invented.AREAS),
                self._days[age + int(roll * 1e7) % 12][1],
                opened_on,
                closed_at,
                opened_on if unallocated else None,
                _COMPLEXITY[int(roll * 1e6) % len(_COMPLEXITY)],
                _OUTCOMES[int(roll * 1e5) % len(_OUTCOMES)] if closed else None,
            )
        )
        if closed:
            rows["case_closure"].append((ref, closed_at, MANAGER, "The family's aims were reached."))
        if leads:
            self._records(case, leads, mediation)
            if not closed and chance() < 0.5:
                due = f"{self._today + timedelta(days=int(chance() * 40) - 8)}"
                rows["task"].append((next(self._refs["T"]), ref, self._one(invented.TASKS), leads[0], due, None, None))
        if chance() < 0.03:
            self._concern(case, leads or [MANAGER])
        granted = [[row[0]] for row in rows["access_grant"][grants:]]
        return {"case_ref": ref, "facts": {"did": "bulk load", "status": status, "grants": granted}}

    def _one(self, among: tuple[Any, ...]) -> Any:
        return among[int(self.chance.random() * len(among))]

    def _caseworker(self) -> str:
        # Some carry ten times the caseload of others: the density rises along the list, as 40 to 460.
        x = (sqrt(1_600 + 210_000 * self.chance.random()) - 40) / 420
        return self.staff.caseworkers[int(x * len(self.staff.caseworkers))]

    def _family(self, case: _Case) -> None:
        chance = self.chance.random
        family = self._one(invented.FAMILY)
        for position in range(2 if chance() < 0.9 else 1):
            user = next(self._refs["SU"])
            phone = f"07700 900{int(chance() * 1_000):03}"  # a range that is kept free for invented people
            last = family if position == 0 else self._one(invented.FAMILY)
            name, voicemail, post = f"{self._one(invented.GIVEN)} {last}", int(chance() < 0.5), int(chance() < 0.5)
            reached = (phone, None, None, phone, "weekdays 10:00 to 15:00", voicemail, post, None, None, None)
            case.rows["service_user"].append((user, name, folded(name), None, *reached))
            at = self._days[case.age][1]
            said: dict[str, Any] = {"phone": phone, "safe_phone": phone, "safe_hours": reached[4]}
            said |= {"voicemail_safe": bool(voicemail), "post_safe": bool(post)}
            case.rows["contact_statement"].append(
                (user, user, at, MANAGER, at, ContactCheck.OWN_WORD.value, at, MANAGER, json.dumps(said))
            )
            case.rows["case_party"].append((case.ref, user, position))
            case.parties.append(user)
        roll = chance()
        for position in range(0 if roll < 0.15 else 1 if roll < 0.6 else 2 if roll < 0.9 else 3):
            user = next(self._refs["SU"])
            born = f"{self._today - timedelta(days=700 + int(chance() * 5_500))}"
            name = f"{self._one(invented.GIVEN)} {family}"
            case.rows["service_user"].append((user, name, folded(name), born, *[None] * 10))
            case.rows["case_child"].append((case.ref, user, position))
            case.children.append(user)

    def _grant(
        self,
        case: _Case,
        person: str,
        capacity: str,
        compartments: str,
        *,
        classes: str = "[]",
        purpose: str = "casework",
        until: str | None = None,
        lead_for: str | None = None,
    ) -> None:
        opened_on, from_ = self._days[case.age]
        # Most were opened lately; of a hundred some two were not for a long time.
        last = None if case.closed_at else self._days[int(min(case.age, 92) * self.chance.random())][1]
        scope = (case.ref, capacity, compartments, classes, "[]", purpose)
        span = (from_, until, MANAGER, from_, last, case.closed_at)
        case.rows["access_grant"].append((next(self._refs["G"]), person, *scope, *span, lead_for, opened_on))

    def _others(self, case: _Case) -> None:
        chance, staff = self.chance.random, self.staff
        if case.children and chance() < 0.4:
            part = f'["child:{case.children[0]}"]'
            self._grant(case, self._one(staff.therapists), "therapist", part, purpose="child therapy")
        for people, capacity, classes, purpose, share in (
            (staff.volunteers, "volunteer", _TASK_NOTE, "practical help", 0.35),
            (staff.partner_workers, "allied_partner", _PACK, "onward referral", 0.1),
        ):
            if chance() < share:
                ends = self._today + timedelta(days=1 + int(chance() * 180)) if not case.closed_at else None
                until = instant(end_of(ends)) if ends else None
                whom = self._one(people)
                self._grant(case, whom, capacity, '["joint"]', classes=classes, purpose=purpose, until=until)
        if not case.closed_at and chance() < 0.3:
            self._grant(case, HEAD, "staff", case.both_sides, purpose="oversight")

    def _mediation(self, case: _Case) -> str:
        mediation, mediator = next(self._refs["MED"]), self._one(self.staff.mediators)
        status = "concluded" if case.closed_at else "in_progress"
        case.rows["mediation"].append((mediation, case.ref, "formal", status, mediator))
        self._grant(case, mediator, "staff", case.both_sides, purpose="mediation")
        return mediation

    def _records(self, case: _Case, leads: list[str], mediation: str | None) -> None:
        chance = self.chance.random
        for _ in range(int(chance() * 2) if case.closed_at else 2 + int(chance() * 5)):
            at = self._days[int(case.age * chance())][1]
            roll, side = chance(), int(chance() * len(case.parties))
            about, status, within = case.parties[side], None, None
            if roll < 0.6:
                kind, source, part = "note", about, f"sole:{about}"
                text = self._one(invented.SOLE_NOTES)
            elif roll < 0.75:
                kind, source, part, text = "task_note", "joint", "joint", self._one(invented.TASK_NOTES)
            elif roll < 0.9 and mediation:
                kind, source, part, within = "mediation_joint_note", "joint", "joint", mediation
                text = self._one(invented.JOINT_NOTES)
            elif roll < 0.95 and case.children:
                about = case.children[0]
                kind, source, part = "therapy_note", about, f"child:{about}"
                text = self._one(invented.THERAPY_NOTES)
            else:
                kind, source, part, text = "referral_pack", "joint", "joint", self._one(invented.PACKS)
            record = next(self._refs["N"])
            by = leads[min(side, len(leads) - 1)]
            case.rows["record"].append((record, case.ref, kind, status, within, source, part, at, None, text, by, at))
            case.rows["record_subject"].append((record, about))

    def _concern(self, case: _Case, raisers: list[str]) -> None:
        chance = self.chance.random
        concern, by = next(self._refs["K"]), self._one(tuple(raisers))
        severity = self._one(_SEVERITIES)
        ago = int(min(case.age, 900) * chance())
        raised = datetime.combine(self._today - timedelta(days=ago), time(10 + int(chance() * 6)), UTC)
        raised = min(raised, self.at)
        raised_at = instant(raised)
        due = {
            Severity.IMMEDIATE: raised + timedelta(hours=1),
            Severity.HIGH: end_of(london_date(raised)),
            Severity.MEDIUM: end_of_working_day_after(raised, 1),
            Severity.LOW: end_of_working_day_after(raised, 2),
        }[severity]
        fresh = ago <= 1 and not case.closed_at
        ended = not fresh and (case.closed_at is not None or chance() < 0.7)
        status = "raised" if fresh else "closed" if ended else "monitoring"
        review_on = self._today + timedelta(days=int(chance() * 14) - 2)
        reviewed = not fresh and not ended
        review = f"{review_on}" if reviewed else None
        triaged_at = None if fresh else instant(min(raised + timedelta(minutes=50), self.at))
        ended_at = instant(min(raised + timedelta(days=20), self.at)) if ended else None
        category, account = self._one(_CATEGORIES), self._one(invented.ACCOUNTS)
        raised_as = (
            concern,
            case.ref,
            self._days[case.age][0],
            severity.value,
            status,
            category,
            account,
            by,
            raised_at,
        )
        first = instant(end_of(review_on) if reviewed else due)
        decide_by, lead = (instant(due), None) if fresh else (None, LEAD)
        decided = (lead, first, decide_by, review, triaged_at, ended_at, LEAD if ended else None)
        case.rows["concern"].append((*raised_as, *decided))
        met = (None, None, None) if fresh else (triaged_at, LEAD, ClockEnd.MET.value)
        case.rows["concern_clock"].append((concern, Duty.DECIDE.value, raised_at, instant(due), *met))
        if reviewed:
            case.rows["concern_clock"].append((concern, Duty.REVIEW.value, triaged_at, first, None, None, None))
        case.rows["concern_about"].append((concern, (*case.children, *case.parties)[0], None))
        case.rows["concern_entry"].append((concern, raised_at, by, "Raised", None))
