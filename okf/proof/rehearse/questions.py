"""A rehearsal's question of access, put to the desk as a page would put it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.desk import Desk
from okf.errors import Invalid, NotFound
from okf.policy.access import decide
from okf.policy.asked import action_asked, words_for
from okf.policy.decision import Decision
from okf.store.models import Case, Concern, Record
from okf.terms import Action, RecordClass

KEYS = {
    "kind",
    "actor",
    "action",
    "record",
    "concern",
    "case",
    "compartment",
    "record_class",
    "of",
    "grantee",
    "purpose",
    "decided_by",
}
OF = ("caseload", "concerns")


def ask_access(desk: Desk, session: Session, ask: Mapping[str, Any], at: datetime) -> tuple[Decision, list[str] | None]:
    """The decision on one question of access, and for a list what it shows, in order of id.

    Raises:
        Invalid: a key is missing, not known, or names nothing in the world.
    """
    for key in ask:
        if key not in KEYS:
            raise Invalid(str(key), f"is not known in a question of access: use {', '.join(sorted(KEYS))}.")
    of = next((key for key in ("record", "concern", "case") if ask.get(key) is not None), None)
    if ask.get("of") is not None:
        if of or ask["of"] not in OF:
            raise Invalid("of", f"must be one of {', '.join(OF)}, without record, concern or case.")
        of = str(ask["of"])
    action = action_asked(str(ask.get("action")), of or "case")
    if action is None:
        raise Invalid("action", f"{ask.get('action')!r} means nothing here: use {', '.join(words_for(of or 'case'))}.")

    def answer(what: Action, **subject: Any) -> Decision:
        try:
            return decide(desk.question(session, what, at=at, actor=str(ask.get("actor")), **subject))
        except NotFound as error:
            raise Invalid("ask", f"names somebody or something that is not in the world ({error})") from error

    if of in OF:
        return _listed(session, action, str(ask.get("actor")), at, answer)
    subject = {key: str(ask[key]) for key in ("record", "concern", "grantee", "compartment", "purpose") if ask.get(key)}
    if ask.get("decided_by"):
        subject["about"] = str(ask["decided_by"])
    if ask.get("case") is not None:
        subject["case_ref"] = str(ask["case"])
    decision = answer(action, **subject, record_class=_record_class(ask.get("record_class")))
    if action is not Action.LIST_CASE:
        return decision, None
    ids = session.scalars(
        select(Record.id).where(Record.case_ref == ask["case"], Record.occurred_at <= at).order_by(Record.id)
    )
    return decision, _visible(decision, ids, lambda one: answer(Action.READ_RECORD, record=one))


def _listed(session: Session, action: Action, actor: str, at: datetime, answer: Any) -> tuple[Decision, list[str]]:
    decision = answer(action)
    if action is Action.LIST_CASELOAD:
        cases = session.scalars(select(Case.ref).where(Case.opened_on <= london_date(at)).order_by(Case.ref))
        return decision, list(cases) if decision.allowed else []
    refs = session.scalars(select(Concern.ref).where(Concern.raised_at <= at).order_by(Concern.ref)).all()
    if action is not Action.LIST_CONCERNS:
        return decision, []
    if not decision.allowed:
        # Whoever reported something may list what they themselves reported, and nothing else.
        own = session.scalars(
            select(Concern.ref).where(Concern.raised_at <= at, Concern.raised_by == actor).order_by(Concern.ref)
        ).all()
        if not own:
            return decision, []
        decision, refs = answer(Action.LIST_OWN_CONCERNS), own
    return decision, _visible(decision, refs, lambda one: answer(Action.READ_CONCERN, concern=one))


def _visible(decision: Decision, ids: Iterable[str], of_one: Any) -> list[str]:
    return [one for one in ids if of_one(one).allowed] if decision.allowed else []


def _record_class(value: Any) -> RecordClass | None:
    if value is None:
        return None
    try:
        return RecordClass(str(value))
    except ValueError:
        raise Invalid("record_class", f"{value!r} is not one of {', '.join(RecordClass)}.") from None
