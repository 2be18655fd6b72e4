"""What a column holds, and what is expected of its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_TEXT = 100_000  # our default


class Kind(StrEnum):
    """What a column holds."""

    KEY = "a reference"
    LINE = "a short text"
    TEXT = "a text"
    DATE = "a date"
    INSTANT = "a date and time"
    YES_NO = "yes or no"
    ONE_OF = "one of a list"
    SOME_OF = "some of a list"
    KEYS = "references"
    FIELDS = "named values"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, in words and for the machine.

    `refers` lists the tables one of whose keys it names; `into` is the model's
    attribute where that has another name; `is_linked` values live in a table
    of their own, and `is_derived` ones are read into something else. What
    `stays` is never emptied by a file: an old one revives no grant.
    """

    name: str
    kind: Kind
    words: str
    example: Any = None
    required: bool = False
    members: tuple[str, ...] = ()
    terms: type[StrEnum] | None = None
    refers: tuple[str, ...] = ()
    into: str = ""
    is_linked: bool = False
    is_derived: bool = False
    stays: bool = False
    limit: int = LONGEST_TEXT
    default: Any = None
    also: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The model's attribute."""
        return self.into or self.name

    def expected(self) -> str:
        """What is expected of a cell, in words."""
        if self.members:
            choices = ", ".join(self.members)
            return f"one of: {choices}" if self.kind is Kind.ONE_OF else f'any of: {choices}, with ";" between'
        return _EXPECTED[self.kind].format(limit=f"{self.limit:,}")


_EXPECTED: Mapping[Kind, str] = {
    Kind.KEY: "a reference of at most {limit} characters on one line, without ;",
    Kind.LINE: "a text of at most {limit} characters on one line",
    Kind.TEXT: "a text of at most {limit} characters",
    Kind.DATE: "a date such as 2026-11-23",
    Kind.INSTANT: "a London date and time such as 2026-11-23 10:00, or a date for its beginning",
    Kind.YES_NO: "yes or no",
    Kind.KEYS: 'references with ";" between',
    Kind.FIELDS: 'named values such as "type=lawyer; acts_for=party_a; verified=yes"',
}
