"""Whether a good backup was made lately, where Casebook is set to make them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from okf.proof.queries.assurance import attention
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.proof.queries.assurance.waiting import Scope
from okf.proof.queries.backups import backup_standing


def backups_overdue(session: Session, scope: Scope) -> Finding:
    """Whether the last good backup is too long ago."""
    stands = backup_standing(session, scope.at, past=not scope.is_now)
    return found(attention.BACKUPS, [Behind(" ".join(stands.in_words()), at=stands.last)] if stands.overdue else [])
