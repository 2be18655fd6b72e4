"""The board of who has signed what: its share, its picture, its filters, and one person on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from okf.agreements.queries.agreements import Board, BoardFigures, BoardView, PersonRow, agreements_of, board_to_export
from okf.agreements.queries.board import EVERYONE, BoardFilter, BoardRow
from okf.agreements.queries.own_agreements import SignedVersion
from okf.agreements.views import certificates
from okf.clock import last_day_of, london_date
from okf.desk import Desk
from okf.paging import SIZE
from okf.shell import filters
from okf.shell.exports import download_buttons
from okf.shell.lists import Column, file_of, show
from okf.shell.navigation import as_asked
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for
from okf.shell.words import day, moment, percent, told, until
from okf.terms import Capacity, SignatureMethod, Standing

MATRIX, LIST = "matrix", "list"
_VIEWS: Final = {MATRIX: "By person", LIST: "By agreement"}
_UNSIGNED: Final = "unsigned"
UNSIGNED: Final = "Not signed (never or overdue)"  # as it stands in the address too
ORGANISATION_ENDED: Final = "Organisation's ended"
_WORST_FIRST: Final = (Standing.NEVER_SIGNED, Standing.OVERDUE, Standing.RESIGN_DUE, Standing.CURRENT)
_COLOURS: Final = dict(zip(_WORST_FIRST, ("#8f1d14", "#d98200", "#e3c04b", "#2f7d4f"), strict=True))
_LABELS: Final = {"capacity": "Capacity", "standing": "Standing", "team": "Team", "holds_grants": "Holds live grants"}


def board(desk: Desk) -> None:
    """The figures over everyone, then the filtered page."""
    opened = Board.opened(desk)
    as_asked("view", "name_words", "capacity", "standing", "team", "holds_grants")
    box = st.container()
    matrix = filters.switch("View", _VIEWS, "view") == MATRIX
    wanted = _filters(opened.teams())
    view = opened.view(wanted, page_asked_for(SIZE), matrix=matrix)
    with box:
        share(view.figures)
    page = view.people if matrix else view.rows
    nothing = "Nobody needs an agreement yet." if wanted == EVERYONE else "Nobody fits these filters."
    if view.people is not None:
        show(
            _person_columns(view.people.rows, view),
            view.people,
            key="board",
            caption="People and the agreements they need, the worst first",
            many=("person", "people"),
            filters=_LABELS,
            nothing=nothing,
        )
    elif view.rows is not None:
        show(
            _row_columns(view),
            view.rows,
            key="board",
            caption="Needed signatures, the worst first",
            many=("signature", "signatures"),
            filters=_LABELS,
            nothing=nothing,
        )
    if page is not None and page.rows:
        download_buttons("Signatures", lambda form: _file(desk, wanted, view, form), on=london_date(desk.now()))


def share(figures: BoardFigures) -> None:
    """The share that is signed, as a number, a chart and a table."""
    if not figures.asked:
        return
    number, picture = st.columns([1, 3], vertical_alignment="center")
    number.metric("Signed", percent(figures.signed, figures.asked))
    number.caption(f"{figures.signed:,} of {figures.asked:,} needed signatures count today")
    with picture:
        st.plotly_chart(_picture(figures), key="share", config={"displayModeBar": False}, alt=_in_words(figures))
    titles = ("Agreement", *(told(standing) for standing in _WORST_FIRST))
    rows = [
        (told(kind), *(str(figures.counts[kind].get(standing, 0)) for standing in _WORST_FIRST))
        for kind in Capacity
        if kind in figures.counts
    ]
    with st.expander("The picture as a table"):
        sheet(titles, rows, caption="How many people stand how to each agreement")


def person(desk: Desk, username: str) -> None:
    """One person's standings and signatures."""
    found = agreements_of(desk, username)
    st.header(found.name)
    sheet(
        ("Agreement", "Standing", "Version", "Signed", "Due from", "Counts until"),
        [(told(row.kind), *_cells(row)) for row in found.standings],
        caption="What they need to have signed",
    )
    signed = [
        (one.title, one.version, moment(one.signed_at), told(one.method), _verified(one)) for one in found.signatures
    ]
    if signed:
        sheet(("Agreement", "Version", "Signed", "How", "Counts"), signed, caption="What they signed, newest first")
        certificates.fetch(desk, found.signatures)
    else:
        st.info("They have signed nothing yet.")


