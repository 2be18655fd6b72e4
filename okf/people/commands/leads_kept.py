"""There is always a lead and a deputy, and one of them at work: a change that would end this is refused (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from okf.clock import london_date
from okf.desk import Deed
from okf.errors import Conflict
from okf.policy.duty import Leads, missing, unstaffed
from okf.policy.words import day
from okf.store import duty
from okf.terms import Role

_NAMED: Final = {Role.DSL: "designated safeguarding lead", Role.DEPUTY_DSL: "deputy safeguarding lead"}
_HOW: Final = {Role.DSL: "lead", Role.DEPUTY_DSL: "deputy"}


@contextmanager
def leads_kept(deed: Deed) -> Iterator[None]:
    """Refuse a change that takes away the last lead, the last deputy, or everybody for a day.

    What is compared lies in the deed's own transaction, and only one is
    written at a time: of two who take the last two away, the second is told.

    Raises:
        Conflict: it would; nothing is changed.
    """
    before = duty.leads(deed.session, deed.at)
    yield
    deed.session.flush()
    after = duty.leads(deed.session, deed.at)
    _refuse_last(before, after)
    today = london_date(deed.at)
    already = set(unstaffed(before, today))
    alone = next((one for one in unstaffed(after, today) if one not in already), None)
    if alone is not None:
        raise Conflict(
            f"On {day(alone)} neither a safeguarding lead nor a deputy would be there. Choose other days, or name"
            " another deputy first."
        )


def _refuse_last(before: Leads, after: Leads) -> None:
    lost = [role for role in missing(after.values()) if role not in missing(before.values())]
    if not lost:
        return
    role = lost[0]
    last = next(one for one in before.values() if role in one.roles)
    raise Conflict(
        f"{last.name} is the only {_NAMED[role]}. Name another {_HOW[role]} first, by an import or with"
        f" “python -m okf invite … --role {role}” on the host; then do this again."
    )
