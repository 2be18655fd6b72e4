"""A family's chronology line by line, each source's words apart, with what decides whether a line goes on paper."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import allowed_on
from okf.clock import london_date
from okf.errors import Conflict
from okf.policy.chronology import LineFacts, Tie, tie_of
from okf.policy.facts import Question
from okf.policy.words import day, moment
from okf.safeguarding.queries.about import about_of
from okf.safeguarding.queries.allegations import ever_allegations
from okf.safeguarding.queries.family_chronology import MOST, OF_THE_FAMILY, family_of
from okf.safeguarding.queries.parts import Mark
from okf.safeguarding.queries.words import mark_in_words
from okf.store.facts import works_of
from okf.store.models import Concern, ConcernEntry, ConcernMark, ConcernVoice, Person
from okf.store.rows import from_row
from okf.terms import Action
from okf.terms.chronologies import LineKind
from okf.terms.concerns import ADDED_BY_RAISER

LINES: Final = 2_000
OPENING: Final = "Raised"
_WORDS: Final = ("what", "said_by", "by", "happened", "where", "text", "late_because")
_KINDS: Final = {
    "Note": LineKind.NOTE,
    **dict.fromkeys(("Person told", "Action taken", "Late entry", ADDED_BY_RAISER), LineKind.ADDED),
}

_REFS: Any = bindparam("refs", expanding=True)
_CONCERNS = (
    select(Concern.ref, Concern.case_ref)
    .where(OF_THE_FAMILY)
    .order_by(Concern.ref != bindparam("ref"), Concern.raised_at.desc(), Concern.ref)
    .limit(MOST)
)


def _by(who: Any, *columns: Any) -> Any:
    name = func.coalesce(Person.name, who).label("by")
    return select(*columns, who.label("writer"), name).outerjoin(Person, Person.username == who)


_REPORTS = _by(
    Concern.raised_by,
    Concern.ref,
    Concern.raised_at,
    Concern.account,
    Concern.opinion,
    Concern.actions_taken,
    Concern.said_by,
    Concern.seen_where,
    Concern.seen_when,
    Concern.seen_on,
    Concern.seen_at,
    Concern.late_because,
).where(Concern.ref.in_(_REFS))
_V, _M, _E = ConcernVoice, ConcernMark, ConcernEntry
_VOICES = _by(_V.added_by, _V.id, _V.concern_ref, _V.how, _V.words, _V.added_at).where(_V.concern_ref.in_(_REFS))
_MARKS = _by(
    _M.added_by,
    *(_M.id, _M.concern_ref, _M.side, _M.region, _M.x, _M.y, _M.kind, _M.size, _M.colour, _M.words, _M.added_at),
).where(_M.concern_ref.in_(_REFS))
_ENTRIES = (
    _by(
        _E.entered_by,
        *(_E.id, _E.concern_ref, _E.entered_at, _E.what, _E.text, _E.corrects, _E.happened_on, _E.happened_at),
        _E.late_because,
    )
    .where(_E.concern_ref.in_(_REFS), _E.what != OPENING)
    .order_by(_E.id)
    .limit(LINES + 1)
)


@dataclass(frozen=True, slots=True)
class ChronologyLine:
    """One source's words: who said or saw it, who wrote it down, when, of which concern, and when it happened.

    `on` is the London day by which it is sorted. `corrects` is the key of the
    line that it puts right.
    """

    key: str
    concern_ref: str
    what: str
    said_by: str | None
    by: str
    written_at: datetime
    happened: str | None
    where: str | None
    on: date
    text: str
    corrects: str | None = None
    late_because: str | None = None


@dataclass(frozen=True, slots=True)
class FamilyLines:
    """Each line that the reader may see, oldest first, and what of it decides whether it goes.

    `marks` has a fingerprint of the lines of each concern of which a paper can
    be made, `mark` is that of them all. They count no concern `of_workers` but
    the one that it is prepared from: else a paper that runs out would tell of it.
    """

    lines: tuple[ChronologyLine, ...]
    facts: Mapping[str, LineFacts]
    marks: Mapping[str, str]
    of_workers: frozenset[str]

    @property
    def mark(self) -> str:
        """One fingerprint of all that counts."""
        return _mark(list(self.marks.items()))

    def fit(self, words: str, places: str, mark: str) -> bool:
        """Whether a version that was kept so is still of what counts.

        A concern that was found since to be about somebody who works here
        changes nothing, unless lines of it go.
        """
        then = json.loads(places)["marks"]
        going = {line.concern_ref for line in lines_of(words, places)}
        left = (then.keys() & self.of_workers) - self.marks.keys() - going
        return replace(self, marks={**self.marks, **{ref: then[ref] for ref in left}}).mark == mark


def family_lines(session: Session, question: Question, action: Action) -> FamilyLines:
    """The lines of every concern of a family on which the policy lets the reader do this.

    Raises:
        Conflict: there are more than go on one paper.
    """
    if question.concern is None:
        raise ValueError("there is no concern in this question")
    here, people = question.concern, family_of(question)
    concerns = session.execute(_CONCERNS, {"ref": here.ref, "family": people}).all()
    about = about_of(session, [row.ref for row in concerns])
    allowed = allowed_on(session, question, about, action)
    ties = {row.ref: _tie(row, about[row.ref], here.ref, here.case_ref, people) for row in concerns}
    in_doubt_too = {ref for ref, on in about.items() if any(one.person for one in on)}
    of_workers = ever_allegations(session, about) | in_doubt_too
    counted = {row.ref for row in concerns if row.ref not in of_workers or row.ref == here.ref}
    mediators = {one.person for one in works_of(session, people) if one.mediated}
    lines: list[ChronologyLine] = []
    facts: dict[str, LineFacts] = {}
    for line, kind, writer in sorted(_all(session, allowed | counted), key=lambda one: _order(one[0])):
        lines.append(line)
        facts[line.key] = LineFacts(
            key=line.key,
            kind=kind,
            on=line.on,
            tie=ties[line.concern_ref],
            from_here=line.concern_ref == here.ref,
            about_worker=line.concern_ref in of_workers,
            by_mediator=writer in mediators,
            corrects=line.corrects,
        )
    return FamilyLines(
        tuple(line for line in lines if line.concern_ref in allowed),
        {line.key: facts[line.key] for line in lines if line.concern_ref in allowed},
        {ref: _mark([_counted(facts[line.key]) for line in lines if line.concern_ref == ref]) for ref in counted},
        of_workers,
    )


def kept(lines: Sequence[ChronologyLine], marks: Mapping[str, str]) -> tuple[str, str]:
    """Lines as two texts to be sealed with their paper: the words, and where each stands among all that counted."""
    words = [{name: getattr(one, name) for name in _WORDS} for one in lines]
    places = [[one.key, one.concern_ref, one.written_at.isoformat(), one.on.isoformat(), one.corrects] for one in lines]
    return json.dumps(words, ensure_ascii=False), json.dumps({"lines": places, "marks": dict(marks)})


def lines_of(words: str, places: str) -> tuple[ChronologyLine, ...]:
    """The lines that `kept` made two texts of."""
    return tuple(
        ChronologyLine(
            key=key,
            concern_ref=ref,
            written_at=datetime.fromisoformat(written_at),
            on=date.fromisoformat(on),
            corrects=corrects,
            **told,
        )
        for told, (key, ref, written_at, on, corrects) in zip(
            json.loads(words), json.loads(places)["lines"], strict=True
        )
    )


def _tie(row: Any, about: Sequence[Any], here: str, case_ref: str | None, people: Collection[str]) -> Tie:
    users = [one.service_user for one in about if one.service_user and not one.ended]
    return tie_of(users, row.case_ref, people, case_ref, from_here=row.ref == here)


def _counted(one: LineFacts) -> tuple[str, int, bool]:
    return one.key, int(one.tie), one.by_mediator


def _mark(told: Sequence[Sequence[str | int]]) -> str:
    return sha256(json.dumps(sorted(told)).encode()).hexdigest()


def _order(line: ChronologyLine) -> tuple[date, datetime, str, int]:
    concern, _, place = line.key.partition("/")
    return line.on, line.written_at, concern, int("".join(filter(str.isdigit, place)) or 0)


def _all(session: Session, refs: Collection[str]) -> Iterator[tuple[ChronologyLine, LineKind, str]]:
    bound = {"refs": sorted(refs)}
    for row in session.execute(_REPORTS, bound):
        yield from _report(row)
    for row in session.execute(_VOICES, bound):
        what = f"The child's voice, {row.how.value.replace('_', ' ')}"
        yield _added(row, f"v{row.id}", what, row.words), LineKind.VOICE, row.writer
    for row in session.execute(_MARKS, bound):
        what = "A mark seen on the body, left and right as the person's own"
        yield _added(row, f"m{row.id}", what, mark_in_words(from_row(Mark, row))), LineKind.MARK, row.writer
    yield from _entries(session.execute(_ENTRIES, bound).all())


def _report(row: Any) -> Iterator[tuple[ChronologyLine, LineKind, str]]:
    seen = _happened(row.seen_on, row.seen_at)
    of_it = {
        "concern_ref": row.ref,
        "by": row.by,
        "written_at": row.raised_at,
        "on": row.seen_on or london_date(row.raised_at),
        "late_because": row.late_because,
    }
    happened = "; ".join(filter(None, (seen, row.seen_when))) or None
    parts = (
        (LineKind.SAID, "What was seen or said", row.account, row.said_by, happened, row.seen_where),
        (LineKind.DONE_BEFORE, "What had been done already", row.actions_taken, None, None, None),
        (LineKind.OPINION, "What the person who raised it thinks", row.opinion, row.by, None, None),
    )
    for number, (kind, what, words, said_by, when, where) in enumerate(parts):
        if words:
            key = f"{row.ref}/r{number}"
            told = {"key": key, "what": what, "said_by": said_by, "happened": when, "where": where, "text": words}
            yield ChronologyLine(**of_it, **told), kind, row.writer


def _added(row: Any, place: str, what: str, words: str) -> ChronologyLine:
    on = london_date(row.added_at)
    return ChronologyLine(
        f"{row.concern_ref}/{place}", row.concern_ref, what, None, row.by, row.added_at, None, None, on, words
    )


def _entries(rows: Sequence[Any]) -> Iterator[tuple[ChronologyLine, LineKind, str]]:
    """The lines of the chronologies; what corrects a line is of its kind and its day."""
    if len(rows) > LINES:
        raise Conflict(f"This family has more than {LINES:,} lines: prepare a paper of one concern instead.")
    kinds: dict[int, tuple[LineKind, date]] = {}
    for row in rows:
        own = _KINDS.get(row.what, LineKind.OWN_WORK), row.happened_on or london_date(row.entered_at)
        kind, on = kinds[row.id] = kinds.get(row.corrects, own)
        yield (
            ChronologyLine(
                key=f"{row.concern_ref}/{row.id}",
                concern_ref=row.concern_ref,
                what=row.what,
                said_by=None,
                by=row.by,
                written_at=row.entered_at,
                happened=_happened(row.happened_on, row.happened_at),
                where=None,
                on=on,
                text=row.text or "",
                corrects=f"{row.concern_ref}/{row.corrects}" if row.corrects else None,
                late_because=row.late_because,
            ),
            kind,
            row.writer,
        )


def _happened(on: date | None, at: datetime | None) -> str | None:
    return moment(at) if at else day(on) if on else None
