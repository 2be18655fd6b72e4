"""The link of an invitation: made as it is handed to its owner, by mail or on the host, and kept as a hash alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from okf.desk import HOST
from okf.people.commands import tickets
from okf.store.models import AuditEvent, Invitation
from okf.terms import Action

LASTS: Final = timedelta(hours=72)


def open_invitation(session: Session, username: str, at: datetime, *, by: str) -> str:
    """Make a person's one open invitation, in place of any before; its token."""
    void_invitations(session, username, at)
    token = tickets.token()
    session.add(
        Invitation(
            token_sha256=tickets.sha256(token),
            person=username,
            made_by=by,
            made_at=at,
            expires_at=at + LASTS,
            used_at=None,
        )
    )
    session.flush()
    return token


def void_invitations(session: Session, username: str, at: datetime) -> None:
    """Close a person's open invitations."""
    still = (Invitation.person == username, Invitation.used_at.is_(None))
    session.execute(update(Invitation).where(*still).values(used_at=at))


def address_of(base: str, token: str) -> str:
    """Where to open an invitation. The token stands after the `#`, which a browser sends to no server and no log."""
    return f"{base.rstrip('/')}/#invitation={token}"


def brought_in_by(session: Session, importer: str, username: str) -> bool:
    """Whether a person came in, or to their access, by a file of this importer's; or to another address by anybody's.

    Who changes an address and who then invites may be two who act for each other. The host's own files do not count.
    """
    brought = select(AuditEvent.actor, AuditEvent.facts).where(
        AuditEvent.action == Action.IMPORT_CASELOAD, AuditEvent.subject == username, AuditEvent.actor != HOST.username
    )
    columns = ((actor, told.get("columns", ())) for actor, told in session.execute(brought))
    return any(actor == importer or ("email" in names and "username" not in names) for actor, names in columns)
