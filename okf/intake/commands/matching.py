"""Two people told apart, and that taken back; the keys by which people are matched."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select

from okf.desk import Deed, Desk
from okf.errors import Invalid, unknown
from okf.intake.queries.apart import told_apart_in
from okf.intake.queries.matches import Asked, look
from okf.store.match_keys import EVERYONE, refresh_match_keys, without_match_keys
from okf.store.models import ToldApart
from okf.terms import Action

_TOLD_APART = select(ToldApart).where(ToldApart.subject == bindparam("subject"), ToldApart.undone_at.is_(None))


def keep_match_keys(desk: Desk) -> int:
    """Make the keys of people who have none, from before keys were kept; how many people."""
    with desk.reading() as session:
        if all(next(without_match_keys(session, kept), None) is None for kept in EVERYONE):
            return 0
    with desk.permitted(Action.KEEP_MATCH_KEYS) as deed:
        made = 0
        for kept in EVERYONE:
            for batch in without_match_keys(deed.session, kept):
                refresh_match_keys(deed.session, batch, kept)
                made += len(batch)
        deed.note(people=made)
    return made


def tell_apart(desk: Desk, asked: Asked, handle: str) -> int:
    """Remember that somebody on file is not the person asked about: they are not shown for them again; its number.

    `handle` is by what a look named them to this person, which is all that
    they may know of somebody protected.

    Raises:
        NotFound: this person's look shows nobody by this name any more.
        Invalid: who is asked about is nobody's reference, so that it can't be remembered.
    """
    if not asked.subject:
        raise Invalid("Person", "only somebody in an enquiry or on file can be told apart.")
    with desk.permitted(Action.TELL_APART) as deed:
        other = look(desk, deed.session, asked).people.get(handle)
        if other is None:
            raise unknown("match", handle)
        said = ToldApart(subject=asked.subject, service_user=other, decided_at=deed.at, decided_by=str(desk.actor))
        deed.add(said)
        deed.session.flush()
        deed.about(f"told_apart:{said.id}")
        deed.note(did="told two people apart", service_user=other)
    return said.id


def take_back(desk: Desk, asked: Asked, handle: str) -> None:
    """Take back that somebody on file is not the person asked about: they are shown again.

    Raises:
        NotFound: this person's look shows nobody told apart by this name.
    """
    with desk.permitted(Action.TELL_APART) as deed:
        found = {one.handle: one for one in told_apart_in(desk, deed.session, asked)}
        if handle not in found:
            raise unknown("match", handle)
        said = deed.session.get_one(ToldApart, found[handle].id)
        said.undone_at, said.undone_by = deed.at, desk.actor
        deed.about(f"told_apart:{said.id}")
        deed.note(did="took back that two people are not one", service_user=said.service_user)


def carry_over(deed: Deed, registered: Mapping[str, str]) -> None:
    """Keep what was told apart of people in an enquiry for the service users that they become.

    `registered` has each subject's service user.
    """
    for subject, service_user in registered.items():
        held = deed.session.scalars(_TOLD_APART, {"subject": subject}).all()
        for said in held:
            said.subject = service_user
