"""One's own report on paper, for whoever raised it alone (C9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from okf.desk import Desk
from okf.errors import NotFound, Refused, unknown
from okf.safeguarding.commands.chronology import on_concern
from okf.safeguarding.queries.concern import OwnReport, own_whole
from okf.store.models import Person
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class OwnReportContent:
    """Everything that the paper says."""

    report: OwnReport
    raised_by: str
    at: datetime


def take_out_own_report(desk: Desk, ref: str, *, make: Callable[[OwnReportContent], bytes]) -> bytes:
    """Make a paper of one's own words; that it was taken out is on the audit record.

    Raises:
        NotFound: there is no report of one's own of this reference.
    """
    try:
        with on_concern(desk, Action.TAKE_OUT_OWN_REPORT, ref) as (deed, _):
            me = deed.session.get_one(Person, desk.actor)
            content = make(OwnReportContent(own_whole(deed.session, ref, me.username), me.name, deed.at))
            deed.note(form="pdf")
    except (Refused, NotFound):
        raise unknown("concern", ref) from None
    return content
