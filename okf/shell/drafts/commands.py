"""Drafts: kept for their writer alone while they type, and deleted when the form is done.

A draft is no deed: nobody else ever reads it, nothing rests on it, and what
is handed in goes through the command of its form. So it is changed through
`Desk.keeping_own`, which opens nothing but one's own rows, and leaves no
event on the audit record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import Invalid
from okf.shell.drafts.queries import KEPT_DAYS, case_of_draft, closed_since, may_keep
from okf.store.models import Case, Draft
from okf.terms import Action, CaseStatus

LONGEST: Final = 200_000  # characters of one draft, its fields together

_IS_OLD = or_(
    Draft.kept_at <= bindparam("before", type_=Draft.kept_at.type),
    Draft.case_ref.in_(
        select(Case.ref).where(
            Case.status == CaseStatus.CLOSED, Case.closed_at <= bindparam("closed", type_=Case.closed_at.type)
        )
    ),
)
_OLD, _FORGET = select(Draft.person).where(_IS_OLD).limit(1), delete(Draft).where(_IS_OLD)


def keep_draft(
    desk: Desk,
    form: str,
    subject: str | None = None,
    *,
    values: Mapping[str, Any],
    others: Mapping[str, Any] | None = None,
    case_ref: str | None = None,
    action: Action = Action.OPEN_CASE,
) -> datetime | None:
    """Keep these fields of a form beside those kept before; when, or None where they may not act on the case.

    `others` are the rest of the form as its writer sees it, for a draft that
    is not there yet, such as one handed in from another window.

    Raises:
        Invalid: the form is longer than can be kept.
    """
    with desk.keeping_own() as session:
        case_ref = case_of_draft(session, subject, case_ref)
        if not may_keep(desk, session, case_ref, action):
            return None
        at = desk.now()
        row = _own(desk, session, form, subject)
        if row is None or row.case_ref != case_ref or row.kept_at <= at - timedelta(days=KEPT_DAYS):
            kept = {**(others or {}), **values}
        else:
            kept = {**json.loads(row.words), **values}
        words = json.dumps(kept, ensure_ascii=False)
        if len(words) > LONGEST:
            raise Invalid("Draft", f"it is longer than {LONGEST:,} characters: hand in a part of it first.")
        if row is None:
            row = Draft(person=str(desk.actor), form=form, subject=subject or "")
            session.add(row)
        row.case_ref, row.kept_at, row.words = case_ref, at, words
    return at


def forget_draft(desk: Desk, form: str, subject: str | None = None, *, kept_until: datetime | None = None) -> None:
    """Delete a draft of one's own, if there is one; with `kept_until`, if nothing was kept in it after that."""
    with desk.keeping_own() as session:
        row = _own(desk, session, form, subject)
        if row is not None and (kept_until is None or row.kept_at <= kept_until):
            session.delete(row)


def forget_old_drafts(desk: Desk) -> None:
    """Delete drafts that nobody changed for thirty days, and those whose case closed more than a day ago."""
    with desk.reading() as session:
        if session.scalar(_OLD, _old_at(session, desk.now())) is None:
            return
    with desk.permitted(Action.FORGET_OLD_DRAFTS) as deed:
        gone = deed.session.execute(_FORGET, _old_at(deed.session, deed.at))
        deed.note(drafts_gone=int(gone.rowcount))  # type: ignore[attr-defined]


def _old_at(session: Session, at: datetime) -> dict[str, datetime]:
    return {"before": at - timedelta(days=KEPT_DAYS), "closed": closed_since(session, at)}


def _own(desk: Desk, session: Session, form: str, subject: str | None) -> Draft | None:
    return session.get(Draft, (desk.actor, form, subject or ""))
