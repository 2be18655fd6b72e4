"""Figures for funders on the screen: the form that makes a set, the list, and what can be done with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from okf.caseload.commands.figures import (
    WORDS_MOST,
    approve_figures,
    file_figures,
    prepare_figures,
    release_figures,
    rewrite_words,
    withdraw_figures,
)
from okf.caseload.papers import figures_paper
from okf.caseload.queries.figures import FigureRow, Figures
from okf.clock import london_date
from okf.desk import Desk
from okf.pending import counted
from okf.policy.decision import Reason
from okf.policy.figures import (
    HIDDEN,
    LENGTHS,
    WHY_HIDDEN,
    Period,
    all_hidden,
    may_give_away,
    periods_over,
    says,
    table_of,
    why_hidden,
    written,
)
from okf.policy.suppression import may_be_shown_beside
from okf.shell import charts
from okf.shell.drafts import views as drafts
from okf.shell.exports import csv_of, download, xlsx_of
from okf.shell.navigation import go
from okf.shell.sheets import Cell, address, facts, sheet, verbatim
from okf.shell.words import day, errors_shown, moment, told
from okf.terms.caseload import FigureStatus

_LENGTHS = dict(zip(LENGTHS, ("A quarter", "Half a year", "A year"), strict=True))


def head(found: Figures) -> None:
    """Its status, who worked on it, and its words."""
    row = found.row
    approved = f"{row.approved_by}, {moment(row.approved_at)}" if row.approved_at else "Not yet"
    facts(
        [
            ("Where it stands", told(row.status)),
            ("Counted", f"{row.prepared_by}, {moment(row.prepared_at)}; kept as it was then"),
            ("Words by", f"{found.written_by}, {moment(found.written_at)}"),
            ("Approved", approved),
            *([("Filed", moment(row.filed_at))] if row.filed_at else []),
            *([("Withdrawn", moment(row.withdrawn_at))] if row.withdrawn_at else []),
            ("Mark", found.mark[:16]),
        ]
    )
    if not found.intact:
        st.error("This is not what was approved. Don't use it, and tell the administrator.")
    if found.withdrawn_because:
        st.warning("Withdrawn. It stays on file because somebody has seen it.")
        verbatim(found.withdrawn_because)
    st.header("In words")
    verbatim(found.words)


def parts(of: Sequence[Mapping[str, Any]], *, why: str = WHY_HIDDEN) -> None:
    """Each part with its sentence, its picture and its table."""
    st.header("The figures")
    st.caption(why)
    for part in of:
        titles, rows = table_of(part)
        cells: list[list[Cell | str]] = [[written(one) if isinstance(one, int) else one for one in row] for row in rows]
        values: Sequence[int | None] = part["row_totals"] if "columns" in part else part["cells"]
        if "total" in part and any(value is not None for value in values):
            # A group that is hidden has no bar, and says so: it is not nought.
            names = [
                name if value is not None else f"{name} ({HIDDEN})"
                for name, value in zip(part["rows"], values, strict=True)
            ]
            picture = charts.bars(names, [charts.Series(part["of"], values)])
            key = f"figure_{part['key']}"
            charts.chart(part["title"], says=says(part), picture=picture, titles=titles, rows=cells, key=key)
        elif all_hidden(part):
            st.subheader(part["title"])
            st.text(says(part))
        else:
            st.subheader(part["title"])
            sheet(titles, cells, caption=says(part))


def actions(desk: Desk, found: Figures) -> None:
    """What this person may do with it now."""
    ref, status = found.row.ref, found.row.status
    if status is FigureStatus.DRAFT:
        _approve(desk, found)
        if found.preparing.allowed:
            _rewrite(desk, found)
    if status in (FigureStatus.APPROVED, FigureStatus.FILED) and found.intact:
        _downloads(desk, ref)
    if found.preparing.allowed and status is FigureStatus.APPROVED:
        st.text("Approved figures are filed once they were given to a funder.")
        if st.button("Save them", type="primary", key="figures_file"):
            _done(lambda: file_figures(desk, ref))
    if found.preparing.allowed and status is not FigureStatus.WITHDRAWN:
        _withdraw(desk, found)


def spread(told_: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """All parts under each other, for a spreadsheet."""
    rows = [[told_["words"]], [why_hidden(told_)], *under_each_other(told_["parts"])]
    rows += [[], [f"Set {told_['ref']}, mark {told_['sha256'][:16]}"]]
    return [f"Our Kids First: figures, {told_['period']}"], rows


def under_each_other(of: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The tables of parts in the rows of one sheet, each under its title."""
    rows: list[list[Any]] = []
    for part in of:
        titles, cells = table_of(part)
        rows += [[], [part["title"]], titles, *cells]
    return rows


