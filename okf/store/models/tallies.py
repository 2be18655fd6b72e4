"""The caseload's figures, kept beside the cases in the transaction that changes them."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from okf.store.models.base import Base
from okf.terms.caseload import Tally


class CaseTally(Base):
    """How many cases there are of one sort, and what they weigh by complexity. Written by the database alone.

    `kind` and `area` are `*` for all of them, `-` for cases without one; an
    area stands after a `=`. `month` is `2026-11`, or empty where the sort has
    none. Every case is counted for its kind and area, for either alone and
    for neither, so that a figure under any filter is few rows.
    """

    __tablename__ = "case_tally"

    what: Mapped[Tally] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    area: Mapped[str] = mapped_column(String(90), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    detail: Mapped[str] = mapped_column(String(80), primary_key=True)
    cases: Mapped[int]
    weight: Mapped[int]
