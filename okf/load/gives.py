"""Who will see what by a caseload: each access that it gives, with the parts and kinds of record that it opens (C5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from okf.clock import is_past
from okf.load.plan import Plan
from okf.load.rows import Entry
from okf.policy.scopes import covers
from okf.signs import written_out
from okf.terms import Capacity, RecordClass

ALL_KINDS = "every kind of record"


@dataclass(frozen=True, slots=True)
class Given:
    """One access that an import gives or changes, in the words of its file; `until` is no longer included."""

    person: str
    case: str
    capacity: Capacity
    sees: str
    from_: datetime
    until: datetime | None

    def in_words(self) -> str:
        """The whole of it in one line."""
        return f"{self.person} will see of {self.case} as {self.capacity.value.replace('_', ' ')}: {self.sees}"


def given(plan: Plan) -> tuple[Given, ...]:
    """The accesses that a caseload gives or changes and that are not over, in the order of its rows."""
    at = plan.known.at
    entries = (entry for entry, _ in plan.touched("grants"))
    return tuple(_given(entry) for entry in entries if not any(is_past(end, at) for end in _ends(entry)))


def _ends(entry: Entry) -> Iterator[datetime | None]:
    return (entry.now(name) for name in ("until", "ended_at", "revoked_at"))


def _given(entry: Entry) -> Given:
    capacity, named = Capacity(entry.now("capacity")), entry.now("record_classes") or []
    by_kinds: dict[tuple[RecordClass, ...], list[str]] = defaultdict(list)
    for part in entry.now("compartments") or ():
        kinds = (one for one in RecordClass if not named or one in named)
        by_kinds[tuple(one for one in kinds if covers(capacity, named, part, one))].append(part)
    sees = "; ".join(f"{', '.join(parts)} ({_kinds(kinds)})" for kinds, parts in by_kinds.items() if kinds)
    return Given(
        written_out(str(entry.now("person"))),
        written_out(str(entry.now("case"))),
        capacity,
        written_out(sees) or "nothing",
        entry.now("from"),
        entry.now("until"),
    )


def _kinds(kinds: tuple[RecordClass, ...]) -> str:
    if len(kinds) == len(RecordClass):
        return ALL_KINDS
    return ", ".join(one.value.replace("_", " ") for one in kinds)
