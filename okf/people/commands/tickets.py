"""One-time tokens between the steps of signing in, and what the audit record says at the door."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from okf.desk import NOBODY, SLACK, Desk
from okf.store import audit
from okf.store.models import SignInTicket
from okf.terms import Action, Outcome


class Step(StrEnum):
    """A step of signing in, as its tickets and its failed tries are kept."""

    PASSWORD = "password"  # noqa: S105 -- the name of a step
    CODE = "code"
    ENROL = "enrol"
    ENROLLED = "enrolled"
    COOKIE = "cookie"


LASTS: Final = {
    Step.COOKIE: timedelta(seconds=60),
    Step.CODE: timedelta(minutes=5),
    Step.ENROL: timedelta(minutes=15),
    Step.ENROLLED: timedelta(minutes=15),
}

_OPEN = (
    SignInTicket.token_sha256 == bindparam("hash"),
    SignInTicket.step == bindparam("at_step"),
    SignInTicket.used_at.is_(None),
    SignInTicket.expires_at > bindparam("instant"),
    SignInTicket.expires_at <= bindparam("latest"),  # one of a clock that ran ahead is over too
)
_FIND = select(SignInTicket.person, SignInTicket.second_factor).where(*_OPEN)
_TAKE = update(SignInTicket).where(*_OPEN)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The next step of signing in, and the token that allows it; the token is kept nowhere else."""

    step: Step
    token: str


def token() -> str:
    """256 random bits in letters that an address takes."""
    return secrets.token_urlsafe(32)


def sha256(secret: str) -> str:
    """What the store keeps of a random token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_ticket(session: Session, person: str, step: Step, *, at: datetime, second_factor: bool = False) -> Ticket:
    """A ticket for one step; old ones of the same person are thrown away."""
    session.execute(
        delete(SignInTicket).where(SignInTicket.person == person, SignInTicket.expires_at < at - timedelta(days=1))
    )
    secret = token()
    session.add(
        SignInTicket(
            token_sha256=sha256(secret),
            person=person,
            step=step.value,
            second_factor=second_factor,
            expires_at=at + LASTS[step],
            used_at=None,
        )
    )
    session.flush()
    return Ticket(step, secret)


def holder(session: Session, secret: str, step: Step, at: datetime) -> str | None:
    """Whose ticket this is, if it still allows this step; it is not used up."""
    found = session.execute(_FIND, _which(secret, step, at)).one_or_none()
    return found.person if found else None


def take_ticket(session: Session, secret: str, step: Step, at: datetime) -> tuple[str, bool] | None:
    """Use up a ticket: the person and whether they used a second factor, or None.

    The conditional UPDATE decides between two who bring the same ticket at once.
    """
    which = _which(secret, step, at)
    found = session.execute(_FIND, which).one_or_none()
    taken = session.execute(_TAKE.values(used_at=at), which).rowcount  # type: ignore[attr-defined]
    return (found.person, found.second_factor) if found and taken == 1 else None


def _which(secret: str, step: Step, at: datetime) -> dict[str, Any]:
    return {"hash": sha256(secret), "at_step": step.value, "instant": at, "latest": at + LASTS[step] + SLACK}


def void_tickets(session: Session, person: str, at: datetime) -> None:
    """Close every step of signing in that a person has open: their password changed."""
    still = (SignInTicket.person == person, SignInTicket.used_at.is_(None))
    session.execute(update(SignInTicket).where(*still).values(used_at=at))


def record(
    session: Session,
    desk: Desk,
    did: str,
    *,
    person: str | None,
    outcome: Outcome = Outcome.ALLOW,
    session_id: str | None = None,
    **told: str | int | None,
) -> None:
    """Put on the audit record what happened at the door; a name that nobody has is not kept."""
    audit.append(
        session,
        at=desk.now(),
        actor=person or NOBODY,
        action=Action.MANAGE_OWN_ACCOUNT,
        outcome=outcome,
        subject=person,
        session_id=session_id,
        facts={"did": did, **told},
    )
