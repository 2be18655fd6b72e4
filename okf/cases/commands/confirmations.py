"""Access grants looked at again: whoever may grant says that they are still needed (C5)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select

from okf.cases.commands.on_case import on_case
from okf.desk import Desk
from okf.errors import Conflict, unknown
from okf.store.models import AccessGrant
from okf.terms import Action

_GRANT = select(AccessGrant.case_ref, AccessGrant.person).where(AccessGrant.id == bindparam("id"))


def confirm_grants(desk: Desk, grant_ids: Collection[str]) -> None:
    """Say of each of these accesses that it is still needed, each on record by itself; it opens nothing new.

    Raises:
        NotFound, Refused: as `on_case`; also for an access of one's own.
        Conflict: one has ended; those before it are confirmed.
    """
    for grant_id in dict.fromkeys(grant_ids):
        with desk.reading() as session:
            found = session.execute(_GRANT, {"id": grant_id}).first()
        if found is None:
            raise unknown("access grant", grant_id)
        with on_case(desk, Action.CONFIRM_GRANT, found.case_ref, grantee=found.person) as deed:
            grant = deed.session.get_one(AccessGrant, grant_id)
            if grant.ended_at is not None and grant.ended_at <= deed.at:
                raise Conflict("This access has ended already.")
            grant.confirmed_at, grant.confirmed_by = deed.at, desk.actor
            deed.about(grant_id, found.case_ref)
            deed.note(person=found.person)
