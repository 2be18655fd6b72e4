"""What a person may do, holds and did: their own view of themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select

from okf.desk import Desk
from okf.errors import Refused
from okf.shell.live_session import IDLE
from okf.store.models import AccessGrant, AuditEvent, Credential, Person, PersonRole, RecoveryCode, SignInSession
from okf.store.rows import from_row
from okf.store.visible import role_held
from okf.terms import Action, Capacity, Outcome, Role

TRAIL_PAGE: Final = 50
_LAST_EVENT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """How one's own account stands."""

    username: str
    name: str
    email: str | None
    capacity: Capacity
    roles: tuple[Role, ...]
    password_changed_at: datetime | None
    second_factor: bool
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One sign-in of one's own that still lets in."""

    id: str
    started_at: datetime
    last_seen_at: datetime
    source: str | None
    browser: str | None
    is_this: bool


@dataclass(frozen=True, slots=True)
class OwnGrant:
    """One access grant of one's own, of now or before."""

    id: str
    case_ref: str
    capacity: Capacity
    compartments: tuple[str, ...]
    from_: datetime | None
    until: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """One thing that the audit record says one did, or asked to do."""

    seq: int
    at: datetime
    action: Action
    outcome: Outcome
    case_ref: str | None
    did: str | None


@dataclass(frozen=True, slots=True)
class AccountNews:
    """Something that somebody else did to one's own account."""

    at: datetime
    by: str
    did: str


NEWS_MOST: Final = 5
_BEFORE = (
    select(SignInSession.started_at)
    .where(SignInSession.person == bindparam("who"))
    .order_by(SignInSession.started_at.desc())
    .offset(1)
    .limit(1)
)
_NEWS = (
    select(AuditEvent.at, AuditEvent.actor.label("by"), AuditEvent.facts)
    .where(
        AuditEvent.action.in_((Action.INVITE, Action.MANAGE_ACCOUNTS)),
        AuditEvent.outcome == Outcome.ALLOW,
        AuditEvent.subject == bindparam("who"),
        AuditEvent.actor != bindparam("who"),
        AuditEvent.at > bindparam("since", type_=AuditEvent.at.type),
    )
    .order_by(AuditEvent.seq.desc())
    .limit(NEWS_MOST)
)
_SESSIONS = (
    select(SignInSession)
    .where(
        SignInSession.person == bindparam("who"),
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > bindparam("at"),
        SignInSession.last_seen_at > bindparam("idle_since"),
    )
    .order_by(SignInSession.started_at.desc())
)
_TRAIL = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.action, AuditEvent.outcome, AuditEvent.case_ref, AuditEvent.facts)
    .where(AuditEvent.actor == bindparam("who"), AuditEvent.seq < bindparam("before"))
    .order_by(AuditEvent.seq.desc())
    .limit(TRAIL_PAGE)
)
_ROLES = select(PersonRole.role).where(PersonRole.person == bindparam("who"), role_held())
_CODES_LEFT = select(func.count()).where(RecoveryCode.person == bindparam("who"), RecoveryCode.used_at.is_(None))


def own_account(desk: Desk) -> OwnAccount:
    """One's own account as it stands.

    Raises:
        Refused: the account is not active.
    """
    who = _require(desk, Action.MANAGE_OWN_ACCOUNT)
    with desk.reading() as session:
        person = session.get_one(Person, who)
        credential = session.get(Credential, who)
        roles = session.execute(_ROLES, {"who": who, "at": desk.now()}).scalars()
        return OwnAccount(
            username=who,
            name=person.name,
            email=person.email,
            capacity=person.capacity,
            roles=tuple(sorted(roles)),
            password_changed_at=credential.changed_at if credential else None,
            second_factor=bool(credential and credential.totp_confirmed_at),
            recovery_codes_left=session.execute(_CODES_LEFT, {"who": who}).scalar_one(),
        )


def own_sessions(desk: Desk) -> list[OwnSession]:
    """One's own sessions that let in at this instant, the newest first."""
    who = _require(desk, Action.MANAGE_OWN_ACCOUNT)
    at = desk.now()
    with desk.reading() as session:
        rows = session.execute(_SESSIONS, {"who": who, "at": at, "idle_since": at - IDLE}).scalars()
        return [
            OwnSession(
                id=row.id,
                started_at=row.started_at,
                last_seen_at=row.last_seen_at,
                source=row.source,
                browser=row.browser,
                is_this=row.id == desk.session_id,
            )
            for row in rows
        ]


def own_account_news(desk: Desk) -> list[AccountNews]:
    """What others did to one's own account since the sign-in before this one, the newest first."""
    who = _require(desk, Action.MANAGE_OWN_ACCOUNT)
    with desk.reading() as session:
        before = session.scalar(_BEFORE, {"who": who})
        if before is None:
            return []
        rows = session.execute(_NEWS, {"who": who, "since": before})
        return [AccountNews(row.at, row.by, str(row.facts.get("did"))) for row in rows]


def own_access(desk: Desk) -> list[OwnGrant]:
    """Every access grant one holds or held, the newest first, at most a hundred."""
    who = _require(desk, Action.SEE_OWN_ACCESS)
    statement = (
        select(AccessGrant)
        .where(AccessGrant.person == who)
        .order_by(AccessGrant.from_.desc(), AccessGrant.id)
        .limit(100)
    )
    with desk.reading() as session:
        return [_grant(row) for row in session.execute(statement).scalars()]


def own_audit_trail(desk: Desk, before: int | None = None) -> list[OwnEvent]:
    """What the audit record says of one's own doings, the newest first, a page of 50 before an event.

    What was refused is told without its case: a reference tried by chance must not tell what it belongs to.
    """
    who = _require(desk, Action.SEE_OWN_ACCESS)
    with desk.reading() as session:
        rows = session.execute(_TRAIL, {"who": who, "before": _LAST_EVENT if before is None else before})
        return [from_row(OwnEvent, r, case_ref=_case(r), did=r.facts.get("did")) for r in rows]


def _case(row: Any) -> str | None:
    return row.case_ref if row.outcome in (Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS) else None


def _grant(row: Any) -> OwnGrant:
    return OwnGrant(
        id=row.id,
        case_ref=row.case_ref,
        capacity=row.capacity,
        compartments=tuple(row.compartments),
        from_=row.from_,
        until=row.until,
        ended_at=row.ended_at or row.revoked_at,
    )


def _require(desk: Desk, action: Action) -> str:
    decision = desk.decide(action)
    if not decision.allowed:
        raise Refused(decision)
    return str(desk.actor)
