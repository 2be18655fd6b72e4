"""A serious-incident report on paper, and as plain words to paste into the Charity Commission's form."""

from __future__ import annotations

from okf.safeguarding.commands.serious_incidents import ReportContent
from okf.shell.paper import Paper, moment

DRAFT = "A draft in roles and without names. Casebook has sent it to nobody."


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
