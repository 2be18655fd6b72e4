"""A quarter's safeguarding figures on paper, for the trustees' meeting."""

from __future__ import annotations

from okf.caseload.papers import parts_on
from okf.policy.figures import WHY_HIDDEN
from okf.safeguarding.queries.safeguarding_figures import QuarterFigures
from okf.shell.paper import Paper, moment

FOR_TRUSTEES = "For trustees alone: not to be shown to anybody who works concerns."


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
