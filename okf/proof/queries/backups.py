"""How backups stand: the last good one and its age, and what stopped the last try; read from the audit record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.backups import OVERDUE
from okf.policy.words import moment
from okf.settings import settings
from okf.store.models import AuditEvent
from okf.terms import Action

_EVER: Final = datetime.fromisoformat("9999-01-01T00:00:00+00:00")
_LAST: Final = (
    select(AuditEvent.at, AuditEvent.subject, AuditEvent.facts)
    .where(AuditEvent.action == Action.BACK_UP, AuditEvent.at <= bindparam("until", type_=AuditEvent.at.type))
    .order_by(AuditEvent.seq.desc())
    .limit(1)
)
_GOOD: Final = _LAST.where(AuditEvent.subject.is_not(None))


@dataclass(frozen=True, slots=True)
class BackupStanding:
    """How backups stand at an instant; `trouble` is what stopped the last try, if no good one came after it."""

    at: datetime
    is_set: bool
    is_demo: bool
    last: datetime | None
    trouble: str | None

    @property
    def overdue(self) -> bool:
        """Whether one should have been made by itself, and was not."""
        return self.is_set and (self.last is None or self.at - self.last > OVERDUE)

    @property
    def alarming(self) -> bool:
        """Whether somebody has to see to it: one is overdue, or none is ever made by itself, outside of the demo."""
        return self.overdue or not (self.is_set or self.is_demo)

    def in_words(self) -> list[str]:
        """What somebody who runs OKF should know of them, and do."""
        told = ["No good backup was made yet."]
        if self.last:
            told = [f"The last good backup was made on {moment(self.last)}, {self._age(self.last)}."]
        if self.trouble:
            told.append(f"The last try failed: {self.trouble}")
        if not self.is_set:
            told.append("No folder is set for backups (OKF_BACKUP_DIR), so none is made by itself.")
            if self.alarming:
                told.append("Whoever runs Casebook's host names one today, on another disk.")
        if self.overdue:
            told.append(
                "It is overdue. Whoever runs Casebook's host looks to it today:"
                " “python -m okf backup” makes one there, or says what is wrong."
            )
        return told

    def _age(self, last: datetime) -> str:
        hours = max(int((self.at - last).total_seconds() // 3600), 0)
        count, unit = (hours // 24, "day") if hours >= 48 else (hours, "hour")
        return f"{count:,} {unit}{'' if count == 1 else 's'} ago" if count else "less than an hour ago"


def backup_standing(session: Session, at: datetime, *, past: bool = False) -> BackupStanding:
    """How backups stand at an instant, by the folder that is set now; the caller has asked the policy.

    Of a `past` instant what came after it is left out.
    """
    until = {"until": at if past else _EVER}
    last = session.execute(_LAST, until).one_or_none()
    failed = last is not None and last.subject is None
    good = session.execute(_GOOD, until).one_or_none() if failed else last
    return BackupStanding(
        at=at,
        is_set=settings().backup_dir is not None,
        is_demo=settings().demo,
        last=good.at if good else None,
        trouble=str(last.facts.get("why", "")) if last and failed else None,
    )
