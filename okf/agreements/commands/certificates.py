"""Certificates of signatures: what one says, and that it was issued (C7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, select

from okf.agreements.queries.certificates import said_of
from okf.desk import Desk
from okf.errors import NotFound
from okf.store.models import Signature, SignatureCertificate
from okf.terms import Action

_OWNER = select(Signature.person).where(Signature.id == bindparam("id"))


def issue_certificate(desk: Desk, signature_id: int, make: Callable[[dict[str, Any]], bytes]) -> bytes:
    """Issue a certificate of a signature; `make` turns what it says into the sealed file, whose hash is kept.

    Raises:
        Refused: it is somebody else's signature, and they may not see who signed what.
        NotFound: there is no such signature.
    """
    with desk.reading() as session:
        owner = session.scalar(_OWNER, {"id": signature_id})
    action = Action.LIST_OWN_AGREEMENTS if owner == desk.actor else Action.LIST_AGREEMENTS
    with desk.permitted(action) as deed:
        if owner is None:
            raise NotFound("There is no such signature.")
        says = said_of(deed.session, signature_id)
        made = make({**says, "issued_at": deed.at.isoformat()})
        sha256 = hashlib.sha256(made).hexdigest()
        deed.add(
            SignatureCertificate(
                sha256=sha256, signature=signature_id, issued_at=deed.at, issued_by=str(desk.actor), says=says
            )
        )
        deed.about(owner)
        deed.note(did="certificate of a signature issued", sha256=sha256)
    return made
