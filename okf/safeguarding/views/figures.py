"""A quarter's safeguarding figures on the screen, each part with its chart, and as files; and what was late, apart."""

from __future__ import annotations

from datetime import date

import streamlit as st

from okf.caseload.views.figures import parts, under_each_other
from okf.clock import london_date
from okf.desk import Desk
from okf.policy.figures import WHY_HIDDEN
from okf.safeguarding.papers import (
    FOR_TRUSTEES,
    HOW_LATE,
    NOT_PUBLISHED,
    late_figures_paper,
    safeguarding_figures_paper,
)
from okf.safeguarding.queries.late_figures import LateFigures, late_figures, late_to_export
from okf.safeguarding.queries.safeguarding_figures import (
    QuarterFigures,
    figures_to_export,
    quarter_figures,
    quarters_over,
)
from okf.shell.exports import csv_of, download, xlsx_of
from okf.shell.words import moment


def quarter(desk: Desk) -> None:
    """The figures of the quarter that the address names, else of the last one that is over."""
    over = {one.first.isoformat(): one for one in quarters_over(london_date(desk.now()))}
    chosen = st.selectbox(
        "Quarter", list(over), key="quarter", bind="query-params", format_func=lambda key: over[key].in_words()
    )
    found = quarter_figures(desk, date.fromisoformat(chosen))
    st.caption(
        f"Counted {moment(found.at)}. Concerns by the day on which they were raised, referrals and decisions by their"
        " own day. What is about somebody who works here is not in these numbers."
    )
    if found.for_trustees:
        st.info(FOR_TRUSTEES)
    _files(desk, found)
    parts(found.parts)
    _late(desk, found.period.first)


def _late(desk: Desk, first: date) -> None:
    found = late_figures(desk, first)
    st.header("What was late")
    st.warning(NOT_PUBLISHED)
    st.caption(HOW_LATE)
    with st.container(horizontal=True):
        for label, form, made in (
            ("Print what was late (PDF)", "pdf", late_figures_paper),
            ("Download what was late (Excel)", "xlsx", lambda told: xlsx_of(*late_sheet(told))),
        ):
            download(
                label,
                lambda form=form, made=made: made(late_to_export(desk, first, form=form)),  # type: ignore[misc]
                f"late-{first:%Y-%m}",
                form,
                key=f"late_{form}",
            )
    parts(found.parts, why=f"Counted {moment(found.at)}. Nothing in these numbers says whose they are.")


def late_sheet(found: LateFigures) -> tuple[list[str], list[list[object]]]:
    """What was late as the title and the rows of one sheet."""
    title = f"Our Kids First: what was late, {found.period.in_words()}"
    return [title], [[NOT_PUBLISHED], [HOW_LATE], *under_each_other(found.parts)]


def sheet_of(found: QuarterFigures) -> tuple[list[str], list[list[object]]]:
    """The figures as the title and the rows of one sheet."""
    first = [[FOR_TRUSTEES]] if found.for_trustees else []
    title = f"Our Kids First: safeguarding figures, {found.period.in_words()}"
    return [title], [*first, [WHY_HIDDEN], *under_each_other(found.parts)]


def _files(desk: Desk, found: QuarterFigures) -> None:
    first = found.period.first
    with st.container(horizontal=True):
        for label, form, made in (
            ("Print (PDF)", "pdf", safeguarding_figures_paper),
            ("Download Excel", "xlsx", lambda told: xlsx_of(*sheet_of(told))),
            ("Download CSV", "csv", lambda told: csv_of(*sheet_of(told))),
        ):
            download(
                label,
                lambda form=form, made=made: made(figures_to_export(desk, first, form=form)),  # type: ignore[misc]
                f"safeguarding-{first:%Y-%m}",
                form,
                key=f"safeguarding_{form}",
            )
    st.caption("That a file was fetched goes on the audit record.")
