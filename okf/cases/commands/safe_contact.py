"""Safe contact changed: the new values stand on the service user, the old ones in a history that nobody edits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, func, select

from okf.cases.commands.on_case import case_of, on_case, own_part
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.intake.commands.contact import checked_contact
from okf.store.models import SafeContactChange, ServiceUser
from okf.terms import Action
from okf.validation import words_or_none

_CHANGES = select(func.count()).select_from(SafeContactChange).where(SafeContactChange.service_user == bindparam("who"))


def change_safe_contact(
    desk: Desk, case_ref: str, service_user: str, *, told: Mapping[str, Any], seen: int, why: str | None = None
) -> bool:
    """Change how to reach somebody safely, for whoever may read their part of the case; False if nothing differs.

    `seen` counts the changes that were before whoever changes it.

    Raises:
        NotFound, Refused: as `on_case`.
        Conflict: somebody else changed it meanwhile.
        Invalid: a wrong number or address, or a text too long.
    """
    part = own_part(desk, case_ref, service_user)
    with on_case(desk, Action.CHANGE_SAFE_CONTACT, case_ref, compartment=part) as deed:
        if service_user not in (*case_of(deed).parties, *case_of(deed).children):
            raise Invalid("Whose", "choose somebody of this case.")
        row = deed.session.get_one(ServiceUser, service_user)
        if deed.session.scalar(_CHANGES, {"who": service_user}) != seen:
            raise Conflict("Somebody else changed this safe contact meanwhile. Look at it again; nothing was changed.")
        changed = change_within(deed, row, checked_contact(told), why=words_or_none("Why", why, at_most=2_000))
        deed.about(service_user, case_ref)
        deed.note(changed=changed)
    return bool(changed)


def change_within(deed: Deed, row: ServiceUser, told: Mapping[str, Any], *, why: str | None) -> list[str]:
    """Put checked values on a service user, and what stood there before into the history; the names of what changed."""
    changed = sorted(name for name, value in told.items() if getattr(row, name) != value)
    if changed:
        deed.add(
            SafeContactChange(
                service_user=row.ref,
                changed_at=deed.at,
                changed_by=deed.question.person.username,
                changed=changed,
                before=json.dumps({name: getattr(row, name) for name in changed}, ensure_ascii=False),
                why=why,
            )
        )
        for name in changed:
            setattr(row, name, told[name])
    return changed
