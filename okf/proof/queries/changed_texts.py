"""The published agreements that no longer read as they did: looked at when the server starts, and every hour."""

from __future__ import annotations

from okf.desk import Desk
from okf.proof.queries.assurance.texts import agreement_texts_changed


def changed_texts(desk: Desk) -> tuple[str, ...]:
    """The agreement versions whose text is not the published one, by kind and version, such as `staff 2`.

    Asked for the server itself and not for a person: it tells nothing that
    the texts don't tell everybody.
    """
    with desk.reading() as session:
        return tuple(str(one.ref) for one in agreement_texts_changed(session).behind)
