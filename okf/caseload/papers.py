"""The papers of the caseload: a set of figures for funders, and one worker's caseload for a supervision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from okf.caseload.queries.team import SupervisedCase, TeamView
from okf.clock import london_date
from okf.pending import counted
from okf.policy.figures import all_hidden, says, table_of, why_hidden, written
from okf.policy.words import day, until_told
from okf.shell.paper import Paper, moment


def parts_on(paper: Paper, parts: Sequence[Mapping[str, Any]]) -> None:
    """Each part of some figures with its sentence and its table."""
    for part in parts:
        paper.heading(part["title"])
        paper.say(says(part))
        if all_hidden(part):
            continue
        titles, rows = table_of(part)
        paper.rows(titles, [[written(cell) if isinstance(cell, int) else cell for cell in row] for row in rows])


def figures_paper(figures: Mapping[str, Any]) -> bytes:
    """What approved figures show, as `release_figures` gives it, as a PDF."""
    made_at = datetime.fromisoformat(figures["made_at"])
    paper = Paper(f"Figures, {figures['period']}", made_at)
    paper.say(figures["words"])
    parts_on(paper, figures["parts"])
    paper.heading("How to read them")
    paper.say(why_hidden(figures))
    paper.say(
        f"Counted on {moment(made_at)} and kept as they were then. Set {figures['ref']}; its content has the mark"
        f" {figures['sha256'][:16]}.",
        quiet=True,
    )
    return paper.pdf()


def team_paper(view: TeamView) -> bytes:
    """The caseload as a PDF."""
    paper = Paper(f"Supervision: {view.name}", view.at)
    paper.say(
        f"Leads {counted(view.led, 'case', 'cases')}, weight {view.weight} of the {view.most} they can carry; can open"
        f" {counted(view.held, 'case', 'cases')} in all. Tasks overdue: {view.overdue_tasks}."
    )
    paper.heading("Cases, those without contact for longest first")
    if not view.cases.rows:
        paper.say("None.")
    for one in view.cases.rows:
        paper.say(f"{one.ref}{' (lead caseworker)' if one.leads else ''}", bold=True)
        paper.say(_told(one))
    if view.cases.next:
        paper.say("More cases follow on the page in Casebook.", quiet=True)
    paper.heading("What comes in the next eight weeks")
    coming = [f"Access to {one.case_ref} goes on {until_told(one.until)}{_lost(one.leads)}." for one in view.ending]
    coming += [
        f"Away from {day(one.starts_on)} to {day(one.ends_on)}; {one.covered_by or 'nobody'} stands in."
        for one in view.away
    ]
    paper.points(coming or ["No access ends, and no leave is entered."])
    paper.heading("Standing")
    standing = [
        f"{one.kind.replace('_', ' ').capitalize()} agreement: {_words(one.standing)}." for one in view.standings
    ]
    standing += [f"{kind.capitalize()} check holds {until_told(on)}." for kind, on in view.checks]
    paper.points(standing or ["Nothing on file."])
    paper.say(
        "Made for a supervision: it names no service user and holds nothing of what was said. Shred it afterwards. That"
        " it was made is on the audit record.",
        quiet=True,
    )
    return paper.pdf()


def _told(one: SupervisedCase) -> str:
    parts = [
        f"{_words(one.status).capitalize()}, opened {day(one.opened_on)}, counts as {one.complexity}",
        f"last contact {day(one.last_contact)}",
    ]
    if one.overdue_tasks:
        parts.append(counted(one.overdue_tasks, "overdue task", "overdue tasks"))
    if one.next_task:
        parts.append(f"next task {day(one.next_task)}")
    if one.next_meeting:
        parts.append(f"next appointment {day(london_date(one.next_meeting))}")
    return "; ".join(parts) + "."


def _lost(leads: bool) -> str:
    return ", and a party loses its caseworker: hand over first" if leads else ""


def _words(term: str) -> str:
    return str(term).replace("_", " ")