def _person_columns(people: Sequence[PersonRow], view: BoardView) -> list[Column[PersonRow]]:
    kinds = [kind for kind in Capacity if any(kind in person.cells for person in people)]
    return [
        Column("Person", lambda one: _name(one.username, one.name)),
        Column("Team", lambda one: one.team),
        *_holds(view),
        *map(_of_kind, kinds),
    ]


def _of_kind(kind: Capacity) -> Column[PersonRow]:
    return Column(told(kind), lambda one: _standing(one.cells.get(kind)))


def _row_columns(view: BoardView) -> list[Column[BoardRow]]:
    return [
        Column("Person", lambda row: row.name, lambda row: _name(row.username, row.name)),
        Column("Username", lambda row: row.username, on_page=False),
        Column("Team", lambda row: row.team),
        Column("Agreement", lambda row: told(row.kind)),
        Column("Standing", lambda row: told(row.standing), _standing),
        Column("Version", lambda row: row.version),
        Column("Signed", lambda row: row.signed_at, lambda row: day(row.signed_at)),
        Column("Due from", lambda row: row.due_at, lambda row: day(row.due_at)),
        Column(
            "Counts until",
            lambda row: row.overdue_at and last_day_of(row.overdue_at),
            lambda row: until(row.overdue_at, "—"),
        ),
        *_holds(view),
    ]


def _holds(view: BoardView) -> list[Column[Any]]:
    return [Column("Holds live grants", lambda row: row.holds_grants)] if view.sees_access else []


def _cells(row: BoardRow) -> tuple[Cell | str, ...]:
    return _standing(row), row.version or "—", day(row.signed_at), day(row.due_at), until(row.overdue_at, "—")


def _standing(row: BoardRow | None) -> Cell | str:
    if row is None:
        return "—"
    return Cell(ORGANISATION_ENDED if row.stopped_by_partner else told(row.standing), look=row.standing)


def _name(username: str, name: str) -> Cell:
    return Cell(name, address("agreements", person=username))


def _verified(one: SignedVersion) -> str:
    waits = one.method is SignatureMethod.ON_PAPER and one.verified_at is None
    return "Waits for verification" if waits else "Yes"


def _filters(teams: Sequence[str]) -> BoardFilter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = filters.name("name_words")
        capacity = filters.choice("Capacity", "capacity", list(Capacity))
        standing = filters.choice("Standing", "standing", [_UNSIGNED, *Standing], said=_standing_said)
        team = filters.choice("Team", "team", teams, said=str)
        holds = filters.tick("Holds live grants", "holds_grants")
    return BoardFilter(
        capacity=capacity,
        team=team,
        standing=standing if isinstance(standing, Standing) else None,
        unsigned=standing == _UNSIGNED,
        holds_grants=holds or None,
        name=name or None,
    )


def _standing_said(standing: str | Standing) -> str:
    return UNSIGNED if standing == _UNSIGNED else told(standing)


def _picture(figures: BoardFigures) -> dict[str, Any]:
    """The chart as plain dictionaries, which is faster than building plotly's objects."""
    kinds = [kind for kind in reversed(Capacity) if kind in figures.counts]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": told(standing),
            "y": [told(kind) for kind in kinds],
            "text": [str(figures.counts[kind].get(standing) or "") for kind in kinds],
            "textposition": "inside",
            "hoverinfo": "y+name+x",
            "x": [figures.counts[kind].get(standing, 0) for kind in kinds],
            "marker": {"color": _COLOURS[standing], "line": {"color": "#ffffff", "width": 1}},
        }
        for standing in _WORST_FIRST
    ]
    layout = {
        "barmode": "stack",
        "height": 60 + 34 * len(kinds),
        "font": {"color": "#111111", "size": 13},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "traceorder": "normal", "y": 1.02, "yanchor": "bottom", "x": 0},
        "xaxis": {"fixedrange": True, "visible": False},
        "yaxis": {"fixedrange": True, "automargin": True, "tickfont": {"color": "#111111", "size": 13}},
    }
    return {"data": bars, "layout": layout}


def _in_words(figures: BoardFigures) -> str:
    return "How people stand to their agreements: " + ", ".join(
        f"{told(standing).lower()} {figures.total(standing)}" for standing in _WORST_FIRST
    )


def _file(desk: Desk, wanted: BoardFilter, view: BoardView, form: str) -> tuple[list[str], list[list[Any]]]:
    return file_of(_row_columns(view), board_to_export(desk, wanted, form=form)[0])
