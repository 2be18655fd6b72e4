"""Partner organisations' agreements turned into the spans that the policy decides on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from okf.clock import start_of
from okf.policy.facts import OrganisationFacts
from okf.store import selects
from okf.store.rows import from_row

Spans = Mapping[str, tuple[tuple[datetime, datetime | None], ...]]


def spans(session: Session, names: Collection[str]) -> Spans:
    """The further agreements of these organisations, as the instants between which each holds."""
    found: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for row in session.execute(selects.PARTNER_AGREEMENTS, {"keys": sorted(names)}):
        ends = [end for end in (start_of(row.until) if row.until else None, row.ended_at) if end is not None]
        found[row.organisation].append((max(start_of(row.from_on), row.recorded_at), min(ends, default=None)))
    return {name: tuple(of_one) for name, of_one in found.items()}


def organisation(row: Any, further: Spans) -> OrganisationFacts | None:
    """The facts of a person's organisation, from a row that has its columns; None for who has none."""
    if not row.name:
        return None
    return from_row(OrganisationFacts, row, ended_at=row.agreement_ended_at, further=further.get(row.name, ()))
