"""What is wrong with a caseload, in words by which somebody can put it right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from okf.errors import CasebookError

SHOWN = 500  # our default: a longer list helps nobody


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where it stands, what it is, and what is expected instead.

    `row` counts as the file's reader sees it: a spreadsheet's row, a YAML
    file's line. No name and no text of a case is ever quoted.
    """

    where: str
    row: int | None
    column: str | None
    wrong: str
    expected: str
    unit: str = "row"

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        row = f"{self.unit} {self.row}" if self.row is not None else ""
        return ", ".join(part for part in (self.where, row, f"column {self.column}" if self.column else "") if part)

    def in_words(self) -> str:
        """The whole of it in one line."""
        return f"{self.place}: {self.wrong}. Expected: {self.expected}."


class Unreadable(CasebookError):
    """A file can't be read at all, or a caseload is not fit to be taken in; nothing was written."""

    def __init__(self, sentence: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(sentence)
        self.faults = tuple(faults)


class Wrong(Exception):
    """A cell can't be taken. Who reads the cell turns it into a `Fault`, so it never leaves this package."""

    def __init__(self, wrong: str, expected: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.expected = expected


def told(faults: Iterable[Fault]) -> list[str]:
    """Faults as lines: the first 500, and how many more there are."""
    listed = list(faults)
    lines = [fault.in_words() for fault in listed[:SHOWN]]
    if len(listed) > SHOWN:
        lines.append(f"... and {len(listed) - SHOWN} more faults.")
    return lines
