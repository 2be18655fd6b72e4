"""A concern's chronology: lines appended and corrected, with marks, the child's voice and files (C9)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final, TypeVar

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import undefer

from okf.clock import clock_time, from_wall_clock, london_date, start_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, Refused, unknown
from okf.file_check import FIELD, Upload, checked_file
from okf.safeguarding.commands.about import bar_who_may_be_meant
from okf.safeguarding.queries.allegations import is_allegation
from okf.store.models import (
    ChronologyCopy,
    ChronologyPaper,
    Concern,
    ConcernEntry,
    ConcernFile,
    ConcernMark,
    ConcernPaper,
    ConcernPaperCopy,
    ConcernVoice,
    IncidentReport,
    Person,
)
from okf.store.sealing import open_bytes, seal_bytes
from okf.terms import Action
from okf.terms.body import SEEN_FROM, BodyRegion, BodySide, MarkKind
from okf.terms.concerns import ADDED_BY_RAISER, VoiceHow
from okf.validation import words, words_or_none

LINE: Final = 200
NARRATIVE: Final = 50_000
MARKS_MOST: Final = 100
FILES_MOST: Final = 20  # at once (our default)
WIDE, HIGH = 200, 440  # of the outline on which a mark's point lies
WHAT = "Correction"
ENTRIES: Final = ("Note", "Person told", "Action taken", "Late entry")
OnConcern = TypeVar("OnConcern", ConcernPaper, ConcernPaperCopy, IncidentReport, ChronologyPaper, ChronologyCopy)
_ENTRIES = select(func.count()).select_from(ConcernEntry)
_LAST_ENTRY = (
    select(Person.name, ConcernEntry.entered_at)
    .join(Person, Person.username == ConcernEntry.entered_by)
    .order_by(ConcernEntry.id.desc())
    .limit(1)
)
_CONCERN_OF = select(ConcernFile.concern_ref).where(ConcernFile.ref == bindparam("ref"))
_OTHER = select(ConcernEntry.id).where(ConcernEntry.corrects == bindparam("entry")).limit(1)


@dataclass(frozen=True, slots=True)
class Happened:
    """When something was seen, said or done: a London date, the time of day if known, and why it is recorded late."""

    on: date | None = None
    at: time | None = None
    late_because: str | None = None


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark on a body; the point is on the outline, 200 wide and 440 high."""

    side: BodySide
    region: BodyRegion
    x: int
    y: int
    kind: MarkKind
    size: str | None = None
    colour: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class NewVoice:
    """The child's voice: what the child said or was seen to do, or why it was not yet obtained."""

    how: VoiceHow
    words: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What is added to a concern along with words."""

    marks: Sequence[NewMark] = ()
    voice: NewVoice | None = None
    files: Sequence[Upload] = ()

    @property
    def written(self) -> tuple[str | None, ...]:
        """Every word of it, the names of files too."""
        marks = [word for one in self.marks for word in (one.words, one.size, one.colour)]
        return (*marks, self.voice.words if self.voice else None, *(one.name for one in self.files))


@dataclass(frozen=True, slots=True)
class OpenedConcernFile:
    """An opened file of a concern."""

    name: str
    kind: str
    content: bytes


UNSAID: Final = Happened()
NOTHING: Final = Parts()


@contextmanager
def on_concern(
    desk: Desk,
    action: Action,
    ref: str,
    entries_seen: int | None = None,
    *,
    still_open: bool = False,
    about: str | None = None,
) -> Iterator[tuple[Deed, Concern]]:
    """A permitted deed on a concern, recorded on the concern and not on its case.

    Raises:
        Refused, NotFound: they may not do this, or it is not there.
        Conflict: as `concern_to_change`.
    """
    with desk.permitted(action, concern=ref, about=about) as deed:
        keep_off_the_case(deed, ref)
        yield deed, concern_to_change(deed, ref, entries_seen, still_open=still_open)


def row_on_concern(desk: Desk, model: type[OnConcern], ref: str, action: Action, noun: str) -> OnConcern:
    """The row of this reference, if whoever is here may do this on its concern.

    Raises:
        NotFound: it is not there, or they may not: the same words.
    """
    with desk.reading() as session:
        row = session.get(model, ref)
    with suppress(NotFound):
        if row is not None and desk.decide(action, concern=row.concern_ref).allowed:
            return row
    raise unknown(noun, ref)


def concern_to_change(deed: Deed, ref: str, entries_seen: int | None, *, still_open: bool = False) -> Concern:
    """The concern that a deed is on, if nobody wrote to it since its reader saw this many lines.

    Raises:
        Conflict: somebody wrote to it meanwhile, or it was to be `still_open` and has ended.
    """
    concern = deed.session.get_one(Concern, ref)
    if still_open and concern.ended_at is not None:
        raise Conflict(f"Concern {ref} has ended: raise a new one if there is a new worry.")
    if entries_seen is not None and entries_on(deed, ref) != entries_seen:
        by, at = deed.session.execute(_LAST_ENTRY.where(ConcernEntry.concern_ref == ref)).one()
        raise Conflict(
            f"{by} wrote to this concern at {clock_time(at)} while you were working on it."
            " Read what is new below; what you typed is still here."
        )
    return concern


def entries_on(deed: Deed, ref: str) -> int:
    """How many lines a concern's chronology has."""
    return deed.session.scalar(_ENTRIES.where(ConcernEntry.concern_ref == ref)) or 0


