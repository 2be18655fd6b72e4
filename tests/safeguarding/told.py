"""Everything that somebody is told: what lists, counts and logs answer them, and every page as it is drawn for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from okf.cases.queries.access import concerns_on
from okf.cases.queries.closing import closing_checklist
from okf.errors import NotFound, Refused
from okf.people.queries.own import own_audit_trail
from okf.proof.queries.assurance.now import promise_now
from okf.proof.queries.record import OF_CONCERNS, RecordFilter, case_log, record_page, record_to_export
from okf.safeguarding.queries.allegations import lead_allegations
from okf.safeguarding.queries.concern import own_concerns
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.figures import live_figures, queue_picture
from okf.terms import Outcome
from okf.today.queries.overview import overview
from okf.today.queries.pending import pending_items
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

PAGES = sorted(file.stem for file in (Path(__file__).parents[2] / "pages").glob("[a-z]*.py"))
# Each look moves them for whoever looks: what they tell of others is asked of their queries.
OF_ONES_OWN_LOOKING = {"account", "commitment", "record"}
CASE_PARTS = ("Overview", "Records", "Tasks", "Sharing", "Timeline", "People", "Access", "Concerns", "Manage")
# New with every run: the name of a file to be served, of a widget without one, and of the page's own run.
_NEW = re.compile(r"[0-9a-f]{32,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=server..: ..)[0-9a-f]{16}")


def all_that(world: World, who: str) -> list[str]:
    """Everything that lists, counts and logs tell somebody, a text each."""
    desk = world.desk(who, session_id=f"session of {who}")
    promise = replace(promise_now(desk), events=0, head=None)  # how much is on record of everybody tells of nobody
    told: list[object] = [pending_items(desk), overview(desk), own_concerns(desk)]
    lines = [line for _, clause in promise.clauses.values() for line in clause if line.key != "refusals"]  # their own
    told += [(line.key, line.sentence, line.figures, line.behind, line.count) for line in lines]
    asked = (
        lambda: queue_view(desk),
        lambda: live_figures(desk),
        lambda: queue_picture(desk),
        lambda: concerns_on(desk, "OKF-1"),
        lambda: closing_checklist(desk, "OKF-1"),
        lambda: lead_allegations(desk),
        lambda: [row for row in case_log(desk, "OKF-1").rows if row.actor != who],
        lambda: [row for row in record_page(desk, RecordFilter()).rows if row.actor != who],
        lambda: [row for row in record_to_export(desk, RecordFilter(), form="csv") if row.actor != who],
        lambda: [one for one in own_audit_trail(desk) if one.action in OF_CONCERNS and one.outcome is Outcome.ALLOW],
    )
    for one in asked:
        try:
            told.append(one())
        except (Refused, NotFound) as refused:
            told.append(str(refused))
    return list(map(repr, told))


def drawn(world: World, who: str, *, concern: str) -> dict[str, str]:
    """Every page, as the browser is sent it, by its address."""
    found = {}
    for page, query in _addresses(concern):
        at = f"{page}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
        found[at] = _NEW.sub("", sent(open_page(world, who, page, **query)))
    return found


def _addresses(concern: str) -> Iterator[tuple[str, dict[str, str]]]:
    for page in PAGES:
        if page not in OF_ONES_OWN_LOOKING:
            yield page, {}
    yield from (("case", {"case": "OKF-1", "part": part}) for part in CASE_PARTS)
    yield "concern", {"ref": concern}
    yield "concerns", {"view": "Reported by you"}
    yield "cases", {"view": "Whole caseload"}
    yield "forecast", {"what": "all", "week": "1"}
