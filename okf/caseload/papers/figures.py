"""A set of figures for funders on paper: the words, each part with its sentence and its table, and what is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from okf.policy.figures import WHY_HIDDEN, all_hidden, says, table_of, written
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
    paper.say(WHY_HIDDEN)
    paper.say(
        f"Counted on {moment(made_at)} and kept as they were then. Set {figures['ref']}; its content has the mark"
        f" {figures['sha256'][:16]}.",
        quiet=True,
    )
    return paper.pdf()
