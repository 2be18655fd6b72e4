"""Cases at which allocation and mediation stop until somebody who may decide has looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base, Confidential, Narrative, Sealed
from okf.terms.look_first import LookStep


class LookFirstStep(Sealed, Confidential, Base):
    """One step of looking first on a case: it says not why; a decision has its reason. None is ever changed."""

    __tablename__ = "look_first_step"
    __table_args__ = (Index("ix_look_first_step_case_ref", "case_ref", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_ref: Mapped[str] = mapped_column(ForeignKey("case.ref"))
    kind: Mapped[LookStep]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Narrative)

    def sealed_under(self) -> str:
        """A key of its own: it is not for whoever may open the case."""
        return f"look_first:{self.case_ref}"