def append_entry(deed: Deed, ref: str, what: str, text: str | None = None, happened: Happened = UNSAID) -> None:
    """Append a line to a concern's chronology; `happened` is the time that the line tells of."""
    on, at, because = when_it_happened(happened, deed.at)
    deed.add(
        ConcernEntry(
            concern_ref=ref,
            entered_by=deed.question.person.username,
            entered_at=deed.at,
            what=what,
            text=text,
            happened_on=on,
            happened_at=at,
            late_because=because,
        )
    )
    deed.session.flush()


def keep_off_the_case(deed: Deed, ref: str) -> None:
    """Let the event name the concern and not its case: the readers of a case's trail must not learn who raised what."""
    deed.about(ref)
    deed.case_ref = None


def when_it_happened(happened: Happened, recorded_at: datetime) -> tuple[date | None, datetime | None, str | None]:
    """The London date, the instant if the time is known, and the reason for a late entry.

    Raises:
        Invalid: it has not happened yet.
    """
    because = words_or_none("Why is it written down now?", happened.late_because, at_most=2_000)
    if happened.on is None:
        return None, None, because
    if happened.on > london_date(recorded_at):
        raise Invalid("When was it", "choose today or a day before.")
    at = from_wall_clock(datetime.combine(happened.on, happened.at)) if happened.at is not None else None
    return happened.on, min(at, recorded_at) if at else None, because


def begun_at(concern: Concern) -> datetime:
    """The beginning of the London day on which it was raised, or seen before: nothing was done about it earlier."""
    return start_of(min(filter(None, (concern.seen_on, london_date(concern.raised_at)))))


def put_parts(desk: Desk, deed: Deed, ref: str, parts: Parts) -> None:
    """Add marks, the child's voice and files to a concern within a deed, all or none.

    Raises:
        Invalid: a file is not kept here, there are too many, or the words are missing or too long.
    """
    by = str(desk.actor)
    if len(parts.marks) > MARKS_MOST:
        raise Invalid("Body map", f"at most {MARKS_MOST} marks are put down at once: add the rest after that.")
    if len(parts.files) > FILES_MOST:
        raise Invalid(FIELD, f"at most {FILES_MOST} files are handed in at once: add the rest after that.")
    for mark in parts.marks:
        _put_mark(deed, ref, mark, by)
    if parts.voice is not None:
        said = words("The child's voice", parts.voice.words, at_most=NARRATIVE)
        deed.add(ConcernVoice(concern_ref=ref, how=parts.voice.how, words=said, added_by=by, added_at=deed.at))
    deed.session.flush()
    several = len(parts.files) > 1  # then a refused one is told by its number: a name on a message may be a person's
    kept = [
        _keep_file(desk, deed, ref, upload, f"number {number}: " if several else "")
        for number, upload in enumerate(parts.files, 1)
    ]
    if kept:
        deed.note(files=kept)


def add_to_own_report(desk: Desk, ref: str, *, text: str, happened: Happened = UNSAID, parts: Parts = NOTHING) -> None:
    """Add to one's own report; the leads see it in the chronology, marked as new, but for whom its words may mean.

    Raises:
        NotFound: there is no report of one's own of this reference.
        Invalid: it is empty or too long, or a file is not kept here.
    """
    text = words("What you forgot, or what is new", text, at_most=NARRATIVE)
    try:
        with on_concern(desk, Action.ADD_TO_OWN_REPORT, ref) as (deed, _):
            append_entry(deed, ref, ADDED_BY_RAISER, text, happened)
            put_parts(desk, deed, ref, parts)
            said = (text, happened.late_because, *parts.written)
            by_role = said if is_allegation(deed.session, ref) else ()
            bar_who_may_be_meant(desk, deed, ref, said, by_role=by_role, later=True)
    except (Refused, NotFound):
        raise unknown("concern", ref) from None


