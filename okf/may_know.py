"""What a person may know to exist: the words for what they may not are those for what is not there."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import NotFound, no_such
from okf.policy.access import decide
from okf.store.models import Base
from okf.terms import Action

Row = TypeVar("Row", bound=Base)


def unknown(noun: str, key: str) -> NotFound:
    """The one sentence for what does not exist and for what this person may not know of (C2, C4)."""
    return no_such(noun, key)


def on_file(desk: Desk, kind: type[Row], key: str | int, noun: str) -> Row:
    """The row of this key as it is before a deed on it.

    Raises:
        NotFound: there is none.
    """
    with desk.reading() as session:
        row = session.get(kind, key)
    if row is None:
        raise unknown(noun, str(key))
    return row


def may_know_case(desk: Desk, session: Session, case_ref: str) -> bool:
    """Whether this person may know that a case of this reference exists: it is in one of their lists."""
    try:
        listed = decide(desk.question(session, Action.LIST_CASE, case_ref))
    except NotFound:
        return False
    return listed.allowed or decide(desk.question(session, Action.LIST_CASELOAD)).allowed
