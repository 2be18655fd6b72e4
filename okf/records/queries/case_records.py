"""The records of one case that a person may read: narrowed to their parts of it, then decided one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import Asker, may_read
from okf.cases.queries.case import family_names, opened_question, part_in_words
from okf.desk import Desk
from okf.paging import BATCH, FIRST, AnySelect, Page, Paged, batches, filled, instant_of, keyset, mark, values_of
from okf.policy.access import decide
from okf.policy.facts import Question, RecordFacts
from okf.policy.scopes import parts_covered
from okf.records.queries import parts as record_parts
from okf.records.queries.parts import FileRow, HandedBy, Moved, Proposal, Wording
from okf.store import facts
from okf.store.case_links import joined_into
from okf.store.former import Names, names as names_of
from okf.store.least import least_on
from okf.store.models import CaseClosure, Record, Task
from okf.store.rows import from_row
from okf.store.sealing import astray_said
from okf.store.visible import not_kept_by_another
from okf.terms import MEDIATION_MATERIAL, SAFEGUARDING_LEADS, Action, FamilyField, RecordClass, RecordStatus
from okf.terms.records import Channel, Direction

_Placed = tuple[datetime, str]
SAID = {
    "joint": "Both parties, together",
    "external": "Somebody outside the family",
    "internal": "Our Kids First",
    "safeguarding": "Safeguarding",
}

_TEXTS = select(
    Record.id,
    Record.occurred_at,
    Record.title,
    Record.text,
    Record.written_by,
    Record.written_at,
    Record.channel,
    Record.direction,
    Record.with_whom,
).where(Record.id.in_(bindparam("ids", expanding=True)))
_CLOSURES = select(CaseClosure.closed_at, CaseClosure.reopened_at).where(CaseClosure.case_ref == bindparam("ref"))
_DONE = (
    select(Task.text, Task.done_at)
    .where(Task.case_ref == bindparam("ref"), Task.done_at.is_not(None), Task.assigned_to == bindparam("who"))
    .order_by(Task.done_at.desc())
    .limit(50)
)


_OFFERED = (
    Action.ADD_RECORD,
    Action.CHANGE_RECORD,
    Action.APPROVE_RELABEL,
    Action.EXPORT_RECORD,
    Action.REPORT_MISFILING,
)


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record as it reads now, with who told us and whom it is about in names that its reader may know.

    `restricted_to` says its part of the case in words. `earlier` is what it
    said before, the first words first; `may` is what the reader may do to it.
    `written_by` is a name, and None too where it is somebody else and the reader is not
    shown who else works on the case.
    """

    id: str
    record_class: RecordClass
    status: RecordStatus | None
    occurred_at: datetime
    title: str | None
    text: str | None
    told_by: str
    about: tuple[str, ...]
    restricted_to: str
    written_by: str | None
    mediation: bool
    source: str = ""
    subjects: tuple[str, ...] = ()
    channel: Channel | None = None
    direction: Direction | None = None
    with_whom: str | None = None
    reason: str | None = None
    earlier: tuple[Wording, ...] = ()
    files: tuple[FileRow, ...] = ()
    proposal: Proposal | None = None
    moved: Moved | None = None
    handed: HandedBy | None = None
    may: frozenset[Action] = frozenset()


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    at: datetime
    what: str


def records_in_view(desk: Desk, case_ref: str, page: Page = FIRST) -> Paged[RecordRow]:
    """The records of a case that this person may read, newest first, one page of them.

    Only the words of records that the policy opened are read at all.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        return records_of(session, question, page)


def records_of(session: Session, question: Question, page: Page = FIRST) -> Paged[RecordRow]:
    """The same, for a question whose answer was yes."""
    start = values_of(page.before or page.after, instant_of, str)
    backwards = page.before is not None and start is not None
    found = _candidates(session, question, start, descending=not backwards, first=page.size + 1)

    def opened(batch: Sequence[_Placed]) -> list[tuple[_Placed, RecordFacts]]:
        return _readable_of(session, question, batch)

    cut = filled(found, opened, page, mark, backwards=backwards, started=start is not None)
    with astray_said(session):
        return Paged(rows_of(session, question, list(cut.rows)), cut.next, cut.previous)


def readable(session: Session, question: Question, most: int) -> list[RecordFacts]:
    """The records of the question's case that its person may read, newest first, at most so many."""
    kept: list[RecordFacts] = []
    for batch in _candidates(session, question, None, descending=True, first=BATCH):
        kept += [one for _, one in _readable_of(session, question, batch)]
        if len(kept) >= most:
            break
    return kept[:most]


def _readable_of(session: Session, question: Question, batch: Sequence[_Placed]) -> list[tuple[_Placed, RecordFacts]]:
    found = facts.records(session, [ref for _, ref in batch])
    return [(one, found[one[1]]) for one in batch if one[1] in found and may_read(question, found[one[1]])]


