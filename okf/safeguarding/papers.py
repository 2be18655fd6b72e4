"""Papers of safeguarding: a concern for a referral, a quarter's figures, a serious-incident report (C9)."""

from __future__ import annotations

from datetime import date, datetime

from okf.caseload.papers import parts_on
from okf.policy.figures import WHY_HIDDEN
from okf.policy.redaction import BLACK
from okf.policy.words import day
from okf.safeguarding.commands.own_reports import OwnReportContent
from okf.safeguarding.commands.papers import PaperContent
from okf.safeguarding.commands.serious_incidents import ReportContent
from okf.safeguarding.queries.safeguarding_figures import QuarterFigures
from okf.safeguarding.queries.words import attachments_in_words, report_in_words
from okf.shell.paper import Paper, moment

FOR_TRUSTEES = "For trustees alone: not to be shown to anybody who works concerns."
DRAFT = "A draft in roles and without names. Casebook has sent it to nobody."


def concern_paper(content: PaperContent) -> bytes:
    """The chronology as a PDF, made only from what goes out: nothing that is blacked out is in it."""
    taken = f"{content.ref}. Taken out by {content.taken_by}, {moment(content.at)}. In confidence."
    paper = Paper(f"Safeguarding concern {content.concern_ref}", content.at, head=[taken])
    paper.say(f"For: {content.recipient}")
    paper.say(f"What for: {content.purpose}")
    paper.say("Use it for this alone, show it to nobody who does not need it for this, and keep it locked away.")
    if content.boxes:
        paper.say(f"{BLACK} stands where words were left out. A second person read it before it went out.", quiet=True)
    for part in content.parts:
        _part_on(paper, part)
    return paper.pdf()


def own_report_paper(content: OwnReportContent) -> bytes:
    """What somebody reported as a PDF, in their own words: nothing of what came of it."""
    report = content.report
    paper = Paper(f"What you reported: {report.ref}", content.at)
    paper.say(f"Raised by {content.raised_by} on {moment(report.raised_at)}. It was received then.", bold=True)
    paper.say("Keep it where nobody else reads it, and give it to nobody who does not need it.")
    _happened_on(paper, report.seen_on, report.seen_at)
    for part in (*report_in_words(report), *attachments_in_words(report.attachments)):
        _part_on(paper, part)
    for one in report.added:
        _part_on(paper, f"Added on {moment(one.entered_at)}\n{one.text or ''}")
        _happened_on(paper, one.happened_on, one.happened_at)
    paper.say(f"Made for {content.raised_by} on {moment(content.at)}.", quiet=True)
    return paper.pdf()


def safeguarding_figures_paper(figures: QuarterFigures) -> bytes:
    """The figures of a quarter as a PDF."""
    paper = Paper(f"Safeguarding figures, {figures.period.in_words()}", figures.at)
    if figures.for_trustees:
        paper.say(FOR_TRUSTEES, bold=True)
    parts_on(paper, figures.parts)
    paper.heading("How to read them")
    paper.say("Concerns are counted by the day on which they were raised, referrals and decisions by their own day.")
    paper.say(WHY_HIDDEN)
    paper.say(f"Counted on {moment(figures.at)}.", quiet=True)
    return paper.pdf()


def incident_paper(content: ReportContent) -> bytes:
    """The report as a PDF."""
    paper = Paper(f"Serious incident report {content.ref}", content.at)
    paper.say(DRAFT, bold=True)
    for section in content.words.split("\n\n"):
        title, _, rest = section.partition("\n")
        if rest:
            paper.heading(title, size=11)
        for paragraph in (rest or title).split("\n"):
            paper.say(paragraph or " ")
    paper.say(f"Printed {moment(content.at)}. That it was printed is on the audit record.", quiet=True)
    return paper.pdf()


def incident_text(content: ReportContent) -> bytes:
    """The report as plain words."""
    return f"Serious incident report {content.ref}\n{DRAFT}\n\n{content.words}\n".encode()


def _happened_on(paper: Paper, on: date | None, at: datetime | None) -> None:
    if at or on:
        paper.say(f"When it was: {moment(at) if at else day(on) if on else ''}")


def _part_on(paper: Paper, part: str) -> None:
    """A part whose first line says what it is."""
    heading, _, words = part.partition("\n")
    paper.heading(heading, size=11)
    for paragraph in words.split("\n"):
        if paragraph.strip():
            paper.say(paragraph)
