"""The express agreements of a case, as far as whoever looks may know of them, and how each stands (C8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select

from okf.asker import may_read, may_read_part
from okf.cases.queries.case import family_names, opened_question
from okf.clock import is_past, start_of
from okf.desk import Desk
from okf.policy.facts import Question, RecordFacts
from okf.policy.scopes import compartment_of
from okf.policy.share_words import recipient_in_words
from okf.records.queries.case_records import SAID
from okf.sharing.queries.lists import names_of
from okf.store import facts
from okf.store.least import least_on
from okf.store.models import ExpressAgreement, Record
from okf.store.share_facts import whole_recipient
from okf.terms import FamilyField, HowGiven

MOST = 200
_OF_CASE = (
    select(ExpressAgreement)
    .where(ExpressAgreement.case_ref == bindparam("case_ref"))
    .order_by(ExpressAgreement.given_at.desc(), ExpressAgreement.id)
    .limit(MOST)
)
_TITLES = select(Record.id, Record.title, Record.record_class).where(Record.id.in_(bindparam("ids", expanding=True)))


class AgreementState(StrEnum):
    """How an express agreement stands at an instant."""

    HOLDS = "holds"
    NOT_YET = "not_yet"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One express agreement, and how it stands now.

    `told` says whether the source's own words are this reader's to read: the
    evidence, the conditions and the withdrawal; None if they are not. Whose
    name stands under it shows to those who are shown who works on the case.
    """

    id: str
    source: str
    given_by: str
    records: tuple[str, ...]
    titles: tuple[str, ...]
    recipient: Mapping[str, Any]
    to: str
    purpose: str | None
    channel: str | None
    conditions: str | None
    given_at: datetime
    given_how: HowGiven | None
    evidence: str | None
    expires_on: date | None
    one_use: bool
    used_at: datetime | None
    recorded_by: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_words: str | None
    state: AgreementState
    told: bool


def agreements_of_case(desk: Desk, case_ref: str) -> tuple[AgreementRow, ...]:
    """The express agreements of a case that this person may know of: those that hold first, then the newest.

    Known to whoever may read every record that one is about, and its
    source's own part; of joint records alone, to whoever may read those: they
    must see whose word is still wanted (C2). What the source said then is for
    caseworkers who read the source's own part.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        found = session.scalars(_OF_CASE, {"case_ref": case_ref}).all()
        records = facts.records(session, {one for agreement in found for one in agreement.records})
        seen = [one for one in found if _may_know(question, one, records)]
        ids = {one for agreement in seen for one in agreement.records}
        titles = {row.id: row.title or row.record_class.value for row in session.execute(_TITLES, {"ids": list(ids)})}
        least = least_on(session, question)
        names = family_names(session, question, least)
        colleagues = least.shows(FamilyField.WHO_ELSE_WORKS_HERE)
        workers = [name for one in seen for name in (one.recorded_by, one.withdrawn_by)] if colleagues else []
        people = names_of(session, workers)
        rows = [
            _row(one, question.at, titles, names, people, told=colleagues and _reads_source(question, one))
            for one in seen
        ]
    return tuple(sorted(rows, key=lambda one: one.state is not AgreementState.HOLDS))


def state_of(agreement: Any, at: datetime) -> AgreementState:
    """How an express agreement stands, as the policy reads it."""
    if is_past(agreement.withdrawn_at, at):
        return AgreementState.WITHDRAWN
    if agreement.expires_on is not None and start_of(agreement.expires_on) <= at:
        return AgreementState.EXPIRED
    if agreement.one_use and is_past(agreement.used_at, at):
        return AgreementState.USED
    return AgreementState.NOT_YET if at < agreement.given_at else AgreementState.HOLDS


def _may_know(question: Question, agreement: ExpressAgreement, records: Mapping[str, RecordFacts]) -> bool:
    about = [records[one] for one in agreement.records if one in records]
    if len(about) < len(agreement.records) or not all(may_read(question, one) for one in about):
        return False
    joint = all("joint" in (one.source, one.compartment) for one in about)
    return joint or _reads_source(question, agreement)


def _reads_source(question: Question, agreement: ExpressAgreement) -> bool:
    case = question.case
    part = compartment_of(agreement.source, case.parties, case.children) if case else None
    return part is not None and may_read_part(question, part)


def _row(
    one: ExpressAgreement,
    at: datetime,
    titles: Mapping[str, str],
    names: Mapping[str, str],
    people: Mapping[str, str],
    *,
    told: bool,
) -> AgreementRow:
    recipient = whole_recipient(one)
    return AgreementRow(
        id=one.id,
        source=one.source,
        given_by=names.get(one.source) or SAID.get(one.source, "Not on file"),
        records=tuple(one.records),
        titles=tuple(titles.get(record, record) for record in one.records),
        recipient=recipient,
        to=recipient_in_words(recipient),
        purpose=one.purpose,
        channel=one.channel,
        conditions=one.conditions if told else None,
        given_at=one.given_at,
        given_how=one.given_how,
        evidence=one.evidence if told else None,
        expires_on=one.expires_on,
        one_use=bool(one.one_use),
        used_at=one.used_at,
        recorded_by=people.get(one.recorded_by or ""),
        withdrawn_at=one.withdrawn_at,
        withdrawn_by=people.get(one.withdrawn_by or ""),
        withdrawn_words=one.withdrawn_words if told else None,
        state=state_of(one, at),
        told=told,
    )
