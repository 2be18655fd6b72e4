"""One set of figures for funders: what it shows, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from okf.caseload.commands.figures import (
    WORDS_MOST,
    approve_figures,
    file_figures,
    release_figures,
    rewrite_words,
    withdraw_figures,
)
from okf.caseload.papers.figures import figures_paper
from okf.caseload.queries.figures import Figures
from okf.caseload.views.figures import looked_through
from okf.desk import Desk
from okf.policy.decision import Reason
from okf.policy.figures import HIDDEN, WHY_HIDDEN, all_hidden, says, table_of, written
from okf.shell import charts
from okf.shell.drafts import views as drafts
from okf.shell.exports import XLSX, csv_of, unique_name, xlsx_of
from okf.shell.sheets import Cell, facts, sheet, verbatim
from okf.shell.words import moment, told, told_plainly
from okf.terms.caseload import FigureStatus


def head(found: Figures) -> None:
    """Where it stands, who had a hand in it, and its words."""
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


def parts(of: Sequence[Mapping[str, Any]]) -> None:
    """Each part with its sentence, its picture and its table."""
    st.header("The figures")
    st.caption(WHY_HIDDEN)
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


def deeds(desk: Desk, found: Figures) -> None:
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
        if st.button("Put them on file", type="primary", key="figures_file"):
            _done(lambda: file_figures(desk, ref))
    if found.preparing.allowed and status is not FigureStatus.WITHDRAWN:
        _withdraw(desk, found)


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
    with st.expander("Write other words"):
        draft = drafts.resume(desk, "figure-words", found.row.ref)
        words = draft.text_area("In words", "words", value=found.words, height=180, max_chars=WORDS_MOST)
        draft.told()
        sure = looked_through(words, key="figures_rewrite_sure")
        if st.button("Keep these words", disabled=not sure, key="figures_rewrite"):
            with told_plainly():
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
        for label, form, made, kind in (
            ("Download PDF", "pdf", figures_paper, "application/pdf"),
            ("Download Excel", "xlsx", lambda told: xlsx_of(*spread(told)), XLSX),
            ("Download CSV", "csv", lambda told: csv_of(*spread(told)), "text/csv"),
        ):
            st.download_button(
                label,
                lambda form=form, made=made: made(release_figures(desk, ref, form=form)),  # type: ignore[misc]
                file_name=unique_name("figures", form),
                mime=kind,
                icon=":material/download:",
                on_click="ignore",
                key=f"figures_{form}",
            )


def spread(told_: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """All parts under each other, as a spreadsheet has them."""
    rows = [[told_["words"]], [WHY_HIDDEN], *under_each_other(told_["parts"])]
    rows += [[], [f"Set {told_['ref']}, mark {told_['sha256'][:16]}"]]
    return [f"Our Kids First: figures, {told_['period']}"], rows


def under_each_other(of: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The tables of parts in the rows of one sheet, each under its title."""
    rows: list[list[Any]] = []
    for part in of:
        titles, cells = table_of(part)
        rows += [[], [part["title"]], titles, *cells]
    return rows


def _done(deed: Callable[[], None]) -> None:
    with told_plainly():
        deed()
        st.rerun()
