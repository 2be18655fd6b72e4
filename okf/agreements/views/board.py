"""The board of who has signed what: its share, its picture, its filters, and one person on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from okf.agreements.queries.agreements import Board, BoardFigures, BoardView, PersonRow, agreements_of, board_to_export
from okf.agreements.queries.board import EVERYONE, BoardFilter, BoardRow
from okf.agreements.queries.own_agreements import SignedVersion
from okf.agreements.views import certificates
from okf.desk import Desk
from okf.paging import SIZE
from okf.shell import filters
from okf.shell.exports import download_buttons
from okf.shell.navigation import as_asked
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, percent, told, until
from okf.terms import Capacity, SignatureMethod, Standing

MATRIX, LIST = "matrix", "list"
_VIEWS: Final = {MATRIX: "By person", LIST: "By agreement"}
_UNSIGNED: Final = "unsigned"
UNSIGNED: Final = "Not signed (never or overdue)"  # as it stands in the address too
ORGANISATION_ENDED: Final = "Organisation's ended"
_WORST_FIRST: Final = (Standing.NEVER_SIGNED, Standing.OVERDUE, Standing.RESIGN_DUE, Standing.CURRENT)
_COLOURS: Final = dict(zip(_WORST_FIRST, ("#8f1d14", "#d98200", "#e3c04b", "#2f7d4f"), strict=True))
_HOLDS: Final = {True: "Yes", False: "No", None: "—"}


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
    if page is None or not page.rows:
        st.info("Nobody needs an agreement yet." if wanted == EVERYONE else "Nobody fits these filters.")
        return
    if view.people is not None:
        _matrix(view.people.rows, view)
    elif view.rows is not None:
        _list(view.rows.rows, view)
    pager(page, key="board")
    download_buttons("agreements", lambda form: _file(desk, wanted, form))


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


def _matrix(people: Sequence[PersonRow], view: BoardView) -> None:
    kinds = [kind for kind in Capacity if any(kind in person.cells for person in people)]
    holds = ("Holds live grants",) if view.sees_access else ()
    rows: list[list[Cell | str]] = [
        [
            _name(one.username, one.name),
            one.team or "—",
            *(_HOLDS[one.holds_grants] for _ in holds),
            *(_standing(one.cells.get(kind)) for kind in kinds),
        ]
        for one in people
    ]
    titles = ("Person", "Team", *holds, *(told(kind) for kind in kinds))
    sheet(titles, rows, caption="People and the agreements they need, the worst first")


def _list(rows: Sequence[BoardRow], view: BoardView) -> None:
    holds = ("Holds live grants",) if view.sees_access else ()
    sheet(
        ("Person", "Team", "Agreement", "Standing", "Version", "Signed", "Due from", "Counts until", *holds),
        [
            [
                _name(row.username, row.name),
                row.team or "—",
                told(row.kind),
                *_cells(row),
                *(_HOLDS[row.holds_grants] for _ in holds),
            ]
            for row in rows
        ],
        caption="Needed signatures, the worst first",
    )


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


def _file(desk: Desk, wanted: BoardFilter, form: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    rows, _ = board_to_export(desk, wanted, form=form)
    holds = ["Holds live grants"] if rows and rows[0].holds_grants is not None else []
    titles = [
        "Name",
        "Username",
        "Team",
        "Agreement",
        "Standing",
        "Version",
        "Signed",
        "Due from",
        "Access stops",
        *holds,
    ]
    return titles, [
        [
            row.name,
            row.username,
            row.team,
            told(row.kind),
            told(row.standing),
            row.version,
            row.signed_at,
            row.due_at,
            row.overdue_at,
            *(_HOLDS[row.holds_grants] for _ in holds),
        ]
        for row in rows
    ]
