"""What every command on a concern does: find it as its reader saw it, append to its chronology, keep off its case."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from okf.clock import london
from okf.desk import Deed
from okf.errors import Conflict
from okf.safeguarding.commands.parts import UNSAID, Happened, when_it_happened
from okf.store.models import Concern, ConcernCategoryAlso, ConcernEntry, Person
from okf.terms.concerns import ConcernCategory

_ENTRIES = select(func.count()).select_from(ConcernEntry)
_LAST_ENTRY = (
    select(Person.name, ConcernEntry.entered_at)
    .join(Person, Person.username == ConcernEntry.entered_by)
    .order_by(ConcernEntry.id.desc())
    .limit(1)
)
_ALSO = select(ConcernCategoryAlso).where(ConcernCategoryAlso.ended_at.is_(None))


def concern_to_change(deed: Deed, ref: str, entries_seen: int | None, *, ended_too: bool = False) -> Concern:
    """The concern that a deed is on, if nobody wrote to it since its reader saw so many entries.

    Raises:
        Conflict: somebody wrote to it meanwhile, or it has ended.
    """
    concern = deed.session.get_one(Concern, ref)
    if concern.ended_at is not None and not ended_too:
        raise Conflict(f"Concern {ref} has ended: raise a new one if there is a new worry.")
    if entries_seen is not None and entries_on(deed, ref) != entries_seen:
        by, at = deed.session.execute(_LAST_ENTRY.where(ConcernEntry.concern_ref == ref)).one()
        raise Conflict(
            f"{by} wrote to this concern at {london(at):%H:%M} while you were working on it."
            " Read what is new below; what you typed is still here."
        )
    return concern


def entries_on(deed: Deed, ref: str) -> int:
    """How long a concern's chronology is."""
    return deed.session.scalar(_ENTRIES.where(ConcernEntry.concern_ref == ref)) or 0


def append_entry(
    deed: Deed, ref: str, by: str, what: str, text: str | None = None, happened: Happened = UNSAID
) -> None:
    """Append a line to a concern's chronology, in its place; `happened` is when that was of which it tells."""
    on, at, because = when_it_happened(happened, deed.at)
    line = {"entered_at": deed.at, "happened_on": on, "happened_at": at, "late_because": because}
    deed.add(ConcernEntry(concern_ref=ref, entered_by=by, what=what, text=text, **line))
    deed.session.flush()


def keep_off_the_case(deed: Deed, ref: str) -> None:
    """Record the concern and not its case: a case's trail is read by people who must not learn who raised what."""
    deed.about(ref)
    deed.case_ref = None


def categories_set(
    deed: Deed, ref: str, wanted: Collection[ConcernCategory], *, but: ConcernCategory | None
) -> list[str]:
    """Make these the further categories of a concern, beside its first; what changed, in a few words each."""
    held = {row.category: row for row in deed.session.scalars(_ALSO.where(ConcernCategoryAlso.concern_ref == ref))}
    by = deed.question.person.username
    changes = []
    for one in [one for one in ConcernCategory if one in set(wanted) - {but} - held.keys()]:
        deed.add(ConcernCategoryAlso(concern_ref=ref, category=one, noted_by=by, noted_at=deed.at))
        changes.append(f"also {one.value.replace('_', ' ')}")
    for gone in [one for one in held if one not in wanted or one is but]:
        held[gone].ended_by, held[gone].ended_at = by, deed.at
        if gone is not but:
            changes.append(f"no longer {gone.value.replace('_', ' ')}")
    return changes
