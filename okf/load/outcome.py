"""What an import did, or would do, in values that can be shown, kept and told."""

from __future__ import annotations

from dataclasses import dataclass

from okf.load.changes import CellChange
from okf.load.faults import Fault, told
from okf.load.plan import Count
from okf.signs import written_out
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did, or would do: the faults if there are any, else the counts.

    Names and values are in a preview alone, as far as whoever imports may read
    them: cells that change, and people who may be on file. `unknown` names
    the sheets and columns that no table has, `is_unclear` says that the order
    of day and month is asked. Of a preview, `action` is what the policy was
    asked, and `stood` tells what is on file in the cells that change.
    """

    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]
    counts: tuple[Count, ...]
    is_written: bool
    changes: tuple[CellChange, ...] = ()
    unknown: tuple[str, ...] = ()
    is_unclear: bool = False
    action: Action = Action.IMPORT_CASELOAD
    stood: frozenset[str] = frozenset()
    noun: str = "caseload"

    @property
    def rows(self) -> int:
        """How many rows the tables have."""
        return sum(count.new + count.changed + count.unchanged for count in self.counts)

    @property
    def changes_nothing(self) -> bool:
        """Whether all of it is on file already."""
        return not any(count.new or count.changed for count in self.counts)

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to import, and nothing wrong with it."""
        return not self.faults and not self.changes_nothing

    def in_words(self) -> list[str]:
        """The outcome in lines for a terminal, which nothing in the file can steer."""
        return list(map(written_out, self._lines()))

    def _lines(self) -> list[str]:
        if self.faults:
            many = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
            asks = [f"Leave these out? {', '.join(self.unknown)}. If so: --leave-out"] if self.unknown else []
            return [f"Nothing was imported: {many}.", *told(self.faults), *asks]
        if not self.counts:
            return [*self.remarks, "There is nothing to import."]
        lines = [
            f"{count.table}: {count.new} new, {count.changed} changed, {count.unchanged} as on file"
            for count in self.counts
        ]
        if self.changes_nothing:
            done = "Everything is on file already; nothing changed."
        else:
            done = (
                f"The {self.noun} is imported."
                if self.is_written
                else "This is what would change; nothing was written."
            )
        return [*self.remarks, *(change.in_words() for change in self.changes), *lines, done]


@dataclass(frozen=True, slots=True)
class Waited:
    """A file that waited for the night: its reference, and what its preview was asked as and saw on file."""

    ref: str
    action: Action
    stood: frozenset[str]
