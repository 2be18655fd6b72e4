"""Records: put on a case, each in the part of it that its source fixes (C2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from okf.cases.commands.on_case import case_of, on_case
from okf.desk import Desk
from okf.errors import Invalid, unknown
from okf.file_check import Upload
from okf.policy.facts import CaseFacts
from okf.policy.scopes import SHARED_PARTS, compartment_of
from okf.records.commands.files import attach
from okf.store import facts
from okf.store.models import Mediation, Record, RecordSubject
from okf.terms import MEDIATION_MATERIAL, Action, RecordClass
from okf.terms.records import Channel, Direction
from okf.validation import past_moment, words, words_or_none

LONGEST = 100_000


def add_record(
    desk: Desk,
    case_ref: str,
    *,
    record_class: RecordClass,
    source: str,
    subjects: Sequence[str],
    title: str,
    text: str,
    occurred_at: datetime,
    mediation: str | None = None,
    channel: Channel | None = None,
    direction: Direction | None = None,
    with_whom: str | None = None,
    files: Sequence[Upload] = (),
) -> str:
    """Put something that was told, written or received on a case; its reference.

    `source` is the party or child who told us, or `joint`, `external`,
    `internal`, `safeguarding`; it fixes who may read the record. How, which
    way and with whom is for communications alone.

    Raises:
        NotFound, Refused: as `on_case`.
        Invalid: a source or subject who is not of this case, an empty text, a time to come, no mediation where one
            is needed, a file that is not kept here.
    """
    with on_case(desk, Action.ADD_RECORD, case_ref, **_where(desk, case_ref, record_class, source)) as deed:
        case = case_of(deed)
        check_people(case, source, subjects)
        _check_mediation(deed.session.get(Mediation, mediation) if mediation else None, case, record_class)
        record = Record(
            id=desk.new_ref("N"),
            case_ref=case_ref,
            record_class=record_class,
            mediation_ref=mediation,
            source=source,
            compartment=deed.question.compartment,
            occurred_at=past_moment("When", occurred_at, deed.at),
            title=words_or_none("Title", title, at_most=300),
            text=_text(record_class, text, files),
            written_by=desk.actor,
            written_at=deed.at,
            **_said(record_class, channel, direction, with_whom),
        )
        deed.add(record)
        deed.session.flush()
        deed.add(*(RecordSubject(record_id=record.id, service_user=one) for one in dict.fromkeys(subjects)))
        attach(desk, deed, record.id, case_ref, files)
        deed.about(record.id, case_ref)
        deed.note(record_class=record_class, compartment=record.compartment)
    return record.id


def _text(record_class: RecordClass, text: str, files: Sequence[Upload]) -> str | None:
    """A document may speak for itself; everything else is written down."""
    if files and record_class in (RecordClass.DOCUMENT, RecordClass.LEGAL_PAPER, RecordClass.REFERRAL_PACK):
        return words_or_none("What was said or done", text, at_most=LONGEST)
    return words("What was said or done", text, at_most=LONGEST)


def _said(
    record_class: RecordClass, channel: Channel | None, direction: Direction | None, with_whom: str | None
) -> dict[str, Any]:
    if record_class is not RecordClass.COMMUNICATION:
        return {}
    whom = words_or_none("With whom", with_whom, at_most=200)
    return {"channel": channel, "direction": direction, "with_whom": whom}


def _where(desk: Desk, case_ref: str, record_class: RecordClass, source: str) -> dict[str, object]:
    """What the policy is asked about: a source who is not of this case is a part that nobody was granted."""
    with desk.reading() as session:
        case = facts.cases(session, [case_ref]).get(case_ref)
    part = compartment_of(source, case.parties, case.children) if case else None
    return {"record_class": record_class, "compartment": part or "none"}


def check_people(case: CaseFacts, source: str, subjects: Sequence[str]) -> None:
    """Who told us and whom it is about are of this case.

    Raises:
        Invalid: one of them is not, or nobody is named.
    """
    family = {*case.parties, *case.children}
    if source not in family and source not in SHARED_PARTS:
        raise Invalid("Told to us by", "choose somebody of this case.")
    if not subjects:
        raise Invalid("About", "choose at least one person.")
    if set(subjects) - family:
        raise Invalid("About", "choose people of this case only.")


def _check_mediation(mediation: Mediation | None, case: CaseFacts, record_class: RecordClass) -> None:
    if mediation is not None and mediation.case_ref != case.ref:
        raise unknown("mediation", mediation.ref)
    if record_class in MEDIATION_MATERIAL and mediation is None:
        raise Invalid("Mediation", "say to which mediation of this case it belongs.")
    if record_class is RecordClass.OUTCOME_SUMMARY:
        raise Invalid("Kind of record", "an outcome summary is drafted and issued in its mediation.")
