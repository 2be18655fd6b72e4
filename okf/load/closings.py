"""What a case's closing and reopening mean for the case and for the grants on it (C6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from okf.load.known import Known
from okf.load.rows import Complaint, Entry
from okf.terms import CaseStatus


@dataclass(frozen=True, slots=True)
class Closing:
    """One closing as it will be on file; `id` is None for a new one, `is_changed` says whether it is to be written."""

    id: int | None
    closed_at: datetime
    reopened_at: datetime | None
    is_changed: bool = True


def _on_file(closure: tuple[int, datetime, datetime | None]) -> Closing:
    key, closed_at, reopened_at = closure
    return Closing(key, closed_at, reopened_at, is_changed=False)


def check_case(known: Known, entry: Entry) -> Iterator[Complaint]:
    """A case's parties and children are other people; its closing and its status agree."""
    both = set(entry.now("parties") or ()) & set(entry.now("children") or ())
    if both:
        yield "children", "one of them is a party too", "each person once in a case"
    for name in ("parties", "children"):
        if entry.values.get(name) is None and name in entry.values:
            entry.values[name] = []
    status = entry.now("status")
    if status is None or entry.invalid & {"status", "closed_at", "reopened_at"}:
        return
    faults: list[Complaint] = []
    closing = _closing(known, entry, status, faults)
    yield from faults
    if faults:
        return
    entry.extra["_closing"] = closing if closing is not None and closing.is_changed else None
    entry.extra["closed_at"] = closing.closed_at if closing is not None and status is CaseStatus.CLOSED else None


def _closing(known: Known, entry: Entry, status: CaseStatus, faults: list[Complaint]) -> Closing | None:
    closed_at, reopened_at = entry.values.get("closed_at"), entry.values.get("reopened_at")
    earlier = entry.stored["_closures"] if entry.stored else []
    last = _on_file(earlier[-1]) if earlier else None
    is_closed = status is CaseStatus.CLOSED
    if reopened_at is not None and is_closed:
        faults.append(("reopened_at", "the status is closed", "empty, or another status"))
    if closed_at is None and last is None:
        if reopened_at is not None:
            faults.append(("closed_at", "reopened_at is given without it", "when the case was closed"))
        elif is_closed:
            faults.append(("closed_at", "the status is closed, and nothing says since when", "when it was closed"))
        return None
    if closed_at is None:
        closed_at = last.closed_at if last else None
    if closed_at is None:
        return None
    if not is_closed and closed_at > known.at:
        faults.append(
            ("closed_at", f"the status is {status}, and this is still to come", "empty, or the status closed")
        )
    if last is None or (last.reopened_at is not None and closed_at > last.reopened_at):
        return _new(closed_at, reopened_at, is_closed, known, faults)
    return _again(last, closed_at, reopened_at, is_closed, known, faults)


def _new(
    closed_at: datetime, reopened_at: datetime | None, is_closed: bool, known: Known, faults: list[Complaint]
) -> Closing:
    """A closing that is not on file. An open case without a reopened_at in the file reopens at the import."""
    if not is_closed and reopened_at is None:
        reopened_at = max(known.at, closed_at)
    if reopened_at is not None and reopened_at < closed_at:
        faults.append(("reopened_at", "it lies before closed_at", "later than closed_at"))
    return Closing(None, closed_at, reopened_at)


def _again(
    last: Closing,
    closed_at: datetime,
    reopened_at: datetime | None,
    is_closed: bool,
    known: Known,
    faults: list[Complaint],
) -> Closing:
    """The closing on file, perhaps corrected or reopened."""
    if is_closed and last.reopened_at is not None:
        wrong = "the case was opened again after this closing, and a new one has no date of its own"
        faults.append(("closed_at", wrong, "when it was closed again"))
        return last
    if last.reopened_at is not None and closed_at != last.closed_at:
        faults.append(("closed_at", "another closing is on file, and it was reopened later", "the closing on file"))
        return last
    if not is_closed:
        reopened_at = reopened_at or last.reopened_at or max(known.at, closed_at)
        if reopened_at < closed_at:
            faults.append(("reopened_at", "it lies before closed_at", "later than closed_at"))
    is_changed = (closed_at, reopened_at) != (last.closed_at, last.reopened_at)
    return Closing(last.id, closed_at, reopened_at, is_changed)


def closings_of(known: Known, case: str) -> list[Closing]:
    """Every closing of a case as it will be, oldest first."""
    stored = known.stored("cases", case)
    closings = [_on_file(one) for one in stored["_closures"]] if stored else []
    entry = known.rows["cases"].get(case)
    changed: Closing | None = entry.extra.get("_closing") if entry else None
    if changed is not None:
        closings = [one for one in closings if one.id != changed.id] + [changed]
    return closings


def end_of_closing(known: Known, closed_at: datetime) -> datetime:
    """When a closing ends access: after the days of winding down."""
    return closed_at + timedelta(days=known.settings.wind_down_days)


def end_of_grant(known: Known, entry: Entry, case: str) -> datetime | None:
    """When a grant stopped for good: ended, revoked, or by a closing of its case; None if it did not."""
    begun = min(filter(None, (entry.now("from"), entry.now("granted_at"))))
    ends = [entry.now("ended_at"), entry.now("revoked_at")]
    for closing in closings_of(known, case):
        if begun < closing.closed_at:
            ends.append(end_of_closing(known, closing.closed_at))
        elif closing.reopened_at is None:  # it was to start after: reopening revives none
            ends.append(max(entry.now("from"), end_of_closing(known, closing.closed_at)))
    return min(filter(None, ends), default=None)
