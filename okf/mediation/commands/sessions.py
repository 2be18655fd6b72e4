"""Sessions of a mediation: planned once everybody agreed, held with who came, or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from okf.desk import Desk
from okf.errors import Conflict, Invalid
from okf.mediation.commands.mediations import mediating, mediating_row, participants_of
from okf.mediation.commands.readiness import require_ready
from okf.mediation.queries.mediation import JOINT
from okf.policy.mediation import SessionKind, SessionStatus
from okf.store.models import MediationSession
from okf.validation import words_or_none


def plan_session(
    desk: Desk,
    mediation: str,
    *,
    kind: SessionKind,
    starts_at: datetime,
    online: bool,
    place: str | None = None,
    with_whom: str | None = None,
) -> str:
    """Plan a session; its reference. A private one is kept in its participant's part of the case.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: not every participant was screened, found suitable and agreed, or the mediation is not in progress.
        Invalid: no place for a session that is not online, nobody for a private one.
    """
    alone = kind is SessionKind.PRIVATE
    if alone and not with_whom:
        raise Invalid("With whom", "a private session is with one participant.")
    part = f"sole:{with_whom}" if alone else JOINT
    with mediating(desk, mediation, part) as (deed, row):
        require_ready(deed, row)
        if alone and with_whom not in participants_of(deed, row):
            raise Invalid("With whom", "choose somebody who takes part in this mediation.")
        where = words_or_none("Place", place, at_most=500)
        if where is None and not online:
            raise Invalid("Place", "say where, or that it is online.")
        session = MediationSession(
            ref=desk.new_ref("S"),
            case_ref=row.case_ref,
            mediation_ref=mediation,
            kind=kind,
            compartment=part,
            starts_at=starts_at,
            online=online,
            place=where,
            status=SessionStatus.PLANNED,
            attended=[],
            planned_by=desk.actor,
            planned_at=deed.at,
        )
        deed.add(session)
        deed.note(session=session.ref, kind=kind, starts_at=starts_at)
    return session.ref


def hold_session(desk: Desk, session_ref: str, *, attended: Sequence[str]) -> None:
    """Put on record that a session was held, and who came.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: it is not planned any more, is still to come, or something is missing before anybody meets.
        Invalid: nobody came, or somebody who takes no part.
    """
    with mediating_row(desk, MediationSession, session_ref, "session") as (deed, row, session):
        _require_planned(session)
        require_ready(deed, row)
        if session.starts_at > deed.at + timedelta(minutes=10):
            raise Conflict("This session is still to come.")
        part = session.compartment
        invited = participants_of(deed, row) if part == JOINT else (part.partition(":")[2],)
        if not attended or set(attended) - set(invited):
            raise Invalid("Who came", "choose those who came, of the participants who were asked.")
        session.status, session.held_noted_at = SessionStatus.HELD, deed.at
        session.attended = [who for who in invited if who in attended]
        deed.note(session=session_ref, attended=len(session.attended))


def cancel_session(desk: Desk, session_ref: str) -> None:
    """Cancel a planned session.

    Raises:
        NotFound, Refused: as `on_mediation`; only its mediator may.
        Conflict: it is not planned any more.
    """
    with mediating_row(desk, MediationSession, session_ref, "session") as (deed, _, session):
        _require_planned(session)
        session.status = SessionStatus.CANCELLED
        deed.note(session=session_ref, cancelled=True)


def _require_planned(session: MediationSession) -> None:
    if session.status is not SessionStatus.PLANNED:
        raise Conflict(f"This session is {session.status.value} already.")
