"""Access receipts as they wait: for approval, or to be handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select

from okf.desk import Desk
from okf.store.models import AccessReceipt
from okf.terms import Action

PAGE = 50


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One letter, and where it stands."""

    ref: str
    case_ref: str
    service_user: str
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    body: Mapping[str, Any]


_NEWEST = (
    select(*(getattr(AccessReceipt, one.name) for one in fields(ReceiptRow)))
    .order_by(AccessReceipt.prepared_at.desc(), AccessReceipt.ref)
    .limit(PAGE)
)


def receipts(desk: Desk) -> list[ReceiptRow]:
    """The newest letters, for those who prepare them.

    Raises:
        Refused: their role does not include it.
    """
    desk.require(Action.PREPARE_RECEIPT)
    with desk.reading() as session:
        return [ReceiptRow(**row) for row in session.execute(_NEWEST).mappings()]
