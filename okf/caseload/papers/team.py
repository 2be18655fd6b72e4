"""One worker's caseload on paper, for a supervision: figures, dates and references, and nobody's name but theirs."""

from __future__ import annotations

from okf.caseload.queries.team import SupervisedCase, TeamView
from okf.clock import london_date
from okf.policy.words import day
from okf.shell.paper import Paper, moment


def team_paper(view: TeamView) -> bytes:
    """The caseload as a PDF."""
    paper = Paper(f"Supervision: {view.name}", view.at)
    paper.say(
        f"Leads {_cases(view.led)}, weight {view.weight} of the {view.most} they can carry; can open"
        f" {_cases(view.held)} in all. Tasks overdue: {view.overdue_tasks}."
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
    coming = [f"Access to {one.case_ref} ends {moment(one.until)}{_lost(one.leads)}." for one in view.ending]
    coming += [
        f"Away from {day(one.starts_on)} to {day(one.ends_on)}; {one.covered_by or 'nobody'} stands in."
        for one in view.away
    ]
    paper.points(coming or ["No access ends, and no leave is entered."])
    paper.heading("Standing")
    standing = [
        f"{one.kind.replace('_', ' ').capitalize()} agreement: {_words(one.standing)}." for one in view.standings
    ]
    standing += [f"{kind.capitalize()} check runs out on {day(on)}." for kind, on in view.checks]
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
        parts.append(f"{one.overdue_tasks} overdue {'task' if one.overdue_tasks == 1 else 'tasks'}")
    if one.next_task:
        parts.append(f"next task {day(one.next_task)}")
    if one.next_meeting:
        parts.append(f"next appointment {day(london_date(one.next_meeting))}")
    return "; ".join(parts) + "."


def _cases(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def _lost(leads: bool) -> str:
    return ", and a party loses its caseworker: hand over first" if leads else ""


def _words(term: str) -> str:
    return str(term).replace("_", " ")
