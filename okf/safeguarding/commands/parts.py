"""What is put to a concern besides its words: when it was, marks on a body, the child's voice, files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from okf.clock import LONDON, ImpossibleTime, from_london, london_date
from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.file_check import FIELD, Upload, checked_file
from okf.store.models import ConcernFile, ConcernMark, ConcernVoice
from okf.store.sealing import seal_bytes
from okf.terms.body import SEEN_FROM, BodyRegion, BodySide, MarkKind
from okf.terms.concerns import VoiceHow
from okf.validation import words, words_or_none

LINE: Final = 200
NARRATIVE: Final = 50_000
MARKS_MOST: Final = 100
FILES_MOST: Final = 20  # at once (our default)
WIDE, HIGH = 200, 440  # of the outline on which a mark's point lies


@dataclass(frozen=True, slots=True)
class Happened:
    """When something was seen, said or done: a London date, its time of day if known, and why it is told late."""

    on: date | None = None
    at: time | None = None
    late_because: str | None = None


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark on a body, as somebody put it there; the point lies on the outline, 200 wide and 440 high."""

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
    """What the child said or was seen to do; or why nobody has heard it yet."""

    how: VoiceHow
    words: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What is put to a concern at once, besides words."""

    marks: Sequence[NewMark] = ()
    voice: NewVoice | None = None
    files: Sequence[Upload] = ()


UNSAID: Final = Happened()
NOTHING: Final = Parts()


def when_it_happened(happened: Happened, recorded_at: datetime) -> tuple[date | None, datetime | None, str | None]:
    """The London date, the instant where the time is known, and the reason for telling it late.

    Raises:
        Invalid: it has not happened yet.
    """
    because = words_or_none("Why it is written down late", happened.late_because, at_most=2_000)
    if happened.on is None:
        return None, None, because
    if happened.on > london_date(recorded_at):
        raise Invalid("When was it", "choose today or a day before.")
    at = _instant(datetime.combine(happened.on, happened.at)) if happened.at is not None else None
    return happened.on, min(at, recorded_at) if at else None, because


def put_parts(desk: Desk, deed: Deed, ref: str, parts: Parts) -> None:
    """Put marks, the child's voice and files to a concern within a deed, all or none.

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
            content=seal_bytes(deed.session, f"concern:{ref}", file.content),
            added_by=str(desk.actor),
            added_at=deed.at,
        )
    )
    return key


def _instant(wall: datetime) -> datetime:
    try:
        return from_london(wall)
    except ImpossibleTime:  # in the hour that the clocks skip
        return wall.replace(tzinfo=LONDON).astimezone(UTC)