def open_concern_file(desk: Desk, file_ref: str) -> OpenedConcernFile:
    """Open a concern's file, for whoever works the concern; the opening goes on the audit record.

    Raises:
        NotFound: there is no such file, or none of a concern that this person works.
    """
    with desk.reading() as session:
        ref = session.scalar(_CONCERN_OF, {"ref": file_ref})
    if ref is None:
        raise unknown("file", file_ref)
    try:
        with on_concern(desk, Action.TRIAGE_CONCERN, ref) as (deed, _):
            row = deed.session.get_one(ConcernFile, file_ref, options=[undefer(ConcernFile.content)])
            content = open_bytes(deed.session, ConcernFile.content, file_ref, row.content)
            if hashlib.sha256(content).hexdigest() != row.sha256:
                raise RuntimeError("a file is not what was kept")
            deed.note(did="opened a file", file=file_ref)
            return OpenedConcernFile(row.name, row.kind, content)
    except (Refused, NotFound):
        raise unknown("file", file_ref) from None


def correct_entry(desk: Desk, ref: str, entry: int, *, text: str, reason: str) -> None:
    """Correct a line of a concern's chronology by a further line; the old line stays, marked as corrected.

    A correction may itself be corrected; a line that was corrected already may not.

    Raises:
        Refused, NotFound: they may not work the concern, or it has no such line.
        Conflict: somebody corrected this line before.
        Invalid: the right words or the reason are missing; or Casebook itself wrote the line.
    """
    right = words("What is right", text, at_most=NARRATIVE)
    why = words("Reason for the correction", reason, at_most=1_000)
    with on_concern(desk, Action.TRIAGE_CONCERN, ref) as (deed, _):
        wrong = deed.session.get(ConcernEntry, entry)
        if wrong is None or wrong.concern_ref != ref:
            raise NotFound("There is no such line in this chronology.")
        if deed.session.scalar(_OTHER, {"entry": entry}) is not None:
            raise Conflict("This line was corrected already. Read the correction, and correct that one if it is wrong.")
        if wrong.text is None:
            raise Invalid("Line", "it tells what was done in Casebook, and holds no words to correct.")
        deed.add(
            ConcernEntry(
                concern_ref=ref,
                entered_at=deed.at,
                entered_by=str(desk.actor),
                what=WHAT,
                corrects=entry,
                text=f"{right}\n\nWhy it is corrected: {why}",
            )
        )
        deed.note(did="corrected a line of the chronology")


def add_to_concern(
    desk: Desk,
    ref: str,
    *,
    what: str,
    text: str,
    happened: Happened = UNSAID,
    parts: Parts = NOTHING,
    entries_seen: int | None = None,
) -> None:
    """Append to a concern's chronology: a note, a person told, an action taken; nothing there is ever edited.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile.
        Invalid: it is of no kind that the chronology knows, or empty, or a file is not kept here.
    """
    text = words("What happened", text, at_most=NARRATIVE)
    if what not in ENTRIES:
        raise Invalid("Kind", f"choose one of: {', '.join(ENTRIES)}.")
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen) as (deed, _):
        append_entry(deed, ref, what, text, happened)
        put_parts(desk, deed, ref, parts)
        deed.note(did="added to the chronology")


def _put_mark(deed: Deed, ref: str, mark: NewMark, by: str) -> None:
    if mark.region not in SEEN_FROM[mark.side] or not (0 <= mark.x <= WIDE and 0 <= mark.y <= HIGH):
        raise Invalid("Body map", "choose a part of the body that is seen from this side.")
    deed.add(
        ConcernMark(
            concern_ref=ref,
            side=mark.side,
            region=mark.region,
            x=mark.x,
            y=mark.y,
            kind=mark.kind,
            size=words_or_none("Size", mark.size, at_most=LINE),
            colour=words_or_none("Colour", mark.colour, at_most=LINE),
            words=words_or_none("What it looks like", mark.words, at_most=2_000),
            added_by=by,
            added_at=deed.at,
        )
    )


def _keep_file(desk: Desk, deed: Deed, ref: str, upload: Upload, which: str) -> str:
    try:
        file = checked_file(upload, megabytes=deed.question.settings.file_megabytes)
    except Invalid as refused:
        raise Invalid(FIELD, f"{which}{refused.why}") from refused
    key = desk.new_ref("F")
    deed.add(
        ConcernFile(
            ref=key,
            concern_ref=ref,
            name=file.name,
            kind=file.kind,
            size=len(file.content),
            sha256=hashlib.sha256(file.content).hexdigest(),
            content=seal_bytes(deed.session, ConcernFile.content, key, f"concern:{ref}", file.content),
            place_removed=file.place_removed or None,
            added_by=str(desk.actor),
            added_at=deed.at,
        )
    )
    return key
