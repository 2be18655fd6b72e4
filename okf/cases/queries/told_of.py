"""What was told of somebody and never checked with them, with whose word it is, for who may know the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from okf.intake.contact_details import ContactTold
from okf.policy.contact import BEHIND_SHOW, Statement, claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached(ContactTold):
    """How somebody is reached, and what they need to be spoken to and to come."""

    language: str | None = None
    access_needs: str | None = None


@dataclass(frozen=True, slots=True)
class ToldOf:
    """Values by column that stand as somebody told them. `told_by` is a name, or None where the source is unknown.

    `source` is the reference of who told it. `own_name` says that it was
    told in the person's own name, by somebody of whom nobody was sure.
    """

    told_by: str | None
    own_name: bool
    told_at: datetime | None
    values: Mapping[str, Any]
    source: str | None = None
    why: str | None = None

    @property
    def behind(self) -> tuple[str, ...]:
        """What of it a deed alone shows."""
        return tuple(name for name in BEHIND_SHOW if self.values.get(name))


def told_of(statements: Sequence[Statement], names: Mapping[str, str]) -> tuple[ToldOf, ...]:
    """What still stands unchecked of a person's statements that are in the reader's sight, the newest first."""
    return tuple(
        ToldOf(
            told_by=names.get(one.statement.told_by, one.statement.told_by) if one.statement.told_by else None,
            own_name=one.statement.told_by == one.statement.service_user,
            told_at=one.statement.told_at or one.statement.noted_at,
            values=veiled(one.values),
            source=one.statement.told_by,
            why=one.statement.why,
        )
        for one in claims(statements)
    )


def contact_of(values: Mapping[str, Any]) -> Reached:
    """How somebody is reached, of the values that may be used; what is shown by a deed alone is left out."""
    told = {one.name for one in fields(Reached)} - set(BEHIND_SHOW)
    return Reached(**{name: value for name, value in values.items() if name in told})


def veiled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column, of those that a deed alone shows no more than that they are on file."""
    return {name: "on file" if value and name in BEHIND_SHOW else value for name, value in values.items()}
