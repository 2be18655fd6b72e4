"""Papers of safeguarding: a concern for a referral, a family's chronology, figures, a serious-incident report (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

from okf.caseload.papers import parts_on
from okf.policy.figures import WHY_HIDDEN
from okf.policy.redaction import BLACK
from okf.policy.words import day
from okf.safeguarding.commands.chronology_papers import ChronologyContent
from okf.safeguarding.commands.own_reports import OwnReportContent
from okf.safeguarding.commands.papers import PaperContent
from okf.safeguarding.commands.serious_incidents import ReportContent
from okf.safeguarding.queries.chronology_lines import ChronologyLine
from okf.safeguarding.queries.late_figures import LateFigures
from okf.safeguarding.queries.safeguarding_figures import QuarterFigures
from okf.safeguarding.queries.words import attachments_in_words, report_in_words
from okf.shell.paper import Paper, moment

FOR_TRUSTEES = "For trustees alone: not to be shown to anybody who works concerns."
USE_IT: Final = "Use it for this alone, show it to nobody who does not need it for this, and keep it locked away."
OF_LINES: Final = (
    "No.",
    "Happened",
    "Where",
    "What",
    "Said or seen by",
    "Written down by",
    "Written down on",
    "Concern",
    "Puts right no.",
    "In their words",
    "Written down late because",
)
IN_ONE_CELL: Final = 30_000  # letters: a spreadsheet holds few more, and would cut words off
NOT_PUBLISHED: Final = "For trustees, not to be published. Every number is true; none is hidden."
HOW_LATE: Final = (
    "A duty counts in the quarter in which it was due. Counted are the duties on concerns about service users; of those"
    " about somebody who works here the designated officer's alone, where it is about nobody who reads these numbers."
)
DRAFT = "A draft in roles and without names. Casebook has sent it to nobody."


def concern_paper(content: PaperContent) -> bytes:
    """The chronology as a PDF, made only from what goes out: nothing that is blacked out is in it."""
    taken = f"{content.ref}. Taken out by {content.taken_by}, {moment(content.at)}. In confidence."
    paper = Paper(f"Safeguarding concern {content.concern_ref}", content.at, head=[taken])
    paper.say(f"For: {content.recipient}")
    paper.say(f"What for: {content.purpose}")
    paper.say(USE_IT)
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


def chronology_paper(content: ChronologyContent) -> bytes:
    """A family's chronology as a PDF, a block for each source's words."""
    taken = f"{content.ref}. Taken out by {content.taken_by}, {moment(content.at)}. In confidence."
    paper = Paper("Chronology", content.at, head=[taken])
    paper.say(f"For: {content.recipient}")
    for ref, names in content.about.items():
        paper.say(f"Concern {ref}, about {', '.join(names) or 'nobody who is on file'}")
    paper.say(USE_IT)
    numbers = _numbers(content)
    for line in content.lines:
        right = f" Puts right no. {numbers[line.corrects]}." if line.corrects else ""
        paper.heading(f"{numbers[line.key]}. {line.happened or moment(line.written_at)}: {line.what}", size=11)
        source = f"Said or seen by: {line.said_by}. " if line.said_by else ""
        where = f"Where: {line.where}. " if line.where else ""
        written = f"Written down by {line.by}, {moment(line.written_at)}, in concern {line.concern_ref}.{right}"
        paper.say(f"{source}{where}{written}", quiet=True)
        for paragraph in line.text.split("\n"):
            if paragraph.strip():
                paper.say(paragraph)
        if line.late_because:
            paper.say(f"Written down late because: {line.late_because}")
    return paper.pdf()


def chronology_rows(content: ChronologyContent) -> tuple[tuple[str, ...], list[list[object]]]:
    """The same as the titles and the rows of a sheet; words that are too long for a cell go on in the next row."""
    numbers = _numbers(content)
    return OF_LINES, [row for line in content.lines for row in _rows_of(line, numbers)]


def _rows_of(line: ChronologyLine, numbers: dict[str, int]) -> Iterator[list[object]]:
    right = numbers[line.corrects] if line.corrects else None
    for start in range(0, len(line.text) or 1, IN_ONE_CELL):
        what = f"{line.what} (continued)" if start else line.what
        words = line.text[start : start + IN_ONE_CELL]
        source = [line.said_by, line.by, line.written_at, line.concern_ref, right]
        yield [numbers[line.key], line.happened, line.where, what, *source, words, line.late_because]


def _numbers(content: ChronologyContent) -> dict[str, int]:
    """The number of each line by its key: counted over what goes, so that none is missing."""
    return {line.key: number for number, line in enumerate(content.lines, 1)}


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


def late_figures_paper(figures: LateFigures) -> bytes:
    """What was late in a quarter as a PDF, every page marked."""
    paper = Paper(f"What was late, {figures.period.in_words()}", figures.at, head=[NOT_PUBLISHED])
    parts_on(paper, figures.parts)
    paper.heading("How to read them")
    paper.say(HOW_LATE)
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
