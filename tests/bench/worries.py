"""Many open concerns, for what costs by them and not by cases: the queue, its filters and its search."""

from __future__ import annotations

import random
from datetime import timedelta

from sqlalchemy import func, insert, select

from okf.clock import utc_now
from okf.demo.caseload import LEAD
from okf.policy.duties import clocks_found, kept_of
from okf.store.clocks import rows_of_clocks
from okf.store.engine import Store
from okf.store.models import Concern, ConcernAbout, ConcernClock, ConcernEntry, ServiceUser
from okf.store.sealing import seal_rows
from okf.terms import ConcernStatus, Severity
from okf.terms.concerns import ConcernCategory
from tests.behind import unrecorded

ACCOUNT = "Sample words of what was seen or said. " * 20


def add_concerns(store: Store, wanted: int) -> None:
    """Fill a place up to so many open concerns: of each third one nothing is on file but the name that was typed."""
    now, chance = utc_now(), random.Random(5)
    with unrecorded(store) as session:
        held = session.scalar(select(func.count()).select_from(Concern).where(Concern.ended_at.is_(None))) or 0
        people = session.execute(select(ServiceUser.ref, ServiceUser.name).limit(2_000)).all()
        concerns, clocks, about, entries = [], [], [], []
        for number in range(held, wanted):
            ref, (who, name) = f"K-BENCH{number:05}", chance.choice(people)
            raised = now - timedelta(minutes=number * 7)
            status = chance.choice([ConcernStatus.RAISED, ConcernStatus.TRIAGED, ConcernStatus.MONITORING])
            tied = number % 3 != 0
            due = now + timedelta(minutes=chance.randrange(-20_000, 40_000))
            found = clocks_found(
                status=status, raised_at=raised, due_at=due, next_review_on=None, about_worker=False, holidays=()
            )
            clocks += rows_of_clocks(ref, found.all)
            concerns.append(
                {
                    "ref": ref,
                    "severity": chance.choice(list(Severity)),
                    "status": status,
                    "raised_by": LEAD,
                    "category": chance.choice(list(ConcernCategory)),
                    "account": ACCOUNT,
                    "raised_at": raised,
                    "about_as_typed": None if tied else name,
                    "lead": LEAD if status is not ConcernStatus.RAISED else None,
                    "triaged_at": raised if status is not ConcernStatus.RAISED else None,
                    **kept_of(found.due()),
                }
            )
            if tied:
                about.append({"concern_ref": ref, "service_user": who})
            entries.append({"concern_ref": ref, "entered_at": raised, "entered_by": LEAD, "what": "Raised"})
        if concerns:
            session.execute(insert(Concern), seal_rows(session, Concern, concerns))
            session.execute(insert(ConcernClock), clocks)
            session.execute(insert(ConcernAbout), about)
            session.execute(insert(ConcernEntry), entries)
