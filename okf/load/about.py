"""Whom a concern is about, as a file says it: what was tied stays so since when it was, and who is in doubt too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete, insert, select

from okf.desk import Deed
from okf.load.asks import Touched
from okf.load.plan import Plan
from okf.load.rows import Entry
from okf.load.specs import rows_of
from okf.load.stored import batches
from okf.people.queries.meant import in_doubt, readers_at
from okf.store import chained
from okf.store.models import ConcernAbout

_TABLE = rows_of(ConcernAbout)


# Who wrote it, and who worked on it before the file: they know its words.
_KNOWN_TO: Final = ("raised_by", "lead", "ended_by")
_WRITTEN: Final = ("account", "said_by", "seen_where", "seen_when", "actions_taken")
_DOUBTED: Final = "_doubted"


def look_through(deed: Deed, entries: Sequence[Entry]) -> None:
    """Find whom the words of new concerns may mean, as when one is raised, before they are put in: each is sealed."""
    if not entries:
        return
    readers = readers_at(deed.session, deed.at)
    for entry in entries:
        texts = [value for value in map(entry.now, _WRITTEN) if isinstance(value, str)]
        entry.extra[_DOUBTED] = in_doubt(
            readers,
            texts,
            by_role=texts if entry.extra.get("sealed") else (),
            known_to=[who for column in _KNOWN_TO if (who := entry.now(column))],
            barred=entry.values.get("about") or (),
        )
        entry.extra["sealed"] = bool(entry.extra[_DOUBTED]) or entry.extra.get("sealed")


def put_about(deed: Deed, plan: Plan, touched: Sequence[Touched]) -> set[str]:
    """Tie concerns to whom the file names; whom it names beside those on file is tied from now on.

    Returned are those that it says are about somebody who works here.
    """
    them = [entry for entry, what in touched if "about" in what]
    connection, since = deed.session.connection(), dict[tuple[str, str], Any]()
    for batch in batches([entry.key[0] for entry in them if not entry.is_new]):
        certain = _TABLE.c.concern_ref.in_(batch) & _TABLE.c.doubt.is_not(True)
        for row in connection.execute(select(_TABLE).where(certain)):
            since[row.concern_ref, row.person or row.service_user] = row.added_at, row.added_by
        connection.execute(delete(_TABLE).where(certain))
    rows = []
    for entry in them:
        now = (None, None) if entry.is_new else (deed.at, plan.known.actor)
        for key in entry.values["about"] or ():
            a_person = plan.known.is_known("people", key) and not plan.known.is_known("service_users", key)
            noun, other = ("person", "service_user") if a_person else ("service_user", "person")
            added_at, added_by = since.get((entry.key[0], key), now)
            tie = {noun: key, other: None, "added_at": added_at, "added_by": added_by}
            rows.append({"concern_ref": entry.key[0], "doubt": None, **tie})
    for entry, _ in touched:
        doubted = entry.extra.get(_DOUBTED, frozenset()) - {*(entry.values.get("about") or ())}
        nobody = {"service_user": None, "added_at": None, "added_by": None}
        rows += [{"concern_ref": entry.key[0], "person": one, "doubt": True, **nobody} for one in sorted(doubted)]
    chained.about_written(deed.session, {*(entry.key[0] for entry in them), *(row["concern_ref"] for row in rows)})
    for batch in batches(rows):
        connection.execute(insert(_TABLE), batch)
    return {row["concern_ref"] for row in rows if row["person"] and not row["doubt"]}
