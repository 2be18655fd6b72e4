"""Two people told apart, and taken back; the keys by which people are found, made whole."""

from __future__ import annotations

from okf.desk import Desk
from okf.store.match_keys import refresh_match_keys, without_match_keys
from okf.terms import Action


def keep_match_keys(desk: Desk) -> int:
    """Make the keys of service users who have none, from before keys were kept; how many people."""
    with desk.reading() as session:
        if next(without_match_keys(session), None) is None:
            return 0
    with desk.permitted(Action.KEEP_MATCH_KEYS) as deed:
        made = 0
        for batch in without_match_keys(deed.session):
            refresh_match_keys(deed.session, batch)
            made += len(batch)
        deed.note(people=made)
    return made
