"""What an event on the record ended, and what holds in the database all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.policy.words import moment
from okf.proof.queries.assurance.findings import Behind
from okf.store import visible
from okf.store.models import AccessGrant, CustodyAccess, EmergencyAccess, ExpressAgreement
from okf.terms import Action

ENDING: Final = (Action.END_GRANT, Action.CLOSE_CASE, Action.GRANT, Action.RECORD_LEAVER)

_ENDED = select(AccessGrant.id, AccessGrant.person, AccessGrant.case_ref, AccessGrant.ended_at).where(
    AccessGrant.id.in_(bindparam("keys", expanding=True)), visible.not_ended()
)
_WITHDRAWN = select(ExpressAgreement.id, ExpressAgreement.withdrawn_at).where(
    ExpressAgreement.id.in_(bindparam("keys", expanding=True))
)
EMERGENCY, CUSTODY = Action.END_EMERGENCY_ACCESS, Action.END_CUSTODY
_LENGTHENED: Final = {
    action: select(model.id, model.person, model.case_ref).where(
        model.id.in_(bindparam("keys", expanding=True)), model.ended_at.is_(None)
    )
    for action, model in ((EMERGENCY, EmergencyAccess), (CUSTODY, CustodyAccess))
}


def still_open(session: Session, events: Sequence[Any], told: dict[str, Behind]) -> None:
    """Grants without an end that an event ended."""
    ended: dict[str, Any] = {}
    for event in events:
        if event.action is Action.END_GRANT and event.subject:
            ended[event.subject] = event
        for one in [*(event.facts.get("grants_ended") or ()), *filter(None, [event.facts.get("ended")])]:
            if event.action in ENDING:
                ended[str(one)] = event
    if not ended:
        return
    for row in session.execute(_ENDED, {"keys": sorted(ended)}):
        event = ended[row.id]
        what = (
            f"Access grant {row.id} of {row.person} to {row.case_ref} is open, though event {event.seq:,} of"
            f" {moment(event.at)} ended it."
        )
        told[row.id] = Behind(what, row.person, row.case_ref, row.id, event.at)


def revived_since(session: Session, events: Sequence[Any], told: dict[str, Behind]) -> None:
    """Express agreements that an event withdrew, and that hold again or until later."""
    withdrawn = {str(event.subject): event for event in events if event.action is Action.WITHDRAW_AGREEMENT}
    if not withdrawn:
        return
    for row in session.execute(_WITHDRAWN, {"keys": sorted(withdrawn)}):
        event = withdrawn[row.id]
        if row.withdrawn_at is None or row.withdrawn_at > event.at:
            what = (
                f"Express agreement {row.id} holds longer than it may: event {event.seq:,} of {moment(event.at)}"
                " withdrew it."
            )
            told[row.id] = Behind(what, ref=row.id, at=event.at)


def not_ended(session: Session, events: Sequence[Any], action: Action, told: dict[str, Behind]) -> None:
    """Emergency or custody accesses that were ended early, and are not."""
    ended = {str(event.subject): event for event in events if event.action is action}
    for row in session.execute(_LENGTHENED[action], {"keys": sorted(ended)}) if ended else ():
        event = ended[row.id]
        what = f"{row.id} of {row.person} to {row.case_ref} is open, though event {event.seq:,} ended it."
        told[row.id] = Behind(what, row.person, row.case_ref, row.id, event.at)