def timeline_of(desk: Desk, case_ref: str) -> tuple[Happening, ...]:
    """What happened on a case, as far as this person may see it, newest first, at most a hundred lines.

    What happened on a case that was joined into it stands among it, as far as they may see that.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        happenings = _told(session, question)
        joined = Asker.of(desk, session).questions(joined_into(session, case_ref), Action.OPEN_CASE)
        for other, there in joined.items():
            if decide(there).allowed:
                happenings += [replace(one, what=f"{one.what} (case {other})") for one in _told(session, there)]
        for closing in session.execute(_CLOSURES, {"ref": case_ref}):
            happenings.append(Happening(closing.closed_at, "The case was closed, and everybody's access ended"))
            if closing.reopened_at:
                happenings.append(Happening(closing.reopened_at, "The case was reopened"))
        happenings += [
            Happening(row.done_at, f"Done: {row.text}")
            for row in session.execute(_DONE, {"ref": case_ref, "who": desk.actor})
        ]
    return tuple(sorted(happenings, key=lambda one: one.at, reverse=True)[:100])


def _told(session: Session, question: Question) -> list[Happening]:
    rows = records_of(session, question).rows
    return [
        Happening(row.occurred_at, f"{_word(row.record_class)}: {row.title}" if row.title else _word(row.record_class))
        for row in rows
    ]


def _candidates(
    session: Session, question: Question, start: tuple[Any, ...] | None, *, descending: bool, first: int
) -> Iterator[Sequence[_Placed]]:
    parts = _parts(question)

    def fetch(start: tuple[Any, ...] | None, size: int) -> list[_Placed]:
        if parts is not None and not parts:
            return []
        statement = _page(parts is not None, start is not None, descending)
        bound = {"ref": question.case.ref if question.case else "", "parts": parts or [], "size": size}
        bound |= {"who": question.person.username}
        bound |= {f"key_{n}": value for n, value in enumerate(start or ())}
        return [(row.occurred_at, row.id) for row in session.execute(statement, bound)]

    return batches(fetch, start, lambda one: one, first=first)


def _parts(question: Question) -> list[str] | None:
    """The parts of the case in which a readable record can lie; None where it may be any.

    A lead's concern, an emergency access and a custodian's purpose open
    parts that no grant names.
    """
    special = (
        (question.concerns and question.person.roles(question.at) & SAFEGUARDING_LEADS)
        or (question.case and any(e.case_ref == question.case.ref for e in question.emergencies))
        or (question.case and any(c.case_ref == question.case.ref for c in question.custodies))
    )
    covered = (parts_covered(one.compartments, leads=one.lead_for is not None) for one in question.grants)
    return None if special else sorted(frozenset().union(*covered))


@cache
def _page(narrowed: bool, started: bool, descending: bool) -> AnySelect:
    keys = (Record.occurred_at, Record.id)
    binds = [bindparam("key_0", type_=Record.occurred_at.type), bindparam("key_1", type_=Record.id.type)]
    statement = select(Record.occurred_at, Record.id).where(Record.case_ref == bindparam("ref"))
    if narrowed:
        statement = statement.where(Record.compartment.in_(bindparam("parts", expanding=True)), not_kept_by_another())
    return keyset(statement, keys, binds if started else None, descending=descending).limit(bindparam("size"))


def rows_of(session: Session, question: Question, records: list[RecordFacts]) -> tuple[RecordRow, ...]:
    """Records that the policy opened, with their words, in the order that they are given in."""
    if not records:
        return ()
    seen = least_on(session, question)
    # Whoever keeps or places a record has no grant here, and asks its writer.
    colleagues = seen.work is None or seen.shows(FamilyField.WHO_ELSE_WORKS_HERE)
    names = family_names(session, question, seen)
    ids = [one.id for one in records]
    words = {row.id: row for row in session.execute(_TEXTS, {"ids": ids})}
    corrected, kept = record_parts.corrections(session, ids), record_parts.files(session, ids)
    waiting, moved = record_parts.proposals(session, ids), record_parts.moves(session, ids)
    handed = record_parts.handed(session, ids)
    writers = {row.written_by for row in words.values()} | {one.written_by for of in corrected.values() for one in of}
    called = names_of(session, {who for who in writers if who})
    if not colleagues:
        handed = {ref: replace(by, name=None) for ref, by in handed.items()}
    made = []
    for one in records:
        row = words[one.id]
        said = [from_row(Wording, row, reason=None), *corrected.get(one.id, ())]
        if not colleagues:
            said = [_of_their_own(wording, question.person.username) for wording in said]
        said = [_by_name(wording, called) for wording in said]
        made.append(
            RecordRow(
                id=one.id,
                record_class=one.record_class,
                status=one.status,
                occurred_at=row.occurred_at,
                title=said[-1].title,
                text=said[-1].text,
                told_by=_told_by(one.source, names),
                about=tuple(names[who] for who in one.subjects if who in names),
                restricted_to=part_in_words(one.compartment, names),
                written_by=said[-1].written_by,
                mediation=one.record_class in MEDIATION_MATERIAL,
                source=one.source,
                subjects=one.subjects,
                channel=row.channel,
                direction=row.direction,
                with_whom=row.with_whom,
                reason=said[-1].reason,
                earlier=tuple(said[:-1]),
                files=tuple(kept.get(one.id, ())),
                proposal=_proposal(waiting[one.id], names) if one.id in waiting else None,
                moved=moved.get(one.id) if colleagues else None,
                handed=handed.get(one.id),
                may=frozenset(a for a in _OFFERED if decide(replace(question, action=a, record=one)).allowed),
            )
        )
    return tuple(made)


def _of_their_own(wording: Wording, who: str) -> Wording:
    """A wording for somebody who is not shown who else works on the case: whose it is, if it is theirs."""
    return wording if wording.written_by == who else replace(wording, written_by=None)


def _by_name(wording: Wording, called: Mapping[str, Names]) -> Wording:
    who = called.get(wording.written_by or "")
    return replace(wording, written_by=who.in_words(wording.written_at)) if who and wording.written_at else wording


def _told_by(source: str, names: dict[str, str]) -> str:
    return names.get(source) or SAID.get(source, "Not on file")


def _proposal(row: Any, names: dict[str, str]) -> Proposal:
    return from_row(
        Proposal,
        row,
        told_by=_told_by(row.source, names),
        about=tuple(names.get(who, who) for who in row.subjects),
        restricted_to=part_in_words(row.compartment, names),
    )


def _word(kind: RecordClass) -> str:
    return kind.value.replace("_", " ").capitalize()
