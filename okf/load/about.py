"""Whom a concern is about, as a file says it: what was tied stays so since when it was, and who is in doubt too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from okf.desk import Deed
from okf.load.asks import Touched
from okf.load.plan import Plan
from okf.load.specs import rows_of
from okf.load.stored import batches
from okf.store import chained
from okf.store.models import ConcernAbout

_TABLE = rows_of(ConcernAbout)


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
            rows.append({"concern_ref": entry.key[0], **tie})
    chained.about_written(deed.session, (entry.key[0] for entry in them))
    for batch in batches(rows):
        connection.execute(insert(_TABLE), batch)
    return {row["concern_ref"] for row in rows if row["person"]}
