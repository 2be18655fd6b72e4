"""The open concerns about somebody of a name: on file, or as whoever raised it typed the name (C9)."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, union_all

from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.match.fold import begins, folded
from okf.safeguarding.queries.concerns import ConcernRow, rows_of
from okf.safeguarding.queries.filters import IN_QUEUE
from okf.store import duty
from okf.store.models import Concern, ConcernAbout, Person, ServiceUser
from okf.store.sealing import keys_in_hand
from okf.store.visible import binds_for, concerns_visible_to, of_worker
from okf.terms import Action

HITS_MOST: Final = 50
LOOKED_AT: Final = 10_000  # open concerns, those with the least time left

_DUE: Final = select(Concern.ref).where(*IN_QUEUE).order_by(Concern.due_at, Concern.ref).limit(LOOKED_AT)
_NAMED: Any = union_all(
    select(ConcernAbout.concern_ref, ServiceUser.name_folded)
    .join(ServiceUser, ServiceUser.ref == ConcernAbout.service_user)
    .join(Concern, Concern.ref == ConcernAbout.concern_ref)
    .where(*IN_QUEUE),
    select(ConcernAbout.concern_ref, Person.name_folded)
    .join(Person, of_worker(Person.username))
    .join(Concern, Concern.ref == ConcernAbout.concern_ref)
    .where(*IN_QUEUE, concerns_visible_to()),  # their own name finds nothing about them
)
_TYPED_IN: Any = select(Concern.ref).where(*IN_QUEUE, Concern.about_as_typed.is_not(None)).limit(LOOKED_AT)
_TYPED: Any = (
    select(Concern.ref, Concern.about_as_typed).where(*IN_QUEUE, Concern.about_as_typed.is_not(None)).limit(LOOKED_AT)
)


def search_concerns(desk: Desk, words: str) -> tuple[ConcernRow, ...]:
    """The open concerns about somebody whose name has words that begin so, the least time left first, at most fifty.

    Names on file and names as they were typed: those of a raiser who gave no
    case are tied to nobody. On the audit record with which were found, never
    with the words; whom one of those is about does not find that event.
    Accents and capitals make no difference.

    Raises:
        Refused: the reader works no concerns.
        Invalid: fewer than two letters.
    """
    wanted = folded(words).split()
    if sum(map(len, wanted)) < 2:
        raise Invalid("Name", "type at least two letters.")
    with desk.permitted(Action.LIST_CONCERNS) as deed:
        found = _named(deed, wanted)
        in_order = [ref for ref in deed.session.scalars(_DUE, _who(deed)) if ref in found] if found else []
        rows = rows_of(deed.session, deed.question, in_order[:HITS_MOST], duty.leads(deed.session, deed.at))
        deed.note(search="names", hits=len(rows), concerns=[row.ref for row in rows])
        return rows


def _named(deed: Deed, wanted: list[str]) -> set[str]:
    session = deed.session
    found = {ref for ref, name in session.execute(_NAMED, _who(deed)) if begins(wanted, name)}
    keys_in_hand(session, [f"concern:{ref}" for ref in session.scalars(_TYPED_IN, _who(deed))])
    return found | {ref for ref, name in session.execute(_TYPED, _who(deed)) if begins(wanted, folded(name))}


def _who(deed: Deed) -> dict[str, Any]:
    return binds_for(deed.question)