def prepare(desk: Desk, rows: Sequence[FigureRow]) -> None:
    """The form that counts, hides what would give somebody away, and freezes the rest."""
    draft = drafts.resume(desk, "figures")
    months = draft.selectbox("How long", "months", LENGTHS, format_func=lambda one: _LENGTHS[one]) or LENGTHS[0]
    taken = [(row.period.first, row.period.until) for row in rows if row.approved_at is not None]
    free = [
        one for one in periods_over(london_date(desk.now()), months) if may_be_shown_beside(one.first, one.until, taken)
    ]
    if not free:
        st.info("Over all of the last such times figures were approved. For a longer time add up what was filed.")
        return
    period = st.selectbox("Which days", free, format_func=Period.in_words, key=f"figures_period_{months}")
    st.caption("Days over which figures were approved are not offered: two that overlap could be subtracted.")
    words = draft.text_area(
        "In words",
        "words",
        height=180,
        max_chars=WORDS_MOST,
        placeholder="What the figures show, for whom they are, and what the work was like, without anybody in it.",
        help="It leaves with the figures. No names, no single family, no number under five: Casebook points out what"
        " looks like it, and looks nobody up, since its answer would say who is known here.",
    )
    merging = draft.checkbox(
        "Merge small neighbouring groups instead of hiding them",
        "merging",
        help="Groups that are too small to be told alone are counted with those beside them, in the order of the list,"
        " until they are many enough. Every list adds up then; tables of two ways become two lists.",
    )
    draft.told()
    sure = looked_through(words, key="figures_sure")
    if not st.button("Count and save", type="primary", disabled=not sure):
        return
    with errors_shown():
        shown = st.progress(0.0, "Counting")

        def progress(done: int, of: int) -> None:
            shown.progress(done / of, f"Counted {done} of {of}")

        ref = prepare_figures(desk, period, words=words, merging=merging, progress=progress)
        draft.done()
        go("figure_set", ref=ref)


def looked_through(words: str, *, key: str) -> bool:
    """Warn of words that could give somebody away; whether there are none, or they were read again."""
    found = may_give_away(words)
    if not found:
        return True
    st.warning("\n".join(["Read these again before they leave:", "", *(f"- {one}" for one in found)]))
    return st.checkbox("I have read them again: nobody can be recognised, and no hidden number is told.", key=key)


def listed(rows: Sequence[FigureRow]) -> None:
    """All sets, the newest first, each with where it stands."""
    if not rows:
        st.info("No figures have been made yet. A manager chooses the days above, and Casebook counts.")
        return
    sheet(
        ("Days", "Where it stands", "Made", "Approved", "Set"),
        [
            (
                Cell(row.period.in_words(), address("figure_set", ref=row.ref)),
                told(row.status),
                f"{day(row.prepared_at)}, {row.prepared_by}",
                f"{day(row.approved_at)}, {row.approved_by}" if row.approved_at else "—",
                row.ref,
            )
            for row in rows
        ],
        caption=f"{counted(len(rows), 'set', 'sets')} of figures, the newest first",
    )


def _approve(desk: Desk, found: Figures) -> None:
    st.header("Approve")
    if not found.approving.allowed:
        own = Reason.OWN_REVIEW in found.approving.reasons
        st.info(
            "It waits for another manager or a trustee: nobody approves what they had a hand in."
            if own
            else "It waits for a manager or a trustee who had no hand in it."
        )
        return
    sure = looked_through(found.words, key="figures_approve_words")
    read = st.checkbox("I have read the figures and the words: nobody can be recognised.", key="figures_read")
    if st.button("Approve", type="primary", disabled=not (sure and read), key="figures_approve"):
        _done(lambda: approve_figures(desk, found.row.ref, seen=found.mark))


def _rewrite(desk: Desk, found: Figures) -> None:
    with st.expander("Change the wording"):
        draft = drafts.resume(desk, "figure-words", found.row.ref)
        words = draft.text_area("In words", "words", value=found.words, height=180, max_chars=WORDS_MOST)
        draft.told()
        sure = looked_through(words, key="figures_rewrite_sure")
        if st.button("Save the wording", disabled=not sure, key="figures_rewrite"):
            with errors_shown():
                rewrite_words(desk, found.row.ref, words=words)
                draft.done("The words are changed. The earlier ones stay on file.")


def _withdraw(desk: Desk, found: Figures) -> None:
    with st.expander("Withdraw them"):
        if found.row.approved_at:
            st.write("They stay on file, and their days stay taken: other figures over them could be subtracted.")
        why = st.text_input("Why", max_chars=500, key="figures_why")
        sure = st.checkbox("Withdraw them: this can't be undone.", key="figures_withdraw_sure")
        if st.button("Withdraw", disabled=not sure, key="figures_withdraw"):
            _done(lambda: withdraw_figures(desk, found.row.ref, because=why))


def _downloads(desk: Desk, ref: str) -> None:
    st.caption("That a file was fetched goes on the audit record.")
    with st.container(horizontal=True):
        for label, form, made in (
            ("Download PDF", "pdf", figures_paper),
            ("Download Excel", "xlsx", lambda told: xlsx_of(*spread(told))),
            ("Download CSV", "csv", lambda told: csv_of(*spread(told))),
        ):
            download(
                label,
                lambda form=form, made=made: made(release_figures(desk, ref, form=form)),  # type: ignore[misc]
                "figures",
                form,
                key=f"figures_{form}",
            )


def _done(deed: Callable[[], None]) -> None:
    with errors_shown():
        deed()
        st.rerun()
