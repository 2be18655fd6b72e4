"""The pending items of whoever is here: each noun says which of it are theirs, with one narrow query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from okf.agreements.queries import chasing, paper_signatures, partners
from okf.caseload.queries import figures
from okf.cases.queries import access_requests, confirmations, emergencies, families, look_first, match_reports
from okf.desk import Desk
from okf.intake.queries import enquiries
from okf.load import waiting_files
from okf.mediation.queries import incidents, mediations
from okf.pending import PendingItem, PendingSource
from okf.people.queries import mails, worker_checks
from okf.records.queries import breaches, handed, left, misfilings, relabels
from okf.safeguarding.queries import (
    alarm as concern_alarm,
    allegations,
    chronology_papers,
    contact_markers,
    decisions_due,
    directory,
    handovers as concern_handovers,
    inbox,
    ladder,
    papers as concern_papers,
    reviews as concern_reviews,
    rota,
)
from okf.sharing.queries import second_readings
from okf.shell.drafts import queries as drafts
from okf.store.once import once

# A source answers nothing, without a query, to whom its work can't be: it asks the person's roles first.
SOURCES: Final[tuple[PendingSource, ...]] = (
    drafts.concern_begun,
    inbox.inbox_pending,
    ladder.heard_pending,
    concern_alarm.additions_pending,
    emergencies.emergency_reviews_pending,
    decisions_due.readings_pending,
    decisions_due.follow_ups_pending,
    allegations.leads_own_pending,
    allegations.lado_pending,
    allegations.closings_over_concerns,
    concern_reviews.reviews_overdue,
    contact_markers.markers_to_review,
    directory.checks_pending,
    concern_handovers.handed_pending,
    concern_handovers.covers_pending,
    access_requests.requests_pending,
    confirmations.confirmations_pending,
    chasing.own_to_sign,
    chasing.people_to_sign,
    rota.rota_pending,
    mails.mails_that_failed,
    partners.partners_lapsing,
    worker_checks.checks_lapsing,
    enquiries.enquiries_pending,
    match_reports.matches_pending,
    look_first.looks_pending,
    families.links_pending,
    paper_signatures.papers_to_verify,
    mediations.mediations_pending,
    incidents.incidents_pending,
    second_readings.share_readings_pending,
    concern_papers.papers_to_read,
    chronology_papers.chronologies_to_read,
    second_readings.shares_to_decide,
    misfilings.misfilings_pending,
    breaches.breaches_pending,
    handed.handed_pending,
    relabels.relabels_pending,
    left.left_pending,
    figures.figures_to_approve,
    waiting_files.told_pending,
    drafts.drafts_left,
)


def pending_items(desk: Desk) -> list[PendingItem]:
    """The pending items of this person, the overdue first; asked for once in a run."""
    with desk.reading() as session:
        person = desk.person(session)
        found = once(session, "pending items", lambda: [source(desk, session, person) for source in SOURCES])
    return sorted((one for one in found if one), key=lambda one: not one.overdue)


def waiting_by_page(desk: Desk) -> Mapping[str, int]:
    """How much waits for this person, by the address of the page on which they do it; no page on which nothing does.

    Several items of concerns may mean the same one: the one with most of them is counted.
    """
    waiting: Counter[str] = Counter()
    for one in pending_items(desk):
        if one.page in ("concern", "concerns"):
            waiting["concerns"] = max(waiting["concerns"], one.count)
        else:
            waiting[one.page] += one.count
    return waiting
